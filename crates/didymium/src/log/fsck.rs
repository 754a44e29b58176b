//! `didymium log fsck`: is the log in a node's folder as it was signed?

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use didymium_node::audit::{Budget, FsckRequest, StoreSource, fsck};
use didymium_node::folder::{read_public, require_member_ever};
use didymium_store::SqliteStore;

use crate::error::CliResult;
use crate::output::Output;
use crate::progress::EntryProgress;
use crate::report::{outcome, text};

#[derive(Debug, Args)]
pub struct FsckArgs {
    /// Folder of a node, running or not, such as `club/CAN`
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// Whose log: a member's code; the node's own if left out
    #[arg(long, value_name = "CODE")]
    member: Option<String>,
    /// Check envelope, issuer and signature of every entry as well
    #[arg(long)]
    signatures: bool,
}

/// Checks, prints every answer, and ends with the code of the worst.
pub fn run(args: &FsckArgs, output: &Output) -> CliResult<()> {
    let (config, charters) = read_public(&args.dir)?;
    let code = args.member.as_deref().unwrap_or(&config.member);
    let member = require_member_ever(&charters, code)?;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let store = Arc::new(SqliteStore::open_read_only(&args.dir, threads.min(8))?);
    let budget = Arc::new(Budget::unbounded());
    let source = StoreSource::new(&args.dir, store, member.origin(), budget);
    let watch = EntryProgress::new();
    let report = fsck(&FsckRequest {
        source: &source,
        charters: &charters,
        member,
        signatures: args.signatures,
        watch: &watch,
    })?;
    watch.done();
    output.data(&report, text)?;
    outcome(&report)
}
