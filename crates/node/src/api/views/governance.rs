//! The charter in the wire's form: pure functions of the charter log.

use didymium_log::policy::Quorum;
use didymium_statement::{
    Change, Charter, CharterLog, Count, KeyPurpose, LogHead, Member, Proposal, Role, SignedCharter, changes,
};

use crate::api::types::{
    ChangeKind, CharterChange, CharterKey, CharterMember, CharterProposal, CharterRole, CharterVersionView,
    CharterVotes, FormerMember, GoodHead, KeyUse, VotesNeeded, WitnessQuorum,
};

/// What makes an entry of the log of `member` witnessed under a charter.
pub fn quorum(charter: &Charter, member: &str) -> WitnessQuorum {
    let quorum = Quorum::of_club(charter.witnesses(member).count());
    WitnessQuorum {
        witnesses: small(quorum.others()),
        needed: quorum.needed().map(small),
        faulty: small(quorum.faulty()),
    }
}

/// How many voting members must sign what follows a version.
pub fn votes_needed(version: &SignedCharter) -> VotesNeeded {
    VotesNeeded {
        needed: small(version.version().threshold()),
        voters: small(version.charter().voters().count()),
    }
}

/// A member of the version in force.
pub fn charter_member(log: &CharterLog, member: &Member) -> CharterMember {
    let key = |(purpose, key): (KeyPurpose, &str)| CharterKey {
        purpose: key_use(purpose),
        id: purpose.shown(key),
        key: key.to_owned(),
        revoked: log.is_revoked(&member.member, purpose, key),
    };
    CharterMember {
        member: member.member.clone(),
        role: role(member.role),
        since: log.member_since(&member.member).unwrap_or_default(),
        did: member.did.clone(),
        address: member.address.clone(),
        keys: member.keys.all().map(key).collect(),
    }
}

/// Everybody who has left, by code.
pub fn former_members(log: &CharterLog) -> Vec<FormerMember> {
    let gone = log
        .origins()
        .into_iter()
        .filter_map(|origin| Some((origin.member, origin.end?)));
    gone.map(|(member, end)| FormerMember {
        member,
        size: end.size,
    })
    .collect()
}

/// A version; `known_since` is when this node came to know it (RFC 3339).
pub fn charter_version(
    log: &CharterLog,
    version: &SignedCharter,
    known_since: Option<String>,
) -> CharterVersionView {
    let tally = log.tally_of(version);
    let before = version.version().succession.as_ref();
    let before = before.and_then(|succession| log.by_id(&succession.previous));
    let found = before.map_or_else(Vec::new, |before| changes(before.version(), version.version()));
    CharterVersionView {
        version: version.charter().version,
        id: version.id().to_string(),
        known_since,
        members: version
            .charter()
            .members
            .iter()
            .map(|member| member.member.clone())
            .collect(),
        changes: found.iter().map(change).collect(),
        signed: log.signers_of(version),
        before: tally.before.map(votes),
        after: votes(tally.after),
    }
}

/// What is proposed to follow the version in force; `requested` if no voting member has taken it up.
pub fn charter_proposal(log: &CharterLog, proposal: &Proposal, requested: bool) -> CharterProposal {
    let tally = proposal.tally();
    let found = changes(log.head().version(), proposal.version());
    let mut unproved: Vec<String> = tally.unproved.into_iter().map(|(member, _)| member).collect();
    unproved.dedup();
    CharterProposal {
        id: proposal.id().to_string(),
        version: proposal.version().charter.version,
        requested,
        changes: found.iter().map(change).collect(),
        signed: proposal.signers(),
        before: tally.before.map(votes),
        after: votes(tally.after),
        unconsenting: tally.unconsenting,
        unproved,
        objection: None,
    }
}

fn votes(count: Count) -> CharterVotes {
    CharterVotes {
        version: count.version,
        needed: small(count.needed),
        signed: count.signed,
        unsigned: count.unsigned,
    }
}

fn change(change: &Change) -> CharterChange {
    let mut told = CharterChange {
        change: kind(change),
        english: change.english(),
        french: change.french(),
        member: None,
        role: None,
        role_before: None,
        purpose: None,
        from: None,
        to: None,
        size: None,
        root: None,
        last_good: Vec::new(),
        reason: None,
        threshold: None,
        threshold_before: None,
    };
    match change {
        Change::MemberJoined { member, role: now } => {
            told.member = Some(member.clone());
            told.role = Some(role(*now));
        }
        Change::MemberReturned {
            member,
            role: now,
            size,
        } => {
            told.member = Some(member.clone());
            told.role = Some(role(*now));
            told.size = Some(*size);
        }
        Change::MemberLeft { member, size, root } => {
            told.member = Some(member.clone());
            told.size = Some(*size);
            told.root = Some(root.to_string());
        }
        Change::RoleChanged { member, from, to } => {
            told.member = Some(member.clone());
            told.role_before = Some(role(*from));
            told.role = Some(role(*to));
        }
        Change::KeyRotated {
            member,
            purpose,
            from,
            to,
            until,
        } => {
            told.key(member, *purpose, Some(from), Some(to));
            told.size = *until;
        }
        Change::KeyAdded { member, purpose, key } => told.key(member, *purpose, None, Some(key)),
        Change::KeyRetired {
            member,
            purpose,
            key,
            until,
        } => {
            told.key(member, *purpose, Some(key), None);
            told.size = *until;
        }
        Change::KeyRevoked {
            member,
            purpose,
            key,
            last_good,
            reason,
        } => {
            told.key(member, *purpose, Some(key), None);
            told.last_good = last_good.iter().map(good_head).collect();
            told.reason = Some(reason.clone());
        }
        Change::ThresholdChanged { from, to } => {
            told.threshold_before = Some(of_pair(*from));
            told.threshold = Some(of_pair(*to));
        }
        Change::AddressChanged { member, from, to } => {
            told.member = Some(member.clone());
            told.between(from, to);
        }
        Change::RulesChanged { from, to } => told.between(from, to),
        Change::VocabularyChanged { from, to } | Change::SchemasChanged { from, to } => {
            told.between(&from.to_string(), &to.to_string());
        }
    }
    told
}

impl CharterChange {
    fn key(&mut self, member: &str, purpose: KeyPurpose, from: Option<&String>, to: Option<&String>) {
        self.member = Some(member.to_owned());
        self.purpose = Some(key_use(purpose));
        self.from = from.cloned();
        self.to = to.cloned();
    }

    fn between(&mut self, from: &str, to: &str) {
        self.from = Some(from.to_owned());
        self.to = Some(to.to_owned());
    }
}

const fn kind(change: &Change) -> ChangeKind {
    match change {
        Change::MemberJoined { .. } => ChangeKind::MemberJoined,
        Change::MemberReturned { .. } => ChangeKind::MemberReturned,
        Change::MemberLeft { .. } => ChangeKind::MemberLeft,
        Change::RoleChanged { .. } => ChangeKind::RoleChanged,
        Change::KeyRotated { .. } => ChangeKind::KeyRotated,
        Change::KeyAdded { .. } => ChangeKind::KeyAdded,
        Change::KeyRetired { .. } => ChangeKind::KeyRetired,
        Change::KeyRevoked { .. } => ChangeKind::KeyRevoked,
        Change::ThresholdChanged { .. } => ChangeKind::ThresholdChanged,
        Change::AddressChanged { .. } => ChangeKind::AddressChanged,
        Change::VocabularyChanged { .. } => ChangeKind::VocabularyChanged,
        Change::RulesChanged { .. } => ChangeKind::RulesChanged,
        Change::SchemasChanged { .. } => ChangeKind::SchemasChanged,
    }
}

const fn role(role: Role) -> CharterRole {
    match role {
        Role::Member => CharterRole::Member,
        Role::Associate => CharterRole::Associate,
    }
}

const fn key_use(purpose: KeyPurpose) -> KeyUse {
    match purpose {
        KeyPurpose::Statement => KeyUse::Statement,
        KeyPurpose::Log => KeyUse::Log,
        KeyPurpose::Witness => KeyUse::Witness,
        KeyPurpose::WitnessMlDsa => KeyUse::WitnessMlDsa,
        KeyPurpose::Mirror => KeyUse::Mirror,
        KeyPurpose::Transport => KeyUse::Transport,
        KeyPurpose::Tls => KeyUse::Tls,
    }
}

fn good_head(head: &LogHead) -> GoodHead {
    GoodHead {
        member: head.member.clone(),
        size: head.size,
        root: head.root.to_string(),
    }
}

fn of_pair((needed, voters): (usize, usize)) -> VotesNeeded {
    VotesNeeded {
        needed: small(needed),
        voters: small(voters),
    }
}

/// A number of members, of which there are few.
fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_for_the_same_in_the_api_as_in_the_charter() {
        for purpose in KeyPurpose::ALL {
            let shown = serde_json::to_value(key_use(purpose)).unwrap();
            assert_eq!(shown, serde_json::to_value(purpose).unwrap());
            assert_eq!(shown, purpose.as_str());
        }
    }
}
