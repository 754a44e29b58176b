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
        // A terminal obeys control characters: what came in must not come out.
        let tamed = |text: &str| -> String {
            text.chars()
                .map(|c| if c.is_control() { '\u{fffd}' } else { c })
                .collect()
        };
        let value = tamed(&value.chars().take(80).collect::<String>());
        self.found.push(Problem {
            line,
            column: column.map(str::to_owned),
            value,
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
        match error {
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
