//! Bounds: flows and stocks are not negative, and no plant makes more than it can.
//!
//! The equality solution is the start, and the answer wherever it keeps the bounds. Else the quadratic programme is
//! solved from there by the dual active-set method of Goldfarb & Idnani (1983, Math. Program. 27:1), which adds one
//! violated bound after the other and ends at the exact optimum; it needs of the network only columns of the posterior
//! covariance, one sparse solve each. (An interior-point solver such as Clarabel would start afresh, stop at a tolerance
//! off the bounds, and read a clock.)
//!
//! Bounds of variables that the balances leave open bind too: those variables are held at a guess by a wide deviation,
//! and the guess follows the solution until it stays (the proximal-point method, Rockafellar 1976, SIAM J. Control
//! Optim. 14:877), which leaves the estimates of all others as if there had been no guess.

use super::solved::Solved;
use super::{Class, Constraint, Measurement, Problem, ReconcileError, Reconciliation};

/// A violation below this part of the largest value of the network is rounding.
const ROUNDING: f64 = 1e-10;
/// A direction in which this part of the variance is left is none.
const NO_ROOM: f64 = 1e-10;
/// The deviation that holds an open variable at its guess, beside the largest value of the problem.
const WIDE: f64 = 1e3;
/// Two answers that differ by less, beside the largest value, are one.
const SAME: f64 = 1e-5;
/// Guesses at most.
const GUESSES: usize = 200;

/// Lower and upper bounds, by variable; infinite where there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounds {
    lower: Vec<f64>,
    upper: Vec<f64>,
}

impl Bounds {
    /// So many variables, none of them negative.
    #[must_use]
    pub fn not_negative(variables: usize) -> Self {
        Self {
            lower: vec![0.0; variables],
            upper: vec![f64::INFINITY; variables],
        }
    }

    /// Bounds one variable otherwise.
    ///
    /// # Errors
    /// [`ReconcileError::BoundsCross`] unless lower ≤ upper; [`ReconcileError::NoSuchVariable`].
    pub fn set(&mut self, variable: usize, lower: f64, upper: f64) -> Result<(), ReconcileError> {
        let possible = lower <= upper && lower < f64::INFINITY && upper > f64::NEG_INFINITY;
        if !possible {
            return Err(ReconcileError::BoundsCross {
                variable,
                lower,
                upper,
            });
        }
        let variables = self.lower.len();
        match (self.lower.get_mut(variable), self.upper.get_mut(variable)) {
            (Some(low), Some(high)) => (*low, *high) = (lower, upper),
            _ => return Err(ReconcileError::NoSuchVariable { variable, variables }),
        }
        Ok(())
    }

    fn of(&self, variable: usize) -> (f64, f64) {
        let side = |list: &[f64], none: f64| list.get(variable).copied().unwrap_or(none);
        (
            side(&self.lower, f64::NEG_INFINITY),
            side(&self.upper, f64::INFINITY),
        )
    }
}

/// The answer within bounds.
#[derive(Debug)]
pub struct Bounded {
    /// The solution without bounds: its classes, deviations and tests.
    pub free: Reconciliation,
    /// Estimates within the bounds, by variable; none for unobservable variables that no bound pins down.
    pub values: Vec<Option<f64>>,
    /// Variables held by a bound, ascending.
    pub held: Vec<usize>,
    /// `Σ ((y − x̂)/σ)²` within the bounds: not less than that of `free`.
    pub objective: f64,
}

/// A bound at work: the place of the variable, +1 for a lower and −1 for an upper bound, and its multiplier.
#[derive(Debug, Clone, Copy)]
struct Held {
    at: usize,
    sign: f64,
    bound: f64,
    multiplier: f64,
}

/// The bounds at work and `C` over them, signs included.
#[derive(Debug, Default)]
struct Active {
    held: Vec<Held>,
    gram: Vec<Vec<f64>>,
}

impl Active {
    fn add(&mut self, bound: Held, toward: &[f64], own: f64) {
        for (row, value) in self.gram.iter_mut().zip(toward) {
            row.push(*value);
        }
        let mut row = toward.to_vec();
        row.push(own);
        self.gram.push(row);
        self.held.push(bound);
    }

    fn release(&mut self, at: usize) {
        self.held.remove(at);
        self.gram.remove(at);
        for row in &mut self.gram {
            row.remove(at);
        }
    }

    /// How much of each held bound goes into a move: solves `Nᵀ C N share = toward` by Cholesky's method.
    fn shares(&self, toward: &[f64]) -> Vec<f64> {
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(self.gram.len());
        for (row, gram) in self.gram.iter().enumerate() {
            let mut line = gram[..=row].to_vec();
            for at in 0..row {
                let sum: f64 = line[..at].iter().zip(&rows[at]).map(|(one, two)| one * two).sum();
                line[at] = (line[at] - sum) / rows[at][at];
            }
            let sum: f64 = line[..row].iter().map(|value| value * value).sum();
            line[row] = (line[row] - sum).max(f64::MIN_POSITIVE).sqrt();
            rows.push(line);
        }
        let mut share = toward.to_vec();
        for row in 0..rows.len() {
            let sum: f64 = rows[row][..row]
                .iter()
                .zip(&share)
                .map(|(one, two)| one * two)
                .sum();
            share[row] = (share[row] - sum) / rows[row][row];
        }
        for row in (0..rows.len()).rev() {
            let sum: f64 = (row + 1..rows.len())
                .map(|below| rows[below][row] * share[below])
                .sum();
            share[row] = (share[row] - sum) / rows[row][row];
        }
        share
    }
}

impl Problem {
    /// Reconciles within bounds.
    ///
    /// # Errors
    /// As [`Problem::solve`]; [`ReconcileError::BoundsContradict`], [`ReconcileError::BoundsNotSettled`].
    pub fn solve_within(self, bounds: &Bounds) -> Result<Bounded, ReconcileError> {
        let free = self.solve()?;
        let open: Vec<usize> = (0..free.place.len())
            .filter(|&variable| {
                let (lower, upper) = bounds.of(variable);
                let bounded = lower.is_finite() || upper.is_finite();
                bounded
                    && free
                        .estimate(variable)
                        .is_some_and(|known| known.class == Class::Unobservable)
            })
            .collect();
        let (values, held) = if open.is_empty() {
            within(&free, bounds)?
        } else {
            guessed(&free, bounds, &open)?
        };
        let values = polished(&free, bounds, values, &held);
        let objective = free
            .problem
            .variables
            .iter()
            .zip(&values)
            .filter_map(|(variable, value)| {
                let report = variable.measurement?;
                let off = (report.value - value) / report.deviation;
                Some(off * off)
            })
            .sum();
        let values = values
            .into_iter()
            .zip(free.estimates())
            .map(|(value, estimate)| (estimate.class != Class::Unobservable).then_some(value))
            .collect();
        Ok(Bounded {
            free,
            values,
            held,
            objective,
        })
    }
}

/// The same answer solved once more, with the bounds that hold variables as balances: the steps towards it, and wide guesses
/// beside narrow reports, leave rounding in the balances. What cannot be solved so, or would be another answer, stays.
fn polished(free: &Reconciliation, bounds: &Bounds, values: Vec<f64>, held: &[usize]) -> Vec<f64> {
    let last_key = free
        .problem
        .constraints
        .iter()
        .map(|constraint| constraint.key)
        .max();
    let first_key = last_key.map_or(Some(0), |key| key.checked_add(1));
    let (Some(first_key), false) = (first_key, held.is_empty()) else {
        return values;
    };
    let mut constraints = free.problem.constraints.clone();
    for (key, &variable) in (first_key..).zip(held) {
        constraints.push(Constraint {
            key,
            terms: vec![(variable, 1.0)],
            rhs: values[variable],
        });
    }
    let fixed = Problem::new(free.problem.variables.clone(), constraints);
    let Ok(solved) = fixed.and_then(Problem::solve) else {
        return values;
    };
    let scale = values.iter().map(|value| value.abs()).fold(1.0, f64::max);
    let again: Vec<f64> = values
        .iter()
        .enumerate()
        .map(|(variable, &before)| {
            let known = solved.estimate(variable).and_then(|estimate| estimate.value);
            let (lower, upper) = bounds.of(variable);
            known.unwrap_or(before).max(lower).min(upper)
        })
        .collect();
    let moved = again
        .iter()
        .zip(&values)
        .map(|(now, before)| (now - before).abs());
    if moved.fold(0.0, f64::max) > SAME * scale {
        return values;
    }
    again
}

/// Estimates within the bounds, and the variables that bounds hold.
fn within(solved: &Reconciliation, bounds: &Bounds) -> Result<(Vec<f64>, Vec<usize>), ReconcileError> {
    let mut values = vec![0.0; solved.place.len()];
    let mut held = Vec::new();
    for network in &solved.networks {
        let (local, active) = network.within(bounds)?;
        for (&variable, value) in network.variables.iter().zip(local) {
            values[variable] = value;
        }
        held.extend(active.iter().map(|bound| network.variables[bound.at]));
    }
    held.sort_unstable();
    Ok((values, held))
}

/// The same with open variables, which are held at guesses until the guesses stay.
fn guessed(
    free: &Reconciliation,
    bounds: &Bounds,
    open: &[usize],
) -> Result<(Vec<f64>, Vec<usize>), ReconcileError> {
    let reports = free
        .problem
        .variables
        .iter()
        .filter_map(|variable| variable.measurement);
    let scale = reports.map(|report| report.value.abs()).fold(1.0, f64::max);
    let clamped = |variable: usize, value: f64| {
        let (lower, upper) = bounds.of(variable);
        value.max(lower).min(upper)
    };
    let start = free.particular();
    let mut problem = free.problem.clone();
    for &variable in open {
        problem.variables[variable].measurement = Some(Measurement {
            value: clamped(variable, start[variable]),
            deviation: WIDE * scale,
        });
    }
    for _ in 0..GUESSES {
        let solved = problem.clone().solve()?;
        let (values, held) = within(&solved, bounds)?;
        let mut moved = 0.0_f64;
        for &variable in open {
            if let Some(guess) = &mut problem.variables[variable].measurement {
                moved = moved.max((guess.value - values[variable]).abs());
                guess.value = values[variable];
            }
        }
        if moved <= ROUNDING * scale {
            return Ok((values, held));
        }
    }
    Err(ReconcileError::BoundsNotSettled { rounds: GUESSES })
}

impl Solved {
    fn within(&self, bounds: &Bounds) -> Result<(Vec<f64>, Vec<Held>), ReconcileError> {
        let mut value = self.value.clone();
        let mut active = Active::default();
        let scale = value.iter().map(|value| value.abs()).fold(0.0, f64::max);
        let limits: Vec<(f64, f64)> = self
            .variables
            .iter()
            .map(|&variable| bounds.of(variable))
            .collect();
        let limit = 50 * self.variables.len() + 100;
        let mut rounds = 0;
        while let Some(mut next) = self.most_violated(&value, &limits, ROUNDING * scale) {
            loop {
                rounds += 1;
                if rounds > limit {
                    return Err(ReconcileError::BoundsNotSettled { rounds: limit });
                }
                if self.step(&mut value, &mut active, &mut next)? {
                    break;
                }
            }
        }
        for bound in &active.held {
            value[bound.at] = bound.bound;
        }
        Ok((value, active.held))
    }

    fn most_violated(&self, value: &[f64], limits: &[(f64, f64)], rounding: f64) -> Option<Held> {
        let mut worst: Option<(f64, Held)> = None;
        for (at, (value, (lower, upper))) in value.iter().zip(limits).enumerate() {
            if self.class[at] == Class::Unobservable {
                continue;
            }
            let (short, sign, bound) = if lower - value > value - upper {
                (lower - value, 1.0, *lower)
            } else {
                (value - upper, -1.0, *upper)
            };
            if short > rounding && worst.as_ref().is_none_or(|worst| short > worst.0) {
                let multiplier = 0.0;
                worst = Some((
                    short,
                    Held {
                        at,
                        sign,
                        bound,
                        multiplier,
                    },
                ));
            }
        }
        worst.map(|worst| worst.1)
    }

    /// One step of the method towards a violated bound; whether it is met now, and held.
    fn step(&self, value: &mut [f64], active: &mut Active, next: &mut Held) -> Result<bool, ReconcileError> {
        let column = self.covariance_of(&[(next.at, next.sign)]);
        let toward: Vec<f64> = active
            .held
            .iter()
            .map(|bound| bound.sign * column[bound.at])
            .collect();
        let shares = active.shares(&toward);
        let held = &mut active.held;
        let mut direction = vec![(next.at, next.sign)];
        direction.extend(
            held.iter()
                .zip(&shares)
                .map(|(bound, share)| (bound.at, -share * bound.sign)),
        );
        let movement = self.covariance_of(&direction);
        let room = next.sign * movement[next.at];
        let whole = (next.sign * column[next.at]).max(self.variance[next.at]);
        let blocking = held
            .iter()
            .zip(&shares)
            .enumerate()
            .filter(|(_, (_, share))| **share > 0.0)
            .map(|(at, (bound, share))| (bound.multiplier / share, at))
            .reduce(|best, other| if other.0 < best.0 { other } else { best });
        let full = (room > NO_ROOM * whole).then(|| next.sign * (next.bound - value[next.at]) / room);
        let (length, released) = match (full, blocking) {
            (Some(full), Some((dual, at))) if dual < full => (dual, Some(at)),
            (Some(full), _) => (full, None),
            (None, Some((dual, at))) => (dual, Some(at)),
            (None, None) => return Err(self.contradicted(held, next)),
        };
        if full.is_some() {
            for (value, movement) in value.iter_mut().zip(&movement) {
                *value += length * movement;
            }
        }
        for (bound, share) in held.iter_mut().zip(&shares) {
            bound.multiplier -= length * share;
        }
        next.multiplier += length;
        if let Some(at) = released {
            active.release(at);
            return Ok(false);
        }
        active.add(*next, &toward, next.sign * column[next.at]);
        Ok(true)
    }

    fn contradicted(&self, held: &[Held], next: &Held) -> ReconcileError {
        let mut others: Vec<usize> = held.iter().map(|bound| self.variables[bound.at]).collect();
        others.sort_unstable();
        ReconcileError::BoundsContradict {
            variable: self.variables[next.at],
            bound: next.bound,
            others,
        }
    }
}
