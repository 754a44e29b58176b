//! How long a source file may be.

use crate::Finding;
use crate::repository::TextFile;

/// Extensions of source files.
pub(crate) const SOURCES: &[&str] = &["css", "mjs", "py", "rs", "sh", "svelte", "ts"];

/// Most lines of a source file. Files of 150 to 300 lines are usual; look again at 400.
const LINES_MAX: usize = 600;

/// Files that may be longer, with the reason.
const LONGER: &[(&str, &str)] = &[(
    "crates/node/src/api/types.rs",
    "the wire types of the API: one flat list of declarations with a sentence each, and no logic",
)];

/// Files that are too long, and exceptions that are no longer needed.
pub(crate) fn check(files: &[TextFile]) -> Vec<Finding> {
    against(files, LONGER)
}

fn against(files: &[TextFile], longer: &[(&str, &str)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        let lines = file.text.lines().count();
        let excused = longer
            .iter()
            .any(|(path, reason)| *path == file.path && !reason.is_empty());
        if lines > LINES_MAX && !excused {
            findings.push(Finding::at(
                &file.path,
                lines,
                format!("has {lines} lines; {LINES_MAX} are the limit"),
            ));
        }
        if lines <= LINES_MAX && excused {
            findings.push(Finding::at(
                &file.path,
                lines,
                "is short enough now: take it off the list in `sizes.rs`",
            ));
        }
    }
    findings
}

#[test]
fn a_long_file_is_found_and_so_is_a_needless_excuse() {
    let long = TextFile::new("a.rs", &"x\n".repeat(LINES_MAX + 1));
    let short = TextFile::new("b.rs", &"x\n".repeat(LINES_MAX));
    assert_eq!(against(&[long.clone(), short.clone()], &[]).len(), 1);
    assert_eq!(against(&[long.clone(), short.clone()], &[("a.rs", "a list")]), []);
    assert_eq!(
        against(std::slice::from_ref(&long), &[("a.rs", "")]).len(),
        1,
        "an excuse without a reason"
    );
    assert_eq!(against(&[short], &[("b.rs", "a list")]).len(), 1);
}
