//! That a producer goes on is assumed where nobody tells, and does not bend what somebody tells.

use didymium_twin::balance::{Balance, Line, Slot, Spot};

use crate::club::{balance, cobalt, site, survey, table};

fn told(balance: &Balance, area: &str, year: i16) -> f64 {
    let spot = Spot::Country(area.into());
    let told = balance.line(0, 0, &spot, Slot::of_year(year), Line::Produced);
    told.unwrap().value.unwrap()
}

fn made(area: &str, year: &str, value: &str) -> [String; 15] {
    cobalt(("production", "mine", "ore", area, "", "", year, value))
}

#[test]
fn a_producer_that_dwindles_keeps_what_was_reported_of_it() {
    let rows = [
        made("AUS", "2019", "2300"),
        made("AUS", "2020", "2300"),
        made("AUS", "2023", "2"),
        made("COD", "2021", "100"),
        made("COD", "2022", "100"),
    ];
    let balance = balance(&[table(&survey("one", "2024-01-01"), &rows)]);
    for (year, said) in [(2019, 2300.0), (2020, 2300.0), (2023, 2.0)] {
        let off = (told(&balance, "AUS", year) - said).abs();
        assert!(off < 0.15 * said, "{year}: {off} off {said}");
    }
}

#[test]
fn a_country_that_jumps_is_not_held_back_by_its_sites_of_which_nobody_tells() {
    let rows = [
        made("CAN", "2020", "3000"),
        made("CAN", "2021", "200000"),
        made("CAN", "2022", "3000"),
    ];
    let own = cobalt((
        "production",
        "mine",
        "ore",
        "CAN",
        "",
        "site:co-one",
        "2020",
        "1000",
    ));
    let said = [
        table(&survey("one", "2024-01-01"), &rows),
        site("co-one", "CAN", &[("mine", None)]),
        table(&survey("operator", "2024-01-01"), &[own]),
    ];
    let balance = balance(&said);
    for (year, said) in [(2020, 3_000.0), (2021, 200_000.0), (2022, 3_000.0)] {
        let off = (told(&balance, "CAN", year) - said).abs();
        assert!(off < 0.15 * said, "{year}: {off} off {said}");
    }
}
