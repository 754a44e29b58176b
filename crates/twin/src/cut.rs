//! The point in every member's log that a twin is a function of.

use std::collections::BTreeMap;

use didymium_statement::{CharterId, Digest};
use sha2::{Digest as _, Sha256};

/// A cut: charter, one tree size per member's log, and the versions of vocabulary and rules. The same cut gives the same
/// twin at every member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The charter's id.
    pub charter: CharterId,
    /// Tree size of each member's log, by member code.
    pub sizes: BTreeMap<String, u64>,
    /// Digest of the vocabulary that statements are read with.
    pub vocabulary: Digest,
    /// Version of the rules that choose and compute.
    pub rules: &'static str,
}

impl Cut {
    /// Id of the cut: SHA-256 over one line a field, sizes in the order of member codes.
    pub fn id(&self) -> Digest {
        let mut text = format!(
            "didymium cut v1\ncharter {}\nvocabulary {}\nrules {}\n",
            self.charter, self.vocabulary, self.rules
        );
        for (member, size) in &self.sizes {
            text.push_str(&format!("{member} {size}\n"));
        }
        Digest::from_bytes(Sha256::digest(text.as_bytes()).into())
    }
}
