//! What a submitter takes home: proof that a statement is in this member's log.
//!
//! Two wrappings of the same proof: a COSE receipt (RFC 9942), at once, and a `tlog-proof` (C2SP) under the newest
//! checkpoint that enough members have cosigned. The `tlog-proof` carries the statement itself, so that one file is all
//! that a reader needs besides a charter that it trusts.

use didymium_log::checkpoint::Checkpoint;
use didymium_log::note::SignedNote;
use didymium_log::receipt::{attach, cose_key, cose_key_set, issue_inclusion, key_in_address};
use didymium_log::tlog_proof::TlogProof;
use didymium_statement::{Statement, StatementId};
use didymium_store::Grade;

use crate::charter::log_keys;
use crate::{NodeError, NodeResult, NodeState};

/// A COSE receipt for a statement of the own log, under the newest checkpoint. Blocking.
///
/// # Errors
/// [`NodeError::NoSuchStatement`]; [`NodeError::NoReceiptYet`] for the genesis of a log that holds nothing else;
/// [`NodeError::Store`], [`NodeError::Log`].
pub fn cose_receipt(state: &NodeState, id: &StatementId) -> NodeResult<Vec<u8>> {
    with_receipt(state, id).map(|(receipt, _)| receipt)
}

/// A statement of the own log that carries its COSE receipt under the newest checkpoint (a transparent statement of SCITT):
/// one file that proves, against a charter, that its statement is *logged*. Blocking.
///
/// # Errors
/// Those of [`cose_receipt`].
pub fn transparent_statement(state: &NodeState, id: &StatementId) -> NodeResult<Vec<u8>> {
    let (receipt, statement) = with_receipt(state, id)?;
    Ok(attach(&statement, &[receipt])?)
}

/// The receipt of a statement, and its bytes as they are logged.
fn with_receipt(state: &NodeState, id: &StatementId) -> NodeResult<(Vec<u8>, Vec<u8>)> {
    let log = state.ledger().log();
    let index = log
        .find(id)?
        .ok_or(NodeError::NoSuchStatement { statement: *id })?;
    let proven = log.inclusion(index, None)?;
    if proven.path.is_empty() {
        return Err(NodeError::NoReceiptYet { statement: *id });
    }
    let head = Checkpoint {
        origin: log.origin().to_owned(),
        size: proven.size,
        root: proven.root,
    };
    let entry = log
        .entry(index)?
        .ok_or(NodeError::NoSuchStatement { statement: *id })?;
    let statement = Statement::parse(&entry.bytes).map_err(NodeError::refused(*id))?;
    let receipt = issue_inclusion(
        state.ledger().signer(),
        &head,
        proven.leaf,
        index,
        &proven.path,
        &statement.subject,
    )?;
    Ok((receipt, entry.bytes))
}

/// A `tlog-proof` for a statement of the own log, with the statement in it: under the newest witnessed checkpoint if that
/// holds it, else under the newest checkpoint as it is served. Blocking.
///
/// # Errors
/// [`NodeError::NoSuchStatement`]; [`NodeError::Store`], [`NodeError::Log`].
pub fn tlog_proof(state: &NodeState, id: &StatementId) -> NodeResult<TlogProof> {
    let missing = || NodeError::NoSuchStatement { statement: *id };
    let log = state.ledger().log();
    let index = log.find(id)?.ok_or_else(missing)?;
    let witnessed = state
        .store()
        .published(log.origin(), Grade::Witnessed)?
        .filter(|published| published.size > index);
    let checkpoint = match witnessed {
        Some(published) => published.note,
        None => {
            let served = crate::witnessing::served_checkpoint(state)?.ok_or_else(missing)?;
            String::from_utf8(served).map_err(|_| NodeError::Encode {
                what: "a checkpoint",
                reason: "it is not UTF-8".to_owned(),
            })?
        }
    };
    let head = Checkpoint::parse(&SignedNote::parse(checkpoint.as_bytes())?.text)?;
    let proven = log.inclusion(index, Some(head.size))?;
    let entry = log.entry(index)?.ok_or_else(missing)?;
    Ok(TlogProof {
        extra: Some(entry.bytes),
        index,
        path: proven.path,
        checkpoint,
    })
}

/// The keys that sign and signed this log's receipts, as a COSE Key Set.
///
/// # Errors
/// [`NodeError::Log`].
pub fn receipt_keys(state: &NodeState) -> NodeResult<Vec<u8>> {
    let keys = log_keys::ever(state.charters(), &state.member().member)?;
    Ok(cose_key_set(&keys)?)
}

/// One of these keys as a COSE Key, by the `kid` of the receipts that it signs, in base64url without padding; none if
/// no key of the log has that name.
///
/// # Errors
/// [`NodeError::Log`].
pub fn receipt_key(state: &NodeState, kid: &str) -> NodeResult<Option<Vec<u8>>> {
    let keys = log_keys::ever(state.charters(), &state.member().member)?;
    let named = keys.iter().find(|key| key_in_address(key) == kid);
    Ok(named.map(cose_key).transpose()?)
}
