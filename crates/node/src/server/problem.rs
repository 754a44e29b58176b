//! Errors as RFC 9457 problem details; registration has them in CBOR too ([`super::concise`]).

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};

/// Longest detail that is taken over from an error's text, bytes.
const DETAIL_BYTES_MAX: usize = 500;

/// When to ask again for the receipt of a statement that is alone in its log: whenever the next one is logged, seconds.
const RECEIPT_PAUSE_S: u64 = 60;

/// The causes that this server names. Each is documented at `/problems/<name>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ProblemType {
    /// The request cannot be understood.
    BadRequest,
    /// A parameter is missing or has no possible value.
    BadParameter,
    /// The request is not signed by a member's node, or its signature does not count.
    SignatureRefused,
    /// There is no such thing.
    NotFound,
    /// The thing is there, but not for this method.
    MethodNotAllowed,
    /// The request was not complete in time.
    RequestTimeout,
    /// The body is larger than allowed.
    BodyTooLarge,
    /// The body is of a type that is not taken.
    UnsupportedMediaType,
    /// The request names a host that this node is not.
    WrongHost,
    /// An error of the node itself.
    Internal,
    /// The node is not ready for this yet.
    NotReady,
    /// What members said has no balance.
    NoBalance,
    /// The node has too much to do.
    Overloaded,
    /// The answer took too long.
    Timeout,
}

use ProblemType as Type;

impl ProblemType {
    /// Every type, in the order of their statuses.
    pub const ALL: [Self; 14] = [
        Type::BadRequest,
        Type::BadParameter,
        Type::SignatureRefused,
        Type::NotFound,
        Type::MethodNotAllowed,
        Type::RequestTimeout,
        Type::BodyTooLarge,
        Type::UnsupportedMediaType,
        Type::WrongHost,
        Type::Internal,
        Type::NotReady,
        Type::NoBalance,
        Type::Overloaded,
        Type::Timeout,
    ];

    /// Name in the address of its documentation.
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// Status that goes with it.
    pub const fn status(self) -> StatusCode {
        self.row().1
    }

    /// Short title.
    pub const fn title(self) -> &'static str {
        self.row().2
    }

    /// What it means and what to do.
    pub const fn meaning(self) -> &'static str {
        self.row().3
    }

    const fn row(self) -> (&'static str, StatusCode, &'static str, &'static str) {
        match self {
            Type::BadRequest => (
                "bad-request",
                StatusCode::BAD_REQUEST,
                "The request cannot be understood",
                "The request breaks the form that HTTP or this interface asks for. `detail` says where.",
            ),
            Type::BadParameter => (
                "bad-parameter",
                StatusCode::BAD_REQUEST,
                "A parameter is wrong",
                "A parameter is missing or has no possible value. `parameter` names it, `detail` says what is possible.",
            ),
            Type::SignatureRefused => (
                "signature-refused",
                StatusCode::UNAUTHORIZED,
                "The signature of the request does not count",
                "Beyond the member's own records, and the way in for statements that it has signed, a node answers nodes of the \
                 club's members alone, on other machines. They sign each request (RFC 9421) with the key that the charter gives them, anew each time. `reason` and `detail` say \
                 what is wrong.",
            ),
            Type::NotFound => (
                "not-found",
                StatusCode::NOT_FOUND,
                "There is no such thing",
                "Nothing has this address at this node now. A log may still grow to it, a blob may still come.",
            ),
            Type::MethodNotAllowed => (
                "method-not-allowed",
                StatusCode::METHOD_NOT_ALLOWED,
                "Not with this method",
                "The address is known, but takes other methods only: see the `Allow` header.",
            ),
            Type::RequestTimeout => (
                "request-timeout",
                StatusCode::REQUEST_TIMEOUT,
                "The request was not complete in time",
                "The node waits for the whole request for a limited time. Send it again.",
            ),
            Type::BodyTooLarge => (
                "body-too-large",
                StatusCode::PAYLOAD_TOO_LARGE,
                "The body is too large",
                "Bodies of requests are limited, to 64 KiB unless the node's operator set another limit.",
            ),
            Type::UnsupportedMediaType => (
                "unsupported-media-type",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The body is of a type that is not taken",
                "Set `Content-Type` to a type that the OpenAPI document names for this address.",
            ),
            Type::WrongHost => (
                "wrong-host",
                StatusCode::MISDIRECTED_REQUEST,
                "The request is for another host",
                "The `Host` header names neither this machine's loopback nor the node's own address, as happens when a \
                 foreign page points a name of its own at this machine. Use the address that the node printed at its start.",
            ),
            Type::Internal => (
                "internal",
                StatusCode::INTERNAL_SERVER_ERROR,
                "The node failed",
                "An error of the node, which its own log tells under the request id. Nothing was changed.",
            ),
            Type::NotReady => (
                "not-ready",
                StatusCode::SERVICE_UNAVAILABLE,
                "The node is not ready yet",
                "The twin is being built for the first time since the start, or a receipt is asked for while its statement is \
                 alone in its log. Ask again after `Retry-After` seconds.",
            ),
            Type::NoBalance => (
                "no-balance",
                StatusCode::SERVICE_UNAVAILABLE,
                "What members said has no balance",
                "Taken together, what members said of this mineral cannot be solved, or is too large; `detail` says where. This node had no \
                 earlier balance to serve in its place. It is mended by what is said next: withdraw or mend what `detail` names.",
            ),
            Type::Overloaded => (
                "overloaded",
                StatusCode::SERVICE_UNAVAILABLE,
                "The node has too much to do",
                "As many requests as the node takes are under way. Ask again after `Retry-After` seconds.",
            ),
            Type::Timeout => (
                "timeout",
                StatusCode::GATEWAY_TIMEOUT,
                "The answer took too long",
                "The node gives up on an answer after a limited time. Ask for less, or again later.",
            ),
        }
    }

    /// The type that stands for a status which some layer gave without saying more.
    fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Type::SignatureRefused,
            StatusCode::NOT_FOUND => Type::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Type::MethodNotAllowed,
            StatusCode::REQUEST_TIMEOUT => Type::RequestTimeout,
            StatusCode::PAYLOAD_TOO_LARGE => Type::BodyTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Type::UnsupportedMediaType,
            StatusCode::MISDIRECTED_REQUEST => Type::WrongHost,
            StatusCode::SERVICE_UNAVAILABLE => Type::Overloaded,
            StatusCode::GATEWAY_TIMEOUT => Type::Timeout,
            status if status.is_client_error() => Type::BadRequest,
            _ => Type::Internal,
        }
    }
}

/// A problem to answer with.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: ProblemType,
    status: StatusCode,
    detail: String,
    members: Map<String, Value>,
    /// What `Retry-After` says where the node cannot answer now, seconds.
    retry_after: u64,
}

impl Problem {
    /// A problem with what is wrong in this case.
    pub fn new(kind: ProblemType, detail: impl Into<String>) -> Self {
        Self {
            kind,
            status: kind.status(),
            detail: detail.into(),
            members: Map::new(),
            retry_after: 1,
        }
    }

    /// Says when to come again, in seconds.
    #[must_use]
    pub(super) const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = seconds;
        self
    }

    /// Adds an extension member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// A parameter that is wrong: the extension member `parameter` names it.
    pub fn parameter(name: &str, detail: impl Into<String>) -> Self {
        Self::new(Type::BadParameter, detail).with("parameter", name)
    }

    /// There is no such thing; `what` is a noun with its name.
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(Type::NotFound, format!("{what} is not here"))
    }

    /// Its type.
    pub const fn kind(&self) -> ProblemType {
        self.kind
    }

    /// What is wrong in this case.
    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    /// The problem that stands for an error response which some layer made, with its text as detail.
    pub(super) fn of_response(status: StatusCode, text: &str) -> Self {
        let kind = Type::of_status(status);
        let text = text.trim();
        let detail = if text.is_empty() { kind.meaning() } else { text };
        let end = detail.floor_char_boundary(DETAIL_BYTES_MAX);
        Self {
            status,
            ..Self::new(kind, &detail[..end])
        }
    }
}

impl From<crate::NodeError> for Problem {
    /// An error of the node is told in its own log, not to whoever asked.
    fn from(error: crate::NodeError) -> Self {
        match error {
            crate::NodeError::NotAMember { .. }
            | crate::NodeError::NoSuchLog { .. }
            | crate::NodeError::NoSuchStatement { .. } => Self::new(Type::NotFound, error.to_string()),
            crate::NodeError::NoReceiptYet { .. } => {
                Self::new(Type::NotReady, error.to_string()).retry_after(RECEIPT_PAUSE_S)
            }
            crate::NodeError::CharterChanged => Self::new(Type::Overloaded, error.to_string()).retry_after(1),
            error => {
                tracing::error!(error = error.in_words(), "a request failed");
                Self::new(Type::Internal, Type::Internal.meaning())
            }
        }
    }
}

impl IntoResponse for Problem {
    /// In JSON; the answer carries the problem itself along, for who is to be told otherwise.
    fn into_response(self) -> Response {
        let carried = self.clone();
        let mut body = Map::new();
        body.insert("type".into(), format!("/problems/{}", self.kind.name()).into());
        body.insert("title".into(), self.kind.title().into());
        body.insert("status".into(), self.status.as_u16().into());
        body.insert("detail".into(), self.detail.into());
        body.extend(self.members);
        let mut response = (self.status, Json(body)).into_response();
        response.extensions_mut().insert(carried);
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(self.retry_after));
        }
        response
    }
}

/// `GET /problems/{name}`: what a type means.
pub(super) async fn describe(Path(name): Path<String>) -> Response {
    match Type::ALL.into_iter().find(|kind| kind.name() == name) {
        Some(kind) => {
            let text = format!(
                "{} ({})\n\n{}\n",
                kind.title(),
                kind.status().as_u16(),
                kind.meaning()
            );
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
        }
        None => Problem::not_found("this problem type").into_response(),
    }
}
