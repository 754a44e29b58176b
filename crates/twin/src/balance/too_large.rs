//! Who makes a balance too large: the voice, and of what it says the statement, without which least would be to balance.
//!
//! Not the one that says most: ten figures of ten lonely years add more than a thousand of years that all speak of.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::gather::Gathered;
use super::report::Report;
use crate::twin::Twin;

impl Gathered {
    /// Whose figures make it large, in words. `quantities` counts what a balance of such reports would have.
    pub(super) fn adds_most(&self, twin: &Twin, quantities: impl Fn(&[&Report]) -> usize) -> String {
        let reports: Vec<&Report> = self.reports.iter().collect();
        let Some((left, said, voice)) = least_left(&reports, |report| report.voice, &quantities) else {
            return String::new();
        };
        let name = self.voices.get(usize::from(voice)).map_or("", String::as_str);
        let mut words =
            format!("`{name}` with {said} figures: without them there would be {left} quantities");
        // Of that voice alone, since each count goes over all reports.
        let statement = |report: &Report| {
            let fact = report.origin.facts().first()?;
            let stands = twin.fact(*fact).statements.first()?;
            (report.voice == Some(voice)).then_some(stands.id)
        };
        if let Some((left, said, statement)) = least_left(&reports, statement, &quantities) {
            words += &format!(
                "; of these {said} are of statement {statement}, and without that one there would be {left}"
            );
        }
        words
    }
}

/// The group without which least is left, with the number of its reports; of equals the one that says most.
fn least_left<G: Ord + Copy>(
    reports: &[&Report],
    group: impl Fn(&Report) -> Option<G>,
    quantities: impl Fn(&[&Report]) -> usize,
) -> Option<(usize, usize, G)> {
    let mut groups: BTreeMap<G, usize> = BTreeMap::new();
    for report in reports {
        if let Some(group) = group(report) {
            *groups.entry(group).or_default() += 1;
        }
    }
    let without = groups.into_iter().map(|(its, said)| {
        let others = reports
            .iter()
            .copied()
            .filter(|report| group(report) != Some(its));
        (quantities(&others.collect::<Vec<_>>()), said, its)
    });
    without.min_by_key(|(left, said, _)| (*left, Reverse(*said)))
}
