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
    pub stages: Vec<IndicatorStage>,
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

/// What there is of a stage.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IndicatorStage {
    /// Stage.
    pub stage: String,
    /// Quantities with a value for anybody that was asked about in any year that was asked for, in the order they are told.
    pub quantities: Vec<String>,
    /// Years in which any has a value, rising.
    pub years: Vec<String>,
}

impl Indicators {
    /// Adds the next page: its cells name series by their places in this answer then.
    pub fn append(&mut self, page: Self) {
        let places: Vec<u32> = page
            .series
            .into_iter()
            .filter_map(|key| {
                let known = self.series.iter().position(|known| *known == key);
                let place = known.unwrap_or_else(|| {
                    self.series.push(key);
                    self.series.len() - 1
                });
                u32::try_from(place).ok()
            })
            .collect();
        self.cells.extend(page.cells.into_iter().map(|mut cell| {
            let moved = cell.rests_on.iter().filter_map(|place| {
                let place = usize::try_from(*place).ok()?;
                places.get(place).copied()
            });
            cell.rests_on = moved.collect();
            cell
        }));
        for formula in page.formulas {
            if !self
                .formulas
                .iter()
                .any(|known| known.quantity == formula.quantity)
            {
                self.formulas.push(formula);
            }
        }
        for note in page.notes {
            if !self.notes.iter().any(|known| known.key == note.key) {
                self.notes.push(note);
            }
        }
        for source in page.sources {
            if !self.sources.iter().any(|known| known.source == source.source) {
                self.sources.push(source);
            }
        }
    }
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
    /// Whether its series is a projection in that period: its source expects, and does not observe.
    pub projected: bool,
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
    /// The one of `takes` that must stand beside the value wherever it is shown, as `net_imports_above_consumption` beside a
    /// reliance above 100 %; else empty.
    #[serde(default)]
    pub caveat: String,
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
    /// Key of the cause why a number is absent; else empty.
    pub missing: String,
    /// Part of the capacity whose owners' shares are published, percent.
    pub known: Option<Measured>,
    /// Concentration over countries, 0 to 10,000.
    pub hhi_by_place: Option<Measured>,
    /// Concentration over owners, 0 to 10,000.
    pub hhi_by_owner: Option<Measured>,
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
