//! The comparison with a reference, by hand.

use didymium_twin::mirror::{
    CountryCode, Hs6, MirrorError, PUBLISHED, ReconciledFlow, ReferenceFlow, Reported, Score, compare,
};

fn ours(code: &str, exporter: &str, importer: &str, value: f64) -> ReconciledFlow {
    ReconciledFlow {
        code: Hs6::parse(code).unwrap(),
        exporter: CountryCode::parse(exporter).unwrap(),
        importer: CountryCode::parse(importer).unwrap(),
        value,
        deviation: 0.1,
        export_weight: 1.0,
        export_gross: None,
        import_gross: None,
        reported: Reported::ExporterOnly,
        denied: false,
        export: None,
        import: None,
    }
}

fn theirs(code: &str, exporter: &str, importer: &str, value: f64) -> ReferenceFlow {
    let ReconciledFlow {
        code,
        exporter,
        importer,
        ..
    } = ours(code, exporter, importer, value);
    ReferenceFlow {
        code,
        exporter,
        importer,
        value,
    }
}

#[test]
fn figures_of_two_codes_are_those_computed_by_hand() {
    let flows = [
        ours("850511", "CHN", "USA", 60.0),
        ours("850511", "DEU", "USA", 40.0),
        ours("283691", "CHN", "JPN", 100.0),
        ours("282200", "COD", "CHN", 7.0),
    ];
    let reference = [
        theirs("850511", "CHN", "USA", 40.0),
        theirs("850511", "DEU", "USA", 60.0),
        theirs("283691", "CHN", "JPN", 75.0),
        theirs("283691", "USA", "JPN", 25.0),
    ];
    let found = compare(&flows, &reference).unwrap();
    let Score {
        codes,
        top1,
        top3,
        share_mae,
        hhi_correlation,
    } = found.exporter;
    // Cobalt is in one of them only. China leads both of ours, and one of theirs.
    assert_eq!((codes, top1), (2, 1));
    assert!((top3 - 1.5).abs() < 1e-12);
    // 20 points each for two countries, 25 points each for two countries.
    assert!((share_mae - 22.5).abs() < 1e-12 && (found.exporter_misplaced - 22.5).abs() < 1e-12);
    // Two points on a rising line: 0.52 and 1, 0.52 and 0.625.
    assert!((hhi_correlation - 1.0).abs() < 1e-12);
    let others: Vec<_> = found
        .other_exporter
        .iter()
        .map(|(code, one, other)| format!("{code} {one} {other}"))
        .collect();
    assert_eq!(others, ["850511 CHN DEU"]);
    assert_eq!((found.common_flows, found.importer.top1), (3, 2));
    assert!((found.median_ratio - 100.0 / 75.0).abs() < 1e-12);
    assert!(found.importer.share_mae.abs() < 1e-12);
    assert!(
        found.importer.hhi_correlation.is_nan(),
        "every code has one importer: nothing varies"
    );
}

#[test]
fn a_reference_about_something_else_is_refused() {
    let flows = [ours("850511", "CHN", "USA", 60.0)];
    assert_eq!(compare(&flows, &[]).unwrap_err(), MirrorError::NothingInCommon);
    let reference = [theirs("850511", "CHN", "USA", 1.0)];
    assert_eq!(
        compare(&flows, &reference).unwrap_err(),
        MirrorError::NothingInCommon
    );
}

#[test]
fn better_means_better_in_all_four() {
    let published = PUBLISHED[0].exporter;
    assert!(!published.beats(&published));
    let better = Score {
        codes: 30,
        top1: 23,
        top3: 2.44,
        share_mae: 3.8,
        hhi_correlation: 0.886,
    };
    assert!(better.beats(&published));
    for worse in [
        Score { codes: 29, ..better },
        Score { top1: 22, ..better },
        Score { top3: 2.43, ..better },
        Score {
            share_mae: 3.9,
            ..better
        },
        Score {
            hhi_correlation: f64::NAN,
            ..better
        },
    ] {
        assert!(!worse.beats(&published), "{worse:?}");
    }
}
