//! `didymium receipt verify`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::prove::{Stands, behind, prove, text};
use super::{ClubArg, chain, file, folder_of, no};
use crate::error::{CliError, CliResult};
use crate::output::Output;
use crate::statement::read_charter;

/// What is checked, and against what.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The receipt: a tlog-proof, a COSE receipt, or a statement that carries one
    file: PathBuf,
    /// The statement, for a COSE receipt that does not carry it; `X.cose` beside `X.receipt.cose` if left out
    #[arg(long, value_name = "FILE")]
    statement: Option<PathBuf>,
    /// The charter whose keys count: the chain of all versions, or a first one alone; `charter.chain` beside the receipt if
    /// left out
    #[arg(long, value_name = "FILE")]
    charter: Option<PathBuf>,
    #[command(flatten)]
    club: ClubArg,
    /// Accept a receipt that is *logged* and not *witnessed*
    #[arg(long)]
    logged_is_enough: bool,
}

/// The answer yes.
#[derive(Debug, Serialize)]
struct Verdict<'a> {
    #[serde(flatten)]
    stands: &'a Stands,
    /// The file of the charter that it was checked against.
    charter_file: &'a Path,
    /// Whether the club was named from elsewhere.
    trusted: bool,
}

/// Verifies.
pub(super) fn run(args: &VerifyArgs, output: &Output) -> CliResult<()> {
    if args.file.is_dir() {
        let folder = args.file.display();
        return Err(CliError::Usage(format!(
            "{folder} is a folder: name the file of one receipt"
        )));
    }
    let charter_file = match &args.charter {
        Some(path) => path.clone(),
        None => beside(&args.file)?,
    };
    let held = file::held(&args.file, args.statement.as_deref())?;
    let charters = read_charter(&charter_file)?;
    chain::pin(&charters, args.club.charter_id.as_deref())?;
    let stands = prove(&held, &charters)?;
    if !(stands.is_witnessed() || args.logged_is_enough) {
        return Err(no(format!(
            "it is only logged, and witnessed is asked for (--logged-is-enough accepts it; `didymium receipt fetch` takes home \
             a witnessed one when enough members have cosigned)\n  {}: entry {} of {}, size {}",
            behind(&stands),
            stands.index,
            stands.log,
            stands.size
        )));
    }
    let trusted = args.club.charter_id.is_some();
    let verdict = Verdict {
        stands: &stands,
        charter_file: &charter_file,
        trusted,
    };
    output.data(&verdict, |_| {
        let trust = if trusted {
            "the club is the one that --charter-id names".to_owned()
        } else {
            format!(
                "the trust comes from {} alone: compare the club's id with what a member tells you, or give it with --charter-id",
                charter_file.display()
            )
        };
        format!("it stands: {}\n  {trust}", text(&stands))
    })
}

fn beside(receipt: &Path) -> CliResult<PathBuf> {
    let path = chain::chain_in(&folder_of(receipt));
    if path.is_file() {
        return Ok(path);
    }
    // A receipt that is not there is said first.
    std::fs::metadata(receipt).map_err(CliError::file(receipt))?;
    Err(CliError::Usage(format!(
        "there is no {} to check it against: name the club's charter with --charter (a node serves it at /charter/chain, and \
         `didymium receipt fetch` writes it beside the receipt)",
        path.display()
    )))
}
