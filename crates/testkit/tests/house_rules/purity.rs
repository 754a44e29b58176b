//! Floors 1 to 4 do no input or output: no file, socket, clock, environment, lasting thread or random source of their own.

use crate::Finding;
use crate::tokens::{product_code, tokens};

/// Modules of `std` that a pure floor may not name.
const MODULES: &[&str] = &["env", "fs", "net", "os", "process", "thread"];
/// Words that stand for a clock, a random source or output wherever they are named.
const WORDS: &[(&str, &str)] = &[
    ("SystemTime", "reads the clock"),
    ("Instant", "reads the clock"),
    ("Zoned", "reads the clock"),
    ("getrandom", "reads the system's random source"),
    ("OsRng", "reads the system's random source"),
    ("thread_rng", "reads the system's random source"),
    ("tokio", "does input and output"),
    ("println", "prints"),
    ("eprintln", "prints"),
    ("stdin", "reads"),
    ("stdout", "prints"),
    ("stderr", "prints"),
];

/// What of a file is not pure; its tests are left out.
pub(crate) fn check(path: &str, source: &str) -> Vec<Finding> {
    let code = product_code(source);
    let tokens = tokens(&code);
    let mut findings = Vec::new();
    for (at, (word, line)) in tokens.iter().enumerate() {
        let next = |steps: usize| tokens.get(at + steps).map_or("", |(text, _)| *text);
        if let Some((_, does)) = WORDS.iter().find(|(banned, _)| banned == word) {
            findings.push(Finding::at(
                path,
                *line,
                format!("`{word}` {does}: take it as an argument"),
            ));
        }
        if *word == "rand" && next(1) == "::" {
            findings.push(Finding::at(
                path,
                *line,
                "`rand` draws: take what was drawn as an argument",
            ));
        }
        if *word == "Timestamp" && next(1) == "::" && next(2) == "now" {
            findings.push(Finding::at(
                path,
                *line,
                "`Timestamp::now` reads the clock: take the time as an argument",
            ));
        }
        if *word == "std" && next(1) == "::" {
            for module in named_after(&tokens[at + 2..]) {
                // Threads that end before it returns: parallelism, whose answers the code puts in a fixed order.
                let scoped = module == "thread" && next(3) == "::" && next(4) == "scope";
                if MODULES.contains(&module) && !scoped {
                    findings.push(Finding::at(
                        path,
                        *line,
                        format!("`std::{module}`: the caller does input and output"),
                    ));
                }
            }
        }
        if *word == "std" && next(1) == "as" {
            findings.push(Finding::at(
                path,
                *line,
                "`std` under another name hides what is used",
            ));
        }
    }
    findings
}

/// What follows `std::`: one module, or the modules of `{…}`.
fn named_after<'a>(tokens: &[(&'a str, usize)]) -> Vec<&'a str> {
    let Some((first, _)) = tokens.first() else {
        return Vec::new();
    };
    if *first != "{" {
        return vec![first];
    }
    let (mut depth, mut names, mut begins) = (0_usize, Vec::new(), false);
    for (token, _) in tokens {
        match *token {
            "{" => (depth, begins) = (depth + 1, depth == 0),
            "}" => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            "," => begins = depth == 1,
            name => {
                if begins {
                    names.push(name);
                }
                begins = false;
            }
        }
    }
    names
}

#[test]
fn what_is_not_pure_is_found() {
    for impure in [
        "fn f() { std::fs::read(\"x\"); }",
        "use std::{fmt, fs};",
        "use std::{collections::{BTreeMap, BTreeSet}, net::{TcpStream}};",
        "use std as library;",
        "use std::time::{Duration, Instant};",
        "use std::time::SystemTime;",
        "fn f() { ::std::thread::spawn(|| ()); }",
        "use std::thread;",
        "fn f() { getrandom::fill(&mut [0]); }",
        "fn f() -> u8 { rand::random() }",
        "fn f() { let t = jiff::Timestamp::now(); }",
        "fn f() { println!(\"{}\", 1); }",
        "fn f() { let home = std::env::var(\"HOME\"); }",
        "#[cfg(test)]\nmod tests {}\nuse std::process;",
    ] {
        assert_eq!(check("x.rs", impure).len(), 1, "{impure}");
    }
}

#[test]
fn what_is_pure_is_left_alone() {
    for pure in [
        "//! Reads no std::fs.\nuse std::{collections::BTreeMap, fmt};",
        "fn f() { std::thread::scope(|scope| ()); }",
        "const A: &str = env!(\"CARGO_PKG_VERSION\");",
        "fn f() -> &'static str { \"std::fs::read Instant\" }",
        "use std::time::Duration;\nuse other::{std_fs, fs::x};",
        "#[cfg(test)]\nmod tests { use std::fs; fn t() { println!(); } }",
        "use std::{fmt::{self, net}, io};",
    ] {
        assert_eq!(check("x.rs", pure), [], "{pure}");
    }
}
