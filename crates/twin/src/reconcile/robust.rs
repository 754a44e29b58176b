//! Robust reconciliation: reports far off count less, so that one false report does not bend its neighbours.
//!
//! Huber's estimator (1964, Ann. Math. Stat. 35:73; for reconciliation Özyurt & Pike 2004, Comput. Chem. Eng. 28:381) by
//! iteratively reweighted least squares: a report whose adjustment is more than `k` deviations counts as if its deviation
//! were as much larger.

use std::num::NonZeroUsize;

use super::{Measurement, Problem, ReconcileError, Reconciliation, Variable};

/// Huber's function and when to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Huber {
    /// Adjustments up to so many deviations count in full; above zero. 1.345 costs 5 % of efficiency where all reports
    /// are right.
    pub bend: f64,
    /// Rounds at most.
    pub limit: usize,
    /// Weights that change by less than this end the rounds.
    pub tolerance: f64,
}

impl Default for Huber {
    /// 1.345 deviations, 100 rounds, 1e-8.
    fn default() -> Self {
        Self {
            bend: 1.345,
            limit: 100,
            tolerance: 1e-8,
        }
    }
}

/// How much each report counts.
#[derive(Debug, Clone, PartialEq)]
pub struct RobustWeights {
    /// The weight of each variable's report: 1 counts in full, less is held to be doubtful; none if not measured.
    pub weights: Vec<Option<f64>>,
    /// Rounds made.
    pub rounds: usize,
    /// Whether the weights settled within the rounds allowed.
    pub settled: bool,
}

/// A robust answer.
#[derive(Debug)]
pub struct RobustReconciliation {
    /// Estimates under the last weights. Its deviations hold for the widened deviations of the reports, and its
    /// adjustments are those of the reports as they are.
    pub solved: Reconciliation,
    /// Those weights.
    pub weights: RobustWeights,
}

impl Problem {
    /// Reconciles robustly.
    ///
    /// # Errors
    /// As [`Problem::solve`]; [`ReconcileError::BendNotPositive`].
    pub fn solve_robust(&self, huber: Huber) -> Result<RobustReconciliation, ReconcileError> {
        let weights = self.robust_weights(huber, NonZeroUsize::MIN)?;
        let solved = self.weighted(&weights.weights).solve()?;
        Ok(RobustReconciliation { solved, weights })
    }

    /// How much each report counts in the robust answer: estimates alone, again and again, on so many threads. The same to the bit
    /// for any number of them.
    ///
    /// # Errors
    /// As [`Problem::solve`]; [`ReconcileError::BendNotPositive`].
    pub fn robust_weights(
        &self,
        huber: Huber,
        threads: NonZeroUsize,
    ) -> Result<RobustWeights, ReconcileError> {
        if !(huber.bend.is_finite() && huber.bend > 0.0) {
            return Err(ReconcileError::BendNotPositive { bend: huber.bend });
        }
        let in_full = |variable: &Variable| variable.measurement.map(|_| 1.0);
        let mut found = RobustWeights {
            weights: self.variables.iter().map(in_full).collect(),
            rounds: 0,
            settled: false,
        };
        while found.rounds < huber.limit && !found.settled {
            let values = self.weighted(&found.weights).values_with(threads)?;
            let mut moved = 0.0_f64;
            for (at, (variable, weight)) in self.variables.iter().zip(&mut found.weights).enumerate() {
                if let (Some(report), Some(weight), Some(value)) =
                    (variable.measurement, weight.as_mut(), values.value(at))
                {
                    let off = (report.value - value).abs() / report.deviation;
                    let next = if off > huber.bend { huber.bend / off } else { 1.0 };
                    moved = moved.max((next - *weight).abs());
                    *weight = next;
                }
            }
            found.rounds += 1;
            found.settled = moved <= huber.tolerance;
        }
        Ok(found)
    }

    /// The same problem with each report's deviation widened to its weight.
    fn weighted(&self, weights: &[Option<f64>]) -> Self {
        let mut problem = self.clone();
        for (variable, weight) in problem.variables.iter_mut().zip(weights) {
            if let (Some(Measurement { deviation, .. }), Some(weight)) = (&mut variable.measurement, weight) {
                *deviation /= weight.sqrt();
            }
        }
        problem
    }
}
