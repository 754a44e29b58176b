//! Entries that wait ahead of the head of a log: durable, unseen, and gone or under the head in one step.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; its helpers too")]

use std::path::Path;

use didymium_store::{
    Ahead, Batch, Cosigned, NewEntry, Retraction, SqliteStore, Staged, Store, StoreError, StoreOptions,
    StoreResult, TileRow,
};

const ORIGIN: &str = "log.example/can";
const BYTES: &[u8] = b"a statement";

fn open(dir: &Path) -> SqliteStore {
    SqliteStore::open(dir, StoreOptions::default()).unwrap()
}

fn name(index: u64) -> [u8; 32] {
    let mut name = [0xa5; 32];
    name[..8].copy_from_slice(&index.to_be_bytes());
    name
}

/// Entries from `from` to before `to`, each of which names a blob.
fn entries(from: u64, to: u64) -> Vec<NewEntry<'static>> {
    let entry = |index| NewEntry {
        statement: name(index),
        bytes: BYTES,
        blob: Some(name(index + 1_000_000)),
    };
    (from..to).map(entry).collect()
}

/// A stored hash that says where it stands.
fn hash(level: u8, position: u64) -> [u8; 32] {
    let mut hash = [level; 32];
    hash[..8].copy_from_slice(&position.to_be_bytes());
    hash
}

/// The tiles of a log of `size` entries.
fn tiles(size: u64) -> Vec<TileRow> {
    let mut rows = Vec::new();
    for level in 0..2_u8 {
        let hashes = size >> (8 * u32::from(level));
        for index in 0..hashes.div_ceil(256) {
            let positions = index * 256..hashes.min(index * 256 + 256);
            rows.push(TileRow {
                level,
                index,
                hashes: positions.flat_map(|position| hash(level, position)).collect(),
            });
        }
    }
    rows
}

fn commit(store: &SqliteStore, from: u64, to: u64) -> StoreResult<()> {
    store.commit(&Batch {
        origin: ORIGIN,
        expected_size: from,
        expected_root: root(store),
        entries: entries(from, to),
        tiles: tiles(to),
        root: [3; 32],
        checkpoint: Some(b"signed"),
        recorded_ms: 1,
    })
}

fn stage(store: &SqliteStore, from: u64, to: u64) -> StoreResult<()> {
    store.stage(&Staged {
        origin: ORIGIN,
        expected_next: from,
        expected_root: root(store),
        entries: entries(from, to),
        tiles: tiles(to),
        pending: b"pending",
        recorded_ms: 2,
    })
}

fn root(store: &SqliteStore) -> Option<[u8; 32]> {
    let head = store.head(ORIGIN).unwrap();
    head.map(|head| head.root)
}

fn size(store: &SqliteStore) -> Option<u64> {
    store.head(ORIGIN).unwrap().map(|head| head.size)
}

fn ahead(size: u64, next: u64) -> Option<Ahead> {
    Some(Ahead {
        size,
        next,
        pending: Some(b"pending".to_vec()),
    })
}

/// Everything that a reader of the log can ask for.
#[expect(clippy::type_complexity, reason = "compared whole, never taken apart")]
fn seen(store: &SqliteStore) -> (Vec<u64>, Vec<bool>, Vec<Option<Vec<u8>>>, usize, Vec<usize>) {
    let indexes = store.entries(ORIGIN, 0, 10_000).unwrap();
    let found = (0..700).map(|index| !store.find(&name(index)).unwrap().is_empty());
    let places = [(0, 0), (0, 1), (0, 2), (1, 0)];
    let tiles = places.map(|(level, index)| store.tile(ORIGIN, level, index).unwrap());
    let carriers = (0..700).map(|index| {
        let blob = name(index + 1_000_000);
        store.carriers(ORIGIN, &blob, 9).unwrap().len()
    });
    (
        indexes.iter().map(|entry| entry.index).collect(),
        found.collect(),
        tiles.to_vec(),
        store.missing_blobs(None, 10_000).unwrap().len(),
        carriers.collect(),
    )
}

#[test]
fn what_is_staged_is_durable_and_seen_by_nobody_before_the_commit() {
    let dir = tempfile::tempdir().unwrap();
    let before = {
        let store = open(dir.path());
        commit(&store, 0, 300).unwrap();
        let before = seen(&store);
        stage(&store, 300, 600).unwrap();
        stage(&store, 600, 650).unwrap();
        before
    };
    let store = open(dir.path());
    assert_eq!(store.staged(ORIGIN).unwrap(), ahead(300, 650));
    assert_eq!((size(&store), store.heads().unwrap().len()), (Some(300), 1));
    assert_eq!(seen(&store), before);
    assert_eq!(
        before.2[1].as_ref().unwrap().len(),
        44 * 32,
        "cut to the head's tree"
    );
    let raw = store.staged_tile(ORIGIN, 0, 1).unwrap().unwrap();
    assert_eq!(raw.len(), 256 * 32);
    // The last part may be empty.
    commit(&store, 650, 650).unwrap();
    assert_eq!((size(&store), store.staged(ORIGIN).unwrap()), (Some(650), None));
    let (indexes, found, ..) = seen(&store);
    assert_eq!(indexes, (0..650).collect::<Vec<_>>());
    assert_eq!(found.iter().filter(|found| **found).count(), 650);
    let fresh = tempfile::tempdir().unwrap();
    let at_once = open(fresh.path());
    commit(&at_once, 0, 650).unwrap();
    assert_eq!(seen(&store), seen(&at_once));
}

#[test]
fn a_log_of_which_only_staged_entries_are_here_has_no_head() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    stage(&store, 0, 10).unwrap();
    assert_eq!((size(&store), store.heads().unwrap().len()), (None, 0));
    assert_eq!(store.staged(ORIGIN).unwrap(), ahead(0, 10));
    assert!(store.entries(ORIGIN, 0, 10).unwrap().is_empty());
    assert_eq!(store.tile(ORIGIN, 0, 0).unwrap(), None);
    store.unstage(ORIGIN).unwrap();
    assert_eq!(store.staged(ORIGIN).unwrap(), None);
    commit(&store, 0, 4).unwrap();
    assert_eq!(size(&store), Some(4));
}

#[test]
fn to_forget_what_is_staged_brings_back_the_log_of_the_head() {
    for held in [0, 5, 256, 300, 512] {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path());
        if held > 0 {
            commit(&store, 0, held).unwrap();
        }
        let raw = |store: &SqliteStore| {
            [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0)]
                .map(|(level, index)| store.staged_tile(ORIGIN, level, index).unwrap())
        };
        let before = (seen(&store), raw(&store));
        // More than one transaction forgets.
        let mut next = held;
        while next < 20_000 {
            stage(&store, next, next + 5_000).unwrap();
            next += 5_000;
        }
        store.unstage(ORIGIN).unwrap();
        assert_eq!((seen(&store), raw(&store)), before, "{held}");
        let database = rusqlite::Connection::open(dir.path().join("node.db")).unwrap();
        let left: i64 = database
            .query_row("SELECT count(*) FROM entry", [], |row| row.get(0))
            .unwrap();
        let tiles_left: i64 = database
            .query_row("SELECT count(*) FROM tile", [], |row| row.get(0))
            .unwrap();
        let rows = i64::try_from(tiles(held).len()).unwrap();
        assert_eq!((left, tiles_left), (held.cast_signed(), rows), "{held}");
        store.unstage(ORIGIN).unwrap();
        stage(&store, held, held + 7).unwrap();
        assert_eq!(store.staged(ORIGIN).unwrap(), ahead(held, held + 7));
    }
}

#[test]
fn whoever_writes_need_not_wait_until_a_long_log_is_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for from in (0..120_000).step_by(10_000) {
        stage(&store, from, from + 10_000).unwrap();
    }
    let written = std::thread::scope(|scope| {
        let forgetting = scope.spawn(|| store.unstage(ORIGIN).unwrap());
        let mut written = 0_u64;
        while !forgetting.is_finished() {
            store.put_blob(&name(written), BYTES).unwrap();
            written += u64::from(store.staged(ORIGIN).unwrap().is_some());
        }
        written
    });
    assert!(written > 1, "{written} writes went in between");
    assert_eq!(store.staged(ORIGIN).unwrap(), None);
}

#[test]
fn a_head_that_is_cut_back_leaves_the_log_as_it_was_at_that_size() {
    for to in [0, 5, 256, 300, 512] {
        let dirs = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let stores = [0, 1].map(|at| open(dirs[at].path()));
        if to > 0 {
            commit(&stores[0], 0, to).unwrap();
        }
        let store = &stores[1];
        commit(store, 0, 700).unwrap();
        stage(store, 700, 720).unwrap();
        let cut = Retraction {
            origin: ORIGIN,
            from: (700, [3; 32]),
            to: (to, [3; 32]),
        };
        for (size, root) in [(699, [3; 32]), (700, [4; 32])] {
            let from = (size, root);
            assert!(
                !store.retract(&Retraction { from, ..cut }).unwrap(),
                "another head"
            );
        }
        assert!(store.retract(&cut).unwrap());
        // Before it is forgotten, nobody sees what lies beyond, and nobody can go on from it.
        assert_eq!(
            store.staged(ORIGIN).unwrap().map(|ahead| ahead.pending),
            Some(None)
        );
        assert_eq!(store.entries(ORIGIN, 0, 10_000).unwrap().len() as u64, to);
        store.unstage(ORIGIN).unwrap();
        assert_eq!(seen(store), seen(&stores[0]), "{to}");
        let head = store.head(ORIGIN).unwrap();
        assert_eq!(
            head.map(|head| (head.size, head.checkpoint)),
            (to > 0).then_some((to, None))
        );
        assert!(!store.retract(&cut).unwrap(), "once");
        commit(store, to, 600).unwrap();
        assert_eq!(size(store), Some(600));
    }
}

#[test]
fn what_was_cosigned_is_cut_back_in_one_step_and_goes_on_from_there() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let cosigned = |size, note: &str| Cosigned {
        origin: ORIGIN.into(),
        size,
        root: [3; 32],
        unix_seconds: 5,
        note: Some(note.into()),
    };
    assert!(store.put_cosigned(None, &cosigned(9, "nine")).unwrap());
    let cut = Retraction {
        origin: ORIGIN,
        from: (9, [3; 32]),
        to: (4, [8; 32]),
    };
    assert!(store.retract_cosigned(&cut).unwrap() && !store.retract_cosigned(&cut).unwrap());
    let left = store.cosigned(ORIGIN).unwrap().unwrap();
    assert_eq!(
        (left.size, left.root, left.unix_seconds, left.note),
        (4, [8; 32], 5, None)
    );
    assert!(
        !store
            .put_cosigned(Some((9, [3; 32])), &cosigned(10, "ten"))
            .unwrap()
    );
    assert!(
        store
            .put_cosigned(Some((4, [8; 32])), &cosigned(10, "ten"))
            .unwrap()
    );
    assert_eq!(store.cosigned(ORIGIN).unwrap(), Some(cosigned(10, "ten")));
}

#[test]
fn steps_go_on_from_where_the_log_ends_and_from_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    commit(&store, 0, 3).unwrap();
    stage(&store, 3, 6).unwrap();
    let stale = |outcome: StoreResult<()>, end: u64| {
        let error = outcome.unwrap_err();
        assert!(
            matches!(error, StoreError::Conflict { found, .. } if found.next == end),
            "{error}"
        );
    };
    stale(commit(&store, 3, 4), 6);
    stale(stage(&store, 3, 4), 6);
    stale(stage(&store, 7, 8), 6);
    store.unstage(ORIGIN).unwrap();
    stale(commit(&store, 6, 7), 3);
    commit(&store, 3, 4).unwrap();
    assert_eq!(size(&store), Some(4));
}

#[test]
fn steps_lead_on_from_the_head_that_they_know_and_from_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    commit(&store, 0, 3).unwrap();
    let part = |from: u64, expected_root| {
        store.stage(&Staged {
            origin: ORIGIN,
            expected_next: from,
            expected_root,
            entries: entries(from, from + 1),
            tiles: tiles(from + 1),
            pending: b"pending",
            recorded_ms: 2,
        })
    };
    let last = |expected_root| {
        store.commit(&Batch {
            origin: ORIGIN,
            expected_size: 4,
            expected_root,
            entries: Vec::new(),
            tiles: Vec::new(),
            root: [5; 32],
            checkpoint: Some(b"next"),
            recorded_ms: 3,
        })
    };
    for other in [None, Some([9; 32])] {
        assert!(matches!(part(3, other), Err(StoreError::Conflict { .. })));
    }
    assert_eq!(store.staged(ORIGIN).unwrap(), None);
    part(3, Some([3; 32])).unwrap();
    for other in [None, Some([9; 32]), Some([5; 32])] {
        assert!(matches!(last(other), Err(StoreError::Conflict { .. })));
    }
    assert_eq!((size(&store), root(&store)), (Some(3), Some([3; 32])));
    last(Some([3; 32])).unwrap();
    assert_eq!((size(&store), root(&store)), (Some(4), Some([5; 32])));
}

#[test]
fn a_statement_has_one_place_across_parts_and_its_blob_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    commit(&store, 0, 2).unwrap();
    stage(&store, 2, 5).unwrap();
    let names = [name(1), name(4), name(9)];
    let places = store.find_in(ORIGIN, &names.each_ref()).unwrap();
    assert_eq!(places, [Some(1), Some(4), None]);
    let mut again = entries(5, 6);
    again[0].statement = name(3);
    let part = Staged {
        origin: ORIGIN,
        expected_next: 5,
        expected_root: root(&store),
        entries: again,
        tiles: Vec::new(),
        pending: b"pending",
        recorded_ms: 2,
    };
    assert!(store.stage(&part).is_err());
    assert_eq!(store.staged(ORIGIN).unwrap(), ahead(2, 5));
    store.put_blob(&name(1_000_004), b"of a staged entry").unwrap();
    store.put_blob(&name(7_000_000), b"of nobody").unwrap();
    assert_eq!(store.sweep_blobs().unwrap(), 1);
    assert!(store.blob(&name(1_000_004)).unwrap().is_some());
    store.unstage(ORIGIN).unwrap();
    assert_eq!(store.sweep_blobs().unwrap(), 1);
}

#[test]
fn a_full_disk_stages_nothing_of_a_part() {
    let dir = tempfile::tempdir().unwrap();
    let options = StoreOptions {
        readers: 1,
        size_pages_max: Some(200),
    };
    let store = SqliteStore::open(dir.path(), options).unwrap();
    let mut next = 0;
    let full = loop {
        match stage(&store, next, next + 500) {
            Ok(()) => next += 500,
            Err(error) => break error,
        }
        assert!(next < 100_000, "the limit was never reached");
    };
    assert!(matches!(full, StoreError::DiskFull), "{full}");
    assert_eq!(store.staged(ORIGIN).unwrap(), ahead(0, next));
}

#[test]
fn a_database_of_the_version_before_opens_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let database = rusqlite::Connection::open(dir.path().join("node.db")).unwrap();
    for migration in ["0001_first", "0002_witness", "0003_evidence"] {
        let path = format!("{}/migrations/{migration}.sql", env!("CARGO_MANIFEST_DIR"));
        let script = std::fs::read_to_string(path).unwrap();
        database.execute_batch(&script).unwrap();
    }
    let filled =
        "INSERT INTO log (origin, size, root, checkpoint) VALUES ('log.example/can', 2, zeroblob(32), x'41');
         INSERT INTO entry (log, idx, statement, bytes, recorded) VALUES (1, 0, zeroblob(32), x'61', 7);
         INSERT INTO entry (log, idx, statement, bytes, recorded)
             VALUES (1, 1, CAST(x'01' || zeroblob(31) AS BLOB), x'62', 8);
         INSERT INTO tile (log, level, idx, hashes) VALUES (1, 0, 0, zeroblob(64));
         PRAGMA user_version = 3;";
    database.execute_batch(filled).unwrap();
    drop(database);
    let refused = SqliteStore::open_read_only(dir.path(), 1).err().unwrap();
    assert!(
        matches!(refused, StoreError::TooOld { found: 3, known: 4 }),
        "{refused}"
    );
    let store = open(dir.path());
    assert_eq!((size(&store), store.staged(ORIGIN).unwrap()), (Some(2), None));
    assert_eq!(store.entries(ORIGIN, 0, 9).unwrap().len(), 2);
    assert_eq!(store.tile(ORIGIN, 0, 0).unwrap().unwrap().len(), 64);
    stage(&store, 2, 4).unwrap();
    commit(&store, 4, 5).unwrap();
    assert_eq!(size(&store), Some(5));
}

/// What is asked by anybody or at every turn may not cost a walk over the log: without its index the question fails.
#[test]
fn missing_blobs_are_found_by_their_index() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    commit(&store, 0, 3).unwrap();
    assert_eq!(store.missing_blobs(None, 9).unwrap().len(), 3);
    let behind = rusqlite::Connection::open(dir.path().join("node.db")).unwrap();
    behind.execute_batch("DROP INDEX entry_blob").unwrap();
    assert!(store.missing_blobs(None, 9).is_err());
}
