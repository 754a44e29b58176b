//! What is asked about the club: its charter, and an earlier cut of its logs.

use axum::http::StatusCode;
use serde_json::Value;

use crate::{ask, ask_with};

#[test]
fn the_charter_of_a_club_of_one_is_told_whole_and_in_pages() {
    let told = ask("/api/v1/governance");
    assert_eq!((&told["member"], &told["version"]), (&"CAN".into(), &1.into()));
    assert_eq!(told["threshold"], serde_json::json!({ "needed": 1, "voters": 1 }));
    assert_eq!(told["versions"]["items"][0]["id"], told["charter"]);
    assert!(told["versions"]["items"][0]["known_since"].is_string());
    assert_eq!(told["members"][0]["keys"].as_array().unwrap().len(), 6);
    let beyond = ask("/api/v1/governance?offset=1");
    assert_eq!(beyond["versions"]["items"], Value::Array(vec![]));
    assert_eq!(
        ask_with("/api/v1/governance?limit=101", &[]).status,
        StatusCode::BAD_REQUEST
    );
}

#[test]
fn an_earlier_cut_can_be_asked_for() {
    let now = ask("/api/v1/twin/digest");
    assert_eq!(now["state"], "complete");
    let size = now["cut"]["sizes"]["CAN"].as_u64().unwrap();
    let same = ask(&format!("/api/v1/twin/digest?cut=CAN:{size}"));
    assert_eq!((&same["digest"], &same["cut"]), (&now["digest"], &now["cut"]));
    let earlier = ask("/api/v1/twin/digest?cut=CAN:3");
    assert_eq!(earlier["state"], "complete");
    assert_ne!(earlier["digest"], now["digest"]);
}
