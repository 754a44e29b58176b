//! Entries of `V⁻¹`: the diagonal, and what each measured variable needs of it.

use super::dense::{dot, subtract, subtract_pair};
use super::meet::{Desk, Front};
use super::{Column, Factor};

/// What deviations and tests need of the inverse.
#[derive(Debug, Default)]
pub(in crate::reconcile) struct Selected {
    /// `(V⁻¹)_ii`, by row; 0 for a row that says nothing new.
    pub(in crate::reconcile) diagonal: Vec<f64>,
    /// `a_jᵀ V⁻¹ a_j`, by variable.
    pub(in crate::reconcile) quadratic: Vec<f64>,
    /// `cᵀ V⁻¹ c`, by sum.
    pub(in crate::reconcile) sums: Vec<f64>,
}

impl Factor {
    /// Works down from the roots: each front takes the inverse over the rows below it from its parent. `sums` are further
    /// columns `c` whose quadratic form is wanted: their rows need not share a front.
    pub(in crate::reconcile) fn selected_inverse(&self, columns: &[Column], sums: &[&Column]) -> Selected {
        let nodes = &self.symbolic.supernodes;
        let mut selected = Selected {
            diagonal: vec![0.0; self.symbolic.rows()],
            quadratic: vec![0.0; columns.len()],
            sums: vec![0.0; sums.len()],
        };
        let mut meetings = self.meetings(sums);
        let mut desk = Desk::default();
        let mut local = vec![0; self.symbolic.rows()];
        let mut waiting: Vec<usize> = nodes.iter().map(|node| node.children.len()).collect();
        let mut fronts: Vec<Vec<f64>> = vec![Vec::new(); nodes.len()];
        for (at, node) in nodes.iter().enumerate().rev() {
            let height = node.height();
            let mut front = vec![0.0; height * height];
            if let Some(parent) = node.parent {
                let above = &nodes[parent];
                for (index, row) in above.rows().enumerate() {
                    local[row] = index;
                }
                gather(
                    &fronts[parent],
                    above.height(),
                    &node.below,
                    &local,
                    node.width,
                    height,
                    &mut front,
                );
                waiting[parent] -= 1;
                if waiting[parent] == 0 {
                    fronts[parent] = Vec::new();
                }
            }
            let pivots = &self.reciprocal[node.first..node.first + node.width];
            invert(&self.columns[at], height, pivots, &mut front);
            for (index, row) in node.rows().enumerate() {
                local[row] = index;
            }
            for index in 0..node.width {
                let position = node.first + index;
                let scale = self.scale[position];
                selected.diagonal[self.symbolic.row_at[position]] =
                    front[index * height + index] * scale * scale;
            }
            for &variable in &node.variables {
                selected.quadratic[variable] = self.over(&columns[variable], &local, height, &front);
            }
            let inverse = Front {
                of: at,
                local: &local,
                inverse: &front,
            };
            self.meet(
                inverse,
                &std::mem::take(&mut meetings[at]),
                &mut desk,
                &mut selected.sums,
            );
            if waiting[at] > 0 {
                fronts[at] = front;
            }
        }
        selected
    }

    fn over(&self, column: &Column, local: &[usize], height: usize, front: &[f64]) -> f64 {
        let mut sum = 0.0;
        for (row, coefficient) in column {
            let at = self.symbolic.position[*row];
            let mut inner = 0.0;
            for (other, other_coefficient) in column {
                let other_at = self.symbolic.position[*other];
                inner +=
                    front[local[at] * height + local[other_at]] * (other_coefficient * self.scale[other_at]);
            }
            sum += inner * (coefficient * self.scale[at]);
        }
        sum
    }
}

/// Copies the parent's inverse over the child's lower rows into the child's front.
fn gather(
    above: &[f64],
    above_height: usize,
    below: &[usize],
    local: &[usize],
    width: usize,
    height: usize,
    front: &mut [f64],
) {
    let places: Vec<usize> = below.iter().map(|&row| local[row]).collect();
    for (column, &place) in places.iter().enumerate() {
        let source = &above[place * above_height..(place + 1) * above_height];
        let target = &mut front[(width + column) * height + width..(width + column + 1) * height];
        for (value, &row) in target.iter_mut().zip(&places) {
            *value = source[row];
        }
    }
}

/// Completes a front of the inverse: the part over the lower rows is there, the columns of `L` say the rest.
fn invert(factor: &[f64], height: usize, reciprocal: &[f64], front: &mut [f64]) {
    let width = reciprocal.len();
    let below = height - width;
    let lower = |column: usize| &factor[column * height + width..(column + 1) * height];
    // Y = L_below L_own⁻¹, column by column from the last.
    let mut y = vec![0.0; below * width];
    for column in (0..width).rev() {
        let (head, tail) = y.split_at_mut((column + 1) * below);
        let target = &mut head[column * below..];
        target.copy_from_slice(lower(column));
        let later: Vec<&[f64]> = (0..width - column - 1)
            .map(|at| &tail[at * below..(at + 1) * below])
            .collect();
        subtract(
            target,
            &later,
            &factor[column * height + column + 1..column * height + width],
        );
    }
    // Z_below,own = −Z_below,below Y.
    let mut crossed = vec![0.0; below * width];
    {
        let inner: Vec<&[f64]> = (0..below)
            .map(|at| &front[(width + at) * height + width..(width + at + 1) * height])
            .collect();
        let mut column = 0;
        while column < width {
            let (first, second) = crossed[column * below..].split_at_mut(below);
            let one = &y[column * below..(column + 1) * below];
            if column + 1 < width {
                let two = &y[(column + 1) * below..(column + 2) * below];
                subtract_pair((first, &mut second[..below]), &inner, (one, two));
            } else {
                subtract(first, &inner, one);
            }
            column += 2;
        }
    }
    for column in 0..width {
        // A row set aside has no part in the inverse.
        if reciprocal[column] == 0.0 {
            crossed[column * below..(column + 1) * below].fill(0.0);
        }
        front[column * height + width..(column + 1) * height]
            .copy_from_slice(&crossed[column * below..(column + 1) * below]);
        for row in 0..below {
            front[(width + row) * height + column] = crossed[column * below + row];
        }
    }
    // Z_own,own, from the last column back: z = −(Z_own l_own + Z_own,below l_below), z_kk = 1/d − lᵀ z.
    let mut work = vec![0.0; width];
    for column in (0..width).rev() {
        if reciprocal[column] == 0.0 {
            continue;
        }
        let own = &factor[column * height + column + 1..column * height + width];
        let reach = &mut work[column + 1..];
        for (value, row) in reach.iter_mut().zip(column + 1..width) {
            *value = -dot(&front[row * height + width..(row + 1) * height], lower(column));
        }
        let later: Vec<&[f64]> = (column + 1..width)
            .map(|at| &front[at * height + column + 1..at * height + width])
            .collect();
        subtract(reach, &later, own);
        let diagonal = reciprocal[column]
            - dot(own, reach)
            - dot(lower(column), &crossed[column * below..(column + 1) * below]);
        front[column * height + column] = diagonal;
        for row in column + 1..width {
            front[column * height + row] = work[row];
            front[row * height + column] = work[row];
        }
    }
}
