//! Fact tables become statements: strictly, in bounded memory, and all of a file or nothing of it.
//!
//! A file is read once. Every row is parsed by the statement crate's own parsers, so that what is imported here is what
//! a reader elsewhere accepts. Rows of a `statistic` are gathered by source into chunks; a full chunk is signed at once
//! and its payload put into the store as a blob, so memory holds statements, not rows. Nothing is logged until the last
//! row has passed; a blob left behind by a refusal or a crash is named by no entry and is swept.
//!
//! The same file makes the same statements (Ed25519 is deterministic, and so is the chunking), so importing it twice
//! logs nothing new.

mod embedded;
mod figures;
mod lines;
mod load;
mod manifest;
mod notice;
mod problem;
mod registered;
mod site;
mod site_cells;
mod sources;
mod speaker;
mod statistic;
mod table;
mod totals;
mod unusable;

use std::io::Read;

use didymium_statement::{Statement, StatementError, StatementSigner};
use didymium_store::{Store, StoreError};
use didymium_vocabulary::Vocabulary;
use serde::{Deserialize, Serialize};

pub use embedded::DataSource;
pub use lines::{RECORD_BYTES_MAX, RECORD_CELLS_MAX};
pub use load::{Loaded, TableJob};
pub use manifest::{Manifest, ManifestEntry};
pub use problem::{PROBLEMS_MAX, Problem, Refusal};
pub use registered::Registered;
pub use sources::{SOURCES_MAX, Sources};
pub use statistic::{BUFFERED_ROWS_MAX, CHUNK_BYTES_MAX, CHUNK_ROWS_MAX};
pub use unusable::{LOOKED_AT_ROWS_MAX, UNUSABLE_MAX, Unusable, Unused, unused};

use problem::Problems;
use speaker::Speaker;

/// Most rows of one file.
pub const IMPORT_ROWS_MAX: u64 = 5_000_000;

/// Most sites or notices of one file: each is a statement, and statements stay in memory until they are logged.
pub const IMPORT_SUBJECTS_MAX: u64 = 50_000;

/// Rows between two calls of [`Progress::rows`].
const PROGRESS_STEP: u64 = 1_000;

/// Result of an import's step.
pub type ImportResult<T> = Result<T, ImportError>;

/// What the rows of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableKind {
    /// One observation a row.
    Statistic,
    /// One process of a site a row.
    Site,
    /// One event a row.
    Notice,
}

impl TableKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Statistic, Self::Site, Self::Notice];

    /// The name in `tables.csv` and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Statistic => "statistic",
            Self::Site => "site",
            Self::Notice => "notice",
        }
    }

    /// Parses the name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Why a table was not imported. Nothing of it is logged in any of these cases.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Rows break rules: each is told with its line, column and value.
    #[error("{0}")]
    Refused(Refusal),
    /// The file cannot be read.
    #[error("cannot read {file}")]
    Read {
        /// The file.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no such file, in the folder named or among the tables in the binary.
    #[error("there is no table {file} in {place}")]
    NoFile {
        /// The file.
        file: String,
        /// Where it was looked for.
        place: String,
    },
    /// The name of a table cannot stand in a URI.
    #[error(
        "`{name}` cannot name a table: use 1 to 80 lower-case letters, digits, `-` and `_` (rename the file, or name the table)"
    )]
    TableName {
        /// The name.
        name: String,
    },
    /// The storage refused.
    #[error("the store refused the table")]
    Store(#[from] StoreError),
    /// A statement could not be made.
    #[error("no statement could be made of the table")]
    Statement(#[from] StatementError),
    /// The log refused the statements.
    #[error("nothing of the table was logged")]
    Log(#[source] Box<crate::NodeError>),
}

impl From<Refusal> for ImportError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Who says what is imported.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    /// ISO 3166 alpha-3 code of the member.
    pub member: &'a str,
    /// DID of the member.
    pub did: &'a str,
    /// Domain under which its subjects have their URIs.
    pub domain: &'a str,
    /// Its statement key.
    pub signer: &'a StatementSigner,
}

/// Hears how far an import is.
pub trait Progress {
    /// So many rows and bytes of the file are done.
    fn rows(&mut self, rows: u64, bytes: u64);
}

impl Progress for () {
    fn rows(&mut self, _rows: u64, _bytes: u64) {}
}

/// A file that passed: what is to be logged, all or nothing.
#[derive(Debug)]
pub struct Prepared {
    /// Statements that are not yet in the own log, in order. Their blobs are in the store.
    pub statements: Vec<Statement>,
    /// Rows read.
    pub rows: u64,
    /// Statements that the log holds already.
    pub unchanged: u64,
    /// What is loaded all the same, and should be looked at; at most [`PROBLEMS_MAX`].
    pub warnings: Vec<Problem>,
}

/// An importer of tables into one member's log.
#[derive(Clone, Copy)]
pub struct Import<'a> {
    /// Who says it.
    pub author: Author<'a>,
    /// The keys that rows may use.
    pub vocabulary: &'a Vocabulary,
    /// The editions that rows may name.
    pub sources: &'a Sources,
    /// What the logs hold already.
    pub registered: &'a Registered,
    /// Where payloads go.
    pub store: &'a dyn Store,
    /// Why earlier statements about the same subjects are to be superseded; without it they are duplicates.
    pub supersede: Option<&'a str>,
}

impl Import<'_> {
    /// Reads a table of observations, sites or notices; `table` names it in URIs, `file` in problems.
    ///
    /// Nobody else may be putting blobs into the store meanwhile: after a refusal, blobs that no entry names are swept.
    ///
    /// # Errors
    /// [`ImportError::Refused`] with up to [`PROBLEMS_MAX`] problems; or why reading, signing or storing failed.
    pub fn read(
        &self,
        kind: TableKind,
        table: &str,
        file: &str,
        input: impl Read,
        progress: &mut dyn Progress,
    ) -> ImportResult<Prepared> {
        let prepared = self.prepare(kind, table, file, input, progress);
        if prepared.is_err()
            && let Err(error) = self.store.sweep_blobs()
        {
            tracing::warn!(%error, file, "blobs of a refused table stay until the next start");
        }
        prepared
    }

    fn prepare(
        &self,
        kind: TableKind,
        table: &str,
        file: &str,
        input: impl Read,
        progress: &mut dyn Progress,
    ) -> ImportResult<Prepared> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if !(1..=80).contains(&table.len()) || !table.chars().all(fits) {
            return Err(ImportError::TableName {
                name: table.chars().take(100).collect(),
            });
        }
        let mut reading = Reading {
            file,
            problems: Problems::default(),
            warnings: Problems::default(),
            rows: 0,
            progress,
        };
        let mut speaker = Speaker::new(self);
        match kind {
            TableKind::Statistic => statistic::read(self, table, input, &mut reading, &mut speaker)?,
            TableKind::Site => site::read(self, input, &mut reading, &mut speaker)?,
            TableKind::Notice => notice::read(self, input, &mut reading, &mut speaker)?,
        }
        let rows = reading.rows;
        if rows == 0 && reading.problems.is_empty() {
            let reason = "the table has a header and no rows: there is nothing to log. If its figures no longer stand, retract \
                          or supersede what was said; an empty table says nothing about it";
            reading.problems.add(1, None, "", reason);
        }
        let warnings = reading.warnings.told();
        reading.problems.refusal(file)?;
        let (statements, unchanged) = speaker.finish();
        Ok(Prepared {
            statements,
            rows,
            unchanged,
            warnings,
        })
    }
}

/// The state of reading one file.
struct Reading<'p> {
    file: &'p str,
    problems: Problems,
    /// What does not keep the table from being loaded.
    warnings: Problems,
    rows: u64,
    progress: &'p mut dyn Progress,
}

impl Reading<'_> {
    /// Counts a row; false when the file has too many.
    fn count(&mut self, line: u64, bytes: u64, max: u64) -> bool {
        self.rows += 1;
        if self.rows.is_multiple_of(PROGRESS_STEP) {
            self.progress.rows(self.rows, bytes);
        }
        if self.rows > max {
            self.problems.add(
                line,
                None,
                "",
                format!("the file has more than {max} rows; split it"),
            );
        }
        self.rows <= max
    }
}

fn read_error(file: &str) -> impl Fn(std::io::Error) -> ImportError {
    move |source| ImportError::Read {
        file: file.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests;
