//! How the figures of one line changed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use didymium_statement::Kind;
use didymium_twin::{self as twin, Symbol, Withdrawal};
use didymium_vocabulary::{Period, canonical_decimal};

use super::lens::{place, source};
use super::{Lens, SeriesQuery};
use crate::api::types;
use crate::clock::rfc3339;

/// Most recordings in an answer: the latest.
const RECORDINGS_MAX: usize = 500;

/// Whose figures, and of which periods.
#[derive(Debug, Clone)]
pub struct VintagesQuery {
    /// The series; the first that matches.
    pub series: SeriesQuery,
    /// Area.
    pub area: String,
    /// Importer, or empty.
    pub partner: String,
    /// One period, or all.
    pub period: Option<Period>,
    /// Periods to leave out from the start.
    pub offset: usize,
    /// Most periods.
    pub limit: usize,
}

/// Revision triangles and recordings of a line; nothing if nobody ever gave a figure of it.
pub fn vintages(lens: Lens<'_>, query: &VintagesQuery) -> Option<types::Vintages> {
    let id = lens.twin.find_series_ever(query.series.names())?;
    let found = lens
        .twin
        .vintages(id, &query.area, &query.partner, query.period)?;
    let rows = found
        .publications
        .iter()
        .flat_map(|publication| &publication.rows);
    let said = found.recordings.iter().flat_map(|recording| &recording.cells);
    let periods: BTreeSet<Period> = rows
        .map(|row| row.period)
        .chain(said.map(|cell| cell.period))
        .collect();
    let total = periods.len() as u64;
    let shown: BTreeSet<Period> = periods.into_iter().skip(query.offset).take(query.limit).collect();
    let recordings: Vec<types::Recording> = found
        .recordings
        .iter()
        .filter_map(|recording| recorded(lens, recording, &shown))
        .collect();
    let skipped = recordings.len().saturating_sub(RECORDINGS_MAX);
    Some(types::Vintages {
        key: lens.key(id),
        area: query.area.clone(),
        partner: query.partner.clone(),
        unit: found.unit,
        periods: shown.iter().map(Period::to_string).collect(),
        total,
        publications: found
            .publications
            .iter()
            .map(|publication| triangle(lens, publication, &shown))
            .collect(),
        recordings_total: recordings.len() as u64,
        recordings: recordings.into_iter().skip(skipped).collect(),
    })
}

/// Series of a commodity with figures, those that were revised most first, then by name.
pub fn vintage_series(lens: Lens<'_>, commodity: &str) -> Vec<types::VintageSeries> {
    let twin = lens.twin;
    let names = [None, Some(commodity), None, None, None, None, None];
    let mut found: Vec<(Reverse<u64>, [&str; 7], types::VintageSeries)> = twin
        .matching_series(names)
        .map(|id| {
            let periods = twin.series(id).periods.values();
            let areas: BTreeSet<&str> = periods
                .clone()
                .flat_map(|figures| figures.editions.iter().flat_map(twin::Edition::areas))
                .map(|area| twin.text(area))
                .collect();
            let line = types::VintageSeries {
                key: lens.key(id),
                unit: twin.series(id).unit.clone(),
                revised: periods.map(revised_in).sum(),
                areas: areas.into_iter().map(str::to_owned).collect(),
            };
            (Reverse(line.revised), twin.key_texts(id), line)
        })
        .collect();
    found.sort_by(|(a, left, _), (b, right, _)| (a, left).cmp(&(b, right)));
    found.into_iter().map(|(_, _, line)| line).collect()
}

/// Areas and importers for which one publication gives figures of a period in more than one edition.
fn revised_in(figures: &twin::PeriodFigures) -> u64 {
    let mut editions: BTreeMap<(&str, Symbol, Symbol), BTreeSet<&str>> = BTreeMap::new();
    for edition in &figures.editions {
        for (area, partner, _) in &edition.facts {
            let cell = (edition.source.series.as_str(), *area, *partner);
            editions.entry(cell).or_default().insert(&edition.source.source);
        }
    }
    editions.values().filter(|said| said.len() > 1).count() as u64
}

fn triangle(lens: Lens<'_>, publication: &twin::Publication, shown: &BTreeSet<Period>) -> types::Triangle {
    let rows = publication.rows.iter().filter(|row| shown.contains(&row.period));
    let row = |row: &twin::VintageRow| types::TriangleRow {
        period: row.period.to_string(),
        cells: row
            .cells
            .iter()
            .zip(&publication.editions)
            .map(|(cell, edition)| {
                let cell = cell.as_ref()?;
                Some(types::Vintage {
                    // What was added up over partners has one address in all editions: each column names its own.
                    figure: types::Figure {
                        source: edition.source.clone(),
                        ..lens.figure(&cell.figure)
                    },
                    change: cell.change.as_ref().map(change),
                })
            })
            .collect(),
        first: u32::try_from(row.first).unwrap_or(u32::MAX),
        last: u32::try_from(row.last).unwrap_or(u32::MAX),
        revised: row.revised.as_ref().map(change),
    };
    types::Triangle {
        series: publication.series.clone(),
        editions: publication
            .editions
            .iter()
            .map(|edition| source(edition))
            .collect(),
        rows: rows.map(row).collect(),
        stats: publication.stats.as_ref().map(stats),
        stats_of_all: publication.stats_of_all.as_ref().map(stats),
    }
}

fn recorded(
    lens: Lens<'_>,
    recording: &twin::Recording<'_>,
    shown: &BTreeSet<Period>,
) -> Option<types::Recording> {
    let cells = recording.cells.iter().filter(|cell| shown.contains(&cell.period));
    let cells: Vec<types::RecordedFigure> = cells
        .map(|cell| types::RecordedFigure {
            // One figure as one statement says it: what others say is another recording.
            figure: types::Figure {
                source: recording.source.source.clone(),
                sources: 1,
                spread: None,
                ..lens.figure(&cell.figure)
            },
            change: cell.change.as_ref().map(change),
            withdrawn: cell.withdrawn.map(|how| rfc3339(how.by.recorded_ms)),
        })
        .collect();
    let at = recording.statement.recorded_ms;
    let withdraws = recording.withdraws;
    (!cells.is_empty()).then(|| types::Recording {
        recorded: rfc3339(at),
        statement: place(recording.statement),
        source: recording.source.source.clone(),
        act: act(recording.withdraws).to_owned(),
        reason: withdraws.map_or_else(String::new, |how| how.reason.to_string()),
        replacement: withdraws.and_then(|how| Some(how.replacement?.to_string())),
        as_of: rfc3339(if withdraws.is_some() {
            at.saturating_sub(1)
        } else {
            at
        }),
        cells,
    })
}

fn act(withdraws: Option<&Withdrawal>) -> &'static str {
    match withdraws {
        None => "said",
        Some(how) if *how.by.kind == *Kind::Supersede.to_string() => "superseded",
        Some(_) => "retracted",
    }
}

fn change(change: &twin::Change) -> types::Change {
    types::Change {
        absolute: canonical_decimal(change.absolute),
        percent: change.percent.map(canonical_decimal),
    }
}

fn stats(stats: &twin::RevisionStats) -> types::RevisionStats {
    types::RevisionStats {
        revisions: stats.revisions as u64,
        mean_absolute: canonical_decimal(stats.mean_absolute),
        bias: canonical_decimal(stats.bias),
        mean_absolute_percent: stats.mean_absolute_percent.map(canonical_decimal),
        bias_percent: stats.bias_percent.map(canonical_decimal),
    }
}
