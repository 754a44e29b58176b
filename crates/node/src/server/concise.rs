//! Errors of registration as concise problem details in CBOR (RFC 9290), as SCRAPI has them.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use ciborium::Value;

use super::problem::Problem;

const CONCISE: &str = "application/concise-problem-details+cbor";
/// Labels of the standard entries (RFC 9290 §2). Its response code is CoAP's: HTTP says its own in the status.
const TITLE: i64 = -1;
const DETAIL: i64 = -2;

/// Whether errors are told in CBOR: at the addresses of registration, to who accepts CBOR or COSE, or says nothing of what it
/// accepts and sends COSE. Whichever of JSON and CBOR is named first counts.
pub(super) fn wanted(request: &Request) -> bool {
    let path = request.uri().path();
    let registration =
        path == "/entries" || path.starts_with("/entries/") || path.starts_with("/.well-known/scitt-keys");
    registration && speaks_cbor(request.headers())
}

fn speaks_cbor(headers: &HeaderMap) -> bool {
    let named = |name: header::HeaderName| {
        let values = headers.get_all(name).into_iter();
        let values = values.filter_map(|value| value.to_str().ok());
        values
            .flat_map(|value| value.split(','))
            .find_map(|range| is_cbor(range.split(';').next().unwrap_or_default()))
    };
    named(header::ACCEPT)
        .or_else(|| named(header::CONTENT_TYPE))
        .unwrap_or(false)
}

/// Whether a media type is written in CBOR; absent if it is neither that nor JSON.
fn is_cbor(kind: &str) -> Option<bool> {
    let kind = kind.trim().to_ascii_lowercase();
    let (_, form) = kind.rsplit_once(['/', '+'])?;
    match form {
        "cbor" | "cose" => Some(true),
        "json" => Some(false),
        _ => None,
    }
}

/// The same answer, in CBOR if it tells of a problem.
pub(super) fn told(mut response: Response) -> Response {
    let Some(bytes) = response.extensions().get::<Problem>().and_then(written) else {
        return response;
    };
    *response.body_mut() = Body::from(bytes);
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONCISE));
    response
}

fn written(problem: &Problem) -> Option<Vec<u8>> {
    let entry = |label: i64, text: &str| (Value::from(label), Value::from(text));
    let entries = vec![
        entry(TITLE, problem.kind().title()),
        entry(DETAIL, problem.detail()),
    ];
    let mut bytes = Vec::new();
    ciborium::into_writer(&Value::Map(entries), &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_speaks_cbor_is_told_in_cbor_and_everybody_else_in_json() {
        let cases: [(&str, Option<&str>, Option<&str>, bool); 13] = [
            ("/entries", None, Some("application/cose"), true),
            (
                "/entries",
                None,
                Some("application/cose; cose-type=\"cose-sign1\""),
                true,
            ),
            ("/entries", Some("*/*"), Some("application/cose"), true),
            (
                "/entries",
                Some("application/problem+json"),
                Some("application/cose"),
                false,
            ),
            ("/entries", None, Some("text/plain"), false),
            ("/entries/00", Some("application/cose"), None, true),
            ("/entries/00", Some("text/html, */*"), None, false),
            (
                "/entries/00",
                Some("application/json;q=1, application/cbor"),
                None,
                false,
            ),
            ("/entries/00/proof", Some(CONCISE), None, true),
            ("/entries/00", None, None, false),
            ("/.well-known/scitt-keys", Some("Application/CBOR"), None, true),
            ("/api/v1/members", Some("application/cbor"), None, false),
            ("/entriesx", Some("application/cbor"), None, false),
        ];
        for (path, accept, kind, cbor) in cases {
            let mut request = Request::get(path);
            for (name, value) in [(header::ACCEPT, accept), (header::CONTENT_TYPE, kind)] {
                if let Some(value) = value {
                    request = request.header(name, value);
                }
            }
            let request = request.body(Body::empty()).unwrap();
            assert_eq!(wanted(&request), cbor, "{path} {accept:?} {kind:?}");
        }
    }
}
