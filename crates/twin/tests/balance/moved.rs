//! What reports tell is not talked away by what is merely usual, a part is no more than its whole, and the weights of a figure give it.

use didymium_twin::balance::{Balance, Key, Line, Options, Slot, Spot};

use crate::club::{balance, cobalt, site, survey, table};
use crate::facts::public_twin;

fn made(area: &str, year: &str, value: &str) -> [String; 15] {
    cobalt(("production", "mine", "ore", area, "", "", year, value))
}

fn produced(spot: Spot, year: i16) -> Key {
    Key {
        layer: 0,
        stage: 0,
        spot,
        slot: Slot::of_year(year),
        line: Line::Produced,
    }
}

#[test]
fn the_only_figure_of_a_country_is_not_talked_away() {
    // Who is not listed in the tables of the other years makes little, and a producer goes on.
    let years = ["2019", "2020", "2021", "2023", "2024"];
    let listed = |year: &&str| [made("COD", year, "170000"), made("WLD", year, "170000")];
    let mut rows: Vec<_> = years.iter().flat_map(listed).collect();
    rows.push(made("COD", "2022", "170000"));
    // As sure as an estimate is.
    let mut estimate = made("CAN", "2022", "7000");
    estimate[13] = "estimated".to_owned();
    let balance = balance(&[
        table(&survey("world", "2025-01-01"), &rows),
        table(&survey("other", "2025-01-01"), &[estimate]),
    ]);
    let told = balance
        .quantity(&produced(Spot::Country("CAN".into()), 2022))
        .unwrap();
    let value = told.value.unwrap();
    assert!((value - 7000.0).abs() < 700.0, "{value}");
}

#[test]
fn what_the_reports_alone_say_stands_beside_a_figure_that_is_moved_nevertheless() {
    for family in ["rare_earths", "cobalt"] {
        let balance = Balance::of(public_twin(), family, &Options::default()).unwrap();
        for (key, quantity) in balance.quantities() {
            let Some((alone, deviation)) = quantity.by_reports else {
                continue;
            };
            assert!((quantity.value.unwrap() - alone).abs() > deviation, "{key:?}");
            assert!(quantity.grade >= didymium_twin::balance::Grade::D, "{key:?}");
        }
    }
}

/// Two sites of a country, of which one says what it can make.
fn of_two_sites() -> Balance {
    let rows = [made("CAN", "2023", "3000"), made("COD", "2023", "170000")];
    balance(&[
        table(&survey("one", "2024-01-01"), &rows),
        site("co-one", "CAN", &[("mine", Some("100000"))]),
        site("co-two", "CAN", &[("mine", None)]),
    ])
}

#[test]
fn a_part_is_no_more_than_its_whole() {
    let balance = of_two_sites();
    let whole = balance
        .quantity(&produced(Spot::Country("CAN".into()), 2023))
        .unwrap();
    let upper = whole.value.unwrap() + 2.0 * whole.deviation.unwrap();
    let mut bounded = 0;
    for (key, part) in balance.quantities() {
        let within = key.spot.to_string().starts_with("CAN/");
        if !within || key.line != Line::Produced || key.slot != Slot::of_year(2023) {
            continue;
        }
        if let Some(most) = part.most {
            bounded += 1;
            assert!(most <= upper, "{key:?}: {most} of {upper}");
            assert!(part.deviation.unwrap() <= most / 2.0, "{key:?}");
        }
    }
    assert!(bounded > 0);
}

#[test]
fn the_weights_of_a_figure_give_it_where_others_are_at_a_bound_too() {
    let balance = of_two_sites();
    let site = Spot::Site {
        country: "CAN".into(),
        site: "co-one".into(),
    };
    for spot in [Spot::Country("CAN".into()), site] {
        let key = produced(spot, 2023);
        let weights = balance.weights(&key).unwrap();
        let given: f64 = weights
            .iter()
            .filter_map(|weight| Some(weight.gain * balance.reports[weight.report?].value))
            .sum();
        let value = balance.quantity(&key).unwrap().value.unwrap();
        assert!(
            (given - value).abs() < 0.02 * value,
            "{key:?}: {given} of {value}"
        );
    }
}
