//! What is told beside masses: shares of elements, yields, capacities. They make priors of the balance.

use std::sync::Arc;

use didymium_statement::payload::{Basis, SiteStatus};
use didymium_vocabulary::{Assumed, Period};
use rust_decimal::prelude::ToPrimitive as _;

use super::finding::{Finding, Reason};
use super::gather::{Gatherer, Recovery, SITE, TONNE};
use super::layer::percent;
use super::line::{Key, Line, Slot, Spot};
use super::report::{Origin, Report};
use super::worth::assumed;
use crate::series::Series;

impl<'t> Gatherer<'t> {
    /// Shares of an element in the deposits of countries, one deposit a subject.
    pub(super) fn element_shares(&mut self, series: &'t Series, commodity: &str) {
        let Some(layer) = self.layers.number(commodity) else {
            return;
        };
        let deposit = self.text(series.key.subject);
        // The latest of each deposit: what was said of it before is no further deposit.
        for figures in series.periods.values().rev() {
            let heard = figures.editions.iter().find(|edition| {
                !self
                    .without
                    .contains(self.vocabulary().voice(&edition.source.series))
            });
            let Some(edition) = heard else { continue };
            for (area, _, fact) in &edition.facts {
                let share = percent(self.twin.fact(*fact).canonical);
                let country: Arc<str> = self.text(*area).into();
                let known = self.out.shares.entry((country, deposit.to_owned())).or_default();
                if !known.iter().any(|(of, _)| *of == layer) {
                    known.push((layer, share));
                }
            }
        }
    }

    pub(super) fn recoveries(&mut self, series: &'t Series, commodity: &str) {
        let stage = self.text(series.key.stage);
        let Some(stage) = self.links.iter().position(|link| link.stage == stage) else {
            return;
        };
        let (Some(layer), Ok(stage)) = (self.layers.number(commodity), u16::try_from(stage)) else {
            return;
        };
        let subject = self.text(series.key.subject);
        for (period, figures) in &series.periods {
            let (Some(edition), Some(slot)) = (figures.chosen(), Slot::of_period(*period)) else {
                continue;
            };
            for (area, _, id) in &edition.facts {
                let fact = self.twin.fact(*id);
                let part = percent(fact.canonical);
                if part > 1.0 {
                    let reason = Reason::YieldAboveOne {
                        said: fact.value.normalize().to_string(),
                    };
                    self.out.findings.push(Finding::of_fact(*id, reason));
                    continue;
                }
                let country: Arc<str> = self.text(*area).into();
                let spot = match subject.strip_prefix(SITE) {
                    Some(site) => Spot::Site {
                        country,
                        site: site.into(),
                    },
                    None => Spot::Country(country),
                };
                let quality = self
                    .vocabulary()
                    .report_quality(self.family, "recovery", fact.basis.as_str());
                self.out.recoveries.push(Recovery {
                    fact: *id,
                    stage,
                    layer,
                    spot,
                    slot,
                    part,
                    deviation: quality.map_or(0.1, |row| percent(row.deviation)) * part,
                });
            }
        }
    }

    /// Operating processes run at about a part of their capacity, from the year that the capacity is told of.
    pub(super) fn capacities(&mut self) {
        let (use_of, deviation) = assumed(self.vocabulary(), Assumed::CapacityUse, self.family);
        let last = self.last_year();
        for (key, record) in self.twin.sites() {
            for (number, process) in record.site.processes.iter().enumerate() {
                let Some(capacity) = &process.capacity else {
                    continue;
                };
                let stage = self.links.iter().position(|link| link.stage == process.stage);
                let (Some(stage), true) = (stage, process.status == SiteStatus::Operating) else {
                    continue;
                };
                if process.basis == Basis::Projected {
                    continue;
                }
                let told = self.layers.tell(
                    self.vocabulary(),
                    (&process.commodity, &process.form),
                    capacity.mass_basis.parse().ok(),
                    &capacity.substance,
                );
                let unit = self
                    .vocabulary()
                    .unit(&capacity.unit)
                    .and_then(|unit| unit.factor);
                let value = unit.and_then(|factor| (factor * capacity.value).to_f64());
                let (Ok(layers), Some(kilograms), Ok(stage)) = (told, value, u16::try_from(stage)) else {
                    continue;
                };
                let capacity_year = capacity.period.map(Period::year);
                let known = capacity_year.unwrap_or_else(|| record.site.source.published.year());
                let first = process.start.map_or(known, |start| start.year().max(known));
                for year in first..=last {
                    let mut terms = Vec::new();
                    for &(layer, coefficient) in &layers.terms {
                        let key = Key {
                            layer,
                            stage,
                            spot: Spot::Site {
                                country: record.site.country.as_str().into(),
                                site: key.as_str().into(),
                            },
                            slot: Slot::of_year(year),
                            line: Line::Produced,
                        };
                        terms.push((key, coefficient));
                    }
                    let tonnes = kilograms / TONNE;
                    self.out.reports.push(Report {
                        origin: Origin::Capacity(key.clone(), number),
                        voice: None,
                        terms,
                        value: use_of * tonnes,
                        deviation: (deviation * tonnes).max(f64::MIN_POSITIVE),
                    });
                }
            }
        }
    }

    /// The last year of which anything was observed.
    fn last_year(&self) -> i16 {
        let years = self
            .out
            .reports
            .iter()
            .filter(|report| report.origin.is_evidence())
            .flat_map(|report| &report.terms)
            .map(|(key, _)| key.slot.year());
        years.max().unwrap_or(0)
    }
}
