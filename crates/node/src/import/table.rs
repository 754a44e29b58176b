//! A CSV table with a contract of columns: the header is checked, rows are handed out cell by cell.

use std::io::Read;

use super::lines::{Fault, Lines, Record};
use super::problem::Problems;

/// A table being read. `N` columns are known, every one must be there, in any order.
pub(super) struct Table<R, const N: usize> {
    lines: Lines<R>,
    columns: [&'static str; N],
    /// Place of each column in the file's rows.
    places: [usize; N],
    record: Record,
}

/// A row, its cells in the order of the contract.
#[derive(Clone, Copy)]
pub(super) struct Row<'t, const N: usize> {
    record: &'t Record,
    columns: &'t [&'static str; N],
    places: &'t [usize; N],
}

impl<'t, const N: usize> Row<'t, N> {
    /// The physical line the row begins on.
    pub(super) const fn line(&self) -> u64 {
        self.record.line()
    }

    /// The cell of contract column `index`.
    pub(super) fn at(&self, index: usize) -> &'t str {
        self.record.cell(self.places[index])
    }

    /// The cell of the column of that name; nothing if the contract has no such column.
    pub(super) fn find(&self, column: &str) -> Option<&'t str> {
        self.columns
            .iter()
            .position(|known| *known == column)
            .map(|index| self.at(index))
    }

    /// The cell of a column that the contract has.
    pub(super) fn get(&self, column: &'static str) -> &'t str {
        self.find(column).unwrap_or_default()
    }
}

impl<R: Read, const N: usize> Table<R, N> {
    /// Reads and checks the header; nothing if it cannot be used, with the problems told.
    ///
    /// # Errors
    /// Input that cannot be read.
    pub(super) fn open(
        input: R,
        columns: [&'static str; N],
        problems: &mut Problems,
    ) -> std::io::Result<Option<Self>> {
        let mut record = Record::default();
        let read =
            Lines::new(input).and_then(|mut lines| lines.next(&mut record).map(|there| (lines, there)));
        let (lines, there) = match read {
            Ok(read) => read,
            Err(fault) => return tell(fault, &columns, problems).map(|()| None),
        };
        if !there {
            problems.add(
                1,
                None,
                "",
                format!("the file is empty; its header must be {}", columns.join(",")),
            );
            return Ok(None);
        }
        let header: Vec<&str> = (0..record.len()).map(|cell| record.cell(cell)).collect();
        for (index, name) in header.iter().enumerate() {
            if !columns.contains(name) {
                problems.add(
                    record.line(),
                    Some(name),
                    "",
                    format!(
                        "is no column of this kind of table; known are {}",
                        columns.join(", ")
                    ),
                );
            } else if header[..index].contains(name) {
                problems.add(record.line(), Some(name), "", "stands twice in the header");
            }
        }
        let places = columns.map(|column| header.iter().position(|name| *name == column));
        for (column, _) in columns.iter().zip(&places).filter(|(_, place)| place.is_none()) {
            problems.add(record.line(), Some(column), "", "is missing from the header");
        }
        let places = places.map(Option::unwrap_or_default);
        Ok(problems.is_empty().then_some(Self {
            lines,
            columns,
            places,
            record,
        }))
    }

    /// The next row; nothing at the end, or after a fault, which is told.
    ///
    /// # Errors
    /// Input that cannot be read.
    pub(super) fn next(&mut self, problems: &mut Problems) -> std::io::Result<Option<Row<'_, N>>> {
        loop {
            if problems.full() {
                problems.break_off();
                return Ok(None);
            }
            match self.lines.next(&mut self.record) {
                Ok(false) => return Ok(None),
                Ok(true) if self.record.len() == N => break,
                Ok(true) => {
                    let reason = format!("the row has {} cells, the header has {N}", self.record.len());
                    problems.add(self.record.line(), None, "", reason);
                }
                Err(fault) => {
                    // The places of the file's columns turn a cell's number into its name.
                    let mut named = [""; N];
                    for (column, place) in self.columns.iter().zip(self.places) {
                        named[place] = column;
                    }
                    return tell(fault, &named, problems).map(|()| None);
                }
            }
        }
        Ok(Some(Row {
            record: &self.record,
            columns: &self.columns,
            places: &self.places,
        }))
    }

    /// Bytes read so far.
    pub(super) const fn bytes(&self) -> u64 {
        self.lines.bytes()
    }
}

fn tell(fault: Fault, columns: &[&str], problems: &mut Problems) -> std::io::Result<()> {
    match fault {
        Fault::Io(error) => return Err(error),
        Fault::Broken {
            line,
            cell,
            value,
            reason,
        } => {
            problems.add(line, columns.get(cell).copied(), &value, reason);
        }
    }
    Ok(())
}
