//! What the versions up to one have said: names, keys and the last known state of every log, of former members too.

use std::collections::BTreeMap;

use super::document::{Charter, KeyPurpose, Member};
use super::signed::SignedCharter;
use super::succession::{CharterVersion, LogHead};

/// Whose a key is or was, and whether it has ended for good.
#[derive(Debug, Clone)]
pub(super) struct KeyMemory {
    pub(super) member: String,
    pub(super) purpose: KeyPurpose,
    /// The version that retired or revoked it.
    pub(super) ended: Option<u32>,
}

/// What the versions have said, oldest first; later ones win.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    members: BTreeMap<String, Member>,
    heads: BTreeMap<String, LogHead>,
    keys: BTreeMap<String, KeyMemory>,
}

impl Memory {
    pub(super) fn of<'a>(versions: impl IntoIterator<Item = &'a SignedCharter>) -> Self {
        let mut memory = Self::default();
        for version in versions {
            memory.add(version.version());
        }
        memory
    }

    /// Adds what the next version says.
    pub(super) fn add(&mut self, version: &CharterVersion) {
        self.add_members(&version.charter);
        self.add_ends(version);
    }

    fn add_members(&mut self, charter: &Charter) {
        for member in &charter.members {
            self.members.insert(member.member.clone(), member.clone());
            for (purpose, key) in member.keys.all() {
                self.keys
                    .entry(purpose.material(key))
                    .or_insert_with(|| KeyMemory {
                        member: member.member.clone(),
                        purpose,
                        ended: None,
                    });
            }
        }
    }

    fn add_ends(&mut self, version: &CharterVersion) {
        let Some(succession) = &version.succession else {
            return;
        };
        for head in &succession.cut {
            self.heads.insert(head.member.clone(), head.clone());
        }
        let retired = succession.retired.iter().map(|one| (one.purpose, &one.key));
        let revoked = succession.revoked.iter().map(|one| (one.purpose, &one.key));
        for (purpose, key) in retired.chain(revoked) {
            if let Some(known) = self.keys.get_mut(&purpose.material(key)) {
                known.ended = known.ended.or(Some(version.charter.version));
            }
        }
    }

    /// The member of that code as it was last, whether it is still in or not.
    pub(super) fn member(&self, code: &str) -> Option<&Member> {
        self.members.get(code)
    }

    /// Everybody who ever was a member.
    pub(super) fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// The last line of the cut about a member's log.
    pub(super) fn head(&self, code: &str) -> Option<&LogHead> {
        self.heads.get(code)
    }

    /// Whose that key is or was.
    pub(super) fn key(&self, purpose: KeyPurpose, key: &str) -> Option<&KeyMemory> {
        self.keys.get(&purpose.material(key))
    }
}
