//! What is told beside masses: shares of elements, yields, capacities. They make priors of the balance.

use std::collections::BTreeMap;
use std::sync::Arc;

use didymium_statement::payload::{Basis, Process, SiteStatus};
use didymium_vocabulary::{Assumed, Period};
use rust_decimal::prelude::ToPrimitive as _;

use super::finding::{Finding, Reason};
use super::gather::{Gatherer, Recovery, SITE, TONNE};
use super::layer::percent;
use super::line::{Key, Line, Slot, Spot};
use super::report::{Origin, Report};
use super::worth::assumed;
use crate::WORLD;
use crate::fact::FactId;
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
        let site = self.text(series.key.subject).strip_prefix(SITE);
        for (period, figures) in &series.periods {
            let Some(edition) = figures.chosen() else {
                continue;
            };
            for (area, _, id) in &edition.facts {
                let fact = self.twin.fact(*id);
                let part = percent(fact.canonical);
                let country = self.text(*area);
                let wrong = if part > 1.0 {
                    let said = fact.value.normalize().to_string();
                    Some(Reason::YieldAboveOne { said })
                } else {
                    site.and_then(|site| self.misplaced(site, country))
                };
                let slot = Slot::of_period(*period);
                let wrong = wrong.or_else(|| slot.is_none().then_some(Reason::YieldOfQuarter));
                if let Some(reason) = wrong {
                    self.out.findings.push(Finding {
                        fact: Some(*id),
                        site: site.map(str::to_owned),
                        reason,
                    });
                    continue;
                }
                let Some(slot) = slot else { continue };
                let spot = match site {
                    Some(site) => Spot::Site {
                        country: country.into(),
                        site: site.into(),
                    },
                    None if country == WORLD => Spot::World,
                    None => Spot::Country(country.into()),
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

    /// Operating processes run at about a part of their capacity, from the year that the capacity is told of. Processes of a site
    /// at one stage make its product together: their capacities add.
    pub(super) fn capacities(&mut self) {
        let (use_of, deviation) = assumed(self.vocabulary(), Assumed::CapacityUse, self.family);
        let Some((earliest, latest)) = self.years_of_evidence() else {
            return;
        };
        let (most, _) = assumed(self.vocabulary(), Assumed::CapacityMost, self.family);
        let reported = self.made_by_sites();
        let mut above = Vec::new();
        for (key, record) in self.twin.sites() {
            let mut installed: BTreeMap<Together, Installed> = BTreeMap::new();
            for (number, process) in record.site.processes.iter().enumerate() {
                let Some((stage, layers, tonnes)) = self.capacity_of(process) else {
                    continue;
                };
                let told = process.capacity.as_ref().and_then(|capacity| capacity.period);
                let known = told.map_or_else(|| record.site.source.published.year(), Period::year);
                let first = process.start.map_or(known, |start| start.year().max(known));
                // What counts the same substance adds.
                let of: Vec<(u16, u64)> = layers
                    .iter()
                    .map(|(layer, coefficient)| (*layer, coefficient.to_bits()))
                    .collect();
                for year in first.max(earliest)..=latest {
                    let sum = installed.entry((stage, of.clone(), year)).or_default();
                    sum.processes.push(number);
                    sum.tonnes += tonnes;
                    sum.terms.clone_from(&layers);
                }
            }
            for ((stage, _, year), installed) in installed {
                // Who reports what it made is asked no more what it could make.
                if let Some(said) = reported.get(&(key.clone(), stage, year)) {
                    if *said > most * installed.tonnes {
                        above.push((key.clone(), stage, year, installed.tonnes));
                    }
                    continue;
                }
                let named = |&(layer, coefficient): &(u16, f64)| {
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
                    (key, coefficient)
                };
                self.out.reports.push(Report {
                    origin: Origin::Capacity {
                        site: key.clone(),
                        processes: installed.processes,
                        nameplate: installed.tonnes,
                    },
                    voice: None,
                    terms: installed.terms.iter().map(named).collect(),
                    value: use_of * installed.tonnes,
                    deviation: (deviation * installed.tonnes).max(f64::MIN_POSITIVE),
                });
            }
        }
        for (site, stage, year, nameplate) in above {
            let facts: Vec<FactId> = self
                .out
                .reports
                .iter()
                .filter(|report| {
                    report.terms.iter().any(|(key, _)| {
                        (key.stage, key.slot.year(), key.line) == (stage, year, Line::Produced)
                            && matches!(&key.spot, Spot::Site { site: of, .. } if **of == *site)
                    })
                })
                .flat_map(|report| report.origin.facts().iter().copied())
                .collect();
            for fact in facts {
                let capacity = format!("{nameplate:.0}");
                let reason = Reason::AboveCapacity { capacity };
                self.out.findings.push(Finding::of_site(fact, &site, reason));
            }
        }
    }

    /// What sites report that they made in a year, tonnes: key of the site, stage, year.
    fn made_by_sites(&self) -> BTreeMap<(String, u16, i16), f64> {
        let mut made = BTreeMap::new();
        for report in &self.out.reports {
            if let [(key, coefficient)] = report.terms.as_slice()
                && let Spot::Site { site, .. } = &key.spot
                && key.line == Line::Produced
                && report.origin.is_evidence()
            {
                let sum: &mut f64 = made
                    .entry((site.to_string(), key.stage, key.slot.year()))
                    .or_default();
                // Several speak of a year, or one of its months.
                let tonnes = report.value / coefficient;
                *sum = if key.slot.is_year() {
                    sum.max(tonnes)
                } else {
                    *sum + tonnes
                };
            }
        }
        made
    }

    /// Stage, layers and nameplate tonnes a year of a process that runs.
    fn capacity_of(&self, process: &Process) -> Option<(u16, Terms, f64)> {
        let capacity = process.capacity.as_ref()?;
        if process.status != SiteStatus::Operating || process.basis == Basis::Projected {
            return None;
        }
        let stage = self.links.iter().position(|link| link.stage == process.stage)?;
        let told = self.layers.tell(
            self.vocabulary(),
            (&process.commodity, &process.form),
            capacity.mass_basis.parse().ok(),
            &capacity.substance,
        );
        let factor = self.vocabulary().unit(&capacity.unit)?.factor?;
        let kilograms = factor.checked_mul(capacity.value)?.to_f64()?;
        Some((u16::try_from(stage).ok()?, told.ok()?.terms, kilograms / TONNE))
    }

    /// The first and the last year of which anything was observed.
    fn years_of_evidence(&self) -> Option<(i16, i16)> {
        let years = || {
            self.out
                .reports
                .iter()
                .filter(|report| report.origin.is_evidence())
                .flat_map(|report| &report.terms)
                .map(|(key, _)| key.slot.year())
        };
        years().min().zip(years().max())
    }
}

/// What the processes of a site at one stage could make together in a year.
#[derive(Default)]
struct Installed {
    processes: Vec<usize>,
    tonnes: f64,
    terms: Terms,
}

/// Layers with their coefficients.
type Terms = Vec<(u16, f64)>;
/// What adds up: the stage, the layers with the bits of their coefficients, the year.
type Together = (u16, Vec<(u16, u64)>, i16);
