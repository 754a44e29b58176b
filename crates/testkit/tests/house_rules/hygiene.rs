//! Sizes of tracked files, and words that tie a file to a machine or a package registry.

use crate::Finding;
use crate::repository::TextFile;

/// Largest tracked file, bytes.
const FILE_BYTES_MAX: u64 = 3_000_000;
/// Folders of people: what follows is somebody's machine.
const HOMES: &[&str] = &["/home/", "/root/", "/Users/"];
/// Hosts of package registries: fetching is the package managers' business, and where from is their configuration's.
const REGISTRIES: &[&str] = &[
    "crates.io",
    "lib.rs",
    "npmjs.com",
    "npmjs.org",
    "yarnpkg.com",
    "pypi.org",
    "pythonhosted.org",
    "proxy.golang.org",
    "repo.maven.apache.org",
    "rubygems.org",
];
/// Files that name what this rule forbids: the rule itself.
const RULE: &str = "crates/testkit/tests/house_rules/hygiene.rs";

/// Files that are too large.
pub(crate) fn sizes(lengths: &[(String, u64)]) -> Vec<Finding> {
    let large = lengths.iter().filter(|(_, bytes)| *bytes > FILE_BYTES_MAX);
    large
        .map(|(path, bytes)| {
            Finding::at(
                path,
                0,
                format!("has {bytes} bytes; {FILE_BYTES_MAX} are the limit"),
            )
        })
        .collect()
}

/// Absolute paths of somebody's machine, the one that the test runs on included (`root` is where the repository lies there),
/// and hosts of registries.
pub(crate) fn places(file: &TextFile, root: &str) -> Vec<Finding> {
    if file.path == RULE {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let homes: Vec<&str> = HOMES.iter().copied().chain([root]).collect();
    let [homes, hosts] = [homes.as_slice(), REGISTRIES].map(|words| -> Vec<&str> {
        words
            .iter()
            .copied()
            .filter(|word| file.text.contains(word))
            .collect()
    });
    if homes.is_empty() && hosts.is_empty() {
        return findings;
    }
    for (number, line) in file.text.lines().enumerate() {
        if let Some(home) = homes.iter().find(|home| is_absolute(line, home)) {
            findings.push(Finding::at(
                &file.path,
                number + 1,
                format!("names a path under `{home}`"),
            ));
        }
        if let Some(host) = hosts.iter().find(|host| is_host(line, host)) {
            findings.push(Finding::at(
                &file.path,
                number + 1,
                format!("names the registry host `{host}`"),
            ));
        }
    }
    findings
}

/// Whether the path begins there: what stands before it is no part of a longer path or address.
fn is_absolute(line: &str, home: &str) -> bool {
    line.match_indices(home).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !(c.is_alphanumeric() || "/._-~}>$)".contains(c)))
    })
}

/// Whether the host or a host under it is named, and not a longer word such as `src/lib.rs`.
fn is_host(line: &str, host: &str) -> bool {
    line.match_indices(host).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + host.len()..].chars().next();
        let begins = match before {
            Some('/') => line[..at].ends_with("://"),
            Some('.') => line[..at - 1]
                .chars()
                .next_back()
                .is_some_and(char::is_alphanumeric),
            Some(c) => host != "lib.rs" && !(c.is_alphanumeric() || c == '-' || c == '_'),
            None => host != "lib.rs",
        };
        begins && after.is_none_or(|c| !(c.is_alphanumeric() || c == '-' || c == '_'))
    })
}

#[test]
fn a_large_file_is_found() {
    let lengths = [
        ("a.csv".to_owned(), FILE_BYTES_MAX),
        ("b.csv".to_owned(), FILE_BYTES_MAX + 1),
    ];
    assert_eq!(sizes(&lengths).len(), 1);
}

#[test]
fn a_machine_or_a_registry_is_found() {
    let of = |path: &str, text: &str| places(&TextFile::new(path, text), "/srv/didymium").len();
    for named in [
        "cd /home/someone/x",
        "\"/root/.cargo\"",
        "path = /srv/didymium/web",
        "https://registry.npmjs.org/x",
        "get it at crates.io",
        "https://static.crates.io/crates/x",
        "see https://lib.rs/crates/x",
    ] {
        assert_eq!(of("a.md", named), 1, "{named}");
    }
    for fine in [
        "crates/x/src/lib.rs",
        "`lib.rs`",
        "https://example.org/home/page",
        "./srv/didymium",
        "a/root/b",
        "mycrates.iox",
    ] {
        assert_eq!(of("a.md", fine), 0, "{fine}");
    }
    // How cargo itself names its registry in `Cargo.lock`.
    assert_eq!(
        of(
            "Cargo.lock",
            "source = \"registry+https://github.com/rust-lang/crates.io-index\""
        ),
        0
    );
}
