//! What sites say beside their countries.

use didymium_twin::balance::{Balance, Grade, Key, Line, Options, Reason, Slot, Spot};

use crate::club::{
    Said, at_works, balance, cobalt, estimate, mined, reasons, site, site_of, survey, table, twin, works,
    works_mined,
};

#[test]
fn the_yield_of_a_country_holds_for_its_sites() {
    let rows = [
        at_works(("production", "mine", "ore", "1000")),
        at_works(("stocks", "mine", "ore", "0")),
        at_works(("shipments", "mine", "ore", "0")),
        at_works(("receipts", "mine", "ore", "0")),
        at_works(("stocks", "refining", "refined", "0")),
    ];
    let made = |recoveries: &[[String; 15]]| {
        let mut said = vec![
            site("works", "CAN", &[("mine", None), ("refining", None)]),
            table(&survey("operator", "2024-02-01"), &rows),
        ];
        if !recoveries.is_empty() {
            said.push(table(&survey("nation", "2024-03-01"), recoveries));
        }
        estimate(&balance(&said), "refining", &works(), Line::Produced)
    };
    let usual = made(&[]);
    let country = cobalt(("recovery", "refining", "refined", "CAN", "", "", "2023", "50"));
    let low = made(std::slice::from_ref(&country));
    assert!(low < 0.75 * usual, "{usual} {low}");
    let own = at_works(("recovery", "refining", "refined", "95"));
    let high = made(&[country, own]);
    assert!(high > 1.3 * low, "{low} {high}");
}

#[test]
fn a_yield_of_a_quarter_or_of_an_unknown_site_is_named() {
    let of = |subject: &str, period: &str| {
        cobalt((
            "recovery", "refining", "refined", "CAN", "", subject, period, "90",
        ))
    };
    let yields = [of("", "2023-Q2"), of("site:nowhere", "2023")];
    let balance = balance(&[
        table(&survey("nation", "2024-01-01"), &[mined("CAN", "2023", "4000")]),
        table(&survey("operator", "2024-02-01"), &yields),
    ]);
    let reasons = reasons(&balance);
    assert!(
        reasons.contains(&&Reason::YieldOfQuarter) && reasons.contains(&&Reason::UnknownSite),
        "{reasons:?}"
    );
}

#[test]
fn a_yield_that_no_process_has_is_named_and_accuses_nobody() {
    let of = |yields: &[&str]| {
        let mut said = vec![
            table(
                &survey("nation", "2024-01-01"),
                &[
                    mined("CAN", "2023", "4000"),
                    cobalt(("production", "refining", "refined", "CAN", "", "", "2023", "3400")),
                ],
            ),
            table(&survey("other", "2024-01-01"), &[mined("CAN", "2023", "4100")]),
        ];
        for value in yields {
            let row = cobalt(("recovery", "refining", "refined", "CAN", "", "", "2023", value));
            said.push(table(&survey("operator", "2024-02-01"), &[row]));
        }
        balance(&said)
    };
    for nonsense in ["0.0000001", "12"] {
        let balance = of(&[nonsense]);
        let named = reasons(&balance);
        assert!(
            named
                .iter()
                .any(|reason| matches!(reason, Reason::YieldFarFromRecipe { .. }) && !reason.is_used()),
            "{nonsense}: {named:?}"
        );
        assert!(balance.doubt().tested.iter().all(|report| !report.test.flagged));
        let works = estimate(&balance, "refining", &Spot::Country("CAN".into()), Line::Produced);
        assert!((works - 3400.0).abs() < 300.0, "{works}");
    }
    assert!(reasons(&of(&["70"])).is_empty());
}

/// A nation that says what was mined in it, and sources that say what its only site mined.
fn nation_and_site(nation: &str, of_site: &[&str]) -> Vec<Said> {
    let mut said = vec![
        table(&survey("nation", "2024-01-01"), &[mined("CAN", "2023", nation)]),
        site("works", "CAN", &[("mine", None)]),
    ];
    for (number, value) in of_site.iter().enumerate() {
        let source = survey(&format!("operator-{number}"), "2024-02-01");
        said.push(table(&source, &[works_mined("2023", value)]));
    }
    said
}

#[test]
fn sites_above_their_country_are_named_and_both_are_used() {
    let above = balance(&nation_and_site("4000", &["9000"]));
    let expected = Reason::SitesAboveCountry {
        sites: "9000".into(),
        country: "4000".into(),
    };
    assert_eq!(reasons(&above), [&expected]);
    assert!(expected.is_used());
    assert_eq!(above.findings[0].site.as_deref(), Some("works"));
    let made = estimate(&above, "mine", &Spot::Country("CAN".into()), Line::Produced);
    assert!((4000.0..9000.0).contains(&made), "{made}");
    // Within what both may be off, nothing is said.
    assert!(balance(&nation_and_site("8500", &["9000"])).findings.is_empty());
}

#[test]
fn a_site_of_which_two_speak_counts_once_beside_its_country() {
    let twice = balance(&nation_and_site("4000", &["3900", "4100"]));
    assert!(twice.findings.is_empty(), "{:?}", twice.findings);
}

#[test]
fn a_refinery_reports_what_it_receives_and_its_yield_follows() {
    let rows = [
        at_works(("receipts", "mine", "ore", "1000")),
        at_works(("stocks", "mine", "ore", "0")),
        at_works(("shipments", "mine", "ore", "0")),
        at_works(("shipments", "refining", "refined", "850")),
        at_works(("stocks", "refining", "refined", "0")),
    ];
    let balance = balance(&[
        site("works", "CAN", &[("refining", None)]),
        table(&survey("operator", "2024-03-01"), &rows),
    ]);
    assert!(balance.findings.is_empty(), "{:?}", balance.findings);
    let line = |stage, line| estimate(&balance, stage, &works(), line);
    assert!(line("mine", Line::Produced) < 2.0);
    assert!((line("mine", Line::Consumed) - 1000.0).abs() < 60.0);
    assert!((line("refining", Line::Produced) - 850.0).abs() < 60.0);
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
    let pit = Spot::Site {
        country: "CAN".into(),
        site: "pit".into(),
    };
    let made = |spot: &Spot| {
        let told = balance.line(0, 0, spot, Slot::of_year(2022), Line::Produced);
        told.unwrap().value.unwrap()
    };
    let (site, country) = (made(&pit), made(&Spot::Country("CAN".into())));
    assert!((site - 812.5).abs() < 100.0, "{site} of {country}");
}

#[test]
fn a_site_that_says_what_cannot_be_is_named_though_no_other_report_speaks_of_it() {
    let before = |measure| cobalt((measure, "mine", "ore", "CAN", "", "site:works", "2022", "100"));
    // 3900 t are made, and neither go nor stay.
    let lost = [
        before("stocks"),
        at_works(("production", "mine", "ore", "3900")),
        at_works(("stocks", "mine", "ore", "100")),
        at_works(("shipments", "mine", "ore", "1")),
        at_works(("consumption", "mine", "ore", "0")),
        at_works(("losses", "mine", "ore", "0")),
    ];
    // 5000 t come out of 100.
    let grown = [
        at_works(("production", "refining", "refined", "5000")),
        at_works(("receipts", "mine", "ore", "100")),
        at_works(("consumption", "mine", "ore", "100")),
    ];
    let processes = [("mine", None), ("refining", None)];
    for rows in [&lost[..], &grown] {
        let said = [
            site("works", "CAN", &processes[if rows.len() == 3 { 1 } else { 0 }..]),
            table(
                &survey("nation", "2024-01-01"),
                &[mined("CAN", "2023", "4000"), mined("COD", "2023", "170000")],
            ),
            table(&survey("operator", "2024-02-01"), rows),
        ];
        let balance = balance(&said);
        let named: Vec<_> = balance
            .findings
            .iter()
            .filter(|finding| matches!(finding.reason, Reason::Overruled { .. }))
            .collect();
        assert!(!named.is_empty(), "{:?}", balance.findings);
        assert!(
            named
                .iter()
                .all(|finding| finding.site.as_deref() == Some("works") && finding.reason.is_used())
        );
    }
}

#[test]
fn a_stock_of_more_than_the_world_makes_in_ten_years_is_named() {
    let stock = |value| {
        let said = [
            site("works", "CAN", &[("mine", None)]),
            table(
                &survey("nation", "2024-01-01"),
                &[mined("CAN", "2023", "4000"), mined("COD", "2023", "170000")],
            ),
            table(
                &survey("operator", "2024-02-01"),
                &[at_works(("stocks", "mine", "ore", value))],
            ),
        ];
        let balance = balance(&said);
        let beyond = |reason: &&Reason| matches!(reason, Reason::BeyondAllStocks { .. });
        reasons(&balance).into_iter().any(|reason| beyond(&reason))
    };
    assert!(stock("100000000") && !stock("3000"));
}

#[test]
fn a_registered_site_of_which_nobody_reports_is_a_place_of_which_nobody_can_know() {
    let said = [
        site("works", "CAN", &[("mine", None), ("refining", None)]),
        site("other", "CAN", &[("mine", Some("1000"))]),
        table(&survey("nation", "2024-01-01"), &[mined("CAN", "2023", "4000")]),
    ];
    let balance = balance(&said);
    // A capacity speaks of what its site makes.
    assert_eq!(
        balance.unreported_sites(0).into_iter().collect::<Vec<_>>(),
        [&works()]
    );
    let year = Slot::of_year(2023);
    let figures = balance.unreported_figures(0, &works(), year);
    let stages: Vec<u16> = figures.iter().map(|(key, _)| key.stage).collect();
    let refining = balance.stage("refining").unwrap();
    assert!(stages.contains(&0) && stages.contains(&refining), "{stages:?}");
    for (key, figure) in &figures {
        assert_eq!((figure.grade, figure.value), (Grade::X, None));
        assert_eq!(balance.figure(key).as_ref(), Some(figure));
        let march = Key {
            slot: year.months().nth(2).unwrap(),
            ..key.clone()
        };
        assert_eq!(balance.figure(&march).unwrap().grade, Grade::X);
    }
    // It is within its country, and nothing that adds up has it.
    assert!(balance.figures(year).iter().all(|(key, _)| key.spot != works()));
    // The country has it and no other.
    let elsewhere = Spot::Site {
        country: "AUS".into(),
        site: "works".into(),
    };
    assert!(
        balance
            .figure(&Key {
                spot: elsewhere,
                ..figures[0].0.clone()
            })
            .is_none()
    );
}
