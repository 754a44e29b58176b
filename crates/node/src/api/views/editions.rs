//! The editions behind an answer: they are named with it, so that no page has to ask for them afterwards.

use didymium_statement::payload::Source;
use didymium_twin::{Edition, SeriesId, Twin};
use didymium_vocabulary::Period;

use super::lens::source;
use crate::api::types;

/// Editions in the order in which they were met, each once.
#[derive(Default)]
pub struct Editions<'t>(Vec<&'t Source>);

impl<'t> Editions<'t> {
    /// Adds an edition.
    pub fn add(&mut self, edition: &'t Source) {
        if !self.0.iter().any(|known| known.source == edition.source) {
            self.0.push(edition);
        }
    }

    /// Adds the edition that was chosen for a series and period.
    pub fn add_chosen(&mut self, twin: &'t Twin, id: SeriesId, period: Period) {
        if let Some(Edition { source, .. }) = twin.chosen(id, period) {
            self.add(source);
        }
    }

    /// As they are sent.
    pub fn sent(&self) -> Vec<types::Source> {
        self.0.iter().map(|edition| source(edition)).collect()
    }
}
