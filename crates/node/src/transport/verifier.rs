//! Verifying the signatures of requests.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use didymium_statement::TransportKey;
use sfv::{BareItem, Dictionary, InnerList, ListEntry, Parser};

use super::message::{CONTENT_DIGEST, Message, check_digest, covered, shown, signature_base};
use super::nonces::{Nonce, Nonces};
use super::{ALGORITHM, CLOCK_SKEW_S_MAX, LIFETIME_S_MAX, SignatureRefusal as Refusal, TAG};

const SIGNATURE: &str = "signature";
const SIGNATURE_INPUT: &str = "signature-input";

/// A signature as a request presents it; nothing of it is believed yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Presented {
    input: InnerList,
    signature: Vec<u8>,
    key_id: String,
    member: String,
    created_s: i64,
    expires_s: i64,
    nonce: Nonce,
}

/// What holds of a request whose signature verifies; only [`Verified::seen_once`] tells whether it is the first of its
/// kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Code of the member whose node has sent it.
    pub member: String,
    created_s: i64,
    until_s: i64,
    nonce: Nonce,
}

impl Presented {
    /// Reads the signature of a request; none if it is not signed.
    ///
    /// # Errors
    /// [`Refusal::HeaderCount`], [`Refusal::Malformed`], [`Refusal::WrongTag`], [`Refusal::WrongAlgorithm`],
    /// [`Refusal::Parameter`].
    pub fn read(message: &Message<'_>) -> Result<Option<Self>, Refusal> {
        let (input, signature) = match (message.only(SIGNATURE_INPUT)?, message.only(SIGNATURE)?) {
            (None, None) => return Ok(None),
            (Some(input), Some(signature)) => (input, signature),
            (None, Some(_)) => {
                return Err(Refusal::HeaderCount {
                    header: SIGNATURE_INPUT,
                });
            }
            (Some(_), None) => return Err(Refusal::HeaderCount { header: SIGNATURE }),
        };
        let (label, input) = match only(input, SIGNATURE_INPUT)? {
            (label, ListEntry::InnerList(input)) => (label, input),
            _ => return Err(malformed(SIGNATURE_INPUT, "it is no list of components")),
        };
        let signature = match only(signature, SIGNATURE)? {
            (of, ListEntry::Item(item)) if of == label => match item.bare_item {
                BareItem::ByteSequence(bytes) => bytes,
                _ => return Err(malformed(SIGNATURE, "it is no byte sequence")),
            },
            _ => return Err(malformed(SIGNATURE, "it has another label than signature-input")),
        };
        if text(&input, "tag")? != TAG {
            return Err(Refusal::WrongTag);
        }
        if text(&input, "alg")? != ALGORITHM {
            return Err(Refusal::WrongAlgorithm);
        }
        let key_id = text(&input, "keyid")?.to_owned();
        let (member, _) = key_id
            .split_once('#')
            .ok_or(Refusal::Parameter { name: "keyid" })?;
        let nonce = URL_SAFE_NO_PAD.decode(text(&input, "nonce")?).ok();
        let nonce = nonce.and_then(|nonce| Nonce::try_from(nonce).ok());
        Ok(Some(Self {
            member: member.to_owned(),
            created_s: seconds(&input, "created")?,
            expires_s: seconds(&input, "expires")?,
            nonce: nonce.ok_or(Refusal::Parameter { name: "nonce" })?,
            key_id,
            signature,
            input,
        }))
    }

    /// The `keyid`: code of a member, `#`, id of its key.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The code in the `keyid`.
    pub fn member(&self) -> &str {
        &self.member
    }

    /// Whether the signature covers a body's digest, so that the body must be read before it is verified.
    pub fn covers_body(&self) -> bool {
        covered(&self.input).is_ok_and(|names| names.contains(&CONTENT_DIGEST))
    }

    /// Refuses a signature that leaves out what each must cover, or one thing more.
    fn check_covered(&self, more: Option<&'static str>) -> Result<(), Refusal> {
        let names = covered(&self.input)?;
        let mut due = ["@method", "@authority", "@path", "@query"]
            .into_iter()
            .chain(more);
        match due.find(|name| !names.contains(name)) {
            Some(name) => Err(Refusal::NotCovered { name }),
            None => Ok(()),
        }
    }

    /// Refuses a time at which the signature does not count.
    fn check_times(&self, now_s: i64) -> Result<(), Refusal> {
        let lifetime = self.expires_s.saturating_sub(self.created_s);
        if !(1..=LIFETIME_S_MAX).contains(&lifetime) {
            return Err(Refusal::Lifetime {
                seconds: lifetime,
                max: LIFETIME_S_MAX,
            });
        }
        let ahead = self.created_s.saturating_sub(now_s);
        if ahead > CLOCK_SKEW_S_MAX {
            return Err(Refusal::Future { seconds: ahead });
        }
        let ago = now_s.saturating_sub(self.expires_s);
        if ago > CLOCK_SKEW_S_MAX {
            return Err(Refusal::Stale { seconds: ago });
        }
        Ok(())
    }

    /// Verifies the signature over the head of a request, with one of the keys that the member may sign with: whose it is,
    /// before its body is read. That is not enough to answer it: see [`Presented::verify`].
    ///
    /// # Errors
    /// The first reason why it does not count.
    pub fn verify_head(
        &self,
        message: &Message<'_>,
        keys: &[TransportKey],
        now_s: i64,
    ) -> Result<(), Refusal> {
        self.check_covered(None)?;
        self.check_times(now_s)?;
        let named = |key: &&TransportKey| super::signer::key_id(&self.member, &key.id()) == self.key_id;
        let key = keys.iter().find(named).ok_or_else(|| Refusal::UnknownKey {
            key: shown(&self.key_id),
        })?;
        let base = signature_base(message, &self.input)?;
        if !key.verifies(base.as_bytes(), &self.signature) {
            return Err(Refusal::Forged);
        }
        Ok(())
    }

    /// Verifies the signature over the whole request with one of the keys that the member may sign with.
    ///
    /// # Errors
    /// The first reason why it does not count.
    pub fn verify(
        &self,
        message: &Message<'_>,
        body: &[u8],
        keys: &[TransportKey],
        now_s: i64,
    ) -> Result<Verified, Refusal> {
        self.check_covered((!body.is_empty()).then_some(CONTENT_DIGEST))?;
        self.verify_head(message, keys, now_s)?;
        if self.covers_body() {
            check_digest(message, body)?;
        }
        Ok(Verified {
            member: self.member.clone(),
            created_s: self.created_s,
            until_s: self.expires_s.saturating_add(CLOCK_SKEW_S_MAX),
            nonce: self.nonce,
        })
    }
}

impl Verified {
    /// Takes the request's nonce: the same request is refused from now on.
    ///
    /// # Errors
    /// [`Refusal::BeforeStart`], [`Refusal::Replayed`], [`Refusal::TooMany`].
    pub fn seen_once(&self, nonces: &mut Nonces, now_s: i64) -> Result<(), Refusal> {
        nonces.take(&self.member, self.nonce, self.created_s, self.until_s, now_s)
    }
}

const fn malformed(header: &'static str, reason: &'static str) -> Refusal {
    Refusal::Malformed { header, reason }
}

/// The one member of a dictionary.
fn only(value: &[u8], header: &'static str) -> Result<(String, ListEntry), Refusal> {
    let fields: Dictionary = Parser::new(value)
        .parse()
        .map_err(|_| malformed(header, "it is no dictionary (RFC 9651)"))?;
    let mut fields = fields.into_iter();
    match (fields.next(), fields.next()) {
        (Some((label, entry)), None) => Ok((label.as_str().to_owned(), entry)),
        _ => Err(malformed(header, "it must hold exactly one signature")),
    }
}

fn text<'a>(input: &'a InnerList, name: &'static str) -> Result<&'a str, Refusal> {
    match input.params.get(name) {
        Some(BareItem::String(text)) => Ok(text.as_str()),
        _ => Err(Refusal::Parameter { name }),
    }
}

fn seconds(input: &InnerList, name: &'static str) -> Result<i64, Refusal> {
    match input.params.get(name) {
        Some(BareItem::Integer(value)) => Ok(i64::from(*value)),
        _ => Err(Refusal::Parameter { name }),
    }
}
