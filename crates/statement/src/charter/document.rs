//! What a charter says: the club, its members with their roles and keys, and the documents that count.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::limits::MEMBERS_MAX;
use crate::{Digest, KeyId, StatementError, StatementKey, TransportKey, ed25519_spki, tls_pin};

/// Type of an ML-DSA-44 cosigner's verifier key (C2SP tlog-cosignature).
const ML_DSA_44_TYPE: u8 = 0x06;

/// Bytes of an ML-DSA-44 public key (FIPS 204).
const ML_DSA_44_KEY_BYTES: usize = 1312;

/// The id of a charter: SHA-256 of its payload.
pub type CharterId = Digest;

/// What holds in one version of the charter; see [`crate::CharterVersion`] for how it follows the version before.
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
    /// Producer nation with a narrower role: it states and is witnessed, and neither votes nor witnesses.
    Associate,
}

impl Role {
    /// Whether its signature counts towards the threshold of the charter.
    pub const fn may_vote(self) -> bool {
        matches!(self, Self::Member)
    }

    /// Whether its cosignatures count towards the quorum of other members' logs.
    pub const fn counts_as_witness(self) -> bool {
        matches!(self, Self::Member)
    }

    /// Whether it has a log in which its statements count.
    pub const fn may_state(self) -> bool {
        matches!(self, Self::Member | Self::Associate)
    }

    /// Whether the other members cosign its log.
    pub const fn is_witnessed(self) -> bool {
        self.may_state()
    }
}

/// What a key is for. No key has two purposes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum KeyPurpose {
    /// Signs the member's statements, and the charter.
    Statement,
    /// Signs checkpoints of the member's log.
    Log,
    /// Cosigns checkpoints of other members' logs: no other history was seen.
    Witness,
    /// Cosigns the same checkpoints once more, with ML-DSA-44: a second line against quantum computers.
    #[serde(rename = "witness_ml_dsa")]
    WitnessMlDsa,
    /// Cosigns checkpoints of other members' logs: the entries are held.
    Mirror,
    /// Signs the requests of the member's node to other nodes.
    Transport,
    /// That of TLS at the member's node; the charter has its pin.
    Tls,
}

impl KeyPurpose {
    /// All purposes.
    pub const ALL: [Self; 7] = [
        Self::Statement,
        Self::Log,
        Self::Witness,
        Self::WitnessMlDsa,
        Self::Mirror,
        Self::Transport,
        Self::Tls,
    ];

    /// Whether what it signs stands in the member's own log; a cosigner's key signs about the others' logs.
    pub const fn is_about_own_log(self) -> bool {
        matches!(self, Self::Statement | Self::Log)
    }

    /// Whether it is a key between nodes: it counts while the version in force names it, and what it signed is not kept.
    pub const fn is_between_nodes(self) -> bool {
        matches!(self, Self::Transport | Self::Tls)
    }

    /// Whether a member may have none: it adds the first one as it changes others, and gives the last one up by revoking it.
    pub const fn is_optional(self) -> bool {
        matches!(self, Self::WitnessMlDsa | Self::Transport | Self::Tls)
    }

    /// Whether a key that is revoked without a new one goes from the list. Of log, witness and mirror keys a member has one
    /// always, so that one stays listed and counts no further.
    pub const fn goes_when_revoked(self) -> bool {
        matches!(self, Self::Statement) || self.is_optional()
    }

    /// As it stands in the charter: `statement`, `log`, `witness`, `witness_ml_dsa`, `mirror`, `transport` or `tls`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Statement => "statement",
            Self::Log => "log",
            Self::Witness => "witness",
            Self::WitnessMlDsa => "witness_ml_dsa",
            Self::Mirror => "mirror",
            Self::Transport => "transport",
            Self::Tls => "tls",
        }
    }

    /// What makes two keys the same, however each is written: the pin of the public key, since of a TLS key the charter
    /// has no more. A verifier key is `name+id+base64(type ‖ public key)`; one that cannot be read is only the same as
    /// itself.
    pub(super) fn material(self, key: &str) -> String {
        let public = match self {
            Self::Tls => return key.to_ascii_lowercase(),
            Self::Statement | Self::Transport => hex::decode(key).ok(),
            Self::Log | Self::Witness | Self::WitnessMlDsa | Self::Mirror => key
                .splitn(3, '+')
                .nth(2)
                .and_then(|typed| STANDARD.decode(typed).ok())
                .filter(|typed| typed.len() > 32)
                .map(|typed| typed[1..].to_vec()),
        };
        let Some(public) = public else {
            return key.to_owned();
        };
        // All keys of 32 bytes are Ed25519; others have no TLS key that could be the same.
        match <&[u8; 32]>::try_from(public.as_slice()) {
            Ok(ed25519) => tls_pin(&ed25519_spki(ed25519)).to_string(),
            Err(_) => hex::encode(public),
        }
    }

    /// The key as people compare it: the id that statements or requests name, a pin, or a verifier key's name and id.
    pub fn shown(self, key: &str) -> String {
        match self {
            Self::Statement | Self::Transport => {
                StatementKey::from_hex(key).map_or_else(|_| key.to_owned(), |key| key.id().to_string())
            }
            Self::Tls => key.to_owned(),
            Self::Log | Self::Witness | Self::WitnessMlDsa | Self::Mirror => {
                key.splitn(3, '+').take(2).collect::<Vec<_>>().join("+")
            }
        }
    }
}

impl fmt::Display for KeyPurpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
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
    /// The witness's second verifier key, of ML-DSA-44 (type 0x06, 1312 bytes) and under the same name: absent for most, and
    /// in charters from before there were such keys. Whoever cannot verify with it counts the first key alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness_ml_dsa: Option<String>,
    /// The mirror's verifier key (signed-note vkey).
    pub mirror: String,
    /// Ed25519 public key that signs requests to other nodes, hex. Charters from before there were such keys lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
    /// Pin of the TLS key: SHA-256 of its SubjectPublicKeyInfo, hex. Charters from before there were such keys lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
}

impl MemberKeys {
    /// The keys of that purpose: any number for statements, one at most of the optional ones, one for each other.
    pub fn of(&self, purpose: KeyPurpose) -> &[String] {
        match purpose {
            KeyPurpose::Statement => &self.statement,
            KeyPurpose::Log => std::slice::from_ref(&self.log),
            KeyPurpose::Witness => std::slice::from_ref(&self.witness),
            KeyPurpose::WitnessMlDsa => self.witness_ml_dsa.as_slice(),
            KeyPurpose::Mirror => std::slice::from_ref(&self.mirror),
            KeyPurpose::Transport => self.transport.as_slice(),
            KeyPurpose::Tls => self.tls.as_slice(),
        }
    }

    /// The key that signs requests to other nodes, parsed; what is no key was refused when the charter was checked.
    pub fn transport_key(&self) -> Option<TransportKey> {
        TransportKey::from_hex(self.transport.as_deref()?).ok()
    }

    /// The pin of the TLS key, parsed.
    pub fn tls_pin(&self) -> Option<Digest> {
        self.tls.as_deref()?.parse().ok()
    }

    /// Every key with its purpose.
    pub fn all(&self) -> impl Iterator<Item = (KeyPurpose, &str)> {
        KeyPurpose::ALL
            .into_iter()
            .flat_map(|purpose| self.of(purpose).iter().map(move |key| (purpose, key.as_str())))
    }

    /// Whether that key is among those of its purpose, however it is written.
    pub(super) fn has(&self, purpose: KeyPurpose, key: &str) -> bool {
        let material = purpose.material(key);
        self.of(purpose)
            .iter()
            .any(|own| purpose.material(own) == material)
    }

    /// The statement keys, parsed; what is no key was refused when the charter was checked.
    pub(super) fn statement_keys(&self) -> impl Iterator<Item = StatementKey> {
        self.statement
            .iter()
            .filter_map(|key| StatementKey::from_hex(key).ok())
    }
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

    /// The members whose signatures count towards the threshold.
    pub fn voters(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.role.may_vote())
    }

    /// The members whose cosignatures count towards the quorum of the log of `of`: all that witness, without itself.
    pub fn witnesses<'a>(&'a self, of: &'a str) -> impl Iterator<Item = &'a Member> {
        self.members
            .iter()
            .filter(move |member| member.role.counts_as_witness() && member.member != of)
    }

    pub(super) fn check(&self) -> Result<(), StatementError> {
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
            if let Some(key) = &member.keys.witness_ml_dsa {
                check_ml_dsa(&member.member, &member.keys.witness, key)?;
            }
            if let Some(key) = &member.keys.transport {
                TransportKey::from_hex(key)?;
            }
            if let Some(pin) = &member.keys.tls {
                pin.parse::<Digest>().map_err(|_| StatementError::BadKey {
                    reason: "the pin of a TLS key is a SHA-256 of 64 hexadecimal digits",
                })?;
            }
        }
        Ok(())
    }
}

/// Checks the form of a second witness key. No mathematics is needed for it, so that every build refuses the same charters.
fn check_ml_dsa(member: &str, witness: &str, key: &str) -> Result<(), StatementError> {
    let wrong = |reason| StatementError::BadWitnessKey {
        member: member.to_owned(),
        reason,
    };
    let mut parts = key.splitn(3, '+');
    let (Some(name), Some(id), Some(typed)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(wrong(
            "it is no verifier key: a name, an id and the key, joined by `+`",
        ));
    };
    if witness.split('+').next() != Some(name) {
        return Err(wrong("it has another name than the witness's first key"));
    }
    let typed = STANDARD
        .decode(typed)
        .map_err(|_| wrong("it does not end in canonical base64"))?;
    if typed.first() != Some(&ML_DSA_44_TYPE) || typed.len() != 1 + ML_DSA_44_KEY_BYTES {
        return Err(wrong("it is not of type 0x06 with the 1312 bytes of ML-DSA-44"));
    }
    let named = Digest::of(&[name.as_bytes(), b"\n", &typed].concat());
    if !hex::encode(&named.as_bytes()[..4]).eq(id) {
        return Err(wrong("its id is not that of its name and bytes"));
    }
    Ok(())
}

impl Member {
    /// The statement key of that id, if the member has it.
    pub fn statement_key(&self, id: &KeyId) -> Option<StatementKey> {
        self.keys.statement_keys().find(|key| key.id() == *id)
    }

    /// The member's statement keys, parsed: to be kept where many statements are verified.
    pub fn statement_keys(&self) -> Vec<StatementKey> {
        self.keys.statement_keys().collect()
    }

    /// The origin of the member's log: the name in its verifier key.
    pub fn origin(&self) -> &str {
        self.keys.log.split('+').next().unwrap_or_default()
    }
}
