//! Which keys of a log count for a checkpoint of which size.

use didymium_log::LogError;
use didymium_log::checkpoint::{Checkpoint, open_cosigned};
use didymium_log::note::{Note, Verifier};
use didymium_statement::{CharterLog, KeyPurpose};

use crate::{NodeError, NodeResult};

/// Every key that the log of a member ever had, that in force first: with these what was stored long ago is read.
///
/// # Errors
/// [`LogError`] for a charter whose keys are no verifier keys.
pub(crate) fn ever(charters: &CharterLog, member: &str) -> Result<Vec<Verifier>, LogError> {
    let mut written: Vec<&String> = Vec::new();
    for version in charters.versions().iter().rev() {
        if let Some(member) = version.charter().member(member)
            && !written.contains(&&member.keys.log)
        {
            written.push(&member.keys.log);
        }
    }
    written.into_iter().map(|key| key.parse()).collect()
}

/// Every witness key that the club ever had.
pub(crate) fn witnesses_ever(charters: &CharterLog) -> Vec<Verifier> {
    let mut written: Vec<&String> = Vec::new();
    for version in charters.versions().iter().rev() {
        for member in &version.charter().members {
            if !written.contains(&&member.keys.witness) {
                written.push(&member.keys.witness);
            }
        }
    }
    written.iter().filter_map(|key| key.parse().ok()).collect()
}

/// Opens a checkpoint with whichever of `keys` signed it.
///
/// # Errors
/// Why the first of them does not open it.
pub(crate) fn open_with(
    keys: &[Verifier],
    note: &[u8],
    cosigners: &[Verifier],
) -> Result<(Checkpoint, Note, Verifier), LogError> {
    let mut first = None;
    for key in keys {
        match open_cosigned(note, key, cosigners) {
            Ok((checkpoint, opened)) => return Ok((checkpoint, opened, key.clone())),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.unwrap_or(LogError::NoKnownSignature))
}

/// Opens a checkpoint that a member shows, if it is signed with a key that counts for its size.
///
/// # Errors
/// [`NodeError::Log`], [`NodeError::LogKeyElsewhere`].
pub(crate) fn open_shown(
    charters: &CharterLog,
    member: &str,
    note: &[u8],
    cosigners: &[Verifier],
) -> NodeResult<(Checkpoint, Note)> {
    let keys = ever(charters, member)?;
    let (checkpoint, opened, key) = open_with(&keys, note, cosigners)?;
    let terms = charters.key_terms(member, KeyPurpose::Log);
    let is_it = |written: &str| {
        let known: Option<Verifier> = written.parse().ok();
        known.is_some_and(|known| (known.name(), known.key_id()) == (key.name(), key.key_id()))
    };
    if terms
        .iter()
        .any(|term| term.holds_size(checkpoint.size) && is_it(&term.key))
    {
        return Ok((checkpoint, opened));
    }
    Err(NodeError::LogKeyElsewhere {
        origin: checkpoint.origin,
        size: checkpoint.size,
        key: key
            .vkey()
            .rsplit_once('+')
            .map_or_else(String::new, |(shown, _)| shown.to_owned()),
    })
}
