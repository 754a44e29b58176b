//! Who answers, and with which twin.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/v1/node`: who answers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NodeInfo {
    /// Name of the club, from its charter.
    pub club: String,
    /// Charter id: SHA-256 of the charter's payload, hex.
    pub charter: String,
    /// This member's ISO 3166 alpha-3 code.
    pub member: String,
    /// This member's DID.
    pub did: String,
    /// Version of the software.
    pub version: String,
    /// All members in the charter's order.
    pub members: Vec<MemberInfo>,
    /// State of the twin at this node.
    pub twin: TwinState,
}

/// One member as this node sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MemberInfo {
    /// ISO 3166 alpha-3 code.
    pub member: String,
    /// DID.
    pub did: String,
    /// Base address of its node.
    pub address: String,
    /// The origin line of its log.
    pub origin: String,
    /// Verification key of its log (signed-note vkey).
    pub log_key: String,
    /// Entries of its log that this node holds.
    pub size: u64,
    /// When its log was last heard of (RFC 3339), absent if never.
    pub last_seen: Option<String>,
    /// Why its log could not be followed, in words, absent if it can.
    pub trouble: Option<String>,
}

/// `GET /api/v1/twin/digest`: what the twin is a function of, and its digest.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TwinState {
    /// `complete`, `incomplete` or `building`.
    pub state: String,
    /// Digest of the facts, hex; absent unless complete, and where only what was published by a day is shown.
    pub digest: Option<String>,
    /// The cut.
    pub cut: CutInfo,
    /// Blobs that the cut needs and this node lacks, hex, with the statement that names each.
    pub missing: Vec<MissingBlob>,
    /// The day by which everything shown was published; absent where nothing was left out.
    #[serde(default)]
    pub published_by: Option<String>,
    /// Number of observations.
    pub observations: u64,
    /// Number of sites.
    pub sites: u64,
    /// Number of notices.
    pub notices: u64,
    /// Statements logged but not interpreted: unknown kinds, versions or payloads, each with its reason.
    pub uninterpreted: u64,
}

/// A cut: the point in every member's log that a twin is a function of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CutInfo {
    /// Id of the cut: SHA-256 over the fields below, hex.
    pub id: String,
    /// Charter id, hex.
    pub charter: String,
    /// Tree size of each member's log, by member code.
    pub sizes: std::collections::BTreeMap<String, u64>,
    /// Digest of the vocabulary, hex.
    pub vocabulary: String,
    /// Version of the choice rules.
    pub rules: String,
}

/// A blob that is not here.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MissingBlob {
    /// SHA-256 of the blob, hex.
    pub blob: String,
    /// The statement that names it.
    pub statement: String,
    /// Member that issued it.
    pub member: String,
}
