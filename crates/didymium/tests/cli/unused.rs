//! Whoever loads a table is told at once what the balance cannot use of it.

use crate::common::{Desk, HEADER, ROW, SITE, SITE_HEADER, run};

/// The mine, as a figure of the site that [`SITE`] registers.
fn of_site(key: &str, country: &str) -> String {
    ROW.replace("CHN,,,", &format!("{country},,site:{key},"))
}

#[test]
fn figures_that_the_balance_cannot_use_are_loaded_and_told_with_site_and_statement() {
    let desk = Desk::new();
    let node = desk.node();
    let key = SITE.split(',').next().unwrap();
    let text = [
        HEADER.to_owned(),
        ROW.to_owned(),
        of_site("nowhere", "USA"),
        of_site("nowhere", "USA").replace(",2023,", ",2022,"),
        ROW.replace(",REO,contained,", ",,wet,")
            .replace(",2023,", ",2021,"),
    ]
    .concat();
    let answer = desk.import(&node, "t.csv", &text).ends(0);
    let unused = &answer.json()["unused"];
    assert_eq!((&unused["looked"], &unused["more"]), (&true.into(), &0.into()));
    let told = unused["told"].as_array().unwrap();
    assert_eq!(told.len(), 2, "{unused:#}");
    // Sites first; figures of one cause together.
    assert_eq!(
        (&told[0]["site"], &told[0]["figures"]),
        (&"nowhere".into(), &2.into())
    );
    assert_eq!((&told[1]["site"], &told[1]["figures"]), (&().into(), &1.into()));
    let french = told[1]["words"]["fr"].as_str().unwrap();
    assert!(french.contains("masse humide"), "{french}");
    let statement = told[0]["statement"].as_str().unwrap();
    for words in [
        "t.csv: the balance cannot use",
        "site:nowhere USA",
        "and 1 figure alike",
        &format!("(statement {statement})"),
        "which names a site that nobody registered. Register the site",
        "CHN 2021` (statement ",
        "which is a wet mass, and the chain counts REO there",
    ] {
        assert!(answer.err.contains(words), "{words}: {}", answer.err);
    }
    // The statement is there, and what was told is what the balance tells.
    run(&["statement", "show", "--dir", &node, statement]).ends(0);
    let later = run(&["twin", "contradictions", "--json", "--dir", &node, "rare_earths"])
        .ends(0)
        .json();
    let later = later["findings"].as_array().unwrap().iter();
    let mut later: Vec<&str> = later.map(|one| one["words"]["en"].as_str().unwrap()).collect();
    later.dedup();
    for one in told {
        assert!(later.contains(&one["words"]["en"].as_str().unwrap()), "{later:?}");
    }

    // Once the site is registered its figures are used.
    desk.import_as(&node, "site", "s.csv", &format!("{SITE_HEADER}{SITE}"))
        .ends(0);
    let country = SITE.split(',').nth(2).unwrap();
    let good = desk.import(&node, "u.csv", &format!("{HEADER}{}", of_site(key, country)));
    let good = good.ends(0);
    assert_eq!(
        good.json()["unused"]["told"],
        serde_json::json!([]),
        "{}",
        good.err
    );
    assert!(!good.err.contains("cannot use"), "{}", good.err);
    // Elsewhere than registered is told, although the site is of another table.
    let elsewhere = of_site(key, "FRA").replace(",2023,", ",2020,");
    let answer = desk
        .import(&node, "v.csv", &format!("{HEADER}{elsewhere}"))
        .ends(0);
    assert!(answer.err.contains("puts the site into FRA"), "{}", answer.err);
}

#[test]
fn a_capacity_that_the_balance_cannot_use_is_told_with_the_site() {
    let desk = Desk::new();
    let dry = SITE.replace(",REO,contained,", ",,dry,");
    assert_ne!(dry, SITE);
    let answer = desk.import_as(&desk.node(), "site", "s.csv", &format!("{SITE_HEADER}{dry}"));
    let answer = answer.ends(0);
    let told = &answer.json()["unused"]["told"][0];
    assert_eq!((&told["about"], &told["figures"]), (&"".into(), &0.into()));
    for words in [
        format!(
            "cannot use the site `{}` (statement ",
            SITE.split(',').next().unwrap()
        ),
        "which has a capacity at the stage `mine` that is told as `dry`".to_owned(),
        "Mend the site.".to_owned(),
    ] {
        assert!(answer.err.contains(&words), "{words}: {}", answer.err);
    }
}

#[test]
fn more_than_a_site_can_make_is_used_and_told_where_it_is_said() {
    let desk = Desk::new();
    let node = desk.node();
    let key = SITE.split(',').next().unwrap();
    desk.import_as(&node, "site", "s.csv", &format!("{SITE_HEADER}{SITE}"))
        .ends(0);
    let much = of_site(key, "USA").replace(",2023,", ",2024,");
    let answer = desk.import(&node, "much.csv", &[HEADER, &much].concat()).ends(0);
    let told = &answer.json()["unused"]["told"];
    assert_eq!(
        (&told[0]["site"], &told[0]["used"]),
        (&key.into(), &true.into()),
        "{told:#}"
    );
    assert!(answer.err.contains("uses, but look at"), "{}", answer.err);
}
