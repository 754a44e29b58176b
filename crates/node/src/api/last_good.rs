//! Which state of the logs each family was last balanced of, kept in the node's folder, so that the last good balance can be served
//! after a start too: it is solved again from the same state.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use didymium_twin::Cut;

use crate::NodeResult;
use crate::as_of::{Recorded, Times};
use crate::folder::{PLAIN_MODE, bounded, write_atomic};

/// The file in the node's folder.
const FILE: &str = "last_balances.json";
/// Most bytes that are read of it.
const BYTES_MAX: usize = 1024 * 1024;

/// Tree sizes by member, by family.
type States = BTreeMap<String, BTreeMap<String, u64>>;

/// The last good state of each family.
#[derive(Clone)]
pub(crate) struct LastGood {
    path: PathBuf,
    states: Arc<Mutex<States>>,
}

impl LastGood {
    /// As the folder has it. A file that cannot be read counts as none, and is written anew with the next balance.
    pub(crate) fn read(dir: &Path) -> Self {
        let path = dir.join(FILE);
        let states = match path.exists().then(|| bounded(&path, BYTES_MAX)) {
            None => States::new(),
            Some(Ok(bytes)) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::warn!(%error, file = FILE, "not read: no balance of before the start is known");
                States::new()
            }),
            Some(Err(error)) => {
                tracing::warn!(%error, "not read: no balance of before the start is known");
                States::new()
            }
        };
        Self {
            path,
            states: Arc::new(Mutex::new(states)),
        }
    }

    /// The state that a family was last balanced of.
    pub(crate) fn of(&self, family: &str) -> Option<Times> {
        let states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let sizes = states.get(family)?;
        let sizes: Vec<String> = sizes
            .iter()
            .map(|(member, size)| format!("{member}:{size}"))
            .collect();
        Some(Times {
            recorded: Recorded::Cut(sizes.join(",")),
            published_by: None,
        })
    }

    /// Notes that a family was balanced of a cut. Blocking.
    ///
    /// # Errors
    /// What the disk says; it is noted in memory all the same.
    pub(crate) fn note(&self, family: &str, cut: &Cut) -> NodeResult<()> {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        if states.get(family) == Some(&cut.sizes) {
            return Ok(());
        }
        states.insert(family.to_owned(), cut.sizes.clone());
        // Maps of text and numbers are always written.
        let text = serde_json::to_vec(&*states).unwrap_or_default();
        write_atomic(&self.path, &text, PLAIN_MODE)
    }
}

#[cfg(test)]
mod tests {
    use didymium_statement::Digest;
    use didymium_twin::RULES_VERSION;

    use super::*;

    fn cut(size: u64) -> Cut {
        Cut {
            charter: Digest::of(b"charter"),
            sizes: BTreeMap::from([("CAN".to_owned(), size), ("DEU".to_owned(), 3)]),
            vocabulary: Digest::of(b"vocabulary"),
            rules: RULES_VERSION,
        }
    }

    #[test]
    fn what_was_noted_last_is_known_after_a_start() {
        let dir = tempfile::tempdir().unwrap();
        let first = LastGood::read(dir.path());
        assert_eq!(first.of("cobalt"), None);
        first.note("cobalt", &cut(1)).unwrap();
        first.note("cobalt", &cut(2)).unwrap();
        first.note("nickel", &cut(7)).unwrap();
        let again = LastGood::read(dir.path());
        let expected = Times::parse(None, Some("CAN:2,DEU:3"), None).unwrap();
        assert_eq!(again.of("cobalt"), Some(expected));
        assert_eq!(again.of("lithium"), None);
    }

    #[test]
    fn a_file_that_is_damaged_counts_as_none_and_is_written_anew() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), "{\"cobalt\": [").unwrap();
        let damaged = LastGood::read(dir.path());
        assert_eq!(damaged.of("cobalt"), None);
        damaged.note("cobalt", &cut(2)).unwrap();
        assert!(LastGood::read(dir.path()).of("cobalt").is_some());
    }
}
