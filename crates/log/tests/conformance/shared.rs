//! Where the published vectors are, and how they are read.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Once;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use didymium_log::Hash;
use serde::de::DeserializeOwned;

/// The folder of a family of vectors; none, said once where nothing captures it, where the shared folder is absent.
///
/// `DIDYMIUM_SHARED` names the shared folder; without it, it is looked for beside the repository. Where it is
/// there, a missing family is a failure; where it was named, or `DIDYMIUM_CONFORMANCE` is set, so is a missing folder.
pub fn vectors(family: &str) -> Option<PathBuf> {
    static SAID: Once = Once::new();
    let named = std::env::var_os("DIDYMIUM_SHARED");
    let must = named.is_some() || std::env::var_os("DIDYMIUM_CONFORMANCE").is_some();
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let families = named
        .map_or_else(beside, PathBuf::from)
        .join("conformance/transparency-log");
    if !families.exists() {
        assert!(!must, "no published vectors at {}", families.display());
        SAID.call_once(|| {
            let at = families.display();
            say(&format!("SKIPPED: no published vectors at {at}, so none was checked (DIDYMIUM_SHARED names their place)"));
        });
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

/// Says a line to whoever runs the tests: the test harness captures what is printed, not what is written.
pub fn say(line: &str) {
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Reads a JSON file of vectors.
pub fn json<T: DeserializeOwned>(path: impl AsRef<Path>) -> T {
    let path = path.as_ref();
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Prints how many vectors of a file were checked, and fails unless all were. The first word is the file's path in the
/// manifest, which sums these lines.
pub fn counted(file: &str, checked: usize, expected: usize) {
    println!("CHECKED {file}: {checked} vectors");
    assert_eq!(checked, expected, "number of vectors of {file}");
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
