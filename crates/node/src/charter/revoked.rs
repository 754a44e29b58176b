//! Heads under a log key that was revoked: which of them still show something.
//!
//! Whoever has the key can sign any head, also one of a size at which the key still counts. What was signed before the theft
//! looks no different. So the signature alone shows nothing any more, and something else must: the charter, which names states
//! of the log, or a quorum of witnesses, who cosign no head that contradicts what they have seen.

use didymium_log::checkpoint::Checkpoint;
use didymium_log::note::{SignedNote, Verifier};
use didymium_statement::{CharterLog, Digest, KeyPurpose};

use super::log_keys;
use super::policies::policies_at;

/// Why a head of a member's log that `log` has signed shows nothing by that signature: the key was revoked, and the charter
/// does not name that state of the log. Nothing if the signature counts, or the charter says the same as it.
///
/// A smaller head than the last good one may be right all the same. A proof of consistency would show it, and neither a receipt
/// nor a statement's proof carries one.
pub fn doubt(charters: &CharterLog, member: &str, log: &Verifier, head: &Checkpoint) -> Option<String> {
    if counts(charters, member, log, head) {
        return None;
    }
    let key = log.vkey();
    let good = charters.last_good_of(member, KeyPurpose::Log, &key)?;
    let what = if good.size == head.size {
        "which have another root"
    } else {
        "which need not be those"
    };
    Some(format!(
        "its head of {} entries is signed with the log key {} of {member}, which was revoked: whoever has the key can sign such \
         a head, so it shows nothing. The charter vouches for the first {} entries, {what}",
        head.size,
        log_keys::shown(log),
        good.size,
    ))
}

/// What to do about a receipt under a head that shows nothing.
pub fn ask_anew(member: &str) -> String {
    format!(
        "Ask {member} for a new receipt of the same statement (`didymium receipt fetch`): it is signed with a key that counts, or \
         witnessed"
    )
}

/// Why a checkpoint of a member's log shows nothing, though a key of the log has signed it: [`doubt`] is about every signature
/// on it, and no quorum has cosigned it. A quorum's word counts up to the last good state, and no further: witnesses that followed
/// a thief are the reason for naming one.
pub fn doubt_about(charters: &CharterLog, member: &str, note: &[u8]) -> Option<String> {
    let keys = log_keys::ever(charters, member).unwrap_or_default();
    let mut first = None;
    for key in &keys {
        let Ok((head, ..)) = log_keys::open_with(std::slice::from_ref(key), note, &[]) else {
            continue;
        };
        let stands = counts(charters, member, key, &head)
            || log_keys::terms_of(charters, member, key).any(|term| term.holds_size(head.size))
                && is_witnessed(charters, member, key, note, head.size);
        if stands {
            return None;
        }
        first = first.or(Some((key, head)));
    }
    let (key, head) = first?;
    let reason = doubt(charters, member, key, &head);
    Some(reason.unwrap_or_else(|| {
        let size = head.size;
        format!("its head of {size} entries is signed with a log key of {member} that was revoked, and shows nothing")
    }))
}

fn is_witnessed(charters: &CharterLog, member: &str, log: &Verifier, note: &[u8], size: u64) -> bool {
    let Ok(parsed) = SignedNote::parse(note) else {
        return false;
    };
    let text = parsed.to_string();
    let policies = policies_at(charters, member, log, &parsed, size).unwrap_or_default();
    policies.iter().any(|at| {
        let judged = at.policy.judge_of_log(&text, log);
        at.policy.needs_witnesses() && judged.is_ok_and(|(_, judgement)| judgement.met)
    })
}

/// Whether a signature of `log` shows anything of a head: the key was never revoked, or the charter says the same.
fn counts(charters: &CharterLog, member: &str, log: &Verifier, head: &Checkpoint) -> bool {
    !charters.is_revoked(member, KeyPurpose::Log, &log.vkey())
        || charters.names_head(member, head.size, &Digest::from_bytes(head.root.0))
}

/// Whether a checkpoint of a member's log shows nothing: see [`doubt_about`].
pub(crate) fn is_doubtful(charters: &CharterLog, member: &str, note: &[u8]) -> bool {
    doubt_about(charters, member, note).is_some()
}

/// Whether a checkpoint of a member's log is signed with a revoked key, beyond its last good state.
pub(crate) fn is_beyond_last_good(charters: &CharterLog, member: &str, note: &[u8]) -> bool {
    let opened = log_keys::ever(charters, member).and_then(|keys| log_keys::open_with(&keys, note, &[]));
    let Ok((head, _, key)) = opened else {
        return false;
    };
    charters.is_revoked(member, KeyPurpose::Log, &key.vkey())
        && !log_keys::terms_of(charters, member, &key).any(|term| term.holds_size(head.size))
}
