//! `didymium log inspect`: the head of a log, who cosigned it, and entries.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use didymium_log::tile::{BundleId, TILE_WIDTH};
use didymium_node::api::types::StatementView;
use didymium_node::audit::{Budget, Cosigners, LogSource, cosigners, open_standing_head};
use didymium_node::clock::rfc3339;
use didymium_statement::{Digest, Statement};
use serde::Serialize;

use super::place::LogPlaceArgs;
use crate::error::{CliError, CliResult};
use crate::http::Remote;
use crate::output::{Output, columns};

/// Most entries shown at a time.
const ENTRIES_MAX: u64 = 1_000;
/// Most bytes read for them, MiB, and the longest time, seconds.
const READ_MIB_MAX: u64 = 256;
const SECONDS_MAX: u64 = 120;

#[derive(Debug, Args)]
pub struct InspectArgs {
    #[command(flatten)]
    place: LogPlaceArgs,
    /// First entry to show; the last ones if left out
    #[arg(long, value_name = "INDEX")]
    from: Option<u64>,
    /// How many entries to show, 1000 at most
    #[arg(long, value_name = "COUNT", default_value_t = 10, value_parser = clap::value_parser!(u64).range(..=ENTRIES_MAX))]
    limit: u64,
}

#[derive(Debug, Serialize)]
struct Inspected {
    place: String,
    member: String,
    origin: String,
    charter: String,
    size: u64,
    root: String,
    #[serde(flatten)]
    cosigners: Cosigners,
    checkpoint: String,
    entries: Vec<EntryLine>,
}

/// One entry in a line.
#[derive(Debug, Serialize)]
struct EntryLine {
    index: u64,
    statement: String,
    /// When the place that was asked recorded it (RFC 3339), where it keeps that.
    recorded: Option<String>,
    /// Absent if the entry is no statement.
    kind: Option<String>,
    issuer: Option<String>,
    subject: Option<String>,
}

/// Shows the head and entries.
pub async fn run(args: &InspectArgs, output: &Output) -> CliResult<()> {
    let mut inspected = tokio::task::block_in_place(|| inspect(args))?;
    if let Some(url) = &args.place.url {
        ask_times(&mut inspected, url).await?;
    }
    output.data(&inspected, text)
}

fn inspect(args: &InspectArgs) -> CliResult<Inspected> {
    let budget = Arc::new(Budget::new(READ_MIB_MAX << 20, Duration::from_secs(SECONDS_MAX)));
    let place = args.place.open(&budget)?;
    let shown = place.source.place();
    let note = place.source.checkpoint()?.ok_or_else(|| {
        CliError::NotFound(format!(
            "no log of {} with a signed head is at {shown}",
            place.member.member
        ))
    })?;
    let head = open_standing_head(&note, &place.charters, &place.member)?;
    let size = head.checkpoint.size;
    let from = args.from.unwrap_or_else(|| size.saturating_sub(args.limit));
    let to = from.saturating_add(args.limit).min(size);
    Ok(Inspected {
        place: shown,
        member: place.member.member.clone(),
        origin: head.checkpoint.origin.clone(),
        charter: place.charters.head().id().to_string(),
        size,
        root: head.checkpoint.root.to_string(),
        cosigners: cosigners(&head, &place.charters, &place.member)?,
        checkpoint: head.note.to_string(),
        entries: read(&*place.source, size, from, to)?,
    })
}

/// The entries with indexes from `from` to before `to`.
fn read(source: &dyn LogSource, size: u64, from: u64, to: u64) -> CliResult<Vec<EntryLine>> {
    let width = u64::from(TILE_WIDTH);
    let mut lines = Vec::new();
    for bundle in from / width..to.div_ceil(width) {
        let Some(id) = BundleId::in_tree(bundle, size) else {
            break;
        };
        source.entries(id, &mut |entry| {
            if (from..to).contains(&entry.index) {
                let statement = Statement::parse(entry.bytes).ok();
                lines.push(EntryLine {
                    index: entry.index,
                    statement: Digest::of(entry.bytes).to_string(),
                    recorded: entry.stored.map(|row| rfc3339(row.recorded_ms)),
                    kind: statement.as_ref().map(|statement| statement.kind.to_string()),
                    issuer: statement.as_ref().map(|statement| statement.issuer.clone()),
                    subject: statement.map(|statement| statement.subject),
                });
            }
        })?;
    }
    Ok(lines)
}

/// Tiles carry no times: the node that served them is asked when it recorded each entry.
async fn ask_times(inspected: &mut Inspected, url: &str) -> CliResult<()> {
    let node = Remote::new(url)?;
    let mut times = BTreeMap::new();
    for entry in &inspected.entries {
        let path = format!("/api/v1/statements/{}", entry.statement);
        match node.json::<StatementView>(&path, &[]).await {
            Ok(view) => times.insert(entry.index, view.recorded),
            // Whoever serves the log alone keeps no times.
            Err(CliError::NotFound(_) | CliError::Json(_)) => None,
            Err(error) => return Err(error),
        };
    }
    for entry in &mut inspected.entries {
        entry.recorded = times.remove(&entry.index);
    }
    Ok(())
}

fn text(inspected: &Inspected) -> String {
    let found = &inspected.cosigners;
    let grade = match (found.needed, found.witnessed) {
        (Some(needed), true) => format!("witnessed ({needed} cosignatures are enough)"),
        (Some(needed), false) => format!("logged ({needed} cosignatures make it witnessed)"),
        (None, _) => "logged (a club of fewer than five members has no quorum)".to_owned(),
    };
    let mut lines = vec![
        format!(
            "the log of {} ({}), {}",
            inspected.member, inspected.origin, inspected.place
        ),
        format!("  size       {}", inspected.size),
        format!("  root       {}", inspected.root),
        format!("  signed by  the log, under charter {}", inspected.charter),
        format!("  grade      {grade}"),
    ];
    let cosigned = found.cosigned.iter();
    lines.extend(cosigned.map(|(code, time)| format!("  cosigned   {code}  {time}")));
    let none = || "–".to_owned();
    let rows: Vec<Vec<String>> = inspected
        .entries
        .iter()
        .map(|entry| {
            vec![
                entry.index.to_string(),
                entry.recorded.clone().unwrap_or_else(none),
                entry.kind.clone().unwrap_or_else(|| "no statement".to_owned()),
                entry.issuer.clone().unwrap_or_else(none),
                entry.subject.clone().unwrap_or_else(none),
                entry.statement.chars().take(16).collect::<String>() + "…",
            ]
        })
        .collect();
    if !rows.is_empty() {
        let header = ["index", "recorded", "kind", "issuer", "subject", "statement"];
        lines.push(columns(&header, &rows, &[0]));
    }
    lines.join("\n")
}
