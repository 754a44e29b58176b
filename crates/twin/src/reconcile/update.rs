//! One report more, less, or other: the answer without solving anything again.
//!
//! With `C` the posterior covariance and `e` the variable, a change of its report's weight by `δ = 1/σ'² − 1/σ²` makes
//! `C' = C − C e eᵀ C δ/(1 + δ C_ee)` (Sherman & Morrison 1950), and the estimates move along the same column `C e`: one
//! sparse solve for the column, and every deviation and test follows. It is exact, and agrees with a solve from scratch
//! to rounding; what is published comes from a solve from scratch all the same, so that it does not depend on the order
//! in which reports came.

use super::problem::check_measurement;
use super::{Class, Estimate, Measurement, Problem, ReconcileError, Reconciliation};

/// A report counts for so little beside the others that taking it away cannot be told from its being alone.
const ALONE: f64 = 1e-6;
/// Changes kept before the next one asks for a solve from scratch: each costs every later one a little time and accuracy.
const CHANGES: usize = 64;
/// A covariance, or a narrowing of a variance, below this part of the variances is rounding.
const UNRELATED: f64 = 1e-9;

/// A reconciliation and the changes made to its reports since.
#[derive(Debug)]
pub struct Updated {
    base: Reconciliation,
    /// The problem as it is now.
    problem: Problem,
    changes: Vec<Change>,
    /// Shift of the estimates since the base, and how much of its variance each lost; by variable.
    shift: Vec<f64>,
    gained: Vec<f64>,
    class: Vec<Class>,
    degrees: usize,
}

/// `C` became `C − factor · column columnᵀ`, within one network.
#[derive(Debug)]
struct Change {
    network: usize,
    column: Vec<f64>,
    factor: f64,
}

/// How a change was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// By the update.
    Updated,
    /// By a solve from scratch: the change makes a variable knowable or unknowable, or many changes came before it.
    Solved,
}

impl Updated {
    /// Nothing changed yet.
    #[must_use]
    pub fn new(base: Reconciliation) -> Self {
        let count = base.place.len();
        Self {
            problem: base.problem.clone(),
            class: base.estimates().map(|estimate| estimate.class).collect(),
            degrees: base.degrees_of_freedom(),
            base,
            changes: Vec::new(),
            shift: vec![0.0; count],
            gained: vec![0.0; count],
        }
    }

    /// The problem as it is now, with all changes.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// Gives a variable another report, or takes its report away.
    ///
    /// # Errors
    /// As [`Problem::with_measurement`] and [`Problem::solve`]; the state is then as before.
    pub fn report(
        &mut self,
        variable: usize,
        measurement: Option<Measurement>,
    ) -> Result<Taken, ReconcileError> {
        if let Some(measurement) = measurement {
            check_measurement(variable, measurement)?;
        }
        let Some(&(network, at)) = self.base.place.get(variable) else {
            return Err(ReconcileError::NoSuchVariable {
                variable,
                variables: self.base.place.len(),
            });
        };
        let before = self.problem.variables[variable].measurement;
        if let Some(column) = self.column(network, at, before, measurement) {
            self.problem.variables[variable].measurement = measurement;
            self.apply(network, at, column, before, measurement);
            return Ok(Taken::Updated);
        }
        let problem = self.problem.clone().with_measurement(variable, measurement)?;
        *self = Self::new(problem.solve()?);
        Ok(Taken::Solved)
    }

    /// The variable's column of the covariance as it is now; none if only a solve from scratch will do.
    fn column(
        &self,
        network: usize,
        at: usize,
        before: Option<Measurement>,
        after: Option<Measurement>,
    ) -> Option<Vec<f64>> {
        if self.changes.len() >= CHANGES {
            return None;
        }
        let solved = &self.base.networks[network];
        // A report on what was unknown, or the end of the only one, changes what can be known.
        let kept = before.is_some() == after.is_some();
        let checked = matches!(
            self.class[solved.variables[at]],
            Class::Redundant | Class::Observable
        );
        if !kept && !checked {
            return None;
        }
        let mut column = solved.covariance(at)?;
        for change in self.changes.iter().filter(|change| change.network == network) {
            let scale = change.factor * change.column[at];
            for (value, other) in column.iter_mut().zip(&change.column) {
                *value -= scale * other;
            }
        }
        let spread = 1.0 + weight_change(before, after) * column[at];
        (spread > ALONE && spread.is_finite()).then_some(column)
    }

    fn apply(
        &mut self,
        network: usize,
        at: usize,
        column: Vec<f64>,
        before: Option<Measurement>,
        after: Option<Measurement>,
    ) {
        let solved = &self.base.networks[network];
        let variable = solved.variables[at];
        let delta = weight_change(before, after);
        let spread = 1.0 + delta * column[at];
        // Of the reports' pull, measured from the estimate so that nothing large cancels.
        let estimate = solved.value[at] + self.shift[variable];
        let pull = |report: Option<Measurement>| {
            report.map_or(0.0, |report| {
                (report.value - estimate) / (report.deviation * report.deviation)
            })
        };
        let step = (pull(after) - pull(before)) / spread;
        let factor = delta / spread;
        for (&variable, value) in solved.variables.iter().zip(&column) {
            self.shift[variable] += step * value;
            self.gained[variable] += factor * value * value;
        }
        match (before.is_some(), after.is_some()) {
            (false, true) => self.checks(network, at, &column),
            (true, false) => self.checks_no_more(network, variable),
            _ => {}
        }
        self.changes.push(Change {
            network,
            column,
            factor,
        });
    }

    /// A new report checks those that its variable depends on.
    fn checks(&mut self, network: usize, at: usize, column: &[f64]) {
        let solved = &self.base.networks[network];
        self.class[solved.variables[at]] = Class::Redundant;
        self.degrees += 1;
        for (other, &variable) in solved.variables.iter().enumerate() {
            let Some(report) = self.problem.variables[variable].measurement else {
                continue;
            };
            if self.class[variable] == Class::JustDetermined
                && column[other].abs() > UNRELATED * report.deviation * column[at].sqrt()
            {
                self.class[variable] = Class::Redundant;
            }
        }
    }

    /// Reports whose variance nothing narrows any more, now that one is gone, are checked by nothing.
    fn checks_no_more(&mut self, network: usize, gone: usize) {
        let solved = &self.base.networks[network];
        self.class[gone] = Class::Observable;
        self.degrees -= 1;
        for (other, &variable) in solved.variables.iter().enumerate() {
            if let (Class::Redundant, Some(report)) =
                (self.class[variable], self.problem.variables[variable].measurement)
            {
                let left = solved.posterior[other] - self.gained[variable];
                if left > report.deviation * report.deviation * (1.0 - UNRELATED) {
                    self.class[variable] = Class::JustDetermined;
                }
            }
        }
    }

    /// What is known of a variable now; none if there is no such variable.
    #[must_use]
    pub fn estimate(&self, variable: usize) -> Option<Estimate> {
        let &(network, at) = self.base.place.get(variable)?;
        let solved = &self.base.networks[network];
        let report = self.problem.variables[variable].measurement;
        let class = self.class[variable];
        let known = class != Class::Unobservable;
        let value = solved.value[at] + self.shift[variable];
        Some(Estimate {
            class,
            value: known.then_some(value),
            deviation: known.then(|| (solved.posterior[at] - self.gained[variable]).max(0.0).sqrt()),
            adjustment: report.map(|report| report.value - value),
        })
    }

    /// All estimates as they are now, by variable.
    pub fn estimates(&self) -> impl Iterator<Item = Estimate> + '_ {
        (0..self.base.place.len()).filter_map(|variable| self.estimate(variable))
    }

    /// Degrees of freedom now.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> usize {
        self.degrees
    }

    /// `Σ ((y − x̂)/σ)²` now.
    #[must_use]
    pub fn objective(&self) -> f64 {
        let reports = self.problem.variables.iter().zip(self.estimates());
        reports
            .filter_map(|(variable, estimate)| {
                let off = estimate.adjustment? / variable.measurement?.deviation;
                Some(off * off)
            })
            .sum()
    }
}

fn weight_change(before: Option<Measurement>, after: Option<Measurement>) -> f64 {
    let weight = |report: Option<Measurement>| {
        report.map_or(0.0, |report| 1.0 / (report.deviation * report.deviation))
    };
    weight(after) - weight(before)
}
