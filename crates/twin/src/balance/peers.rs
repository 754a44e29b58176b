//! How large a figure is by all who tell of it: a relative error is a part of the truth, of which each of them tells his own idea.
//!
//! Measured by what it says itself, a figure that is far too low would be the surest of all, and one of nothing would outweigh
//! everybody. So the deviation of a low figure grows with the middle one of those who tell of the same.

use std::collections::BTreeMap;

use super::gather::Gathered;
use super::line::{Key, Slot};
use super::report::{Origin, Report};

/// Months that make a year.
const MONTHS: usize = 12;

/// What a report is about, with the bits of its coefficients.
type About = Vec<(Key, u64)>;

impl Gathered {
    /// Lets the deviations of figures grow with the level at which others tell of the same.
    pub(super) fn measure_by_level(&mut self) {
        let mut told: BTreeMap<About, Vec<f64>> = BTreeMap::new();
        let mut of_months: BTreeMap<(About, Option<u16>), Vec<f64>> = BTreeMap::new();
        for report in self.reports.iter().filter(|report| is_plain(report)) {
            told.entry(about(report)).or_default().push(report.value);
            if let Some(year) = of_year(report) {
                of_months
                    .entry((year, report.voice))
                    .or_default()
                    .push(report.value);
            }
        }
        // Whoever tells every month tells the year.
        for ((year, _), months) in of_months {
            if months.len() == MONTHS
                && let Some(values) = told.get_mut(&year)
            {
                values.push(months.iter().sum());
            }
        }
        for values in told.values_mut() {
            values.sort_by(f64::total_cmp);
        }
        for report in self.reports.iter_mut().filter(|report| is_plain(report)) {
            if let Some(level) = told.get(&about(report)).and_then(|values| middle(values)) {
                report.rise_to(level);
            }
        }
    }
}

/// A figure of a mass as somebody reports it.
fn is_plain(report: &Report) -> bool {
    matches!(report.origin, Origin::Fact(_)) && report.terms.iter().all(|(_, coefficient)| *coefficient > 0.0)
}

fn about(report: &Report) -> About {
    let terms = report.terms.iter();
    terms
        .map(|(key, coefficient)| (key.clone(), coefficient.to_bits()))
        .collect()
}

/// What the year would be about of which a report tells one month of a flow.
fn of_year(report: &Report) -> Option<About> {
    let (first, _) = report.terms.first()?;
    let month = first.slot;
    let one_month = !month.is_year() && report.terms.iter().all(|(key, _)| key.slot == month);
    (one_month && first.line.is_flow()).then(|| {
        let mut about = about(report);
        for (key, _) in &mut about {
            key.slot = Slot::of_year(month.year());
        }
        about
    })
}

/// The middle one of ascending values, or the mean of the middle two.
fn middle(values: &[f64]) -> Option<f64> {
    let half = values.len() / 2;
    let high = values.get(half)?;
    if values.len().is_multiple_of(2) {
        let low = values.get(half.checked_sub(1)?)?;
        return Some(0.5 * (low + high));
    }
    Some(*high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_even_number_is_the_mean_of_two() {
        assert_eq!(middle(&[]), None);
        assert_eq!(middle(&[3.0]), Some(3.0));
        assert_eq!(middle(&[0.0, 3.0]), Some(1.5));
        assert_eq!(middle(&[0.0, 3.0, 900.0]), Some(3.0));
    }
}
