//! Views of published figures as tables, one function each.

use didymium_twin::Fact;
use didymium_vocabulary::{Period, canonical_decimal};

use super::{Columns, DownloadError, ROWS_MAX, Table, credits, one, shown};
use crate::api::types;
use crate::api::views::{self, Lens, ObservationFilter, SeriesQuery, VintagesQuery};

/// Published figures, one a row.
///
/// # Errors
/// [`DownloadError::TooLong`].
pub fn observations<'t>(
    lens: Lens<'t>,
    query: &SeriesQuery,
    filter: &ObservationFilter,
) -> Result<Table<'t>, DownloadError> {
    let twin = lens.twin;
    let (rows, facts) = views::matching_facts(lens, query, filter, 0, ROWS_MAX);
    if rows > ROWS_MAX as u64 {
        return Err(DownloadError::TooLong { rows });
    }
    let key = |fact: &&'t Fact, place: usize| twin.key_texts(fact.series)[place];
    let columns = Columns::over(&facts)
        .text("measure", |fact| key(fact, 0))
        .text("commodity", |fact| key(fact, 1))
        .text("stage", |fact| key(fact, 2))
        .text("form", |fact| key(fact, 3))
        .text("substance", |fact| key(fact, 4))
        .text("mass_basis", |fact| key(fact, 5))
        .text("subject", |fact| key(fact, 6))
        .text("area", |fact| twin.text(fact.area))
        .text("partner", |fact| twin.text(fact.partner))
        .text("period", |fact| fact.period.to_string())
        .decimal("value", |fact| Some(canonical_decimal(fact.value)))
        .text("unit", |fact| twin.text(fact.unit))
        .text("qualifier", |fact| fact.qualifier.as_str())
        .text("basis", |fact| fact.basis.as_str())
        .flag("chosen", |fact| Some(lens.is_chosen(fact)))
        .text("note", |fact| twin.text(fact.note));
    let columns = credits::edition(columns, |fact| Some(&fact.source));
    let columns = columns.text("fact", |fact| fact.digest.to_string());
    Ok(columns.table(&[
        "observations",
        one(&query.measure),
        one(&query.commodity),
        one(&query.stage),
    ]))
}

/// Every source's figures of one period: one row an area and source; then, as quantities of their own, the world's total, HHI,
/// N-1 and the club with its share, as far as they are told.
///
/// # Errors
/// [`DownloadError::Nothing`].
pub fn balance<'t>(
    lens: Lens<'t>,
    query: &SeriesQuery,
    period: Option<Period>,
) -> Result<Table<'t>, DownloadError> {
    let found = views::balance(lens, query, period).ok_or(DownloadError::Nothing)?;
    let mut rows: Vec<FigureRow> = Vec::new();
    if let Some(world) = found.world {
        rows.push(FigureRow::of(didymium_twin::WORLD, "world", world).chosen(true));
    }
    for row in found.rows {
        let chosen = row.chosen.map(|figure| figure.source);
        for figure in row.by_source.into_iter().flatten() {
            let is_chosen = chosen.as_ref() == Some(&figure.source);
            let mut line = FigureRow::of(&row.area, "cell", figure).chosen(is_chosen);
            line.share = is_chosen
                .then(|| row.share.as_ref().and_then(|share| share.value.clone()))
                .flatten();
            rows.push(line);
        }
    }
    let world = didymium_twin::WORLD;
    let whole = [("hhi", found.hhi), ("n-1", found.n_minus_1)];
    let whole = whole
        .into_iter()
        .filter_map(|(quantity, figure)| Some((quantity, figure?)));
    rows.extend(whole.map(|(quantity, figure)| FigureRow::of(world, quantity, figure).chosen(true)));
    rows.extend(found.club.map(|club| FigureRow {
        share: club.share.value,
        ..FigureRow::of(&club.area, "club", club.value).chosen(true)
    }));
    let columns = figures(lens, &found.key, &rows);
    Ok(columns.table(&named("balance", &found.key, &[&found.period])))
}

/// A series over time: one row an area and period; world totals, HHI and the largest share as quantities of their own.
///
/// # Errors
/// [`DownloadError::Nothing`].
pub fn series<'t>(lens: Lens<'t>, query: &SeriesQuery, partner: &str) -> Result<Table<'t>, DownloadError> {
    let found = views::series(lens, query, partner).ok_or(DownloadError::Nothing)?;
    let mut rows: Vec<FigureRow> = Vec::new();
    for line in found.areas {
        let figures = line.figures.into_iter().flatten();
        rows.extend(figures.map(|figure| FigureRow::of(&line.area, "cell", figure).chosen(true)));
    }
    for (quantity, figures) in [
        ("world", found.world),
        ("hhi", found.hhi),
        ("largest_share", found.largest_share),
    ] {
        let figures = figures.into_iter().flatten();
        rows.extend(figures.map(|figure| FigureRow::of(didymium_twin::WORLD, quantity, figure).chosen(true)));
    }
    let columns = figures(lens, &found.key, &rows);
    Ok(columns.table(&named("series", &found.key, &[])))
}

/// How the figures of a line changed: one row a period and edition (axis `published`), or a period and statement (axis
/// `recorded`).
///
/// # Errors
/// [`DownloadError::Nothing`].
pub fn vintages<'t>(lens: Lens<'t>, query: &VintagesQuery) -> Result<Table<'t>, DownloadError> {
    let found = views::vintages(lens, query).ok_or(DownloadError::Nothing)?;
    let mut rows: Vec<FigureRow> = Vec::new();
    let mut line = |axis: &'static str, figure: &types::Figure, change: Option<&types::Change>| {
        let mut row = FigureRow::of(&found.area, axis, figure.clone());
        row.change = change.map(|change| change.absolute.clone());
        row.change_percent = change.and_then(|change| change.percent.clone());
        rows.push(row);
        rows.len() - 1
    };
    let mut said = Vec::new();
    for triangle in &found.publications {
        for cell in triangle.rows.iter().flat_map(|row| row.cells.iter().flatten()) {
            line("published", &cell.figure, cell.change.as_ref());
        }
    }
    for recording in &found.recordings {
        for cell in &recording.cells {
            let place = line("recorded", &cell.figure, cell.change.as_ref());
            said.push((place, recording, cell));
        }
    }
    for (place, recording, cell) in said {
        if let Some(row) = rows.get_mut(place) {
            row.recorded.clone_from(&recording.recorded);
            row.act.clone_from(&recording.act);
            row.withdrawn = cell.withdrawn.clone().unwrap_or_default();
            row.reason.clone_from(&recording.reason);
            row.statement.clone_from(&recording.statement.statement);
        }
    }
    let columns = figures(lens, &found.key, &rows);
    let columns = columns
        .text("partner", |_| found.partner.clone())
        .decimal("change", |row| row.change.clone())
        .decimal("change_percent", |row| row.change_percent.clone())
        .text("recorded", |row| row.recorded.clone())
        .text("act", |row| row.act.clone())
        .text("withdrawn", |row| row.withdrawn.clone())
        .text("reason", |row| row.reason.clone())
        .text("statement", |row| row.statement.clone());
    Ok(columns.table(&named("vintages", &found.key, &[&found.area, &found.partner])))
}

/// A figure in a row, with what stands beside it in some views.
#[derive(Debug, Default)]
struct FigureRow {
    area: String,
    /// What the figure is, or along which axis it stands.
    quantity: &'static str,
    figure: types::Figure,
    chosen: Option<bool>,
    share: Option<String>,
    change: Option<String>,
    change_percent: Option<String>,
    recorded: String,
    act: String,
    withdrawn: String,
    reason: String,
    statement: String,
}

impl FigureRow {
    fn of(area: &str, quantity: &'static str, figure: types::Figure) -> Self {
        Self {
            area: area.to_owned(),
            quantity,
            figure,
            ..Self::default()
        }
    }

    fn chosen(self, chosen: bool) -> Self {
        Self {
            chosen: Some(chosen),
            ..self
        }
    }
}

/// The columns that every view of figures of one series has.
fn figures<'r, 't>(
    lens: Lens<'t>,
    key: &'r types::SeriesKey,
    rows: &'r [FigureRow],
) -> Columns<'r, 't, FigureRow> {
    let editions = shown::editions(lens);
    let columns = shown::named(Columns::over(rows), |_| key)
        .text("area", |row| row.area.clone())
        .text("quantity", |row| row.quantity);
    let columns = shown::told(columns, |row| &row.figure)
        .flag("chosen", |row| row.chosen)
        .decimal("share_percent", |row| row.share.clone());
    shown::credited(columns, &editions, |row| &row.figure)
}

fn named<'k>(view: &'k str, key: &'k types::SeriesKey, more: &[&'k str]) -> Vec<&'k str> {
    let key = [&key.measure, &key.commodity, &key.stage, &key.subject].map(String::as_str);
    std::iter::once(view)
        .chain(key)
        .chain(more.iter().copied())
        .collect()
}
