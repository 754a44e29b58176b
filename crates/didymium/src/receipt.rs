//! `didymium receipt`: take the proof of a logged statement home, and check it years later without any server.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use didymium_log::note::Verifier;
use didymium_log::policy::Quorum;
use didymium_log::tlog_proof::{Grade, Proven, TlogProof};
use didymium_node::audit::open_head;
use didymium_node::charter::policies_at;
use didymium_statement::{CharterLog, Member, Statement, StatementId};
use serde::Serialize;

use crate::error::{CliError, CliResult, not_verified};
use crate::http::Remote;
use crate::output::Output;
use crate::statement::read_charter;
use crate::verify::{NEEDS_CHAIN, member_by_did, unverified};

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
        /// The charter whose keys count: its first version, or the chain of all (`/charter/chain`)
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
    let charters = read_charter(charter)?;
    let bytes = proof
        .extra
        .as_deref()
        .ok_or_else(|| no("it carries no statement".to_owned()))?;
    let statement = Statement::parse(bytes).map_err(unverified("what it carries is no statement"))?;
    let issuer = &statement.issuer;
    let member = member_by_did(&charters, issuer)?;
    // Which key counts is a matter of the place, which the proof below shows.
    let key = charters.statement_key_at(&member.member, proof.index, &statement.key);
    let key = key.map_err(unverified(NEEDS_CHAIN))?;
    statement
        .verify(&key)
        .map_err(unverified("the statement's signature"))?;
    let (proven, log, quorum) = prove(&charters, member, &proof, bytes)?;
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

/// Verifies the proof by the charter of its time; where two versions meet, by that under which more is shown.
fn prove(
    charters: &CharterLog,
    member: &Member,
    proof: &TlogProof,
    entry: &[u8],
) -> CliResult<(Proven, Verifier, Quorum)> {
    let head = open_head(proof.checkpoint.as_bytes(), charters, member).map_err(|error| {
        no(format!(
            "no key of the log at hand counts for its head (a node serves all versions of the charter at /charter/chain): {}",
            error.in_words()
        ))
    })?;
    let size = head.checkpoint.size;
    let mut best: Option<(Proven, Verifier, Quorum)> = None;
    let mut fault = None;
    for key in charters.log_keys_at(&member.member, size) {
        let log: Verifier = key.parse().map_err(not_verified("the log's key"))?;
        for (policy, quorum) in policies_at(charters, &member.member, &log, &head.note, size)? {
            match proof.verify(entry, &log, Some(&policy)) {
                Ok(proven)
                    if best
                        .as_ref()
                        .is_none_or(|(known, ..)| !known.grade.is_witnessed()) =>
                {
                    best = Some((proven, log.clone(), quorum));
                }
                Ok(_) => {}
                Err(error) => fault = fault.or(Some(error)),
            }
        }
    }
    match (best, fault) {
        (Some(best), _) => Ok(best),
        (None, Some(fault)) => Err(not_verified("the proof")(fault)),
        (None, None) => Err(no(format!(
            "no version of the charter knows a head of {size} entries of {}",
            head.checkpoint.origin
        ))),
    }
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
