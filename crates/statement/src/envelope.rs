//! The envelope: COSE_Sign1 with CWT claims.
//!
//! Protected header: 1 alg (EdDSA), 4 kid, 15 CWT claims {1 iss, 2 sub}, `didymium-valid` [first day, last day],
//! `didymium-visibility`; and either 3 content type with the payload inside, or 258 payload hash algorithm (−16,
//! SHA-256) with 259 preimage content type and the digest of a blob as payload (COSE hash envelope, which forbids 3); or,
//! where the statement is sealed, `didymium-commitment` with 259 and a salted commitment as payload.
//! The unprotected header is empty, so a statement's bytes, and with them its name, cannot be varied by a third party.

use ciborium::Value;
use coset::{
    CborSerializable as _, CoseSign1, CoseSign1Builder, Header, HeaderBuilder, Label,
    TaggedCborSerializable as _, iana,
};
use jiff::civil::Date;

use crate::limits::{BLOB_BYTES_MAX, INLINE_PAYLOAD_BYTES_MAX, NAME_BYTES_MAX, STATEMENT_BYTES_MAX};
use crate::sealed::{Commitment, Opening, Salt};
use crate::sign1::Sign1;
use crate::{
    Digest, KeyId, KindVersion, StatementError, StatementId, StatementKey, StatementSigner, Visibility,
};

const LABEL_CWT_CLAIMS: i64 = 15;
const CLAIM_ISSUER: i64 = 1;
const CLAIM_SUBJECT: i64 = 2;
const LABEL_PAYLOAD_HASH_ALG: i64 = 258;
const LABEL_PREIMAGE_CONTENT_TYPE: i64 = 259;
const COSE_SHA_256: i64 = -16;
const LABEL_VALID: &str = "didymium-valid";
const LABEL_VISIBILITY: &str = "didymium-visibility";
const LABEL_COMMITMENT: &str = "didymium-commitment";
const HMAC_SHA_256: &str = "HMAC-SHA256";

/// The days that a payload is about, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ValidTime {
    /// First day.
    pub first: Date,
    /// Last day; not before `first`.
    pub last: Date,
}

/// Where a statement's payload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayloadRef {
    /// Inside the statement.
    Inline(Vec<u8>),
    /// In a content-addressed blob of this digest.
    Blob(Digest),
    /// With its owner alone, bound by this commitment.
    Sealed(Commitment),
}

/// The three forms in which an envelope carries a payload.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Inline,
    ByDigest,
    Sealed,
}

/// What an author is about to say: everything but the signature.
#[derive(Debug, Clone)]
pub struct Draft {
    /// DID of the author.
    pub issuer: String,
    /// URI of what it is about.
    pub subject: String,
    /// Kind and version.
    pub kind: KindVersion,
    /// The days it is about, if it says so.
    pub valid: Option<ValidTime>,
    /// Who may read it.
    pub visibility: Visibility,
    /// Payload: JSON bytes.
    pub payload: Vec<u8>,
}

impl Draft {
    /// Signs the draft. A payload over [`INLINE_PAYLOAD_BYTES_MAX`] goes by digest: the blob is returned beside the
    /// statement and must be kept before the statement is logged.
    ///
    /// # Errors
    /// [`StatementError::TooMany`] for a blob, and [`StatementError::TooLarge`] for a statement, over its limit;
    /// [`StatementError::SealedInTheClear`] for a draft that is to be sealed, for which there is [`Draft::seal`].
    pub fn sign(mut self, signer: &StatementSigner) -> Result<(Statement, Option<Vec<u8>>), StatementError> {
        if self.visibility == Visibility::Sealed {
            return Err(StatementError::SealedInTheClear);
        }
        self.payload_fits()?;
        let payload = std::mem::take(&mut self.payload);
        if payload.len() > INLINE_PAYLOAD_BYTES_MAX {
            let digest = Digest::of(&payload).as_bytes().to_vec();
            Ok((self.signed(signer, Form::ByDigest, digest)?, Some(payload)))
        } else {
            Ok((self.signed(signer, Form::Inline, payload)?, None))
        }
    }

    /// Seals and signs the draft: the statement carries a commitment under `salt`, the opening stays with its owner. The
    /// visibility becomes [`Visibility::Sealed`]; issuer, subject, kind and days stay readable. A salt must be random,
    /// secret and used once.
    ///
    /// # Errors
    /// [`StatementError::TooMany`] for a payload, and [`StatementError::TooLarge`] for a statement, over its limit.
    pub fn seal(
        mut self,
        signer: &StatementSigner,
        salt: Salt,
    ) -> Result<(Statement, Opening), StatementError> {
        self.payload_fits()?;
        self.visibility = Visibility::Sealed;
        let opening = Opening::new(salt, std::mem::take(&mut self.payload));
        let commitment = opening.commitment().as_bytes().to_vec();
        Ok((self.signed(signer, Form::Sealed, commitment)?, opening))
    }

    fn payload_fits(&self) -> Result<(), StatementError> {
        if self.payload.len() > BLOB_BYTES_MAX {
            return Err(StatementError::TooMany {
                what: "bytes of payload",
                count: self.payload.len(),
                max: BLOB_BYTES_MAX,
            });
        }
        Ok(())
    }

    fn signed(
        self,
        signer: &StatementSigner,
        form: Form,
        payload: Vec<u8>,
    ) -> Result<Statement, StatementError> {
        let header = self.protected_header(&signer.public().id(), form);
        let sign1 = CoseSign1Builder::new()
            .protected(header)
            .payload(payload)
            .create_signature(b"", |message| signer.sign(message))
            .build();
        let bytes = sign1.to_tagged_vec().map_err(not_cose)?;
        Statement::parse(&bytes)
    }

    fn protected_header(&self, key: &KeyId, form: Form) -> Header {
        let claims = vec![
            (Value::from(CLAIM_ISSUER), Value::from(self.issuer.as_str())),
            (Value::from(CLAIM_SUBJECT), Value::from(self.subject.as_str())),
        ];
        let mut header = HeaderBuilder::new()
            .algorithm(iana::Algorithm::EdDSA)
            .key_id(key.as_bytes().to_vec())
            .value(LABEL_CWT_CLAIMS, Value::Map(claims));
        let kind = self.kind.media_type();
        header = match form {
            Form::Inline => header.content_type(kind),
            Form::ByDigest => header
                .value(LABEL_PAYLOAD_HASH_ALG, Value::from(COSE_SHA_256))
                .value(LABEL_PREIMAGE_CONTENT_TYPE, Value::from(kind)),
            Form::Sealed => header
                .value(LABEL_PREIMAGE_CONTENT_TYPE, Value::from(kind))
                .text_value(LABEL_COMMITMENT.into(), Value::from(HMAC_SHA_256)),
        };
        if let Some(valid) = self.valid {
            let days = [valid.first, valid.last]
                .map(|day| Value::from(day.to_string()))
                .to_vec();
            header = header.text_value(LABEL_VALID.into(), Value::Array(days));
        }
        header
            .text_value(LABEL_VISIBILITY.into(), Value::from(self.visibility.as_str()))
            .build()
    }
}

/// A signed statement, decoded; its signature is checked by [`Statement::verify`].
#[derive(Debug, Clone)]
pub struct Statement {
    id: StatementId,
    bytes: Vec<u8>,
    /// DID of the author, as claimed.
    pub issuer: String,
    /// URI of what it is about.
    pub subject: String,
    /// Kind and version.
    pub kind: KindVersion,
    /// The days it is about, if it says so.
    pub valid: Option<ValidTime>,
    /// Who may read it.
    pub visibility: Visibility,
    /// The key that signed it, as claimed.
    pub key: KeyId,
    /// The payload or its digest.
    pub payload: PayloadRef,
}

impl Statement {
    /// Decodes a statement. Kinds and versions unknown to this software decode as well.
    ///
    /// # Errors
    /// Any of [`StatementError`]'s envelope variants; never panics on hostile input.
    pub fn parse(bytes: &[u8]) -> Result<Self, StatementError> {
        if bytes.len() > STATEMENT_BYTES_MAX {
            return Err(StatementError::TooLarge {
                bytes: bytes.len(),
                max: STATEMENT_BYTES_MAX,
            });
        }
        let sign1 = Sign1::read(bytes).ok_or_else(|| misshapen(bytes))?;
        let header = &Header::from_slice(sign1.protected).map_err(not_cose)?;
        if header.alg != Some(coset::Algorithm::Assigned(iana::Algorithm::EdDSA)) {
            return Err(StatementError::Header {
                field: "alg (1)",
                reason: "must be EdDSA (-8)",
            });
        }
        if !header.crit.is_empty() {
            return Err(StatementError::Header {
                field: "crit (2)",
                reason: "no critical header is understood",
            });
        }
        let key = KeyId::from_slice(&header.key_id).ok_or(StatementError::Header {
            field: "kid (4)",
            reason: "must be 16 bytes",
        })?;
        let (kind, payload) = kind_and_payload(header, sign1.payload)?;
        let (issuer, subject) = claims(header)?;
        let visibility = visibility(header)?;
        if (visibility == Visibility::Sealed) != matches!(payload, PayloadRef::Sealed(_)) {
            return Err(StatementError::Header {
                field: LABEL_VISIBILITY,
                reason: "`sealed` and a commitment go together",
            });
        }
        Ok(Self {
            id: Digest::of(bytes),
            bytes: bytes.to_vec(),
            issuer,
            subject,
            kind,
            valid: valid_time(header)?,
            visibility,
            key,
            payload,
        })
    }

    /// The statement's name: the SHA-256 of its bytes.
    pub const fn id(&self) -> StatementId {
        self.id
    }

    /// The bytes that are logged.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Verifies the signature under `key`.
    ///
    /// # Errors
    /// [`StatementError::BadSignature`] if `key` is another key than the one named, or the signature does not verify.
    pub fn verify(&self, key: &StatementKey) -> Result<(), StatementError> {
        let signed = Sign1::read(&self.bytes)
            .is_some_and(|sign1| key.verifies(&sign1.to_be_signed(), sign1.signature));
        if signed && key.id() == self.key {
            Ok(())
        } else {
            Err(StatementError::BadSignature { key: self.key })
        }
    }

    /// The digest of the blob that holds the payload, if one does.
    pub const fn blob(&self) -> Option<Digest> {
        match &self.payload {
            PayloadRef::Blob(digest) => Some(*digest),
            PayloadRef::Inline(_) | PayloadRef::Sealed(_) => None,
        }
    }

    /// The payload of a sealed statement, from the opening that its owner keeps.
    ///
    /// # Errors
    /// [`StatementError::NotSealed`]; [`StatementError::WrongOpening`] if it is not what the statement commits to.
    pub fn unseal<'a>(&self, opening: &'a Opening) -> Result<&'a [u8], StatementError> {
        match &self.payload {
            PayloadRef::Sealed(commitment) => opening.open(commitment, self.id),
            PayloadRef::Inline(_) | PayloadRef::Blob(_) => {
                Err(StatementError::NotSealed { statement: self.id })
            }
        }
    }

    /// The payload's bytes; `blob` is what the caller holds for the digest named, checked here. Of a sealed statement
    /// nothing is known.
    ///
    /// # Errors
    /// [`StatementError::WrongBlob`] if `blob` has another digest.
    pub fn payload_bytes<'a>(&'a self, blob: Option<&'a [u8]>) -> Result<Option<&'a [u8]>, StatementError> {
        match (&self.payload, blob) {
            (PayloadRef::Inline(bytes), _) => Ok(Some(bytes)),
            (PayloadRef::Blob(_), None) | (PayloadRef::Sealed(_), _) => Ok(None),
            (PayloadRef::Blob(expected), Some(bytes)) => {
                let found = Digest::of(bytes);
                if found == *expected {
                    Ok(Some(bytes))
                } else {
                    Err(StatementError::WrongBlob {
                        expected: *expected,
                        found,
                    })
                }
            }
        }
    }
}

/// Why bytes are not the one form of a statement.
fn misshapen(bytes: &[u8]) -> StatementError {
    match CoseSign1::from_tagged_slice(bytes) {
        Ok(sign1) if sign1.payload.is_none() => StatementError::Header {
            field: "payload",
            reason: "is detached",
        },
        Ok(_) => StatementError::NotCanonical,
        Err(error) => not_cose(error),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the signature that map_err calls")]
fn not_cose(error: coset::CoseError) -> StatementError {
    StatementError::NotCose {
        reason: error.to_string(),
    }
}

fn kind_and_payload(header: &Header, body: &[u8]) -> Result<(KindVersion, PayloadRef), StatementError> {
    let hashed = find(header, LABEL_PAYLOAD_HASH_ALG);
    let committed = find_text(header, LABEL_COMMITMENT);
    match (&header.content_type, hashed, committed) {
        (Some(coset::ContentType::Text(text)), None, None) => {
            Ok((KindVersion::parse(text)?, PayloadRef::Inline(body.to_vec())))
        }
        (None, None, Some(scheme)) => {
            if scheme.as_text() != Some(HMAC_SHA_256) {
                return Err(StatementError::Header {
                    field: LABEL_COMMITMENT,
                    reason: "must be HMAC-SHA256",
                });
            }
            let commitment: [u8; 32] = body.try_into().map_err(|_| StatementError::Header {
                field: "payload",
                reason: "must be a commitment of 32 bytes",
            })?;
            let commitment = Commitment::from_bytes(commitment);
            Ok((
                KindVersion::parse(preimage_type(header)?)?,
                PayloadRef::Sealed(commitment),
            ))
        }
        (None, Some(algorithm), None) => {
            if algorithm.as_integer() != Some(COSE_SHA_256.into()) {
                return Err(StatementError::Header {
                    field: "payload hash algorithm (258)",
                    reason: "must be SHA-256 (-16)",
                });
            }
            let text = preimage_type(header)?;
            let digest: [u8; 32] = body.try_into().map_err(|_| StatementError::Header {
                field: "payload",
                reason: "must be a SHA-256 digest of 32 bytes",
            })?;
            Ok((
                KindVersion::parse(text)?,
                PayloadRef::Blob(Digest::from_bytes(digest)),
            ))
        }
        _ => Err(StatementError::Header {
            field: "content type (3)",
            reason: "exactly one of content type (3, text), payload hash algorithm (258) and `didymium-commitment` must be there",
        }),
    }
}

fn preimage_type(header: &Header) -> Result<&str, StatementError> {
    find(header, LABEL_PREIMAGE_CONTENT_TYPE)
        .and_then(Value::as_text)
        .ok_or(StatementError::Header {
            field: "preimage content type (259)",
            reason: "must be text",
        })
}

fn claims(header: &Header) -> Result<(String, String), StatementError> {
    let claims = find(header, LABEL_CWT_CLAIMS)
        .and_then(Value::as_map)
        .ok_or(StatementError::Header {
            field: "CWT claims (15)",
            reason: "must be a map",
        })?;
    let text = |label: i64, field: &'static str| {
        claims
            .iter()
            .find(|(key, _)| key.as_integer() == Some(label.into()))
            .and_then(|(_, value)| value.as_text())
            .filter(|text| !text.is_empty() && text.len() <= NAME_BYTES_MAX)
            .map(str::to_owned)
            .ok_or(StatementError::Header {
                field,
                reason: "must be text of 1 to 300 bytes",
            })
    };
    Ok((
        text(CLAIM_ISSUER, "issuer (15/1)")?,
        text(CLAIM_SUBJECT, "subject (15/2)")?,
    ))
}

fn valid_time(header: &Header) -> Result<Option<ValidTime>, StatementError> {
    let wrong = StatementError::Header {
        field: LABEL_VALID,
        reason: "must be two days, first not after last",
    };
    let Some(value) = find_text(header, LABEL_VALID) else {
        return Ok(None);
    };
    let day = |value: &Value| value.as_text().and_then(|text| text.parse::<Date>().ok());
    match value.as_array().map(Vec::as_slice) {
        Some([first, last]) => match (day(first), day(last)) {
            (Some(first), Some(last)) if first <= last => Ok(Some(ValidTime { first, last })),
            _ => Err(wrong),
        },
        _ => Err(wrong),
    }
}

fn visibility(header: &Header) -> Result<Visibility, StatementError> {
    find_text(header, LABEL_VISIBILITY)
        .and_then(Value::as_text)
        .ok_or(StatementError::Header {
            field: LABEL_VISIBILITY,
            reason: "must be text",
        })
        .and_then(Visibility::parse)
}

fn find(header: &Header, label: i64) -> Option<&Value> {
    header
        .rest
        .iter()
        .find(|(key, _)| *key == Label::Int(label))
        .map(|(_, value)| value)
}

fn find_text<'a>(header: &'a Header, label: &str) -> Option<&'a Value> {
    header
        .rest
        .iter()
        .find(|(key, _)| matches!(key, Label::Text(text) if text == label))
        .map(|(_, value)| value)
}
