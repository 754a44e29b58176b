//! Solves with the factor: whole systems, quadratic forms, and what a row set aside is a combination of.

use std::collections::BTreeSet;

use super::Factor;
use crate::reconcile::lanes::Lanes;

impl Factor {
    /// Solves `V x = v` in place, both by row; rows set aside get 0.
    pub(in crate::reconcile) fn solve<N: Lanes>(&self, values: &mut [N]) {
        let mut work: Vec<N> = self
            .symbolic
            .row_at
            .iter()
            .zip(&self.scale)
            .map(|(&row, scale)| values[row].times(*scale))
            .collect();
        self.forward(&mut work, 0);
        for (value, reciprocal) in work.iter_mut().zip(&self.reciprocal) {
            *value = value.times(*reciprocal);
        }
        self.backward(&mut work, 0, self.symbolic.supernodes.len());
        for (at, value) in work.into_iter().enumerate() {
            values[self.symbolic.row_at[at]] = value.times(self.scale[at]);
        }
    }

    /// `cᵀ V⁻¹ c` of a combination of rows, by way of the supernodes between them and the roots alone: what is elsewhere in the
    /// forest costs nothing.
    pub(in crate::reconcile) fn quadratic(&self, combination: &[(usize, f64)], work: &mut [f64]) -> f64 {
        let mut waiting = BTreeSet::new();
        for (row, value) in combination {
            let at = self.symbolic.position[*row];
            work[at] += value * self.scale[at];
            waiting.insert(self.symbolic.supernode_of[at]);
        }
        let mut sum = 0.0;
        while let Some(at) = waiting.pop_first() {
            let node = &self.symbolic.supernodes[at];
            self.forward_one(at, work);
            let own = node.first..node.first + node.width;
            for (value, reciprocal) in work[own.clone()].iter_mut().zip(&self.reciprocal[own]) {
                let value = std::mem::replace(value, 0.0);
                sum += value * value * reciprocal;
            }
            waiting.extend(node.parent);
        }
        sum
    }

    fn forward<N: Lanes>(&self, work: &mut [N], from: usize) {
        for at in from..self.symbolic.supernodes.len() {
            self.forward_one(at, work);
        }
    }

    pub(super) fn forward_one<N: Lanes>(&self, at: usize, work: &mut [N]) {
        let node = &self.symbolic.supernodes[at];
        let height = node.height();
        for index in 0..node.width {
            let value = work[node.first + index];
            if value.is_nothing() {
                continue;
            }
            let column = &self.columns[at][index * height..(index + 1) * height];
            let (own, below) = column.split_at(node.width);
            for (entry, target) in own[index + 1..].iter().zip(&mut work[node.first + index + 1..]) {
                *target = target.less(*entry, value);
            }
            for (entry, &row) in below.iter().zip(&node.below) {
                work[row] = work[row].less(*entry, value);
            }
        }
    }

    /// Solves with `Lᵀ` over the supernodes of a range.
    fn backward<N: Lanes>(&self, work: &mut [N], from: usize, to: usize) {
        for at in (from..to).rev() {
            let node = &self.symbolic.supernodes[at];
            let height = node.height();
            for index in (0..node.width).rev() {
                let column = &self.columns[at][index * height..(index + 1) * height];
                let (own, below) = column.split_at(node.width);
                let mut value = work[node.first + index];
                for (entry, &row) in below.iter().zip(&node.below) {
                    value = value.less(*entry, work[row]);
                }
                let inside = &work[node.first + index + 1..node.first + node.width];
                for (entry, other) in own[index + 1..].iter().zip(inside) {
                    value = value.less(*entry, *other);
                }
                work[node.first + index] = value;
            }
        }
    }

    /// How a row set aside is (nearly) a combination of rows before it: `Σ weight · row ≈ 0`, its own weight 1.
    pub(in crate::reconcile) fn dependence(&self, row: usize, work: &mut [f64]) -> Vec<(usize, f64)> {
        let at = self.symbolic.position[row];
        let own = self.symbolic.supernode_of[at];
        let from = self.symbolic.supernode_of[self.symbolic.subtree[at]];
        work[at] = 1.0;
        self.backward(work, from, own + 1);
        let mut weights = Vec::new();
        let first = self.symbolic.supernodes[from].first;
        for (position, weight) in (first..).zip(&mut work[first..=at]) {
            let weight = std::mem::replace(weight, 0.0);
            if weight.abs() > 1e-10 {
                weights.push((
                    self.symbolic.row_at[position],
                    weight * self.scale[position] / self.scale[at],
                ));
            }
        }
        weights
    }
}
