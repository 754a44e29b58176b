//! Reads and checks the tables with the crate's own reader: a broken table stops the build with its file, line,
//! column, value and reason.

#![expect(
    dead_code,
    reason = "the crate's modules are compiled here for the reading of tables alone"
)]

#[path = "src/chain.rs"]
mod chain;
#[path = "src/check.rs"]
mod check;
#[path = "src/check_balances.rs"]
mod check_balances;
#[path = "src/codes.rs"]
mod codes;
#[path = "src/commodity.rs"]
mod commodity;
#[path = "src/coverage.rs"]
mod coverage;
#[path = "src/end_use.rs"]
mod end_use;
#[path = "src/error.rs"]
mod error;
#[path = "src/formula.rs"]
mod formula;
#[path = "src/geography.rs"]
mod geography;
#[path = "src/index.rs"]
mod index;
#[path = "src/label.rs"]
mod label;
#[path = "src/measure.rs"]
mod measure;
#[path = "src/quality.rs"]
mod quality;
#[path = "src/quantity.rs"]
mod quantity;
#[path = "src/recipe.rs"]
mod recipe;
#[path = "src/substance.rs"]
mod substance;
#[path = "src/tables.rs"]
mod tables;
#[path = "src/vocabulary.rs"]
mod vocabulary;
#[path = "src/words.rs"]
mod words;

use std::path::Path;

fn main() {
    // A change of the modules above compiles this script anew, and a script compiled anew is run.
    println!("cargo::rerun-if-changed=tables");
    if let Err(refusal) = check_tables(Path::new("tables")) {
        println!("cargo::error={refusal}");
    }
}

/// Reads every table of the folder and the vocabulary that they make.
fn check_tables(folder: &Path) -> Result<(), String> {
    let mut texts = Vec::new();
    for file in tables::TABLE_FILES {
        let path = folder.join(file);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("table {} cannot be read: {error}", path.display()))?;
        texts.push((file, text));
    }
    let texts = texts.iter().map(|(file, text)| (*file, text.as_str()));
    let tables = tables::Tables::new(env!("CARGO_PKG_VERSION"), texts).map_err(|error| error.to_string())?;
    vocabulary::Vocabulary::from_tables(&tables)
        .map(|_| ())
        .map_err(|error| error.to_string())
}
