//! How a figure changed: its vintages in the order in which they were published, and in the order in which they were
//! recorded.
//!
//! *Published*: each publication (`Source::series`) is a revision triangle of its own, since a difference between two
//! publications is no revision. Columns are its editions in the order of their days of publication, rows the periods.
//! *Recorded*: what was said of the line, statement by statement, in the order in which the node at hand recorded it, with
//! what was withdrawn since. Two nodes may have recorded the same statements in another order and at other times.
//!
//! Revisions are measured as in revision analysis (McKenzie and Gamba, *Interpreting the results of revision analyses*,
//! OECD 2008): a revision is the later figure less the earlier one of consecutive vintages of one period, an unchanged
//! figure being a revision of zero; the mean absolute revision says how far figures move, the mean revision (bias) which
//! way.

mod recordings;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use didymium_statement::payload::Source;
use didymium_vocabulary::{Decimal, Period};

use crate::figure::Figure;
use crate::indicators;
use crate::intern::Symbol;
use crate::series::{Edition, SeriesId};
use crate::twin::Twin;

pub use recordings::{RecordedCell, Recording};

/// Fewest revisions from which a mean is told.
pub const REVISIONS_MIN: usize = 3;

/// Digits behind the point of a mean.
const MEAN_DIGITS: u32 = 4;

/// How a later figure differs from an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Later less earlier, in the unit of the figures.
    pub absolute: Decimal,
    /// The same in percent of the earlier one; absent where that is zero.
    pub percent: Option<Decimal>,
}

impl Change {
    fn between(earlier: &Figure, later: &Figure) -> Option<Self> {
        let absolute = later.value.checked_sub(earlier.value)?.normalize();
        Some(Self {
            absolute,
            percent: indicators::percent(absolute, earlier.value.abs()),
        })
    }
}

/// One figure of a triangle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VintageCell {
    /// The figure of that edition.
    pub figure: Figure,
    /// Against the vintage before: the same publication's last earlier edition with a figure for the period.
    pub change: Option<Change>,
}

/// One period of a triangle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VintageRow {
    /// The period the figures are about.
    pub period: Period,
    /// Parallel to the editions; absent where an edition says nothing of the period.
    pub cells: Vec<Option<VintageCell>>,
    /// Place of the first edition with a figure.
    pub first: usize,
    /// Place of the last one.
    pub last: usize,
    /// The last vintage against the first; absent where there is one only.
    pub revised: Option<Change>,
}

/// How much a publication revises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevisionStats {
    /// How many revisions there are, of zero too.
    pub revisions: usize,
    /// Mean of their absolute values, in the unit of the series.
    pub mean_absolute: Decimal,
    /// Mean of the revisions, in the unit of the series: above zero where figures are raised later.
    pub bias: Decimal,
    /// Mean of the absolute values in percent of the earlier figures; absent unless enough of these are not zero.
    pub mean_absolute_percent: Option<Decimal>,
    /// Mean in percent of the earlier figures; absent unless enough of these are not zero.
    pub bias_percent: Option<Decimal>,
}

/// The revision triangle of one publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Its key.
    pub series: String,
    /// Its editions in the order of publication; the key settles what was published on one day.
    pub editions: Vec<Arc<Source>>,
    /// Periods, oldest first.
    pub rows: Vec<VintageRow>,
    /// Of all periods of this line, asked for or not; absent with fewer than [`REVISIONS_MIN`] revisions.
    pub stats: Option<RevisionStats>,
    /// Of all countries (and partners) of the series in this publication; absent with fewer than [`REVISIONS_MIN`].
    pub stats_of_all: Option<RevisionStats>,
}

/// How the figures of one series, area and partner changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vintages<'t> {
    /// The series.
    pub series: SeriesId,
    /// Unit of all figures.
    pub unit: String,
    /// By published time: the publications that the club's vocabulary prefers first, then by key.
    pub publications: Vec<Publication>,
    /// By recorded time, oldest first. A trade flow summed over partners is nobody's statement: it has none.
    pub recordings: Vec<Recording<'t>>,
}

impl Twin {
    /// The series of that name, though all that was said of it may have been withdrawn; see [`Twin::find_series`].
    pub fn find_series_ever(&self, names: [Option<&str>; 7]) -> Option<SeriesId> {
        self.find_series(names).or_else(|| {
            let wanted = names.map(|name| name.map(|text| self.symbol(text)));
            let matches = |id: &SeriesId| {
                let has = self.series(*id).key.symbols();
                let mut pairs = wanted.iter().zip(has);
                pairs.all(|(want, has)| want.is_none_or(|symbol| symbol == Some(has)))
            };
            self.withdrawn()
                .iter()
                .map(|past| past.fact.series)
                .filter(matches)
                .min()
        })
    }

    /// How the figures of an area changed, for one period or all; with an empty `partner` a trade flow is summed over
    /// partners. Nothing if nobody ever gave one.
    pub fn vintages(
        &self,
        id: SeriesId,
        area: &str,
        partner: &str,
        period: Option<Period>,
    ) -> Option<Vintages<'_>> {
        let line = (self.symbol(area)?, self.symbol(partner)?);
        let publications = self.publications(id, line, period);
        let recordings = self.recordings(id, line, period);
        (!publications.is_empty() || !recordings.is_empty()).then(|| Vintages {
            series: id,
            unit: self.series(id).unit.clone(),
            publications,
            recordings,
        })
    }

    fn publications(&self, id: SeriesId, line: (Symbol, Symbol), period: Option<Period>) -> Vec<Publication> {
        let mut by_series: BTreeMap<&str, Triangle<'_>> = BTreeMap::new();
        for (at, figures) in &self.series(id).periods {
            for edition in &figures.editions {
                if let Some(figure) = self.cell_in(id, edition, line.0, line.1, *at) {
                    let triangle = by_series.entry(&edition.source.series).or_default();
                    let order = (edition.source.published, edition.source.source.as_str());
                    triangle.editions.insert(order, &edition.source);
                    triangle.figures.entry(*at).or_default().insert(order, figure);
                }
            }
        }
        let texts = self.key_texts(id);
        let preferred = self
            .vocabulary()
            .preferred_series(texts[0], (!texts[2].is_empty()).then_some(texts[2]));
        let mut found: Vec<Publication> = by_series
            .into_iter()
            .map(|(series, triangle)| {
                let mut rows = triangle.rows();
                let stats = stats(rows.iter().flat_map(revisions));
                rows.retain(|row| period.is_none_or(|wanted| wanted == row.period));
                Publication {
                    series: series.to_owned(),
                    editions: triangle
                        .editions
                        .values()
                        .map(|source| Arc::clone(source))
                        .collect(),
                    stats,
                    stats_of_all: self.stats_of_all(id, series),
                    rows,
                }
            })
            .collect();
        found.retain(|publication| !publication.rows.is_empty());
        let rank = |series: &str| {
            let place = preferred.iter().position(|name| *name == series);
            place.unwrap_or(usize::MAX)
        };
        found.sort_by(|a, b| (rank(&a.series), &a.series).cmp(&(rank(&b.series), &b.series)));
        found
    }

    /// Revisions of every country of the series in one publication.
    fn stats_of_all(&self, id: SeriesId, series: &str) -> Option<RevisionStats> {
        let mut found: Vec<Revision> = Vec::new();
        for (at, figures) in &self.series(id).periods {
            let mut editions: Vec<&Edition> = figures
                .editions
                .iter()
                .filter(|edition| edition.source.series == series)
                .collect();
            editions.sort_by_key(|edition| (edition.source.published, &edition.source.source));
            let cells: BTreeSet<(Symbol, Symbol)> = editions
                .iter()
                .flat_map(|edition| &edition.facts)
                .filter(|(area, ..)| !self.is_aggregate(*area))
                .map(|(area, partner, _)| (*area, *partner))
                .collect();
            for (area, partner) in cells {
                let said = editions
                    .iter()
                    .filter_map(|edition| self.cell_in(id, edition, area, partner, *at));
                let said: Vec<Figure> = said.collect();
                let pairs = said.iter().zip(said.iter().skip(1));
                found.extend(pairs.filter_map(|(earlier, later)| Change::between(earlier, later)));
            }
        }
        stats(found.into_iter())
    }
}

/// Editions in the order of publication.
type Order<'t> = (jiff::civil::Date, &'t str);

#[derive(Default)]
struct Triangle<'t> {
    editions: BTreeMap<Order<'t>, &'t Arc<Source>>,
    figures: BTreeMap<Period, BTreeMap<Order<'t>, Figure>>,
}

impl Triangle<'_> {
    fn rows(&self) -> Vec<VintageRow> {
        self.figures
            .iter()
            .filter_map(|(period, said)| {
                let mut before: Option<&Figure> = None;
                let mut cells = Vec::with_capacity(self.editions.len());
                for order in self.editions.keys() {
                    let figure = said.get(order);
                    cells.push(figure.map(|figure| VintageCell {
                        change: before.and_then(|before| Change::between(before, figure)),
                        figure: figure.clone(),
                    }));
                    before = figure.or(before);
                }
                let first = cells.iter().position(Option::is_some)?;
                let last = cells.iter().rposition(Option::is_some)?;
                let revised = match (said.values().next(), before) {
                    (Some(earliest), Some(latest)) if last > first => Change::between(earliest, latest),
                    _ => None,
                };
                Some(VintageRow {
                    period: *period,
                    cells,
                    first,
                    last,
                    revised,
                })
            })
            .collect()
    }
}

/// A change from one vintage to the next.
type Revision = Change;

fn revisions(row: &VintageRow) -> impl Iterator<Item = Revision> + '_ {
    row.cells.iter().flatten().filter_map(|cell| cell.change)
}

fn stats(revisions: impl Iterator<Item = Revision>) -> Option<RevisionStats> {
    let revisions: Vec<Revision> = revisions.collect();
    let absolute: Vec<Decimal> = revisions.iter().map(|revision| revision.absolute).collect();
    let percent: Vec<Decimal> = revisions.iter().filter_map(|revision| revision.percent).collect();
    let (mean_absolute, bias) = means(&absolute)?;
    let of_percent = means(&percent);
    Some(RevisionStats {
        revisions: revisions.len(),
        mean_absolute,
        bias,
        mean_absolute_percent: of_percent.map(|(mean, _)| mean),
        bias_percent: of_percent.map(|(_, bias)| bias),
    })
}

/// Mean of the absolute values and mean, of enough values.
fn means(values: &[Decimal]) -> Option<(Decimal, Decimal)> {
    if values.len() < REVISIONS_MIN {
        return None;
    }
    let count = Decimal::from(values.len());
    let mean = |values: &mut dyn Iterator<Item = Decimal>| -> Option<Decimal> {
        let mut sum = Decimal::ZERO;
        for value in values {
            sum = sum.checked_add(value)?;
        }
        Some(sum.checked_div(count)?.round_dp(MEAN_DIGITS).normalize())
    };
    Some((
        mean(&mut values.iter().map(Decimal::abs))?,
        mean(&mut values.iter().copied())?,
    ))
}
