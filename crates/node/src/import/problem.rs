//! What is wrong with a table, told so that whoever made it can put it right.

use std::fmt;

use didymium_statement::StatementError;
use serde::Serialize;

/// Most problems told in one answer; reading stops there.
pub const PROBLEMS_MAX: usize = 20;

/// One cell, row or header that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Physical line of the file, from 1: the one the row begins on.
    pub line: u64,
    /// What the row is about, as its own cells say: measure, stage, site, place and period, as far as it has them; empty where the
    /// whole file is meant, or a row that could not be taken apart.
    pub about: String,
    /// Column, absent where the whole row or the file is meant.
    pub column: Option<String>,
    /// What stands there, cut to a readable length.
    pub value: String,
    /// What is wrong with it and what would be right.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if !self.about.is_empty() {
            write!(f, " ({})", self.about)?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        if !self.value.is_empty() {
            write!(f, ", value `{}`", self.value)?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// Why nothing of a file was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The file.
    pub file: String,
    /// What is wrong, in the order of the file; at most [`PROBLEMS_MAX`].
    pub problems: Vec<Problem>,
    /// Whether reading stopped at the limit, so that there may be more.
    pub more: bool,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing of {} was loaded:", self.file)?;
        for problem in &self.problems {
            write!(f, "\n  {}: {problem}", self.file)?;
        }
        if self.more {
            write!(
                f,
                "\n  and perhaps more: reading stopped after {PROBLEMS_MAX} problems"
            )?;
        }
        Ok(())
    }
}

/// Columns that tell what a row is about, in the order in which they are told.
const ABOUT: [&str; 7] = [
    "measure",
    "commodity",
    "stage",
    "site",
    "subject",
    "area",
    "period",
];

/// What a row is about; `cell` gives a column's text.
fn about<'r>(cell: impl Fn(&str) -> Option<&'r str>) -> String {
    let told: Vec<String> = ABOUT
        .iter()
        .filter_map(|column| cell(column))
        .filter(|text| !text.is_empty())
        .map(|text| tamed(&cut(text)))
        .collect();
    told.join(" ")
}

/// Text of a file, cut to a readable length.
fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}

/// A terminal obeys control characters: what came in must not come out.
fn tamed(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// Gathers problems up to the limit.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<Problem>,
    broken_off: bool,
}

impl Problems {
    /// Adds one; false when the limit is reached and reading should stop.
    pub(super) fn add(
        &mut self,
        line: u64,
        column: Option<&str>,
        value: &str,
        reason: impl Into<String>,
    ) -> bool {
        if self.full() {
            return false;
        }
        self.found.push(Problem {
            line,
            about: String::new(),
            column: column.map(str::to_owned),
            value: tamed(&cut(value)),
            reason: tamed(&reason.into()),
        });
        !self.full()
    }

    /// Adds what the statement crate says of a row; `cell` gives a column's text, and nothing for what is no column.
    pub(super) fn add_error<'r>(
        &mut self,
        line: u64,
        error: &StatementError,
        cell: impl Fn(&str) -> Option<&'r str>,
    ) -> bool {
        let before = self.count();
        let goes_on = match error {
            StatementError::Field { field, value, reason } => {
                let column = cell(field).is_some().then_some(*field);
                let reason = if column.is_some() {
                    reason.clone()
                } else {
                    format!("{field} {reason}")
                };
                self.add(line, column, value, reason)
            }
            StatementError::Vocabulary { field, source } => self.add(
                line,
                Some(field),
                cell(field).unwrap_or_default(),
                source.to_string(),
            ),
            other => self.add(line, None, "", other.to_string()),
        };
        self.tell_about(before, cell);
        goes_on
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.found.len()
    }

    /// Says of those after the first so many what their row is about; `cell` gives a column's text.
    pub(super) fn tell_about<'r>(&mut self, first: usize, cell: impl Fn(&str) -> Option<&'r str>) {
        let row = self.found.get_mut(first..).unwrap_or_default();
        if !row.is_empty() {
            let about = about(cell);
            row.iter_mut()
                .for_each(|problem| problem.about.clone_from(&about));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(super) fn full(&self) -> bool {
        self.found.len() >= PROBLEMS_MAX
    }

    /// Reading ended before the end of the file.
    pub(super) fn break_off(&mut self) {
        self.broken_off = true;
    }

    /// What was gathered.
    pub(super) fn told(self) -> Vec<Problem> {
        self.found
    }

    /// The refusal, if there is any problem.
    pub(super) fn refusal(self, file: &str) -> Result<(), Refusal> {
        if self.found.is_empty() {
            return Ok(());
        }
        let more = self.broken_off && self.found.len() >= PROBLEMS_MAX;
        Err(Refusal {
            file: file.to_owned(),
            problems: self.found,
            more,
        })
    }
}
