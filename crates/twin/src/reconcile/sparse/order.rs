//! In which order to eliminate the rows of a sparse symmetric matrix so that its factor stays sparse.
//!
//! Approximate minimum degree on a quotient graph (Amestoy, Davis & Duff 1996, SIAM J. Matrix Anal. Appl. 17:886), with
//! absorption of elements and merging of rows that look alike. Ties go to the lowest row number, so that the order
//! depends on the graph alone.

use std::collections::BTreeSet;

/// The state of the elimination. A row is *alive* until it is eliminated or merged; an eliminated row lives on as an
/// *element*: the clique of the rows that it joined.
struct Quotient {
    /// Rows that a row touches directly, beyond those that it shares an element with.
    neighbours: Vec<Vec<usize>>,
    /// Elements that a row belongs to.
    elements: Vec<Vec<usize>>,
    /// Rows of an element; empty for what is no element (any more).
    members: Vec<Vec<usize>>,
    /// Rows that a row stands for: itself and those merged into it; 0 once it is gone.
    weight: Vec<usize>,
    /// Rows merged into a row, in order.
    merged: Vec<Vec<usize>>,
    degree: Vec<usize>,
    queue: BTreeSet<(usize, usize)>,
    mark: Vec<usize>,
    stamp: usize,
    /// Weight of an element outside the newest one; valid where `outside_stamp` is the stamp.
    outside: Vec<usize>,
    outside_stamp: Vec<usize>,
}

/// The elimination order of a symmetric graph: position → row. `neighbours` lists, for each row, the others it touches;
/// both directions, each once.
pub(super) fn minimum_degree(neighbours: Vec<Vec<usize>>) -> Vec<usize> {
    let rows = neighbours.len();
    let degree: Vec<usize> = neighbours.iter().map(Vec::len).collect();
    let mut graph = Quotient {
        queue: degree
            .iter()
            .enumerate()
            .map(|(row, &degree)| (degree, row))
            .collect(),
        neighbours,
        elements: vec![Vec::new(); rows],
        members: vec![Vec::new(); rows],
        weight: vec![1; rows],
        merged: vec![Vec::new(); rows],
        degree,
        mark: vec![0; rows],
        stamp: 0,
        outside: vec![0; rows],
        outside_stamp: vec![0; rows],
    };
    let mut order = Vec::with_capacity(rows);
    while let Some((_, pivot)) = graph.queue.pop_first() {
        push_with_merged(pivot, &graph.merged, &mut order);
        graph.eliminate(pivot, rows - order.len());
    }
    order
}

fn push_with_merged(row: usize, merged: &[Vec<usize>], order: &mut Vec<usize>) {
    let mut stack = vec![row];
    while let Some(row) = stack.pop() {
        order.push(row);
        stack.extend(merged[row].iter().rev());
    }
}

impl Quotient {
    fn eliminate(&mut self, pivot: usize, left: usize) {
        let clique = self.clique_of(pivot);
        self.weight[pivot] = 0;
        let clique_weight: usize = clique.iter().map(|&row| self.weight[row]).sum();
        self.weigh_outside(pivot, &clique);
        for &row in &clique {
            self.update(row, pivot, clique_weight, left);
        }
        let kept = self.merge_alike(&clique);
        for &row in &kept {
            self.queue.insert((self.degree[row], row));
        }
        self.members[pivot] = kept;
    }

    /// The rows that the pivot joins, marked with the stamp; its elements are absorbed, the rows leave the queue.
    fn clique_of(&mut self, pivot: usize) -> Vec<usize> {
        self.stamp += 1;
        self.mark[pivot] = self.stamp;
        let mut clique = Vec::new();
        let direct = std::mem::take(&mut self.neighbours[pivot]);
        let elements = std::mem::take(&mut self.elements[pivot]);
        let shared: Vec<Vec<usize>> = elements
            .iter()
            .map(|&element| std::mem::take(&mut self.members[element]))
            .collect();
        for row in direct.into_iter().chain(shared.into_iter().flatten()) {
            if self.weight[row] > 0 && self.mark[row] != self.stamp {
                self.mark[row] = self.stamp;
                self.queue.remove(&(self.degree[row], row));
                clique.push(row);
            }
        }
        clique.sort_unstable();
        clique
    }

    /// For every element that meets the clique: the weight of its rows outside.
    fn weigh_outside(&mut self, pivot: usize, clique: &[usize]) {
        for &row in clique {
            for at in 0..self.elements[row].len() {
                let element = self.elements[row][at];
                if element == pivot || self.members[element].is_empty() {
                    continue;
                }
                if self.outside_stamp[element] != self.stamp {
                    self.outside_stamp[element] = self.stamp;
                    self.outside[element] = self.members[element]
                        .iter()
                        .map(|&member| self.weight[member])
                        .sum();
                }
                self.outside[element] -= self.weight[row];
            }
        }
    }

    /// The row's lists and approximate degree once the pivot is an element.
    fn update(&mut self, row: usize, pivot: usize, clique_weight: usize, left: usize) {
        let (mark, stamp, weight) = (&self.mark, self.stamp, &self.weight);
        let mut direct = 0;
        self.neighbours[row].retain(|&other| {
            let keep = weight[other] > 0 && mark[other] != stamp;
            direct += if keep { weight[other] } else { 0 };
            keep
        });
        let (members, outside) = (&mut self.members, &self.outside);
        let mut beyond = 0;
        self.elements[row].retain(|&element| {
            if members[element].is_empty() {
                return false;
            }
            if outside[element] == 0 {
                // All its rows are in the clique: the new element says the same.
                return false;
            }
            beyond += outside[element];
            true
        });
        self.elements[row].push(pivot);
        let own = self.weight[row];
        let others = clique_weight - own;
        self.degree[row] = (left - own.min(left))
            .min(self.degree[row] + others)
            .min(direct + others + beyond);
    }

    /// Merges rows of the clique with the same lists; answers those that are left.
    fn merge_alike(&mut self, clique: &[usize]) -> Vec<usize> {
        for &row in clique {
            self.neighbours[row].sort_unstable();
            self.elements[row].sort_unstable();
        }
        let mut alike: Vec<usize> = clique.to_vec();
        alike.sort_by(|&one, &two| {
            (self.neighbours[one].len(), self.elements[one].len())
                .cmp(&(self.neighbours[two].len(), self.elements[two].len()))
                .then_with(|| self.elements[one].cmp(&self.elements[two]))
                .then_with(|| self.neighbours[one].cmp(&self.neighbours[two]))
                .then_with(|| one.cmp(&two))
        });
        let mut keeper: Option<usize> = None;
        for &row in &alike {
            match keeper {
                Some(first)
                    if self.elements[first] == self.elements[row]
                        && self.neighbours[first] == self.neighbours[row] =>
                {
                    let weight = std::mem::replace(&mut self.weight[row], 0);
                    self.weight[first] += weight;
                    self.degree[first] = self.degree[first].saturating_sub(weight);
                    self.neighbours[row] = Vec::new();
                    self.elements[row] = Vec::new();
                    self.merged[first].push(row);
                }
                _ => keeper = Some(row),
            }
        }
        clique
            .iter()
            .copied()
            .filter(|&row| self.weight[row] > 0)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_once_and_a_star_keeps_its_centre_for_last() {
        let leaves = 6;
        let mut star = vec![vec![0]; leaves + 1];
        star[0] = (1..=leaves).collect();
        let order = minimum_degree(star);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..=leaves).collect::<Vec<_>>());
        let centre = order.iter().position(|&row| row == 0).unwrap();
        assert!(centre + 2 >= order.len(), "{order:?}");
    }

    #[test]
    fn a_path_has_no_fill() {
        let path: Vec<Vec<usize>> = (0..9usize)
            .map(|row| {
                let before = row.checked_sub(1);
                let after = (row < 8).then_some(row + 1);
                before.into_iter().chain(after).collect()
            })
            .collect();
        let order = minimum_degree(path.clone());
        let mut alive: Vec<BTreeSet<usize>> =
            path.iter().map(|list| list.iter().copied().collect()).collect();
        for &row in &order {
            let around: Vec<usize> = alive[row].iter().copied().collect();
            assert!(around.len() <= 2);
            for &one in &around {
                alive[one].remove(&row);
                for &two in &around {
                    if one != two {
                        alive[one].insert(two);
                    }
                }
            }
        }
    }
}
