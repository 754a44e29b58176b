//! The tables: reports and a reference in, reconciled flows out. Bytes in memory; who reads the file bounds it.

use std::fmt::Write as _;

use csv::StringRecord;

use super::REPORTS_MAX;
use super::area::CountryCode;
use super::compare::ReferenceFlow;
use super::error::MirrorError;
use super::estimate::ReconciledFlow;
use super::report::{Direction, Hs6, TradeReport};

const REPORT_COLUMNS: &str = "reporter, partner, cmd, flow (X or M), value, netwgt";
/// Characters of a wrong cell that a message shows.
const SHOWN_MAX: usize = 80;
const REFERENCE_COLUMNS: &str = "i, j, cmd, value";

/// Reads reports in the layout of UN Comtrade: `reporter, partner, cmd, flow, value, netwgt`, and `year` if there is one, in any
/// order and beside other columns. `flow` is `X` or `M`; rows of re-exports and re-imports (`RX`, `RM`) are parts of these and left out.
///
/// # Errors
/// A column that is missing, a line that is no CSV, a cell that cannot be read, more than [`REPORTS_MAX`] rows.
pub fn read_reports(table: &[u8]) -> Result<Vec<TradeReport>, MirrorError> {
    let mut rows = Rows::open(
        table,
        ["reporter", "partner", "cmd", "flow", "value", "netwgt"],
        REPORT_COLUMNS,
    )?;
    let dated = rows.optional("year");
    let mut reports = Vec::new();
    while let Some(row) = rows.next()? {
        let direction = match row.text(3) {
            "X" => Direction::Export,
            "M" => Direction::Import,
            "RX" | "RM" => continue,
            _ => return Err(row.wrong(3, "X, M, RX or RM")),
        };
        if reports.len() == REPORTS_MAX {
            return Err(MirrorError::TooMany);
        }
        reports.push(TradeReport {
            row: row.line,
            year: dated.map(|column| row.year(column)).transpose()?,
            reporter: row.number(0, "an area code")?,
            partner: row.number(1, "an area code")?,
            code: row.code(2)?,
            direction,
            value: row.number(4, "a number of US dollars")?,
            net_weight: if row.text(5).is_empty() {
                None
            } else {
                Some(row.number(5, "a number of kilograms")?)
            },
        });
    }
    Ok(reports)
}

/// Reads a reference: `i` exporter and `j` importer as alpha-3 codes, `cmd`, `value` in US dollars.
///
/// # Errors
/// As for [`read_reports`]; a value that is not above zero.
pub fn read_reference(table: &[u8]) -> Result<Vec<ReferenceFlow>, MirrorError> {
    let mut rows = Rows::open(table, ["i", "j", "cmd", "value"], REFERENCE_COLUMNS)?;
    let mut flows = Vec::new();
    while let Some(row) = rows.next()? {
        if flows.len() == REPORTS_MAX {
            return Err(MirrorError::TooMany);
        }
        let value: f64 = row.number(3, "a number of US dollars above zero")?;
        if !(value.is_finite() && value > 0.0) {
            return Err(row.wrong(3, "a number of US dollars above zero"));
        }
        flows.push(ReferenceFlow {
            exporter: row.country(0)?,
            importer: row.country(1)?,
            code: row.code(2)?,
            value,
        });
    }
    Ok(flows)
}

/// Writes reconciled flows as CSV, one a line, in their order. `value` is US dollars FOB, `deviation` that of its logarithm.
#[must_use]
pub fn write_flows(year: Option<u16>, flows: &[ReconciledFlow]) -> String {
    let mut text = String::from(
        "year,code,exporter,importer,value,deviation,export_weight,export_gross,import_gross,denied,export_value,import_value,export_kg,import_kg\n",
    );
    let year = year.map_or_else(String::new, |year| year.to_string());
    let cell = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    for flow in flows {
        let (export, import) = (flow.export, flow.import);
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{year},{},{},{},{:.2},{:.6},{:.6},{},{},{},{},{},{},{}",
            flow.code,
            flow.exporter,
            flow.importer,
            flow.value,
            flow.deviation,
            flow.export_weight,
            flow.export_gross
                .map_or_else(String::new, |gross| format!("{gross:.6}")),
            flow.import_gross
                .map_or_else(String::new, |gross| format!("{gross:.6}")),
            flow.denied,
            cell(export.map(|report| report.value)),
            cell(import.map(|report| report.value)),
            cell(export.and_then(|report| report.net_weight)),
            cell(import.and_then(|report| report.net_weight)),
        );
    }
    text
}

/// Lines of a table, reduced to the columns asked for.
struct Rows<'t, const N: usize> {
    reader: csv::Reader<&'t [u8]>,
    record: StringRecord,
    columns: [(&'static str, usize); N],
}

impl<'t, const N: usize> Rows<'t, N> {
    fn open(table: &'t [u8], columns: [&'static str; N], needed: &'static str) -> Result<Self, MirrorError> {
        // Spreadsheets put a byte order mark before the first name.
        let table = table.strip_prefix(b"\xef\xbb\xbf").unwrap_or(table);
        let mut reader = csv::Reader::from_reader(table);
        let header = reader.headers().map_err(|error| line(&error))?.clone();
        let mut found = columns.map(|column| (column, 0));
        for (column, at) in &mut found {
            let place = header.iter().position(|name| name.trim() == *column);
            *at = place.ok_or(MirrorError::Column { column, needed })?;
        }
        Ok(Self {
            reader,
            record: StringRecord::new(),
            columns: found,
        })
    }

    /// Where a column stands that need not be there.
    fn optional(&mut self, column: &str) -> Option<usize> {
        let header = self.reader.headers().ok()?;
        header.iter().position(|name| name.trim() == column)
    }

    fn next(&mut self) -> Result<Option<Row<'_, N>>, MirrorError> {
        let found = self
            .reader
            .read_record(&mut self.record)
            .map_err(|error| line(&error))?;
        let line = self.record.position().map_or(0, csv::Position::line);
        Ok(found.then_some(Row {
            record: &self.record,
            columns: &self.columns,
            line,
        }))
    }
}

fn line(error: &csv::Error) -> MirrorError {
    MirrorError::Line {
        line: error.position().map_or(0, csv::Position::line),
        reason: error.to_string(),
    }
}

/// One line.
struct Row<'r, const N: usize> {
    record: &'r StringRecord,
    columns: &'r [(&'static str, usize); N],
    line: u64,
}

impl<const N: usize> Row<'_, N> {
    fn text(&self, column: usize) -> &str {
        self.record.get(self.columns[column].1).unwrap_or_default().trim()
    }

    fn wrong(&self, column: usize, expected: &'static str) -> MirrorError {
        let value = self.text(column).chars().take(SHOWN_MAX).collect();
        MirrorError::Cell {
            line: self.line,
            column: self.columns[column].0,
            value,
            expected,
        }
    }

    fn number<T: std::str::FromStr>(&self, column: usize, expected: &'static str) -> Result<T, MirrorError> {
        self.text(column)
            .parse()
            .map_err(|_| self.wrong(column, expected))
    }

    fn year(&self, at: usize) -> Result<u16, MirrorError> {
        let value = self.record.get(at).unwrap_or_default().trim();
        value.parse().map_err(|_| MirrorError::Cell {
            line: self.line,
            column: "year",
            value: value.chars().take(SHOWN_MAX).collect(),
            expected: "a year",
        })
    }

    fn code(&self, column: usize) -> Result<Hs6, MirrorError> {
        Hs6::parse(self.text(column)).ok_or_else(|| self.wrong(column, "an HS code of six digits"))
    }

    fn country(&self, column: usize) -> Result<CountryCode, MirrorError> {
        CountryCode::parse(self.text(column)).ok_or_else(|| self.wrong(column, "an alpha-3 country code"))
    }
}
