//! Views as tables, one function each.

use std::collections::BTreeMap;

use didymium_statement::payload::Source;
use didymium_twin::{Fact, SiteRecord};
use didymium_vocabulary::{Period, canonical_decimal};

use super::table::Text;
use super::{Columns, DownloadError, ROWS_MAX, Table};
use crate::api::types;
use crate::api::views::{self, Lens, ObservationFilter, SeriesQuery, SiteFilter, VintagesQuery};

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
    let columns = edition(columns, |fact| Some(&fact.source));
    let columns = columns.text("fact", |fact| fact.digest.to_string());
    Ok(columns.table(&[
        "observations",
        one(&query.measure),
        one(&query.commodity),
        one(&query.stage),
    ]))
}

/// Every source's figures of one period: one row an area and source; the world's total among them, if there is one.
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

/// Sites, one row a process; a site without one has a row of its own.
///
/// # Errors
/// None yet; the length is judged when the file is written.
pub fn sites<'t>(lens: Lens<'t>, filter: &SiteFilter) -> Result<Table<'t>, DownloadError> {
    let records = views::matching_sites(lens.twin, filter);
    let rows: Vec<(&'t SiteRecord, Option<usize>)> = records
        .into_iter()
        .flat_map(|record| {
            let processes = record.site.processes.len();
            let places = (0..processes).map(Some);
            let alone = (processes == 0).then_some(None);
            places.chain(alone).map(move |place| (record, place))
        })
        .collect();
    let process =
        |row: &(&'t SiteRecord, Option<usize>)| row.1.and_then(|place| row.0.site.processes.get(place));
    let capacity = |row: &(&'t SiteRecord, Option<usize>)| process(row)?.capacity.as_ref();
    let columns = Columns::over(&rows)
        .text("site", |row| row.0.site.site.as_str())
        .text("uri", |row| row.0.uri.as_str())
        .text("name", |row| row.0.site.name.as_str())
        .text("country", |row| row.0.site.country.as_str())
        .text("place", |row| row.0.site.place.as_str())
        .decimal("latitude", |row| {
            row.0.site.point.as_ref().map(|point| point.lat.to_string())
        })
        .decimal("longitude", |row| {
            row.0.site.point.as_ref().map(|point| point.lon.to_string())
        })
        .text("point_precision", |row| {
            row.0
                .site
                .point
                .as_ref()
                .map_or("", |point| point.precision.as_str())
        })
        .text("operator", |row| row.0.site.operator.as_str())
        .text("owners", |row| owners(row.0))
        .text("status", |row| row.0.site.status.as_str())
        .text("commodity", |row| {
            process(row).map_or("", |process| &process.commodity)
        })
        .text("stage", |row| process(row).map_or("", |process| &process.stage))
        .text("form", |row| process(row).map_or("", |process| &process.form))
        .decimal("capacity", |row| {
            capacity(row).map(|capacity| canonical_decimal(capacity.value))
        })
        .text("unit", |row| capacity(row).map_or("", |capacity| &capacity.unit))
        .text("substance", |row| {
            capacity(row).map_or("", |capacity| &capacity.substance)
        })
        .text("mass_basis", |row| {
            capacity(row).map_or("", |capacity| capacity.mass_basis.as_str())
        })
        .text("capacity_period", |row| {
            capacity(row)
                .and_then(|capacity| capacity.period)
                .map_or_else(String::new, |period| period.to_string())
        })
        .text("process_status", |row| {
            process(row).map_or("", |process| process.status.as_str())
        })
        .text("basis", |row| {
            process(row).map_or("", |process| process.basis.as_str())
        })
        .text("note", |row| process(row).map_or("", |process| &process.note));
    let columns = edition(columns, |row| Some(&row.0.site.source));
    let columns = columns.text("statement", |row| row.0.statement.id.to_string());
    Ok(columns.table(&[
        "sites",
        one(&filter.commodity),
        one(&filter.stage),
        one(&filter.country),
    ]))
}

fn owners(record: &SiteRecord) -> String {
    let owner = |owner: &didymium_statement::payload::Owner| match owner.share {
        Some(share) => format!("{} ({} %)", owner.name, canonical_decimal(share)),
        None => owner.name.clone(),
    };
    record
        .site
        .owners
        .iter()
        .map(owner)
        .collect::<Vec<_>>()
        .join("; ")
}

/// A figure in a row, with what stands beside it in some views.
#[derive(Debug, Default)]
struct FigureRow {
    area: String,
    /// What the figure is, or along which axis it stands.
    quantity: &'static str,
    value: Option<String>,
    unit: String,
    substance: String,
    period: String,
    basis: String,
    qualifier: String,
    sources: u32,
    spread: Option<String>,
    source: String,
    figure: String,
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
            value: figure.value,
            unit: figure.unit,
            substance: figure.substance.unwrap_or_default(),
            period: figure.period,
            basis: figure.basis,
            qualifier: figure.qualifier,
            sources: figure.sources,
            spread: figure.spread,
            source: figure.source,
            figure: figure.figure,
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
    key: &types::SeriesKey,
    rows: &'r [FigureRow],
) -> Columns<'r, 't, FigureRow> {
    let editions: BTreeMap<&'t str, &'t Source> = lens
        .twin
        .sources()
        .iter()
        .map(|source| (source.source.as_str(), &**source))
        .collect();
    let text = |text: &String| -> Text<'t> { Text::Owned(text.clone()) };
    let columns = Columns::over(rows)
        .text("measure", |_| text(&key.measure))
        .text("commodity", |_| text(&key.commodity))
        .text("stage", |_| text(&key.stage))
        .text("form", |_| text(&key.form))
        .text("mass_basis", |_| text(&key.mass_basis))
        .text("subject", |_| text(&key.subject))
        .text("area", |row| text(&row.area))
        .text("quantity", |row| row.quantity)
        .text("period", |row| text(&row.period))
        .decimal("value", |row| row.value.clone())
        .text("unit", |row| text(&row.unit))
        .text("substance", |row| text(&row.substance))
        .text("qualifier", |row| text(&row.qualifier))
        .text("basis", |row| text(&row.basis))
        .integer("sources", |row| {
            (row.sources > 0).then_some(u64::from(row.sources))
        })
        .decimal("spread", |row| row.spread.clone())
        .flag("chosen", |row| row.chosen)
        .decimal("share_percent", |row| row.share.clone());
    edition(columns, |row| editions.get(row.source.as_str()).copied()).text("figure", |row| text(&row.figure))
}

/// The columns that tell a row's edition, and what must be shown with it.
fn edition<'r, 't, R>(
    columns: Columns<'r, 't, R>,
    of: impl Fn(&'r R) -> Option<&'t Source>,
) -> Columns<'r, 't, R> {
    let text = |row: &'r R, field: fn(&'t Source) -> &'t str| of(row).map_or("", field);
    columns
        .text("source", |row| text(row, |source| &source.source))
        .text("publication", |row| text(row, |source| &source.series))
        .text("edition", |row| text(row, |source| &source.edition))
        .text("publisher", |row| text(row, |source| &source.publisher))
        .text("published", |row| {
            of(row).map_or_else(String::new, |source| source.published.to_string())
        })
        .text("published_basis", |row| {
            text(row, |source| source.published_basis.as_str())
        })
        .text("licence", |row| text(row, |source| &source.licence))
        .text("attribution", |row| text(row, |source| &source.attribution))
}

fn named<'k>(view: &'k str, key: &'k types::SeriesKey, more: &[&'k str]) -> Vec<&'k str> {
    let key = [&key.measure, &key.commodity, &key.stage, &key.subject].map(String::as_str);
    std::iter::once(view)
        .chain(key)
        .chain(more.iter().copied())
        .collect()
}

fn one(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}
