//! Indices of supply risk: one row a cell of the panel.

use super::{Columns, DownloadError, ROWS_MAX, Table, credits};
use crate::api::types;
use crate::api::views::{self, IndicatorQuery, IndicatorRow, Lens, Panel};

/// Every index of a commodity that is asked for, by stage, year and importer: its value with a standard deviation, or the cause why
/// there is none; then who holds the capacity of the stages.
///
/// # Errors
/// [`DownloadError::NoCommodity`]; [`DownloadError::TooLong`].
pub fn indicators<'t>(lens: Lens<'t>, query: &IndicatorQuery) -> Result<Table<'t>, DownloadError> {
    let panel = views::panel(lens, query, ROWS_MAX)
        .ok_or_else(|| DownloadError::NoCommodity(query.commodity.clone()))?
        .map_err(|rows| DownloadError::TooLong { rows })?;
    let name = [
        "indicators",
        &query.commodity,
        query.stage.as_deref().unwrap_or_default(),
        query.area.as_deref().unwrap_or_default(),
        &query.year.map_or_else(String::new, |year| year.to_string()),
        &query.quantities.join("_"),
    ];
    Ok(columns(&panel).table(&name))
}

fn columns<'r, 't>(panel: &'r Panel<'t>) -> Columns<'r, 't, IndicatorRow<'t>> {
    let figure = |row: &IndicatorRow<'_>, field: fn(&types::Figure) -> &String| {
        let figure = row.cell.value.as_ref();
        figure.map_or_else(String::new, |figure| field(figure).clone())
    };
    let note = |key: &str, language: fn(&types::Text) -> &String| {
        let note = panel.notes.get(key);
        note.map_or_else(String::new, |text| language(text).clone())
    };
    let columns = Columns::over(&panel.rows)
        .text("quantity", |row| row.cell.quantity.clone())
        .text("commodity", |row| row.cell.commodity.clone())
        .text("stage", |row| row.cell.stage.clone())
        .text("measure", |row| row.series.measure.clone())
        .text("form", |row| row.series.form.clone())
        .text("subject", |row| row.series.subject.clone())
        .text("area", |row| row.cell.area.clone())
        .text("partner", |row| row.cell.partner.clone())
        .text("holder", |row| row.holder.clone())
        .text("period", |row| row.cell.period.clone())
        .flag("projected", |row| Some(row.cell.projected))
        .decimal("value", |row| row.cell.value.as_ref()?.value.clone())
        .decimal("deviation", |row| row.cell.deviation.clone())
        .text("unit", |row| figure(row, |figure| &figure.unit))
        .text("substance", |row| row.series.substance.clone())
        .text("mass_basis", |row| row.series.mass_basis.clone())
        .text("bound", |row| row.cell.bound.clone())
        .text("qualifier", |row| figure(row, |figure| &figure.qualifier))
        .text("basis", |row| figure(row, |figure| &figure.basis))
        .flag("decides", |row| row.cell.decides)
        .text("takes", |row| row.cell.takes.join("; "))
        .text("missing", |row| row.cell.missing.clone())
        .text("missing_en", |row| note(&row.cell.missing, |text| &text.en))
        .text("missing_fr", |row| note(&row.cell.missing, |text| &text.fr))
        .text("caveat", |row| row.cell.caveat.clone())
        .text("caveat_en", |row| note(&row.cell.caveat, |text| &text.en))
        .text("caveat_fr", |row| note(&row.cell.caveat, |text| &text.fr))
        .integer("inputs", |row| row.cell.value.as_ref().map(|_| row.cell.inputs));
    credits::credited(columns, |row| &row.editions).text("figure", |row| figure(row, |figure| &figure.figure))
}
