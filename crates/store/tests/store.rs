//! The store through its public face: what is committed stays, what is not leaves no trace, and bad files are refused.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; its helpers too")]

use didymium_store::{Batch, NewEntry, SqliteStore, Store, StoreError, StoreOptions, TileRow};

fn batch<'a>(expected_size: u64, entries: &[&'a [u8]], checkpoint: &'a [u8]) -> Batch<'a> {
    let entries = entries
        .iter()
        .enumerate()
        .map(|(n, bytes)| NewEntry {
            statement: id(expected_size, n),
            bytes,
            blob: None,
        })
        .collect::<Vec<_>>();
    let tiles = vec![TileRow {
        level: 0,
        index: 0,
        hashes: vec![7; 32 * entries.len()],
    }];
    Batch {
        origin: "log.example/can",
        expected_size,
        entries,
        tiles,
        root: [3; 32],
        checkpoint,
        recorded_ms: 1,
    }
}

fn id(base: u64, n: usize) -> [u8; 32] {
    let mut id = [0; 32];
    id[..8].copy_from_slice(&(base + n as u64).to_le_bytes());
    id
}

fn open(dir: &std::path::Path) -> SqliteStore {
    SqliteStore::open(dir, StoreOptions::default()).unwrap()
}

#[test]
fn a_commit_is_there_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    {
        let store = open(dir.path());
        store.commit(&batch(0, &[b"a", b"b"], b"cp2")).unwrap();
        store.commit(&batch(2, &[b"c"], b"cp3")).unwrap();
    }
    let store = open(dir.path());
    let head = store.head("log.example/can").unwrap().unwrap();
    assert_eq!((head.size, head.checkpoint.as_slice()), (3, b"cp3".as_slice()));
    let entries = store.entries("log.example/can", 1, 10).unwrap();
    assert_eq!(
        entries.iter().map(|e| e.bytes.as_slice()).collect::<Vec<_>>(),
        [b"b", b"c"]
    );
    assert_eq!(store.find(&id(2, 0)).unwrap()[0].index, 2);
    assert_eq!(store.tile("log.example/can", 0, 0).unwrap().unwrap(), vec![7; 32]);
}

#[test]
fn a_stale_writer_is_refused_and_leaves_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.commit(&batch(0, &[b"a"], b"cp1")).unwrap();
    let refused = store.commit(&batch(0, &[b"x"], b"cpx")).unwrap_err();
    assert!(
        matches!(
            refused,
            StoreError::Conflict {
                expected: 0,
                found: 1,
                ..
            }
        ),
        "{refused}"
    );
    assert_eq!(store.entries("log.example/can", 0, 10).unwrap().len(), 1);
}

#[test]
fn the_same_statement_cannot_stand_twice_in_a_log() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.commit(&batch(0, &[b"a"], b"cp1")).unwrap();
    let mut again = batch(1, &[b"a"], b"cp2");
    again.entries[0].statement = id(0, 0);
    assert!(store.commit(&again).is_err());
    assert_eq!(store.head("log.example/can").unwrap().unwrap().size, 1);
}

#[test]
fn two_processes_cannot_hold_one_folder() {
    let dir = tempfile::tempdir().unwrap();
    let _first = open(dir.path());
    let second = SqliteStore::open(dir.path(), StoreOptions::default())
        .err()
        .unwrap();
    assert!(matches!(second, StoreError::FolderInUse { .. }), "{second}");
}

#[test]
fn a_full_disk_loses_nothing_that_was_committed() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(
        dir.path(),
        StoreOptions {
            readers: 1,
            size_pages_max: Some(60),
        },
    )
    .unwrap();
    let large = vec![1; 40_000];
    let mut size = 0;
    let full = loop {
        match store.commit(&batch(size, &[&large], b"cp")) {
            Ok(()) => size += 1,
            Err(error) => break error,
        }
        assert!(size < 100, "the limit was never reached");
    };
    assert!(matches!(full, StoreError::DiskFull), "{full}");
    assert_eq!(
        store.entries("log.example/can", 0, 100).unwrap().len() as u64,
        size
    );
    drop(store);
    assert_eq!(
        open(dir.path()).head("log.example/can").unwrap().unwrap().size,
        size
    );
}

#[test]
fn a_truncated_database_is_refused_in_words() {
    let dir = tempfile::tempdir().unwrap();
    {
        let store = open(dir.path());
        let large = vec![1; 60_000];
        for size in 0..8 {
            store.commit(&batch(size, &[&large], b"cp")).unwrap();
        }
    }
    let path = dir.path().join("node.db");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let refused = SqliteStore::open(dir.path(), StoreOptions::default())
        .err()
        .unwrap();
    assert!(matches!(refused, StoreError::Damaged { .. }), "{refused:?}");
    std::fs::write(&path, b"not a database at all, but long enough to be looked at").unwrap();
    assert!(SqliteStore::open(dir.path(), StoreOptions::default()).is_err());
}

#[test]
fn blobs_nobody_names_are_swept_and_missing_ones_are_known() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.put_blob(&[1; 32], b"named").unwrap();
    store.put_blob(&[2; 32], b"orphan").unwrap();
    let mut two = batch(0, &[b"a", b"b"], b"cp2");
    two.entries[0].blob = Some([1; 32]);
    two.entries[1].blob = Some([9; 32]);
    store.commit(&two).unwrap();
    assert_eq!(store.sweep_blobs().unwrap(), 1);
    assert_eq!(store.blob(&[1; 32]).unwrap().unwrap(), b"named");
    let missing = store.missing_blobs(10).unwrap();
    assert_eq!(missing.len(), 1);
    assert_eq!((missing[0].0, missing[0].1.index), ([9; 32], 1));
    store.put_blob(&[9; 32], b"late").unwrap();
    assert!(store.missing_blobs(10).unwrap().is_empty());
}

#[test]
fn a_database_of_the_future_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    let db = rusqlite::Connection::open(dir.path().join("node.db")).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let refused = SqliteStore::open(dir.path(), StoreOptions::default())
        .err()
        .unwrap();
    assert!(
        matches!(refused, StoreError::TooNew { found: 99, .. }),
        "{refused}"
    );
}

#[test]
fn a_store_is_read_beside_its_writer_and_written_by_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(
        SqliteStore::open_read_only(dir.path(), 1).err(),
        Some(StoreError::NoDatabase { .. })
    ));
    let store = SqliteStore::open(dir.path(), StoreOptions::default()).unwrap();
    let entries: Vec<[u8; 2]> = vec![*b"aa", *b"bb", *b"cc"];
    let append = |from: u64, entries: &[[u8; 2]]| {
        store.commit(&Batch {
            origin: "log.example",
            expected_size: from,
            entries: entries
                .iter()
                .map(|bytes| NewEntry {
                    statement: [255 - bytes[0]; 32],
                    bytes,
                    blob: None,
                })
                .collect(),
            tiles: Vec::new(),
            root: [7; 32],
            checkpoint: b"signed",
            recorded_ms: 5,
        })
    };
    append(0, &entries).unwrap();

    let beside = SqliteStore::open_read_only(dir.path(), 2).unwrap();
    append(3, &[*b"dd"]).unwrap();
    assert_eq!(beside.head("log.example").unwrap().unwrap().size, 4);
    let mut scanned = Vec::new();
    let mut visit = |entry: didymium_store::ScannedEntry<'_>| {
        scanned.push((entry.index, entry.row, entry.bytes.to_vec()));
    };
    beside.scan_entries("log.example", 1, 3, &mut visit).unwrap();
    let indexes: Vec<u64> = scanned.iter().map(|(index, ..)| *index).collect();
    assert_eq!((indexes, scanned[0].2.as_slice()), (vec![1, 2], b"bb".as_slice()));
    assert_eq!(beside.index_of_row(scanned[1].1).unwrap(), Some(2));
    let mut keys = Vec::new();
    let there = beside.scan_statements("log.example", &mut |key, row| {
        keys.push((key[0], beside_index(&scanned, row)));
    });
    assert!(there.unwrap());
    let sorted: Vec<u8> = keys.iter().map(|(key, _)| *key).collect();
    assert_eq!(sorted, [255 - b'd', 255 - b'c', 255 - b'b', 255 - b'a']);
    assert_eq!(keys[2].1, Some(1), "the index leads to the row");

    let written = beside.put_blob(&[1; 32], b"x");
    assert!(matches!(written, Err(StoreError::ReadOnly)), "{written:?}");
    drop((store, beside));
    let alone = SqliteStore::open_read_only(dir.path(), 1).unwrap();
    assert_eq!(alone.head("log.example").unwrap().unwrap().size, 4);
}

fn beside_index(scanned: &[(u64, i64, Vec<u8>)], row: i64) -> Option<u64> {
    let found = scanned.iter().find(|(_, known, _)| *known == row);
    found.map(|(index, ..)| *index)
}

/// What carries a blob is asked by anybody: it may not cost a walk over the log.
#[test]
fn carriers_of_a_blob_are_found_by_its_index() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path(), StoreOptions::default()).unwrap();
    let mut first = batch(0, &[b"a", b"b", b"c"], b"head");
    first.entries[1].blob = Some([9; 32]);
    store.commit(&first).unwrap();
    let found = store.carriers("log.example/can", &[9; 32], 64).unwrap();
    assert_eq!(found.iter().map(|entry| entry.index).collect::<Vec<_>>(), [1]);
    assert!(
        store
            .carriers("log.example/deu", &[9; 32], 64)
            .unwrap()
            .is_empty()
    );
    // Without that index the question fails, and does not fall back to walking.
    let behind = rusqlite::Connection::open(dir.path().join("node.db")).unwrap();
    behind.execute_batch("DROP INDEX entry_blob").unwrap();
    assert!(store.carriers("log.example/can", &[9; 32], 64).is_err());
}
