//! The oracle: the same questions answered by dense matrices and Householder-free textbook elimination.

use didymium_twin::reconcile::{Class, Problem};

pub type Matrix = Vec<Vec<f64>>;

/// What the oracle says of a problem.
pub struct Answer {
    pub class: Vec<Class>,
    /// Estimates of what is not unobservable.
    pub value: Vec<f64>,
    pub deviation: Vec<f64>,
    pub objective: f64,
    pub degrees: usize,
}

/// Reduces a matrix to reduced row echelon form with full pivoting over the given columns; answers the pivot columns.
pub fn echelon(matrix: &mut Matrix, columns: &[usize]) -> Vec<usize> {
    let mut pivots = Vec::new();
    for rank in 0..matrix.len() {
        let best = (rank..matrix.len())
            .flat_map(|row| columns.iter().map(move |column| (row, *column)))
            .filter(|(_, column)| !pivots.contains(column))
            .max_by(|one, two| matrix[one.0][one.1].abs().total_cmp(&matrix[two.0][two.1].abs()));
        let Some((row, column)) = best.filter(|(row, column)| matrix[*row][*column].abs() > 1e-9) else {
            break;
        };
        matrix.swap(rank, row);
        let pivot = matrix[rank][column];
        for value in &mut matrix[rank] {
            *value /= pivot;
        }
        let lead = matrix[rank].clone();
        for (other, line) in matrix.iter_mut().enumerate() {
            let factor = line[column];
            if other != rank && factor != 0.0 {
                for (value, entry) in line.iter_mut().zip(&lead) {
                    *value -= factor * entry;
                }
                line[column] = 0.0;
            }
        }
        pivots.push(column);
    }
    pivots
}

/// Solves by eliminating dense equations: balances with the right-hand side as the last column.
pub fn solve(problem: &Problem) -> Answer {
    let count = problem.variables().len();
    let mut system: Matrix = problem
        .constraints()
        .iter()
        .map(|constraint| {
            let mut row = vec![0.0; count + 1];
            for (variable, coefficient) in &constraint.terms {
                row[*variable] = *coefficient;
            }
            row[count] = constraint.rhs;
            row
        })
        .collect();
    let (measured, unmeasured): (Vec<usize>, Vec<usize>) =
        (0..count).partition(|at| problem.variables()[*at].measurement.is_some());
    let solving = echelon(&mut system, &unmeasured);
    let mut reduced = system.split_off(solving.len());
    let independent = echelon(&mut reduced, &measured);
    reduced.truncate(independent.len());
    let report = |at: usize| problem.variables()[at].measurement.unwrap();
    // x̂ = y − Σ Gᵀ V⁻¹ (G y − g), with V⁻¹ by elimination of [V | G Σ | r].
    let rank = reduced.len();
    let variance: Vec<f64> = (0..count)
        .map(|at| {
            problem.variables()[at]
                .measurement
                .map_or(0.0, |report| report.deviation.powi(2))
        })
        .collect();
    let mut augmented: Matrix = (0..rank)
        .map(|row| {
            let mut line: Vec<f64> = (0..rank)
                .map(|other| {
                    (0..count)
                        .map(|at| reduced[row][at] * variance[at] * reduced[other][at])
                        .sum()
                })
                .collect();
            line.extend((0..count).map(|at| reduced[row][at] * variance[at]));
            let sum: f64 = measured
                .iter()
                .map(|at| reduced[row][*at] * report(*at).value)
                .sum();
            line.push(sum - reduced[row][count]);
            line
        })
        .collect();
    scale_rows(&mut augmented);
    let order = echelon(&mut augmented, &(0..rank).collect::<Vec<_>>());
    assert_eq!(order.len(), rank, "the oracle's normal matrix has full rank");
    let mut inverse_times = vec![Vec::new(); rank];
    for (line, column) in augmented.into_iter().zip(order) {
        inverse_times[column] = line[rank..].to_vec();
    }
    let covariance = |one: usize, two: usize| -> f64 {
        let prior = if one == two { variance[one] } else { 0.0 };
        prior
            - (0..rank)
                .map(|row| variance[one] * reduced[row][one] * inverse_times[row][two])
                .sum::<f64>()
    };
    let mut answer = Answer {
        class: vec![Class::JustDetermined; count],
        value: vec![0.0; count],
        deviation: vec![0.0; count],
        objective: 0.0,
        degrees: rank,
    };
    for &at in &measured {
        let shift: f64 = (0..rank)
            .map(|row| variance[at] * reduced[row][at] * inverse_times[row][count])
            .sum();
        answer.value[at] = report(at).value - shift;
        answer.deviation[at] = covariance(at, at).max(0.0).sqrt();
        answer.objective += shift * shift / variance[at];
        if reduced.iter().any(|row| row[at].abs() > 1e-9) {
            answer.class[at] = Class::Redundant;
        }
    }
    for &at in &unmeasured {
        answer.class[at] = Class::Unobservable;
        if let Some(row) = solving.iter().position(|column| *column == at) {
            let line = &system[row];
            if unmeasured
                .iter()
                .all(|other| *other == at || line[*other].abs() < 1e-9)
            {
                answer.class[at] = Class::Observable;
                answer.value[at] = line[count]
                    - measured
                        .iter()
                        .map(|other| line[*other] * answer.value[*other])
                        .sum::<f64>();
                let mut spread = 0.0;
                for &one in &measured {
                    for &two in &measured {
                        spread += line[one] * line[two] * covariance(one, two);
                    }
                }
                answer.deviation[at] = spread.max(0.0).sqrt();
            }
        }
    }
    answer
}

fn scale_rows(matrix: &mut Matrix) {
    for line in matrix {
        let size = line.iter().map(|value| value.abs()).fold(0.0, f64::max);
        if size > 0.0 {
            for value in line {
                *value /= size;
            }
        }
    }
}
