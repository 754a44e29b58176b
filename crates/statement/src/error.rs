//! What can be wrong with a statement.

use didymium_vocabulary::VocabularyError;

use crate::{Digest, KeyId, KeyPurpose, Kind, StatementId};

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
    /// A second witness key that is none.
    #[error("the ML-DSA-44 witness key of {member} may not stand in a charter: {reason}")]
    BadWitnessKey {
        /// Code of the member.
        member: String,
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
    /// A draft with visibility `sealed` would have been signed with its payload readable.
    #[error("a sealed statement may not carry its payload: seal the draft, do not sign it")]
    SealedInTheClear,
    /// A kind that is there to be read by everybody.
    #[error("a `{kind}` may not be sealed: others must be able to read what it does")]
    MayNotBeSealed {
        /// The kind.
        kind: Kind,
    },
    /// An opening for a statement that carries its payload.
    #[error("statement {statement} is not sealed: its payload is read without an opening")]
    NotSealed {
        /// The statement.
        statement: StatementId,
    },
    /// An opening that is not what the statement commits to.
    #[error("this opening is not what statement {statement} commits to: salt or payload are other ones")]
    WrongOpening {
        /// The statement.
        statement: StatementId,
    },
    /// Too few bytes for a salt, or too many for a payload.
    #[error(
        "{bytes} bytes are no opening of a sealed statement (32 bytes of salt, then at most 16 MiB of payload)"
    )]
    NotAnOpening {
        /// How many there are.
        bytes: usize,
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
    /// The key is the member's, and the entry stands before the place from which it counts.
    #[error("entry {index} of the log of {member} is signed by key {key}, which counts from entry {from} on")]
    KeyNotYet {
        /// The key named.
        key: KeyId,
        /// The member.
        member: String,
        /// Index of the entry, from 0.
        index: u64,
        /// First index for which the key counts.
        from: u64,
    },
    /// The key was the member's, and the entry stands at or after the place up to which it counts.
    #[error(
        "entry {index} of the log of {member} is signed by key {key}, which was {how} and counts for entries below {until} only"
    )]
    KeyEnded {
        /// The key named.
        key: KeyId,
        /// The member.
        member: String,
        /// Index of the entry, from 0.
        index: u64,
        /// First index for which the key no longer counts.
        until: u64,
        /// `retired` or `revoked`.
        how: &'static str,
    },
    /// A version after the first was read without the version that it follows.
    #[error(
        "version {version} of a charter counts only together with the versions before it: read the whole chain"
    )]
    CharterNeedsChain {
        /// Its version.
        version: u32,
    },
    /// The first version has no version before it, and every other has one.
    #[error("charter version {version} must {} `succession`", if *version == 1 { "not have a" } else { "have a" })]
    CharterSuccession {
        /// Its version.
        version: u32,
    },
    /// A version number was skipped or repeated.
    #[error("charter has version {found}, the next one is {expected}")]
    CharterVersionNumber {
        /// What it says.
        found: u32,
        /// What would be right.
        expected: u32,
    },
    /// It follows another version than the one in force.
    #[error(
        "charter version {version} follows {previous}, in force is version {head_version}, {head}: propose it anew on that"
    )]
    CharterNotSuccessor {
        /// Its version.
        version: u32,
        /// The version it follows.
        previous: Digest,
        /// Version in force.
        head_version: u32,
        /// Its id.
        head: Digest,
    },
    /// A first version, but of another club.
    #[error("charter {found} founds another club than {expected}")]
    CharterOfOtherClub {
        /// The first version that is there.
        found: Digest,
        /// The first version that is trusted.
        expected: Digest,
    },
    /// The club would change its name.
    #[error("the club is called `{from}` for ever, the new version says `{to}`")]
    CharterClub {
        /// Its name.
        from: String,
        /// What the new version says.
        to: String,
    },
    /// Nobody could sign a next version.
    #[error("charter version {version} has no voting member: at least one must be a full member")]
    CharterNoVoter {
        /// Its version.
        version: u32,
    },
    /// A threshold that two separate halves could reach, or nobody.
    #[error(
        "threshold of {threshold} signatures: with {voters} voting members it must be {least} to {voters}"
    )]
    CharterThreshold {
        /// What it says.
        threshold: usize,
        /// Least that is allowed: more than half of the voting members.
        least: usize,
        /// Voting members.
        voters: usize,
    },
    /// A member would be known by another name.
    #[error("{what} of {member} is `{from}` for ever, the new version says `{to}`")]
    CharterNameChanged {
        /// The member.
        member: String,
        /// DID, domain or log origin.
        what: &'static str,
        /// What it is.
        from: String,
        /// What the new version says.
        to: String,
    },
    /// A name of one member, present or former, would become another's.
    #[error("{what} `{value}` belongs to {owner}, and cannot become that of {claimant}")]
    CharterChangesHands {
        /// DID, domain or log origin.
        what: &'static str,
        /// The name.
        value: String,
        /// Whose it is.
        owner: String,
        /// Who would have it.
        claimant: String,
    },
    /// A key would have a second use, or come back.
    #[error("key `{key}` cannot be {now}: it is or was {was}; make a new key")]
    CharterKeyReused {
        /// The key, as people compare it.
        key: String,
        /// What it would be.
        now: String,
        /// What it is or was.
        was: String,
    },
    /// A key is gone from the list, and nobody says why.
    #[error("{purpose} key `{key}` of {member} is no longer listed: name it as retired or as revoked")]
    CharterKeyDropped {
        /// The member.
        member: String,
        /// What it was for.
        purpose: KeyPurpose,
        /// The key, as people compare it.
        key: String,
    },
    /// A retirement or revocation breaks a rule.
    #[error("{what} of `{key}`, {holder}: {reason}")]
    CharterKeyEnd {
        /// `retirement` or `revocation`.
        what: &'static str,
        /// The key, as people compare it.
        key: String,
        /// Whose it is said to be, and what for.
        holder: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// A line of the cut is missing or wrong.
    #[error("cut of the charter: {member} {reason}")]
    CharterCut {
        /// The member whose log it is.
        member: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// A new statement key has not signed the version that brings it.
    #[error("charter brings key {key} of {member}, which has not signed it: sign with the new key too")]
    CharterKeyUnproved {
        /// The member.
        member: String,
        /// The key.
        key: KeyId,
    },
    /// Too few voting members have signed.
    #[error(
        "charter has {signed} of {needed} signatures needed under version {version}; not yet signed: {unsigned}"
    )]
    CharterBelowThreshold {
        /// The version whose members and keys are counted.
        version: u32,
        /// Members that have signed.
        signed: usize,
        /// Members that must.
        needed: usize,
        /// Those who have not, by code.
        unsigned: String,
    },
    /// A signature by a key of nobody, or by one that the version revokes.
    #[error(
        "charter is signed by key {key}, which is no statement key of a member in this version or the one before, or is revoked by it"
    )]
    CharterStranger {
        /// The key named.
        key: KeyId,
    },
    /// A proposal that no voting member stands behind.
    #[error(
        "proposal {charter} is signed by no voting member of the version in force: one must sign it first"
    )]
    CharterUnsponsored {
        /// The charter proposed.
        charter: Digest,
    },
    /// A signature of a charter that nobody has proposed here.
    #[error("no open proposal {charter}: send the proposal itself")]
    CharterProposalUnknown {
        /// The charter signed.
        charter: Digest,
    },
    /// Two versions with the same number count, so none can follow.
    #[error(
        "two versions {version} of the charter count, both signed by {signed_both}: nothing more is adopted until the members have settled which one holds"
    )]
    CharterForked {
        /// The version that there is twice.
        version: u32,
        /// Members that signed both, by code.
        signed_both: String,
    },
    /// The bytes are not a chain of charters.
    #[error("not a chain of charters: must be a CBOR array of signed charters, oldest first, each once")]
    NotAChain,
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
