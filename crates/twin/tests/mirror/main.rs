//! The trade mirror through its public face: what it refuses, what it does with one report or two, what it learns, and how
//! close it comes to CEPII's BACI on real reports.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; its helpers too")]

mod baci;
mod comparison;
mod world;

use didymium_twin::mirror::{
    AreaCodes, Direction, HS_2022_TO_2017, Hs6, MirrorError, ReconciledFlow, Reported, TradeMirror,
    TradeReport, read_reference, read_reports, write_flows,
};
use didymium_vocabulary::Vocabulary;
use proptest::prelude::*;
use world::{AUS, CHN, DEU, FRA, JPN, MAGNETS, USA, both, report, world};

fn reconcile(reports: &[TradeReport]) -> Result<TradeMirror, MirrorError> {
    TradeMirror::reconcile(reports, &AreaCodes::new(Vocabulary::embedded()), &HS_2022_TO_2017)
}

/// The flow of magnets between two countries.
fn flow<'m>(mirror: &'m TradeMirror, exporter: &str, importer: &str) -> &'m ReconciledFlow {
    let wanted = |flow: &&ReconciledFlow| {
        (
            flow.exporter.as_str(),
            flow.importer.as_str(),
            flow.code.to_string().as_str(),
        ) == (exporter, importer, "850511")
    };
    mirror.flows.iter().find(wanted).unwrap()
}

#[test]
fn a_flow_reported_by_one_side_is_taken_from_it_and_the_silence_of_the_other_is_told() {
    let mut reports = world();
    reports.push(report(AUS, FRA, MAGNETS, Direction::Export, 5000.0));
    reports.push(report(AUS, JPN, MAGNETS, Direction::Import, 7000.0));
    let mirror = reconcile(&reports).unwrap();
    let exported = flow(&mirror, "AUS", "FRA");
    assert_eq!(exported.reported, Reported::ExporterOnly);
    assert!((exported.value - 5000.0).abs() < 1e-9);
    assert!((exported.export_weight - 1.0).abs() < 1e-12 && exported.import.is_none());
    assert!(
        exported.denied,
        "France reports magnets from others, and none from Australia"
    );
    let imported = flow(&mirror, "JPN", "AUS");
    let margin = mirror
        .margins
        .iter()
        .find(|margin| margin.code.to_string() == "850511")
        .unwrap();
    assert!((imported.value - 7000.0 * (-margin.margin).exp()).abs() < 1e-9);
    assert_eq!(imported.reported, Reported::ImporterOnly);
    assert!(imported.deviation > flow(&mirror, "CHN", "USA").deviation);
}

#[test]
fn who_reports_badly_is_learned_from_the_reports_and_counts_less() {
    let mirror = reconcile(&world()).unwrap();
    // In the exercise world Japan's reports are off by a factor of two either way, the others' by five percent.
    let exporter = |code: &str| {
        let found = mirror
            .reporters
            .iter()
            .find(|one| one.country.as_str() == code && one.side == Direction::Export);
        *found.unwrap()
    };
    let (bad, good) = (exporter("JPN"), exporter("CHN"));
    assert!(
        bad.deviation > 3.0 * good.deviation || bad.gross > 3.0 * good.gross,
        "{bad:?} {good:?}"
    );
    assert!(flow(&mirror, "JPN", "USA").export_weight < 0.4);
    assert!(flow(&mirror, "CHN", "USA").export_weight > 0.4);
    assert!(mirror.settled && mirror.rounds > 1);
}

#[test]
fn a_total_is_not_added_to_its_own_breakdown() {
    let mut reports = world();
    let before = flow(&reconcile(&reports).unwrap(), "CHN", "USA")
        .export
        .unwrap()
        .value;
    for part in [0.25, 0.75, 0.25, 0.75, 1.0] {
        reports.push(report(CHN, USA, MAGNETS, Direction::Export, before * part));
    }
    let mirror = reconcile(&reports).unwrap();
    assert!((flow(&mirror, "CHN", "USA").export.unwrap().value - before).abs() < 1e-9);
    assert_eq!((mirror.closure.closed, mirror.closure.open), (0, 0));
}

#[test]
fn partners_that_add_up_to_the_world_are_counted_as_such() {
    let mut reports = world();
    let exports = reports.iter().filter(|one| {
        (one.reporter, one.code, one.direction) == (CHN, Hs6::parse(MAGNETS).unwrap(), Direction::Export)
    });
    let total = exports.map(|one| one.value).sum();
    reports.push(report(CHN, 0, MAGNETS, Direction::Export, total));
    reports.push(report(DEU, 0, MAGNETS, Direction::Export, 1.0));
    let closure = reconcile(&reports).unwrap().closure;
    assert_eq!((closure.closed, closure.open), (1, 1));
}

#[test]
fn what_is_no_bilateral_flow_is_kept_aside() {
    let mut reports = world();
    let flows = reconcile(&reports).unwrap().flows.len();
    reports.push(report(USA, 899, MAGNETS, Direction::Import, 10.0));
    reports.push(report(USA, USA, MAGNETS, Direction::Import, 20.0));
    // Customs territory 842 and country 840 are both the United States.
    reports.push(report(USA, 840, MAGNETS, Direction::Import, 30.0));
    let mirror = reconcile(&reports).unwrap();
    assert_eq!(mirror.flows.len(), flows);
    let mut aside: Vec<_> = mirror
        .unallocated
        .iter()
        .map(|one| (one.partner, one.value))
        .collect();
    aside.sort_by(|one, other| one.1.total_cmp(&other.1));
    assert_eq!(aside, [(899, 10.0), (USA, 20.0), (840, 30.0)]);
}

#[test]
fn codes_of_2022_are_folded_into_those_of_2017() {
    let mut reports = world();
    reports.push(report(USA, CHN, "811231", Direction::Export, 40.0));
    reports.push(report(USA, CHN, "811292", Direction::Export, 2.0));
    let mirror = reconcile(&reports).unwrap();
    let codes: Vec<_> = mirror
        .flows
        .iter()
        .filter(|flow| flow.code.to_string().starts_with("8112"))
        .collect();
    assert_eq!(codes.len(), 1);
    assert_eq!(codes[0].code.to_string(), "811292");
    assert!((codes[0].value - 42.0).abs() < 1e-9);
}

#[test]
fn what_is_no_measurement_is_refused_with_row_reporter_and_code() {
    for value in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let mut reports = world();
        reports.push(TradeReport {
            row: 4711,
            ..report(CHN, USA, MAGNETS, Direction::Export, value)
        });
        let error = reconcile(&reports).unwrap_err();
        assert!(
            matches!(
                error,
                MirrorError::Value {
                    row: 4711,
                    reporter: CHN,
                    ..
                }
            ),
            "{error}"
        );
        let words = error.to_string();
        assert!(
            words.contains("report 4711") && words.contains("reporter 156") && words.contains("850511"),
            "{words}"
        );
    }
    let mut reports = world();
    reports.push(TradeReport {
        net_weight: Some(-2.0),
        ..report(CHN, USA, MAGNETS, Direction::Export, 1.0)
    });
    assert!(matches!(
        reconcile(&reports).unwrap_err(),
        MirrorError::Weight { reporter: CHN, .. }
    ));
}

#[test]
fn two_years_or_too_little_to_learn_from_are_refused() {
    let mut reports = world();
    reports[3].year = Some(2023);
    assert!(matches!(
        reconcile(&reports).unwrap_err(),
        MirrorError::Years { .. }
    ));
    let few = both(CHN, USA, MAGNETS, 100.0, 110.0);
    assert_eq!(
        reconcile(&few).unwrap_err(),
        MirrorError::TooFewMirrored { found: 1 }
    );
    assert_eq!(
        reconcile(&[]).unwrap_err(),
        MirrorError::TooFewMirrored { found: 0 }
    );
}

#[test]
fn tables_are_read_and_what_is_wrong_in_them_is_named() {
    let good = "\u{feff}year,reporter,partner,cmd,flow,value,netwgt,qty\n2022,156,842,850511,X,12.5,,7\n2022,842,156,50511,M,13,0.5,7\n2022,842,156,850511,RM,1,1,1\n";
    let reports = read_reports(good.as_bytes()).unwrap();
    assert_eq!(reports.len(), 2);
    assert_eq!(
        (reports[0].row, reports[0].net_weight, reports[0].direction),
        (2, None, Direction::Export)
    );
    assert_eq!(reports[1].code.to_string(), "050511");
    let message = |table: &str| read_reports(table.as_bytes()).unwrap_err().to_string();
    assert!(message("year,reporter\n").contains("no column `partner`"));
    assert!(
        message(&good.replace("2022,842", "then,842"))
            .contains("line 3, column `year`: `then` is not a year")
    );
    let undated = read_reports(b"reporter,partner,cmd,flow,value,netwgt\n156,842,850511,X,12.5,\n").unwrap();
    assert_eq!(undated[0].year, None);
    let header = "year,reporter,partner,cmd,flow,value,netwgt\n";
    let cell = |row: &str| message(&format!("{header}{row}\n"));
    assert!(cell("2022,156,842,850511,Z,1,1").contains("line 2, column `flow`: `Z` is not X, M, RX or RM"));
    assert!(cell("2022,156,842,8505,X,1,1").contains("column `cmd`"));
    assert!(cell("2022,156,842,850511,X,much,1").contains("`much` is not a number of US dollars"));
    assert!(cell("2022,99999,842,850511,X,1,1").contains("column `reporter`"));
    assert!(cell("2022,156").contains("line 2"));
    let reference = |row: &str| read_reference(format!("i,j,cmd,value\n{row}\n").as_bytes());
    assert_eq!(
        reference("CHN,S19,850511,3.5").unwrap()[0].importer.as_str(),
        "TWN"
    );
    assert!(
        reference("China,USA,850511,3.5")
            .unwrap_err()
            .to_string()
            .contains("alpha-3")
    );
    assert!(
        reference("CHN,USA,850511,NaN")
            .unwrap_err()
            .to_string()
            .contains("above zero")
    );
}

#[test]
fn flows_are_written_one_a_line() {
    let mirror = reconcile(&world()).unwrap();
    let text = write_flows(mirror.year, &mirror.flows);
    assert_eq!(text.lines().count(), mirror.flows.len() + 1);
    let columns = text.lines().next().unwrap().split(',').count();
    assert!(text.lines().all(|line| line.split(',').count() == columns));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Any order of the rows gives the same answer, to the bit.
    #[test]
    fn order_decides_nothing(order in Just((0..world().len()).collect::<Vec<_>>()).prop_shuffle()) {
        let reports = world();
        let shuffled: Vec<_> = order.into_iter().map(|at| reports[at].clone()).collect();
        let (one, other) = (reconcile(&reports).unwrap(), reconcile(&shuffled).unwrap());
        prop_assert_eq!(
            one.flows.iter().map(|flow| (flow.value.to_bits(), flow.deviation.to_bits())).collect::<Vec<_>>(),
            other.flows.iter().map(|flow| (flow.value.to_bits(), flow.deviation.to_bits())).collect::<Vec<_>>()
        );
        prop_assert_eq!(one, other);
    }

    /// All values in another currency: everything scales, nothing else changes.
    #[test]
    fn the_unit_of_money_decides_nothing(scale in 0.01_f64..100.0) {
        let reports = world();
        let scaled: Vec<_> = reports.iter().map(|one| TradeReport { value: one.value * scale, ..one.clone() }).collect();
        let (one, other) = (reconcile(&reports).unwrap(), reconcile(&scaled).unwrap());
        for (one, other) in one.flows.iter().zip(&other.flows) {
            prop_assert!((one.value * scale / other.value - 1.0).abs() < 1e-6);
            prop_assert!((one.deviation - other.deviation).abs() < 1e-6);
        }
    }

    /// The estimate lies between the two reports at FOB, and is never without doubt.
    #[test]
    fn an_estimate_lies_between_its_reports(import in 1.0_f64..1e6) {
        let mut reports = world();
        reports.extend(both(AUS, DEU, MAGNETS, 1000.0, import));
        let mirror = reconcile(&reports).unwrap();
        let flow = flow(&mirror, "AUS", "DEU");
        let margin = mirror.margins.iter().find(|margin| margin.code == flow.code).unwrap().margin;
        let import = import * (-margin).exp();
        prop_assert!(flow.value >= import.min(1000.0) * (1.0 - 1e-12));
        prop_assert!(flow.value <= import.max(1000.0) * (1.0 + 1e-12));
        prop_assert!(flow.deviation > 0.0 && (0.0..=1.0).contains(&flow.export_weight));
    }
}
