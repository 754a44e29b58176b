//! What a file of a receipt holds: the proof, and the statement that it is about.

use std::path::{Path, PathBuf};

use didymium_log::LogError;
use didymium_log::receipt::{MAX_TRANSPARENT_BYTES, Receipt, receipts_of, registered_bytes};
use didymium_log::tlog_proof::{MAX_TLOG_PROOF_BYTES, TlogProof};

use super::{no, read};
use crate::error::{CliError, CliResult, not_verified};

/// How a text proof begins.
const TLOG_PROOF: &[u8] = b"c2sp.org/tlog-proof";
/// CBOR's tag 18, with which every COSE_Sign1 here begins.
const COSE_SIGN1: u8 = 0xd2;

/// The proof in a receipt.
pub(super) enum Proof {
    /// A C2SP tlog-proof, with a checkpoint and its cosignatures.
    Tlog(Box<TlogProof>),
    /// COSE receipts (RFC 9942): the log's word alone.
    Cose(Vec<Result<Receipt, LogError>>),
}

/// A receipt with its statement.
pub(super) struct Held {
    pub(super) proof: Proof,
    /// The statement as it is logged.
    pub(super) statement: Vec<u8>,
}

/// Reads a receipt, and the statement that it carries, or that `--statement` names, or that stands beside it.
///
/// # Errors
/// [`CliError::NotVerified`] for what is no receipt; [`CliError::Usage`] where the statement is not at hand;
/// [`CliError::File`].
pub(super) fn held(path: &Path, statement: Option<&Path>) -> CliResult<Held> {
    let bytes = read(path, MAX_TLOG_PROOF_BYTES)?;
    let (proof, carried) = proof_of(&bytes)?;
    let statement = match (statement, carried) {
        // The one that was named is the one that is asked about.
        (Some(named), _) => logged(&read(named, MAX_TRANSPARENT_BYTES)?)?,
        (None, Some(carried)) => carried,
        (None, None) => {
            let beside = beside(path);
            let found = beside.iter().find(|path| path.is_file()).ok_or_else(|| {
                let names: Vec<String> = beside.iter().map(|path| path.display().to_string()).collect();
                CliError::Usage(format!(
                    "{} is a receipt without its statement: name it with --statement (looked for {})",
                    path.display(),
                    names.join(" and ")
                ))
            })?;
            logged(&read(found, MAX_TRANSPARENT_BYTES)?)?
        }
    };
    Ok(Held { proof, statement })
}

/// A statement that carries its receipts.
///
/// # Errors
/// [`CliError::NotVerified`].
pub(super) fn carried(transparent: &[u8]) -> CliResult<Held> {
    match proof_of(transparent)? {
        (proof, Some(statement)) => Ok(Held { proof, statement }),
        (_, None) => Err(no("it carries no statement")),
    }
}

/// A tlog-proof as it was fetched, with the statement that it carries.
///
/// # Errors
/// [`CliError::NotVerified`].
pub(super) fn tlog_proof(bytes: &[u8]) -> CliResult<TlogProof> {
    let text = std::str::from_utf8(bytes).map_err(|_| no("this is no tlog-proof"))?;
    text.parse().map_err(not_verified("this is no tlog-proof"))
}

fn proof_of(bytes: &[u8]) -> CliResult<(Proof, Option<Vec<u8>>)> {
    if bytes.starts_with(TLOG_PROOF) {
        let proof = tlog_proof(bytes)?;
        let carried = proof.extra.clone();
        return Ok((Proof::Tlog(Box::new(proof)), carried));
    }
    if bytes.first() != Some(&COSE_SIGN1) {
        return Err(no(
            "this file is no receipt: it is neither a tlog-proof nor a COSE_Sign1",
        ));
    }
    let carried = receipts_of(bytes).map_err(not_verified("this file is no receipt"))?;
    if !carried.is_empty() {
        return Ok((Proof::Cose(carried), Some(logged(bytes)?)));
    }
    match Receipt::parse(bytes) {
        Ok(receipt) => Ok((Proof::Cose(vec![Ok(receipt)]), None)),
        Err(error) => Err(not_verified(
            "this file is no receipt, nor a statement that carries one",
        )(error)),
    }
}

/// A statement as it is logged, without the receipts that were attached to it.
fn logged(bytes: &[u8]) -> CliResult<Vec<u8>> {
    registered_bytes(bytes).map_err(not_verified("what it should be about is no statement"))
}

/// Where the statement of a receipt that carries none may stand: `X.cose` for `X.receipt.cose`.
fn beside(path: &Path) -> Vec<PathBuf> {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let stem = [".receipt.cose", ".receipt", ".tlog-proof", ".cose"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name);
    [".cose", ".statement.cose"]
        .iter()
        .map(|end| path.with_file_name(format!("{stem}{end}")))
        .filter(|found| found != path)
        .collect()
}
