//! Periods: reading, printing, order and days.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test stops the test where it fails"
)]

use didymium_vocabulary::{Period, VocabularyError, YEAR_MAX, YEAR_MIN};
use proptest::prelude::*;

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

fn any_period() -> impl Strategy<Value = Period> {
    (YEAR_MIN..=YEAR_MAX, 0_u8..17).prop_map(|(year, part)| match part {
        0 => Period::of_year(year).unwrap(),
        1..=4 => Period::of_quarter(year, part).unwrap(),
        _ => Period::of_month(year, part - 4).unwrap(),
    })
}

#[test]
fn first_and_last_days() {
    for (text, first, last) in [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-Q1", "2024-01-01", "2024-03-31"),
        ("2024-Q4", "2024-10-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("1900-02", "1900-02-01", "1900-02-28"),
        ("2023-12", "2023-12-01", "2023-12-31"),
    ] {
        assert_eq!(period(text).first_day().to_string(), first);
        assert_eq!(period(text).last_day().to_string(), last);
    }
}

#[test]
fn other_forms_are_refused() {
    for text in [
        "",
        "24",
        "024",
        "20240",
        "2024-",
        "2024-1",
        "2024-001",
        "2024-Q",
        "2024-q1",
        "2024-Q01",
        "2024-M1",
        "+2024",
        "-024",
        " 2024",
        "2024 ",
        "2024/01",
        "2024-01-01",
        "２０２４",
        "2024-H1",
    ] {
        let refusal = text.parse::<Period>().unwrap_err();
        assert_eq!(
            refusal,
            VocabularyError::PeriodSyntax {
                text: text.to_owned()
            }
        );
    }
    for text in ["1799", "2201", "0000", "9999-12"] {
        assert!(
            matches!(text.parse::<Period>(), Err(VocabularyError::PeriodYear { .. })),
            "{text}"
        );
    }
    for text in ["2024-00", "2024-13", "2024-99", "2024-Q0", "2024-Q5"] {
        assert!(
            matches!(text.parse::<Period>(), Err(VocabularyError::PeriodPart { .. })),
            "{text}"
        );
    }
}

#[test]
fn order_is_by_start_and_then_by_length() {
    let sorted = [
        "2023-12", "2024-01", "2024-Q1", "2024", "2024-02", "2024-04", "2024-Q2", "2025",
    ];
    let mut periods: Vec<Period> = sorted.iter().rev().map(|text| period(text)).collect();
    periods.sort();
    assert_eq!(periods, sorted.map(period));
}

#[test]
fn a_period_contains_the_shorter_ones_inside_it() {
    assert!(period("2024").contains(period("2024-Q4")) && period("2024").contains(period("2024")));
    assert!(period("2024-Q2").contains(period("2024-06")) && !period("2024-Q2").contains(period("2024-07")));
    assert!(!period("2024-06").contains(period("2024-Q2")) && !period("2024").contains(period("2025-01")));
    assert!(period("2024-02").contains_day("2024-02-29".parse().unwrap()));
    assert!(!period("2024-02").contains_day("2024-03-01".parse().unwrap()));
    assert_eq!(
        Period::month_of_day("2024-02-29".parse().unwrap()).unwrap(),
        period("2024-02")
    );
}

#[test]
fn the_calendar_of_periods_ends() {
    assert_eq!(period("2200").next(), None);
    assert_eq!(period("2200-12").next(), None);
    assert_eq!(period("1800-Q1").previous(), None);
}

#[test]
fn json_is_the_text() {
    let json = serde_json::to_string(&period("2024-Q3")).unwrap();
    assert_eq!(json, "\"2024-Q3\"");
    assert_eq!(serde_json::from_str::<Period>(&json).unwrap(), period("2024-Q3"));
    let refusal = serde_json::from_str::<Period>("\"2024-Q5\"").unwrap_err();
    assert!(
        refusal.to_string().contains("quarter 5 does not exist"),
        "{refusal}"
    );
    assert!(
        serde_json::from_str::<Period>("2024").is_err(),
        "a number is no period"
    );
}

proptest! {
    #[test]
    fn text_round_trip(one in any_period()) {
        prop_assert_eq!(one.to_string().parse::<Period>().unwrap(), one);
    }

    #[test]
    fn arbitrary_text_never_panics_and_reads_one_way(text in "[0-9Q-]{0,9}|\\PC*") {
        if let Ok(read) = text.parse::<Period>() {
            prop_assert_eq!(read.to_string(), text);
        }
    }

    #[test]
    fn next_begins_the_day_after(one in any_period()) {
        if let Some(next) = one.next() {
            prop_assert_eq!(next.first_day(), one.last_day().tomorrow().unwrap());
            prop_assert_eq!(next.months(), one.months());
            prop_assert_eq!(next.previous(), Some(one));
            prop_assert!(one < next);
        }
    }

    #[test]
    fn order_agrees_with_days(one in any_period(), other in any_period()) {
        let key = |period: Period| (period.first_day(), period.last_day());
        prop_assert_eq!(one.cmp(&other), key(one).cmp(&key(other)));
        prop_assert_eq!(one.contains(other) && other.contains(one), one == other);
    }
}
