//! Supply risk by the method of the European Commission (Blengini et al. 2017), for the European Union and for any importer.
//!
//! `SR = [HHI_GS · IR/2 + HHI_imp · (1 − IR/2)] · (1 − EoL-RIR) · SI`, HHI weighted by governance and by the trade
//! parameter t. At hand are governance, production, trade by value, and European recycling rates; t is 1 for all, and the
//! index of substitution SI is 1. Where the importer's own sources are not at hand, the world's supply alone counts.

use std::collections::BTreeMap;

use super::assumption::Assumption;
use super::domestic::Domestic;
use super::estimate::{Deviations, Estimate, Outcome};
use super::governance::Governance;
use super::importer::Importer;
use super::measured::Measured;
use super::missing::Missing;
use super::supply::{GOVERNED_MIN, Supply, float};
use super::trade::{Trade, total};
use crate::intern::Symbol;
use crate::supply_risk::RiskStage;
use crate::twin::Twin;

/// A share is not told by a figure with a deviation above this: it may be none or all.
const UNTOLD: f64 = 1.0;
/// Area whose recycling rates are at hand.
const UNION: &str = "EU";

/// Stages that give ores and concentrates.
const EXTRACTION: [&str; 2] = ["mine", "concentration"];
/// Stages that give refined materials, by-products' first recovery among them.
const PROCESSING: [&str; 7] = [
    "compound",
    "separation",
    "primary",
    "intermediate",
    "chemical",
    "refining",
    "metal",
];

/// Which of the method's two stages a stage of the chain is; none if the method does not assess it.
#[must_use]
pub fn risk_stage(stage: &str) -> Option<RiskStage> {
    if EXTRACTION.contains(&stage) {
        return Some(RiskStage::Extraction);
    }
    PROCESSING.contains(&stage).then_some(RiskStage::Processing)
}

/// What a stage and year have in common for all importers.
pub(crate) struct StageYear<'a> {
    pub(crate) supply: &'a Supply,
    /// `HHI_WGI` of the world's supply.
    pub(crate) world: Outcome,
    /// Trade in what the stage makes.
    pub(crate) trade: Result<&'a Trade, Missing>,
    /// USD a kilogram.
    pub(crate) price: Option<Measured>,
    /// What recycling leaves, `1 − EoL-RIR`, and what is taken for granted.
    pub(crate) recycling: (Measured, Assumption),
}

/// `1 − EoL-RIR` of a commodity: the latest European rate, its own before its family's.
pub(crate) fn recycling(twin: &Twin, commodity: &str, of: Deviations<'_>) -> (Measured, Assumption) {
    let family = twin
        .vocabulary()
        .commodity(commodity)
        .map(|known| known.family.as_str());
    let rate = |commodity: &str| {
        let names = [
            Some("recycling_rate"),
            Some(commodity),
            None,
            None,
            None,
            None,
            None,
        ];
        let id = twin.find_series(names)?;
        let period = twin.latest_period(id)?;
        let (_, _, fact) = twin.chosen(id, period)?.of_area(twin.symbol(UNION)?).first()?;
        let rate = float(twin.fact(*fact).canonical) / 100.0;
        Some((of.measured(twin, rate, *fact), period.year()))
    };
    match rate(commodity).or_else(|| rate(family?)) {
        Some((rate, year)) => (Measured::exact(1.0).minus(&rate), Assumption::RecyclingOf(year)),
        None => (Measured::exact(1.0), Assumption::NoRecycling),
    }
}

impl StageYear<'_> {
    fn finished(&self, concentration: &Measured, mut notes: Vec<Assumption>) -> Estimate {
        let (left, recycling) = &self.recycling;
        notes.extend([
            Assumption::TradeParameterOne,
            Assumption::NoSubstitution,
            *recycling,
        ]);
        Estimate::new(concentration.times(left), notes)
    }

    /// From the world's supply alone.
    pub(crate) fn global(&self) -> Outcome {
        let world = self.world.as_ref().map_err(|missing| *missing)?;
        let mut notes = world.assumptions.clone();
        notes.push(Assumption::GlobalOnly);
        Ok(self.finished(&world.measured, notes))
    }

    /// From the world's supply and the importer's own sources.
    pub(crate) fn of(&self, twin: &Twin, importer: &Importer, governance: &Governance<'_>) -> Outcome {
        let world = self.world.as_ref().map_err(|missing| *missing)?;
        let trade = self.trade?;
        let domestic = Domestic::of(Some(self.supply), self.price.as_ref(), importer);
        let forms = domestic.of_more_forms(self.supply, trade);
        let Domestic::Value(domestic) = domestic else {
            return Err(Missing::DomesticUnknown);
        };
        let reliance = reliance(trade, importer, &domestic)?;
        // Who exports more than it imports relies on its own sources alone.
        let half = if reliance.value > 0.0 {
            reliance.scaled(0.5)
        } else {
            Measured::default()
        };
        let (sources, mut notes) = self.sources(twin, trade, importer, governance)?;
        let rest = Measured::exact(1.0).minus(&half);
        let concentration = world.measured.times(&half).plus(&sources.times(&rest));
        notes.extend(world.assumptions.iter().chain(&trade.notes).copied());
        notes.extend(forms);
        if importer.is_group() && importer.key != crate::CLUB {
            notes.push(Assumption::UnionOfToday);
        }
        Ok(self.finished(&concentration, notes))
    }

    /// `HHI_WGI` of the importer's sources: its countries' own production, each, and its imports by origin, all as value.
    fn sources(
        &self,
        twin: &Twin,
        trade: &Trade,
        importer: &Importer,
        governance: &Governance<'_>,
    ) -> Result<(Measured, Vec<Assumption>), Missing> {
        let mut by_origin: BTreeMap<Symbol, Measured> = BTreeMap::new();
        for flow in trade.imports(importer) {
            let sum = by_origin.entry(flow.exporter).or_default();
            *sum = sum.plus(&flow.measured());
        }
        for country in importer.countries() {
            let produced = self.supply.of_areas(&[country]);
            if let Some(price) = self.price.as_ref().filter(|_| produced.value > 0.0) {
                by_origin.insert(country, produced.times(price));
            }
        }
        let whole = by_origin
            .values()
            .fold(Measured::default(), |sum, one| sum.plus(one));
        if whole.value <= 0.0 {
            return Err(Missing::NoSupply);
        }
        let (mut scored, mut index, mut notes) = (0.0, Measured::default(), Vec::new());
        for (area, value) in &by_origin {
            let Some((score, year)) = governance.score(twin, *area, trade.year) else {
                continue;
            };
            scored += value.value;
            if year != trade.year {
                notes.push(Assumption::GovernanceOf(year));
            }
            let share = value.over(&whole).ok_or(Missing::NoSupply)?;
            index = index.plus(&share.times(&share).times(&score));
        }
        if scored <= 0.0 {
            return Err(Missing::NoGovernance);
        }
        if scored < GOVERNED_MIN * whole.value {
            return Err(Missing::GovernanceIncomplete);
        }
        if scored < whole.value {
            notes.push(Assumption::GovernanceIncomplete);
        }
        Ok((index, notes))
    }
}

/// Net import reliance `(imports − exports)/(domestic + imports − exports)`, of values; negative for a net exporter with
/// production of its own.
pub(crate) fn reliance(trade: &Trade, importer: &Importer, domestic: &Measured) -> Result<Measured, Missing> {
    let imports = total(trade.imports(importer));
    let exports = total(trade.exports(importer));
    if imports.value + exports.value + domestic.value <= 0.0 {
        return Err(Missing::NoSupply);
    }
    let net = imports.minus(&exports);
    let used = domestic.plus(&net);
    // Of what cannot be told from nothing no share can be told either.
    let told = net.over(&used).filter(|reliance| reliance.deviation() <= UNTOLD);
    told.ok_or(Missing::NothingConsumed)
}
