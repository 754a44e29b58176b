//! Reports that do not fit are found, and told what would fit.

use didymium_twin::balance::{Balance, Grade, Line, Options, Origin, Slot, Spot};

use crate::club::{cobalt, survey, table, twin};

/// Three surveys of three producers; one of them is far off in one figure.
fn three_surveys(wrong: &str) -> Balance {
    let rows = |values: [&str; 3]| -> Vec<[String; 15]> {
        ["COD", "AUS", "CAN"]
            .iter()
            .zip(values)
            .map(|(area, value)| cobalt(("production", "mine", "ore", area, "", "", "2022", value)))
            .collect()
    };
    let said = [
        table(&survey("one", "2023-01-01"), &rows(["130100", "5900", "3900"])),
        table(&survey("two", "2023-02-01"), &rows(["131200", "5800", "4100"])),
        table(&survey("three", "2023-03-01"), &rows(["129900", wrong, "4000"])),
    ];
    Balance::of(&twin(&said), "cobalt", &Options::default()).unwrap()
}

#[test]
fn a_report_far_from_the_others_is_flagged_with_what_would_fit() {
    let balance = three_surveys("9900");
    let doubt = balance.doubt();
    let worst = &doubt.tested[0];
    assert!(worst.test.flagged, "{worst:?}");
    assert_eq!(worst.report.value, 9900.0);
    assert!(
        (5000.0..7000.0).contains(&worst.expected.0),
        "{:?}",
        worst.expected
    );
    assert!(worst.fits.0 < worst.expected.0 && worst.expected.0 < worst.fits.1);
    assert!(worst.fits.1 < 9900.0);
    assert!(worst.noticed > 0.0 && matches!(worst.report.origin, Origin::Fact(_)));
}

#[test]
fn reports_that_agree_are_not_flagged() {
    let balance = three_surveys("6000");
    assert!(balance.doubt().tested.iter().all(|report| !report.test.flagged));
    assert!(balance.global_test().p > 0.05);
}

#[test]
fn a_report_that_nobody_else_speaks_of_would_not_be_noticed() {
    let rows = [cobalt((
        "stocks", "refining", "refined", "JPN", "", "", "2022", "500",
    ))];
    let balance = Balance::of(
        &twin(&[table(&survey("one", "2023-01-01"), &rows)]),
        "cobalt",
        &Options::default(),
    )
    .unwrap();
    let doubt = balance.doubt();
    assert!(doubt.tested.is_empty());
    assert_eq!(doubt.unchecked, [0]);
}

#[test]
fn editions_of_one_survey_are_one_voice() {
    let row = |value| {
        [cobalt((
            "production",
            "mine",
            "ore",
            "COD",
            "",
            "",
            "2022",
            value,
        ))]
    };
    let said = [
        table(&survey("usgs-mcs", "2024-01-31"), &row("130000")),
        table(&survey("usgs-mybk", "2025-03-19"), &row("145000")),
    ];
    let balance = Balance::of(&twin(&said), "cobalt", &Options::default()).unwrap();
    let reports = balance
        .reports
        .iter()
        .filter(|report| matches!(report.origin, Origin::Fact(_)));
    let values: Vec<f64> = reports.map(|report| report.value).collect();
    assert_eq!(values, [145_000.0], "the newest edition speaks for the survey");
}

#[test]
fn a_figure_far_too_low_is_no_surer_than_the_others_and_marks_what_it_tells_of() {
    for low in ["0", "59"] {
        let balance = three_surveys(low);
        let australia = Spot::Country("AUS".into());
        let told = balance
            .line(0, 0, &australia, Slot::of_year(2022), Line::Produced)
            .unwrap();
        let value = told.value.unwrap();
        assert!((3000.0..6200.0).contains(&value), "{low}: {told:?}");
        let worst = &balance.doubt().tested[0];
        assert!(
            worst.test.flagged && worst.report.value < 100.0,
            "{low}: {worst:?}"
        );
        assert!(told.contested && told.grade == Grade::D, "{low}: {told:?}");
    }
    let agreed = three_surveys("6000");
    assert!(agreed.quantities().all(|(_, quantity)| !quantity.contested));
}

#[test]
fn two_reports_that_are_wrong_are_suspected_one_after_the_other_and_the_rest_agree() {
    let rows = |values: [&str; 4]| -> Vec<[String; 15]> {
        let areas = ["COD", "AUS", "CAN", "PHL"].iter().zip(values);
        areas
            .map(|(area, value)| cobalt(("production", "mine", "ore", area, "", "", "2022", value)))
            .collect()
    };
    let said = [
        table(
            &survey("one", "2023-01-01"),
            &rows(["130100", "5900", "3900", "3800"]),
        ),
        table(
            &survey("two", "2023-02-01"),
            &rows(["131200", "5800", "4100", "3900"]),
        ),
        table(
            &survey("three", "2023-03-01"),
            &rows(["129900", "15900", "9000", "3850"]),
        ),
    ];
    let balance = Balance::of(&twin(&said), "cobalt", &Options::default()).unwrap();
    assert!(balance.global_test().p < 0.05);
    let (suspects, rest) = balance.suspects();
    let mut named: Vec<f64> = suspects
        .iter()
        .map(|suspect| balance.reports[suspect.reports[0]].value)
        .collect();
    named.sort_by(f64::total_cmp);
    assert_eq!(named, [9000.0, 15900.0]);
    assert!(
        suspects.iter().all(|suspect| suspect.bias > 3000.0),
        "{suspects:?}"
    );
    assert!(rest.p > 0.05, "{rest:?}");
    // Where all agree nobody is suspected.
    let (suspects, rest) = three_surveys("6000").suspects();
    assert!(suspects.is_empty() && rest.p > 0.05);
}
