//! Every estimate of a family as a table.

use didymium_twin::Twin;
use didymium_twin::balance::{Balance, Key, Options, Quantity};

use super::{Columns, DownloadError, Table};
use crate::api::views::{address, decimal, told_key};

/// Every estimate of a balance, one a row: those that nobody can know without a value.
pub fn estimates(balance: &Balance) -> Table<'static> {
    let rows: Vec<(&Key, &Quantity)> = balance.quantities().collect();
    let layer = |key: &Key| balance.layers.get(usize::from(key.layer));
    let columns = Columns::over(&rows)
        .text("family", |_| balance.family.clone())
        .text("layer", |(key, _)| {
            layer(key).map_or_else(String::new, |layer| layer.commodity.clone())
        })
        .text("stage", |(key, _)| {
            balance
                .stages
                .get(usize::from(key.stage))
                .cloned()
                .unwrap_or_default()
        })
        .text("place", |(key, _)| key.spot.to_string())
        .text("period", |(key, _)| {
            key.slot
                .period()
                .map_or_else(String::new, |period| period.to_string())
        })
        .text("line", |(key, _)| key.line.key())
        .decimal("value", |(_, quantity)| quantity.value.map(decimal))
        .decimal("deviation", |(_, quantity)| quantity.deviation.map(decimal))
        .text("unit", |_| "t")
        .text("substance", |(key, _)| {
            layer(key).map_or_else(String::new, |layer| layer.substance.clone())
        })
        .text("told", |(_, quantity)| told_key(quantity.told))
        .text("grade", |(_, quantity)| quantity.grade.letter())
        .text("figure", |(key, _)| address(balance, key));
    columns.table(&["reconciled", &balance.family])
}

/// The same of a twin, balanced for the purpose.
///
/// # Errors
/// [`DownloadError::Nothing`] where the family cannot be balanced.
pub fn reconciled(twin: &Twin, family: &str) -> Result<Table<'static>, DownloadError> {
    let balance = Balance::of(twin, family, &Options::default()).map_err(|_| DownloadError::Nothing)?;
    Ok(estimates(&balance))
}
