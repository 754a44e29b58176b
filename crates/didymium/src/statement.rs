//! `didymium statement`: show one, or check its signature and its place in the log.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use didymium_log::Hash;
use didymium_log::checkpoint::open_checkpoint;
use didymium_log::hash::leaf_hash;
use didymium_log::note::Verifier;
use didymium_log::proof::verify_inclusion;
use didymium_node::api::types::InclusionProof;
use didymium_statement::{PayloadRef, SignedCharter, Statement, StatementError, StatementId, StatementKey};
use serde::Serialize;

use crate::error::{CliError, CliResult, not_verified};
use crate::output::Output;
use crate::reader::Reader;

const AFTER: &str = "\
Examples:
  didymium statement show --dir club/CAN 5f0c…              by its id, from a folder
  didymium statement verify --url http://127.0.0.1:7410 5f0c…
  didymium statement verify statement.cose --charter charter.cose   offline, trusting no server

`verify` checks the signature under the key that the charter gives the issuer, and, where a log is at hand (--dir or \
--url), that the statement stands in it: inclusion proof, root, checkpoint signature. With --url the keys are those the \
node shows, unless --charter names a charter you trust. Exit code 4 if it does not stand.";

/// Show or verify one statement
///
/// A statement is named by the SHA-256 of its bytes, or read from a file.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct StatementArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print what a statement says, and who says it
    Show(OneArgs),
    /// Check its signature and its place in the log
    Verify(OneArgs),
}

#[derive(Debug, Args)]
struct OneArgs {
    /// Id (64 hexadecimal digits), or a file with the statement's bytes
    statement: String,
    /// Folder of a node that is not running
    #[arg(long, value_name = "DIR", conflicts_with = "url")]
    dir: Option<PathBuf>,
    /// Address of a running node
    #[arg(long)]
    url: Option<String>,
    /// The signed charter whose keys count
    #[arg(long, value_name = "FILE")]
    charter: Option<PathBuf>,
}

/// A statement with what is at hand to check it.
struct Evidence {
    statement: Statement,
    blob: Option<Vec<u8>>,
    proof: Option<InclusionProof>,
    charter: Option<SignedCharter>,
}

#[derive(Debug, Serialize)]
struct Shown {
    statement: String,
    kind: String,
    version: u32,
    issuer: String,
    subject: String,
    valid: Option<(String, String)>,
    visibility: String,
    key: String,
    blob: Option<String>,
    payload: Option<serde_json::Value>,
}

#[derive(Debug, Serialize)]
struct Verified {
    statement: String,
    issuer: String,
    member: String,
    signature: &'static str,
    /// Index and tree size, where the place in the log was checked.
    place: Option<(u64, u64)>,
    /// `charter` where the keys come from a signed charter, `node` where only the node vouches for them.
    keys_from: &'static str,
}

/// Shows or verifies.
pub async fn run(args: StatementArgs, output: &Output) -> CliResult<()> {
    match args.what {
        What::Show(one) => output.data(&show(&one.gather().await?), show_text),
        What::Verify(one) => output.data(&verify(&one.gather().await?)?, |verified| {
            let place = match verified.place {
                Some((index, size)) => format!("entry {index} of the log of {} (size {size}), proof checked", verified.member),
                None => "its place in a log was not checked: no log at hand".to_owned(),
            };
            let keys = if verified.keys_from == "charter" { "under the charter" } else { "as the node says; name a --charter to be sure" };
            format!("verified: {}\n  signed by {} ({keys})\n  {place}", verified.statement, verified.issuer)
        }),
    }
}

impl OneArgs {
    async fn gather(&self) -> CliResult<Evidence> {
        let charter = self.charter.as_deref().map(read_charter).transpose()?;
        let path = Path::new(&self.statement);
        if path.is_file() {
            let bytes = std::fs::read(path).map_err(CliError::file(path))?;
            let parsed = Statement::parse(&bytes);
            let statement = parsed.map_err(unverified("these bytes are no statement"))?;
            return Ok(Evidence { statement, blob: None, proof: None, charter });
        }
        let id: StatementId = self.statement.parse().map_err(|_| {
            CliError::Usage(format!("`{}` is neither a file nor an id of 64 hexadecimal digits", self.statement))
        })?;
        match (&self.dir, &self.url) {
            (None, None) => Err(CliError::Usage("an id needs --dir FOLDER or --url ADDRESS to be looked up in".into())),
            (dir, url) => {
                let place = crate::reader::PlaceArgs { dir: dir.clone(), url: url.clone() };
                from_reader(&Reader::open(&place)?, &id, charter).await
            }
        }
    }
}

async fn from_reader(reader: &Reader, id: &StatementId, charter: Option<SignedCharter>) -> CliResult<Evidence> {
    match reader {
        Reader::Node(node) => {
            let bytes = node.bytes(&format!("/api/v1/statements/{id}/cose"), &[]).await?;
            let statement = Statement::parse(&bytes).map_err(unverified("these bytes are no statement"))?;
            let proof = node.json(&format!("/api/v1/statements/{id}/proof"), &[]).await?;
            Ok(Evidence { statement, blob: None, proof: Some(proof), charter })
        }
        Reader::Folder(state) => {
            let missing = || CliError::NotFound(format!("no statement {id} is in the logs of {}", state.dir().display()));
            let place = state.store().find(id.as_bytes())?.into_iter().next().ok_or_else(missing)?;
            let charter = charter.unwrap_or_else(|| state.charter().clone());
            let member = charter.charter().members.iter().find(|member| member.origin() == place.origin).ok_or_else(missing)?;
            let log = state.log_of(&member.member)?;
            let (head, entry) = (log.head()?.ok_or_else(missing)?, log.entry(place.index)?.ok_or_else(missing)?);
            let inclusion = log.inclusion(place.index, Some(head.size))?;
            let statement = Statement::parse(&entry.bytes).map_err(unverified("the stored bytes are no statement"))?;
            let proof = InclusionProof {
                member: member.member.clone(),
                index: inclusion.index,
                size: inclusion.size,
                leaf: inclusion.leaf.to_string(),
                path: inclusion.path.iter().map(ToString::to_string).collect(),
                checkpoint: String::from_utf8_lossy(&head.checkpoint).into_owned(),
                log_key: member.keys.log.clone(),
                statement_key: String::new(),
            };
            let blob = entry.blob.map(|digest| state.store().blob(&digest)).transpose()?.flatten();
            Ok(Evidence { statement, blob, proof: Some(proof), charter: Some(charter) })
        }
    }
}

fn read_charter(path: &Path) -> CliResult<SignedCharter> {
    let bytes = std::fs::read(path).map_err(CliError::file(path))?;
    Ok(SignedCharter::parse(&bytes)?)
}

fn unverified(reason: &'static str) -> impl FnOnce(StatementError) -> CliError {
    move |error| CliError::NotVerified { reason: reason.to_owned(), source: Some(Box::new(error)) }
}

fn no(reason: impl Into<String>) -> CliError {
    CliError::NotVerified { reason: reason.into(), source: None }
}

/// Checks signature and place; every link by itself.
fn verify(evidence: &Evidence) -> CliResult<Verified> {
    let statement = &evidence.statement;
    let (key, member, keys_from, log_key) = match (&evidence.charter, &evidence.proof) {
        (Some(charter), _) => {
            let member = charter.charter().member_by_did(&statement.issuer);
            let member = member.ok_or_else(|| no(format!("{} is no member under the charter", statement.issuer)))?;
            let key = member.statement_key(&statement.key);
            let key = key.ok_or_else(|| no(format!("key {} is not a statement key of {}", statement.key, statement.issuer)))?;
            (key, member.member.clone(), "charter", Some(member.keys.log.clone()))
        }
        (None, Some(proof)) => {
            let key = StatementKey::from_hex(&proof.statement_key).map_err(unverified("the node shows no usable key"))?;
            (key, proof.member.clone(), "node", Some(proof.log_key.clone()))
        }
        (None, None) => return Err(CliError::Usage("name the signed --charter whose keys count, or a --dir or --url".into())),
    };
    statement.verify(&key).map_err(unverified("the signature"))?;
    statement.payload_bytes(evidence.blob.as_deref()).map_err(unverified("the payload beside it"))?;
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
    verify_inclusion(leaf_hash(statement.bytes()), proof.index, head.size, &path, head.root)
        .map_err(not_verified("the inclusion proof"))?;
    Ok((proof.index, head.size))
}

fn show(evidence: &Evidence) -> Shown {
    let statement = &evidence.statement;
    let payload = statement.payload_bytes(evidence.blob.as_deref()).ok().flatten();
    Shown {
        statement: statement.id().to_string(),
        kind: statement.kind.kind.to_string(),
        version: statement.kind.version,
        issuer: statement.issuer.clone(),
        subject: statement.subject.clone(),
        valid: statement.valid.map(|valid| (valid.first.to_string(), valid.last.to_string())),
        visibility: statement.visibility.as_str().to_owned(),
        key: statement.key.to_string(),
        blob: match &statement.payload {
            PayloadRef::Blob(digest) => Some(digest.to_string()),
            PayloadRef::Inline(_) => None,
        },
        payload: payload.and_then(|bytes| serde_json::from_slice(bytes).ok()),
    }
}

fn show_text(shown: &Shown) -> String {
    let valid = shown.valid.as_ref().map_or_else(|| "not said".to_owned(), |(first, last)| format!("{first} to {last}"));
    let payload = match (&shown.payload, &shown.blob) {
        (Some(payload), _) => serde_json::to_string_pretty(payload).unwrap_or_default(),
        (None, Some(blob)) => format!("in blob {blob}, which is not at hand here"),
        (None, None) => "cannot be read as JSON".to_owned(),
    };
    format!(
        "{} v{}  {}\n  by {} with key {}\n  about {}\n  valid: {valid}; readers: {}\n{payload}",
        shown.kind, shown.version, shown.statement, shown.issuer, shown.key, shown.subject, shown.visibility
    )
}
