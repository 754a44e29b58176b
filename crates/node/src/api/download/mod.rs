//! Any view as a file: a flat table of named, typed columns, written as CSV or Parquet.
//!
//! Every row of published figures carries its unit, substance and basis, what the figure rests on, and the edition with its licence:
//! what is cut out of a file can still be read and credited. (Estimates, draws and what-ifs of a balance rest on all reports of its
//! family, and have no edition of their own: the reports have a file, with theirs.) A view of several lists is one table, whose rows
//! say of which list they are. A further view needs a function in a module of its own, and the parameter `format` in its handler.

mod answer;
mod composition;
mod contradictions;
mod countries;
mod country;
mod credits;
mod csv;
mod draws;
mod estimates;
#[cfg(test)]
pub(super) mod example;
mod flows;
mod indicators;
mod map;
mod notices;
mod overview;
mod parquet;
mod prices;
mod provenance;
mod revised;
mod shown;
mod sites;
mod sources;
mod statements;
mod table;
mod tables;
mod weights;
mod what_if;

use std::str::FromStr;

use didymium_twin::balance::BalanceError;
use didymium_twin::reconcile::NormalsMissing;

pub(crate) use answer::{asked, asked_alone, describe, whole};
pub use composition::composition;
pub use contradictions::{contradictions, contradictions_of};
pub use countries::countries;
pub use country::country;
pub use draws::{DRAWS_MAX, DrawsQuery, SEED_MAX, draws, draws_of};
pub use estimates::{EstimatesQuery, estimates, reconciled, reconciled_line};
pub use flows::flows;
pub use indicators::indicators;
pub use map::map;
pub use notices::notices;
pub use overview::overview;
pub use prices::prices;
pub use provenance::provenance;
pub use revised::vintage_series;
pub use sites::{site, sites};
pub use sources::sources;
pub use statements::statements;
pub use table::{Columns, Table};
pub use tables::{balance, observations, series, vintages};
pub use weights::weights;
pub use what_if::what_if;

use super::views::Lens;
use crate::NodeError;

/// Most rows of a file.
pub const ROWS_MAX: usize = 100_000;

/// Why there is no answer to a question that could have one.
pub(crate) const NOTHING: &str = "nothing is known of that series, line, place or period";

/// Longest name of a file in bytes, without its ending.
const NAME_BYTES_MAX: usize = 120;

/// Hexadecimal digits of the cut in a file's name.
const CUT_DIGITS: usize = 8;

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180, UTF-8, with a header.
    Csv,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// Ending of a file's name, and the value of the parameter `format`.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }

    /// Media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

impl FromStr for Format {
    type Err = DownloadError;

    fn from_str(text: &str) -> Result<Self, DownloadError> {
        [Self::Csv, Self::Parquet]
            .into_iter()
            .find(|format| format.ending() == text)
            .ok_or(DownloadError::Format)
    }
}

/// Why a view cannot be had as a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// No form of file.
    #[error("must be `csv` or `parquet`, or `json` for no file")]
    Format,
    /// More rows than a file may have.
    #[error(
        "{rows} rows match, a file holds at most {ROWS_MAX}: name a measure, a commodity, a stage, an area or a period"
    )]
    TooLong {
        /// How many rows match.
        rows: u64,
    },
    /// Something is asked of a balance that it has not.
    #[error("{parameter} `{value}` is none of {known}")]
    NotInBalance {
        /// What was asked by.
        parameter: &'static str,
        /// What it said.
        value: String,
        /// What it may say.
        known: String,
    },
    /// No such number of draws.
    #[error("must be a whole number from 1 to {DRAWS_MAX}")]
    Draws,
    /// No such seed.
    #[error("must be a whole number from 0 to {SEED_MAX}")]
    Seed,
    /// More draws than a file may hold rows of.
    #[error(
        "each draw has {places} places and a file holds at most {ROWS_MAX} rows: ask for {most} draws at most"
    )]
    TooManyDraws {
        /// Places of each draw.
        places: usize,
        /// Draws that a file holds.
        most: usize,
    },
    /// The draws ran out of numbers.
    #[error(transparent)]
    Normals(#[from] NormalsMissing),
    /// Nothing matches.
    #[error("{NOTHING}")]
    Nothing,
    /// No such commodity.
    #[error("no commodity `{0}` here")]
    NoCommodity(String),
    /// There is no such thing.
    #[error("no {what} `{key}` here")]
    NotHere {
        /// What was asked for.
        what: &'static str,
        /// Its name.
        key: String,
    },
    /// A log that is to be written cannot be read.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// There is no balance to write.
    #[error(transparent)]
    Balance(#[from] BalanceError),
    /// CSV could not be written.
    #[error("the table could not be written as CSV")]
    Csv(#[from] ::csv::Error),
    /// Parquet could not be written.
    #[error("the table could not be written as Parquet")]
    Parquet(#[from] ::parquet::errors::ParquetError),
    /// The table has fewer columns than its schema.
    #[error("the table has fewer columns than its schema")]
    Columns,
}

impl DownloadError {
    fn not_here(what: &'static str, key: &str) -> Self {
        Self::NotHere {
            what,
            key: key.to_owned(),
        }
    }
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name, which says what of which state it holds.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Writes a table as a file.
///
/// # Errors
/// [`DownloadError::TooLong`]; [`DownloadError::Csv`], [`DownloadError::Parquet`].
pub fn file(lens: Lens<'_>, table: &Table<'_>, format: Format) -> Result<File, DownloadError> {
    check_length(table.rows)?;
    let bytes = match format {
        Format::Csv => csv::write(table)?,
        Format::Parquet => parquet::write(table, &about(lens))?,
    };
    Ok(File {
        name: file_name(lens, table, format),
        bytes,
    })
}

/// Refuses more rows than a file may have; a view that may be long asks before it puts them together.
///
/// # Errors
/// [`DownloadError::TooLong`].
const fn check_length(rows: usize) -> Result<(), DownloadError> {
    if rows > ROWS_MAX {
        return Err(DownloadError::TooLong { rows: rows as u64 });
    }
    Ok(())
}

/// A part of a file's name; empty where nothing is said.
fn one(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

/// What a file says of itself: which state of the twin it was taken from.
fn about(lens: Lens<'_>) -> Vec<(&'static str, String)> {
    let cut = lens.twin.cut();
    let sizes: Vec<String> = cut
        .sizes
        .iter()
        .map(|(member, size)| format!("{member}:{size}"))
        .collect();
    let digest = lens
        .twin
        .digest()
        .map(|digest| ("didymium.digest", digest.to_string()));
    let published = lens.twin.published_by();
    let published = published.map(|day| ("didymium.published_by", day.to_string()));
    [
        ("didymium.cut", cut.id().to_string()),
        ("didymium.sizes", sizes.join(",")),
    ]
    .into_iter()
    .chain(digest)
    .chain(published)
    .collect()
}

/// `didymium-balance-production-rare_earths-2023-cut-1a2b3c4d.csv`: letters, digits, `_`, `.` and `-` alone.
fn file_name(lens: Lens<'_>, table: &Table<'_>, format: Format) -> String {
    let mut name = "didymium".to_owned();
    for part in &table.name {
        name.push('-');
        name.extend(part.chars().map(plain));
    }
    name.truncate(NAME_BYTES_MAX);
    if let Some(day) = lens.twin.published_by() {
        name.push_str(&format!("-published-by-{day}"));
    }
    let cut = lens.twin.cut().id().to_string();
    let cut = cut.get(..CUT_DIGITS).unwrap_or(&cut);
    format!("{name}-cut-{cut}.{}", format.ending())
}

const fn plain(character: char) -> char {
    match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '.' | '-' => character,
        _ => '_',
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use didymium_statement::Digest;
    use didymium_twin::{Cut, RULES_VERSION, TwinBuilder};
    use didymium_vocabulary::Vocabulary;

    use super::*;

    #[test]
    fn a_file_is_never_cut_short_and_its_name_is_plain() {
        let cut = Cut {
            charter: Digest::of(b"charter"),
            sizes: BTreeMap::new(),
            vocabulary: Digest::of(b"vocabulary"),
            rules: RULES_VERSION,
        };
        let twin = TwinBuilder::new(Vocabulary::embedded()).finish(cut);
        let lens = Lens { twin: &twin };
        let written = |rows: usize| {
            let rows = vec![(); rows];
            let table = Columns::over(&rows).flag("flag", |()| Some(true));
            file(lens, &table.table(&["a view", "", "sub\r\nject\""]), Format::Csv)
        };
        assert!(matches!(
            written(ROWS_MAX + 1),
            Err(DownloadError::TooLong { rows }) if rows == ROWS_MAX as u64 + 1
        ));
        let file = written(ROWS_MAX).unwrap();
        assert_eq!(file.bytes.split(|byte| *byte == b'\n').count(), ROWS_MAX + 2);
        let cut = twin.cut().id().to_string();
        assert_eq!(
            file.name,
            format!("didymium-a_view-sub__ject_-cut-{}.csv", &cut[..8])
        );
    }
}
