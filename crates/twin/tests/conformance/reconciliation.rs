//! Eight linear problems of the literature, 6 to 50 streams.

use std::collections::BTreeMap;

use didymium_twin::reconcile::{Class, Constraint, Problem, Reconciliation, Variable};
use serde::Deserialize;

use crate::shared::{Checks, json};

#[derive(Deserialize)]
struct File {
    problems: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    n_streams: usize,
    n_balances: usize,
    #[serde(rename = "A")]
    balances: Vec<Vec<f64>>,
    measured: Vec<f64>,
    variance: Vec<f64>,
    expected: Expected,
    published_reconciled: BTreeMap<String, Vec<Option<f64>>>,
    published_ged: BTreeMap<String, Vec<Option<f64>>>,
}

#[derive(Deserialize)]
struct Expected {
    reconciled: Vec<f64>,
    sd_reconciled: Vec<f64>,
    objective: f64,
    dof: usize,
    global_test_p: f64,
    z_measurement_test: Vec<f64>,
    adjustability: Vec<f64>,
    detectability: Vec<f64>,
}

fn solve(case: &Case) -> Reconciliation {
    let variables = (0_u64..)
        .zip(case.measured.iter().zip(&case.variance))
        .map(|(key, (value, variance))| Variable::measured(key, *value, variance.sqrt()))
        .collect();
    let constraints = (0_u64..)
        .zip(&case.balances)
        .map(|(key, row)| Constraint {
            key,
            terms: row
                .iter()
                .copied()
                .enumerate()
                .filter(|term| term.1 != 0.0)
                .collect(),
            rhs: 0.0,
        })
        .collect();
    Problem::new(variables, constraints).unwrap().solve().unwrap()
}

/// The last digit of a number as it was printed, half of it.
fn printed(value: f64) -> f64 {
    // At most nine significant digits were printed; trailing digits of a binary fraction are not among them.
    let text = format!("{value:.9}");
    let decimals = text.trim_end_matches('0').split('.').nth(1).map_or(0, str::len);
    0.5 * 10_f64.powi(-i32::try_from(decimals).unwrap())
}

#[test]
fn linear_problems() {
    const FILE: &str = "dr_linear.json";
    let Some(file) = json::<File>(FILE) else { return };
    let mut checks = Checks::of(FILE);
    let names: Vec<&str> = file.problems.iter().map(|case| case.id.as_str()).collect();
    assert_eq!(names, ["P2", "P4", "P6", "P9", "P10", "P12", "P14", "P16"]);
    for case in &file.problems {
        assert_eq!(
            (case.measured.len(), case.balances.len()),
            (case.n_streams, case.n_balances)
        );
        let solved = solve(case);
        expected(case, &solved, &mut checks);
        published(case, &solved, &mut checks);
        flagged(case, &solved, &mut checks);
    }
    checks.counted(CHECKS);
}

const CHECKS: usize = 1329;

fn expected(case: &Case, solved: &Reconciliation, checks: &mut Checks) {
    let (id, expected) = (&case.id, &case.expected);
    let tests = solved.measurement_tests(0.05);
    assert_eq!(
        tests.tests.len(),
        case.n_streams,
        "{id}: every report is redundant"
    );
    for (at, estimate) in solved.estimates().enumerate() {
        let what = |name: &str| format!("{id}, stream {}, {name}", at + 1);
        let test = tests.tests[at];
        checks.holds(
            &what("class"),
            estimate.class == Class::Redundant && test.variable == at,
        );
        checks.close(
            &what("estimate"),
            estimate.value.unwrap(),
            expected.reconciled[at],
            1e-6,
        );
        checks.close(
            &what("deviation"),
            estimate.deviation.unwrap(),
            expected.sd_reconciled[at],
            1e-6,
        );
        checks.close(&what("z"), test.z, expected.z_measurement_test[at], 1e-6);
        checks.close(
            &what("adjustability"),
            test.adjustability,
            expected.adjustability[at],
            1e-6,
        );
        checks.close(
            &what("detectability"),
            test.detectability,
            expected.detectability[at],
            1e-6,
        );
    }
    let global = solved.global_test();
    checks.close(
        &format!("{id}, objective"),
        solved.objective(),
        expected.objective,
        1e-6,
    );
    checks.close(&format!("{id}, p"), global.p, expected.global_test_p, 1e-6);
    checks.holds(
        &format!("{id}, degrees of freedom"),
        solved.degrees_of_freedom() == expected.dof,
    );
    let largest = case.measured.iter().copied().fold(0.0, f64::max);
    checks.within(
        &format!("{id}, imbalance"),
        solved.largest_imbalance(),
        0.0,
        1e-9 * largest,
    );
}

/// The printed digits, or a relative 1e-6 where the last printed digit is not rounded right. The printed column of P16 is
/// up to 3.7e-6 from the closed form in the same file, which is held to 1e-6 as everywhere.
fn close_to(id: &str, figure: f64) -> f64 {
    let relative = if id == "P16" { 4e-6 } else { 1e-6 };
    printed(figure).max(relative * figure.abs())
}

fn published(case: &Case, solved: &Reconciliation, checks: &mut Checks) {
    let id = &case.id;
    let tests = solved.measurement_tests(0.05);
    for (name, column) in &case.published_reconciled {
        if !(name.contains("Present Work") || name.contains("This Work")) {
            continue;
        }
        for (at, figure) in column.iter().enumerate() {
            let figure = figure.unwrap();
            let value = solved.estimate(at).unwrap().value.unwrap();
            checks.within(
                &format!("{id}, stream {}, {name}", at + 1),
                value,
                figure,
                close_to(id, figure),
            );
        }
    }
    for (name, column) in &case.published_ged {
        if name.starts_with("OP") {
            continue;
        }
        for (at, figure) in column.iter().enumerate() {
            let figure = figure.unwrap();
            let value = match name.as_str() {
                "Adjustability" => tests.tests[at].adjustability,
                "Detectability" => tests.tests[at].detectability,
                other => panic!("{id}: unknown column {other}"),
            };
            let allowed = if id == "P10" { 2e-5 } else { printed(figure) };
            checks.within(
                &format!("{id}, stream {}, {name}", at + 1),
                value,
                figure,
                allowed,
            );
        }
    }
}

fn flagged(case: &Case, solved: &Reconciliation, checks: &mut Checks) {
    let id = &case.id;
    let tests = solved.measurement_tests(0.05);
    let flagged: Vec<usize> = tests
        .tests
        .iter()
        .filter(|test| test.flagged)
        .map(|test| test.variable + 1)
        .collect();
    let (expected, sets): (&[usize], &[&[usize]]) = match id.as_str() {
        "P10" => (&[2, 3, 4, 6, 8, 11], &[]),
        "P14" => (&[5, 6, 18, 19], &[&[5, 6]]),
        "P2" => (&[], &[&[2, 3]]),
        _ => (&[], &[]),
    };
    checks.holds(&format!("{id}, flagged {flagged:?}"), flagged == expected);
    for set in sets {
        let named: Vec<usize> = set.iter().map(|stream| stream - 1).collect();
        checks.holds(&format!("{id}, set {set:?}"), tests.sets.contains(&named));
    }
    // Equal z within a set, and no two sets with the same z.
    for set in &tests.sets {
        let z = tests.tests[set[0]].z;
        checks.holds(
            &format!("{id}, z of {set:?}"),
            set.iter()
                .all(|at| (tests.tests[*at].z - z).abs() <= 1e-9 * z.max(1.0)),
        );
    }
    let passes = solved.global_test().p >= 0.05;
    checks.holds(
        &format!("{id}, global test"),
        passes != ["P10", "P14"].contains(&id.as_str()),
    );
    let search = didymium_twin::reconcile::Search {
        alpha: 0.05,
        leaks: false,
        limit: 10,
    };
    let found = solved.find_gross_errors(search);
    checks.holds(
        &format!("{id}, serial search"),
        found.errors.is_empty() == passes && found.rest.p >= 0.05,
    );
}
