//! What is measured, the units it is given in, and the bases of a mass.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::error::{VocabularyError, excerpt};
use crate::index::Entity;
use crate::label::{Label, Language};
use crate::quantity::canonical_decimal;
use crate::tables::Row;
use crate::words::words;

words! {
    /// What kind of number a measure or unit is.
    Dimension {
        /// Kilograms.
        Mass = "mass",
        /// US dollars.
        Money = "money",
        /// US dollars a kilogram.
        Price = "price",
        /// Percent.
        Share = "share",
        /// Points of an index.
        Index = "index",
        /// How many.
        Count = "count",
    }
    choices "`mass`, `money`, `price`, `share`, `index`, `count`"
}

words! {
    /// What a mass was weighed as.
    MassBasis {
        /// As weighed, with its water.
        Wet = "wet",
        /// Without water.
        Dry = "dry",
        /// The substance contained alone.
        Contained = "contained",
    }
    choices "`wet`, `dry`, `contained`"
}

impl MassBasis {
    /// What a mass on this basis is called: a wet mass, *une masse humide*.
    #[must_use]
    pub const fn adjective(self, language: Language) -> &'static str {
        match (language, self) {
            (Language::En, _) => self.key(),
            (Language::Fr, Self::Wet) => "humide",
            (Language::Fr, Self::Dry) => "sèche",
            (Language::Fr, Self::Contained) => "contenue",
        }
    }
}

impl Dimension {
    /// Whether figures may be added over countries: masses, money and counts may, prices, percentages and indices not.
    #[must_use]
    pub const fn adds_up(self) -> bool {
        matches!(self, Self::Mass | Self::Money | Self::Count)
    }
}

/// Whether figures of a measure go from one place to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Partner {
    /// They are about one place.
    None,
    /// They may name the other end of a flow; without, they are about all others together.
    Optional,
    /// They name both ends.
    Required,
}

impl Partner {
    fn parse(text: &str) -> Result<Self, VocabularyError> {
        match text {
            "required" => Ok(Self::Required),
            "optional" => Ok(Self::Optional),
            other => Err(VocabularyError::NotAChoice {
                value: excerpt(other),
                choices: "`required`, `optional`, empty",
            }),
        }
    }
}

/// Something that a statistic or a return states: production, reserves, a price …
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// Key: `production`.
    pub measure: String,
    /// Name.
    pub label: Label,
    /// What kind of number it is.
    pub dimension: Dimension,
    /// Whether an observation must name its commodity.
    pub needs_commodity: bool,
    /// Whether an observation must name its stage.
    pub needs_stage: bool,
    /// Whether a value below zero is refused.
    pub non_negative: bool,
    /// Whether its figures are flows between two places.
    pub partner: Partner,
}

impl Measure {
    /// Refuses a value that this measure cannot have.
    ///
    /// # Errors
    /// A negative value where the measure is never negative.
    pub fn check(&self, value: Decimal) -> Result<(), VocabularyError> {
        if self.non_negative && value < Decimal::ZERO {
            let value = canonical_decimal(value);
            return Err(VocabularyError::Negative {
                value,
                measure: self.measure.clone(),
            });
        }
        Ok(())
    }
}

impl Entity for Measure {
    const FILE: &'static str = "measures.csv";
    const COLUMNS: &'static [&'static str] = &[
        "measure",
        "label_en",
        "label_fr",
        "dimension",
        "needs_commodity",
        "needs_stage",
        "non_negative",
        "partner",
    ];
    const KIND: &'static str = "measure";

    fn key(&self) -> &str {
        &self.measure
    }

    fn label(&self) -> &Label {
        &self.label
    }

    fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        Ok(Self {
            measure: row.key("measure")?,
            label: Label::from_row(row)?,
            dimension: row.parsed("dimension", str::parse)?,
            needs_commodity: row.yes("needs_commodity")?,
            needs_stage: row.yes("needs_stage")?,
            non_negative: row.yes("non_negative")?,
            partner: match row.optional("partner") {
                Some(_) => row.parsed("partner", Partner::parse)?,
                None => Partner::None,
            },
        })
    }
}

/// A unit of one dimension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unit {
    /// Key: `t`.
    pub unit: String,
    /// Name.
    pub label: Label,
    /// Sign on pages; empty where a bare number is shown.
    pub symbol: String,
    /// What it measures.
    pub dimension: Dimension,
    /// How many canonical units (kilograms, dollars …) it is; nothing where no constant converts it.
    pub factor: Option<Decimal>,
}

impl Unit {
    /// How many canonical units it is.
    ///
    /// # Errors
    /// A unit that no constant converts.
    pub fn require_factor(&self) -> Result<Decimal, VocabularyError> {
        self.factor.ok_or_else(|| VocabularyError::NoFactor {
            unit: self.unit.clone(),
        })
    }
}

impl Entity for Unit {
    const FILE: &'static str = "units.csv";
    const COLUMNS: &'static [&'static str] =
        &["unit", "label_en", "label_fr", "symbol", "dimension", "factor"];
    const KIND: &'static str = "unit";

    fn key(&self) -> &str {
        &self.unit
    }

    fn label(&self) -> &Label {
        &self.label
    }

    fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        let factor = row
            .optional("factor")
            .map(|_| row.decimal("factor"))
            .transpose()?;
        if let Some(value) = factor.filter(|factor| *factor <= Decimal::ZERO) {
            let reason = VocabularyError::OutOfRange {
                value: value.to_string(),
                range: "greater than 0",
            };
            return Err(row.broken("factor", reason));
        }
        Ok(Self {
            unit: row.key("unit")?,
            label: Label::from_row(row)?,
            symbol: row.optional("symbol").unwrap_or_default().to_owned(),
            dimension: row.parsed("dimension", str::parse)?,
            factor,
        })
    }
}
