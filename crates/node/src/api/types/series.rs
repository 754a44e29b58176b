//! Series over time, balances of one period, published figures, prices.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CountryShare, Figure, SeriesKey, Source, Text};

/// `GET /api/v1/series?measure=&commodity=&stage=&form=&substance=&subject=&partner=`: a series by area over time, chosen figures.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Series {
    /// The series.
    pub key: SeriesKey,
    /// Unit of all figures.
    pub unit: String,
    /// Periods, oldest first.
    pub periods: Vec<String>,
    /// One line an area, largest (latest period) first; `figures` runs parallel to `periods`.
    pub areas: Vec<AreaLine>,
    /// World totals parallel to `periods`.
    pub world: Vec<Option<Figure>>,
    /// HHI parallel to `periods` (only where shares make sense).
    pub hhi: Vec<Option<Figure>>,
    /// Share of the largest country, percent, parallel to `periods`.
    pub largest_share: Vec<Option<Figure>>,
    /// Key of the edition that each period's figures come from, parallel to `periods`: where its publication changes, the
    /// series is broken there.
    pub editions: Vec<String>,
    /// Parallel to `periods`: how many areas the world total is merely the sum of, where the edition gives neither a world
    /// total nor a line for others; absent otherwise.
    pub listed: Vec<Option<u32>>,
    /// Parallel to `periods`: the country that leads and that the edition leaves out, where it gives no world total either:
    /// then there is no total, share or HHI; absent otherwise.
    pub left_out: Vec<Option<String>>,
    /// Every edition behind the figures sent, each once.
    pub sources: Vec<Source>,
}

/// One area's line of a series.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AreaLine {
    /// Area code.
    pub area: String,
    /// Parallel to the periods of the series.
    pub figures: Vec<Option<Figure>>,
}

/// `GET /api/v1/balance?measure=&commodity=&stage=&form=&substance=&subject=&period=`: every source beside the chosen one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Balance {
    /// The series.
    pub key: SeriesKey,
    /// The period shown.
    pub period: String,
    /// Every period that has figures, oldest first.
    pub periods: Vec<String>,
    /// World total.
    pub world: Option<Figure>,
    /// Countries, largest first.
    pub rows: Vec<BalanceRow>,
    /// HHI.
    pub hhi: Option<Figure>,
    /// N-1.
    pub n_minus_1: Option<Figure>,
    /// The club together.
    pub club: Option<CountryShare>,
    /// Sources that have figures for the period; the chosen one first.
    pub sources: Vec<Source>,
    /// How many areas the whole is the sum of, where the edition gives neither a world total nor a line for others: then it
    /// is no world total, and shares are shares of those listed. Absent otherwise.
    pub listed: Option<u32>,
    /// The country that leads and that the edition leaves out, where it gives no world total either: then there is no total,
    /// share or HHI. Absent otherwise.
    pub left_out: Option<String>,
    /// The rule by which the first source was chosen, in words (en, fr).
    pub rule: Text,
    /// Cells to which statements give different values in one and the same edition, the world's included: `by_source` shows
    /// the first of the figures, the others are here alone.
    #[serde(default)]
    pub contradictions: Vec<Contradiction>,
}

/// A cell of one edition to which statements give different values.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Contradiction {
    /// Area.
    pub area: String,
    /// Importer, for trade; empty otherwise.
    pub partner: String,
    /// Key of the edition.
    pub source: String,
    /// The figures, each value once; the first is the one that is shown elsewhere.
    pub figures: Vec<SaidFigure>,
}

/// A figure, and who says it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SaidFigure {
    /// The figure.
    pub figure: Figure,
    /// Codes of the members whose logs hold statements that say it.
    pub members: Vec<String>,
}

/// One country of a balance.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BalanceRow {
    /// Area.
    pub area: String,
    /// The chosen figure; absent where only another source covers the country.
    pub chosen: Option<Figure>,
    /// Share of the chosen world total, percent.
    pub share: Option<Figure>,
    /// Figures of all sources, in the order of `Balance::sources`, absent where a source is silent.
    pub by_source: Vec<Option<Figure>>,
}

/// `GET /api/v1/observations`: one published figure, as its source gave it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Observation {
    /// Digest of the fact, hex: its name everywhere.
    pub fact: String,
    /// The series it belongs to.
    pub key: SeriesKey,
    /// Area.
    pub area: String,
    /// Importer, for trade.
    pub partner: String,
    /// The figure in the unit its source used.
    pub value: Figure,
    /// Source key.
    pub source: String,
    /// Whether the rule chose it.
    pub chosen: bool,
    /// What a reader must know.
    pub note: String,
}

/// `GET /api/v1/prices?commodity=`: price series of a commodity and its elements.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Prices {
    /// Commodity asked for.
    pub commodity: String,
    /// The series; one line a product, periods may differ.
    pub lines: Vec<PriceLine>,
    /// How many lines there are, sent or not.
    pub total: u64,
    /// Every edition behind the figures sent, each once.
    pub sources: Vec<Source>,
}

/// One price line.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PriceLine {
    /// The series.
    pub key: SeriesKey,
    /// Unit.
    pub unit: String,
    /// Source series.
    pub source: String,
    /// Points, oldest first.
    pub points: Vec<Figure>,
}
