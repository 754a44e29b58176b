//! How a log grows: entries go ahead of its head, and the head moves over them.
//!
//! An entry lies ahead of the head if its index is not below the size of the head; so there is no second table to copy
//! from, and to move the head over a million entries is one row.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{Ahead, Batch, LogEnd, NewEntry, Staged, TileRow};

/// Hashes in a full tile (C2SP tlog-tiles).
const TILE_WIDTH: u64 = 256;
/// Bytes of a hash.
const HASH_BYTES: u64 = 32;
/// Levels of tiles in the largest log.
const TILE_LEVELS: u8 = 8;
/// Entries that are forgotten in one transaction.
const FORGOTTEN_AT_ONCE: u64 = 16_384;

/// A log's row, and where the log ends.
struct Standing {
    log: i64,
    size: u64,
    next: u64,
    /// Root of its head, if any entry is under one.
    root: Option<[u8; 32]>,
    pending: Option<Vec<u8>>,
}

impl Standing {
    const fn end(&self) -> LogEnd {
        LogEnd {
            next: self.next,
            root: self.root,
        }
    }
}

impl Batch<'_> {
    pub(crate) const fn expected(&self) -> LogEnd {
        LogEnd {
            next: self.expected_size,
            root: self.expected_root,
        }
    }
}

impl Staged<'_> {
    pub(crate) const fn expected(&self) -> LogEnd {
        LogEnd {
            next: self.expected_next,
            root: self.expected_root,
        }
    }
}

fn standing(db: &Connection, origin: &str) -> rusqlite::Result<Option<Standing>> {
    db.prepare_cached(
        "SELECT log, size, (SELECT max(idx) FROM entry WHERE entry.log = log.log), pending, root
         FROM log WHERE origin = ?1",
    )?
    .query_row([origin], |row| {
        let size = row.get::<_, i64>(1)?.unsigned_abs();
        let last = row.get::<_, Option<i64>>(2)?.map(i64::unsigned_abs);
        let root: [u8; 32] = row.get(4)?;
        Ok(Standing {
            log: row.get(0)?,
            size,
            root: (size > 0).then_some(root),
            next: last.map_or(size, |last| size.max(last + 1)),
            pending: row.get(3)?,
        })
    })
    .optional()
}

/// The same, of a log that may be new.
fn founded(db: &Connection, origin: &str) -> rusqlite::Result<Standing> {
    if let Some(known) = standing(db, origin)? {
        return Ok(known);
    }
    db.prepare_cached("INSERT INTO log (origin, size, root, checkpoint) VALUES (?1, 0, zeroblob(32), x'')")?
        .execute([origin])?;
    Ok(Standing {
        log: db.last_insert_rowid(),
        size: 0,
        next: 0,
        root: None,
        pending: None,
    })
}

/// What waits ahead of the head.
pub(crate) fn read(db: &Connection, origin: &str) -> rusqlite::Result<Option<Ahead>> {
    let waits = standing(db, origin)?.filter(|log| log.next > log.size);
    Ok(waits.map(|log| Ahead {
        size: log.size,
        next: log.next,
        pending: log.pending,
    }))
}

/// Writes the batch and answers where the log ended: the caller commits only if that is where it was expected to.
pub(crate) fn commit(db: &Connection, batch: &Batch<'_>) -> rusqlite::Result<LogEnd> {
    let log = founded(db, batch.origin)?;
    if log.end() != batch.expected() {
        return Ok(log.end());
    }
    insert(db, &log, &batch.entries, &batch.tiles, batch.recorded_ms)?;
    let size = log.next + batch.entries.len() as u64;
    db.prepare_cached("UPDATE log SET size = ?2, root = ?3, checkpoint = ?4, pending = NULL WHERE log = ?1")?
        .execute(params![
            log.log,
            size.cast_signed(),
            batch.root.as_slice(),
            batch.checkpoint.unwrap_or_default()
        ])?;
    Ok(log.end())
}

/// Writes the part and answers where the log ended, as [`commit`] does.
pub(crate) fn stage(db: &Connection, part: &Staged<'_>) -> rusqlite::Result<LogEnd> {
    let log = founded(db, part.origin)?;
    if log.end() != part.expected() {
        return Ok(log.end());
    }
    insert(db, &log, &part.entries, &part.tiles, part.recorded_ms)?;
    db.prepare_cached("UPDATE log SET pending = ?2 WHERE log = ?1")?
        .execute(params![log.log, part.pending])?;
    Ok(log.end())
}

fn insert(
    db: &Connection,
    log: &Standing,
    entries: &[NewEntry<'_>],
    tiles: &[TileRow],
    recorded_ms: i64,
) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached(
        "INSERT INTO entry (log, idx, statement, bytes, recorded, blob) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (index, entry) in (log.next..).zip(entries) {
        insert.execute(params![
            log.log,
            index.cast_signed(),
            entry.statement.as_slice(),
            entry.bytes,
            recorded_ms,
            entry.blob.as_ref().map(<[u8; 32]>::as_slice),
        ])?;
    }
    let mut tile =
        db.prepare_cached("INSERT OR REPLACE INTO tile (log, level, idx, hashes) VALUES (?1, ?2, ?3, ?4)")?;
    for row in tiles {
        tile.execute(params![log.log, row.level, row.index.cast_signed(), row.hashes])?;
    }
    Ok(())
}

/// Forgets the last of what waits ahead of the head, so many entries at most that a step stays short. Says whether nothing
/// waits any more.
pub(crate) fn forget_some(db: &Connection, origin: &str) -> rusqlite::Result<bool> {
    let Some(log) = standing(db, origin)? else {
        return Ok(true);
    };
    let from = log.size.max(log.next.saturating_sub(FORGOTTEN_AT_ONCE));
    db.prepare_cached("DELETE FROM entry WHERE log = ?1 AND idx >= ?2")?
        .execute(params![log.log, from.cast_signed()])?;
    // What is left of the tiles always leads to the entries that are left: wider ones are cut when they are read.
    if from > log.size {
        return Ok(false);
    }
    cut_tiles(db, &log)?;
    db.prepare_cached("UPDATE log SET pending = NULL WHERE log = ?1")?
        .execute([log.log])?;
    db.prepare_cached("DELETE FROM log WHERE log = ?1 AND size = 0 AND checkpoint = x''")?
        .execute([log.log])?;
    Ok(true)
}

/// Cuts the right edge of every level back to the head's tree.
fn cut_tiles(db: &Connection, log: &Standing) -> rusqlite::Result<()> {
    let mut beyond = db.prepare_cached("DELETE FROM tile WHERE log = ?1 AND level = ?2 AND idx >= ?3")?;
    let mut wider = db.prepare_cached(
        "UPDATE tile SET hashes = substr(hashes, 1, ?4) WHERE log = ?1 AND level = ?2 AND idx = ?3",
    )?;
    for level in 0..TILE_LEVELS {
        let hashes = log.size >> (8 * u32::from(level));
        let (tiles, width) = (hashes / TILE_WIDTH, hashes % TILE_WIDTH);
        let first_beyond = tiles + u64::from(width > 0);
        beyond.execute(params![log.log, level, first_beyond.cast_signed()])?;
        if width > 0 {
            let bytes = width * HASH_BYTES;
            wider.execute(params![log.log, level, tiles.cast_signed(), bytes.cast_signed()])?;
        }
    }
    Ok(())
}

/// A tile as it is stored, and the size of the head.
pub(crate) fn tile(
    db: &Connection,
    origin: &str,
    level: u8,
    index: i64,
) -> rusqlite::Result<Option<(Vec<u8>, u64)>> {
    db.prepare_cached(
        "SELECT hashes, size FROM tile JOIN log USING (log) WHERE origin = ?1 AND level = ?2 AND idx = ?3",
    )?
    .query_row(params![origin, level, index], |row| {
        Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
    })
    .optional()
}

/// A stored tile as the tree of `size` entries has it; absent if that tree has nothing of it.
pub(crate) fn cut_tile(mut hashes: Vec<u8>, level: u8, index: u64, size: u64) -> Option<Vec<u8>> {
    let complete = size.checked_shr(8 * u32::from(level)).unwrap_or(0);
    let width = complete
        .saturating_sub(index.saturating_mul(TILE_WIDTH))
        .min(TILE_WIDTH);
    hashes.truncate(usize::try_from(width * HASH_BYTES).unwrap_or(usize::MAX));
    (width > 0).then_some(hashes)
}
