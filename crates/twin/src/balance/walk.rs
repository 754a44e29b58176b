//! From a figure back to what it is made of: every report and assumption, with its weight.

use super::line::Key;
use super::report::Origin;
use super::solve::Balance;

/// What a report or assumption counts for in a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Weight<'b> {
    /// Where it comes from.
    pub origin: &'b Origin,
    /// The report, if it is one: its number in [`Balance::reports`].
    pub report: Option<usize>,
    /// By how much the figure changes if the report rises by one: the gain of the estimate.
    pub gain: f64,
    /// Part of the figure's variance that comes from it; the parts of all add to one.
    pub part: f64,
}

impl Balance {
    /// What a figure is made of, the heaviest first; none if nobody can know it. One sparse solve.
    #[must_use]
    pub fn weights(&self, key: &Key) -> Option<Vec<Weight<'_>>> {
        let at = self.find(key)?;
        self.quantity(key)?.value?;
        // As the estimate was made: without what is at a bound. What is there itself is told by what would have it beyond.
        let known = |covariance: &Vec<f64>| covariance.get(at).copied().filter(|own| *own > 0.0);
        let within = self.within.covariances(at);
        let covariance = match within.filter(|within| known(within).is_some()) {
            Some(within) => within,
            None => self.solved.covariances(at)?,
        };
        let variance = known(&covariance)?;
        let measured = self.solved.problem().variables();
        let mut weights = Vec::new();
        for (number, variable) in measured.iter().enumerate().skip(self.reports_at()) {
            let Some(measurement) = variable.measurement else {
                continue;
            };
            let own = measurement.deviation * measurement.deviation;
            let gain = covariance.get(number).copied().unwrap_or(0.0) / own;
            let part = gain * gain * own / variance;
            if part < SMALLEST_PART {
                continue;
            }
            let (origin, report) = if number < self.priors_at() {
                let report = number - self.reports_at();
                (&self.reports.get(report)?.origin, Some(report))
            } else {
                (&self.priors.get(number - self.priors_at())?.origin, None)
            };
            weights.push(Weight {
                origin,
                report,
                gain,
                part,
            });
        }
        weights.sort_by(|one, two| two.part.total_cmp(&one.part));
        Some(weights)
    }
}

/// What counts for less is not told.
const SMALLEST_PART: f64 = 1e-6;
