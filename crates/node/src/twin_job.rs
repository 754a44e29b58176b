//! Building the twin of what the node holds, and keeping it up to date.

use std::collections::{BTreeMap, BTreeSet};

use didymium_log::Hash;
use didymium_log::checkpoint::Checkpoint;
use didymium_log::hash::leaf_hash;
use didymium_log::tree::Edge;
use didymium_statement::{CharterLog, Digest, LogHead, LogOrigin, Statement, StatementId};
use didymium_store::{EntryRecord, Head, Store, StoreResult};
use didymium_twin::{Cut, MissingBlob, Overlay, RULES_VERSION, Twin, TwinBuilder};
use didymium_vocabulary::Vocabulary;

use crate::charter::log_keys;
use crate::vault::Openings;
use crate::{NodeError, NodeResult};

/// Entries read from the store at a time.
const ENTRIES_A_READ: u32 = 500;

/// The cut of everything that the store holds: the logs of the members, and those of former members up to their ends.
///
/// # Errors
/// What the store says.
pub fn current_cut(store: &dyn Store, charters: &CharterLog, vocabulary: &Vocabulary) -> StoreResult<Cut> {
    Ok(cut_of(&store.heads()?, charters, vocabulary))
}

fn cut_of(heads: &[Head], charters: &CharterLog, vocabulary: &Vocabulary) -> Cut {
    let size_of = |log: &LogOrigin| {
        let head = heads.iter().find(|head| head.origin == log.origin);
        let end = log.end.as_ref().map_or(u64::MAX, |end| end.size);
        head.map_or(0, |head| head.size).min(end)
    };
    let logs = charters.origins();
    let sizes: BTreeMap<String, u64> = logs
        .iter()
        .map(|log| (log.member.clone(), size_of(log)))
        .collect();
    Cut {
        charter: charters.head().id(),
        sizes,
        vocabulary: Digest::from_bytes(vocabulary.digest()),
        rules: RULES_VERSION,
    }
}

/// Builds the twin of everything that the store holds.
///
/// # Errors
/// Those of [`build_twin_at`].
pub fn build_twin(
    store: &dyn Store,
    charters: &CharterLog,
    vocabulary: &'static Vocabulary,
) -> NodeResult<Twin> {
    build_twin_at(
        store,
        charters,
        vocabulary,
        current_cut(store, charters, vocabulary)?,
    )
}

/// Builds the twin of a cut that the store holds; entries beyond the cut are not read into it.
///
/// What is on the disk is not trusted: the entries of every log must lead to the root that its member signed, so that no
/// byte of a statement can have changed since it was admitted. A blob with other bytes than its statement names counts
/// as missing.
///
/// # Errors
/// [`NodeError::StoredLog`] if the entries of a log do not lead to its checkpoint, or the checkpoint is not the member's;
/// what the store says.
pub fn build_twin_at(
    store: &dyn Store,
    charters: &CharterLog,
    vocabulary: &'static Vocabulary,
    cut: Cut,
) -> NodeResult<Twin> {
    let mut reading = Reading::new(vocabulary);
    reading.read_on(store, charters, &store.heads()?, &cut, &mut |_, _, _| {})?;
    Ok(reading.builder.finish(cut))
}

/// A member's overlay, with the openings that found no statement.
#[derive(Debug)]
pub struct Overlaid {
    /// The overlay.
    pub overlay: Overlay,
    /// Statements that were to be opened, and are not among those of the cut that count.
    pub not_logged: Vec<StatementId>,
}

/// Builds the overlay of a cut that the store holds: its twin, with what `openings` open of the sealed statements in it. What
/// is on the disk is trusted no more than by [`build_twin_at`]. For a program that a member runs by itself: a node never has
/// openings, and shows no overlay.
///
/// # Errors
/// Those of [`build_twin_at`].
pub fn build_overlay_at(
    store: &dyn Store,
    charters: &CharterLog,
    vocabulary: &'static Vocabulary,
    cut: Cut,
    openings: &Openings,
) -> NodeResult<Overlaid> {
    let mut sealed: Vec<(String, u64, i64, Statement)> = Vec::new();
    let mut find = |member: &str, entry: &EntryRecord, statement: &Statement| {
        if openings.get(statement.id()).is_some() {
            sealed.push((
                member.to_owned(),
                entry.index,
                entry.recorded_ms,
                statement.clone(),
            ));
        }
    };
    let mut reading = Reading::new(vocabulary);
    reading.read_on(store, charters, &store.heads()?, &cut, &mut find)?;
    let mut builder = reading.builder.overlay(cut);
    let mut logged = BTreeSet::new();
    for (member, index, recorded_ms, statement) in &sealed {
        logged.insert(statement.id());
        if let Some(opening) = openings.get(statement.id()) {
            builder.open(member, *index, *recorded_ms, statement, opening);
        }
    }
    let not_logged = openings.statements().filter(|id| !logged.contains(id)).collect();
    Ok(Overlaid {
        overlay: builder.finish(),
        not_logged,
    })
}

/// What was read of the logs so far. Logs only grow, so the next twin reads what came since the last one and no more;
/// what was read stays as it was verified, whatever becomes of the disk.
#[derive(Debug)]
pub struct Reading {
    /// The tree of the entries read, by the origin of the log.
    edges: BTreeMap<String, Edge>,
    builder: TwinBuilder,
}

impl Reading {
    fn new(vocabulary: &'static Vocabulary) -> Self {
        Self {
            edges: BTreeMap::new(),
            builder: TwinBuilder::new(vocabulary),
        }
    }

    /// Reads what the store holds beyond what was read, and the payloads that were missing and came; answers the twin of all
    /// of it. `reading` is kept for the next time unless something was wrong. The versions of the charter must be the same
    /// each time.
    ///
    /// # Errors
    /// Those of [`build_twin_at`].
    pub fn twin(
        reading: &mut Option<Self>,
        store: &dyn Store,
        charters: &CharterLog,
        vocabulary: &'static Vocabulary,
    ) -> NodeResult<Twin> {
        let heads = store.heads()?;
        let cut = cut_of(&heads, charters, vocabulary);
        let mut so_far = reading.take().unwrap_or_else(|| Self::new(vocabulary));
        so_far.read_on(store, charters, &heads, &cut, &mut |_, _, _| {})?;
        let twin = so_far.builder.twin_at(cut);
        *reading = Some(so_far);
        Ok(twin)
    }

    /// Shows every statement that it reads with the member whose log holds it.
    fn read_on(
        &mut self,
        store: &dyn Store,
        charters: &CharterLog,
        heads: &[Head],
        cut: &Cut,
        see: &mut dyn FnMut(&str, &EntryRecord, &Statement),
    ) -> NodeResult<()> {
        let logs = charters.origins();
        self.builder
            .look_again(|missing| payload_that_came(store, &logs, missing))?;
        for log in logs {
            let size = cut.sizes.get(&log.member).copied().unwrap_or(0);
            if let Some(head) = heads.iter().find(|head| head.origin == log.origin) {
                let edge = self.edges.entry(log.origin.clone()).or_default();
                let builder = &mut self.builder;
                let mut take = |entry: &EntryRecord, statement: &Statement, blob: Option<&[u8]>| {
                    builder.add(&log.member, entry.index, entry.recorded_ms, statement, blob);
                    see(&log.member, entry, statement);
                };
                read_log(store, charters, &log, head, size, edge, &mut take)?;
            }
        }
        Ok(())
    }
}

/// A statement whose payload was missing, with the payload, if that is here now.
fn payload_that_came(
    store: &dyn Store,
    logs: &[LogOrigin],
    missing: &MissingBlob,
) -> NodeResult<Option<(Statement, Vec<u8>)>> {
    let Some(blob) = store.blob(missing.blob.as_bytes())? else {
        return Ok(None);
    };
    let place = &missing.statement;
    let log = logs.iter().find(|log| *log.member == *place.member);
    let origin = log.map_or("", |log| &log.origin);
    let entry = store.entries(origin, place.index, 1)?.into_iter().next();
    // What was verified was its bytes, whose digest is its name.
    match entry.map(|entry| Statement::parse(&entry.bytes)) {
        Some(Ok(statement)) if statement.id() == place.id => Ok(Some((statement, blob))),
        _ => Err(NodeError::StoredLog {
            origin: origin.to_owned(),
            reason: format!("entry {} is not the one that was read before", place.index),
        }),
    }
}

/// The state of a log at which the charter vouches for a head without a checkpoint.
fn vouched_for(charters: &CharterLog, log: &LogOrigin, head: &Head) -> Option<Checkpoint> {
    let stands = |state: &&LogHead| (state.size, state.root.as_bytes()) == (head.size, &head.root);
    charters
        .vouched_for(&log.member)
        .find(stands)
        .map(|state| Checkpoint {
            origin: log.origin.clone(),
            size: state.size,
            root: Hash(head.root),
        })
}

/// Is handed a statement that counts, with its blob if that is here.
type Take<'t> = dyn FnMut(&EntryRecord, &Statement, Option<&[u8]>) + 't;

/// Hands on what comes after `edge` of the first `size` statements of a log, each with the blob that it names if that is here,
/// and holds all entries against what its member signed.
/// What a key signed beyond the places for which the charter lets it count is passed over.
fn read_log(
    store: &dyn Store,
    charters: &CharterLog,
    log: &LogOrigin,
    head: &Head,
    size: u64,
    edge: &mut Edge,
    take: &mut Take<'_>,
) -> NodeResult<()> {
    let wrong = |reason: String| NodeError::StoredLog {
        origin: head.origin.clone(),
        reason,
    };
    let keys = log_keys::ever(charters, &log.member)?;
    let terms = charters.statement_terms(&log.member);
    let signed = match &head.checkpoint {
        Some(note) => {
            let (signed, ..) = log_keys::open_with(&keys, note, &[])
                .map_err(|error| wrong(format!("its checkpoint is not what its member signed: {error}")))?;
            signed
        }
        // Where the charter has cut a copy back, it vouches for what is left.
        None => vouched_for(charters, log, head)
            .ok_or_else(|| wrong("it has no checkpoint, and the charter names no such state".to_owned()))?,
    };
    if (signed.size, signed.root.0) != (head.size, head.root) {
        return Err(wrong(format!(
            "it stands at {} entries here, its member signed a checkpoint of {}",
            head.size, signed.size
        )));
    }
    while edge.size() < signed.size {
        let entries = store.entries(&log.origin, edge.size(), ENTRIES_A_READ)?;
        if entries.is_empty() {
            return Err(wrong(format!("entry {} is missing", edge.size())));
        }
        for entry in entries.iter().take_while(|entry| entry.index < signed.size) {
            if entry.index != edge.size() {
                return Err(wrong(format!("entry {} is missing", edge.size())));
            }
            edge.append(leaf_hash(&entry.bytes))?;
            if entry.index >= size {
                continue;
            }
            let statement = Statement::parse(&entry.bytes)
                .map_err(|error| wrong(format!("entry {} is no statement: {error}", entry.index)))?;
            if !terms.hold(&statement.key, entry.index) {
                continue;
            }
            let blob = entry
                .blob
                .as_ref()
                .map(|digest| store.blob(digest))
                .transpose()?
                .flatten();
            take(entry, &statement, blob.as_deref());
        }
    }
    if edge.root() != signed.root {
        return Err(wrong(format!(
            "its {} entries lead to root {}, its member signed {}: restore the database from a backup, or remove it and let the \
             node fetch the log again",
            signed.size,
            edge.root(),
            signed.root
        )));
    }
    Ok(())
}
