//! Loading the public facts, each table into its issuer's own log only.

use std::collections::BTreeMap;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};

use didymium_node::NodeState;
use didymium_node::import::{
    DataSource, ImportError, Manifest, ManifestEntry, Registered, Sources, TableJob,
};
use didymium_statement::Digest;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::{CliError, CliResult};
use crate::output::Output;
use crate::progress::TableProgress;
use crate::signals::Stop;

/// Beside a node's log: which tables it holds. Only a short cut; without it the tables are read again, and an import
/// of what is there already changes nothing.
const LOADED_FILE: &str = "tables.json";

const REASON: &str = "a newer edition of the table";

/// What became of a table.
#[derive(Debug, Clone, Serialize)]
pub(super) struct TableLine {
    file: String,
    issuer: String,
    pub(super) rows: u64,
    logged: u64,
    /// Whether the log held the table already.
    present: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    digest: String,
    rows: u64,
    /// Size of the log after the table was loaded.
    size: u64,
}

type Marks = BTreeMap<String, Mark>;

/// Loads every table of the manifest that the logs do not hold yet; between two tables it may be told to stop, and then
/// says nothing of what it did. Tables of the members that have left stay as their logs hold them.
pub(super) fn load_all(
    states: &[NodeState],
    left: &[&str],
    data: &DataSource,
    output: &Output,
    stop: &Stop,
) -> CliResult<Vec<TableLine>> {
    let vocabulary = didymium_vocabulary::Vocabulary::embedded();
    let manifest = Manifest::read("tables.csv", data.open("tables.csv")?.0, vocabulary)?;
    let sources = Sources::read("sources.csv", data.open("sources.csv")?.0)?;
    let mut lines = vec![None; manifest.tables.len()];
    for state in states {
        let issuer = &state.member().member;
        let own: Vec<_> = manifest
            .tables
            .iter()
            .enumerate()
            .filter(|(_, table)| table.issuer == *issuer)
            .collect();
        let mut marks = read_marks(&state.dir().join(LOADED_FILE));
        let size = state.ledger().log().size()?;
        let mut registered: Option<Registered> = None;
        for (place, table) in own {
            if stop.is_told() {
                return Ok(Vec::new());
            }
            let digest = digest_of(data, table)?;
            if let Some(mark) = marks
                .get(&table.file)
                .filter(|mark| mark.digest == digest && mark.size <= size)
            {
                lines[place] = Some(line(table, mark.rows, 0, true));
                continue;
            }
            let known = match &mut registered {
                Some(known) => known,
                none => none.insert(Registered::scan(&**state.store(), state.charter().charter())?),
            };
            let loaded = load(state, known, data, table, &sources)?;
            output.say(&format!(
                "  {issuer} {}: {} rows in {} statements",
                table.file, loaded.rows, loaded.logged
            ));
            lines[place] = Some(line(table, loaded.rows, loaded.logged, loaded.logged == 0));
            for warning in &loaded.warnings {
                output.warn(&format!("{}: {warning}", table.file));
            }
            let size = state.ledger().log().size()?;
            marks.insert(
                table.file.clone(),
                Mark {
                    digest,
                    rows: loaded.rows,
                    size,
                },
            );
            write_marks(&state.dir().join(LOADED_FILE), &marks)?;
        }
    }
    let strange = manifest
        .tables
        .iter()
        .zip(&lines)
        .find(|(table, line)| line.is_none() && !left.contains(&table.issuer.as_str()));
    if let Some((table, _)) = strange {
        return Err(CliError::Usage(format!(
            "tables.csv: {} is issued by {}, which is no member of this club",
            table.file, table.issuer
        )));
    }
    Ok(lines.into_iter().flatten().collect())
}

fn load(
    state: &NodeState,
    registered: &mut Registered,
    data: &DataSource,
    table: &ManifestEntry,
    sources: &Sources,
) -> CliResult<didymium_node::import::Loaded> {
    let (input, bytes) = data.open(&table.file)?;
    let mut progress = TableProgress::new(&table.file, bytes);
    let stem = Path::new(&table.file)
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    let job = TableJob {
        kind: table.kind,
        table: stem,
        file: &table.file,
        sources,
        supersede: Some(REASON),
    };
    let loaded = job.load(state, registered, input, &mut progress);
    progress.done();
    Ok(loaded?)
}

fn line(table: &ManifestEntry, rows: u64, logged: u64, present: bool) -> TableLine {
    TableLine {
        file: table.file.clone(),
        issuer: table.issuer.clone(),
        rows,
        logged,
        present,
    }
}

/// Digest of all that a table's statements are made of.
fn digest_of(data: &DataSource, table: &ManifestEntry) -> CliResult<String> {
    let mut hash = Sha256::new();
    hash.update(table.kind.as_str());
    for file in ["sources.csv", &table.file] {
        let mut input = BufReader::new(data.open(file)?.0);
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let count = input.read(&mut buffer).map_err(|source| ImportError::Read {
                file: file.to_owned(),
                source,
            })?;
            if count == 0 {
                break;
            }
            hash.update(&buffer[..count]);
        }
        hash.update([0]);
    }
    Ok(Digest::from_bytes(hash.finalize().into()).to_string())
}

fn read_marks(path: &Path) -> Marks {
    std::fs::read(path)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

fn write_marks(path: &Path, marks: &Marks) -> CliResult<()> {
    let new: PathBuf = path.with_extension("json.new");
    std::fs::write(&new, serde_json::to_vec_pretty(marks)?).map_err(CliError::file(&new))?;
    std::fs::rename(&new, path).map_err(CliError::file(path))
}
