//! Checking a statement: its signature under the charter, its place in the log; every link by itself.

use didymium_log::Hash;
use didymium_log::checkpoint::open_checkpoint;
use didymium_log::hash::leaf_hash;
use didymium_log::note::Verifier;
use didymium_log::proof::verify_inclusion;
use didymium_node::api::types::InclusionProof;
use didymium_statement::{SignedCharter, Statement, StatementError, StatementKey};
use serde::Serialize;

use crate::error::{CliError, CliResult, not_verified};

/// A statement with what is at hand to check it.
pub struct Evidence {
    pub statement: Statement,
    pub blob: Option<Vec<u8>>,
    pub proof: Option<InclusionProof>,
    pub charter: Option<SignedCharter>,
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
        (None, Some(charter), _) => {
            let member = charter.charter().member_by_did(&statement.issuer);
            let member =
                member.ok_or_else(|| no(format!("{} is no member under the charter", statement.issuer)))?;
            let key = member.statement_key(&statement.key);
            let key = key.ok_or_else(|| {
                no(format!(
                    "key {} is not a statement key of {}",
                    statement.key, statement.issuer
                ))
            })?;
            (
                key,
                member.member.clone(),
                "charter",
                Some(member.keys.log.clone()),
            )
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
