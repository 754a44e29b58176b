//! One network solved: the balances among measured variables, their factor, and the way back to the unmeasured ones.

use super::eliminate::{Contradiction, Eliminated, Row, eliminate};
use super::network::Network;
use super::observe::Paths;
use super::reduced::{Sum, contradictory, factored};
use super::sparse::{Column, Factor, Selected};
use super::{Class, Problem, ReconcileError};

/// Rounds of refinement at most; each adds about as many digits as the factor has right.
const ROUNDS: usize = 4;
/// What may be missing in a row of a change of the estimates, beside what was missing at first.
const SETTLED: f64 = 1e-13;
/// If less than this part of a report's variance is left, the rest is computed from the others.
const NARROWED: f64 = 1e-5;

/// A network with its solution. Vectors over variables and balances follow the network's own order.
#[derive(Debug)]
pub(super) struct Solved {
    /// The caller's numbers of the variables.
    pub(super) variables: Vec<usize>,
    /// The caller's numbers of the constraints.
    pub(super) constraints: Vec<usize>,
    /// Measured values; 0 for unmeasured variables.
    pub(super) measured: Vec<f64>,
    /// Measured variances; 0 for unmeasured variables.
    pub(super) variance: Vec<f64>,
    pub(super) class: Vec<Class>,
    /// Estimates; a particular one for unobservable variables.
    pub(super) value: Vec<f64>,
    /// Posterior variances; infinite for unobservable variables.
    pub(super) posterior: Vec<f64>,
    /// `V⁻¹ r`, by balance.
    pub(super) multiplier: Vec<f64>,
    /// Balances among measured variables only.
    pub(super) balances: Vec<Row>,
    /// The columns of those balances that are not empty, over the rows in use.
    pub(super) columns: Vec<Column>,
    /// The variable of a column.
    pub(super) column_variable: Vec<usize>,
    /// The column of a variable.
    pub(super) column_of: Vec<Option<usize>>,
    pub(super) factor: Option<Factor>,
    pub(super) selected: Selected,
    pub(super) paths: Paths,
    /// Rows the factor works on: the balances, or an equivalent set of better condition.
    rows: Vec<Row>,
    /// Whether those are not the balances themselves.
    recombined: bool,
}

/// What is asked of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Estimates, deviations and all that tests need.
    Everything,
    /// Estimates alone; deviations are left infinite.
    Values,
}

impl Solved {
    /// Solves one network.
    pub(super) fn new(problem: &Problem, network: Network, asked: Asked) -> Result<Self, ReconcileError> {
        let Network {
            variables,
            constraints,
            rows,
        } = network;
        let measurement = |number: &usize| problem.variables[*number].measurement;
        let chosen: Vec<Option<u32>> = variables
            .iter()
            .map(|number| measurement(number).is_none().then_some(0))
            .collect();
        let named = |contradiction: Contradiction| contradictory(&contradiction, &constraints);
        let Eliminated { pivots, rest } = eliminate(rows, &chosen).map_err(named)?;
        let variance: Vec<f64> = variables
            .iter()
            .map(|number| measurement(number).map_or(0.0, |report| report.deviation * report.deviation))
            .collect();
        let measured: Vec<f64> = variables
            .iter()
            .map(|number| measurement(number).map_or(0.0, |report| report.value))
            .collect();
        let unmeasured: Vec<bool> = chosen.iter().map(Option::is_some).collect();
        let paths = Paths::new(pivots, unmeasured);
        let everything = asked == Asked::Everything;
        let observed = |at: usize| everything && paths.unmeasured[at] && paths.observable[at];
        let sums: Vec<Option<Sum>> = (0..variables.len())
            .map(|at| observed(at).then(|| paths.combination(at)))
            .collect();
        let reduced = factored(&rest, &variance, &constraints, &sums)?;
        let class = (0..variables.len())
            .map(
                |at| match (paths.unmeasured[at], reduced.column_of[at].is_some()) {
                    (true, _) if paths.observable[at] => Class::Observable,
                    (true, _) => Class::Unobservable,
                    (false, true) => Class::Redundant,
                    (false, false) => Class::JustDetermined,
                },
            )
            .collect();
        let mut solved = Self {
            value: Vec::new(),
            posterior: Vec::new(),
            multiplier: Vec::new(),
            balances: rest,
            columns: reduced.columns,
            column_variable: reduced.column_variable,
            column_of: reduced.column_of,
            factor: reduced.factor,
            selected: Selected::default(),
            rows: reduced.rows,
            recombined: reduced.recombined,
            variables,
            constraints,
            measured,
            variance,
            class,
            paths,
        };
        (solved.value, solved.multiplier) = solved.reconcile(&solved.measured, true);
        if everything {
            solved.deviations(&sums, &reduced.sums);
        } else {
            solved.posterior = vec![f64::INFINITY; solved.value.len()];
        }
        if solved.value.iter().any(|value| !value.is_finite()) {
            return Err(ReconcileError::Overflow {
                variable: solved.variables[0],
            });
        }
        Ok(solved)
    }

    fn deviations(&mut self, sums: &[Option<Sum>], known: &[Option<Column>]) {
        if let Some(factor) = &self.factor {
            let touched: Vec<&Column> = known.iter().flatten().collect();
            self.selected = factor.selected_inverse(&self.columns, &touched);
        }
        self.posterior = self.posterior_variances(sums);
    }

    /// The estimates that belong to such measured values, unmeasured variables included, and `V⁻¹ r`. Inhomogeneous:
    /// with the right-hand sides of the balances; else with zero ones, as changes need them.
    pub(super) fn reconcile(&self, measured: &[f64], inhomogeneous: bool) -> (Vec<f64>, Vec<f64>) {
        let mut value = measured.to_vec();
        let mut total = vec![0.0; self.rows.len()];
        if let Some(factor) = &self.factor {
            let (mut first, mut last) = (0.0_f64, f64::INFINITY);
            for _ in 0..ROUNDS {
                let mut step = self.imbalance(&value, inhomogeneous);
                let size = step.iter().map(|value| value.abs()).fold(0.0, f64::max);
                // Estimates are refined as far as it goes; for changes of them so many digits are enough.
                let enough = if inhomogeneous { 0.0 } else { SETTLED * first };
                if size <= enough || size >= last * 0.5 {
                    break;
                }
                first = first.max(size);
                last = size;
                factor.solve(&mut step);
                for (sum, part) in total.iter_mut().zip(&step) {
                    *sum += part;
                }
                for (column, &variable) in self.columns.iter().zip(&self.column_variable) {
                    let shift: f64 = column
                        .iter()
                        .map(|(row, coefficient)| coefficient * step[*row])
                        .sum();
                    value[variable] -= self.variance[variable] * shift;
                }
            }
        }
        self.paths.fill(&mut value, inhomogeneous);
        (value, total)
    }

    /// What is missing in every row for such values.
    fn imbalance(&self, value: &[f64], inhomogeneous: bool) -> Vec<f64> {
        self.rows
            .iter()
            .map(|row| residual(row, value, inhomogeneous))
            .collect()
    }

    /// The sum of measured variables that a variable is, beside a constant, wherever the balances hold; none if it is
    /// unobservable. Reports that count for next to nothing are replaced by what they are checked by.
    pub(super) fn combination(&self, variable: usize) -> Option<Sum> {
        match self.class[variable] {
            Class::Redundant | Class::JustDetermined => Some(self.narrowed(&[(variable, 1.0)])),
            Class::Observable => Some(self.narrowed(&self.paths.combination(variable))),
            Class::Unobservable => None,
        }
    }

    /// The same sum wherever the balances hold, with every variable whose own report counts for next to nothing
    /// replaced by the others of a row it stands in: its large variance would drown what is left of it.
    fn narrowed(&self, sum: &[(usize, f64)]) -> Sum {
        let mut parts = Sum::with_capacity(sum.len());
        // Where only values were asked for, nothing is known of that.
        let counts_for_nothing = |at: usize, column: usize| {
            let seen = self.selected.quadratic.get(column);
            seen.is_some_and(|seen| 1.0 - self.variance[at] * seen < NARROWED)
        };
        for &(at, weight) in sum {
            match self.column_of[at] {
                Some(column) if counts_for_nothing(at, column) => {
                    let others = self.others(at, column);
                    parts.extend(others.into_iter().map(|(other, part)| (other, weight * part)));
                }
                _ => parts.push((at, weight)),
            }
        }
        parts.sort_by_key(|part| part.0);
        parts
            .chunk_by(|one, two| one.0 == two.0)
            .map(|group| (group[0].0, group.iter().map(|part| part.1).sum()))
            .collect()
    }

    /// A variable as the others of that of its rows that says most about it; itself if none says more than its report.
    fn others(&self, at: usize, column: usize) -> Sum {
        self.columns[column]
            .iter()
            .map(|(row, own)| -> Sum {
                let terms = self.rows[*row].terms.iter();
                terms
                    .filter(|term| term.0 != at)
                    .map(|term| (term.0, -term.1 / own))
                    .collect()
            })
            .chain([vec![(at, 1.0)]])
            .min_by(|one, two| self.prior_variance(one).total_cmp(&self.prior_variance(two)))
            .unwrap_or_default()
    }

    /// The posterior covariances of a variable with all others; those with unobservable variables mean nothing. None if
    /// it is unobservable itself.
    pub(super) fn covariance(&self, variable: usize) -> Option<Vec<f64>> {
        (self.class[variable] != Class::Unobservable).then(|| self.covariance_of(&[(variable, 1.0)]))
    }

    /// The same of a weighted sum of variables, unobservable ones left out.
    pub(super) fn covariance_of(&self, sum: &[(usize, f64)]) -> Vec<f64> {
        let mut spread = vec![0.0; self.variables.len()];
        for (variable, factor) in sum {
            for (at, weight) in self.combination(*variable).unwrap_or_default() {
                spread[at] += factor * weight * self.variance[at];
            }
        }
        self.reconcile(&spread, false).0
    }

    fn posterior_variances(&self, sums: &[Option<Sum>]) -> Vec<f64> {
        let mut work = vec![0.0; self.rows.len()];
        let mut explained = self.selected.sums.iter();
        let mut variances = Vec::with_capacity(self.variables.len());
        for (at, sum) in sums.iter().enumerate() {
            variances.push(match (self.class[at], self.column_of[at], sum) {
                (Class::Redundant, Some(column), _) => {
                    let explained = self.variance[at] * self.variance[at] * self.selected.quadratic[column];
                    self.left_of(&[(at, 1.0)], explained, &mut work)
                }
                (Class::Redundant | Class::JustDetermined, ..) => self.variance[at],
                (Class::Observable, _, Some(sum)) => {
                    self.left_of(sum, explained.next().copied().unwrap_or(0.0), &mut work)
                }
                (Class::Observable | Class::Unobservable, ..) => f64::INFINITY,
            });
        }
        variances
    }

    fn prior_variance(&self, sum: &[(usize, f64)]) -> f64 {
        sum.iter()
            .map(|(at, weight)| weight * weight * self.variance[*at])
            .sum()
    }

    /// The posterior variance of a sum, of whose variance the balances explain so much.
    fn left_of(&self, sum: &[(usize, f64)], explained: f64, work: &mut [f64]) -> f64 {
        let prior = self.prior_variance(sum);
        let left = prior - explained;
        // As a difference of large numbers it would be lost in rounding.
        if left < NARROWED * prior {
            self.variance_of(&self.narrowed(sum), work)
        } else {
            left
        }
    }

    /// The posterior variance of a combination of measured variables.
    fn variance_of(&self, combination: &[(usize, f64)], work: &mut [f64]) -> f64 {
        let mut prior = 0.0;
        let mut seen = Vec::new();
        for &(at, weight) in combination {
            prior += weight * weight * self.variance[at];
            if let Some(column) = self.column_of[at] {
                let spread = weight * self.variance[at];
                seen.extend(
                    self.columns[column]
                        .iter()
                        .map(|(row, coefficient)| (*row, coefficient * spread)),
                );
            }
        }
        let known = self
            .factor
            .as_ref()
            .map_or(0.0, |factor| factor.quadratic(&seen, work));
        (prior - known).max(0.0)
    }

    /// The rows that the columns and the factor number.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Whether the balances themselves were factored and none follows from others.
    pub(super) fn balances_stand_alone(&self) -> bool {
        !self.recombined && self.rank() == self.balances.len()
    }

    /// Independent balances among measured variables.
    pub(super) fn rank(&self) -> usize {
        self.factor.as_ref().map_or(0, Factor::rank)
    }

    /// The weighted sum of squared adjustments.
    pub(super) fn objective(&self) -> f64 {
        self.column_variable
            .iter()
            .map(|&at| {
                let adjustment = self.measured[at] - self.value[at];
                adjustment * adjustment / self.variance[at]
            })
            .sum()
    }
}

/// `Σ terms − rhs`.
pub(super) fn residual(row: &Row, value: &[f64], inhomogeneous: bool) -> f64 {
    let sum: f64 = row
        .terms
        .iter()
        .map(|(column, coefficient)| coefficient * value[*column])
        .sum();
    if inhomogeneous { sum - row.rhs } else { sum }
}
