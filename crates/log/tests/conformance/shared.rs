//! Where the published vectors are, and how they are read.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use didymium_log::Hash;
use serde::de::DeserializeOwned;

/// The folder of a family of vectors; none, with a printed reason, where the shared folder is absent.
///
/// `DIDYMIUM_SHARED` names the shared folder; without it, it is looked for beside the repository. Where it is
/// there, a missing family is a failure.
pub fn vectors(family: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("DIDYMIUM_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let families = shared.join("conformance/transparency-log");
    if !families.exists() {
        println!(
            "SKIPPED {family}: no vectors at {} (set DIDYMIUM_SHARED)",
            families.display()
        );
        return None;
    }
    let folder = families.join(family);
    assert!(
        folder.exists(),
        "family {family} is missing at {}",
        folder.display()
    );
    Some(folder)
}

/// Reads a JSON file of vectors.
pub fn json<T: DeserializeOwned>(path: impl AsRef<Path>) -> T {
    let path = path.as_ref();
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Prints how many vectors of a family were checked, and fails unless all were.
pub fn counted(family: &str, checked: usize, expected: usize) {
    println!("CHECKED {family}: {checked} vectors");
    assert_eq!(checked, expected, "number of vectors of {family}");
}

/// Prints which vectors cannot be checked here, and why.
pub fn not_applicable(what: &str, reason: &str) {
    println!("NOT APPLICABLE {what}: {reason}");
}

/// Bytes from base64.
pub fn base64(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

/// A hash from base64; the error of the library if its length is wrong.
pub fn hash(text: &str) -> Result<Hash, didymium_log::LogError> {
    Hash::try_from(base64(text).as_slice())
}

/// Hashes from base64; absent lists are empty.
pub fn hashes(texts: Option<&Vec<String>>) -> Result<Vec<Hash>, didymium_log::LogError> {
    texts.into_iter().flatten().map(|text| hash(text)).collect()
}
