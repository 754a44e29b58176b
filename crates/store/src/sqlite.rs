//! The store on SQLite: one writer, a few readers. All SQL is here, but for how a log grows and for the scans of an audit.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::connection;
use crate::fault::Faults;
use crate::{
    Ahead, Batch, Cosigned, EntryRecord, EvidenceRecord, Fault, FaultListener, FolderLock, Grade, Head,
    LogEnd, Place, Published, Retraction, Staged, Store, StoreError, StoreResult, ahead,
};

/// How long a long work lets go of the writer between two steps, so that others write: the lock gives no turns by itself.
const TURN: Duration = Duration::from_millis(1);

/// How a store is opened.
#[derive(Debug, Clone, Copy)]
pub struct StoreOptions {
    /// Reading connections; more than cores are of no use.
    pub readers: usize,
    /// Largest size of the database in pages of 4 KiB; a full database answers as a full disk does.
    pub size_pages_max: Option<u32>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            readers: 4,
            size_pages_max: None,
        }
    }
}

/// A node's store in one SQLite file.
pub struct SqliteStore {
    path: PathBuf,
    /// Dropped before the writer, so that the last connection to close can fold the WAL into the file.
    readers: Mutex<Vec<Connection>>,
    reader_free: Condvar,
    /// Absent where the store was opened to be read only.
    writer: Option<Mutex<Connection>>,
    size_pages_max: Option<u32>,
    faults: Faults,
    /// Held to the end of the process or of this value, whichever comes first; let go of last.
    _lock: Option<FolderLock>,
}

impl SqliteStore {
    /// Opens the store in `dir`, creating or migrating it, and takes the folder for this process.
    ///
    /// # Errors
    /// [`StoreError::FolderInUse`], [`StoreError::Damaged`], [`StoreError::TooNew`], [`StoreError::DiskFull`] or the
    /// system's own error.
    pub fn open(dir: &Path, options: StoreOptions) -> StoreResult<Self> {
        let lock = FolderLock::take(dir)?;
        let path = dir.join("node.db");
        let writer = connection::writer(&path, options.size_pages_max)?;
        let readers = (0..options.readers.max(1))
            .map(|_| connection::reader(&path))
            .collect::<StoreResult<_>>()?;
        Ok(Self {
            path,
            _lock: Some(lock),
            writer: Some(Mutex::new(writer)),
            size_pages_max: options.size_pages_max,
            faults: Faults::default(),
            readers: Mutex::new(readers),
            reader_free: Condvar::new(),
        })
    }

    /// Opens the store in `dir` to be read by `readers` threads, also beside a running node: neither takes the folder
    /// nor migrates it. What would write answers [`StoreError::ReadOnly`].
    ///
    /// # Errors
    /// [`StoreError::NoDatabase`], [`StoreError::TooOld`], [`StoreError::TooNew`], [`StoreError::Damaged`] or the
    /// system's own error.
    pub fn open_read_only(dir: &Path, readers: usize) -> StoreResult<Self> {
        let path = dir.join("node.db");
        if !path.exists() {
            return Err(StoreError::NoDatabase { path });
        }
        let readers = (0..readers.max(1))
            .map(|_| connection::lone_reader(&path))
            .collect::<StoreResult<_>>()?;
        Ok(Self {
            path,
            _lock: None,
            writer: None,
            size_pages_max: None,
            faults: Faults::default(),
            readers: Mutex::new(readers),
            reader_free: Condvar::new(),
        })
    }

    /// An error of a write by its cause. Every one passes here, so that a disk that fails is told whoever wrote.
    fn sorted(&self, error: rusqlite::Error) -> StoreError {
        let sorted = StoreError::from_sqlite(error, &self.path);
        if let Some(fault) = Fault::of(&sorted) {
            self.faults.tell(fault);
        }
        sorted
    }

    /// An error of a read by its cause. That a sort found no room for its notes is no matter of the database.
    fn sorted_read(&self, error: rusqlite::Error) -> StoreError {
        let sorted = StoreError::from_sqlite(error, &self.path);
        if let Some(fault @ Fault::Failed { .. }) = Fault::of(&sorted) {
            self.faults.tell(fault);
        }
        sorted
    }

    /// The writer; a panic while it was held leaves at most an open transaction, which the next `BEGIN` would refuse.
    fn writer(&self) -> StoreResult<MutexGuard<'_, Connection>> {
        let writer = self.writer.as_ref().ok_or(StoreError::ReadOnly)?;
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs a step of one log that answers where the log ended before; takes it back unless that is where it should.
    fn in_step(
        &self,
        origin: &str,
        expected: LogEnd,
        step: impl FnOnce(&Connection) -> rusqlite::Result<LogEnd>,
    ) -> StoreResult<()> {
        let mut writer = self.writer()?;
        let transaction = writer
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(|error| self.sorted(error))?;
        let found = step(&transaction).map_err(|error| self.sorted(error))?;
        if found != expected {
            return Err(StoreError::Conflict {
                origin: origin.to_owned(),
                expected,
                found,
            });
        }
        transaction.commit().map_err(|error| self.sorted(error))
    }

    fn cut_back(&self, statement: &str, cut: &Retraction<'_>) -> StoreResult<bool> {
        let Retraction { origin, from, to } = cut;
        let (was, is) = (to_i64(from.0)?, to_i64(to.0)?);
        let changed = self.writer()?.execute(
            statement,
            params![origin, was, from.1.as_slice(), is, to.1.as_slice()],
        );
        Ok(changed.map_err(|error| self.sorted(error))? == 1)
    }

    pub(crate) fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> StoreResult<T> {
        let mut free = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let reader = loop {
            if let Some(reader) = free.pop() {
                break reader;
            }
            free = self
                .reader_free
                .wait(free)
                .unwrap_or_else(PoisonError::into_inner);
        };
        drop(free);
        let answer = query(&reader);
        self.readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(reader);
        self.reader_free.notify_one();
        answer.map_err(|error| self.sorted_read(error))
    }
}

impl Store for SqliteStore {
    fn heads(&self) -> StoreResult<Vec<Head>> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT origin, size, root, checkpoint FROM log
                 WHERE size > 0 OR checkpoint <> x'' ORDER BY origin",
            )?;
            statement.query_map([], head_of)?.collect()
        })
    }

    fn head(&self, origin: &str) -> StoreResult<Option<Head>> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT origin, size, root, checkpoint FROM log
                 WHERE origin = ?1 AND (size > 0 OR checkpoint <> x'')",
            )?
            .query_row([origin], head_of)
            .optional()
        })
    }

    fn commit(&self, batch: &Batch<'_>) -> StoreResult<()> {
        to_i64(batch.expected_size + batch.entries.len() as u64)?;
        self.in_step(batch.origin, batch.expected(), |db| ahead::commit(db, batch))
    }

    fn stage(&self, part: &Staged<'_>) -> StoreResult<()> {
        to_i64(part.expected_next + part.entries.len() as u64)?;
        self.in_step(part.origin, part.expected(), |db| ahead::stage(db, part))
    }

    fn retract(&self, cut: &Retraction<'_>) -> StoreResult<bool> {
        self.cut_back(
            "UPDATE log SET size = ?4, root = ?5, checkpoint = x'', pending = NULL
             WHERE origin = ?1 AND size = ?2 AND root = ?3",
            cut,
        )
    }

    fn retract_cosigned(&self, cut: &Retraction<'_>) -> StoreResult<bool> {
        self.cut_back(
            "UPDATE cosigned SET size = ?4, root = ?5, note = '' WHERE origin = ?1 AND size = ?2 AND root = ?3",
            cut,
        )
    }

    fn staged(&self, origin: &str) -> StoreResult<Option<Ahead>> {
        self.read(|db| ahead::read(db, origin))
    }

    fn unstage(&self, origin: &str) -> StoreResult<()> {
        loop {
            let mut writer = self.writer()?;
            let transaction = writer
                .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
                .map_err(|error| self.sorted(error))?;
            let done = ahead::forget_some(&transaction, origin).map_err(|error| self.sorted(error))?;
            transaction.commit().map_err(|error| self.sorted(error))?;
            if done {
                return Ok(());
            }
            drop(writer);
            std::thread::sleep(TURN);
        }
    }

    fn staged_tile(&self, origin: &str, level: u8, index: u64) -> StoreResult<Option<Vec<u8>>> {
        let index = to_i64(index)?;
        let row = self.read(|db| ahead::tile(db, origin, level, index))?;
        Ok(row.map(|(hashes, _)| hashes))
    }

    fn entries(&self, origin: &str, from: u64, limit: u32) -> StoreResult<Vec<EntryRecord>> {
        let from = to_i64(from)?;
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT entry.idx, entry.statement, entry.bytes, entry.blob, entry.recorded FROM entry
                 JOIN log USING (log) WHERE log.origin = ?1 AND entry.idx >= ?2 AND entry.idx < log.size
                 ORDER BY entry.idx LIMIT ?3",
            )?;
            statement
                .query_map(params![origin, from, limit], entry_of)?
                .collect()
        })
    }

    fn find(&self, statement: &[u8; 32]) -> StoreResult<Vec<Place>> {
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT log.origin, entry.idx, entry.statement FROM entry JOIN log USING (log)
                 WHERE entry.statement = ?1 AND entry.idx < log.size ORDER BY log.origin",
            )?;
            query.query_map([statement.as_slice()], place_of)?.collect()
        })
    }

    fn find_in(&self, origin: &str, statements: &[&[u8; 32]]) -> StoreResult<Vec<Option<u64>>> {
        self.read(|db| {
            // One read transaction: each of its own would take and give back its locks.
            let transaction = db.unchecked_transaction()?;
            let log: Option<i64> = transaction
                .prepare_cached("SELECT log FROM log WHERE origin = ?1")?
                .query_row([origin], |row| row.get(0))
                .optional()?;
            let mut query =
                transaction.prepare_cached("SELECT idx FROM entry WHERE statement = ?1 AND log = ?2")?;
            let mut find = |statement: &&[u8; 32]| {
                let index: Option<i64> = query
                    .query_row(params![statement.as_slice(), log], |row| row.get(0))
                    .optional()?;
                Ok(index.map(i64::unsigned_abs))
            };
            statements.iter().map(&mut find).collect()
        })
    }

    fn tile(&self, origin: &str, level: u8, index: u64) -> StoreResult<Option<Vec<u8>>> {
        let at = to_i64(index)?;
        let row = self.read(|db| ahead::tile(db, origin, level, at))?;
        Ok(row.and_then(|(hashes, size)| ahead::cut_tile(hashes, level, index, size)))
    }

    fn put_blob(&self, digest: &[u8; 32], bytes: &[u8]) -> StoreResult<()> {
        let writer = self.writer()?;
        let mut insert = writer
            .prepare_cached("INSERT INTO blob (digest, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
            .map_err(|error| self.sorted(error))?;
        insert
            .execute(params![digest.as_slice(), bytes])
            .map_err(|error| self.sorted(error))?;
        Ok(())
    }

    fn blob(&self, digest: &[u8; 32]) -> StoreResult<Option<Vec<u8>>> {
        self.read(|db| {
            db.prepare_cached("SELECT bytes FROM blob WHERE digest = ?1")?
                .query_row([digest.as_slice()], |row| row.get(0))
                .optional()
        })
    }

    fn carriers(&self, origin: &str, digest: &[u8; 32], limit: u32) -> StoreResult<Vec<EntryRecord>> {
        self.read(|db| {
            // By this index: for the order alone the whole log would be walked.
            let mut query = db.prepare_cached(
                "SELECT entry.idx, entry.statement, entry.bytes, entry.blob, entry.recorded
                 FROM entry INDEXED BY entry_blob
                 JOIN log USING (log) WHERE entry.blob = ?2 AND log.origin = ?1 AND entry.idx < log.size
                 ORDER BY entry.idx LIMIT ?3",
            )?;
            query
                .query_map(params![origin, digest.as_slice(), limit], entry_of)?
                .collect()
        })
    }

    fn delete_blob(&self, digest: &[u8; 32]) -> StoreResult<()> {
        let writer = self.writer()?;
        writer
            .execute("DELETE FROM blob WHERE digest = ?1", [digest.as_slice()])
            .map_err(|error| self.sorted(error))?;
        Ok(())
    }

    fn missing_blobs(&self, origin: Option<&str>, limit: u32) -> StoreResult<Vec<([u8; 32], Place)>> {
        self.read(|db| {
            // By this index: otherwise every log would be walked up to its head.
            let mut query = db.prepare_cached(
                "SELECT log.origin, entry.idx, entry.statement, entry.blob
                 FROM entry INDEXED BY entry_blob JOIN log USING (log)
                 WHERE entry.blob IS NOT NULL AND entry.idx < log.size AND (?2 IS NULL OR log.origin = ?2)
                   AND NOT EXISTS (SELECT 1 FROM blob WHERE blob.digest = entry.blob)
                 ORDER BY log.origin, entry.idx LIMIT ?1",
            )?;
            query
                .query_map(params![limit, origin], |row| Ok((row.get(3)?, place_of(row)?)))?
                .collect()
        })
    }

    fn sweep_blobs(&self) -> StoreResult<u64> {
        let writer = self.writer()?;
        let swept = writer
            .execute(
                "DELETE FROM blob WHERE NOT EXISTS (SELECT 1 FROM entry WHERE entry.blob = blob.digest)",
                [],
            )
            .map_err(|error| self.sorted(error))?;
        Ok(swept as u64)
    }

    fn refresh_checkpoint(
        &self,
        origin: &str,
        size: u64,
        root: &[u8; 32],
        checkpoint: &[u8],
    ) -> StoreResult<()> {
        let size = to_i64(size)?;
        self.writer()?
            .execute(
                "UPDATE log SET checkpoint = ?4 WHERE origin = ?1 AND size = ?2 AND root = ?3",
                params![origin, size, root.as_slice(), checkpoint],
            )
            .map_err(|error| self.sorted(error))?;
        Ok(())
    }

    fn cosigned(&self, origin: &str) -> StoreResult<Option<Cosigned>> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT origin, size, root, unix_seconds, note FROM cosigned WHERE origin = ?1",
            )?
            .query_row([origin], cosigned_of)
            .optional()
        })
    }

    fn put_cosigned(&self, replaces: Option<(u64, [u8; 32])>, new: &Cosigned) -> StoreResult<bool> {
        let row = (to_i64(new.size)?, to_i64(new.unix_seconds)?);
        let note = new.note.as_deref().unwrap_or_default();
        let writer = self.writer()?;
        let changed = match replaces {
            None => writer.execute(
                "INSERT INTO cosigned (origin, size, root, unix_seconds, note) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO NOTHING",
                params![new.origin, row.0, new.root.as_slice(), row.1, note],
            ),
            Some((size, root)) => writer.execute(
                "UPDATE cosigned SET size = ?2, root = ?3, unix_seconds = ?4, note = ?5
                 WHERE origin = ?1 AND size = ?6 AND root = ?7",
                params![
                    new.origin,
                    row.0,
                    new.root.as_slice(),
                    row.1,
                    note,
                    to_i64(size)?,
                    root.as_slice()
                ],
            ),
        };
        Ok(changed.map_err(|error| self.sorted(error))? == 1)
    }

    fn published(&self, origin: &str, grade: Grade) -> StoreResult<Option<Published>> {
        self.read(|db| {
            db.prepare_cached("SELECT size, note FROM published WHERE origin = ?1 AND grade = ?2")?
                .query_row([origin, grade.as_str()], published_of)
                .optional()
        })
    }

    fn put_published(&self, origin: &str, grade: Grade, new: &Published) -> StoreResult<()> {
        let size = to_i64(new.size)?;
        self.writer()?
            .execute(
                "INSERT INTO published (origin, grade, size, note) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET size = excluded.size, note = excluded.note WHERE excluded.size >= size",
                params![origin, grade.as_str(), size, new.note],
            )
            .map_err(|error| self.sorted(error))?;
        Ok(())
    }

    fn put_evidence(&self, new: &EvidenceRecord) -> StoreResult<bool> {
        let written = self.writer()?.execute(
            "INSERT INTO evidence (digest, origin, bytes, found_ms) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            params![new.digest.as_slice(), new.origin, new.bytes, new.found_ms],
        );
        Ok(written.map_err(|error| self.sorted(error))? == 1)
    }

    fn evidence(&self, origin: &str, limit: u32) -> StoreResult<Vec<EvidenceRecord>> {
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT digest, origin, bytes, found_ms FROM evidence WHERE origin = ?1
                 ORDER BY found_ms, digest LIMIT ?2",
            )?;
            query.query_map(params![origin, limit], evidence_of)?.collect()
        })
    }

    fn free_bytes(&self) -> StoreResult<u64> {
        let disk = rustix::fs::statvfs(&self.path).map_err(|source| StoreError::Folder {
            path: self.path.clone(),
            source: source.into(),
        })?;
        let on_disk = disk.f_bavail.saturating_mul(disk.f_frsize);
        let Some(most) = self.size_pages_max else {
            return Ok(on_disk);
        };
        let (used, page_bytes): (u64, u64) = self.read(|db| {
            db.prepare_cached(
                "SELECT page_count - freelist_count, page_size
                 FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
            )?
            .query_row([], |row| {
                let unsigned = |column| row.get(column).map(i64::unsigned_abs);
                Ok((unsigned(0)?, unsigned(1)?))
            })
        })?;
        let in_file = u64::from(most).saturating_sub(used).saturating_mul(page_bytes);
        Ok(on_disk.min(in_file))
    }

    fn on_fault(&self, listener: FaultListener) {
        self.faults.listen(listener);
    }
}

pub(crate) fn to_i64(value: u64) -> StoreResult<i64> {
    i64::try_from(value).map_err(|_| StoreError::Range { value })
}

fn head_of(row: &Row<'_>) -> rusqlite::Result<Head> {
    Ok(Head {
        origin: row.get(0)?,
        size: row.get::<_, i64>(1)?.unsigned_abs(),
        root: row.get(2)?,
        checkpoint: Some(row.get(3)?).filter(|note: &Vec<u8>| !note.is_empty()),
    })
}

fn cosigned_of(row: &Row<'_>) -> rusqlite::Result<Cosigned> {
    Ok(Cosigned {
        origin: row.get(0)?,
        size: row.get::<_, i64>(1)?.unsigned_abs(),
        root: row.get(2)?,
        unix_seconds: row.get::<_, i64>(3)?.unsigned_abs(),
        note: Some(row.get(4)?).filter(|note: &String| !note.is_empty()),
    })
}

fn published_of(row: &Row<'_>) -> rusqlite::Result<Published> {
    Ok(Published {
        size: row.get::<_, i64>(0)?.unsigned_abs(),
        note: row.get(1)?,
    })
}

fn entry_of(row: &Row<'_>) -> rusqlite::Result<EntryRecord> {
    Ok(EntryRecord {
        index: row.get::<_, i64>(0)?.unsigned_abs(),
        statement: row.get(1)?,
        bytes: row.get(2)?,
        blob: row.get(3)?,
        recorded_ms: row.get(4)?,
    })
}

fn evidence_of(row: &Row<'_>) -> rusqlite::Result<EvidenceRecord> {
    Ok(EvidenceRecord {
        digest: row.get(0)?,
        origin: row.get(1)?,
        bytes: row.get(2)?,
        found_ms: row.get(3)?,
    })
}

fn place_of(row: &Row<'_>) -> rusqlite::Result<Place> {
    Ok(Place {
        origin: row.get(0)?,
        index: row.get::<_, i64>(1)?.unsigned_abs(),
        statement: row.get(2)?,
    })
}
