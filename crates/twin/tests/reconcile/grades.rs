//! Bilinear grade balances.

use didymium_twin::reconcile::{
    Class, Equations as _, GradeBalance, Measurement, NonlinearError, Rounds, reconcile_nonlinear,
};

/// A separator: feed in, concentrate and tailings out, three components that are all there is.
fn separator() -> (GradeBalance, Vec<f64>) {
    let balance = GradeBalance::new(3, 3, &[vec![(0, true), (1, false), (2, false)]], true).unwrap();
    let (flows, grades) = ([100.0, 20.0, 80.0], [[0.10, 0.30, 0.60], [0.42, 0.38, 0.20]]);
    let mut truth: Vec<f64> = flows.to_vec();
    for stream in [grades[0], grades[1]] {
        truth.extend(stream);
    }
    let [feed, concentrate] = grades;
    truth.extend(
        feed.iter()
            .zip(concentrate)
            .map(|(feed, product)| (flows[0] * feed - flows[1] * product) / flows[2]),
    );
    (balance, truth)
}

#[test]
fn flows_follow_from_grades() {
    let (balance, truth) = separator();
    // The two-product formula: feed and all grades measured, the products' flows not.
    let variables = balance.variables(|number| {
        (number != 1 && number != 2).then(|| Measurement {
            value: truth[number],
            deviation: 0.01 * truth[number],
        })
    });
    let start = balance.start(&variables);
    let solved = reconcile_nonlinear(&balance, &variables, &start, Rounds::default()).unwrap();
    for (value, expected) in solved.point.iter().zip(&truth) {
        assert!((value - expected).abs() <= 1e-9 * expected, "{value} {expected}");
    }
    assert!(solved.objective < 1e-12);
    assert_eq!(
        solved.tangent.estimate(balance.flow(1)).unwrap().class,
        Class::Observable
    );
    assert_eq!(
        solved.tangent.estimate(balance.grade(0, 0)).unwrap().class,
        Class::Redundant
    );
}

#[test]
fn errors_are_spread_and_balances_hold() {
    let (balance, truth) = separator();
    let variables = balance.variables(|number| {
        let sign = if number % 2 == 0 { 1.0 } else { -1.0 };
        Some(Measurement {
            value: truth[number] * (1.0 + 0.03 * sign),
            deviation: 0.03 * truth[number],
        })
    });
    let start = balance.start(&variables);
    let solved = reconcile_nonlinear(&balance, &variables, &start, Rounds::default()).unwrap();
    assert!(
        balance
            .residuals(&solved.point)
            .iter()
            .all(|residual| residual.abs() <= 1e-9)
    );
    assert!(solved.objective > 1e-3);
    for (at, estimate) in solved.tangent.estimates().enumerate() {
        assert!((estimate.value.unwrap() - solved.point[at]).abs() <= 1e-9 * truth[at]);
        assert!(estimate.deviation.unwrap() < variables[at].measurement.unwrap().deviation);
    }
    // No nearby point on the balances is better: against the tangent's own optimum.
    assert!((solved.tangent.objective() - solved.objective).abs() <= 1e-9 * solved.objective);
}

#[test]
fn a_bad_start_is_named() {
    let (balance, truth) = separator();
    let variables = balance.variables(|number| {
        Some(Measurement {
            value: truth[number],
            deviation: 1.0,
        })
    });
    let error = reconcile_nonlinear(&balance, &variables, &[1.0], Rounds::default()).unwrap_err();
    assert_eq!(
        error,
        NonlinearError::StartLength {
            given: 1,
            variables: 12
        }
    );
    let mut start = balance.start(&variables);
    start[4] = -1.0;
    let error = reconcile_nonlinear(&balance, &variables, &start, Rounds::default()).unwrap_err();
    assert_eq!(
        error,
        NonlinearError::StartBelowLimit {
            variable: 4,
            limit: 0.0
        }
    );
    assert_eq!(GradeBalance::new(1, 1, &[vec![(1, true)]], false), None);
}
