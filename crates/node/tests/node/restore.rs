//! A log that is brought back from the copies of the others.

use std::path::Path;
use std::time::Duration;

use didymium_node::federation::Restoration;
use didymium_node::{NodeError, NodeFolder, NodeState, evidence};
use didymium_store::{NewEntry, SqliteStore, Staged, Store as _, StoreError, StoreOptions};

use crate::charter::all_agree;
use crate::common::{Running, TestClub, backup, clock, copied, copy_dir, eventually, report};

const THREE: [&str; 3] = ["CAN", "DEU", "FRA"];

/// The log of CAN has 4 entries in the first backup and 9 now, which the two others hold; CAN is stopped.
async fn backed_up(club: &mut TestClub) -> Vec<Running> {
    let can = club.start("CAN").await;
    report(&can.state, 0, 3);
    backup(&club.folder("CAN"), &club.dir.path().join("old"));
    let mut others = Vec::new();
    for code in &THREE[1..] {
        others.push(club.start(code).await);
    }
    report(&can.state, 3, 5);
    all_agree(&others, "CAN", 9).await;
    can.stop().await;
    others
}

/// What a restoration leaves that is killed between two parts.
fn cut_off(folder: &Path) {
    let store = SqliteStore::open(folder, StoreOptions::default()).unwrap();
    let head = store.head("can.club.example/log").unwrap().unwrap();
    let part = Staged {
        origin: &head.origin,
        expected_next: head.size,
        expected_root: Some(head.root),
        entries: vec![NewEntry {
            statement: [7; 32],
            bytes: b"one of them",
            blob: None,
        }],
        tiles: Vec::new(),
        pending: head.checkpoint.as_deref().unwrap(),
        recorded_ms: 1,
    };
    store.stage(&part).unwrap();
}

/// Opens a folder as soon as it is free: reads that were under way when the node stopped may outlast it for a moment.
fn opened(folder: &Path) -> Restoration {
    for _ in 0..250 {
        match Restoration::open(folder) {
            Err(NodeError::Store(StoreError::FolderInUse { .. })) => {
                std::thread::sleep(Duration::from_millis(20));
            }
            opened => return opened.unwrap(),
        }
    }
    panic!("{} is never free", folder.display());
}

/// It goes on where the others know it to be, and nobody finds fault with it.
async fn goes_on(club: &mut TestClub, folder: &Path, mut others: Vec<Running>) {
    let can = club.start_from("CAN", folder).await;
    eventually("it may sign", || can.state.ledger().gate().pass().is_ok()).await;
    report(&can.state, 8, 2);
    others.push(can);
    all_agree(&others, "CAN", 11).await;
    for node in &others {
        assert_eq!(copied(&node.now(), "CAN"), copied(&others[0].now(), "CAN"));
        assert!(evidence::against(&node.now(), "CAN").unwrap().is_empty());
    }
    for node in others {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_backup_is_brought_up_to_what_the_others_hold_and_goes_on() {
    let mut club = TestClub::found(&THREE);
    let others = backed_up(&mut club).await;
    let old = club.dir.path().join("old");
    cut_off(&old);
    {
        let node = opened(&old);
        let restored = node.run().await.unwrap();
        assert_eq!((restored.from, restored.to), (4, 9));
        assert_eq!(restored.copies, [("DEU".to_owned(), 9), ("FRA".to_owned(), 9)]);
        assert_eq!(restored.missing_blobs, 0);
        let again = node.run().await.unwrap();
        assert_eq!((again.from, again.to), (9, 9));
    }
    goes_on(&mut club, &old, others).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_database_comes_back_whole() {
    let mut club = TestClub::found(&THREE);
    let others = backed_up(&mut club).await;
    let bare = club.dir.path().join("bare");
    copy_dir(&club.folder("CAN"), &bare);
    for file in ["node.db", "node.db-wal", "node.db-shm"] {
        let _ = std::fs::remove_file(bare.join(file));
    }
    {
        let node = opened(&bare);
        let restored = node.run().await.unwrap();
        assert_eq!((restored.from, restored.to), (0, 9));
    }
    goes_on(&mut club, &bare, others).await;
}

/// Both histories bear the log's own signature: that is for people, and nothing is said or changed about it here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_went_another_way_is_left_as_it_is() {
    let mut club = TestClub::found(&THREE);
    let others = backed_up(&mut club).await;
    let old = club.dir.path().join("old");
    for node in others {
        node.stop().await;
    }
    // Said in the old folder without asking anybody.
    let astray = NodeState::open(NodeFolder::open(&old).unwrap(), clock()).unwrap();
    report(&astray, 20, 2);
    drop(astray);
    let deu = club.start("DEU").await;
    let node = opened(&old);
    let before = copied(node.state(), "CAN");
    let refused = node.run().await.unwrap_err();
    assert!(
        matches!(
            refused,
            NodeError::LogRewritten {
                size: 6,
                found: 9,
                ..
            }
        ),
        "{refused}"
    );
    assert_eq!(copied(node.state(), "CAN"), before);
    assert!(evidence::against(node.state(), "CAN").unwrap().is_empty());
    drop(node);
    deu.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_anybody_who_answers_it_is_said_who_was_asked() {
    let mut club = TestClub::found(&THREE);
    club.let_go();
    let node = opened(&club.folder("CAN"));
    let refused = node.run().await.unwrap_err();
    let said = refused.to_string();
    assert!(matches!(refused, NodeError::NoCopies { .. }), "{said}");
    assert!(said.contains("DEU: ") && said.contains("FRA: "), "{said}");
}
