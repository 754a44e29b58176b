//! Random networks: sites over months with flows between them and stocks that carry over, partly measured.

use std::ops::Range;

use didymium_twin::reconcile::{Constraint, Problem, Variable};
use proptest::prelude::*;

/// A network's balances, without reports: terms per constraint over so many variables.
#[derive(Debug, Clone)]
pub struct Shape {
    pub variables: usize,
    pub balances: Vec<Vec<(usize, f64)>>,
}

/// Sites linked by random flows, each flow between two sites or one site and the world; stocks from month to month;
/// some yields other than one.
pub fn shape() -> impl Strategy<Value = Shape> {
    shape_of(1..6, 1..4, 1..9)
}

fn shape_of(sites: Range<usize>, months: Range<usize>, flows: Range<usize>) -> impl Strategy<Value = Shape> {
    (sites, months).prop_flat_map(move |(sites, months)| {
        let flow = (0..=sites, 0..=sites, prop_oneof![3 => Just(1.0), 1 => Just(0.75)]);
        prop::collection::vec(flow, flows.clone()).prop_map(move |flows| build(sites, months, &flows))
    })
}

fn build(sites: usize, months: usize, flows: &[(usize, usize, f64)]) -> Shape {
    let mut balances = vec![Vec::new(); sites * months];
    let mut variables = 0;
    for month in 0..months {
        for &(from, to, gain) in flows {
            if from == to {
                continue;
            }
            if from < sites {
                balances[month * sites + from].push((variables, -1.0));
            }
            if to < sites {
                balances[month * sites + to].push((variables, gain));
            }
            variables += 1;
        }
    }
    for site in 0..sites {
        for month in 0..=months {
            if month > 0 {
                balances[(month - 1) * sites + site].push((variables, -1.0));
            }
            if month < months {
                balances[month * sites + site].push((variables, 1.0));
            }
            variables += 1;
        }
    }
    Shape { variables, balances }
}

/// A problem on a random network: about two thirds of the variables measured, deviations over three orders of
/// magnitude; balances that hold for some true flows, so that no hard contradiction arises.
pub fn problem() -> impl Strategy<Value = Problem> {
    shape().prop_flat_map(|shape| reports(shape, (0.05..5.0_f64).boxed()))
}

/// Networks of some hundred variables, whose fronts are wide.
pub fn wide_problem() -> impl Strategy<Value = Problem> {
    shape_of(8..14, 3..6, 30..45).prop_flat_map(|shape| reports(shape, (0.05..5.0_f64).boxed()))
}

/// Small networks with deviations over twelve orders of magnitude.
pub fn uneven_problem() -> impl Strategy<Value = Problem> {
    shape().prop_flat_map(|shape| {
        reports(
            shape,
            (-6.0..6.0_f64).prop_map(|power| 10_f64.powf(power)).boxed(),
        )
    })
}

fn reports(shape: Shape, deviation: BoxedStrategy<f64>) -> impl Strategy<Value = Problem> {
    let one = (
        prop::option::weighted(0.65, (deviation, -2.0..2.0_f64)),
        1.0..1000.0_f64,
    );
    (
        prop::collection::vec(one, shape.variables),
        Just(shape),
        any::<bool>(),
    )
        .prop_map(|(reports, shape, total)| assemble(&reports, &shape, total))
}

/// Reports of true flows with an error of so many deviations; with `total`, one more constraint: the sum of two others.
fn assemble(reports: &[(Option<(f64, f64)>, f64)], shape: &Shape, total: bool) -> Problem {
    let variables = (0_u64..)
        .zip(reports)
        .map(|(key, (report, truth))| match report {
            Some((deviation, error)) => Variable::measured(key, truth + error * deviation, *deviation),
            None => Variable::unmeasured(key),
        })
        .collect();
    let mut rows = shape.balances.clone();
    if total && rows.len() > 1 {
        let mut sum = vec![0.0; shape.variables];
        for (variable, coefficient) in rows[0].iter().chain(&rows[1]) {
            sum[*variable] += coefficient;
        }
        rows.push(sum.into_iter().enumerate().filter(|term| term.1 != 0.0).collect());
    }
    let constraints = (0_u64..)
        .zip(rows)
        .filter(|(_, terms)| !terms.is_empty())
        .map(|(key, terms)| {
            let rhs = terms
                .iter()
                .map(|(variable, coefficient)| coefficient * reports[*variable].1)
                .sum();
            Constraint { key, terms, rhs }
        })
        .collect();
    Problem::new(variables, constraints).unwrap()
}
