//! Checking a statement: its signature under the charter, its place in the log; every link by itself.

use didymium_log::Hash;
use didymium_log::checkpoint::Checkpoint;
use didymium_log::checkpoint::open_checkpoint;
use didymium_log::hash::leaf_hash;
use didymium_log::note::SignedNote;
use didymium_log::note::Verifier;
use didymium_log::proof::verify_inclusion;
use didymium_node::api::types::InclusionProof;
use didymium_node::charter::{ask_anew, doubt_about};
use didymium_statement::{CharterLog, KeyPurpose, Member, Statement, StatementError, StatementKey};
use serde::Serialize;

use crate::error::{CliError, CliResult, not_verified};

/// A statement with what is at hand to check it.
pub struct Evidence {
    pub statement: Statement,
    pub blob: Option<Vec<u8>>,
    pub proof: Option<InclusionProof>,
    pub charter: Option<CharterLog>,
    /// The keys that count at its place, where all versions of the charter are at hand.
    pub keys: Option<PlaceKeys>,
}

/// The keys that count at one place of a log.
pub struct PlaceKeys {
    /// Code of the member.
    pub member: String,
    /// The statement key, or why it does not count there.
    pub statement: Result<StatementKey, StatementError>,
    /// The log's verifier key.
    pub log: String,
}

/// A statement that stands.
#[derive(Debug, Serialize)]
pub struct Verified {
    pub statement: String,
    pub issuer: String,
    pub member: String,
    pub signature: &'static str,
    /// Index and tree size, where the place in the log was checked.
    pub place: Option<(u64, u64)>,
    /// `charter` where the keys come from a signed charter, `node` where only the node vouches for them.
    pub keys_from: &'static str,
}

/// A statement error as the reason why it does not stand.
pub fn unverified(reason: &'static str) -> impl FnOnce(StatementError) -> CliError {
    move |error| CliError::NotVerified {
        reason: reason.to_owned(),
        source: Some(Box::new(error)),
    }
}

/// What is said where a key does not count: perhaps only the chain was not brought.
pub const NEEDS_CHAIN: &str = "its key does not count there, by the versions of the charter at hand (a node serves all at /charter/chain)";

fn no(reason: impl Into<String>) -> CliError {
    CliError::NotVerified {
        reason: reason.into(),
        source: None,
    }
}

/// Checks signature and place; every link by itself.
pub fn verify(evidence: &Evidence) -> CliResult<Verified> {
    let statement = &evidence.statement;
    let (key, member, keys_from, log_key) = match (&evidence.keys, &evidence.charter, &evidence.proof) {
        (Some(keys), ..) => {
            let key = keys.statement.as_ref().map_err(|error| no(error.to_string()))?;
            (
                key.clone(),
                keys.member.clone(),
                "charter",
                Some(keys.log.clone()),
            )
        }
        (None, Some(charters), proof) => {
            let member = member_by_did(charters, &statement.issuer)?;
            let code = &member.member;
            let (key, log) = match proof {
                Some(proof) => {
                    let log = log_key(charters, code, &proof.checkpoint)?;
                    refuse_doubt(charters, member, &proof.checkpoint)?;
                    (charters.statement_key_at(code, proof.index, &statement.key), log)
                }
                None => (key_ever(charters, member, statement), member.keys.log.clone()),
            };
            let key = key.map_err(unverified(NEEDS_CHAIN))?;
            (key, code.clone(), "charter", Some(log))
        }
        (None, None, Some(proof)) => {
            let key = StatementKey::from_hex(&proof.statement_key)
                .map_err(unverified("the node shows no usable key"))?;
            (key, proof.member.clone(), "node", Some(proof.log_key.clone()))
        }
        (None, None, None) => {
            return Err(CliError::Usage(
                "name the signed --charter whose keys count, or a --dir or --url".into(),
            ));
        }
    };
    statement.verify(&key).map_err(unverified("the signature"))?;
    statement
        .payload_bytes(evidence.blob.as_deref())
        .map_err(unverified("the payload beside it"))?;
    let place = match (&evidence.proof, log_key) {
        (Some(proof), Some(log_key)) => Some(verify_place(statement, proof, &log_key)?),
        _ => None,
    };
    Ok(Verified {
        statement: statement.id().to_string(),
        issuer: statement.issuer.clone(),
        member,
        signature: "Ed25519, verified",
        place,
        keys_from,
    })
}

/// The member of a DID, in whichever version of the charter.
pub fn member_by_did<'a>(charters: &'a CharterLog, did: &str) -> CliResult<&'a Member> {
    let mut versions = charters.versions().iter().rev();
    versions
        .find_map(|version| version.charter().member_by_did(did))
        .ok_or_else(|| {
            no(format!(
                "{did} is no member under the charter, {}",
                hint(charters)
            ))
        })
}

fn hint(charters: &CharterLog) -> String {
    let newest = charters.head().charter().version;
    format!("of which versions up to {newest} are at hand; a node serves all of them at /charter/chain")
}

/// A statement key that the member ever had and that was not revoked from its beginning on: without a log at hand nothing
/// is known of the place that decides.
fn key_ever(
    charters: &CharterLog,
    member: &Member,
    statement: &Statement,
) -> Result<StatementKey, StatementError> {
    let terms = charters
        .key_terms(&member.member, KeyPurpose::Statement)
        .into_iter();
    let mut keys = terms.filter_map(|term| {
        let key = StatementKey::from_hex(&term.key).ok()?;
        (key.id() == statement.key).then_some((key, term))
    });
    let unknown = || StatementError::UnknownKey {
        key: statement.key,
        issuer: statement.issuer.clone(),
    };
    let (key, term) = keys.next().ok_or_else(unknown)?;
    // A key that had ended in good order before may have been stolen later.
    if !charters.is_revoked(&member.member, KeyPurpose::Statement, &term.key) {
        return Ok(key);
    }
    // Anybody who stole it can sign now and say that it was before.
    Err(StatementError::KeyEnded {
        key: statement.key,
        member: member.member.clone(),
        index: term.until.unwrap_or_default(),
        until: term.until.unwrap_or_default(),
        how: "revoked",
    })
}

/// The key that counts for a checkpoint's size: where two do, the one that has a line in it.
fn log_key(charters: &CharterLog, member: &str, checkpoint: &str) -> CliResult<String> {
    let note = SignedNote::parse(checkpoint.as_bytes()).map_err(not_verified("the log's checkpoint"))?;
    let head = Checkpoint::parse(&note.text).map_err(not_verified("the log's checkpoint"))?;
    let keys = charters.log_keys_at(member, head.size);
    let has_line = |key: &&String| {
        let key: Option<Verifier> = key.parse().ok();
        let mut lines = note.signatures.iter();
        key.is_some_and(|key| lines.any(|line| line.name == key.name() && line.key_id == key.key_id()))
    };
    let found = keys.iter().find(has_line).or(keys.first());
    found.cloned().ok_or_else(|| {
        no(format!(
            "no log key of {member} counts for a head of {} entries, {}",
            head.size,
            hint(charters)
        ))
    })
}

/// A head under a revoked log key shows nothing, unless the charter names it or a quorum has cosigned it.
fn refuse_doubt(charters: &CharterLog, member: &Member, checkpoint: &str) -> CliResult<()> {
    match doubt_about(charters, &member.member, checkpoint.as_bytes()) {
        Some(reason) => Err(no(format!("{reason}. {}", ask_anew(&member.member)))),
        None => Ok(()),
    }
}

/// The statement is a leaf of the tree whose root the log has signed.
fn verify_place(statement: &Statement, proof: &InclusionProof, log_key: &str) -> CliResult<(u64, u64)> {
    let verifier: Verifier = log_key.parse().map_err(not_verified("the log's key"))?;
    let head = open_checkpoint(&proof.checkpoint, &verifier).map_err(not_verified("the log's checkpoint"))?;
    let path: Result<Vec<Hash>, _> = proof.path.iter().map(|hash| hash.parse()).collect();
    let path = path.map_err(not_verified("the inclusion proof"))?;
    verify_inclusion(
        leaf_hash(statement.bytes()),
        proof.index,
        head.size,
        &path,
        head.root,
    )
    .map_err(not_verified("the inclusion proof"))?;
    Ok((proof.index, head.size))
}
