//! The unit tests of ODYM's dynamic stock model.

use didymium_twin::cohort::{CohortError, Cohorts, Lifetime};
use serde::Deserialize;

use crate::shared::{Checks, json};

#[derive(Deserialize)]
struct File {
    inflow: Vec<f64>,
    lifetimes: Lifetimes,
    expected: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lifetimes {
    #[serde(rename = "lifetime_FixedLT")]
    fixed: Law,
    #[serde(rename = "lifetime_FixedLT0")]
    zero: Law,
    #[serde(rename = "lifetime_FixedLT_X")]
    other: Law,
}

#[derive(Deserialize)]
struct Law {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(rename = "Mean")]
    mean: Vec<f64>,
}

impl Law {
    fn lifetime(&self) -> Lifetime {
        assert_eq!(self.kind, "Fixed");
        Lifetime::Fixed { mean: self.mean[0] }
    }
}

#[derive(Deserialize)]
struct Expected {
    #[serde(rename = "Inflow_T_FixedLT")]
    inflow: Vec<f64>,
    #[serde(rename = "Outflow_T_FixedLT")]
    outflow: Vec<f64>,
    #[serde(rename = "Outflow_TC_FixedLT")]
    outflow_of: Vec<Vec<f64>>,
    #[serde(rename = "Stock_T_FixedLT")]
    stock: Vec<f64>,
    #[serde(rename = "StockChange_T_FixedLT")]
    change: Vec<f64>,
    #[serde(rename = "Stock_TC_FixedLT")]
    stock_of: Vec<Vec<f64>>,
}

#[test]
fn dynamic_stock() {
    const FILE: &str = "dynamic_stock_odym.json";
    let Some(file) = json::<File>(FILE) else { return };
    let mut checks = Checks::of(FILE);
    let expected = &file.expected;
    let periods = file.inflow.len();
    assert_eq!(periods, 10);
    for law in [&file.lifetimes.fixed, &file.lifetimes.other] {
        let forward = Cohorts::from_inflow(file.inflow.clone(), law.lifetime()).unwrap();
        let backward = Cohorts::from_stock(&expected.stock, law.lifetime()).unwrap();
        for model in [forward, backward] {
            let (stock, outflow) = (model.stock(), model.outflow());
            let mut last = 0.0;
            for period in 0..periods {
                let what = |name: &str| format!("{name} of period {period}");
                checks.close(
                    &what("inflow"),
                    model.inflow()[period],
                    expected.inflow[period],
                    1e-8,
                );
                checks.close(&what("stock"), stock[period], expected.stock[period], 1e-8);
                checks.close(&what("outflow"), outflow[period], expected.outflow[period], 1e-8);
                checks.close(
                    &what("change"),
                    stock[period] - last,
                    expected.change[period],
                    1e-8,
                );
                let change = stock[period] - last;
                checks.close(
                    &what("balance"),
                    outflow[period] + change,
                    model.inflow()[period],
                    1e-8,
                );
                last = stock[period];
                for cohort in 0..periods {
                    let (in_use, left) = (model.stock_of(period, cohort), model.outflow_of(period, cohort));
                    checks.close(
                        &what("stock by cohort"),
                        in_use,
                        expected.stock_of[period][cohort],
                        1e-8,
                    );
                    checks.close(
                        &what("outflow by cohort"),
                        left,
                        expected.outflow_of[period][cohort],
                        1e-8,
                    );
                }
            }
        }
    }
    let zero = file.lifetimes.zero.lifetime();
    let error = Cohorts::from_stock(&expected.stock, zero).unwrap_err();
    checks.holds("lifetime 0 is an error", error == CohortError::NothingSurvives);
    checks.holds("the error says so", error.to_string().contains("sf(0) = 0"));
    checks.counted(2 * 2 * 10 * (5 + 2 * 10) + 2);
}
