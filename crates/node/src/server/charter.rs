//! The charter's faces: versions and proposals, and the way in for proposals.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use didymium_statement::{CharterEvent, CharterId, StatementError};
use serde_json::json;

use super::problem::{Problem, ProblemType};
use crate::blocking::blocking;
use crate::charter::{self, Taken};
use crate::{NodeError, NodeState};

/// What is read of the charter.
pub(super) fn reading(state: NodeState) -> Router {
    Router::new()
        .route("/charter", get(head))
        .route("/charter/chain", get(chain))
        .route("/charter/proposals", get(proposals))
        .route("/charter/proposals/{id}", get(proposal))
        .with_state(state)
}

/// The way in for proposals.
pub(super) fn taking(state: NodeState) -> Router {
    Router::new()
        .route("/charter/proposals", post(propose))
        .with_state(state)
}

/// `GET /charter`: the version in force.
async fn head(State(state): State<NodeState>) -> Response {
    bytes("application/cose", state.charter().bytes().to_vec())
}

/// `GET /charter/chain`: all versions, a CBOR array of signed charters.
async fn chain(State(state): State<NodeState>) -> Result<Response, Problem> {
    let chain = blocking(move || Ok::<_, NodeError>(charter::current(&state).to_bytes()?)).await?;
    Ok(bytes("application/cbor", chain))
}

/// `GET /charter/proposals`: what is proposed, and who has signed.
async fn proposals(State(state): State<NodeState>) -> Result<Response, Problem> {
    let found = blocking(move || charter::proposals(&state)).await?;
    Ok(([(header::CACHE_CONTROL, "no-cache")], Json(found)).into_response())
}

/// `GET /charter/proposals/{id}`: one of them, with what this node's copies of the logs have against it.
async fn proposal(State(state): State<NodeState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let missing = || Problem::not_found("an open proposal of this name");
    let id: CharterId = id.parse().map_err(|_| missing())?;
    let found = blocking(move || charter::proposal(&state, &id)).await?;
    let found = found.ok_or_else(missing)?;
    Ok(([(header::CACHE_CONTROL, "no-cache")], Json(found)).into_response())
}

/// `POST /charter/proposals`: a proposal with whatever signatures it has. Anybody may send one; only signatures of those
/// whom it concerns are taken, and only those of present voting members make it travel.
async fn propose(State(state): State<NodeState>, body: Bytes) -> Result<Response, Problem> {
    let taken = blocking(move || charter::take(&state, CharterEvent::Propose(body.to_vec())));
    let taken = taken.await.map_err(refusal)?;
    let (status, outcome, id) = match taken {
        Taken::Nothing => (StatusCode::OK, "known", None),
        Taken::Kept(id) => (StatusCode::CREATED, "open", Some(id)),
        Taken::Requested(id) => (StatusCode::ACCEPTED, "requested", Some(id)),
        Taken::Adopted(id) => (StatusCode::CREATED, "adopted", Some(id)),
        Taken::Forked => (StatusCode::OK, "forked", None),
    };
    let answer = json!({ "outcome": outcome, "id": id.map(|id| id.to_string()) });
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// What a sender is told: the rule that is broken, or that there is no room.
fn refusal(error: NodeError) -> Problem {
    match error {
        NodeError::Statement(StatementError::TooMany { what, .. })
            if what.contains("proposals") || what.contains("requests") =>
        {
            Problem::new(ProblemType::Overloaded, error.to_string()).retry_after(3_600)
        }
        NodeError::Statement(_) | NodeError::CharterRefused { .. } => {
            Problem::new(ProblemType::BadRequest, error.in_words())
        }
        other => other.into(),
    }
}

fn bytes(kind: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")];
    (headers, bytes).into_response()
}
