//! The robust option: reports that do not fit count less, and are queried as before.

use std::num::NonZeroUsize;

use didymium_twin::balance::{Balance, Line, Options, Slot, Spot};
use didymium_twin::reconcile::Huber;

use crate::club::{Said, cobalt, survey, table, twin};

/// Three surveys of three producers; the third is `wrong` about Australia.
fn said(wrong: &str) -> Vec<Said> {
    let rows = |values: [&str; 3]| -> Vec<[String; 15]> {
        let areas = ["COD", "AUS", "CAN"].iter().zip(values);
        areas
            .map(|(area, value)| cobalt(("production", "mine", "ore", area, "", "", "2022", value)))
            .collect()
    };
    vec![
        table(&survey("one", "2023-01-01"), &rows(["130100", "5900", "3900"])),
        table(&survey("two", "2023-02-01"), &rows(["131200", "5800", "4100"])),
        table(&survey("three", "2023-03-01"), &rows(["129900", wrong, "4000"])),
    ]
}

fn robustly(said: &[Said], threads: NonZeroUsize) -> Balance {
    let options = Options {
        robust: Some(Huber::default()),
        threads,
        ..Options::default()
    };
    Balance::of(&twin(said), "cobalt", &options).unwrap()
}

fn australia(balance: &Balance) -> f64 {
    let spot = Spot::Country("AUS".into());
    let told = balance.line(0, 0, &spot, Slot::of_year(2022), Line::Produced);
    told.unwrap().value.unwrap()
}

#[test]
fn a_false_report_bends_the_balance_less_and_is_queried_as_before() {
    let said = said("9900");
    let plain = Balance::of(&twin(&said), "cobalt", &Options::default()).unwrap();
    let robust = robustly(&said, NonZeroUsize::MIN);
    let off = |balance: &Balance| (australia(balance) - 5_850.0).abs();
    assert!(
        off(&robust) < 0.7 * off(&plain),
        "{} {}",
        off(&robust),
        off(&plain)
    );
    assert!(robust.largest_imbalance() < 1e-6);
    let found = robust.robust.as_ref().unwrap();
    assert!(
        found.settled && found.rounds < Huber::default().limit,
        "{found:?}"
    );
    let weights = &found.weights;
    let wrong = robust
        .reports
        .iter()
        .position(|report| report.value == 9_900.0)
        .unwrap();
    let least = weights.iter().copied().fold(1.0, f64::min);
    assert!(least < 0.8 && weights[wrong] == least, "{weights:?}");
    assert!(weights.iter().all(|weight| (0.0..=1.0).contains(weight)));
    assert!(plain.robust.is_none());
    // The tests are of the reports as they are.
    assert_eq!(plain.doubt().tested, robust.doubt().tested);
    assert_eq!(plain.global_test(), robust.global_test());
}

#[test]
fn where_all_agree_nothing_counts_less() {
    let said = said("5950");
    let plain = Balance::of(&twin(&said), "cobalt", &Options::default()).unwrap();
    let robust = robustly(&said, NonZeroUsize::MIN);
    assert!(
        robust
            .robust
            .as_ref()
            .unwrap()
            .weights
            .iter()
            .all(|weight| *weight == 1.0)
    );
    let same = plain.quantities().zip(robust.quantities());
    assert!(same.into_iter().all(|(one, other)| one == other));
}

#[test]
fn threads_and_order_change_no_bit() {
    let mut reports = said("9900");
    let one = robustly(&reports, NonZeroUsize::MIN);
    reports.reverse();
    let other = robustly(&reports, NonZeroUsize::new(2).unwrap());
    let bits = |balance: &Balance| -> Vec<Option<u64>> {
        let quantities = balance.quantities();
        quantities.map(|(_, told)| told.value.map(f64::to_bits)).collect()
    };
    assert_eq!(bits(&one), bits(&other));
}

#[test]
fn weights_that_do_not_settle_are_told_to_be_such() {
    let twin = twin(&said("9900"));
    let within = |limit: usize| {
        let options = Options {
            robust: Some(Huber {
                limit,
                ..Huber::default()
            }),
            ..Options::default()
        };
        let found = Balance::of(&twin, "cobalt", &options).unwrap().robust.unwrap();
        (found.rounds, found.settled)
    };
    let (rounds, settled) = within(100);
    assert!(settled && rounds > 2, "{rounds}");
    assert_eq!(within(rounds), (rounds, true));
    assert_eq!(within(rounds - 1), (rounds - 1, false));
}
