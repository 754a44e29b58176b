//! The charter as this node has it: who is in the club, by which rules it changes, how it has changed, what is proposed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Page;

/// `GET /api/v1/governance`: the charter, its versions, what is proposed to follow.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Governance {
    /// Code of the member that answers.
    pub member: String,
    /// When it answered (RFC 3339).
    pub at: String,
    /// Name of the club, from its charter.
    pub name: String,
    /// Id of the charter's first version, hex: the club's name among clubs, which never changes.
    pub club: String,
    /// Number of the version in force.
    pub version: u32,
    /// Its id, hex.
    pub charter: String,
    /// Signatures that the next version needs under the version in force.
    pub threshold: VotesNeeded,
    /// What makes an entry of this member's log witnessed.
    pub quorum: WitnessQuorum,
    /// The members, in the charter's order.
    pub members: Vec<CharterMember>,
    /// Members that have left, by code.
    pub former: Vec<FormerMember>,
    /// The versions, newest first.
    pub versions: Page<CharterVersionView>,
    /// What is proposed to follow the version in force.
    pub proposals: Vec<CharterProposal>,
    /// The fork of the charter, if one was seen: from then on nothing more is adopted.
    pub fork: Option<CharterForkView>,
    /// A version that counts and that this node does not adopt.
    pub refused: Option<CharterRefusal>,
}

/// How many of the voting members must sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VotesNeeded {
    /// Signatures needed.
    pub needed: u32,
    /// Voting members.
    pub voters: u32,
}

/// How many witnesses must cosign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WitnessQuorum {
    /// Members other than the log's own that witness, n.
    pub witnesses: u32,
    /// Cosignatures needed, k; absent in a club too small for it.
    pub needed: Option<u32>,
    /// Witnesses that may lie or be absent, f; 0 where there is no quorum.
    pub faulty: u32,
}

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CharterRole {
    /// It states, votes and witnesses.
    Member,
    /// It states and is witnessed; it neither votes nor witnesses.
    Associate,
}

// Not `KeyPurpose` of the statements: that one stands in signed charters for ever and belongs to a floor that knows nothing of
// OpenAPI, this one is the API's, as all types here are. `views::governance::key_use` names each of one for each of the other
// and is tested to write the same words.
/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyUse {
    /// Signs the member's statements, and the charter.
    Statement,
    /// Signs the checkpoints of its log.
    Log,
    /// Cosigns the others' checkpoints: no other history was seen.
    Witness,
    /// Cosigns the same checkpoints with ML-DSA-44, as a second line against quantum computers.
    #[serde(rename = "witness_ml_dsa")]
    WitnessMlDsa,
    /// Cosigns the others' checkpoints: the entries are held.
    Mirror,
    /// Signs the requests of its node to others.
    Transport,
    /// That of TLS at its node.
    Tls,
}

/// A member in the version in force.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CharterMember {
    /// ISO 3166 alpha-3 code.
    pub member: String,
    /// What it may do.
    pub role: CharterRole,
    /// Number of the version since which it is in without a break.
    pub since: u32,
    /// Its DID.
    pub did: String,
    /// Address of its node, as the charter gives it.
    pub address: String,
    /// Its keys.
    pub keys: Vec<CharterKey>,
}

/// A public key of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CharterKey {
    /// What it is for.
    pub purpose: KeyUse,
    /// As people compare it: the id that statements name, or name and id of the verifier key.
    pub id: String,
    /// The whole key: hex, or a verifier key (signed-note vkey).
    pub key: String,
    /// Whether it is revoked, and listed because no other has taken its place.
    pub revoked: bool,
}

/// A member that has left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FormerMember {
    /// ISO 3166 alpha-3 code.
    pub member: String,
    /// Entries of its log that go on counting.
    pub size: u64,
}

/// A version of the charter.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CharterVersionView {
    /// Its number.
    pub version: u32,
    /// Its id, hex: SHA-256 of its payload.
    pub id: String,
    /// Since when this node knows it (RFC 3339), by its own clock; absent if that was not written down. A charter has no
    /// date of its own.
    pub known_since: Option<String>,
    /// Codes of its members, in its order.
    pub members: Vec<String>,
    /// What it changes; nothing for the first.
    pub changes: Vec<CharterChange>,
    /// Codes of everybody who has signed it, voting or not.
    pub signed: Vec<String>,
    /// Votes under the version before; absent for the first.
    pub before: Option<CharterVotes>,
    /// Votes under the version itself.
    pub after: CharterVotes,
}

/// Votes under the keys of one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CharterVotes {
    /// Number of that version.
    pub version: u32,
    /// Signatures needed.
    pub needed: u32,
    /// Voting members that have signed.
    pub signed: Vec<String>,
    /// Voting members that have not.
    pub unsigned: Vec<String>,
}

/// What is proposed to follow the version in force.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CharterProposal {
    /// Its id, hex.
    pub id: String,
    /// Number of the version that it would be.
    pub version: u32,
    /// Whether it is a request that no voting member has taken up: it is shown, and not passed on.
    pub requested: bool,
    /// What it changes.
    pub changes: Vec<CharterChange>,
    /// Codes of everybody who has signed it, voting or not.
    pub signed: Vec<String>,
    /// Votes under the version in force.
    pub before: Option<CharterVotes>,
    /// Votes under the proposed version.
    pub after: CharterVotes,
    /// Members that must sign for themselves and have not.
    pub unconsenting: Vec<String>,
    /// Members whose new statement key must sign and has not.
    pub unproved: Vec<String>,
    /// What this node's copies of the logs have against it, in English; not said of requests.
    pub objection: Option<String>,
}

/// Two versions where there can be only one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CharterForkView {
    /// Number that both have.
    pub version: u32,
    /// Id of the one adopted here, hex.
    pub ours: String,
    /// Id of the other, hex.
    pub theirs: String,
    /// Members that signed both.
    pub signed_both: Vec<String>,
}

/// A version that counts and is not adopted here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CharterRefusal {
    /// Its number.
    pub version: u32,
    /// What contradicts it, in English.
    pub reason: String,
}

/// A kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// `member` joins in `role`.
    MemberJoined,
    /// `member`, which had left, is back in `role`; its log counts again from `size`.
    MemberReturned,
    /// `member` leaves; its log goes on counting up to `size`, with that `root`.
    MemberLeft,
    /// `member` has `role` after `role_before`.
    RoleChanged,
    /// A key of `member` for `purpose`, `from`, gives way to `to`, and counts up to `size`.
    KeyRotated,
    /// `member` has one key more for `purpose`, `to`.
    KeyAdded,
    /// `member` gives up a key for `purpose`, `from`, which counts up to `size`.
    KeyRetired,
    /// A key of `member` for `purpose`, `from`, was lost or stolen: it counts up to `last_good`, for a `reason`.
    KeyRevoked,
    /// The next version needs `threshold` signatures, after `threshold_before`.
    ThresholdChanged,
    /// The node of `member` moves `from` one address `to` another.
    AddressChanged,
    /// Statements are read with another vocabulary: digests.
    VocabularyChanged,
    /// The twin is computed by other rules: versions.
    RulesChanged,
    /// Statements are checked against other schemas: digests.
    SchemasChanged,
}

/// One difference between a version and the one before; what does not belong to its kind is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CharterChange {
    /// What it is.
    pub change: ChangeKind,
    /// The change as an English sentence.
    pub english: String,
    /// The same in French.
    pub french: String,
    /// Code of the member whom it concerns.
    pub member: Option<String>,
    /// Role now.
    pub role: Option<CharterRole>,
    /// Role before.
    pub role_before: Option<CharterRole>,
    /// What the key is for.
    pub purpose: Option<KeyUse>,
    /// What goes: a key's id, an address, a digest, a version of rules.
    pub from: Option<String>,
    /// What comes.
    pub to: Option<String>,
    /// Size of the member's log at which something ends or begins.
    pub size: Option<u64>,
    /// Root of the log at that size, hex.
    pub root: Option<String>,
    /// The last good states of the logs on which a revoked key counts.
    pub last_good: Vec<GoodHead>,
    /// Why a key is revoked, as its proposer put it.
    pub reason: Option<String>,
    /// Signatures needed now.
    pub threshold: Option<VotesNeeded>,
    /// Signatures needed before.
    pub threshold_before: Option<VotesNeeded>,
}

/// A state of a log up to which something counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GoodHead {
    /// Code of the member whose log it is.
    pub member: String,
    /// Entries.
    pub size: u64,
    /// Root over them, hex.
    pub root: String,
}
