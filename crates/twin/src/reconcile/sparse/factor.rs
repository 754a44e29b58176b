//! The numeric factor: one dense front after another.

use super::Column;
use super::dense::{subtract, subtract_pair};
use super::symbolic::{Supernode, Symbolic};

/// A pivot below this part of its row's own variance is set aside: either the row says nothing new, or the deviations of
/// its variables differ so much that the rounding of the others would decide. Which of the two is found out afterwards.
pub(in crate::reconcile) const SUSPECT: f64 = 1e-8;
/// The same where rows are as far apart as they can be brought: half of the digits of a row may then be rounding, which the
/// refinement of the estimates mends.
pub(in crate::reconcile) const LAST_RESORT: f64 = 1e-12;

/// `S V S = L D Lᵀ` with `S` the scaling that makes the diagonal of `V` one.
#[derive(Debug)]
pub(in crate::reconcile) struct Factor {
    pub(super) symbolic: Symbolic,
    /// Per supernode: its columns of `L`, unit diagonal, column by column, full height of the front.
    pub(super) columns: Vec<Vec<f64>>,
    /// Reciprocal pivots, by position; 0 for a row set aside.
    pub(super) reciprocal: Vec<f64>,
    /// `S`, by position.
    pub(super) scale: Vec<f64>,
    /// Rows set aside, ascending by position.
    aside: Vec<usize>,
}

/// A pivot that is no finite number: the row where it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::reconcile) struct NotFinite(pub(in crate::reconcile) usize);

impl Factor {
    /// Factors `Σ_j variance_j a_j a_jᵀ`, where every row has at least one variable. Pivots below `suspect` are set aside.
    ///
    /// # Errors
    /// The row at which the numbers left double precision.
    pub(in crate::reconcile) fn new(
        symbolic: Symbolic,
        columns: &[Column],
        variances: &[f64],
        suspect: f64,
    ) -> Result<Self, NotFinite> {
        let rows = symbolic.rows();
        let mut diagonal = vec![0.0; rows];
        for (column, variance) in columns.iter().zip(variances) {
            for (row, coefficient) in column {
                diagonal[symbolic.position[*row]] += variance * coefficient * coefficient;
            }
        }
        if let Some(at) = diagonal
            .iter()
            .position(|value| !value.is_finite() || *value <= 0.0)
        {
            return Err(NotFinite(symbolic.row_at[at]));
        }
        let mut factor = Self {
            columns: Vec::with_capacity(symbolic.supernodes.len()),
            reciprocal: vec![0.0; rows],
            scale: diagonal.iter().map(|value| 1.0 / value.sqrt()).collect(),
            aside: Vec::new(),
            symbolic,
        };
        factor.all_fronts(columns, variances, suspect)?;
        Ok(factor)
    }

    /// Rows set aside.
    pub(in crate::reconcile) fn aside(&self) -> impl Iterator<Item = usize> + '_ {
        self.aside.iter().map(|&at| self.symbolic.row_at[at])
    }

    /// Rows that count: the rank, once those set aside are known to say nothing new.
    pub(in crate::reconcile) fn rank(&self) -> usize {
        self.symbolic.rows() - self.aside.len()
    }

    fn all_fronts(&mut self, columns: &[Column], variances: &[f64], suspect: f64) -> Result<(), NotFinite> {
        let count = self.symbolic.supernodes.len();
        let mut local = vec![0; self.symbolic.rows()];
        let mut updates: Vec<Vec<f64>> = vec![Vec::new(); count];
        for at in 0..count {
            let node = &self.symbolic.supernodes[at];
            for (index, row) in node.rows().enumerate() {
                local[row] = index;
            }
            let height = node.height();
            let mut front = vec![0.0; height * height];
            for &variable in &node.variables {
                self.add_variable(
                    &columns[variable],
                    variances[variable],
                    &local,
                    height,
                    &mut front,
                );
            }
            for &child in &node.children {
                let update = std::mem::take(&mut updates[child]);
                add_update(
                    &self.symbolic.supernodes[child],
                    &update,
                    &local,
                    height,
                    &mut front,
                );
            }
            let (first, width) = (node.first, node.width);
            let reciprocal = &mut self.reciprocal[first..first + width];
            if let Some(bad) = eliminate(&mut front, height, reciprocal, suspect) {
                return Err(NotFinite(self.symbolic.row_at[first + bad]));
            }
            self.aside.extend(
                (first..first + width)
                    .zip(reciprocal.iter())
                    .filter(|(_, pivot)| **pivot == 0.0)
                    .map(|(at, _)| at),
            );
            updates[at] = schur(&mut front, height, width, reciprocal);
            front.truncate(height * width);
            front.shrink_to_fit();
            self.columns.push(front);
        }
        Ok(())
    }

    fn add_variable(
        &self,
        column: &Column,
        variance: f64,
        local: &[usize],
        height: usize,
        front: &mut [f64],
    ) {
        for (index, (row, coefficient)) in column.iter().enumerate() {
            let at = self.symbolic.position[*row];
            let weighted = variance * (coefficient * self.scale[at]);
            for (other, other_coefficient) in &column[..=index] {
                let other_at = self.symbolic.position[*other];
                let (low, high) = (local[at].min(local[other_at]), local[at].max(local[other_at]));
                front[low * height + high] += weighted * (other_coefficient * self.scale[other_at]);
            }
        }
    }
}

/// Adds a child's update to the front of its parent.
fn add_update(child: &Supernode, update: &[f64], local: &[usize], height: usize, front: &mut [f64]) {
    let rows = child.below.len();
    let places: Vec<usize> = child.below.iter().map(|&row| local[row]).collect();
    for (column, &target) in places.iter().enumerate() {
        let source = &update[column * rows + column..(column + 1) * rows];
        let target = &mut front[target * height..(target + 1) * height];
        for (value, &place) in source.iter().zip(&places[column..]) {
            target[place] += value;
        }
    }
}

/// Factors the leading columns of a front in place; the first column whose pivot is no number, if any.
fn eliminate(front: &mut [f64], height: usize, reciprocal: &mut [f64], suspect: f64) -> Option<usize> {
    let width = reciprocal.len();
    let mut factors = vec![0.0; width];
    for column in 0..width {
        let (done, rest) = front.split_at_mut(column * height);
        let target = &mut rest[column..height];
        let before: Vec<&[f64]> = (0..column)
            .map(|at| &done[at * height + column..(at + 1) * height])
            .collect();
        for (at, factor) in factors[..column].iter_mut().enumerate() {
            *factor = if reciprocal[at] == 0.0 {
                0.0
            } else {
                before[at][0] / reciprocal[at]
            };
        }
        subtract(target, &before, &factors[..column]);
        let pivot = target[0];
        if !pivot.is_finite() {
            return Some(column);
        }
        target[0] = 1.0;
        if pivot < suspect {
            reciprocal[column] = 0.0;
            target[1..].fill(0.0);
        } else {
            reciprocal[column] = 1.0 / pivot;
            for value in &mut target[1..] {
                *value *= reciprocal[column];
            }
        }
    }
    None
}

/// What the eliminated columns leave to the rows below them; the lower triangle counts.
fn schur(front: &mut [f64], height: usize, width: usize, reciprocal: &[f64]) -> Vec<f64> {
    let below = height - width;
    let (done, rest) = front.split_at_mut(width * height);
    let mut update = Vec::with_capacity(below * below);
    for column in 0..below {
        update.extend_from_slice(&rest[column * height + width..(column + 1) * height]);
    }
    let pivots: Vec<f64> = reciprocal
        .iter()
        .map(|value| if *value == 0.0 { 0.0 } else { 1.0 / value })
        .collect();
    let factors_of = |row: usize, into: &mut Vec<f64>| {
        into.clear();
        into.extend(
            pivots
                .iter()
                .enumerate()
                .map(|(at, pivot)| done[at * height + width + row] * pivot),
        );
    };
    let (mut one, mut two) = (Vec::new(), Vec::new());
    let mut column = 0;
    while column < below {
        let columns: Vec<&[f64]> = (0..width)
            .map(|at| &done[at * height + width + column..(at + 1) * height])
            .collect();
        factors_of(column, &mut one);
        let (first, second) = update[column * below..].split_at_mut(below);
        if column + 1 < below {
            factors_of(column + 1, &mut two);
            subtract_pair(
                (&mut first[column..], &mut second[column..below]),
                &columns,
                (&one, &two),
            );
        } else {
            subtract(&mut first[column..], &columns, &one);
        }
        column += 2;
    }
    update
}
