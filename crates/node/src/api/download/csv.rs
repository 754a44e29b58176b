//! A table as CSV: RFC 4180, UTF-8, a header, lines that end in CR LF.

use std::borrow::Cow;

use super::DownloadError;
use super::table::{Cells, Column, Table};

/// What makes a spreadsheet take a cell for a formula.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Writes a table. Decimals are written as their sources gave them. A text that a spreadsheet would take for a formula is
/// given an apostrophe in front, which spreadsheets take for *this is text*.
///
/// # Errors
/// [`DownloadError::Csv`].
pub(super) fn write(table: &Table<'_>) -> Result<Vec<u8>, DownloadError> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(table.columns.iter().map(|column| column.name.as_bytes()))?;
    for row in 0..table.rows {
        for column in &table.columns {
            writer.write_field(cell(column, row).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer
        .into_inner()
        .map_err(|error| DownloadError::Csv(error.into_error().into()))
}

fn cell<'c>(column: &'c Column<'_>, row: usize) -> Cow<'c, str> {
    match &column.cells {
        Cells::Text(cells) => cells.get(row).map_or(Cow::Borrowed(""), |text| harmless(text)),
        Cells::Decimal(cells) => match cells.get(row) {
            Some(Some(value)) => Cow::Borrowed(value),
            _ => Cow::Borrowed(""),
        },
        Cells::Integer(cells) => written(cells.get(row)),
        Cells::Flag(cells) => written(cells.get(row)),
    }
}

fn written<T: ToString>(value: Option<&Option<T>>) -> Cow<'static, str> {
    match value {
        Some(Some(value)) => Cow::Owned(value.to_string()),
        _ => Cow::Borrowed(""),
    }
}

fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(FORMULA_STARTS) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Columns;
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be_and_no_text_is_a_formula() {
        let rows = [
            "plain",
            "a,b",
            "say \"x\"",
            "two\nlines",
            "=1+1",
            "-2",
            "+3",
            "@x",
            "\t=1",
            "1-2",
            "",
        ];
        let table = Columns::over(&rows)
            .text("text", |row| *row)
            .decimal("number", |row| row.starts_with('-').then(|| (*row).to_owned()))
            .integer("length", |row| Some(row.len() as u64))
            .flag("empty", |row| (!row.starts_with('p')).then_some(row.is_empty()))
            .table(&["t"]);
        let text = String::from_utf8(write(&table).unwrap()).unwrap();
        assert_eq!(
            text,
            "text,number,length,empty\r\nplain,,5,\r\n\"a,b\",,3,false\r\n\"say \"\"x\"\"\",,7,false\r\n\"two\nlines\",,9,false\r\n\
             '=1+1,,4,false\r\n'-2,-2,2,false\r\n'+3,,2,false\r\n'@x,,2,false\r\n'\t=1,,3,false\r\n1-2,,3,false\r\n,,0,true\r\n"
        );
    }
}
