//! One line per stage.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CountryShare, Figure, Notice, SeriesKey, Source};

/// `GET /api/v1/overview?commodity=`: one line per stage.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Overview {
    /// The family or commodity asked for.
    pub commodity: String,
    /// The stages in the order of the chain.
    pub stages: Vec<StageLine>,
    /// Latest notices that name the commodity (newest first, at most 8).
    pub notices: Vec<Notice>,
    /// Every edition behind the figures sent, each once.
    pub sources: Vec<Source>,
}

/// One stage of the chain on the overview.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StageLine {
    /// Stage key.
    pub stage: String,
    /// Form key: what the stage makes.
    pub form: String,
    /// The series that stands for the stage; absent where nothing is published for it (say so, show the sites).
    pub series: Option<SeriesKey>,
    /// World total of the latest period with figures.
    pub world: Option<Figure>,
    /// How many countries `world` is the sum of, where the edition gives neither a world total nor a line for others: then
    /// it is no world total, and shares are shares of those listed. Absent otherwise.
    pub listed: Option<u32>,
    /// The three largest countries.
    pub top: Vec<CountryShare>,
    /// Herfindahl–Hirschman index, 0–10 000.
    pub hhi: Option<Figure>,
    /// N-1: the share of world supply that is left without the largest country, percent.
    pub n_minus_1: Option<Figure>,
    /// What the club's members hold together, and their share.
    pub club: Option<CountryShare>,
    /// World totals over time, oldest first (for a sparkline), projections left out.
    pub trend: Vec<Figure>,
    /// Change of the world total against the period before, percent.
    pub change: Option<Figure>,
    /// Number of sites with a process at this stage, and how many of them are operating.
    pub sites: SiteCount,
}

/// Count of sites.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SiteCount {
    /// All.
    pub total: Figure,
    /// Of them operating.
    pub operating: Figure,
}
