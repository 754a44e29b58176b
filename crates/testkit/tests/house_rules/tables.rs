//! The fact tables: each described, each row with a source that has a licence and the line that must be shown with it.

use std::collections::{BTreeMap, BTreeSet};

use crate::Finding;
use crate::repository::{Repository, TextFile};

/// What `data/sources.csv` must say of every source.
const SAID_OF_A_SOURCE: &[&str] = &[
    "title",
    "publisher",
    "licence",
    "attribution",
    "published",
    "published_basis",
    "retrieved",
];
/// Tables that describe the others.
const ABOUT: &[&str] = &["data/sources.csv", "data/tables.csv"];
/// Tables that the builders read: what a person decided about the facts, with its source in words, not facts to load.
const BUILDERS: &str = "data/builders/";

/// Tables that nobody describes, sources without a licence, rows whose source or licence is another than said.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let tables = repository.under("data/", &["csv"]);
    let text = |path: &str| {
        repository.read(path).unwrap_or_else(|| TextFile {
            path: path.into(),
            text: String::new(),
        })
    };
    let sources = text("data/sources.csv");
    let mut findings = described(&tables, &text("data/README.md"), &text("data/tables.csv"));
    findings.extend(licensed(&sources));
    let licences = licences(&sources);
    assert!(licences.len() > 10, "only {} sources were found", licences.len());
    for table in tables
        .iter()
        .filter(|table| !ABOUT.contains(&table.path.as_str()) && !table.path.starts_with(BUILDERS))
    {
        findings.extend(rows(table, &licences));
    }
    findings
}

fn described(tables: &[TextFile], readme: &TextFile, manifest: &TextFile) -> Vec<Finding> {
    let loaded: BTreeSet<String> = records(manifest)
        .into_iter()
        .filter_map(|mut row| row.remove("file"))
        .collect();
    let mut findings = Vec::new();
    for table in tables
        .iter()
        .filter(|table| !ABOUT.contains(&table.path.as_str()))
    {
        let name = table.path.trim_start_matches("data/");
        if !readme.text.contains(&format!("`{name}`")) {
            findings.push(Finding::at(&table.path, 1, "is not described in data/README.md"));
        }
        if !name.contains('/') && !loaded.contains(name) {
            findings.push(Finding::at(
                &table.path,
                1,
                "is not in data/tables.csv, so nobody loads it",
            ));
        }
    }
    for name in loaded
        .iter()
        .filter(|name| !tables.iter().any(|table| table.path == format!("data/{name}")))
    {
        findings.push(Finding::at(
            &manifest.path,
            1,
            format!("names `{name}`, which is not there"),
        ));
    }
    findings
}

fn licensed(sources: &TextFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, row) in (2..).zip(records(sources)) {
        for column in SAID_OF_A_SOURCE {
            if row.get(*column).is_none_or(|value| value.trim().is_empty()) {
                let source = row.get("source").map_or("", String::as_str);
                findings.push(Finding::at(
                    &sources.path,
                    line,
                    format!("`{source}` has no {column}"),
                ));
            }
        }
    }
    findings
}

fn licences(sources: &TextFile) -> BTreeMap<String, String> {
    let pair = |mut row: BTreeMap<String, String>| Some((row.remove("source")?, row.remove("licence")?));
    records(sources).into_iter().filter_map(pair).collect()
}

fn rows(table: &TextFile, licences: &BTreeMap<String, String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, row) in (2..).zip(records(table)) {
        let of = |column: &str| row.get(column).map_or("", String::as_str);
        if of("licence").is_empty() {
            findings.push(Finding::at(&table.path, line, "the row has no licence"));
        } else if let Some(attribution) = row.get("attribution") {
            // A table that names its sources itself, since it is licensed otherwise.
            if attribution.is_empty() || of("source").is_empty() {
                findings.push(Finding::at(
                    &table.path,
                    line,
                    "the row has no source or no attribution",
                ));
            }
        } else {
            match licences.get(of("source")) {
                None => findings.push(Finding::at(
                    &table.path,
                    line,
                    format!("source `{}` is not in sources.csv", of("source")),
                )),
                Some(licence) if licence != of("licence") => {
                    findings.push(Finding::at(
                        &table.path,
                        line,
                        format!("licence `{}`: its source says `{licence}`", of("licence")),
                    ));
                }
                Some(_) => {}
            }
        }
    }
    findings
}

/// The rows of a table by column.
fn records(table: &TextFile) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(table.text.as_bytes())
        .into_deserialize()
        .filter_map(Result::ok)
        .collect()
}

#[test]
fn a_table_that_nobody_describes_is_found() {
    let tables = [
        TextFile::new("data/a.csv", ""),
        TextFile::new("data/osm/b.csv", ""),
    ];
    let readme = TextFile::new("data/README.md", "`a.csv` and `osm/b.csv`");
    let manifest = |text: &str| TextFile::new("data/tables.csv", text);
    assert_eq!(
        described(&tables, &readme, &manifest("file,kind\na.csv,site\n")),
        []
    );
    assert_eq!(described(&tables, &readme, &manifest("file,kind\n")).len(), 1);
    assert_eq!(
        described(&tables, &readme, &manifest("file,kind\na.csv,site\nc.csv,site\n")).len(),
        1
    );
    assert_eq!(
        described(
            &tables,
            &TextFile::new("data/README.md", "`a.csv`"),
            &manifest("file,kind\na.csv,site\n")
        )
        .len(),
        1
    );
}

#[test]
fn a_row_without_a_licence_is_found() {
    let sources = TextFile::new(
        "data/sources.csv",
        "source,title,publisher,licence,attribution,published,published_basis,retrieved\n\
         a,A,P,CC0-1.0,A,2025-01-01,exact,2026-01-01\nb,B,P,,B,2025-01-01,exact,2026-01-01\n",
    );
    assert_eq!(licensed(&sources).len(), 1);
    let licences = licences(&sources);
    let of = |rest: &str| {
        rows(
            &TextFile::new("data/x.csv", &format!("value,source,licence\n{rest}\n")),
            &licences,
        )
        .len()
    };
    assert_eq!(
        (of("1,a,CC0-1.0"), of("1,a,MIT"), of("1,c,CC0-1.0"), of("1,a,")),
        (0, 1, 1, 1)
    );
    let own = |row: &str| {
        rows(
            &TextFile::new("data/x.csv", &format!("source,licence,attribution\n{row}\n")),
            &licences,
        )
        .len()
    };
    assert_eq!(
        (own("c,ODbL-1.0,© C"), own("c,ODbL-1.0,"), own(",ODbL-1.0,© C")),
        (0, 1, 1)
    );
}
