//! Months that are missing in a series of months.

use std::collections::BTreeMap;

use didymium_vocabulary::Period;

use super::finding::{Finding, Reason};
use super::gather::{Gatherer, SITE};
use crate::fact::FactId;
use crate::intern::Symbol;
use crate::series::Series;

impl Gatherer<'_> {
    /// Months that are missing between months of one source and place.
    pub(super) fn months_missing(&mut self, series: &Series, subject: &str) {
        let mut months: BTreeMap<(&str, Symbol), Vec<(Period, FactId)>> = BTreeMap::new();
        for (period, figures) in &series.periods {
            if period.month().is_none() {
                continue;
            }
            for edition in &figures.editions {
                for (area, _, fact) in &edition.facts {
                    let list = months.entry((edition.source.series.as_str(), *area)).or_default();
                    if list.last().is_none_or(|(last, _)| last != period) {
                        list.push((*period, *fact));
                    }
                }
            }
        }
        for list in months.into_values() {
            for pair in list.windows(2) {
                let ((before, fact), (after, _)) = (pair[0], pair[1]);
                let Some(next) = before.next().filter(|next| *next != after) else {
                    continue;
                };
                self.out.findings.push(Finding {
                    fact: Some(fact),
                    site: subject.strip_prefix(SITE).map(str::to_owned),
                    reason: Reason::MonthMissing {
                        missing: next,
                        after: before,
                    },
                });
            }
        }
    }
}
