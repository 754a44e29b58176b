//! The signed head of a log: who signed it, who cosigned it and when.

use didymium_log::Hash;
use didymium_log::checkpoint::Checkpoint;
use didymium_log::note::SignedNote;
use didymium_log::policy::{Judgement, Quorum, WitnessTime};
use didymium_statement::{CharterLog, KeyPurpose, Member};
use serde::Serialize;

use super::report::{Answer, Report};
use crate::charter::{doubt_about, log_keys, policies_at};
use crate::clock::rfc3339;
use crate::{NodeError, NodeResult};

/// The check of the head.
const CHECKPOINT: &str = "checkpoint";

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

/// Reads a head as [`open_head`] does, and one that shows something: under a key that was revoked, the charter must name it or a
/// quorum have cosigned it.
///
/// # Errors
/// Those of [`open_head`]; [`NodeError::HeadShowsNothing`].
pub fn open_standing_head(note: &[u8], charters: &CharterLog, member: &Member) -> NodeResult<Head> {
    let head = open_head(note, charters, member)?;
    match doubt_about(charters, &member.member, note) {
        Some(reason) => Err(NodeError::HeadShowsNothing { reason }),
        None => Ok(head),
    }
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

/// What the entries of a log are held against.
#[derive(Debug)]
pub(super) struct Basis {
    /// The state: size and root.
    pub(super) state: Checkpoint,
    /// The head with which the log has signed it; absent where the charter alone vouches for it.
    pub(super) head: Option<Head>,
}

impl Basis {
    /// Whose root it is, in words.
    pub(super) const fn whose_root(&self) -> &'static str {
        match self.head {
            Some(_) => "the signed root",
            None => "the root that the charter names",
        }
    }
}

/// Checks the signature of the head. Where a key of the log was revoked an honest copy was cut back and has no signed head until
/// the log signs with another: then the charter's word stands for it. Without either nothing else can be checked.
pub(super) fn check_head(
    report: &mut Report,
    note: Option<&[u8]>,
    charters: &CharterLog,
    member: &Member,
) -> Option<Basis> {
    let Some(note) = note else {
        return check_vouched_for(report, None, charters, member);
    };
    match open_standing_head(note, charters, member) {
        Ok(head) => {
            let (size, root) = (head.checkpoint.size, head.checkpoint.root);
            let said = format!("the log of {} has signed size {size}, root {root}", member.member);
            based(report, Answer::Yes, said, head.checkpoint.clone(), Some(head))
        }
        // All keep what a member signed beyond its log's end, and none counts it: what counts is the end.
        Err(NodeError::LogKeyElsewhere { .. }) if charters.end_of(&member.member).is_some() => {
            check_vouched_for(report, None, charters, member)
        }
        Err(error) => {
            let said = if matches!(error, NodeError::HeadShowsNothing { .. }) {
                "the checkpoint is signed with a key that was revoked, and nothing else speaks for it"
                    .to_owned()
            } else {
                format!(
                    "the checkpoint is not one that the log of {} has signed",
                    member.member
                )
            };
            report.add_with(CHECKPOINT, Answer::No, said, vec![error.in_words()]);
            None
        }
    }
}

/// Finds the state for which the charter vouches where nobody has signed one: that of the size which is held, or else the last.
pub(super) fn check_vouched_for(
    report: &mut Report,
    held: Option<u64>,
    charters: &CharterLog,
    member: &Member,
) -> Option<Basis> {
    let code = &member.member;
    let mut revoked = charters
        .versions()
        .iter()
        .flat_map(|version| version.version().revoked());
    let left = charters.end_of(code).is_some();
    let cut_back = left || revoked.any(|one| one.purpose == KeyPurpose::Log && one.member == *code);
    let states = charters.vouched_for(code);
    let mut states = states.filter(|state| cut_back && held.is_none_or(|size| state.size == size));
    let Some(state) = states.by_ref().max_by_key(|state| state.size) else {
        let said = match held {
            Some(size) if cut_back => {
                format!("nobody has signed its {size} entries, and the charter names no such state")
            }
            _ => "there is no checkpoint".to_owned(),
        };
        report.add(CHECKPOINT, Answer::No, said);
        return None;
    };
    let state = Checkpoint {
        origin: member.origin().to_owned(),
        size: state.size,
        root: Hash(*state.root.as_bytes()),
    };
    let nobody_signs = left || charters.is_revoked(code, KeyPurpose::Log, &member.keys.log);
    // Whoever withholds a head that may be there leaves a question.
    let answer = if nobody_signs {
        Answer::Open
    } else {
        Answer::Missing
    };
    let why = if left {
        format!("{code} has left the club, and its log ends where the charter says")
    } else if nobody_signs {
        format!(
            "the members have revoked the log key of {code}, which has no other, and nobody has signed what is held here"
        )
    } else {
        format!(
            "the members have revoked a key of this log, and {code} has not signed what is held here with another yet"
        )
    };
    let said = format!(
        "{why}: the charter vouches for {} entries, root {}",
        state.size, state.root
    );
    based(report, answer, said, state, None)
}

fn based(
    report: &mut Report,
    answer: Answer,
    said: String,
    state: Checkpoint,
    head: Option<Head>,
) -> Option<Basis> {
    report.size = Some(state.size);
    report.root = Some(state.root.to_string());
    report.add(CHECKPOINT, answer, said);
    Some(Basis { state, head })
}

/// Checks the cosignatures of a head; that it is only *logged* is a no if `witnessed` is asked for.
pub(super) fn check_cosigners(
    report: &mut Report,
    head: Option<&Head>,
    charters: &CharterLog,
    member: &Member,
    witnessed: bool,
) {
    let short = if witnessed { Answer::No } else { Answer::Open };
    let Some(head) = head else {
        report.add(
            "cosignatures",
            short,
            "nobody cosigns a state that the log has not signed",
        );
        return;
    };
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
