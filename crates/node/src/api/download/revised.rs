//! Which series of a commodity there are, and how much each was revised.

use super::{Columns, Table};
use crate::api::views::{self, Lens};

/// Series of a commodity, one a row, those that were revised most first.
pub fn vintage_series(lens: Lens<'_>, commodity: &str) -> Table<'static> {
    let rows = views::vintage_series(lens, commodity);
    Columns::over(&rows)
        .text("measure", |row| row.key.measure.clone())
        .text("commodity", |row| row.key.commodity.clone())
        .text("stage", |row| row.key.stage.clone())
        .text("form", |row| row.key.form.clone())
        .text("substance", |row| row.key.substance.clone())
        .text("mass_basis", |row| row.key.mass_basis.clone())
        .text("subject", |row| row.key.subject.clone())
        .text("unit", |row| row.unit.clone())
        .integer("revised", |row| Some(row.revised))
        .integer("areas", |row| Some(row.areas.len() as u64))
        .text("area_keys", |row| row.areas.join("; "))
        .table(&["vintages-series", commodity])
}
