//! `didymium receipt`: take the proof of a logged statement home, and check it years later without any server.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use didymium_log::note::Verifier;
use didymium_log::policy::{Policy, Quorum, policy_text};
use didymium_log::tlog_proof::{Grade, TlogProof};
use didymium_statement::{Charter, Member, SignedCharter, Statement, StatementId};
use serde::Serialize;

use crate::error::{CliError, CliResult, not_verified};
use crate::http::Remote;
use crate::output::Output;
use crate::verify::unverified;

const AFTER: &str = "\
Examples:
  didymium receipt fetch --url http://127.0.0.1:7410 5f0c… --out 5f0c.tlog-proof
  didymium receipt verify 5f0c.tlog-proof --charter charter.cose

A receipt is a C2SP tlog-proof with the statement in it: one file, checked offline against a charter that you trust. \
*logged* means that the member's log has signed it; *witnessed* that enough other members have cosigned the log's head, so \
that no other history of it can be final. A club of fewer than five members has no such quorum and says so. Exit code 4 \
if it does not stand, or if --witnessed is asked for and it is only logged.";

/// Fetch or verify the receipt of a statement
///
/// The receipt says that a statement is in its member's log, and who stands behind that.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct ReceiptArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Fetch the receipt of a statement from the node of the member that logged it
    Fetch {
        /// Id of the statement, 64 hexadecimal digits
        statement: String,
        /// Address of the member's node
        #[arg(long)]
        url: String,
        /// File to write; standard output if left out
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Check a receipt offline
    Verify {
        /// The receipt
        file: PathBuf,
        /// The signed charter whose keys count
        #[arg(long, value_name = "FILE")]
        charter: PathBuf,
        /// Accept nothing less than *witnessed*
        #[arg(long)]
        witnessed: bool,
    },
}

/// A receipt that stands.
#[derive(Debug, Serialize)]
struct Stands {
    statement: String,
    kind: String,
    issuer: String,
    member: String,
    log: String,
    index: u64,
    size: u64,
    /// `logged` or `witnessed`.
    grade: &'static str,
    /// Members that cosigned the head.
    cosigned_by: Vec<String>,
    /// Further cosignatures that would make it witnessed; absent where the club has no quorum.
    missing: Option<usize>,
    /// Median of the times of cosigning, seconds since 1970.
    witnessed_at: Option<u64>,
}

/// Fetches or verifies.
pub async fn run(args: ReceiptArgs, output: &Output) -> CliResult<()> {
    match args.what {
        What::Fetch { statement, url, out } => {
            let id: StatementId = statement
                .parse()
                .map_err(|_| CliError::Usage(format!("`{statement}` is no id of 64 hexadecimal digits")))?;
            let node = Remote::new(&url)?;
            let proof = parse(&node.bytes(&format!("/entries/{id}/proof"), &[]).await?)?;
            match out {
                Some(path) => std::fs::write(&path, proof.to_string()).map_err(CliError::file(path)),
                None => output.print(proof.to_string().trim_end()),
            }
        }
        What::Verify {
            file,
            charter,
            witnessed,
        } => {
            let stands = verify(&file, &charter)?;
            if witnessed && stands.grade != "witnessed" {
                let by = stands.cosigned_by.len();
                return Err(no(format!(
                    "it is only logged: {by} members have cosigned the head of {}",
                    stands.log
                )));
            }
            output.data(&stands, text)
        }
    }
}

fn no(reason: String) -> CliError {
    CliError::NotVerified { reason, source: None }
}

fn parse(bytes: &[u8]) -> CliResult<TlogProof> {
    let text = std::str::from_utf8(bytes).map_err(|_| no("this file is no receipt".to_owned()))?;
    text.parse().map_err(not_verified("this file is no receipt"))
}

fn verify(file: &Path, charter: &Path) -> CliResult<Stands> {
    let read = |path: &Path| std::fs::read(path).map_err(CliError::file(path));
    let proof = parse(&read(file)?)?;
    let charter = SignedCharter::parse(&read(charter)?)?;
    let charter = charter.charter();
    let bytes = proof
        .extra
        .as_deref()
        .ok_or_else(|| no("it carries no statement".to_owned()))?;
    let statement = Statement::parse(bytes).map_err(unverified("what it carries is no statement"))?;
    let issuer = &statement.issuer;
    let member = charter
        .member_by_did(issuer)
        .ok_or_else(|| no(format!("{issuer} is no member under the charter")))?;
    let key = member.statement_key(&statement.key).ok_or_else(|| {
        no(format!(
            "key {} is not a statement key of {issuer}",
            statement.key
        ))
    })?;
    statement
        .verify(&key)
        .map_err(unverified("the statement's signature"))?;
    let log: Verifier = member.keys.log.parse().map_err(not_verified("the log's key"))?;
    let (policy, quorum) = policy(charter, member).map_err(not_verified("the charter's witness keys"))?;
    let proven = proof
        .verify(bytes, &log, Some(&policy))
        .map_err(not_verified("the proof"))?;
    let (grade, judgement) = match proven.grade {
        Grade::Witnessed { judgement } => ("witnessed", Some(judgement)),
        Grade::Logged { judgement } => ("logged", judgement),
    };
    let counted = judgement.as_ref().map_or(&[][..], |judgement| &judgement.counted);
    Ok(Stands {
        statement: statement.id().to_string(),
        kind: statement.kind.kind.to_string(),
        issuer: issuer.clone(),
        member: member.member.clone(),
        log: log.name().to_owned(),
        index: proven.index,
        size: proven.checkpoint.size,
        grade,
        cosigned_by: counted.iter().map(|witness| witness.witness.clone()).collect(),
        missing: quorum
            .needed()
            .and_then(|_| judgement.as_ref().map(|judgement| judgement.missing)),
        witnessed_at: judgement
            .as_ref()
            .and_then(didymium_log::policy::Judgement::median_time),
    })
}

/// What makes a head of a member's log final under a charter.
fn policy(charter: &Charter, member: &Member) -> Result<(Policy, Quorum), didymium_log::LogError> {
    let mut witnesses = Vec::new();
    for other in charter.witnesses(&member.member) {
        witnesses.push((other.member.clone(), other.keys.witness.parse()?));
    }
    let quorum = Quorum::of_club(witnesses.len());
    let policy = policy_text(&member.keys.log.parse()?, &witnesses, quorum)?.parse()?;
    Ok((policy, quorum))
}

fn text(stands: &Stands) -> String {
    let behind = match (stands.grade, stands.missing) {
        ("witnessed", _) => format!("witnessed: {} have cosigned", stands.cosigned_by.join(", ")),
        (_, Some(missing)) => format!(
            "logged: {} of the other members have cosigned, {missing} more would make it witnessed",
            stands.cosigned_by.len()
        ),
        (_, None) => {
            "logged: a club of fewer than five members can find a forked log out, but not prevent one"
                .to_owned()
        }
    };
    format!(
        "it stands: statement {} ({})\n  by {}\n  entry {} of the log {} (size {})\n  {behind}",
        stands.statement, stands.kind, stands.issuer, stands.index, stands.log, stands.size
    )
}
