//! The tables as text, and the reading of their rows.
//!
//! `build.rs` compiles this module too: what it refuses stops the build.

use sha2::{Digest, Sha256};

use crate::error::{VocabularyError, excerpt};
use crate::quantity::parse_decimal;
use rust_decimal::Decimal;

/// Every table of the vocabulary, in the order of the digest.
pub const TABLE_FILES: [&str; 23] = [
    "elements.csv",
    "substances.csv",
    "commodities.csv",
    "stages.csv",
    "forms.csv",
    "chain.csv",
    "measures.csv",
    "units.csv",
    "countries.csv",
    "areas.csv",
    "hs_codes.csv",
    "notice_types.csv",
    "source_preference.csv",
    "coverage_gaps.csv",
    "recipes.csv",
    "contents.csv",
    "report_quality.csv",
    "assumptions.csv",
    "voices.csv",
    "end_uses.csv",
    "returns.csv",
    "alloys.csv",
    "deposits.csv",
];

/// The text of every table, with the version they make together.
#[derive(Debug, Clone)]
pub struct Tables {
    version: String,
    /// In the order of [`TABLE_FILES`].
    texts: Vec<String>,
}

impl Tables {
    /// Takes the tables from pairs of file name and text, in any order.
    ///
    /// # Errors
    /// A table that is missing, or one that the vocabulary does not have.
    pub fn new<'t>(
        version: &str,
        files: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> Result<Self, VocabularyError> {
        let mut texts: Vec<Option<String>> = vec![None; TABLE_FILES.len()];
        for (file, text) in files {
            texts[position(file)?] = Some(text.to_owned());
        }
        let texts = TABLE_FILES
            .iter()
            .zip(texts)
            .map(|(file, text)| text.ok_or(VocabularyError::MissingTable { file }))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            version: version.to_owned(),
            texts,
        })
    }

    /// The same tables with `rows` (CSV lines without header) added to the end of `file`.
    ///
    /// # Errors
    /// A table that the vocabulary does not have.
    pub fn with_rows(mut self, file: &str, rows: &str) -> Result<Self, VocabularyError> {
        let text = &mut self.texts[position(file)?];
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(rows);
        Ok(self)
    }

    /// The version given when the tables were taken.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// SHA-256 over every table in the order of [`TABLE_FILES`]: for each, the length of its file name as eight bytes
    /// big-endian, the file name, the length of its text likewise, and the text.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        for (file, text) in TABLE_FILES.iter().zip(&self.texts) {
            for part in [file.as_bytes(), text.as_bytes()] {
                hasher.update((part.len() as u64).to_be_bytes());
                hasher.update(part);
            }
        }
        hasher.finalize().into()
    }

    /// Reads one table, calling `read` for each row in order.
    pub(crate) fn read_rows<T>(
        &self,
        file: &'static str,
        columns: &'static [&'static str],
        mut read: impl FnMut(&Row<'_>) -> Result<T, VocabularyError>,
    ) -> Result<Vec<(u64, T)>, VocabularyError> {
        let text = self.texts[position(file)?].as_str();
        if let Some(line) = text.split('\n').position(|line| line.contains('\r')) {
            let reason = "carriage return: tables end their lines with a line feed alone".to_owned();
            return Err(VocabularyError::MalformedTable {
                file,
                line: line as u64 + 1,
                reason,
            });
        }
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let malformed = |error: &csv::Error| VocabularyError::MalformedTable {
            file,
            line: error.position().map_or(1, csv::Position::line),
            reason: malformed_reason(error),
        };
        let header = reader.headers().map_err(|error| malformed(&error))?.clone();
        let places = column_places(file, columns, &header)?;
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| malformed(&error))?;
            let line = record.position().map_or(0, csv::Position::line);
            let row = Row {
                file,
                columns,
                places: &places,
                record: &record,
                line,
            };
            rows.push((line, read(&row)?));
        }
        Ok(rows)
    }
}

fn position(file: &str) -> Result<usize, VocabularyError> {
    let found = TABLE_FILES.iter().position(|known| *known == file);
    found.ok_or_else(|| VocabularyError::UnknownTable { file: excerpt(file) })
}

fn malformed_reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            format!("{len} cells where the header has {expected_len} (a comma in a cell needs quotes)")
        }
        _ => error.to_string(),
    }
}

/// Where each column of the contract stands in the header.
fn column_places(
    file: &'static str,
    columns: &'static [&'static str],
    header: &csv::StringRecord,
) -> Result<Vec<usize>, VocabularyError> {
    for (place, column) in header.iter().enumerate() {
        let repeated = header.iter().take(place).any(|earlier| earlier == column);
        if repeated || !columns.contains(&column) {
            return Err(VocabularyError::UnknownColumn {
                file,
                column: excerpt(column),
            });
        }
    }
    let place = |column: &'static str| {
        header
            .iter()
            .position(|found| found == column)
            .ok_or(VocabularyError::MissingColumn { file, column })
    };
    columns.iter().map(|column| place(column)).collect()
}

/// One row of a table, its cells reached by column name.
pub(crate) struct Row<'r> {
    file: &'static str,
    columns: &'static [&'static str],
    places: &'r [usize],
    record: &'r csv::StringRecord,
    line: u64,
}

impl Row<'_> {
    /// The cell of a column, or nothing where it is empty.
    pub(crate) fn optional(&self, column: &'static str) -> Option<&str> {
        // INVARIANT: `column` is one of `columns`; a slip would read as an empty cell, which the tests show at once.
        let place = self.columns.iter().position(|known| *known == column)?;
        self.record
            .get(self.places[place])
            .filter(|cell| !cell.is_empty())
    }

    /// The cell of a column that must be filled, without space at its ends.
    pub(crate) fn text(&self, column: &'static str) -> Result<&str, VocabularyError> {
        let cell = self
            .optional(column)
            .ok_or_else(|| self.broken(column, VocabularyError::Empty))?;
        if cell.trim() == cell {
            Ok(cell)
        } else {
            Err(self.broken(column, VocabularyError::SpaceAtEnds))
        }
    }

    /// The cell of a column that must hold a key.
    pub(crate) fn key(&self, column: &'static str) -> Result<String, VocabularyError> {
        let key = self
            .optional(column)
            .ok_or_else(|| self.broken(column, VocabularyError::Empty))?;
        self.checked_key(column, key)
    }

    /// The cell of a column that may hold a key.
    pub(crate) fn optional_key(&self, column: &'static str) -> Result<Option<String>, VocabularyError> {
        self.optional(column)
            .map(|key| self.checked_key(column, key))
            .transpose()
    }

    /// The cell of a column that may hold keys with `;` between them.
    pub(crate) fn keys(&self, column: &'static str) -> Result<Vec<String>, VocabularyError> {
        let cell = self.optional(column).unwrap_or_default();
        let keys = cell.split(';').map(str::trim).filter(|key| !key.is_empty());
        keys.map(|key| self.checked_key(column, key)).collect()
    }

    /// The cell of a column that must hold `yes` or `no`; empty is `no`.
    pub(crate) fn yes(&self, column: &'static str) -> Result<bool, VocabularyError> {
        match self.optional(column) {
            Some("yes") => Ok(true),
            Some("no") | None => Ok(false),
            Some(value) => {
                let value = excerpt(value);
                Err(self.broken(
                    column,
                    VocabularyError::NotAChoice {
                        value,
                        choices: "`yes`, `no`",
                    },
                ))
            }
        }
    }

    /// The cell of a column that must hold a whole number.
    pub(crate) fn whole(&self, column: &'static str) -> Result<u32, VocabularyError> {
        self.parsed(column, |text| {
            let plain = text.bytes().all(|byte| byte.is_ascii_digit());
            let number = if plain { text.parse().ok() } else { None };
            number.ok_or_else(|| VocabularyError::NotWhole { text: excerpt(text) })
        })
    }

    /// The cell of a column that must hold a decimal.
    pub(crate) fn decimal(&self, column: &'static str) -> Result<Decimal, VocabularyError> {
        self.parsed(column, parse_decimal)
    }

    /// The cell of a column that must be filled, read by `parse`.
    pub(crate) fn parsed<T>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Result<T, VocabularyError>,
    ) -> Result<T, VocabularyError> {
        parse(self.text(column)?).map_err(|reason| self.broken(column, reason))
    }

    /// Says that the cell of `column` cannot stand, and why.
    pub(crate) fn broken(&self, column: &'static str, reason: VocabularyError) -> VocabularyError {
        let value = self.optional(column).unwrap_or_default();
        broken_cell(self.file, self.line, column, value, reason)
    }

    fn checked_key(&self, column: &'static str, key: &str) -> Result<String, VocabularyError> {
        let visible = key.chars().all(|c| !c.is_whitespace() && !c.is_control());
        if visible && (1..=64).contains(&key.chars().count()) {
            Ok(key.to_owned())
        } else {
            Err(self.broken(column, VocabularyError::KeySyntax { key: excerpt(key) }))
        }
    }
}

/// An error at one cell.
pub(crate) fn broken_cell(
    file: &'static str,
    line: u64,
    column: &'static str,
    value: &str,
    reason: VocabularyError,
) -> VocabularyError {
    VocabularyError::BrokenCell {
        file,
        line,
        column,
        value: excerpt(value),
        reason: Box::new(reason),
    }
}
