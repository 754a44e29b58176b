//! What is different between two versions: for people, before they sign and afterwards.

use serde::Serialize;

use super::document::{KeyPurpose, Member, Role};
use super::succession::{CharterVersion, LogHead};
use crate::Digest;

/// One difference between a version and the one that follows it. Keys are named as people compare them: a statement
/// key by the id that statements name, the others by name and id of the verifier key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A nation becomes a member for the first time.
    MemberJoined {
        /// Its code.
        member: String,
        /// In which role.
        role: Role,
    },
    /// A former member comes back, and its log goes on.
    MemberReturned {
        /// Its code.
        member: String,
        /// In which role.
        role: Role,
        /// Size from which its log counts again.
        size: u64,
    },
    /// A member is one no longer. What its log holds up to there goes on counting.
    MemberLeft {
        /// Its code.
        member: String,
        /// Size at which its log ended.
        size: u64,
        /// Root at that size.
        root: Digest,
    },
    /// A member has another role.
    RoleChanged {
        /// Its code.
        member: String,
        /// Role before.
        from: Role,
        /// Role now.
        to: Role,
    },
    /// One key takes the place of another in good order.
    KeyRotated {
        /// Code of the member.
        member: String,
        /// What the keys are for.
        purpose: KeyPurpose,
        /// The old key.
        from: String,
        /// The new key.
        to: String,
        /// Size of the member's log up to which the old key still counts; absent where the cut ends it.
        until: Option<u64>,
    },
    /// A member has one key more.
    KeyAdded {
        /// Code of the member.
        member: String,
        /// What it is for.
        purpose: KeyPurpose,
        /// The key.
        key: String,
    },
    /// A member has one key less, given up in good order.
    KeyRetired {
        /// Code of the member.
        member: String,
        /// What it was for.
        purpose: KeyPurpose,
        /// The key.
        key: String,
        /// Size of the member's log up to which it still counts; absent where the cut ends it.
        until: Option<u64>,
    },
    /// A key was lost or stolen.
    KeyRevoked {
        /// Code of the member.
        member: String,
        /// What it was for.
        purpose: KeyPurpose,
        /// The key.
        key: String,
        /// The last good state of each log on which it still counts up to there.
        last_good: Vec<LogHead>,
        /// Why.
        reason: String,
    },
    /// Another number of members must sign the next version.
    ThresholdChanged {
        /// Signatures needed before, of how many voting members.
        from: (usize, usize),
        /// Signatures needed now, of how many voting members.
        to: (usize, usize),
    },
    /// A member's node has another address.
    AddressChanged {
        /// Code of the member.
        member: String,
        /// Address before.
        from: String,
        /// Address now.
        to: String,
    },
    /// Statements are read with another vocabulary.
    VocabularyChanged {
        /// Digest before.
        from: Digest,
        /// Digest now.
        to: Digest,
    },
    /// The twin is computed by other rules.
    RulesChanged {
        /// Version before.
        from: String,
        /// Version now.
        to: String,
    },
    /// Statements are checked against other schemas.
    SchemasChanged {
        /// Digest before.
        from: Digest,
        /// Digest now.
        to: Digest,
    },
}

/// What is different in `after`, which follows `before`: members first, in the charter's order, then what concerns all.
pub fn changes(before: &CharterVersion, after: &CharterVersion) -> Vec<Change> {
    let mut found = Vec::new();
    for member in &after.charter.members {
        match before.charter.member(&member.member) {
            Some(was) => of_member(was, member, after, &mut found),
            None => found.push(arrival(member, after)),
        }
    }
    for member in &before.charter.members {
        if after.charter.member(&member.member).is_none() {
            let head = after.head_of(&member.member);
            found.push(Change::MemberLeft {
                member: member.member.clone(),
                size: head.map_or(0, |head| head.size),
                root: head.map_or_else(|| Digest::of(b""), |head| head.root),
            });
        }
    }
    found.extend(after.revoked().iter().map(|one| Change::KeyRevoked {
        member: one.member.clone(),
        purpose: one.purpose,
        key: one.purpose.shown(&one.key),
        last_good: one.last_good.clone(),
        reason: one.reason.clone(),
    }));
    of_club(before, after, &mut found);
    found
}

fn arrival(member: &Member, after: &CharterVersion) -> Change {
    let (code, role) = (member.member.clone(), member.role);
    match after.head_of(&code) {
        None => Change::MemberJoined { member: code, role },
        Some(head) => Change::MemberReturned {
            member: code,
            role,
            size: head.size,
        },
    }
}

fn of_member(was: &Member, is: &Member, after: &CharterVersion, found: &mut Vec<Change>) {
    let member = &is.member;
    if was.role != is.role {
        found.push(Change::RoleChanged {
            member: member.clone(),
            from: was.role,
            to: is.role,
        });
    }
    if was.address != is.address {
        found.push(Change::AddressChanged {
            member: member.clone(),
            from: was.address.clone(),
            to: is.address.clone(),
        });
    }
    for purpose in KeyPurpose::ALL {
        of_keys(was, is, purpose, after, found);
    }
}

/// One key for one is a rotation; otherwise each key comes or goes by itself. What is revoked is said elsewhere.
fn of_keys(was: &Member, is: &Member, purpose: KeyPurpose, after: &CharterVersion, found: &mut Vec<Change>) {
    let member = &is.member;
    let new = |key: &&String| !was.keys.has(purpose, key);
    let gone = |key: &&String| !is.keys.has(purpose, key) && !after.revokes(member, purpose, key);
    let new: Vec<&String> = is.keys.of(purpose).iter().filter(new).collect();
    let gone: Vec<&String> = was.keys.of(purpose).iter().filter(gone).collect();
    let until = |key| after.retirement(member, purpose, key).and_then(|one| one.until);
    if let ([from], [to]) = (gone.as_slice(), new.as_slice()) {
        found.push(Change::KeyRotated {
            member: member.clone(),
            purpose,
            from: purpose.shown(from),
            to: purpose.shown(to),
            until: until(from),
        });
        return;
    }
    found.extend(new.into_iter().map(|key| Change::KeyAdded {
        member: member.clone(),
        purpose,
        key: purpose.shown(key),
    }));
    found.extend(gone.into_iter().map(|key| Change::KeyRetired {
        member: member.clone(),
        purpose,
        key: purpose.shown(key),
        until: until(key),
    }));
}

fn of_club(before: &CharterVersion, after: &CharterVersion, found: &mut Vec<Change>) {
    let threshold = |version: &CharterVersion| (version.threshold(), version.charter.voters().count());
    let (from, to) = (threshold(before), threshold(after));
    if from != to {
        found.push(Change::ThresholdChanged { from, to });
    }
    let (was, is) = (&before.charter, &after.charter);
    if was.vocabulary != is.vocabulary {
        let (from, to) = (was.vocabulary, is.vocabulary);
        found.push(Change::VocabularyChanged { from, to });
    }
    if was.rules != is.rules {
        let (from, to) = (was.rules.clone(), is.rules.clone());
        found.push(Change::RulesChanged { from, to });
    }
    if was.schemas != is.schemas {
        let (from, to) = (was.schemas, is.schemas);
        found.push(Change::SchemasChanged { from, to });
    }
}
