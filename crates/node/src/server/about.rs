//! Small faces: health and schemas.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::metrics::twin_state;
use super::problem::Problem;
use crate::NodeState;
use crate::blocking::blocking;

/// `GET /healthz`: 200 while the node serves and its store answers.
pub(super) async fn healthz(State(state): State<NodeState>) -> Result<Response, Problem> {
    let reading = state.clone();
    let size = blocking(move || reading.ledger().log().size()).await?;
    let troubled = state.peers().iter().filter(|peer| peer.trouble.is_some()).count();
    let body = Json(json!({
        "status": "ok",
        "member": state.member().member,
        "entries": size,
        "twin": twin_state(&state),
        "peers_in_trouble": troubled,
    }));
    Ok(([(header::CACHE_CONTROL, "no-store")], body).into_response())
}

/// `GET /schemas/{kind}/v{n}`: JSON Schema (2020-12) of a kind's payload, or of the charter.
pub(super) async fn schema(Path((kind, version)): Path<(String, String)>) -> Result<Response, Problem> {
    let number = version.strip_prefix('v').and_then(|number| number.parse().ok());
    let schema = number.and_then(|number| didymium_statement::json_schema(&kind, number));
    let schema = schema.ok_or_else(|| Problem::not_found("a schema of this kind and version"))?;
    let mut response = Json(schema).into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/schema+json"),
    );
    Ok(response)
}

/// `GET /schemas`: the kinds that have schemas.
pub(super) async fn schemas() -> Response {
    let kinds: Vec<_> = didymium_statement::published_kinds()
        .into_iter()
        .map(|kind| {
            json!({
                "kind": kind.kind.as_str(),
                "version": kind.version,
                "media_type": kind.media_type(),
                "schema": format!("/schemas/{}/v{}", kind.kind, kind.version),
            })
        })
        .collect();
    Json(json!({ "kinds": kinds, "charter": "/schemas/charter/v1" })).into_response()
}
