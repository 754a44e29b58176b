//! How a place is governed: the Worldwide Governance Indicators, as 0 to 10 with 10 the worst.

use didymium_vocabulary::Period;

use super::estimate::Deviations;
use super::measured::Measured;
use super::supply::float;
use crate::intern::Symbol;
use crate::series::SeriesId;
use crate::supply_risk::rescaled_governance;
use crate::twin::Twin;

/// Mean of the six indicators: subject of its series.
const MEAN: &str = "wgi_mean";
/// Political stability and absence of violence: subject of its series.
const STABILITY: &str = "wgi_pv";
/// How many years before the one wanted a score may be of: scores of the last year are published late.
const YEARS_BACK: i16 = 3;
/// The worst rescaled score: a few places are beyond the indicators' usual range.
const WORST: f64 = 10.0;

/// Scores of one indicator.
#[derive(Clone, Copy)]
pub(crate) struct Governance<'d> {
    series: Option<SeriesId>,
    deviations: Deviations<'d>,
}

impl<'d> Governance<'d> {
    /// The mean of the six.
    pub(crate) fn mean(twin: &Twin, deviations: Deviations<'d>) -> Self {
        Self::of(twin, MEAN, deviations)
    }

    /// Political stability.
    pub(crate) fn stability(twin: &Twin, deviations: Deviations<'d>) -> Self {
        Self::of(twin, STABILITY, deviations)
    }

    fn of(twin: &Twin, subject: &str, deviations: Deviations<'d>) -> Self {
        let named = [Some("indicator"), None, None, None, None, None, Some(subject)];
        Self {
            series: twin.find_series(named),
            deviations,
        }
    }

    /// A place's score of a year, or of the latest of the three before it, with the year it is of. The relative deviation
    /// of the figure is taken of the rescaled score: the indicator itself runs through 0.
    pub(crate) fn score(&self, twin: &Twin, area: Symbol, year: i16) -> Option<(Measured, i16)> {
        let series = self.series?;
        (0..=YEARS_BACK).find_map(|back| {
            let period = Period::of_year(year.checked_sub(back)?).ok()?;
            let (_, _, fact) = twin.chosen(series, period)?.of_area(area).first()?;
            let score = rescaled_governance(float(twin.fact(*fact).canonical)).clamp(0.0, WORST);
            Some((self.deviations.measured(twin, score, *fact), year - back))
        })
    }
}
