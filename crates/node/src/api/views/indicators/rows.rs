//! The panel as rows: every cell that is asked for, each with the editions behind it.

use std::collections::BTreeMap;

use didymium_statement::payload::Source;
use didymium_twin::Held;
use didymium_twin::risk::{BY_BASIS, Cell, Estimate, Input, Risk};

use super::{IndicatorQuery, Lens, Shown};
use crate::api::types;

/// A number of the panel, or the cause why there is none.
#[derive(Debug)]
pub struct IndicatorRow<'t> {
    /// The cell.
    pub cell: types::IndicatorCell,
    /// Of a stage's capacity: who holds it; empty for all others.
    pub holder: String,
    /// The series that it stands on, which is what tells two cells of one place and year apart; of a stage's capacity what is counted
    /// alone, substance and basis of mass.
    pub series: types::SeriesKey,
    /// The editions that it rests on, each once.
    pub editions: Vec<&'t Source>,
}

/// All that is asked of the panel.
#[derive(Debug)]
pub struct Panel<'t> {
    /// Cells, then who holds the capacity of the stages.
    pub rows: Vec<IndicatorRow<'t>>,
    /// What the keys in `missing` and `takes` say.
    pub notes: BTreeMap<String, types::Text>,
}

/// The whole panel of a question; absent if the vocabulary knows no such commodity. No more than `most` cells are told: then the
/// error says how many there are.
pub fn panel<'t>(lens: Lens<'t>, query: &IndicatorQuery, most: usize) -> Option<Result<Panel<'t>, u64>> {
    let risk = Risk::new(lens.twin, BY_BASIS);
    let (family, all) = query.panel(lens.twin, risk)?;
    let wanted: Vec<&Cell> = all.iter().filter(|cell| query.wants(cell)).collect();
    if wanted.len() > most {
        return Some(Err(wanted.len() as u64));
    }
    let mut shown = Shown::new(lens, risk);
    let mut rows: Vec<IndicatorRow<'t>> = wanted
        .into_iter()
        .map(|cell| IndicatorRow {
            cell: shown.cell(cell),
            holder: String::new(),
            series: cell.series.map(|id| lens.key(id)).unwrap_or_default(),
            editions: cell
                .outcome
                .as_ref()
                .map_or_else(|_| Vec::new(), |estimate| editions(lens, estimate)),
        })
        .collect();
    for control in shown.controls(query, family) {
        rows.extend(held(lens, query, control));
    }
    Some(Ok(Panel {
        rows,
        notes: shown.notes,
    }))
}

fn editions<'t>(lens: Lens<'t>, estimate: &Estimate) -> Vec<&'t Source> {
    let mut found: BTreeMap<&str, &'t Source> = BTreeMap::new();
    for swing in estimate.measured.swings() {
        if let Input::Fact(id) = swing.input {
            let source = &lens.twin.fact(id).source;
            found.insert(&source.source, source);
        }
    }
    found.into_values().collect()
}

/// The rows of who holds a stage's capacity: as [`types::StageControl`] tells it.
fn held<'t>(
    lens: Lens<'t>,
    query: &IndicatorQuery,
    (control, counted): (types::StageControl, Vec<String>),
) -> Vec<IndicatorRow<'t>> {
    let sites = counted.iter().filter_map(|site| lens.twin.sites().get(site));
    let sources = sites.map(|record| &record.site.source);
    let editions: BTreeMap<&str, &'t Source> =
        sources.map(|source| (source.source.as_str(), source)).collect();
    let editions: Vec<&'t Source> = editions.into_values().collect();
    let row = |held: Held, holder: &str, measured: Option<&types::Measured>| IndicatorRow {
        cell: types::IndicatorCell {
            quantity: format!("control-{}", held.as_str()),
            commodity: query.commodity.clone(),
            stage: control.stage.clone(),
            area: String::new(),
            partner: String::new(),
            period: String::new(),
            projected: false,
            value: measured.map(|measured| measured.value.clone()),
            deviation: measured.map(|measured| measured.deviation.clone()),
            bound: measured.map_or_else(String::new, |measured| measured.bound.clone()),
            missing: if measured.is_some() {
                String::new()
            } else {
                control.missing.clone()
            },
            takes: measured.map_or_else(Vec::new, |measured| measured.takes.clone()),
            caveat: String::new(),
            decides: None,
            inputs: control.counted,
            rests_on: Vec::new(),
        },
        holder: holder.to_owned(),
        series: types::SeriesKey {
            substance: control.substance.clone(),
            mass_basis: control.mass_basis.clone(),
            ..types::SeriesKey::default()
        },
        editions: editions.clone(),
    };
    let whole = [
        row(Held::Known, "", control.known.as_ref()),
        row(Held::PlacesHhi, "", control.hhi_by_place.as_ref()),
        row(Held::OwnersHhi, "", control.hhi_by_owner.as_ref()),
    ];
    let part = |held, parts: &[types::Holding]| -> Vec<IndicatorRow<'t>> {
        let part = |one: &types::Holding| row(held, &one.holder, Some(&one.share));
        parts.iter().map(part).collect()
    };
    let places = part(Held::Place, &control.by_place);
    let owners = part(Held::Owner, &control.by_owner);
    whole.into_iter().chain(places).chain(owners).collect()
}
