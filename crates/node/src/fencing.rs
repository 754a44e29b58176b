//! The restart fence at work: after a start, the others are asked what they know of this member's log, and until enough
//! of them have answered it signs nothing ([`didymium_log::fence`]).
//!
//! A log that holds its genesis alone asks as well: nothing in a folder tells a new one from the first backup of an old one.
//! Only the process that has just begun a log knows that nobody can know more of it ([`crate::Node::begun_here`]).

use std::time::Duration;

use didymium_log::Hash;
use didymium_log::evidence::Finding;
use didymium_log::fence::{Decision, Difference, Fence, FenceEvent, StoredHead};
use didymium_log::note::SignedNote;
use didymium_statement::limits::CHARTER_CHAIN_BYTES_MAX;
use didymium_statement::{CharterLog, Digest, KeyPurpose};
use didymium_store::Grade;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use crate::blocking::blocking;
use crate::charter::{is_doubtful, log_keys};
use crate::federation::{Answer, PeerClient};
use crate::gate::Passage;
use crate::shutdown::Shutdown;
use crate::witnessing::policy_of;
use crate::{NodeResult, NodeState, evidence};

/// Largest cosigned checkpoint taken, bytes.
const NOTE_BYTES_MAX: usize = 64 * 1024;
/// How long the first round of questions waits for who is silent; each one after waits twice as long.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a round waits at most.
const PATIENCE_MAX: Duration = Duration::from_secs(30);
/// How long after a round of questions the silent ones are asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// Whether others may know more of a log that this process has begun than is held here: entries that came since may have
/// been shown. Blocking.
///
/// # Errors
/// [`crate::NodeError::Store`].
pub(crate) fn may_be_known(state: &NodeState) -> NodeResult<bool> {
    let log = state.ledger().log();
    let shown = state.store().published(log.origin(), Grade::Cosigned)?.is_some();
    Ok(shown || log.size()? > 1)
}

/// Sets the gate to wait for the others. Blocking.
///
/// # Errors
/// [`crate::NodeError::Store`], [`crate::NodeError::Log`].
pub(crate) fn raise(state: &NodeState) -> NodeResult<Option<Fence>> {
    let log = state.ledger().log();
    let Some(head) = log.head()? else {
        state.ledger().gate().set(Passage::Open);
        return Ok(None);
    };
    let keys = log_keys::ever(state.charters(), &state.member().member)?;
    let (_, quorum) = policy_of(state, &state.member().member)?;
    let stored = StoredHead {
        size: head.size,
        root: Hash(head.root),
        note: head.checkpoint.and_then(|note| SignedNote::parse(&note).ok()),
    };
    let fence = Fence::new(keys, Some(stored), quorum);
    let Decision::Wait { heard, needed, .. } = fence.decision() else {
        state.ledger().gate().set(Passage::Open);
        return Ok(None);
    };
    state.ledger().gate().set(Passage::Waiting { heard, needed });
    Ok(Some(fence))
}

/// Rounds of questions before a folder whose node does not run may sign: who does not answer the first may have been busy.
const ROUNDS_OFFLINE: u32 = 3;

/// Asks the others before something is said in a folder whose node does not run, as the node does after a start: it may have been
/// put back from an old backup. Opens the gate if enough of them know no more.
///
/// # Errors
/// [`crate::NodeError::LogWaits`] if too few answer, [`crate::NodeError::LogShut`] if they know more, or something else;
/// [`crate::NodeError::Store`], [`crate::NodeError::Log`], [`crate::NodeError::Client`].
pub async fn ask_before_signing(state: &NodeState) -> NodeResult<()> {
    let raised = {
        let state = state.clone();
        blocking(move || raise(&state)).await?
    };
    let Some(mut fence) = raised else {
        return state.ledger().gate().pass();
    };
    let client = PeerClient::of(state)?;
    for round in 0..ROUNDS_OFFLINE {
        if round > 0 {
            tokio::time::sleep(AGAIN).await;
        }
        let passage = match ask_all(state, &client, &mut fence, PATIENCE * (round + 1)).await {
            Decision::Wait { heard, needed, .. } => Passage::Waiting { heard, needed },
            Decision::MaySign => match newer_charter(state, &client).await {
                Some(refusal) => Passage::Shut {
                    reason: format!("{refusal}; {HOW_TO_GO_ON}"),
                },
                None => Passage::Open,
            },
            // Two histories are for the running node to keep as evidence, and for people: here nothing is said of it.
            Decision::MustRefuse(refusal) => Passage::Shut {
                reason: format!("{refusal}; {HOW_TO_GO_ON}"),
            },
        };
        let waits = matches!(passage, Passage::Waiting { .. });
        state.ledger().gate().set(passage);
        if !waits {
            break;
        }
    }
    state.ledger().gate().pass()
}

/// Opens the gate of a folder about which too few could be asked, on the word of its operator that it is no old backup. What is shut
/// stays shut.
pub fn open_unasked(state: &NodeState) {
    state.ledger().gate().set(Passage::Open);
}

/// Asks until the gate may open or must stay shut, or the node stops.
pub(crate) async fn keep_fence(state: NodeState, mut fence: Fence, shutdown: Shutdown) {
    let client = match PeerClient::of(&state) {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(error = error.in_words(), "the witnesses cannot be asked");
            return;
        }
    };
    let stopping = shutdown.wait();
    tokio::pin!(stopping);
    let mut told = false;
    let mut patience = PATIENCE;
    loop {
        let decided = tokio::select! {
            () = &mut stopping => return,
            decided = ask_all(&state, &client, &mut fence, patience) => decided,
        };
        patience = (patience * 2).min(PATIENCE_MAX);
        match decided {
            Decision::MaySign => {
                if let Some(refusal) = newer_charter(&state, &client).await {
                    shut(&state, &refusal);
                    return;
                }
                state.ledger().gate().set(Passage::Open);
                tracing::info!("the others know nothing of this log that is not here: it signs");
                return;
            }
            Decision::MustRefuse(refusal) => {
                if let Difference::OtherRoot {
                    finding: Some(finding @ Finding::Proven(_)),
                    ..
                } = &refusal.difference
                {
                    let (keeping, finding) = (state.clone(), finding.clone());
                    let member = state.member().member.clone();
                    let kept = tokio::task::spawn_blocking(move || {
                        evidence::take_finding(&keeping, &member, &finding);
                    });
                    if let Err(error) = kept.await {
                        tracing::error!(%error, "evidence could not be kept");
                    }
                }
                shut(&state, &refusal.to_string());
                return;
            }
            Decision::Wait { heard, needed, .. } => {
                state.ledger().gate().set(Passage::Waiting { heard, needed });
                if !std::mem::replace(&mut told, true) {
                    tracing::warn!(
                        heard,
                        needed,
                        "statements are taken in when enough members have said what they know of this log"
                    );
                }
            }
        }
        tokio::select! {
            () = &mut stopping => return,
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}

/// What is to be done where a log signs nothing more because of what it signed before.
const HOW_TO_GO_ON: &str = "stop the node and bring the log up to the others' copies (`didymium log restore --dir FOLDER`), or have the charter name where \
     it ends";

/// Shuts the log where the members have revoked its key, or every key that signs its statements: what it says is nobody's word,
/// until they know another.
pub(crate) fn shut_if_revoked(state: &NodeState) {
    let (charters, member) = (state.charters(), state.member());
    let purpose = if charters.is_revoked(&member.member, KeyPurpose::Log, &member.keys.log) {
        KeyPurpose::Log
    } else if member.keys.statement.is_empty() {
        KeyPurpose::Statement
    } else {
        return;
    };
    let reason = format!(
        "the members have revoked the {purpose} key of {}, which has no other yet; propose one: didymium charter propose \
         --dir {} --rotate {purpose}",
        member.member,
        state.dir().display(),
    );
    tracing::error!(reason, "this member's log signs nothing more");
    state.ledger().gate().set(Passage::Shut { reason });
}

/// Shuts the log for good: it signed what is not held here.
pub(crate) fn shut(state: &NodeState, reason: &str) {
    let passage = Passage::Shut {
        reason: format!("{reason}; {HOW_TO_GO_ON}"),
    };
    if state.ledger().gate().set(passage) {
        tracing::error!(reason, "this member's log signs nothing more");
    }
}

/// Asks each member whose cosignature counts what it knows of this log: the head that it cosigned last, and the head of its
/// copy, which may be ahead of it.
async fn ask_all(state: &NodeState, client: &PeerClient, fence: &mut Fence, patience: Duration) -> Decision {
    let own = state.ledger().log().clone();
    let code = &state.member().member;
    let name = Digest::of(own.origin().as_bytes());
    // In the order of the quorum that the fence was raised for. Who does not cosign knows nothing that would count: an
    // associate's *none known* says nothing about what was witnessed.
    let witnesses = state.charter().charter().witnesses(code);
    let questions = witnesses.map(|witness| {
        let address = state.peer(&witness.member).map(|peer| peer.address);
        async move {
            let Some(address) = address else {
                return [None, None];
            };
            let cosigned = format!("{address}/witness/{name}/checkpoint");
            let copied = format!("{address}/mirror/{code}/checkpoint");
            let (cosigned, copied) = futures_util::future::join(
                client.get(&cosigned, NOTE_BYTES_MAX, None),
                client.get(&copied, NOTE_BYTES_MAX, None),
            )
            .await;
            [cosigned.ok(), copied.ok()]
        }
    });
    let mut answers: FuturesUnordered<_> = questions.enumerate().map(in_order).collect();
    let mut over = std::pin::pin!(tokio::time::sleep(patience));
    loop {
        // Who is silent holds up nobody: who has answered is judged at once.
        let (witness, answers) = tokio::select! {
            answer = answers.next() => match answer {
                Some(answer) => answer,
                None => break,
            },
            () = &mut over => break,
        };
        for event in events_of(state, witness, answers) {
            let log = own.clone();
            // The tiles are read where the answers are judged: a few reads at a start.
            if let Err(error) = fence.step(event, |size| log.root(size)) {
                tracing::warn!(
                    witness,
                    error = error.in_words(),
                    "a witness's answer cannot be used"
                );
            }
        }
        if matches!(fence.decision(), Decision::MustRefuse(_)) {
            break;
        }
    }
    fence.decision()
}

/// Why the log must not sign although no witness knows a head of it: a version of the charter that this folder has not seen names
/// more of it than is held. Where a key was revoked the copies were cut back, and nobody has a signed head to show.
async fn newer_charter(state: &NodeState, client: &PeerClient) -> Option<String> {
    let held = state.ledger().log().size().unwrap_or(0);
    let code = &state.member().member;
    let questions = state.peers().into_iter().map(|peer| async move {
        let url = format!("{}/charter/chain", peer.address);
        let asked = client.get(&url, CHARTER_CHAIN_BYTES_MAX, None);
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(Answer::Body { bytes, .. })) => state.charters().extended(&bytes).ok(),
            _ => None,
        }
    });
    let chains = futures_util::future::join_all(questions).await;
    let versions = chains.iter().flatten().flat_map(CharterLog::versions);
    let named = versions.filter_map(|version| Some((version.version().head_of(code)?.size, version)));
    let (size, version) = named.max_by_key(|(size, _)| *size)?;
    (size > held).then(|| {
        format!(
            "version {} of the charter names {size} entries of this log and {held} are held here: this folder is an old copy",
            version.charter().version
        )
    })
}

/// A question with the number of who is asked, which the answer keeps.
async fn in_order<T>((number, question): (usize, impl Future<Output = T>)) -> (usize, T) {
    (number, question.await)
}

/// Whether a head says nothing of what this log holds: it was signed with a key that does not count for a log of that size, or
/// with one that was revoked and can sign any.
fn is_of_a_former_key(state: &NodeState, note: &[u8]) -> bool {
    let (charters, code) = (state.charters(), &state.member().member);
    if is_doubtful(charters, code, note) {
        return true;
    }
    let ever = log_keys::ever(charters, code).is_ok_and(|keys| log_keys::open_with(&keys, note, &[]).is_ok());
    ever && log_keys::open_shown(charters, code, note, &[]).is_err()
}

/// What the two answers of one witness say; one of them alone is as good as none.
fn events_of(state: &NodeState, witness: usize, answers: [Option<Answer>; 2]) -> Vec<FenceEvent> {
    let mut notes = Vec::new();
    let mut heard = true;
    for answer in answers {
        match answer {
            Some(Answer::Body { bytes, .. }) => match SignedNote::parse(&bytes) {
                Ok(_) if is_of_a_former_key(state, &bytes) => {}
                Ok(note) => notes.push(note),
                Err(_) => heard = false,
            },
            Some(Answer::NotFound) => {}
            Some(Answer::NotModified) | None => heard = false,
        }
    }
    if !heard {
        return vec![FenceEvent::Unreachable { witness }];
    }
    if notes.is_empty() {
        return vec![FenceEvent::NoneKnown { witness }];
    }
    notes
        .into_iter()
        .map(|note| FenceEvent::Signed { witness, note })
        .collect()
}
