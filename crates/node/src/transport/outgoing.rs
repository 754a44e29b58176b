//! The signature of a request that is about to be sent.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::Url;

use super::{Message, NONCE_BYTES, RequestSigner};
use crate::clock::Clock;
use crate::{NodeError, NodeResult};

/// The headers that sign a request with `method` and `body` to `url`, as of now and for once.
///
/// # Errors
/// [`NodeError::Address`] for an address that cannot be signed, [`NodeError::Random`].
pub fn signed_headers(
    signer: &RequestSigner,
    clock: &dyn Clock,
    method: &str,
    url: &Url,
    body: &[u8],
) -> NodeResult<HeaderMap> {
    let wrong = || NodeError::Address {
        address: url.as_str().chars().take(200).collect(),
    };
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(NodeError::Random)?;
    let host = url.host_str().ok_or_else(wrong)?;
    let authority = url
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let message = Message {
        method,
        authority: &authority,
        path: url.path(),
        query: url.query(),
        headers: &HeaderMap::new(),
    };
    let now_s = clock.now_ms().div_euclid(1_000);
    let signed = signer.sign(&message, body, now_s, nonce).map_err(|_| wrong())?;
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("signature-input", Some(signed.signature_input)),
        ("signature", Some(signed.signature)),
        ("content-digest", signed.content_digest),
    ] {
        if let Some(value) = value {
            let value = HeaderValue::try_from(value).map_err(|_| wrong())?;
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    Ok(headers)
}
