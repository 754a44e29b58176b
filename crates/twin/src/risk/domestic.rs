//! What an importer produces itself, in the value that its trade is counted in.

use didymium_vocabulary::{Dimension, Period};

use super::assumption::Assumption;
use super::estimate::Deviations;
use super::importer::Importer;
use super::measured::Measured;
use super::supply::{Supply, float};
use super::trade::Trade;
use crate::series::SeriesId;
use crate::twin::Twin;

/// Prices of one material further apart than this, as a fraction of the highest, are prices of different goods.
const PRICES_APART_MAX: f64 = 0.25;

/// Domestic production in the unit of trade, or what is taken for granted instead of it.
#[derive(Debug, Clone)]
pub(crate) enum Domestic {
    /// So much, in US dollars; 0 where the source of world production lists none.
    Value(Measured),
    /// Not known in that unit.
    Unknown(Assumption),
}

impl Domestic {
    /// Production by an importer. `supply` is the world's production, if it is of the very stage that is traded.
    pub(crate) fn of(supply: Option<&Supply>, price: Option<&Measured>, importer: &Importer) -> Self {
        let Some(supply) = supply else {
            return Self::Unknown(Assumption::DomesticOfOtherStage);
        };
        let produced = supply.of_areas(&importer.countries());
        if produced.value <= 0.0 {
            return Self::Value(Measured::default());
        }
        match price {
            Some(price) => Self::Value(produced.times(price)),
            None => Self::Unknown(Assumption::DomesticUnpriced),
        }
    }

    /// What is taken for granted where something of it counts beside a trade: that of one form is held against what all are.
    pub(crate) fn of_more_forms(&self, supply: &Supply, trade: &Trade) -> Option<Assumption> {
        let counts = matches!(self, Self::Value(value) if value.value > 0.0);
        let more = trade.forms.iter().any(|form| *form != supply.form);
        (counts && more).then_some(Assumption::DomesticOfMoreForms)
    }

    /// What counts in a sum, and what is taken for granted by that.
    pub(crate) fn counted(&self) -> (Measured, Option<Assumption>) {
        match self {
            Self::Value(value) => (value.clone(), None),
            Self::Unknown(assumption) => (Measured::default(), Some(*assumption)),
        }
    }
}

/// The price of a commodity at a stage in a year, USD a kilogram: the mean of what is published, months averaged first.
/// None where nothing is published, or where prices are so far apart that they are of different goods.
pub(crate) fn price(
    twin: &Twin,
    commodity: &str,
    stage: &str,
    year: i16,
    of: Deviations<'_>,
) -> Option<Measured> {
    let names = [
        Some("price"),
        Some(commodity),
        Some(stage),
        None,
        None,
        None,
        None,
    ];
    let prices: Vec<Measured> = twin
        .matching_series(names)
        .filter(|id| twin.series(*id).dimension == Dimension::Price)
        .filter_map(|id| of_year(twin, id, year, of))
        .collect();
    let highest = prices.iter().map(|one| one.value).fold(0.0, f64::max);
    let lowest = prices.iter().map(|one| one.value).fold(highest, f64::min);
    if highest <= 0.0 || highest - lowest > PRICES_APART_MAX * highest {
        return None;
    }
    Some(mean(&prices))
}

/// A series' price of a year: as published, else the mean of its twelve months.
fn of_year(twin: &Twin, series: SeriesId, year: i16, of: Deviations<'_>) -> Option<Measured> {
    let at = |period: Period| {
        let (_, _, fact) = twin.chosen(series, period)?.facts.first()?;
        let value = float(twin.fact(*fact).canonical);
        Some(of.measured(twin, value, *fact))
    };
    if let Some(price) = at(Period::of_year(year).ok()?) {
        return Some(price);
    }
    let months: Option<Vec<Measured>> = (1..=12)
        .map(|month| at(Period::of_month(year, month).ok()?))
        .collect();
    months.map(|months| mean(&months))
}

fn mean(all: &[Measured]) -> Measured {
    let sum = all.iter().fold(Measured::default(), |sum, one| sum.plus(one));
    let count = all.iter().map(|_| 1.0).sum::<f64>();
    sum.scaled(1.0 / count)
}

/// The production that goes with a trade.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matched {
    pub(crate) series: SeriesId,
    /// The stage it is of.
    pub(crate) stage: &'static str,
    /// Whether it is production at the very stage that is traded.
    pub(crate) same_stage: bool,
    /// Whether it is of the very commodity.
    pub(crate) same_commodity: bool,
}

/// Production of a year that goes with the trade of a commodity at a stage: the same commodity before its family, the same
/// stage before the nearest earlier one of the chain, that before the nearest later one; of several forms the one with
/// the most countries.
pub(crate) fn production_for(twin: &Twin, commodity: &str, stage: &str, period: Period) -> Option<Matched> {
    let vocabulary = twin.vocabulary();
    let family = &vocabulary.commodity(commodity)?.family;
    let place = |stage: &str| {
        let mut chain = vocabulary.chain(family);
        let link = chain.find(|link| link.stage == stage)?;
        Some((link.stage.as_str(), i64::from(link.order)))
    };
    let (_, here) = place(stage)?;
    let candidates = twin.matching_series([Some("production"), None, None, None, None, None, None]);
    let ranked = candidates.filter_map(|id| {
        let [_, made, at, ..] = twin.key_texts(id);
        let same_commodity = made == commodity;
        if !same_commodity
            && vocabulary
                .commodity(made)
                .is_none_or(|made| made.family != *family)
        {
            return None;
        }
        let edition = twin.chosen(id, period).filter(|edition| !edition.projected)?;
        let countries = edition.areas().filter(|area| !twin.is_aggregate(*area)).count();
        // One country's figure is no world.
        if at == "recycling" || (countries < 2 && twin.world(id, period).is_none()) {
            return None;
        }
        let (at, order) = place(at)?;
        let away = here - order;
        let rank = (
            !same_commodity,
            away < 0,
            away.abs(),
            std::cmp::Reverse(countries),
        );
        Some((
            rank,
            twin.key_texts(id).map(str::to_owned),
            Matched {
                series: id,
                stage: at,
                same_stage: away == 0,
                same_commodity,
            },
        ))
    });
    ranked
        .min_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)))
        .map(|(_, _, matched)| matched)
}
