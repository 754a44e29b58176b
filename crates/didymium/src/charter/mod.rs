//! `didymium charter`: who is in the club, with which keys, and how that changes.

mod desk;
mod propose;
mod show;
mod sign;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::error::CliResult;
use crate::output::Output;
use crate::reader::PlaceArgs;
pub use desk::{members_elsewhere, read_charter, trusted};
pub use show::standing;

const AFTER: &str = "\
Examples:
  didymium charter show --url http://127.0.0.1:7410           members, keys, versions, what is proposed
  didymium charter show --dir club/CAN --policy CAN           who must cosign for CAN's log to be final (tlog-policy)
  didymium charter propose --dir club/CAN --threshold 6       six of seven must sign the next version
  didymium charter propose --dir club/CAN --role ITA:associate  it states and is witnessed, and neither votes nor witnesses
  didymium charter propose --dir club/CAN --rotate statement  a new key; the old one counts for what it signed
  didymium charter propose --dir club/DEU --revoke CAN:statement --reason \"stolen with a laptop\" \\
      --last-good CAN:1200                                    what its log held before the theft counts, nothing after it
  didymium charter sign --dir club/DEU 5f0c…                  sign what another member has proposed

A version counts once the threshold of voting members has signed it, under the version before and under itself. Who joins, \
and whose keys or address change, signs as well. Where the node of the folder runs, it is asked; else its files are used.";

/// Show, propose or sign versions of the charter
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct CharterArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show members, keys, versions, and proposals with who has signed
    Show {
        #[command(flatten)]
        place: PlaceArgs,
        /// Members of this version instead of the one in force
        #[arg(long, value_name = "N")]
        version: Option<u32>,
        /// Print what makes a checkpoint of this member's log final, as a C2SP tlog-policy for other verifiers
        #[arg(long, value_name = "CODE")]
        policy: Option<String>,
        /// Id of the club's first charter, if you know it; otherwise what the node says is believed
        #[arg(long, value_name = "ID")]
        charter_id: Option<String>,
    },
    /// Propose the next version, signed with the key of a folder
    Propose {
        /// Folder of the member's node
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        #[command(flatten)]
        change: propose::ChangeArgs,
        /// Write the signed proposal to this file and send nothing
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Sign a proposal with the key of a folder
    Sign {
        /// Folder of the member's node
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// Id of the proposal, or its first digits, or a file that holds it
        proposal: String,
        /// Write the signed proposal to this file and send nothing
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// Shows, proposes or signs.
pub async fn run(args: CharterArgs, output: &Output) -> CliResult<()> {
    match args.what {
        What::Show {
            place,
            version,
            policy,
            charter_id,
        } => {
            let asked = show::Asked {
                version,
                policy: policy.as_deref(),
                charter_id: charter_id.as_deref(),
            };
            show::run(&place, &asked, output).await
        }
        What::Propose { dir, change, out } => propose::run(&dir, change, out.as_deref(), output).await,
        What::Sign { dir, proposal, out } => sign::run(&dir, &proposal, out.as_deref(), output).await,
    }
}
