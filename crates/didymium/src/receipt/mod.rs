//! `didymium receipt`: take the proof of a logged statement home, and check it years later without any server.

mod chain;
mod fetch;
mod file;
mod keep;
mod prove;
mod verify;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use didymium_node::NodeError;
use didymium_node::folder::{PLAIN_MODE, SECRET_MODE, write_atomic};
use didymium_statement::{Statement, Visibility};

use crate::error::{CliError, CliResult};
use crate::output::Output;
pub use keep::{KeepArg, Keeper, Kept, receipt_of};

const AFTER: &str = "\
Examples:
  didymium receipt fetch --url http://127.0.0.1:7410 5f0c… --out 5f0c.tlog-proof --wait 60
  didymium receipt verify 5f0c.tlog-proof
  didymium receipt verify 5f0c.receipt.cose --statement 5f0c.cose --logged-is-enough

A receipt proves that a statement is in its member's log. It is checked offline against the club's charter: all its \
versions, in the file charter.chain beside the receipt unless --charter names another. `receipt fetch` writes it there. \
That file is where the trust comes from: compare the club's id that is printed with what a member tells you, or let \
--charter-id compare it.

Two forms are read: a C2SP tlog-proof with the statement in it, and a COSE receipt (RFC 9942), beside its statement or in its \
header (a transparent statement, as `--receipt` of import, sealed file and sealed grant writes them).

*logged* means that the member's log has signed it; *witnessed* that enough other members have cosigned the log's head, so \
that no other history of it can be final. Nothing less is accepted unless --logged-is-enough is said. A COSE receipt is \
the log's word alone, so it is logged and no more; a club of fewer than five members has no quorum.

Exit codes: 0 it stands; 2 the charter or the statement is not at hand, or the file in the charter's place holds none; 4 it or the \
charter does not stand, it is of another club than --charter-id names, or it is only logged.";

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
    Fetch(fetch::FetchArgs),
    /// Check a receipt offline
    Verify(verify::VerifyArgs),
}

/// Which club is trusted.
#[derive(Debug, Args)]
struct ClubArg {
    /// Id of the club's first charter, if you know it; otherwise compare the one that is printed
    #[arg(long, value_name = "ID")]
    charter_id: Option<String>,
}

/// Fetches or verifies.
pub async fn run(args: ReceiptArgs, output: &Output) -> CliResult<()> {
    match args.what {
        What::Fetch(args) => fetch::run(&args, output).await,
        What::Verify(args) => verify::run(&args, output),
    }
}

fn no(reason: impl Into<String>) -> CliError {
    CliError::NotVerified {
        reason: reason.into(),
        source: None,
    }
}

/// Writes a file that holds a statement: for its owner's eyes alone, unless anybody may read the statement. It is renamed into its
/// place, so that a crash leaves what was there before or this.
fn write(path: &std::path::Path, bytes: &[u8], statement: Option<&Statement>) -> CliResult<()> {
    let public = statement.is_some_and(|statement| statement.visibility == Visibility::Public);
    let mode = if public { PLAIN_MODE } else { SECRET_MODE };
    write_atomic(path, bytes, mode).map_err(|error| match error {
        NodeError::Io { path, source } => CliError::File { path, source },
        error => error.into(),
    })
}

/// A file of at most `bytes_max`, read whole.
fn read(path: &std::path::Path, bytes_max: usize) -> CliResult<Vec<u8>> {
    let length = std::fs::metadata(path).map_err(CliError::file(path))?.len();
    if length > bytes_max as u64 {
        return Err(no(format!(
            "{} has {length} bytes: no receipt or statement has more than {bytes_max}",
            path.display()
        )));
    }
    std::fs::read(path).map_err(CliError::file(path))
}

/// The folder that a file stands in.
fn folder_of(file: &std::path::Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}
