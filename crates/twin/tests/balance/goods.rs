//! Goods in use: they leave it at some age, come back in part, and add up with all the rest. Alloys are made by recipe.

use didymium_twin::balance::{Balance, Grade, Key, Line, Options, Origin, Reason, Slot, Spot, Told};
use didymium_vocabulary::{Assumed, Vocabulary};

use crate::club::{cobalt, survey, table, twin};
use crate::facts::public_twin;

fn refined(area: &str, period: &str, value: &str) -> [String; 15] {
    cobalt(("production", "refining", "refined", area, "", "", period, value))
}

fn demand(subject: &str, period: &str, value: &str) -> [String; 15] {
    cobalt(("demand", "end_use", "", "WLD", "", subject, period, value))
}

/// Refining of 1,000 t a year from 1970, which is all that there is.
fn steady() -> Vec<[String; 15]> {
    (1970..=2023)
        .map(|year| refined("WLD", &year.to_string(), "1000"))
        .collect()
}

fn balance(rows: &[[String; 15]]) -> Balance {
    Balance::of(
        &twin(&[table(&survey("survey", "2024-06-01"), rows)]),
        "cobalt",
        &Options::default(),
    )
    .unwrap()
}

fn of(balance: &Balance, stage: &str, spot: &Spot, year: i16, line: Line) -> (f64, f64) {
    let stage = balance.stage(stage).unwrap();
    let found = balance.line(0, stage, spot, Slot::of_year(year), line).unwrap();
    (found.value.unwrap(), found.deviation.unwrap())
}

#[test]
fn what_is_sold_is_put_in_use_and_leaves_it_by_age() {
    let balance = balance(&steady());
    let world = |line, year| of(&balance, "end_use", &Spot::World, year, line).0;
    let (put, kept) = (world(Line::Produced, 2023), world(Line::Closing, 2023));
    let (back, lost) = (world(Line::Consumed, 2023), world(Line::Lost, 2023));
    // 90 percent of what is sold and of what comes back, of which 30 percent is recovered when it leaves.
    let sold = of(&balance, "refining", &Spot::World, 2023, Line::Consumed).0;
    let recycled = of(&balance, "recycling", &Spot::World, 2023, Line::Consumed).0;
    assert!(
        (put / (0.9 * (sold + recycled)) - 1.0).abs() < 0.1,
        "{put} {sold} {recycled}"
    );
    assert!((back / (back + lost) - 0.30).abs() < 0.05, "{back} {lost}");
    // In use for twelve years on average: there is about that much of it.
    let years = kept / put;
    assert!((9.0..15.0).contains(&years), "{years} years of {put}");
    // What left in 2023 was put in use before: less than what is put in use now, more than half of it after fifty years.
    assert!(
        (0.5..1.05).contains(&((back + lost) / put)),
        "{back} {lost} {put}"
    );
    let opening = world(Line::Opening, 2023);
    assert!(
        (opening + put - back - lost - kept).abs() < 1e-6 * kept,
        "it adds up"
    );
    let made = of(&balance, "recycling", &Spot::World, 2023, Line::Produced).0;
    assert!((made / back - 1.0).abs() < 0.1, "{made} {back}");
    let told = balance
        .line(
            0,
            balance.stage("end_use").unwrap(),
            &Spot::World,
            Slot::of_year(2023),
            Line::Closing,
        )
        .unwrap();
    assert_eq!(
        (told.told, told.grade),
        (Told::Assumed, Grade::E),
        "nobody counts it"
    );
}

#[test]
fn growth_leaves_less_to_come_back() {
    let growing: Vec<[String; 15]> = (1990..=2023)
        .zip(0..)
        .map(|(year, since)| {
            let tonnes = 100.0 * 1.08_f64.powi(since);
            refined("WLD", &i32::to_string(&year), &format!("{tonnes:.0}"))
        })
        .collect();
    let leaving = |balance: &Balance| {
        let line = |line| of(balance, "end_use", &Spot::World, 2023, line).0;
        (line(Line::Consumed) + line(Line::Lost)) / line(Line::Produced)
    };
    let (slow, fast) = (leaving(&balance(&steady())), leaving(&balance(&growing)));
    assert!(fast < 0.75 * slow, "{fast} {slow}");
}

#[test]
fn uses_add_to_all_goods_and_the_rest_is_the_rest() {
    let mut rows = steady();
    rows.push(demand("electric vehicles", "2023", "300"));
    let balance = balance(&rows);
    let of_use = |key: &str, line| of(&balance, "end_use", &Spot::Use(key.into()), 2023, line).0;
    let world = |line| of(&balance, "end_use", &Spot::World, 2023, line).0;
    for line in [Line::Produced, Line::Consumed, Line::Lost, Line::Closing] {
        let parts = of_use("electric vehicles", line) + of_use("other uses", line);
        assert!((parts - world(line)).abs() < 1e-6 * world(line), "{line:?}");
    }
    // What makers of vehicles take is 300 t; nine tenths of it is put in use.
    let vehicles = of_use("electric vehicles", Line::Produced);
    assert!((vehicles - 270.0).abs() < 30.0, "{vehicles}");
    let key = Key {
        layer: 0,
        stage: balance.stage("end_use").unwrap(),
        spot: Spot::World,
        slot: Slot::of_year(2023),
        line: Line::Lost,
    };
    let weights = balance.weights(&key).unwrap();
    let rests_on = |origin: &Origin| weights.iter().any(|weight| weight.origin == origin);
    assert!(rests_on(&Origin::Assumption(Assumed::Lifetime)) && rests_on(&Origin::Returns));
    assert!(
        weights.iter().any(|weight| weight.origin.is_evidence()),
        "and on reports"
    );
}

#[test]
fn uses_of_one_table_tell_their_shares_and_its_total_what_is_sold() {
    let mut rows = steady();
    rows.push(demand("total", "2023", "1000"));
    rows.push(demand("electric vehicles", "2023", "300"));
    rows.push(demand("other uses", "2023", "700"));
    let balance = balance(&rows);
    let world = of(&balance, "end_use", &Spot::World, 2023, Line::Produced).0;
    let vehicles = of(
        &balance,
        "end_use",
        &Spot::Use("electric vehicles".into()),
        2023,
        Line::Produced,
    )
    .0;
    assert!((vehicles / world - 0.3).abs() < 0.02, "{vehicles} of {world}");
    // What comes back is put in use beside what is sold: the table does not press it out.
    let recycled = |year| of(&balance, "recycling", &Spot::World, year, Line::Produced).0;
    assert!(
        (recycled(2023) / recycled(2022) - 1.0).abs() < 0.1,
        "{} {}",
        recycled(2022),
        recycled(2023)
    );
    // Vehicles began not long ago.
    let early = of(
        &balance,
        "end_use",
        &Spot::Use("electric vehicles".into()),
        2005,
        Line::Closing,
    )
    .0;
    assert!(early < 30.0, "{early}");
}

#[test]
fn goods_that_somebody_counts_are_used() {
    let mut rows = steady();
    rows.push(cobalt(("stocks", "end_use", "", "WLD", "", "", "2023", "5000")));
    rows.push(cobalt(("imports", "end_use", "", "CAN", "", "", "2023", "5")));
    let balance = balance(&rows);
    let kept = of(&balance, "end_use", &Spot::World, 2023, Line::Closing).0;
    assert!((kept - 5000.0).abs() < 1500.0, "{kept}");
    let reasons: Vec<&Reason> = balance.findings.iter().map(|finding| &finding.reason).collect();
    assert!(
        matches!(reasons.as_slice(), [Reason::NoStage { stage }] if stage == "end_use"),
        "{reasons:?}"
    );
}

#[test]
fn a_use_that_nobody_knows_and_one_of_a_month_are_named() {
    let mut rows = steady();
    rows.push(demand("paint|drying", "2023", "10"));
    rows.push(demand("wind", "2023-04", "10"));
    let balance = balance(&rows);
    let reasons: Vec<&Reason> = balance.findings.iter().map(|finding| &finding.reason).collect();
    let unknown = |reason: &&&Reason| matches!(reason, Reason::UnknownUse { subject, known } if subject == "paint|drying" && known.contains("wind"));
    assert!(
        reasons.iter().any(|reason| unknown(&reason)) && reasons.contains(&&Reason::UseOfPartOfYear),
        "{reasons:?}"
    );
}

#[test]
fn the_public_record_has_goods_in_use_for_every_family_that_is_sold() {
    for family in ["rare_earths", "lithium", "cobalt", "nickel"] {
        let balance = Balance::of(public_twin(), family, &Options::default()).unwrap();
        let (kept, deviation) = of(&balance, "end_use", &Spot::World, 2022, Line::Closing);
        let put = of(&balance, "end_use", &Spot::World, 2022, Line::Produced).0;
        println!("{family}: {kept:.0} ± {deviation:.0} t in use at the end of 2022, {put:.0} t put in use");
        assert!(
            kept > 3.0 * put && deviation > 0.05 * kept,
            "{family}: {kept} {put}"
        );
    }
}

#[test]
fn what_is_in_magnets_follows_from_their_recipe() {
    let magnets = [
        "production",
        "rare_earths",
        "magnet",
        "magnet",
        "",
        "wet",
        "CHN",
        "",
        "",
        "2022",
        "200000",
        "",
        "t",
        "reported",
        "",
    ]
    .map(str::to_owned);
    let said = [table(&survey("survey", "2024-06-01"), &[magnets])];
    let balance = Balance::of(&twin(&said), "rare_earths", &Options::default()).unwrap();
    let stage = balance.stage("magnet").unwrap();
    let of_element = |element: &str| {
        let layer = balance.layer(element).unwrap();
        let china = Spot::Country("CHN".into());
        let found = balance
            .line(layer, stage, &china, Slot::of_year(2022), Line::Produced)
            .unwrap();
        (found.value.unwrap(), found.deviation.unwrap())
    };
    // 30 percent of 200,000 t is rare-earth metal, three quarters of it neodymium, told as oxide (× 1.1664).
    let (neodymium, deviation) = of_element("neodymium");
    assert!((neodymium - 52_490.0).abs() < 2_000.0, "{neodymium}");
    assert!(deviation > 0.05 * neodymium, "{deviation}");
    let (dysprosium, _) = of_element("dysprosium");
    assert!(
        (dysprosium - 0.04 * 60_000.0 * 1.1477).abs() < 400.0,
        "{dysprosium}"
    );
    let (lutetium, spread) = of_element("lutetium");
    assert!(lutetium < spread, "no recipe names it: {lutetium} ± {spread}");
    let layer = balance.layer("neodymium").unwrap();
    let key = Key {
        layer,
        stage,
        spot: Spot::Country("CHN".into()),
        slot: Slot::of_year(2022),
        line: Line::Produced,
    };
    let weights = balance.weights(&key).unwrap();
    assert!(
        weights.iter().any(|weight| *weight.origin == Origin::Alloy),
        "{weights:?}"
    );
}

#[test]
fn a_spot_of_a_use_is_read_as_it_is_written() {
    for end_use in Vocabulary::embedded().end_uses() {
        let spot = Spot::Use(end_use.key.as_str().into());
        assert_eq!(Spot::parse(&spot.to_string()), Some(spot));
    }
    assert_eq!(Spot::parse("WLD/"), None);
}
