//! `sources.csv`: the editions that the rows of the other tables refer to.

use std::collections::BTreeMap;
use std::io::Read;

use didymium_statement::StatementError;
use didymium_statement::payload::{PublishedBasis, Source};
use jiff::civil::Date;

use super::problem::Problems;
use super::table::{Row, Table};
use super::{ImportError, read_error};

/// Most editions of one `sources.csv`.
pub const SOURCES_MAX: usize = 2_000;

const COLUMNS: [&str; 11] = [
    "source",
    "series",
    "edition",
    "title",
    "publisher",
    "url",
    "licence",
    "attribution",
    "published",
    "published_basis",
    "retrieved",
];

/// The editions, by key.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    by_key: BTreeMap<String, Source>,
}

impl Sources {
    /// Reads a `sources.csv`; `file` is the name that problems are told under.
    ///
    /// # Errors
    /// [`ImportError::Refused`] with every problem, [`ImportError::Read`] if the input cannot be read.
    pub fn read(file: &str, input: impl Read) -> Result<Self, ImportError> {
        let mut problems = Problems::default();
        let mut by_key = BTreeMap::new();
        let table = Table::open(input, COLUMNS, &mut problems).map_err(read_error(file))?;
        if let Some(mut table) = table {
            while let Some(row) = table.next(&mut problems).map_err(read_error(file))? {
                let Some(source) = source_of(&row, &mut problems) else {
                    continue;
                };
                if by_key.len() == SOURCES_MAX {
                    problems.add(
                        row.line(),
                        None,
                        "",
                        format!("the file names more than {SOURCES_MAX} sources"),
                    );
                    break;
                }
                let key = source.source.clone();
                if by_key.insert(key.clone(), source).is_some() {
                    problems.add(row.line(), Some("source"), &key, "is given twice");
                }
            }
        }
        problems.refusal(file)?;
        Ok(Self { by_key })
    }

    /// The edition of that key.
    pub fn get(&self, key: &str) -> Option<&Source> {
        self.by_key.get(key)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// The edition a row names, if its licence and its day of retrieval are the edition's.
    pub(super) fn of_row<const N: usize>(
        &self,
        row: &Row<'_, N>,
        problems: &mut Problems,
    ) -> Option<&Source> {
        let key = row.get("source");
        let Some(source) = self.get(key) else {
            let reason = if key.is_empty() {
                "must not be empty"
            } else {
                "is not in sources.csv: add the edition there first"
            };
            problems.add(row.line(), Some("source"), key, reason);
            return None;
        };
        if row.get("licence") != source.licence {
            let reason = format!(
                "is not the licence of `{key}` in sources.csv, `{}`",
                source.licence
            );
            problems.add(row.line(), Some("licence"), row.get("licence"), reason);
            return None;
        }
        let retrieved = row.get("retrieved");
        if retrieved.parse::<Date>().ok() != Some(source.retrieved) || retrieved.len() != 10 {
            let reason = format!(
                "is not the day of retrieval of `{key}` in sources.csv, {}",
                source.retrieved
            );
            problems.add(row.line(), Some("retrieved"), retrieved, reason);
            return None;
        }
        Some(source)
    }
}

fn source_of<const N: usize>(row: &Row<'_, N>, problems: &mut Problems) -> Option<Source> {
    let published = day_of(row, "published", problems)?;
    let retrieved = day_of(row, "retrieved", problems)?;
    let text = |column: &'static str| row.get(column).to_owned();
    let parse = || -> Result<Source, StatementError> {
        let source = Source {
            source: text("source"),
            series: text("series"),
            edition: text("edition"),
            title: text("title"),
            publisher: text("publisher"),
            url: text("url"),
            licence: text("licence"),
            attribution: text("attribution"),
            published,
            published_basis: PublishedBasis::parse(row.get("published_basis"))?,
            retrieved,
        };
        source.check().map(|()| source)
    };
    parse()
        .map_err(|error| problems.add_error(row.line(), &error, |column| row.find(column)))
        .ok()
}

/// A day, `YYYY-MM-DD` and nothing else.
pub(super) fn day_of<const N: usize>(
    row: &Row<'_, N>,
    column: &'static str,
    problems: &mut Problems,
) -> Option<Date> {
    let text = row.get(column);
    let day = text.parse::<Date>().ok().filter(|day| day.to_string() == text);
    if day.is_none() {
        problems.add(row.line(), Some(column), text, "is not a day, YYYY-MM-DD");
    }
    day
}
