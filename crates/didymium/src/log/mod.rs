//! `didymium log`: a member's log for people: what is in it, where an entry stands, whether the folder is sound, and how it is
//! brought back.

mod fsck;
mod inspect;
mod lookup;
pub mod place;
mod restore;

use clap::{Args, Subcommand};

use crate::error::CliResult;
use crate::output::Output;

const AFTER: &str = "\
Examples:
  didymium log inspect --url http://127.0.0.1:7410             head, cosigners, last entries
  didymium log inspect --dir club/CAN --member USA --from 0    from the start of the copy of another member's log
  didymium log lookup --dir club/CAN 17                        entry 17, decoded, its place proven
  didymium log lookup --url http://127.0.0.1:7410 5f0c…        the same by the statement's id
  didymium log fsck --dir club/CAN --signatures                is all of the folder's log as it was signed?
  didymium log restore --dir club/CAN                          bring the log back from the copies of the others

The first three only read, and work beside a running node; `restore` writes, while the node is stopped. `fsck` exits with 4 if the answer is no, 5 if payloads are missing.";

/// Look into a member's log, find an entry, check the log of a folder, bring it back
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct LogArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print the head of a log, who cosigned it, and entries
    Inspect(inspect::InspectArgs),
    /// Find one entry and prove its place
    Lookup(lookup::LookupArgs),
    /// Check the log in a node's folder: entries, tiles, index, payloads, signatures
    Fsck(fsck::FsckArgs),
    /// Bring the log of a folder back from the copies of other members, after a lost disk or from an old backup
    Restore(restore::RestoreArgs),
}

/// Inspects, looks up, checks or restores.
pub async fn run(args: &LogArgs, output: &Output) -> CliResult<()> {
    match &args.what {
        What::Inspect(args) => inspect::run(args, output).await,
        What::Lookup(args) => lookup::run(args, output).await,
        What::Fsck(args) => fsck::run(args, output),
        What::Restore(args) => restore::run(args, output).await,
    }
}
