//! Words that may not stand in a source: what is left to do, what switches a lint off, what is unsafe.

use crate::Finding;
use crate::repository::TextFile;
use crate::tokens::{code, tokens, without_texts};

/// Words that say that something is missing, in comments or code.
const UNFINISHED: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];
/// Macros that say so.
const UNFINISHED_MACROS: &[&str] = &["todo", "unimplemented"];
/// Files that may hold `unsafe`, each with the reason. None yet; a crate that binds a solver will be the one.
const UNSAFE: &[(&str, &str)] = &[];

/// What says that it is not finished. Texts of Rust are left out: they are data.
pub(crate) fn unfinished(file: &TextFile) -> Vec<Finding> {
    let is_rust = file.path.ends_with(".rs");
    let text = if is_rust {
        without_texts(&file.text)
    } else {
        file.text.clone()
    };
    let tokens = tokens(&text);
    let mut findings = Vec::new();
    for (at, (word, line)) in tokens.iter().enumerate() {
        let is_macro = is_rust
            && UNFINISHED_MACROS.contains(word)
            && tokens.get(at + 1).is_some_and(|next| next.0 == "!");
        if UNFINISHED.contains(word) || is_macro {
            findings.push(Finding::at(&file.path, *line, format!("says `{word}`")));
        }
    }
    findings
}

/// Lints that are switched off for good instead of expected with a reason.
pub(crate) fn switched_off(file: &TextFile) -> Vec<Finding> {
    let code = code(&file.text);
    let tokens = tokens(&code);
    let begins = |at: usize, words: &[&str]| {
        words
            .iter()
            .enumerate()
            .all(|(step, word)| tokens.get(at + step).is_some_and(|token| token.0 == *word))
    };
    let off =
        |at: &usize| begins(*at, &["#", "[", "allow", "("]) || begins(*at, &["#", "!", "[", "allow", "("]);
    let found = (0..tokens.len()).filter(off);
    found
        .map(|at| Finding::at(&file.path, tokens[at].1, "switches a lint off with `allow`"))
        .collect()
}

/// `unsafe` where it is not listed.
pub(crate) fn unsafe_code(file: &TextFile) -> Vec<Finding> {
    if UNSAFE.iter().any(|(path, _)| *path == file.path) {
        return Vec::new();
    }
    let code = code(&file.text);
    let found = tokens(&code).into_iter().filter(|(word, _)| *word == "unsafe");
    found
        .map(|(_, line)| {
            Finding::at(
                &file.path,
                line,
                "has `unsafe` code and is not listed in `words.rs`",
            )
        })
        .collect()
}

#[test]
fn what_is_unfinished_is_found() {
    for text in [
        "// TODO: later",
        "fn f() { todo!() }",
        "fn f() { unimplemented!(\"x\") }",
        "/* FIXME */",
    ] {
        assert_eq!(unfinished(&TextFile::new("a.rs", text)).len(), 1, "{text}");
    }
    assert_eq!(
        unfinished(&TextFile::new("a.ts", "const a = 'x'; // XXX")).len(),
        1
    );
    for text in [
        "fn f() { g(\"TODO\") }",
        "// todo is a Spanish word",
        "fn todo() {}",
    ] {
        assert_eq!(unfinished(&TextFile::new("a.rs", text)), [], "{text}");
    }
}

#[test]
fn a_switched_off_lint_is_found() {
    for text in [
        "#[allow(dead_code)]\nfn f() {}",
        "#![allow(\n  missing_docs,\n  reason = \"x\")]",
        "#[ allow (unused)]",
    ] {
        assert_eq!(switched_off(&TextFile::new("a.rs", text)).len(), 1, "{text}");
    }
    let fine = "#[expect(dead_code, reason = \"x\")]\nfn allow(a: u8) {} // #[allow(x)]\nconst A: &str = \"#[allow(x)]\";";
    assert_eq!(switched_off(&TextFile::new("a.rs", fine)), []);
}

#[test]
fn unsafe_code_is_found() {
    assert_eq!(
        unsafe_code(&TextFile::new("a.rs", "fn f() { unsafe { g() } }")).len(),
        1
    );
    assert_eq!(
        unsafe_code(&TextFile::new(
            "a.rs",
            "// unsafe\nconst UNSAFE: &str = \"unsafe\"; // unsafe_code"
        )),
        []
    );
}
