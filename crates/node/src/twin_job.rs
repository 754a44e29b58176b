//! Building the twin of what the node holds, and keeping it up to date.

use std::collections::BTreeMap;

use didymium_log::checkpoint::open_cosigned;
use didymium_log::hash::leaf_hash;
use didymium_log::note::Verifier;
use didymium_log::tree::Edge;
use didymium_statement::{Digest, Member, SignedCharter, Statement};
use didymium_store::{Head, Store, StoreResult};
use didymium_twin::{Cut, RULES_VERSION, Twin, TwinBuilder};
use didymium_vocabulary::Vocabulary;

use crate::{NodeError, NodeResult};

/// Entries read from the store at a time.
const ENTRIES_A_READ: u32 = 500;

/// The cut of everything that the store holds.
///
/// # Errors
/// What the store says.
pub fn current_cut(store: &dyn Store, charter: &SignedCharter, vocabulary: &Vocabulary) -> StoreResult<Cut> {
    let heads = store.heads()?;
    let sizes: BTreeMap<String, u64> = charter
        .charter()
        .members
        .iter()
        .map(|member| {
            let size = heads
                .iter()
                .find(|head| head.origin == member.origin())
                .map_or(0, |head| head.size);
            (member.member.clone(), size)
        })
        .collect();
    Ok(Cut {
        charter: charter.id(),
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
    charter: &SignedCharter,
    vocabulary: &'static Vocabulary,
) -> NodeResult<Twin> {
    build_twin_at(
        store,
        charter,
        vocabulary,
        current_cut(store, charter, vocabulary)?,
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
    charter: &SignedCharter,
    vocabulary: &'static Vocabulary,
    cut: Cut,
) -> NodeResult<Twin> {
    let sizes = cut.sizes.clone();
    let mut builder = TwinBuilder::new(cut, vocabulary);
    for member in &charter.charter().members {
        let size = sizes.get(&member.member).copied().unwrap_or(0);
        if let Some(head) = store.head(member.origin())? {
            read_log(store, member, &head, size, &mut builder)?;
        }
    }
    Ok(builder.finish())
}

/// Reads the first `size` statements of a log into a twin, and holds all of its entries against what its member signed.
fn read_log(
    store: &dyn Store,
    member: &Member,
    head: &Head,
    size: u64,
    builder: &mut TwinBuilder,
) -> NodeResult<()> {
    let wrong = |reason: String| NodeError::StoredLog {
        origin: head.origin.clone(),
        reason,
    };
    let key: Verifier = member.keys.log.parse()?;
    let (signed, _) = open_cosigned(&head.checkpoint, &key, &[])
        .map_err(|error| wrong(format!("its checkpoint is not what its member signed: {error}")))?;
    if (signed.size, signed.root.0) != (head.size, head.root) {
        return Err(wrong(format!(
            "it stands at {} entries here, its member signed a checkpoint of {}",
            head.size, signed.size
        )));
    }
    let mut edge = Edge::default();
    while edge.size() < signed.size {
        let entries = store.entries(member.origin(), edge.size(), ENTRIES_A_READ)?;
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
            let blob = entry
                .blob
                .as_ref()
                .map(|digest| store.blob(digest))
                .transpose()?
                .flatten();
            builder.add(
                &member.member,
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
