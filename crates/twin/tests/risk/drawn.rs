//! Error bars: the delta method beside the spread of indices computed from drawn inputs.

use didymium_twin::risk::{BY_BASIS, Risk, deviation_of_basis};
use didymium_twin::{Quantity, Twin};

use crate::world::{Row, produced, rows, series, twin, year};

/// Draws. The deviation of a deviation is about one part in `√(2 · 1500) ≈ 55`.
const DRAWS: usize = 1_500;
/// How far the two may be apart, relatively: chance, and the curvature that a first-order method leaves out.
const APART_MAX: f64 = 0.09;
/// Inputs are drawn with this part of their deviations, so that the curvature is small.
const NARROW: f64 = 0.4;

/// SplitMix64 and Box–Muller: the same draws in every run.
struct Draws(u64);

impl Draws {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^= bits >> 31;
        f64::from_bits((bits >> 12) | (1023 << 52)) - 1.0
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }
}

fn deviation(row: &Row) -> f64 {
    let basis = serde_json::from_value(serde_json::Value::from(row.basis)).unwrap();
    NARROW * deviation_of_basis(basis)
}

/// The world with every figure drawn around its value; a governance score varies on the scale of 0 to 10 that it is used
/// on. A published world total is what it leaves over the countries' sum, drawn, and that sum.
fn drawn(world: &[Row], draws: &mut Draws) -> Vec<Row> {
    let is_country = |row: &&Row| row.measure == "production" && row.area != "WLD";
    let listed = |rows: &[Row]| -> f64 { rows.iter().filter(is_country).map(|row| row.value).sum() };
    let before = listed(world);
    let mut drawn: Vec<Row> = world
        .iter()
        .map(|row| {
            let off = deviation(row) * draws.normal();
            let value = match (row.measure, row.area) {
                ("indicator", _) => 2.5 - (2.5 - row.value) * (1.0 + off),
                ("production", "WLD") => (row.value - before) * (1.0 + off),
                _ => row.value * (1.0 + off),
            };
            Row { value, ..row.clone() }
        })
        .collect();
    let after = listed(&drawn);
    for row in drawn
        .iter_mut()
        .filter(|row| row.measure == "production" && row.area == "WLD")
    {
        row.value += after;
    }
    drawn
}

const ASKED: [(Quantity, &str, &str); 11] = [
    (Quantity::Hhi, "production", ""),
    (Quantity::TopThree, "production", ""),
    (Quantity::LargestShare, "production", ""),
    (Quantity::NMinusOneOfDemand, "production", ""),
    (Quantity::GovernanceHhi, "production", ""),
    (Quantity::SupplyRisk, "production", ""),
    (Quantity::SupplyRisk, "production", "USA"),
    (Quantity::GeoPolRisk, "trade", "USA"),
    (Quantity::GeoPolRisk, "trade", "CLUB"),
    (Quantity::Membership, "trade", "USA"),
    (Quantity::MembershipSupplyRisk, "production", "USA"),
];

fn value(twin: &Twin, (quantity, measure, area): (Quantity, &str, &str), narrow: f64) -> (f64, f64) {
    let by_fact = |fact: &didymium_twin::Fact| narrow * deviation_of_basis(fact.basis);
    let deviations = didymium_twin::risk::Deviations {
        of_fact: &by_fact,
        of_basis: &|basis| narrow * deviation_of_basis(basis),
    };
    let risk = Risk::new(twin, deviations);
    let outcome = risk
        .at(quantity, series(twin, measure), area, "", year("2020"))
        .unwrap();
    let measured = outcome.unwrap().measured;
    (measured.value, measured.deviation())
}

fn compare(world: &[Row]) {
    let exact = twin(world);
    let mut draws = Draws(20_261_123);
    let mut sums = [(0.0, 0.0); ASKED.len()];
    for _ in 0..DRAWS {
        let one = twin(&drawn(world, &mut draws));
        for (sum, asked) in sums.iter_mut().zip(ASKED) {
            let (value, _) = value(&one, asked, NARROW);
            sum.0 += value;
            sum.1 += value * value;
        }
    }
    let count = DRAWS as f64;
    for ((sum, squares), asked) in sums.into_iter().zip(ASKED) {
        let mean = sum / count;
        let spread = (squares / count - mean * mean).sqrt();
        let (value, deviation) = value(&exact, asked, NARROW);
        assert!(deviation > 0.0, "{asked:?} has no error");
        let apart = (deviation - spread).abs() / spread;
        assert!(
            apart < APART_MAX,
            "{asked:?}: {value} ± {deviation} by the delta method, ± {spread} drawn"
        );
    }
}

#[test]
fn deviations_are_those_of_drawn_inputs() {
    compare(&rows());
}

#[test]
fn a_published_total_is_no_second_measurement() {
    let mut world = rows();
    world.push(produced("WLD", 1_900.0));
    compare(&world);
}

#[test]
fn deviations_by_basis_are_ordered_as_bases_are() {
    use didymium_statement::payload::Basis;
    let order = [
        Basis::Reported,
        Basis::Derived,
        Basis::Estimated,
        Basis::Projected,
        Basis::GeneralKnowledge,
    ];
    let deviations = order.map(deviation_of_basis);
    assert!(deviations.is_sorted_by(|a, b| a < b));
    // The panel's deviations are those, unless others are given.
    let twin = twin(&rows());
    let fact = &twin.facts()[0];
    assert_eq!((BY_BASIS.of_fact)(fact), deviation_of_basis(fact.basis));
}
