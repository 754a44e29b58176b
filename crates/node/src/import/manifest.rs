//! `tables.csv`: which tables the demo club loads, and which member issues each.

use std::io::Read;

use didymium_vocabulary::Vocabulary;
use serde::Serialize;

use super::problem::Problems;
use super::table::Table;
use super::{ImportError, TableKind, read_error};

const COLUMNS: [&str; 5] = ["file", "kind", "issuer", "title_en", "title_fr"];

/// One table of a data folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ManifestEntry {
    /// File in the folder.
    pub file: String,
    /// What its rows are.
    pub kind: TableKind,
    /// ISO 3166 alpha-3 code of the one member that issues it.
    pub issuer: String,
    /// Title in English.
    pub title_en: String,
    /// Title in French.
    pub title_fr: String,
}

/// The tables of a data folder, in order.
#[derive(Debug, Clone, Default)]
pub struct Manifest {
    /// The tables.
    pub tables: Vec<ManifestEntry>,
}

impl Manifest {
    /// Reads a `tables.csv`; `file` is the name that problems are told under.
    ///
    /// # Errors
    /// [`ImportError::Refused`] with every problem, [`ImportError::Read`] if the input cannot be read.
    pub fn read(file: &str, input: impl Read, vocabulary: &Vocabulary) -> Result<Self, ImportError> {
        let mut problems = Problems::default();
        let mut tables: Vec<ManifestEntry> = Vec::new();
        if let Some(mut table) = Table::open(input, COLUMNS, &mut problems).map_err(read_error(file))? {
            while let Some(row) = table.next(&mut problems).map_err(read_error(file))? {
                let name = row.get("file");
                let plain = !name.is_empty()
                    && !name.contains(['\\', ':'])
                    && name
                        .split('/')
                        .all(|part| !part.starts_with('.') && !part.is_empty());
                if !plain {
                    problems.add(
                        row.line(),
                        Some("file"),
                        name,
                        "is not the name of a file in the folder of tables.csv",
                    );
                } else if tables.iter().any(|known| known.file == name) {
                    problems.add(row.line(), Some("file"), name, "is given twice");
                }
                if let Err(error) = vocabulary.require_country(row.get("issuer")) {
                    problems.add(row.line(), Some("issuer"), row.get("issuer"), error.to_string());
                }
                match TableKind::parse(row.get("kind")) {
                    Some(kind) => tables.push(ManifestEntry {
                        file: name.to_owned(),
                        kind,
                        issuer: row.get("issuer").to_owned(),
                        title_en: row.get("title_en").to_owned(),
                        title_fr: row.get("title_fr").to_owned(),
                    }),
                    None => {
                        problems.add(
                            row.line(),
                            Some("kind"),
                            row.get("kind"),
                            "must be statistic, site or notice",
                        );
                    }
                }
            }
        }
        problems.refusal(file)?;
        Ok(Self { tables })
    }
}
