//! What the twin does not read: payloads that are missing or tampered with, and statements that say what it does not know.

use crate::club::{Said, cut_of, mined, sign, source, table, twin, usgs_2025, vocabulary};
use didymium_statement::Kind;
use didymium_twin::{Completeness, TwinBuilder};

/// Why the twin does not interpret what was said.
fn why(said: &Said) -> String {
    TwinBuilder::why_uninterpreted(vocabulary(), &said.statement, said.blob.as_deref()).unwrap()
}

#[test]
fn a_withheld_blob_makes_the_twin_incomplete_and_never_another_digest() {
    let rows: Vec<_> = (1900..2024)
        .flat_map(|year| (0..4).map(move |n| mined(["CHN", "USA", "AUS", "IND"][n], &year.to_string(), "1")))
        .collect();
    let mut said = table(
        "USA",
        1,
        &source("usgs-mcs-2025", "usgs-mcs", "2025-01-31"),
        &rows,
    );
    assert!(
        said.blob.is_some(),
        "the table is large enough to travel as a blob"
    );
    said.blob = None;
    let twin = twin(&[
        said,
        table("CAN", 2, &source("x", "x", "2025-01-31"), &usgs_2025()),
    ]);
    assert_eq!(twin.digest(), None);
    let Completeness::Incomplete { missing } = twin.completeness() else {
        panic!("complete")
    };
    assert_eq!(missing.len(), 1);
}

#[test]
fn a_payload_that_comes_later_leads_to_the_twin_that_had_it_from_the_start() {
    let edition = source("usgs-mcs-2025", "usgs-mcs", "2025-01-31");
    let years = |area: &'static str| (1600..2024).map(move |year| mined(area, &year.to_string(), "1"));
    let large: Vec<_> = years("CHN").collect();
    let said = [
        table("USA", 1, &edition, &large),
        table("CAN", 2, &source("x", "x", "2025-01-31"), &usgs_2025()),
    ];
    let whole = twin(&said);
    let mut builder = TwinBuilder::new(vocabulary());
    builder.add("USA", 0, 0, &said[0].statement, None);
    builder.add("CAN", 0, 0, &said[1].statement, said[1].blob.as_deref());
    let never: Result<(), ()> = builder.look_again(|_| Ok(None));
    never.unwrap();
    assert_eq!(builder.twin_at(cut_of(&said)).digest(), None);
    let blob = said[0].blob.clone().unwrap();
    let mut tampered = blob.clone();
    tampered[200] ^= 1;
    for (bytes, completes) in [(tampered, false), (blob, true)] {
        let found: Result<(), ()> = builder.look_again(|missing| {
            assert_eq!(missing.statement.id, said[0].statement.id());
            Ok(Some((said[0].statement.clone(), bytes.clone())))
        });
        found.unwrap();
        assert_eq!(builder.twin_at(cut_of(&said)).digest().is_some(), completes);
    }
    let later = builder.finish(cut_of(&said));
    assert_eq!(later.digest(), whole.digest());
    assert_eq!(later.statements(), whole.statements());
    assert_eq!(later.facts().len(), whole.facts().len());
}

#[test]
fn a_tampered_blob_is_never_read() {
    let rows: Vec<_> = (1800..2200)
        .map(|year| mined("CHN", &year.to_string(), "1"))
        .collect();
    let mut said = table(
        "USA",
        1,
        &source("usgs-mcs-2025", "usgs-mcs", "2025-01-31"),
        &rows,
    );
    said.blob.as_mut().unwrap()[200] ^= 1;
    let twin = twin(&[said]);
    assert!(twin.facts().is_empty());
    // Other bytes than the statement names are as good as none.
    assert_eq!(twin.digest(), None);
    assert!(matches!(twin.completeness(), Completeness::Incomplete { missing } if missing.len() == 1));
}

#[test]
fn unknown_kinds_versions_and_broken_payloads_are_shown_not_interpreted() {
    let mut rows = usgs_2025();
    rows[2][10] = "-5".into();
    let said = [
        sign("USA", 1, Kind::Other("telemetry".into()), b"{}".to_vec()),
        sign("USA", 1, Kind::Vote, b"{}".to_vec()),
        sign("USA", 1, Kind::Site, b"{\"site\":1}".to_vec()),
        table("CAN", 2, &source("x", "x", "2025-01-31"), &rows),
    ];
    let twin = twin(&said);
    assert_eq!(twin.uninterpreted(), 4);
    assert_eq!(
        twin.facts().len(),
        0,
        "a table with one bad row is not read in part"
    );
    assert!(why(&said[0]).contains("kind `telemetry` is not known"));
    let negative = why(&said[3]);
    assert!(
        negative.contains("row 3") && negative.contains("negative"),
        "{negative}"
    );
    assert!(twin.digest().is_some());
}

#[test]
fn a_form_that_does_not_belong_to_its_stage_is_not_interpreted() {
    let edition = source("usgs-mcs-2025", "usgs-mcs", "2025-01-31");
    let mut ore_of_magnets = mined("CHN", "2023", "1");
    ore_of_magnets[2] = "magnet".into();
    let said = [
        table("USA", 1, &edition, &[mined("AUS", "2023", "5")]),
        table("CAN", 2, &edition, &[mined("CHN", "2023", "7"), ore_of_magnets]),
    ];
    let twin = twin(&said);
    assert_eq!(twin.facts().len(), 1, "the table is read whole or not at all");
    assert_eq!(twin.uninterpreted(), 1);
    let reason = why(&said[1]);
    assert!(
        reason.contains("row 2") && reason.contains("does not belong to stage `magnet`"),
        "{reason}"
    );
}
