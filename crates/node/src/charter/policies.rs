//! What makes a head of a log final, by the charter of its time.

use didymium_log::LogError;
use didymium_log::note::{SignedNote, Verifier};
use didymium_log::policy::{Policy, Quorum, policy_text};
use didymium_statement::{CharterLog, KeyPurpose, SignedCharter};

use crate::NodeResult;

/// The policies under which a head of that size of a member's log, signed with `log`, may be final: that of the version
/// whose stretch of the log it is; of two where versions meet at its size. Of a witness with two keys there, the one that
/// has a line in the note counts.
///
/// # Errors
/// [`crate::NodeError::Log`] for a charter whose keys are no verifier keys.
pub fn policies_at(
    charters: &CharterLog,
    member: &str,
    log: &Verifier,
    note: &SignedNote,
    size: u64,
) -> NodeResult<Vec<(Policy, Quorum)>> {
    let keys = charters.cosigners_at(KeyPurpose::Witness, member, size);
    let keys: Vec<(String, Verifier)> = keys
        .into_iter()
        .map(|(code, key)| Ok((code, key.parse()?)))
        .collect::<Result<_, LogError>>()?;
    let has_line = |key: &Verifier| {
        let mut lines = note.signatures.iter();
        lines.any(|line| line.name == key.name() && line.key_id == key.key_id())
    };
    let mut policies = Vec::new();
    for version in versions_at(charters, member, size) {
        let mut witnesses = Vec::new();
        for witness in version.charter().witnesses(member) {
            let own = || keys.iter().filter(|(code, _)| *code == witness.member);
            let counts = own().find(|(_, key)| has_line(key)).or_else(|| own().next_back());
            // A witness whose every key was revoked below this size cosigns nothing here, and is one of the quorum.
            let key = match counts {
                Some((_, key)) => key.clone(),
                None => witness.keys.witness.parse()?,
            };
            let lost = counts.is_none() && has_line(&key);
            if !lost {
                witnesses.push((witness.member.clone(), key));
            }
        }
        let quorum = Quorum::of_club(version.charter().witnesses(member).count());
        if witnesses.len() == quorum.others() {
            policies.push((policy_text(log, &witnesses, quorum)?.parse()?, quorum));
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
