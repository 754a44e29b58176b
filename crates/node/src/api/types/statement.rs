//! Statements and their places in the logs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A statement's place in its member's log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StatementPlace {
    /// Statement id: SHA-256 of its bytes, hex.
    pub statement: String,
    /// Kind.
    pub kind: String,
    /// Issuer's DID.
    pub issuer: String,
    /// Member whose log holds it.
    pub member: String,
    /// Index in that log.
    pub index: u64,
    /// Digest of the blob that holds the payload, if it is not inside the statement.
    pub blob: Option<String>,
    /// Visibility class where that is narrower than the club: what such a statement says stands in its member's own overlay
    /// alone, never in an answer of a node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<String>,
}

/// `GET /api/v1/statements/{id}`: a statement decoded for people.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StatementView {
    /// Where it is.
    pub place: StatementPlace,
    /// Version of its kind.
    pub version: u32,
    /// Visibility class.
    pub visibility: String,
    /// Subject (a URI).
    pub subject: String,
    /// Valid time: first and last day the payload is about, where it says so.
    pub valid: Option<(String, String)>,
    /// Hex of the key id that signed it.
    pub key_id: String,
    /// Whether it was interpreted, and if not, why.
    pub status: String,
    /// Payload (JSON), absent where it is a large blob: then fetch `/api/v1/blobs/{digest}`.
    pub payload: Option<serde_json::Value>,
    /// Size of the payload, bytes.
    pub payload_bytes: u64,
    /// When this node recorded it (RFC 3339).
    pub recorded: String,
}

/// `GET /api/v1/statements/{id}/proof`: everything a browser needs to check the statement's place by itself.
///
/// Raw bytes of the statement: `/api/v1/statements/{id}/cose`. Leaf hash = SHA-256(0x00 ‖ bytes); fold the path per
/// RFC 9162 §2.1.3.2; compare with the root in the checkpoint; verify the checkpoint's Ed25519 signature.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InclusionProof {
    /// Member whose log it is.
    pub member: String,
    /// Index of the leaf.
    pub index: u64,
    /// Tree size of the checkpoint.
    pub size: u64,
    /// Leaf hash, hex.
    pub leaf: String,
    /// Audit path, hex, leaf to root.
    pub path: Vec<String>,
    /// The signed checkpoint (signed note text).
    pub checkpoint: String,
    /// The log's vkey from the charter.
    pub log_key: String,
    /// The key that signed the statement (Ed25519 public key, hex), from the charter.
    pub statement_key: String,
}
