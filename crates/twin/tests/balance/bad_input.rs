//! What cannot be used is told: which figure, which site, why, and what to do. The rest is balanced.

use didymium_twin::balance::{Balance, BalanceError, Finding, Line, Options, Reason, Slot, Spot, unusable};
use didymium_vocabulary::Vocabulary;

use crate::club::{Said, balance, cobalt, site, survey, table, twin};

/// A good table beside the one at fault.
fn good() -> Said {
    let rows = [cobalt((
        "production",
        "mine",
        "ore",
        "CAN",
        "",
        "",
        "2023",
        "4000",
    ))];
    table(&survey("nation", "2024-01-01"), &rows)
}

fn of_site(measure: &str, stage: &str, area: &str, site: &str, period: &str, value: &str) -> [String; 15] {
    let form = match stage {
        "mine" => "ore",
        "cathode" => "cathode_material",
        _ => "refined",
    };
    cobalt((
        measure,
        stage,
        form,
        area,
        "",
        &format!("site:{site}"),
        period,
        value,
    ))
}

fn only_finding(said: &[Said]) -> (Option<String>, Reason, String) {
    let balance = balance(said);
    assert_eq!(balance.findings.len(), 1, "{:?}", balance.findings);
    let finding = &balance.findings[0];
    assert!(
        finding.fact.is_some(),
        "a finding leads to the figure and so to its statement"
    );
    let (en, fr) = finding.words(Vocabulary::embedded());
    assert!(!en.is_empty() && !fr.is_empty() && en != fr);
    (finding.site.clone(), finding.reason.clone(), en)
}

#[test]
fn a_site_that_nobody_registered_is_named() {
    let rows = [of_site("production", "mine", "CAN", "nowhere", "2023", "10")];
    let (site, reason, words) = only_finding(&[good(), table(&survey("operator", "2024-02-01"), &rows)]);
    assert_eq!((site.as_deref(), reason), (Some("nowhere"), Reason::UnknownSite));
    assert!(words.contains("Register"), "{words}");
}

#[test]
fn a_site_without_such_a_process_is_named() {
    let rows = [of_site("production", "refining", "CAN", "pit", "2023", "10")];
    let said = [
        good(),
        site("pit", "CAN", &[("mine", None)]),
        table(&survey("operator", "2024-02-01"), &rows),
    ];
    let (site, reason, _) = only_finding(&said);
    let stage = "refining".to_owned();
    assert_eq!(
        (site.as_deref(), reason),
        (Some("pit"), Reason::NoProcess { stage })
    );
}

#[test]
fn a_site_in_another_country_is_named() {
    let rows = [of_site("production", "mine", "AUS", "pit", "2023", "10")];
    let said = [
        good(),
        site("pit", "CAN", &[("mine", None)]),
        table(&survey("operator", "2024-02-01"), &rows),
    ];
    let (_, reason, words) = only_finding(&said);
    assert!(matches!(reason, Reason::SiteElsewhere { .. }));
    assert!(words.contains("AUS") && words.contains("CAN"), "{words}");
}

#[test]
fn a_month_that_is_missing_is_named_and_told_from_the_others() {
    let months: Vec<[String; 15]> = [1, 2, 4]
        .map(|month| {
            of_site(
                "production",
                "mine",
                "CAN",
                "pit",
                &format!("2023-{month:02}"),
                "10",
            )
        })
        .to_vec();
    let said = [
        good(),
        site("pit", "CAN", &[("mine", None)]),
        table(&survey("operator", "2024-02-01"), &months),
    ];
    let (site, reason, words) = only_finding(&said);
    assert_eq!(site.as_deref(), Some("pit"));
    assert!(matches!(reason, Reason::MonthMissing { .. }));
    assert!(words.contains("2023-03") && words.contains("2023-02"), "{words}");
}

/// No test of reports shows a slip of the pen where one voice alone speaks: its own series does.
#[test]
fn what_is_far_out_of_its_own_series_is_named_unless_another_says_so_too() {
    let year = |year: &str, value: &str| cobalt(("production", "mine", "ore", "CAN", "", "", year, value));
    let told = |values: [&str; 4]| {
        let years = ["2019", "2020", "2021", "2022"];
        let rows: Vec<_> = years
            .iter()
            .zip(values)
            .map(|(at, value)| year(at, value))
            .collect();
        table(&survey("operator", "2024-02-01"), &rows)
    };
    let named = |said: &[Said]| -> Vec<(String, String)> {
        let findings = balance(said).findings.clone();
        let of_series = findings
            .iter()
            .filter(|finding| matches!(finding.reason, Reason::OutOfSeries { .. }));
        of_series
            .map(|finding| {
                assert!(finding.reason.is_used() && finding.fact.is_some());
                finding.words(Vocabulary::embedded())
            })
            .collect()
    };
    // A point that went astray within the series, at its end, and a nothing that means "not known".
    for (values, said) in [
        (["4000", "41000", "3900", "4100"], "41,000 t"),
        (["4000", "4100", "3900", "390"], "390 t"),
        (["4000", "0", "3900", "4100"], "0 t"),
    ] {
        let found = named(&[good(), told(values)]);
        assert_eq!(found.len(), 1, "{values:?}: {found:?}");
        assert!(found[0].0.contains(&format!("is {said}")), "{}", found[0].0);
        assert!(found[0].1.contains("même voix"), "{}", found[0].1);
    }
    // A plant that starts, a doubling, a mine that runs out.
    for values in [
        ["100", "120", "4000", "4100"],
        ["1000", "2000", "4000", "9000"],
        ["4000", "4000", "300", "0"],
    ] {
        assert_eq!(named(&[good(), told(values)]), [], "{values:?}");
    }
    let also = table(&survey("register", "2024-03-01"), &[year("2020", "38000")]);
    assert_eq!(
        named(&[good(), told(["4000", "41000", "3900", "4100"]), also]),
        []
    );
}

/// Ten figures of lonely years make a balance larger than many of years that all speak of: who said them is named.
#[test]
fn who_makes_a_balance_too_large_is_named() {
    let years = |source: &str, years: &mut dyn Iterator<Item = u16>| {
        let row = |year: u16| {
            let year = year.to_string();
            cobalt(("production", "mine", "ore", "CAN", "", "", &year, "4000"))
        };
        table(&survey(source, "2024-02-01"), &years.map(row).collect::<Vec<_>>())
    };
    let said = [
        years("nation", &mut (2010..2024)),
        years("operator", &mut (1890..2010).step_by(15)),
    ];
    let options = Options {
        quantities_max: 200,
        ..Options::default()
    };
    let refused = Balance::of(&twin(&said), "cobalt", &options).expect_err("more than allowed");
    assert!(matches!(refused, BalanceError::TooLarge { .. }), "{refused}");
    let words = refused.to_string();
    assert!(words.contains("added by `operator` with 8 figures"), "{words}");
    let statement = said[1].statement.id().to_string();
    assert!(
        words.contains(&format!("8 are of statement {statement}")),
        "{words}"
    );
}

/// Nobody else speaks of the place, so nothing contradicts it: the world would follow.
#[test]
fn more_than_the_world_makes_in_ten_years_is_left_out_and_named() {
    let world = || {
        let row = cobalt(("production", "mine", "ore", "WLD", "", "", "2023", "200000"));
        table(&survey("nation", "2024-01-01"), &[row])
    };
    let of_france = |value: &str| {
        let row = cobalt(("production", "mine", "ore", "FRA", "", "", "2023", value));
        table(&survey("operator", "2024-02-01"), &[row])
    };
    let left_out = |value: &str| -> Vec<Finding> {
        let balance = balance(&[world(), of_france(value)]);
        let beyond = balance
            .findings
            .iter()
            .filter(|finding| matches!(finding.reason, Reason::BeyondWorld { .. }));
        beyond.cloned().collect()
    };
    for absurd in ["1000000000", "2100000"] {
        let found = left_out(absurd);
        assert_eq!(found.len(), 1, "{absurd}: {found:?}");
        assert!(found[0].fact.is_some() && !found[0].reason.is_used());
        let (en, fr) = found[0].words(Vocabulary::embedded());
        assert!(
            en.contains("200,000 t") && fr.contains("pas utilisé"),
            "{en} {fr}"
        );
    }
    assert_eq!(left_out("1900000"), []);
    assert_eq!(left_out("2000"), []);
}

/// The others of the world would have to be negative, and nobody knows any of them.
#[test]
fn a_place_above_the_world_is_named_and_used() {
    let world = cobalt(("production", "mine", "ore", "WLD", "", "", "2023", "200000"));
    let of_france = |value: &str| cobalt(("production", "mine", "ore", "FRA", "", "", "2023", value));
    let above = |value: &str| -> Vec<Finding> {
        let said = [
            table(&survey("nation", "2024-01-01"), std::slice::from_ref(&world)),
            table(&survey("operator", "2024-02-01"), &[of_france(value)]),
        ];
        let balance = balance(&said);
        let above = balance
            .findings
            .iter()
            .filter(|finding| matches!(finding.reason, Reason::AboveWorld { .. }));
        above.cloned().collect()
    };
    let found = above("900000");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].fact.is_some() && found[0].reason.is_used());
    assert_eq!(above("150000"), []);
}

/// No balance shows it: the month that nobody tells would take up the difference, and is held at nothing.
#[test]
fn months_that_are_more_than_their_year_are_named() {
    let month = |number: u8, value: &str| {
        let period = format!("2023-{number:02}");
        cobalt(("production", "mine", "ore", "CAN", "", "", &period, value))
    };
    let found = |value: &str| {
        let months: Vec<_> = (1..=11).map(|number| month(number, value)).collect();
        balance(&[good(), table(&survey("operator", "2024-02-01"), &months)])
    };
    let above = found("2000");
    let named: Vec<&Finding> = above
        .findings
        .iter()
        .filter(|finding| matches!(finding.reason, Reason::MonthsAboveYear { months: 11, .. }))
        .collect();
    assert_eq!(named.len(), 11, "{:?}", above.findings);
    let (en, fr) = named[0].words(Vocabulary::embedded());
    assert!(
        en.contains("11 months") && en.contains("22,000 t") && en.contains("4,000 t"),
        "{en}"
    );
    assert!(fr.contains("11 mois") && named[0].reason.is_used(), "{fr}");
    assert!(found("330").findings.is_empty());
}

#[test]
fn a_mass_of_the_wrong_basis_is_named() {
    let mut row = cobalt(("production", "mine", "ore", "CAN", "", "", "2022", "4000"));
    row[4] = String::new();
    row[5] = "wet".to_owned();
    let (_, reason, words) = only_finding(&[good(), table(&survey("operator", "2024-02-01"), &[row])]);
    assert!(matches!(reason, Reason::WrongBasis { .. }), "{reason:?}");
    assert!(words.contains("contained"), "{words}");
}

#[test]
fn every_figure_of_a_wrong_basis_is_named_with_its_site() {
    let years = ["2019", "2020", "2021", "2022"];
    let rows = years.map(|year| {
        let mut row = cobalt((
            "production",
            "mine",
            "ore",
            "CAN",
            "",
            "site:co-one",
            year,
            "4000",
        ));
        row[4] = String::new();
        row[5] = "wet".to_owned();
        row
    });
    let balance = balance(&[good(), table(&survey("operator", "2024-02-01"), &rows)]);
    let named = balance.findings.iter();
    let named: Vec<&Finding> = named
        .filter(|finding| matches!(finding.reason, Reason::WrongBasis { .. }))
        .collect();
    assert_eq!(named.len(), years.len(), "{named:?}");
    assert!(
        named
            .iter()
            .all(|finding| finding.site.as_deref() == Some("co-one"))
    );
    let facts: std::collections::BTreeSet<_> = named.iter().filter_map(|finding| finding.fact).collect();
    assert_eq!(facts.len(), years.len());
}

#[test]
fn a_yield_above_one_is_refused_where_it_is_said() {
    let row = cobalt(("recovery", "refining", "refined", "CAN", "", "", "2023", "101"));
    let (statement, blob) = {
        let said = table(&survey("operator", "2024-02-01"), &[row]);
        (said.statement, said.blob)
    };
    let why = didymium_twin::TwinBuilder::why_uninterpreted(
        didymium_vocabulary::Vocabulary::embedded(),
        &statement,
        blob.as_deref(),
    );
    assert!(why.unwrap().contains("more than 100 percent"));
}

#[test]
fn a_figure_of_one_use_is_not_taken_for_the_whole() {
    let rows = [cobalt((
        "stocks", "refining", "refined", "USA", "", "LME", "2023", "12",
    ))];
    let (_, reason, _) = only_finding(&[good(), table(&survey("exchange", "2024-02-01"), &rows)]);
    assert!(matches!(reason, Reason::Part { .. }));
}

#[test]
fn families_of_which_nothing_is_said_and_that_are_none_are_told_apart() {
    let twin = twin(&[good()]);
    let refused = |family| Balance::of(&twin, family, &Options::default()).unwrap_err();
    assert!(matches!(refused("nickel"), BalanceError::NothingSaid { .. }));
    assert!(matches!(refused("neodymium"), BalanceError::NoFamily { .. }));
    assert!(refused("gold").to_string().contains("name one, such as"));
}

#[test]
fn what_cannot_be_used_of_itself_is_found_without_a_balance() {
    let rows = [
        of_site("production", "mine", "CAN", "nowhere", "2023", "10"),
        of_site("production", "refining", "CAN", "pit", "2023", "10"),
    ];
    let of_other_year = [cobalt((
        "production",
        "mine",
        "ore",
        "COD",
        "",
        "",
        "1850",
        "4000",
    ))];
    let said = [
        good(),
        site("pit", "CAN", &[("mine", None)]),
        table(&survey("operator", "2024-02-01"), &rows),
        table(&survey("historian", "2024-03-01"), &of_other_year),
    ];
    let of_itself: Vec<Finding> = balance(&said)
        .findings
        .into_iter()
        .filter(|finding| finding.reason.is_of_itself())
        .collect();
    assert_eq!(of_itself.len(), 2, "{of_itself:?}");
    assert_eq!(unusable(&twin(&said)), of_itself);
    // That a year is far from all others depends on the others.
    let balance = balance(&said);
    let far = |finding: &&Finding| matches!(finding.reason, Reason::FarFromOthers { .. });
    assert!(
        balance
            .findings
            .iter()
            .find(far)
            .is_some_and(|far| !far.reason.is_of_itself())
    );
}

/// What a site tells of the yield of its only process, beside which a good table stands, and what is found of it.
fn yield_told(registered: &str, stage: &str, value: &str) -> (Option<String>, Reason, String) {
    let rows = [of_site("recovery", stage, "CAN", "works", "2023", value)];
    only_finding(&[
        good(),
        site("works", "CAN", &[(registered, None)]),
        table(&survey("operator", "2024-02-01"), &rows),
    ])
}

#[test]
fn a_process_of_no_gain_is_named_with_its_site() {
    let (site, reason, words) = yield_told("refining", "refining", "0");
    assert_eq!((site.as_deref(), reason), (Some("works"), Reason::YieldOfNothing));
    assert!(words.contains("production of 0"), "{words}");
}

#[test]
fn a_yield_that_no_process_could_have_is_named_with_its_site() {
    let (site, reason, _) = yield_told("mine", "refining", "90");
    assert_eq!(site.as_deref(), Some("works"));
    assert!(matches!(reason, Reason::NoProcess { stage } if stage == "refining"));
    let (site, reason, words) = yield_told("cathode", "cathode", "90");
    assert_eq!(site.as_deref(), Some("works"));
    assert!(matches!(reason, Reason::YieldWithoutRecipe { .. }));
    assert!(words.contains("`cathode`"), "{words}");
}

/// What a plant takes of its own scrap comes round without loss where every yield is one: a cycle that gains nothing. The other
/// figures stay what they are.
#[test]
fn a_round_without_loss_harms_no_other_figure() {
    let rows = |round: bool| {
        let mut rows = vec![
            of_site("production", "refining", "CAN", "works", "2023", "900"),
            of_site("production", "mine", "CAN", "works", "2023", "1000"),
        ];
        if round {
            rows.push(of_site("recovery", "refining", "CAN", "works", "2023", "100"));
            rows.push(of_site("consumption", "recycling", "CAN", "works", "2023", "300"));
            rows.push(of_site("production", "recycling", "CAN", "works", "2023", "300"));
        }
        rows
    };
    let of = |round: bool| {
        balance(&[
            good(),
            site(
                "works",
                "CAN",
                &[("mine", None), ("refining", None), ("recycling", None)],
            ),
            table(&survey("operator", "2024-02-01"), &rows(round)),
        ])
    };
    let (with, without) = (of(true), of(false));
    for (key, quantity) in with.quantities() {
        let finite = [quantity.value, quantity.deviation]
            .into_iter()
            .flatten()
            .all(f64::is_finite);
        assert!(finite, "{key:?} {quantity:?}");
    }
    let mined = |balance: &Balance| {
        let stage = balance.stage("mine").unwrap();
        let spot = Spot::Site {
            country: "CAN".into(),
            site: "works".into(),
        };
        let told = balance.line(0, stage, &spot, Slot::of_year(2023), Line::Produced);
        let told = told.unwrap();
        (told.value.unwrap(), told.deviation.unwrap())
    };
    let ((value, _), (before, deviation)) = (mined(&with), mined(&without));
    assert!((value - before).abs() < deviation, "{value} {before} {deviation}");
}
