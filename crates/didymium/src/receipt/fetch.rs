//! `didymium receipt fetch`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use didymium_log::tlog_proof::TlogProof;
use didymium_node::folder::CHAIN_FILE;
use didymium_statement::{CharterLog, Digest, Statement, StatementId};
use serde::Serialize;

use super::file::{Held, Proof, tlog_proof};
use super::prove::{Stands, prove, text};
use super::{ClubArg, chain, folder_of, no, write};
use crate::charter::trusted;
use crate::error::{CliError, CliResult};
use crate::http::Remote;
use crate::output::Output;

/// Pause between two looks while waiting.
const LOOK: Duration = Duration::from_secs(1);

/// What is fetched, and where it is kept.
#[derive(Debug, Args)]
pub(super) struct FetchArgs {
    /// Id of the statement, 64 hexadecimal digits
    statement: String,
    /// Address of the member's node
    #[arg(long)]
    url: String,
    /// File to write, with the club's charter beside it in `charter.chain`; standard output, and no charter, if left out
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    club: ClubArg,
    /// Wait so long for enough members to cosign, seconds; what is there then is fetched
    #[arg(long, value_name = "SECONDS", default_value_t = 0, requires = "out")]
    wait: u64,
}

/// What was taken home.
#[derive(Debug, Serialize)]
struct Fetched<'a> {
    receipt: &'a Path,
    charter_file: &'a Path,
    #[serde(flatten)]
    stands: &'a Stands,
}

/// Fetches.
pub(super) async fn run(args: &FetchArgs, output: &Output) -> CliResult<()> {
    let id: StatementId = args
        .statement
        .parse()
        .map_err(|_| CliError::Usage(format!("`{}` is no id of 64 hexadecimal digits", args.statement)))?;
    let node = Remote::new(&args.url)?;
    let Some(out) = &args.out else {
        let proof = proof(&node, &id).await?;
        statement_of(&proof, &id)?;
        return output.print(proof.to_string().trim_end());
    };
    let folder = folder_of(out);
    if !folder.is_dir() {
        return Err(CliError::Usage(format!(
            "there is no folder {}: make it first, or name another file with --out",
            folder.display()
        )));
    }
    let mut charters = charters(args, &node, &folder, output).await?;
    there_already(out, &id, &charters)?;
    let deadline = Instant::now() + Duration::from_secs(args.wait);
    let (proof, proven) = loop {
        let proof = proof(&node, &id).await?;
        // The charter may change while one waits, and the log's key with it: read after the proof, it knows what signed that.
        charters = charters.extended(&node.bytes("/charter/chain", &[]).await?)?;
        let proven = proven(&proof, &id, &charters);
        let witnessed = proven.as_ref().is_ok_and(Stands::is_witnessed);
        if witnessed || Instant::now() >= deadline {
            break (proof, proven);
        }
        tokio::time::sleep(LOOK).await;
    };
    chain::keep(&folder, &charters)?;
    let before = there_already(out, &id, &charters)?;
    let stands = match (proven, before) {
        (Err(error), _) => {
            // It is kept all the same, since it is what the node answered, and never in the place of one that stands.
            let refused = with_ending(out, "refused");
            // What it is about is not known: it may be anybody's.
            write(&refused, proof.to_string().as_bytes(), None)?;
            output.warn(&format!("what the node answered is in {}", refused.display()));
            return Err(error);
        }
        (Ok(stands), Some(before)) if before.is_witnessed() && !stands.is_witnessed() => {
            output.warn(&format!(
                "{} is witnessed already, and the node's answer only logged: it is left as it is",
                out.display()
            ));
            before
        }
        (Ok(stands), _) => {
            let statement = Statement::parse(&statement_of(&proof, &id)?).ok();
            write(out, proof.to_string().as_bytes(), statement.as_ref())?;
            stands
        }
    };
    let charter_file = chain::chain_in(&folder);
    let fetched = Fetched {
        receipt: out,
        charter_file: &charter_file,
        stands: &stands,
    };
    output.data(&fetched, |_| {
        format!(
            "{}, with the charter {} beside it: {}",
            out.display(),
            charter_file.display(),
            text(&stands)
        )
    })
}

async fn proof(node: &Remote, id: &StatementId) -> CliResult<TlogProof> {
    tlog_proof(&node.bytes(&format!("/entries/{id}/proof"), &[]).await?)
}

/// The statement that a proof carries, which must be the one that was asked for: a node could answer with the good proof of
/// another.
fn statement_of(proof: &TlogProof, id: &StatementId) -> CliResult<Vec<u8>> {
    let statement = proof
        .extra
        .clone()
        .ok_or_else(|| no("the node's proof carries no statement"))?;
    let found = Digest::of(&statement);
    if found != *id {
        return Err(no(format!(
            "the node's proof is of statement {found}, not of {id}"
        )));
    }
    Ok(statement)
}

fn proven(proof: &TlogProof, id: &StatementId, charters: &CharterLog) -> CliResult<Stands> {
    let statement = statement_of(proof, id)?;
    let proof = Proof::Tlog(Box::new(proof.clone()));
    prove(&Held { proof, statement }, charters)
}

/// What stands of a file that is there already: nothing else than a receipt of the same statement is written over.
fn there_already(out: &Path, id: &StatementId, charters: &CharterLog) -> CliResult<Option<Stands>> {
    let taken = || {
        CliError::Usage(format!(
            "{} is there already, and is no receipt of {id}: name another file",
            out.display()
        ))
    };
    if out.file_name() == Some(CHAIN_FILE.as_ref()) {
        return Err(CliError::Usage(format!(
            "{CHAIN_FILE} is the name of the charter beside receipts: name another file"
        )));
    }
    let bytes = match std::fs::read(out) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(CliError::file(out)(error)),
    };
    let proof = tlog_proof(&bytes).map_err(|_| taken())?;
    statement_of(&proof, id).map_err(|_| taken())?;
    Ok(proven(&proof, id, charters).ok())
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// The club's charter as the node serves it: of the club that was named, or whose charter stands in the folder already.
async fn charters(args: &FetchArgs, node: &Remote, folder: &Path, output: &Output) -> CliResult<CharterLog> {
    let bytes = node.bytes("/charter/chain", &[]).await?;
    let kept = chain::kept(folder)?;
    let given = args.club.charter_id.as_deref();
    if let Some(kept) = kept {
        chain::pin(&kept, given)?;
        return Ok(kept.extended(&bytes)?);
    }
    if let Some(given) = given {
        return Ok(CharterLog::parse(&bytes, &chain::parse_id(given)?)?);
    }
    let club = trusted(node, None).await?;
    output.warn(&format!(
        "the club's first charter {club} was taken from {} and not checked: compare it with what a member tells you",
        args.url
    ));
    Ok(CharterLog::parse(&bytes, &club)?)
}
