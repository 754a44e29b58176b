//! The store through its public face: what is committed stays, what is not leaves no trace, and bad files are refused.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; its helpers too")]

use didymium_store::{Batch, Fault, LogEnd, NewEntry, SqliteStore, Store, StoreError, StoreOptions, TileRow};

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
        expected_root: (expected_size > 0).then_some([3; 32]),
        entries,
        tiles,
        root: [3; 32],
        checkpoint: Some(checkpoint),
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
    assert_eq!((head.size, head.checkpoint), (3, Some(b"cp3".to_vec())));
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
                expected: LogEnd { next: 0, root: None },
                found: LogEnd {
                    next: 1,
                    root: Some(_)
                },
                ..
            }
        ),
        "{refused}"
    );
    assert_eq!(store.entries("log.example/can", 0, 10).unwrap().len(), 1);
}

/// A write that comes late, onto a log that was put back and grew to the same size by other entries, must not go through.
#[test]
fn a_writer_of_another_history_of_the_same_size_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut other = batch(0, &[b"a", b"b"], b"other history");
    other.root = [4; 32];
    store.commit(&other).unwrap();
    let late = batch(2, &[b"c"], b"cp3");
    assert_eq!(late.expected_root, Some([3; 32]));
    let refused = store.commit(&late).unwrap_err();
    let (sizes, roots) = match &refused {
        StoreError::Conflict { expected, found, .. } => {
            ((expected.next, found.next), (expected.root, found.root))
        }
        other => panic!("{other}"),
    };
    assert_eq!((sizes, roots), ((2, 2), (Some([3; 32]), Some([4; 32]))));
    let told = refused.to_string();
    assert!(
        told.contains(&"03".repeat(32)) && told.contains(&"04".repeat(32)),
        "{told}"
    );
    let unrooted = Batch {
        expected_root: None,
        ..late
    };
    assert!(matches!(
        store.commit(&unrooted),
        Err(StoreError::Conflict { .. })
    ));
    assert_eq!(store.entries("log.example/can", 0, 10).unwrap().len(), 2);
    let head = store.head("log.example/can").unwrap().unwrap();
    assert_eq!(
        (head.root, head.checkpoint.as_deref()),
        ([4; 32], Some(b"other history".as_slice()))
    );
    let rooted = Batch {
        expected_root: Some([4; 32]),
        ..unrooted
    };
    store.commit(&rooted).unwrap();
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
fn a_limit_of_pages_is_room_too() {
    let dir = tempfile::tempdir().unwrap();
    let limited = |pages| StoreOptions {
        readers: 1,
        size_pages_max: pages,
    };
    let on_disk = {
        let store = SqliteStore::open(dir.path(), limited(None)).unwrap();
        store.free_bytes().unwrap()
    };
    assert!(on_disk > 200 * 4_096, "this test needs room");
    let store = SqliteStore::open(dir.path(), limited(Some(200))).unwrap();
    let before = store.free_bytes().unwrap();
    assert!(before > 0 && before < 200 * 4_096, "{before}");
    store.put_blob(&[1; 32], &vec![1; 40 * 4_096]).unwrap();
    let after = store.free_bytes().unwrap();
    assert!(
        after <= before - 40 * 4_096 && after >= before - 44 * 4_096,
        "{before} {after}"
    );
    // What is given back to the file is room again.
    store.delete_blob(&[1; 32]).unwrap();
    assert!(store.free_bytes().unwrap() >= before - 4 * 4_096);
    drop(store);
    let smaller = SqliteStore::open(dir.path(), limited(Some(1))).unwrap();
    assert_eq!(smaller.free_bytes().unwrap(), 0);
}

#[test]
fn whoever_listens_last_is_told_of_a_full_disk_by_any_write() {
    let dir = tempfile::tempdir().unwrap();
    let options = StoreOptions {
        readers: 1,
        size_pages_max: Some(60),
    };
    let store = SqliteStore::open(dir.path(), options).unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    store.on_fault(Box::new(|_| panic!("it no longer listens")));
    store.on_fault(Box::new(move |fault| tell.send(fault).unwrap()));
    store.put_blob(&[1; 32], &[1; 4_096]).unwrap();
    assert!(told.try_recv().is_err(), "a write that went well is no fault");
    let blob = store.put_blob(&[2; 32], &vec![1; 60 * 4_096]);
    assert!(matches!(blob, Err(StoreError::DiskFull)));
    assert_eq!(told.try_recv(), Ok(Fault::Full));
    let entries: Vec<Vec<u8>> = (0..10).map(|n| vec![n; 60_000]).collect();
    let entries: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
    let commit = store.commit(&batch(0, &entries, b"cp"));
    assert!(matches!(commit, Err(StoreError::DiskFull)));
    assert_eq!(told.try_recv(), Ok(Fault::Full));
    let stale = store.commit(&batch(9, &[], b"cp"));
    assert!(matches!(stale, Err(StoreError::Conflict { .. })));
    assert!(
        told.try_recv().is_err(),
        "a caller's mistake is no fault of the disk"
    );
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
    let missing = store.missing_blobs(None, 10).unwrap();
    assert_eq!(missing.len(), 1);
    assert_eq!((missing[0].0, missing[0].1.index), ([9; 32], 1));
    store.put_blob(&[9; 32], b"late").unwrap();
    assert!(store.missing_blobs(None, 10).unwrap().is_empty());
}

/// A log that names more than anybody has fills the list of all logs, and not that of another.
#[test]
fn what_one_log_lacks_does_not_stand_before_what_another_lacks() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut first = batch(0, &[b"a", b"b", b"c"], b"cp3");
    first.origin = "log.example/aaa";
    let mut second = batch(0, &[b"d", b"e"], b"cp2");
    second.origin = "log.example/zzz";
    for (entry, blob) in first.entries.iter_mut().zip(1..) {
        entry.blob = Some([blob; 32]);
    }
    second.entries[1].blob = Some([9; 32]);
    store.commit(&first).unwrap();
    store.commit(&second).unwrap();
    let lacks = |origin: Option<&str>, limit: u32| -> Vec<u8> {
        let missing = store.missing_blobs(origin, limit).unwrap();
        missing.into_iter().map(|(blob, _)| blob[0]).collect()
    };
    assert_eq!(
        lacks(None, 2),
        [1, 2],
        "by origin: the first stands before the second"
    );
    assert_eq!(lacks(Some("log.example/zzz"), 2), [9]);
    assert_eq!(lacks(Some("log.example/aaa"), 2), [1, 2]);
    assert_eq!(lacks(Some("log.example/nobody"), 2), [0; 0]);
    assert_eq!(lacks(None, 10), [1, 2, 3, 9]);
    store.put_blob(&[9; 32], b"came").unwrap();
    assert!(lacks(Some("log.example/zzz"), 2).is_empty());
    assert_eq!(lacks(Some("log.example/aaa"), 10), [1, 2, 3]);
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
            expected_root: (from > 0).then_some([7; 32]),
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
            checkpoint: Some(b"signed"),
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
