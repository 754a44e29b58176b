//! Who may ask what: the one place where a request's signature is demanded and checked.
//!
//! A node has two doors. At the *own* door, on loopback, this machine's pages and programs ask; nobody must sign there, and
//! a signature that is there must count. The *nodes'* door speaks TLS to other machines. There the records that the member
//! itself answers for are open to everybody, and so is the way in for what it has signed; all else is for members: see
//! [`is_open`]. Of those records, what a
//! statement says is read by whom its visibility names: see [`Asker`].

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use didymium_statement::limits::CHARTER_BYTES_MAX;
use didymium_statement::{Statement, Visibility};

use super::places::Whose;
use super::problem::{Problem, ProblemType};
use crate::blocking::blocking;
use crate::transport::{Message, Presented, SignatureRefusal, known};
use crate::{NodeError, NodeState};

/// What a client that is refused may sign, for programs (RFC 9421 §5).
const ACCEPT_SIGNATURE: &str = "didymium=(\"@method\" \"@authority\" \"@path\" \"@query\")\
     ;created;expires;nonce;keyid;alg=\"ed25519\";tag=\"didymium-node\"";

/// Where statements come in.
const REGISTRATION: &str = "/entries";

/// Through which door a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    /// This machine's.
    Own,
    /// That of nodes on other machines.
    Nodes,
}

/// Who asks, as far as that decides what may be read. Every request carries one when it reaches its handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    /// A program or a page of this machine.
    Own,
    /// The node of a member, by its signature.
    Member,
    /// Nobody known.
    Anybody,
}

impl Asker {
    /// Whether a logged statement may be read. One that cannot be decoded says nothing of its visibility, and is for
    /// members.
    pub(super) fn may_read(self, statement: &[u8]) -> bool {
        match self {
            Self::Own | Self::Member => true,
            Self::Anybody => {
                Statement::parse(statement).is_ok_and(|statement| statement.visibility == Visibility::Public)
            }
        }
    }

    /// Whether any logged statement at all may be read.
    pub(super) const fn may_read_all(self) -> bool {
        !matches!(self, Self::Anybody)
    }
}

/// The answer to who asks for what only members may read.
pub(super) fn for_members() -> Response {
    refusal(&SignatureRefusal::ForMembers)
}

/// A door with what its guard needs.
#[derive(Clone)]
pub(super) struct Guarded {
    state: NodeState,
    door: Door,
    /// Ports at which this node is asked; none if they are not known.
    ports: Arc<BTreeSet<u16>>,
}

impl Guarded {
    pub(super) fn new(state: NodeState, door: Door) -> Self {
        let config = state.config();
        let transport = config.transport.as_ref().map(|transport| transport.listen.port());
        let charter = reqwest::Url::parse(&state.member().address).ok();
        let charter = charter.and_then(|url| url.port_or_known_default());
        let mut ports: BTreeSet<u16> = transport.into_iter().chain(charter).collect();
        ports.insert(config.listen.port());
        // Port 0 is whichever the system gives: then every port may be this node's.
        if ports.contains(&0) {
            ports.clear();
        }
        Self {
            state,
            door,
            ports: Arc::new(ports),
        }
    }

    /// Whose a request without a signature is: at this machine's door this machine's.
    pub(super) const fn whose_unsigned(&self) -> Whose {
        match self.door {
            Door::Own => Whose::Known,
            Door::Nodes => Whose::Stranger,
        }
    }

    /// What a request at the nodes' door claims of itself, to be verified before its body is read; none if it claims nothing.
    pub(super) fn claim(&self, request: &Request) -> Option<Claim> {
        if self.door == Door::Own {
            return None;
        }
        let (method, uri) = (request.method(), request.uri());
        let presented = with_message(method, uri, request.headers(), Presented::read);
        Some(Claim {
            guarded: self.clone(),
            presented: presented.ok()??,
            method: method.clone(),
            uri: uri.clone(),
            headers: request.headers().clone(),
        })
    }

    /// Whether an authority can be this node's: its host was checked before.
    fn is_own(&self, authority: &str) -> bool {
        let port = authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        let port = port.unwrap_or(match self.door {
            Door::Own => 80,
            Door::Nodes => 443,
        });
        self.ports.is_empty() || self.ports.contains(&port)
    }
}

/// What may be asked at the nodes' door without a signature: the member's own log, its copies of others', what it has cosigned and
/// what it says of the charter and of heads, since whoever audits it or asks to join is no member; and to log a statement, since
/// only what this member has signed itself is admitted, and that signature says more than one of the request. Of logs and
/// copies everybody is given what statements say to everybody ([`Asker`]). All else that writes is for members.
fn is_open(method: &Method, path: &str) -> bool {
    if path == REGISTRATION {
        return method == Method::POST;
    }
    let reads = method == Method::GET || method == Method::HEAD;
    let open = [
        "/log/",
        "/mirror/",
        "/witness/",
        "/charter",
        "/problems/",
        "/schemas",
        "/entries/",
        "/.well-known/",
    ];
    reads && (path == "/healthz" || open.iter().any(|start| path.starts_with(start)))
}

/// A signature that the head of a request presents.
pub(super) struct Claim {
    guarded: Guarded,
    presented: Presented,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl Claim {
    /// A member's, if its key has signed the head. That is no permission: whether the whole request counts, and is the first
    /// of its kind, is checked when it has a place ([`check`]).
    pub(super) async fn whose(self) -> Whose {
        let signed = blocking(move || Ok::<_, NodeError>(self.is_signed())).await;
        if matches!(signed, Ok(true)) {
            Whose::Known
        } else {
            Whose::Stranger
        }
    }

    fn is_signed(&self) -> bool {
        let state = &self.guarded.state;
        let now_s = state.clock().now_ms().div_euclid(1_000);
        let keys = known::request_keys(state, self.presented.member());
        with_message(&self.method, &self.uri, &self.headers, |message| {
            self.guarded.is_own(message.authority)
                && self.presented.verify_head(message, &keys, now_s).is_ok()
        })
    }
}

/// Checks the signature, or that there need be none.
pub(super) async fn check(guarded: &Guarded, request: Request, next: Next) -> Response {
    let open = guarded.door == Door::Own || is_open(request.method(), request.uri().path());
    let mut asker = match guarded.door {
        Door::Own => Asker::Own,
        Door::Nodes => Asker::Anybody,
    };
    let (mut parts, body) = request.into_parts();
    let presented = match with_message(&parts.method, &parts.uri, &parts.headers, Presented::read) {
        Ok(Some(presented)) => presented,
        Ok(None) if open => {
            parts.extensions.insert(asker);
            return next.run(Request::from_parts(parts, body)).await;
        }
        Ok(None) => return refusal(&SignatureRefusal::Unsigned),
        Err(refused) => return refusal(&refused),
    };
    let bytes_max = guarded
        .state
        .config()
        .overrides
        .request_bytes_max
        .max(CHARTER_BYTES_MAX);
    let Ok(bytes) = to_bytes(body, bytes_max).await else {
        return Problem::new(ProblemType::BodyTooLarge, ProblemType::BodyTooLarge.meaning()).into_response();
    };
    let guarded = guarded.clone();
    let (mut parts, bytes, checked) =
        match blocking(move || Ok::<_, NodeError>(checked(&guarded, &presented, parts, bytes))).await {
            Ok(answered) => answered,
            Err(error) => return Problem::from(error).into_response(),
        };
    match checked {
        Ok(()) if asker == Asker::Anybody => asker = Asker::Member,
        Ok(()) => {}
        // Members adopt a version of the charter one after the other: whose key is not known yet is nobody, and may still
        // read what everybody may.
        Err(SignatureRefusal::UnknownKey { .. })
            if open && matches!(parts.method, Method::GET | Method::HEAD) => {}
        Err(refused) => return refusal(&refused),
    }
    parts.extensions.insert(asker);
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

type Checked = (Parts, axum::body::Bytes, Result<(), SignatureRefusal>);

fn checked(guarded: &Guarded, presented: &Presented, parts: Parts, body: axum::body::Bytes) -> Checked {
    let state = &guarded.state;
    let now_s = state.clock().now_ms().div_euclid(1_000);
    let mut keys = known::request_keys(state, presented.member());
    if keys.is_empty() && parts.uri.path() == "/charter/proposals" {
        keys.extend(known::newcomers_key(state, presented.member(), &body));
    }
    let outcome = with_message(&parts.method, &parts.uri, &parts.headers, |message| {
        if !guarded.is_own(message.authority) {
            return Err(SignatureRefusal::OtherNode);
        }
        let verified = presented.verify(message, &body, &keys, now_s)?;
        let mut nonces = state.nonces().lock().unwrap_or_else(PoisonError::into_inner);
        verified.seen_once(&mut nonces, now_s)
    });
    (parts, body, outcome)
}

/// A request's head as its signature covers it.
fn with_message<T>(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    ask: impl FnOnce(&Message<'_>) -> T,
) -> T {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    ask(&Message {
        method: method.as_str(),
        authority: host.unwrap_or_default(),
        path: uri.path(),
        query: uri.query(),
        headers,
    })
}

fn refusal(refused: &SignatureRefusal) -> Response {
    let problem =
        Problem::new(ProblemType::SignatureRefused, refused.to_string()).with("reason", refused.slug());
    let mut response = problem.into_response();
    debug_assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let headers = response.headers_mut();
    // RFC 9110 §15.5.2 asks for a challenge; RFC 9421 §5.1 says what to sign.
    headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Signature"));
    headers.insert("accept-signature", HeaderValue::from_static(ACCEPT_SIGNATURE));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_may_read_is_named_and_all_else_is_for_members() {
        for path in [
            "/log/checkpoint",
            "/log/tile/0/000",
            "/charter/chain",
            "/mirror/CAN/checkpoint",
            "/mirror/CAN/tile/0/000",
            "/witness/heads",
            "/witness/ab/checkpoint",
            "/healthz",
            "/entries/x",
            "/.well-known/scitt-keys/x",
        ] {
            assert!(is_open(&Method::GET, path), "{path}");
            assert!(!is_open(&Method::POST, path), "{path}");
        }
        for path in ["/api/v1/members", "/", "/metrics", "/logs"] {
            assert!(!is_open(&Method::GET, path), "{path}");
        }
        assert!(!is_open(&Method::POST, "/witness/add-checkpoint"));
        assert!(!is_open(&Method::POST, "/charter/proposals"));
        // What comes in there has the member's own signature.
        assert!(is_open(&Method::POST, "/entries"));
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            assert!(!is_open(&method, "/entries"), "{method}");
        }
    }
}
