//! Reconciliation under nonlinear balances, by successive linearisation.
//!
//! Each round solves the linear problem in the tangent of the balances (Knepper & Gorman 1980, AIChE J. 26:260) and goes
//! as much of the way there as makes either the balances or the adjustments better (a filter after Fletcher & Leyffer
//! 2002, Math. Program. 91:239), never beyond a variable's lower limit nor to where a balance is not defined. At the end
//! the linear problem in the last tangent is handed back: its deviations, classes and tests hold to first order.

use thiserror::Error;

use super::{Constraint, Problem, ReconcileError, Reconciliation, Variable};

/// Balances that are not linear: `g_i(x) = 0`.
pub trait Equations {
    /// How many there are.
    fn count(&self) -> usize;

    /// `g(x)`, one value per equation; NaN where an equation is not defined.
    fn residuals(&self, point: &[f64]) -> Vec<f64>;

    /// `∂g/∂x`, one sparse row per equation: number of the variable and derivative, each variable once.
    fn jacobian(&self, point: &[f64]) -> Vec<Vec<(usize, f64)>>;

    /// What a variable stays above; minus infinity if nothing forbids any value.
    fn lower_limit(&self, _variable: usize) -> f64 {
        f64::NEG_INFINITY
    }
}

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rounds {
    /// Rounds at most.
    pub limit: usize,
    /// A step below this part of the size of every variable ends the search.
    pub tolerance: f64,
}

impl Default for Rounds {
    /// 200 rounds, steps of 1e-12.
    fn default() -> Self {
        Self {
            limit: 200,
            tolerance: 1e-12,
        }
    }
}

/// The answer under nonlinear balances.
#[derive(Debug)]
pub struct NonlinearReconciliation {
    /// The estimates, one per variable; what the balances do not determine stays where it started.
    pub point: Vec<f64>,
    /// The linear problem in the tangent at `point`, solved: deviations, classes and tests to first order.
    pub tangent: Reconciliation,
    /// `Σ ((y − x̂)/σ)²`.
    pub objective: f64,
    /// Rounds made.
    pub rounds: usize,
}

/// Why a nonlinear problem was not reconciled.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum NonlinearError {
    /// The start has another length than the variables.
    #[error("the start has {given} values for {variables} variables")]
    StartLength {
        /// Values given.
        given: usize,
        /// Variables there are.
        variables: usize,
    },
    /// The equations are not defined at the start, or the start is beyond a limit.
    #[error("equation {equation} is not defined at the start")]
    StartUndefined {
        /// The first such equation.
        equation: usize,
    },
    /// The start is not above a variable's lower limit.
    #[error("the start of variable {variable} is not above its lower limit {limit}")]
    StartBelowLimit {
        /// The variable.
        variable: usize,
        /// Its limit.
        limit: f64,
    },
    /// The linear problem of one round is at fault.
    #[error("round {round}: the linearised balances cannot be reconciled")]
    Linear {
        /// The round, from 1.
        round: usize,
        /// What is wrong with them; constraints are numbered as the equations.
        #[source]
        source: ReconcileError,
    },
    /// An equation speaks of no variable at the point reached, and does not hold.
    #[error("round {round}: equation {equation} depends on no variable there and does not hold")]
    Flat {
        /// The round, from 1.
        round: usize,
        /// The equation.
        equation: usize,
    },
    /// No step makes anything better.
    #[error(
        "round {round}: no step reduces the imbalance {imbalance:e} or the adjustments; start nearer to the solution"
    )]
    Stuck {
        /// The round, from 1.
        round: usize,
        /// The largest residual left.
        imbalance: f64,
    },
    /// The rounds are used up.
    #[error("not settled after {rounds} rounds: the last step was {step:e} of a variable's size")]
    NotSettled {
        /// Rounds made.
        rounds: usize,
        /// The last step.
        step: f64,
    },
}

/// A point with what decides whether it is better than another.
struct Point {
    value: Vec<f64>,
    residuals: Vec<f64>,
    /// Sum of the sizes of the residuals.
    imbalance: f64,
    objective: f64,
}

/// Reconciles under nonlinear balances, from a start.
///
/// # Errors
/// [`NonlinearError`]; another start may do where one fails.
pub fn reconcile_nonlinear(
    equations: &impl Equations,
    variables: &[Variable],
    start: &[f64],
    rounds: Rounds,
) -> Result<NonlinearReconciliation, NonlinearError> {
    check_start(equations, variables, start)?;
    let mut point = Point::at(equations, variables, start.to_vec());
    if let Some(equation) = point.residuals.iter().position(|value| !value.is_finite()) {
        return Err(NonlinearError::StartUndefined { equation });
    }
    let mut filter: Vec<(f64, f64)> = Vec::new();
    let mut size = f64::INFINITY;
    for round in 1..=rounds.limit {
        let step = tangent_step(equations, variables, &point, round)?;
        size = relative(&step, &point.value);
        if size <= rounds.tolerance {
            return finish(equations, variables, point, round);
        }
        filter.push((point.imbalance, point.objective));
        let Some(next) = advance(equations, variables, &point, &step, &filter) else {
            // Rounding forbids to tell better from worse: near enough, or nowhere near.
            if size <= rounds.tolerance.sqrt() {
                return finish(equations, variables, point, round);
            }
            return Err(NonlinearError::Stuck {
                round,
                imbalance: point
                    .residuals
                    .iter()
                    .map(|value| value.abs())
                    .fold(0.0, f64::max),
            });
        };
        point = next;
    }
    Err(NonlinearError::NotSettled {
        rounds: rounds.limit,
        step: size,
    })
}

fn check_start(
    equations: &impl Equations,
    variables: &[Variable],
    start: &[f64],
) -> Result<(), NonlinearError> {
    if start.len() != variables.len() {
        return Err(NonlinearError::StartLength {
            given: start.len(),
            variables: variables.len(),
        });
    }
    for (variable, value) in start.iter().enumerate() {
        let limit = equations.lower_limit(variable);
        // A NaN is not above anything.
        if !matches!(value.partial_cmp(&limit), Some(std::cmp::Ordering::Greater)) {
            return Err(NonlinearError::StartBelowLimit { variable, limit });
        }
    }
    Ok(())
}

impl Point {
    fn at(equations: &impl Equations, variables: &[Variable], value: Vec<f64>) -> Self {
        let residuals = equations.residuals(&value);
        let objective = variables
            .iter()
            .zip(&value)
            .filter_map(|(variable, value)| {
                let report = variable.measurement?;
                let off = (report.value - value) / report.deviation;
                Some(off * off)
            })
            .sum();
        Self {
            imbalance: residuals.iter().map(|value| value.abs()).sum(),
            residuals,
            value,
            objective,
        }
    }
}

/// The largest step beside the size of its variable.
fn relative(step: &[f64], value: &[f64]) -> f64 {
    step.iter()
        .zip(value)
        .map(|(step, value)| step.abs() / value.abs().max(1e-6))
        .fold(0.0, f64::max)
}

/// The equations in the tangent at a point: of the variables, or of their changes from there.
fn tangent(
    equations: &impl Equations,
    variables: &[Variable],
    point: &Point,
    changes: bool,
    round: usize,
) -> Result<Problem, NonlinearError> {
    let mut constraints = Vec::with_capacity(equations.count());
    for (equation, (mut terms, residual)) in equations
        .jacobian(&point.value)
        .into_iter()
        .zip(&point.residuals)
        .enumerate()
    {
        terms.retain(|term| term.1 != 0.0);
        let at_point: f64 = terms
            .iter()
            .map(|(variable, slope)| slope * point.value[*variable])
            .sum();
        if terms.is_empty() && *residual != 0.0 {
            return Err(NonlinearError::Flat { round, equation });
        }
        constraints.push(Constraint {
            key: u64::try_from(equation).unwrap_or(u64::MAX),
            terms,
            rhs: if changes { -residual } else { at_point - residual },
        });
    }
    constraints.retain(|constraint| !constraint.terms.is_empty());
    let variables = variables
        .iter()
        .zip(&point.value)
        .map(|(variable, value)| {
            let mut variable = *variable;
            if let (true, Some(report)) = (changes, &mut variable.measurement) {
                report.value -= value;
            }
            variable
        })
        .collect();
    Problem::new(variables, constraints).map_err(|source| NonlinearError::Linear { round, source })
}

fn tangent_step(
    equations: &impl Equations,
    variables: &[Variable],
    point: &Point,
    round: usize,
) -> Result<Vec<f64>, NonlinearError> {
    let problem = tangent(equations, variables, point, true, round)?;
    let solved = problem
        .solve()
        .map_err(|source| NonlinearError::Linear { round, source })?;
    Ok(solved.particular())
}

/// The longest of the steps 1, 1/2, 1/4 … that stays within the limits and that the filter takes.
fn advance(
    equations: &impl Equations,
    variables: &[Variable],
    point: &Point,
    step: &[f64],
    filter: &[(f64, f64)],
) -> Option<Point> {
    let mut part = 1.0_f64;
    for (variable, (value, step)) in point.value.iter().zip(step).enumerate() {
        let room = value - equations.lower_limit(variable);
        if -step > 0.9 * room {
            part = part.min(0.9 * room / -step);
        }
    }
    for _ in 0..50 {
        let value = point
            .value
            .iter()
            .zip(step)
            .map(|(value, step)| value + part * step)
            .collect();
        let next = Point::at(equations, variables, value);
        let better = |(imbalance, objective): &(f64, f64)| {
            next.imbalance <= (1.0 - 1e-4 * part) * imbalance
                || next.objective <= objective - 1e-4 * part * next.imbalance.max(f64::EPSILON * objective)
        };
        if next.imbalance.is_finite() && next.objective.is_finite() && filter.iter().all(better) {
            return Some(next);
        }
        part *= 0.5;
    }
    None
}

fn finish(
    equations: &impl Equations,
    variables: &[Variable],
    point: Point,
    round: usize,
) -> Result<NonlinearReconciliation, NonlinearError> {
    let tangent = tangent(equations, variables, &point, false, round)?
        .solve()
        .map_err(|source| NonlinearError::Linear { round, source })?;
    Ok(NonlinearReconciliation {
        objective: point.objective,
        point: point.value,
        tangent,
        rounds: round,
    })
}
