//! Estimates of a balance as tables: every one of a family, or one line over time.

use std::collections::BTreeSet;

use didymium_twin::Twin;
use didymium_twin::balance::{Balance, Key, Line, Options, Quantity, Slot, Spot};
use didymium_twin::reconcile::Huber;
use didymium_vocabulary::Period;

use super::{Columns, DownloadError, Table, one};
use crate::api::types;
use crate::api::views::{BalanceLens, Followed, Lens, figures_of_line, is_of_place};

/// An estimate with its name.
type Row = (Key, types::Estimate);

/// Which estimates of a family: all where nothing more is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EstimatesQuery {
    /// Family key.
    pub family: String,
    /// Whether the balance is one in which reports that do not fit count less.
    pub robust: bool,
    /// The family or one of its elements.
    pub layer: Option<String>,
    /// A place and what is a part of it.
    pub place: Option<Spot>,
    /// A year, or a month.
    pub period: Option<Period>,
}

/// Estimates of a balance, one a row: those that nobody can know without a value. What is asked for restricts them as it does the
/// view: a month in which only the year is told is an even part of it.
///
/// # Errors
/// [`DownloadError::NotInBalance`] for what is no layer, [`DownloadError::Nothing`] for a place or period that nothing is told of;
/// [`DownloadError::TooLong`].
pub fn estimates(of: BalanceLens<'_>, query: &EstimatesQuery) -> Result<Table<'static>, DownloadError> {
    let balance = of.balance;
    let layer = query.layer.as_deref();
    let layer = layer.map(|layer| layer_named(balance, layer)).transpose()?;
    let rows = match (layer, &query.place, query.period) {
        (None, None, None) => {
            let all = of.balance.quantities();
            told(of, all.map(|(key, quantity)| (key.clone(), *quantity)).collect())?
        }
        (layer, place, period) => told(of, part(balance, layer, place.as_ref(), period)?)?,
    };
    let place = query.place.as_ref().map(Spot::to_string);
    let period = query.period.map(|period| period.to_string());
    Ok(columns(of, &rows).table(&[
        &called(balance, "reconciled"),
        &balance.family,
        one(&query.layer),
        one(&place),
        one(&period),
    ]))
}

/// The figures of a layer, or of all; of a place and what is a part of it, or of all; of a period, or of all.
fn part(
    balance: &Balance,
    layer: Option<u16>,
    place: Option<&Spot>,
    period: Option<Period>,
) -> Result<Vec<(Key, Quantity)>, DownloadError> {
    let layers: BTreeSet<u16> = match layer {
        Some(layer) => [layer].into(),
        None => balance.quantities().map(|(key, _)| key.layer).collect(),
    };
    let slot = period.map(|period| Slot::of_period(period).ok_or(DownloadError::Nothing));
    let mut figures: Vec<(Key, Quantity)> = match slot.transpose()? {
        Some(slot) => balance.figures(slot),
        None => balance
            .quantities()
            .map(|(key, quantity)| (key.clone(), *quantity))
            .collect(),
    };
    let mut found = BTreeSet::new();
    for number in layers {
        let followed = Followed::of(balance, number);
        let slots: Vec<Slot> = match period {
            Some(period) => followed.slot(period).into_iter().collect(),
            None => followed.slots.iter().copied().collect(),
        };
        if slots.is_empty() || !place.is_none_or(|place| followed.has(place)) {
            continue;
        }
        found.insert(number);
        // A site of which nobody reports in an element may well be told of as a whole.
        let alone = layer.or_else(|| balance.layer(&balance.family)) == Some(number);
        for (place, slot) in place.filter(|_| alone).into_iter().flat_map(|place| {
            let slots = slots.iter();
            slots.map(move |slot| (place, *slot))
        }) {
            figures.extend(balance.unreported_figures(number, place, slot));
        }
    }
    figures.retain(|(key, _)| {
        found.contains(&key.layer) && place.is_none_or(|place| is_of_place(place, &key.spot))
    });
    if figures.is_empty() {
        return Err(DownloadError::Nothing);
    }
    Ok(figures)
}

/// The number of a layer.
///
/// # Errors
/// [`DownloadError::NotInBalance`].
pub(super) fn layer_named(balance: &Balance, layer: &str) -> Result<u16, DownloadError> {
    balance.layer(layer).ok_or_else(|| {
        let known = balance.layers.iter().map(|layer| layer.commodity.as_str());
        let known: Vec<&str> = known.collect();
        DownloadError::NotInBalance {
            parameter: "layer",
            value: layer.chars().take(64).collect(),
            known: known.join(", "),
        }
    })
}

/// One line of a balance over time.
///
/// # Errors
/// [`DownloadError::Nothing`]; [`DownloadError::TooLong`].
pub fn reconciled_line(
    of: BalanceLens<'_>,
    layer: u16,
    stage: u16,
    place: &Spot,
    line: Line,
) -> Result<Table<'static>, DownloadError> {
    let rows = told(of, figures_of_line(of.balance, layer, stage, place, line))?;
    let (key, _) = rows.first().ok_or(DownloadError::Nothing)?;
    let commodity = layer_of(of.balance, key).map_or("", |layer| &layer.commodity);
    let stage = of.balance.stages.get(usize::from(stage));
    let name: [&str; 6] = [
        &called(of.balance, "reconciled-line"),
        &of.balance.family,
        commodity,
        stage.map_or("", String::as_str),
        &place.to_string(),
        line.key(),
    ];
    Ok(columns(of, &rows).table(&name))
}

/// What a file of a balance is called: that of a robust one says so.
pub(super) fn called(balance: &Balance, what: &str) -> String {
    match balance.robust {
        Some(_) => format!("{what}-robust"),
        None => what.to_owned(),
    }
}

/// [`estimates`] of a twin, balanced for the purpose.
///
/// # Errors
/// [`DownloadError::Balance`] where the family cannot be balanced; those of [`estimates`].
pub fn reconciled(twin: &Twin, query: &EstimatesQuery) -> Result<Table<'static>, DownloadError> {
    with_balance(twin, &query.family, query.robust, |of| estimates(of, query))
}

/// A table of a family's balance, which is solved for the purpose.
pub(super) fn with_balance(
    twin: &Twin,
    family: &str,
    robust: bool,
    make: impl FnOnce(BalanceLens<'_>) -> Result<Table<'static>, DownloadError>,
) -> Result<Table<'static>, DownloadError> {
    // Whoever asks for a large one on their own machine may wait for it.
    let options = Options {
        quantities_max: usize::MAX,
        robust: robust.then(Huber::default),
        ..Options::default()
    };
    let balance = Balance::of(twin, family, &options)?;
    make(BalanceLens {
        balance: &balance,
        lens: Lens { twin },
        stale: None,
    })
}

fn told(of: BalanceLens<'_>, found: Vec<(Key, Quantity)>) -> Result<Vec<Row>, DownloadError> {
    super::check_length(found.len())?;
    let told = found.into_iter().map(|(key, quantity)| {
        let estimate = of.estimate(&key, &quantity);
        (key, estimate)
    });
    Ok(told.collect())
}

fn layer_of<'b>(balance: &'b Balance, key: &Key) -> Option<&'b didymium_twin::balance::Layer> {
    balance.layers.get(usize::from(key.layer))
}

fn columns<'r>(of: BalanceLens<'_>, rows: &'r [Row]) -> Columns<'r, 'static, Row> {
    let balance = of.balance;
    Columns::over(rows)
        .text("family", |_| balance.family.clone())
        .text("layer", |(key, _)| {
            layer_of(balance, key).map_or_else(String::new, |layer| layer.commodity.clone())
        })
        .text("stage", |(key, _)| {
            let stage = balance.stages.get(usize::from(key.stage));
            stage.cloned().unwrap_or_default()
        })
        .text("place", |(key, _)| key.spot.to_string())
        .text("period", |(key, _)| {
            let period = key.slot.period();
            period.map_or_else(String::new, |period| period.to_string())
        })
        .text("line", |(key, _)| key.line.key())
        .decimal("value", |(_, estimate)| estimate.value.clone())
        .decimal("deviation", |(_, estimate)| estimate.deviation.clone())
        .decimal("low", |(_, estimate)| estimate.low.clone())
        .decimal("high", |(_, estimate)| estimate.high.clone())
        .text("unit", |_| "t")
        .text("substance", |(key, _)| {
            layer_of(balance, key).map_or_else(String::new, |layer| layer.substance.clone())
        })
        .text("told", |(_, estimate)| estimate.told.clone())
        .text("grade", |(_, estimate)| estimate.grade.clone())
        .flag("contested", |(_, estimate)| Some(estimate.contested))
        .decimal("by_reports", |(_, estimate)| estimate.by_reports.clone())
        .decimal("by_reports_deviation", |(_, estimate)| {
            estimate.by_reports_deviation.clone()
        })
        .text("figure", |(_, estimate)| estimate.figure.clone())
}
