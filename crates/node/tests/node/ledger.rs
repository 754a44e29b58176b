//! The member's own log: append, deduplicate, reopen, and refuse to sign over what does not fit.

use std::sync::Arc;

use crate::common::{TestClub, clock, report, said};
use didymium_log::checkpoint::open_checkpoint;
use didymium_log::hash::leaf_hash;
use didymium_log::proof::{verify_consistency, verify_inclusion};
use didymium_node::folder::NodeFolder;
use didymium_node::ledger::IMPORT_ENTRIES_MAX;
use didymium_node::{Changed, Ledger, Node, NodeError};
use didymium_statement::PayloadRef;
use didymium_store::{Batch, SqliteStore, Store, StoreError, StoreOptions, StoreResult};

#[test]
fn what_is_appended_is_there_signed_and_proven_after_reopening() {
    let club = TestClub::found(&["CAN"]);
    let old_root = {
        let node = club.open("CAN");
        report(node.state(), 0, 300);
        let log = node.state().ledger().log().clone();
        (log.size().unwrap(), log.root(301).unwrap())
    };
    let node = club.open("CAN");
    report(node.state(), 300, 299);
    let log = node.state().ledger().log();
    let verifier = node.state().member().keys.log.parse().unwrap();
    let note = node.state().ledger().checkpoint().unwrap().unwrap();
    let head = open_checkpoint(&note, &verifier).unwrap();
    assert_eq!((old_root.0, head.size), (301, 600));
    for index in [0, 1, 255, 256, 300, 599] {
        let proof = log.inclusion(index, None).unwrap();
        let entry = log.entry(index).unwrap().unwrap();
        assert_eq!((proof.leaf, proof.root), (leaf_hash(&entry.bytes), head.root));
        verify_inclusion(proof.leaf, index, 600, &proof.path, head.root).unwrap();
    }
    let path = log.consistency(301, 600).unwrap();
    verify_consistency(301, old_root.1, 600, head.root, &path).unwrap();
    assert!(log.inclusion(600, None).is_err() && log.inclusion(0, Some(601)).is_err());
}

#[test]
fn a_second_submission_is_answered_with_the_first_index() {
    let club = TestClub::found(&["CAN"]);
    let node = club.open("CAN");
    let state = node.state();
    let (a, b) = (
        said("CAN", state.signer(), 1, 10),
        said("CAN", state.signer(), 2, 10),
    );
    let first = state.submit(vec![a.clone(), b.clone(), a.clone()]).unwrap();
    assert_eq!(
        first.iter().map(|x| (x.index, x.fresh)).collect::<Vec<_>>(),
        [(1, true), (2, true), (1, false)]
    );
    let head = state.ledger().checkpoint().unwrap();
    let again = state.submit_all_or_nothing(&[b, a]).unwrap();
    assert_eq!(
        again.iter().map(|x| (x.index, x.fresh)).collect::<Vec<_>>(),
        [(2, false), (1, false)]
    );
    assert_eq!(
        state.ledger().checkpoint().unwrap(),
        head,
        "nothing new, nothing signed"
    );
}

#[test]
fn an_import_is_one_commit_and_bounded() {
    let club = TestClub::found(&["CAN"]);
    let node = club.open("CAN");
    let state = node.state();
    let mut heard = state.changed().listen();
    heard.mark_unchanged();
    let before = *heard.borrow();
    let entries: Vec<_> = (0..1_500).map(|n| said("CAN", state.signer(), n, 10)).collect();
    state.submit_all_or_nothing(&entries).unwrap();
    assert_eq!(*heard.borrow() - before, 1, "one commit, one signal");
    assert_eq!(state.ledger().log().size().unwrap(), 1_501);
    let many = vec![entries[0].clone(); IMPORT_ENTRIES_MAX + 1];
    let refused = state.ledger().append_all_or_nothing(&many).unwrap_err();
    assert!(
        matches!(
            refused,
            NodeError::TooManyEntries {
                count: 100_001,
                max: 100_000
            }
        ),
        "{refused}"
    );
}

#[test]
fn one_bad_statement_of_an_import_leaves_nothing_of_it() {
    let club = TestClub::found(&["CAN"]);
    let node = club.open("CAN");
    let state = node.state();
    let (large, blob) = said("CAN", state.signer(), 2, 40_000);
    let refused = state
        .submit_all_or_nothing(&[said("CAN", state.signer(), 1, 10), (large.clone(), None)])
        .unwrap_err();
    assert!(matches!(refused, NodeError::BlobAbsent { .. }), "{refused}");
    let wrong = state
        .submit(vec![(large.clone(), Some(b"other bytes".to_vec()))])
        .unwrap_err();
    assert!(matches!(wrong, NodeError::Refused { .. }), "{wrong}");
    assert_eq!(state.ledger().log().size().unwrap(), 1);
    state.ledger().keep_blob(&large, &blob.unwrap()).unwrap();
    state.submit(vec![(large, None)]).unwrap();
    assert_eq!(state.ledger().log().size().unwrap(), 2);
}

/// A store on a full disk: its commit fails after the blob is kept, as a crash between the two does.
struct Crashing(SqliteStore);

impl Store for Crashing {
    fn heads(&self) -> StoreResult<Vec<didymium_store::Head>> {
        self.0.heads()
    }
    fn head(&self, origin: &str) -> StoreResult<Option<didymium_store::Head>> {
        self.0.head(origin)
    }
    fn commit(&self, _: &Batch<'_>) -> StoreResult<()> {
        Err(StoreError::DiskFull)
    }
    fn stage(&self, _: &didymium_store::Staged<'_>) -> StoreResult<()> {
        Err(StoreError::DiskFull)
    }
    fn staged(&self, origin: &str) -> StoreResult<Option<didymium_store::Ahead>> {
        self.0.staged(origin)
    }
    fn unstage(&self, origin: &str) -> StoreResult<()> {
        self.0.unstage(origin)
    }
    fn retract(&self, cut: &didymium_store::Retraction<'_>) -> StoreResult<bool> {
        self.0.retract(cut)
    }
    fn retract_cosigned(&self, cut: &didymium_store::Retraction<'_>) -> StoreResult<bool> {
        self.0.retract_cosigned(cut)
    }
    fn staged_tile(&self, origin: &str, level: u8, index: u64) -> StoreResult<Option<Vec<u8>>> {
        self.0.staged_tile(origin, level, index)
    }
    fn entries(&self, origin: &str, from: u64, limit: u32) -> StoreResult<Vec<didymium_store::EntryRecord>> {
        self.0.entries(origin, from, limit)
    }
    fn find(&self, statement: &[u8; 32]) -> StoreResult<Vec<didymium_store::Place>> {
        self.0.find(statement)
    }
    fn find_in(&self, origin: &str, statements: &[&[u8; 32]]) -> StoreResult<Vec<Option<u64>>> {
        self.0.find_in(origin, statements)
    }
    fn tile(&self, origin: &str, level: u8, index: u64) -> StoreResult<Option<Vec<u8>>> {
        self.0.tile(origin, level, index)
    }
    fn put_blob(&self, digest: &[u8; 32], bytes: &[u8]) -> StoreResult<()> {
        self.0.put_blob(digest, bytes)
    }
    fn blob(&self, digest: &[u8; 32]) -> StoreResult<Option<Vec<u8>>> {
        self.0.blob(digest)
    }
    fn carriers(
        &self,
        origin: &str,
        digest: &[u8; 32],
        limit: u32,
    ) -> StoreResult<Vec<didymium_store::EntryRecord>> {
        self.0.carriers(origin, digest, limit)
    }
    fn delete_blob(&self, digest: &[u8; 32]) -> StoreResult<()> {
        self.0.delete_blob(digest)
    }
    fn missing_blobs(
        &self,
        origin: Option<&str>,
        limit: u32,
    ) -> StoreResult<Vec<([u8; 32], didymium_store::Place)>> {
        self.0.missing_blobs(origin, limit)
    }
    /// A full disk has no room to delete either; the log opens all the same.
    fn sweep_blobs(&self) -> StoreResult<u64> {
        Err(StoreError::DiskFull)
    }
    fn refresh_checkpoint(&self, origin: &str, size: u64, root: &[u8; 32], note: &[u8]) -> StoreResult<()> {
        self.0.refresh_checkpoint(origin, size, root, note)
    }
    fn cosigned(&self, origin: &str) -> StoreResult<Option<didymium_store::Cosigned>> {
        self.0.cosigned(origin)
    }
    fn put_cosigned(
        &self,
        replaces: Option<(u64, [u8; 32])>,
        new: &didymium_store::Cosigned,
    ) -> StoreResult<bool> {
        self.0.put_cosigned(replaces, new)
    }
    fn published(
        &self,
        origin: &str,
        grade: didymium_store::Grade,
    ) -> StoreResult<Option<didymium_store::Published>> {
        self.0.published(origin, grade)
    }
    fn put_evidence(&self, new: &didymium_store::EvidenceRecord) -> StoreResult<bool> {
        self.0.put_evidence(new)
    }
    fn evidence(&self, origin: &str, limit: u32) -> StoreResult<Vec<didymium_store::EvidenceRecord>> {
        self.0.evidence(origin, limit)
    }
    fn put_published(
        &self,
        origin: &str,
        grade: didymium_store::Grade,
        new: &didymium_store::Published,
    ) -> StoreResult<()> {
        self.0.put_published(origin, grade, new)
    }
    fn free_bytes(&self) -> StoreResult<u64> {
        self.0.free_bytes()
    }
    fn on_fault(&self, listener: didymium_store::FaultListener) {
        self.0.on_fault(listener);
    }
}

#[test]
fn a_crash_between_blob_and_commit_leaves_the_log_as_it_was() {
    let club = TestClub::found(&["CAN"]);
    let blob = {
        let folder = NodeFolder::open(&club.folder("CAN")).unwrap();
        let (large, blob) = said("CAN", &folder.keys().statement, 1, 40_000);
        let store = Arc::new(Crashing(
            SqliteStore::open(folder.dir(), StoreOptions::default()).unwrap(),
        ));
        let seed = std::fs::read_to_string(folder.dir().join("keys/log.key")).unwrap();
        let seed: [u8; 32] = hex::decode(seed.trim()).unwrap().try_into().unwrap();
        let signer = didymium_log::note::Signer::from_seed("can.club.example/log", &seed).unwrap();
        let ledger = Ledger::open(store.clone(), signer, &[], clock(), Changed::default()).unwrap();
        let PayloadRef::Blob(digest) = large.payload else {
            panic!("a large payload goes by digest")
        };
        assert!(ledger.append(vec![(large, blob)]).is_err());
        assert_eq!(ledger.log().size().unwrap(), 1);
        assert!(
            store.blob(digest.as_bytes()).unwrap().is_some(),
            "the blob was kept before the commit failed"
        );
        digest
    };
    let node = club.open("CAN");
    assert_eq!(
        node.state().store().blob(blob.as_bytes()).unwrap(),
        None,
        "swept at the next start"
    );
    report(node.state(), 5, 1);
    assert_eq!(node.state().ledger().log().size().unwrap(), 2);
}

/// Changes the stored log behind the node's back.
fn tamper(club: &TestClub, change: impl FnOnce(&rusqlite::Connection)) -> NodeError {
    {
        let node = club.open("CAN");
        report(node.state(), 0, 300);
    }
    change(&rusqlite::Connection::open(club.folder("CAN").join("node.db")).unwrap());
    Node::open(&club.folder("CAN")).unwrap_err()
}

#[test]
fn a_tampered_log_is_refused_with_the_reason() {
    let cases: [(&str, &str); 6] = [
        (
            "UPDATE log SET checkpoint = CAST(replace(CAST(checkpoint AS TEXT), '301', '302') AS BLOB)",
            "checkpoint",
        ),
        ("UPDATE log SET size = 300", "head of size 300"),
        ("UPDATE log SET root = zeroblob(32)", "checkpoint"),
        (
            "UPDATE tile SET hashes = zeroblob(length(hashes)) WHERE level = 0 AND idx = 1",
            "tiles lead to root",
        ),
        (
            "UPDATE entry SET bytes = x'00' WHERE idx = 300",
            "are not the leaves",
        ),
        (
            "INSERT INTO entry SELECT log, 301, randomblob(32), bytes, recorded, blob FROM entry WHERE idx = 7",
            "entries 301 to 301 lie beyond its head",
        ),
    ];
    for (change, reason) in cases {
        let club = TestClub::found(&["CAN"]);
        let error = tamper(&club, |db| {
            assert_eq!(db.execute(change, []).unwrap(), 1, "{change}");
        });
        assert!(matches!(error, NodeError::StoredLog { .. }), "{change}: {error}");
        assert!(error.to_string().contains(reason), "{change}: {error}");
    }
}

/// A store that was put back to another history of the same size while the node held the first: the edge in memory is right
/// by its size, and nothing may be written onto that other history.
#[test]
fn a_log_that_was_exchanged_for_another_of_its_size_takes_no_commit() {
    let club = TestClub::found(&["CAN"]);
    let node = club.open("CAN");
    report(node.state(), 0, 3);
    let held = node.state().ledger().log().head().unwrap().unwrap();
    let database = rusqlite::Connection::open(club.folder("CAN").join("node.db")).unwrap();
    assert_eq!(
        database
            .execute("UPDATE log SET root = zeroblob(32)", [])
            .unwrap(),
        1
    );
    let entry = said("CAN", node.state().signer(), 9, 10);
    let refused = node.state().submit(vec![entry]).unwrap_err();
    let NodeError::Store(StoreError::Conflict { expected, found, .. }) = &refused else {
        panic!("{refused}")
    };
    assert_eq!((expected.next, found.next), (4, 4));
    assert_eq!((expected.root, found.root), (Some(held.root), Some([0; 32])));
    let entries = node.state().store().entries(&held.origin, 0, 10).unwrap();
    assert_eq!(entries.len(), 4);
}

#[test]
fn a_full_disk_and_a_second_process_are_told() {
    let club = TestClub::found(&["CAN"]);
    {
        let mut folder = NodeFolder::open(&club.folder("CAN")).unwrap();
        let mut config = folder.config().clone();
        config.overrides.database_pages_max = 40;
        folder.set_config(config).unwrap();
    }
    let node = club.open("CAN");
    let second = Node::open(&club.folder("CAN")).unwrap_err();
    assert!(
        matches!(second, NodeError::Store(StoreError::FolderInUse { .. })),
        "{second}"
    );
    let state = node.state();
    let entries: Vec<_> = (0..20).map(|n| said("CAN", state.signer(), n, 30_000)).collect();
    let full = state.submit_all_or_nothing(&entries).unwrap_err();
    assert!(matches!(full, NodeError::Store(StoreError::DiskFull)), "{full}");
    assert_eq!(state.ledger().log().size().unwrap(), 1);
    report(state, 0, 1);
    assert_eq!(state.ledger().log().size().unwrap(), 2);
}
