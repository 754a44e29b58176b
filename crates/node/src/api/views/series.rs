//! Series over time, balances of one period, observations as published, prices.

use std::collections::BTreeSet;

use didymium_twin::{CLUB, Fact, FactId, SaidValue, SeriesId, Symbol, WORLD};
use didymium_vocabulary::Period;

use super::Lens;
use super::editions::Editions;
use super::lens::source;
use crate::api::types;

/// What names a series in a question; an absent field matches any.
#[derive(Debug, Default, Clone)]
pub struct SeriesQuery {
    /// Measure.
    pub measure: Option<String>,
    /// Commodity.
    pub commodity: Option<String>,
    /// Stage.
    pub stage: Option<String>,
    /// Form.
    pub form: Option<String>,
    /// Substance.
    pub substance: Option<String>,
    /// Basis of a mass.
    pub mass_basis: Option<String>,
    /// Subject.
    pub subject: Option<String>,
}

impl SeriesQuery {
    /// The names in the twin's order.
    pub fn names(&self) -> [Option<&str>; 7] {
        [
            &self.measure,
            &self.commodity,
            &self.stage,
            &self.form,
            &self.substance,
            &self.mass_basis,
            &self.subject,
        ]
        .map(Option::as_deref)
    }
}

/// A series by area over time: chosen figures, projections left out.
pub fn series(lens: Lens<'_>, query: &SeriesQuery, partner: &str) -> Option<types::Series> {
    let twin = lens.twin;
    let id = twin.find_series(query.names())?;
    let partner = twin.symbol(partner)?;
    // What a source expects of the future is not drawn beside what was observed; `balance` shows it, marked.
    let observed = |period: &Period| twin.chosen(id, *period).is_some_and(|edition| !edition.projected);
    let periods: Vec<Period> = twin.series(id).periods.keys().copied().filter(observed).collect();
    let mut areas: Vec<Symbol> = Vec::new();
    for period in &periods {
        areas.extend(
            twin.chosen(id, *period)
                .into_iter()
                .flat_map(|edition| edition.areas()),
        );
    }
    areas.sort_unstable();
    areas.dedup();
    let world = twin.symbol(WORLD);
    let mut lines: Vec<types::AreaLine> = areas
        .into_iter()
        .filter(|area| Some(*area) != world || !twin.adds_up(id))
        .map(|area| types::AreaLine {
            area: twin.text(area).to_owned(),
            figures: periods
                .iter()
                .map(|period| lens.maybe(twin.cell(id, area, partner, *period)))
                .collect(),
        })
        .filter(|line| line.figures.iter().any(Option::is_some))
        .collect();
    lines.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then_with(|| a.area.cmp(&b.area)));
    let mut sources = Editions::default();
    periods
        .iter()
        .for_each(|period| sources.add_chosen(twin, id, *period));
    let edition = |period: &Period| {
        twin.chosen(id, *period)
            .map(|edition| edition.source.source.clone())
    };
    Some(types::Series {
        key: lens.key(id),
        unit: twin.series(id).unit.clone(),
        areas: lines,
        world: periods
            .iter()
            .map(|period| lens.maybe(twin.world(id, *period)))
            .collect(),
        hhi: periods
            .iter()
            .map(|period| lens.maybe(twin.hhi(id, *period)))
            .collect(),
        largest_share: periods
            .iter()
            .map(|period| lens.maybe(twin.largest_share(id, *period)))
            .collect(),
        editions: periods.iter().filter_map(edition).collect(),
        listed: periods
            .iter()
            .map(|period| twin.listed_only(id, *period))
            .collect(),
        left_out: periods
            .iter()
            .map(|period| twin.left_out(id, *period).map(str::to_owned))
            .collect(),
        sources: sources.sent(),
        periods: periods.iter().map(Period::to_string).collect(),
    })
}

/// The latest figure of a line, for ordering only.
fn weight(line: &types::AreaLine) -> f64 {
    line.figures
        .iter()
        .rev()
        .flatten()
        .find_map(|figure| figure.value.as_ref()?.parse().ok())
        .unwrap_or(f64::MIN)
}

/// Every source beside the chosen one, for one period (the latest observed one by default).
pub fn balance(lens: Lens<'_>, query: &SeriesQuery, period: Option<Period>) -> Option<types::Balance> {
    let twin = lens.twin;
    let id = twin.find_series(query.names())?;
    let period = period.or_else(|| twin.latest_period(id))?;
    let figures = twin.series(id).periods.get(&period)?;
    let mut areas: Vec<Symbol> = figures
        .editions
        .iter()
        .flat_map(|edition| edition.areas())
        .collect();
    areas.sort_unstable();
    areas.dedup();
    let world = twin.symbol(WORLD);
    let mut rows: Vec<_> = areas
        .into_iter()
        .filter(|area| Some(*area) != world || !twin.adds_up(id))
        .map(|area| balance_row(lens, id, area, period))
        .collect();
    rows.sort_by(|(left, a), (right, b)| right.cmp(left).then_with(|| a.area.cmp(&b.area)));
    Some(types::Balance {
        key: lens.key(id),
        period: period.to_string(),
        periods: twin.series(id).periods.keys().map(Period::to_string).collect(),
        world: lens.maybe(twin.world(id, period)),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        hhi: lens.maybe(twin.hhi(id, period)),
        n_minus_1: lens.maybe(twin.n_minus_1(id, period)),
        club: lens.country_share(id, CLUB, period),
        sources: figures
            .editions
            .iter()
            .map(|edition| source(&edition.source))
            .collect(),
        listed: twin.listed_only(id, period),
        left_out: twin.left_out(id, period).map(str::to_owned),
        rule: types::Text {
            en: didymium_twin::RULE_R1_EN.to_owned(),
            fr: didymium_twin::RULE_R1_FR.to_owned(),
        },
        contradictions: contradictions(lens, id, period),
    })
}

fn contradictions(lens: Lens<'_>, id: SeriesId, period: Period) -> Vec<types::Contradiction> {
    let twin = lens.twin;
    let said = |value: &SaidValue<'_>| types::SaidFigure {
        figure: lens.figure(&twin.published(value.fact)),
        members: value.members.iter().map(|member| (*member).to_owned()).collect(),
    };
    let found = twin.contradictions(id, period).into_iter();
    found
        .map(|contradiction| types::Contradiction {
            area: twin.text(contradiction.area).to_owned(),
            partner: twin.text(contradiction.partner).to_owned(),
            source: contradiction.source.source.clone(),
            figures: contradiction.said.iter().map(said).collect(),
        })
        .collect()
}

fn balance_row(
    lens: Lens<'_>,
    id: SeriesId,
    area: Symbol,
    period: Period,
) -> (Option<didymium_vocabulary::Decimal>, types::BalanceRow) {
    let twin = lens.twin;
    let editions = twin
        .series(id)
        .periods
        .get(&period)
        .map_or(&[][..], |figures| &figures.editions);
    let by_source: Vec<_> = editions
        .iter()
        .map(|edition| {
            twin.cell_in(id, edition, area, Symbol::EMPTY, period)
                .map(|figure| (edition, figure))
        })
        .collect();
    let size = by_source.iter().flatten().map(|(_, figure)| figure.value).next();
    let row = types::BalanceRow {
        area: twin.text(area).to_owned(),
        chosen: lens.maybe(twin.cell(id, area, Symbol::EMPTY, period)),
        share: lens.maybe(twin.share(id, twin.text(area), period)),
        // What was added up over partners has one address in all editions: each column names its own.
        by_source: by_source
            .into_iter()
            .map(|cell| {
                cell.map(|(edition, figure)| types::Figure {
                    source: edition.source.source.clone(),
                    ..lens.figure(&figure)
                })
            })
            .collect(),
    };
    (size, row)
}

/// Filters of [`observations`] beyond the series.
#[derive(Debug, Default, Clone)]
pub struct ObservationFilter {
    /// Area.
    pub area: Option<String>,
    /// Importer.
    pub partner: Option<String>,
    /// Period.
    pub period: Option<Period>,
    /// Source edition.
    pub source: Option<String>,
    /// Only chosen, or only not chosen, figures.
    pub chosen: Option<bool>,
}

impl ObservationFilter {
    /// Whether every figure of a series passes.
    const fn takes_all(&self) -> bool {
        let Self {
            area,
            partner,
            period,
            source,
            chosen,
        } = self;
        area.is_none() && partner.is_none() && period.is_none() && source.is_none() && chosen.is_none()
    }
}

/// Figures as published, in a fixed order; the count of all that match, and those of the page.
pub fn observations(
    lens: Lens<'_>,
    query: &SeriesQuery,
    filter: &ObservationFilter,
    offset: usize,
    limit: usize,
) -> (u64, Vec<types::Observation>) {
    let (total, facts) = matching_facts(lens, query, filter, offset, limit);
    let items = facts.into_iter().map(|fact| lens.observation(fact)).collect();
    (total, items)
}

/// The same as the twin's own facts.
pub fn matching_facts<'t>(
    lens: Lens<'t>,
    query: &SeriesQuery,
    filter: &ObservationFilter,
    offset: usize,
    limit: usize,
) -> (u64, Vec<&'t Fact>) {
    let twin = lens.twin;
    let wanted = |name: &Option<String>| name.as_ref().map(|text| twin.symbol(text));
    let (area, partner) = (wanted(&filter.area), wanted(&filter.partner));
    let unnamed = query.names().iter().all(Option::is_none);
    let matching: BTreeSet<SeriesId> = if unnamed {
        BTreeSet::new()
    } else {
        twin.matching_series(query.names()).collect()
    };
    let series = twin
        .series_by_name()
        .iter()
        .copied()
        .filter(|id| unnamed || matching.contains(id));
    let mut total = 0;
    let mut items = Vec::new();
    for id in series {
        // A series of which nothing is on the page is only counted.
        let facts = twin.series(id).facts;
        if filter.takes_all() && (total + facts <= offset || items.len() == limit) {
            total += facts;
            continue;
        }
        for (period, figures) in twin.series(id).periods.iter().rev() {
            if filter.period.is_some_and(|wanted| wanted != *period) {
                continue;
            }
            for (rank, edition) in figures.editions.iter().enumerate() {
                let source = filter
                    .source
                    .as_ref()
                    .is_none_or(|wanted| *wanted == edition.source.source);
                if !source || filter.chosen.is_some_and(|wanted| wanted != (rank == 0)) {
                    continue;
                }
                let wanted = |row: &&(Symbol, Symbol, FactId)| {
                    area.is_none_or(|w| w == Some(row.0)) && partner.is_none_or(|w| w == Some(row.1))
                };
                // Most editions are only counted; a page shows few.
                let all = area.is_none() && partner.is_none();
                let count = if all {
                    edition.facts.len()
                } else {
                    edition.facts.iter().filter(wanted).count()
                };
                if total < offset + limit && total + count > offset {
                    let skipped = offset.saturating_sub(total);
                    let room = limit - items.len();
                    let inside = edition.facts.iter().filter(wanted).skip(skipped).take(room);
                    items.extend(inside.map(|(_, _, fact)| twin.fact(*fact)));
                }
                total += count;
            }
        }
    }
    (total as u64, items)
}

/// Price series of a commodity and of the commodities of its family, one line a product and publication.
pub fn prices(lens: Lens<'_>, commodity: &str, (offset, limit): (usize, usize)) -> types::Prices {
    let twin = lens.twin;
    let mut lines = Vec::new();
    let mut sources = Editions::default();
    for id in twin.matching_series([Some("price"), None, None, None, None, None, None]) {
        let key = lens.key(id);
        if !super::sites::commodity_covers(twin, commodity, &key.commodity) {
            continue;
        }
        let mut by_publication: std::collections::BTreeMap<String, Vec<types::Figure>> =
            std::collections::BTreeMap::new();
        for (period, figures) in &twin.series(id).periods {
            let Some(edition) = figures.chosen() else { continue };
            let figure = edition
                .facts
                .first()
                .and_then(|(area, partner, _)| twin.cell_in(id, edition, *area, *partner, *period));
            if let Some(figure) = figure {
                sources.add(&edition.source);
                by_publication
                    .entry(edition.source.series.clone())
                    .or_default()
                    .push(lens.figure(&figure));
            }
        }
        for (source, points) in by_publication {
            lines.push(types::PriceLine {
                key: key.clone(),
                unit: twin.series(id).unit.clone(),
                source,
                points,
            });
        }
    }
    lines.sort_by(|a, b| {
        (&a.key.commodity, &a.key.subject, &a.source).cmp(&(&b.key.commodity, &b.key.subject, &b.source))
    });
    let total = lines.len() as u64;
    let lines: Vec<_> = lines.into_iter().skip(offset).take(limit).collect();
    let mut sources = sources.sent();
    if (lines.len() as u64) < total {
        let behind = |key: &str| {
            let mut points = lines.iter().flat_map(|line| &line.points);
            points.any(|point| point.source == key)
        };
        sources.retain(|source| behind(&source.source));
    }
    types::Prices {
        commodity: commodity.to_owned(),
        lines,
        total,
        sources,
    }
}
