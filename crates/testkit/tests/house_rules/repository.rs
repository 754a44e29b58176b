//! The files of this repository.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders that a walk without git leaves out: what is built or fetched.
const NOT_TRACKED: &[&str] = &[
    ".git",
    "target",
    "node_modules",
    "dist",
    "test-results",
    "__pycache__",
    ".venv",
];

/// A text file by its path from the root, with forward slashes.
#[derive(Debug, Clone)]
pub(crate) struct TextFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl TextFile {
    #[cfg(test)]
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }
}

pub(crate) struct Repository {
    root: PathBuf,
    place: String,
    paths: Vec<String>,
}

impl Repository {
    /// What git tracks or would add; without git, every file that is not built or fetched.
    pub(crate) fn here() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut paths = listed_by_git(&root).unwrap_or_else(|| walked(&root));
        paths.sort();
        paths.retain(|path| root.join(path).is_file());
        assert!(
            paths.len() > 100,
            "only {} files were found under {}",
            paths.len(),
            root.display()
        );
        let place = root
            .canonicalize()
            .map_or_else(|_| String::new(), |root| root.display().to_string());
        assert!(place.len() > 1, "the repository lies nowhere");
        Self { root, place, paths }
    }

    /// Where the repository lies on this machine.
    pub(crate) fn root(&self) -> &str {
        &self.place
    }

    /// Whether a file or folder is there and would be in a clone.
    pub(crate) fn holds(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let inside = format!("{path}/");
        path.is_empty()
            || self
                .paths
                .iter()
                .any(|known| known == path || known.starts_with(&inside))
    }

    /// Text files with one of these extensions.
    pub(crate) fn with(&self, extensions: &[&str]) -> Vec<TextFile> {
        self.under("", extensions)
    }

    /// Text files in a folder with one of these extensions.
    pub(crate) fn under(&self, folder: &str, extensions: &[&str]) -> Vec<TextFile> {
        let wanted = |path: &&String| {
            let extension = Path::new(path.as_str())
                .extension()
                .and_then(|extension| extension.to_str());
            path.starts_with(folder) && extension.is_some_and(|extension| extensions.contains(&extension))
        };
        self.paths
            .iter()
            .filter(wanted)
            .filter_map(|path| self.read(path))
            .collect()
    }

    /// Every text file.
    pub(crate) fn texts(&self) -> Vec<TextFile> {
        self.paths.iter().filter_map(|path| self.read(path)).collect()
    }

    /// Every file's length in bytes.
    pub(crate) fn lengths(&self) -> Vec<(String, u64)> {
        let length = |path: &String| std::fs::metadata(self.root.join(path)).map_or(0, |meta| meta.len());
        self.paths
            .iter()
            .map(|path| (path.clone(), length(path)))
            .collect()
    }

    /// A text file; none if it is not there or not text.
    pub(crate) fn read(&self, path: &str) -> Option<TextFile> {
        let text = std::fs::read_to_string(self.root.join(path)).ok()?;
        Some(TextFile {
            path: path.to_owned(),
            text,
        })
    }
}

fn listed_by_git(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .ok()?;
    let listed = String::from_utf8(output.stdout)
        .ok()
        .filter(|_| output.status.success())?;
    Some(
        listed
            .split('\0')
            .filter(|path| !path.is_empty())
            .map(str::to_owned)
            .collect(),
    )
}

fn walked(root: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(root.join(&folder)) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() {
                name.clone()
            } else {
                format!("{folder}/{name}")
            };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !NOT_TRACKED.contains(&name.as_str()) => folders.push(path),
                Ok(kind) if kind.is_file() => paths.push(path),
                _ => {}
            }
        }
    }
    paths
}

#[test]
fn the_walk_and_git_find_the_same_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let Some(mut listed) = listed_by_git(&root) else {
        println!("skipped: git does not answer here");
        return;
    };
    let mut found = walked(&root);
    let is_source =
        |path: &String| path.starts_with("crates/") && path.ends_with(".rs") && root.join(path).is_file();
    listed.retain(is_source);
    found.retain(is_source);
    listed.sort();
    found.sort();
    assert_eq!(listed, found);
}
