//! The twin through its public face: what the digest depends on, which figure is chosen, what is computed from it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking; its helpers too"
)]

mod club;
mod overlay;
mod totals;
mod unread;
mod vintages;

use club::{decimal, mined, period, series, sign, source, table, twin, twin_after, usgs_2025};
use didymium_statement::Kind;
use didymium_statement::payload::{Retract, Supersede};
use didymium_twin::{AreaSet, CLUB, FigureAddress, Symbol, Twin};
use didymium_vocabulary::Decimal;
use proptest::prelude::*;

#[test]
fn published_world_total_and_share_come_out() {
    let twin = twin(&[table(
        "USA",
        1,
        &source("usgs-mcs-2025", "usgs-mcs", "2025-01-31"),
        &usgs_2025(),
    )]);
    let (id, at) = (series(&twin), period("2023"));
    assert_eq!(twin.world(id, at).unwrap().value, decimal("376000"));
    assert_eq!(twin.share(id, "CHN", at).unwrap().value, decimal("67.8191"));
    assert_eq!(twin.n_minus_1(id, at).unwrap().value, decimal("32.1809"));
    assert_eq!(twin.club(id, at).unwrap().value, decimal("41600"));
    assert_eq!(twin.share(id, CLUB, at).unwrap().value, decimal("11.0638"));
    // 67.8191² + 11.0638² + 11.4362² of the named countries; *other* is left out.
    assert_eq!(twin.hhi(id, at).unwrap().value, decimal("4852.6"));
}

#[test]
fn the_digest_forgets_order_repetition_chunks_and_keys() {
    let edition = source("usgs-mcs-2025", "usgs-mcs", "2025-01-31");
    let rows = usgs_2025();
    let whole = twin(&[table("USA", 1, &edition, &rows)]);
    let mut reversed = rows.clone();
    reversed.reverse();
    let chunks = [
        table("CAN", 2, &edition, &rows[2..]),
        table("USA", 9, &edition, &rows[..3]),
    ];
    for other in [
        twin(&[table("USA", 1, &edition, &reversed)]),
        twin(&chunks),
        twin(&[
            chunks[1].clone(),
            chunks[0].clone(),
            table("CAN", 2, &edition, &reversed),
        ]),
    ] {
        assert_eq!(whole.digest().unwrap(), other.digest().unwrap());
        assert_eq!(whole.facts().len(), other.facts().len());
    }
    let trailing_zero = [rows[0].clone().map(|cell| {
        if cell == "376000" {
            "376000.00".to_owned()
        } else {
            cell
        }
    })];
    let same = twin(&[
        table("USA", 1, &edition, &trailing_zero),
        table("USA", 1, &edition, &rows),
    ]);
    assert_eq!(whole.digest(), same.digest());
}

#[test]
fn one_changed_character_anywhere_changes_the_digest() {
    let edition = source("usgs-mcs-2025", "usgs-mcs", "2025-01-31");
    let rows = usgs_2025();
    let digest = twin(&[table("USA", 1, &edition, &rows)]).digest().unwrap();
    for (row, column, value) in [
        (1, 10, "255001"),
        (1, 6, "THA"),
        (2, 9, "2022"),
        (3, 14, "estimate"),
        (4, 13, "estimated"),
        (0, 11, "rounded"),
    ] {
        let mut changed = rows.clone();
        changed[row][column] = value.to_owned();
        assert_ne!(
            digest,
            twin(&[table("USA", 1, &edition, &changed)]).digest().unwrap(),
            "{value}"
        );
    }
    let later = source("usgs-mcs-2025", "usgs-mcs", "2025-02-01");
    assert_ne!(digest, twin(&[table("USA", 1, &later, &rows)]).digest().unwrap());
}

#[test]
fn sources_that_disagree_are_all_shown_and_the_preferred_one_is_chosen() {
    let usgs = table(
        "USA",
        1,
        &source("usgs-mcs-2025", "usgs-mcs", "2025-01-31"),
        &usgs_2025(),
    );
    let bgs = table(
        "CAN",
        2,
        &source("bgs-2024", "bgs-wms", "2025-06-30"),
        &[
            mined("CHN", "2023", "240000"),
            mined("MMR", "2023", "20000"),
            mined("USA", "2023", "41600"),
        ],
    );
    let twin = twin(&[bgs, usgs]);
    let (id, at) = (series(&twin), period("2023"));
    let china = twin
        .cell(id, twin.symbol("CHN").unwrap(), Symbol::EMPTY, at)
        .unwrap();
    assert_eq!(china.value, decimal("255000"));
    assert_eq!((china.sources, china.spread), (2, Some(decimal("0.0588"))));
    let editions = &twin.series(id).periods[&at].editions;
    assert_eq!(
        editions
            .iter()
            .map(|edition| edition.source.source.as_str())
            .collect::<Vec<_>>(),
        ["usgs-mcs-2025", "bgs-2024"]
    );
    let trace = twin.trace(&china.address).unwrap();
    assert_eq!((trace.inputs.len(), trace.alternatives.len()), (1, 1));
}

#[test]
fn a_later_edition_wins_within_a_publication_but_not_if_it_speaks_of_one_country_only() {
    let old = table(
        "USA",
        1,
        &source("usgs-mcs-2025", "usgs-mcs", "2025-01-31"),
        &usgs_2025(),
    );
    let revised = table(
        "USA",
        1,
        &source("usgs-mcs-2026", "usgs-mcs", "2026-02-06"),
        &[mined("WLD", "2023", "380000"), mined("CHN", "2023", "255000")],
    );
    let alone = table(
        "USA",
        1,
        &source("usgs-salient", "usgs-mcs", "2026-03-01"),
        &[mined("USA", "2023", "41500")],
    );
    let twin = twin(&[old, revised, alone]);
    let (id, at) = (series(&twin), period("2023"));
    assert_eq!(twin.world(id, at).unwrap().value, decimal("380000"));
    let last = twin.series(id).periods[&at].editions.last().unwrap();
    assert_eq!(last.source.source, "usgs-salient");
}

#[test]
fn only_the_issuer_can_retract_or_supersede() {
    let first = table(
        "USA",
        1,
        &source("usgs-mcs-2025", "usgs-mcs", "2025-01-31"),
        &usgs_2025(),
    );
    let second = table(
        "USA",
        1,
        &source("usgs-mcs-2025", "usgs-mcs", "2025-01-31"),
        &[mined("WLD", "2023", "1")],
    );
    let retract = |member, seed| {
        let payload = Retract {
            target: first.statement.id(),
            reason: "mistaken".into(),
        };
        sign(member, seed, Kind::Retract, serde_json::to_vec(&payload).unwrap())
    };
    let supersede = Supersede {
        target: first.statement.id(),
        replacement: second.statement.id(),
        reason: "revised".into(),
    };
    let supersede = sign("USA", 1, Kind::Supersede, serde_json::to_vec(&supersede).unwrap());
    assert_eq!(twin(&[first.clone(), retract("CAN", 2)]).facts().len(), 5);
    assert_eq!(twin(&[retract("USA", 1), first.clone()]).facts().len(), 0);
    let replaced = twin(&[first, second.clone(), supersede]);
    assert_eq!(replaced.digest(), twin(&[second]).digest());
}

#[test]
fn units_meet_in_one_series() {
    let mut in_kt = mined("CHN", "2023", "255");
    in_kt[12] = "kt".into();
    let twin = twin(&[
        table(
            "USA",
            1,
            &source("usgs-mcs-2025", "usgs-mcs", "2025-01-31"),
            &usgs_2025(),
        ),
        table("CAN", 2, &source("iea", "iea-cmde", "2025-05-21"), &[in_kt]),
    ]);
    let (id, at) = (series(&twin), period("2023"));
    let editions = &twin.series(id).periods[&at].editions;
    let iea = twin
        .cell_in(id, &editions[1], twin.symbol("CHN").unwrap(), Symbol::EMPTY, at)
        .unwrap();
    assert_eq!(
        (iea.value, iea.unit.as_str(), iea.spread),
        (decimal("255000"), "t", Some(Decimal::ZERO))
    );
}

#[test]
fn every_figure_has_an_address_that_leads_back_to_it() {
    let mut rows = usgs_2025();
    rows.extend([mined("WLD", "2022", "300000"), mined("CHN", "2022", "210000")]);
    let twin = twin(&[table(
        "USA",
        1,
        &source("usgs-mcs-2025", "usgs-mcs", "2025-01-31"),
        &rows,
    )]);
    let (id, at) = (series(&twin), period("2023"));
    let figures = [
        twin.world(id, at),
        twin.share(id, "CHN", at),
        twin.share(id, CLUB, at),
        twin.club(id, at),
        twin.hhi(id, at),
        twin.n_minus_1(id, at),
        twin.largest_share(id, at),
        twin.change(id, at),
        twin.cell(id, twin.symbol("MMR").unwrap(), Symbol::EMPTY, at),
        twin.together(id, &all_but(&["CHN", "USA"]), &AreaSet::All, at),
    ];
    for figure in figures {
        let figure = figure.unwrap();
        let address: FigureAddress = figure.address.to_string().parse().unwrap();
        let trace = twin.trace(&address).unwrap();
        assert_eq!(trace.figure, figure);
        assert!(!trace.inputs.is_empty(), "{address}");
        assert!(
            trace
                .inputs
                .iter()
                .all(|id| !twin.fact(*id).statements.is_empty())
        );
    }
    assert_eq!(twin.change(id, at).unwrap().value, decimal("25.3"));
}

#[test]
fn a_change_of_source_is_not_a_change_of_the_world() {
    let usgs = table(
        "USA",
        1,
        &source("usgs-mcs-2025", "usgs-mcs", "2025-01-31"),
        &[mined("WLD", "2023", "376000")],
    );
    let bgs = table(
        "CAN",
        2,
        &source("bgs-2024", "bgs-wms", "2024-06-30"),
        &[mined("WLD", "2022", "300000")],
    );
    let gap = table(
        "USA",
        1,
        &source("usgs-mcs-2025", "usgs-mcs", "2025-01-31"),
        &[mined("WLD", "2021", "290000")],
    );
    for said in [vec![usgs.clone(), bgs], vec![usgs, gap]] {
        let twin = twin(&said);
        assert_eq!(twin.change(series(&twin), period("2023")), None);
    }
}

#[test]
fn an_edition_that_contradicts_itself_is_seen_to() {
    let edition = source("usgs-mcs-2025", "usgs-mcs", "2025-01-31");
    let twin = twin(&[
        table("USA", 1, &edition, &[mined("AUS", "2020", "5")]),
        table("USA", 1, &edition, &[mined("AUS", "2020", "500")]),
    ]);
    let (id, at) = (series(&twin), period("2020"));
    let figure = twin
        .cell(id, twin.symbol("AUS").unwrap(), Symbol::EMPTY, at)
        .unwrap();
    assert_eq!((figure.sources, figure.spread), (2, Some(decimal("0.99"))));
    assert_eq!(twin.trace(&figure.address).unwrap().alternatives.len(), 1);
}

#[test]
fn contradictory_statements_of_two_members_are_both_told_with_who_says_them() {
    let edition = source("usgs-mcs-2025", "usgs-mcs", "2025-01-31");
    let other = source("bgs-wmp-2024", "bgs-wmp", "2024-03-01");
    let twin = twin(&[
        table(
            "USA",
            1,
            &edition,
            &[mined("CHN", "2023", "255000"), mined("AUS", "2023", "18000")],
        ),
        table(
            "CAN",
            2,
            &edition,
            &[mined("CHN", "2023", "250000"), mined("AUS", "2023", "18000")],
        ),
        table("CAN", 2, &other, &[mined("CHN", "2023", "240000")]),
    ]);
    let (id, at) = (series(&twin), period("2023"));
    let found = twin.contradictions(id, at);
    assert_eq!(
        found.len(),
        1,
        "agreement and other editions contradict nothing: {found:?}"
    );
    assert_eq!(
        (twin.text(found[0].area), found[0].source.source.as_str()),
        ("CHN", "usgs-mcs-2025")
    );
    let mut said: Vec<_> = found[0]
        .said
        .iter()
        .map(|one| {
            (
                twin.fact(one.fact).value,
                one.members.iter().copied().collect::<Vec<_>>(),
            )
        })
        .collect();
    let shown = twin.cell(id, found[0].area, Symbol::EMPTY, at).unwrap();
    assert_eq!(said[0].0, shown.value, "the one that is shown comes first");
    said.sort();
    assert_eq!(
        said,
        [(decimal("250000"), vec!["CAN"]), (decimal("255000"), vec!["USA"])]
    );
}

fn all_but(areas: &[&str]) -> AreaSet {
    AreaSet::AllBut(areas.iter().map(|area| (*area).to_owned()).collect())
}

#[test]
fn what_is_not_shown_by_name_is_the_published_total_less_what_is() {
    let usgs = source("usgs-mcs-2025", "usgs-mcs", "2025-01-31");
    let mut rows = usgs_2025();
    let published = twin(&[table("USA", 1, &usgs, &rows)]);
    let at = period("2023");
    let others = |twin: &Twin, areas: AreaSet| {
        twin.together(series(twin), &areas, &AreaSet::All, at)
            .map(|figure| figure.value)
    };
    // 376,000 − 255,000 − 41,600; the two rows left give 44,440 only: the edition does not list everybody.
    let rest = all_but(&["CHN", "USA"]);
    assert_eq!(others(&published, rest.clone()), Some(decimal("79400")));
    assert_eq!(
        others(&published, AreaSet::One("USA".into())),
        Some(decimal("41600"))
    );
    // Without a published total it is the sum of the others' rows.
    rows.remove(0);
    let listed = twin(&[table("USA", 1, &usgs, &rows)]);
    assert_eq!(others(&listed, rest), Some(decimal("44440")));
    assert_eq!(others(&listed, AreaSet::One("ZZZ".into())), None);
}

#[test]
fn sets_of_areas_are_bounded_and_read_back() {
    for set in [AreaSet::All, AreaSet::One("CHN".into()), all_but(&["CHN", "USA"])] {
        assert_eq!(set.to_string().parse(), Ok(set));
    }
    let many = format!("!{}", vec!["CHN"; 33].join(","));
    for text in ["!", "!CHN,", many.as_str()] {
        assert!(text.parse::<AreaSet>().is_err(), "{text}");
    }
}

#[test]
fn addresses_that_are_none_are_refused() {
    for text in [
        "",
        "cell",
        "fact|xyz",
        "cell|a|b",
        "capacity|x",
        "sites|rare_earths|mine",
        "sites|a|b|c|d|e",
        &"x".repeat(5000),
        "world|a|b|c|d|e|f|g|h|notaperiod|s",
    ] {
        assert!(text.parse::<FigureAddress>().is_err(), "{text}");
    }
    let unknown = FigureAddress::Capacity {
        site: "no-such-site".into(),
        process: 0,
    };
    assert!(twin(&[]).trace(&unknown).is_none());
}

#[test]
fn series_stand_in_the_order_of_the_logs_and_not_of_the_reading() {
    let edition = source("usgs-mcs-2025", "usgs-mcs", "2025-01-31");
    let of = |commodity: &str, substance: &str| {
        let mut row = mined("AUS", "2023", "1000");
        for (cell, text) in [(1, commodity), (4, substance)] {
            text.clone_into(&mut row[cell]);
        }
        row
    };
    let (rare_earths, lithium, cobalt) = (mined("AUS", "2023", "5"), of("lithium", "Li"), of("cobalt", "Co"));
    let said = |member, byte, rows: &[&[String; 15]]| {
        let rows: Vec<_> = rows.iter().map(|row| (*row).clone()).collect();
        table(member, byte, &edition, &rows)
    };
    // A node that runs reads of each log what came; one that starts reads the logs one after the other.
    let running = twin(&[
        said("USA", 1, &[&lithium]),
        said("CAN", 2, &[&rare_earths]),
        said("USA", 1, &[&rare_earths, &cobalt]),
        said("CAN", 2, &[&cobalt]),
    ]);
    let started = twin(&[
        said("CAN", 2, &[&rare_earths]),
        said("CAN", 2, &[&cobalt]),
        said("USA", 1, &[&lithium]),
        said("USA", 1, &[&rare_earths, &cobalt]),
    ]);
    let commodities = |twin: &didymium_twin::Twin| -> Vec<String> {
        let series = twin.all_series();
        series
            .map(|(_, series)| twin.text(series.key.commodity).to_owned())
            .collect()
    };
    assert_eq!(commodities(&started), ["rare_earths", "cobalt", "lithium"]);
    assert_eq!(commodities(&running), commodities(&started));
    assert_eq!(running.digest(), started.digest());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_order_and_any_cutting_give_the_same_digest(
        cells in prop::collection::btree_map((0usize..6, 2000u16..2024), 0u32..1_000_000, 1..40),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        seed in any::<u64>(),
    ) {
        let areas = ["CHN", "USA", "AUS", "MMR", "WLD", "OTH"];
        let rows: Vec<_> = cells.iter().map(|((area, year), value)| mined(areas[*area], &year.to_string(), &value.to_string())).collect();
        let edition = source("usgs-mcs-2025", "usgs-mcs", "2025-01-31");
        let whole = twin(&[table("USA", 1, &edition, &rows)]);
        let mut shuffled = rows.clone();
        let mut state = seed | 1;
        for place in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            shuffled.swap(place, (state >> 33) as usize % (place + 1));
        }
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(shuffled.len() + 1)).collect();
        places.extend([0, shuffled.len()]);
        places.sort_unstable();
        let parts: Vec<_> = places.windows(2).filter(|w| w[0] < w[1]).enumerate()
            .map(|(n, w)| table(if n % 2 == 0 { "CAN" } else { "USA" }, u8::try_from(n).unwrap() + 3, &edition, &shuffled[w[0]..w[1]]))
            .collect();
        let pieced = twin(&parts);
        prop_assert_eq!(whole.digest(), pieced.digest());
        let taken_after: Vec<usize> = cuts.iter().map(|cut| cut.index(parts.len() + 1)).collect();
        let grown = twin_after(&parts, &taken_after);
        prop_assert_eq!(pieced.digest(), grown.digest());
        prop_assert_eq!(pieced.statements(), grown.statements());
        let (id, other) = (series(&whole), series(&pieced));
        for at in whole.series(id).periods.keys() {
            prop_assert_eq!(whole.world(id, *at).map(|f| f.value), pieced.world(other, *at).map(|f| f.value));
            prop_assert_eq!(whole.hhi(id, *at).map(|f| f.value), pieced.hhi(other, *at).map(|f| f.value));
        }
    }
}
