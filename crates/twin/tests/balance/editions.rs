//! Editions of one publication: what revises, and what is told twice.

use didymium_statement::payload::Source;
use didymium_twin::balance::{Line, Reason, Spot};

use crate::club::{balance, estimate, mined, survey, table};

#[test]
fn two_statements_that_copy_one_edition_differently_are_named() {
    let of = |value| mined("CAN", "2023", value);
    let edition = survey("nation", "2024-01-01");
    let balance = balance(&[
        table(&edition, &[of("4000"), mined("AUS", "2023", "10")]),
        table(&edition, &[of("5000"), mined("AUS", "2023", "10")]),
    ]);
    let [finding] = &balance.findings[..] else {
        panic!("{:?}", balance.findings)
    };
    // What counts and what is named are the two figures, whichever is preferred.
    let counted = balance
        .reports
        .iter()
        .find(|report| report.value > 3000.0)
        .unwrap();
    let Reason::ToldOtherwise { counted: said } = &finding.reason else {
        panic!("{finding:?}")
    };
    assert_eq!(*said, format!("{:.0}", counted.value));
    assert_ne!(finding.fact.as_ref(), counted.origin.facts().first());
}

#[test]
fn a_later_edition_of_one_country_revises_its_figure_and_leaves_the_others() {
    let rows = [
        mined("CAN", "2023", "4000"),
        mined("COD", "2023", "170000"),
        mined("AUS", "2023", "5000"),
        mined("WLD", "2023", "200000"),
    ];
    let first = survey("nation", "2024-01-01");
    let later = Source {
        series: "nation".into(),
        ..survey("revised", "2026-01-01")
    };
    let made = |said: &[_], country: &str| {
        estimate(
            &balance(said),
            "mine",
            &Spot::Country(country.into()),
            Line::Produced,
        )
    };
    let before = [table(&first, &rows)];
    assert!((made(&before, "CAN") - 4000.0).abs() < 50.0);
    let after = [
        table(&first, &rows),
        table(&later, &[mined("CAN", "2023", "3000")]),
    ];
    assert!(
        (made(&after, "CAN") - 3000.0).abs() < 50.0,
        "{}",
        made(&after, "CAN")
    );
    assert!((made(&after, "COD") - made(&before, "COD")).abs() < 500.0);
    // An older one revises nothing.
    let older = Source {
        series: "nation".into(),
        ..survey("preliminary", "2023-06-01")
    };
    let both = [
        table(&first, &rows),
        table(&older, &[mined("CAN", "2023", "9000")]),
    ];
    assert_eq!(made(&both, "CAN"), made(&before, "CAN"));
}
