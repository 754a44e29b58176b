//! Which keys of a log count for a checkpoint of which size.

use didymium_log::LogError;
use didymium_log::checkpoint::{Checkpoint, open_cosigned};
use didymium_log::note::{Note, NoteSignature, Verifier};
use didymium_statement::{CharterLog, KeyPurpose, KeyTerm, Member};

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

/// Every witness key that the club ever had and this build can verify with.
pub(crate) fn witnesses_ever(charters: &CharterLog) -> Vec<Verifier> {
    let mut written: Vec<&String> = Vec::new();
    for version in charters.versions().iter().rev() {
        for member in &version.charter().members {
            for key in std::iter::once(&member.keys.witness).chain(&member.keys.witness_ml_dsa) {
                if !written.contains(&key) {
                    written.push(key);
                }
            }
        }
    }
    written.iter().filter_map(|key| key.parse().ok()).collect()
}

/// The keys of a member's witness with which this build can verify: a build without the feature `ml-dsa` knows a key of that
/// type when it sees it, and leaves it out.
///
/// # Errors
/// [`LogError`] for a charter whose keys are no verifier keys.
pub(crate) fn of_witness(member: &Member) -> Result<Vec<Verifier>, LogError> {
    let mut keys = vec![member.keys.witness.parse()?];
    if let Some(second) = &member.keys.witness_ml_dsa {
        match second.parse() {
            Ok(key) => keys.push(key),
            Err(LogError::KeyTypeUnsupported { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(keys)
}

/// Whether a note has a line in the name and with the id of a key, as it is written; nothing is verified.
pub(crate) fn has_line(lines: &[NoteSignature], key: &str) -> bool {
    let mut parts = key.splitn(3, '+');
    let (Some(name), Some(id)) = (parts.next(), parts.next()) else {
        return false;
    };
    lines
        .iter()
        .any(|line| line.name == name && line.key_id.to_string() == id.to_ascii_lowercase())
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
    let mut terms = terms_of(charters, member, &key);
    if terms.any(|term| term.holds_size(checkpoint.size)) {
        return Ok((checkpoint, opened));
    }
    Err(NodeError::LogKeyElsewhere {
        origin: checkpoint.origin,
        size: checkpoint.size,
        key: shown(&key),
    })
}

/// A key as people compare it: its name and id.
pub(crate) fn shown(key: &Verifier) -> String {
    KeyPurpose::Log.shown(&key.vkey())
}

/// The stretches of a member's log in which a log key of it counts.
pub(super) fn terms_of<'a>(
    charters: &CharterLog,
    member: &str,
    key: &'a Verifier,
) -> impl Iterator<Item = KeyTerm> + use<'a> {
    let terms = charters.key_terms(member, KeyPurpose::Log).into_iter();
    terms.filter(move |term| {
        let known: Option<Verifier> = term.key.parse().ok();
        known.is_some_and(|known| (known.name(), known.key_id()) == (key.name(), key.key_id()))
    })
}
