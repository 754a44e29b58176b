//! From rows to mirror pairs: totals out of breakdowns, folded codes, both reports of a flow side by side.

use std::collections::BTreeMap;

use serde::Serialize;

use super::area::{AreaCodes, CountryCode, WORLD};
use super::error::MirrorError;
use super::report::{Direction, Hs6, TradeReport};
use super::{MIRRORED_MIN, REPORTS_MAX};

/// Relative difference up to which the partners' total counts as the world's: both are sums of rounded figures.
const CLOSED_WITHIN: f64 = 1e-3;

/// What one side said of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Declared {
    /// US dollars, as reported.
    pub value: f64,
    /// Net weight, kilograms; none if any part has none.
    pub net_weight: Option<f64>,
}

/// Trade that no bilateral flow can take: the partner is no country, or the reporter itself (re-imports).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Unallocated {
    /// Who reports.
    pub reporter: u16,
    /// The area code given as partner.
    pub partner: u16,
    /// Product.
    pub code: Hs6,
    /// Import or export.
    pub direction: Direction,
    /// US dollars.
    pub value: f64,
}

/// Whether partners add up to the world, reporter by reporter, code by code, direction by direction.
///
/// It tests that each partner's total was found among the rows, with nothing but the reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Closure {
    /// Groups whose partners add up to the world's row within one part in a thousand.
    pub closed: usize,
    /// Groups whose partners do not.
    pub open: usize,
    /// Groups without a row for the world.
    pub without_total: usize,
}

/// The reports of one flow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pair {
    pub code: Hs6,
    pub exporter: CountryCode,
    pub importer: CountryCode,
    pub export: Option<Declared>,
    pub import: Option<Declared>,
}

/// All flows of a year, in the order of code, exporter, importer.
#[derive(Debug)]
pub(crate) struct Merged {
    pub year: Option<u16>,
    pub pairs: Vec<Pair>,
    pub unallocated: Vec<Unallocated>,
    pub closure: Closure,
}

/// Code, reporter, direction, partner: the partners of a group stand together, the world first.
type Key = (Hs6, u16, Direction, u16);

/// Puts the reports of each flow side by side.
pub(crate) fn merge(
    reports: &[TradeReport],
    areas: &AreaCodes,
    folds: &[(Hs6, Hs6)],
) -> Result<Merged, MirrorError> {
    if reports.len() > REPORTS_MAX {
        return Err(MirrorError::TooMany);
    }
    let year = check(reports)?;
    let totals = totals(reports);
    let closure = closure(&totals);
    let mut unallocated = Vec::new();
    let mut flows: BTreeMap<(Hs6, CountryCode, CountryCode), [Option<Declared>; 2]> = BTreeMap::new();
    for ((code, reporter, direction, partner), declared) in totals {
        if partner == WORLD {
            continue;
        }
        let code = folds
            .iter()
            .find(|(from, _)| *from == code)
            .map_or(code, |(_, to)| *to);
        let countries = (areas.country(reporter), areas.country(partner));
        let (Some(reports), Some(other)) = countries else {
            unallocated.push(Unallocated {
                reporter,
                partner,
                code,
                direction,
                value: declared.value,
            });
            continue;
        };
        if reports == other {
            unallocated.push(Unallocated {
                reporter,
                partner,
                code,
                direction,
                value: declared.value,
            });
            continue;
        }
        let (key, side) = match direction {
            Direction::Export => ((code, reports, other), 0),
            Direction::Import => ((code, other, reports), 1),
        };
        let flow = &mut flows.entry(key).or_default()[side];
        *flow = Some(flow.map_or(declared, |known| add(known, declared)));
    }
    let pairs: Vec<Pair> = flows
        .into_iter()
        .map(|((code, exporter, importer), [export, import])| Pair {
            code,
            exporter,
            importer,
            export,
            import,
        })
        .collect();
    let found = pairs
        .iter()
        .filter(|pair| pair.export.is_some() && pair.import.is_some())
        .count();
    if found < MIRRORED_MIN {
        return Err(MirrorError::TooFewMirrored { found });
    }
    Ok(Merged {
        year,
        pairs,
        unallocated,
        closure,
    })
}

/// Refuses reports that are no measurements; gives the one year that all are of.
fn check(reports: &[TradeReport]) -> Result<Option<u16>, MirrorError> {
    let first = reports.iter().map(|report| report.year).min().flatten();
    for report in reports {
        let TradeReport {
            row,
            year,
            reporter,
            partner,
            code,
            direction,
            value,
            ..
        } = *report;
        if year != first {
            return Err(MirrorError::Years { row, year, first });
        }
        if !(value.is_finite() && value > 0.0) {
            return Err(MirrorError::Value {
                row,
                reporter,
                partner,
                code,
                direction,
                value,
            });
        }
        if let Some(weight) = report.net_weight
            && !(weight.is_finite() && weight >= 0.0)
        {
            return Err(MirrorError::Weight {
                row,
                reporter,
                partner,
                code,
                direction,
                weight,
            });
        }
    }
    Ok(first)
}

/// One figure for each reporter, partner, code and direction: the largest of its rows.
///
/// UN Comtrade answers a query without breakdown with every breakdown: by customs procedure, mode of transport and second
/// partner, and all their totals. A total is at least as large as each of its parts, so the largest row is the total, and
/// adding the rows counts each good up to eight times. [`Closure`] tests it against the world's row.
fn totals(reports: &[TradeReport]) -> BTreeMap<Key, Declared> {
    let mut totals: BTreeMap<Key, Declared> = BTreeMap::new();
    for report in reports {
        let key = (report.code, report.reporter, report.direction, report.partner);
        let declared = Declared {
            value: report.value,
            net_weight: report.net_weight,
        };
        let known = totals.entry(key).or_insert(declared);
        let larger = declared.value.total_cmp(&known.value).then_with(|| {
            // Of equal values the one with the larger weight, so that the order of rows decides nothing.
            let weight = |declared: &Declared| declared.net_weight.unwrap_or(-1.0);
            weight(&declared).total_cmp(&weight(known))
        });
        if larger.is_gt() {
            *known = declared;
        }
    }
    totals
}

fn closure(totals: &BTreeMap<Key, Declared>) -> Closure {
    let mut groups: BTreeMap<(Hs6, u16, Direction), (Option<f64>, f64)> = BTreeMap::new();
    for ((code, reporter, direction, partner), declared) in totals {
        let group = groups.entry((*code, *reporter, *direction)).or_default();
        if *partner == WORLD {
            group.0 = Some(declared.value);
        } else {
            group.1 += declared.value;
        }
    }
    let mut closure = Closure::default();
    for (world, partners) in groups.into_values() {
        match world {
            None => closure.without_total += 1,
            Some(world) if (partners - world).abs() <= CLOSED_WITHIN * world => closure.closed += 1,
            Some(_) => closure.open += 1,
        }
    }
    closure
}

fn add(one: Declared, other: Declared) -> Declared {
    Declared {
        value: one.value + other.value,
        net_weight: one
            .net_weight
            .zip(other.net_weight)
            .map(|(one, other)| one + other),
    }
}
