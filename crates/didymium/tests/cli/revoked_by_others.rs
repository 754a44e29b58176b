//! A member's statement key that the others revoke: it has no say in that, and is told so.

use serde_json::Value;

use crate::charter::eventually;
use crate::club::Club;
use crate::common::{Desk, http, run};

#[test]
fn a_member_whose_key_the_others_revoke_cannot_sign_and_is_told_why() {
    let desk = Desk::new();
    let club = Club::start(&desk.path("demo"));
    let propose = ["charter", "propose", "--json", "--dir", &club.folder("DEU")];
    let revoke = ["--revoke", "CAN:statement", "--reason", "seen at a thief's"];
    let proposed = run(&[&propose[..], &revoke].concat()).ends(0).json();
    let id = proposed["id"].as_str().unwrap();
    let shown = |code: &str| -> Value {
        run(&["charter", "show", "--json", "--url", &club.url(code)])
            .ends(0)
            .json()
    };
    let sign = |code: &str| run(&["charter", "sign", "--dir", &club.folder(code), id]);
    let refused = || {
        let told = sign("CAN").ends(4);
        for words in [
            "not signed",
            "has no vote on its own revocation",
            "seen at a thief's",
            "--revoke CAN:statement",
        ] {
            assert!(told.err.contains(words), "{words}: {told:?}");
        }
    };
    eventually("the proposal", || {
        shown("CAN")["proposals"][0]["id"].as_str() == Some(id)
    });
    refused();
    // Nor is it named among those who could.
    let text = run(&["charter", "show", "--url", &club.url("CAN")]).ends(0).out;
    assert!(text.contains("(DEU); FRA, GBR, ITA, JPN, USA could"), "{text}");
    for code in ["FRA", "GBR", "ITA"] {
        eventually("the proposal", || sign(code).code == Some(0));
    }
    refused();
    assert_eq!(shown("CAN")["version"], 1, "four of five");
    eventually("the proposal", || sign("USA").code == Some(0));
    // A node that opens itself again answers nothing for a moment.
    eventually("the version", || {
        let answer = run(&["charter", "show", "--json", "--url", &club.url("USA")]);
        answer.code == Some(0) && answer.json()["version"] == 2
    });
    // Its own node goes on under the version too, and says what is to be done.
    eventually("the version", || {
        let answer = run(&["charter", "show", "--json", "--url", &club.url("CAN")]);
        answer.code == Some(0) && answer.json()["version"] == 2
    });
    let (_, page) = http(&club.url("CAN"), "GET", "/api/v1/audit", &[]);
    let page = String::from_utf8_lossy(&page);
    assert!(page.contains("revoked the statement key of CAN"), "{page}");
    club.stop();
}
