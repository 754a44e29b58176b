//! What would be if a report said otherwise.

use didymium_twin::balance::{Balance, BalanceError, Instead, Line, Moved, WhatIf};

use super::contradictions::About;
use super::{BalanceLens, address, decimal, told, tonnes};
use crate::api::types;

/// Figures sent with one answer.
const MOVED: usize = 60;

/// What the balance would be if the report of that number said otherwise.
///
/// # Errors
/// [`BalanceError::NoReport`], [`BalanceError::CannotBeSaid`], [`BalanceError::Unsolved`].
pub fn what_if(of: BalanceLens<'_>, number: usize, instead: Instead) -> Result<types::WhatIf, BalanceError> {
    of_at_most(of, number, instead, MOVED)
}

/// The same with every figure that would move.
///
/// # Errors
/// Those of [`what_if`].
pub fn what_if_whole(
    of: BalanceLens<'_>,
    number: usize,
    instead: Instead,
) -> Result<types::WhatIf, BalanceError> {
    of_at_most(of, number, instead, usize::MAX)
}

fn of_at_most(
    of: BalanceLens<'_>,
    number: usize,
    instead: Instead,
    most: usize,
) -> Result<types::WhatIf, BalanceError> {
    let balance = of.balance;
    let WhatIf { moved, within_bounds } = balance.what_if(number, instead)?;
    let report = &balance.reports[number];
    let about = About::of(balance, report);
    // A change of stock follows from the stocks, which are told.
    let moved: Vec<&Moved<'_>> = moved
        .iter()
        .filter(|moved| moved.key.line != Line::StockChange)
        .collect();
    Ok(types::WhatIf {
        commodity: balance.family.clone(),
        number: number as u64,
        about: about.saying(report.said()),
        instead: match instead {
            Instead::Said(said) => Some(decimal(said)),
            Instead::Withdrawn => None,
        },
        moved: moved
            .iter()
            .take(most)
            .map(|moved| moved_view(balance, moved))
            .collect(),
        moved_total: moved.len() as u64,
        within_bounds,
        cut: of.lens.twin.cut().id().to_string(),
        stale: of.stale.map(str::to_owned),
    })
}

fn moved_view(balance: &Balance, moved: &Moved<'_>) -> types::MovedEstimate {
    let key = moved.key;
    types::MovedEstimate {
        layer: balance
            .layers
            .get(usize::from(key.layer))
            .map_or_else(String::new, |layer| layer.commodity.clone()),
        stage: balance
            .stages
            .get(usize::from(key.stage))
            .cloned()
            .unwrap_or_default(),
        place: key.spot.to_string(),
        period: key
            .slot
            .period()
            .map_or_else(String::new, |period| period.to_string()),
        line: key.line.key().to_owned(),
        figure: address(balance, key),
        before: tonnes(told(moved.before)),
        before_deviation: decimal(moved.before.1),
        after: moved.after.map(|after| tonnes(told(after))),
        after_deviation: moved.after.map(|after| decimal(after.1)),
    }
}
