//! How figures changed: by published time, by recorded time, and what was known on a day.

use didymium_statement::Kind;
use didymium_statement::payload::{Retract, Supersede};
use didymium_twin::{Change, Completeness, Symbol, Twin};
use didymium_vocabulary::Decimal;
use proptest::prelude::*;

use super::club::{
    Said, cut_of, decimal, mined, period, series, sign, source, table, twin, twin_recorded, usgs_2025,
};

fn change(absolute: &str, percent: &str) -> Option<Change> {
    Some(Change {
        absolute: decimal(absolute),
        percent: Some(decimal(percent)),
    })
}

/// Three editions of one publication, and one of another between them.
fn editions() -> Vec<Said> {
    let edition = |day: &str, year: &str| source(&format!("usgs-mcs-{year}"), "usgs-mcs", day);
    vec![
        // Not in the order of publication: what counts is the day, not when it came.
        table(
            "USA",
            1,
            &edition("2026-01-31", "2026"),
            &[
                mined("CHN", "2022", "210000"),
                mined("CHN", "2023", "270000"),
                mined("CHN", "2024", "280000"),
                mined("AUS", "2024", "29000"),
            ],
        ),
        table(
            "USA",
            1,
            &edition("2024-01-31", "2024"),
            &[mined("CHN", "2022", "200000"), mined("CHN", "2023", "240000")],
        ),
        table(
            "USA",
            1,
            &edition("2025-01-31", "2025"),
            &[
                mined("CHN", "2023", "255000"),
                mined("CHN", "2024", "270000"),
                mined("AUS", "2024", "13000"),
            ],
        ),
        table(
            "CAN",
            2,
            &source("bgs-2024", "bgs-wms", "2024-06-30"),
            &[mined("CHN", "2023", "245000")],
        ),
    ]
}

#[test]
fn a_publication_is_a_triangle_of_periods_by_editions_in_the_order_of_publication() {
    let twin = twin(&editions());
    let found = twin.vintages(series(&twin), "CHN", "", None).unwrap();
    let names: Vec<&str> = found.publications.iter().map(|p| p.series.as_str()).collect();
    assert_eq!(names, ["usgs-mcs", "bgs-wms"], "the preferred one first");
    let usgs = &found.publications[0];
    let days: Vec<String> = usgs.editions.iter().map(|e| e.published.to_string()).collect();
    assert_eq!(days, ["2024-01-31", "2025-01-31", "2026-01-31"]);
    let shape: Vec<(String, Vec<Option<Decimal>>)> = usgs
        .rows
        .iter()
        .map(|row| {
            let cells = row.cells.iter();
            let values = cells.map(|cell| cell.as_ref().map(|cell| cell.figure.value));
            (row.period.to_string(), values.collect())
        })
        .collect();
    let value = |text: &str| Some(decimal(text));
    assert_eq!(
        shape,
        [
            ("2022".to_owned(), vec![value("200000"), None, value("210000")]),
            (
                "2023".to_owned(),
                vec![value("240000"), value("255000"), value("270000")]
            ),
            ("2024".to_owned(), vec![None, value("270000"), value("280000")]),
        ]
    );
    let row = &usgs.rows[1];
    let changes: Vec<Option<Change>> = row.cells.iter().map(|c| c.as_ref().unwrap().change).collect();
    assert_eq!(
        changes,
        [None, change("15000", "6.25"), change("15000", "5.8824")]
    );
    assert_eq!(
        (row.first, row.last, row.revised),
        (0, 2, change("30000", "12.5"))
    );
    // A revision passes over an edition that is silent.
    assert_eq!(
        usgs.rows[0].cells[2].as_ref().unwrap().change,
        change("10000", "5")
    );
    assert_eq!((usgs.rows[2].first, usgs.rows[2].last), (1, 2));
    // Revisions of 10000, 15000, 15000, 10000; of 5, 6.25, 5.8824, 3.7037 percent.
    let stats = usgs.stats.unwrap();
    assert_eq!((stats.revisions, stats.mean_absolute), (4, decimal("12500")));
    assert_eq!(stats.bias, decimal("12500"));
    assert_eq!(stats.mean_absolute_percent, Some(decimal("5.209")));
    // Those of Australia's 2024 count in the publication's own: 16000 of 13000.
    let all = usgs.stats_of_all.unwrap();
    assert_eq!((all.revisions, all.mean_absolute), (5, decimal("13200")));
    // One edition is no revision.
    assert_eq!(found.publications[1].stats, None);
    assert_eq!(found.publications[1].rows[0].revised, None);
}

#[test]
fn figures_that_fall_count_against_the_bias_and_not_against_the_mean_absolute_revision() {
    let edition = |year: &str, values: [&str; 3]| {
        let rows = [("2020", values[0]), ("2021", values[1]), ("2022", values[2])];
        let rows = rows.map(|(period, value)| mined("CHN", period, value));
        let key = format!("usgs-mcs-{year}");
        table(
            "USA",
            1,
            &source(&key, "usgs-mcs", &format!("{year}-01-31")),
            &rows,
        )
    };
    let twin = twin(&[
        edition("2024", ["100", "100", "100"]),
        edition("2025", ["110", "80", "100"]),
    ]);
    let found = twin.vintages(series(&twin), "CHN", "", None).unwrap();
    let stats = found.publications[0].stats.unwrap();
    assert_eq!(stats.revisions, 3, "an unchanged figure is a revision of zero");
    assert_eq!(
        (stats.mean_absolute, stats.bias),
        (decimal("10"), decimal("-3.3333"))
    );
    let one = twin
        .vintages(series(&twin), "CHN", "", Some(period("2021")))
        .unwrap();
    assert_eq!(one.publications[0].rows.len(), 1);
    assert_eq!(
        one.publications[0].stats,
        Some(stats),
        "of all periods, whichever is shown"
    );
    assert!(twin.vintages(series(&twin), "AUS", "", None).is_none());
}

/// A figure, its correction by a superseding table, and another that is retracted.
fn corrected() -> Vec<Said> {
    let edition = source("usgs-mcs-2025", "usgs-mcs", "2025-01-31");
    let wrong = table("USA", 1, &edition, &[mined("CHN", "2023", "250000")]);
    let right = table("USA", 1, &edition, &[mined("CHN", "2023", "255000")]);
    let other = source("bgs-2024", "bgs-wms", "2024-06-30");
    let stray = table("CAN", 2, &other, &[mined("CHN", "2023", "1")]);
    let supersede = Supersede {
        target: wrong.statement.id(),
        replacement: right.statement.id(),
        reason: "a digit was wrong".into(),
    };
    let retract = Retract {
        target: stray.statement.id(),
        reason: "not ours to say".into(),
    };
    let supersede = sign("USA", 1, Kind::Supersede, serde_json::to_vec(&supersede).unwrap());
    let retract = sign("CAN", 2, Kind::Retract, serde_json::to_vec(&retract).unwrap());
    vec![wrong, stray, right, supersede, retract]
}

#[test]
fn what_was_withdrawn_stays_on_the_axis_of_recorded_time_and_in_no_figure() {
    let said = corrected();
    let twin = twin_recorded(&said, &[1_000, 2_000, 3_000, 4_000, 5_000]);
    let found = twin.vintages(series(&twin), "CHN", "", None).unwrap();
    let told: Vec<(i64, String, bool, Option<i64>)> = found
        .recordings
        .iter()
        .map(|recording| {
            let cell = &recording.cells[0];
            let withdrawn = cell.withdrawn.map(|how| how.by.recorded_ms);
            let value = cell.figure.value.to_string();
            (
                recording.statement.recorded_ms,
                value,
                recording.withdraws.is_some(),
                withdrawn,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (1_000, "250000".to_owned(), false, Some(4_000)),
            (2_000, "1".to_owned(), false, Some(5_000)),
            (3_000, "255000".to_owned(), false, None),
            (4_000, "250000".to_owned(), true, None),
            (5_000, "1".to_owned(), true, None),
        ]
    );
    assert_eq!(found.recordings[2].cells[0].change, change("5000", "2"));
    let withdraws = found.recordings[3].withdraws.unwrap();
    assert_eq!(withdraws.replacement, Some(said[2].statement.id()));
    assert_eq!(&*withdraws.reason, "a digit was wrong");
    // The triangle of editions and the figures hold what counts, and nothing else.
    assert_eq!(found.publications.len(), 1);
    let cell = twin.cell(
        series(&twin),
        twin.symbol("CHN").unwrap(),
        Symbol::EMPTY,
        period("2023"),
    );
    let cell = cell.unwrap();
    assert_eq!((cell.value, cell.sources), (decimal("255000"), 1));
    assert_eq!((twin.facts().len(), twin.withdrawn().len()), (1, 2));
}

#[test]
fn what_was_withdrawn_leaves_no_trace_in_the_digest() {
    let said = corrected();
    let clean = twin(&said[2..3]);
    let whole = twin_recorded(&said, &[1_000, 2_000, 3_000, 4_000, 5_000]);
    assert_eq!(whole.digest().unwrap(), clean.digest().unwrap());
    assert!(clean.withdrawn().is_empty());
}

#[test]
fn a_series_of_which_everything_was_withdrawn_is_found_for_its_history_alone() {
    let said = corrected();
    let twin = twin(&[said[1].clone(), said[4].clone()]);
    let names = [
        Some("production"),
        Some("rare_earths"),
        None,
        None,
        None,
        None,
        None,
    ];
    assert_eq!(twin.find_series(names), None);
    let id = twin.find_series_ever(names).unwrap();
    let found = twin.vintages(id, "CHN", "", None).unwrap();
    assert_eq!((found.publications.len(), found.recordings.len()), (0, 2));
    assert_eq!(found.unit, "t");
    assert_eq!(
        twin.find_series_ever([Some("reserves"), None, None, None, None, None, None]),
        None
    );
}

fn china(twin: &Twin) -> Option<(Decimal, String)> {
    let names = [
        Some("production"),
        Some("rare_earths"),
        Some("mine"),
        None,
        None,
        None,
        None,
    ];
    let id = twin.find_series(names)?;
    let (at, china) = (period("2023"), twin.symbol("CHN")?);
    let edition = twin.chosen(id, at)?.source.source.clone();
    Some((twin.cell(id, china, Symbol::EMPTY, at)?.value, edition))
}

#[test]
fn the_rule_chooses_among_the_editions_that_were_published_by_a_day() {
    let whole = twin(&editions());
    let on = |day: &str| whole.as_published_by(day.parse().unwrap());
    let figure = |value: &str, edition: &str| Some((decimal(value), edition.to_owned()));
    assert_eq!(china(&whole), figure("270000", "usgs-mcs-2026"));
    assert_eq!(
        china(&on("2026-01-31")),
        figure("270000", "usgs-mcs-2026"),
        "that day is in it"
    );
    assert_eq!(china(&on("2026-01-30")), figure("255000", "usgs-mcs-2025"));
    assert_eq!(china(&on("2024-12-31")), figure("240000", "usgs-mcs-2024"));
    assert_eq!(china(&on("2024-01-30")), None);
    assert!(on("2024-01-30").sources().is_empty());
    let then = on("2025-06-30");
    assert_eq!(
        (then.digest(), then.published_by()),
        (None, "2025-06-30".parse().ok())
    );
    assert_eq!(*then.completeness(), Completeness::Restricted);
    assert_eq!(then.cut().id(), cut_of(&editions()).id());
    // A view of a view shows what both would.
    let both = then.as_published_by("2026-12-31".parse().unwrap());
    assert_eq!(
        (china(&both), both.published_by()),
        (china(&then), then.published_by())
    );
    // The same facts are chosen from as if the others had never been said.
    let never = twin(&editions()[1..]);
    let (view, alone) = (on("2025-12-31"), never);
    let digests = |twin: &Twin| twin.facts().iter().map(|fact| fact.digest).collect::<Vec<_>>();
    assert_eq!(digests(&view), digests(&alone));
    assert_eq!(china(&view), china(&alone));
    let known = twin(&[table(
        "USA",
        1,
        &source("a", "usgs-mcs", "2025-01-31"),
        &usgs_2025(),
    )]);
    assert!(known.digest().is_some(), "the whole twin keeps its digest");
}

proptest! {
    /// A view by published time holds what the twin of those editions alone would: the same facts, chosen alike.
    #[test]
    fn a_view_is_the_twin_of_the_editions_that_were_published(
        editions in prop::collection::vec((0..2_usize, 1..28_u8, 2020..2024_u16, 1..1_000_u32), 1..12),
        day in 1..28_u8,
    ) {
        let publications = ["usgs-mcs", "bgs-wms"];
        let said: Vec<(bool, Said)> = editions
            .iter()
            .enumerate()
            .map(|(place, (publication, published, year, value))| {
                let name = publications[*publication];
                let edition = source(&format!("{name}-{place}"), name, &format!("2025-01-{published:02}"));
                let rows = [
                    mined("CHN", &year.to_string(), &value.to_string()),
                    mined("WLD", &year.to_string(), &(value * 2).to_string()),
                ];
                (*published <= day, table("USA", 1, &edition, &rows))
            })
            .collect();
        let all: Vec<Said> = said.iter().map(|(_, one)| one.clone()).collect();
        let by_then: Vec<Said> = said.iter().filter(|(by_then, _)| *by_then).map(|(_, one)| one.clone()).collect();
        let view = twin(&all).as_published_by(format!("2025-01-{day:02}").parse().unwrap());
        let alone = twin(&by_then);
        let facts = |twin: &Twin| twin.facts().iter().map(|fact| fact.digest).collect::<Vec<_>>();
        prop_assert_eq!(facts(&view), facts(&alone));
        let chosen = |twin: &Twin| -> Vec<(String, String, Option<Decimal>)> {
            twin.all_series()
                .flat_map(|(id, series)| series.periods.keys().map(move |at| (id, *at)))
                .map(|(id, at)| {
                    let edition = &twin.chosen(id, at).unwrap().source.source;
                    let world = twin.world(id, at).map(|figure| figure.value);
                    (at.to_string(), edition.clone(), world)
                })
                .collect()
        };
        prop_assert_eq!(chosen(&view), chosen(&alone));
    }
}
