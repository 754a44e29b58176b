//! Where a figure comes from.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Figure, Observation, SeriesKey, Source, StatementPlace, Text};

/// `GET /api/v1/provenance?figure=`: where a figure comes from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Provenance {
    /// The figure.
    pub value: Figure,
    /// The series, area and partner it is about.
    pub key: SeriesKey,
    /// Area.
    pub area: String,
    /// Importer, for trade.
    pub partner: String,
    /// `observation` (a source said it), `count` (of sites), `control` (of their capacity), or what the twin computed: `cell`, `world`, `share`, `hhi`, `n-1`,
    /// `club`, `club-share`, `largest-share`, `change`, `together`, `top-3`, `hhi-governance`, `n-1-demand`, `supply-risk`,
    /// `geopolrisk`, `import-reliance`, `days-of-cover`, `membership`, `membership-supply-risk`.
    pub quantity: String,
    /// How it was made, in words (en, fr): the choice rule, or the formula.
    pub explanation: Text,
    /// The observations it rests on (at most `inputs_total` of them are sent, 100 at most).
    pub inputs: Vec<ObservationTrace>,
    /// How many observations it rests on.
    pub inputs_total: u64,
    /// Other sources' figures for the same cell, which the rule did not choose.
    pub alternatives: Vec<ObservationTrace>,
    /// The sites that are counted, where the figure is a count of sites (100 at most are sent).
    pub sites: Vec<SiteTrace>,
    /// How many sites are counted.
    pub sites_total: u64,
    /// The status that is counted; empty where any is.
    pub sites_status: String,
}

/// A site that is counted, with its source and the statement that registers it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SiteTrace {
    /// Site key.
    pub site: String,
    /// Name.
    pub name: String,
    /// Country.
    pub country: String,
    /// Status of the site.
    pub status: String,
    /// Its source.
    pub source: Source,
    /// The statement that registers it.
    pub statement: StatementPlace,
}

/// An observation with its source and the statements that carry it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ObservationTrace {
    /// The observation.
    pub observation: Observation,
    /// Its source.
    pub source: Source,
    /// Every statement that says it (at least one), oldest log place first.
    pub statements: Vec<StatementPlace>,
}
