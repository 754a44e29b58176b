//! `didymium statement`: show one, or check its signature and its place in the log.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use didymium_log::note::{SignedNote, Verifier};
use didymium_node::api::types::InclusionProof;
use didymium_statement::limits::CHARTER_CHAIN_BYTES_MAX;
use didymium_statement::{CharterLog, PayloadRef, Statement, StatementError, StatementId};
use didymium_store::Head;
use serde::Serialize;

use crate::error::{CliError, CliResult};
use crate::output::Output;
use crate::reader::Reader;
use crate::verify::{Evidence, PlaceKeys, unverified, verify};

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
    /// The charter whose keys count: its first version, or the chain of all (`/charter/chain`)
    #[arg(long, value_name = "FILE")]
    charter: Option<PathBuf>,
}

/// What a statement says, and who says it.
#[derive(Debug, Serialize)]
pub struct Shown {
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

/// Shows or verifies.
pub async fn run(args: StatementArgs, output: &Output) -> CliResult<()> {
    match args.what {
        What::Show(one) => {
            let Evidence { statement, blob, .. } = one.gather().await?;
            output.data(&show(&statement, blob.as_deref()), show_text)
        }
        What::Verify(one) => output.data(&verify(&one.gather().await?)?, |verified| {
            let place = match verified.place {
                Some((index, size)) => format!(
                    "entry {index} of the log of {} (size {size}), proof checked",
                    verified.member
                ),
                None => "its place in a log was not checked: no log at hand".to_owned(),
            };
            let keys = if verified.keys_from == "charter" {
                "under the charter"
            } else {
                "as the node says; name a --charter to be sure"
            };
            format!(
                "verified: {}\n  signed by {} ({keys})\n  {place}",
                verified.statement, verified.issuer
            )
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
            // Where a log is at hand, the statement must stand in it.
            if self.dir.is_some() || self.url.is_some() {
                return self.looked_up(&statement.id(), charter).await;
            }
            return Ok(Evidence {
                statement,
                blob: None,
                proof: None,
                charter,
                keys: None,
            });
        }
        let id: StatementId = self.statement.parse().map_err(|_| {
            CliError::Usage(format!(
                "`{}` is neither a file nor an id of 64 hexadecimal digits",
                self.statement
            ))
        })?;
        if self.dir.is_none() && self.url.is_none() {
            return Err(CliError::Usage(
                "an id needs --dir FOLDER or --url ADDRESS to be looked up in".into(),
            ));
        }
        self.looked_up(&id, charter).await
    }

    async fn looked_up(&self, id: &StatementId, charter: Option<CharterLog>) -> CliResult<Evidence> {
        let place = crate::reader::PlaceArgs {
            dir: self.dir.clone(),
            url: self.url.clone(),
        };
        from_reader(&Reader::open(&place)?, id, charter).await
    }
}

async fn from_reader(reader: &Reader, id: &StatementId, charter: Option<CharterLog>) -> CliResult<Evidence> {
    match reader {
        Reader::Node(node) => {
            let bytes = node.bytes(&format!("/api/v1/statements/{id}/cose"), &[]).await?;
            let statement = Statement::parse(&bytes).map_err(unverified("these bytes are no statement"))?;
            // What was brought is the anchor; versions that follow it come from the node.
            let charter = match charter {
                None => None,
                Some(brought) => match node.bytes("/charter/chain", &[]).await {
                    Ok(chain) => Some(brought.extended(&chain).map_err(unverified(
                        "the node's charter does not follow the one that you brought",
                    ))?),
                    Err(CliError::NotFound(_)) => Some(brought),
                    Err(error) => return Err(error),
                },
            };
            let proof = node.json(&format!("/api/v1/statements/{id}/proof"), &[]).await?;
            let blob = match &statement.payload {
                PayloadRef::Inline(_) | PayloadRef::Sealed(_) => None,
                // A payload that the node lacks is shown as absent; the signature stands without it.
                PayloadRef::Blob(digest) => match node.bytes(&format!("/api/v1/blobs/{digest}"), &[]).await {
                    Ok(bytes) => Some(bytes),
                    Err(CliError::NotFound(_)) => None,
                    Err(error) => return Err(error),
                },
            };
            Ok(Evidence {
                statement,
                blob,
                proof: Some(proof),
                charter,
                keys: None,
            })
        }
        Reader::Folder(folder) => {
            let state = &folder.state;
            let missing = || {
                CliError::NotFound(format!(
                    "no statement {id} is in the logs of {}",
                    state.dir().display()
                ))
            };
            let place = state
                .store()
                .find(id.as_bytes())?
                .into_iter()
                .next()
                .ok_or_else(missing)?;
            let member = state.member_of_log(&place.origin).map_err(|_| missing())?;
            let log = state.log_of(&member.member)?;
            let (head, entry) = (
                log.head()?.ok_or_else(missing)?,
                log.entry(place.index)?.ok_or_else(missing)?,
            );
            let inclusion = log.inclusion(place.index, Some(head.size))?;
            let statement =
                Statement::parse(&entry.bytes).map_err(unverified("the stored bytes are no statement"))?;
            let proof = InclusionProof {
                member: member.member.clone(),
                index: inclusion.index,
                size: inclusion.size,
                leaf: inclusion.leaf.to_string(),
                path: inclusion.path.iter().map(ToString::to_string).collect(),
                checkpoint: String::from_utf8_lossy(head.checkpoint.as_deref().unwrap_or_default())
                    .into_owned(),
                log_key: member.keys.log.clone(),
                statement_key: String::new(),
            };
            let keys = charter
                .is_none()
                .then(|| keys_at(state.charters(), &member.member, place.index, &statement, &head));
            let blob = entry
                .blob
                .map(|digest| state.store().blob(&digest))
                .transpose()?
                .flatten();
            Ok(Evidence {
                statement,
                blob,
                proof: Some(proof),
                charter,
                keys,
            })
        }
    }
}

/// The keys that count at a place: the statement's, and the one of the log that signed the head.
fn keys_at(charters: &CharterLog, member: &str, index: u64, statement: &Statement, head: &Head) -> PlaceKeys {
    let note = head
        .checkpoint
        .as_deref()
        .and_then(|note| SignedNote::parse(note).ok());
    let has_signed = |key: &String| {
        let key: Option<Verifier> = key.parse().ok();
        let lines = note.iter().flat_map(|note| &note.signatures);
        key.is_some_and(|key| {
            lines
                .into_iter()
                .any(|line| line.name == key.name() && line.key_id == key.key_id())
        })
    };
    let logs = charters.log_keys_at(member, head.size);
    PlaceKeys {
        member: member.to_owned(),
        statement: charters.statement_key_at(member, index, &statement.key),
        log: logs
            .iter()
            .find(|key| has_signed(key))
            .or(logs.first())
            .cloned()
            .unwrap_or_default(),
    }
}

/// Reads the charter that somebody brings in a file: a first version alone, or the chain of all versions.
///
/// # Errors
/// [`CliError::NotACharter`] for another file, [`CliError::NotVerified`] for a charter without the signatures that it needs;
/// [`CliError::Usage`] for what is too large, [`CliError::File`].
pub fn read_charter(path: &Path) -> CliResult<CharterLog> {
    let length = std::fs::metadata(path).map_err(CliError::file(path))?.len();
    if length > CHARTER_CHAIN_BYTES_MAX as u64 {
        return Err(CliError::Usage(format!(
            "{} has {length} bytes: no chain of charters has more than {CHARTER_CHAIN_BYTES_MAX}",
            path.display()
        )));
    }
    let bytes = std::fs::read(path).map_err(CliError::file(path))?;
    CharterLog::brought(&bytes).map_err(|error| not_brought(path, error))
}

/// Without a charter nothing was judged, so the command line is wrong; one that others have not signed is not believed.
fn not_brought(path: &Path, error: StatementError) -> CliError {
    match error {
        StatementError::CharterUnsigned { .. }
        | StatementError::BadSignature { .. }
        | StatementError::CharterBelowThreshold { .. }
        | StatementError::CharterKeyUnproved { .. }
        | StatementError::CharterForked { .. } => CliError::NotVerified {
            reason: format!("the charter in {}", path.display()),
            source: Some(Box::new(error)),
        },
        error => CliError::NotACharter {
            path: path.to_owned(),
            source: Box::new(error),
        },
    }
}

/// A statement for people; `blob` is what is at hand of the payload that it names by digest.
pub fn show(statement: &Statement, blob: Option<&[u8]>) -> Shown {
    let payload = statement.payload_bytes(blob).ok().flatten();
    Shown {
        statement: statement.id().to_string(),
        kind: statement.kind.kind.to_string(),
        version: statement.kind.version,
        issuer: statement.issuer.clone(),
        subject: statement.subject.clone(),
        valid: statement
            .valid
            .map(|valid| (valid.first.to_string(), valid.last.to_string())),
        visibility: statement.visibility.as_str().to_owned(),
        key: statement.key.to_string(),
        blob: statement.blob().map(|digest| digest.to_string()),
        payload: payload.and_then(|bytes| serde_json::from_slice(bytes).ok()),
    }
}

/// The same as text.
pub fn show_text(shown: &Shown) -> String {
    let valid = shown.valid.as_ref().map_or_else(
        || "not said".to_owned(),
        |(first, last)| format!("{first} to {last}"),
    );
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
