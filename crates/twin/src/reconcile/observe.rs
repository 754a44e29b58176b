//! Unmeasured variables: which of them the balances determine, and how.

use std::collections::{BTreeMap, BTreeSet};

use super::eliminate::Pivot;
use super::solved::residual;

/// A sum whose terms are this much larger than it is taken to cancel: the variable does not depend on what is free.
const CANCELLED: f64 = 1e-9;

/// The way from measured to unmeasured variables.
#[derive(Debug)]
pub(super) struct Paths {
    pub(super) unmeasured: Vec<bool>,
    /// Whether the balances determine the variable; true for measured ones.
    pub(super) observable: Vec<bool>,
    /// In order of elimination; a row names measured variables, and unmeasured ones of later pivots or of none.
    pivots: Vec<Pivot>,
    pivot_of: Vec<Option<usize>>,
}

impl Paths {
    /// From the elimination of the unmeasured columns.
    pub(super) fn new(pivots: Vec<Pivot>, unmeasured: Vec<bool>) -> Self {
        let mut pivot_of = vec![None; unmeasured.len()];
        for (number, pivot) in pivots.iter().enumerate() {
            pivot_of[pivot.column] = Some(number);
        }
        let mut paths = Self {
            observable: Vec::new(),
            unmeasured,
            pivots,
            pivot_of,
        };
        let moved: Vec<Vec<f64>> = (1..=2).map(|salt| paths.moved(salt)).collect();
        paths.observable = (0..paths.unmeasured.len())
            .map(|at| moved.iter().all(|values| values[at] == 0.0))
            .collect();
        paths
    }

    /// How the unmeasured variables move together when those without a pivot move by arbitrary amounts and nothing
    /// measured does: a general element of the null space. A variable that stays where it is is determined. (One such
    /// element may leave a variable in place by chance; two do not.)
    fn moved(&self, salt: u64) -> Vec<f64> {
        let mut value: Vec<f64> = (0_u64..)
            .zip(self.unmeasured.iter().zip(&self.pivot_of))
            .map(|(at, (unmeasured, pivot))| {
                if *unmeasured && pivot.is_none() {
                    arbitrary(at, salt)
                } else {
                    0.0
                }
            })
            .collect();
        for pivot in self.pivots.iter().rev() {
            let (mut sum, mut size) = (0.0, 0.0);
            for (column, coefficient) in &pivot.row.terms {
                let part = coefficient * value[*column];
                sum += part;
                size += part.abs();
            }
            value[pivot.column] = if sum.abs() <= CANCELLED * size {
                0.0
            } else {
                -sum / pivot.coefficient
            };
        }
        value
    }

    /// In order of elimination.
    pub(super) fn pivots(&self) -> &[Pivot] {
        &self.pivots
    }

    /// Sets the unmeasured variables from the measured ones; those that nothing determines to one solution.
    pub(super) fn fill(&self, value: &mut [f64], inhomogeneous: bool) {
        for pivot in self.pivots.iter().rev() {
            value[pivot.column] = 0.0;
            value[pivot.column] = -residual(&pivot.row, value, inhomogeneous) / pivot.coefficient;
        }
    }

    /// An observable variable as a combination of measured ones, ascending, beside a constant.
    pub(super) fn combination(&self, variable: usize) -> Vec<(usize, f64)> {
        let Some(start) = self.pivot_of[variable] else {
            return Vec::new();
        };
        let mut waiting = BTreeSet::from([start]);
        let mut weight = BTreeMap::from([(variable, 1.0)]);
        while let Some(number) = waiting.pop_first() {
            let pivot = &self.pivots[number];
            let own = weight.remove(&pivot.column).unwrap_or(0.0) / pivot.coefficient;
            for (column, coefficient) in &pivot.row.terms {
                *weight.entry(*column).or_insert(0.0) -= own * coefficient;
                waiting.extend(self.pivot_of[*column]);
            }
        }
        weight
            .into_iter()
            .filter(|(column, weight)| !self.unmeasured[*column] && *weight != 0.0)
            .collect()
    }
}

/// A number between 1 and 2 that follows from its place alone (the finaliser of SplitMix64, Steele et al. 2014).
fn arbitrary(place: u64, salt: u64) -> f64 {
    let mut bits = (place + 1)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(salt.wrapping_mul(0xD1B5_4A32_D192_ED03));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^= bits >> 31;
    f64::from_bits((bits >> 12) | (1023 << 52))
}
