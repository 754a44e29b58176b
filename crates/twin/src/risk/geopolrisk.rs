//! GeoPolRisk of one customs code and year for any importer, and what standing together changes.
//!
//! `Score = HHI · Σ g v / (D + Σ v)`: HHI of the world's production, 0 to 1; v imports by origin; g the political
//! instability of the origin, 0 to 1; D domestic production (Koyamparambath et al. 2024). Trade is at hand as value, so
//! D is taken at the price of the year.

use std::collections::BTreeMap;

use super::assumption::Assumption;
use super::domestic::Domestic;
use super::estimate::{Estimate, Outcome};
use super::european::reliance;
use super::governance::Governance;
use super::importer::Importer;
use super::measured::{Measured, Swing};
use super::missing::Missing;
use super::supply::{GOVERNED_MIN, Supply};
use super::trade::{Flow, Trade};
use crate::intern::Symbol;
use crate::twin::Twin;

/// The worst governance score, as 0 to 10.
const WORST: f64 = 10.0;

/// What all importers of a code and year share.
pub(crate) struct CodeYear<'a> {
    pub(crate) trade: &'a Trade,
    /// Concentration of the world's production, and what it takes for granted.
    pub(crate) concentration: Result<Estimate, Missing>,
    /// The world's production, if it is of the stage that is traded.
    pub(crate) supply: Option<&'a Supply>,
    /// USD a kilogram.
    pub(crate) price: Option<Measured>,
    /// Instability by origin, 0 to 1, with the year it is of.
    instability: BTreeMap<Symbol, (Measured, i16)>,
}

impl<'a> CodeYear<'a> {
    pub(crate) fn new(
        twin: &Twin,
        trade: &'a Trade,
        concentration: Result<Estimate, Missing>,
        supply: Option<&'a Supply>,
        price: Option<Measured>,
        stability: &Governance<'_>,
    ) -> Self {
        let instability = trade
            .exporters()
            .filter_map(|area| {
                let (score, year) = stability.score(twin, area, trade.year)?;
                Some((area, (score.scaled(1.0 / WORST), year)))
            })
            .collect();
        Self {
            trade,
            concentration,
            supply,
            price,
            instability,
        }
    }

    /// An importer's domestic production in US dollars.
    pub(crate) fn domestic(&self, importer: &Importer) -> Domestic {
        Domestic::of(self.supply, self.price.as_ref(), importer)
    }

    /// The import risk `R = Σ g v / (D + Σ v)`, 0 to 1: `∂R/∂v_i = (g_i − R)/S`, `∂R/∂g_i = v_i/S`, `∂R/∂D = −R/S`, S the
    /// supply `D + Σ v`. Origins without a score are left out, and may be at most a tenth.
    pub(crate) fn import_risk(&self, importer: &Importer) -> Outcome {
        if self.instability.is_empty() {
            return Err(Missing::NoGovernance);
        }
        let domestic = self.domestic(importer);
        let forms = self
            .supply
            .and_then(|supply| domestic.of_more_forms(supply, self.trade));
        let (domestic, assumption) = domestic.counted();
        let mut notes: Vec<Assumption> = assumption.into_iter().chain(forms).collect();
        let (mut scored, mut weighted, mut all) = (0.0, 0.0, 0.0);
        let mut counted: Vec<(&Flow, &Measured)> = Vec::new();
        for flow in self.trade.imports(importer) {
            all += flow.value;
            let Some((score, year)) = self.instability.get(&flow.exporter) else {
                continue;
            };
            scored += flow.value;
            weighted += score.value * flow.value;
            counted.push((flow, score));
            if *year != self.trade.year {
                notes.push(Assumption::GovernanceOf(*year));
            }
        }
        if all + domestic.value <= 0.0 {
            return Err(Missing::NoSupply);
        }
        if scored < GOVERNED_MIN * all {
            return Err(Missing::GovernanceIncomplete);
        }
        if scored < all {
            notes.push(Assumption::GovernanceIncomplete);
        }
        let supply = domestic.value + scored;
        let risk = weighted / supply;
        let mut swings: Vec<Swing> = domestic.swings_times(-risk / supply).collect();
        for (flow, score) in counted {
            swings.extend(flow.measured().swings_times((score.value - risk) / supply));
            swings.extend(score.swings_times(flow.value / supply));
        }
        notes.extend(self.trade.notes.iter().copied());
        if importer.is_group() && importer.key != crate::CLUB {
            notes.push(Assumption::UnionOfToday);
        }
        Ok(Estimate::new(Measured::of(risk, swings), notes))
    }

    /// GeoPolRisk, 0 to 1.
    pub(crate) fn score(&self, importer: &Importer) -> Outcome {
        self.score_of(&self.import_risk(importer)?)
    }

    fn score_of(&self, risk: &Estimate) -> Outcome {
        let concentration = self.concentration.as_ref().map_err(|missing| *missing)?;
        let notes = concentration.assumptions.iter().chain(&risk.assumptions);
        Ok(Estimate::new(
            concentration.measured.times(&risk.measured),
            notes.copied().collect(),
        ))
    }

    /// Net import reliance by value, percent.
    pub(crate) fn reliance(&self, importer: &Importer) -> Outcome {
        let domestic = self.domestic(importer);
        let forms = self
            .supply
            .and_then(|supply| domestic.of_more_forms(supply, self.trade));
        let Domestic::Value(domestic) = domestic else {
            return Err(Missing::DomesticUnknown);
        };
        let part = reliance(self.trade, importer, &domestic)?;
        let mut notes = self.trade.notes.clone();
        notes.extend(forms);
        // Who is not listed may still make a little: what would be exactly all is at most all.
        if self
            .supply
            .is_some_and(|supply| !supply.lists(&importer.countries()))
        {
            notes.push(Assumption::DomesticNotListed);
        }
        Ok(Estimate::new(part.scaled(100.0), notes))
    }
}

/// The value of membership: a risk alone less the same risk of the club as one importer (`pooled`). Positive where standing
/// together lowers it. What both rest on is one error, not two.
fn difference(alone: &Estimate, pooled: &Outcome) -> Outcome {
    let pooled = pooled.as_ref().map_err(|_| Missing::PooledMissing)?;
    let leaves_out = |one: &Estimate| {
        one.assumptions
            .iter()
            .copied()
            .filter(|note| {
                matches!(
                    note,
                    Assumption::DomesticOfOtherStage | Assumption::DomesticUnpriced
                )
            })
            .collect::<Vec<_>>()
    };
    if leaves_out(alone) != leaves_out(pooled) {
        return Err(Missing::NotComparable);
    }
    let notes = alone.assumptions.iter().chain(&pooled.assumptions);
    Ok(Estimate::new(
        alone.measured.minus(&pooled.measured),
        notes.copied().collect(),
    ))
}

/// [`difference`] of two outcomes.
pub(crate) fn gain(alone: &Outcome, pooled: &Outcome) -> Outcome {
    alone
        .as_ref()
        .map_err(|_| Missing::AloneMissing)
        .and_then(|alone| difference(alone, pooled))
}
