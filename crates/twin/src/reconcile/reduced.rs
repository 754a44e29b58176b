//! Balances among measured variables, made ready to solve: independent, without contradiction, and factored.

use std::collections::BTreeMap;

use super::ReconcileError;
use super::eliminate::{CANCELLED, CONSISTENT, Contradiction, Pivot, Row, eliminate};
use super::sparse::{Column, Factor, LAST_RESORT, SUSPECT, Symbolic};

pub(super) fn contradictory(contradiction: &Contradiction, constraints: &[usize]) -> ReconcileError {
    let mut named: Vec<usize> = contradiction
        .weights
        .iter()
        .map(|(row, _)| constraints[*row])
        .collect();
    named.sort_unstable();
    ReconcileError::ContradictoryConstraints {
        constraints: named,
        gap: contradiction.gap,
    }
}

/// A sum of measured variables, by variable: an unmeasured one is known as such.
pub(super) type Sum = Vec<(usize, f64)>;

/// Balances ready to solve, and their factor.
#[derive(Debug)]
pub(super) struct Reduced {
    pub(super) rows: Vec<Row>,
    pub(super) columns: Vec<Column>,
    pub(super) column_variable: Vec<usize>,
    pub(super) column_of: Vec<Option<usize>>,
    pub(super) factor: Option<Factor>,
    /// For each of the sums asked for: what it has in common with each row.
    pub(super) sums: Vec<Option<Column>>,
    /// Whether the rows are not the balances themselves.
    pub(super) recombined: bool,
}

/// A combination of rows in echelon form that leaves less than this part of how far its variables may be off says nothing
/// that double precision could tell from rounding.
const NOTHING_NEW: f64 = 1e-6;

/// Factors the balances among measured variables. Rows that say nothing new are found by the factor and proved on the
/// balances themselves; where only deviations of very different size hide what a row says, the rows are first brought
/// into echelon form, widest deviations leading, which says the same and keeps them apart.
pub(super) fn factored(
    balances: &[Row],
    variance: &[f64],
    constraints: &[usize],
    sums: &[Option<Sum>],
) -> Result<Reduced, ReconcileError> {
    let named = |contradiction| contradictory(&contradiction, constraints);
    let plain = factor_rows(balances.to_vec(), variance, constraints, sums, SUSPECT)?;
    // Of rows whose deviations are far apart the weights of a combination are rounded, and so is what it leaves: whether that is a
    // contradiction is decided in echelon form, by the balances alone.
    if matches!(all_proved(&plain, variance), Ok(true)) {
        return Ok(plain);
    }
    let widest_first: Vec<Option<u32>> = variance
        .iter()
        .map(|variance| (*variance > 0.0).then(|| 4096 - exponent(*variance)))
        .collect();
    let echelon = eliminate(balances.to_vec(), &widest_first).map_err(named)?;
    let rows: Vec<Row> = echelon.pivots.into_iter().map(whole).collect();
    for suspect in [SUSPECT, LAST_RESORT] {
        let mut echelon = factor_rows(rows.clone(), variance, constraints, sums, suspect)?;
        echelon.recombined = true;
        if all_proved(&echelon, variance).map_err(named)? {
            return Ok(echelon);
        }
    }
    Err(ReconcileError::TooFarApart {
        constraint: constraints[0],
    })
}

/// The binary exponent of a positive number, shifted to be positive: 1 to 2046.
fn exponent(value: f64) -> u32 {
    u32::try_from(value.to_bits() >> 52).unwrap_or(0)
}

/// A pivot's row with its own term back in it.
fn whole(pivot: Pivot) -> Row {
    let Pivot {
        column,
        coefficient,
        mut row,
    } = pivot;
    let at = row.terms.partition_point(|term| term.0 < column);
    row.terms.insert(at, (column, coefficient));
    row
}

fn factor_rows(
    rows: Vec<Row>,
    variance: &[f64],
    constraints: &[usize],
    sums: &[Option<Sum>],
    suspect: f64,
) -> Result<Reduced, ReconcileError> {
    let mut column_of = vec![None; variance.len()];
    let mut used = vec![false; variance.len()];
    for (column, _) in rows.iter().flat_map(|row| &row.terms) {
        used[*column] = true;
    }
    let column_variable: Vec<usize> = (0..variance.len()).filter(|at| used[*at]).collect();
    for (column, &variable) in column_variable.iter().enumerate() {
        column_of[variable] = Some(column);
    }
    let mut columns: Vec<Column> = vec![Vec::new(); column_variable.len()];
    for (number, row) in rows.iter().enumerate() {
        for (variable, coefficient) in &row.terms {
            if let Some(column) = column_of[*variable] {
                columns[column].push((number, *coefficient));
            }
        }
    }
    let sums: Vec<Option<Column>> = sums
        .iter()
        .map(|sum| {
            sum.as_ref()
                .map(|sum| touched(sum, variance, &column_of, &columns))
        })
        .collect();
    let variances: Vec<f64> = column_variable.iter().map(|&at| variance[at]).collect();
    let factor = if rows.is_empty() {
        None
    } else {
        let symbolic = Symbolic::new(rows.len(), &columns);
        let factor = Factor::new(symbolic, &columns, &variances, suspect).map_err(|bad| {
            let constraint = rows[bad.0]
                .weights
                .first()
                .map_or(0, |weight| constraints[weight.0]);
            ReconcileError::TooFarApart { constraint }
        })?;
        Some(factor)
    };
    Ok(Reduced {
        rows,
        columns,
        sums,
        column_variable,
        column_of,
        factor,
        recombined: false,
    })
}

/// What a sum of measured variables has in common with the rows: their covariance at the reports.
fn touched(sum: &Sum, variance: &[f64], column_of: &[Option<usize>], columns: &[Column]) -> Column {
    let mut common: BTreeMap<usize, f64> = BTreeMap::new();
    for (variable, weight) in sum {
        for (row, coefficient) in column_of[*variable].map_or(&[][..], |column| &columns[column]) {
            *common.entry(*row).or_insert(0.0) += weight * variance[*variable] * coefficient;
        }
    }
    common.into_iter().filter(|term| term.1 != 0.0).collect()
}

/// Whether every row that the factor set aside is a combination of others; if so, it must not contradict them.
fn all_proved(reduced: &Reduced, variance: &[f64]) -> Result<bool, Contradiction> {
    let Some(factor) = &reduced.factor else {
        return Ok(true);
    };
    let mut work = vec![0.0; reduced.rows.len()];
    for row in factor.aside() {
        let weights = factor.dependence(row, &mut work);
        let mut terms: Vec<(usize, f64)> = weights
            .iter()
            .flat_map(|(row, weight)| {
                reduced.rows[*row]
                    .terms
                    .iter()
                    .map(move |(column, coefficient)| (*column, weight * coefficient))
            })
            .collect();
        terms.sort_by_key(|term| term.0);
        // What the whole combination leaves of a column may be rounding of its other columns: if it counts for nothing there,
        // neither by its coefficient nor by how far it may be off, or if that is all that echelon form leaves of it.
        let weight = |(column, size): (usize, f64)| (size, size * variance[column].sqrt());
        let largest = terms
            .iter()
            .map(|(column, coefficient)| weight((*column, coefficient.abs())))
            .fold((0.0_f64, 0.0_f64), |all, one| {
                (all.0.max(one.0), all.1.max(one.1))
            });
        for group in terms.chunk_by(|one, two| one.0 == two.0) {
            let sum: f64 = group.iter().map(|term| term.1).sum();
            let size: f64 = group.iter().map(|term| term.1.abs()).sum();
            let (new, own) = (weight((group[0].0, sum.abs())), weight((group[0].0, size)));
            let says_something = if reduced.recombined {
                new.1 > NOTHING_NEW * largest.1
            } else {
                own.0 > CONSISTENT * largest.0 || own.1 > CONSISTENT * largest.1
            };
            if sum.abs() > CONSISTENT * size && says_something {
                return Ok(false);
            }
        }
        let gap: f64 = weights
            .iter()
            .map(|(row, weight)| weight * reduced.rows[*row].rhs)
            .sum();
        let size: f64 = weights
            .iter()
            .map(|(row, weight)| weight.abs() * reduced.rows[*row].magnitude)
            .sum();
        if gap.abs() > CONSISTENT * size {
            return Err(Contradiction {
                weights: original(&weights, &reduced.rows),
                gap,
            });
        }
    }
    Ok(true)
}

/// A combination of rows as one of the original constraints.
fn original(weights: &[(usize, f64)], rows: &[Row]) -> Vec<(usize, f64)> {
    let mut parts: Vec<(usize, f64)> = weights
        .iter()
        .flat_map(|(row, weight)| {
            rows[*row]
                .weights
                .iter()
                .map(move |(own, part)| (*own, weight * part))
        })
        .collect();
    parts.sort_by_key(|part| part.0);
    parts
        .chunk_by(|one, two| one.0 == two.0)
        .filter_map(|group| {
            let sum: f64 = group.iter().map(|part| part.1).sum();
            let size: f64 = group.iter().map(|part| part.1.abs()).sum();
            (sum.abs() > CANCELLED.sqrt() * size).then_some((group[0].0, sum))
        })
        .collect()
}
