//! The reconciled balance of a chain.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ObservationTrace, Text};

/// An estimate with its uncertainty.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Estimate {
    /// `opening`, `in`, `produced`, `consumed`, `out`, `lost`, `stock_change` or `closing`.
    pub line: String,
    /// Tonnes of the layer's substance; absent if nobody can know.
    pub value: Option<String>,
    /// Standard deviation, tonnes.
    pub deviation: Option<String>,
    /// Ends of the interval that holds the truth in 95 of 100 cases, tonnes.
    pub low: Option<String>,
    /// Its upper end.
    pub high: Option<String>,
    /// `redundant`, `reported`, `observable`, `assumed` or `unobservable`.
    pub told: String,
    /// Quality: `A` to `E`, or `X` where nobody can know.
    pub grade: String,
    /// Whether a report of it does not fit the others (`/api/v1/contradictions`): its quality is then `D` at best.
    pub contested: bool,
    /// What reports alone say, tonnes, where yields, assumptions and what cannot be negative move the estimate by more than the
    /// deviation of that; its quality is then `D` at best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_reports: Option<String>,
    /// The deviation of that, tonnes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_reports_deviation: Option<String>,
    /// Address: pass it to `/api/v1/provenance?figure=` or `/api/v1/reconciled/figure?figure=`.
    pub figure: String,
}

/// The balance of one stage's product at one place.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlaceBalance {
    /// `WLD`, a country, `CHN/bayan-obo` (a site), `CHN/rest`, or `OTH` for countries that nobody names.
    pub place: String,
    /// Name of the site, if it is one.
    pub name: String,
    /// Its lines.
    pub lines: Vec<Estimate>,
}

/// A stage of the chain.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReconciledStage {
    /// Stage key.
    pub stage: String,
    /// Whether nobody tells months of that year: figures of a month are then even parts of it.
    pub evenly: bool,
    /// How concentrated production is, of the world; none where nobody can know what some country makes.
    pub concentration: Option<Concentration>,
    /// The balance of the place asked for; its `lines` are empty where nobody says anything of it.
    pub whole: PlaceBalance,
    /// The places that add to it, the largest producer first.
    pub parts: Vec<PlaceBalance>,
}

/// How concentrated the production of a stage is by the estimates, each with one standard deviation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Concentration {
    /// Herfindahl-Hirschman index, 0 to 10,000; at least, where there are countries that nobody names.
    pub hhi: String,
    /// Its deviation.
    pub hhi_deviation: String,
    /// The country that makes most.
    pub largest: String,
    /// Its share, percent; the rest is what is left without it.
    pub share: String,
    /// Its deviation.
    pub share_deviation: String,
    /// The share of the first three together, percent.
    pub first_three: String,
    /// Its deviation.
    pub first_three_deviation: String,
}

/// What is followed through the chain.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LayerInfo {
    /// Key of the commodity: the family or one of its elements.
    pub commodity: String,
    /// Substance that its masses count; empty where the material itself is weighed.
    pub substance: String,
}

/// Who speaks, and what was learned of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VoiceInfo {
    /// The house that publishes (`voices.csv`), or the series.
    pub voice: String,
    /// Deviations of its figures are multiplied by this: above 1 it fits the others worse than expected.
    pub factor: String,
    /// How many of its reports are in the balance.
    pub reports: u64,
}

/// Whether all reports together contradict each other.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChiSquared {
    /// Weighted sum of squared adjustments.
    pub statistic: String,
    /// Degrees of freedom.
    pub degrees_of_freedom: u64,
    /// How likely as much or more is, if every report is as good as its deviation says.
    pub p: String,
}

/// The balance of a family in one period.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Reconciled {
    /// Family.
    pub commodity: String,
    /// What is followed.
    pub layer: LayerInfo,
    /// Everything that can be followed.
    pub layers: Vec<LayerInfo>,
    /// Year or month.
    pub period: String,
    /// Years, and months that somebody tells. Any month of such a year can be asked for.
    pub periods: Vec<String>,
    /// The place asked for.
    pub place: String,
    /// Places that can be asked for.
    pub places: Vec<String>,
    /// Registered sites of which nobody reports: they can be asked for, and are a part of nothing.
    pub unreported: Vec<String>,
    /// Unit: always `t`.
    pub unit: String,
    /// Stages in the order of the chain.
    pub stages: Vec<ReconciledStage>,
    /// Stages of the chain of which nobody reports a mass of this: nobody can know their lines.
    pub untold: Vec<String>,
    /// Who speaks.
    pub voices: Vec<VoiceInfo>,
    /// All reports together.
    pub test: ChiSquared,
    /// Reports that do not fit.
    pub flagged: u64,
    /// Figures that could not be used, or stand out by themselves.
    pub findings: u64,
    /// Id of the cut that it is made of.
    pub cut: String,
    /// Where reports that do not fit count less: how many do; none where all count in full.
    pub counted_less: Option<u64>,
    /// Of the same: whether the weights of the reports settled within the rounds that are made. If not, the figures are those of the last
    /// round, and further rounds would move them. None where all count in full.
    #[serde(default)]
    pub settled: Option<bool>,
    /// Of the same: how many rounds were made.
    #[serde(default)]
    pub rounds: Option<u64>,
    /// Why an earlier balance is shown, if one is.
    pub stale: Option<String>,
}

/// What an estimate rests on: one report or assumption.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WeightLine {
    /// `fact`, `unlisted`, `quota`, `capacity`, `recipe` or `assumption`.
    pub kind: String,
    /// By how much the estimate rises if the report rises by one.
    pub gain: String,
    /// Part of the estimate's variance that comes from it, percent.
    pub part: String,
    /// In the robust balance: how much the report counts, percent, 100 in full. None of assumptions, and where all count in full.
    pub counts: Option<String>,
    /// What it is, in words.
    pub words: Text,
    /// The figures of statements that it is, or follows from.
    pub observations: Vec<ObservationTrace>,
    /// The site whose registration says it (`/api/v1/sites/…`): of a capacity, and of what a site has no process for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The statement of that registration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
}

/// An estimate and what it is made of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EstimateTrace {
    /// Family.
    pub commodity: String,
    /// What is followed.
    pub layer: LayerInfo,
    /// Stage.
    pub stage: String,
    /// Place.
    pub place: String,
    /// Period.
    pub period: String,
    /// The estimate.
    pub estimate: Estimate,
    /// Of a month that nobody tells: the figures of the year that it is an even part of. They have what they are made of.
    pub of_year: Vec<EstimatePoint>,
    /// What is said of it, in words.
    pub words: Text,
    /// What it is made of, the heaviest first.
    pub weights: Vec<WeightLine>,
    /// How many there are.
    pub weights_total: u64,
}

/// A point of a line over time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EstimatePoint {
    /// Year or month.
    pub period: String,
    /// The estimate.
    pub estimate: Estimate,
}

/// A line over time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReconciledLine {
    /// Family.
    pub commodity: String,
    /// What is followed.
    pub layer: LayerInfo,
    /// Stage.
    pub stage: String,
    /// Place.
    pub place: String,
    /// Years, or months where months are told.
    pub points: Vec<EstimatePoint>,
}

/// What a report is about, who says it, and what.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct ReportAbout {
    /// Who says it.
    pub voice: String,
    /// Stage.
    pub stage: String,
    /// Place; the first of a sum.
    pub place: String,
    /// Year or month.
    pub period: String,
    /// Line of the balance.
    pub line: String,
    /// What it says, tonnes.
    pub said: String,
}

/// A report and how it fits the others.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReportFit {
    /// Its number among the reports of the balance.
    pub number: u64,
    /// `fact` or `unlisted`.
    pub kind: String,
    /// What it is about, who says it, and what.
    #[serde(flatten)]
    pub about: ReportAbout,
    /// Its deviation, tonnes.
    pub deviation: String,
    /// What the others say it should be, tonnes; less than nothing where they leave nothing for it, and `z` is of that.
    pub expected: String,
    /// The deviation of that, tonnes.
    pub expected_deviation: String,
    /// Values that would fit, tonnes.
    pub fits_low: String,
    /// Upper end of them.
    pub fits_high: String,
    /// How far off it is, in deviations.
    pub z: String,
    /// How likely as much is, if it is right.
    pub p: String,
    /// Whether it is flagged.
    pub flagged: bool,
    /// Whether no figure that can be would fit: the others leave less than nothing. What is expected, and what would fit, is then sent as
    /// nothing.
    pub impossible: bool,
    /// How much of an error of it would show, 0 to 1.
    pub detectability: String,
    /// How much the others narrow it, 0 to 1.
    pub adjustability: String,
    /// The smallest error that would be noticed four times in five, tonnes.
    pub noticed: String,
    /// Numbers of other reports that no test can tell from it: one of them is wrong.
    pub with: Vec<u64>,
    /// The query to whoever said it, in words; empty where nothing is asked, for it fits.
    pub query: Text,
    /// The figures of statements.
    pub observations: Vec<ObservationTrace>,
}

/// A figure that could not be used, or stands out by itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FindingView {
    /// Site, if it is about one.
    pub site: String,
    /// Whether it is used all the same.
    pub used: bool,
    /// What is wrong and what to do.
    pub words: Text,
    /// The figure.
    pub observation: Option<ObservationTrace>,
}

/// A report that, taken for biased, explains most of what is wrong beside those before it (generalised likelihood ratio, serial
/// compensation).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SuspectView {
    /// Its number, and those of others that no test can tell from it: one of them is biased.
    pub reports: Vec<u64>,
    /// What it is about, who says it, and what.
    #[serde(flatten)]
    pub about: ReportAbout,
    /// By how much that is above what the reports leave that are not suspected, tonnes.
    pub bias: String,
    /// How much of the statistic of all together it explains.
    pub statistic: String,
}

/// Which reports do not fit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Contradictions {
    /// Family.
    pub commodity: String,
    /// All reports together.
    pub test: ChiSquared,
    /// The `z` beyond which a report is flagged.
    pub critical: String,
    /// Reports that others check.
    pub tested: u64,
    /// Reports that nobody checks: a false one would not be noticed.
    pub unchecked: u64,
    /// Reports that are flagged.
    pub flagged: u64,
    /// Reports that others check, the gravest first.
    pub reports: Vec<ReportFit>,
    /// Reports that explain, one after another, why all together do not agree; none where they agree.
    pub suspects: Vec<SuspectView>,
    /// All together without those.
    pub rest: ChiSquared,
    /// How well each voice is checked.
    pub voices: Vec<VoiceCheck>,
    /// Figures that could not be used, or stand out by themselves.
    pub findings: Vec<FindingView>,
    /// How many.
    pub findings_total: u64,
    /// Id of the cut that it is made of.
    pub cut: String,
    /// Why an earlier balance is shown, if one is.
    pub stale: Option<String>,
}

/// A figure that would be another.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MovedEstimate {
    /// Commodity key of what is followed.
    pub layer: String,
    /// Stage.
    pub stage: String,
    /// Place.
    pub place: String,
    /// Year or month.
    pub period: String,
    /// Line.
    pub line: String,
    /// Address of the estimate.
    pub figure: String,
    /// The estimate now, tonnes.
    pub before: String,
    /// Its standard deviation now, tonnes.
    pub before_deviation: String,
    /// The estimate then; absent if nobody could know.
    pub after: Option<String>,
    /// Its standard deviation then.
    pub after_deviation: Option<String>,
}

/// What the balance would be if a report said otherwise: an update of the estimates, with what was learned of the voices left as it
/// is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WhatIf {
    /// Family.
    pub commodity: String,
    /// Number of the report.
    pub number: u64,
    /// What it is about, who says it, and what.
    #[serde(flatten)]
    pub about: ReportAbout,
    /// What it is taken to say, tonnes; absent where it is taken to be withdrawn.
    pub instead: Option<String>,
    /// Figures that would move by a hundredth of their deviation or more, or be surer or less sure by as much; the furthest first.
    pub moved: Vec<MovedEstimate>,
    /// How many there are.
    pub moved_total: u64,
    /// Whether every bound is kept; else some that would be below nothing are told as nothing, and others may be off by as much.
    pub within_bounds: bool,
    /// Id of the cut that it is made of.
    pub cut: String,
    /// Why an earlier balance is asked, if one is.
    pub stale: Option<String>,
}

/// Whether a false report from a voice would be noticed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VoiceCheck {
    /// Who speaks.
    pub voice: String,
    /// Its reports.
    pub reports: u64,
    /// How many of them others check.
    pub checked: u64,
    /// The mean detectability of those, 0 to 1.
    pub detectability: String,
    /// How many are flagged.
    pub flagged: u64,
}
