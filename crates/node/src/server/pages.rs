//! The web pages, embedded in the binary.

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use rust_embed::RustEmbed;

use super::etag::{matches, not_modified, weak_tag};
use super::problem::{Problem, ProblemType};

/// The built pages; empty if this binary was built before they were.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/dist"]
#[allow_missing = true]
struct Dist;

/// Shown where the pages were not built.
const PLACEHOLDER: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Didymium</title>\
     <p>This node was built without its pages. The figures are at <a href=\"/api/v1/node\">/api/v1</a>; \
     build the pages with <code>make web</code> and the node again.</p></html>";

/// First segments of addresses that are not pages: an unknown address under them is an error, not a page.
const NOT_PAGES: [&str; 12] = [
    "charter",
    "api",
    "log",
    "mirror",
    "schemas",
    "healthz",
    "metrics",
    "problems",
    "assets",
    "entries",
    "witness",
    ".well-known",
];

/// The pages: first segment of the address, and whether a key follows it; as in `web/src/lib/router.svelte.ts`.
const PAGES: [(&str, bool); 16] = [
    ("", false),
    ("map", false),
    ("flow", false),
    ("balance", false),
    ("contradictions", false),
    ("mineral", true),
    ("countries", false),
    ("country", true),
    ("sites", false),
    ("site", true),
    ("statement", true),
    ("about", false),
    ("audit", false),
    ("governance", false),
    ("vintages", false),
    ("indicators", false),
];

/// Whether there is a page at a path. Whether a site, a country or a statement of that key exists, the page finds out.
fn is_page(path: &str) -> bool {
    let mut segments = path.trim_end_matches('/').split('/');
    let first = segments.next().unwrap_or_default();
    let key = segments.next();
    PAGES
        .iter()
        .any(|(name, keyed)| *name == first && *keyed == key.is_some())
        && segments.next().is_none()
}

/// Answers whatever no route knows: a file of the pages, or the one page that finds its way by the address.
pub(super) async fn page(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let first = path.split('/').next().unwrap_or_default();
    let is_file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    if !matches!(method, Method::GET | Method::HEAD) {
        if NOT_PAGES.contains(&first) {
            return missing();
        }
        let mut refusal = Problem::new(
            ProblemType::MethodNotAllowed,
            ProblemType::MethodNotAllowed.meaning(),
        )
        .into_response();
        refusal
            .headers_mut()
            .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refusal;
    }
    if is_plain(path)
        && let Some(file) = Dist::get(path)
    {
        let hashed = path.starts_with("assets/");
        let kind = mime_guess::from_path(path).first_or_octet_stream();
        return answer(
            &headers,
            kind.as_ref(),
            hashed,
            &file.metadata.sha256_hash(),
            file.data.into_owned(),
        );
    }
    if NOT_PAGES.contains(&first) || is_file {
        return missing();
    }
    let (hash, body) = match Dist::get("index.html") {
        Some(file) => (file.metadata.sha256_hash(), file.data.into_owned()),
        None => ([0; 32], PLACEHOLDER.as_bytes().to_vec()),
    };
    let mut page = answer(&headers, "text/html", false, &hash, body);
    if !is_page(path) {
        // The page says that there is nothing, in the reader's language; programs read it from the status.
        *page.status_mut() = StatusCode::NOT_FOUND;
    }
    page
}

fn missing() -> Response {
    Problem::not_found("this address").into_response()
}

/// A path that stays within the pages whichever way it is read.
fn is_plain(path: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.');
    !path.is_empty()
        && path.bytes().all(plain)
        && !path
            .split('/')
            .any(|part| part.is_empty() || part.starts_with('.'))
}

fn answer(asked: &HeaderMap, kind: &str, hashed: bool, hash: &[u8; 32], body: Vec<u8>) -> Response {
    let tag = weak_tag(&[hash]);
    if matches(asked, &tag) {
        return not_modified(tag);
    }
    let text = kind.starts_with("text/") || matches!(kind, "application/javascript" | "application/json");
    let kind = if text {
        format!("{kind}; charset=utf-8")
    } else {
        kind.to_owned()
    };
    let cache = if hashed {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_str(&kind).unwrap_or(HeaderValue::from_static("text/plain")),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::ETAG, tag);
    response
}

#[cfg(test)]
mod tests {
    use super::{PAGES, is_page};

    #[test]
    fn pages_are_told_from_addresses_that_lead_nowhere() {
        for path in ["", "map", "mineral/cobalt", "site/bayan-obo", "sites/", "about"] {
            assert!(is_page(path), "{path}");
        }
        for path in ["nowhere", "map/x", "site", "country/CHN/x", "mineral", "x/y/z"] {
            assert!(!is_page(path), "{path}");
        }
    }

    #[test]
    fn the_pages_are_those_of_the_router() {
        let router = include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../web/src/lib/router.svelte.ts"
        ));
        let patterns = router
            .lines()
            .filter_map(|line| line.split_once("pattern: /^\\/"));
        let mut routes: Vec<(&str, bool)> = patterns
            .map(|(_, pattern)| {
                let name = pattern.split(['\\', '$']).next().unwrap_or_default();
                (name, pattern.contains("(?<"))
            })
            .collect();
        let mut pages = PAGES.to_vec();
        routes.sort_unstable();
        pages.sort_unstable();
        assert_eq!(pages, routes);
    }
}
