//! Columns of a Sankey diagram: who mines, who refines, who exports to whom.
//!
//! Who ships what from a mine to a refinery is not published. So the columns of stages are in shares of their world
//! totals and meet in a pool; only trade, the last pair of columns, is between countries. A column whose series has no
//! figure for the year asked for shows the nearest year and says so.

use std::collections::BTreeMap;

use didymium_twin::{AreaSet, SeriesId, Symbol, Twin};
use didymium_vocabulary::{ChainLink, Decimal, Dimension, Period};

use super::Lens;
use super::country::nearest_period;
use super::editions::Editions;
use super::overview::headline;
use crate::api::types;

/// Countries a column shows by name; the rest are one node.
const NAMED: usize = 7;
/// The node of all others.
const REST: &str = "OTH";

struct Stage<'v> {
    link: &'v ChainLink,
    series: SeriesId,
    period: Period,
}

/// The flows of a commodity's family at a period (the latest observed anywhere by default).
pub fn flows(lens: Lens<'_>, commodity: &str, period: Option<Period>) -> Option<types::Flows> {
    let twin = lens.twin;
    let vocabulary = twin.vocabulary();
    let family = &vocabulary.commodity(commodity)?.family;
    let links: Vec<(&ChainLink, SeriesId)> = vocabulary
        .chain(family)
        .filter_map(|link| headline(twin, link, commodity).map(|id| (link, id)))
        .collect();
    let (traded, made): (Vec<_>, Vec<_>) = links
        .into_iter()
        .partition(|(_, id)| twin.series(*id).dimension == Dimension::Money);
    let trade = traded
        .first()
        .map(|(_, id)| *id)
        .or_else(|| fullest_trade(twin, family));
    let periods = observed_years(twin, made.iter().map(|(_, id)| *id).chain(trade));
    // Years between those with figures show what stands in for them; years outside have nothing to show.
    let (first, last) = (*periods.first()?, *periods.last()?);
    let wanted = period.unwrap_or(last);
    if wanted < first || wanted > last {
        return None;
    }
    let stages = made
        .into_iter()
        .filter_map(|(link, series)| {
            Some(Stage {
                link,
                series,
                period: nearest_period(twin, series, wanted)?,
            })
        })
        .collect::<Vec<_>>();
    let mut drawing = Drawing {
        lens,
        wanted,
        columns: Vec::new(),
        nodes: Vec::new(),
        links: Vec::new(),
        sources: Editions::default(),
    };
    for stage in &stages {
        drawing.stage(stage);
    }
    if let Some(trade) = trade
        && let Some(period) = nearest_period(twin, trade, wanted)
    {
        drawing.trade(trade, period);
    }
    Some(types::Flows {
        commodity: commodity.to_owned(),
        period: wanted.to_string(),
        periods: periods.iter().map(Period::to_string).collect(),
        columns: drawing.columns,
        nodes: drawing.nodes,
        links: drawing.links,
        sources: drawing.sources.sent(),
    })
}

/// Of a family's trade series the one with the most flows, where no stage is told by trade.
fn fullest_trade(twin: &Twin, family: &str) -> Option<SeriesId> {
    let vocabulary = twin.vocabulary();
    twin.matching_series([Some("trade"), None, None, None, None, None, None])
        .filter(|id| {
            vocabulary
                .commodity(twin.key_texts(*id)[1])
                .is_some_and(|commodity| commodity.family == *family)
        })
        .max_by_key(|id| {
            twin.series(*id)
                .periods
                .values()
                .map(|p| p.editions.iter().map(|e| e.facts.len()).sum::<usize>())
                .sum::<usize>()
        })
}

fn observed_years(twin: &Twin, series: impl Iterator<Item = SeriesId>) -> Vec<Period> {
    let mut years: Vec<Period> = series
        .flat_map(|id| twin.series(id).periods.iter())
        .filter(|(period, figures)| {
            period.months() == 12 && figures.chosen().is_some_and(|edition| !edition.projected)
        })
        .map(|(period, _)| *period)
        .collect();
    years.sort_unstable();
    years.dedup();
    years
}

struct Drawing<'t> {
    lens: Lens<'t>,
    wanted: Period,
    columns: Vec<types::FlowColumn>,
    nodes: Vec<types::FlowNode>,
    links: Vec<types::FlowLink>,
    sources: Editions<'t>,
}

impl Drawing<'_> {
    fn column(&mut self, kind: &str, stage: &str, id: SeriesId, period: Period) -> u32 {
        self.sources.add_chosen(self.lens.twin, id, period);
        self.columns.push(types::FlowColumn {
            kind: kind.to_owned(),
            stage: stage.to_owned(),
            series: Some(self.lens.key(id)),
            period: period.to_string(),
            stand_in: period != self.wanted,
            listed: self.lens.twin.listed_only(id, period),
        });
        u32::try_from(self.columns.len() - 1).unwrap_or(u32::MAX)
    }

    fn node(&mut self, column: u32, area: &str) -> String {
        let id = format!("{column}:{area}");
        if !self.nodes.iter().any(|node| node.id == id) {
            self.nodes.push(types::FlowNode {
                id: id.clone(),
                column,
                area: area.to_owned(),
            });
        }
        id
    }

    /// A stage: from the pool before it (if there is one) to the countries, and on to the pool after it.
    fn stage(&mut self, stage: &Stage<'_>) {
        let before = self
            .nodes
            .iter()
            .rev()
            .find(|node| node.area.is_empty())
            .map(|node| node.id.clone());
        let shares = self.shares(stage.series, stage.period);
        let column = self.column("stage", &stage.link.stage, stage.series, stage.period);
        let pool_column = self.column("pool", &stage.link.stage, stage.series, stage.period);
        let pool = self.node(pool_column, "");
        for (area, share, value) in shares {
            let node = self.node(column, &area);
            if let Some(before) = &before {
                self.links.push(types::FlowLink {
                    source: before.clone(),
                    target: node.clone(),
                    share,
                    value: value.clone(),
                });
            }
            self.links.push(types::FlowLink {
                source: node,
                target: pool.clone(),
                share,
                value,
            });
        }
    }

    /// Shares of a stage's world total: the largest countries by name, the rest (and what the source lumps) as one.
    fn shares(&self, id: SeriesId, period: Period) -> Vec<(String, f64, types::Figure)> {
        let twin = self.lens.twin;
        let named: Vec<(String, f64, types::Figure)> = twin
            .ranking(id, period)
            .into_iter()
            .take(NAMED)
            .filter_map(|(area, _)| {
                let shown = self.lens.country_share(id, twin.text(area), period)?;
                Some((shown.area, shown.share.value?.parse().ok()?, shown.value))
            })
            .collect();
        let rest = 100.0 - named.iter().map(|(_, share, _)| share).sum::<f64>();
        let others = AreaSet::AllBut(named.iter().map(|(area, _, _)| area.clone()).collect());
        let others = self.lens.maybe(twin.together(id, &others, &AreaSet::All, period));
        match others {
            Some(others) if rest > 0.05 => named
                .into_iter()
                .chain([(REST.to_owned(), rest, others)])
                .collect(),
            _ => named,
        }
    }

    /// Real flows between countries: exporters and importers, the largest by name.
    fn trade(&mut self, id: SeriesId, period: Period) {
        let twin = self.lens.twin;
        let Some(edition) = twin.chosen(id, period) else {
            return;
        };
        let mut by_exporter: BTreeMap<Symbol, Decimal> = BTreeMap::new();
        let mut by_importer: BTreeMap<Symbol, Decimal> = BTreeMap::new();
        let mut last = None;
        for (exporter, importer, fact) in &edition.facts {
            // Where a source contradicts itself about one flow, its figures stand beside each other, the preferred first.
            if last.replace((*exporter, *importer)) == Some((*exporter, *importer)) {
                continue;
            }
            let value = twin.fact(*fact).canonical;
            *by_exporter.entry(*exporter).or_default() += value;
            *by_importer.entry(*importer).or_default() += value;
        }
        let world: Decimal = by_exporter.values().sum();
        let (exporters, importers) = (largest(twin, &by_exporter), largest(twin, &by_importer));
        let stage = twin.key_texts(id)[2].to_owned();
        let before = self
            .nodes
            .iter()
            .rev()
            .find(|node| node.area.is_empty())
            .map(|node| node.id.clone());
        let (from, to) = (
            self.column("exporter", &stage, id, period),
            self.column("importer", &stage, id, period),
        );
        let ends = Ends {
            exporters: &exporters,
            importers: &importers,
        };
        if let Some(before) = before {
            let totals = by_exporter
                .iter()
                .map(|(area, value)| (*area, *value))
                .collect::<Vec<_>>();
            for (area, share) in grouped(twin, &totals, &exporters, world) {
                let exporter = ends.exporter(twin, &area);
                let Some(value) = twin.together(id, &exporter, &AreaSet::All, period) else {
                    continue;
                };
                let target = self.node(from, &area);
                self.links.push(types::FlowLink {
                    source: before.clone(),
                    target,
                    share,
                    value: self.lens.figure(&value),
                });
            }
        }
        let mut pairs: BTreeMap<(String, String), Decimal> = BTreeMap::new();
        for (exporter, importer, fact) in &edition.facts {
            let pair = (
                shown_as(twin, *exporter, &exporters),
                shown_as(twin, *importer, &importers),
            );
            *pairs.entry(pair).or_default() += twin.fact(*fact).canonical;
        }
        for ((exporter, importer), value) in pairs {
            let Some(share) = percent(value, world).filter(|share| *share >= 0.01) else {
                continue;
            };
            let (areas, partners) = (ends.exporter(twin, &exporter), ends.importer(twin, &importer));
            // A flow between two countries is a figure that a source gave; what several make together was added up.
            let figure = match (&areas, &partners) {
                (AreaSet::One(from), AreaSet::One(to)) => twin
                    .symbol(from)
                    .zip(twin.symbol(to))
                    .and_then(|(from, to)| twin.cell(id, from, to, period)),
                _ => twin.together(id, &areas, &partners, period),
            };
            let Some(figure) = self.lens.maybe(figure) else {
                continue;
            };
            let (source, target) = (self.node(from, &exporter), self.node(to, &importer));
            self.links.push(types::FlowLink {
                source,
                target,
                share,
                value: figure,
            });
        }
    }
}

/// The countries that the two columns of trade show by name.
struct Ends<'a> {
    exporters: &'a [Symbol],
    importers: &'a [Symbol],
}

impl Ends<'_> {
    fn exporter(&self, twin: &Twin, area: &str) -> AreaSet {
        set_of(twin, area, self.exporters)
    }

    fn importer(&self, twin: &Twin, area: &str) -> AreaSet {
        set_of(twin, area, self.importers)
    }
}

/// One country, or, for the node of all others, all but those shown by name.
fn set_of(twin: &Twin, area: &str, named: &[Symbol]) -> AreaSet {
    if area == REST {
        AreaSet::AllBut(named.iter().map(|symbol| twin.text(*symbol).to_owned()).collect())
    } else {
        AreaSet::One(area.to_owned())
    }
}

fn shown_as(twin: &Twin, area: Symbol, named: &[Symbol]) -> String {
    if named.contains(&area) {
        twin.text(area)
    } else {
        REST
    }
    .to_owned()
}

fn largest(twin: &Twin, totals: &BTreeMap<Symbol, Decimal>) -> Vec<Symbol> {
    let mut ranked: Vec<(Symbol, Decimal)> = totals.iter().map(|(area, value)| (*area, *value)).collect();
    ranked.sort_by(|(a, left), (b, right)| right.cmp(left).then_with(|| twin.text(*a).cmp(twin.text(*b))));
    ranked
        .into_iter()
        .filter(|(area, _)| !twin.is_aggregate(*area))
        .take(NAMED)
        .map(|(area, _)| area)
        .collect()
}

fn grouped(
    twin: &Twin,
    totals: &[(Symbol, Decimal)],
    named: &[Symbol],
    world: Decimal,
) -> Vec<(String, f64)> {
    let mut shares: Vec<(String, f64)> = named
        .iter()
        .filter_map(|area| {
            let (_, value) = totals.iter().find(|(other, _)| other == area)?;
            Some((twin.text(*area).to_owned(), percent(*value, world)?))
        })
        .collect();
    let rest = 100.0 - shares.iter().map(|(_, share)| share).sum::<f64>();
    if rest > 0.05 {
        shares.push((REST.to_owned(), rest));
    }
    shares
}

/// A share for drawing: widths need no more than a float.
fn percent(part: Decimal, whole: Decimal) -> Option<f64> {
    part.checked_mul(Decimal::ONE_HUNDRED)?
        .checked_div(whole)?
        .round_dp(4)
        .to_string()
        .parse()
        .ok()
}
