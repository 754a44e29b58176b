//! Policies: whose cosignatures make a checkpoint final (C2SP tlog-policy).
//!
//! ```text
//! log log.member.example+<id>+<key>
//! witness a a.example+<id>+<key>
//! witness b b.example+<id>+<key>
//! group members 2 a b
//! quorum members
//! ```
//!
//! Names stand for witnesses and groups within the policy only. Since every name is a member at most once, the
//! policy is a tree, and each witness counts once. A member that witnesses with two keys is a group of two lines, of
//! which either is enough ([`club_policy_text`]).

mod judge;
mod parse;
mod quorum;

pub use judge::{Judgement, WitnessTime};
pub use parse::{MAX_POLICY_BYTES, MAX_POLICY_LINES};
pub use quorum::{ClubWitness, Quorum, club_policy_text, policy_text};

use std::fmt;

use crate::note::{KeyId, Verifier};

/// Which logs are accepted, and which cosignatures are needed; parsed from and displayed as policy text,
/// without comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    nodes: Vec<Node>,
    /// Position in `nodes`; none for `quorum none`.
    quorum: Option<usize>,
}

/// A log that a policy accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    /// Key of the log; its name is the origin.
    pub key: Verifier,
    /// Where it is, if the policy says so.
    pub url: Option<String>,
}

/// A witness of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWitness {
    /// Name within the policy.
    pub name: String,
    /// Key, as far as this build can verify with it.
    pub key: WitnessKey,
    /// Where it is, if the policy says so.
    pub url: Option<String>,
    /// Whether an earlier line has the same key, so that this one never counts. Only a lenient reader accepts
    /// such a line at all.
    pub duplicate: bool,
    /// Name of the witness of whom this is another key, so that both together count as that one: see
    /// [`club_policy_text`].
    pub other_key_of: Option<String>,
}

/// The key of a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WitnessKey {
    /// Cosignatures by this key are verified and counted.
    Usable(Box<Verifier>),
    /// A key of a type that the specification knows and this build does not verify: it is kept, so that a
    /// policy with it can be read and written, and never counts.
    Unsupported {
        /// Name of the key.
        name: String,
        /// Id of the key.
        id: KeyId,
        /// The vkey as it stands in the policy.
        vkey: String,
    },
}

impl WitnessKey {
    /// The key that can be verified with, if any.
    pub fn usable(&self) -> Option<&Verifier> {
        match self {
            WitnessKey::Usable(key) => Some(key),
            WitnessKey::Unsupported { .. } => None,
        }
    }
}

/// A named thing that witnesses: one, or a group of others.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Witness(Box<PolicyWitness>),
    Group {
        name: String,
        /// Members needed, 1 to their number.
        needed: usize,
        /// Positions of earlier nodes.
        members: Vec<usize>,
    },
}

impl Node {
    fn name(&self) -> &str {
        match self {
            Node::Witness(witness) => &witness.name,
            Node::Group { name, .. } => name,
        }
    }
}

impl Policy {
    /// The logs that are accepted, in the order of the policy; none if any is that the caller knows.
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses, in the order of the policy.
    pub fn witnesses(&self) -> impl Iterator<Item = &PolicyWitness> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Witness(witness) => Some(&**witness),
            Node::Group { .. } => None,
        })
    }

    /// Whether any cosignature is needed; false for `quorum none`.
    pub fn needs_witnesses(&self) -> bool {
        self.quorum.is_some()
    }

    /// The keys with which cosignatures are verified.
    pub fn witness_keys(&self) -> Vec<Verifier> {
        let witnesses = self.witnesses().filter(|witness| !witness.duplicate);
        witnesses
            .filter_map(|witness| witness.key.usable())
            .cloned()
            .collect()
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = |url: &Option<String>| url.as_ref().map_or(String::new(), |url| format!(" {url}"));
        for log in &self.logs {
            writeln!(f, "log {}{}", log.key, url(&log.url))?;
        }
        for node in &self.nodes {
            match node {
                Node::Witness(witness) => {
                    let key = match &witness.key {
                        WitnessKey::Usable(key) => key.vkey(),
                        WitnessKey::Unsupported { vkey, .. } => vkey.clone(),
                    };
                    writeln!(f, "witness {} {key}{}", witness.name, url(&witness.url))?;
                }
                Node::Group {
                    name,
                    needed,
                    members,
                } => {
                    write!(f, "group {name} {needed}")?;
                    for member in members.iter().filter_map(|member| self.nodes.get(*member)) {
                        write!(f, " {}", member.name())?;
                    }
                    writeln!(f)?;
                }
            }
        }
        let quorum = self.quorum.and_then(|quorum| self.nodes.get(quorum));
        writeln!(f, "quorum {}", quorum.map_or("none", Node::name))
    }
}
