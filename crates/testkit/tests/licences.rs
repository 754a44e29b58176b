//! The licences of everything that the product is built from.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Licences that any package may have: they ask for a notice at most, and mix with Apache-2.0.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Packages that may have another licence, with the reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "webpki-root-certs",
        "CDLA-Permissive-2.0",
        "certificates as data, which come with the client's TLS; nodes trust the keys that the charter pins",
    ),
    (
        "option-ext",
        "MPL-2.0",
        "used unchanged, while the pages are put into the program; its terms end at its own files",
    ),
    (
        "axe-core",
        "MPL-2.0",
        "used unchanged, by the accessibility tests alone",
    ),
    (
        "lightningcss",
        "MPL-2.0",
        "used unchanged, while the pages are built",
    ),
    (
        "@fontsource-variable/inter",
        "OFL-1.1",
        "a typeface, shipped unchanged with its licence; this is what the licence is for",
    ),
    (
        "@fontsource-variable/source-serif-4",
        "OFL-1.1",
        "a typeface, as above",
    ),
];

/// Fewest packages that a reading must find, so that one that finds nothing fails.
const PACKAGES_MIN: usize = 50;

struct Package {
    name: String,
    licence: Option<String>,
}

#[test]
fn every_crate_has_a_licence_that_is_allowed() {
    let packages = crates();
    assert!(
        packages.len() > PACKAGES_MIN,
        "only {} crates were found",
        packages.len()
    );
    assert_eq!(refused(&packages), Vec::<String>::new());
}

#[test]
fn every_package_of_the_pages_has_a_licence_that_is_allowed() {
    let lock = std::fs::read_to_string(root().join("web/package-lock.json")).unwrap();
    let packages = npm_packages(&serde_json::from_str(&lock).unwrap());
    assert!(
        packages.len() > PACKAGES_MIN,
        "only {} packages were found",
        packages.len()
    );
    assert_eq!(refused(&packages), Vec::<String>::new());
}

#[test]
fn every_exception_is_still_needed() {
    let lock = std::fs::read_to_string(root().join("web/package-lock.json")).unwrap();
    let mut packages = crates();
    packages.extend(npm_packages(&serde_json::from_str(&lock).unwrap()));
    let locked = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for (name, licence, _) in EXCEPTIONS {
        let mut found = packages.iter().filter(|package| package.name == *name).peekable();
        // A crate for another system may not have been fetched: then it is only known to be among those that are locked.
        let used = match found.peek() {
            Some(_) => found.any(|package| package.licence.as_deref() == Some(licence)),
            None => locked.contains(&format!("name = \"{name}\"\n")),
        };
        assert!(
            used,
            "`{name}` under {licence} is not used any more: take it off the list"
        );
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every package of `Cargo.lock`; of this machine's kind only, with a printed reason, where the others were never fetched.
fn crates() -> Vec<Package> {
    let metadata = |more: &[&str]| {
        Command::new(env!("CARGO"))
            .args(["metadata", "--offline", "--locked", "--format-version", "1"])
            .args(more)
            .current_dir(root())
            .output()
            .unwrap()
    };
    let mut output = metadata(&[]);
    if !output.status.success() {
        println!(
            "crates for other systems are not here (`make deps` fetches them); looking at those for this one"
        );
        output = metadata(&["--filter-platform", &host()]);
    }
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| package_of(package["name"].as_str().unwrap(), &package["license"]))
        .collect()
}

/// This machine's target, as the compiler names it.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    said.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap()
        .to_owned()
}

fn npm_packages(lock: &Value) -> Vec<Package> {
    let packages = lock["packages"].as_object().unwrap();
    let name = |path: &str| {
        path.rsplit_once("node_modules/")
            .map_or(path, |(_, name)| name)
            .to_owned()
    };
    packages
        .iter()
        .map(|(path, package)| package_of(&name(path), &package["license"]))
        .collect()
}

fn package_of(name: &str, licence: &Value) -> Package {
    Package {
        name: name.to_owned(),
        licence: licence.as_str().map(str::to_owned),
    }
}

/// What is refused, with the licence that it has.
fn refused(packages: &[Package]) -> Vec<String> {
    let excepted = |package: &Package, licence: &str| {
        // Builds of one program for many systems are packages of their own: `lightningcss-linux-x64-gnu`.
        let of = |name: &str| package.name == name || package.name.starts_with(&format!("{name}-"));
        EXCEPTIONS
            .iter()
            .any(|(name, allowed, reason)| of(name) && *allowed == licence && !reason.is_empty())
    };
    let fine = |package: &Package| match &package.licence {
        Some(licence) => is_allowed(licence) || excepted(package, licence),
        None => false,
    };
    let words = |package: &Package| {
        format!(
            "{}: {}",
            package.name,
            package.licence.as_deref().unwrap_or("no licence")
        )
    };
    packages
        .iter()
        .filter(|package| !fine(package))
        .map(words)
        .collect()
}

/// Whether one may choose licences that are all allowed. `OR` (older: `/`) binds less than `AND`.
fn is_allowed(expression: &str) -> bool {
    let expression = expression.trim();
    if let Some((left, right)) = split_outside(expression, &[" OR ", "/"]) {
        return is_allowed(left) || is_allowed(right);
    }
    if let Some((left, right)) = split_outside(expression, &[" AND "]) {
        return is_allowed(left) && is_allowed(right);
    }
    match expression
        .strip_prefix('(')
        .and_then(|inside| inside.strip_suffix(')'))
    {
        Some(inside) => is_allowed(inside),
        None => ALLOWED.contains(&expression),
    }
}

/// Splits at the first of these words that stands outside of parentheses.
fn split_outside<'a>(expression: &'a str, words: &[&str]) -> Option<(&'a str, &'a str)> {
    let mut depth = 0_usize;
    for (at, character) in expression.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if let Some(word) = words
            .iter()
            .find(|word| depth == 0 && expression[at..].starts_with(**word))
        {
            return Some((&expression[..at], &expression[at + word.len()..]));
        }
    }
    None
}

#[test]
fn expressions_are_read_as_spdx_says() {
    for fine in [
        "MIT",
        "GPL-3.0 OR MIT",
        "(MIT OR GPL-3.0) AND ISC",
        "Unlicense/MIT",
        "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
    ] {
        assert!(is_allowed(fine), "{fine}");
    }
    for not in [
        "",
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "MIT AND (GPL-3.0 OR AGPL-3.0)",
        "LGPL-2.1",
        "UNLICENSED",
        "MPL-2.0",
        "mit",
    ] {
        assert!(!is_allowed(not), "{not}");
    }
}

#[test]
fn a_package_that_is_not_allowed_is_found() {
    let package = |name: &str, licence: Option<&str>| Package {
        name: name.into(),
        licence: licence.map(str::to_owned),
    };
    let planted = [
        package("fine", Some("MIT")),
        package("silent", None),
        package("copyleft", Some("AGPL-3.0")),
        package("option-ext", Some("MPL-2.0")),
        package("option-ext", Some("GPL-3.0")),
        package("lightningcss-linux-x64-gnu", Some("MPL-2.0")),
        package("lightning", Some("MPL-2.0")),
    ];
    assert_eq!(
        refused(&planted),
        [
            "silent: no licence",
            "copyleft: AGPL-3.0",
            "option-ext: GPL-3.0",
            "lightning: MPL-2.0"
        ]
    );
}
