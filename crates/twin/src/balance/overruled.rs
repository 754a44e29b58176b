//! Reports that the balance does not follow, though no test of reports alone shows it: what cannot be negative stands against them, a
//! yield, an assumption, or a world that makes less in ten years than is said to lie at one place.

use std::collections::BTreeSet;

use super::finding::{Finding, Reason, tonnes};
use super::line::{Key, Line, Slot, Spot};
use super::pools::is_country;
use super::report::Report;
use super::solve::Balance;

/// A report is overruled if the balance leaves it by more than this many of its deviations.
const OVERRULED: f64 = 5.0;
/// Years of the world's production that nobody has in stock.
const YEARS_IN_STOCK: f64 = 10.0;

impl Balance {
    /// Names reports that the estimates leave, and answers their numbers.
    pub(super) fn name_overruled(&mut self) -> Vec<usize> {
        let tests = self.alone.tests.tests.iter();
        let flagged: BTreeSet<usize> = tests
            .filter(|test| test.flagged)
            .filter_map(|test| test.variable.checked_sub(self.reports_at()))
            .collect();
        let (mut found, mut left) = (Vec::new(), Vec::new());
        for (number, report) in self.reports.iter().enumerate() {
            if !report.origin.is_evidence() {
                continue;
            }
            let overruled = self
                .overruled(number, report)
                .filter(|_| !flagged.contains(&number));
            let above_world = self.above_world(number, report);
            left.extend(overruled.as_ref().or(above_world.as_ref()).map(|_| number));
            let others = above_world.into_iter().chain(self.beyond_all_stocks(report));
            for reason in overruled.into_iter().chain(others) {
                found.extend(Finding::of_report(report, reason));
            }
        }
        self.findings.extend(found);
        self.findings
            .sort_by_cached_key(|finding| (finding.fact, finding.site.clone()));
        left
    }

    fn overruled(&self, number: usize, report: &Report) -> Option<Reason> {
        let deviation = *self.alone.deviations.get(number)?;
        let mut left = report.beside;
        for (key, coefficient) in &report.terms {
            left += coefficient * self.quantity(key)?.value?;
        }
        let off = (report.said() - left).abs() / deviation;
        (off > OVERRULED).then(|| Reason::Overruled {
            left: tonnes(left),
            deviations: format!("{off:.1}"),
        })
    }

    fn beyond_all_stocks(&self, report: &Report) -> Option<Reason> {
        let [(key, coefficient)] = report.terms.as_slice() else {
            return None;
        };
        if key.line != Line::Closing {
            return None;
        }
        let made = self.known_production(key).filter(|made| *made > 0.0)?;
        (report.value / coefficient > YEARS_IN_STOCK * made)
            .then(|| Reason::BeyondAllStocks { made: tonnes(made) })
    }

    /// What the world makes in a year of what a stock is of, or where nobody knows that, those countries together of which it is
    /// known, tonnes.
    fn known_production(&self, stock: &Key) -> Option<f64> {
        let of = |spot: Spot| {
            let line = Line::Produced;
            let slot = Slot::of_year(stock.slot.year());
            let key = Key {
                spot,
                slot,
                line,
                ..*stock
            };
            self.quantity(&key).and_then(|quantity| quantity.value)
        };
        let countries = || {
            let spots = self
                .quantities()
                .map(|(key, _)| &key.spot)
                .filter(|spot| is_country(spot));
            let spots: BTreeSet<&Spot> = spots.collect();
            spots
                .into_iter()
                .filter_map(|spot| of(spot.clone()))
                .reduce(|one, two| one + two)
        };
        of(Spot::World).or_else(countries)
    }
}
