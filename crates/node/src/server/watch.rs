//! Watching requests: ids, spans, counts and times.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

use super::guard::secure;
use crate::NodeState;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

static REQUESTS: AtomicU64 = AtomicU64::new(1);

/// Gives the request an id, runs it in a span, counts it, and puts on its answer what every answer carries. The query is not logged: it may name what somebody
/// is looking for.
pub(super) async fn watch(State(state): State<NodeState>, request: Request, next: Next) -> Response {
    let number = REQUESTS.fetch_add(1, Ordering::Relaxed);
    let id = format!("{}-{number:08x}", state.member().member.to_ascii_lowercase());
    let route = match request.extensions().get::<MatchedPath>() {
        Some(path) => path.as_str().to_owned(),
        None => "page".to_owned(),
    };
    let method = request.method().clone();
    let span = tracing::info_span!("request", id, %method, route, path = request.uri().path());
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = begun.elapsed();
    let status = response.status().as_u16();
    span.in_scope(|| {
        if response.status().is_server_error() {
            tracing::warn!(status, ms = took.as_millis(), "answered");
        } else {
            tracing::debug!(status, ms = took.as_millis(), "answered");
        }
    });
    state.metrics().answered(&route, status, took);
    secure(response.headers_mut());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
