//! Pai & Fisher 1988: six nonlinear equations, five variables measured, three not.

use didymium_twin::reconcile::{Class, Equations, Rounds, Variable, reconcile_nonlinear};
use serde::Deserialize;

use crate::shared::{Checks, json};

#[derive(Deserialize)]
struct File {
    problems: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    constraints: Vec<String>,
    measured: Vec<f64>,
    sd: Vec<f64>,
    expected_x: Vec<f64>,
    expected_u: Vec<f64>,
    expected_objective: f64,
}

/// The equations as the file writes them: x1 to x5, then u1 to u3.
const WRITTEN: [&str; 6] = [
    "0.5*x1^2-0.7*x2+x3*u1+u1*u2*x2^2+2*x3*u3^2=255.8",
    "x1-2*x2+3*x1*x3-2*x2*u1-x2*u2*u3=-111.2",
    "x3*u1-x1+3*x2+x1*u2-x3*u3^0.5=33.57",
    "x4-x1-x3^2+u2+3*u3=0",
    "x5-2*x3*u2*u3=0",
    "2*x1+x2*x3*u1+u2-u3=126.6",
];

struct PaiFisher;

impl Equations for PaiFisher {
    fn count(&self) -> usize {
        WRITTEN.len()
    }

    fn residuals(&self, point: &[f64]) -> Vec<f64> {
        let &[x1, x2, x3, x4, x5, u1, u2, u3] = point else {
            return vec![f64::NAN; 6];
        };
        vec![
            0.5 * x1 * x1 - 0.7 * x2 + x3 * u1 + u1 * u2 * x2 * x2 + 2.0 * x3 * u3 * u3 - 255.8,
            x1 - 2.0 * x2 + 3.0 * x1 * x3 - 2.0 * x2 * u1 - x2 * u2 * u3 + 111.2,
            x3 * u1 - x1 + 3.0 * x2 + x1 * u2 - x3 * u3.sqrt() - 33.57,
            x4 - x1 - x3 * x3 + u2 + 3.0 * u3,
            x5 - 2.0 * x3 * u2 * u3,
            2.0 * x1 + x2 * x3 * u1 + u2 - u3 - 126.6,
        ]
    }

    fn jacobian(&self, point: &[f64]) -> Vec<Vec<(usize, f64)>> {
        let &[x1, x2, x3, _, _, u1, u2, u3] = point else {
            return Vec::new();
        };
        vec![
            vec![
                (0, x1),
                (1, -0.7 + 2.0 * u1 * u2 * x2),
                (2, u1 + 2.0 * u3 * u3),
                (5, x3 + u2 * x2 * x2),
                (6, u1 * x2 * x2),
                (7, 4.0 * x3 * u3),
            ],
            vec![
                (0, 1.0 + 3.0 * x3),
                (1, -2.0 - 2.0 * u1 - u2 * u3),
                (2, 3.0 * x1),
                (5, -2.0 * x2),
                (6, -x2 * u3),
                (7, -x2 * u2),
            ],
            vec![
                (0, -1.0 + u2),
                (1, 3.0),
                (2, u1 - u3.sqrt()),
                (5, x3),
                (6, x1),
                (7, -x3 * 0.5 / u3.sqrt()),
            ],
            vec![(0, -1.0), (2, -2.0 * x3), (3, 1.0), (6, 1.0), (7, 3.0)],
            vec![
                (2, -2.0 * u2 * u3),
                (4, 1.0),
                (6, -2.0 * x3 * u3),
                (7, -2.0 * x3 * u2),
            ],
            vec![
                (0, 2.0),
                (1, x3 * u1),
                (2, x2 * u1),
                (5, x2 * x3),
                (6, 1.0),
                (7, -1.0),
            ],
        ]
    }
}

#[test]
fn pai_and_fisher() {
    const FILE: &str = "dr_nonlinear.json";
    let Some(file) = json::<File>(FILE) else { return };
    let mut checks = Checks::of(FILE);
    let [case] = file.problems.as_slice() else {
        panic!("one problem")
    };
    assert_eq!(
        (case.id.as_str(), case.constraints.as_slice()),
        ("NL_PF88", &WRITTEN.map(String::from)[..])
    );
    let variables: Vec<Variable> = (0_u64..)
        .zip(case.measured.iter().zip(&case.sd))
        .map(|(key, (value, sd))| Variable::measured(key, *value, *sd))
        .chain((5..8).map(Variable::unmeasured))
        .collect();
    let starts = [
        [11.0, 0.6, 2.0],
        [10.0, 1.0, 1.0],
        [8.0, 0.3, 3.0],
        [14.0, 0.9, 1.2],
        [12.0, 0.1, 2.5],
        [9.0, 1.5, 2.0],
    ];
    for start in starts {
        let from: Vec<f64> = case.measured.iter().copied().chain(start).collect();
        let solved = reconcile_nonlinear(&PaiFisher, &variables, &from, Rounds::default())
            .unwrap_or_else(|error| panic!("from {start:?}: {error}"));
        let what = |name: &str| format!("from {start:?}, {name}");
        for (at, expected) in case.expected_x.iter().chain(&case.expected_u).enumerate() {
            checks.close(
                &what(&format!("variable {at}")),
                solved.point[at],
                *expected,
                1e-4,
            );
            let class = solved.tangent.estimate(at).unwrap().class;
            let expected = if at < 5 {
                Class::Redundant
            } else {
                Class::Observable
            };
            checks.holds(&what("class"), class == expected);
        }
        checks.within(
            &what("objective"),
            solved.objective,
            case.expected_objective,
            1e-5,
        );
        for residual in PaiFisher.residuals(&solved.point) {
            checks.within(&what("equation"), residual, 0.0, 1e-9);
        }
        checks.holds(&what("rounds"), solved.rounds <= 60);
        println!("from {start:?}: {} rounds", solved.rounds);
    }
    checks.counted(6 * (2 * 8 + 1 + 6 + 1));
}
