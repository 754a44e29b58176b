//! Rows of one table in order, found by key.

use std::collections::HashMap;

use crate::error::{VocabularyError, excerpt};
use crate::label::Label;
use crate::tables::{Row, Tables, broken_cell};

/// A cell that cannot stand, in a row whose line is known to the caller.
pub(crate) struct Fault {
    column: &'static str,
    value: String,
    reason: Box<VocabularyError>,
}

impl Fault {
    pub(crate) fn new(column: &'static str, value: &str, reason: VocabularyError) -> Self {
        Self {
            column,
            value: value.to_owned(),
            reason: Box::new(reason),
        }
    }

    /// The error that names the cell in full.
    pub(crate) fn at(self, file: &'static str, line: u64) -> VocabularyError {
        broken_cell(file, line, self.column, &self.value, *self.reason)
    }
}

/// One row of a table whose rows have keys.
pub(crate) trait Entity: Sized {
    /// The file of the table.
    const FILE: &'static str;
    /// The columns that the table must have, the key's first.
    const COLUMNS: &'static [&'static str];
    /// What the key names, for messages.
    const KIND: &'static str;

    /// The key, unique in the table.
    fn key(&self) -> &str;

    /// The names by which a person may have meant it.
    fn label(&self) -> &Label;

    /// Reads a row, without regard to other rows and tables.
    fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError>;
}

/// The rows of one table.
#[derive(Debug, Clone)]
pub(crate) struct Index<T> {
    rows: Vec<T>,
    lines: Vec<u64>,
    by_key: HashMap<String, usize>,
}

impl<T: Entity> Index<T> {
    /// Reads the table of `T`, refusing a key given twice.
    pub(crate) fn read(tables: &Tables) -> Result<Self, VocabularyError> {
        let mut index = Self {
            rows: Vec::new(),
            lines: Vec::new(),
            by_key: HashMap::new(),
        };
        for (line, row) in tables.read_rows(T::FILE, T::COLUMNS, T::from_row)? {
            let key = row.key().to_owned();
            if let Some(first) = index.by_key.insert(key.clone(), index.rows.len()) {
                let reason = VocabularyError::DuplicateKey {
                    key: key.clone(),
                    first_line: index.lines[first],
                };
                return Err(broken_cell(T::FILE, line, T::COLUMNS[0], &key, reason));
            }
            index.rows.push(row);
            index.lines.push(line);
        }
        Ok(index)
    }

    pub(crate) fn rows(&self) -> &[T] {
        &self.rows
    }

    pub(crate) fn find(&self, key: &str) -> Option<&T> {
        self.by_key.get(key).map(|place| &self.rows[*place])
    }

    pub(crate) fn require(&self, key: &str) -> Result<&T, VocabularyError> {
        self.find(key).ok_or_else(|| VocabularyError::UnknownKey {
            kind: T::KIND,
            key: excerpt(key),
            table: T::FILE,
            nearest: self.nearest(key),
        })
    }

    /// The rows with their lines in the file.
    pub(crate) fn lined_rows(&self) -> Vec<(u64, &T)> {
        self.lines.iter().copied().zip(&self.rows).collect()
    }

    /// Completes every row by what other tables say; the key must stay.
    pub(crate) fn try_map(
        mut self,
        complete: impl Fn(T) -> Result<T, Fault>,
    ) -> Result<Self, VocabularyError> {
        let rows = std::mem::take(&mut self.rows);
        for (row, line) in rows.into_iter().zip(&self.lines) {
            let completed = complete(row).map_err(|fault| fault.at(T::FILE, *line))?;
            self.rows.push(completed);
        }
        Ok(self)
    }

    /// Calls `check` for every row; an error it returns is placed at the column it names.
    pub(crate) fn check_rows(&self, check: impl Fn(&T) -> Result<(), Fault>) -> Result<(), VocabularyError> {
        for (row, line) in self.rows.iter().zip(&self.lines) {
            check(row).map_err(|fault| fault.at(T::FILE, *line))?;
        }
        Ok(())
    }

    /// The known key most like `wanted`, by its spelling or its label; the first in table order where several are.
    pub(crate) fn nearest(&self, wanted: &str) -> Option<String> {
        let wanted: Vec<char> = fold(wanted)?;
        let distance_max = (wanted.len() / 3).max(1);
        let like = |row: &T| {
            let spellings = [row.key(), row.label().en.as_str(), row.label().fr.as_str()];
            spellings
                .into_iter()
                .filter_map(fold)
                .map(|known| likeness(&wanted, &known))
                .min()
        };
        let scored = self.rows.iter().filter_map(|row| Some((like(row)?, row)));
        let best = scored
            .filter(|((distance, _), _)| *distance <= distance_max)
            .min_by_key(|(score, _)| *score);
        best.map(|(_, row)| row.key().to_owned())
    }
}

/// Longest text that is compared with the known keys, in characters.
const COMPARED_CHARACTERS_MAX: usize = 64;

/// Lower-case characters, or nothing where the text is empty or too long to compare.
fn fold(text: &str) -> Option<Vec<char>> {
    let short = text.chars().take(COMPARED_CHARACTERS_MAX + 1).count() <= COMPARED_CHARACTERS_MAX;
    (short && !text.is_empty()).then(|| text.to_lowercase().chars().collect())
}

/// Edit distance (insert, delete, replace), then how many leading characters differ: smaller is more alike.
fn likeness(wanted: &[char], known: &[char]) -> (usize, usize) {
    let mut previous: Vec<usize> = (0..=known.len()).collect();
    for (i, a) in wanted.iter().enumerate() {
        let mut current = vec![i + 1];
        for (j, b) in known.iter().enumerate() {
            let replaced = previous[j] + usize::from(a != b);
            current.push(replaced.min(previous[j + 1] + 1).min(current[j] + 1));
        }
        previous = current;
    }
    let shared = wanted.iter().zip(known).take_while(|(a, b)| a == b).count();
    (previous[known.len()], wanted.len() - shared)
}
