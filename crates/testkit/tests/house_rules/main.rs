//! The rules of this repository, held against its own files.
//!
//! Each rule is a function of texts, so that the tests beside it can show that it fails where it should; the tests here
//! hold it against what git tracks and what is about to be added. A finding says which file and line, and what to do.

mod floors;
mod hygiene;
mod links;
mod manifests;
mod purity;
mod repository;
mod sizes;
mod tables;
mod tokens;
mod words;

use std::fmt;

use repository::Repository;

/// What breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    file: String,
    line: usize,
    what: String,
}

impl Finding {
    pub(crate) fn at(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            what: what.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// Fails with every finding of a rule.
#[track_caller]
fn none_of(rule: &str, findings: &[Finding]) {
    let list: Vec<String> = findings.iter().map(|finding| format!("  {finding}")).collect();
    assert!(findings.is_empty(), "{rule}\n{}", list.join("\n"));
}

#[test]
fn a_floor_uses_only_the_floors_under_it() {
    let crates = manifests::crates(&Repository::here());
    assert!(crates.len() >= 8, "only {} crates were found", crates.len());
    none_of(
        "a floor may use only the floors under it (ARCHITECTURE.md)",
        &floors::check(&crates),
    );
}

#[test]
fn floors_1_to_4_do_no_input_or_output() {
    let repository = Repository::here();
    let mut looked_at = 0;
    let mut findings = floors::impure_dependencies(&manifests::crates(&repository));
    for room in floors::pure_rooms() {
        for file in repository.under(&format!("crates/{room}/src/"), &["rs"]) {
            looked_at += 1;
            findings.extend(purity::check(&file.path, &file.text));
        }
    }
    assert!(looked_at > 50, "only {looked_at} files were looked at");
    none_of(
        "floors 1 to 4 are handed files, time and randomness by their caller",
        &findings,
    );
}

#[test]
fn every_crate_inherits_the_workspace() {
    none_of(
        "crates inherit lints, edition, licence and versions of dependencies",
        &manifests::check(&Repository::here()),
    );
}

#[test]
fn source_files_can_be_read_in_one_sitting() {
    let files = Repository::here().with(sizes::SOURCES);
    assert!(files.len() > 100, "only {} files were looked at", files.len());
    none_of(
        "split the file by subject, or list it with a reason in `sizes.rs`",
        &sizes::check(&files),
    );
}

#[test]
fn nothing_is_left_to_do_and_no_lint_is_switched_off() {
    let repository = Repository::here();
    let mut findings = Vec::new();
    for file in repository.with(sizes::SOURCES) {
        findings.extend(words::unfinished(&file));
    }
    for file in repository.with(&["rs"]) {
        findings.extend(words::switched_off(&file));
        findings.extend(words::unsafe_code(&file));
    }
    none_of(
        "finish it, or open an issue; use `#[expect(…, reason = …)]`",
        &findings,
    );
}

#[test]
fn relative_links_of_documents_lead_somewhere() {
    let repository = Repository::here();
    let documents = repository.with(&["md"]);
    assert!(
        documents.len() > 5,
        "only {} documents were looked at",
        documents.len()
    );
    none_of(
        "a link leads to a file that is not there",
        &links::check(&documents, &|path| repository.holds(path)),
    );
}

#[test]
fn tracked_files_are_small_and_name_no_machine() {
    let repository = Repository::here();
    let mut findings = hygiene::sizes(&repository.lengths());
    for file in repository.texts() {
        findings.extend(hygiene::places(&file, repository.root()));
    }
    none_of(
        "what is tracked is small and says nothing of the machine it was made on",
        &findings,
    );
}

#[test]
fn every_fact_table_is_described_and_every_row_has_a_licence() {
    none_of(
        "data/README.md describes every table, sources.csv every source",
        &tables::check(&Repository::here()),
    );
}
