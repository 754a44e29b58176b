//! Registration (SCRAPI): a signed statement goes in, a receipt comes out.
//!
//! | address | what |
//! |---|---|
//! | `POST /entries` | logs a statement of this member (COSE_Sign1); answers its receipt when it is on disk; with `Prefer: return=minimal` only its place |
//! | `GET /entries/{id}` | the receipt of a statement, under the newest checkpoint |
//! | `GET /entries/{id}/proof` | the same as a `tlog-proof`, under the newest checkpoint that enough members cosigned |
//! | `GET /.well-known/scitt-keys` | the keys that verify receipts, as a COSE Key Set |
//! | `GET /.well-known/scitt-keys/{kid}` | one of them as a COSE Key: `kid` of a receipt in base64url without padding |
//!
//! Who may submit is decided where everything that enters the log is admitted: a statement is taken from anybody if
//! this member has signed it, at both doors of the node: its signature is the permission, and the request needs none. To
//! submit it twice changes nothing.

use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use didymium_log::sequencer::Refusal;
use didymium_statement::{Statement, StatementId};

use super::problem::{Problem, ProblemType};
use super::signed::{Asker, for_members};
use crate::blocking::blocking;
use crate::receipt::{cose_receipt, receipt_key, receipt_keys, tlog_proof};
use crate::{NodeError, NodeState};

const COSE: &str = "application/cose";
const CBOR: &str = "application/cbor";
/// Index of the statement in the log.
const INDEX: HeaderName = HeaderName::from_static("didymium-index");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const MINIMAL: &str = "return=minimal";
const RECEIPT: &str = "application/cose; cose-type=\"cose-sign1\"";

/// `POST /entries`.
pub(super) async fn register(
    State(state): State<NodeState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if kind.is_none_or(|kind| kind.split(|b| *b == b';').next() != Some(COSE.as_bytes())) {
        return Err(Problem::new(
            ProblemType::UnsupportedMediaType,
            "a statement is sent as `content-type: application/cose`",
        ));
    }
    let statement =
        Statement::parse(&body).map_err(|error| Problem::new(ProblemType::BadRequest, error.to_string()))?;
    let id = statement.id();
    let place = state
        .intake()?
        .submit(&state, statement, None)
        .await
        .map_err(refusal)?;
    let status = if place.fresh {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let address = format!("/entries/{id}");
    let index = place.index.to_string();
    let place = [(header::LOCATION, address.as_str()), (INDEX, index.as_str())];
    if prefers_minimal(&headers) {
        let applied = (PREFERENCE_APPLIED, MINIMAL);
        return Ok((status, place, [applied]).into_response());
    }
    let receipt = blocking(move || cose_receipt(&state, &id)).await?;
    Ok((status, place, [(header::CONTENT_TYPE, RECEIPT)], receipt).into_response())
}

/// Whether the submitter wants no body (RFC 7240): the receipt can be had later at the address told.
fn prefers_minimal(headers: &HeaderMap) -> bool {
    let asked = headers.get_all("prefer").iter();
    asked
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|preference| preference.trim() == MINIMAL)
}

/// `GET /entries/{id}`.
pub(super) async fn receipt(
    State(state): State<NodeState>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = parsed(&id)?;
    if !may_read(&state, id, asker).await? {
        return Ok(for_members());
    }
    let receipt = blocking(move || cose_receipt(&state, &id)).await?;
    Ok(answer(RECEIPT, receipt))
}

/// `GET /entries/{id}/proof`.
pub(super) async fn proof(
    State(state): State<NodeState>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = parsed(&id)?;
    if !may_read(&state, id, asker).await? {
        return Ok(for_members());
    }
    let proof = blocking(move || tlog_proof(&state, &id)).await?;
    Ok(answer(
        "text/plain; charset=utf-8",
        proof.to_string().into_bytes(),
    ))
}

/// Whether who asks may read the statement: its receipt names what it is about, its proof carries it. Whether a statement is
/// there at all is not told to who may not.
async fn may_read(state: &NodeState, id: StatementId, asker: Asker) -> Result<bool, Problem> {
    if asker.may_read_all() {
        return Ok(true);
    }
    let log = state.ledger().log().clone();
    let entry = blocking(move || match log.find(&id)? {
        Some(index) => log.entry(index),
        None => Ok(None),
    });
    Ok(entry.await?.is_some_and(|entry| asker.may_read(&entry.bytes)))
}

/// `GET /.well-known/scitt-keys`.
pub(super) async fn keys(State(state): State<NodeState>) -> Result<Response, Problem> {
    Ok(answer(CBOR, receipt_keys(&state)?))
}

/// `GET /.well-known/scitt-keys/{kid}`.
pub(super) async fn key(
    State(state): State<NodeState>,
    Path(kid): Path<String>,
) -> Result<Response, Problem> {
    let key = receipt_key(&state, &kid)?;
    let key = key.ok_or_else(|| Problem::not_found("a key of this log with this name"))?;
    Ok(answer(CBOR, key))
}

fn answer(kind: &'static str, bytes: Vec<u8>) -> Response {
    (
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")],
        bytes,
    )
        .into_response()
}

fn parsed(id: &str) -> Result<StatementId, Problem> {
    id.parse()
        .map_err(|_| Problem::not_found("a statement of this name"))
}

/// What a submitter is told. A refusal names what is wrong with the statement; a node that is busy says when to come
/// again.
fn refusal(error: NodeError) -> Problem {
    match error {
        NodeError::NotLogged(reason) => {
            let seconds = match reason {
                Refusal::Busy { retry_after_ms } => retry_after_ms.div_ceil(1_000).max(1),
                Refusal::NoRoom | Refusal::NotCommitted | Refusal::Stopped => 30,
            };
            Problem::new(ProblemType::Overloaded, error.to_string()).retry_after(seconds)
        }
        NodeError::LogWaits { .. } => Problem::new(ProblemType::Overloaded, error.to_string()).retry_after(2),
        // A second or two; a statement under a key that has just ended is then refused for good.
        NodeError::LogReopens => Problem::new(ProblemType::Overloaded, error.to_string()).retry_after(1),
        NodeError::LogShut { .. } => {
            Problem::new(ProblemType::Overloaded, error.to_string()).retry_after(3_600)
        }
        NodeError::Refused { .. }
        | NodeError::Genesis { .. }
        | NodeError::VisibilityNotKept { .. }
        | NodeError::BlobAbsent { .. }
        | NodeError::BlobUncalled { .. } => Problem::new(ProblemType::BadRequest, error.in_words()),
        other => other.into(),
    }
}
