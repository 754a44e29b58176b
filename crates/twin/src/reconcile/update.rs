//! One report more, less, or other: the answer without solving anything again.
//!
//! With `C` the posterior covariance and `e` the variable, a change of its report's weight by `δ = 1/σ'² − 1/σ²` makes
//! `C' = C − C e eᵀ C δ/(1 + δ C_ee)` (Sherman & Morrison 1950), and the estimates move along the same column `C e`: one
//! sparse solve for the column, and every deviation and test follows. It is exact, and agrees with a solve from scratch
//! to rounding; what is published comes from a solve from scratch all the same, so that it does not depend on the order
//! in which reports came.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::problem::check_measurement;
use super::{Class, Estimate, Measurement, Problem, ReconcileError, Reconciliation};

/// A report counts for so little beside the others that taking it away cannot be told from its being alone.
const ALONE: f64 = 1e-6;
/// Changes kept before the next one asks for a solve from scratch: each costs every later one a little time and accuracy.
const CHANGES: usize = 64;
/// A covariance, or a narrowing of a variance, below this part of the variances is rounding.
const UNRELATED: f64 = 1e-9;
/// A narrowing of a variance up to this part of it may be the rounding of changes before, where reports a thousand times as precise
/// came and went: only a solve from scratch tells.
const DOUBTFUL: f64 = 1e-6;

/// How estimates move while reports change: the columns of the covariance along which they did.
#[derive(Debug)]
struct Shifts {
    base: Arc<Reconciliation>,
    /// Reports that are other than those of the base, by variable.
    reports: BTreeMap<usize, Option<Measurement>>,
    changes: Vec<Change>,
    /// Of the estimates since the base, by variable.
    shift: Vec<f64>,
}

/// `C` became `C − factor · column columnᵀ`, within one network.
#[derive(Debug)]
struct Change {
    network: usize,
    column: Vec<f64>,
    factor: f64,
}

impl Shifts {
    fn new(base: Arc<Reconciliation>) -> Self {
        Self {
            reports: BTreeMap::new(),
            changes: Vec::new(),
            shift: vec![0.0; base.place.len()],
            base,
        }
    }

    /// The report of a variable as it is now.
    fn report_of(&self, variable: usize) -> Option<Measurement> {
        match self.reports.get(&variable) {
            Some(changed) => *changed,
            None => self.base.problem.variables[variable].measurement,
        }
    }

    fn value(&self, variable: usize) -> f64 {
        let (network, at) = self.base.place[variable];
        self.base.networks[network].value[at] + self.shift[variable]
    }

    fn check(&self, variable: usize, measurement: Option<Measurement>) -> Result<(), ReconcileError> {
        if let Some(measurement) = measurement {
            check_measurement(variable, measurement)?;
        }
        let variables = self.base.place.len();
        if variable < variables {
            Ok(())
        } else {
            Err(ReconcileError::NoSuchVariable { variable, variables })
        }
    }

    /// The variable's column of the covariance as it is now; none if only a solve from scratch will do. `class`: how the variable
    /// is known now.
    fn column(&self, variable: usize, class: Class, after: Option<Measurement>) -> Option<Vec<f64>> {
        if self.changes.len() >= CHANGES {
            return None;
        }
        let before = self.report_of(variable);
        // A report on what was unknown, or the end of the only one, changes what can be known.
        let kept = before.is_some() == after.is_some();
        if !kept && !matches!(class, Class::Redundant | Class::Observable) {
            return None;
        }
        let (network, at) = self.base.place[variable];
        let mut column = self.base.networks[network].covariance(at)?;
        for change in self.changes.iter().filter(|change| change.network == network) {
            let scale = change.factor * change.column[at];
            for (value, other) in column.iter_mut().zip(&change.column) {
                *value -= scale * other;
            }
        }
        let spread = 1.0 + weight_change(before, after) * column[at];
        (spread > ALONE && spread.is_finite()).then_some(column)
    }

    /// Moves the estimates along the variable's column; the change is the caller's to keep.
    fn moved_along(&mut self, variable: usize, column: Vec<f64>, after: Option<Measurement>) -> Change {
        let before = self.report_of(variable);
        let (network, at) = self.base.place[variable];
        let delta = weight_change(before, after);
        let spread = 1.0 + delta * column[at];
        // Of the reports' pull, measured from the estimate so that nothing large cancels.
        let estimate = self.value(variable);
        let pull = |report: Option<Measurement>| {
            report.map_or(0.0, |report| {
                (report.value - estimate) / (report.deviation * report.deviation)
            })
        };
        let step = (pull(after) - pull(before)) / spread;
        for (&variable, value) in self.base.networks[network].variables.iter().zip(&column) {
            self.shift[variable] += step * value;
        }
        self.reports.insert(variable, after);
        Change {
            network,
            column,
            factor: delta / spread,
        }
    }

    /// The problem as it is now.
    fn problem(&self) -> Problem {
        let mut problem = self.base.problem.clone();
        for (variable, report) in &self.reports {
            problem.variables[*variable].measurement = *report;
        }
        problem
    }
}

/// Estimates alone, and the changes made to their reports since.
#[derive(Debug)]
pub struct UpdatedValues(Shifts);

impl UpdatedValues {
    pub(super) fn new(base: Arc<Reconciliation>) -> Self {
        Self(Shifts::new(base))
    }

    /// Gives a variable another report, or takes its report away. False, with nothing changed, where only a solve from scratch
    /// will do: the change makes a variable knowable or unknowable, or many changes came before it.
    ///
    /// # Errors
    /// As [`Problem::with_measurement`].
    pub fn report(
        &mut self,
        variable: usize,
        measurement: Option<Measurement>,
    ) -> Result<bool, ReconcileError> {
        self.0.check(variable, measurement)?;
        let (network, at) = self.0.base.place[variable];
        // What nothing checked may be checked by what came since: whether it is, its column tells.
        let class = match self.0.base.networks[network].class[at] {
            Class::JustDetermined if !self.0.changes.is_empty() => Class::Redundant,
            class => class,
        };
        let Some(column) = self.0.column(variable, class, measurement) else {
            return Ok(false);
        };
        let change = self.0.moved_along(variable, column, measurement);
        self.0.changes.push(change);
        Ok(true)
    }

    /// By how much the estimate of a variable has moved, in its own unit; 0 if it is unobservable, none if there is no such variable.
    #[must_use]
    pub fn moved(&self, variable: usize) -> Option<f64> {
        self.0.shift.get(variable).copied()
    }
}

/// A reconciliation and the changes made to its reports since.
#[derive(Debug)]
pub struct Updated {
    shifts: Shifts,
    /// How much of its variance each lost; by variable.
    gained: Vec<f64>,
    class: Vec<Class>,
    degrees: usize,
}

/// How a change was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// By the update.
    Updated,
    /// By a solve from scratch: the change makes a variable knowable or unknowable, many changes came before it, or their rounding
    /// hides whether a report is still checked by others.
    Solved,
}

impl Updated {
    /// Nothing changed yet.
    #[must_use]
    pub fn new(base: impl Into<Arc<Reconciliation>>) -> Self {
        let base = base.into();
        Self {
            class: base.estimates().map(|estimate| estimate.class).collect(),
            degrees: base.degrees_of_freedom(),
            gained: vec![0.0; base.place.len()],
            shifts: Shifts::new(base),
        }
    }

    /// The problem as it is now, with all changes.
    #[must_use]
    pub fn problem(&self) -> Problem {
        self.shifts.problem()
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
        self.shifts.check(variable, measurement)?;
        if let Some(column) = self.shifts.column(variable, self.class[variable], measurement) {
            if self.apply(variable, column, measurement) {
                return Ok(Taken::Updated);
            }
            // To take a report away contradicts nothing; what could not be solved all the same stays as it was updated.
            return Ok(match self.problem().solve() {
                Ok(solved) => {
                    *self = Self::new(solved);
                    Taken::Solved
                }
                Err(_) => Taken::Updated,
            });
        }
        let problem = self.problem().with_measurement(variable, measurement)?;
        *self = Self::new(problem.solve()?);
        Ok(Taken::Solved)
    }

    /// Whether it is clear afterwards which reports others check.
    fn apply(&mut self, variable: usize, column: Vec<f64>, after: Option<Measurement>) -> bool {
        let before = self.shifts.report_of(variable);
        let (network, own) = self.shifts.base.place[variable];
        let change = self.shifts.moved_along(variable, column, after);
        let variables = &self.shifts.base.networks[network].variables;
        for (&variable, value) in variables.iter().zip(&change.column) {
            self.gained[variable] += change.factor * value * value;
        }
        self.shifts.changes.push(change);
        match (before.is_some(), after.is_some()) {
            (false, true) => {
                self.checks(network, own);
                true
            }
            (true, false) => self.checks_no_more(network, variable),
            _ => true,
        }
    }

    /// A new report, of the last change, checks those that its variable depends on.
    fn checks(&mut self, network: usize, at: usize) {
        let solved = &self.shifts.base.networks[network];
        self.class[solved.variables[at]] = Class::Redundant;
        self.degrees += 1;
        let Some(change) = self.shifts.changes.last() else {
            return;
        };
        for (other, &variable) in solved.variables.iter().enumerate() {
            let Some(report) = self.shifts.report_of(variable) else {
                continue;
            };
            if self.class[variable] == Class::JustDetermined
                && change.column[other].abs() > UNRELATED * report.deviation * change.column[at].sqrt()
            {
                self.class[variable] = Class::Redundant;
            }
        }
    }

    /// Reports whose variance nothing narrows any more, now that one is gone, are checked by nothing. False where rounding hides it.
    fn checks_no_more(&mut self, network: usize, gone: usize) -> bool {
        let solved = &self.shifts.base.networks[network];
        self.class[gone] = Class::Observable;
        self.degrees -= 1;
        let mut clear = true;
        for (other, &variable) in solved.variables.iter().enumerate() {
            if let (Class::Redundant, Some(report)) = (self.class[variable], self.shifts.report_of(variable))
            {
                let left = solved.posterior[other] - self.gained[variable];
                let narrowed = 1.0 - left / (report.deviation * report.deviation);
                if narrowed < UNRELATED {
                    self.class[variable] = Class::JustDetermined;
                }
                clear &= narrowed.abs() < UNRELATED || narrowed > DOUBTFUL;
            }
        }
        clear
    }

    /// What is known of a variable now; none if there is no such variable.
    #[must_use]
    pub fn estimate(&self, variable: usize) -> Option<Estimate> {
        let base = &self.shifts.base;
        let &(network, at) = base.place.get(variable)?;
        let report = self.shifts.report_of(variable);
        let class = self.class[variable];
        let known = class != Class::Unobservable;
        let value = self.shifts.value(variable);
        let variance = base.networks[network].posterior[at] - self.gained[variable];
        Some(Estimate {
            class,
            value: known.then_some(value),
            deviation: known.then(|| variance.max(0.0).sqrt()),
            adjustment: report.map(|report| report.value - value),
        })
    }

    /// All estimates as they are now, by variable.
    pub fn estimates(&self) -> impl Iterator<Item = Estimate> + '_ {
        (0..self.class.len()).filter_map(|variable| self.estimate(variable))
    }

    /// Degrees of freedom now.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> usize {
        self.degrees
    }

    /// `Σ ((y − x̂)/σ)²` now.
    #[must_use]
    pub fn objective(&self) -> f64 {
        let reports = (0..self.class.len()).map(|variable| self.shifts.report_of(variable));
        reports
            .zip(self.estimates())
            .filter_map(|(report, estimate)| {
                let off = estimate.adjustment? / report?.deviation;
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
