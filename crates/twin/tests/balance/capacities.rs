//! What plants can make.

use didymium_twin::balance::{Line, Origin, Reason, Report, Slot};

use crate::club::{
    at_works, balance, estimate, mined, reasons, site, site_of_forms, survey, table, works, works_mined,
    works_of_capacity,
};

/// What is assumed of capacities.
fn capacities(reports: &[Report]) -> Vec<&Report> {
    let of_plants = |report: &&Report| matches!(report.origin, Origin::Capacity { .. });
    reports.iter().filter(of_plants).collect()
}

#[test]
fn a_capacity_of_long_ago_does_not_begin_the_balance() {
    // The capacity is told of 2023; nothing is reported before 2024.
    let national = [mined("CAN", "2024", "3000"), mined("CAN", "2025", "4000")];
    let balance = balance(&[
        table(&survey("nation", "2026-01-01"), &national),
        site("works", "CAN", &[("mine", Some("1000"))]),
    ]);
    let years = balance.quantities().map(|(key, _)| key.slot.year());
    assert_eq!(years.min(), Some(2024));
    assert_eq!(capacities(&balance.reports).len(), 2);
}

#[test]
fn processes_of_a_site_at_one_stage_add_their_capacities() {
    let table = table(&survey("nation", "2024-01-01"), &[mined("CAN", "2023", "4000")]);
    let forms = [("mine", "ore", Some("600")), ("mine", "concentrate", Some("400"))];
    let two = site_of_forms("works", "CAN", &forms);
    let balance = balance(&[table, two]);
    let capacities = capacities(&balance.reports);
    assert_eq!(capacities.len(), 1, "{capacities:?}");
    let both = Origin::Capacity {
        site: "works".into(),
        processes: vec![0, 1],
        nameplate: 1000.0,
    };
    assert_eq!(capacities[0].origin, both);
    assert!((capacities[0].value - 700.0).abs() < 1e-9, "{capacities:?}");
}

#[test]
fn a_report_above_capacity_counts_and_is_named() {
    let balance = balance(&[
        site("works", "CAN", &[("mine", Some("1000"))]),
        table(&survey("operator", "2024-02-01"), &[works_mined("2023", "5000")]),
    ]);
    let made = estimate(&balance, "mine", &works(), Line::Produced);
    assert!((made - 5000.0).abs() < 50.0, "{made}");
    let capacity = "1000".to_owned();
    assert_eq!(reasons(&balance), [&Reason::AboveCapacity { capacity }]);
    assert!(balance.findings[0].reason.is_used());
    assert_eq!(balance.findings[0].site.as_deref(), Some("works"));
}

#[test]
fn two_that_tell_of_the_same_months_do_not_add() {
    let months = |value: &str| -> Vec<[String; 15]> {
        (1..=12)
            .map(|month| works_mined(&format!("2023-{month:02}"), value))
            .collect()
    };
    // Each says 960 of 1000 t; together they would be above it.
    let balance = balance(&[
        site("works", "CAN", &[("mine", Some("1000"))]),
        table(&survey("operator", "2024-02-01"), &months("80")),
        table(&survey("nation", "2024-03-01"), &months("80")),
    ]);
    assert!(reasons(&balance).is_empty(), "{:?}", balance.findings);
    assert!(capacities(&balance.reports).is_empty(), "every month is reported");
}

#[test]
fn a_month_says_nothing_of_what_the_others_could_make() {
    let one = |value: &str| {
        balance(&[
            site("works", "CAN", &[("mine", Some("1000"))]),
            table(
                &survey("operator", "2024-02-01"),
                &[works_mined("2023-06", value)],
            ),
        ])
    };
    let usual = one("60");
    assert_eq!(capacities(&usual.reports).len(), 1);
    let made = estimate(&usual, "mine", &works(), Line::Produced);
    assert!((400.0..=1200.0).contains(&made), "{made}");
    // A month of more than a year's capacity is believed, and named.
    let above = one("1500");
    assert!(capacities(&above.reports).is_empty());
    assert!(matches!(reasons(&above)[..], [Reason::AboveCapacity { .. }]));
}

#[test]
fn a_plant_makes_no_more_than_it_can_where_nobody_says_that_it_did() {
    let balance = balance(&[
        site("works", "CAN", &[("mine", Some("1000"))]),
        table(&survey("nation", "2024-02-01"), &[mined("CAN", "2023", "5000")]),
        table(
            &survey("operator", "2024-03-01"),
            &[at_works(("shipments", "mine", "ore", "2500"))],
        ),
    ]);
    let made = estimate(&balance, "mine", &works(), Line::Produced);
    assert!(made <= 1200.0 + 1e-6, "{made}");
}

#[test]
fn a_capacity_of_no_year_counts_for_the_last_that_is_balanced() {
    let of = |period| {
        balance(&[
            table(&survey("nation", "2022-06-01"), &[mined("CAN", "2021", "4000")]),
            works_of_capacity(("1000", "contained", "Co", period)),
        ])
    };
    // The register is of 2023, after all that is balanced; so is a capacity that says so.
    assert!(capacities(&of(Some("2023")).reports).is_empty());
    let of_no_year = of(None);
    let capacities = capacities(&of_no_year.reports);
    assert_eq!(capacities.len(), 1, "{capacities:?}");
    assert_eq!(capacities[0].terms[0].0.slot, Slot::of_year(2021));
}

#[test]
fn a_capacity_that_cannot_be_used_is_named_with_its_site() {
    for (value, basis, substance) in [
        ("99999999999999999999", "contained", "Co"),
        ("0", "contained", "Co"),
        ("0.0000000000000000000000000001", "contained", "Co"),
        ("5000", "wet", ""),
    ] {
        let found = balance(&[
            table(&survey("nation", "2024-01-01"), &[mined("CAN", "2023", "4000")]),
            works_of_capacity((value, basis, substance, Some("2023"))),
        ]);
        let named = found
            .findings
            .iter()
            .find(|finding| matches!(finding.reason, Reason::CapacityUnusable { .. }));
        assert_eq!(
            named.and_then(|finding| finding.site.as_deref()),
            Some("works"),
            "{value} {basis}"
        );
    }
}
