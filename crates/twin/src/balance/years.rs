//! The years that are balanced: those that reports speak of, without what stands far from all others.
//!
//! A balance runs from the first year to the last, so one figure of the year 1823 instead of 2023 would make everybody wait
//! for two centuries.

use std::collections::BTreeSet;

use super::finding::{Finding, Reason};
use super::gather::{Gathered, Table};
use super::report::Report;

/// Years of which nothing is told, after which what follows is far.
const FAR: i16 = 20;

impl Gathered {
    /// Leaves out what is of years far from the others. Years stand together that are less than [`FAR`] apart; those of which
    /// most is said are kept, the latest among equals.
    pub(super) fn keep_near_years(&mut self) {
        let evidence = self.reports.iter().filter(|report| report.origin.is_evidence());
        let mut years: Vec<i16> = evidence.filter_map(year_of).collect();
        years.sort_unstable();
        let groups = years.chunk_by(|one, two| two - one < FAR);
        let Some(kept) = groups.max_by_key(|group| (group.len(), group.first().copied())) else {
            return;
        };
        let (Some(&first), Some(&last)) = (kept.first(), kept.last()) else {
            return;
        };
        let near = |year: Option<i16>| year.is_none_or(|year| first - year < FAR && year - last < FAR);
        let mut far = BTreeSet::new();
        self.reports.retain(|report| {
            let keep = near(year_of(report));
            if !keep {
                far.extend(report.origin.facts().iter().copied());
            }
            keep
        });
        self.tables
            .retain(|table: &Table| near(table.slots.first().map(|slot| slot.year())));
        let others = (first, last);
        self.findings.extend(
            far.into_iter()
                .map(|fact| Finding::of_fact(fact, Reason::FarFromOthers { others })),
        );
    }
}

fn year_of(report: &Report) -> Option<i16> {
    report.terms.first().map(|(key, _)| key.slot.year())
}
