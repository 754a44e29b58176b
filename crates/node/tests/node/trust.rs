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

#[test]
fn a_twin_reads_what_came_since_the_last_and_is_the_one_that_a_new_start_reads() {
    let club = TestClub::found(&["CAN"]);
    let node = club.open("CAN");
    let state = node.state();
    report(state, 0, 300);
    rebuild_twin(state).unwrap();
    let digest = |state: &didymium_node::NodeState| state.twin().unwrap().digest().unwrap();
    // What was read and verified stays so, whatever is written over it on the disk.
    let overwrite = "UPDATE entry SET bytes = x'00' WHERE idx = 2";
    let kept: Vec<u8> = state.ledger().log().entry(2).unwrap().unwrap().bytes;
    assert_eq!(behind_its_back(&club, "CAN", overwrite), 1);
    report(state, 300, 300);
    rebuild_twin(state).unwrap();
    let grown = digest(state);
    assert_eq!(state.twin().unwrap().statements()["CAN"], 601);
    let database = rusqlite::Connection::open(club.folder("CAN").join("node.db")).unwrap();
    database
        .execute("UPDATE entry SET bytes = ?1 WHERE idx = 2", [kept])
        .unwrap();
    drop(database);
    drop(node);
    let node = club.open("CAN");
    rebuild_twin(node.state()).unwrap();
    assert_eq!(digest(node.state()), grown);
    // A blob that is missing is looked for again, and what it says is in the next twin.
    let (large, blob) = said("CAN", node.state().signer(), 1_000, 40_000);
    let blob = blob.unwrap();
    let PayloadRef::Blob(named) = large.payload else {
        panic!("a large payload goes by digest")
    };
    node.state().submit(vec![(large, Some(blob.clone()))]).unwrap();
    node.state().store().delete_blob(named.as_bytes()).unwrap();
    rebuild_twin(node.state()).unwrap();
    assert_eq!(node.state().twin().unwrap().digest(), None);
    // Nothing else is read again, neither while it is missing nor when it came.
    assert_eq!(behind_its_back(&club, "CAN", overwrite), 1);
    rebuild_twin(node.state()).unwrap();
    node.state().store().put_blob(named.as_bytes(), &blob).unwrap();
    rebuild_twin(node.state()).unwrap();
    assert!(node.state().twin().unwrap().digest().is_some());
}
