//! What can be wrong with trade reports.

use super::report::{Direction, Hs6};
use super::{MIRRORED_MIN, REPORTS_MAX};

/// Why reports were not reconciled or compared.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MirrorError {
    /// A table lacks a column.
    #[error("the table has no column `{column}`: it needs {needed}")]
    Column {
        /// The column.
        column: &'static str,
        /// All that are needed.
        needed: &'static str,
    },
    /// A line of a table cannot be read as CSV.
    #[error("line {line}: not a line of the table: {reason}")]
    Line {
        /// Line, the header is 1.
        line: u64,
        /// What the reader said.
        reason: String,
    },
    /// A cell holds something else than it should.
    #[error("line {line}, column `{column}`: `{value}` is not {expected}")]
    Cell {
        /// Line, the header is 1.
        line: u64,
        /// Column.
        column: &'static str,
        /// What stands there.
        value: String,
        /// What should.
        expected: &'static str,
    },
    /// More reports than are taken.
    #[error("more than {REPORTS_MAX} reports: split the table by HS code")]
    TooMany,
    /// A report whose value is no amount of money.
    #[error(
        "report {row}: reporter {reporter} gives {value} US dollars as {direction} of HS {code} with {partner}: a value must be a finite number above zero"
    )]
    Value {
        /// Where the report stood in its table.
        row: u64,
        /// Area code of the reporter.
        reporter: u16,
        /// Area code of the partner.
        partner: u16,
        /// Product.
        code: Hs6,
        /// Import or export.
        direction: Direction,
        /// The value.
        value: f64,
    },
    /// A report whose weight is no mass.
    #[error(
        "report {row}: reporter {reporter} gives {weight} kg as {direction} of HS {code} with {partner}: a weight must be a finite number, zero or above"
    )]
    Weight {
        /// Where the report stood in its table.
        row: u64,
        /// Area code of the reporter.
        reporter: u16,
        /// Area code of the partner.
        partner: u16,
        /// Product.
        code: Hs6,
        /// Import or export.
        direction: Direction,
        /// The weight, kilograms.
        weight: f64,
    },
    /// Reports of several years in one table.
    #[error("report {row} is of {}, others of {}: reconcile one year at a time", said(*year), said(*first))]
    Years {
        /// Where the report stood in its table.
        row: u64,
        /// Its year.
        year: Option<u16>,
        /// The first year found.
        first: Option<u16>,
    },
    /// Too little to learn from.
    #[error(
        "only {found} flows were reported by both sides: learning how far reporters are to be trusted needs {MIRRORED_MIN}"
    )]
    TooFewMirrored {
        /// Flows with both reports.
        found: usize,
    },
    /// A reference has no code in common with the flows.
    #[error("flows and reference have fewer than two HS codes in common: nothing can be compared")]
    NothingInCommon,
}

fn said(year: Option<u16>) -> String {
    year.map_or_else(|| "no year".to_owned(), |year| year.to_string())
}
