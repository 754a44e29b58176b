//! Printing: data to standard output, everything else to standard error.

use std::error::Error as _;
use std::io::{IsTerminal as _, Write as _};

use serde::Serialize;

use crate::error::{CliError, CliResult};

/// Where answers go, and in which form.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
    colour: bool,
}

impl Output {
    /// JSON if asked for; colours only on a terminal, and not where `NO_COLOR` is set.
    pub fn new(json: bool) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            json,
            colour: wanted && std::io::stderr().is_terminal(),
        }
    }

    /// Whether data is printed as JSON.
    pub const fn json(self) -> bool {
        self.json
    }

    /// Prints data: as JSON if asked for, else as `text` says it.
    pub fn data<T: Serialize>(self, data: &T, text: impl FnOnce(&T) -> String) -> CliResult<()> {
        let text = if self.json {
            serde_json::to_string_pretty(data)?
        } else {
            text(data)
        };
        self.print(&text)
    }

    /// Prints a text to standard output. A reader that has gone away (`| head`) is no error.
    pub fn print(self, text: &str) -> CliResult<()> {
        let mut out = std::io::stdout().lock();
        match out
            .write_all(text.trim_end().as_bytes())
            .and_then(|()| out.write_all(b"\n"))
            .and_then(|()| out.flush())
        {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(CliError::Output(error)),
            _ => Ok(()),
        }
    }

    /// Says what is being done, to whoever watches.
    pub fn say(self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// Says what was done all the same, and should be looked at.
    pub fn warn(self, text: &str) {
        let (yellow, plain) = if self.colour {
            ("\u{1b}[1;33m", "\u{1b}[0m")
        } else {
            ("", "")
        };
        self.say(&format!("{yellow}warning:{plain} {text}"));
    }

    /// Prints an error whole: what, then each cause.
    pub fn error(self, error: &CliError) {
        let (red, plain) = if self.colour {
            ("\u{1b}[1;31m", "\u{1b}[0m")
        } else {
            ("", "")
        };
        let mut text = format!("{red}error:{plain} {error}");
        let mut said = error.to_string();
        let mut cause = error.source();
        while let Some(next) = cause {
            let words = next.to_string();
            if !said.contains(&words) {
                text.push_str(&format!("\n  because: {words}"));
                said = words;
            }
            cause = next.source();
        }
        self.say(&text);
    }
}

/// Lays rows out in columns; the columns in `right` are aligned to the right.
pub fn columns(header: &[&str], rows: &[Vec<String>], right: &[usize]) -> String {
    let width = |column: usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count());
        cells
            .chain(header.get(column).map(|name| name.chars().count()))
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, width))| {
                if right.contains(&column) {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:<width$}")
                }
            })
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    let head = header.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    std::iter::once(line(&head))
        .chain(rows.iter().map(|row| line(row)))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [
            vec!["CHN".into(), "255000".into()],
            vec!["Canada".into(), "1".into()],
        ];
        assert_eq!(
            columns(&["area", "t"], &rows, &[1]),
            "area         t\nCHN     255000\nCanada       1"
        );
    }
}
