//! The members' logs as this node sees them.

use std::collections::BTreeMap;

use axum::extract::State;
use didymium_log::Hash;
use didymium_statement::Member;

use super::types::{Audit, AuditLog, Copied, Cosigner, EvidenceView, Standing};
use super::{ApiError, ApiState};
use crate::blocking::blocking;
use crate::clock::rfc3339;
use crate::gate::Passage;
use crate::witnessing::{policy_of, served_checkpoint};
use crate::{NodeState, PeerStatus, evidence};

/// The logs of the club: how each stands, who has cosigned it, who has copies, what is proven against it.
#[utoipa::path(get, path = "/api/v1/audit", tag = "log", responses((status = 200, body = Audit)))]
pub(crate) async fn audit(State(state): State<ApiState>) -> Result<axum::Json<Audit>, ApiError> {
    blocking(move || Ok(axum::Json(audit_of(&state.node)?))).await
}

/// What a node knows of the members' logs. Blocking.
///
/// # Errors
/// [`ApiError::Node`].
pub fn audit_of(node: &NodeState) -> Result<Audit, ApiError> {
    let members = &node.charter().charter().members;
    let (_, quorum) = policy_of(node, &node.member().member)?;
    let peers: BTreeMap<String, PeerStatus> = node
        .peers()
        .into_iter()
        .map(|peer| (peer.member.clone(), peer))
        .collect();
    let logs = members.iter().map(|member| log_of(node, member, &peers));
    Ok(Audit {
        member: node.member().member.clone(),
        at: rfc3339(node.clock().now_ms()),
        needed: quorum.needed().and_then(|needed| u32::try_from(needed).ok()),
        others: u32::try_from(quorum.others()).unwrap_or(u32::MAX),
        logs: logs.collect::<Result<_, _>>()?,
    })
}

fn log_of(
    node: &NodeState,
    member: &Member,
    peers: &BTreeMap<String, PeerStatus>,
) -> Result<AuditLog, ApiError> {
    let own = member.member == node.member().member;
    let peer = peers.get(&member.member);
    let head = node.store().head(member.origin())?;
    let size = head.as_ref().map_or(0, |head| head.size);
    let checkpoint = if own {
        served_checkpoint(node)?
    } else {
        head.as_ref().and_then(|head| head.checkpoint.clone())
    };
    // One log whose head no key in force has signed says so in its row, and hides no other's.
    let (witnessed, cosigners, unsigned) = match &checkpoint {
        Some(note) => match cosigners_of(node, member, note) {
            Ok((witnessed, cosigners)) => (witnessed, cosigners, None),
            Err(crate::NodeError::Log(error)) => (false, Vec::new(), Some(error.to_string())),
            Err(error) => return Err(error.into()),
        },
        None => (false, Vec::new(), None),
    };
    let evidence = evidence::against(node, &member.member)?;
    let (standing, trouble) = match peer {
        Some(peer) => (standing_of(peer), peer.trouble.clone()),
        None => own_standing(&node.ledger().gate().passage()),
    };
    Ok(AuditLog {
        member: member.member.clone(),
        origin: member.origin().to_owned(),
        key: member.keys.log.clone(),
        standing,
        trouble: trouble.or(unsigned),
        size,
        root: head.map(|head| Hash(head.root).to_string()),
        checkpoint: checkpoint.map(|note| String::from_utf8_lossy(&note).into_owned()),
        witnessed,
        cosigners,
        copies: copies_of(node, member, size, peers),
        last_seen: peer.and_then(|peer| peer.last_seen_ms).map(rfc3339),
        evidence: evidence.iter().map(evidence_view).collect(),
    })
}

fn cosigners_of(node: &NodeState, member: &Member, note: &[u8]) -> crate::NodeResult<(bool, Vec<Cosigner>)> {
    let (policy, _) = policy_of(node, &member.member)?;
    let log = member.keys.log.parse()?;
    let (_, judged) = policy.judge_of_log(note, &log)?;
    let cosigners = judged.counted.into_iter().map(|witness| Cosigner {
        member: witness.witness,
        at: rfc3339(i64::try_from(witness.unix_seconds.saturating_mul(1_000)).unwrap_or(i64::MAX)),
    });
    Ok((judged.needs_witnesses && judged.met, cosigners.collect()))
}

/// Who holds how much of a log: this node by its store, the others by what they last said.
fn copies_of(
    node: &NodeState,
    member: &Member,
    size: u64,
    peers: &BTreeMap<String, PeerStatus>,
) -> Vec<Copied> {
    let members = &node.charter().charter().members;
    let holders = members.iter().filter(|holder| holder.member != member.member);
    holders
        .filter_map(|holder| {
            let held = if holder.member == node.member().member {
                Some(size)
            } else {
                let said = peers.get(&holder.member)?;
                said.copies.get(&member.member).copied()
            };
            held.map(|held| Copied {
                member: holder.member.clone(),
                size: held,
                behind: size.saturating_sub(held),
            })
        })
        .collect()
}

fn standing_of(peer: &PeerStatus) -> Standing {
    if peer.frozen {
        Standing::Frozen
    } else if peer.trouble.is_some() {
        Standing::Troubled
    } else if peer.last_seen_ms.is_none() {
        Standing::Unheard
    } else {
        Standing::Followed
    }
}

fn own_standing(passage: &Passage) -> (Standing, Option<String>) {
    match passage {
        Passage::Open | Passage::Reopening => (Standing::Followed, None),
        Passage::Waiting { heard, needed } => {
            let words = format!("{heard} of {needed} members have said what they know of this log");
            (Standing::Waiting, Some(words))
        }
        Passage::Shut { reason } => (Standing::Shut, Some(reason.clone())),
    }
}

fn evidence_view(proven: &evidence::Proven) -> EvidenceView {
    let view = &proven.split_view;
    EvidenceView {
        found: rfc3339(proven.found_ms),
        statement: proven.statement.to_string(),
        english: evidence::words::english(&proven.member, view),
        french: evidence::words::french(&proven.member, view),
        smaller_size: view.smaller.size,
        smaller_root: view.smaller.root.to_string(),
        larger_size: view.larger.size,
        larger_root_at_smaller: view.root_at_smaller.to_string(),
    }
}
