//! What is on the disk is not trusted.

use didymium_node::{NodeError, rebuild_twin};
use didymium_statement::PayloadRef;

use crate::common::{TestClub, report, said};

/// Changes the database of a member behind its back.
fn behind_its_back(club: &TestClub, code: &str, sql: &str) -> usize {
    let database = rusqlite::Connection::open(club.folder(code).join("node.db")).unwrap();
    database.execute(sql, []).unwrap()
}

#[test]
fn a_damaged_blob_is_missing_and_never_another_digest() {
    let club = TestClub::found(&["CAN"]);
    let node = club.open("CAN");
    let (large, blob) = said("CAN", node.state().signer(), 1, 40_000);
    let PayloadRef::Blob(digest) = large.payload else {
        panic!("a large payload goes by digest")
    };
    node.state().submit(vec![(large, blob)]).unwrap();
    rebuild_twin(node.state()).unwrap();
    assert!(node.state().twin().unwrap().digest().is_some());
    drop(node);
    // One bit of the middle of it.
    let changed =
        "UPDATE blob SET bytes = CAST(substr(bytes, 1, 100) || x'00' || substr(bytes, 102) AS BLOB)";
    assert_eq!(behind_its_back(&club, "CAN", changed), 1);
    let node = club.open("CAN");
    rebuild_twin(node.state()).unwrap();
    assert_eq!(node.state().twin().unwrap().digest(), None);
    // It is forgotten, so that it is fetched again from whoever has it.
    assert!(node.state().store().blob(digest.as_bytes()).unwrap().is_none());
}

#[test]
fn an_entry_that_was_changed_in_the_database_never_enters_the_twin() {
    for change in [
        "UPDATE entry SET bytes = CAST(substr(bytes, 1, 200) || x'41' || substr(bytes, 202) AS BLOB) WHERE idx = 2",
        "UPDATE entry SET bytes = x'00' WHERE idx = 2",
        "DELETE FROM entry WHERE idx = 2",
        "UPDATE log SET size = size - 1",
        "UPDATE log SET size = size + 1",
        "UPDATE log SET root = zeroblob(32), checkpoint = CAST(replace(CAST(checkpoint AS TEXT), 'can', 'cab') AS BLOB)",
    ] {
        // Many entries follow, so that the check of the newest ones at the start does not see it.
        let club = TestClub::found(&["CAN"]);
        let node = club.open("CAN");
        report(node.state(), 0, 600);
        drop(node);
        assert_eq!(behind_its_back(&club, "CAN", change), 1, "{change}");
        let refused = match didymium_node::Node::open(&club.folder("CAN")) {
            Ok(node) => rebuild_twin(node.state()).unwrap_err(),
            Err(error) => error,
        };
        assert!(
            matches!(refused, NodeError::StoredLog { .. }),
            "{change}: {refused}"
        );
    }
}
