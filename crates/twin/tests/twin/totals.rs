//! World totals: when a sum stands for the world, and when it does not.

use crate::club::{decimal, mined, period, series, source, table, twin};
use didymium_twin::AreaSet;

#[test]
fn a_sum_of_those_listed_is_told_apart_from_a_world_total() {
    let listed = table(
        "USA",
        1,
        &source("bgs", "bgs-wms", "2025-01-31"),
        &[mined("CHN", "2023", "2"), mined("USA", "2023", "1")],
    );
    let with_others = table(
        "USA",
        1,
        &source("bgs", "bgs-wms", "2025-01-31"),
        &[mined("OTH", "2023", "5")],
    );
    let alone = twin(std::slice::from_ref(&listed));
    assert_eq!(alone.listed_only(series(&alone), period("2023")), Some(2));
    let whole = twin(&[listed, with_others]);
    assert_eq!(whole.listed_only(series(&whole), period("2023")), None);
}

#[test]
fn what_is_told_of_a_part_does_not_take_the_place_of_the_whole() {
    let mut part = mined("CAN", "2023", "900");
    "a deposit".clone_into(&mut part[8]);
    let mut at_site = mined("CAN", "2023", "800");
    "site:pit".clone_into(&mut at_site[8]);
    let of = |rows: &[[String; 15]]| {
        let parts = table("CAN", 1, &source("own", "own", "2024-01-31"), rows);
        let whole = [mined("CHN", "2023", "2"), mined("USA", "2023", "1")];
        let whole = table("USA", 2, &source("bgs", "bgs-wms", "2025-01-31"), &whole);
        let twin = twin(&[parts, whole]);
        assert_eq!(twin.key_texts(series(&twin))[6], "");
    };
    of(std::slice::from_ref(&part));
    of(&[at_site.clone(), part.clone()]);
    let alone = twin(&[table(
        "CAN",
        1,
        &source("own", "own", "2024-01-31"),
        &[at_site, part],
    )]);
    assert_eq!(alone.key_texts(series(&alone))[6], "a deposit");
}

#[test]
fn a_sum_without_the_country_that_leads_is_no_world() {
    let row = |area: &str, period: &str, value: &str| {
        let mut row = mined(area, period, value);
        for (place, cell) in [(1, "gallium"), (2, "primary"), (3, "crude"), (4, "Ga"), (12, "t")] {
            cell.clone_into(&mut row[place]);
        }
        row
    };
    let rows = [
        row("KAZ", "2010", "19"),
        row("RUS", "2010", "13"),
        row("KAZ", "2011", "19"),
        row("CHN", "2011", "200"),
    ];
    let gallium = |source| {
        let twin = twin(&[table("USA", 1, &source, &rows)]);
        let found = [Some("production"), Some("gallium"), None, None, None, None, None];
        let id = twin.find_series(found).unwrap();
        (twin, id)
    };
    let (bgs, id) = gallium(source("bgs-wms-2024", "bgs-wms", "2024-03-01"));
    let (gap, good) = (period("2010"), period("2011"));
    assert_eq!(
        (bgs.left_out(id, gap), bgs.left_out(id, good)),
        (Some("CHN"), None)
    );
    assert_eq!(
        (bgs.listed_only(id, gap), bgs.listed_only(id, good)),
        (None, Some(2))
    );
    assert!(bgs.world(id, gap).is_none() && bgs.hhi(id, gap).is_none());
    assert!(bgs.share(id, "KAZ", gap).is_none() && bgs.n_minus_1(id, gap).is_none());
    assert!(bgs.largest_share(id, gap).is_none() && bgs.change(id, good).is_none());
    assert_eq!(bgs.world(id, good).unwrap().value, decimal("219"));
    let share = bgs.share(id, "CHN", good).unwrap();
    let told = bgs.trace(&share.address).unwrap().explanation;
    assert!(told.en.contains("publishes no world total"), "{}", told.en);
    assert!(told.fr.contains("ne publie pas de total mondial"), "{}", told.fr);
    let (other, id) = gallium(source("other-2024", "other", "2024-03-01"));
    assert_eq!(
        other.world(id, gap).unwrap().value,
        decimal("32"),
        "the gap is one of BGS"
    );
}

#[test]
fn a_union_stands_for_its_members_in_a_sum() {
    let rows = [
        mined("EU", "2023", "100"),
        mined("DEU", "2023", "60"),
        mined("FRA", "2023", "40"),
        mined("USA", "2023", "300"),
    ];
    let edition = source("usgs-mcs-2025", "usgs-mcs", "2025-01-31");
    let twin = twin(&[table("USA", 1, &edition, &rows)]);
    let (id, at) = (series(&twin), period("2023"));
    assert_eq!(twin.world(id, at).unwrap().value, decimal("400"));
    assert_eq!(twin.share(id, "DEU", at).unwrap().value, decimal("15"));
    let all = twin.together(id, &AreaSet::All, &AreaSet::All, at);
    assert_eq!(all.unwrap().value, decimal("400"));
}
