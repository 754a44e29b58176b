//! Connections to the database: opening, settings, migrations, and the check of a file that may be cut short.

use std::cmp::Ordering;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::{StoreError, StoreResult};

/// Forward migrations; the file's `user_version` says how many have run.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_first.sql"),
    include_str!("../migrations/0002_witness.sql"),
    include_str!("../migrations/0003_evidence.sql"),
    include_str!("../migrations/0004_ahead.sql"),
];

/// How long a reader waits for a checkpointing writer before it gives up.
const BUSY_WAIT: Duration = Duration::from_secs(10);

/// Pages in the WAL before it is folded into the file: 32 MiB. The index of statements is written all over, so the longer
/// the WAL, the more often a page is folded in once for many writes; a start after a crash reads all of it.
const WAL_PAGES: u32 = 8_192;

/// Files up to this size are checked whole at every start; larger ones by their header and the tail of their logs.
const FULL_CHECK_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Opens the writer: creates or migrates the file.
pub(crate) fn writer(path: &Path, size_pages_max: Option<u32>) -> StoreResult<Connection> {
    let sorted = |error| StoreError::from_sqlite(error, path);
    let connection = Connection::open(path).map_err(sorted)?;
    settings(&connection).map_err(sorted)?;
    if let Some(pages) = size_pages_max {
        connection
            .pragma_update(None, "max_page_count", pages)
            .map_err(sorted)?;
    }
    check(&connection, path)?;
    migrate(&connection, path)?;
    Ok(connection)
}

/// Opens a reader.
pub(crate) fn reader(path: &Path) -> StoreResult<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let sorted = |error| StoreError::from_sqlite(error, path);
    let connection = Connection::open_with_flags(path, flags).map_err(sorted)?;
    connection.busy_timeout(BUSY_WAIT).map_err(sorted)?;
    stable_plans(&connection).map_err(sorted)?;
    Ok(connection)
}

/// Opens a reader of a store that nobody may be writing to: its schema must be the one that this software knows.
pub(crate) fn lone_reader(path: &Path) -> StoreResult<Connection> {
    let connection = reader(path)?;
    let sorted = |error| StoreError::from_sqlite(error, path);
    let found = match schema(&connection) {
        // Where nothing may be written beside the file, it is read as what it is: a file that does not change.
        Err(error) if cannot_open(&error) && !path.with_extension("db-wal").exists() => {
            let connection = unchanging_reader(path).map_err(sorted)?;
            let found = schema(&connection).map_err(sorted)?;
            return known_schema(found).map(|()| connection);
        }
        found => found.map_err(sorted)?,
    };
    known_schema(found).map(|()| connection)
}

/// Opens a reader of a file that does not change, and beside which nothing is written.
fn unchanging_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(format!("file:{}?immutable=1", uri_path(path)), flags)?;
    stable_plans(&connection)?;
    Ok(connection)
}

fn cannot_open(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{CannotOpen, ReadOnly};
    matches!(error.sqlite_error_code(), Some(CannotOpen | ReadOnly))
}

/// A path as it stands in an SQLite URI.
fn uri_path(path: &Path) -> String {
    let text = path.to_string_lossy();
    text.replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}

fn schema(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn known_schema(found: u32) -> StoreResult<()> {
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    match found.cmp(&known) {
        Ordering::Less => Err(StoreError::TooOld { found, known }),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(StoreError::TooNew { found, known }),
    }
}

fn settings(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_WAIT)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    stable_plans(connection)
}

/// Plans a statement once and not again whenever other values are bound: each query here has one right index (named, where
/// SQLite would take another), and planning took longer than answering.
fn stable_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map(drop)
}

fn check(connection: &Connection, path: &Path) -> StoreResult<()> {
    let sorted = |error| StoreError::from_sqlite(error, path);
    let file_bytes = std::fs::metadata(path).map_or(0, |meta| meta.len());
    if file_bytes > FULL_CHECK_BYTES_MAX {
        return Ok(());
    }
    let verdict: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(sorted)?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(StoreError::Damaged {
            path: path.to_owned(),
            reason: verdict,
        })
    }
}

fn migrate(connection: &Connection, path: &Path) -> StoreResult<()> {
    let sorted = |error| StoreError::from_sqlite(error, path);
    let done = schema(connection).map_err(sorted)?;
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    if done > known {
        return Err(StoreError::TooNew { found: done, known });
    }
    for (number, sql) in (1..).zip(MIGRATIONS).skip(done as usize) {
        let script = format!("BEGIN IMMEDIATE; {sql}; PRAGMA user_version = {number}; COMMIT;");
        connection.execute_batch(&script).map_err(|error| {
            let _ = connection.execute_batch("ROLLBACK");
            sorted(error)
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_connection_plans_a_statement_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("node.db");
        let writer = writer(&path, None).unwrap();
        let others = [reader(&path), lone_reader(&path)].map(Result::unwrap);
        let unchanging = unchanging_reader(&path).unwrap();
        for connection in [&writer, &others[0], &others[1], &unchanging] {
            assert!(
                connection
                    .db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG)
                    .unwrap()
            );
        }
        assert!(writer.is_readonly("main").is_ok_and(|only| !only));
        assert!(unchanging.is_readonly("main").unwrap());
    }
}
