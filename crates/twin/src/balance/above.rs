//! Parts that are reported above their whole, sites above their country and months above their year: no balance shows it, for what
//! nobody tells of the whole takes up the difference and is held at nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::finding::{Finding, Reason, tonnes};
use super::gather::Gathered;
use super::line::{Key, Slot, Spot};
use super::report::{Origin, Report};
use crate::fact::FactId;

/// Parts are above their whole if their sum is by more than this many deviations of both.
const ABOVE: f64 = 3.0;

/// What the sites of a country report together, each counted once.
#[derive(Default)]
struct Sites {
    /// By site: the least that anybody says of it, tonnes, with its variance.
    least: BTreeMap<Arc<str>, (f64, f64)>,
    facts: Vec<(FactId, Arc<str>)>,
}

impl Sites {
    fn add(&mut self, site: &Arc<str>, report: &Report, fact: FactId) {
        let said = (report.value, report.deviation * report.deviation);
        let least = self.least.entry(Arc::clone(site)).or_insert(said);
        if said.0 < least.0 {
            *least = said;
        }
        self.facts.push((fact, Arc::clone(site)));
    }

    /// Tonnes and variance of all.
    fn together(&self) -> (f64, f64) {
        let add = |(sum, of_sum), (tonnes, variance): &(f64, f64)| (sum + tonnes, of_sum + variance);
        self.least.values().fold((0.0, 0.0), add)
    }
}

impl Gathered {
    /// Finds what sites report together above what is reported of their country.
    pub(super) fn name_sites_above_countries(&mut self) {
        let mut countries: BTreeMap<Key, Sites> = BTreeMap::new();
        for report in &self.reports {
            if let (Some(key), Origin::Fact(fact)) = (direct(report), &report.origin)
                && let Spot::Site { country, site } = &key.spot
                && !key.line.is_signed()
                && key.line.adds_over_places()
            {
                let spot = Spot::Country(country.clone());
                let sites = countries.entry(Key { spot, ..key.clone() }).or_default();
                sites.add(site, report, *fact);
            }
        }
        let mut found = Vec::new();
        for report in &self.reports {
            let of_country = direct(report).filter(|key| matches!(key.spot, Spot::Country(_)));
            let Some(sites) = of_country.and_then(|key| countries.get(key)) else {
                continue;
            };
            let (together, variance) = sites.together();
            let both = (variance + report.deviation * report.deviation).sqrt();
            if together - report.value <= ABOVE * both {
                continue;
            }
            found.extend(sites.facts.iter().map(|(fact, site)| {
                let reason = Reason::SitesAboveCountry {
                    sites: tonnes(together),
                    country: tonnes(report.value),
                };
                Finding::of_site(*fact, site, reason)
            }));
        }
        found.dedup();
        self.findings.extend(found);
    }
}

/// What is reported of the months of a year, each counted once.
#[derive(Default)]
struct Months {
    /// By month: the least that anybody says of it, tonnes, with its variance.
    least: BTreeMap<Slot, (f64, f64)>,
    facts: Vec<FactId>,
}

impl Months {
    fn add(&mut self, report: &Report, month: Slot, fact: FactId) {
        let said = (report.value, report.deviation * report.deviation);
        let least = self.least.entry(month).or_insert(said);
        if said.0 < least.0 {
            *least = said;
        }
        self.facts.push(fact);
    }
}

impl Gathered {
    /// Finds what is reported of months above what is reported of their year.
    pub(super) fn name_months_above_years(&mut self) {
        let mut years: BTreeMap<Key, Months> = BTreeMap::new();
        for report in &self.reports {
            if let (Some(key), Origin::Fact(fact)) = (direct(report), &report.origin)
                && !key.slot.is_year()
                && key.line.is_flow()
                && !key.line.is_signed()
            {
                let slot = Slot::of_year(key.slot.year());
                let months = years.entry(Key { slot, ..key.clone() }).or_default();
                months.add(report, key.slot, *fact);
            }
        }
        let mut found = Vec::new();
        for report in &self.reports {
            let Some(months) = direct(report).and_then(|key| years.get(key)) else {
                continue;
            };
            let together: f64 = months.least.values().map(|(tonnes, _)| tonnes).sum();
            let variance: f64 = months.least.values().map(|(_, variance)| variance).sum();
            let both = (variance + report.deviation * report.deviation).sqrt();
            if together - report.value <= ABOVE * both {
                continue;
            }
            found.extend(months.facts.iter().map(|fact| Finding {
                fact: Some(*fact),
                site: report.site(),
                reason: Reason::MonthsAboveYear {
                    months: months.least.len(),
                    together: tonnes(together),
                    year: tonnes(report.value),
                },
            }));
        }
        found.dedup();
        self.findings.extend(found);
    }
}

/// The quantity that a figure is about by itself, in its own unit.
fn direct(report: &Report) -> Option<&Key> {
    match report.terms.as_slice() {
        [(key, coefficient)] if report.origin.is_evidence() && (coefficient - 1.0).abs() < 1e-12 => Some(key),
        _ => None,
    }
}
