//! A view as a flat table: named columns of one kind each.

use std::borrow::Cow;

/// A cell of text; empty where there is none.
pub type Text<'t> = Cow<'t, str>;

/// The cells of a column, one a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cells<'t> {
    /// Text; empty where there is none.
    Text(Vec<Text<'t>>),
    /// Exact decimals as their sources gave them.
    Decimal(Vec<Option<String>>),
    /// Whole numbers.
    Integer(Vec<Option<i64>>),
    /// Yes or no.
    Flag(Vec<Option<bool>>),
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column<'t> {
    pub(super) name: Cow<'static, str>,
    pub(super) cells: Cells<'t>,
}

/// A table that is ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<'t> {
    /// What a file of it is called, in parts: `balance`, `production`, `rare_earths` …
    pub(super) name: Vec<String>,
    pub(super) rows: usize,
    pub(super) columns: Vec<Column<'t>>,
}

impl Table<'_> {
    /// The same with a column of text that is the same in every row: what the rows are stays with them wherever they are copied.
    #[must_use]
    pub fn marked(mut self, name: &'static str, text: &'static str) -> Self {
        self.columns.push(Column {
            name: name.into(),
            cells: Cells::Text(vec![text.into(); self.rows]),
        });
        self
    }
}

/// Columns over rows of any kind: each is given by its name and what it takes of a row.
#[derive(Debug)]
pub struct Columns<'r, 't, R> {
    rows: &'r [R],
    columns: Vec<Column<'t>>,
}

impl<'r, 't, R> Columns<'r, 't, R> {
    /// No columns yet.
    pub const fn over(rows: &'r [R]) -> Self {
        Self {
            rows,
            columns: Vec::new(),
        }
    }

    /// A column of text; empty where there is none.
    #[must_use]
    pub fn text<T: Into<Text<'t>>>(self, name: &'static str, of: impl Fn(&'r R) -> T) -> Self {
        let cells = self.rows.iter().map(|row| of(row).into()).collect();
        self.with(name, Cells::Text(cells))
    }

    /// A column of exact decimals, as text.
    #[must_use]
    pub fn decimal(self, name: &'static str, of: impl Fn(&'r R) -> Option<String>) -> Self {
        let cells = self.rows.iter().map(of).collect();
        self.with(name, Cells::Decimal(cells))
    }

    /// A column of whole numbers.
    #[must_use]
    pub fn integer(self, name: &'static str, of: impl Fn(&'r R) -> Option<u64>) -> Self {
        let whole = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let cells = self.rows.iter().map(|row| of(row).map(whole)).collect();
        self.with(name, Cells::Integer(cells))
    }

    /// A column of yes and no.
    #[must_use]
    pub fn flag(self, name: &'static str, of: impl Fn(&'r R) -> Option<bool>) -> Self {
        let cells = self.rows.iter().map(of).collect();
        self.with(name, Cells::Flag(cells))
    }

    fn with(mut self, name: &'static str, cells: Cells<'t>) -> Self {
        self.columns.push(Column {
            name: name.into(),
            cells,
        });
        self
    }

    /// The table; `name` are the parts of its file's name, of which empty ones are left out.
    pub fn table(self, name: &[&str]) -> Table<'t> {
        let name = name.iter().filter(|part| !part.is_empty());
        Table {
            name: name.map(|part| (*part).to_owned()).collect(),
            rows: self.rows.len(),
            columns: self.columns,
        }
    }
}
