//! Gross errors: is somebody's figure wrong, and can it be told whose.
//!
//! The global test (χ² of the objective), the nodal test (each balance by itself), and the measurement test of Mah &
//! Tamhane (1982, AIChE J. 28:828) with Šidák's level (1967). [`Reconciliation::find_gross_errors`] goes on to serial
//! identification. Balances that unmeasured variables connect are tested as the one balance that is left of them.

use std::collections::BTreeMap;

use super::solved::{Solved, residual};
use super::sparse::Column;
use super::{Class, Reconciliation};
use crate::laws::{chi_squared_above, normal_critical, normal_two_sided};

/// Coefficients that differ by less than this part are the same.
const SAME: f64 = 1e-9;
/// A `z` below this is no sign of anything, so that two such are no tie.
const NOTHING: f64 = 1e-3;

/// The global test: do the reports together contradict the balances more than their deviations allow?
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GlobalTest {
    /// `γ = rᵀ V⁻¹ r`, which is the objective.
    pub statistic: f64,
    /// Degrees of freedom of its χ² law.
    pub degrees_of_freedom: usize,
    /// The probability of a statistic at least as large if no report is grossly wrong.
    pub p: f64,
}

/// The test of one balance among measured variables.
#[derive(Debug, Clone, PartialEq)]
pub struct NodalTest {
    /// The constraints whose sum, unmeasured variables cancelling, is this balance; ascending.
    pub constraints: Vec<usize>,
    /// What is missing at the reported values, in the unit of the balance.
    pub residual: f64,
    /// `|residual| / deviation of the residual`; N(0, 1) in size.
    pub z: f64,
    /// The probability of a `z` at least as large.
    pub p: f64,
}

/// The test of one redundant report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeasurementTest {
    /// The variable.
    pub variable: usize,
    /// `|adjustment| / deviation of the adjustment`; N(0, 1) in size.
    pub z: f64,
    /// The probability of a `z` at least as large, for this report alone.
    pub p: f64,
    /// Whether `p` is below the level of [`MeasurementTests`].
    pub flagged: bool,
    /// `1 − σ(x̂)/σ(y)`: how much the other reports narrow this one. 0 nothing, 1 all.
    pub adjustability: f64,
    /// `√(W_jj/Σ_jj)`: how much of an error of this report shows in its adjustment. 0 nothing, 1 all.
    pub detectability: f64,
    /// Which of [`MeasurementTests::sets`] it belongs to.
    pub set: usize,
}

/// The tests of all redundant reports.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasurementTests {
    /// The level of each single test, `1 − (1 − α)^(1/m)` of `m` redundant reports.
    pub level: f64,
    /// The `z` beyond which a report is flagged.
    pub critical: f64,
    /// One test per redundant report, by variable. Other reports nothing can test.
    pub tests: Vec<MeasurementTest>,
    /// Reports that no test can tell apart: they enter the balances in the same way, or they stand in one balance, say
    /// the same and are tested to the same `z`. Each set ascending, sets in the order of their first variables' keys.
    /// Most have one member.
    pub sets: Vec<Vec<usize>>,
}

impl Reconciliation {
    /// The global test.
    #[must_use]
    pub fn global_test(&self) -> GlobalTest {
        let (statistic, degrees_of_freedom) = (self.objective(), self.degrees_of_freedom());
        GlobalTest {
            statistic,
            degrees_of_freedom,
            p: chi_squared_above(statistic, degrees_of_freedom),
        }
    }

    /// The tests of all balances among measured variables, in the order of their networks.
    #[must_use]
    pub fn nodal_tests(&self) -> Vec<NodalTest> {
        let of_network = |solved: &Solved| -> Vec<NodalTest> {
            let test = |row: &super::eliminate::Row| {
                let variance: f64 = row
                    .terms
                    .iter()
                    .map(|(at, coefficient)| coefficient * coefficient * solved.variance[*at])
                    .sum();
                let residual = residual(row, &solved.measured, true);
                let z = residual.abs() / variance.sqrt();
                NodalTest {
                    constraints: solved.named(row),
                    residual,
                    z,
                    p: normal_two_sided(z),
                }
            };
            solved.balances.iter().map(test).collect()
        };
        self.networks.iter().flat_map(of_network).collect()
    }

    /// The tests of all redundant reports at a level `α` (of one false alarm or more among all), between 0 and 1.
    #[must_use]
    pub fn measurement_tests(&self, alpha: f64) -> MeasurementTests {
        let redundant: usize = self.networks.iter().map(|solved| solved.columns.len()).sum();
        let level = sidak(alpha, redundant);
        let mut sets = Vec::new();
        let mut tests = Vec::with_capacity(redundant);
        for solved in &self.networks {
            let of_network: Vec<MeasurementTest> = (0..solved.columns.len())
                .map(|column| solved.test(column, level))
                .collect();
            for set in solved.indistinct(&of_network) {
                let mut variables: Vec<usize> =
                    set.iter().map(|column| of_network[*column].variable).collect();
                variables.sort_unstable();
                tests.extend(set.into_iter().map(|column| MeasurementTest {
                    set: sets.len(),
                    ..of_network[column]
                }));
                sets.push(variables);
            }
        }
        tests.sort_unstable_by_key(|test| test.variable);
        MeasurementTests {
            level,
            critical: normal_critical(level),
            tests,
            sets,
        }
    }
}

/// The level of each of so many tests that together have level `alpha`.
fn sidak(alpha: f64, tests: usize) -> f64 {
    let tests = u32::try_from(tests.max(1)).unwrap_or(u32::MAX);
    -libm::expm1(libm::log1p(-alpha) / f64::from(tests))
}

impl Solved {
    /// The caller's numbers of the constraints that make up a balance, ascending.
    pub(super) fn named(&self, row: &super::eliminate::Row) -> Vec<usize> {
        let mut named: Vec<usize> = row.weights.iter().map(|(at, _)| self.constraints[*at]).collect();
        named.sort_unstable();
        named
    }

    /// Columns that no test can tell apart, in the order of their first members.
    fn indistinct(&self, tests: &[MeasurementTest]) -> Vec<Vec<usize>> {
        let sets = alike(&self.columns);
        let mut set_of = vec![0; tests.len()];
        for (number, set) in sets.iter().enumerate() {
            for &column in set {
                set_of[column] = number;
            }
        }
        // Each set is led by the lowest it is tied to.
        let mut leader: Vec<usize> = (0..sets.len()).collect();
        for row in &self.balances {
            let mut columns: Vec<usize> = row
                .terms
                .iter()
                .filter_map(|term| self.column_of[term.0])
                .collect();
            columns.sort_by(|one, two| tests[*one].z.total_cmp(&tests[*two].z).then(one.cmp(two)));
            for pair in columns.windows(2) {
                if tied(tests[pair[0]].z, tests[pair[1]].z) {
                    join(&mut leader, set_of[pair[0]], set_of[pair[1]]);
                }
            }
        }
        let mut joined: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (number, set) in sets.into_iter().enumerate() {
            joined.entry(lead(&leader, number)).or_default().extend(set);
        }
        joined.into_values().collect()
    }

    fn test(&self, column: usize, level: f64) -> MeasurementTest {
        let at = self.column_variable[column];
        debug_assert_eq!(
            self.class[at],
            Class::Redundant,
            "columns belong to redundant variables"
        );
        let quadratic = self.selected.quadratic[column];
        let pull: f64 = self.columns[column]
            .iter()
            .map(|(row, value)| value * self.multiplier[*row])
            .sum();
        let z = if quadratic > 0.0 {
            pull.abs() / quadratic.sqrt()
        } else {
            0.0
        };
        let p = normal_two_sided(z);
        MeasurementTest {
            variable: self.variables[at],
            z,
            p,
            flagged: p < level,
            adjustability: 1.0 - (self.posterior[at] / self.variance[at]).sqrt(),
            detectability: (self.variance[at] * quadratic).sqrt(),
            set: 0,
        }
    }
}

/// Whether two statistics are one number but for rounding, and not both next to nothing.
pub(super) fn tied(one: f64, two: f64) -> bool {
    one.min(two) > NOTHING && (one - two).abs() <= SAME * one.max(two)
}

fn lead(leader: &[usize], mut at: usize) -> usize {
    while leader[at] != at {
        at = leader[at];
    }
    at
}

fn join(leader: &mut [usize], one: usize, two: usize) {
    let (one, two) = (lead(leader, one), lead(leader, two));
    leader[one.max(two)] = one.min(two);
}

/// Columns that are multiples of each other, in the order of their first members.
pub(super) fn alike(columns: &[Column]) -> Vec<Vec<usize>> {
    let mut sets: Vec<Vec<usize>> = Vec::new();
    let mut by_rows: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    for (number, column) in columns.iter().enumerate() {
        let known = by_rows
            .entry(column.iter().map(|term| term.0).collect())
            .or_default();
        let found = known
            .iter()
            .find(|set| multiples(&columns[sets[**set][0]], column));
        if let Some(&set) = found {
            sets[set].push(number);
        } else {
            known.push(sets.len());
            sets.push(vec![number]);
        }
    }
    sets
}

fn multiples(one: &Column, two: &Column) -> bool {
    let ratio = one
        .first()
        .zip(two.first())
        .map_or(1.0, |(first, second)| second.1 / first.1);
    one.iter().zip(two).all(|(first, second)| {
        let expected = first.1 * ratio;
        (expected - second.1).abs() <= SAME * expected.abs()
    })
}
