//! What statements said of a line and took back, in the order in which they were recorded.

use std::collections::BTreeMap;
use std::sync::Arc;

use didymium_statement::payload::Source;
use didymium_vocabulary::Period;

use super::Change;
use crate::fact::{Fact, StatementRef};
use crate::figure::Figure;
use crate::intern::Symbol;
use crate::series::SeriesId;
use crate::twin::Twin;
use crate::withdrawn::Withdrawal;

/// What a statement said of one period of the line, or took back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedCell<'t> {
    /// The period.
    pub period: Period,
    /// The figure.
    pub figure: Figure,
    /// Against what was recorded last before of the same edition and period. Nothing where this takes a figure back.
    pub change: Option<Change>,
    /// How it was withdrawn since, where this says it and not takes it back.
    pub withdrawn: Option<&'t Withdrawal>,
}

/// One statement about the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording<'t> {
    /// The statement, with the time when this node recorded it.
    pub statement: &'t Arc<StatementRef>,
    /// The edition whose figures it gives or takes back.
    pub source: &'t Arc<Source>,
    /// Set where it takes figures back.
    pub withdraws: Option<&'t Withdrawal>,
    /// By period, oldest first.
    pub cells: Vec<RecordedCell<'t>>,
}

impl Twin {
    pub(super) fn recordings(
        &self,
        id: SeriesId,
        (area, partner): (Symbol, Symbol),
        period: Option<Period>,
    ) -> Vec<Recording<'_>> {
        let wanted = |fact: &Fact| {
            let here = (fact.series, fact.area, fact.partner) == (id, area, partner);
            here && period.is_none_or(|period| period == fact.period)
        };
        let live = self.series(id).periods.values().flat_map(|figures| {
            let rows = figures.editions.iter().flat_map(|edition| edition.of_area(area));
            rows.map(|(_, _, fact)| self.fact(*fact))
        });
        let mut said: Vec<Saying<'_>> = Vec::new();
        for fact in live.filter(|fact| wanted(fact)) {
            said.extend(fact.statements.iter().map(|by| Saying::of(by, fact, None)));
        }
        for past in self.withdrawn().iter().filter(|past| wanted(&past.fact)) {
            let how = past.withdrawals.iter().map(|withdrawal| Some(&**withdrawal));
            let by = past.fact.statements.iter().zip(how);
            said.extend(by.map(|(by, how)| Saying::of(by, &past.fact, how)));
        }
        let taken_back = said.iter().filter_map(|saying| {
            let withdraws = saying.withdrawn?;
            Some(Saying {
                by: &withdraws.by,
                withdraws: Some(withdraws),
                withdrawn: None,
                ..*saying
            })
        });
        let taken_back: Vec<Saying<'_>> = taken_back.collect();
        said.extend(taken_back);
        said.sort_by(|a, b| a.order().cmp(&b.order()));
        self.recorded_in_order(&said)
    }

    /// One recording a statement and edition, of what is in order already.
    fn recorded_in_order<'t>(&self, said: &[Saying<'t>]) -> Vec<Recording<'t>> {
        let mut last: BTreeMap<(&str, Period), Figure> = BTreeMap::new();
        let together = |a: &Saying<'_>, b: &Saying<'_>| {
            a.by == b.by && a.fact.source == b.fact.source && a.withdraws.is_some() == b.withdraws.is_some()
        };
        let mut recordings = Vec::new();
        for group in said.chunk_by(together) {
            let Some(first) = group.first() else { continue };
            let mut cells = Vec::with_capacity(group.len());
            for saying in group {
                let figure = self.as_figure(saying.fact);
                let mut change = None;
                if saying.withdraws.is_none() {
                    let cell = (saying.fact.source.source.as_str(), saying.fact.period);
                    let before = last.insert(cell, figure.clone());
                    change = before.and_then(|before| Change::between(&before, &figure));
                }
                cells.push(RecordedCell {
                    period: saying.fact.period,
                    figure,
                    change,
                    withdrawn: saying.withdrawn,
                });
            }
            recordings.push(Recording {
                statement: first.by,
                source: &first.fact.source,
                withdraws: first.withdraws,
                cells,
            });
        }
        recordings
    }
}

/// A statement that gives a fact, or takes it back.
#[derive(Clone, Copy)]
struct Saying<'t> {
    by: &'t Arc<StatementRef>,
    fact: &'t Fact,
    withdrawn: Option<&'t Withdrawal>,
    withdraws: Option<&'t Withdrawal>,
}

impl<'t> Saying<'t> {
    const fn of(by: &'t Arc<StatementRef>, fact: &'t Fact, withdrawn: Option<&'t Withdrawal>) -> Self {
        Self {
            by,
            fact,
            withdrawn,
            withdraws: None,
        }
    }

    fn order(&self) -> impl Ord + use<'t> {
        (
            self.by.recorded_order(),
            self.fact.source.source.as_str(),
            self.withdraws.is_some(),
            self.fact.period,
            self.fact.basis,
            self.fact.digest,
        )
    }
}
