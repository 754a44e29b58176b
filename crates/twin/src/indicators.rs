//! Numbers computed from one edition's figures of one period: totals, shares, concentration.
//!
//! Everything is exact decimal arithmetic up to a final division, so it does not depend on the order of the figures.

use std::collections::{BTreeMap, BTreeSet};

use didymium_vocabulary::Decimal;

use crate::fact::Fact;
use crate::intern::Symbol;
use crate::series::Edition;

/// Digits kept after the point in shares and indices.
const DIGITS: u32 = 4;

/// Sums one edition's facts about an area over its partners, in the canonical unit. Where the edition contradicts itself
/// about one flow, only the preferred figure counts.
pub(crate) fn area_total(edition: &Edition, area: Symbol, facts: &[Fact]) -> Option<Decimal> {
    let rows = edition.of_area(area);
    let mut total = None;
    let mut last = None;
    for (_, partner, id) in rows {
        if last.replace(*partner) != Some(*partner) {
            total = Some(total.unwrap_or(Decimal::ZERO) + facts[id.0 as usize].canonical);
        }
    }
    total
}

/// Totals of every country (aggregates left out), canonical unit, in no particular order.
pub(crate) fn countries(
    edition: &Edition,
    aggregates: &BTreeSet<Symbol>,
    facts: &[Fact],
) -> Vec<(Symbol, Decimal)> {
    edition
        .areas()
        .filter(|area| !aggregates.contains(area))
        .filter_map(|area| area_total(edition, area, facts).map(|total| (area, total)))
        .collect()
}

/// Countries for which a union that the edition lists speaks as well: in a sum over areas they would count twice.
pub(crate) fn spoken_for(edition: &Edition, unions: &BTreeMap<Symbol, BTreeSet<Symbol>>) -> BTreeSet<Symbol> {
    edition
        .areas()
        .filter_map(|area| unions.get(&area))
        .flatten()
        .copied()
        .collect()
}

/// The world total: as published if the edition gives one, else the sum of all it lists (second value true), a union
/// standing for its members.
pub(crate) fn world_total(
    edition: &Edition,
    world: Option<Symbol>,
    unions: &BTreeMap<Symbol, BTreeSet<Symbol>>,
    facts: &[Fact],
) -> Option<(Decimal, bool)> {
    if let Some(total) = world.and_then(|world| area_total(edition, world, facts)) {
        return Some((total, false));
    }
    let spoken_for = spoken_for(edition, unions);
    let listed: Vec<Decimal> = edition
        .areas()
        .filter(|area| !spoken_for.contains(area))
        .filter_map(|area| area_total(edition, area, facts))
        .collect();
    (!listed.is_empty()).then(|| (listed.iter().sum(), true))
}

/// Part of a whole in percent; absent if the whole is nothing.
pub(crate) fn percent(part: Decimal, whole: Decimal) -> Option<Decimal> {
    if whole.is_zero() {
        return None;
    }
    part.checked_mul(Decimal::ONE_HUNDRED)?
        .checked_div(whole)
        .map(|share| share.round_dp(DIGITS).normalize())
}

/// Herfindahl–Hirschman index: the sum of squared shares in percent, 0 to 10,000. Countries that the source lumps
/// together as *other* are left out, so it is a lower bound by a little.
pub(crate) fn hhi(countries: &[(Symbol, Decimal)], world: Decimal) -> Option<Decimal> {
    if world.is_zero() || countries.is_empty() {
        return None;
    }
    let mut total = Decimal::ZERO;
    for (_, value) in countries {
        let share = value
            .checked_mul(Decimal::ONE_HUNDRED)?
            .checked_div(world)?
            .round_dp(12);
        total += share.checked_mul(share)?;
    }
    Some(total.round_dp(1).normalize())
}

/// The largest country's value.
pub(crate) fn largest(countries: &[(Symbol, Decimal)]) -> Option<Decimal> {
    countries.iter().map(|(_, value)| *value).max()
}
