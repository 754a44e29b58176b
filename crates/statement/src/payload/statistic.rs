//! A table of observations from one edition of a public source.

use std::borrow::Cow;
use std::fmt;

use didymium_vocabulary::Vocabulary;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize};

use super::{OBSERVATION_COLUMNS, Observation, Source, text};
use crate::StatementError;
use crate::limits::STATISTIC_ROWS_MAX;

/// The payload of a `statistic`, as an author builds it. Columns that are empty throughout are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statistic {
    /// Where the figures come from.
    pub source: Source,
    /// Name of the table, such as `production_usgs`.
    pub table: String,
    /// Columns present, each one of the observation columns.
    pub columns: Vec<String>,
    /// Rows; every cell is a string, parallel to `columns`.
    pub rows: Vec<Vec<String>>,
}

impl Statistic {
    /// Builds a payload from rows with all of [`OBSERVATION_COLUMNS`], dropping the columns that are empty throughout.
    pub fn from_rows(source: Source, table: &str, rows: &[[String; 15]]) -> Self {
        let used: Vec<usize> = (0..OBSERVATION_COLUMNS.len())
            .filter(|&c| rows.iter().any(|row| !row[c].is_empty()))
            .collect();
        Self {
            source,
            table: table.to_owned(),
            columns: used.iter().map(|&c| OBSERVATION_COLUMNS[c].to_owned()).collect(),
            rows: rows
                .iter()
                .map(|row| used.iter().map(|&c| row[c].clone()).collect())
                .collect(),
        }
    }

    /// The payload's bytes.
    ///
    /// # Errors
    /// [`StatementError::Payload`] if it cannot be encoded.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StatementError> {
        serde_json::to_vec(self).map_err(|e| StatementError::Payload {
            kind: "statistic",
            reason: e.to_string(),
        })
    }
}

/// A `statistic` as a reader sees it: cells borrowed from the payload's bytes wherever JSON allows it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatisticTable<'a> {
    /// Where the figures come from.
    pub source: Source,
    /// Name of the table.
    #[serde(borrow)]
    pub table: Cow<'a, str>,
    columns: Vec<String>,
    #[serde(borrow)]
    rows: Vec<Vec<Cell<'a>>>,
}

impl<'a> StatisticTable<'a> {
    /// Parses a payload: its shape, its source and its limits; rows are parsed by [`StatisticTable::observation`].
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, StatementError> {
        let table: Self = text::from_json("statistic", bytes)?;
        table.source.check()?;
        text::name("table", &table.table)?;
        if table.rows.len() > STATISTIC_ROWS_MAX {
            return Err(StatementError::TooMany {
                what: "rows",
                count: table.rows.len(),
                max: STATISTIC_ROWS_MAX,
            });
        }
        for (index, column) in table.columns.iter().enumerate() {
            if !OBSERVATION_COLUMNS.contains(&column.as_str()) {
                return Err(StatementError::field(
                    "columns",
                    column,
                    "is not a column of an observation",
                ));
            }
            if table.columns[..index].contains(column) {
                return Err(StatementError::field("columns", column, "stands twice"));
            }
        }
        if let Some(row) = table.rows.iter().position(|row| row.len() != table.columns.len()) {
            let reason = format!("must have {} cells", table.columns.len());
            let field = StatementError::field("rows", &table.rows[row].len().to_string(), reason);
            return Err(StatementError::Row {
                row: row + 1,
                source: Box::new(field),
            });
        }
        Ok(table)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether the table has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Where each column of an observation stands in a row.
    pub fn layout(&self) -> [Option<usize>; 15] {
        OBSERVATION_COLUMNS.map(|name| self.columns.iter().position(|column| column == name))
    }

    /// A cell of row `row` (from 0) as it stands there, unchecked; empty if the table has no such column or row.
    pub fn cell(&self, row: usize, column: &str) -> &str {
        let place = self.columns.iter().position(|known| known == column);
        let cell = place.and_then(|place| self.rows.get(row)?.get(place));
        cell.map_or("", |cell| cell.0.as_ref())
    }

    /// Parses row `row` (from 0) with the [`StatisticTable::layout`] of this table.
    ///
    /// # Errors
    /// [`StatementError::Row`] that says which row (from 1) and why.
    pub fn observation(
        &self,
        row: usize,
        layout: &[Option<usize>; 15],
        vocabulary: &Vocabulary,
    ) -> Result<Observation<'_>, StatementError> {
        let cells = layout.map(|place| place.map_or("", |column| self.rows[row][column].0.as_ref()));
        Observation::parse(&cells, vocabulary)
            .and_then(|observation| {
                observation
                    .require_known_by(self.source.published)
                    .map(|()| observation)
            })
            .map_err(|source| StatementError::Row {
                row: row + 1,
                source: Box::new(source),
            })
    }
}

/// One cell: serde's own `Cow` always copies inside a list, this one borrows where the JSON has no escapes.
#[derive(Debug)]
struct Cell<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Cell<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CellVisitor;
        impl<'de> Visitor<'de> for CellVisitor {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string (every cell of a table is one, numbers too)")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }
        deserializer.deserialize_str(CellVisitor).map(Cell)
    }
}
