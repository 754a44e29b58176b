//! Where what was said contradicts itself: one edition, one cell, and more than one value.
//!
//! An importer refuses to say such a thing of its own accord; two members may still say it of the same publication. One
//! figure is shown for the cell (the best-based, then the smaller digest); the others must not be hidden behind it.

use std::collections::BTreeSet;
use std::sync::Arc;

use didymium_statement::payload::Source;
use didymium_vocabulary::{Decimal, Period};

use crate::fact::FactId;
use crate::intern::Symbol;
use crate::series::SeriesId;
use crate::twin::Twin;

/// A cell of one edition that statements give different values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction<'t> {
    /// Country or aggregate.
    pub area: Symbol,
    /// Importer of a trade flow, or empty.
    pub partner: Symbol,
    /// The edition.
    pub source: &'t Arc<Source>,
    /// Each value once, the one that is shown first.
    pub said: Vec<SaidValue<'t>>,
}

/// One of the values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidValue<'t> {
    /// The fact that gives it; where several give the same, the preferred one.
    pub fact: FactId,
    /// The members whose logs hold statements that give it, by code.
    pub members: BTreeSet<&'t str>,
}

impl Twin {
    /// Every contradiction in one period of a series: editions in the order of rule R1, then areas and partners.
    pub fn contradictions(&self, id: SeriesId, period: Period) -> Vec<Contradiction<'_>> {
        let editions = self.series(id).periods.get(&period);
        let editions = editions.into_iter().flat_map(|figures| &figures.editions);
        let cells = editions.flat_map(|edition| {
            let cells = edition.facts.chunk_by(|(a, p, _), (b, q, _)| (a, p) == (b, q));
            cells.map(|cell| (&edition.source, cell))
        });
        cells
            .filter_map(|(source, cell)| {
                let (area, partner, _) = *cell.first()?;
                let said = self.values_of(cell);
                (said.len() > 1).then_some(Contradiction {
                    area,
                    partner,
                    source,
                    said,
                })
            })
            .collect()
    }

    fn values_of(&self, cell: &[(Symbol, Symbol, FactId)]) -> Vec<SaidValue<'_>> {
        let mut said: Vec<(Decimal, SaidValue<'_>)> = Vec::new();
        for (_, _, id) in cell {
            let fact = self.fact(*id);
            let members = fact.statements.iter().map(|statement| &*statement.member);
            match said.iter_mut().find(|(value, _)| *value == fact.canonical) {
                Some((_, known)) => known.members.extend(members),
                None => said.push((
                    fact.canonical,
                    SaidValue {
                        fact: *id,
                        members: members.collect(),
                    },
                )),
            }
        }
        said.into_iter().map(|(_, value)| value).collect()
    }
}
