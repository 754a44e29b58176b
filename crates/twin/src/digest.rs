//! The digest of everything that was said.
//!
//! Each fact has a digest over length-prefixed fields, so that no two facts share an encoding. The digest of the state
//! runs over the sorted set of them: order, repetition and the cutting into statements leave no trace.

use didymium_statement::Digest;
use didymium_statement::payload::{Observation, Source};
use didymium_vocabulary::canonical_decimal;
use sha2::{Digest as _, Sha256};

/// Digest of an edition's description.
pub(crate) fn of_source(source: &Source) -> Digest {
    let mut hasher = Fields::new("source");
    let published = source.published.to_string();
    let retrieved = source.retrieved.to_string();
    for field in [
        &source.source,
        &source.series,
        &source.edition,
        &source.title,
        &source.publisher,
        &source.url,
        &source.licence,
        &source.attribution,
        &published,
        &retrieved,
    ] {
        hasher.field(field);
    }
    hasher.field(source.published_basis.as_str());
    hasher.finish()
}

/// Digest of one observation from a source.
pub(crate) fn of_observation(observation: &Observation<'_>, source: &Digest) -> Digest {
    let mut hasher = Fields::new("observation");
    let value = canonical_decimal(observation.value);
    let period = observation.period.to_string();
    for field in [
        observation.measure,
        observation.commodity,
        observation.stage,
        observation.form,
        observation.substance,
        observation
            .mass_basis
            .map_or("", didymium_vocabulary::MassBasis::key),
        observation.area,
        observation.partner,
        observation.subject,
        &period,
        &value,
        observation.qualifier.as_str(),
        observation.unit,
        observation.basis.as_str(),
        observation.note,
    ] {
        hasher.field(field);
    }
    hasher.bytes(source.as_bytes());
    hasher.finish()
}

/// Digest of a site or a notice: of its payload encoded anew, so that white space in the JSON leaves no trace.
pub(crate) fn of_payload(kind: &str, payload: &impl serde::Serialize) -> Option<Digest> {
    let bytes = serde_json::to_vec(payload).ok()?;
    let mut hasher = Fields::new(kind);
    hasher.bytes(&bytes);
    Some(hasher.finish())
}

/// Digest of the whole state.
pub(crate) fn of_state(vocabulary: &Digest, rules: &str, sorted: impl Iterator<Item = Digest>) -> Digest {
    let mut hasher = Fields::new("twin");
    hasher.bytes(vocabulary.as_bytes());
    hasher.field(rules);
    for digest in sorted {
        hasher.0.update(digest.as_bytes());
    }
    hasher.finish()
}

/// Digest of a member's overlay: of the club's digest and of the ids of the statements opened, in their order. An id binds
/// what was sealed through its commitment, whose salt is secret: nobody can try tonnages against this digest, as they could
/// if it ran over the facts.
pub(crate) fn of_overlay(club: &Digest, sorted: impl Iterator<Item = Digest>) -> Digest {
    let mut hasher = Fields::new("overlay");
    hasher.bytes(club.as_bytes());
    for statement in sorted {
        hasher.bytes(statement.as_bytes());
    }
    hasher.finish()
}

struct Fields(Sha256);

impl Fields {
    fn new(kind: &str) -> Self {
        let mut fields = Self(Sha256::new());
        fields.field("didymium v1");
        fields.field(kind);
        fields
    }

    fn field(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn finish(self) -> Digest {
        Digest::from_bytes(self.0.finalize().into())
    }
}
