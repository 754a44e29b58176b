//! Having this member's own log cosigned by the others: rounds over one checkpoint at a time.
//!
//! A round takes the newest checkpoint, asks every other member's witness for its cosignature on that very text, and
//! keeps what came. An append never waits for a round: a statement is *logged* at once and *witnessed* when a later round
//! reaches the quorum.

use std::collections::BTreeMap;
use std::time::Duration;

use didymium_log::LogError;
use didymium_log::checkpoint::Checkpoint;
use didymium_log::note::{NoteSignature, SignedNote, Verifier};
use didymium_log::policy::{Policy, Quorum, policy_text};
use didymium_log::witness::{AddCheckpoint, Reply, read_reply};
use didymium_statement::{Charter, Member};
use didymium_store::{Grade, Published};

use crate::federation::PeerClient;
use crate::held::HeldLog;
use crate::shutdown::Shutdown;
use crate::{NodeError, NodeResult, NodeState};

/// How long changes are gathered before a round.
const GATHER: Duration = Duration::from_millis(200);
/// Longest answer of a witness that is read, bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Cosignatures on the checkpoint that is served: verifiers accept 16 signatures, the log's own among them.
const SERVED_COSIGNATURES_MAX: usize = 15;

/// What makes a checkpoint of a member's log final under the charter.
///
/// # Errors
/// [`NodeError::Log`] for a charter whose keys are no verifier keys.
pub fn policy_of(state: &NodeState, member: &str) -> NodeResult<(Policy, Quorum)> {
    let log = crate::folder::require_member(state.charter(), member)?;
    policy_under(state.charter().charter(), log)
}

/// What makes a checkpoint of a member's log final under a charter: cosignatures of the other members.
///
/// # Errors
/// [`NodeError::Log`] for a charter whose keys are no verifier keys.
pub fn policy_under(charter: &Charter, member: &Member) -> NodeResult<(Policy, Quorum)> {
    let witnesses = charter
        .witnesses(&member.member)
        .map(|other| Ok((other.member.clone(), other.keys.witness.parse()?)))
        .collect::<Result<Vec<(String, Verifier)>, LogError>>()?;
    let quorum = Quorum::of_club(witnesses.len());
    let policy = policy_text(&member.keys.log.parse()?, &witnesses, quorum)?.parse()?;
    Ok((policy, quorum))
}

/// Asks for cosignatures after every change of the own log, and again while some are missing, until the node stops.
pub(crate) async fn keep_witnessed(state: NodeState, shutdown: Shutdown) {
    let client = match PeerClient::of(&state) {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(error = error.in_words(), "no round of cosignatures can be held");
            return;
        }
    };
    let mut rounds = Rounds {
        state: state.clone(),
        client,
        cosigned: BTreeMap::new(),
    };
    // A checkpoint is shown again to those who have not cosigned it as often as they are pulled from.
    let again_after = Duration::from_millis(state.config().overrides.pull_pause_ms_max);
    let mut changes = state.changed().listen();
    let stopping = shutdown.wait();
    tokio::pin!(stopping);
    loop {
        changes.mark_unchanged();
        let held = tokio::select! {
            () = &mut stopping => return,
            held = rounds.hold() => held,
        };
        let pause = match held {
            Ok(true) => None,
            Ok(false) => Some(again_after),
            Err(error) => {
                tracing::warn!(error = error.in_words(), "a round of cosignatures failed");
                Some(again_after)
            }
        };
        let again = async {
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = &mut stopping => return,
            changed = changes.changed() => if changed.is_err() { return },
            () = again => {}
        }
        tokio::select! {
            () = &mut stopping => return,
            () = tokio::time::sleep(GATHER) => {}
        }
    }
}

struct Rounds {
    state: NodeState,
    client: PeerClient,
    /// The size that each witness was last known to have cosigned.
    cosigned: BTreeMap<String, u64>,
}

impl Rounds {
    /// One round over the newest checkpoint; answers whether everybody has cosigned it.
    async fn hold(&mut self) -> NodeResult<bool> {
        let log = self.state.ledger().log().clone();
        let Some(target) = blocking(&log, target_of).await? else {
            return Ok(true);
        };
        let kept = self.kept(&target).await?;
        let peers = self.state.peers();
        let mut asked = Vec::new();
        for peer in &peers {
            let member = crate::folder::require_member(self.state.charter(), &peer.member)?;
            if !member.role.counts_as_witness() {
                continue;
            }
            let key: Verifier = member.keys.witness.parse()?;
            if kept
                .iter()
                .any(|line| line.name == key.name() && line.key_id == key.key_id())
            {
                continue;
            }
            asked.push((peer.member.clone(), peer.address.clone(), key));
        }
        if asked.is_empty() {
            return Ok(true);
        }
        let this: &Self = self;
        let answers = asked.iter().map(|(member, address, key)| {
            let known = this.cosigned.get(member).copied().unwrap_or(0);
            let (log, target) = (log.clone(), &target);
            async move { (member.clone(), this.ask(&log, target, address, key, known).await) }
        });
        let answers = futures_util::future::join_all(answers).await;
        let mut lines = kept;
        let mut missing = 0;
        for (member, answer) in answers {
            match answer {
                Ok(Asked::Cosigned(new)) => {
                    self.cosigned.insert(member, target.checkpoint.size);
                    lines.extend(new);
                }
                Ok(Asked::Refused(reply)) => {
                    missing += 1;
                    tracing::debug!(member, ?reply, "a witness did not cosign");
                }
                Err(error) => {
                    missing += 1;
                    tracing::debug!(member, error = error.in_words(), "a witness does not answer");
                }
            }
        }
        self.keep(&target, lines).await?;
        Ok(missing == 0)
    }

    /// Cosignatures of this checkpoint that earlier rounds brought.
    async fn kept(&self, target: &Target) -> NodeResult<Vec<NoteSignature>> {
        let (state, origin) = (self.state.clone(), target.checkpoint.origin.clone());
        let stored =
            tokio::task::spawn_blocking(move || state.store().published(&origin, Grade::Cosigned)).await??;
        let Some(stored) = stored else {
            return Ok(Vec::new());
        };
        let note = SignedNote::parse(stored.note.as_bytes())?;
        if note.text != target.note.text {
            return Ok(Vec::new());
        }
        let own = &target.note.signatures;
        Ok(note
            .signatures
            .into_iter()
            .filter(|line| !own.contains(line))
            .collect())
    }

    async fn ask(
        &self,
        log: &HeldLog,
        target: &Target,
        address: &str,
        key: &Verifier,
        known: u64,
    ) -> NodeResult<Asked> {
        let url = format!("{address}/witness/add-checkpoint");
        let mut old = known.min(target.checkpoint.size);
        // Once with the size it is thought to have, once more with the size it says it has.
        for attempt in 0..2 {
            let (from, to) = (old, target.checkpoint.size);
            let proof = if from == 0 || from == to {
                Vec::new()
            } else {
                blocking(log, move |log| log.consistency(from, to)).await?
            };
            let request = AddCheckpoint::new(from, proof, target.note.clone())?;
            let (status, body) = self
                .client
                .post(&url, request.to_string().into_bytes(), ANSWER_BYTES_MAX)
                .await?;
            match read_reply(&request, status, &body, std::slice::from_ref(key))? {
                Reply::Cosigned(lines) => return Ok(Asked::Cosigned(lines)),
                Reply::Conflict { cosigned } if attempt == 0 && cosigned <= to => old = cosigned,
                reply => return Ok(Asked::Refused(reply)),
            }
        }
        Ok(Asked::Refused(Reply::Conflict { cosigned: old }))
    }

    /// Keeps the checkpoint with its cosignatures, and says of which grade it is.
    async fn keep(&self, target: &Target, lines: Vec<NoteSignature>) -> NodeResult<()> {
        let mut note = target.note.clone();
        note.signatures.extend(lines);
        let (policy, _) = policy_of(&self.state, &self.state.member().member)?;
        let (text, size) = (note.to_string(), target.checkpoint.size);
        let log: Verifier = self.state.member().keys.log.parse()?;
        let (_, judged) = policy.judge_of_log(&text, &log)?;
        let witnessed = policy.needs_witnesses() && judged.met;
        let (state, origin) = (self.state.clone(), target.checkpoint.origin.clone());
        tokio::task::spawn_blocking(move || {
            let new = Published { size, note: text };
            state.store().put_published(&origin, Grade::Cosigned, &new)?;
            if witnessed {
                state.store().put_published(&origin, Grade::Witnessed, &new)?;
            }
            Ok::<_, NodeError>(())
        })
        .await?
    }
}

enum Asked {
    Cosigned(Vec<NoteSignature>),
    Refused(Reply),
}

/// The checkpoint of a round.
struct Target {
    note: SignedNote,
    checkpoint: Checkpoint,
}

fn target_of(log: &HeldLog) -> NodeResult<Option<Target>> {
    let Some(head) = log.head()? else {
        return Ok(None);
    };
    let note = SignedNote::parse(&head.checkpoint)?;
    let checkpoint = Checkpoint::parse(&note.text)?;
    Ok(Some(Target { note, checkpoint }))
}

/// The checkpoint of the own log as it is served: with the cosignatures that its text has, 15 at most. Blocking.
///
/// # Errors
/// [`NodeError::Store`].
pub(crate) fn served_checkpoint(state: &NodeState) -> NodeResult<Option<Vec<u8>>> {
    let log = state.ledger().log();
    let Some(head) = log.head()? else {
        return Ok(None);
    };
    let Some(cosigned) = state.store().published(log.origin(), Grade::Cosigned)? else {
        return Ok(Some(head.checkpoint));
    };
    let mut note = SignedNote::parse(cosigned.note.as_bytes())?;
    let own = SignedNote::parse(&head.checkpoint)?;
    if note.text != own.text {
        return Ok(Some(head.checkpoint));
    }
    note.signatures
        .truncate(own.signatures.len() + SERVED_COSIGNATURES_MAX);
    Ok(Some(note.to_string().into_bytes()))
}

async fn blocking<T: Send + 'static>(
    log: &HeldLog,
    read: impl FnOnce(&HeldLog) -> NodeResult<T> + Send + 'static,
) -> NodeResult<T> {
    let log = log.clone();
    tokio::task::spawn_blocking(move || read(&log)).await?
}
