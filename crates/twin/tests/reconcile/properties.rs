//! What must hold on any network.

use std::num::NonZeroUsize;

use didymium_twin::reconcile::{Class, Constraint, Problem, Reconciliation, Variable};
use proptest::prelude::*;

use crate::dense;
use crate::networks::{problem, uneven_problem, wide_problem};

fn largest(problem: &Problem) -> f64 {
    let reports = problem
        .variables()
        .iter()
        .filter_map(|variable| variable.measurement);
    reports.map(|report| report.value.abs()).fold(1.0, f64::max)
}

fn bits(solved: &Reconciliation) -> Vec<(Class, Option<u64>, Option<u64>)> {
    let of = |value: Option<f64>| value.map(f64::to_bits);
    solved
        .estimates()
        .map(|one| (one.class, of(one.value), of(one.deviation)))
        .collect()
}

/// The sparse answer is the dense one.
fn agrees(problem: Problem) -> Result<(), TestCaseError> {
    let answer = dense::solve(&problem);
    let scale = largest(&problem);
    let solved = problem.solve().unwrap();
    prop_assert_eq!(solved.degrees_of_freedom(), answer.degrees);
    prop_assert!((solved.objective() - answer.objective).abs() <= 1e-6 * answer.objective.max(1e-3));
    for (at, estimate) in solved.estimates().enumerate() {
        prop_assert_eq!(estimate.class, answer.class[at], "class of {}", at);
        if let (Some(value), Some(deviation)) = (estimate.value, estimate.deviation) {
            prop_assert!(
                (value - answer.value[at]).abs() <= 1e-8 * scale,
                "{} {} {}",
                at,
                value,
                answer.value[at]
            );
            let variances = (deviation.powi(2), answer.deviation[at].powi(2));
            prop_assert!(
                (variances.0 - variances.1).abs() <= 1e-9 * variances.1.max(25.0),
                "{} {:?}",
                at,
                variances
            );
        } else {
            prop_assert_eq!(estimate.class, Class::Unobservable);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn wide_fronts_agree_with_dense_arithmetic(problem in wide_problem()) {
        agrees(problem)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn uneven_deviations_do_no_harm(problem in uneven_problem()) {
        let scale = largest(&problem);
        let solved = problem.solve().unwrap();
        prop_assert!(solved.largest_imbalance() <= 1e-9 * scale, "{}", solved.largest_imbalance());
        for (variable, estimate) in solved.problem().variables().iter().zip(solved.estimates()) {
            if let (Some(report), Some(deviation)) = (variable.measurement, estimate.deviation) {
                prop_assert!(deviation <= report.deviation * (1.0 + 1e-9), "{} {}", deviation, report.deviation);
            }
            prop_assert!(estimate.value.is_none_or(f64::is_finite));
        }
    }

    #[test]
    fn agrees_with_dense_arithmetic(problem in problem()) {
        agrees(problem)?;
    }

    #[test]
    fn values_alone_are_the_same_to_the_bit(problem in prop_oneof![problem(), uneven_problem()]) {
        let alone = problem.clone().values_with(NonZeroUsize::new(2).unwrap()).unwrap();
        let solved = problem.solve().unwrap();
        let of = |value: Option<f64>| value.map(f64::to_bits);
        let expected: Vec<_> = solved.estimates().map(|one| of(one.value)).collect();
        let values = (0..expected.len()).map(|at| of(alone.value(at)));
        prop_assert_eq!(values.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn balances_hold(problem in problem()) {
        let scale = largest(&problem);
        let solved = problem.solve().unwrap();
        prop_assert!(solved.largest_imbalance() <= 1e-9 * scale, "{}", solved.largest_imbalance());
    }

    #[test]
    fn deviations_never_grow(problem in problem()) {
        let solved = problem.solve().unwrap();
        for (variable, estimate) in solved.problem().variables().iter().zip(solved.estimates()) {
            if let (Some(report), Some(deviation)) = (variable.measurement, estimate.deviation) {
                prop_assert!(deviation <= report.deviation * (1.0 + 1e-12));
                if estimate.class == Class::JustDetermined {
                    prop_assert_eq!(estimate.value, Some(report.value));
                    prop_assert!((deviation - report.deviation).abs() <= 1e-15 * deviation);
                }
            }
        }
    }

    #[test]
    fn consistent_reports_stay_as_they_are(problem in problem()) {
        let scale = largest(&problem);
        let first = problem.solve().unwrap();
        let consistent = first.problem().variables().iter().zip(first.estimates()).map(|(variable, estimate)| {
            let measurement = variable.measurement.zip(estimate.value).map(|(mut report, value)| {
                report.value = value;
                report
            });
            Variable { key: variable.key, measurement }
        });
        let again = Problem::new(consistent.collect(), first.problem().constraints().to_vec()).unwrap();
        let second = again.solve().unwrap();
        for (one, two) in first.estimates().zip(second.estimates()) {
            prop_assert_eq!(one.class, two.class);
            if let (Some(one), Some(two)) = (one.value, two.value) {
                prop_assert!((one - two).abs() <= 1e-9 * scale);
            }
        }
    }

    #[test]
    fn order_and_threads_change_no_bit(
        (problem, variables, constraints) in problem().prop_flat_map(|problem| {
            let variables: Vec<usize> = (0..problem.variables().len()).collect();
            let constraints: Vec<usize> = (0..problem.constraints().len()).collect();
            (Just(problem), Just(variables).prop_shuffle(), Just(constraints).prop_shuffle())
        })
    ) {
        let mut moved_to = vec![0; variables.len()];
        for (to, from) in variables.iter().enumerate() {
            moved_to[*from] = to;
        }
        let moved_variables = variables.iter().map(|from| problem.variables()[*from]).collect();
        let moved_constraints = constraints.iter().map(|from| {
            let Constraint { key, terms, rhs } = problem.constraints()[*from].clone();
            let terms = terms.into_iter().rev().map(|(at, coefficient)| (moved_to[at], coefficient)).collect();
            Constraint { key, terms, rhs }
        }).collect();
        let moved = Problem::new(moved_variables, moved_constraints).unwrap();
        let first = problem.solve().unwrap();
        let second = moved.solve_with(NonZeroUsize::new(3).unwrap()).unwrap();
        let (one, two) = (bits(&first), bits(&second));
        for (from, expected) in one.iter().enumerate() {
            prop_assert_eq!(expected, &two[moved_to[from]]);
        }
        prop_assert_eq!(first.objective().to_bits(), second.objective().to_bits());
    }
}
