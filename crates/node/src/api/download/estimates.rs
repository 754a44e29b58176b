//! Estimates of a balance as tables: every one of a family, or one line over time.

use didymium_twin::Twin;
use didymium_twin::balance::{Balance, Key, Line, Options, Quantity, Spot};
use didymium_twin::reconcile::Huber;

use super::{Columns, DownloadError, Table};
use crate::api::types;
use crate::api::views::{BalanceLens, Lens, is_of_line};

/// An estimate with its name.
type Row<'b> = (&'b Key, types::Estimate);

/// Every estimate of a balance, one a row: those that nobody can know without a value.
///
/// # Errors
/// [`DownloadError::TooLong`].
pub fn estimates(of: BalanceLens<'_>) -> Result<Table<'static>, DownloadError> {
    Ok(columns(of, &rows(of, |_| true)?).table(&[&called(of.balance, "reconciled"), &of.balance.family]))
}

/// One line of a balance over time.
///
/// # Errors
/// [`DownloadError::Nothing`]; [`DownloadError::TooLong`].
pub fn reconciled_line(
    of: BalanceLens<'_>,
    layer: u16,
    stage: u16,
    place: &Spot,
    line: Line,
) -> Result<Table<'static>, DownloadError> {
    let rows = rows(of, |key| is_of_line(key, layer, stage, place, line))?;
    let (key, _) = rows.first().ok_or(DownloadError::Nothing)?;
    let commodity = layer_of(of.balance, key).map_or("", |layer| &layer.commodity);
    let stage = of.balance.stages.get(usize::from(stage));
    let name: [&str; 6] = [
        &called(of.balance, "reconciled-line"),
        &of.balance.family,
        commodity,
        stage.map_or("", String::as_str),
        &place.to_string(),
        line.key(),
    ];
    Ok(columns(of, &rows).table(&name))
}

/// What a file of a balance is called: that of a robust one says so.
pub(super) fn called(balance: &Balance, what: &str) -> String {
    match balance.robust {
        Some(_) => format!("{what}-robust"),
        None => what.to_owned(),
    }
}

/// [`estimates`] of a twin, balanced for the purpose; `robust`: reports that do not fit count less.
///
/// # Errors
/// [`DownloadError::Balance`] where the family cannot be balanced; those of [`estimates`].
pub fn reconciled(twin: &Twin, family: &str, robust: bool) -> Result<Table<'static>, DownloadError> {
    with_balance(twin, family, robust, estimates)
}

/// A table of a family's balance, which is solved for the purpose.
pub(super) fn with_balance(
    twin: &Twin,
    family: &str,
    robust: bool,
    make: impl FnOnce(BalanceLens<'_>) -> Result<Table<'static>, DownloadError>,
) -> Result<Table<'static>, DownloadError> {
    // Whoever asks for a large one on their own machine may wait for it.
    let options = Options {
        quantities_max: usize::MAX,
        robust: robust.then(Huber::default),
        ..Options::default()
    };
    let balance = Balance::of(twin, family, &options)?;
    make(BalanceLens {
        balance: &balance,
        lens: Lens { twin },
        stale: None,
    })
}

fn rows(of: BalanceLens<'_>, wanted: impl Fn(&Key) -> bool) -> Result<Vec<Row<'_>>, DownloadError> {
    let found = of.balance.quantities().filter(|(key, _)| wanted(key));
    let found: Vec<(&Key, &Quantity)> = found.collect();
    super::check_length(found.len())?;
    let told = found
        .into_iter()
        .map(|(key, quantity)| (key, of.estimate(key, quantity)));
    Ok(told.collect())
}

fn layer_of<'b>(balance: &'b Balance, key: &Key) -> Option<&'b didymium_twin::balance::Layer> {
    balance.layers.get(usize::from(key.layer))
}

fn columns<'r>(of: BalanceLens<'_>, rows: &'r [Row<'_>]) -> Columns<'r, 'static, Row<'r>> {
    let balance = of.balance;
    Columns::over(rows)
        .text("family", |_| balance.family.clone())
        .text("layer", |(key, _)| {
            layer_of(balance, key).map_or_else(String::new, |layer| layer.commodity.clone())
        })
        .text("stage", |(key, _)| {
            let stage = balance.stages.get(usize::from(key.stage));
            stage.cloned().unwrap_or_default()
        })
        .text("place", |(key, _)| key.spot.to_string())
        .text("period", |(key, _)| {
            let period = key.slot.period();
            period.map_or_else(String::new, |period| period.to_string())
        })
        .text("line", |(key, _)| key.line.key())
        .decimal("value", |(_, estimate)| estimate.value.clone())
        .decimal("deviation", |(_, estimate)| estimate.deviation.clone())
        .decimal("low", |(_, estimate)| estimate.low.clone())
        .decimal("high", |(_, estimate)| estimate.high.clone())
        .text("unit", |_| "t")
        .text("substance", |(key, _)| {
            layer_of(balance, key).map_or_else(String::new, |layer| layer.substance.clone())
        })
        .text("told", |(_, estimate)| estimate.told.clone())
        .text("grade", |(_, estimate)| estimate.grade.clone())
        .flag("contested", |(_, estimate)| Some(estimate.contested))
        .text("figure", |(_, estimate)| estimate.figure.clone())
}
