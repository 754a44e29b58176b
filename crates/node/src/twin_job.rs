//! Building the twin of what the node holds, and keeping it up to date.

use std::collections::BTreeMap;

use didymium_statement::{Digest, SignedCharter, Statement};
use didymium_store::{Store, StoreResult};
use didymium_twin::{Cut, RULES_VERSION, Twin, TwinBuilder};
use didymium_vocabulary::Vocabulary;

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
/// What the store says.
pub fn build_twin(
    store: &dyn Store,
    charter: &SignedCharter,
    vocabulary: &'static Vocabulary,
) -> StoreResult<Twin> {
    build_twin_at(
        store,
        charter,
        vocabulary,
        current_cut(store, charter, vocabulary)?,
    )
}

/// Builds the twin of a cut that the store holds; entries beyond the cut are not read.
///
/// # Errors
/// What the store says.
pub fn build_twin_at(
    store: &dyn Store,
    charter: &SignedCharter,
    vocabulary: &'static Vocabulary,
    cut: Cut,
) -> StoreResult<Twin> {
    let sizes = cut.sizes.clone();
    let mut builder = TwinBuilder::new(cut, vocabulary);
    for member in &charter.charter().members {
        let size = sizes.get(&member.member).copied().unwrap_or(0);
        let mut next = 0;
        while next < size {
            let entries = store.entries(member.origin(), next, ENTRIES_A_READ)?;
            if entries.is_empty() {
                break;
            }
            for entry in entries.iter().take_while(|entry| entry.index < size) {
                // Admission parsed these bytes before they were logged.
                if let Ok(statement) = Statement::parse(&entry.bytes) {
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
            next += entries.len() as u64;
        }
    }
    Ok(builder.finish())
}
