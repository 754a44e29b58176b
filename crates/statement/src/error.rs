//! What can be wrong with a statement.

use didymium_vocabulary::VocabularyError;

use crate::{Digest, KeyId};

/// Why something is not a valid statement, charter or payload. One variant a cause.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// Longer than a log entry may be.
    #[error("statement has {bytes} bytes, at most {max} fit a log entry")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// The bytes are not a tagged COSE_Sign1 (or, for a charter, COSE_Sign).
    #[error("not a COSE signed message: {reason}")]
    NotCose {
        /// What the decoder said.
        reason: String,
    },
    /// The bytes decode but are not the one canonical encoding, so another encoding would have another name.
    #[error("not in canonical encoding: the same content must have the same bytes")]
    NotCanonical,
    /// A header that must be there is missing or of the wrong type.
    #[error("protected header lacks `{field}`: {reason}")]
    Header {
        /// Which header parameter or claim.
        field: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The content type is not one of ours.
    #[error("content type `{text}` is not `application/vnd.didymium.KIND+json; version=N`")]
    NotOurMediaType {
        /// What it says.
        text: String,
    },
    /// No such visibility class.
    #[error("visibility `{text}` is none of public, club, home, parties, sealed")]
    UnknownVisibility {
        /// What it says.
        text: String,
    },
    /// Not 64 lower-case hexadecimal digits.
    #[error("`{text}` is not a SHA-256 digest (64 lower-case hexadecimal digits)")]
    NotADigest {
        /// What it says.
        text: String,
    },
    /// A public key that may not enter the club.
    #[error("not an acceptable Ed25519 public key: {reason}")]
    BadKey {
        /// Why.
        reason: &'static str,
    },
    /// The statement names a key that its issuer does not have under the charter.
    #[error("key {key} is not a statement key of {issuer} under the charter")]
    UnknownKey {
        /// The key named.
        key: KeyId,
        /// The issuer claimed.
        issuer: String,
    },
    /// The issuer is not the member in whose log the statement stands.
    #[error("issuer {issuer} may not write to the log of {member}")]
    WrongIssuer {
        /// The issuer claimed.
        issuer: String,
        /// The log's member.
        member: String,
    },
    /// The signature does not verify.
    #[error("signature by key {key} does not verify: the statement was altered or forged")]
    BadSignature {
        /// The key named.
        key: KeyId,
    },
    /// The blob is not the one the statement names.
    #[error("blob has digest {found}, the statement names {expected}")]
    WrongBlob {
        /// Digest in the statement.
        expected: Digest,
        /// Digest of the bytes given.
        found: Digest,
    },
    /// The payload's JSON does not fit its kind.
    #[error("payload of a {kind} does not fit its schema: {reason}")]
    Payload {
        /// The kind.
        kind: &'static str,
        /// What the parser said.
        reason: String,
    },
    /// A field of a payload breaks a rule.
    #[error("field `{field}`: `{value}` {reason}")]
    Field {
        /// The field or column.
        field: &'static str,
        /// What it says (cut to a readable length).
        value: String,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// A key, number or period that the vocabulary does not know.
    #[error("field `{field}`: {source}")]
    Vocabulary {
        /// The field or column.
        field: &'static str,
        /// What the vocabulary said.
        source: VocabularyError,
    },
    /// A row of a table breaks a rule.
    #[error("row {row}: {source}")]
    Row {
        /// Row of the payload's table, from 1.
        row: usize,
        /// What is wrong.
        source: Box<StatementError>,
    },
    /// More items than a named limit allows.
    #[error("{what}: {count} given, at most {max} allowed")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// The charter is not signed by a member it names.
    #[error("charter lacks a valid signature of {member}")]
    CharterUnsigned {
        /// The member.
        member: String,
    },
    /// The charter names the same thing twice.
    #[error("charter names {what} `{value}` twice")]
    CharterRepeats {
        /// What.
        what: &'static str,
        /// Which.
        value: String,
    },
}

impl StatementError {
    /// A field error whose value is cut to a readable length.
    pub(crate) fn field(field: &'static str, value: &str, reason: impl Into<String>) -> Self {
        Self::Field {
            field,
            value: value.chars().take(80).collect(),
            reason: reason.into(),
        }
    }
}
