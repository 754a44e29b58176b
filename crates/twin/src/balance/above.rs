//! Sites that report more than their country: no balance shows it, for the rest of the country takes up the difference and is held
//! at nothing.

use std::collections::BTreeMap;

use super::finding::{Finding, Reason};
use super::gather::Gathered;
use super::line::{Key, Spot};
use super::report::{Origin, Report};
use crate::fact::FactId;

/// Sites are above their country if their sum is by more than this many deviations of both.
const ABOVE: f64 = 3.0;

/// What the sites of a country report together.
#[derive(Default)]
struct Sum {
    tonnes: f64,
    variance: f64,
    facts: Vec<(FactId, String)>,
}

impl Gathered {
    /// Finds what sites report together above what is reported of their country.
    pub(super) fn name_sites_above_countries(&mut self) {
        let mut sums: BTreeMap<Key, Sum> = BTreeMap::new();
        for report in &self.reports {
            if let (Some(key), Origin::Fact(fact)) = (direct(report), &report.origin)
                && let Spot::Site { country, site } = &key.spot
                && !key.line.is_signed()
                && key.line.adds_over_places()
            {
                let spot = Spot::Country(country.clone());
                let sum = sums.entry(Key { spot, ..key.clone() }).or_default();
                sum.tonnes += report.value;
                sum.variance += report.deviation * report.deviation;
                sum.facts.push((*fact, site.to_string()));
            }
        }
        let mut found = Vec::new();
        for report in &self.reports {
            let of_country = direct(report).filter(|key| matches!(key.spot, Spot::Country(_)));
            let Some(sum) = of_country.and_then(|key| sums.get(key)) else {
                continue;
            };
            let both = (sum.variance + report.deviation * report.deviation).sqrt();
            if sum.tonnes - report.value <= ABOVE * both {
                continue;
            }
            found.extend(sum.facts.iter().map(|(fact, site)| {
                let reason = Reason::SitesAboveCountry {
                    sites: tonnes(sum.tonnes),
                    country: tonnes(report.value),
                };
                Finding::of_site(*fact, site, reason)
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

fn tonnes(value: f64) -> String {
    format!("{value:.0}")
}
