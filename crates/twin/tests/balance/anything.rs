//! Whatever is said, in whatever sizes, there is a balance: no statement of one member takes it from the others.

use std::sync::LazyLock;

use didymium_twin::TwinBuilder;
use didymium_twin::balance::{Balance, BalanceError, Options};
use didymium_vocabulary::Vocabulary;
use proptest::prelude::*;

use crate::club::{Said, cobalt, site, survey, table, twin};

/// Amounts from nothing to more than the Earth: slips of the pen and worse.
const AMOUNTS: [&str; 12] = [
    "0",
    "0.0000000000000000000000000001",
    "0.000001",
    "0.5",
    "12",
    "100",
    "4000",
    "150000",
    "99999999",
    "1000000000000",
    "5000000000000000000",
    "79228162514264337593543950335",
];
const MEASURES: [(&str, &str, &str); 9] = [
    ("production", "mine", "ore"),
    ("production", "refining", "refined"),
    ("stocks", "refining", "refined"),
    ("imports", "refining", "refined"),
    ("exports", "refining", "refined"),
    ("consumption", "refining", "refined"),
    ("losses", "refining", "refined"),
    ("recovery", "refining", "refined"),
    ("production", "recycling", "refined"),
];
const PLACES: [(&str, &str); 6] = [
    ("CAN", ""),
    ("CAN", "site:works"),
    ("CAN", "site:pit"),
    ("COD", ""),
    ("WLD", ""),
    ("EU", ""),
];
const PERIODS: [&str; 7] = ["2021", "2022", "2023", "2023-01", "2023-02", "2023-Q2", "2024"];

/// Every row that is understood: what is refused where it is said reaches no balance.
static ROWS: LazyLock<Vec<[String; 15]>> = LazyLock::new(|| {
    let mut rows = Vec::new();
    for (measure, stage, form) in MEASURES {
        for (area, subject) in PLACES {
            for period in PERIODS {
                rows.extend(
                    AMOUNTS.map(|amount| cobalt((measure, stage, form, area, "", subject, period, amount))),
                );
            }
        }
    }
    rows.retain(|row| {
        let said = table(&survey("voice", "2025-02-01"), std::slice::from_ref(row));
        TwinBuilder::why_uninterpreted(Vocabulary::embedded(), &said.statement, said.blob.as_deref())
            .is_none()
    });
    rows
});

fn row() -> impl Strategy<Value = [String; 15]> {
    (0..ROWS.len()).prop_map(|number| ROWS[number].clone())
}

/// Tables, each of a voice of its own, and the capacities of a refinery and of a mine.
type Club = (Vec<Vec<[String; 15]>>, Option<&'static str>, Option<&'static str>);

fn clubs() -> impl Strategy<Value = Club> {
    let tables = prop::collection::vec(prop::collection::vec(row(), 1..12), 1..4);
    let capacity = || prop::option::of(prop::sample::select(AMOUNTS.to_vec()));
    (tables, capacity(), capacity())
}

fn said_by((tables, refinery, mine): &Club) -> Vec<Said> {
    let mut said = vec![
        site("works", "CAN", &[("refining", *refinery), ("recycling", None)]),
        site("pit", "CAN", &[("mine", *mine)]),
    ];
    said.extend(tables.iter().enumerate().map(|(number, rows)| {
        let source = survey(&format!("voice-{number}"), "2025-02-01");
        table(&source, rows)
    }));
    said
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn there_is_a_balance_of_finite_numbers(club in clubs()) {
        let twin = twin(&said_by(&club));
        match Balance::of(&twin, "cobalt", &Options::default()) {
            Ok(balance) => {
                for (key, quantity) in balance.quantities() {
                    let numbers = [quantity.value, quantity.deviation];
                    prop_assert!(numbers.into_iter().flatten().all(f64::is_finite), "{key:?} {quantity:?}");
                }
            }
            Err(BalanceError::NothingSaid { .. }) => {}
            Err(error) => prop_assert!(false, "{error}: {:?}", std::error::Error::source(&error)),
        }
    }
}
