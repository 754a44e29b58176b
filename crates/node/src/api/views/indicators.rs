//! Indices of supply risk as they are sent.

use std::collections::{BTreeMap, BTreeSet};

use didymium_twin::risk::{
    Assumption, BY_BASIS, Cell, Control, Estimate, FORMULAS, Importers, Input, Missing, PanelAsk, Risk,
    formula, shown_control,
};
use didymium_twin::{CLUB, FigureAddress, Held, SeriesId, Twin};
use didymium_vocabulary::{Vocabulary, canonical_decimal};

use super::Lens;
use super::editions::Editions;
use super::lens::wording;
use crate::api::types;

mod rows;

pub use rows::{IndicatorRow, Panel, panel};

/// Asks for every importer that a figure names. No area is called so.
pub const EVERY_IMPORTER: &str = "all";

/// What is asked of the indicators.
#[derive(Debug, Clone, Default)]
pub struct IndicatorQuery {
    /// Commodity or family.
    pub commodity: String,
    /// Stage; all if absent.
    pub stage: Option<String>,
    /// Importer, or [`EVERY_IMPORTER`]; if absent, the members, the European Union and the club.
    pub area: Option<String>,
    /// Year; all if absent.
    pub year: Option<i16>,
    /// Quantities by their names in addresses; all if empty.
    pub quantities: Vec<String>,
}

impl IndicatorQuery {
    /// Nothing is found under a name that does not exist: each must be one of the vocabulary, or a quantity of the panel. A
    /// commodity is not looked at: where there is none of that name, there is no answer.
    ///
    /// # Errors
    /// The field, and why its key is none.
    pub fn check(&self, vocabulary: &Vocabulary) -> Result<(), (&'static str, String)> {
        if let Some(stage) = &self.stage {
            vocabulary
                .require_stage(stage)
                .map_err(|error| ("stage", error.to_string()))?;
        }
        let place = self
            .area
            .as_deref()
            .filter(|area| ![EVERY_IMPORTER, CLUB].contains(area));
        if let Some(area) = place {
            vocabulary
                .require_place(area)
                .map_err(|error| ("area", error.to_string()))?;
        }
        let names = || FORMULAS.iter().map(|formula| formula.quantity.as_str());
        if self.quantities.len() > FORMULAS.len()
            || !self
                .quantities
                .iter()
                .all(|name| names().any(|known| known == name))
        {
            let all: Vec<&str> = names().collect();
            return Err((
                "quantity",
                format!("must be one or more of {}, separated by commas", all.join(", ")),
            ));
        }
        Ok(())
    }

    fn importers(&self) -> Importers<'_> {
        match self.area.as_deref() {
            Some(EVERY_IMPORTER) => Importers::All,
            Some(area) => Importers::One(area),
            None => Importers::Club,
        }
    }

    /// The family of its commodity, and all cells of it; nothing if the vocabulary knows no such commodity.
    fn panel<'t>(&self, twin: &'t Twin, risk: Risk<'t>) -> Option<(&'t str, Vec<Cell>)> {
        let family = &twin.vocabulary().commodity(&self.commodity)?.family;
        let cells = risk.panel(PanelAsk {
            commodity: Some(&self.commodity),
            stage: None,
            importers: self.importers(),
            year: self.year,
        });
        Some((family, cells))
    }

    fn wants(&self, cell: &Cell) -> bool {
        self.stage.as_ref().is_none_or(|stage| cell.stage == *stage)
            && (self.quantities.is_empty()
                || self.quantities.iter().any(|name| name == cell.quantity.as_str()))
    }
}

/// Indices of a commodity; absent if the vocabulary knows no such commodity.
pub fn indicators(
    lens: Lens<'_>,
    query: &IndicatorQuery,
    (offset, limit): (usize, usize),
) -> Option<types::Indicators> {
    let twin = lens.twin;
    let risk = Risk::new(twin, BY_BASIS);
    let (family, all) = query.panel(twin, risk)?;
    let stages = twin
        .vocabulary()
        .chain(family)
        .filter_map(|link| stage(&link.stage, &all))
        .collect();
    let wanted: Vec<&Cell> = all.iter().filter(|cell| query.wants(cell)).collect();
    let mut shown = Shown::new(lens, risk);
    let cells = wanted
        .iter()
        .skip(offset)
        .take(limit)
        .map(|cell| shown.cell(cell))
        .collect();
    let control = if offset == 0 {
        let controls = shown.controls(query, family).into_iter();
        controls.map(|(control, _)| control).collect()
    } else {
        Vec::new()
    };
    Some(types::Indicators {
        commodity: query.commodity.clone(),
        stages,
        cells,
        total: wanted.len() as u64,
        offset: offset as u64,
        limit: limit as u64,
        control,
        formulas: shown.formulas(),
        notes: shown.notes(),
        sources: shown.sources(),
        series: shown.series.into_iter().map(|id| lens.key(id)).collect(),
    })
}

/// Key of what must stand beside a cell's value; its words are among those of what the value takes for granted.
fn caveat(cell: &Cell) -> &'static str {
    let takes = cell.outcome.as_ref().map(|estimate| &estimate.assumptions);
    let mut caveats = takes.into_iter().flatten().filter(|one| one.is_caveat());
    caveats.next().map_or("", |one| one.as_str())
}

/// What there is of a stage; nothing if no cell is about it.
fn stage(stage: &str, all: &[Cell]) -> Option<types::IndicatorStage> {
    let at_stage = || all.iter().filter(|cell| cell.stage == stage);
    at_stage().next()?;
    let mut quantities: Vec<String> = Vec::new();
    let mut years = BTreeSet::new();
    for cell in at_stage().filter(|cell| cell.outcome.is_ok()) {
        years.insert(cell.period);
        let name = cell.quantity.as_str();
        if !quantities.iter().any(|known| known == name) {
            quantities.push(name.to_owned());
        }
    }
    Some(types::IndicatorStage {
        stage: stage.to_owned(),
        quantities,
        years: years.into_iter().map(|period| period.to_string()).collect(),
    })
}

/// What the answer names once, gathered while its cells are put into the wire's form.
struct Shown<'t> {
    lens: Lens<'t>,
    risk: Risk<'t>,
    series: Vec<SeriesId>,
    notes: BTreeMap<String, types::Text>,
    quantities: Vec<didymium_twin::Quantity>,
    editions: Editions<'t>,
}

impl<'t> Shown<'t> {
    fn new(lens: Lens<'t>, risk: Risk<'t>) -> Self {
        Self {
            lens,
            risk,
            series: Vec::new(),
            notes: BTreeMap::new(),
            quantities: Vec::new(),
            editions: Editions::default(),
        }
    }

    fn cell(&mut self, cell: &Cell) -> types::IndicatorCell {
        if !self.quantities.contains(&cell.quantity) {
            self.quantities.push(cell.quantity);
        }
        let shown = self.risk.shown(cell);
        let bound = cell.bound().map_or("", |bound| bound.as_str()).to_owned();
        let (takes, missing, rests_on, inputs) = match &cell.outcome {
            Ok(estimate) => {
                let (rests_on, inputs) = self.rests_on(estimate);
                (self.takes(estimate), String::new(), rests_on, inputs)
            }
            Err(missing) => (Vec::new(), self.told(*missing), Vec::new(), 0),
        };
        types::IndicatorCell {
            quantity: cell.quantity.as_str().to_owned(),
            commodity: cell.commodity.clone(),
            stage: cell.stage.clone(),
            area: cell.area.clone(),
            partner: cell.partner.clone(),
            period: cell.period.to_string(),
            projected: self.is_projected(cell),
            value: shown.as_ref().map(|shown| self.lens.figure(&shown.figure)),
            deviation: shown.map(|shown| canonical_decimal(shown.deviation)),
            bound,
            missing,
            takes,
            caveat: caveat(cell).to_owned(),
            decides: cell.decides,
            inputs,
            rests_on,
        }
    }

    fn is_projected(&self, cell: &Cell) -> bool {
        let edition = cell.series.and_then(|id| self.lens.twin.chosen(id, cell.period));
        edition.is_some_and(|edition| edition.projected)
    }

    /// The series behind an estimate, by place, and how many figures there are.
    fn rests_on(&mut self, estimate: &Estimate) -> (Vec<u32>, u64) {
        let twin = self.lens.twin;
        let mut inputs = 0;
        let mut places = BTreeSet::new();
        for swing in estimate.measured.swings() {
            let Input::Fact(id) = swing.input else { continue };
            inputs += 1;
            let fact = twin.fact(id);
            self.editions.add(&fact.source);
            let known = self.series.iter().position(|series| *series == fact.series);
            let place = known.unwrap_or_else(|| {
                self.series.push(fact.series);
                self.series.len() - 1
            });
            places.extend(u32::try_from(place));
        }
        (places.into_iter().collect(), inputs)
    }

    fn takes(&mut self, estimate: &Estimate) -> Vec<String> {
        let note = |assumption: &Assumption| {
            let key = assumption.key();
            let words = assumption.words(self.lens.twin.vocabulary());
            self.notes.insert(key.clone(), wording(&words));
            key
        };
        estimate.assumptions.iter().map(note).collect()
    }

    /// Who holds the capacity of the stages that are asked about, with the keys of the sites that count; nothing where single
    /// quantities are asked for.
    fn controls(&mut self, query: &IndicatorQuery, family: &str) -> Vec<(types::StageControl, Vec<String>)> {
        if !query.quantities.is_empty() {
            return Vec::new();
        }
        let vocabulary = self.lens.twin.vocabulary();
        vocabulary
            .chain(family)
            .filter(|link| query.stage.as_ref().is_none_or(|stage| link.stage == *stage))
            .flat_map(|link| self.control(&query.commodity, &link.stage))
            .collect()
    }

    fn control(&mut self, commodity: &str, stage: &str) -> Vec<(types::StageControl, Vec<String>)> {
        match Control::of(self.lens.twin, commodity, stage, BY_BASIS) {
            Ok(all) => all
                .into_iter()
                .filter_map(|control| {
                    let told = self.stage_control(&control, commodity, stage)?;
                    Some((told, control.counted))
                })
                .collect(),
            Err(missing) => {
                let told = types::StageControl {
                    stage: stage.to_owned(),
                    substance: String::new(),
                    mass_basis: String::new(),
                    sites: 0,
                    counted: 0,
                    missing: self.told(missing),
                    known: None,
                    hhi_by_place: None,
                    hhi_by_owner: None,
                    by_place: Vec::new(),
                    by_owner: Vec::new(),
                };
                vec![(told, Vec::new())]
            }
        }
    }

    /// The key of a cause; its words go with the answer.
    fn told(&mut self, missing: Missing) -> String {
        let key = missing.as_str().to_owned();
        self.notes.insert(key.clone(), wording(&missing.words()));
        key
    }

    fn stage_control(
        &mut self,
        control: &Control,
        commodity: &str,
        stage: &str,
    ) -> Option<types::StageControl> {
        let key = [commodity, stage, &control.substance, &control.mass_basis];
        let mut number = |held, holder: &str| self.measured(control, held, key, holder);
        let mut parts = |held, holdings: &[didymium_twin::risk::Holding]| {
            let part = |one: &didymium_twin::risk::Holding| {
                Some(types::Holding {
                    holder: one.holder.clone(),
                    share: number(held, &one.holder)?,
                })
            };
            holdings.iter().map(part).collect::<Option<Vec<_>>>()
        };
        Some(types::StageControl {
            by_place: parts(Held::Place, &control.by_place)?,
            by_owner: parts(Held::Owner, &control.by_owner)?,
            known: number(Held::Known, ""),
            hhi_by_place: number(Held::PlacesHhi, ""),
            hhi_by_owner: number(Held::OwnersHhi, ""),
            missing: match &control.hhi_by_owner {
                Ok(_) => String::new(),
                Err(missing) => self.told(*missing),
            },
            stage: stage.to_owned(),
            substance: control.substance.clone(),
            mass_basis: control.mass_basis.clone(),
            sites: control.sites as u64,
            counted: control.counted.len() as u64,
        })
    }

    fn measured(
        &mut self,
        control: &Control,
        held: Held,
        key: [&str; 4],
        holder: &str,
    ) -> Option<types::Measured> {
        let estimate = control.at(held, holder)?;
        Some(types::Measured {
            value: control_figure(&estimate, held, key, holder)?,
            deviation: canonical_decimal(shown_control(&estimate, held)?.1),
            bound: estimate.bound().map_or("", |bound| bound.as_str()).to_owned(),
            takes: self.takes(&estimate),
        })
    }

    fn formulas(&self) -> Vec<types::IndicatorFormula> {
        let told = self.quantities.iter().filter_map(|quantity| formula(*quantity));
        told.map(|formula| types::IndicatorFormula {
            quantity: formula.quantity.as_str().to_owned(),
            name: wording(&formula.name()),
            words: wording(&formula.words()),
            symbols: formula.symbols.to_owned(),
            source: formula.source.to_owned(),
        })
        .collect()
    }

    fn notes(&mut self) -> Vec<types::IndicatorNote> {
        std::mem::take(&mut self.notes)
            .into_iter()
            .map(|(key, text)| types::IndicatorNote { key, text })
            .collect()
    }

    fn sources(&self) -> Vec<types::Source> {
        self.editions.sent()
    }
}

/// A number of a stage's control as a figure: of no one edition and no one year.
pub(crate) fn control_figure(
    estimate: &Estimate,
    held: Held,
    key: [&str; 4],
    holder: &str,
) -> Option<types::Figure> {
    let (value, _, unit) = shown_control(estimate, held)?;
    Some(types::Figure {
        value: Some(canonical_decimal(value)),
        unit: unit.to_owned(),
        substance: None,
        period: String::new(),
        basis: "derived".to_owned(),
        qualifier: String::new(),
        figure: FigureAddress::Control {
            held,
            key: Box::new(key.map(str::to_owned)),
            holder: holder.to_owned(),
        }
        .to_string(),
        sources: 0,
        spread: None,
        source: String::new(),
    })
}

/// The control that an address names.
pub(crate) fn control_at(twin: &Twin, [commodity, stage, substance, basis]: [&str; 4]) -> Option<Control> {
    twin.vocabulary().commodity(commodity)?;
    Control::of(twin, commodity, stage, BY_BASIS)
        .ok()?
        .into_iter()
        .find(|control| control.substance == substance && control.mass_basis == basis)
}
