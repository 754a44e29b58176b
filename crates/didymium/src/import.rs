//! `didymium import`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use clap::{Args, ValueEnum};
use didymium_node::clock::SystemClock;
use didymium_node::import::{
    ImportError, LOOKED_AT_ROWS_MAX, Loaded, Registered, Sources, TableJob, TableKind, Unusable, Unused,
    unused,
};
use didymium_node::receipt::transparent_statement;
use didymium_node::{NodeError, NodeFolder, NodeState, ask_before_signing, charter, open_unasked};
use didymium_statement::StatementId;
use serde_json::json;

use crate::error::{CliError, CliResult};
use crate::output::Output;
use crate::progress::TableProgress;
use crate::receipt::{Keeper, Kept};

const AFTER: &str = "\
Examples:
  didymium import --dir club/CAN --kind statistic production_2025.csv
  didymium import --dir club/CAN --kind site my_sites.csv --sources my_sources.csv
  didymium import --dir club/CAN --kind site my_sites.csv --supersede 'capacity as of 2025'
  didymium import --dir club/CAN --kind statistic production_2025.csv --receipt my_receipts

The columns are those of docs/fact-tables.md. Every row names its source, and the source stands in sources.csv beside \
the table. A row that breaks a rule is told with its line, column and value, and then nothing of the file is loaded (exit \
code 3). The same file twice logs nothing new.

A figure that contradicts another table of the member (the same source and key, another value) is refused, and the statement \
that says otherwise is named; with --supersede it is replaced, if the file says everything else that it said. What looks \
wrong but is what the source says (a world total below one country's figure) is loaded with a warning. So is what the balance of the chain \
cannot use: a figure of a site that nobody registered, a mass on another basis than the chain counts. Register sites before their figures.";

/// Where the balance tells what it cannot use.
const CONTRADICTIONS: &str = "`didymium twin contradictions` tells it, and the page Contradictions.";

/// Log the rows of a CSV table as signed statements: all of the file or nothing
///
/// The node must not be running. Up to 5,000,000 rows; memory stays bounded.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct ImportArgs {
    /// Folder of the node
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// What the rows are
    #[arg(long, value_enum)]
    kind: KindArg,
    /// The table
    file: PathBuf,
    /// The sources that rows name; `sources.csv` beside the table if left out
    #[arg(long, value_name = "FILE")]
    sources: Option<PathBuf>,
    /// Name of the table in the statements' URIs; the file's name if left out
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// Replace what was said before about the same subjects, for this reason
    #[arg(long, value_name = "REASON")]
    supersede: Option<String>,
    /// Write the receipts (*logged*) of what was logged into this folder: each statement with its COSE receipt, and the club's
    /// charter in `charter.chain`
    #[arg(long = "receipt", value_name = "FOLDER")]
    receipts: Option<PathBuf>,
    /// The folder is no old backup: sign although too few other members answer. If it is one, the log will be proven to
    /// contradict itself
    #[arg(long)]
    newest: bool,
}

/// The kinds of tables, for clap.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum KindArg {
    /// One observation a row
    Statistic,
    /// One process of a site a row
    Site,
    /// One event a row
    Notice,
}

impl From<KindArg> for TableKind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Statistic => Self::Statistic,
            KindArg::Site => Self::Site,
            KindArg::Notice => Self::Notice,
        }
    }
}

/// Imports the file.
pub async fn run(args: &ImportArgs, output: &Output) -> CliResult<()> {
    let started = Instant::now();
    // Without the table it does not matter what the others know.
    require_file(&args.file)?;
    let state = tokio::task::block_in_place(|| open_node(args))?;
    if let Err(error) = ask_before_signing(&state).await {
        // Nobody to ask is for the operator to judge; that somebody knows more is not.
        let silent = matches!(error, NodeError::LogWaits { .. });
        if !silent {
            return Err(error.into());
        }
        if !args.newest {
            return Err(CliError::Unasked { source: error });
        }
        open_unasked(&state);
    }
    tokio::task::block_in_place(|| import(args, &state, output, started))
}

fn require_file(file: &Path) -> CliResult<()> {
    let found = std::fs::metadata(file).map_err(CliError::file(file))?;
    if found.is_dir() {
        return Err(CliError::file(file)(std::io::ErrorKind::IsADirectory.into()));
    }
    Ok(())
}

fn open_node(args: &ImportArgs) -> CliResult<NodeState> {
    Ok(NodeState::open(
        NodeFolder::open(&args.dir)?,
        Arc::new(SystemClock),
    )?)
}

fn import(args: &ImportArgs, state: &NodeState, output: &Output, started: Instant) -> CliResult<()> {
    let sources_file = args
        .sources
        .clone()
        .unwrap_or_else(|| args.file.with_file_name("sources.csv"));
    // What would keep receipts from being written is said before anything is logged.
    let charters = charter::current(state);
    let keeper = args.receipts.as_ref();
    let keeper = keeper
        .map(|folder| Keeper::new(folder, &charters, true))
        .transpose()?;
    let sources = Sources::read(&shown(&sources_file), open(&sources_file)?);
    let loaded = sources.and_then(|sources| load(args, state, &sources));
    match loaded {
        Ok(loaded) => {
            for warning in &loaded.warnings {
                output.warn(&format!("{}: {warning}", args.file.display()));
            }
            let unused = tell_unused(args, state, &loaded, output);
            let receipts = keeper.map(|keeper| keep(&keeper, state, &loaded.statements, output));
            let receipts = receipts.transpose()?;
            let seconds = started.elapsed().as_secs_f64();
            let answer = json!({ "file": args.file, "rows": loaded.rows, "logged": loaded.logged, "unchanged": loaded.unchanged, "warnings": loaded.warnings, "unused": unused, "seconds": seconds, "receipts": receipts });
            output.data(&answer, |_| {
                format!(
                    "{}: {} rows; {} statements logged, {} were there already ({seconds:.1} s)",
                    args.file.display(),
                    loaded.rows,
                    loaded.logged,
                    loaded.unchanged
                )
            })
        }
        Err(ImportError::Refused(refusal)) => {
            if output.json() {
                output.data(&refusal, |_| String::new())?;
            }
            Err(ImportError::Refused(refusal).into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Warns of what the balance cannot use of what was logged; none if nobody could look. What is logged stays logged.
fn tell_unused(args: &ImportArgs, state: &NodeState, loaded: &Loaded, output: &Output) -> Option<Unused> {
    let file = args.file.display();
    let unused = match unused(state, loaded) {
        Ok(unused) => unused,
        Err(error) => {
            output.warn(&format!(
                "{file}: nobody looked at what the balance cannot use of it: {error}. {CONTRADICTIONS}"
            ));
            return None;
        }
    };
    if !unused.looked {
        output.say(&format!(
            "{file}: more than {LOOKED_AT_ROWS_MAX} rows are not looked at here for what the balance cannot use. {CONTRADICTIONS}"
        ));
    }
    for one in &unused.told {
        output.warn(&format!("{file}: {}", unusable_text(one)));
    }
    if unused.more > 0 {
        output.warn(&format!(
            "{file}: the balance does not use figures for {} more reasons. {CONTRADICTIONS}",
            unused.more
        ));
    }
    Some(unused)
}

/// What, of which site, where it was said, what is wrong and what to do.
fn unusable_text(one: &Unusable) -> String {
    let site = one.site.as_deref();
    let alike = match one.figures.saturating_sub(1) {
        0 => String::new(),
        1 => " and 1 figure alike".to_owned(),
        more => format!(" and {more} figures alike"),
    };
    let what = match (one.about.is_empty(), site) {
        (true, site) => format!("the site `{}`", site.unwrap_or_default()),
        (false, _) => format!("`{}`{alike}", one.about),
    };
    let verb = if one.used {
        "uses, but look at"
    } else {
        "cannot use"
    };
    format!(
        "the balance {verb} {what} (statement {}), which {}",
        one.statement, one.words.en
    )
}

/// Writes the receipts of what was logged; what stood in the log before has its own, which `receipt fetch` gives.
fn keep(keeper: &Keeper, state: &NodeState, statements: &[StatementId], output: &Output) -> CliResult<Kept> {
    // Proven one by one, each as `receipt verify` would.
    let charters = charter::current(state);
    for id in statements {
        keeper.keep(id, &transparent_statement(state, id)?, &charters)?;
    }
    let kept = keeper.kept();
    output.say(&format!(
        "receipts of {} statements: {} (logged)",
        statements.len(),
        kept.receipts.display()
    ));
    Ok(kept)
}

fn load(args: &ImportArgs, state: &NodeState, sources: &Sources) -> Result<Loaded, ImportError> {
    let file = shown(&args.file);
    let input = File::open(&args.file).map_err(|source| ImportError::Read {
        file: file.clone(),
        source,
    })?;
    let bytes = input.metadata().ok().map(|meta| meta.len());
    let stem = args
        .file
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    let table = args.table.as_deref().unwrap_or(stem);
    let mut registered = Registered::scan(&**state.store(), state.charter().charter())?;
    let mut progress = TableProgress::new(table, bytes);
    let supersede = args.supersede.as_deref();
    let job = TableJob {
        kind: args.kind.into(),
        table,
        file: &file,
        sources,
        supersede,
    };
    let loaded = job.load(state, &mut registered, input, &mut progress);
    progress.done();
    loaded
}

fn open(path: &Path) -> CliResult<File> {
    File::open(path).map_err(CliError::file(path))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
