//! The charter in a node's folder: the first version as the anchor of trust, the chain of all versions, what is proposed to
//! follow the last one, and a rival version as evidence of a fork.
//!
//! A folder from before there were later versions has no chain, and opens as a chain of one.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use didymium_statement::limits::{
    CHARTER_BYTES_MAX, CHARTER_CHAIN_BYTES_MAX, CHARTER_PROPOSALS_MAX, CHARTER_VERSIONS_MAX,
};
use didymium_statement::{CharterEvent, CharterId, CharterLog, Proposal, SignedCharter};

use super::files::{PLAIN_MODE, bounded, sync_dir, write_atomic};
use crate::{NodeError, NodeResult};

/// Name of the charter's first version in a node's folder.
pub const CHARTER_FILE: &str = "charter.cose";
/// Name of the chain of all versions in a node's folder.
pub const CHAIN_FILE: &str = "charter.chain";
/// Name of the version that contradicts the chain, where the charter was forked.
const FORK_FILE: &str = "charter.fork";
/// Name of the file that says since when this node knows each version: a line each, id and milliseconds.
const KNOWN_FILE: &str = "charter.known";
/// Longest line of it, bytes.
const KNOWN_LINE_BYTES_MAX: usize = 64 + 1 + 20 + 1;
/// Name of the folder of open proposals in a node's folder, each in a file by its id.
const PROPOSALS_DIR: &str = "proposals";

/// Reads the charter log of a folder and verifies all of it. Proposals that follow another version than the last, or that
/// cannot be read, are left out.
pub(crate) fn read(dir: &Path) -> NodeResult<CharterLog> {
    let first = SignedCharter::parse(&bounded(&dir.join(CHARTER_FILE), CHARTER_BYTES_MAX)?)?;
    let path = dir.join(CHAIN_FILE);
    let mut log = if path.exists() {
        let bytes = bounded(&path, CHARTER_CHAIN_BYTES_MAX)?;
        CharterLog::parse(&bytes, &first.id()).map_err(NodeError::charter_file(path))?
    } else {
        CharterLog::found(first)?
    };
    for bytes in proposals(dir)? {
        if let Err(error) = log.step(CharterEvent::Propose(bytes)) {
            tracing::debug!(%error, "a proposal in the folder is left out");
        }
    }
    let path = dir.join(FORK_FILE);
    if path.exists() {
        let rival = bounded(&path, CHARTER_BYTES_MAX)?;
        log.step(CharterEvent::Version(rival))
            .map_err(NodeError::charter_file(path))?;
    }
    Ok(log)
}

/// Writes the first version and the chain that begins with it.
pub(crate) fn found(dir: &Path, log: &CharterLog) -> NodeResult<()> {
    let first = log.versions().first().unwrap_or(log.head());
    write_atomic(&dir.join(CHARTER_FILE), first.bytes(), PLAIN_MODE)?;
    write_chain(dir, log)
}

/// Writes the chain of all versions, whole or not at all.
pub(crate) fn write_chain(dir: &Path, log: &CharterLog) -> NodeResult<()> {
    write_atomic(&dir.join(CHAIN_FILE), &log.to_bytes()?, PLAIN_MODE)
}

/// Since when this node knows each version, milliseconds since the Unix epoch. A charter has no date of its own, and this
/// is for people to read: what cannot be read is left out.
pub(crate) fn known_since(dir: &Path) -> NodeResult<BTreeMap<CharterId, i64>> {
    let path = dir.join(KNOWN_FILE);
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    let bytes = bounded(&path, KNOWN_LINE_BYTES_MAX * CHARTER_VERSIONS_MAX)?;
    let text = String::from_utf8_lossy(&bytes);
    let line = |line: &str| {
        let (id, ms) = line.split_once(' ')?;
        Some((id.parse().ok()?, ms.parse().ok()?))
    };
    Ok(text.lines().filter_map(line).collect())
}

/// Writes down since when each version is known.
pub(crate) fn write_known_since(dir: &Path, known: &BTreeMap<CharterId, i64>) -> NodeResult<()> {
    let mut text = String::new();
    for (id, ms) in known {
        let _ = writeln!(text, "{id} {ms}");
    }
    write_atomic(&dir.join(KNOWN_FILE), text.as_bytes(), PLAIN_MODE)
}

/// Keeps a version that contradicts the chain.
pub(crate) fn keep_rival(dir: &Path, rival: &SignedCharter) -> NodeResult<()> {
    write_atomic(&dir.join(FORK_FILE), rival.bytes(), PLAIN_MODE)
}

/// Keeps a proposal with the signatures that it has.
pub(crate) fn keep_proposal(dir: &Path, proposal: &Proposal) -> NodeResult<()> {
    let place = dir.join(PROPOSALS_DIR);
    std::fs::create_dir_all(&place).map_err(NodeError::io(&place))?;
    write_atomic(&file_of(dir, &proposal.id()), &proposal.bytes()?, PLAIN_MODE)
}

/// Forgets every proposal that is not open in `log`.
pub(crate) fn sweep_proposals(dir: &Path, log: &CharterLog) -> NodeResult<()> {
    let open: Vec<PathBuf> = log.proposals().map(|open| file_of(dir, &open.id())).collect();
    let place = dir.join(PROPOSALS_DIR);
    for path in files_in(&place)? {
        if !open.contains(&path) {
            std::fs::remove_file(&path).map_err(NodeError::io(&path))?;
        }
    }
    if place.exists() { sync_dir(&place) } else { Ok(()) }
}

fn file_of(dir: &Path, id: &CharterId) -> PathBuf {
    dir.join(PROPOSALS_DIR).join(format!("{id}.cose"))
}

/// The bytes of the proposals in a folder, in the order of their names; more than there can be open are not read.
fn proposals(dir: &Path) -> NodeResult<Vec<Vec<u8>>> {
    let mut files = files_in(&dir.join(PROPOSALS_DIR))?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "cose"));
    files.sort();
    files.truncate(CHARTER_PROPOSALS_MAX);
    files
        .iter()
        .map(|path| bounded(path, CHARTER_BYTES_MAX))
        .collect()
}

fn files_in(place: &Path) -> NodeResult<Vec<PathBuf>> {
    match std::fs::read_dir(place) {
        Ok(entries) => entries
            .map(|entry| entry.map(|entry| entry.path()).map_err(NodeError::io(place)))
            .collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(NodeError::io(place)(error)),
    }
}
