//! Where the published figures are, and how they are read.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Once;

use serde::de::DeserializeOwned;

/// The text of a file of figures; none, said once where nothing captures it, where the shared folder is absent.
///
/// `DIDYMIUM_SHARED` names the shared folder; without it, it is looked for beside the repository. Where it is
/// there, a missing file is a failure; where it was named, or `DIDYMIUM_CONFORMANCE` is set, so is a missing folder.
pub fn text(file: &str) -> Option<String> {
    static SAID: Once = Once::new();
    let named = std::env::var_os("DIDYMIUM_SHARED");
    let must = named.is_some() || std::env::var_os("DIDYMIUM_CONFORMANCE").is_some();
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = named
        .map_or_else(beside, PathBuf::from)
        .join("conformance/models");
    if !folder.exists() {
        let at = folder.display();
        assert!(!must, "no published figures at {at}");
        SAID.call_once(|| {
            say(&format!("SKIPPED: no published figures at {at}, so none was checked (DIDYMIUM_SHARED names their place)"));
        });
        return None;
    }
    let path = folder.join(file);
    Some(std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

/// A JSON file of figures.
pub fn json<T: DeserializeOwned>(file: &str) -> Option<T> {
    text(file).map(|text| serde_json::from_str(&text).unwrap_or_else(|e| panic!("{file}: {e}")))
}

/// Says a line to whoever runs the tests: the test harness captures what is printed, not what is written.
fn say(line: &str) {
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Counts the checks of one file.
pub struct Checks {
    file: &'static str,
    made: usize,
}

impl Checks {
    pub fn of(file: &'static str) -> Self {
        Self { file, made: 0 }
    }

    /// Relative tolerance; absolute where 0 is expected.
    pub fn close(&mut self, what: &str, value: f64, expected: f64, tolerance: f64) {
        let allowed = if expected == 0.0 {
            tolerance
        } else {
            tolerance * expected.abs()
        };
        self.within(what, value, expected, allowed);
    }

    /// Absolute tolerance.
    pub fn within(&mut self, what: &str, value: f64, expected: f64, tolerance: f64) {
        let off = (value - expected).abs();
        assert!(
            off <= tolerance,
            "{}: {what} is {value}, not {expected}: off by {off}",
            self.file
        );
        self.made += 1;
    }

    /// Anything that must be so.
    pub fn holds(&mut self, what: &str, so: bool) {
        assert!(so, "{}: {what} does not hold", self.file);
        self.made += 1;
    }

    /// Prints how many checks were made, and fails unless all were.
    pub fn counted(self, expected: usize) {
        println!("CHECKED {}: {} checks", self.file, self.made);
        assert_eq!(self.made, expected, "number of checks of {}", self.file);
    }
}
