//! Indices of supply risk, with error bars or the cause why there is none.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Figure, SeriesKey, Source, Text};

/// `GET /api/v1/indicators`: indices of a commodity by stage, year and importer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Indicators {
    /// Commodity.
    pub commodity: String,
    /// Stages that any index is about, in the order of the chain; whichever was asked for.
    pub stages: Vec<String>,
    /// Quantities that have cells at the stage that was asked for, in the order they are told.
    pub quantities: Vec<String>,
    /// Years of these, rising.
    pub years: Vec<String>,
    /// Cells: production by series and year, then trade, then stocks and imports. A cell without a value stands here with
    /// its cause.
    pub cells: Vec<IndicatorCell>,
    /// How many cells there are.
    pub total: u64,
    /// First one sent, from 0.
    pub offset: u64,
    /// Most that are sent.
    pub limit: u64,
    /// Who holds the capacity of the stages; empty on later pages.
    pub control: Vec<StageControl>,
    /// The formulas of the cells that are sent.
    pub formulas: Vec<IndicatorFormula>,
    /// What the keys in `missing` and `takes` say.
    pub notes: Vec<IndicatorNote>,
    /// The series that cells name by their place here.
    pub series: Vec<SeriesKey>,
    /// The editions behind them.
    pub sources: Vec<Source>,
}

/// One index of one importer and year: a value, or the cause why there is none.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IndicatorCell {
    /// Which index: a `quantity` of the formulas.
    pub quantity: String,
    /// Commodity.
    pub commodity: String,
    /// Stage.
    pub stage: String,
    /// Importer: a country, `EU`, or `CLUB` for the members as one; empty where the index is about the world.
    pub area: String,
    /// Which consumption it is measured against, or empty.
    pub partner: String,
    /// The period.
    pub period: String,
    /// The value; absent where there is none.
    pub value: Option<Figure>,
    /// Standard deviation in the value's unit, from those of the inputs by the delta method.
    pub deviation: Option<String>,
    /// `at_most` or `at_least` where an input is not at hand and the value is a bound; else empty.
    pub bound: String,
    /// Key of the cause why there is no value; else empty.
    pub missing: String,
    /// Keys of what the value takes for granted.
    pub takes: Vec<String>,
    /// Of a European supply risk: whether this stage has the higher risk and counts; absent where one stage alone is known.
    pub decides: Option<bool>,
    /// Published figures that it rests on: `/api/v1/provenance` lists them.
    pub inputs: u64,
    /// Series that these belong to: places in `series`.
    pub rests_on: Vec<u32>,
}

/// A number with its error.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Measured {
    /// The value.
    pub value: Figure,
    /// Standard deviation in the value's unit.
    pub deviation: String,
    /// `at_most`, `at_least` or empty.
    pub bound: String,
    /// Keys of what it takes for granted.
    pub takes: Vec<String>,
}

/// Who holds the capacity of a stage: by the country where it stands, and by owner. Capacities of different substances or
/// bases of mass never add: each makes one of these.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StageControl {
    /// Stage.
    pub stage: String,
    /// Substance that the capacity counts, or empty.
    pub substance: String,
    /// `wet`, `dry` or `contained`.
    pub mass_basis: String,
    /// Operating sites at the stage.
    pub sites: u64,
    /// Of these, sites with a published capacity: they count.
    pub counted: u64,
    /// Part of the capacity whose owners' shares are published, percent.
    pub known: Measured,
    /// Concentration over countries, 0 to 10,000.
    pub hhi_by_place: Measured,
    /// Concentration over owners, 0 to 10,000.
    pub hhi_by_owner: Measured,
    /// Countries, the largest first.
    pub by_place: Vec<Holding>,
    /// Owners by name, the largest first.
    pub by_owner: Vec<Holding>,
}

/// A holder's part.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Holding {
    /// Country, or owner as the sources name it.
    pub holder: String,
    /// Its part, percent.
    pub share: Measured,
}

/// A formula in words.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IndicatorFormula {
    /// Which index.
    pub quantity: String,
    /// What it is called.
    pub name: Text,
    /// How it is computed.
    pub words: Text,
    /// The formula in symbols.
    pub symbols: String,
    /// Who published it.
    pub source: String,
}

/// What a key says.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IndicatorNote {
    /// Key in `missing` or `takes`.
    pub key: String,
    /// In words.
    pub text: Text,
}
