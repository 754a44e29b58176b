//! Reading a log whole, as an audit does: every row once, nothing copied, in the order of the index asked for.

use rusqlite::{OptionalExtension as _, params};

use crate::sqlite::to_i64;
use crate::{SqliteStore, StoreResult};

/// An entry as it lies in the database; what borrows from it is gone with the next row.
#[derive(Debug, Clone, Copy)]
pub struct ScannedEntry<'a> {
    /// Index in its log.
    pub index: u64,
    /// Number of the row, by which the deduplication index names it.
    pub row: i64,
    /// The deduplication key as stored: what should be the SHA-256 of `bytes`.
    pub statement: &'a [u8],
    /// The statement.
    pub bytes: &'a [u8],
    /// Digest of its blob as stored, if any.
    pub blob: Option<&'a [u8]>,
    /// Recorded time, milliseconds since the Unix epoch.
    pub recorded_ms: i64,
}

impl SqliteStore {
    /// Visits the entries of a log with indexes from `from` to before `to` that are there, in order.
    ///
    /// # Errors
    /// Any storage error, as for every method here.
    pub fn scan_entries(
        &self,
        origin: &str,
        from: u64,
        to: u64,
        visit: &mut dyn FnMut(ScannedEntry<'_>),
    ) -> StoreResult<()> {
        let (from, to) = (to_i64(from)?, to_i64(to)?);
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT idx, rowid, statement, bytes, blob, recorded FROM entry
                 WHERE log = (SELECT log FROM log WHERE origin = ?1) AND idx >= ?2 AND idx < ?3 ORDER BY idx",
            )?;
            let mut rows = query.query(params![origin, from, to])?;
            while let Some(row) = rows.next()? {
                visit(ScannedEntry {
                    index: row.get::<_, i64>(0)?.unsigned_abs(),
                    row: row.get(1)?,
                    statement: row.get_ref(2)?.as_blob()?,
                    bytes: row.get_ref(3)?.as_blob()?,
                    blob: row.get_ref(4)?.as_blob_or_null()?,
                    recorded_ms: row.get(5)?,
                });
            }
            Ok(())
        })
    }

    /// Visits what the deduplication index holds of a log, keys ascending, each with the number of its row. Says
    /// whether there is such an index at all.
    pub fn scan_statements(&self, origin: &str, visit: &mut dyn FnMut(&[u8], i64)) -> StoreResult<bool> {
        self.read(|db| {
            let there: Option<i64> = db
                .query_row(
                    "SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = 'entry_statement'",
                    [],
                    |row| row.get(0),
                )
                .optional()?;
            if there.is_none() {
                return Ok(false);
            }
            let mut query = db.prepare_cached(
                "SELECT statement, rowid FROM entry INDEXED BY entry_statement
                 WHERE log = (SELECT log FROM log WHERE origin = ?1) ORDER BY statement",
            )?;
            let mut rows = query.query([origin])?;
            while let Some(row) = rows.next()? {
                visit(row.get_ref(0)?.as_blob()?, row.get(1)?);
            }
            Ok(true)
        })
    }

    /// Index in its log of the entry in a row.
    pub fn index_of_row(&self, row: i64) -> StoreResult<Option<u64>> {
        self.read(|db| {
            db.prepare_cached("SELECT idx FROM entry WHERE rowid = ?1")?
                .query_row([row], |row| row.get::<_, i64>(0).map(i64::unsigned_abs))
                .optional()
        })
    }
}
