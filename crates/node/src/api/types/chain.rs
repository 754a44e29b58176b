//! Sites and notices.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Figure, Source, StatementPlace, Text};

/// `GET /api/v1/sites`: one site in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Site {
    /// Site key (end of its URI).
    pub site: String,
    /// URI.
    pub uri: String,
    /// Name.
    pub name: String,
    /// Country.
    pub country: String,
    /// Town or region.
    pub place: String,
    /// Latitude, longitude in degrees, WGS 84.
    pub point: Option<Point>,
    /// Operator.
    pub operator: String,
    /// Owners.
    pub owners: Vec<Owner>,
    /// Status.
    pub status: String,
    /// Processes.
    pub processes: Vec<Process>,
    /// Statement that registers it.
    pub statement: StatementPlace,
}

/// A point on the map.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Point {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// `site`, `town`, `district`, `region`.
    pub precision: String,
}

/// An owner.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Owner {
    /// Name.
    pub name: String,
    /// Share in percent, where known.
    pub share: Option<Figure>,
    /// What name and share rest on: `reported`, `estimated`, `derived` or `general_knowledge`.
    pub basis: String,
}

/// A process of a site.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Process {
    /// Commodity.
    pub commodity: String,
    /// Stage.
    pub stage: String,
    /// Main product's form, may be empty.
    pub form: String,
    /// Nameplate capacity a year.
    pub capacity: Option<Figure>,
    /// Status.
    pub status: String,
    /// Start.
    pub start: String,
    /// Note.
    pub note: String,
}

/// `GET /api/v1/sites/{site}`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SitePage {
    /// The site.
    pub site: Site,
    /// Its source.
    pub sources: Vec<Source>,
    /// Notices that name its country and one of its commodities.
    pub notices: Vec<Notice>,
    /// Other sites of the same country and commodity (at most 12).
    pub neighbours: Vec<Site>,
}

/// A notice.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    /// Key.
    pub notice: String,
    /// First day.
    pub date: String,
    /// Last day or empty.
    pub end_date: String,
    /// Type key.
    #[serde(rename = "type")]
    pub notice_type: String,
    /// Countries that act.
    pub actors: Vec<String>,
    /// Commodities.
    pub commodities: Vec<String>,
    /// Countries affected.
    pub affected: Vec<String>,
    /// Title; one of the languages may be empty.
    pub title: Text,
    /// Description; one of the languages, or both, may be empty.
    pub description: Text,
    /// `high`, `medium`, `low`.
    pub confidence: String,
    /// Basis.
    pub basis: String,
    /// Source.
    pub source: Source,
    /// Statement.
    pub statement: StatementPlace,
}
