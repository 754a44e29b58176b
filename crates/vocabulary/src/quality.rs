//! How far a report may be off before anything is known of it, and what is assumed where nobody reports.
//!
//! Both are judgements, so they are data: each row says where it comes from, and the balances name the rows they rest on.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::error::{VocabularyError, excerpt};
use crate::recipe::percent;
use crate::tables::Row;

/// Largest deviation of a report or an assumption, percent.
const DEVIATION_MAX: Decimal = Decimal::from_parts(1_000, 0, 0, false, 0);
/// Stands for every measure, basis or family.
const ANY: &str = "*";

/// The standard deviation that a figure has before the others are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportQuality {
    /// Key of the family, or `*`.
    pub family: String,
    /// Key of the measure, or `*`.
    pub measure: String,
    /// What the figure rests on, or `*`.
    pub basis: String,
    /// One standard deviation, percent of the figure.
    pub deviation: Decimal,
    /// Where that is known from.
    pub origin: String,
}

impl ReportQuality {
    pub(crate) const FILE: &'static str = "report_quality.csv";
    pub(crate) const COLUMNS: &'static [&'static str] =
        &["family", "measure", "basis", "deviation", "origin"];

    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        Ok(Self {
            family: row.key("family")?,
            measure: row.key("measure")?,
            basis: row.key("basis")?,
            deviation: percent(row, "deviation", DEVIATION_MAX)?,
            origin: row.text("origin")?.to_owned(),
        })
    }

    /// Of several rows the most particular that fits: the family's own, then by measure, then by basis.
    pub(crate) fn of<'q>(rows: &'q [Self], family: &str, measure: &str, basis: &str) -> Option<&'q Self> {
        let fits = |has: &str, wanted: &str| has == wanted || has == ANY;
        rows.iter()
            .filter(|row| fits(&row.family, family) && fits(&row.measure, measure) && fits(&row.basis, basis))
            .min_by_key(|row| (row.family == ANY, row.measure == ANY, row.basis == ANY))
    }
}

/// A series of publications that speaks with the voice of others: their figures are not independent of each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Voice {
    /// The series, such as `usgs-mybk`.
    pub series: String,
    /// Who speaks through it.
    pub voice: String,
    /// Why it is no voice of its own.
    pub origin: String,
}

impl Voice {
    pub(crate) const FILE: &'static str = "voices.csv";
    pub(crate) const COLUMNS: &'static [&'static str] = &["series", "voice", "origin"];

    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        Ok(Self {
            series: row.key("series")?,
            voice: row.key("voice")?,
            origin: row.text("origin")?.to_owned(),
        })
    }
}

/// What is assumed where nobody reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Assumed {
    /// A producer makes this year about what it made last year.
    Continuity,
    /// Somebody may begin to produce, or end.
    Entry,
    /// Stocks change little beside what is made.
    StockChange,
    /// A little is lost on the way to the next stage.
    Loss,
    /// Who is not listed in a table of the world makes little.
    Unlisted,
    /// A plant runs at about this part of its capacity.
    CapacityUse,
    /// A plant makes no more than this part of its capacity.
    CapacityMost,
    /// Goods leave use at about the age that they are made for.
    Lifetime,
    /// Use grew steadily before anything is told of it.
    UseHistory,
    /// A use takes this year about what it took last year.
    UseChange,
    /// A month of a year that nobody tells by month is about a twelfth of it.
    Month,
    /// Of an alloy's elements, those that no recipe names.
    Alloy,
    /// The shares of the elements are those of the country's deposits.
    CompositionKnown,
    /// The shares of the elements are about those of deposits elsewhere.
    CompositionUnknown,
}

impl Assumed {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Continuity,
        Self::Entry,
        Self::StockChange,
        Self::Loss,
        Self::Unlisted,
        Self::CapacityUse,
        Self::CapacityMost,
        Self::Lifetime,
        Self::UseHistory,
        Self::UseChange,
        Self::Month,
        Self::Alloy,
        Self::CompositionKnown,
        Self::CompositionUnknown,
    ];

    /// Key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Continuity => "continuity",
            Self::Entry => "entry",
            Self::StockChange => "stock_change",
            Self::Loss => "loss",
            Self::Unlisted => "unlisted",
            Self::CapacityUse => "capacity_use",
            Self::CapacityMost => "capacity_most",
            Self::Lifetime => "lifetime",
            Self::UseHistory => "use_history",
            Self::UseChange => "use_change",
            Self::Month => "month",
            Self::Alloy => "alloy",
            Self::CompositionKnown => "composition_known",
            Self::CompositionUnknown => "composition_unknown",
        }
    }

    fn parse(text: &str) -> Result<Self, VocabularyError> {
        let found = Self::ALL.into_iter().find(|assumed| assumed.key() == text);
        found.ok_or_else(|| VocabularyError::NotAChoice {
            value: excerpt(text),
            choices: "`continuity`, `entry`, `stock_change`, `loss`, `unlisted`, `capacity_use`, `capacity_most`, `lifetime`, `use_history`, `use_change`, `month`, `alloy`, `composition_known`, `composition_unknown`",
        })
    }
}

/// An assumption with its size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assumption {
    /// Which.
    pub assumption: Assumed,
    /// Key of the family, or `*`.
    pub family: String,
    /// What is expected, percent of what the assumption is about.
    pub value: Decimal,
    /// One standard deviation, percent.
    pub deviation: Decimal,
    /// Where that is known from.
    pub origin: String,
}

impl Assumption {
    pub(crate) const FILE: &'static str = "assumptions.csv";
    pub(crate) const COLUMNS: &'static [&'static str] =
        &["assumption", "family", "value", "deviation", "origin"];

    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        Ok(Self {
            assumption: row.parsed("assumption", Assumed::parse)?,
            family: row.key("family")?,
            value: row.decimal("value")?,
            deviation: percent(row, "deviation", DEVIATION_MAX)?,
            origin: row.text("origin")?.to_owned(),
        })
    }

    /// A family's own row before that of all families.
    pub(crate) fn of<'a>(rows: &'a [Self], assumed: Assumed, family: &str) -> Option<&'a Self> {
        rows.iter()
            .filter(|row| row.assumption == assumed && (row.family == family || row.family == ANY))
            .min_by_key(|row| row.family == ANY)
    }
}
