//! What one voice says of a period: all its editions together, each cell once.
//!
//! A survey that publishes a table every year, revises it, and is quoted by others, has said one thing of each year, not
//! five. Its fullest table that speaks for the world is taken; later ones revise its cells, and what it does not have is filled from
//! its others.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use didymium_vocabulary::Decimal;
use jiff::civil::Date;

use super::finding::{Finding, Reason};
use super::gather::{Gatherer, OTHERS};
use crate::WORLD;
use crate::fact::FactId;
use crate::intern::Symbol;
use crate::series::{Edition, PeriodFigures, Series};

/// A table of fewer countries speaks for no world of its own accord.
const FEWEST_COUNTRIES: usize = 3;

/// Area and partner.
type Cell = (Symbol, Symbol);

/// What a voice says of one period of a series.
pub(super) struct Voiced {
    /// Its number among the voices.
    pub(super) voice: u16,
    /// Its figures, each cell once.
    pub(super) cells: BTreeMap<Cell, FactId>,
    /// Whether its table claims to list the world.
    pub(super) speaks_for_world: bool,
}

impl<'t> Gatherer<'t> {
    /// Who says what of a period.
    pub(super) fn voices_of(&self, figures: &'t PeriodFigures) -> Vec<Voiced> {
        let heard = |edition: &&Edition| {
            let voice = self.twin.vocabulary().voice(&edition.source.series);
            !edition.projected && !self.without.contains(voice)
        };
        let leader = self.leader(figures, heard);
        // By voice, then by day of publication, the newest first: what was published together is one table.
        let mut tables: BTreeMap<&str, BTreeMap<Reverse<Date>, BTreeMap<Cell, FactId>>> = BTreeMap::new();
        for edition in figures.editions.iter().filter(heard) {
            let voice = self.twin.vocabulary().voice(&edition.source.series);
            let table = tables
                .entry(voice)
                .or_default()
                .entry(Reverse(edition.source.published))
                .or_default();
            for (area, partner, fact) in &edition.facts {
                table.entry((*area, *partner)).or_insert(*fact);
            }
        }
        tables
            .into_iter()
            .filter_map(|(voice, tables)| {
                self.voiced(voice, &tables.into_values().collect::<Vec<_>>(), leader)
            })
            .collect()
    }

    /// Finds figures of a cell of which another statement of the same edition says something else, that is preferred.
    pub(super) fn told_otherwise(&mut self, series: &'t Series) {
        let editions = series.periods.values().flat_map(|figures| &figures.editions);
        for edition in editions.filter(|edition| !edition.projected) {
            let cells = edition
                .facts
                .chunk_by(|one, two| (one.0, one.1) == (two.0, two.1));
            for cell in cells {
                let [(_, _, preferred), others @ ..] = cell else {
                    continue;
                };
                let counts = self.twin.fact(*preferred).canonical;
                let counted = format!("{:.0}", self.plain_tonnes(*preferred));
                for (_, _, other) in others
                    .iter()
                    .filter(|other| self.twin.fact(other.2).canonical != counts)
                {
                    let counted = counted.clone();
                    let reason = Reason::ToldOtherwise { counted };
                    self.out.findings.push(Finding::of_fact(*other, reason));
                }
            }
        }
    }

    fn voiced(
        &self,
        voice: &str,
        tables: &[BTreeMap<Cell, FactId>],
        leader: Option<Symbol>,
    ) -> Option<Voiced> {
        let world = self.twin.symbol(WORLD);
        let countries = |table: &BTreeMap<Cell, FactId>| -> BTreeSet<Symbol> {
            let areas = table.keys().map(|(area, _)| *area);
            areas.filter(|area| !self.twin.is_aggregate(*area)).collect()
        };
        let has_world = |table: &BTreeMap<Cell, FactId>| {
            world.is_some_and(|world| table.contains_key(&(world, Symbol::EMPTY)))
        };
        let speaks = |table: &BTreeMap<Cell, FactId>| {
            let countries = countries(table);
            let leads = leader.is_none_or(|leader| countries.contains(&leader));
            leads && (has_world(table) || countries.len() >= FEWEST_COUNTRIES)
        };
        // The fullest of those that speak for the world, the newest among equals; else the fullest.
        let home = (0..tables.len()).max_by_key(|at| {
            let table = &tables[*at];
            (speaks(table), countries(table).len(), Reverse(*at))
        })?;
        let speaks_for_world = tables.get(home).is_some_and(speaks);
        let mut cells = tables.get(home)?.clone();
        // What the table counts among others stands there already.
        let with_others = cells
            .keys()
            .any(|(area, _)| OTHERS.contains(&self.twin.text(*area)));
        // Whatever was published after it revises it, cell by cell; what was published before fills what it does not have.
        for table in tables[..home].iter().rev() {
            for (cell, fact) in table {
                if !self.twin.is_aggregate(cell.0) && (!with_others || cells.contains_key(cell)) {
                    cells.insert(*cell, *fact);
                }
            }
        }
        for table in tables[home + 1..].iter().filter(|_| !with_others) {
            for (cell, fact) in table {
                if !self.twin.is_aggregate(cell.0) || cells.is_empty() {
                    cells.entry(*cell).or_insert(*fact);
                }
            }
        }
        let voice = self.out.voices.iter().position(|known| known == voice)?;
        Some(Voiced {
            voice: u16::try_from(voice).ok()?,
            cells,
            speaks_for_world,
        })
    }

    /// The country with the largest figure that anybody gives.
    fn leader(&self, figures: &PeriodFigures, heard: impl Fn(&&Edition) -> bool) -> Option<Symbol> {
        let mut largest: Option<(Decimal, Symbol)> = None;
        for edition in figures.editions.iter().filter(heard) {
            for (area, _, fact) in &edition.facts {
                let value = self.twin.fact(*fact).canonical;
                if !self.twin.is_aggregate(*area) && largest.is_none_or(|(held, _)| value > held) {
                    largest = Some((value, *area));
                }
            }
        }
        largest.map(|(_, area)| area)
    }
}
