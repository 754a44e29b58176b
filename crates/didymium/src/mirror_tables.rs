//! Where the tables of a trade mirror are, if they are not named: `comtrade_YEAR.csv.gz` and `baci_YEAR.csv` in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{CliError, CliResult};

/// Folders that are looked through, in this order, if none is named.
const FOLDERS: [&str; 3] = [".", "trade_mirror", "../shared/facts/trade_mirror"];
/// How the reports of a year are named, and how the reference is.
const REPORTS: &str = "comtrade_";
const REFERENCE: &str = "baci_";
/// How their names end.
const ENDINGS: [&str; 2] = [".csv", ".csv.gz"];

/// A table of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfYear {
    /// The year of its name.
    pub year: u16,
    /// Where it is.
    pub file: PathBuf,
}

/// The reports of a year, the latest if none is asked for: of the folder named, or of the first that has some.
///
/// # Errors
/// [`CliError::Usage`], naming the folders, if there are none.
pub fn reports(folder: Option<&Path>, year: Option<u16>) -> CliResult<OfYear> {
    let folders = folder.map_or_else(
        || FOLDERS.iter().map(PathBuf::from).collect(),
        |folder| vec![folder.to_owned()],
    );
    let latest = |folder: &PathBuf| {
        let tables = tables(folder, REPORTS);
        tables
            .into_iter()
            .filter(|table| year.is_none_or(|year| year == table.year))
            .max_by(|one, two| (one.year, &two.file).cmp(&(two.year, &one.file)))
    };
    folders.iter().find_map(latest).ok_or_else(|| {
        let year = year.map_or_else(|| "YEAR".to_owned(), |year| year.to_string());
        let looked: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
        CliError::Usage(format!(
            "no `{REPORTS}{year}.csv` or `{REPORTS}{year}.csv.gz` in {}: name the table with --reports, or its folder with --folder",
            looked.join(", ")
        ))
    })
}

/// The reference beside reports, of the year given or of the year that is in their name.
///
/// # Errors
/// [`CliError::Usage`] if there is none.
pub fn reference(reports: &Path, year: Option<u16>) -> CliResult<PathBuf> {
    let folder = match reports.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = reports.file_name().and_then(|name| name.to_str());
    let year = year.or_else(|| year_of(name?, REPORTS));
    let found = tables(folder, REFERENCE)
        .into_iter()
        .find(|table| year == Some(table.year));
    found.map(|table| table.file).ok_or_else(|| {
        let year = year.map_or_else(|| "YEAR".to_owned(), |year| year.to_string());
        CliError::Usage(format!(
            "no `{REFERENCE}{year}.csv` beside {}: name the reference with --compare FILE",
            reports.display()
        ))
    })
}

/// The year in the name of a table that begins so.
fn year_of(name: &str, beginning: &str) -> Option<u16> {
    let rest = name.strip_prefix(beginning)?;
    let year = ENDINGS.iter().find_map(|ending| rest.strip_suffix(ending))?;
    year.parse().ok()
}

/// The tables of a folder whose name begins so, in the order of their names; none if it cannot be read.
fn tables(folder: &Path, beginning: &str) -> Vec<OfYear> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<OfYear> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some(OfYear {
                year: year_of(&name, beginning)?,
                file: entry.path(),
            })
        })
        .collect();
    found.sort_by(|one, two| one.file.cmp(&two.file));
    found
}
