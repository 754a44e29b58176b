//! The charter: who is in the club, with which keys and roles, and which documents count.
//!
//! A COSE_Sign (RFC 9052 §4) with one signature a member over the same JSON payload. Its id is the SHA-256 of the
//! payload, so it stays the same as signatures are gathered. Later versions, thresholds and changes of members come
//! with the charter log; the signature rule there extends this one.

use std::collections::BTreeSet;

use coset::{
    CoseSign, CoseSignBuilder, CoseSignatureBuilder, HeaderBuilder, TaggedCborSerializable as _, iana,
};
use serde::{Deserialize, Serialize};

use crate::limits::{MEMBERS_MAX, STATEMENT_BYTES_MAX};
use crate::{Digest, StatementError, StatementKey, StatementSigner};

/// The id of a charter: SHA-256 of its payload.
pub type CharterId = Digest;

const CONTENT_TYPE: &str = "application/vnd.didymium.charter+json; version=1";

/// The charter's payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Charter {
    /// Version of this charter, from 1.
    pub version: u32,
    /// Name of the club.
    pub club: String,
    /// Members, in the charter's order.
    pub members: Vec<Member>,
    /// Digest of the vocabulary that statements are read with.
    pub vocabulary: Digest,
    /// Version of the twin's rules.
    pub rules: String,
    /// Digest of the JSON Schemas of all kinds (see [`crate::schemas_digest`]).
    pub schemas: Digest,
}

/// A member nation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// ISO 3166 alpha-3 code.
    pub member: String,
    /// Its DID (did:web under `domain`).
    pub did: String,
    /// The domain under which its sites, lots and operators have their URIs, whatever address serves them.
    pub domain: String,
    /// Base address of its node.
    pub address: String,
    /// Role in the club.
    pub role: Role,
    /// Keys, one a role: no key is used for two purposes.
    pub keys: MemberKeys,
}

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Full member.
    Member,
    /// Producer nation with a narrower role (later).
    Associate,
}

/// The public keys of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberKeys {
    /// Ed25519 public keys that sign the member's own statements, hex.
    pub statement: Vec<String>,
    /// The log's verifier key (signed-note vkey); its name is the log's origin.
    pub log: String,
    /// The witness's verifier key (signed-note vkey).
    pub witness: String,
    /// The mirror's verifier key (signed-note vkey).
    pub mirror: String,
}

impl Charter {
    /// The member of that code.
    pub fn member(&self, code: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.member == code)
    }

    /// The member whose DID it is.
    pub fn member_by_did(&self, did: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.did == did)
    }

    fn check(&self) -> Result<(), StatementError> {
        if self.members.len() > MEMBERS_MAX {
            return Err(StatementError::TooMany {
                what: "members",
                count: self.members.len(),
                max: MEMBERS_MAX,
            });
        }
        let mut seen = BTreeSet::new();
        for member in &self.members {
            let roles = [
                ("log key", &member.keys.log),
                ("witness key", &member.keys.witness),
                ("mirror key", &member.keys.mirror),
            ];
            let names = [
                ("member", &member.member),
                ("DID", &member.did),
                ("domain", &member.domain),
            ];
            let keys = member.keys.statement.iter().map(|key| ("statement key", key));
            for (what, value) in names.into_iter().chain(roles).chain(keys) {
                if !seen.insert((what, value.clone())) {
                    return Err(StatementError::CharterRepeats {
                        what,
                        value: value.clone(),
                    });
                }
            }
            for key in &member.keys.statement {
                StatementKey::from_hex(key)?;
            }
        }
        Ok(())
    }
}

impl Member {
    /// The statement key of that id, if the member has it.
    pub fn statement_key(&self, id: &crate::KeyId) -> Option<StatementKey> {
        self.keys
            .statement
            .iter()
            .filter_map(|key| StatementKey::from_hex(key).ok())
            .find(|key| key.id() == *id)
    }

    /// The origin of the member's log: the name in its verifier key.
    pub fn origin(&self) -> &str {
        self.keys.log.split('+').next().unwrap_or_default()
    }
}

/// A charter with the signatures that make it count.
#[derive(Debug, Clone)]
pub struct SignedCharter {
    id: CharterId,
    charter: Charter,
    bytes: Vec<u8>,
}

impl SignedCharter {
    /// Signs `charter` by every member: `signers` in any order.
    ///
    /// # Errors
    /// [`StatementError::CharterUnsigned`] if a member's key is not among the signers, or the charter breaks a rule.
    pub fn sign(charter: &Charter, signers: &[StatementSigner]) -> Result<Self, StatementError> {
        let payload = serde_json::to_vec(charter).map_err(|e| StatementError::Payload {
            kind: "charter",
            reason: e.to_string(),
        })?;
        let header = HeaderBuilder::new().content_type(CONTENT_TYPE.into()).build();
        let mut builder = CoseSignBuilder::new().protected(header).payload(payload);
        for signer in signers {
            let header = HeaderBuilder::new()
                .algorithm(iana::Algorithm::EdDSA)
                .key_id(signer.public().id().as_bytes().to_vec())
                .build();
            let signature = CoseSignatureBuilder::new().protected(header).build();
            builder = builder.add_created_signature(signature, b"", |message| signer.sign(message));
        }
        let bytes = builder
            .build()
            .to_tagged_vec()
            .map_err(|e| StatementError::NotCose {
                reason: e.to_string(),
            })?;
        Self::parse(&bytes)
    }

    /// Decodes a signed charter and checks that every member it names has signed it.
    ///
    /// # Errors
    /// The first reason why it does not count.
    pub fn parse(bytes: &[u8]) -> Result<Self, StatementError> {
        if bytes.len() > STATEMENT_BYTES_MAX {
            return Err(StatementError::TooLarge {
                bytes: bytes.len(),
                max: STATEMENT_BYTES_MAX,
            });
        }
        let sign = CoseSign::from_tagged_slice(bytes).map_err(|e| StatementError::NotCose {
            reason: e.to_string(),
        })?;
        if sign.protected.header.content_type != Some(coset::ContentType::Text(CONTENT_TYPE.into())) {
            return Err(StatementError::Header {
                field: "content type (3)",
                reason: "must be that of a charter, version 1",
            });
        }
        let payload = sign.payload.as_deref().ok_or(StatementError::Header {
            field: "payload",
            reason: "is detached",
        })?;
        let charter: Charter = serde_json::from_slice(payload).map_err(|e| StatementError::Payload {
            kind: "charter",
            reason: e.to_string(),
        })?;
        charter.check()?;
        for member in &charter.members {
            let signed = sign.signatures.iter().any(|signature| {
                crate::KeyId::from_slice(&signature.protected.header.key_id)
                    .and_then(|id| member.statement_key(&id))
                    .is_some_and(|key| key.verifies(&sign.tbs_data(b"", signature), &signature.signature))
            });
            if !signed {
                return Err(StatementError::CharterUnsigned {
                    member: member.member.clone(),
                });
            }
        }
        Ok(Self {
            id: Digest::of(payload),
            charter,
            bytes: bytes.to_vec(),
        })
    }

    /// The charter's id.
    pub const fn id(&self) -> CharterId {
        self.id
    }

    /// The charter.
    pub const fn charter(&self) -> &Charter {
        &self.charter
    }

    /// The signed bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
