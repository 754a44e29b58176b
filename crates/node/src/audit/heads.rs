//! The signed head of a log: who signed it, who cosigned it and when.

use didymium_log::checkpoint::Checkpoint;
use didymium_log::note::SignedNote;
use didymium_log::policy::{Judgement, Quorum, WitnessTime};
use didymium_statement::{CharterLog, KeyPurpose, Member};
use serde::Serialize;

use super::report::{Answer, Report};
use crate::charter::{log_keys, policies_at};
use crate::clock::rfc3339;
use crate::{NodeError, NodeResult};

/// A checkpoint that its log has signed.
#[derive(Debug, Clone)]
pub struct Head {
    /// The note as it was read.
    pub note: SignedNote,
    /// What it says.
    pub checkpoint: Checkpoint,
}

/// Who cosigned a head, and whether that is enough.
#[derive(Debug, Clone, Serialize)]
pub struct Cosigners {
    /// Codes of the members that cosigned, each with the time, RFC 3339.
    pub cosigned: Vec<(String, String)>,
    /// How many must; absent in a club too small for a quorum.
    pub needed: Option<usize>,
    /// Whether the head is *witnessed*: as many have cosigned as the charter asks for.
    pub witnessed: bool,
    /// Median of the times of cosigning, RFC 3339.
    pub witnessed_at: Option<String>,
}

/// Reads a head that the log of `member` must have signed, with a key that counts for its size.
///
/// # Errors
/// [`crate::NodeError::Log`] with the rule that is broken, [`crate::NodeError::LogKeyElsewhere`].
pub fn open_head(note: &[u8], charters: &CharterLog, member: &Member) -> NodeResult<Head> {
    let (checkpoint, _) = log_keys::open_shown(charters, &member.member, note, &[])?;
    let note = SignedNote::parse(note)?;
    Ok(Head { note, checkpoint })
}

/// Counts the cosignatures of a head of the log of `member`.
///
/// # Errors
/// [`crate::NodeError::Log`] if one by a member's witness key is wrong.
pub fn cosigners(head: &Head, charters: &CharterLog, member: &Member) -> NodeResult<Cosigners> {
    let (judgement, quorum) = judged(head, charters, member)?;
    let time = |seconds: u64| rfc3339(i64::try_from(seconds).map_or(i64::MAX, |s| s.saturating_mul(1_000)));
    let one = |by: &WitnessTime| (by.witness.clone(), time(by.unix_seconds));
    Ok(Cosigners {
        cosigned: judgement.counted.iter().map(one).collect(),
        needed: quorum.needed(),
        witnessed: quorum.needed().is_some() && judgement.met,
        witnessed_at: judgement.median_time().map(time),
    })
}

/// Judged by the charter of its time; where two versions meet at its size, by that under which more is shown.
fn judged(head: &Head, charters: &CharterLog, member: &Member) -> NodeResult<(Judgement, Quorum)> {
    let note = head.note.to_string();
    let keys = log_keys::ever(charters, &member.member)?;
    let (_, _, key) = log_keys::open_with(&keys, note.as_bytes(), &[])?;
    let mut best: Option<(Judgement, Quorum)> = None;
    for at in policies_at(charters, &member.member, &key, &head.note, head.checkpoint.size)? {
        let (_, judgement) = at.policy.judge_of_log(&note, &key)?;
        let better = best.as_ref().is_none_or(|(known, _)| {
            (judgement.met, judgement.counted.len()) > (known.met, known.counted.len())
        });
        if better {
            best = Some((judgement, at.quorum));
        }
    }
    best.ok_or_else(|| NodeError::LogKeyElsewhere {
        origin: head.checkpoint.origin.clone(),
        size: head.checkpoint.size,
        key: key.name().to_owned(),
    })
}

/// Checks the signature of the head; without it nothing else can be checked.
pub(super) fn check_head(
    report: &mut Report,
    note: Option<&[u8]>,
    charters: &CharterLog,
    member: &Member,
) -> Option<Head> {
    let Some(note) = note else {
        let revoked = charters
            .versions()
            .iter()
            .flat_map(|version| version.version().revoked());
        let mut of_log = revoked.filter(|one| one.purpose == KeyPurpose::Log && one.member == member.member);
        // An honest copy was cut back then.
        if of_log.next().is_some() {
            let said = "there is no checkpoint: the members have revoked a key of this log, and where it was cut back it has no \
                        signed head until its member signs with another; audit it at another place, or when that is done";
            report.add("checkpoint", Answer::Missing, said);
        } else {
            report.add("checkpoint", Answer::No, "there is no checkpoint");
        }
        return None;
    };
    match open_head(note, charters, member) {
        Ok(head) => {
            let (size, root) = (head.checkpoint.size, head.checkpoint.root);
            report.size = Some(size);
            report.root = Some(root.to_string());
            let said = format!("the log of {} has signed size {size}, root {root}", member.member);
            report.add("checkpoint", Answer::Yes, said);
            Some(head)
        }
        Err(error) => {
            let said = format!(
                "the checkpoint is not one that the log of {} has signed",
                member.member
            );
            report.add_with("checkpoint", Answer::No, said, vec![error.in_words()]);
            None
        }
    }
}

/// Checks the cosignatures of a head; that it is only *logged* is a no if `witnessed` is asked for.
pub(super) fn check_cosigners(
    report: &mut Report,
    head: &Head,
    charters: &CharterLog,
    member: &Member,
    witnessed: bool,
) {
    let found = match cosigners(head, charters, member) {
        Ok(found) => found,
        Err(error) => {
            let said = "a cosignature in the name of a member is not that member's";
            report.add_with("cosignatures", Answer::No, said, vec![error.in_words()]);
            return;
        }
    };
    let others = charters.head().charter().witnesses(&member.member).count();
    let reasons: Vec<String> = found
        .cosigned
        .iter()
        .map(|(code, time)| format!("{code} cosigned on {time}"))
        .collect();
    let count = reasons.len();
    let short = if witnessed { Answer::No } else { Answer::Open };
    let (answer, said) = match found.needed {
        Some(needed) if found.witnessed => (
            Answer::Yes,
            format!("witnessed: {count} of {others} other members have cosigned it, {needed} are enough"),
        ),
        Some(needed) => (
            short,
            format!(
                "only logged: {count} of {others} other members have cosigned it, {needed} must; ask again in a moment"
            ),
        ),
        None => (
            short,
            format!(
                "only logged: a club of {} can find a forked log out, but not prevent one (a quorum needs five members)",
                others + 1
            ),
        ),
    };
    report.add_with("cosignatures", answer, said, reasons);
}
