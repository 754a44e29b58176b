//! Assumptions give way to reports: what somebody reports is not talked away by what is merely usual. Yields and recipes do not: more
//! does not come out than goes in, whoever reports it.

use didymium_vocabulary::Assumed;

use super::bounds::Kept;
use super::build::Build;
use super::credit::Credit;
use super::error::BalanceError;
use super::grade::Grade;
use super::report::Origin;
use super::solve::Quantity;
use crate::reconcile::{Class, Reconciliation};

/// A figure told by reports is moved if it is further from what they say alone than this many of the deviations of that.
const MOVED: f64 = 1.0;
/// What would move it by more than this many gives way.
const PULLED: f64 = 0.5;
/// An assumption that moves what is told is taken so many times looser, and again while it does.
const LOOSER: f64 = 2.0;
/// Rounds of that.
const ROUNDS: usize = 5;

impl Build<'_> {
    /// Loosens assumptions about figures that reports tell and that all assumptions together would move by more than half a deviation.
    pub(super) fn loosen(
        &self,
        levels: &[f64],
        told: &Reconciliation,
        credit: &mut Credit,
    ) -> Result<(), BalanceError> {
        for _ in 0..ROUNDS {
            let values = self.values(levels, credit, &Kept::Free)?;
            let moved: Vec<bool> = (0..self.network.keys.len())
                .map(|at| self.moved(told, at, values.value(at), PULLED).is_some())
                .collect();
            let mut any = false;
            for (prior, factor) in self.priors.iter().zip(&mut credit.assumptions) {
                let about = |(at, _): &(usize, f64)| moved.get(*at).copied().unwrap_or(false);
                if merely_usual(&prior.origin) && !prior.waits && prior.terms.iter().any(about) {
                    *factor *= LOOSER;
                    any = true;
                }
            }
            if !any {
                break;
            }
        }
        Ok(())
    }

    /// Says of figures that are moved nevertheless what reports alone say, and grades them no better than by their order of size.
    pub(super) fn mark_moved(&self, told: &Reconciliation, quantities: &mut [Quantity]) {
        for (at, quantity) in quantities.iter_mut().enumerate() {
            quantity.by_reports = self.moved(told, at, quantity.value, MOVED);
            if quantity.by_reports.is_some() {
                quantity.grade = quantity.grade.max(Grade::D);
            }
        }
    }

    /// What reports alone say of a figure that is so far from it; none if it is not, or they say nothing.
    fn moved(
        &self,
        told: &Reconciliation,
        at: usize,
        value: Option<f64>,
        deviations: f64,
    ) -> Option<(f64, f64)> {
        let known = told
            .estimate(at)
            .filter(|known| known.class != Class::Unobservable)?;
        let (alone, deviation) = known.value.zip(known.deviation)?;
        // Below nothing is no assumption.
        let signed = self.network.keys.get(at)?.line.is_signed();
        let alone = if signed { alone } else { alone.max(0.0) };
        ((value? - alone).abs() > deviations * deviation).then_some((alone, deviation))
    }
}

/// Whether an assumption says how things usually go on, and no more.
const fn merely_usual(origin: &Origin) -> bool {
    use Assumed::{Continuity, Entry, Unlisted, UseChange};
    matches!(
        origin,
        Origin::Assumption(Continuity | Entry | Unlisted | UseChange)
    )
}
