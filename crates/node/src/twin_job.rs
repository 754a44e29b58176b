//! Building the twin of what the node holds, and keeping it up to date.

use std::collections::BTreeMap;

use didymium_log::hash::leaf_hash;
use didymium_log::tree::Edge;
use didymium_statement::{
    CharterLog, Digest, KeyId, KeyPurpose, KeyTerm, LogOrigin, Statement, StatementKey,
};
use didymium_store::{Head, Store, StoreResult};
use didymium_twin::{Cut, RULES_VERSION, Twin, TwinBuilder};
use didymium_vocabulary::Vocabulary;

use crate::charter::log_keys;
use crate::{NodeError, NodeResult};

/// Entries read from the store at a time.
const ENTRIES_A_READ: u32 = 500;

/// The cut of everything that the store holds: the logs of the members, and those of former members up to their ends.
///
/// # Errors
/// What the store says.
pub fn current_cut(store: &dyn Store, charters: &CharterLog, vocabulary: &Vocabulary) -> StoreResult<Cut> {
    let heads = store.heads()?;
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
    Ok(Cut {
        charter: charters.head().id(),
        sizes,
        vocabulary: Digest::from_bytes(vocabulary.digest()),
        rules: RULES_VERSION,
    })
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
    let sizes = cut.sizes.clone();
    let mut builder = TwinBuilder::new(cut, vocabulary);
    for log in charters.origins() {
        let size = sizes.get(&log.member).copied().unwrap_or(0);
        if let Some(head) = store.head(&log.origin)? {
            read_log(store, charters, &log, &head, size, &mut builder)?;
        }
    }
    Ok(builder.finish())
}

/// The stretches of a log for which each statement key of its member counts.
struct Terms(Vec<(KeyId, KeyTerm)>);

impl Terms {
    fn of(charters: &CharterLog, member: &str) -> Self {
        let terms = charters.key_terms(member, KeyPurpose::Statement).into_iter();
        Self(
            terms
                .filter_map(|term| Some((StatementKey::from_hex(&term.key).ok()?.id(), term)))
                .collect(),
        )
    }

    fn hold(&self, key: &KeyId, index: u64) -> bool {
        self.0
            .iter()
            .any(|(id, term)| id == key && term.holds_entry(index))
    }
}

/// Reads the first `size` statements of a log into a twin, and holds all of its entries against what its member signed.
/// What a key signed beyond the places for which the charter lets it count is passed over.
fn read_log(
    store: &dyn Store,
    charters: &CharterLog,
    log: &LogOrigin,
    head: &Head,
    size: u64,
    builder: &mut TwinBuilder,
) -> NodeResult<()> {
    let wrong = |reason: String| NodeError::StoredLog {
        origin: head.origin.clone(),
        reason,
    };
    let keys = log_keys::ever(charters, &log.member)?;
    let terms = Terms::of(charters, &log.member);
    let (signed, ..) = log_keys::open_with(&keys, &head.checkpoint, &[])
        .map_err(|error| wrong(format!("its checkpoint is not what its member signed: {error}")))?;
    if (signed.size, signed.root.0) != (head.size, head.root) {
        return Err(wrong(format!(
            "it stands at {} entries here, its member signed a checkpoint of {}",
            head.size, signed.size
        )));
    }
    let mut edge = Edge::default();
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
            builder.add(
                &log.member,
                entry.index,
                entry.recorded_ms,
                &statement,
                blob.as_deref(),
            );
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
