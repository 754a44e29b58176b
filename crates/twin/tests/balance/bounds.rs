//! What is said too far off or too much of does not make everybody wait; what stands beside masses is used where it belongs.

use didymium_twin::balance::{
    Balance, BalanceError, Line, Options, Origin, QUANTITIES_MAX, Reason, Slot, Spot,
};
use didymium_vocabulary::Vocabulary;

use crate::club::{Said, cobalt, site, site_of, site_of_forms, survey, table, twin};

fn balance(said: &[Said]) -> Balance {
    Balance::of(&twin(said), "cobalt", &Options::default()).unwrap()
}

fn mined(area: &str, period: &str, value: &str) -> [String; 15] {
    cobalt(("production", "mine", "ore", area, "", "", period, value))
}

#[test]
fn a_year_far_from_all_others_is_named_and_stretches_nothing() {
    let good = [mined("CAN", "2022", "4000"), mined("CAN", "2023", "4100")];
    let slip = [mined("CAN", "1823", "4000")];
    let balance = balance(&[
        table(&survey("nation", "2024-01-01"), &good),
        table(&survey("operator", "2024-02-01"), &slip),
    ]);
    let years = balance.quantities().map(|(key, _)| key.slot.year());
    assert_eq!(years.min(), Some(2022));
    let far = Reason::FarFromOthers { others: (2022, 2023) };
    let findings: Vec<&Reason> = balance.findings.iter().map(|finding| &finding.reason).collect();
    assert_eq!(findings, [&far]);
    assert!(balance.findings[0].fact.is_some());
    let (en, fr) = balance.findings[0].words();
    assert!(
        en.contains("2022 to 2023") && fr.contains("2022 à 2023"),
        "{en} {fr}"
    );
}

#[test]
fn a_capacity_of_long_ago_does_not_begin_the_balance() {
    let old = site("pit", "CAN", &[("mine", Some("1000"))]);
    // The site's statement says 2023; evidence begins in 2015, so the capacity cannot begin before it either.
    let said = [
        table(
            &survey("nation", "2024-01-01"),
            &[mined("CAN", "2015", "3000"), mined("CAN", "2023", "4000")],
        ),
        site("other", "CAN", &[("mine", None)]),
        old,
    ];
    let balance = balance(&said);
    let years = balance.quantities().map(|(key, _)| key.slot.year());
    assert_eq!(years.min(), Some(2015));
}

#[test]
fn more_than_can_be_balanced_is_refused_with_its_size() {
    let mut rows: Vec<[String; 15]> = Vec::new();
    for country in Vocabulary::embedded().countries() {
        if country.iso3.len() == 3 {
            rows.push(mined(&country.iso3, "2023", "10"));
            rows.push(cobalt((
                "production",
                "refining",
                "refined",
                &country.iso3,
                "",
                "",
                "2023",
                "10",
            )));
        }
    }
    for year in 1980..2024 {
        rows.push(mined("CAN", &format!("{year}-06"), "10"));
        rows.push(cobalt((
            "production",
            "refining",
            "refined",
            "CAN",
            "",
            "",
            &format!("{year}-06"),
            "10",
        )));
    }
    let said = [table(&survey("flood", "2024-02-01"), &rows)];
    let refused = Balance::of(&twin(&said), "cobalt", &Options::default()).unwrap_err();
    let BalanceError::TooLarge { extent, .. } = &refused else {
        panic!("{refused}")
    };
    assert!(
        extent.quantities > QUANTITIES_MAX && extent.monthly == 44,
        "{extent}"
    );
    assert!(refused.to_string().contains("withdraw or mend"), "{refused}");
}

#[test]
fn processes_of_a_site_at_one_stage_add_their_capacities() {
    let table = table(&survey("nation", "2024-01-01"), &[mined("CAN", "2023", "4000")]);
    let forms = [("mine", "ore", Some("600")), ("mine", "concentrate", Some("400"))];
    let two = site_of_forms("works", "CAN", &forms);
    let balance = balance(&[table, two]);
    let capacities: Vec<_> = balance
        .reports
        .iter()
        .filter(|report| matches!(report.origin, Origin::Capacity { .. }))
        .collect();
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
fn the_yield_of_a_country_holds_for_its_sites() {
    let of_site = |measure: &'static str, stage: &'static str, form: &'static str, value: &'static str| {
        cobalt((measure, stage, form, "CAN", "", "site:works", "2023", value))
    };
    let rows = vec![
        of_site("production", "mine", "ore", "1000"),
        of_site("stocks", "mine", "ore", "0"),
        of_site("shipments", "mine", "ore", "0"),
        of_site("receipts", "mine", "ore", "0"),
    ];
    let works = || site("works", "CAN", &[("mine", None), ("refining", None)]);
    let made = |recoveries: &[[String; 15]]| {
        let mut rows = rows.clone();
        rows.push(of_site("stocks", "refining", "refined", "0"));
        let mut said = vec![works(), table(&survey("operator", "2024-02-01"), &rows)];
        if !recoveries.is_empty() {
            said.push(table(&survey("nation", "2024-03-01"), recoveries));
        }
        let balance = balance(&said);
        let spot = Spot::Site {
            country: "CAN".into(),
            site: "works".into(),
        };
        let stage = balance.stage("refining").unwrap();
        let slot = Slot::of_year(2023);
        balance
            .line(0, stage, &spot, slot, Line::Produced)
            .unwrap()
            .value
            .unwrap()
    };
    let usual = made(&[]);
    let country = cobalt(("recovery", "refining", "refined", "CAN", "", "", "2023", "50"));
    let low = made(std::slice::from_ref(&country));
    assert!(low < 0.75 * usual, "{usual} {low}");
    let own = cobalt((
        "recovery",
        "refining",
        "refined",
        "CAN",
        "",
        "site:works",
        "2023",
        "95",
    ));
    let high = made(&[country, own]);
    assert!(high > 1.3 * low, "{low} {high}");
}

#[test]
fn a_yield_of_a_quarter_or_of_an_unknown_site_is_named() {
    let of = |subject: &'static str, period: &'static str| {
        cobalt((
            "recovery", "refining", "refined", "CAN", "", subject, period, "90",
        ))
    };
    let balance = balance(&[
        table(&survey("nation", "2024-01-01"), &[mined("CAN", "2023", "4000")]),
        table(
            &survey("operator", "2024-02-01"),
            &[of("", "2023-Q2"), of("site:nowhere", "2023")],
        ),
    ]);
    let reasons: Vec<&Reason> = balance.findings.iter().map(|finding| &finding.reason).collect();
    assert!(
        reasons.contains(&&Reason::YieldOfQuarter) && reasons.contains(&&Reason::UnknownSite),
        "{reasons:?}"
    );
}

/// Run with `--ignored`; prints how long the largest balance takes.
#[test]
#[ignore = "takes long; run it when the bound on quantities changes"]
fn a_balance_just_below_the_bound_is_solved() {
    let mut rows: Vec<[String; 15]> = Vec::new();
    for country in Vocabulary::embedded().countries() {
        rows.push(mined(&country.iso3, "2023", "10"));
    }
    for year in 2017..2024 {
        rows.push(mined("CAN", &format!("{year}-06"), "10"));
    }
    let said = [table(&survey("flood", "2024-02-01"), &rows)];
    let begun = std::time::Instant::now();
    let balance = balance(&said);
    let quantities = balance.quantities().count();
    println!("{quantities} quantities in {:?}", begun.elapsed());
    assert!(quantities > QUANTITIES_MAX * 4 / 5);
}

/// A row of the rare earths: measure, commodity, area, subject, period, value.
fn earths(
    (measure, commodity, area, subject, period, value): (&str, &str, &str, &str, &str, &str),
) -> [String; 15] {
    let share = measure == "element_share";
    let (stage, form, substance, basis) = if share {
        ("mine", "", "", "")
    } else {
        ("mine", "ore", "REO", "contained")
    };
    let unit = if share { "percent" } else { "t" };
    [
        measure, commodity, stage, form, substance, basis, area, "", subject, period, value, "", unit,
        "reported", "",
    ]
    .map(str::to_owned)
}

#[test]
fn the_only_site_of_a_country_keeps_what_it_reports_beside_elements() {
    let mut rows = vec![
        earths(("production", "rare_earths", "CHN", "", "2022", "210000")),
        earths(("production", "rare_earths", "AUS", "", "2022", "18000")),
        earths(("production", "rare_earths", "USA", "", "2022", "42000")),
    ];
    for (element, share) in [
        ("lanthanum", "25"),
        ("cerium", "50"),
        ("neodymium", "20"),
        ("praseodymium", "5"),
    ] {
        rows.push(earths((
            "element_share",
            element,
            "CHN",
            "a deposit",
            "2022",
            share,
        )));
    }
    let of_site = [earths((
        "production",
        "rare_earths",
        "CAN",
        "site:pit",
        "2022",
        "812.5",
    ))];
    let said = [
        table(&survey("nation", "2024-01-01"), &rows),
        site_of("pit", "CAN", "rare_earths", &[("mine", "", None)]),
        table(&survey("operator", "2024-02-01"), &of_site),
    ];
    let balance = Balance::of(&twin(&said), "rare_earths", &Options::default()).unwrap();
    let spot = Spot::Site {
        country: "CAN".into(),
        site: "pit".into(),
    };
    let made = |spot: &Spot| {
        balance
            .line(0, 0, spot, Slot::of_year(2022), Line::Produced)
            .unwrap()
            .value
            .unwrap()
    };
    let (site, country) = (made(&spot), made(&Spot::Country("CAN".into())));
    assert!((site - 812.5).abs() < 100.0, "{site} of {country}");
}

#[test]
fn sites_above_their_country_are_named_and_both_are_used() {
    let of_site = [cobalt((
        "production",
        "mine",
        "ore",
        "CAN",
        "",
        "site:pit",
        "2023",
        "9000",
    ))];
    let said = [
        table(&survey("nation", "2024-01-01"), &[mined("CAN", "2023", "4000")]),
        site("pit", "CAN", &[("mine", None)]),
        table(&survey("operator", "2024-02-01"), &of_site),
    ];
    let above = balance(&said);
    let reasons: Vec<&Reason> = above.findings.iter().map(|finding| &finding.reason).collect();
    let expected = Reason::SitesAboveCountry {
        sites: "9000".into(),
        country: "4000".into(),
    };
    assert_eq!(reasons, [&expected]);
    assert_eq!(above.findings[0].site.as_deref(), Some("pit"));
    let country = Spot::Country("CAN".into());
    let made = above
        .line(0, 0, &country, Slot::of_year(2023), Line::Produced)
        .unwrap();
    assert!((4000.0..9000.0).contains(&made.value.unwrap()), "{made:?}");
    // Within what both may be off, nothing is said.
    let said = [
        table(&survey("nation", "2024-01-01"), &[mined("CAN", "2023", "8500")]),
        site("pit", "CAN", &[("mine", None)]),
        table(&survey("operator", "2024-02-01"), &of_site),
    ];
    assert!(balance(&said).findings.is_empty());
}

#[test]
fn a_flow_of_nothing_at_a_large_customs_is_known_to_what_it_counts() {
    let flow = |measure, area, partner, value| {
        cobalt((measure, "refining", "refined", area, partner, "", "2022", value))
    };
    let rows = [
        flow("exports", "COD", "CHN", "80000"),
        flow("exports", "COD", "CAN", "0"),
    ];
    let balance = balance(&[table(&survey("customs", "2023-06-01"), &rows)]);
    let nothing = balance.reports.iter().find(|report| report.value == 0.0).unwrap();
    assert!((nothing.deviation - 40.0).abs() < 1e-9, "{nothing:?}");
}

#[test]
fn a_report_above_capacity_counts_and_is_named() {
    let made = [cobalt((
        "production",
        "mine",
        "ore",
        "CAN",
        "",
        "site:works",
        "2023",
        "5000",
    ))];
    let said = [
        site("works", "CAN", &[("mine", Some("1000"))]),
        table(&survey("operator", "2024-02-01"), &made),
    ];
    let balance = balance(&said);
    let spot = Spot::Site {
        country: "CAN".into(),
        site: "works".into(),
    };
    let told = balance
        .line(0, 0, &spot, Slot::of_year(2023), Line::Produced)
        .unwrap();
    assert!((told.value.unwrap() - 5000.0).abs() < 50.0, "{told:?}");
    let capacity = "1000".to_owned();
    assert_eq!(balance.findings[0].reason, Reason::AboveCapacity { capacity });
    assert_eq!(balance.findings[0].site.as_deref(), Some("works"));
}

#[test]
fn a_plant_makes_no_more_than_it_can_where_nobody_says_that_it_did() {
    let national = [mined("CAN", "2023", "5000")];
    let said = [
        site("works", "CAN", &[("mine", Some("1000"))]),
        table(&survey("nation", "2024-02-01"), &national),
        table(
            &survey("operator", "2024-03-01"),
            &[cobalt((
                "shipments",
                "mine",
                "ore",
                "CAN",
                "",
                "site:works",
                "2023",
                "2500",
            ))],
        ),
    ];
    let balance = balance(&said);
    let spot = Spot::Site {
        country: "CAN".into(),
        site: "works".into(),
    };
    let told = balance
        .line(0, 0, &spot, Slot::of_year(2023), Line::Produced)
        .unwrap();
    assert!(told.value.unwrap() <= 1200.0 + 1e-6, "{told:?}");
}

#[test]
fn a_refinery_reports_what_it_receives_and_its_yield_follows() {
    let of = |measure: &'static str, stage: &'static str, form: &'static str, value: &'static str| {
        cobalt((measure, stage, form, "CAN", "", "site:works", "2023", value))
    };
    let rows = [
        of("receipts", "mine", "ore", "1000"),
        of("stocks", "mine", "ore", "0"),
        of("shipments", "mine", "ore", "0"),
        of("shipments", "refining", "refined", "850"),
        of("stocks", "refining", "refined", "0"),
    ];
    let said = [
        site("works", "CAN", &[("refining", None)]),
        table(&survey("operator", "2024-03-01"), &rows),
    ];
    let balance = balance(&said);
    let none: Vec<&Reason> = balance.findings.iter().map(|finding| &finding.reason).collect();
    assert!(none.is_empty(), "{none:?}");
    let spot = Spot::Site {
        country: "CAN".into(),
        site: "works".into(),
    };
    let line = |stage: &str, line| {
        let stage = balance.stage(stage).unwrap();
        balance
            .line(0, stage, &spot, Slot::of_year(2023), line)
            .unwrap()
            .value
            .unwrap()
    };
    assert!(line("mine", Line::Produced) < 2.0);
    assert!((line("mine", Line::Consumed) - 1000.0).abs() < 60.0);
    assert!((line("refining", Line::Produced) - 850.0).abs() < 60.0);
}
