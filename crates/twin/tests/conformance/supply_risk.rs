//! GeoPolRisk and the European study of 2023.

use std::collections::BTreeMap;

use didymium_twin::supply_risk::{
    Exposure, RiskStage, Sourcing, Supplier, common_interval, decisive_stage, implied_concentration,
    reaches_thresholds, supply_risk, weighted_concentration,
};
use serde::Deserialize;
use serde_json::Value;

use crate::shared::{Checks, json, text};

/// Rows of a table without quoted fields, by column name.
fn table(text: &str) -> Vec<BTreeMap<&str, &str>> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            assert_eq!(fields.len(), names.len(), "{line}");
            names.iter().copied().zip(fields).collect()
        })
        .collect()
}

fn number(row: &BTreeMap<&str, &str>, name: &str) -> Option<f64> {
    let field = row[name];
    (!field.is_empty()).then(|| field.parse().unwrap_or_else(|e| panic!("{name} {field}: {e}")))
}

#[test]
fn geopolrisk_workbook() {
    const FILE: &str = "geopolrisk_workbook.json";
    let Some(file) = json::<Value>(FILE) else { return };
    let mut checks = Checks::of(FILE);
    let case = &file["cases"][0];
    assert_eq!(file["cases"].as_array().unwrap().len(), 1);
    let production: Vec<f64> = case["production_2022"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["code"] != "DELETE")
        .map(|row| row["t"].as_f64().unwrap())
        .collect();
    let imports: Vec<(f64, f64)> = case["imports_2022"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["Quantity (mTonnes)"].as_f64().unwrap(),
                row["WGI"].as_f64().unwrap(),
            )
        })
        .collect();
    assert_eq!((production.len(), imports.len()), (19, 36));
    let published = |name: &str| case["published"][name].as_f64().unwrap();
    let exposure = Exposure::new(
        &production,
        published("Domestic Production"),
        &imports,
        Some(published("Price")),
    );
    let index = exposure.geopolrisk();
    checks.close("HHI", exposure.concentration.unwrap(), published("HHI"), 1e-6);
    checks.close(
        "numerator",
        exposure.weighted_imports,
        published("Numerator"),
        1e-6,
    );
    checks.close("trade", exposure.imports, published("Total Trade"), 1e-6);
    checks.close(
        "import risk",
        index.import_risk.unwrap(),
        published("Import Risk (WTA)"),
        1e-6,
    );
    checks.close("score", index.score.unwrap(), published("GeoPolRisk Score"), 1e-6);
    let midpoint = index.score.unwrap() * published("Price");
    checks.close("midpoint", midpoint, published("Midpoint"), 1e-6);
    checks.close("factor", index.factor.unwrap(), published("CF"), 1e-6);
    checks.counted(7);
}

#[test]
fn geopolrisk_panel() {
    const FILE: &str = "geopolrisk_py_2_0_1.csv";
    let Some(text) = text(FILE) else { return };
    let mut checks = Checks::of(FILE);
    for row in table(&text) {
        let what = |name: &str| format!("{} {} {}, {name}", row["material"], row["year"], row["importer"]);
        let of = |name: &str| number(&row, name);
        let index = Exposure {
            concentration: of("hhi"),
            domestic: of("domestic_production_t").unwrap(),
            imports: of("total_trade_t").unwrap(),
            weighted_imports: of("numerator").unwrap(),
            price: of("price"),
        }
        .geopolrisk();
        for (name, value) in [
            ("import_risk", index.import_risk),
            ("score", index.score),
            ("cf", index.factor),
        ] {
            match of(name) {
                Some(expected) => checks.close(&what(name), value.unwrap(), expected, 1e-6),
                None => checks.holds(&what(name), value.is_none()),
            }
        }
    }
    // A cell without data is missing, each number of it for itself.
    let empty = Exposure::new(&[], 0.0, &[], Some(2.0)).geopolrisk();
    checks.holds(
        "no data",
        (empty.import_risk, empty.score, empty.factor) == (None, None, None),
    );
    let no_price = Exposure::new(&[1.0, 1.0], 0.0, &[(2.0, 0.5)], None).geopolrisk();
    checks.holds(
        "no price",
        (no_price.score, no_price.factor) == (Some(0.25), None),
    );
    checks.counted(50 * 3 + 2);
}

#[derive(Deserialize)]
struct Consistency {
    rows: Vec<Element>,
    expected_intersection: (f64, f64),
}

#[derive(Deserialize)]
struct Element {
    el: String,
    #[serde(rename = "SR")]
    risk: f64,
    #[serde(rename = "EoL")]
    recycling: f64,
    #[serde(rename = "SI")]
    substitution: f64,
    implied_low: f64,
    implied_high: f64,
}

#[test]
fn one_supplier_has_one_concentration() {
    const FILE: &str = "eu_crm_consistency.json";
    let Some(file) = json::<Consistency>(FILE) else {
        return;
    };
    let mut checks = Checks::of(FILE);
    let mut intervals = Vec::new();
    for row in &file.rows {
        let implied = implied_concentration(row.risk, 0.05, row.recycling, row.substitution).unwrap();
        checks.within(&row.el, implied.0, row.implied_low, 5e-5);
        checks.within(&row.el, implied.1, row.implied_high, 5e-5);
        intervals.push(implied);
        // And back: any concentration in the interval gives the published risk.
        let world = f64::midpoint(implied.0, implied.1);
        let risk = supply_risk(Sourcing::Global { world }, row.recycling, row.substitution);
        checks.within(&row.el, risk, row.risk, 1e-12);
    }
    let common = common_interval(&intervals).unwrap();
    checks.within("least", common.0, file.expected_intersection.0, 5e-4);
    checks.within("greatest", common.1, file.expected_intersection.1, 5e-4);
    let terbium = implied_concentration(4.9, 0.05, 0.01, 0.92).unwrap();
    checks.holds("Tb does not fit", common_interval(&[common, terbium]).is_none());
    checks.counted(4 * 3 + 3);
}

#[test]
fn european_study() {
    const FILE: &str = "eu_crm_2023_results.csv";
    let Some(text) = text(FILE) else { return };
    let mut checks = Checks::of(FILE);
    let rows = table(&text);
    assert_eq!(rows.len(), 45);
    for row in &rows {
        let name = row["material_name"];
        let stages = (
            number(row, "supply_risk_primary"),
            number(row, "supply_risk_refined"),
        );
        let (stage, risk) = decisive_stage(stages.0, stages.1).unwrap();
        let published = number(row, "supply_risk").unwrap();
        let named = match row["eu_used_stage"] {
            "Extraction" => RiskStage::Extraction,
            "Processing" => RiskStage::Processing,
            other => panic!("{name}: stage {other}"),
        };
        match name {
            // A group row, not the larger of its two stages.
            "LREE" => checks.holds("LREE", stage == RiskStage::Processing && risk < published),
            // Its processing risk, the one used, is not published.
            "Praseodymium" => checks.holds("Pr", stages.1.is_none() && named == RiskStage::Processing),
            _ => {
                checks.within(name, risk, published, 0.05);
                checks.holds(name, stage == named);
            }
        }
    }
    let critical = |name: &str| {
        let row = rows.iter().find(|row| row["material_name"] == name).unwrap();
        reaches_thresholds(
            number(row, "supply_risk").unwrap(),
            number(row, "economic_importance").unwrap(),
        )
    };
    for (name, expected) in [
        ("Dysprosium", true),
        ("Niobium", true),
        ("Coking coal", true),
        ("Aggregates", false),
        ("Natural cork", false),
        ("Zinc", false),
        ("Silver", false),
    ] {
        checks.holds(name, critical(name) == expected);
    }
    checks.counted(43 * 2 + 2 + 7);
}

#[test]
fn trade_parameters_are_accepted() {
    const FILE: &str = "eu_crm_2023_trade_parameter_sample.csv";
    let Some(text) = text(FILE) else { return };
    let mut checks = Checks::of(FILE);
    let rows = table(&text);
    let count = rows.len();
    for row in &rows {
        let trade = number(row, "t").unwrap();
        let alone = Supplier {
            share: 1.0,
            governance: 5.0,
            trade,
        };
        checks.within(
            row["material"],
            weighted_concentration(&[alone]),
            5.0 * trade,
            0.0,
        );
        checks.holds(row["country"], (0.8..=2.0).contains(&trade));
    }
    assert!(count > 0);
    checks.counted(2 * count);
}
