//! What can go wrong with storage.

use std::path::PathBuf;

use crate::LogEnd;

/// A storage error: one variant a cause, with what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process holds the folder.
    #[error("folder `{}` is in use by another didymium process: stop it first, or name another folder", dir.display())]
    FolderInUse {
        /// The folder.
        dir: PathBuf,
    },
    /// The folder or a file in it cannot be used.
    #[error("cannot use `{}`", path.display())]
    Folder {
        /// Path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// No room on the disk.
    #[error("the disk is full: nothing of the last step was written; free some room and start again")]
    DiskFull,
    /// The disk failed: the system said so when the database was read or written.
    #[error(
        "the disk failed under database `{}`: look at the disk, then start again, which checks what is there",
        path.display()
    )]
    DiskFailed {
        /// Path.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The database file is damaged or cut short.
    #[error("database `{}` is damaged ({reason}): restore it from a backup or fetch the log again from a mirror", path.display())]
    Damaged {
        /// Path.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The database was written by newer software.
    #[error(
        "database has schema {found}, this software knows up to {known}: use the newer didymium that wrote it"
    )]
    TooNew {
        /// Schema of the file.
        found: u32,
        /// Newest schema known.
        known: u32,
    },
    /// The database was written by older software, and is opened to be read only.
    #[error(
        "database has schema {found}, this software reads {known}: start the node once (`didymium serve`), which brings it up to date"
    )]
    TooOld {
        /// Schema of the file.
        found: u32,
        /// The schema that is read.
        known: u32,
    },
    /// There is no database.
    #[error("there is no database `{}`: name a node's folder", path.display())]
    NoDatabase {
        /// Path.
        path: PathBuf,
    },
    /// The store was opened to be read only.
    #[error("the store was opened to be read only: nothing was written")]
    ReadOnly,
    /// The log moved on since the caller looked, or was put back to another history.
    #[error(
        "log `{origin}` stands at {found}, expected {expected}: somebody else wrote to it or put it back; start the node again, \
         which checks what is there"
    )]
    Conflict {
        /// Origin.
        origin: String,
        /// Where the caller took it to end.
        expected: LogEnd,
        /// Where it ends.
        found: LogEnd,
    },
    /// A number out of range.
    #[error("number {value} does not fit the database")]
    Range {
        /// The number.
        value: u64,
    },
    /// Anything else from SQLite.
    #[error("database error")]
    Sqlite(#[source] rusqlite::Error),
}

impl StoreError {
    /// Sorts an SQLite error into its cause.
    pub(crate) fn from_sqlite(error: rusqlite::Error, path: &std::path::Path) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, DiskFull, NotADatabase, SystemIoFailure};
        // A reader needs a few KiB of shared memory beside the file; where they do not fit, the disk is full.
        let no_room_beside = error
            .sqlite_error()
            .is_some_and(|e| e.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE);
        if no_room_beside {
            return Self::DiskFull;
        }
        match error.sqlite_error_code() {
            Some(DiskFull) => Self::DiskFull,
            Some(SystemIoFailure) => Self::DiskFailed {
                path: path.to_owned(),
                source: error,
            },
            Some(DatabaseCorrupt | NotADatabase) => Self::Damaged {
                path: path.to_owned(),
                reason: error.to_string(),
            },
            _ => Self::Sqlite(error),
        }
    }
}
