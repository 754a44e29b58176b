//! One node that serves more than one club.

use std::time::{Duration, Instant};

use didymium_statement::Digest;
use didymium_store::{SqliteStore, Store as _, StoreOptions};

use crate::common::{Desk, HEADER, ROW, Serving, run};

/// The last statement of the only log in a folder.
#[expect(clippy::unwrap_used, reason = "a helper of tests")]
fn last_statement(desk: &Desk, folder: &str) -> String {
    let store = SqliteStore::open(&desk.path(folder), StoreOptions::default()).unwrap();
    let head = store.heads().unwrap().remove(0);
    let entry = store.entries(&head.origin, head.size - 1, 1).unwrap().remove(0);
    Digest::of(&entry.bytes).to_string()
}

/// The twin of a running node, which may still be building its first.
fn twin_at(url: &str) -> serde_json::Value {
    let until = Instant::now() + Duration::from_mins(2);
    loop {
        let answer = run(&["twin", "digest", "--json", "--url", url]);
        if answer.code == Some(0) {
            return answer.json();
        }
        assert!(Instant::now() < until, "{answer:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn one_node_serves_two_clubs_and_what_is_said_in_one_is_not_seen_in_the_other() {
    let desk = Desk::new();
    let (earths, lithium) = (desk.node(), desk.init("lithium"));
    desk.import(&earths, "table.csv", &format!("{HEADER}{ROW}"))
        .ends(0);
    let said = last_statement(&desk, "node");
    let serving = Serving::start_all(&[&earths, &lithium]);
    let twins: Vec<_> = serving.urls.iter().map(|url| twin_at(url)).collect();
    let [one, other] = &twins[..] else {
        panic!("each club has an address: {twins:?}")
    };
    assert_ne!(one["cut"]["charter"], other["cut"]["charter"]);
    assert_eq!(
        (&one["observations"], &other["observations"]),
        (&1.into(), &0.into())
    );
    run(&["statement", "show", "--url", &serving.urls[0], &said]).ends(0);
    run(&["statement", "show", "--url", &serving.urls[1], &said]).ends(4);
    serving.stop();
    // Both are closed, and start again.
    Serving::start_all(&[&lithium, &earths]).stop();
}

#[test]
fn a_folder_that_cannot_be_opened_keeps_the_node_from_starting_and_is_named() {
    let desk = Desk::new();
    let missing = desk.path("missing").display().to_string();
    let refused = run(&["serve", "--dir", &desk.node(), "--dir", &missing]);
    assert_ne!(refused.code, Some(0));
    assert!(refused.err.contains(&missing), "{refused:?}");
}

#[test]
fn a_folder_that_is_named_twice_is_told_as_that() {
    let desk = Desk::new();
    let once = desk.node();
    for again in [once.clone(), format!("{once}/."), format!("{once}/../node")] {
        let told = run(&["serve", "--dir", &once, "--dir", &again]).ends(2).err;
        assert!(told.contains("the same folder twice"), "{told}");
        assert!(told.contains(&again) && !told.contains("in use"), "{told}");
    }
}
