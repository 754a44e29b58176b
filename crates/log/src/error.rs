//! Everything that can be wrong with a tree, a proof, a note or a checkpoint.

use crate::hash::Hash;
use crate::note::KeyId;
use crate::tile::{BundleId, TileId};

/// One variant per cause; what was found and what was expected stand inside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// A hash is not 32 bytes, or not 64 hexadecimal digits.
    #[error("a hash has 32 bytes (64 hexadecimal digits), found {found} bytes")]
    HashLength {
        /// Bytes found; for hexadecimal text, half of its digits.
        found: usize,
    },
    /// Text that should be a hash holds something other than hexadecimal digits.
    #[error("`{text}` is not a hash in hexadecimal digits")]
    HashText {
        /// The text, cut after 80 characters.
        text: String,
    },

    /// Level, index or width of a tile lies outside the format's limits.
    #[error("no such tile: level {level} (0 to 63), width {width} (1 to 256)")]
    TileOutOfRange {
        /// Tile level.
        level: u8,
        /// Width in hashes.
        width: u16,
    },
    /// A path is not one that C2SP tlog-tiles allows.
    #[error("`{path}` is not a tile path: {reason}")]
    TilePath {
        /// The path, cut after 80 characters.
        path: String,
        /// The rule that it breaks.
        reason: &'static str,
    },
    /// A tile that the tree needs is not there.
    #[error("tile `{tile}` is missing")]
    TileMissing {
        /// The tile that was asked for.
        tile: TileId,
    },
    /// A tile holds fewer hashes, or other bytes, than its width says.
    #[error("tile `{tile}` has {found} bytes, expected {}", usize::from(tile.width) * 32)]
    TileLength {
        /// The tile that was asked for.
        tile: TileId,
        /// Bytes found.
        found: usize,
    },
    /// An entry is longer than a bundle can carry.
    #[error(
        "entry {position} has {found} bytes, at most {} are allowed",
        crate::tile::MAX_ENTRY_BYTES
    )]
    EntryTooLong {
        /// Position of the entry in its bundle or batch, from 0.
        position: usize,
        /// Bytes found.
        found: usize,
    },
    /// A bundle has no entry or more than 256.
    #[error("an entry bundle holds 1 to 256 entries, found {found}")]
    BundleWidth {
        /// Entries found.
        found: usize,
    },
    /// A bundle ends inside an entry, or goes on after its last one.
    #[error("entry bundle is broken at byte {offset}: {reason}")]
    BundleBytes {
        /// Where it breaks, in bytes from the start.
        offset: usize,
        /// What is wrong there.
        reason: &'static str,
    },

    /// A tree may not grow beyond [`crate::tree::MAX_TREE_SIZE`].
    #[error(
        "tree size {size} plus {added} exceeds the limit of {}",
        crate::tree::MAX_TREE_SIZE
    )]
    TreeFull {
        /// Size before.
        size: u64,
        /// Leaves that were to be added.
        added: u64,
    },
    /// The nodes of a compact range do not fit its size.
    #[error("a compact range of size {size} has {expected} nodes, found {found}")]
    EdgeNodes {
        /// Tree size.
        size: u64,
        /// Nodes that the size needs: its one bits.
        expected: u32,
        /// Nodes found.
        found: usize,
    },
    /// A leaf lies outside the tree or subtree.
    #[error("leaf {index} lies outside [{start}, {end})")]
    LeafOutside {
        /// Leaf index.
        index: u64,
        /// First leaf of the tree (0) or subtree.
        start: u64,
        /// First leaf after it.
        end: u64,
    },
    /// A consistency proof was asked from a larger to a smaller tree.
    #[error("tree of size {new} cannot extend a tree of size {old}")]
    SizesReversed {
        /// Size said to be older.
        old: u64,
        /// Size said to be newer.
        new: u64,
    },
    /// A range of leaves is not a subtree, or ends after the tree.
    #[error("[{start}, {end}) is not a subtree of a tree of size {size}")]
    SubtreeInvalid {
        /// First leaf.
        start: u64,
        /// First leaf after it.
        end: u64,
        /// Tree size.
        size: u64,
    },

    /// A proof has too few or too many hashes.
    #[error("proof has {found} hashes, expected {expected}")]
    ProofLength {
        /// Hashes found.
        found: usize,
        /// Hashes that the sizes call for.
        expected: usize,
    },
    /// A proof leads to another root than the one given.
    #[error("proof leads to root {computed}, expected {expected}")]
    RootMismatch {
        /// Root that the proof computes.
        computed: Hash,
        /// Root that was given.
        expected: Hash,
    },
    /// A consistency proof does not start from the older root given.
    #[error("proof starts from root {computed}, expected {expected}")]
    OldRootMismatch {
        /// Root that the proof computes for the older tree or subtree.
        computed: Hash,
        /// Root that was given.
        expected: Hash,
    },

    /// A key name is empty, or holds a space or a plus sign.
    #[error("`{name}` is not a key name: it must be non-empty without spaces or `+`")]
    KeyName {
        /// The name, cut after 80 characters.
        name: String,
    },
    /// A verifier or signer key cannot be read.
    #[error("key of `{name}` cannot be read: {reason}")]
    KeyFormat {
        /// Name of the key as far as it could be read, cut after 80 characters.
        name: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// The id written in a key is not the one that its name and bytes give.
    #[error("key of `{name}` says id {written}, its bytes give {computed}")]
    KeyIdMismatch {
        /// Key name.
        name: String,
        /// Id as written.
        written: KeyId,
        /// Id computed.
        computed: KeyId,
    },
    /// The type of a key is known to the specifications, or to nobody, but not usable here.
    #[error("key of `{name}` has type 0x{key_type:02x}, which is not supported here")]
    KeyTypeUnsupported {
        /// Key name.
        name: String,
        /// Type byte.
        key_type: u8,
    },
    /// A public key must not enter the charter: weak or non-canonical.
    #[error("public key {key} is refused: {reason}", key = Hash(*key))]
    KeyRefused {
        /// The 32 bytes of the Ed25519 public key.
        key: [u8; 32],
        /// Why.
        reason: &'static str,
    },
    /// Two verifiers given for one note have the same name and id.
    #[error("two keys named `{name}` have id {id}")]
    KeyAmbiguous {
        /// Key name.
        name: String,
        /// Key id.
        id: KeyId,
    },

    /// A note is longer than [`crate::note::MAX_NOTE_BYTES`].
    #[error("note has {found} bytes, at most {} are allowed", crate::note::MAX_NOTE_BYTES)]
    NoteTooLong {
        /// Bytes found.
        found: usize,
    },
    /// A note does not have the form of C2SP signed-note.
    #[error("not a signed note: {reason}")]
    NoteFormat {
        /// The rule that it breaks.
        reason: &'static str,
    },
    /// A signature line is malformed.
    #[error("signature line {line} is malformed: {reason}")]
    SignatureLine {
        /// Number of the signature line, from 1.
        line: usize,
        /// The rule that it breaks.
        reason: &'static str,
    },
    /// A note carries more than [`crate::note::MAX_SIGNATURES`] signatures.
    #[error("note has more than {} signatures", crate::note::MAX_SIGNATURES)]
    TooManySignatures,
    /// Two signature lines of a note have the same name and id.
    #[error("two signatures by `{name}` with key id {id}")]
    SignatureDuplicate {
        /// Key name.
        name: String,
        /// Key id.
        id: KeyId,
    },
    /// The signature of a known key does not verify; the whole note is refused.
    #[error("signature by `{name}` with key id {id} does not verify")]
    SignatureInvalid {
        /// Key name.
        name: String,
        /// Key id.
        id: KeyId,
    },
    /// No known key signed the note.
    #[error("note carries no signature by a known key")]
    NoKnownSignature,
    /// The log itself did not sign its checkpoint.
    #[error("checkpoint carries no signature by its log `{name}` with key id {id}")]
    LogSignatureMissing {
        /// Name of the log's key.
        name: String,
        /// Its id.
        id: KeyId,
    },

    /// A text is not a checkpoint.
    #[error("line {line} of the checkpoint is wrong: {reason}")]
    CheckpointFormat {
        /// Line number, from 1.
        line: usize,
        /// The rule that it breaks.
        reason: &'static str,
    },
    /// Two notes and a path do not show a split view.
    #[error("no split view: {reason}")]
    EvidenceEmpty {
        /// What is missing from a contradiction.
        reason: &'static str,
    },
    /// Bytes are not evidence of a split view.
    #[error("not evidence of a split view: {reason}")]
    EvidenceFormat {
        /// The rule that they break.
        reason: &'static str,
    },

    /// A body is not an `add-checkpoint` request.
    #[error("line {line} of the request is wrong: {reason}")]
    RequestFormat {
        /// Line number, from 1.
        line: usize,
        /// The rule that it breaks.
        reason: &'static str,
    },
    /// A request is longer than [`crate::witness::MAX_REQUEST_BYTES`].
    #[error(
        "request has {found} bytes, at most {} are allowed",
        crate::witness::MAX_REQUEST_BYTES
    )]
    RequestTooLong {
        /// Bytes found.
        found: usize,
    },
    /// A witness was given the state of another log than the one that the request is about.
    #[error("request about `{origin}` was judged by the state of `{state}`")]
    WitnessState {
        /// Origin of the request's checkpoint.
        origin: String,
        /// Origin of the state.
        state: String,
    },
    /// A witness has no key to cosign with.
    #[error("a witness needs at least one key to cosign with")]
    WitnessWithoutKey,
    /// An answer was to be released on the word that something else was stored.
    #[error("the answer for size {expected} may not be released: what was stored is size {stored}")]
    NotPersisted {
        /// Size that the answer's cosignature is about.
        expected: u64,
        /// Size that was stored.
        stored: u64,
    },
    /// What a witness answered is not what the protocol says.
    #[error("the witness answered {status}: {reason}")]
    WitnessAnswer {
        /// HTTP status.
        status: u16,
        /// The rule that the answer breaks.
        reason: &'static str,
    },

    /// A policy is larger than an implementation has to read.
    #[error("policy has too many {what}: at most {max} are allowed")]
    PolicyTooLarge {
        /// Bytes, logs, witnesses or groups.
        what: &'static str,
        /// The limit.
        max: usize,
    },
    /// A line of a policy breaks a rule of C2SP tlog-policy.
    #[error("line {line} of the policy is wrong: {reason}")]
    PolicyFormat {
        /// Line number, from 1.
        line: usize,
        /// The rule that it breaks.
        reason: &'static str,
    },
    /// A line of a policy uses a name wrongly.
    #[error("line {line} of the policy: `{name}` {reason}")]
    PolicyName {
        /// Line number, from 1.
        line: usize,
        /// The name, cut after 80 characters.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A key in a policy cannot be read.
    #[error("line {line} of the policy: {error}")]
    PolicyKey {
        /// Line number, from 1.
        line: usize,
        /// What is wrong with the key.
        error: Box<LogError>,
    },
    /// A checkpoint is of a log, or signed by a key, that the policy does not list.
    #[error("`{name}` is not a log of the policy")]
    LogNotInPolicy {
        /// Name of the log's key.
        name: String,
    },
    /// A policy was to be made for other numbers of witnesses than there are.
    #[error("a quorum of {needed} of {others} members does not fit {witnesses} witnesses")]
    QuorumMismatch {
        /// Cosignatures needed.
        needed: usize,
        /// Members other than the log's own.
        others: usize,
        /// Witnesses given.
        witnesses: usize,
    },

    /// A text is not a C2SP tlog-proof.
    #[error("line {line} of the proof is wrong: {reason}")]
    ProofFormat {
        /// Line number, from 1.
        line: usize,
        /// The rule that it breaks.
        reason: &'static str,
    },
    /// A tlog-proof is longer than [`crate::tlog_proof::MAX_TLOG_PROOF_BYTES`].
    #[error(
        "proof has {found} bytes, at most {} are allowed",
        crate::tlog_proof::MAX_TLOG_PROOF_BYTES
    )]
    ProofTooLong {
        /// Bytes found.
        found: usize,
    },

    /// Bytes are not CBOR of the strict kind that is read here: definite lengths, shortest numbers, no key
    /// twice, bounded depth, nothing after the end.
    #[error("CBOR is broken at byte {offset}: {reason}")]
    Cbor {
        /// Where, in bytes from the start.
        offset: usize,
        /// What is wrong there.
        reason: &'static str,
    },
    /// CBOR is not the COSE structure that it should be.
    #[error("{field} is wrong: {reason}")]
    CoseFormat {
        /// Which part.
        field: &'static str,
        /// The rule that it breaks.
        reason: &'static str,
    },
    /// Something is larger than its limit.
    #[error("{what} has {found} bytes, at most {max} are allowed")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// Bytes found.
        found: usize,
        /// The limit.
        max: usize,
    },
    /// A receipt is of a kind that cannot be verified here.
    #[error("receipt cannot be verified here: {what} is {found}")]
    ReceiptUnsupported {
        /// Which property.
        what: &'static str,
        /// Its value.
        found: i64,
    },
    /// A receipt names another key, or another issuer, than the log's.
    #[error("receipt is not by `{name}`: it names another {what}")]
    ReceiptForeign {
        /// Name of the log.
        name: String,
        /// Issuer or key.
        what: &'static str,
    },
    /// A receipt's signature does not verify over the root that its proof leads to.
    #[error("receipt's signature by `{name}` does not verify over root {root}")]
    ReceiptSignature {
        /// Name of the log.
        name: String,
        /// Root that the proof leads to.
        root: Hash,
    },
    /// A receipt's signed tree size is not the one that its proof states.
    #[error("receipt signs tree size {signed}, its proof states {stated}")]
    ReceiptSize {
        /// Size in the protected header.
        signed: u64,
        /// Size in the proof.
        stated: u64,
    },
    /// A statement carries no receipt.
    #[error("the statement carries no receipt")]
    ReceiptMissing,

    /// A restart fence heard of a witness that it does not have.
    #[error("there is no witness {witness}: the fence has {others}")]
    FenceWitness {
        /// Position of the witness, from 0.
        witness: usize,
        /// Witnesses that the fence has.
        others: usize,
    },

    /// A fetched tile is not that of the tree; whoever served it is at fault.
    #[error("tile `{tile}` does not belong to the tree of the checkpoint")]
    TileForeign {
        /// The tile.
        tile: TileId,
    },
    /// A fetched bundle does not hold the entries of the tree; whoever served it is at fault.
    #[error("bundle `{bundle}` does not belong to the tree of the checkpoint")]
    BundleForeign {
        /// The bundle.
        bundle: BundleId,
    },
    /// A mirror was given something that it does not need now.
    #[error("`{resource}` is not what the mirror needs next")]
    MirrorUnasked {
        /// Path of what was given.
        resource: String,
    },

    /// A checkpoint's origin is not the name of the key that signs it.
    #[error("checkpoint of `{origin}` does not belong to key `{name}`")]
    OriginMismatch {
        /// Origin line.
        origin: String,
        /// Name of the key.
        name: String,
    },
}

/// Cuts text from outside to 80 characters before it enters an error message.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().take(80).collect()
}
