//! Having this member's own log cosigned by the others: rounds over one checkpoint at a time.
//!
//! A round takes the newest checkpoint, asks every other member's witness for its cosignature on that very text, and
//! keeps what came. An append never waits for a round: a statement is *logged* at once and *witnessed* when a later round
//! reaches the quorum.

use std::collections::BTreeMap;
use std::time::Duration;

use didymium_log::checkpoint::Checkpoint;
use didymium_log::note::{MAX_SIGNATURES, NoteSignature, SignedNote, Verifier};
use didymium_log::policy::{ClubWitness, Policy, Quorum, club_policy_text};
use didymium_log::witness::{AddCheckpoint, Reply, read_reply};
use didymium_statement::{Charter, Member};
use didymium_store::{Grade, Published};
use futures_util::stream::FuturesUnordered;
use futures_util::{Stream, StreamExt as _};
use tokio::time::Instant;

use crate::charter::log_keys;
use crate::federation::PeerClient;
use crate::held::HeldLog;
use crate::shutdown::Shutdown;
use crate::{NodeError, NodeResult, NodeState};

/// How long changes are gathered before a round.
const GATHER: Duration = Duration::from_millis(200);
/// How long a round waits for more cosignatures when there are enough: who is late is asked again in the next.
const PATIENCE: Duration = Duration::from_secs(1);
/// Longest answer of a witness that is read, bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// How often a witness with two keys is asked for both on one head: it adopts the version that gives it the second a little
/// later than others do.
const BOTH_KEYS_ASKED_MAX: u32 = 30;
/// Cosignatures on the checkpoint that is served: verifiers accept 16 signatures, the log's own among them. Those of a second
/// key are long (ML-DSA-44: 3.3 kB) and come last: who has no room for all has one of each member before a second of any.
const SERVED_COSIGNATURES_MAX: usize = 15;

/// What makes a checkpoint of a member's log final under the charter.
///
/// # Errors
/// [`NodeError::Log`] for a charter whose keys are no verifier keys.
pub fn policy_of(state: &NodeState, member: &str) -> NodeResult<(Policy, Quorum)> {
    let log = crate::folder::require_member(state.charter(), member)?;
    policy_under(state.charter().charter(), log)
}

/// What makes a checkpoint of a member's log final under a charter: cosignatures of the other members, each of whom counts
/// once, whichever of its keys cosigned.
///
/// # Errors
/// [`NodeError::Log`] for a charter whose keys are no verifier keys.
pub fn policy_under(charter: &Charter, member: &Member) -> NodeResult<(Policy, Quorum)> {
    let witness = |other: &Member| ClubWitness {
        name: other.member.clone(),
        key: other.keys.witness.clone(),
        other_key: other.keys.witness_ml_dsa.clone(),
    };
    let witnesses: Vec<_> = charter.witnesses(&member.member).map(witness).collect();
    let quorum = Quorum::of_club(witnesses.len());
    let policy = club_policy_text(&member.keys.log.parse()?, &witnesses, quorum)?.parse()?;
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
        short: BTreeMap::new(),
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
    /// Who answered with fewer keys than the charter gives its witness: on which size, and how often.
    short: BTreeMap<String, (u64, u32)>,
}

impl Rounds {
    /// One round over the newest checkpoint; answers whether everybody has cosigned it.
    async fn hold(&mut self) -> NodeResult<bool> {
        // A head that may be of an old backup is shown to nobody before the others have said that they know no more.
        if self.state.ledger().gate().pass().is_err() {
            return Ok(false);
        }
        let log = self.state.ledger().log().clone();
        let Some(target) = blocking(&log, target_of).await? else {
            return Ok(true);
        };
        let size = target.checkpoint.size;
        let kept = self.kept(&target).await?;
        let peers = self.state.peers();
        let mut asked = Vec::new();
        for peer in &peers {
            let member = crate::folder::require_member(self.state.charter(), &peer.member)?;
            if !member.role.counts_as_witness() {
                continue;
            }
            let keys = log_keys::of_witness(member)?;
            let mut lines = keys.iter().map(|key| has_line_by(&kept, key));
            if lines.clone().all(|there| there) {
                continue;
            }
            // Whoever has got a second key is asked for both until it adopts that version. A node that cannot use the key
            // answers with the first alone for ever.
            let asked_for_both = self.short.get(&peer.member).filter(|(at, _)| *at == size);
            if lines.any(|there| there)
                && asked_for_both.is_some_and(|(_, times)| *times >= BOTH_KEYS_ASKED_MAX)
            {
                continue;
            }
            asked.push((peer.member.clone(), peer.address.clone(), keys));
        }
        if asked.is_empty() {
            return Ok(true);
        }
        let cosigned = self.gather(&log, &target, &asked, kept).await?;
        let mut everybody = cosigned.len() == asked.len();
        for (member, lines) in cosigned {
            let wanted = asked.iter().find(|(known, ..)| *known == member);
            if wanted.is_some_and(|(.., keys)| lines < keys.len()) {
                let (at, times) = self.short.entry(member.clone()).or_default();
                *times = if *at == size { *times + 1 } else { 1 };
                *at = size;
                everybody &= *times >= BOTH_KEYS_ASKED_MAX;
            }
            self.cosigned.insert(member, size);
        }
        Ok(everybody)
    }

    /// Asks witnesses, by code, address and keys, for their cosignatures, and keeps them beside the `lines` that are there;
    /// answers who has cosigned, with how many keys.
    async fn gather(
        &self,
        log: &HeldLog,
        target: &Target,
        asked: &[(String, String, Vec<Verifier>)],
        mut lines: Vec<NoteSignature>,
    ) -> NodeResult<Vec<(String, usize)>> {
        let answers = asked.iter().map(|(member, address, keys)| {
            let known = self.cosigned.get(member).copied().unwrap_or(0);
            async move { (member, self.ask(log, target, address, keys, known).await) }
        });
        // What has come is kept while the others are waited for: one that is silent holds up nobody's cosignature.
        let answers: FuturesUnordered<_> = answers.collect();
        let mut answers = std::pin::pin!(answers.ready_chunks(asked.len()));
        let mut cosigned = Vec::new();
        let mut patience = None;
        while let Some(came) = next_until(answers.as_mut(), patience).await {
            let before = cosigned.len();
            for (member, answer) in came {
                match answer {
                    Ok(Asked::Cosigned(new)) => {
                        cosigned.push((member.clone(), new.len()));
                        // Of one key there is one line.
                        lines.retain(|line| !new.iter().any(|new| is_of_same_key(new, line)));
                        lines.extend(new);
                    }
                    Ok(Asked::Refused(Reply::Inconsistent)) => {
                        tracing::warn!(
                            member,
                            size = target.checkpoint.size,
                            "a witness holds that this log contradicts what it cosigned: somebody else may sign with its key"
                        );
                    }
                    Ok(Asked::Refused(reply)) => {
                        tracing::debug!(member, ?reply, "a witness did not cosign");
                    }
                    Err(error) => {
                        tracing::debug!(member, error = error.in_words(), "a witness does not answer");
                    }
                }
            }
            if cosigned.len() > before && self.keep(target, lines.clone()).await? {
                patience.get_or_insert_with(|| Instant::now() + PATIENCE);
            }
        }
        if cosigned.is_empty() {
            self.keep(target, lines).await?;
        }
        Ok(cosigned)
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
        Ok(cosignatures_of(note, &target.checkpoint.origin))
    }

    async fn ask(
        &self,
        log: &HeldLog,
        target: &Target,
        address: &str,
        keys: &[Verifier],
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
            match read_reply(&request, status, &body, keys)? {
                Reply::Cosigned(lines) => return Ok(Asked::Cosigned(lines)),
                Reply::Conflict { cosigned } if attempt == 0 && cosigned <= to => old = cosigned,
                reply => return Ok(Asked::Refused(reply)),
            }
        }
        Ok(Asked::Refused(Reply::Conflict { cosigned: old }))
    }

    /// Keeps the checkpoint with its cosignatures; answers whether it is *witnessed*.
    async fn keep(&self, target: &Target, lines: Vec<NoteSignature>) -> NodeResult<bool> {
        let mut note = target.note.clone();
        note.signatures.extend(lines);
        // The long ones of second keys last, so that a note that has no room for all still has one of each member.
        let own = target.note.signatures.len();
        if let Some(cosignatures) = note.signatures.get_mut(own..) {
            cosignatures.sort_by_key(|line| line.bytes.len());
        }
        note.signatures.truncate(MAX_SIGNATURES);
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
            Ok::<_, NodeError>(witnessed)
        })
        .await?
    }
}

fn is_of_same_key(one: &NoteSignature, other: &NoteSignature) -> bool {
    (&one.name, one.key_id) == (&other.name, other.key_id)
}

fn has_line_by(lines: &[NoteSignature], key: &Verifier) -> bool {
    lines
        .iter()
        .any(|line| (line.name.as_str(), line.key_id) == (key.name(), key.key_id()))
}

/// What comes next, if it comes before that moment.
async fn next_until<T>(stream: impl Stream<Item = T> + Unpin, until: Option<Instant>) -> Option<T> {
    let mut stream = stream;
    match until {
        Some(until) => tokio::time::timeout_at(until, stream.next()).await.ok().flatten(),
        None => stream.next().await,
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
    let mut note = SignedNote::parse(head.checkpoint.as_deref().unwrap_or_default())?;
    // A head that was brought back from a copy may bear cosignatures: they are gathered beside it.
    note.signatures.retain(|line| line.name == log.origin());
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
        return Ok(head.checkpoint);
    };
    let cosigned = SignedNote::parse(cosigned.note.as_bytes())?;
    let mut note = SignedNote::parse(head.checkpoint.as_deref().unwrap_or_default())?;
    if note.text != cosigned.text {
        return Ok(head.checkpoint);
    }
    let cosignatures = cosignatures_of(cosigned, log.origin()).into_iter();
    note.signatures.extend(cosignatures.take(SERVED_COSIGNATURES_MAX));
    Ok(Some(note.to_string().into_bytes()))
}

/// The lines of a note that are not the log's own: its head is signed again when its key changes, and what witnesses have
/// cosigned is the same text.
fn cosignatures_of(note: SignedNote, origin: &str) -> Vec<NoteSignature> {
    let lines = note.signatures.into_iter();
    lines.filter(|line| line.name != origin).collect()
}

async fn blocking<T: Send + 'static>(
    log: &HeldLog,
    read: impl FnOnce(&HeldLog) -> NodeResult<T> + Send + 'static,
) -> NodeResult<T> {
    let log = log.clone();
    tokio::task::spawn_blocking(move || read(&log)).await?
}
