//! Of a European supply risk: which of the two stages counts.

use std::collections::BTreeMap;

use didymium_vocabulary::Period;

use super::european::risk_stage;
use super::panel::Cell;
use crate::address::Quantity;
use crate::supply_risk::{RiskStage, decisive_stage};
use crate::twin::Twin;

/// Family, year, importer.
type Case<'c> = (&'c str, Period, &'c str);

/// Tells of each European supply risk whether its stage is the one that counts, where both stages are known.
pub(super) fn decide(cells: &mut [Cell], twin: &Twin) {
    let is_risk = |cell: &Cell| cell.quantity == Quantity::SupplyRisk;
    let value = |cell: &Cell| Some(cell.outcome.as_ref().ok()?.measured.value);
    let family = |cell: &Cell| {
        let known = twin.vocabulary().commodity(&cell.commodity);
        known.map_or("", |known| known.family.as_str())
    };
    let mut highest: BTreeMap<Case<'_>, [Option<f64>; 2]> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| is_risk(cell)) {
        let (Some(value), Some(stage)) = (value(cell), risk_stage(&cell.stage)) else {
            continue;
        };
        let of_stage = &mut highest
            .entry((family(cell), cell.period, &cell.area))
            .or_default()[place(stage)];
        *of_stage = Some(of_stage.map_or(value, |so_far| so_far.max(value)));
    }
    let decided: Vec<Option<bool>> = cells
        .iter()
        .map(|cell| {
            let [extraction, processing] = *highest.get(&(family(cell), cell.period, cell.area.as_str()))?;
            let (stage, risk) = decisive_stage(Some(extraction?), Some(processing?))?;
            let is_it = value(cell)? == risk && risk_stage(&cell.stage) == Some(stage);
            is_risk(cell).then_some(is_it)
        })
        .collect();
    for (cell, decides) in cells.iter_mut().zip(decided) {
        cell.decides = decides;
    }
}

const fn place(stage: RiskStage) -> usize {
    match stage {
        RiskStage::Extraction => 0,
        RiskStage::Processing => 1,
    }
}
