//! Entity tags: what a client has already is not sent again.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

use super::problem::{Problem, ProblemType};

/// Largest body that is hashed for a tag, bytes; handlers of larger answers set their own.
const HASHED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A weak tag from whatever determines the answer, such as the twin's digest and the query: two answers with the same
/// tag mean the same (they may be compressed differently, hence weak).
pub fn weak_tag(parts: &[&[u8]]) -> HeaderValue {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part);
    }
    let text = format!("W/\"{}\"", hex::encode(&sha.finalize()[..16]));
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("W/\"\""))
}

/// Holds the request's `If-None-Match` against the tag of `tag`'s answer, before the answer is made. `Err` is the ready
/// answer *304 Not Modified*; `Ok` is the value for the answer's `ETag` header.
///
/// # Errors
/// The 304 to return.
#[expect(
    clippy::result_large_err,
    reason = "the error is the answer itself, returned at once"
)]
pub fn etag_for(headers: &HeaderMap, tag: &str) -> Result<HeaderValue, Response> {
    let tag = weak_tag(&[tag.as_bytes()]);
    if matches(headers, &tag) {
        Err(not_modified(tag))
    } else {
        Ok(tag)
    }
}

/// Whether a request's `If-None-Match` names the tag (weak comparison, RFC 9110 section 8.8.3.2).
pub(super) fn matches(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let Ok(tag) = tag.to_str().map(opaque) else {
        return false;
    };
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|candidate| candidate.trim() == "*" || opaque(candidate) == tag)
}

pub(super) fn not_modified(tag: HeaderValue) -> Response {
    (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response()
}

/// Gives successful answers to GET that lack a tag one, from a hash of the body, and the cache header *revalidate*.
pub(super) async fn tag_bodies(request: Request, next: Next) -> Response {
    let head = request.method() == Method::HEAD;
    let asked = matches!(*request.method(), Method::GET | Method::HEAD).then(|| request.headers().clone());
    let response = next.run(request).await;
    let Some(asked) = asked.filter(|_| response.status() == StatusCode::OK) else {
        return response;
    };
    let (mut parts, body) = response.into_parts();
    parts
        .headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-cache"));
    if let Some(tag) = parts.headers.get(header::ETAG) {
        if matches(&asked, tag) {
            return not_modified(tag.clone());
        }
        return Response::from_parts(parts, body);
    }
    if head {
        // The router has taken the body away: there is nothing to hash.
        return Response::from_parts(parts, body);
    }
    let Ok(bytes) = to_bytes(body, HASHED_BYTES_MAX).await else {
        return Problem::new(
            ProblemType::Internal,
            "the answer is larger than this node sends at once",
        )
        .into_response();
    };
    let tag = weak_tag(&[&bytes]);
    if matches(&asked, &tag) {
        return not_modified(tag);
    }
    parts.headers.insert(header::ETAG, tag);
    Response::from_parts(parts, Body::from(bytes))
}
