//! What would be if a report said otherwise: by an update, and the same from scratch.

use std::collections::BTreeMap;

use didymium_twin::balance::{Balance, BalanceError, Instead, Line, Moved, Options, Slot, Spot};

use crate::club::{Said, balance, cobalt, estimate, survey, table, twin};

fn said(wrong: &str) -> Vec<Said> {
    let rows = |values: [&str; 3]| -> Vec<[String; 15]> {
        let areas = ["COD", "AUS", "CAN"].iter().zip(values);
        areas
            .map(|(area, value)| cobalt(("production", "mine", "ore", area, "", "", "2023", value)))
            .collect()
    };
    let stocks = [cobalt((
        "stocks", "refining", "refined", "JPN", "", "", "2023", "500",
    ))];
    vec![
        table(&survey("one", "2024-01-01"), &rows(["130100", "5900", "3900"])),
        table(&survey("two", "2024-02-01"), &rows(["131200", "5800", "4100"])),
        table(&survey("three", "2024-03-01"), &rows(["129900", wrong, "4000"])),
        table(&survey("four", "2024-03-01"), &stocks),
    ]
}

fn number_of(balance: &Balance, value: f64) -> usize {
    let found = balance.reports.iter().position(|report| report.value == value);
    found.unwrap()
}

fn australia() -> Spot {
    Spot::Country("AUS".into())
}

#[test]
fn a_report_that_says_what_it_says_moves_nothing() {
    let balance = balance(&said("9900"));
    let number = number_of(&balance, 9900.0);
    let same = balance.what_if(number, Instead::Said(9900.0)).unwrap();
    assert!(same.moved.is_empty() && same.within_bounds, "{:?}", same.moved);
}

#[test]
fn an_update_is_what_a_solve_from_scratch_says() {
    let said = said("9900");
    let balance = balance(&said);
    let number = number_of(&balance, 9900.0);
    let update = balance.what_if(number, Instead::Said(6000.0)).unwrap();
    assert!(update.within_bounds);
    let options = Options {
        instead: BTreeMap::from([(number, 6000.0)]),
        ..Options::default()
    };
    let scratch = Balance::of(&twin(&said), "cobalt", &options).unwrap();
    assert_eq!(scratch.reports[number].value, 6000.0);
    let moved: BTreeMap<_, _> = update
        .moved
        .iter()
        .map(|moved| (moved.key, moved.after))
        .collect();
    for (key, now) in balance.quantities() {
        let (Some(now), Some(anew)) = (now.value.zip(now.deviation), scratch.quantity(key).unwrap().value)
        else {
            continue;
        };
        let after = moved.get(key).map_or(now, |after| after.unwrap());
        // What is learned of the voices, and levels of assumptions, stay as they are in an update.
        assert!(
            (after.0 - anew).abs() <= 0.2 * now.1,
            "{key:?}: {after:?}, {anew}"
        );
    }
    let mined = update.moved.first().unwrap();
    assert!(mined.before.0 > mined.after.unwrap().0, "{mined:?}");
}

#[test]
fn a_wrong_unit_is_as_unsure_as_such_a_figure_is() {
    // What stands in the table itself, and not what the update takes it to be.
    for (wrong, right) in [("990000", 5900.0), ("9900", 9900.0), ("59", 9900.0)] {
        let truth = balance(&said(wrong));
        let balance = balance(&said("6100"));
        let number = number_of(&balance, 6100.0);
        let found = balance
            .what_if(number, Instead::Said(wrong.parse().unwrap()))
            .unwrap();
        let mined = |moved: &&Moved<'_>| {
            moved.key.spot == australia() && moved.key.line == Line::Produced && moved.key.slot.is_year()
        };
        let now = estimate(&balance, "mine", &australia(), Line::Produced);
        let after = found.moved.iter().find(mined);
        let (value, deviation) = after.map_or((now, 1.0), |moved| moved.after.unwrap());
        let anew = estimate(&truth, "mine", &australia(), Line::Produced);
        // A voice that is far off is trusted less once it is balanced anew; an update leaves that as it is.
        assert!(
            (value - anew).abs() < 0.5 * deviation && value < 2.0 * right,
            "{wrong}: {value} ± {deviation}, {anew}"
        );
    }
}

#[test]
fn a_report_withdrawn_leaves_what_the_others_say_and_less_is_known() {
    let balance = balance(&said("9900"));
    let number = number_of(&balance, 9900.0);
    let doubt = balance.doubt();
    let expected = doubt
        .tested
        .iter()
        .find(|tested| tested.number == number)
        .unwrap()
        .expected;
    let withdrawn = balance.what_if(number, Instead::Withdrawn).unwrap();
    let mined = withdrawn
        .moved
        .iter()
        .find(|moved| {
            moved.key.spot == australia() && moved.key.line == Line::Produced && moved.key.slot.is_year()
        })
        .unwrap();
    let after = mined.after.unwrap();
    assert!(
        (after.0 - expected.0).abs() < 0.5 * expected.1,
        "{after:?}, {expected:?}"
    );
    assert!(after.1 > mined.before.1);
}

#[test]
fn nothing_falls_below_nothing() {
    let balance = balance(&said("9900"));
    let mut asked = 0;
    for number in 0..balance.reports.len() {
        for instead in [Instead::Said(0.0), Instead::Said(1e9), Instead::Withdrawn] {
            let Ok(found) = balance.what_if(number, instead) else {
                continue;
            };
            asked += 1;
            for moved in found.moved.iter().filter(|moved| !moved.key.line.is_signed()) {
                let (value, deviation) = moved.after.unwrap_or_default();
                assert!(value >= 0.0 && deviation.is_finite(), "{instead:?}: {moved:?}");
            }
        }
    }
    let told = balance
        .reports
        .iter()
        .filter(|report| report.origin.is_evidence());
    assert_eq!(asked, 3 * told.count());
    // The estimate itself was changed by nobody's asking.
    assert!(estimate(&balance, "mine", &australia(), Line::Produced) > 5000.0);
}

#[test]
fn what_no_report_can_say_is_refused() {
    let balance = balance(&said("9900"));
    let number = number_of(&balance, 9900.0);
    for nonsense in [f64::NAN, f64::INFINITY, -1.0, 1e300] {
        let refused = balance.what_if(number, Instead::Said(nonsense));
        assert!(
            matches!(refused, Err(BalanceError::CannotBeSaid { .. })),
            "{nonsense}"
        );
    }
    for nobody in [balance.reports.len(), usize::MAX] {
        let refused = balance.what_if(nobody, Instead::Withdrawn);
        assert!(matches!(refused, Err(BalanceError::NoReport { .. })), "{nobody}");
    }
    let assumed = balance
        .reports
        .iter()
        .position(|report| !report.origin.is_evidence());
    if let Some(assumed) = assumed {
        assert!(balance.what_if(assumed, Instead::Withdrawn).is_err());
    }
}

/// One survey of one country over five years, with or without the third.
fn five_years(third: bool) -> Vec<Said> {
    let years = [
        ("2019", "5000"),
        ("2020", "5400"),
        ("2021", "5600"),
        ("2022", "5200"),
        ("2023", "5800"),
    ];
    let rows: Vec<[String; 15]> = years
        .into_iter()
        .filter(|(year, _)| third || *year != "2021")
        .flat_map(|(year, value)| {
            let other = cobalt(("production", "mine", "ore", "COD", "", "", year, "130000"));
            [
                cobalt(("production", "mine", "ore", "AUS", "", "", year, value)),
                other,
            ]
        })
        .collect();
    // Another house tells the same year of the other country, so that the balance has it.
    let other = [cobalt((
        "production",
        "mine",
        "ore",
        "COD",
        "",
        "",
        "2021",
        "131000",
    ))];
    vec![
        table(&survey("one", "2024-01-01"), &rows),
        table(&survey("two", "2024-02-01"), &other),
    ]
}

#[test]
fn without_the_only_report_of_a_year_its_producer_goes_on_as_from_scratch() {
    let balance = balance(&five_years(true));
    let number = number_of(&balance, 5600.0);
    let withdrawn = balance.what_if(number, Instead::Withdrawn).unwrap();
    assert!(withdrawn.within_bounds);
    let scratch = self::balance(&five_years(false));
    let moved = withdrawn.moved.first().unwrap();
    assert_eq!(
        (&moved.key.spot, moved.key.slot),
        (&australia(), Slot::of_year(2021))
    );
    let (value, deviation) = moved.after.expect("it is known from the years beside it");
    let told = scratch.quantity(moved.key).unwrap();
    let (expected, spread) = (told.value.unwrap(), told.deviation.unwrap());
    assert!(
        (value - expected).abs() < 0.2 * spread,
        "{value} and {expected} ± {spread}"
    );
    assert!(
        (deviation / spread - 1.0).abs() < 0.25,
        "{deviation} and {spread}"
    );
}
