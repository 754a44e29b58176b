//! Lists whose length nobody bounds are told in parts: lines of prices, deposits.

use axum::http::StatusCode;

use crate::{ask, ask_with};

#[test]
fn lines_of_prices_and_deposits_come_in_parts() {
    for (list, lines) in [("prices", "lines"), ("composition", "deposits")] {
        let whole = ask(&format!("/api/v1/{list}"));
        let all = whole[lines].as_array().unwrap();
        assert!(all.len() > 4 && whole["total"] == all.len() as u64, "{list}");
        let part = ask(&format!("/api/v1/{list}?offset=1&limit=2"));
        assert_eq!(part[lines].as_array().unwrap(), &all[1..3], "{list}");
        assert_eq!(part["total"], whole["total"], "{list}");
        let refused = ask_with(&format!("/api/v1/{list}?limit=501"), &[]);
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{list}");
    }
    let sources = |path: &str| ask(path)["sources"].as_array().unwrap().len();
    assert!(sources("/api/v1/prices?limit=1") < sources("/api/v1/prices"));
}
