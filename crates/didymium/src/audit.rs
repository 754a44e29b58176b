//! `didymium audit`: can a member's log be believed? Yes or no, with reasons.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use didymium_node::audit::{Answer, AuditRequest, Budget, HttpSource, LogSource, Reader, audit};
use tokio::runtime::Handle;

use crate::error::{CliError, CliResult};
use crate::log::place::{LogPlace, face, reader};
use crate::output::Output;
use crate::progress::EntryProgress;
use crate::report::{outcome, text};
use crate::statement::read_charter;

const AFTER: &str = "\
Examples:
  didymium audit http://127.0.0.1:7410 --keep can.checkpoint            the first time
  didymium audit http://127.0.0.1:7410 --charter charter.cose --since can.checkpoint --keep can.checkpoint
  didymium audit http://127.0.0.1:7411 --member CAN                     the copy that another member keeps
  didymium audit https://192.0.2.7:7411 --as ./jpn                      what is for members too, with the keys of a node
  didymium audit http://127.0.0.1:7410 --against http://127.0.0.1:7411  do both show the same history?
  didymium audit downloaded/ --charter charter.cose                     a folder of static files: checkpoint, tile/…

Every check is a line: yes; no; open, where nothing speaks against it and the line says what would show it; missing, where \
something that it needs is not here. Exit code 0 if none is no, 4 if one is, 5 if something is missing or a bound was \
reached. docs/audit.md says how an auditor goes about it.";

/// Audit any member's log: yes or no, with reasons
///
/// Nothing is believed that the place shows: who signed the head, who cosigned it, that every entry and tile leads to the
/// signed root, that every entry is a statement of the member, that nothing was changed since last time.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct AuditArgs {
    /// Address of a node, folder of a node, or folder of a downloaded log (C2SP tlog-tiles)
    #[arg(value_name = "URL|FOLDER")]
    place: String,
    /// Whose log: a member's code; the one that the place calls its own if left out
    #[arg(long, value_name = "CODE")]
    member: Option<String>,
    /// The charter whose keys count, its first version or the chain of all; the one found beside the log if left out
    #[arg(long, value_name = "FILE")]
    charter: Option<PathBuf>,
    /// Read as a member, with the keys of its node's folder: what is not public too, at nodes on other machines
    #[arg(long = "as", value_name = "FOLDER")]
    reader: Option<PathBuf>,
    /// The checkpoint kept from last time: the log must extend it
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    /// Keep the checkpoint here, for the next time, unless the answer is no
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
    /// Another node that shows the same log, to be compared
    #[arg(long, value_name = "URL")]
    against: Option<String>,
    /// Accept nothing less than a head that enough members have cosigned
    #[arg(long)]
    witnessed: bool,
    /// Check the payloads that stand beside the entries as well
    #[arg(long)]
    payloads: bool,
    /// Most that is read, MiB
    #[arg(long, value_name = "MIB", default_value_t = 4_096)]
    mib_max: u64,
    /// Longest time, seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    seconds_max: u64,
}

/// Audits, prints every answer, keeps the head, and ends with the code of the worst answer.
pub async fn run(args: &AuditArgs, output: &Output) -> CliResult<()> {
    // Every read blocks; what is read over HTTP runs on the other threads of the runtime.
    tokio::task::block_in_place(|| run_blocking(args, output))
}

fn run_blocking(args: &AuditArgs, output: &Output) -> CliResult<()> {
    let bytes_max = args.mib_max.saturating_mul(1 << 20);
    let budget = Arc::new(Budget::new(bytes_max, Duration::from_secs(args.seconds_max)));
    let charter = args.charter.as_deref().map(read_charter).transpose()?;
    let since = args.since.as_deref().map(read_kept).transpose()?;
    let code = args.member.as_deref();
    let reader = reader(args.reader.as_deref())?;
    let place = if args.place.contains("://") {
        LogPlace::at_address(&args.place, code, charter, &reader, &budget)?
    } else {
        LogPlace::in_folder(Path::new(&args.place), code, charter, &budget)?
    };
    let against = args
        .against
        .as_deref()
        .map(|url| other_face(url, &place, &reader, &budget))
        .transpose()?;
    let watch = EntryProgress::new();
    let (report, head) = audit(&AuditRequest {
        source: &*place.source,
        charters: &place.charters,
        charter_brought: place.charter_brought,
        member: &place.member,
        witnessed: args.witnessed,
        payloads: args.payloads,
        since: since.as_deref(),
        against: against.as_deref(),
        budget: &budget,
        watch: &watch,
    })?;
    watch.done();
    output.data(&report, text)?;
    if let (Some(file), Some(head)) = (&args.keep, head)
        && report.verdict != Answer::No
    {
        keep(file, head.note.to_string().as_bytes())?;
    }
    outcome(&report)
}

fn read_kept(path: &Path) -> CliResult<Vec<u8>> {
    std::fs::read(path).map_err(CliError::file(path))
}

fn other_face(
    url: &str,
    place: &LogPlace,
    reader: &Reader,
    budget: &Arc<Budget>,
) -> CliResult<Box<dyn LogSource>> {
    let own = HttpSource::new(url, None, reader, Handle::current(), Arc::clone(budget))?;
    let (source, _) = face(
        own,
        url,
        Some(&place.member.member),
        &place.charters,
        reader,
        budget,
    )?;
    Ok(source)
}

/// Replaces the file whole, or not at all: a kept checkpoint that is cut short would be no checkpoint.
fn keep(path: &Path, note: &[u8]) -> CliResult<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let written = std::fs::File::create(&new).and_then(|mut file| {
        file.write_all(note)?;
        file.sync_all()
    });
    written
        .and_then(|()| std::fs::rename(&new, path))
        .map_err(CliError::file(path))
}
