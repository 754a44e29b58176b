//! Relative links of Markdown documents.

use crate::Finding;
use crate::repository::TextFile;

/// Links to files and folders that are not there.
pub(crate) fn check(documents: &[TextFile], holds: &dyn Fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for document in documents {
        let folder = document.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (target, line) in targets(&document.text) {
            match resolve(folder, target) {
                Some(path) if holds(&path) => {}
                Some(path) => findings.push(Finding::at(
                    &document.path,
                    line,
                    format!("`{target}`: there is no `{path}`"),
                )),
                None => findings.push(Finding::at(
                    &document.path,
                    line,
                    format!("`{target}` leads out of the repository"),
                )),
            }
        }
    }
    findings
}

/// Relative targets of `[text](target)` and `![text](target)`, outside of blocks of code, each with its line.
fn targets(text: &str) -> Vec<(&str, usize)> {
    let mut targets = Vec::new();
    let mut in_block = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
            continue;
        }
        // Of a line split at backticks, every other part is code.
        let prose = line.split('`').step_by(2).filter(|_| !in_block);
        for part in prose {
            for after in part.split("](").skip(1) {
                let target = after.split([')', ' ', '#']).next().unwrap_or_default();
                if !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:") {
                    targets.push((target, number + 1));
                }
            }
        }
    }
    targets
}

/// The path from the root that a link in `folder` leads to; none if it leads out.
fn resolve(folder: &str, target: &str) -> Option<String> {
    let (mut parts, target) = match target.strip_prefix('/') {
        Some(from_root) => (Vec::new(), from_root),
        None => (
            folder.split('/').filter(|part| !part.is_empty()).collect(),
            target,
        ),
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[test]
fn a_dead_link_is_found() {
    let there = |path: &str| ["docs/a.md", "README.md", "docs/x.png"].contains(&path);
    let document = |text: &str| [TextFile::new("docs/b.md", text)];
    for dead in [
        "[x](c.md)",
        "![x](../x.png)",
        "see [x](a.md) and [y](../docs/nothing.md#part)",
        "[x](../../out.md)",
    ] {
        assert_eq!(check(&document(dead), &there).len(), 1, "{dead}");
    }
    for alive in [
        "[x](a.md#part) ![y](x.png)",
        "[x](../README.md)",
        "[x](https://example.org/none) [y](#here)",
        "`[x](none.md)`",
        "```\n[x](none.md)\n```",
        "[x](/docs/a.md)",
    ] {
        assert_eq!(check(&document(alive), &there), [], "{alive}");
    }
}
