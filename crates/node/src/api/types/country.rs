//! Countries, and the shares that shade them on the map.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CountryShare, Figure, Notice, Observation, SeriesKey, Site, Source};

/// `GET /api/v1/countries/{iso3}`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CountryPage {
    /// Code.
    pub area: String,
    /// Whether it is a member of the club.
    pub member: bool,
    /// Where the country stands in each commodity and stage: latest figure and share, largest share first.
    pub positions: Vec<CountryPosition>,
    /// Indicators: latest figure each.
    pub indicators: Vec<Observation>,
    /// Trade of the latest year: exports by HS code and partner, largest first (at most 20).
    pub exports: Vec<Observation>,
    /// Imports likewise.
    pub imports: Vec<Observation>,
    /// Sites.
    pub sites: Vec<Site>,
    /// Notices in which it acts or is affected (newest first, at most 20).
    pub notices: Vec<Notice>,
    /// Every edition behind the figures sent, each once.
    pub sources: Vec<Source>,
}

/// A country's place in a stage.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CountryPosition {
    /// The series.
    pub key: SeriesKey,
    /// The figure.
    pub value: Figure,
    /// Share of the world, percent.
    pub share: Figure,
    /// Rank among countries, 1 = largest.
    pub rank: u32,
    /// How many areas the whole is the sum of, where the edition gives neither a world total nor a line for others: then it
    /// is no world total, and shares are shares of those listed. Absent otherwise.
    pub listed: Option<u32>,
}

/// `GET /api/v1/countries`: one row a country that appears anywhere in the twin.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CountryRow {
    /// Code.
    pub area: String,
    /// Whether it is a member.
    pub member: bool,
    /// Sites.
    pub sites: Figure,
    /// Stages in which it is among the three largest, as `commodity/stage`; where the figures are only those of countries
    /// listed, nobody knows who is, and the stage is left out.
    pub leads: Vec<String>,
}

/// `GET /api/v1/map?commodity=&stage=`: shares that shade the countries.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MapShares {
    /// The series shown; absent where none is published for the stage.
    pub series: Option<SeriesKey>,
    /// Period.
    pub period: String,
    /// Countries.
    pub shares: Vec<CountryShare>,
    /// How many areas the whole is the sum of, where the edition gives neither a world total nor a line for others: then it
    /// is no world total, and shares are shares of those listed. Absent otherwise.
    pub listed: Option<u32>,
    /// Every edition behind the figures sent, each once.
    pub sources: Vec<Source>,
}
