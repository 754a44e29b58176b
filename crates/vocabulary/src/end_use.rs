//! Goods in use: how long they are used, what of them comes back, and what is in the alloys they are made of.
//!
//! These are priors of the balances, as recipes are.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::Serialize;

use crate::error::VocabularyError;
use crate::index::Entity;
use crate::label::Label;
use crate::recipe::percent;
use crate::tables::Row;

/// Nothing is in use for longer on average, years.
const LIFE_MAX: Decimal = Decimal::from_parts(200, 0, 0, false, 0);

/// A use of minerals in finished goods.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EndUse {
    /// Key: the words by which sources name it.
    #[serde(rename = "use")]
    pub key: String,
    /// Name.
    pub label: Label,
    /// Whether it stands for all uses that have no row of their own.
    pub rest: bool,
    /// The year from which it takes more than a trace; none if it has always been there.
    pub since: Option<i16>,
    /// Mean age at which goods leave use, years, above 0.
    pub life: f64,
    /// Standard deviation of that age, years, above 0.
    pub deviation: f64,
    /// Where it is known from.
    pub origin: String,
}

impl Entity for EndUse {
    const FILE: &'static str = "end_uses.csv";
    const COLUMNS: &'static [&'static str] = &[
        "use",
        "label_en",
        "label_fr",
        "rest",
        "since",
        "life",
        "deviation",
        "origin",
    ];
    const KIND: &'static str = "end_use";

    fn key(&self) -> &str {
        &self.key
    }

    fn label(&self) -> &Label {
        &self.label
    }

    fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        Ok(Self {
            key: row.text("use")?.to_owned(),
            label: Label::from_row(row)?,
            rest: row.yes("rest")?,
            since: since(row)?,
            life: years(row, "life")?,
            deviation: years(row, "deviation")?,
            origin: row.text("origin")?.to_owned(),
        })
    }
}

fn since(row: &Row<'_>) -> Result<Option<i16>, VocabularyError> {
    let Some(text) = row.optional("since") else {
        return Ok(None);
    };
    let year = text.parse().ok().filter(|year| (1800..=2200).contains(year));
    year.map(Some).ok_or_else(|| {
        let (value, range) = (text.to_owned(), "a year from 1800 to 2200");
        row.broken("since", VocabularyError::OutOfRange { value, range })
    })
}

fn years(row: &Row<'_>, column: &'static str) -> Result<f64, VocabularyError> {
    let value = row.decimal(column)?;
    match value.to_f64() {
        Some(years) if value > Decimal::ZERO && value <= LIFE_MAX => Ok(years),
        _ => {
            let (value, range) = (value.to_string(), "above 0 and not above 200 years");
            Err(row.broken(column, VocabularyError::OutOfRange { value, range }))
        }
    }
}

/// How the goods of a family come round: sold, put in use, left, recovered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Returns {
    /// Key of the family.
    pub family: String,
    /// Key of the stage whose product is sold as the mineral itself: what follows makes goods of it.
    pub sold: String,
    /// Key of the stage of goods in use.
    pub goods: String,
    /// Key of the stage that makes raw material of goods that left use.
    pub recycling: String,
    /// What is put in use of a hundred that makers of goods take; the rest is lost or goes round as new scrap.
    pub put_in_use: Decimal,
    /// Its standard deviation, percent points.
    pub put_in_use_deviation: Decimal,
    /// What becomes raw material again of a hundred that leave use.
    pub recovered: Decimal,
    /// Its standard deviation, percent points.
    pub recovered_deviation: Decimal,
    /// What it rests on, as figures do.
    pub basis: String,
    /// Where it is known from.
    pub origin: String,
}

impl Returns {
    pub(crate) const FILE: &'static str = "returns.csv";
    pub(crate) const COLUMNS: &'static [&'static str] = &[
        "family",
        "sold",
        "goods",
        "recycling",
        "put_in_use",
        "put_in_use_deviation",
        "recovered",
        "recovered_deviation",
        "basis",
        "origin",
    ];

    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        let part = |column| percent(row, column, Decimal::ONE_HUNDRED);
        Ok(Self {
            family: row.key("family")?,
            sold: row.key("sold")?,
            goods: row.key("goods")?,
            recycling: row.key("recycling")?,
            put_in_use: part("put_in_use")?,
            put_in_use_deviation: part("put_in_use_deviation")?,
            recovered: part("recovered")?,
            recovered_deviation: part("recovered_deviation")?,
            basis: row.key("basis")?,
            origin: row.text("origin")?.to_owned(),
        })
    }
}

/// How much of an alloy's metal of the family is one element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlloyShare {
    /// Key of the family.
    pub family: String,
    /// Key of the stage that makes the alloy, or what keeps its composition.
    pub stage: String,
    /// Key of the element.
    pub commodity: String,
    /// Percent of the family's metal in the alloy, above 0; those of one alloy make no more than 100.
    pub share: Decimal,
    /// Standard deviation, percent points, above 0.
    pub deviation: Decimal,
    /// What it rests on, as figures do.
    pub basis: String,
    /// Where it is known from.
    pub origin: String,
}

impl AlloyShare {
    pub(crate) const FILE: &'static str = "alloys.csv";
    pub(crate) const COLUMNS: &'static [&'static str] = &[
        "family",
        "stage",
        "commodity",
        "share",
        "deviation",
        "basis",
        "origin",
    ];

    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        Ok(Self {
            family: row.key("family")?,
            stage: row.key("stage")?,
            commodity: row.key("commodity")?,
            share: percent(row, "share", Decimal::ONE_HUNDRED)?,
            deviation: percent(row, "deviation", Decimal::ONE_HUNDRED)?,
            basis: row.key("basis")?,
            origin: row.text("origin")?.to_owned(),
        })
    }
}
