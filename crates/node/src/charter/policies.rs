//! What makes a head of a log final, by the charter of its time.

use didymium_log::note::{SignedNote, Verifier};
use didymium_log::policy::{ClubWitness, Policy, Quorum, club_policy_text};
use didymium_statement::{CharterLog, KeyPurpose, SignedCharter};

use super::log_keys::has_line;
use crate::NodeResult;

/// What makes a head of a log final under one version of the charter.
#[derive(Debug, Clone)]
pub struct PolicyAt {
    /// Number of the version.
    pub version: u32,
    /// The policy.
    pub policy: Policy,
    /// The quorum in it.
    pub quorum: Quorum,
}

/// The policies under which a head of that size of a member's log, signed with `log`, may be final: that of the version
/// whose stretch of the log it is; of two where versions meet at its size. Of a witness with two keys of one purpose there,
/// the one that has a line in the note counts.
///
/// # Errors
/// [`crate::NodeError::Log`] for a charter whose keys are no verifier keys.
pub fn policies_at(
    charters: &CharterLog,
    member: &str,
    log: &Verifier,
    note: &SignedNote,
    size: u64,
) -> NodeResult<Vec<PolicyAt>> {
    let [first_keys, other_keys] = [KeyPurpose::Witness, KeyPurpose::WitnessMlDsa]
        .map(|purpose| charters.cosigners_at(purpose, member, size));
    let cosigned = |key: &str| has_line(&note.signatures, key);
    let counting = |keys: &[(String, String)], code: &str| {
        let own = || keys.iter().filter(|(whose, _)| whose == code).map(|(_, key)| key);
        own()
            .find(|key| cosigned(key))
            .or_else(|| own().next_back())
            .cloned()
    };
    let mut policies = Vec::new();
    for version in versions_at(charters, member, size) {
        let mut witnesses = Vec::new();
        for witness in version.charter().witnesses(member) {
            let first = counting(&first_keys, &witness.member);
            let mut other_key = counting(&other_keys, &witness.member);
            // A witness whose every key was revoked below this size cosigns nothing here, and is one of the quorum.
            let listed = first.is_none().then(|| witness.keys.witness.clone());
            let listed = listed.filter(|key| !cosigned(key));
            // A first key that does not count here, though its line is there, leaves the other one to speak.
            if let Some(key) = first.or(listed).or_else(|| other_key.take()) {
                witnesses.push(ClubWitness {
                    name: witness.member.clone(),
                    key,
                    other_key,
                });
            }
        }
        let quorum = Quorum::of_club(version.charter().witnesses(member).count());
        if witnesses.len() == quorum.others() {
            policies.push(PolicyAt {
                version: version.charter().version,
                policy: club_policy_text(log, &witnesses, quorum)?.parse()?,
                quorum,
            });
        }
    }
    Ok(policies)
}

/// The versions in whose stretch of a member's log a size lies, both ends included.
fn versions_at<'a>(charters: &'a CharterLog, member: &str, size: u64) -> Vec<&'a SignedCharter> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut versions = charters.versions().iter().peekable();
    while let Some(version) = versions.next() {
        from = version.version().head_of(member).map_or(from, |head| head.size);
        let until = versions
            .peek()
            .and_then(|next| next.version().head_of(member))
            .map(|head| head.size);
        let is_in = version.charter().member(member).is_some();
        if is_in && from <= size && until.is_none_or(|until| size <= until) {
            found.push(version);
        }
    }
    found
}
