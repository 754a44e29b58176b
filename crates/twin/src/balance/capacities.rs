//! Capacities: what the plants of a site can make. A site that does not report what it made makes about a part of that, and never
//! much more; one that reports more than it can is believed and named.

use std::collections::BTreeMap;

use didymium_statement::payload::{Basis, Process, SiteStatus};
use didymium_vocabulary::{Assumed, Period};
use rust_decimal::prelude::ToPrimitive as _;

use super::finding::{CapacityFault, Finding, Reason};
use super::gather::{Gatherer, TONNE};
use super::line::{Key, Line, Slot, Spot};
use super::report::{Origin, Report};
use super::worth::assumed;
use crate::fact::FactId;

/// Months that make a year.
const MONTHS: usize = 12;

/// A larger capacity is a slip of the pen, tonnes a year.
const CAPACITY_MAX: f64 = 1e11;

/// A smaller one is none: a gram.
const CAPACITY_MIN: f64 = 1e-6;

/// A product, its layers, and the tonnes a year that can be made of it.
type Nameplate = (Product, Terms, f64);

/// Layers with their coefficients.
type Terms = Vec<(u16, f64)>;

/// What a capacity and a report can be compared in: the same stage and layers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Product {
    stage: u16,
    /// Layers with the bits of their coefficients, the first of which is one.
    layers: Vec<(u16, u64)>,
}

/// What the processes of a site at one stage can make together in a year.
#[derive(Default)]
struct Installed {
    processes: Vec<usize>,
    tonnes: f64,
    terms: Terms,
}

/// What a site said of one product in a year.
#[derive(Default)]
struct Made {
    /// The most that anybody says, tonnes, by what of the year it speaks of.
    by_slots: BTreeMap<Vec<Slot>, f64>,
    facts: Vec<FactId>,
}

impl Made {
    /// Tonnes, and whether they are of the whole year.
    fn of_year(&self) -> (f64, bool) {
        let (years, parts): (Vec<_>, Vec<_>) =
            self.by_slots.iter().partition(|(slots, _)| slots[0].is_year());
        if let Some(most) = years.iter().map(|(_, tonnes)| **tonnes).reduce(f64::max) {
            return (most, true);
        }
        let months: usize = parts.iter().map(|(slots, _)| slots.len()).sum();
        (parts.iter().map(|(_, tonnes)| **tonnes).sum(), months >= MONTHS)
    }
}

impl Gatherer<'_> {
    /// Operating processes run at about a part of their capacity, from the year that the capacity is told of. Processes of a site
    /// at one stage make its product together: their capacities add. Whoever reports what was made in a year is asked no more
    /// what could be made.
    pub(super) fn capacities(&mut self) {
        let (use_of, deviation) = assumed(self.vocabulary(), Assumed::CapacityUse, self.family);
        let (most, _) = assumed(self.vocabulary(), Assumed::CapacityMost, self.family);
        self.name_unusable_capacities();
        let Some(years) = self.years_of_evidence() else {
            return;
        };
        let reported = self.made_by_sites();
        for (site, record) in self.twin.sites() {
            for ((product, year), installed) in self.installed(site, years) {
                if let Some(made) = reported.get(&(site.clone(), product.clone(), year)) {
                    let (tonnes, whole) = made.of_year();
                    let above = tonnes > most * installed.tonnes;
                    if above {
                        for fact in &made.facts {
                            let capacity = format!("{:.0}", installed.tonnes);
                            let reason = Reason::AboveCapacity { capacity };
                            self.out.findings.push(Finding::of_site(*fact, site, reason));
                        }
                    }
                    if above || whole {
                        continue;
                    }
                }
                let named = |&(layer, coefficient): &(u16, f64)| {
                    let key = Key {
                        layer,
                        stage: product.stage,
                        spot: Spot::Site {
                            country: record.site.country.as_str().into(),
                            site: site.as_str().into(),
                        },
                        slot: Slot::of_year(year),
                        line: Line::Produced,
                    };
                    (key, coefficient)
                };
                self.out.reports.push(Report {
                    origin: Origin::Capacity {
                        site: site.clone(),
                        processes: installed.processes,
                        nameplate: installed.tonnes,
                    },
                    voice: None,
                    terms: installed.terms.iter().map(named).collect(),
                    value: use_of * installed.tonnes,
                    beside: 0.0,
                    relative: 0.0,
                    others: 0.0,
                    deviation: deviation * installed.tonnes,
                });
            }
        }
    }

    /// What a site could make of each product in each year of which anything is known.
    fn installed(&self, site: &str, (earliest, latest): (i16, i16)) -> BTreeMap<(Product, i16), Installed> {
        let mut installed: BTreeMap<_, Installed> = BTreeMap::new();
        let Some(record) = self.twin.sites().get(site) else {
            return installed;
        };
        for (number, process) in record.site.processes.iter().enumerate() {
            let Ok(Some((product, terms, tonnes))) = self.capacity_of(process) else {
                continue;
            };
            let told = process.capacity.as_ref().and_then(|capacity| capacity.period);
            // Told of no year it is one of its day, or where that is after all that is balanced, of the last year: a plant that
            // runs was not built since.
            let known = told.map_or_else(|| record.site.source.published.year().min(latest), Period::year);
            let first = process.start.map_or(known, |start| start.year().max(known));
            for year in first.max(earliest)..=latest {
                let sum = installed.entry((product.clone(), year)).or_default();
                sum.processes.push(number);
                sum.tonnes += tonnes;
                sum.terms.clone_from(&terms);
            }
        }
        installed
    }

    /// What sites say that they made: by site, product and year.
    fn made_by_sites(&self) -> BTreeMap<(String, Product, i16), Made> {
        let mut reported: BTreeMap<_, Made> = BTreeMap::new();
        for report in &self.out.reports {
            let Some((first, _)) = report.terms.first() else {
                continue;
            };
            let Spot::Site { site, .. } = &first.spot else {
                continue;
            };
            if first.line != Line::Produced || !report.origin.is_evidence() {
                continue;
            }
            let mut slots: Vec<Slot> = report.terms.iter().map(|(key, _)| key.slot).collect();
            slots.sort_unstable();
            slots.dedup();
            let layers = report.terms.iter().filter(|(key, _)| key.slot == first.slot);
            let layers = layers
                .map(|(key, coefficient)| (key.layer, *coefficient))
                .collect();
            let (product, _, tonnes) = in_product(first.stage, layers, report.value);
            let made = reported
                .entry((site.to_string(), product, first.slot.year()))
                .or_default();
            let said = made.by_slots.entry(slots).or_default();
            *said = said.max(tonnes);
            made.facts.extend(report.origin.facts());
        }
        reported
    }

    /// Names the sites whose capacities count nothing, and why.
    fn name_unusable_capacities(&mut self) {
        for (site, record) in self.twin.sites() {
            for process in &record.site.processes {
                if let Err(why) = self.capacity_of(process) {
                    self.out.findings.push(Finding {
                        fact: None,
                        site: Some(site.clone()),
                        reason: Reason::CapacityUnusable {
                            stage: process.stage.clone(),
                            why,
                        },
                    });
                }
            }
        }
    }

    /// Product, its layers, and nameplate tonnes a year of a process that runs; nothing where it has none, or is of another chain. Why
    /// it cannot be used, if it cannot.
    fn capacity_of(&self, process: &Process) -> Result<Option<Nameplate>, CapacityFault> {
        let Some(capacity) = process.capacity.as_ref() else {
            return Ok(None);
        };
        let of_family = self
            .vocabulary()
            .commodity(&process.commodity)
            .is_some_and(|known| known.family == self.family);
        let runs = process.status == SiteStatus::Operating && process.basis != Basis::Projected;
        let stage = self.links.iter().position(|link| link.stage == process.stage);
        let Some(stage) = stage.filter(|_| of_family && runs) else {
            return Ok(None);
        };
        let told = self.layers.tell(
            self.vocabulary(),
            (&process.commodity, &process.form),
            capacity.mass_basis.parse().ok(),
            &capacity.substance,
        );
        let told = told.map_err(|_| CapacityFault::Basis {
            basis: capacity.mass_basis.clone(),
            substance: capacity.substance.clone(),
        })?;
        let factor = self
            .vocabulary()
            .unit(&capacity.unit)
            .and_then(|unit| unit.factor);
        let kilograms = factor.and_then(|factor| factor.checked_mul(capacity.value));
        let tonnes = kilograms.and_then(|mass| mass.to_f64()).map(|mass| mass / TONNE);
        let tonnes = tonnes.filter(|tonnes| *tonnes <= CAPACITY_MAX);
        let tonnes = tonnes.ok_or(CapacityFault::TooLarge)?;
        if tonnes < CAPACITY_MIN {
            return Err(CapacityFault::Nothing);
        }
        let stage = u16::try_from(stage).unwrap_or(u16::MAX);
        Ok(Some(in_product(stage, told.terms, tonnes)))
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

/// A mass told in layers, told so that the first counts once: what counts the same substance can then be added and compared.
fn in_product(stage: u16, terms: Terms, tonnes: f64) -> (Product, Terms, f64) {
    let unit = terms.first().map_or(1.0, |(_, coefficient)| *coefficient);
    let terms: Terms = terms
        .into_iter()
        .map(|(layer, coefficient)| (layer, coefficient / unit))
        .collect();
    let layers = terms
        .iter()
        .map(|(layer, coefficient)| (*layer, coefficient.to_bits()))
        .collect();
    (Product { stage, layers }, terms, tonnes / unit)
}
