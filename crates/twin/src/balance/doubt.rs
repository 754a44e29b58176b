//! Reports that do not fit the others, and what would fit: a query to whoever said them.

use super::grade::Grade;
use super::report::Report;
use super::solve::Balance;
use crate::reconcile::{Cause, GlobalTest, Identified, MeasurementTest, MeasurementTests};

/// Two-sided 95 percent of the normal law.
const NINETY_FIVE: f64 = 1.959_963_984_540_054;
/// An error that is found four times in five lies this many deviations beyond the critical value.
const FOUR_IN_FIVE: f64 = 0.841_621_233_572_914;
/// A report of whose error less than this part shows is checked by nobody: a false one would have to be ten times as far off.
pub(super) const CHECKED: f64 = 0.1;

/// What is kept of the solve of the reports alone.
#[derive(Debug)]
pub(super) struct Alone {
    pub(super) tests: MeasurementTests,
    pub(super) global: GlobalTest,
    /// Biases found one after another.
    pub(super) identified: Identified,
    /// Report less estimate, by number of the report; none of those that were not measured.
    pub(super) adjustments: Vec<Option<f64>>,
    /// Deviations of the reports as they were measured.
    pub(super) deviations: Vec<f64>,
}

/// How a report fits.
#[derive(Debug, Clone, PartialEq)]
pub struct DoubtedReport<'b> {
    /// Its number in [`Balance::reports`].
    pub number: usize,
    /// The report.
    pub report: &'b Report,
    /// Its test.
    pub test: MeasurementTest,
    /// Its deviation with what was learned of its publication, tonnes.
    pub deviation: f64,
    /// What the others say it should be, and the deviation of that, tonnes.
    pub expected: (f64, f64),
    /// Values that would fit: 95 percent of reports that are right lie within, tonnes.
    pub fits: (f64, f64),
    /// The smallest error of this report that would be noticed four times in five, tonnes.
    pub noticed: f64,
    /// Other reports that no test can tell from it: one of them is wrong.
    pub with: Vec<usize>,
}

/// The reports in doubt, the gravest first, and the rest by how well they are checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Doubt<'b> {
    /// The level of each single test.
    pub level: f64,
    /// The `z` beyond which a report is flagged.
    pub critical: f64,
    /// Reports that others check, the largest `z` first.
    pub tested: Vec<DoubtedReport<'b>>,
    /// Reports that nobody checks: a false one would not be noticed. Numbers in [`Balance::reports`].
    pub unchecked: Vec<usize>,
}

/// A report that, taken for biased, explains most of what is wrong: the result of one step of serial compensation.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspect {
    /// Its number in [`Balance::reports`], and those of others that no test can tell from it: one of them is biased.
    pub reports: Vec<usize>,
    /// By how much the first is above what all that are not suspected leave, tonnes.
    pub bias: f64,
    /// How much of the global statistic it explained when it was found.
    pub statistic: f64,
}

impl Balance {
    /// Which reports, taken for biased one after another, explain why all together do not agree, and whether the rest does. None where
    /// all agree, or where it is no report: a yield that was reported, say.
    #[must_use]
    pub fn suspects(&self) -> (Vec<Suspect>, GlobalTest) {
        let of_reports = |variables: &[usize]| -> Vec<usize> {
            let numbers = variables
                .iter()
                .filter_map(|variable| variable.checked_sub(self.reports_at()));
            numbers.filter(|number| *number < self.reports.len()).collect()
        };
        let suspects = self.alone.identified.errors.iter().filter_map(|error| {
            let Cause::Bias { variables } = &error.cause else {
                return None;
            };
            let reports = of_reports(variables);
            (!reports.is_empty()).then_some(Suspect {
                reports,
                bias: error.size,
                statistic: error.statistic,
            })
        });
        (suspects.collect(), self.alone.identified.rest)
    }

    /// Marks figures of which a report does not fit the others, or is one of those that the balance leaves.
    pub(super) fn mark_contested(&mut self, overruled: &[usize]) {
        let flagged = self.alone.tests.tests.iter().filter(|test| test.flagged);
        let flagged: Vec<usize> = flagged
            .filter_map(|test| test.variable.checked_sub(self.reports_at()))
            .collect();
        for number in flagged.into_iter().chain(overruled.iter().copied()) {
            let Some(report) = self.reports.get(number) else {
                continue;
            };
            // What is left of a sum is no report of its parts.
            if report.terms.iter().any(|(_, coefficient)| *coefficient < 0.0) {
                continue;
            }
            let places: Vec<usize> = report
                .terms
                .iter()
                .filter_map(|(key, _)| self.find(key))
                .collect();
            for at in places {
                if let Some(quantity) = self.quantities.get_mut(at) {
                    quantity.contested = true;
                    quantity.grade = quantity.grade.max(Grade::D);
                }
            }
        }
    }

    /// Which reports do not fit, and which nobody could tell.
    #[must_use]
    pub fn doubt(&self) -> Doubt<'_> {
        let mut checked = vec![false; self.reports.len()];
        let mut tested: Vec<DoubtedReport<'_>> = Vec::new();
        for test in &self.alone.tests.tests {
            let Some(number) = test.variable.checked_sub(self.reports_at()) else {
                continue;
            };
            let Some(report) = self
                .reports
                .get(number)
                .filter(|report| report.origin.is_evidence())
            else {
                continue;
            };
            if test.detectability < CHECKED {
                continue;
            }
            checked[number] = true;
            tested.extend(self.doubted(number, report, *test));
        }
        tested.sort_by(|one, two| {
            two.test
                .z
                .total_cmp(&one.test.z)
                .then(one.number.cmp(&two.number))
        });
        let unchecked = (0..self.reports.len())
            .filter(|number| !checked[*number] && self.reports[*number].origin.is_evidence())
            .collect();
        Doubt {
            level: self.alone.tests.level,
            critical: self.alone.tests.critical,
            tested,
            unchecked,
        }
    }

    fn doubted<'b>(
        &'b self,
        number: usize,
        report: &'b Report,
        test: MeasurementTest,
    ) -> Option<DoubtedReport<'b>> {
        let adjustment = (*self.alone.adjustments.get(number)?)?;
        let deviation = *self.alone.deviations.get(number)?;
        // Without the report itself: its adjustment, seen through how much of an error shows in it.
        let seen = test.detectability * test.detectability;
        let expected = report.said() - adjustment / seen;
        let own = deviation * (1.0 / seen - 1.0).max(0.0).sqrt();
        let reach = NINETY_FIVE * deviation / test.detectability;
        let with = self.alone.tests.sets.get(test.set).map_or(&[][..], Vec::as_slice);
        Some(DoubtedReport {
            number,
            report,
            test,
            deviation,
            expected: (expected, own),
            fits: (expected - reach, expected + reach),
            noticed: (self.alone.tests.critical + FOUR_IN_FIVE) * deviation / test.detectability,
            with: with
                .iter()
                .filter(|variable| **variable != test.variable)
                .filter_map(|variable| variable.checked_sub(self.reports_at()))
                .filter(|other| *other < self.reports.len())
                .collect(),
        })
    }
}
