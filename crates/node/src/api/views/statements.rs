//! The state of the twin, for everybody to compare.

use didymium_twin::{Completeness, Twin};

use crate::api::types;

/// What the twin is a function of, and its digest if nothing is missing.
pub fn twin_state(twin: &Twin) -> types::TwinState {
    let cut = twin.cut();
    let (state, digest, missing) = match twin.completeness() {
        Completeness::Complete { digest } => ("complete", Some(digest.to_string()), Vec::new()),
        Completeness::Restricted => ("complete", None, Vec::new()),
        Completeness::Incomplete { missing } => {
            let named = missing.iter().map(|blob| types::MissingBlob {
                blob: blob.blob.to_string(),
                statement: blob.statement.id.to_string(),
                member: blob.statement.member.to_string(),
            });
            ("incomplete", None, named.collect())
        }
    };
    types::TwinState {
        state: state.to_owned(),
        digest,
        cut: types::CutInfo {
            id: cut.id().to_string(),
            charter: cut.charter.to_string(),
            sizes: cut.sizes.clone(),
            vocabulary: cut.vocabulary.to_string(),
            rules: cut.rules.to_owned(),
        },
        missing,
        published_by: twin.published_by().map(|day| day.to_string()),
        observations: twin.facts().len() as u64,
        sites: twin.sites().len() as u64,
        notices: twin.notices().len() as u64,
        uninterpreted: twin.uninterpreted(),
    }
}
