//! Signing requests.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use didymium_statement::TransportSigner;
use sfv::{BareItem, InnerList, Item, Key};

use super::message::{CONTENT_DIGEST, Message, content_digest, serialized, shown, signature_base};
use super::{ALGORITHM, LABEL, LIFETIME_S_MAX, NONCE_BYTES, SignatureRefusal as Refusal, TAG};

/// The headers that make a request a signed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHeaders {
    /// `content-digest`, for a request with a body.
    pub content_digest: Option<String>,
    /// `signature-input`.
    pub signature_input: String,
    /// `signature`.
    pub signature: String,
}

/// Signs the requests of one member's node. Cheap to clone.
#[derive(Clone)]
pub struct RequestSigner {
    member: String,
    key: Arc<TransportSigner>,
}

impl RequestSigner {
    /// A signer with the key that the charter gives the member for this.
    pub fn new(member: &str, key: TransportSigner) -> Self {
        Self {
            member: member.to_owned(),
            key: Arc::new(key),
        }
    }

    /// The `keyid`: the member's code and the id of its key.
    pub fn key_id(&self) -> String {
        key_id(&self.member, &self.key.public().id())
    }

    /// Signs a request at `now_s`, seconds since the Unix epoch, with a nonce that was never used before.
    ///
    /// # Errors
    /// [`Refusal::Component`] for a request that cannot be signed, as one whose path has line breaks.
    pub fn sign(
        &self,
        message: &Message<'_>,
        body: &[u8],
        now_s: i64,
        nonce: [u8; NONCE_BYTES],
    ) -> Result<SignedHeaders, Refusal> {
        let mut names = vec!["@method", "@authority", "@path", "@query"];
        let digest = (!body.is_empty()).then(|| content_digest(body));
        let mut headers = message.headers.clone();
        if let Some(value) = digest.as_ref().and_then(|digest| digest.parse().ok()) {
            headers.insert(CONTENT_DIGEST, value);
            names.push(CONTENT_DIGEST);
        }
        let input = self.input(&names, now_s, nonce)?;
        let message = Message {
            headers: &headers,
            ..*message
        };
        let signature = self.key.sign(signature_base(&message, &input)?.as_bytes());
        Ok(SignedHeaders {
            content_digest: digest,
            signature_input: format!("{LABEL}={}", serialized(&input)),
            signature: format!("{LABEL}=:{}:", STANDARD.encode(signature)),
        })
    }

    fn input(&self, names: &[&str], now_s: i64, nonce: [u8; NONCE_BYTES]) -> Result<InnerList, Refusal> {
        let items = names.iter().map(|name| Ok(Item::new(text(name)?)));
        let mut input = InnerList::new(items.collect::<Result<_, Refusal>>()?);
        let params: [(&'static str, BareItem); 6] = [
            ("created", seconds(now_s)?),
            ("expires", seconds(now_s.saturating_add(LIFETIME_S_MAX))?),
            ("nonce", text(&URL_SAFE_NO_PAD.encode(nonce))?),
            ("keyid", text(&self.key_id())?),
            ("alg", text(ALGORITHM)?),
            ("tag", text(TAG)?),
        ];
        for (name, value) in params {
            let key = Key::from_string(name.to_owned()).map_err(|_| Refusal::Parameter { name })?;
            input.params.insert(key, value);
        }
        Ok(input)
    }
}

/// The `keyid` of a member's key.
pub(super) fn key_id(member: &str, key: &str) -> String {
    format!("{member}#{key}")
}

fn text(value: &str) -> Result<BareItem, Refusal> {
    let text = sfv::String::from_string(value.to_owned());
    text.map(BareItem::String)
        .map_err(|_| Refusal::Component { name: shown(value) })
}

fn seconds(value: i64) -> Result<BareItem, Refusal> {
    sfv::Integer::try_from(value)
        .map(BareItem::Integer)
        .map_err(|_| Refusal::Parameter { name: "created" })
}

impl fmt::Debug for RequestSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestSigner({})", self.key_id())
    }
}
