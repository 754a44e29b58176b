//! Serial identification of gross errors by the generalised likelihood ratio (Narasimhan & Mah 1987, AIChE J. 33:1514).
//!
//! Each step asks which single cause, a bias of one report or a leak of one balance, explains most of what is left of
//! the global statistic, takes it out, and asks again until the rest passes. The sizes of causes found are estimated
//! again together with each further one, not held at their first estimate: so every step's statistic keeps its law, and
//! taking out a bias is the same as leaving out the report.

use super::gross::{alike, tied};
use super::solved::{Solved, residual};
use super::sparse::Column;
use super::{GlobalTest, Reconciliation};
use crate::laws::chi_squared_above;

/// What is left of a cause beside those already found, below this part of it alone, cannot be told from them.
const INDISTINCT: f64 = 1e-9;

/// What may be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// One of these reports is biased; more than one where no test can tell which. The first is the one that
    /// [`GrossError::size`] speaks of, the others follow ascending.
    Bias {
        /// The variables.
        variables: Vec<usize>,
    },
    /// The sum of these constraints does not hold: mass is lost or gained. Ascending.
    Leak {
        /// The constraints.
        constraints: Vec<usize>,
    },
}

/// A gross error that was identified.
#[derive(Debug, Clone, PartialEq)]
pub struct GrossError {
    /// What is wrong.
    pub cause: Cause,
    /// By how much, estimated together with all others found: how far the first report of the set is above the truth, or
    /// what the sum of the constraints exceeds its right-hand side by.
    pub size: f64,
    /// How much of the global statistic it explained when it was found; χ² with one degree of freedom if it were none.
    pub statistic: f64,
}

/// Where to look and when to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Search {
    /// The level of the global test that ends the search, between 0 and 1.
    pub alpha: f64,
    /// Whether to look for leaks of balances as well as for biases of reports.
    pub leaks: bool,
    /// Errors to identify at most.
    pub limit: usize,
}

/// What the search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Identified {
    /// The errors, in the order found.
    pub errors: Vec<GrossError>,
    /// The global test of what is left.
    pub rest: GlobalTest,
}

/// A candidate: its column over a network's rows, and what single numbers follow from it.
struct Candidate {
    cause: Cause,
    column: Column,
    /// `fᵀ V⁻¹ f` and `fᵀ V⁻¹ r`, less what the causes found have taken of them.
    own: f64,
    pull: f64,
    /// `own` of the candidate alone.
    alone: f64,
}

/// A cause found: its place in [`Identified::errors`], its column, and the vector that takes it out of others.
type Found = (usize, Column, Vec<f64>);

/// A network under search.
struct Part<'a> {
    solved: &'a Solved,
    candidates: Vec<Candidate>,
    found: Vec<Found>,
}

impl Reconciliation {
    /// Identifies gross errors one after another.
    #[must_use]
    pub fn find_gross_errors(&self, search: Search) -> Identified {
        let mut parts: Vec<Part<'_>> = self
            .networks
            .iter()
            .map(|solved| Part::new(solved, search.leaks))
            .collect();
        let mut rest = self.global_test();
        let mut errors: Vec<GrossError> = Vec::new();
        while rest.p < search.alpha && rest.degrees_of_freedom > 0 && errors.len() < search.limit {
            let best = parts
                .iter()
                .enumerate()
                .filter_map(|(number, part)| part.best().map(|(at, statistic)| (statistic, number, at)))
                .reduce(|best, next| if next.0 > best.0 { next } else { best });
            let Some((statistic, number, at)) = best else {
                break;
            };
            let cause = parts[number].take(at, errors.len());
            errors.push(GrossError {
                cause,
                size: 0.0,
                statistic,
            });
            rest.statistic = (rest.statistic - statistic).max(0.0);
            rest.degrees_of_freedom -= 1;
            rest.p = chi_squared_above(rest.statistic, rest.degrees_of_freedom);
        }
        for part in &parts {
            for (place, size) in part.sizes() {
                errors[place].size = size;
            }
        }
        Identified { errors, rest }
    }
}

impl<'a> Part<'a> {
    fn new(solved: &'a Solved, leaks: bool) -> Self {
        let mut candidates = Vec::new();
        for set in alike(&solved.columns) {
            let column = set[0];
            let mut variables: Vec<usize> = set
                .iter()
                .map(|at| solved.variables[solved.column_variable[*at]])
                .collect();
            // The first report by number leads, as documented for the size.
            variables.sort_unstable();
            let lead = set
                .iter()
                .copied()
                .min_by_key(|at| solved.variables[solved.column_variable[*at]])
                .unwrap_or(column);
            candidates.push(Candidate::new(
                Cause::Bias { variables },
                solved.columns[lead].clone(),
                solved.selected.quadratic[lead],
                &solved.multiplier,
            ));
        }
        // Where balances follow from others, or were recombined, a leak has no single place.
        if leaks && solved.balances_stand_alone() {
            for (number, row) in solved.balances.iter().enumerate() {
                candidates.push(Candidate::new(
                    Cause::Leak {
                        constraints: solved.named(row),
                    },
                    vec![(number, 1.0)],
                    solved.selected.diagonal[number],
                    &solved.multiplier,
                ));
            }
        }
        Self {
            solved,
            candidates,
            found: Vec::new(),
        }
    }

    /// The candidate that explains most, and how much.
    fn best(&self) -> Option<(usize, f64)> {
        self.candidates
            .iter()
            .enumerate()
            .filter(|(_, candidate)| candidate.own > INDISTINCT * candidate.alone)
            .map(|(at, candidate)| (at, candidate.pull * candidate.pull / candidate.own))
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
    }

    /// Takes a candidate out of the statistic and of all other candidates.
    fn take(&mut self, at: usize, place: usize) -> Cause {
        let mut candidate = self.candidates.remove(at);
        self.name_ties(&mut candidate);
        let mut vector = vec![0.0; self.solved.multiplier.len()];
        for (row, value) in &candidate.column {
            vector[*row] = *value;
        }
        if let Some(factor) = &self.solved.factor {
            factor.solve(&mut vector);
        }
        for (_, _, earlier) in &self.found {
            let share = along(&candidate.column, earlier);
            for (value, part) in vector.iter_mut().zip(earlier) {
                *value -= share * part;
            }
        }
        let length = along(&candidate.column, &vector).max(f64::MIN_POSITIVE).sqrt();
        for value in &mut vector {
            *value /= length;
        }
        let pull = candidate.pull / length;
        for other in &mut self.candidates {
            let share = along(&other.column, &vector);
            other.own -= share * share;
            other.pull -= share * pull;
        }
        self.found.push((place, candidate.column, vector));
        candidate.cause
    }

    /// Names beside a biased report those of the same balances that explain exactly as much.
    fn name_ties(&self, candidate: &mut Candidate) {
        let z = candidate.z();
        let Cause::Bias { variables } = &mut candidate.cause else {
            return;
        };
        for other in &self.candidates {
            let meets = |row: &usize| other.column.iter().any(|term| term.0 == *row);
            if let Cause::Bias { variables: more } = &other.cause
                && other.own > INDISTINCT * other.alone
                && tied(other.z(), z)
                && candidate.column.iter().any(|term| meets(&term.0))
            {
                variables.extend(more);
            }
        }
        variables[1..].sort_unstable();
    }

    /// The sizes of the causes found, estimated together.
    fn sizes(&self) -> Vec<(usize, f64)> {
        let residuals = self.solved.residuals();
        let mut sizes: Vec<(usize, f64)> = Vec::new();
        for (number, (place, column, vector)) in self.found.iter().enumerate().rev() {
            let mut size: f64 = vector.iter().zip(&residuals).map(|(a, b)| a * b).sum();
            for ((_, later), (_, known, _)) in sizes.iter().rev().zip(&self.found[number + 1..]) {
                size -= along(known, vector) * later;
            }
            sizes.push((*place, size / along(column, vector)));
        }
        sizes
    }
}

impl Candidate {
    fn z(&self) -> f64 {
        self.pull.abs() / self.own.sqrt()
    }

    fn new(cause: Cause, column: Column, own: f64, multiplier: &[f64]) -> Self {
        let pull = along(&column, multiplier);
        Self {
            cause,
            column,
            own,
            pull,
            alone: own,
        }
    }
}

fn along(column: &[(usize, f64)], vector: &[f64]) -> f64 {
    column.iter().map(|(row, value)| value * vector[*row]).sum()
}

impl Solved {
    /// What is missing in every row at the measured values.
    fn residuals(&self) -> Vec<f64> {
        self.rows()
            .iter()
            .map(|row| residual(row, &self.measured, true))
            .collect()
    }
}
