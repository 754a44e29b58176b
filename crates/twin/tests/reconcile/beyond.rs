//! Draws, updates, bounds and the robust option.

use std::num::NonZeroUsize;

use didymium_twin::reconcile::{
    Bounds, Class, Constraint, DRAWS_AT_ONCE, Draws, Huber, Measurement, Problem, ReconcileError, Search,
    Sheet, Taken, Updated, Variable,
};
use proptest::prelude::*;

use crate::networks::problem;

fn constraint(key: u64, terms: &[(usize, f64)], rhs: f64) -> Constraint {
    Constraint {
        key,
        terms: terms.to_vec(),
        rhs,
    }
}

/// A sum of two reports: 0 = 1 + 2.
fn junction(total: f64, one: f64, two: f64) -> Problem {
    let variables = vec![
        Variable::measured(1, total, 1.0),
        Variable::measured(2, one, 1.0),
        Variable::measured(3, two, 1.0),
    ];
    Problem::new(
        variables,
        vec![constraint(1, &[(0, 1.0), (1, -1.0), (2, -1.0)], 0.0)],
    )
    .unwrap()
}

/// STAN's hand check: two equal uncertainties and a gap of 10 move by 5 each, and the deviation falls by √2.
#[test]
fn a_gap_is_shared() {
    let variables = vec![
        Variable::measured(1, 100.0, 3.0),
        Variable::measured(2, 110.0, 3.0),
    ];
    let problem = Problem::new(variables, vec![constraint(1, &[(0, 1.0), (1, -1.0)], 0.0)]).unwrap();
    let solved = problem.solve().unwrap();
    for estimate in solved.estimates() {
        assert!((estimate.value.unwrap() - 105.0).abs() < 1e-12);
        assert!((estimate.deviation.unwrap() - 3.0 / 2.0_f64.sqrt()).abs() < 1e-12);
    }
    assert!((solved.covariance(0, 1).unwrap() - 4.5).abs() < 1e-12);
}

#[test]
fn serial_search_finds_bias_and_leak_and_their_sizes() {
    // Four sites in a row, every flow measured twice.
    let mut variables = Vec::new();
    for at in 0..10_u64 {
        variables.push(Variable::measured(at, 100.0, 1.0));
    }
    // Flow k is variables 2k and 2k+1; they are equal, and site k passes flow k to k+1.
    let mut constraints: Vec<Constraint> = (0..5)
        .map(|flow| {
            constraint(
                flow,
                &[
                    (2 * usize::try_from(flow).unwrap(), 1.0),
                    (2 * usize::try_from(flow).unwrap() + 1, -1.0),
                ],
                0.0,
            )
        })
        .collect();
    constraints.extend((0..4_usize).map(|site| {
        constraint(
            10 + u64::try_from(site).unwrap(),
            &[(2 * site, 1.0), (2 * site + 2, -1.0)],
            0.0,
        )
    }));
    variables[3].measurement = Some(Measurement {
        value: 120.0,
        deviation: 1.0,
    });
    let problem = Problem::new(variables, constraints).unwrap();
    let solved = problem.clone().solve().unwrap();
    let found = solved.find_gross_errors(Search {
        alpha: 0.05,
        leaks: true,
        limit: 5,
    });
    assert_eq!(found.errors.len(), 1, "{found:?}");
    assert_eq!(
        found.errors[0].cause,
        didymium_twin::reconcile::Cause::Bias { variables: vec![3] }
    );
    assert!((found.errors[0].size - 20.0).abs() < 1e-9);
    assert!(found.rest.p > 0.9);
    // Taking the biased report out is the same: what is left of the statistic is that of the rest.
    let without = problem.with_measurement(3, None).unwrap().solve().unwrap();
    assert!((without.objective() - found.rest.statistic).abs() < 1e-9);
    assert_eq!(without.degrees_of_freedom(), found.rest.degrees_of_freedom);
}

#[test]
fn serial_search_estimates_two_errors_together() {
    let mut reports = [50.0; 6];
    reports[1] = 80.0;
    reports[4] = 35.0;
    let variables = (0..)
        .zip(reports)
        .map(|(key, value)| Variable::measured(key, value, 1.0))
        .collect();
    let constraints = (0..5_usize)
        .map(|at| constraint(u64::try_from(at).unwrap(), &[(at, 1.0), (at + 1, -1.0)], 0.0))
        .collect();
    let solved = Problem::new(variables, constraints).unwrap().solve().unwrap();
    let found = solved.find_gross_errors(Search {
        alpha: 0.05,
        leaks: false,
        limit: 5,
    });
    let sizes: Vec<f64> = found.errors.iter().map(|error| error.size).collect();
    assert_eq!(sizes.len(), 2, "{found:?}");
    assert!(
        (sizes[0] - 30.0).abs() < 1e-9 && (sizes[1] + 15.0).abs() < 1e-9,
        "{sizes:?}"
    );
}

#[test]
fn bounds_hold_and_the_rest_is_optimal() {
    // Unbounded: 0 → 3, 1 → −2 + …; the second output would be negative.
    let problem = junction(1.0, 6.0, -2.0);
    let free = problem.clone().solve().unwrap();
    assert!(free.estimate(2).unwrap().value.unwrap() < 0.0);
    let bounded = problem.solve_within(&Bounds::not_negative(3)).unwrap();
    let values: Vec<f64> = bounded.values.iter().map(|value| value.unwrap()).collect();
    // With x2 = 0: x0 = x1 = mean of 1 and 6.
    assert!(
        (values[0] - 3.5).abs() < 1e-12 && (values[1] - 3.5).abs() < 1e-12 && values[2] == 0.0,
        "{values:?}"
    );
    assert_eq!(bounded.held, [2]);
    assert!(bounded.objective >= bounded.free.objective());
}

#[test]
fn bounds_of_what_cannot_be_known_bind_too() {
    // x = u1 + u2 with both unmeasured and not negative: x, reported as −3 ± 1 and unbounded itself, is 0 at least.
    let variables = vec![
        Variable::measured(1, -3.0, 1.0),
        Variable::unmeasured(2),
        Variable::unmeasured(3),
    ];
    let problem = Problem::new(
        variables,
        vec![constraint(1, &[(0, 1.0), (1, -1.0), (2, -1.0)], 0.0)],
    )
    .unwrap();
    let mut bounds = Bounds::not_negative(3);
    bounds.set(0, f64::NEG_INFINITY, f64::INFINITY).unwrap();
    let bounded = problem.solve_within(&bounds).unwrap();
    assert!(bounded.values[0].unwrap().abs() < 1e-6, "{bounded:?}");
    assert_eq!(bounded.values[1], None);
}

#[test]
fn bounds_that_contradict_are_named() {
    let mut bounds = Bounds::not_negative(3);
    assert!(matches!(
        bounds.set(0, 2.0, 1.0),
        Err(ReconcileError::BoundsCross { variable: 0, .. })
    ));
    assert!(matches!(
        bounds.set(0, f64::NAN, 1.0),
        Err(ReconcileError::BoundsCross { variable: 0, .. })
    ));
    assert!(matches!(
        bounds.set(9, 0.0, 1.0),
        Err(ReconcileError::NoSuchVariable { variable: 9, .. })
    ));
    bounds.set(0, 0.0, 1.0).unwrap();
    bounds.set(1, 2.0, 5.0).unwrap();
    let error = junction(10.0, 6.0, 3.0).solve_within(&bounds).unwrap_err();
    let ReconcileError::BoundsContradict { variable, others, .. } = &error else {
        panic!("{error}")
    };
    assert!(*variable < 3 && !others.is_empty(), "{error}");
}

#[test]
fn one_false_report_bends_a_robust_answer_less() {
    let variables = (0..5)
        .map(|key| Variable::measured(key, if key == 0 { 200.0 } else { 100.0 }, 1.0))
        .collect();
    let constraints = (0..4_usize)
        .map(|at| constraint(u64::try_from(at).unwrap(), &[(at, 1.0), (at + 1, -1.0)], 0.0))
        .collect();
    let problem = Problem::new(variables, constraints).unwrap();
    let plain = problem
        .clone()
        .solve()
        .unwrap()
        .estimate(0)
        .unwrap()
        .value
        .unwrap();
    let robust = problem.solve_robust(Huber::default()).unwrap();
    assert!(robust.weights.settled);
    let value = robust.solved.estimate(0).unwrap().value.unwrap();
    assert!((plain - 120.0).abs() < 1e-9);
    // Huber's location of four 100 and one 200: 4 (x − 100) = 1.345.
    assert!((value - 100.0 - 1.345 / 4.0).abs() < 1e-6, "{value}");
    assert!(robust.weights.weights[0].unwrap() < 0.02 && robust.weights.weights[1] == Some(1.0));
    let bad = Huber {
        bend: 0.0,
        ..Huber::default()
    };
    assert_eq!(
        problem.solve_robust(bad).unwrap_err(),
        ReconcileError::BendNotPositive { bend: 0.0 }
    );
}

/// Halton's sequence in a base, as normal numbers by the Box–Muller transform of two of them.
fn halton(mut index: u64, base: u64) -> f64 {
    let (mut part, mut sum) = (1.0, 0.0);
    while index > 0 {
        part /= f64::from(u32::try_from(base).unwrap());
        sum += part * f64::from(u32::try_from(index % base).unwrap());
        index /= base;
    }
    sum
}

#[test]
fn draws_have_the_posterior_moments() {
    let solved = junction(10.0, 6.0, 3.0).solve().unwrap();
    assert_eq!(solved.normals_per_draw(), 3);
    let (drawing, mut sheet) = (solved.drawing(&[0, 1, 2]), Sheet::default());
    assert!(drawing.draw(&[[0.0; DRAWS_AT_ONCE]; 2], &mut sheet).is_err());
    let (mut mean, mut square, mut cross) = (0.0, 0.0, 0.0);
    let draws = 20_000_u32;
    for first in (1..=u64::from(draws)).step_by(DRAWS_AT_ONCE) {
        let normals = [(2, 3), (5, 7), (11, 13)].map(|(one, two)| {
            std::array::from_fn(|lane| {
                let index = first + lane as u64;
                (-2.0 * halton(index, one).ln()).sqrt() * (std::f64::consts::TAU * halton(index, two)).cos()
            })
        });
        let drawn = drawing.draw(&normals, &mut sheet).unwrap();
        for ((whole, one), two) in drawn[0].into_iter().zip(drawn[1]).zip(drawn[2]) {
            assert!((whole - one - two).abs() < 1e-12);
            mean += whole;
            square += whole * whole;
            cross += whole * one;
        }
    }
    let count = f64::from(draws);
    let (first, second) = (solved.estimate(0).unwrap(), solved.estimate(1).unwrap());
    assert!((mean / count - first.value.unwrap()).abs() < 0.01);
    let variance = square / count - (mean / count).powi(2);
    assert!(
        (variance - first.deviation.unwrap().powi(2)).abs() < 0.01,
        "{variance}"
    );
    let covariance = cross / count - mean / count * second.value.unwrap();
    assert!(
        (covariance - solved.covariance(0, 1).unwrap()).abs() < 0.01,
        "{covariance}"
    );
}

/// Each draw is what the reports would give if each were off by its normal number of deviations.
fn drawn_as_solved(problem: &Problem, seed: u64) -> Result<(), TestCaseError> {
    let measured = problem
        .variables()
        .iter()
        .filter(|one| one.measurement.is_some())
        .count();
    let normal = |at: usize, lane: usize| {
        let index = seed * 8 + lane as u64 + 1;
        4.0 * halton(index, [2, 3, 5, 7, 11, 13, 17][at % 7]) - 2.0
    };
    let normals: Vec<Draws> = (0..measured)
        .map(|at| std::array::from_fn(|lane| normal(at, lane)))
        .collect();
    let solved = problem.clone().solve().unwrap();
    let all: Vec<usize> = (0..problem.variables().len()).rev().collect();
    let (mut sheet, mut other) = (Sheet::default(), Sheet::default());
    let drawn = solved.drawing(&all).draw(&normals, &mut sheet).unwrap();
    for lane in [0, DRAWS_AT_ONCE - 1] {
        let mut variables = problem.variables().to_vec();
        let reports = variables
            .iter_mut()
            .filter_map(|variable| variable.measurement.as_mut());
        for (at, report) in reports.enumerate() {
            report.value += report.deviation * normal(at, lane);
        }
        let moved = Problem::new(variables, problem.constraints().to_vec())
            .unwrap()
            .solve()
            .unwrap();
        for (values, at) in drawn.iter().zip(&all) {
            let expected = moved.estimate(*at).unwrap().value;
            prop_assert_eq!(expected.is_none(), values[lane].is_nan());
            let expected = expected.unwrap_or(0.0);
            let off = expected - values[lane];
            prop_assert!(
                off.is_nan() || off.abs() <= 1e-6 * expected.abs().max(1.0),
                "{} {}",
                expected,
                values[lane]
            );
        }
    }
    // One asked for alone is drawn the same, to the bit; one that is not there is no number.
    let alone = [all[all.len() / 2], usize::MAX];
    let alone = solved.drawing(&alone).draw(&normals, &mut other).unwrap();
    prop_assert_eq!(alone[0].map(f64::to_bits), drawn[all.len() / 2].map(f64::to_bits));
    prop_assert!(alone[1].iter().all(|value| value.is_nan()));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_draw_is_a_solve_of_reports_that_are_off(problem in problem(), seed in 0..1_000_u64) {
        drawn_as_solved(&problem, seed)?;
    }

    #[test]
    fn an_update_is_a_solve_from_scratch(
        problem in problem(),
        changes in prop::collection::vec(
            (any::<prop::sample::Index>(), prop::option::weighted(0.8, (1.0..1000.0_f64, 0.05..5.0_f64))),
            1..8,
        ),
    ) {
        let mut updated = Updated::new(problem.clone().solve().unwrap());
        let mut current = problem;
        for (index, report) in changes {
            let variable = index.index(current.variables().len());
            let measurement = report.map(|(value, deviation)| Measurement { value, deviation });
            updated.report(variable, measurement).unwrap();
            current = current.with_measurement(variable, measurement).unwrap();
            prop_assert_eq!(updated.problem(), current.clone());
            let scratch = current.clone().solve().unwrap();
            prop_assert_eq!(updated.degrees_of_freedom(), scratch.degrees_of_freedom());
            prop_assert!((updated.objective() - scratch.objective()).abs() <= 1e-7 * scratch.objective().max(1.0));
            for (at, (one, two)) in updated.estimates().zip(scratch.estimates()).enumerate() {
                prop_assert_eq!(one.class, two.class, "class of {}", at);
                if let (Some(one), Some(two)) = (one.value, two.value) {
                    prop_assert!((one - two).abs() <= 1e-8 * 1000.0, "{} {} {}", at, one, two);
                }
                if let (Some(one), Some(two)) = (one.deviation, two.deviation) {
                    prop_assert!((one.powi(2) - two.powi(2)).abs() <= 1e-8 * 1000.0, "{} {} {}", at, one, two);
                }
            }
        }
    }

    #[test]
    fn values_alone_move_as_a_solve_from_scratch_says(
        problem in problem(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 1.0..1000.0_f64, 0.05..5.0_f64), 1..8),
    ) {
        let values = problem.clone().values_with(NonZeroUsize::MIN).unwrap();
        let mut updated = values.updated();
        let mut current = problem;
        for (index, value, deviation) in changes {
            let variable = index.index(current.variables().len());
            let report = Some(Measurement { value, deviation });
            if !updated.report(variable, report).unwrap() {
                continue;
            }
            current = current.with_measurement(variable, report).unwrap();
            let scratch = current.clone().values_with(NonZeroUsize::MIN).unwrap();
            for at in 0..current.variables().len() {
                if let (Some(before), Some(now)) = (values.value(at), scratch.value(at)) {
                    let moved = before + updated.moved(at).unwrap();
                    prop_assert!((moved - now).abs() <= 1e-8 * 1000.0, "{} {} {}", at, moved, now);
                }
            }
        }
    }

    #[test]
    fn within_bounds_nothing_is_better(problem in problem()) {
        let count = problem.variables().len();
        // Every fourth variable is capped below its report, the others are only not negative.
        let mut bounds = Bounds::not_negative(count);
        for (at, variable) in problem.variables().iter().enumerate() {
            if let (0, Some(report)) = (at % 4, variable.measurement) {
                bounds.set(at, f64::NEG_INFINITY, report.value - report.deviation).unwrap();
            }
        }
        let Ok(bounded) = problem.solve_within(&bounds) else { return Ok(()) };
        let free = &bounded.free;
        let values = &bounded.values;
        for (at, value) in values.iter().enumerate() {
            if let Some(value) = value {
                let limit = free.problem().variables()[at].measurement.map(|report| report.value - report.deviation);
                if at % 4 == 0 {
                    prop_assert!(limit.is_none_or(|limit| *value <= limit + 1e-6));
                } else {
                    prop_assert!(*value >= -1e-6);
                }
            }
        }
        for constraint in free.problem().constraints() {
            let terms: Option<Vec<f64>> = constraint.terms.iter().map(|(at, coefficient)| values[*at].map(|value| value * coefficient)).collect();
            if let Some(terms) = terms {
                prop_assert!((terms.iter().sum::<f64>() - constraint.rhs).abs() <= 1e-5, "{} at {:?}: {:?}", terms.iter().sum::<f64>() - constraint.rhs, constraint, terms);
            }
        }
        prop_assert!(bounded.objective >= free.objective() - 1e-6 * free.objective().max(1.0));
        // Each bound that holds a variable must: with the others fixed and it set free, the variable would leave it.
        if free.estimates().all(|estimate| estimate.class != Class::Unobservable) {
            let fixed = |except: Option<usize>| {
                let mut constraints = free.problem().constraints().to_vec();
                for &at in bounded.held.iter().filter(|at| Some(**at) != except) {
                    let key = 1_000_000 + u64::try_from(at).unwrap();
                    constraints.push(constraint(key, &[(at, 1.0)], values[at].unwrap()));
                }
                Problem::new(free.problem().variables().to_vec(), constraints).unwrap().solve()
            };
            if let Ok(all) = fixed(None) {
                prop_assert!((all.objective() - bounded.objective).abs() <= 1e-6 * bounded.objective.max(1.0));
            }
            for &at in &bounded.held {
                if let Ok(released) = fixed(Some(at)) {
                    let (value, held) = (released.estimate(at).unwrap().value.unwrap(), values[at].unwrap());
                    let beyond = if at % 4 == 0 && free.problem().variables()[at].measurement.is_some() {
                        value - held
                    } else {
                        held - value
                    };
                    prop_assert!(beyond >= -1e-6, "{} is released to {} from {}", at, value, held);
                }
            }
        }
        if bounded.held.is_empty() {
            prop_assert!((bounded.objective - free.objective()).abs() <= 1e-6 * free.objective().max(1.0));
        }
    }
}

#[test]
fn a_report_on_the_unknown_is_solved_from_scratch() {
    let variables = vec![
        Variable::measured(1, 5.0, 1.0),
        Variable::unmeasured(2),
        Variable::unmeasured(3),
    ];
    let problem = Problem::new(
        variables,
        vec![constraint(1, &[(0, 1.0), (1, -1.0), (2, -1.0)], 0.0)],
    )
    .unwrap();
    let mut updated = Updated::new(problem.solve().unwrap());
    let report = Measurement {
        value: 2.0,
        deviation: 0.5,
    };
    assert_eq!(updated.report(1, Some(report)).unwrap(), Taken::Solved);
    assert_eq!(updated.estimate(2).unwrap().class, Class::Observable);
    assert_eq!(updated.estimate(2).unwrap().value, Some(3.0));
    let nan = Measurement {
        value: f64::NAN,
        deviation: 0.5,
    };
    assert!(matches!(
        updated.report(1, Some(nan)),
        Err(ReconcileError::ValueNotFinite { variable: 1, .. })
    ));
    assert!(matches!(
        updated.report(7, Some(report)),
        Err(ReconcileError::NoSuchVariable { variable: 7, .. })
    ));
}
