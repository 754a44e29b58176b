//! One number as it is shown, and what names it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One number of the twin as it is shown, with the handle that opens *where does this figure come from?*
#[derive(Debug, Default, Clone, Serialize, Deserialize, ToSchema)]
pub struct Figure {
    /// Decimal in `unit`; absent where nobody published one.
    pub value: Option<String>,
    /// Key of the unit (`t`, `percent`, `usd`, `index` …).
    pub unit: String,
    /// Substance counted where the figure is a contained mass (`REO`, `Li` …).
    pub substance: Option<String>,
    /// The period the figure is about, `2023`, `2023-Q1` or `2023-04`.
    pub period: String,
    /// `reported`, `estimated`, `projected`, `derived` or `general_knowledge`.
    pub basis: String,
    /// `at_least`, `rounded` or empty.
    pub qualifier: String,
    /// Opaque address of the figure: pass it to `/api/v1/provenance?figure=`.
    pub figure: String,
    /// How many sources give a figure for the same cell, the chosen one included; 0 for derived figures.
    pub sources: u32,
    /// Largest relative difference between those sources, as a fraction (`0.12` = 12 %); absent with fewer than two.
    pub spread: Option<String>,
    /// Key of the edition that gives it, or on whose figures alone it was computed; empty where no one edition is behind it
    /// (a number of sites).
    pub source: String,
}

/// What names a series: everything of an observation's key but area and period.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeriesKey {
    /// Measure key.
    pub measure: String,
    /// Commodity key, empty where the measure has none.
    pub commodity: String,
    /// Stage key or empty.
    pub stage: String,
    /// Form key or empty.
    pub form: String,
    /// Substance key or empty.
    pub substance: String,
    /// `wet`, `dry`, `contained`, or empty where no mass is counted.
    pub mass_basis: String,
    /// Subject or empty (price grade, indicator key, HS code …).
    pub subject: String,
}

/// Of measure, commodity, stage, form, substance, mass basis and subject.
impl From<[String; 7]> for SeriesKey {
    fn from([measure, commodity, stage, form, substance, mass_basis, subject]: [String; 7]) -> Self {
        Self {
            measure,
            commodity,
            stage,
            form,
            substance,
            mass_basis,
            subject,
        }
    }
}

/// A country's figure with its share of the world.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CountryShare {
    /// ISO 3166 alpha-3, an aggregate (`OTH`), or `CLUB` for the members together.
    pub area: String,
    /// The figure.
    pub value: Figure,
    /// Share of the world total, percent.
    pub share: Figure,
}

/// A source's edition.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Source {
    /// Key of the edition.
    pub source: String,
    /// Publication series.
    pub series: String,
    /// Edition.
    pub edition: String,
    /// Title.
    pub title: String,
    /// Publisher.
    pub publisher: String,
    /// Address, empty if none.
    pub url: String,
    /// Licence.
    pub licence: String,
    /// Line that must be shown with the figures.
    pub attribution: String,
    /// Publication day.
    pub published: String,
    /// `exact` or `assumed`.
    pub published_basis: String,
    /// Day of retrieval.
    pub retrieved: String,
}

/// Two languages.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct Text {
    /// English.
    pub en: String,
    /// French.
    pub fr: String,
}
