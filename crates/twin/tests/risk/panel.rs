//! What the panel says: values against formulas, and every cell there, with a value or with its cause.

use std::collections::BTreeSet;

use didymium_twin::risk::{
    Assumption, BY_BASIS, Bound, Cell, Estimate, Importers, Missing, PanelAsk, Risk, WHOLE,
};
use didymium_twin::supply_risk::{Exposure, import_reliance};
use didymium_twin::{CLUB, Quantity, Twin};
use didymium_vocabulary::Vocabulary;

use crate::data;
use crate::world::{self, flow, rows, series, twin, year};

const PRICE: f64 = 14.0;

fn outcome(twin: &Twin, quantity: Quantity, measure: &str, area: &str) -> Result<f64, Missing> {
    let found = Risk::new(twin, BY_BASIS)
        .at(quantity, series(twin, measure), area, "", year("2020"))
        .unwrap();
    found.map(|estimate| estimate.measured.value)
}

fn near(found: Result<f64, Missing>, wanted: f64) {
    let found = found.unwrap();
    assert!(
        (found - wanted).abs() < 1e-12 * wanted.abs().max(1.0),
        "{found}, not {wanted}"
    );
}

/// Political instability, 0 to 1.
fn instability(score: f64) -> f64 {
    (2.5 - score) / 5.0
}

#[test]
fn geopolrisk_is_the_published_formula() {
    let twin = twin(&rows());
    let made = [800.0, 500.0, 150.0, 120.0];
    let [can, rus, chn] = [1.0, -0.7, -0.4].map(instability);
    let alone = Exposure::new(
        &made,
        0.0,
        &[(900_000.0, can), (700_000.0, rus), (200_000.0, chn)],
        None,
    );
    near(
        outcome(&twin, Quantity::GeoPolRisk, "trade", "USA"),
        alone.geopolrisk().score.unwrap(),
    );
    // The club: trade between its members is none, Canada's production is its own, at the price of the year.
    let own = 120_000.0 * PRICE;
    let pooled = Exposure::new(
        &made,
        own,
        &[(700_000.0, rus), (200_000.0, chn), (400_000.0, rus)],
        None,
    );
    let pooled = pooled.geopolrisk().score.unwrap();
    near(outcome(&twin, Quantity::GeoPolRisk, "trade", CLUB), pooled);
    near(
        outcome(&twin, Quantity::Membership, "trade", "USA"),
        alone.geopolrisk().score.unwrap() - pooled,
    );
    let reliance = import_reliance(own, 400_000.0, 1_200_000.0).unwrap();
    near(
        outcome(&twin, Quantity::ImportReliance, "trade", "CAN"),
        100.0 * reliance,
    );
}

#[test]
fn european_risk_mixes_both_sides() {
    let twin = twin(&rows());
    let governance = |mean: f64| (2.5 - mean) / 5.0 * 10.0;
    let total = 1_570.0_f64;
    let made: [(f64, f64); 4] = [(800.0, -0.3), (500.0, -0.1), (150.0, -0.8), (120.0, 1.5)];
    let world: f64 = made
        .iter()
        .map(|(x, mean)| (x / total).powi(2) * governance(*mean))
        .sum();
    near(outcome(&twin, Quantity::GovernanceHhi, "production", ""), world);
    // No recycling rate is at hand: the world alone is its concentration.
    near(outcome(&twin, Quantity::SupplyRisk, "production", ""), world);
    let bought: [(f64, f64); 3] = [(900_000.0, 1.5), (700_000.0, -0.8), (200_000.0, -0.3)];
    let sources: f64 = bought
        .iter()
        .map(|(v, mean)| (v / 1_800_000.0).powi(2) * governance(*mean))
        .sum();
    // USA produces nothing and exports 150,000: it relies on imports wholly.
    near(
        outcome(&twin, Quantity::SupplyRisk, "production", "USA"),
        world * 0.5 + sources * 0.5,
    );
    // Canada exports more than it imports: its own sources alone count.
    let own: [(f64, f64); 2] = [(120_000.0 * PRICE, 1.5), (400_000.0, -0.8)];
    let whole = own[0].0 + own[1].0;
    let sources: f64 = own
        .iter()
        .map(|(v, mean)| (v / whole).powi(2) * governance(*mean))
        .sum();
    near(outcome(&twin, Quantity::SupplyRisk, "production", "CAN"), sources);
}

#[test]
fn demand_measures_what_is_left() {
    let twin = twin(&rows());
    near(
        outcome(&twin, Quantity::NMinusOneOfDemand, "production", ""),
        100.0 * (1_570.0 - 800.0) / 1_500.0,
    );
}

#[test]
fn a_missing_input_is_a_cause_and_stops_no_other_cell() {
    let mut world = rows();
    world.retain(|row| row.subject != "wgi_pv" || row.area != "RUS");
    world.retain(|row| row.measure != "price");
    world.push(flow("CHN", "FRA", 500.0));
    let twin = twin(&world);
    // Over a tenth of what USA buys comes from a place without a score.
    assert_eq!(
        outcome(&twin, Quantity::GeoPolRisk, "trade", "USA"),
        Err(Missing::GovernanceIncomplete)
    );
    assert!(outcome(&twin, Quantity::GeoPolRisk, "trade", "FRA").is_ok());
    assert_eq!(
        outcome(&twin, Quantity::GeoPolRisk, "trade", "DEU"),
        Err(Missing::NoSupply)
    );
    assert_eq!(
        outcome(&twin, Quantity::ImportReliance, "trade", "CAN"),
        Err(Missing::DomesticUnknown)
    );
    assert_eq!(
        outcome(&twin, Quantity::Membership, "trade", "USA"),
        Err(Missing::AloneMissing)
    );
    let cells = Risk::new(&twin, BY_BASIS).of_trade(WHOLE);
    let scores: Vec<(&str, bool)> = cells
        .iter()
        .filter(|cell| cell.quantity == Quantity::GeoPolRisk)
        .map(|cell| (cell.area.as_str(), cell.outcome.is_ok()))
        .collect();
    assert_eq!(
        scores,
        [
            ("CAN", false),
            ("CHN", true),
            ("CLUB", false),
            ("EU", true),
            ("FRA", true),
            ("USA", false)
        ]
    );
}

#[test]
fn what_is_left_out_is_told_and_bounds_the_value() {
    let mut world = rows();
    world.retain(|row| row.measure != "price");
    let twin = twin(&world);
    let risk = Risk::new(&twin, BY_BASIS);
    let cells = risk.of_trade(PanelAsk {
        importers: Importers::One("CAN"),
        ..WHOLE
    });
    let score = cells
        .iter()
        .find(|cell| cell.quantity == Quantity::GeoPolRisk)
        .unwrap();
    let estimate = score.outcome.as_ref().unwrap();
    assert!(estimate.assumptions.contains(&Assumption::DomesticUnpriced));
    assert_eq!(score.bound(), Some(Bound::AtMost));
    // With the price the risk is lower indeed.
    let priced = world::twin(&rows());
    let lower = outcome(&priced, Quantity::GeoPolRisk, "trade", "CAN").unwrap();
    assert!(lower < estimate.measured.value);
    // Both leave Canada's production out, so their difference compares like with like, and is no bound.
    let gain = cells
        .iter()
        .find(|cell| cell.quantity == Quantity::Membership)
        .unwrap();
    assert!(gain.outcome.is_ok());
    assert_eq!(gain.bound(), None);
}

#[test]
fn production_of_all_forms_beside_trade_of_one_is_told() {
    let twin = twin(&rows());
    let cells = Risk::new(&twin, BY_BASIS).of_trade(WHOLE);
    for cell in cells {
        let Ok(estimate) = &cell.outcome else { continue };
        // Refined nickel of all forms is produced in Canada and in none of the United States; the trade is of class 1.
        let told = estimate.assumptions.contains(&Assumption::DomesticOfMoreForms);
        let produces = cell.area != "USA" || cell.quantity == Quantity::Membership;
        assert_eq!(told, produces, "{cell:?}");
    }
}

/// Of a year in which nobody tells what is refined, the concentration is that of mining, and says so.
#[test]
fn concentration_of_another_stage_says_of_which() {
    let score = |rows: &[world::Row]| {
        let twin = twin(rows);
        let ask = PanelAsk {
            importers: Importers::One("USA"),
            ..WHOLE
        };
        let cells = Risk::new(&twin, BY_BASIS).of_trade(ask);
        let score = cells.iter().find(|cell| cell.quantity == Quantity::GeoPolRisk);
        score.unwrap().outcome.clone().unwrap()
    };
    let of_stage = |found: &Estimate| {
        let mut all = found.assumptions.iter().copied();
        all.find(|one| matches!(one, Assumption::ConcentrationOfStage(_)))
    };
    assert_eq!(of_stage(&score(&rows())), None);
    let mut mined = rows();
    for row in mined.iter_mut().filter(|row| row.measure == "production") {
        row.mined = true;
    }
    let assumed = of_stage(&score(&mined)).unwrap();
    assert_eq!(assumed, Assumption::ConcentrationOfStage("mine"));
    assert_eq!(assumed.key(), "concentration_of_mine");
    let words = assumed.words(Vocabulary::embedded());
    assert!(
        words.en.contains("“Mining”") && words.fr.contains("« "),
        "{words:?}"
    );
}

#[test]
fn one_country_is_not_the_world() {
    let mut world = rows();
    world.retain(|row| row.measure != "production" || row.area == "CHN");
    let twin = twin(&world);
    assert_eq!(
        outcome(&twin, Quantity::Hhi, "production", ""),
        Err(Missing::OneCountry)
    );
}

#[test]
fn every_value_of_the_panel_walks_back() {
    let twin = twin(&rows());
    let risk = Risk::new(&twin, BY_BASIS);
    let cells = risk.panel(WHOLE);
    assert!(
        cells
            .iter()
            .any(|cell| cell.quantity == Quantity::MembershipSupplyRisk && cell.outcome.is_ok())
    );
    for cell in cells.iter().filter(|cell| cell.outcome.is_ok()) {
        let shown = risk.shown(cell).unwrap();
        let trace = twin.trace(&shown.figure.address).unwrap();
        assert_eq!(trace.figure.value, shown.figure.value, "{cell:?}");
        assert!(!trace.inputs.is_empty(), "{cell:?} rests on nothing");
        assert!(!trace.explanation.en.is_empty() && !trace.explanation.fr.is_empty());
        let again: didymium_twin::FigureAddress = shown.figure.address.to_string().parse().unwrap();
        assert_eq!(again, shown.figure.address);
    }
}

/// Outcome of a cell again, by its address.
fn again(risk: &Risk<'_>, cell: &Cell) -> Option<didymium_twin::risk::Outcome> {
    risk.at(
        cell.quantity,
        cell.series?,
        &cell.area,
        &cell.partner,
        cell.period,
    )
}

#[test]
fn the_panel_of_the_data_has_no_hole() {
    let twin = data::twin().unwrap();
    let risk = Risk::new(&twin, BY_BASIS);
    let cells = risk.of_trade(WHOLE);
    let scores: Vec<&Cell> = cells
        .iter()
        .filter(|cell| cell.quantity == Quantity::GeoPolRisk)
        .collect();
    // For each code: as many cells as importers times years.
    let codes: BTreeSet<_> = scores.iter().map(|cell| cell.series).collect();
    assert_eq!(codes.len(), 6);
    for code in codes {
        let of_code: Vec<_> = scores.iter().filter(|cell| cell.series == code).collect();
        let importers: BTreeSet<_> = of_code.iter().map(|cell| &cell.area).collect();
        let years: BTreeSet<_> = of_code.iter().map(|cell| cell.period).collect();
        assert_eq!(of_code.len(), importers.len() * years.len());
        assert!(years.len() >= 21 && importers.len() > 40);
    }
    // No score is at hand before 2010; from then to the end of trade most have a value.
    let valued = scores.iter().filter(|cell| cell.outcome.is_ok()).count();
    assert!(valued > 3_000, "{valued}");
    let early = scores.iter().filter(|cell| cell.period.year() < 2010);
    assert!(early.clone().count() > 0);
    for cell in early {
        assert!(matches!(cell.outcome, Err(Missing::NoGovernance)), "{cell:?}");
    }
    for cell in &scores {
        if let Ok(estimate) = &cell.outcome {
            let (value, deviation) = (estimate.measured.value, estimate.measured.deviation());
            assert!((0.0..=1.0).contains(&value) && deviation < 0.5, "{cell:?}");
            // Who imports nothing from anywhere is at no risk, and that is not in doubt.
            assert_eq!(value > 0.0, deviation > 0.0, "{cell:?}");
        }
    }
}

#[test]
fn a_cell_again_is_the_same_to_the_bit() {
    let twin = data::twin().unwrap();
    let risk = Risk::new(&twin, BY_BASIS);
    let cells = risk.panel(PanelAsk {
        year: Some(2022),
        importers: Importers::Club,
        ..WHOLE
    });
    let with_series = cells.iter().filter(|cell| cell.series.is_some());
    let mut compared = 0;
    for cell in with_series {
        let found = again(&risk, cell).unwrap();
        assert_eq!(found, cell.outcome, "{cell:?}");
        compared += 1;
    }
    assert!(compared > 200, "{compared}");
}

#[test]
fn the_higher_stage_decides() {
    let twin = data::twin().unwrap();
    let cells = Risk::new(&twin, BY_BASIS).panel(PanelAsk {
        commodity: Some("nickel"),
        year: Some(2022),
        importers: Importers::Club,
        stage: None,
    });
    let world: Vec<(&str, Option<bool>)> = cells
        .iter()
        .filter(|cell| cell.quantity == Quantity::SupplyRisk && cell.area.is_empty())
        .map(|cell| (cell.stage.as_str(), cell.decides))
        .collect();
    assert_eq!(world, [("mine", Some(true)), ("refining", Some(false))]);
}

#[test]
fn a_country_that_sells_about_all_it_has_has_no_reliance_that_could_be_told() {
    let reliance = |passed_on: f64| {
        let mut rows = rows();
        rows.push(flow("CAN", "RUS", passed_on));
        outcome(&twin(&rows), Quantity::ImportReliance, "trade", "CAN")
    };
    // CAN makes 120 t at 14,000, imports for 400,000 and sells for 1,200,000.
    assert!(reliance(0.0).is_ok());
    assert_eq!(reliance(879_900.0), Err(Missing::NothingConsumed));
    // Whoever makes nothing relies on imports wholly, however little is left.
    let mut rows = rows();
    rows.push(flow("USA", "RUS", 1_649_900.0));
    near(
        outcome(&twin(&rows), Quantity::ImportReliance, "trade", "USA"),
        100.0,
    );
}

#[test]
fn net_imports_above_what_is_used_have_a_caveat() {
    let found = |[imports, exports, consumption]: [f64; 3]| {
        let mut rows = rows();
        rows.extend(world::used(imports, exports, consumption));
        let twin = twin(&rows);
        let risk = Risk::new(&twin, BY_BASIS);
        let cells = risk.panel(PanelAsk {
            importers: Importers::One("USA"),
            ..WHOLE
        });
        let of_mass = |cell: &&Cell| {
            let measure = cell.series.map(|id| twin.key_texts(id)[0]);
            cell.quantity == Quantity::ImportReliance && measure == Some("imports")
        };
        let cell = cells.iter().find(of_mass).unwrap();
        let estimate = cell.outcome.clone().unwrap();
        let caveats: Vec<Assumption> = estimate
            .assumptions
            .into_iter()
            .filter(|one| one.is_caveat())
            .collect();
        (estimate.measured.value, caveats, cell.bound())
    };
    let (value, caveats, bound) = found([300.0, 30.0, 200.0]);
    assert!((value - 135.0).abs() < 1e-9, "{value}");
    assert_eq!(caveats, [Assumption::NetImportsAboveConsumption]);
    assert_eq!(bound, Some(Bound::AtMost));
    // What can be is told as it is: all that is used, and sums whose floats are a little more.
    for whole in [[230.0, 30.0, 200.0], [0.3 + 0.6, 0.3, 0.6], [100.0, 30.0, 200.0]] {
        let (_, caveats, bound) = found(whole);
        assert_eq!((caveats, bound), (vec![], None), "{whole:?}");
    }
}
