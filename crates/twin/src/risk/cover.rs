//! Stocks and net imports against what is consumed, in mass.
//!
//! A stock is measured against every published consumption of the same commodity, stage and substance in the same area
//! and period, each for itself: apparent and reported consumption are two answers, not one.

use didymium_vocabulary::Period;

use super::assumption::Assumption;
use super::estimate::{Deviations, Estimate, Outcome};
use super::measured::Measured;
use super::missing::Missing;
use super::supply::float;
use crate::intern::Symbol;
use crate::series::SeriesId;
use crate::twin::Twin;

/// What sums of decimals in floats may be off by, as a fraction.
const ROUNDING: f64 = 1e-9;

/// Consumption series of the same commodity, stage, substance and basis of mass as another series.
pub(crate) fn consumptions(twin: &Twin, series: SeriesId) -> Vec<SeriesId> {
    beside(twin, series, "consumption")
}

/// Series of another measure, with the same commodity, stage, substance and basis of mass.
fn beside(twin: &Twin, series: SeriesId, measure: &str) -> Vec<SeriesId> {
    let [_, commodity, stage, _, substance, basis, _] = twin.key_texts(series);
    let names = [
        Some(measure),
        Some(commodity),
        Some(stage),
        None,
        Some(substance),
        Some(basis),
        None,
    ];
    twin.matching_series(names).collect()
}

/// An area's figure in the chosen edition, canonical unit.
pub(crate) fn figure(
    twin: &Twin,
    series: SeriesId,
    area: Symbol,
    period: Period,
    of: Deviations<'_>,
) -> Option<Measured> {
    let (_, _, fact) = twin.chosen(series, period)?.of_area(area).first()?;
    Some(of.measured(twin, float(twin.fact(*fact).canonical), *fact))
}

/// The consumption whose subject is `subject`.
fn consumption(
    twin: &Twin,
    series: SeriesId,
    subject: &str,
    area: Symbol,
    period: Period,
    of: Deviations<'_>,
) -> Result<Measured, Missing> {
    consumptions(twin, series)
        .into_iter()
        .filter(|id| twin.key_texts(*id)[6] == subject)
        .find_map(|id| figure(twin, id, area, period, of))
        .filter(|used| used.value > 0.0)
        .ok_or(Missing::NoConsumption)
}

/// For how many days a stock lasts at the consumption of its period.
pub(crate) fn days(
    twin: &Twin,
    stocks: SeriesId,
    subject: &str,
    area: Symbol,
    period: Period,
    of: Deviations<'_>,
) -> Outcome {
    let stock = figure(twin, stocks, area, period, of).ok_or(Missing::NoStocks)?;
    let used = consumption(twin, stocks, subject, area, period, of)?;
    let cover = stock.over(&used).ok_or(Missing::NoConsumption)?;
    Ok(Estimate::new(
        cover.scaled(days_of(period)),
        projected(twin, stocks, period),
    ))
}

/// `(imports − exports) / consumption`, percent; of apparent consumption this is what the United States Geological Survey
/// calls net import reliance. More than 100 is told with [`Assumption::NetImportsAboveConsumption`].
pub(crate) fn reliance(
    twin: &Twin,
    imports: SeriesId,
    subject: &str,
    area: Symbol,
    period: Period,
    of: Deviations<'_>,
) -> Outcome {
    let sum = |series: Vec<SeriesId>| {
        series
            .into_iter()
            .filter_map(|id| figure(twin, id, area, period, of))
            .reduce(|sum, one| sum.plus(&one))
    };
    // The forms that are traded at one stage are one supply.
    let bought = sum(beside(twin, imports, "imports")).ok_or(Missing::NoImportsAndExports)?;
    let sold = sum(beside(twin, imports, "exports")).ok_or(Missing::NoImportsAndExports)?;
    let used = consumption(twin, imports, subject, area, period, of)?;
    let part = bought.minus(&sold).over(&used).ok_or(Missing::NoConsumption)?;
    let mut notes = projected(twin, imports, period);
    // Consumption is published for itself, not summed from production and trade: nothing keeps the part under the whole. By
    // value it is, as there the whole is what net imports and production at home add up to.
    if part.value > 1.0 + ROUNDING {
        notes.push(Assumption::NetImportsAboveConsumption);
    }
    Ok(Estimate::new(part.scaled(100.0), notes))
}

/// World demand of a year in what a production series counts: the published total of all uses.
pub(crate) fn demand(
    twin: &Twin,
    production: SeriesId,
    period: Period,
    of: Deviations<'_>,
) -> Option<Measured> {
    let [_, commodity, _, _, substance, basis, _] = twin.key_texts(production);
    let names = [
        Some("demand"),
        Some(commodity),
        None,
        None,
        Some(substance),
        Some(basis),
        Some("total"),
    ];
    let series = twin.find_series(names)?;
    let world = twin.symbol(crate::WORLD)?;
    figure(twin, series, world, period, of).filter(|demand| demand.value > 0.0)
}

fn projected(twin: &Twin, series: SeriesId, period: Period) -> Vec<Assumption> {
    let expected = twin
        .chosen(series, period)
        .is_some_and(|edition| edition.projected);
    expected.then_some(Assumption::Projected).into_iter().collect()
}

fn days_of(period: Period) -> f64 {
    let days = period
        .last_day()
        .since(period.first_day())
        .map_or(365, |span| span.get_days() + 1);
    f64::from(days)
}
