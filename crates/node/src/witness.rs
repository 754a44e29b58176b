//! This member's witness: it cosigns the heads of the other members' logs, each only if it extends what it cosigned
//! before (C2SP tlog-witness).

use didymium_log::note::SignedNote;
use didymium_log::witness::{AddCheckpoint, Answer, CosignedHead, Outcome, Persisted, WitnessedLog, step};
use didymium_log::{Hash, LogError};
use didymium_store::Cosigned;

use crate::charter::is_doubtful;
use crate::{NodeError, NodeResult, NodeState, evidence};

/// How often a request is judged again because another one came first.
const ATTEMPTS: usize = 8;

/// Answers a request to cosign a checkpoint. The new state is on disk before the answer is given. Blocking.
///
/// # Errors
/// [`NodeError::CharterChanged`]; [`NodeError::Store`]; [`NodeError::Log`] for a charter or a stored state that is wrong.
pub fn add_checkpoint(state: &NodeState, body: &[u8]) -> NodeResult<Answer> {
    let request = match AddCheckpoint::parse(body) {
        Ok(request) => request,
        Err(error) => return Ok(Answer::malformed(&error)),
    };
    let now = u64::try_from(state.clock().now_ms() / 1_000).unwrap_or(0);
    let origin = &request.checkpoint().origin;
    let members = &state.charter().charter().members;
    // Nobody is a witness of their own log.
    let member = members
        .iter()
        .find(|member| member.origin() == origin && member.member != state.member().member);
    // The keys that count for a checkpoint of this size: two where the key changes.
    // A revoked key signs anything: what it signed is cosigned where the charter names it, or a quorum has cosigned it already.
    let doubted = member.is_some_and(|member| {
        let note = request.note().to_string();
        is_doubtful(state.charters(), &member.member, note.as_bytes())
    });
    let keys = member
        .filter(|_| !doubted)
        .map_or_else(Vec::new, |member| {
            state
                .charters()
                .log_keys_at(&member.member, request.checkpoint().size)
        })
        .iter()
        .map(|key| key.parse())
        .collect::<Result<Vec<_>, LogError>>()?;
    let cosigners = state.witness_keys();
    // A key that the next version revokes must not be believed once more.
    let _in_force = state.under_this_charter()?;
    for _ in 0..ATTEMPTS {
        let cosigned = state.store().cosigned(origin)?.map(head_of).transpose()?;
        let log = member.map(|member| WitnessedLog {
            keys: &keys,
            frozen: state.peer(&member.member).is_some_and(|peer| peer.frozen),
            cosigned: cosigned.as_ref(),
        });
        let judged = step(log, &request, &cosigners, now)?;
        if let (Some(finding), Some(member)) = (&judged.finding, member) {
            evidence::take_finding(state, &member.member, finding);
        }
        match judged.outcome {
            Outcome::Refused { answer, .. } => return Ok(answer),
            Outcome::Cosigned(pending) => {
                let replaces = pending.replaces().map(|(size, root)| (size, root.0));
                if state.store().put_cosigned(replaces, &row_of(pending.head()))? {
                    let persisted = Persisted::committed(pending.head());
                    return Ok(pending.release(persisted)?);
                }
            }
        }
    }
    Err(NodeError::WitnessBusy {
        origin: origin.clone(),
    })
}

fn row_of(head: &CosignedHead) -> Cosigned {
    Cosigned {
        origin: head.origin.clone(),
        size: head.size,
        root: head.root.0,
        unix_seconds: head.unix_seconds,
        note: head.note.as_ref().map(ToString::to_string),
    }
}

fn head_of(row: Cosigned) -> Result<CosignedHead, LogError> {
    Ok(CosignedHead {
        origin: row.origin,
        size: row.size,
        root: Hash(row.root),
        unix_seconds: row.unix_seconds,
        note: row
            .note
            .map(|note| SignedNote::parse(note.as_bytes()))
            .transpose()?,
    })
}
