//! Recipes: what a process makes of what it takes, and what is in a material that is weighed.
//!
//! These are priors of the balances: a yield that a site reports stands before them.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::error::VocabularyError;
use crate::tables::Row;

/// The yield of a stage's process: how much of what is fed in comes out, in mass of what is contained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recipe {
    /// Key of the family.
    pub family: String,
    /// Key of the stage that makes.
    pub stage: String,
    /// Key of the stage whose product it takes.
    pub input_stage: String,
    /// Key of the element it holds for; nothing where it holds for all that have no row of their own.
    pub commodity: Option<String>,
    /// Whether all that is used of the input stage's product goes to this stage, so that one tells the other.
    pub exclusive: bool,
    /// What comes out of a hundred that go in, above 0 and not above 100.
    pub recovery: Decimal,
    /// Standard deviation of the recovery, percent points, above 0.
    pub deviation: Decimal,
    /// What it rests on, as figures do.
    pub basis: String,
    /// Where it is known from.
    pub origin: String,
}

impl Recipe {
    pub(crate) const FILE: &'static str = "recipes.csv";
    pub(crate) const COLUMNS: &'static [&'static str] = &[
        "family",
        "stage",
        "input_stage",
        "commodity",
        "exclusive",
        "recovery",
        "deviation",
        "basis",
        "origin",
    ];

    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        Ok(Self {
            family: row.key("family")?,
            stage: row.key("stage")?,
            input_stage: row.key("input_stage")?,
            commodity: row.optional_key("commodity")?,
            exclusive: row.yes("exclusive")?,
            recovery: percent(row, "recovery", Decimal::ONE_HUNDRED)?,
            deviation: percent(row, "deviation", Decimal::ONE_HUNDRED)?,
            basis: row.key("basis")?,
            origin: row.text("origin")?.to_owned(),
        })
    }
}

/// How much of a commodity is in a material that is weighed as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Content {
    /// Key of the family.
    pub family: String,
    /// Key of the form that is weighed.
    pub form: String,
    /// Key of the commodity in it.
    pub commodity: String,
    /// Key of the substance that the content counts.
    pub substance: String,
    /// Percent by mass, above 0 and not above 100.
    pub content: Decimal,
    /// Standard deviation, percent points, above 0.
    pub deviation: Decimal,
    /// What it rests on, as figures do.
    pub basis: String,
    /// Where it is known from.
    pub origin: String,
}

impl Content {
    pub(crate) const FILE: &'static str = "contents.csv";
    pub(crate) const COLUMNS: &'static [&'static str] = &[
        "family",
        "form",
        "commodity",
        "substance",
        "content",
        "deviation",
        "basis",
        "origin",
    ];

    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        Ok(Self {
            family: row.key("family")?,
            form: row.key("form")?,
            commodity: row.key("commodity")?,
            substance: row.key("substance")?,
            content: percent(row, "content", Decimal::ONE_HUNDRED)?,
            deviation: percent(row, "deviation", Decimal::ONE_HUNDRED)?,
            basis: row.key("basis")?,
            origin: row.text("origin")?.to_owned(),
        })
    }
}

/// How much a deposit gives beside the others of its country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deposit {
    /// Country, ISO 3166-1 alpha-3.
    pub country: String,
    /// The words by which sources name it.
    pub deposit: String,
    /// Its weight beside those of the country's other deposits, above 0 and not above 100.
    pub weight: Decimal,
    /// One standard deviation of the weight, percent of it, above 0.
    pub deviation: Decimal,
    /// Where it is known from.
    pub origin: String,
}

impl Deposit {
    pub(crate) const FILE: &'static str = "deposits.csv";
    pub(crate) const COLUMNS: &'static [&'static str] =
        &["country", "deposit", "weight", "deviation", "origin"];

    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        Ok(Self {
            country: row.text("country")?.to_owned(),
            deposit: row.text("deposit")?.to_owned(),
            weight: percent(row, "weight", Decimal::ONE_HUNDRED)?,
            deviation: percent(row, "deviation", Decimal::ONE_HUNDRED)?,
            origin: row.text("origin")?.to_owned(),
        })
    }
}

/// A percentage above zero and not above `most`.
pub(crate) fn percent(
    row: &Row<'_>,
    column: &'static str,
    most: Decimal,
) -> Result<Decimal, VocabularyError> {
    let value = row.decimal(column)?;
    if value > Decimal::ZERO && value <= most {
        Ok(value)
    } else {
        let range = if most == Decimal::ONE_HUNDRED {
            "above 0 and not above 100 percent"
        } else {
            "above 0 and not above 1000 percent"
        };
        let value = value.to_string();
        Err(row.broken(column, VocabularyError::OutOfRange { value, range }))
    }
}
