//! The manifests of the workspace's crates.

use crate::Finding;
use crate::repository::Repository;

/// Keys of `[package]` that every crate takes from the workspace.
const INHERITED: &[&str] = &["version", "edition", "rust-version", "license", "publish"];

/// What a crate's manifest says.
pub(crate) struct CrateManifest {
    pub(crate) path: String,
    /// Name of its folder.
    pub(crate) room: String,
    pub(crate) name: String,
    /// Of the product and its build script, for any target.
    pub(crate) dependencies: Vec<String>,
    pub(crate) dev_dependencies: Vec<String>,
}

/// The manifests under `crates/`.
pub(crate) fn crates(repository: &Repository) -> Vec<CrateManifest> {
    let files = repository.under("crates/", &["toml"]);
    files
        .iter()
        .filter_map(|file| read(&file.path, &file.text))
        .collect()
}

fn read(path: &str, text: &str) -> Option<CrateManifest> {
    let room = path
        .strip_prefix("crates/")?
        .strip_suffix("/Cargo.toml")
        .filter(|room| !room.contains('/'))?;
    let table: toml::Table = text.parse().ok()?;
    Some(CrateManifest {
        path: path.to_owned(),
        room: room.to_owned(),
        name: table.get("package")?.get("name")?.as_str()?.to_owned(),
        dependencies: names(&table, &["dependencies", "build-dependencies"]),
        dev_dependencies: names(&table, &["dev-dependencies"]),
    })
}

/// Names in these sections, those of `[target.…]` included.
fn names(table: &toml::Table, sections: &[&str]) -> Vec<String> {
    let targets = table.get("target").and_then(toml::Value::as_table);
    let tables = std::iter::once(table).chain(
        targets
            .into_iter()
            .flatten()
            .filter_map(|(_, one)| one.as_table()),
    );
    tables
        .flat_map(|table| {
            sections
                .iter()
                .filter_map(|section| table.get(*section)?.as_table())
        })
        .flat_map(|section| section.keys().cloned())
        .collect()
}

/// Manifests that do not inherit what the workspace says once for all, and a workspace that allows `unsafe`.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let members = repository.under("crates/", &["toml"]);
    let mut findings: Vec<Finding> = members
        .iter()
        .flat_map(|file| inherits(&file.path, &file.text))
        .collect();
    match repository.read("Cargo.toml") {
        Some(root) => findings.extend(forbids_unsafe(&root.text)),
        None => findings.push(Finding::at("Cargo.toml", 1, "is not there")),
    }
    findings
}

fn inherits(path: &str, text: &str) -> Vec<Finding> {
    let Ok(table) = text.parse::<toml::Table>() else {
        return vec![Finding::at(path, 1, "is not TOML")];
    };
    let from_workspace = |value: Option<&toml::Value>| {
        value
            .and_then(|value| value.get("workspace"))
            .and_then(toml::Value::as_bool)
            == Some(true)
    };
    let mut findings = Vec::new();
    if !from_workspace(table.get("lints")) {
        findings.push(Finding::at(path, 1, "has no `[lints] workspace = true`"));
    }
    for key in INHERITED {
        if !from_workspace(table.get("package").and_then(|package| package.get(*key))) {
            findings.push(Finding::at(path, 1, format!("has no `{key}.workspace = true`")));
        }
    }
    for section in ["dependencies", "build-dependencies", "dev-dependencies"] {
        for (name, value) in table
            .get(section)
            .and_then(toml::Value::as_table)
            .into_iter()
            .flatten()
        {
            if !from_workspace(Some(value)) {
                findings.push(Finding::at(
                    path,
                    1,
                    format!("`{name}` has a version of its own: name it in the workspace"),
                ));
            }
        }
    }
    findings
}

fn forbids_unsafe(text: &str) -> Option<Finding> {
    let table: toml::Table = text.parse().ok()?;
    let lint = table
        .get("workspace")?
        .get("lints")?
        .get("rust")?
        .get("unsafe_code")
        .and_then(toml::Value::as_str);
    (lint != Some("forbid")).then(|| Finding::at("Cargo.toml", 1, "does not forbid `unsafe_code`"))
}

#[cfg(test)]
const RIGHT: &str = "[package]\nname = \"didymium-log\"\nversion.workspace = true\nedition.workspace = true\n\
    rust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n[lints]\nworkspace = true\n\
    [dependencies]\nsha2.workspace = true\n[target.'cfg(unix)'.dependencies]\nlibc.workspace = true\n";

#[test]
fn a_manifest_of_its_own_mind_is_found() {
    let path = "crates/log/Cargo.toml";
    assert_eq!(inherits(path, RIGHT), []);
    assert_eq!(
        inherits(path, &RIGHT.replace("[lints]\nworkspace = true\n", "")).len(),
        1
    );
    assert_eq!(
        inherits(
            path,
            &RIGHT.replace(
                "[lints]\nworkspace = true\n",
                "[lints.rust]\nunsafe_code = \"allow\"\n"
            )
        )
        .len(),
        1
    );
    assert_eq!(
        inherits(
            path,
            &RIGHT.replace("edition.workspace = true", "edition = \"2021\"")
        )
        .len(),
        1
    );
    assert_eq!(
        inherits(path, &RIGHT.replace("sha2.workspace = true", "sha2 = \"0.11\"")).len(),
        1
    );
    assert!(forbids_unsafe("[workspace.lints.rust]\nunsafe_code = \"deny\"").is_some());
    assert!(forbids_unsafe("[workspace.lints.rust]\nunsafe_code = \"forbid\"").is_none());
}

#[test]
fn a_manifest_is_read() {
    let read = read("crates/log/Cargo.toml", RIGHT).unwrap();
    assert_eq!((read.room.as_str(), read.name.as_str()), ("log", "didymium-log"));
    assert_eq!(read.dependencies, ["sha2", "libc"]);
}
