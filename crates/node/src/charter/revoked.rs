//! Heads under a log key that was revoked: which of them still show something.
//!
//! Whoever has the key can sign any head, also one of a size at which the key still counts. What was signed before the theft
//! looks no different. So the signature alone shows nothing any more, and something else must: the charter, which names states
//! of the log, or a quorum of witnesses, who cosign no head that contradicts what they have seen.

use didymium_log::checkpoint::Checkpoint;
use didymium_log::note::Verifier;
use didymium_statement::{CharterLog, Digest, KeyPurpose};

use super::log_keys;

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
         a head, so it shows nothing. The charter vouches for the first {} entries, {what}. Ask {member} for a new receipt of the \
         same statement (`didymium receipt fetch`): it is signed with a key that counts, or witnessed",
        head.size,
        log_keys::shown(log),
        good.size,
    ))
}

/// Whether a signature of `log` shows anything of a head: the key was never revoked, or the charter says the same.
fn counts(charters: &CharterLog, member: &str, log: &Verifier, head: &Checkpoint) -> bool {
    !charters.is_revoked(member, KeyPurpose::Log, &log.vkey())
        || charters.names_head(member, head.size, &Digest::from_bytes(head.root.0))
}

/// Whether a checkpoint of a member's log proves nothing, because no key that signed it counts for it.
pub(crate) fn is_doubtful(charters: &CharterLog, member: &str, note: &[u8]) -> bool {
    let keys = log_keys::ever(charters, member).unwrap_or_default();
    let opened = |key: &Verifier| log_keys::open_with(std::slice::from_ref(key), note, &[]).ok();
    let mut signed = keys.iter().filter_map(opened).peekable();
    signed.peek().is_some() && !signed.any(|(head, _, key)| counts(charters, member, &key, &head))
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
