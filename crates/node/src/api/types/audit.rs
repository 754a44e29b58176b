//! What this node knows of the members' logs: whether they stand, who has cosigned them, who has copies.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/v1/audit`: the logs of the club as this node sees them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Audit {
    /// Code of the member that answers.
    pub member: String,
    /// When it answered (RFC 3339).
    pub at: String,
    /// Cosignatures by other members that make a checkpoint *witnessed*; absent in a club too small for it.
    pub needed: Option<u32>,
    /// Members other than a log's own.
    pub others: u32,
    /// The logs, in the charter's order.
    pub logs: Vec<AuditLog>,
}

/// One member's log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuditLog {
    /// Code of the member whose log it is.
    pub member: String,
    /// Its origin line.
    pub origin: String,
    /// Its verifier key (signed-note vkey).
    pub key: String,
    /// How it stands.
    pub standing: Standing,
    /// Why it is not followed, or signs nothing, in words; absent if nothing is wrong.
    pub trouble: Option<String>,
    /// Entries that this node holds of it.
    pub size: u64,
    /// Root of these, hex; absent while nothing is held.
    pub root: Option<String>,
    /// The checkpoint of that size with its cosignatures (signed note); absent while nothing is held.
    pub checkpoint: Option<String>,
    /// Whether enough members have cosigned that checkpoint.
    pub witnessed: bool,
    /// Who has cosigned it, in the charter's order.
    pub cosigners: Vec<Cosigner>,
    /// Who holds copies, in the charter's order; members that have not said are left out.
    pub copies: Vec<Copied>,
    /// When the log was last heard of (RFC 3339); absent if never, and for the member's own.
    pub last_seen: Option<String>,
    /// Proof that the log contradicts itself, if there is any.
    pub evidence: Vec<EvidenceView>,
}

/// How a log stands at this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It is followed, or it is the member's own and signs.
    Followed,
    /// It was not heard of yet.
    Unheard,
    /// It could not be followed when it was last tried.
    Troubled,
    /// The member's own log has started and waits for the others to say what they know of it.
    Waiting,
    /// It is proven to contradict itself: followed and cosigned no further until the charter decides.
    Frozen,
    /// The member's own log signs nothing more: what it signed before is not what is held here.
    Shut,
}

/// A member that cosigned a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cosigner {
    /// Its code.
    pub member: String,
    /// When, by its own clock (RFC 3339).
    pub at: String,
}

/// A copy of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Copied {
    /// Code of the member that holds it.
    pub member: String,
    /// Entries that it holds.
    pub size: u64,
    /// Entries that it lacks of what this node holds.
    pub behind: u64,
}

/// Proof that a log contradicts itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EvidenceView {
    /// When this node first had it (RFC 3339).
    pub found: String,
    /// Id of the statement in this member's own log that says it, hex.
    pub statement: String,
    /// What it proves, in English.
    pub english: String,
    /// The same in French.
    pub french: String,
    /// Size of the smaller of the two trees.
    pub smaller_size: u64,
    /// Its root, hex.
    pub smaller_root: String,
    /// Size of the larger, or of the other.
    pub larger_size: u64,
    /// Root that the larger has at the smaller size, hex.
    pub larger_root_at_smaller: String,
}
