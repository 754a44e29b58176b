//! Series: all figures of one kind of thing, by period, edition and area.

use std::collections::BTreeMap;
use std::sync::Arc;

use didymium_statement::payload::Source;
use didymium_vocabulary::{Dimension, Period};

use crate::fact::FactId;
use crate::intern::Symbol;

/// Place of a series in the twin's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesId(pub(crate) u32);

/// What names a series: everything of an observation's key but area, partner and period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesKey {
    /// Measure.
    pub measure: Symbol,
    /// Commodity or empty.
    pub commodity: Symbol,
    /// Stage or empty.
    pub stage: Symbol,
    /// Form or empty.
    pub form: Symbol,
    /// Substance or empty.
    pub substance: Symbol,
    /// Basis of a mass or empty.
    pub mass_basis: Symbol,
    /// Subject or empty.
    pub subject: Symbol,
}

impl SeriesKey {
    /// Its symbols in the order measure, commodity, stage, form, substance, mass basis, subject.
    pub const fn symbols(&self) -> [Symbol; 7] {
        [
            self.measure,
            self.commodity,
            self.stage,
            self.form,
            self.substance,
            self.mass_basis,
            self.subject,
        ]
    }

    pub(crate) const fn symbols_mut(&mut self) -> [&mut Symbol; 7] {
        [
            &mut self.measure,
            &mut self.commodity,
            &mut self.stage,
            &mut self.form,
            &mut self.substance,
            &mut self.mass_basis,
            &mut self.subject,
        ]
    }
}

/// A series.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its name.
    pub key: SeriesKey,
    /// What kind of number it holds.
    pub dimension: Dimension,
    /// The unit its figures are shown in.
    pub unit: String,
    /// Figures by period.
    pub periods: BTreeMap<Period, PeriodFigures>,
    /// How many facts all editions of all periods hold together.
    pub facts: usize,
}

/// The figures of one period.
#[derive(Debug, Clone)]
pub struct PeriodFigures {
    /// Editions that have figures, the chosen one first, then in the order of rule R1.
    pub editions: Vec<Edition>,
}

/// One edition's figures of one period.
#[derive(Debug, Clone)]
pub struct Edition {
    /// The edition.
    pub source: Arc<Source>,
    /// Its facts, ordered by area and partner; where it contradicts itself, the preferred one first.
    pub facts: Vec<(Symbol, Symbol, FactId)>,
    /// Whether every figure of it is a projection.
    pub projected: bool,
}

impl PeriodFigures {
    /// The chosen edition.
    pub fn chosen(&self) -> Option<&Edition> {
        self.editions.first()
    }
}

impl Edition {
    /// Facts about one area, by partner.
    pub fn of_area(&self, area: Symbol) -> &[(Symbol, Symbol, FactId)] {
        let first = self.facts.partition_point(|(a, _, _)| *a < area);
        let last = self.facts.partition_point(|(a, _, _)| *a <= area);
        &self.facts[first..last]
    }

    /// Areas that the edition has figures for, each once, in symbol order.
    pub fn areas(&self) -> impl Iterator<Item = Symbol> + '_ {
        self.facts
            .chunk_by(|(a, _, _), (b, _, _)| a == b)
            .filter_map(|rows| rows.first())
            .map(|(area, _, _)| *area)
    }
}
