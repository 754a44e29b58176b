//! The log face: this member's own log under `/log`, copies of the others' under `/mirror/{member}` (C2SP tlog-tiles).

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use didymium_log::tile::{BundleId, TileId};
use didymium_statement::Digest;

use super::etag::{matches, not_modified, weak_tag};
use super::problem::Problem;
use crate::blocking::blocking;
use crate::held::HeldLog;
use crate::{NodeError, NodeState};

/// What never changes may be kept for ever.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// A checkpoint is asked for again each time, and not sent again if it is the same.
const REVALIDATE: &str = "no-cache";
const BYTES: &str = "application/octet-stream";
const TEXT: &str = "text/plain; charset=utf-8";

/// `GET /log/checkpoint`.
pub(super) async fn own_checkpoint(
    State(state): State<NodeState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let served = blocking(move || crate::witnessing::served_checkpoint(&state)).await?;
    checkpoint(served, &headers)
}

/// `GET /mirror/{member}/checkpoint`.
pub(super) async fn copied_checkpoint(
    State(state): State<NodeState>,
    Path(member): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let log = state.log_of(&member)?;
    let head = blocking(move || log.head()).await?;
    checkpoint(head.map(|head| head.checkpoint), &headers)
}

/// `GET /log/tile/{*place}`.
pub(super) async fn own_tile(
    State(state): State<NodeState>,
    Path(place): Path<String>,
) -> Result<Response, Problem> {
    let log = state.ledger().log().clone();
    tile(log, place).await
}

/// `GET /mirror/{member}/tile/{*place}`.
pub(super) async fn copied_tile(
    State(state): State<NodeState>,
    Path((member, place)): Path<(String, String)>,
) -> Result<Response, Problem> {
    tile(state.log_of(&member)?, place).await
}

/// `GET /log/blob/{digest}`.
pub(super) async fn own_blob(
    State(state): State<NodeState>,
    Path(digest): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    blob(state, digest, &headers).await
}

/// `GET /mirror/{member}/blob/{digest}`.
pub(super) async fn copied_blob(
    State(state): State<NodeState>,
    Path((member, digest)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    state.log_of(&member)?;
    blob(state, digest, &headers).await
}

fn checkpoint(note: Option<Vec<u8>>, headers: &HeaderMap) -> Result<Response, Problem> {
    let note = note.ok_or_else(|| Problem::not_found("a checkpoint of this log"))?;
    Ok(answer(headers, TEXT, REVALIDATE, weak_tag(&[&note]), note))
}

async fn tile(log: HeldLog, place: String) -> Result<Response, Problem> {
    let path = format!("tile/{place}");
    let bytes = if let Ok(id) = path.parse::<BundleId>() {
        blocking(move || log.bundle(id)).await?
    } else if let Ok(id) = path.parse::<TileId>() {
        blocking(move || log.tile(id)).await?
    } else {
        None
    };
    let bytes = bytes.ok_or_else(|| Problem::not_found("this tile"))?;
    Ok((
        [(header::CONTENT_TYPE, BYTES), (header::CACHE_CONTROL, IMMUTABLE)],
        bytes,
    )
        .into_response())
}

async fn blob(state: NodeState, digest: String, headers: &HeaderMap) -> Result<Response, Problem> {
    let digest: Digest = digest
        .parse()
        .map_err(|_| Problem::not_found("a blob of this name"))?;
    let tag = weak_tag(&[digest.as_bytes()]);
    let bytes = blocking(move || Ok::<_, NodeError>(state.store().blob(digest.as_bytes())?)).await?;
    let bytes = bytes.ok_or_else(|| Problem::not_found(format_args!("blob {digest}")))?;
    Ok(answer(headers, BYTES, IMMUTABLE, tag, bytes))
}

fn answer(
    asked: &HeaderMap,
    kind: &'static str,
    cache: &'static str,
    tag: HeaderValue,
    bytes: Vec<u8>,
) -> Response {
    if matches(asked, &tag) {
        return not_modified(tag);
    }
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (header::ETAG, tag),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}
