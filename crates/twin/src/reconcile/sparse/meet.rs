//! Quadratic forms of sums whose rows share no front: what an unmeasured figure is known by.

use std::collections::BTreeSet;

use super::{Column, Factor};
use crate::reconcile::lanes::{Lanes, SIDE_BY_SIDE};

/// A sum's part in one tree: the number of the sum, and its rows.
pub(super) type Part = (usize, Column);

/// The inverse over the rows of a supernode's front.
#[derive(Clone, Copy)]
pub(super) struct Front<'a> {
    /// The supernode.
    pub(super) of: usize,
    /// Position → row of the front.
    pub(super) local: &'a [usize],
    /// Row by row.
    pub(super) inverse: &'a [f64],
}

/// What sums are multiplied with, by position; nothing but zeros between two uses.
#[derive(Default)]
pub(super) struct Desk {
    one: Vec<f64>,
    side_by_side: Vec<[f64; SIDE_BY_SIDE]>,
}

impl Factor {
    /// Every supernode's sums: those whose parts meet there when they are eliminated. Neighbours in the list have much of
    /// their way in common.
    pub(super) fn meetings(&self, sums: &[&Column]) -> Vec<Vec<Part>> {
        let mut meetings: Vec<Vec<Part>> = vec![Vec::new(); self.symbolic.supernodes.len()];
        for (number, sum) in sums.iter().enumerate() {
            for part in self.symbolic.by_tree(sum) {
                if let Some(node) = self.symbolic.meeting(&part) {
                    meetings[node].push((number, part));
                }
            }
        }
        let first = |part: &Part| part.1.iter().map(|(row, _)| self.symbolic.position[*row]).min();
        for parts in &mut meetings {
            parts.sort_by_key(|part| (first(part), part.0));
        }
        meetings
    }

    /// Adds `cᵀ V⁻¹ c` of sums that meet in a front to what is known of each.
    pub(super) fn meet(&self, front: Front<'_>, parts: &[Part], desk: &mut Desk, known: &mut [f64]) {
        for block in parts.chunks(SIDE_BY_SIDE) {
            if let [(number, part)] = block {
                let spread = |desk: &mut Vec<f64>| self.lay(desk, &[part], |value, _, size| *value = size);
                known[*number] += self.through(front, &mut desk.one, spread);
            } else {
                let columns: Vec<&Column> = block.iter().map(|(_, part)| part).collect();
                let spread = |desk: &mut Vec<[f64; SIDE_BY_SIDE]>| {
                    self.lay(desk, &columns, |values, lane, size| values[lane] = size)
                };
                let found = self.through(front, &mut desk.side_by_side, spread);
                for ((number, _), value) in block.iter().zip(found) {
                    known[*number] += value;
                }
            }
        }
    }

    /// Lays sums out by position; the positions.
    fn lay<N: Lanes>(
        &self,
        work: &mut Vec<N>,
        sums: &[&Column],
        put: impl Fn(&mut N, usize, f64),
    ) -> Vec<usize> {
        work.resize(self.symbolic.rows(), N::NOTHING);
        let mut positions = Vec::new();
        for (lane, sum) in sums.iter().enumerate() {
            for (row, value) in *sum {
                let at = self.symbolic.position[*row];
                put(&mut work[at], lane, value * self.scale[at]);
                positions.push(at);
            }
        }
        positions
    }

    /// Each part is eliminated on its way to the front, and the inverse over the front does the rest.
    fn through<N: Lanes>(
        &self,
        front: Front<'_>,
        work: &mut Vec<N>,
        lay: impl FnOnce(&mut Vec<N>) -> Vec<usize>,
    ) -> N {
        let nodes = &self.symbolic.supernodes;
        let (mut touched, below): (Vec<usize>, Vec<usize>) =
            lay(work).into_iter().partition(|at| *at >= nodes[front.of].first);
        let mut waiting: BTreeSet<usize> = below
            .into_iter()
            .map(|at| self.symbolic.supernode_of[at])
            .collect();
        let mut total = N::NOTHING;
        while let Some(below) = waiting.pop_first() {
            self.forward_one(below, work);
            let child = &nodes[below];
            let own = child.first..child.first + child.width;
            for (value, reciprocal) in work[own.clone()].iter_mut().zip(&self.reciprocal[own]) {
                let value = std::mem::replace(value, N::NOTHING);
                total = total.plus(value.with(value, |one, two| one * two).times(*reciprocal));
            }
            match child.parent {
                Some(parent) if parent < front.of => {
                    waiting.insert(parent);
                }
                _ => touched.extend(child.below.iter().copied()),
            }
        }
        touched.sort_unstable();
        touched.dedup();
        let values: Vec<(usize, N)> = touched
            .into_iter()
            .map(|at| (front.local[at], std::mem::replace(&mut work[at], N::NOTHING)))
            .filter(|(_, value)| !value.is_nothing())
            .collect();
        let height = nodes[front.of].height();
        for (index, (row, value)) in values.iter().enumerate() {
            let line = &front.inverse[row * height..(row + 1) * height];
            // The inverse is symmetric: what stands before the diagonal counts twice.
            let before = values[..index].iter().fold(N::NOTHING, |sum, (other, weight)| {
                sum.plus(weight.times(2.0 * line[*other]))
            });
            let inner = before.plus(value.times(line[*row]));
            total = total.plus(value.with(inner, |one, two| one * two));
        }
        total
    }
}
