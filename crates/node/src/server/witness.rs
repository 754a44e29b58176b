//! The witness face (C2SP tlog-witness): others' logs ask for cosignatures, anybody reads what was cosigned last.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use didymium_statement::Digest;

use super::problem::Problem;
use crate::blocking::blocking;
use crate::{NodeError, NodeState};

/// `POST /witness/add-checkpoint`. Its answers are those of the specification, not problem details: the other side is a
/// log, whose reading of each status is fixed.
pub(super) async fn add_checkpoint(State(state): State<NodeState>, body: Bytes) -> Result<Response, Problem> {
    let answer = blocking(move || crate::witness::add_checkpoint(&state, &body)).await?;
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = HeaderValue::from_static(answer.content_type);
    let mut response = (status, [(header::CONTENT_TYPE, kind)], answer.body).into_response();
    response.extensions_mut().insert(super::guard::Final);
    Ok(response)
}

/// `GET /witness/heads`: every head that this node knows of, for gossip.
pub(super) async fn heads(State(state): State<NodeState>) -> Result<Response, Problem> {
    let known = blocking(move || crate::federation::known_heads(&state)).await?;
    let headers = [(header::CACHE_CONTROL, "no-cache")];
    Ok((headers, axum::Json(known)).into_response())
}

/// `GET /witness/{log}/checkpoint`: what was cosigned last of the log whose origin has this SHA-256, hex.
pub(super) async fn cosigned(
    State(state): State<NodeState>,
    Path(log): Path<String>,
) -> Result<Response, Problem> {
    let logs = state.charters().origins().into_iter();
    let origin = logs
        .map(|log| log.origin)
        .find(|origin| Digest::of(origin.as_bytes()).to_string() == log)
        .ok_or_else(|| Problem::not_found("a log of this name"))?;
    let found = blocking(move || Ok::<_, NodeError>(state.store().cosigned(&origin)?)).await?;
    let note = found.and_then(|cosigned| cosigned.note);
    let note = note.ok_or_else(|| Problem::not_found("a checkpoint that was cosigned"))?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, note).into_response())
}
