//! What is said too far off or too much of does not make everybody wait.

use didymium_twin::balance::{Balance, BalanceError, Options, QUANTITIES_MAX, Reason};
use didymium_vocabulary::Vocabulary;

use crate::club::{balance, cobalt, mined, survey, table, twin};

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
    let (en, fr) = balance.findings[0].words(Vocabulary::embedded());
    assert!(
        en.contains("2022 to 2023") && fr.contains("2022 à 2023"),
        "{en} {fr}"
    );
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
    let words = refused.to_string();
    assert!(
        words.contains("withdraw or mend") && words.contains("`flood` with "),
        "{words}"
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
    for year in 2012..2024 {
        rows.push(mined("CAN", &format!("{year}-06"), "10"));
    }
    let said = [table(&survey("flood", "2024-02-01"), &rows)];
    let begun = std::time::Instant::now();
    let balance = balance(&said);
    let quantities = balance.quantities().count();
    println!("{quantities} quantities in {:?}", begun.elapsed());
    assert!(quantities > QUANTITIES_MAX * 4 / 5);
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
