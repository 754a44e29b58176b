//! What a receipt proves under a charter: the statement's own signature, its place in the log, and who stands behind that.

use didymium_log::checkpoint::Checkpoint;
use didymium_log::note::{SignedNote, Verifier};
use didymium_log::policy::Judgement;
use didymium_log::receipt::Receipt;
use didymium_log::tlog_proof::{Grade, Proven, TlogProof};
use didymium_log::{LogError, hash::leaf_hash};
use didymium_node::audit::open_head;
use didymium_node::charter::{PolicyAt, ask_anew, doubt, policies_at};
use didymium_node::clock::rfc3339;
use didymium_statement::{CharterLog, KeyPurpose, Member, Statement};
use serde::Serialize;

use super::file::{Held, Proof};
use super::no;
use crate::error::{CliError, CliResult, not_verified};
use crate::verify::{NEEDS_CHAIN, member_by_did, unverified};

const NO_CHECKPOINT: &str = "what the receipt carries is no checkpoint of a log";

/// A receipt that stands.
#[derive(Debug, Serialize)]
pub(super) struct Stands {
    pub(super) statement: String,
    pub(super) kind: String,
    pub(super) issuer: String,
    pub(super) member: String,
    pub(super) log: String,
    pub(super) index: u64,
    /// Size and root of the tree that it was proven in.
    pub(super) size: u64,
    pub(super) root: String,
    /// `tlog-proof` or `cose`.
    pub(super) form: &'static str,
    /// `logged` or `witnessed`.
    pub(super) grade: &'static str,
    /// Members that cosigned the head.
    pub(super) cosigned_by: Vec<String>,
    /// How many of the other members make it witnessed; absent where the club has no quorum.
    pub(super) needed: Option<usize>,
    /// Further cosignatures that would make it witnessed; absent where the club has no quorum.
    pub(super) missing: Option<usize>,
    /// Median of the times of cosigning, seconds since 1970.
    pub(super) witnessed_at: Option<u64>,
    /// The version of the charter that it was judged under, and its id.
    pub(super) charter_version: u32,
    pub(super) charter: String,
    /// Id of the first version of the charter: the club's name among clubs.
    pub(super) club: String,
    /// Number and id of the newest version at hand.
    pub(super) newest_version: u32,
    pub(super) newest_charter: String,
}

impl Stands {
    pub(super) fn is_witnessed(&self) -> bool {
        self.grade == "witnessed"
    }
}

/// Where a statement is, and who says so.
struct Place {
    log: String,
    index: u64,
    size: u64,
    root: String,
    form: &'static str,
    witnessed: bool,
    judgement: Option<Judgement>,
    needed: Option<usize>,
    version: u32,
}

/// Verifies a receipt under a charter.
///
/// # Errors
/// [`crate::error::CliError::NotVerified`] with the link that does not hold.
pub(super) fn prove(held: &Held, charters: &CharterLog) -> CliResult<Stands> {
    let bytes = &held.statement;
    let statement = Statement::parse(bytes).map_err(unverified("what it is about is no statement"))?;
    let member = member_by_did(charters, &statement.issuer)?;
    let place = match &held.proof {
        Proof::Tlog(proof) => place_of_tlog(charters, member, proof, bytes)?,
        Proof::Cose(receipts) => place_of_cose(charters, member, receipts, bytes)?,
    };
    // Which key counts is a matter of the place.
    let key = charters.statement_key_at(&member.member, place.index, &statement.key);
    let key = key.map_err(unverified(NEEDS_CHAIN))?;
    statement
        .verify(&key)
        .map_err(unverified("the statement's signature"))?;
    let judgement = place.judgement.as_ref();
    let counted = judgement.map_or(&[][..], |judgement| &judgement.counted);
    let version = charters.version(place.version).unwrap_or_else(|| charters.head());
    Ok(Stands {
        statement: statement.id().to_string(),
        kind: statement.kind.kind.to_string(),
        issuer: statement.issuer.clone(),
        member: member.member.clone(),
        log: place.log,
        index: place.index,
        size: place.size,
        root: place.root,
        form: place.form,
        grade: if place.witnessed { "witnessed" } else { "logged" },
        cosigned_by: counted.iter().map(|witness| witness.witness.clone()).collect(),
        needed: place.needed,
        missing: place.needed.and(judgement.map(|judgement| judgement.missing)),
        witnessed_at: judgement.and_then(Judgement::median_time),
        charter_version: version.charter().version,
        charter: version.id().to_string(),
        club: charters.club().to_string(),
        newest_version: charters.head().charter().version,
        newest_charter: charters.head().id().to_string(),
    })
}

/// Verified by the charter of its time; where two versions meet, by that under which more is shown.
fn place_of_tlog(
    charters: &CharterLog,
    member: &Member,
    proof: &TlogProof,
    entry: &[u8],
) -> CliResult<Place> {
    // What is no checkpoint at all is told as that, before keys are asked for.
    let checkpoint = SignedNote::parse(proof.checkpoint.as_bytes()).map_err(not_verified(NO_CHECKPOINT))?;
    Checkpoint::parse(&checkpoint.text).map_err(not_verified(NO_CHECKPOINT))?;
    let head = open_head(proof.checkpoint.as_bytes(), charters, member).map_err(|error| {
        no(format!(
            "no key of the log at hand counts for its head (a node serves all versions of the charter at /charter/chain): {}",
            error.in_words()
        ))
    })?;
    let size = head.checkpoint.size;
    let mut best: Option<(Proven, Verifier, PolicyAt)> = None;
    let mut fault: Option<CliError> = None;
    for key in charters.log_keys_at(&member.member, size) {
        let log: Verifier = key.parse().map_err(not_verified("the log's key"))?;
        // A quorum's word does not hang on the log's key: whoever stole that finds no quorum of witnesses that cosigns a head
        // which contradicts what they have seen. Without one it is the signature alone that speaks.
        let doubt = doubt(charters, &member.member, &log, &head.checkpoint);
        for at in policies_at(charters, &member.member, &log, &head.note, size)? {
            match (proof.verify(entry, &log, Some(&at.policy)), &doubt) {
                (Ok(proven), Some(reason)) if !proven.grade.is_witnessed() => {
                    fault = fault.or_else(|| Some(no(format!("{reason}. {}", ask_anew(&member.member)))));
                }
                (Ok(proven), _) => {
                    let witnessed = best.as_ref().is_some_and(|(best, ..)| best.grade.is_witnessed());
                    if !witnessed {
                        best = Some((proven, log.clone(), at));
                    }
                }
                (Err(error), _) => fault = fault.or_else(|| Some(not_verified("the proof")(error))),
            }
        }
    }
    let (proven, log, at) = match (best, fault) {
        (Some(best), _) => best,
        (None, Some(fault)) => return Err(fault),
        (None, None) => {
            return Err(no(format!(
                "no version of the charter knows a head of {size} entries of {}",
                head.checkpoint.origin
            )));
        }
    };
    let (witnessed, judgement) = match proven.grade {
        Grade::Witnessed { judgement } => (true, Some(judgement)),
        Grade::Logged { judgement } => (false, judgement),
    };
    Ok(Place {
        log: log.name().to_owned(),
        index: proven.index,
        size: proven.checkpoint.size,
        root: proven.checkpoint.root.to_string(),
        form: "tlog-proof",
        witnessed,
        judgement,
        needed: at.quorum.needed(),
        version: at.version,
    })
}

/// By the first receipt that a key of the member's log has signed, where that key counts for the size that it signed.
fn place_of_cose(
    charters: &CharterLog,
    member: &Member,
    receipts: &[Result<Receipt, LogError>],
    entry: &[u8],
) -> CliResult<Place> {
    let leaf = leaf_hash(entry);
    let mut fault = None;
    let mut reason = None;
    for receipt in receipts {
        let receipt = match receipt {
            Ok(receipt) => receipt,
            Err(error) => {
                reason = Some(error.to_string());
                continue;
            }
        };
        for term in charters.key_terms(&member.member, KeyPurpose::Log) {
            let log: Verifier = term.key.parse().map_err(not_verified("the log's key"))?;
            let proven = match receipt.verify_inclusion(leaf, &log) {
                Ok(proven) => proven,
                Err(error) => {
                    fault = Some(error);
                    continue;
                }
            };
            if !proven.size_signed {
                reason = Some(
                    "it does not sign the size of the tree, so nobody can say which keys counted there"
                        .into(),
                );
                continue;
            }
            let version = charters.version_at(&member.member, proven.index);
            let (true, Some(version)) = (term.holds_size(proven.size), version) else {
                reason = Some(format!(
                    "the key that signed it does not count for a tree of {} entries, by the versions of the charter at hand",
                    proven.size
                ));
                continue;
            };
            let head = Checkpoint {
                origin: proven.origin.clone(),
                size: proven.size,
                root: proven.root,
            };
            if let Some(doubt) = doubt(charters, &member.member, &log, &head) {
                reason = Some(format!("{doubt}. {}", ask_anew(&member.member)));
                continue;
            }
            let charter = version.charter();
            let others = charter.witnesses(&member.member).count();
            return Ok(Place {
                log: proven.origin,
                index: proven.index,
                size: proven.size,
                root: proven.root.to_string(),
                form: "cose",
                witnessed: false,
                judgement: None,
                needed: didymium_log::policy::Quorum::of_club(others).needed(),
                version: charter.version,
            });
        }
    }
    match (reason, fault) {
        (Some(reason), _) => Err(no(format!("the receipt: {reason}"))),
        (None, Some(fault)) => Err(not_verified(
            "no receipt here is one of the member's log for this statement",
        )(fault)),
        (None, None) => Err(no("no key of the member's log is in the charter at hand")),
    }
}

/// A receipt that stands, in words: what is proven, at which size, by whom, under which charter.
pub(super) fn text(stands: &Stands) -> String {
    let Stands {
        statement,
        kind,
        issuer,
        index,
        log,
        size,
        root,
        charter_version,
        charter,
        club,
        newest_version,
        newest_charter,
        ..
    } = stands;
    format!(
        "statement {statement} ({kind})\n  by {issuer}\n  is entry {index} of the log {log}: size {size}, root {root}\n  {}\n  \
         judged under version {charter_version} of the charter ({charter})\n  of the club {club} (its first version); \
         version {newest_version} is the newest at hand ({newest_charter})",
        behind(stands)
    )
}

/// Who stands behind it.
pub(super) fn behind(stands: &Stands) -> String {
    let by = stands.cosigned_by.len();
    let witnesses = stands.cosigned_by.join(", ");
    match (stands.is_witnessed(), stands.needed) {
        (true, needed) => {
            let when = stands
                .witnessed_at
                .and_then(|seconds| i64::try_from(seconds).ok());
            let when = when.map_or_else(String::new, |seconds| {
                format!(" on {}", rfc3339(seconds.saturating_mul(1_000)))
            });
            let needed = needed.map_or_else(String::new, |needed| format!("; {needed} are enough"));
            format!("witnessed: {witnesses} have cosigned{when}{needed}")
        }
        (false, None) => {
            "logged: a club of fewer than five members can find a forked log out, but not prevent one"
                .to_owned()
        }
        (false, Some(needed)) if stands.form == "cose" => {
            format!(
                "logged: a COSE receipt is the log's word alone; the cosignatures of {needed} others would make it witnessed"
            )
        }
        (false, Some(_)) => format!(
            "logged: {by} of the other members have cosigned{}, {} more would make it witnessed",
            if by == 0 {
                String::new()
            } else {
                format!(" ({witnesses})")
            },
            stands.missing.unwrap_or_default()
        ),
    }
}
