//! `didymium log lookup`: one entry, decoded, with its place proven.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use didymium_log::hash::leaf_hash;
use didymium_log::proof::verify_inclusion;
use didymium_log::tile::{BundleId, TILE_WIDTH, bundles_in_tree};
use didymium_log::tree::inclusion_proof;
use didymium_node::api::types::InclusionProof;
use didymium_node::audit::{Budget, LogSource, open_standing_head, read_tiles};
use didymium_node::clock::rfc3339;
use didymium_statement::{Digest, PayloadRef, Statement, StatementId};
use didymium_store::Store as _;
use serde::Serialize;

use super::place::{LogPlace, LogPlaceArgs};
use crate::error::{CliError, CliResult, not_verified};
use crate::http::Remote;
use crate::output::Output;
use crate::statement::{Shown, show, show_text};
use crate::verify::unverified;

/// Most bytes read, MiB, and the longest time, seconds.
const READ_MIB_MAX: u64 = 4_096;
const SECONDS_MAX: u64 = 300;

#[derive(Debug, Args)]
pub struct LookupArgs {
    #[command(flatten)]
    place: LogPlaceArgs,
    /// Id of the statement (64 hexadecimal digits), or index of the entry
    entry: String,
}

#[derive(Debug, Clone, Copy)]
enum Which {
    Index(u64),
    Statement(StatementId),
}

/// An entry whose place was proven.
#[derive(Debug, Serialize)]
struct Found {
    member: String,
    origin: String,
    index: u64,
    size: u64,
    root: String,
    /// Sibling hashes, that of the leaf first.
    path: Vec<String>,
    recorded: Option<String>,
    entry: Shown,
}

/// Looks an entry up.
pub async fn run(args: &LookupArgs, output: &Output) -> CliResult<()> {
    let which = match (args.entry.parse(), args.entry.parse()) {
        (Ok(id), _) => Which::Statement(id),
        (_, Ok(index)) => Which::Index(index),
        _ => {
            return Err(CliError::Usage(format!(
                "`{}` is neither an index nor an id of 64 hexadecimal digits",
                args.entry
            )));
        }
    };
    let mut place = args.place.clone();
    let known = match (&place.url, which) {
        (Some(url), Which::Statement(id)) => {
            let node = Remote::new(url)?;
            let proof: InclusionProof = node.json(&format!("/api/v1/statements/{id}/proof"), &[]).await?;
            place.member.get_or_insert(proof.member);
            Some(proof.index)
        }
        _ => None,
    };
    let found = tokio::task::block_in_place(|| look_up(&place, which, known))?;
    output.data(&found, text)
}

fn look_up(asked: &LogPlaceArgs, which: Which, known: Option<u64>) -> CliResult<Found> {
    let budget = Arc::new(Budget::new(READ_MIB_MAX << 20, Duration::from_secs(SECONDS_MAX)));
    let mut asked = asked.clone();
    let mut place = asked.open(&budget)?;
    if asked.member.is_none()
        && let Some(code) = in_another_log(&place, which)?
    {
        asked.member = Some(code);
        place = asked.open(&budget)?;
    }
    let shown = place.source.place();
    let missing = |what: String| {
        CliError::NotFound(format!(
            "{what} is not in the log of {} at {shown}",
            place.member.member
        ))
    };
    let note = place
        .source
        .checkpoint()?
        .ok_or_else(|| missing("a checkpoint".into()))?;
    let head = open_standing_head(&note, &place.charters, &place.member)?;
    let (size, root) = (head.checkpoint.size, head.checkpoint.root);
    let index = match (which, known) {
        (Which::Index(index), _) | (_, Some(index)) => Some(index),
        (Which::Statement(id), None) => index_of(&place, &id, size)?,
    };
    let named = match which {
        Which::Index(index) => format!("entry {index} of {size}"),
        Which::Statement(id) => format!("statement {id}"),
    };
    let index = index
        .filter(|index| *index < size)
        .ok_or_else(|| missing(named.clone()))?;
    let (bytes, recorded) = entry(&*place.source, index, size)?.ok_or_else(|| missing(named))?;
    if let Which::Statement(id) = which
        && Digest::of(&bytes) != id
    {
        return Err(CliError::NotVerified {
            reason: format!(
                "at index {index}, which was named for it, stands statement {}",
                Digest::of(&bytes)
            ),
            source: None,
        });
    }
    let path = inclusion_proof(index, size, read_tiles(&*place.source, size))?;
    verify_inclusion(leaf_hash(&bytes), index, size, &path, root).map_err(not_verified(format!(
        "entry {index} is not under the signed root of size {size}"
    )))?;
    let statement = Statement::parse(&bytes).map_err(unverified("the entry is no statement"))?;
    let blob = match &statement.payload {
        PayloadRef::Blob(digest) => place.source.blob(digest)?,
        PayloadRef::Inline(_) | PayloadRef::Sealed(_) => None,
    };
    Ok(Found {
        member: place.member.member.clone(),
        origin: head.checkpoint.origin,
        index,
        size,
        root: root.to_string(),
        path: path.iter().map(ToString::to_string).collect(),
        recorded,
        entry: show(&statement, blob.as_deref()),
    })
}

/// The member in whose log a statement stands, if the store of a folder has it in another than its own.
fn in_another_log(place: &LogPlace, which: Which) -> CliResult<Option<String>> {
    let (Some(store), Which::Statement(id)) = (&place.store, which) else {
        return Ok(None);
    };
    let places = store.find(id.as_bytes())?;
    let holds = |origin: &str| places.iter().any(|place| place.origin == origin);
    if holds(place.member.origin()) {
        return Ok(None);
    }
    let members = &place.charters.head().charter().members;
    let other = members.iter().find(|member| holds(member.origin()));
    Ok(other.map(|member| member.member.clone()))
}

/// Where a statement stands: by the index of a store, else by reading the log through.
fn index_of(place: &LogPlace, id: &StatementId, size: u64) -> CliResult<Option<u64>> {
    if let Some(store) = &place.store {
        let places = store.find(id.as_bytes())?;
        let own = places
            .into_iter()
            .find(|found| found.origin == place.member.origin());
        return Ok(own.map(|found| found.index));
    }
    let mut found = None;
    for bundle in bundles_in_tree(size) {
        place.source.entries(bundle, &mut |entry| {
            if found.is_none() && Digest::of(entry.bytes) == *id {
                found = Some(entry.index);
            }
        })?;
        if found.is_some() {
            break;
        }
    }
    Ok(found)
}

fn entry(source: &dyn LogSource, index: u64, size: u64) -> CliResult<Option<(Vec<u8>, Option<String>)>> {
    let Some(id) = BundleId::in_tree(index / u64::from(TILE_WIDTH), size) else {
        return Ok(None);
    };
    let mut found = None;
    source.entries(id, &mut |entry| {
        if entry.index == index {
            let recorded = entry.stored.map(|row| rfc3339(row.recorded_ms));
            found = Some((entry.bytes.to_vec(), recorded));
        }
    })?;
    Ok(found)
}

fn text(found: &Found) -> String {
    let recorded = found
        .recorded
        .as_ref()
        .map_or(String::new(), |time| format!(", recorded here {time}"));
    format!(
        "entry {} of the log of {} ({}), under the signed root of size {}: proven by {} hashes{recorded}\n{}",
        found.index,
        found.member,
        found.origin,
        found.size,
        found.path.len(),
        show_text(&found.entry)
    )
}
