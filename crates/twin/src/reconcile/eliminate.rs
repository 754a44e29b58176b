//! Sparse Gaussian elimination of chosen columns: how unmeasured variables leave the balances.
//!
//! Each chosen column gets a pivot row, which is set aside and serves to find the variable again; what is left of the
//! other rows speaks of the remaining columns only. This is the projection of Crowe, García Campos & Hrymak (1983,
//! AIChE J. 29:881) without a dense `Q₂`: on a network it joins the nodes at both ends of an unmeasured flow, so rows
//! stay short. The column with the fewest rows goes first, and in it the shortest row whose coefficient is not small;
//! ties go to the lowest number.

use std::collections::BTreeSet;

/// A difference below this part of its terms is rounding, and is zero.
pub(super) const CANCELLED: f64 = 1e-12;
/// A left-over right-hand side below this part of what went into it is rounding.
pub(super) const CONSISTENT: f64 = 1e-9;
/// How small, beside the largest of its column, the coefficient of a pivot may be.
const THRESHOLD: f64 = 0.1;
/// A row is long beside another if it has this many times its terms.
const LONG: usize = 8;

/// A balance: terms by column, ascending; and of which original balances it is the sum.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub(super) terms: Vec<(usize, f64)>,
    pub(super) rhs: f64,
    /// The sum of the sizes of what went into `rhs`.
    pub(super) magnitude: f64,
    /// Original balances and their weights in this one, ascending.
    pub(super) weights: Vec<(usize, f64)>,
}

/// A row that was used up to eliminate a column.
#[derive(Debug, Clone)]
pub(super) struct Pivot {
    pub(super) column: usize,
    pub(super) coefficient: f64,
    /// The row without the pivot's own term: columns not chosen, and columns eliminated later or never.
    pub(super) row: Row,
}

/// What an elimination leaves.
#[derive(Debug)]
pub(super) struct Eliminated {
    /// In order of elimination.
    pub(super) pivots: Vec<Pivot>,
    /// Rows without any chosen column, in their original order.
    pub(super) rest: Vec<Row>,
}

/// Rows whose variables cancel and whose right-hand sides do not: their weights and what is left.
#[derive(Debug, PartialEq)]
pub(super) struct Contradiction {
    pub(super) weights: Vec<(usize, f64)>,
    pub(super) gap: f64,
}

struct Work<'a> {
    rows: Vec<Option<Row>>,
    /// When to eliminate a column: lower first; none for columns not chosen.
    priority: &'a [Option<u32>],
    /// Rows that hold (or once held) a chosen column.
    holders: Vec<Vec<usize>>,
    count: Vec<usize>,
    queue: BTreeSet<(u32, usize, usize)>,
}

/// Eliminates every column with a priority, lower priorities first.
///
/// # Errors
/// Rows that contradict each other.
pub(super) fn eliminate(rows: Vec<Row>, priority: &[Option<u32>]) -> Result<Eliminated, Contradiction> {
    let mut holders = vec![Vec::new(); priority.len()];
    for (number, row) in rows.iter().enumerate() {
        for (column, _) in &row.terms {
            if priority[*column].is_some() {
                holders[*column].push(number);
            }
        }
    }
    let count: Vec<usize> = holders.iter().map(Vec::len).collect();
    let queue = priority
        .iter()
        .enumerate()
        .filter_map(|(column, priority)| priority.map(|first| (first, count[column], column)))
        .filter(|(_, count, _)| *count > 0)
        .collect();
    let mut work = Work {
        rows: rows.into_iter().map(Some).collect(),
        priority,
        holders,
        count,
        queue,
    };
    let mut pivots = Vec::new();
    while let Some((_, _, column)) = work.queue.pop_first() {
        if let Some(pivot) = work.eliminate_column(column)? {
            pivots.push(pivot);
        }
    }
    Ok(Eliminated {
        pivots,
        rest: work
            .rows
            .into_iter()
            .flatten()
            .filter(|row| !row.terms.is_empty())
            .collect(),
    })
}

impl Work<'_> {
    fn eliminate_column(&mut self, column: usize) -> Result<Option<Pivot>, Contradiction> {
        let mut candidates = std::mem::take(&mut self.holders[column]);
        candidates.sort_unstable();
        candidates.dedup();
        let found: Vec<(usize, f64, usize)> = candidates
            .into_iter()
            .filter_map(|number| {
                let row = self.rows[number].as_ref()?;
                let at = row.terms.binary_search_by_key(&column, |term| term.0).ok()?;
                Some((number, row.terms[at].1, row.terms.len()))
            })
            .collect();
        let largest = found
            .iter()
            .map(|(_, coefficient, _)| coefficient.abs())
            .fold(0.0, f64::max);
        let chosen = found
            .iter()
            .filter(|(_, coefficient, _)| coefficient.abs() >= THRESHOLD * largest)
            .min_by_key(|(number, _, length)| (*length, *number));
        let Some(&(number, coefficient, _)) = chosen else {
            return Ok(None);
        };
        let Some(mut row) = self.rows[number].take() else {
            return Ok(None);
        };
        for (other, entry, _) in found {
            if other != number {
                self.subtract(other, entry / coefficient, &row, column)?;
            }
        }
        row.terms.retain(|(at, _)| *at != column);
        for (at, _) in &row.terms {
            self.recount(*at, |count| count - 1);
        }
        Ok(Some(Pivot {
            column,
            coefficient,
            row,
        }))
    }

    /// Takes a multiple of the pivot row from another row; `gone` is the column that this is done for.
    fn subtract(
        &mut self,
        number: usize,
        factor: f64,
        pivot: &Row,
        gone: usize,
    ) -> Result<(), Contradiction> {
        let Some(mut row) = self.rows[number].take() else {
            return Ok(());
        };
        let (mut filled, mut cancelled) = (Vec::new(), Vec::new());
        take_from(
            &mut row.terms,
            factor,
            &pivot.terms,
            Some(gone),
            &mut filled,
            &mut cancelled,
        );
        for column in cancelled {
            self.recount(column, |count| count - 1);
        }
        for column in filled {
            if self.priority[column].is_some() {
                self.holders[column].push(number);
                self.recount(column, |count| count + 1);
            }
        }
        take_from(
            &mut row.weights,
            factor,
            &pivot.weights,
            None,
            &mut Vec::new(),
            &mut Vec::new(),
        );
        row.rhs -= factor * pivot.rhs;
        row.magnitude += factor.abs() * pivot.magnitude;
        if row.terms.is_empty() && row.rhs.abs() > CONSISTENT * row.magnitude {
            return Err(Contradiction {
                weights: row.weights,
                gap: row.rhs,
            });
        }
        self.rows[number] = Some(row);
        Ok(())
    }

    fn recount(&mut self, column: usize, change: impl FnOnce(usize) -> usize) {
        let Some(priority) = self.priority[column] else {
            return;
        };
        let count = self.count[column];
        if self.queue.remove(&(priority, count, column)) || count == 0 {
            self.count[column] = change(count);
            if self.count[column] > 0 {
                self.queue.insert((priority, self.count[column], column));
            }
        }
    }
}

/// `terms ← terms − factor · others`, both ascending. What appears and what vanishes is noted; `gone` vanishes without a note.
fn take_from(
    terms: &mut Vec<(usize, f64)>,
    factor: f64,
    others: &[(usize, f64)],
    gone: Option<usize>,
    filled: &mut Vec<usize>,
    cancelled: &mut Vec<usize>,
) {
    // A long row, as that of a country of many sites, changes in a few places at a time.
    if terms.len() > LONG * others.len() {
        change(terms, factor, others, gone, filled, cancelled);
    } else {
        *terms = combine(terms, factor, others, gone, filled, cancelled);
    }
}

/// What is left of a coefficient; zero where the difference is rounding.
fn difference(own: f64, other: f64) -> f64 {
    let value = own - other;
    if value.abs() <= CANCELLED * (own.abs() + other.abs()) {
        0.0
    } else {
        value
    }
}

/// [`combine`] in place, to the same bits.
fn change(
    terms: &mut Vec<(usize, f64)>,
    factor: f64,
    others: &[(usize, f64)],
    gone: Option<usize>,
    filled: &mut Vec<usize>,
    cancelled: &mut Vec<usize>,
) {
    for &(column, coefficient) in others {
        let other = factor * coefficient;
        let place = terms.binary_search_by_key(&column, |term| term.0);
        let value = match place {
            Ok(at) => difference(terms[at].1, other),
            Err(_) => {
                filled.push(column);
                -other
            }
        };
        let leaves = value == 0.0 || gone == Some(column);
        match place {
            Ok(at) if leaves => {
                terms.remove(at);
            }
            Ok(at) => terms[at].1 = value,
            Err(_) if leaves => {}
            Err(at) => terms.insert(at, (column, value)),
        }
        if value == 0.0 && gone != Some(column) {
            cancelled.push(column);
        }
    }
}

/// `terms − factor · others`, by merging.
fn combine(
    terms: &[(usize, f64)],
    factor: f64,
    others: &[(usize, f64)],
    gone: Option<usize>,
    filled: &mut Vec<usize>,
    cancelled: &mut Vec<usize>,
) -> Vec<(usize, f64)> {
    let mut result = Vec::with_capacity(terms.len() + others.len());
    let (mut left, mut right) = (terms.iter().peekable(), others.iter().peekable());
    loop {
        let next = match (left.peek(), right.peek()) {
            (None, None) => break,
            (Some(one), Some(two)) => one.0.min(two.0),
            (Some(one), None) => one.0,
            (None, Some(two)) => two.0,
        };
        let own = left.next_if(|term| term.0 == next).map(|term| term.1);
        let other = right.next_if(|term| term.0 == next).map(|term| factor * term.1);
        let value = match (own, other) {
            (Some(own), Some(other)) => difference(own, other),
            (Some(own), None) => own,
            (None, Some(other)) => {
                filled.push(next);
                -other
            }
            (None, None) => 0.0,
        };
        if gone == Some(next) {
            continue;
        }
        if value == 0.0 {
            cancelled.push(next);
        } else {
            result.push((next, value));
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: usize, terms: &[(usize, f64)], rhs: f64) -> Row {
        Row {
            terms: terms.to_vec(),
            rhs,
            magnitude: rhs.abs(),
            weights: vec![(number, 1.0)],
        }
    }

    #[test]
    fn an_unmeasured_flow_joins_its_nodes() {
        // 0 → (1) → node → (1) → node → 2, the flow between the nodes is column 1.
        let rows = vec![
            row(0, &[(0, 1.0), (1, -1.0)], 0.0),
            row(1, &[(1, 1.0), (2, -1.0)], 3.0),
        ];
        let done = eliminate(rows, &[None, Some(0), None]).unwrap();
        assert_eq!(done.pivots.len(), 1);
        assert_eq!(done.rest.len(), 1);
        assert_eq!(done.rest[0].terms, vec![(0, 1.0), (2, -1.0)]);
        assert_eq!(done.rest[0].rhs, 3.0);
        assert_eq!(done.rest[0].weights, vec![(0, 1.0), (1, 1.0)]);
    }

    #[test]
    fn a_row_changed_in_place_is_the_row_that_is_merged() {
        let terms: Vec<(usize, f64)> = (0..40).map(|at| (3 * at, 1.0 + at as f64)).collect();
        // One that vanishes by itself, one that changes, one that appears, one that is gone, and one that appears as nothing.
        let others = [(6, 1.5), (9, 0.25), (10, 4.0), (30, 7.0), (31, 0.0)];
        let (mut filled, mut cancelled) = (Vec::new(), Vec::new());
        let merged = combine(&terms, 2.0, &others, Some(30), &mut filled, &mut cancelled);
        let (mut filled_too, mut cancelled_too) = (Vec::new(), Vec::new());
        let mut changed = terms;
        change(
            &mut changed,
            2.0,
            &others,
            Some(30),
            &mut filled_too,
            &mut cancelled_too,
        );
        assert_eq!(changed, merged);
        assert_eq!((filled_too, cancelled_too), (filled, cancelled.clone()));
        assert_eq!(cancelled, [6, 31]);
    }

    #[test]
    fn a_contradiction_names_its_rows_only() {
        let rows = vec![
            row(0, &[(0, 1.0), (1, 1.0)], 5.0),
            row(1, &[(2, 1.0)], 1.0),
            row(2, &[(0, 2.0), (1, 2.0)], 11.0),
        ];
        let error = eliminate(rows, &[Some(0), Some(0), Some(0)]).unwrap_err();
        let named: Vec<usize> = error.weights.iter().map(|weight| weight.0).collect();
        assert_eq!(named, vec![0, 2]);
        assert_eq!(error.gap.abs(), 1.0);
    }
}
