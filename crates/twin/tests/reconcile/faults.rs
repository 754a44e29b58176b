//! Bad input: one clear error each.

use didymium_twin::reconcile::{
    Class, Constraint, Measurement, Problem, ReconcileError, Taken, Updated, Variable,
};

fn constraint(key: u64, terms: &[(usize, f64)], rhs: f64) -> Constraint {
    Constraint {
        key,
        terms: terms.to_vec(),
        rhs,
    }
}

fn three() -> Vec<Variable> {
    vec![
        Variable::measured(1, 10.0, 1.0),
        Variable::measured(2, 11.0, 1.0),
        Variable::unmeasured(3),
    ]
}

fn refused(variables: Vec<Variable>, constraints: Vec<Constraint>) -> ReconcileError {
    Problem::new(variables, constraints).unwrap_err()
}

#[test]
fn reports_that_are_no_numbers() {
    for (value, deviation) in [(f64::NAN, 1.0), (f64::INFINITY, 1.0)] {
        let error = refused(vec![Variable::measured(1, value, deviation)], vec![]);
        assert!(
            matches!(error, ReconcileError::ValueNotFinite { variable: 0, .. }),
            "{error}"
        );
    }
    for deviation in [f64::NAN, f64::INFINITY] {
        let error = refused(vec![Variable::measured(1, 1.0, deviation)], vec![]);
        assert!(
            matches!(error, ReconcileError::DeviationNotFinite { variable: 0, .. }),
            "{error}"
        );
    }
    for deviation in [0.0, -0.0, -2.0] {
        let error = refused(vec![Variable::measured(1, 1.0, deviation)], vec![]);
        assert!(
            matches!(error, ReconcileError::DeviationNotPositive { variable: 0, .. }),
            "{error}"
        );
    }
    for deviation in [1e-200, 1e200] {
        let error = refused(vec![Variable::measured(1, 1.0, deviation)], vec![]);
        assert!(
            matches!(error, ReconcileError::DeviationOutOfRange { variable: 0, .. }),
            "{error}"
        );
    }
}

#[test]
fn constraints_that_are_none() {
    let cases = [
        (
            constraint(1, &[(0, f64::NAN)], 0.0),
            "coefficient of variable 0 in constraint 0 is NaN",
        ),
        (
            constraint(1, &[(0, 0.0)], 0.0),
            "coefficient of variable 0 in constraint 0 is zero",
        ),
        (
            constraint(1, &[(0, 1.0), (0, 1.0)], 0.0),
            "variable 0 stands twice in constraint 0",
        ),
        (
            constraint(1, &[(3, 1.0)], 0.0),
            "constraint 0 names variable 3, but there are 3 variables",
        ),
        (
            constraint(1, &[(0, 1.0)], f64::NAN),
            "right-hand side of constraint 0 is NaN",
        ),
        (constraint(1, &[], 0.0), "constraint 0 has no terms"),
    ];
    for (bad, message) in cases {
        let error = refused(three(), vec![bad]).to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn keys_that_stand_twice() {
    let error = refused(vec![Variable::unmeasured(7), Variable::unmeasured(7)], vec![]);
    assert_eq!(
        error,
        ReconcileError::DuplicateVariableKey {
            first: 0,
            second: 1,
            key: 7
        }
    );
    let twice = vec![constraint(5, &[(0, 1.0)], 1.0), constraint(5, &[(1, 1.0)], 1.0)];
    let error = refused(three(), twice);
    assert_eq!(
        error,
        ReconcileError::DuplicateConstraintKey {
            first: 0,
            second: 1,
            key: 5
        }
    );
}

#[test]
fn contradictions_are_named_and_nothing_else_is() {
    // Among measured variables.
    let constraints = vec![
        constraint(1, &[(0, 1.0), (2, 1.0)], 5.0),
        constraint(2, &[(0, 1.0), (1, -1.0)], 0.0),
        constraint(3, &[(0, 2.0), (1, -2.0)], 1.0),
    ];
    let error = Problem::new(three(), constraints).unwrap().solve().unwrap_err();
    assert!(
        matches!(&error, ReconcileError::ContradictoryConstraints { constraints, .. } if constraints == &[1, 2]),
        "{error}"
    );
    // Among unmeasured ones.
    let constraints = vec![
        constraint(1, &[(0, 1.0), (1, 1.0)], 5.0),
        constraint(2, &[(2, 1.0)], 4.0),
        constraint(3, &[(2, 3.0)], 13.0),
    ];
    let error = Problem::new(three(), constraints).unwrap().solve().unwrap_err();
    assert!(
        matches!(&error, ReconcileError::ContradictoryConstraints { constraints, .. } if constraints == &[1, 2]),
        "{error}"
    );
}

#[test]
fn a_loop_that_returns_all_it_takes_is_not_observable() {
    // x → a, a ⇄ b unmeasured, b → y: what circulates can be any amount; what passes is known.
    let variables = vec![
        Variable::measured(1, 10.0, 1.0),
        Variable::unmeasured(2),
        Variable::unmeasured(3),
        Variable::measured(4, 12.0, 1.0),
    ];
    let constraints = vec![
        constraint(1, &[(0, 1.0), (1, -1.0), (2, 1.0)], 0.0),
        constraint(2, &[(1, 1.0), (2, -1.0), (3, -1.0)], 0.0),
    ];
    let solved = Problem::new(variables, constraints).unwrap().solve().unwrap();
    let classes: Vec<Class> = solved.estimates().map(|estimate| estimate.class).collect();
    assert_eq!(
        classes,
        [
            Class::Redundant,
            Class::Unobservable,
            Class::Unobservable,
            Class::Redundant
        ]
    );
    let first = solved.estimate(0).unwrap();
    assert!((first.value.unwrap() - 11.0).abs() < 1e-12);
    assert!((first.deviation.unwrap() - 0.5_f64.sqrt()).abs() < 1e-12);
    assert_eq!(solved.estimate(1).unwrap().value, None);
    assert_eq!(solved.estimate(9), None);
}

#[test]
fn deviations_of_every_size_are_told_apart() {
    // Two balances share a flow known to ±10⁶ only; their difference is known to ±10⁻⁶.
    let variables = vec![
        Variable::measured(1, 5.0e6, 1e6),
        Variable::measured(2, 100.0, 1e-6),
        Variable::measured(3, 100.000_004, 1e-6),
        Variable::unmeasured(4),
    ];
    let constraints = vec![
        constraint(1, &[(0, 1.0), (1, -1.0)], 0.0),
        constraint(2, &[(0, 1.0), (2, -1.0)], 0.0),
        // What nobody measured is seven more than the flow known badly.
        constraint(3, &[(0, 1.0), (3, -1.0)], -7.0),
    ];
    let solved = Problem::new(variables, constraints).unwrap().solve().unwrap();
    assert_eq!(solved.degrees_of_freedom(), 2);
    let half = 0.5e-12_f64;
    for (at, estimate) in solved.estimates().enumerate() {
        let expected = if at == 3 { 107.000_002 } else { 100.000_002 };
        assert!((estimate.value.unwrap() - expected).abs() < 1e-9, "{estimate:?}");
        assert!(
            (estimate.deviation.unwrap() - half.sqrt()).abs() < 1e-6 * half.sqrt(),
            "{estimate:?}"
        );
        assert!(
            (solved.covariance(at, 3).unwrap() - half).abs() < 1e-6 * half,
            "{at}"
        );
    }
    // A better report of it moves all by what it says, and no further.
    let mut updated = Updated::new(solved);
    let report = Measurement {
        value: 100.0,
        deviation: 1e-6,
    };
    assert_eq!(updated.report(0, Some(report)).unwrap(), Taken::Updated);
    for (at, estimate) in updated.estimates().enumerate() {
        let expected = if at == 3 {
            107.000_004 / 3.0 + 107.0 * 2.0 / 3.0
        } else {
            100.000_004 / 3.0 + 200.0 / 3.0
        };
        assert!((estimate.value.unwrap() - expected).abs() < 1e-9, "{estimate:?}");
        assert!(
            (estimate.deviation.unwrap() - 1e-6 / 3.0_f64.sqrt()).abs() < 1e-11,
            "{estimate:?}"
        );
    }
}

/// Two unmeasured flows from a to b and back: what goes round gains nothing and leaves no trace.
#[test]
fn a_cycle_of_zero_gain_is_not_known_and_harms_nothing() {
    let there_and_back = |gain: f64| {
        let variables = vec![
            Variable::measured(1, 10.0, 1.0),
            Variable::unmeasured(2),
            Variable::unmeasured(3),
            Variable::measured(4, 12.0, 1.0),
        ];
        let constraints = vec![
            constraint(1, &[(0, 1.0), (1, -1.0), (2, gain)], 0.0),
            constraint(2, &[(1, 1.0), (2, -1.0), (3, -1.0)], 0.0),
        ];
        Problem::new(variables, constraints).unwrap().solve().unwrap()
    };
    let round = there_and_back(1.0);
    for at in [1, 2] {
        let estimate = round.estimate(at).unwrap();
        assert_eq!((estimate.class, estimate.value), (Class::Unobservable, None));
    }
    // What enters is what leaves, however much goes round.
    for at in [0, 3] {
        let value = round.estimate(at).unwrap().value.unwrap();
        assert!((value - 11.0).abs() < 1e-9, "{value}");
    }
    // Where a round loses half, it is known from what enters and leaves.
    let lossy = there_and_back(0.5);
    for at in [1, 2] {
        let estimate = lossy.estimate(at).unwrap();
        assert_eq!(estimate.class, Class::Observable, "{estimate:?}");
    }
}
