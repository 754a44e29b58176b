//! What every request passes: the host check, the limits of requests under way and of their time, the signature; and what
//! every answer carries.
//!
//! It is one layer and not one for each: a layer of the router costs a copy of all that is under it, a request.

use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::concise;
use super::places::{Places, Whose};
use super::problem::{Problem, ProblemType};
use super::signed::{self, Claim, Guarded};

/// What pages may load: nothing from elsewhere.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

const PERMISSIONS_POLICY: &str = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), \
     microphone=(), payment=(), usb=()";

/// Longest wait for a free place among the requests under way.
const PLACE_WAIT_MAX: Duration = Duration::from_secs(1);
/// Largest text of an error answer that is read to become a detail, bytes.
const ERROR_BYTES_MAX: usize = 64 * 1024;

/// Hosts that the node answers to.
#[derive(Debug, Clone)]
pub(super) struct Hosts(Arc<[String]>);

impl Hosts {
    /// Loopback, and the host of each of these addresses (`http://host:port` or `host:port`).
    pub(super) fn new<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Self {
        let own = addresses.into_iter().map(|address| {
            let authority = address.split_once("://").map_or(address, |(_, rest)| rest);
            host_of(authority.trim_end_matches('/')).to_ascii_lowercase()
        });
        Self(
            ["127.0.0.1", "localhost", "[::1]"]
                .map(str::to_owned)
                .into_iter()
                .chain(own)
                .collect(),
        )
    }

    fn has(&self, authority: &str) -> bool {
        let host = host_of(authority).to_ascii_lowercase();
        self.0.contains(&host)
    }
}

/// An authority without its port.
fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// What a request must pass before it reaches its handler.
pub(super) struct Guard {
    pub(super) hosts: Hosts,
    /// Free places among the requests under way.
    pub(super) places: Places,
    /// Longest time of a request.
    pub(super) time_max: Duration,
    pub(super) signed: Guarded,
}

/// Lets a request through, or says why not.
pub(super) async fn pass(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let in_cbor = concise::wanted(&request);
    let response = explain_errors(guard.let_through(request, next).await).await;
    if in_cbor {
        concise::told(response)
    } else {
        response
    }
}

impl Guard {
    async fn let_through(&self, request: Request, next: Next) -> Response {
        if let Err(refusal) = check_host(&self.hosts, &request) {
            return refusal.into_response();
        }
        let claim = self.signed.claim(&request);
        let waited = async {
            let whose = self.whose(claim).await?;
            self.places.take(whose).await
        };
        let Ok(Some(_place)) = tokio::time::timeout(PLACE_WAIT_MAX, waited).await else {
            return Problem::new(ProblemType::Overloaded, ProblemType::Overloaded.meaning()).into_response();
        };
        let answered = signed::check(&self.signed, request, next);
        match tokio::time::timeout(self.time_max, answered).await {
            Ok(response) => response,
            Err(_) => StatusCode::GATEWAY_TIMEOUT.into_response(),
        }
    }
}

impl Guard {
    /// Whose a request is, by its head alone; none when the node stops.
    async fn whose(&self, claim: Option<Claim>) -> Option<Whose> {
        let Some(claim) = claim else {
            return Some(self.signed.whose_unsigned());
        };
        let _turn = self.places.verify_head().await?;
        Some(claim.whose().await)
    }
}

/// Refuses requests whose `Host` is another's: a page elsewhere may have pointed its own name at this machine.
fn check_host(hosts: &Hosts, request: &Request) -> Result<(), Problem> {
    let mut named = request.headers().get_all(header::HOST).iter();
    let authority = match (named.next(), named.next()) {
        (Some(host), None) => host.to_str().ok(),
        _ => None,
    };
    // A request may name its host in its target too (RFC 9112 §3.2.2): both must be this node.
    let target = request.uri().authority();
    let elsewhere = target.is_some_and(|target| !hosts.has(target.as_str()));
    match authority {
        Some(authority) if hosts.has(authority) && !elsewhere => Ok(()),
        Some(_) => Err(Problem::new(
            ProblemType::WrongHost,
            ProblemType::WrongHost.meaning(),
        )),
        None => Err(Problem::new(
            ProblemType::BadRequest,
            "a request has one Host header",
        )),
    }
}

/// Marks an answer whose status and body a specification fixes: it goes out as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Final;

/// Turns the error answers of routers, extractors and layers into problem details.
async fn explain_errors(response: Response) -> Response {
    let status = response.status();
    let explained = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| {
        // The page that says that there is no such page explains itself.
        kind.as_bytes() == b"application/problem+json" || kind.as_bytes().starts_with(b"text/html")
    });
    let fixed = response.extensions().get::<Final>().is_some();
    if !(status.is_client_error() || status.is_server_error()) || explained || fixed {
        return response;
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, ERROR_BYTES_MAX).await.unwrap_or_default();
    // What a failing part of the node says is for its own log.
    let text = if status == StatusCode::INTERNAL_SERVER_ERROR {
        ""
    } else {
        std::str::from_utf8(&bytes).unwrap_or("")
    };
    let mut answer = Problem::of_response(status, text).into_response();
    if let Some(allow) = parts.headers.get(header::ALLOW) {
        answer.headers_mut().insert(header::ALLOW, allow.clone());
    }
    answer
}

/// Puts the security headers on an answer.
pub(super) fn secure(headers: &mut HeaderMap) {
    let all = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY),
    ];
    for (name, value) in all {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_and_the_own_address_are_hosts() {
        let hosts = Hosts::new(["http://node.can.example:4801", "0.0.0.0:4801"]);
        for own in [
            "127.0.0.1",
            "127.0.0.1:80",
            "LOCALHOST:1",
            "[::1]:4801",
            "[::1]",
            "node.can.example:4801",
        ] {
            assert!(hosts.has(own), "{own}");
        }
        for other in [
            "evil.example",
            "127.0.0.1.evil.example",
            "evil.example:4801",
            "",
            ":80",
            "::1",
            "127.0.0.1:x",
        ] {
            assert!(!hosts.has(other), "{other}");
        }
    }
}
