//! A reconciliation problem that has been checked: what cannot be wrong any more.

use super::ReconcileError;

/// Smallest standard deviation accepted, in the unit of the variable: its square is still a normal number.
pub const MIN_DEVIATION: f64 = 1e-100;
/// Largest standard deviation accepted, in the unit of the variable: its square is still a normal number.
pub const MAX_DEVIATION: f64 = 1e100;

/// A report: a value and how far it may be off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measurement {
    /// The value, in the unit of the variable.
    pub value: f64,
    /// Its standard deviation, same unit, above zero.
    pub deviation: f64,
}

/// A flow, stock, production or loss: one unknown of the balances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Variable {
    /// Puts the variables in order; one key, one variable. The order of the solve follows the keys and nothing else.
    pub key: u64,
    /// What was measured; none if nobody said.
    pub measurement: Option<Measurement>,
}

impl Variable {
    /// A variable that somebody measured.
    #[must_use]
    pub const fn measured(key: u64, value: f64, deviation: f64) -> Self {
        Self {
            key,
            measurement: Some(Measurement { value, deviation }),
        }
    }

    /// A variable that nobody measured.
    #[must_use]
    pub const fn unmeasured(key: u64) -> Self {
        Self {
            key,
            measurement: None,
        }
    }
}

/// A balance: `Σ coefficient · variable = rhs`, to be met exactly.
#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    /// Puts the constraints in order; one key, one constraint.
    pub key: u64,
    /// Number of a variable (its position in the caller's list) and its coefficient, each variable once, none zero.
    pub terms: Vec<(usize, f64)>,
    /// The right-hand side.
    pub rhs: f64,
}

/// Measured and unmeasured variables under linear balances, checked.
///
/// Every deviation is positive, every number finite, every term names a variable, no key stands twice. What only the
/// solution can show, a contradiction between balances, is an error of [`Problem::solve`].
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub(super) variables: Vec<Variable>,
    pub(super) constraints: Vec<Constraint>,
    /// Numbers of the variables, by key.
    pub(super) variable_order: Vec<usize>,
    /// Numbers of the constraints, by key.
    pub(super) constraint_order: Vec<usize>,
}

impl Problem {
    /// Checks a problem.
    ///
    /// # Errors
    /// The first fault found, variables before constraints, each in the order given.
    pub fn new(variables: Vec<Variable>, constraints: Vec<Constraint>) -> Result<Self, ReconcileError> {
        for (number, variable) in variables.iter().enumerate() {
            if let Some(measurement) = variable.measurement {
                check_measurement(number, measurement)?;
            }
        }
        let mut seen_in = vec![usize::MAX; variables.len()];
        for (number, constraint) in constraints.iter().enumerate() {
            check_constraint(number, constraint, &mut seen_in)?;
        }
        let variable_order = by_key(variables.iter().map(|variable| variable.key))
            .map_err(|(key, first, second)| ReconcileError::DuplicateVariableKey { first, second, key })?;
        let constraint_order = by_key(constraints.iter().map(|constraint| constraint.key))
            .map_err(|(key, first, second)| ReconcileError::DuplicateConstraintKey { first, second, key })?;
        Ok(Self {
            variables,
            constraints,
            variable_order,
            constraint_order,
        })
    }

    /// The variables, in the caller's order.
    #[must_use]
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The constraints, in the caller's order.
    #[must_use]
    pub fn constraints(&self) -> &[Constraint] {
        &self.constraints
    }

    /// The same balances with one variable measured otherwise, or no longer.
    ///
    /// # Errors
    /// As [`Problem::new`] for the measurement; [`ReconcileError::NoSuchVariable`].
    pub fn with_measurement(
        mut self,
        variable: usize,
        measurement: Option<Measurement>,
    ) -> Result<Self, ReconcileError> {
        let count = self.variables.len();
        if let Some(measurement) = measurement {
            check_measurement(variable, measurement)?;
        }
        self.variables
            .get_mut(variable)
            .ok_or(ReconcileError::NoSuchVariable {
                variable,
                variables: count,
            })?
            .measurement = measurement;
        Ok(self)
    }
}

pub(super) fn check_measurement(variable: usize, measurement: Measurement) -> Result<(), ReconcileError> {
    let Measurement { value, deviation } = measurement;
    if !value.is_finite() {
        return Err(ReconcileError::ValueNotFinite { variable, value });
    }
    if !deviation.is_finite() {
        return Err(ReconcileError::DeviationNotFinite { variable, deviation });
    }
    if deviation <= 0.0 {
        return Err(ReconcileError::DeviationNotPositive { variable, deviation });
    }
    if !(MIN_DEVIATION..=MAX_DEVIATION).contains(&deviation) {
        return Err(ReconcileError::DeviationOutOfRange { variable, deviation });
    }
    Ok(())
}

/// `seen_in` holds, for each variable, the last constraint that named it.
fn check_constraint(
    number: usize,
    constraint: &Constraint,
    seen_in: &mut [usize],
) -> Result<(), ReconcileError> {
    if !constraint.rhs.is_finite() {
        return Err(ReconcileError::RhsNotFinite {
            constraint: number,
            rhs: constraint.rhs,
        });
    }
    if constraint.terms.is_empty() {
        return Err(ReconcileError::EmptyConstraint { constraint: number });
    }
    let variables = seen_in.len();
    for &(variable, coefficient) in &constraint.terms {
        let Some(seen) = seen_in.get_mut(variable) else {
            return Err(ReconcileError::VariableOutOfRange {
                constraint: number,
                variable,
                variables,
            });
        };
        if !coefficient.is_finite() {
            return Err(ReconcileError::CoefficientNotFinite {
                constraint: number,
                variable,
                coefficient,
            });
        }
        if coefficient == 0.0 {
            return Err(ReconcileError::CoefficientZero {
                constraint: number,
                variable,
            });
        }
        if std::mem::replace(seen, number) == number {
            return Err(ReconcileError::DuplicateCoefficient {
                constraint: number,
                variable,
            });
        }
    }
    Ok(())
}

/// Positions in the order of their keys; the key and two positions that share it otherwise.
fn by_key(keys: impl Iterator<Item = u64>) -> Result<Vec<usize>, (u64, usize, usize)> {
    let mut places: Vec<(u64, usize)> = keys.enumerate().map(|(position, key)| (key, position)).collect();
    places.sort_unstable();
    let twice = places.windows(2).filter(|pair| pair[0].0 == pair[1].0);
    match twice.min_by_key(|pair| pair[1].1) {
        Some(pair) => Err((pair[0].0, pair[0].1, pair[1].1)),
        None => Ok(places.into_iter().map(|(_, position)| position).collect()),
    }
}
