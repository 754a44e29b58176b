//! The panel: every index, for every stage, year and importer at hand; and any one cell of it again, for whoever asks
//! where it comes from.

use didymium_vocabulary::Period;

use super::assumption::{Assumption, Bound};
use super::cover;
use super::domestic::{Matched, price, production_for};
use super::estimate::{Deviations, Outcome};
use super::european::{StageYear, recycling, risk_stage};
use super::geopolrisk::{CodeYear, gain};
use super::governance::Governance;
use super::importer::Importer;
use super::missing::Missing;
use super::supply::Supply;
use super::trade::Trade;
use crate::CLUB;
use crate::address::Quantity;
use crate::series::SeriesId;
use crate::twin::Twin;

/// What computes the panel of a twin.
#[derive(Clone, Copy)]
pub struct Risk<'t> {
    pub(super) twin: &'t Twin,
    pub(super) deviations: Deviations<'t>,
}

/// One number of the panel, or why it is none.
#[derive(Debug, Clone)]
pub struct Cell {
    /// What it is.
    pub quantity: Quantity,
    /// The series it stands on: production, trade, stocks or imports. None where there is no such series at all.
    pub series: Option<SeriesId>,
    /// Commodity.
    pub commodity: String,
    /// Stage, or empty.
    pub stage: String,
    /// The importer, or empty where it is about the world.
    pub area: String,
    /// Which consumption it is measured against, or empty.
    pub partner: String,
    /// The period.
    pub period: Period,
    /// The value, or the cause.
    pub outcome: Outcome,
    /// Of a European supply risk: whether its stage has the higher risk of the year; none where one stage alone is known.
    pub decides: Option<bool>,
}

impl Cell {
    /// Which way the true value lies, where that is known. A difference of two bounds is none.
    #[must_use]
    pub fn bound(&self) -> Option<Bound> {
        bound_of(self.quantity, &self.outcome)
    }
}

/// See [`Cell::bound`].
#[must_use]
pub fn bound_of(quantity: Quantity, outcome: &Outcome) -> Option<Bound> {
    let difference = matches!(quantity, Quantity::Membership | Quantity::MembershipSupplyRisk);
    outcome.as_ref().ok().filter(|_| !difference)?.bound()
}

/// Which importers are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Importers<'a> {
    /// The club's members, the European Union, the club.
    Club,
    /// Every country that a figure names as an importer, and those of [`Importers::Club`].
    All,
    /// One, by key.
    One(&'a str),
}

/// What is asked of the panel.
#[derive(Debug, Clone, Copy)]
pub struct PanelAsk<'a> {
    /// A commodity with its family; all if absent.
    pub commodity: Option<&'a str>,
    /// A stage; all if absent.
    pub stage: Option<&'a str>,
    /// Which importers.
    pub importers: Importers<'a>,
    /// A year; all if absent.
    pub year: Option<i16>,
}

/// Everything.
pub const WHOLE: PanelAsk<'static> = PanelAsk {
    commodity: None,
    stage: None,
    importers: Importers::All,
    year: None,
};

/// Whether a commodity is meant by another: itself, a commodity of the family, or what stands for a stage of its chain.
pub(crate) fn belongs(twin: &Twin, asked: &str, commodity: &str) -> bool {
    let vocabulary = twin.vocabulary();
    asked == commodity
        || vocabulary
            .commodity(commodity)
            .is_some_and(|known| known.family == asked)
        || vocabulary.chain(asked).any(|link| {
            link.headline
                .as_ref()
                .is_some_and(|headline| headline.commodity == commodity)
        })
}

impl<'t> Risk<'t> {
    /// Of a twin, with the deviations that inputs are given.
    #[must_use]
    pub const fn new(twin: &'t Twin, deviations: Deviations<'t>) -> Self {
        Self { twin, deviations }
    }

    pub(super) fn supply(&self, series: SeriesId, period: Period) -> Result<Supply, Missing> {
        Supply::of(self.twin, series, period, self.deviations)
    }

    pub(super) fn mean_governance(&self) -> Governance<'t> {
        Governance::mean(self.twin, self.deviations)
    }

    /// Trade in what a commodity's stage makes, of all customs codes.
    pub(super) fn trade_at(&self, commodity: &str, stage: &str, period: Period) -> Result<Trade, Missing> {
        let names = [
            Some("trade"),
            Some(commodity),
            Some(stage),
            None,
            None,
            None,
            None,
        ];
        let series: Vec<SeriesId> = self.twin.matching_series(names).collect();
        Trade::of(self.twin, &series, period, self.deviations)
    }

    /// Calls `with` with what a production series and year have in common for all importers.
    pub(super) fn with_stage_year<T>(
        &self,
        series: SeriesId,
        period: Period,
        with: impl FnOnce(&StageYear<'_>) -> T,
    ) -> Result<T, Missing> {
        let [_, commodity, stage, ..] = self.twin.key_texts(series);
        risk_stage(stage).ok_or(Missing::StageNotAssessed)?;
        let supply = self.supply(series, period)?;
        let trade = self.trade_at(commodity, stage, period);
        let year = StageYear {
            world: supply.weighted(self.twin, &self.mean_governance()),
            supply: &supply,
            trade: trade.as_ref().map_err(|missing| *missing),
            price: price(self.twin, commodity, stage, period.year(), self.deviations),
            recycling: recycling(self.twin, commodity, self.deviations),
        };
        Ok(with(&year))
    }

    /// Calls `with` with what a customs code and year have in common for all importers.
    pub(super) fn with_code_year<T>(
        &self,
        series: SeriesId,
        period: Period,
        with: impl FnOnce(&CodeYear<'_>) -> T,
    ) -> Result<T, Missing> {
        let trade = Trade::of(self.twin, &[series], period, self.deviations)?;
        let [_, commodity, stage, ..] = self.twin.key_texts(series);
        let matched = production_for(self.twin, commodity, stage, period);
        let supply = matched
            .ok_or(Missing::NoProduction)
            .and_then(|matched| Ok((matched, self.supply(matched.series, period)?)));
        let concentration = supply
            .as_ref()
            .map(|(matched, supply)| {
                let mut found = supply.hhi();
                found.measured = found.measured.scaled(1.0 / 10_000.0);
                found.assumptions.extend(elsewhere(matched));
                found
            })
            .map_err(|missing| *missing);
        let here = supply
            .as_ref()
            .ok()
            .filter(|(matched, _)| matched.same_stage && matched.same_commodity)
            .map(|(_, supply)| supply);
        let priced = price(self.twin, commodity, stage, period.year(), self.deviations);
        let stability = Governance::stability(self.twin, self.deviations);
        Ok(with(&CodeYear::new(
            self.twin,
            &trade,
            concentration,
            here,
            priced,
            &stability,
        )))
    }

    /// One cell again: the same outcome as in the panel. None if the quantity is none of the panel, the series is not of
    /// its kind, or the area is no importer.
    #[must_use]
    pub fn at(
        &self,
        quantity: Quantity,
        series: SeriesId,
        area: &str,
        partner: &str,
        period: Period,
    ) -> Option<Outcome> {
        let [measure, ..] = self.twin.key_texts(series);
        match (quantity, measure) {
            (Quantity::SupplyRisk | Quantity::MembershipSupplyRisk, "production") => {
                self.supply_risk_at(quantity, series, area, period)
            }
            (_, "production") => {
                let supply = self.supply(series, period);
                self.of_supply(
                    quantity,
                    supply.as_ref().map_err(|missing| *missing),
                    period,
                    series,
                )
            }
            (Quantity::GeoPolRisk | Quantity::Membership | Quantity::ImportReliance, "trade") => {
                let importer = Importer::named(self.twin, area)?;
                let outcome = self.with_code_year(series, period, |year| match quantity {
                    Quantity::GeoPolRisk => year.score(&importer),
                    Quantity::Membership => {
                        let pooled = Importer::named(self.twin, CLUB).ok_or(Missing::PooledMissing);
                        gain(&year.score(&importer), &pooled.and_then(|club| year.score(&club)))
                    }
                    _ => year.reliance(&importer),
                });
                Some(outcome.unwrap_or_else(Err))
            }
            (Quantity::DaysOfCover, "stocks") => Some(match self.twin.symbol(area) {
                Some(area) => cover::days(self.twin, series, partner, area, period, self.deviations),
                None => Err(Missing::NoStocks),
            }),
            (Quantity::ImportReliance, "imports") => Some(match self.twin.symbol(area) {
                Some(area) => cover::reliance(self.twin, series, partner, area, period, self.deviations),
                None => Err(Missing::NoImportsAndExports),
            }),
            _ => None,
        }
    }

    fn supply_risk_at(
        &self,
        quantity: Quantity,
        series: SeriesId,
        area: &str,
        period: Period,
    ) -> Option<Outcome> {
        if area.is_empty() {
            let whole = quantity == Quantity::SupplyRisk;
            return whole.then(|| {
                self.with_stage_year(series, period, |year| year.global())
                    .unwrap_or_else(Err)
            });
        }
        let importer = Importer::named(self.twin, area)?;
        let governance = self.mean_governance();
        let outcome = self.with_stage_year(series, period, |year| match quantity {
            Quantity::MembershipSupplyRisk => {
                let pooled = Importer::named(self.twin, CLUB).ok_or(Missing::PooledMissing);
                let pooled = pooled.and_then(|club| year.of(self.twin, &club, &governance));
                gain(&year.of(self.twin, &importer, &governance), &pooled)
            }
            _ => year.of(self.twin, &importer, &governance),
        });
        Some(outcome.unwrap_or_else(Err))
    }

    /// A quantity of the world's supply; none if it is of another kind.
    pub(super) fn of_supply(
        &self,
        quantity: Quantity,
        supply: Result<&Supply, Missing>,
        period: Period,
        series: SeriesId,
    ) -> Option<Outcome> {
        let known = matches!(
            quantity,
            Quantity::Hhi
                | Quantity::TopThree
                | Quantity::LargestShare
                | Quantity::NMinusOne
                | Quantity::NMinusOneOfDemand
                | Quantity::GovernanceHhi
        );
        let supply = match supply {
            Ok(supply) => supply,
            Err(missing) => return known.then_some(Err(missing)),
        };
        Some(match quantity {
            Quantity::Hhi => Ok(supply.hhi()),
            Quantity::TopThree => Ok(supply.top_three()),
            Quantity::LargestShare => Ok(supply.largest_share()),
            Quantity::NMinusOne => Ok(supply.n_minus_1()),
            Quantity::GovernanceHhi => supply.weighted(self.twin, &self.mean_governance()),
            Quantity::NMinusOneOfDemand => cover::demand(self.twin, series, period, self.deviations)
                .ok_or(Missing::NoDemand)
                .and_then(|demand| supply.n_minus_1_of_demand(&demand)),
            _ => return None,
        })
    }
}

/// What is taken for granted where concentration is not that of what is traded.
fn elsewhere(matched: &Matched) -> impl Iterator<Item = Assumption> + use<> {
    let stage = (!matched.same_stage).then_some(Assumption::ConcentrationOfStage(matched.stage));
    let family = (!matched.same_commodity).then_some(Assumption::ConcentrationOfFamily);
    stage.into_iter().chain(family)
}
