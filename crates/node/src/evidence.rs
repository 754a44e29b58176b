//! Evidence against logs: kept, said in this member's own log, read from the others' logs.
//!
//! A log that contradicts itself is caught by whoever sees both sides: a witness that is asked to cosign the second, a
//! follower that holds the first, a gossip partner. What they found verifies by itself, so it spreads: each member that has
//! it says it in its own log, and each that reads it there says it in turn. The accused log is frozen: followed and cosigned
//! no further, until the charter decides: when it gives the log another key, evidence against the one before is shown on,
//! and freezes no more.

pub(crate) mod words;

use std::collections::BTreeMap;

use didymium_log::LogError;
use didymium_log::evidence::{Evidence, Finding, SplitView};
use didymium_log::note::{SignedNote, Verifier};
use didymium_statement::{Digest, Draft, Kind, KindVersion, Member, Statement, Visibility, payload};
use didymium_store::EvidenceRecord;

use crate::charter::{is_doubtful, log_keys};
use crate::clock::rfc3339;
use crate::gate::Passage;
use crate::held::ENTRIES_PER_READ_MAX;
use crate::shutdown::Shutdown;
use crate::{NodeError, NodeResult, NodeState, shown};

/// Most pieces of evidence read of one log: one is kept for each key that the log had.
pub const EVIDENCE_A_LOG_MAX: u32 = 16;

/// What the media type of evidence has in it: entries without these bytes are not decoded in the search for it.
const MARK: &[u8] = b"application/vnd.didymium.evidence+json";

/// Evidence that was verified, with what it proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// Code of the member whose log it is about.
    pub member: String,
    /// When this node first had it, milliseconds since the Unix epoch.
    pub found_ms: i64,
    /// Name of the statement in this member's own log that says it.
    pub statement: Digest,
    /// What it proves.
    pub split_view: SplitView,
}

/// The key of a log under the version of the charter in force: evidence against it freezes the log.
fn key_in_force(member: &Member) -> Result<[Verifier; 1], LogError> {
    Ok([member.keys.log.parse()?])
}

/// The keys of all witnesses of the club, so that evidence tells who cosigned which side.
pub(crate) fn witness_keys(state: &NodeState) -> Vec<Verifier> {
    log_keys::witnesses_ever(state.charters())
}

/// Whether both sides of a contradiction were signed with keys that the log has no longer: the charter has settled it when it gave the
/// log another.
pub(crate) fn is_of_former_keys(evidence: &Evidence, in_force: &[Verifier]) -> bool {
    let by_it = |note: &SignedNote| log_keys::open_with(in_force, note.to_string().as_bytes(), &[]).is_ok();
    !by_it(evidence.smaller()) && !by_it(evidence.larger())
}

/// Whether a contradiction that was verified under all keys that the log ever had freezes it: the key in force has signed both sides,
/// or one of them while no contradiction of the former keys alone was known, which the charter would have settled: then the log
/// has begun to lie after its key was changed in good order.
pub(crate) fn convicts(evidence: &Evidence, in_force: &[Verifier], settled_before: bool) -> bool {
    evidence.verify(in_force).is_ok() || !settled_before && !is_of_former_keys(evidence, in_force)
}

/// Whether a contradiction of a log's former keys alone is kept here.
fn is_settled_before(state: &NodeState, accused: &Member, in_force: &[Verifier]) -> NodeResult<bool> {
    let ever = log_keys::ever(state.charters(), &accused.member)?;
    let records = state.store().evidence(accused.origin(), EVIDENCE_A_LOG_MAX)?;
    Ok(records.iter().any(|record| {
        let kept = Evidence::parse(&record.bytes);
        kept.is_ok_and(|one| one.verify(&ever).is_ok() && is_of_former_keys(&one, in_force))
    }))
}

/// What is kept against the log of `member` under any key that it ever had, verified again. Blocking.
///
/// # Errors
/// [`NodeError::NotAMember`], [`NodeError::Store`], [`NodeError::Log`] for a key that is none.
pub fn against(state: &NodeState, member: &str) -> NodeResult<Vec<Proven>> {
    let accused = state.member_ever(member)?;
    proven_by(state, accused, &log_keys::ever(state.charters(), member)?)
}

/// What is kept against a log and is signed with these of its keys.
fn proven_by(state: &NodeState, accused: &Member, keys: &[Verifier]) -> NodeResult<Vec<Proven>> {
    let records = state.store().evidence(accused.origin(), EVIDENCE_A_LOG_MAX)?;
    let mut proven = Vec::with_capacity(records.len());
    for record in records {
        // What the disk holds is believed no more than what a peer says.
        if let Ok(split_view) = Evidence::parse(&record.bytes).and_then(|evidence| evidence.verify(keys)) {
            proven.push(Proven {
                member: accused.member.clone(),
                found_ms: record.found_ms,
                statement: said(state, accused, &record)?.id(),
                split_view,
            });
        }
    }
    Ok(proven)
}

/// Keeps evidence: on disk, the log frozen, said in this member's own log. One piece convicts: says whether it is the
/// first. Blocking.
///
/// # Errors
/// [`NodeError::Log`] if it does not verify under the charter; [`NodeError::Store`].
pub fn keep(state: &NodeState, evidence: &Evidence) -> NodeResult<bool> {
    let origin = didymium_log::checkpoint::Checkpoint::parse(&evidence.smaller().text)?.origin;
    let accused = state.member_of_log(&origin)?;
    let (ever, in_force) = (
        log_keys::ever(state.charters(), &accused.member)?,
        key_in_force(accused)?,
    );
    let proven = evidence.verify(&ever)?;
    if proves_nothing(state, accused, evidence) {
        tracing::debug!(
            member = accused.member,
            "what was signed with a revoked key is no evidence against its owner"
        );
        return Ok(false);
    }
    let settled_before = is_settled_before(state, accused, &in_force)?;
    let freezes = convicts(evidence, &in_force, settled_before);
    let known = state.store().evidence(accused.origin(), EVIDENCE_A_LOG_MAX)?;
    let as_bad = known.iter().any(|record| {
        let kept = Evidence::parse(&record.bytes);
        kept.is_ok_and(|one| {
            one.verify(&ever).is_ok() && (!freezes || convicts(&one, &in_force, settled_before))
        })
    });
    if as_bad {
        return Ok(false);
    }
    let bytes = evidence.to_bytes();
    let record = EvidenceRecord {
        digest: *Digest::of(&bytes).as_bytes(),
        origin,
        bytes,
        found_ms: state.clock().now_ms(),
    };
    if !state.store().put_evidence(&record)? {
        return Ok(false);
    }
    let words = words::english(&accused.member, &proven);
    tracing::error!(
        member = accused.member,
        evidence = words,
        "a log contradicts itself"
    );
    if freezes {
        freeze(state, accused, words);
    }
    publish(state, accused, &record);
    state.changed().tell();
    Ok(true)
}

/// Whether either side of it was signed with a key that was revoked, and with no other: the thief may have done so. What was kept
/// before the members revoked the key is shown on, and freezes no more.
fn proves_nothing(state: &NodeState, accused: &Member, evidence: &Evidence) -> bool {
    [evidence.smaller(), evidence.larger()]
        .into_iter()
        .any(|note| is_doubtful(state.charters(), &accused.member, note.to_string().as_bytes()))
}

/// Takes up at the start what was kept before: freezes, and says what a crash kept from being said. Blocking.
///
/// # Errors
/// [`NodeError::Store`], [`NodeError::Log`].
pub(crate) fn take_up(state: &NodeState) -> NodeResult<()> {
    for accused in &state.charter().charter().members {
        let keys = key_in_force(accused)?;
        let ever = log_keys::ever(state.charters(), &accused.member)?;
        let settled_before = is_settled_before(state, accused, &keys)?;
        for record in state.store().evidence(accused.origin(), EVIDENCE_A_LOG_MAX)? {
            let Ok(evidence) = Evidence::parse(&record.bytes) else {
                continue;
            };
            if let Ok(proven) = evidence.verify(&ever)
                && convicts(&evidence, &keys, settled_before)
                && !proves_nothing(state, accused, &evidence)
            {
                freeze(state, accused, words::english(&accused.member, &proven));
            }
        }
    }
    Ok(())
}

/// What is to be told others of the evidence that is kept against a log: the first piece under the key in force, which freezes the
/// log, or else the first. Blocking.
///
/// # Errors
/// [`NodeError::Store`], [`NodeError::Log`].
pub(crate) fn to_tell(state: &NodeState, accused: &Member) -> NodeResult<Option<Vec<u8>>> {
    let keys = key_in_force(accused)?;
    let mut records = state.store().evidence(accused.origin(), EVIDENCE_A_LOG_MAX)?;
    let settled_before = is_settled_before(state, accused, &keys)?;
    let freezes = |record: &EvidenceRecord| {
        Evidence::parse(&record.bytes).is_ok_and(|evidence| convicts(&evidence, &keys, settled_before))
    };
    let at = records.iter().position(freezes).unwrap_or(0);
    Ok((at < records.len()).then(|| records.swap_remove(at).bytes))
}

/// Says in this member's own log everything that is kept and not said yet. Blocking.
///
/// # Errors
/// [`NodeError::Store`].
pub(crate) fn publish_all(state: &NodeState) -> NodeResult<()> {
    for accused in &state.charter().charter().members {
        for record in state.store().evidence(accused.origin(), EVIDENCE_A_LOG_MAX)? {
            publish(state, accused, &record);
        }
    }
    Ok(())
}

/// A frozen log is followed and cosigned no further; this member's own signs nothing more.
fn freeze(state: &NodeState, accused: &Member, words: String) {
    if accused.member == state.member().member {
        let reason = format!("{words}; have the charter name where the log ends");
        state.ledger().gate().set(Passage::Shut { reason });
        return;
    }
    state.update_peer(&accused.member, |peer| {
        peer.frozen = true;
        peer.trouble = Some(words);
    });
}

/// The statement of this member that says the evidence. The same evidence gives the same statement, so that to say it
/// twice changes nothing.
fn said(state: &NodeState, accused: &Member, record: &EvidenceRecord) -> NodeResult<Statement> {
    let payload = payload::Evidence {
        member: accused.member.clone(),
        origin: record.origin.clone(),
        split_view: String::from_utf8_lossy(&record.bytes).into_owned(),
    };
    let payload = serde_json::to_vec(&payload).map_err(|error| NodeError::Encode {
        what: "evidence",
        reason: error.to_string(),
    })?;
    let digest = Digest::from_bytes(record.digest);
    let draft = Draft {
        issuer: state.member().did.clone(),
        subject: format!("https://{}/evidence/{digest}", state.member().domain),
        kind: KindVersion::v1(Kind::Evidence),
        valid: None,
        visibility: Visibility::Public,
        payload,
    };
    let (statement, _) = draft.sign(state.signer())?;
    Ok(statement)
}

/// What could not be said now, for want of room or because the log must not sign yet, is said at the next start.
fn publish(state: &NodeState, accused: &Member, record: &EvidenceRecord) {
    let outcome = said(state, accused, record).and_then(|statement| state.submit(vec![(statement, None)]));
    match outcome {
        Ok(places) => {
            for place in places.iter().filter(|place| place.fresh) {
                let found = rfc3339(record.found_ms);
                tracing::info!(member = accused.member, index = place.index, %found, "evidence stands in the own log");
            }
        }
        Err(error) => {
            tracing::warn!(
                error = error.in_words(),
                "evidence could not be said in the own log yet"
            );
        }
    }
}

/// What a finding of the log's machines leads to. Blocking.
pub(crate) fn take_finding(state: &NodeState, member: &str, finding: &Finding) {
    match finding {
        Finding::Proven(evidence) => {
            if let Err(error) = keep(state, evidence) {
                tracing::warn!(
                    peer = member,
                    error = error.in_words(),
                    "evidence could not be kept"
                );
            }
        }
        Finding::Suspected(suspicion) => {
            tracing::warn!(
                peer = member,
                "a proof of a larger tree failed; the log's own tiles decide"
            );
            if let Err(error) = shown::suspect(state, member, suspicion) {
                tracing::warn!(
                    peer = member,
                    error = error.in_words(),
                    "what a log was shown to have signed could not be judged yet"
                );
            }
        }
    }
}

/// Reads evidence in all logs held here, and again after changes, until the node stops.
pub(crate) async fn keep_reading(state: NodeState, shutdown: Shutdown) {
    let mut changes = state.changed().listen();
    changes.mark_changed();
    let stopping = shutdown.wait();
    tokio::pin!(stopping);
    let mut read_to = BTreeMap::new();
    loop {
        tokio::select! {
            () = &mut stopping => return,
            changed = changes.changed() => if changed.is_err() { return },
        }
        let (reading, from) = (state.clone(), std::mem::take(&mut read_to));
        match tokio::task::spawn_blocking(move || read_all(&reading, from)).await {
            Ok((to, outcome)) => {
                read_to = to;
                if let Err(error) = outcome {
                    tracing::warn!(error = error.in_words(), "evidence in the logs could not be read");
                }
            }
            Err(error) => tracing::error!(%error, "reading evidence ended early"),
        }
    }
}

/// Reads the others' logs on from where each was read to. Blocking.
fn read_all(
    state: &NodeState,
    mut read_to: BTreeMap<String, u64>,
) -> (BTreeMap<String, u64>, NodeResult<()>) {
    let mut outcome = publish_all(state);
    for peer in state.peers() {
        let from = read_to.entry(peer.member.clone()).or_default();
        if let Err(error) = read_log(state, &peer.member, from) {
            outcome = Err(error);
        }
    }
    (read_to, outcome)
}

fn read_log(state: &NodeState, member: &str, from: &mut u64) -> NodeResult<()> {
    let log = state.log_of(member)?;
    loop {
        let entries = log.entries(*from, ENTRIES_PER_READ_MAX)?;
        let Some(last) = entries.last() else {
            return Ok(());
        };
        let next = last.index + 1;
        for entry in &entries {
            if let Some(evidence) = evidence_in(&entry.bytes) {
                take_finding(state, member, &Finding::Proven(Box::new(evidence)));
            }
        }
        *from = next;
    }
}

fn evidence_in(entry: &[u8]) -> Option<Evidence> {
    entry.windows(MARK.len()).find(|window| *window == MARK)?;
    let statement = Statement::parse(entry).ok()?;
    if statement.kind != KindVersion::v1(Kind::Evidence) {
        return None;
    }
    let payload = statement.payload_bytes(None).ok().flatten()?;
    let said = payload::Evidence::parse(payload).ok()?;
    Evidence::parse(said.split_view.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use didymium_log::Hash;
    use didymium_log::checkpoint::{Checkpoint, sign_checkpoint};
    use didymium_log::note::Signer;

    use super::*;

    fn signed(key: &Signer, root: u8) -> SignedNote {
        let head = Checkpoint {
            origin: key.name().to_owned(),
            size: 5,
            root: Hash([root; 32]),
        };
        SignedNote::parse(sign_checkpoint(&head, key).unwrap().as_bytes()).unwrap()
    }

    /// A log that lies after its key was changed in good order is frozen, also when it lies with the key before.
    #[test]
    fn a_side_under_the_key_in_force_convicts_unless_the_charter_has_settled_the_keys_before() {
        let keys = [[1; 32], [2; 32]].map(|seed| Signer::from_seed("can.example/log", &seed).unwrap());
        let [before, now] = &keys;
        let ever = [before.verifier(), now.verifier()];
        let in_force = [now.verifier()];
        let pair = |one: &Signer, other: &Signer| {
            Evidence::same_size(&signed(one, 1), &signed(other, 2), &ever, &[]).unwrap()
        };
        for (evidence, settled_before, convicted) in [
            (pair(now, now), false, true),
            (pair(now, now), true, true),
            (pair(before, now), false, true),
            (pair(before, now), true, false),
            (pair(before, before), false, false),
            (pair(before, before), true, false),
        ] {
            assert_eq!(convicts(&evidence, &in_force, settled_before), convicted);
        }
        assert!(is_of_former_keys(&pair(before, before), &in_force));
        assert!(!is_of_former_keys(&pair(before, now), &in_force));
    }
}
