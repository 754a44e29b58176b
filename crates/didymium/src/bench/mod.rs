//! `didymium bench`: load on a running log, and whether what it answered was true.

mod check;
mod client;
mod load;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use didymium_node::NodeFolder;
use didymium_node::club::{ClubSpec, MemberSpec, found, member_dir};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::error::{CliError, CliResult};
use crate::output::Output;

/// Longest wait for the node to be up.
const UP_MAX: Duration = Duration::from_secs(20);

const AFTER: &str = "\
Examples:
  didymium bench log
  didymium bench log --clients 512 --seconds 30 --json
  didymium bench log --dir club/CAN --url http://127.0.0.1:7410

Each client keeps one connection and submits one statement after the other to POST /entries. An acknowledgement means that \
the statement is on disk, inside a signed checkpoint. Afterwards the whole log is read back, its root is computed and held \
against the signed checkpoint, and every acknowledged statement must stand where the answer said; exit code 4 if one does \
not. Without --url a node of its own is founded in a folder of its own, run as another process, and removed. With --url \
the statements stay in that log for ever: do not do it to a log that you need.";

/// Put load on a log and check that every acknowledgement was true
#[derive(Debug, Args)]
pub struct BenchArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Submit statements as fast as the log takes them
    #[command(after_help = AFTER)]
    Log(LogArgs),
}

#[derive(Debug, Args)]
struct LogArgs {
    /// Clients at the same time; one row of the result each
    #[arg(long, value_name = "COUNT", value_delimiter = ',', default_values_t = [1, 64, 512], value_parser = clap::value_parser!(u16).range(1..=4_096))]
    clients: Vec<u16>,
    /// Seconds that each row takes
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Bytes of a statement
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u64).range(400..=30_000))]
    bytes: u64,
    /// Folder of the node whose key signs the statements; needed with --url
    #[arg(long, value_name = "DIR", requires = "url")]
    dir: Option<PathBuf>,
    /// Address of a node that runs
    #[arg(long, requires = "dir")]
    url: Option<String>,
}

/// One row of the result.
#[derive(Debug, Serialize)]
struct Row {
    clients: u16,
    acknowledged: usize,
    /// Statements that the node asked to submit again later.
    refused: usize,
    per_second: u64,
    bytes: usize,
    /// Waits for an acknowledgement, milliseconds.
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
}

#[derive(Debug, Serialize)]
struct Benched {
    rows: Vec<Row>,
    /// Entries of the log when it was read back.
    entries: u64,
    /// Acknowledgements that were checked.
    checked: usize,
    /// Largest memory of the node's process, MiB; absent where the system does not tell.
    node_memory_mib: Option<u64>,
}

/// Runs the benchmark.
pub async fn run(args: BenchArgs, output: &Output) -> CliResult<()> {
    let What::Log(args) = args.what;
    match (&args.dir, &args.url) {
        (Some(dir), Some(url)) => bench(&args, dir, url, None, output).await,
        _ => {
            let own = OwnNode::start().await?;
            let outcome = bench(&args, &own.dir, &own.url, own.process.id(), output).await;
            own.stop().await?;
            outcome
        }
    }
}

async fn bench(
    args: &LogArgs,
    dir: &Path,
    url: &str,
    process: Option<u32>,
    output: &Output,
) -> CliResult<()> {
    let author = load::Author::of(NodeFolder::open(dir)?)?;
    let mut rows = Vec::new();
    let mut told = Vec::new();
    for clients in &args.clients {
        let run = load::run(&author, url, *clients, args.seconds, args.bytes).await?;
        let row = run.row(*clients);
        if !output.json() {
            output.print(&row.text(rows.is_empty()))?;
        }
        rows.push(row);
        told.extend(run.told);
    }
    let entries = check::all_true(url, &author.log_key, &told).await?;
    let benched = Benched {
        rows,
        entries,
        checked: told.len(),
        node_memory_mib: process.and_then(memory_max_mib),
    };
    output.data(&benched, Benched::text)
}

impl Row {
    fn text(&self, first: bool) -> String {
        let head = "clients  statements/s  bytes  p50 ms  p95 ms  p99 ms  refused\n";
        format!(
            "{}{:>7}  {:>12}  {:>5}  {:>6.1}  {:>6.1}  {:>6.1}  {:>7}",
            if first { head } else { "" },
            self.clients,
            self.per_second,
            self.bytes,
            self.p50_ms,
            self.p95_ms,
            self.p99_ms,
            self.refused
        )
    }
}

impl Benched {
    fn text(&self) -> String {
        let memory = self
            .node_memory_mib
            .map_or_else(String::new, |mib| format!("; the node took {mib} MiB at most"));
        format!(
            "all {} acknowledgements were true: the log has {} entries, and they lead to the root that it signed{memory}",
            self.checked, self.entries
        )
    }
}

/// A node of the benchmark's own: its folder and its process.
struct OwnNode {
    root: PathBuf,
    dir: PathBuf,
    url: String,
    process: Child,
}

#[derive(Deserialize)]
struct Up {
    address: String,
}

impl OwnNode {
    async fn start() -> CliResult<Self> {
        let root = std::env::temp_dir().join(format!("didymium-bench-{}", std::process::id()));
        let listen = ([127, 0, 0, 1], 0).into();
        let spec = ClubSpec {
            club: "Benchmark".to_owned(),
            members: vec![MemberSpec::local("CAN", "can.bench.example", listen)],
        };
        found(&root, &spec, Arc::new(didymium_node::clock::SystemClock))?;
        let dir = member_dir(&root, "CAN");
        let program = std::env::current_exe().map_err(CliError::Runtime)?;
        let mut process = Command::new(program)
            .args(["--json", "--log", "warn", "serve", "--dir"])
            .arg(&dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(CliError::Runtime)?;
        let mut said = String::new();
        if let Some(stdout) = process.stdout.take() {
            let mut lines = BufReader::new(stdout.take(16 * 1024)).lines();
            let reading = async {
                // One JSON document, which may stand on several lines.
                while serde_json::from_str::<Up>(&said).is_err() {
                    match lines.next_line().await {
                        Ok(Some(line)) => said.push_str(&line),
                        _ => return,
                    }
                }
            };
            // Whether it came in time shows in what can be read.
            let _ = tokio::time::timeout(UP_MAX, reading).await;
        }
        let up: Up = serde_json::from_str(&said)
            .map_err(|_| untrue("the node of the benchmark did not start".to_owned()))?;
        Ok(Self {
            root,
            dir,
            url: up.address,
            process,
        })
    }

    async fn stop(mut self) -> CliResult<()> {
        self.process.kill().await.map_err(CliError::Runtime)?;
        std::fs::remove_dir_all(&self.root).map_err(CliError::file(&self.root))
    }
}

/// What makes an acknowledgement untrue, or the benchmark void.
fn untrue(reason: String) -> CliError {
    CliError::NotVerified { reason, source: None }
}

/// The largest resident memory that a process has had (Linux).
fn memory_max_mib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}
