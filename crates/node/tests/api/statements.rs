//! Statements: their lists, their bytes, their proofs.

use serde_json::Value;

use crate::{ask, ask_with};

#[test]
fn a_proof_leads_from_the_statement_to_the_signed_checkpoint() {
    let statements = ask("/api/v1/statements?limit=500");
    assert!(statements["total"].as_u64().unwrap() > 300);
    for item in statements["items"].as_array().unwrap().iter().step_by(37) {
        let id = item["statement"].as_str().unwrap();
        let proof = ask(&format!("/api/v1/statements/{id}/proof"));
        let bytes = ask_with(&format!("/api/v1/statements/{id}/cose"), &[]).body;
        assert_eq!(didymium_statement::Digest::of(&bytes).to_string(), id);
        let hash = |value: &Value| value.as_str().unwrap().parse::<didymium_log::Hash>().unwrap();
        let leaf = didymium_log::hash::leaf_hash(&bytes);
        assert_eq!(leaf, hash(&proof["leaf"]));
        let verifier: didymium_log::note::Verifier = proof["log_key"].as_str().unwrap().parse().unwrap();
        let head =
            didymium_log::checkpoint::open_checkpoint(proof["checkpoint"].as_str().unwrap(), &verifier)
                .unwrap();
        let path: Vec<_> = proof["path"].as_array().unwrap().iter().map(hash).collect();
        let index = proof["index"].as_u64().unwrap();
        didymium_log::proof::verify_inclusion(leaf, index, head.size, &path, head.root).unwrap();
        let view = ask(&format!("/api/v1/statements/{id}"));
        assert_eq!(view["place"]["index"].as_u64(), Some(index));
        assert!(
            ["interpreted", "genesis"].contains(&view["status"].as_str().unwrap()),
            "{view}"
        );
    }
}

#[test]
fn statements_are_listed_by_member_and_place_whatever_the_pages() {
    let list = |question: &str| {
        let answer = ask(&format!("/api/v1/statements?{question}"));
        let items = answer["items"].as_array().unwrap().clone();
        (answer["total"].as_u64().unwrap(), items)
    };
    let (total, _) = list("limit=1");
    let paged = |limit: usize, rest: &str| -> Vec<Value> {
        let pages = (0..)
            .step_by(limit)
            .map(|offset| list(&format!("limit={limit}&offset={offset}{rest}")).1);
        pages.take_while(|items| !items.is_empty()).flatten().collect()
    };
    let all = paged(500, "");
    assert_eq!(all.len() as u64, total);
    assert_eq!(all, paged(7, ""));
    let place = |item: &Value| {
        (
            item["member"].as_str().unwrap().to_owned(),
            item["index"].as_u64().unwrap(),
        )
    };
    assert!(all.is_sorted_by_key(place));
    let last = all.last().unwrap()["member"].as_str().unwrap();
    let of_last: Vec<Value> = all
        .iter()
        .filter(|item| item["member"] == last)
        .cloned()
        .collect();
    assert_eq!(of_last, paged(3, &format!("&member={last}")));
    assert!(list(&format!("offset={total}")).1.is_empty());
}
