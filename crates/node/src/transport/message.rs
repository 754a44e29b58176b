//! What is signed of a request: its components and the signature base (RFC 9421 §2), and the digest of its body (RFC 9530).

use std::collections::BTreeSet;

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use didymium_statement::Digest;
use sfv::{BareItem, Dictionary, FieldType as _, InnerList, ListEntry, Parser};

use super::SignatureRefusal as Refusal;

/// The header with the digest of the body (RFC 9530).
pub(super) const CONTENT_DIGEST: &str = "content-digest";
/// The one algorithm of digests that is read here.
const SHA_256: &str = "sha-256";

/// A request as both sides see it.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// The method, such as `GET`.
    pub method: &'a str,
    /// Host, and port where it is not the scheme's own, as the `Host` header has them.
    pub authority: &'a str,
    /// The path, such as `/log/checkpoint`.
    pub path: &'a str,
    /// What follows the `?`, if there is one.
    pub query: Option<&'a str>,
    /// The headers.
    pub headers: &'a HeaderMap,
}

impl Message<'_> {
    /// The value of a component (RFC 9421 §2.1 and §2.2); none if the request has not got it.
    fn component(&self, name: &str) -> Option<String> {
        Some(match name {
            "@method" => self.method.to_owned(),
            "@authority" => self.authority.to_ascii_lowercase(),
            "@path" if self.path.is_empty() => "/".to_owned(),
            "@path" => self.path.to_owned(),
            "@query" => format!("?{}", self.query.unwrap_or_default()),
            derived if derived.starts_with('@') => return None,
            // Names of fields stand in lower case (RFC 9421 §2.1).
            field if field.bytes().any(|b| b.is_ascii_uppercase()) => return None,
            field => self.field(field)?,
        })
    }

    /// The values of a field, trimmed and joined (RFC 9421 §2.1).
    fn field(&self, name: &str) -> Option<String> {
        let values = self.headers.get_all(name).iter();
        let values: Option<Vec<&str>> = values.map(|value| value.to_str().ok().map(str::trim)).collect();
        values
            .filter(|values| !values.is_empty())
            .map(|values| values.join(", "))
    }

    /// The one value of a field; none if it is absent.
    ///
    /// # Errors
    /// [`Refusal::HeaderCount`] if there are several.
    pub(super) fn only(&self, header: &'static str) -> Result<Option<&[u8]>, Refusal> {
        let mut values = self.headers.get_all(header).iter();
        match (values.next(), values.next()) {
            (value, None) => Ok(value.map(|value| value.as_bytes())),
            _ => Err(Refusal::HeaderCount { header }),
        }
    }
}

/// The names that a signature covers, in its order.
///
/// # Errors
/// [`Refusal::Component`] for one with parameters, which nobody here writes; [`Refusal::CoveredTwice`].
pub(super) fn covered(input: &InnerList) -> Result<Vec<&str>, Refusal> {
    let mut seen = BTreeSet::new();
    let mut names = Vec::with_capacity(input.items.len());
    for item in &input.items {
        let name = match &item.bare_item {
            BareItem::String(name) if item.params.is_empty() => name.as_str(),
            BareItem::String(name) => {
                return Err(Refusal::Component {
                    name: shown(name.as_str()),
                });
            }
            _ => {
                return Err(Refusal::Malformed {
                    header: "signature-input",
                    reason: "a component is not a string",
                });
            }
        };
        if !seen.insert(name) {
            return Err(Refusal::CoveredTwice { name: shown(name) });
        }
        names.push(name);
    }
    Ok(names)
}

/// The signature base (RFC 9421 §2.5): a line a component, the parameters last.
///
/// # Errors
/// [`Refusal::Component`] for what the request has not got, and those of reading the list of components.
pub fn signature_base(message: &Message<'_>, input: &InnerList) -> Result<String, Refusal> {
    let mut base = String::with_capacity(512);
    for name in covered(input)? {
        let missing = || Refusal::Component { name: shown(name) };
        let value = message.component(name).ok_or_else(missing)?;
        if value.bytes().any(|b| b == b'\n' || b == b'\r') {
            return Err(missing());
        }
        base.push_str(&format!("\"{name}\": {value}\n"));
    }
    base.push_str(&format!("\"@signature-params\": {}", serialized(input)));
    Ok(base)
}

/// An inner list with its parameters as a structured field has it (RFC 9651 §4.1.1.1).
pub(super) fn serialized(input: &InnerList) -> String {
    let list = vec![ListEntry::InnerList(input.clone())];
    list.serialize().unwrap_or_default()
}

/// The value of `content-digest` for a body.
pub fn content_digest(body: &[u8]) -> String {
    format!("{SHA_256}=:{}:", STANDARD.encode(Digest::of(body).as_bytes()))
}

/// Holds a body against the digest in a request's headers.
///
/// # Errors
/// [`Refusal::BodyChanged`] if it is another's; [`Refusal::Malformed`] for a field that has no SHA-256.
pub(super) fn check_digest(message: &Message<'_>, body: &[u8]) -> Result<(), Refusal> {
    let malformed = |reason| Refusal::Malformed {
        header: CONTENT_DIGEST,
        reason,
    };
    let value = message
        .only(CONTENT_DIGEST)?
        .ok_or_else(|| malformed("it is missing"))?;
    let digests: Dictionary = Parser::new(value)
        .parse()
        .map_err(|_| malformed("it is no dictionary (RFC 9530)"))?;
    match digests.get(SHA_256) {
        Some(ListEntry::Item(item)) => match &item.bare_item {
            BareItem::ByteSequence(digest) if digest == Digest::of(body).as_bytes() => Ok(()),
            BareItem::ByteSequence(_) => Err(Refusal::BodyChanged),
            _ => Err(malformed("sha-256 is no byte sequence")),
        },
        _ => Err(malformed("it has no sha-256")),
    }
}

/// A text from outside as a refusal repeats it.
pub(super) fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}
