//! Countries and aggregates of countries.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::error::VocabularyError;
use crate::index::Entity;
use crate::label::Label;
use crate::tables::Row;

/// A country of ISO 3166-1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Country {
    /// Alpha-3 code, the key: `THA`.
    pub iso3: String,
    /// Alpha-2 code.
    pub iso2: String,
    /// Numeric code, three digits.
    pub numeric: String,
    /// Name.
    pub label: Label,
    /// Region of the world, for grouping.
    pub region: String,
    /// Latitude of a point to show it at, degrees of WGS 84.
    pub lat: Option<Decimal>,
    /// Longitude of that point.
    pub lon: Option<Decimal>,
}

impl Entity for Country {
    const FILE: &'static str = "countries.csv";
    const COLUMNS: &'static [&'static str] = &[
        "iso3", "iso2", "numeric", "label_en", "label_fr", "region", "lat", "lon",
    ];
    const KIND: &'static str = "country";

    fn key(&self) -> &str {
        &self.iso3
    }

    fn label(&self) -> &Label {
        &self.label
    }

    fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        let upper = |byte: u8| byte.is_ascii_uppercase();
        let lat = degrees(row, "lat", 90, "a latitude from -90 to 90")?;
        let lon = degrees(row, "lon", 180, "a longitude from -180 to 180")?;
        match (lat, lon) {
            (Some(_), None) => return Err(row.broken("lon", VocabularyError::Empty)),
            (None, Some(_)) => return Err(row.broken("lat", VocabularyError::Empty)),
            _ => {}
        }
        Ok(Self {
            iso3: code(row, "iso3", 3, upper, "three capital letters")?,
            iso2: code(row, "iso2", 2, upper, "two capital letters")?,
            numeric: code(row, "numeric", 3, |byte| byte.is_ascii_digit(), "three digits")?,
            label: Label::from_row(row)?,
            region: row.text("region")?.to_owned(),
            lat,
            lon,
        })
    }
}

/// An aggregate of countries: the world, other countries together …
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Area {
    /// Key: `WLD`.
    pub area: String,
    /// Name.
    pub label: Label,
    /// Whether it is one country after all, though not of ISO 3166-1: it counts in shares and concentration.
    pub one_country: bool,
    /// The countries that it is made of, by key; `*` alone for all. Empty for what a source does not list by name.
    pub members: Vec<String>,
}

impl Area {
    /// Whether it says again what rows of countries say, so that a sum must not take both.
    #[must_use]
    pub fn speaks_for_countries(&self) -> bool {
        !self.members.is_empty()
    }
}

impl Entity for Area {
    const FILE: &'static str = "areas.csv";
    const COLUMNS: &'static [&'static str] = &["area", "label_en", "label_fr", "one_country", "members"];
    const KIND: &'static str = "area";

    fn key(&self) -> &str {
        &self.area
    }

    fn label(&self) -> &Label {
        &self.label
    }

    fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        Ok(Self {
            area: row.key("area")?,
            label: Label::from_row(row)?,
            one_country: row.yes("one_country")?,
            members: row
                .optional("members")
                .unwrap_or_default()
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
        })
    }
}

/// Where a statistic is about: a country or an aggregate. The two share no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Place<'v> {
    /// A country.
    Country(&'v Country),
    /// An aggregate.
    Area(&'v Area),
}

impl<'v> Place<'v> {
    /// The key in its table.
    #[must_use]
    pub fn key(self) -> &'v str {
        match self {
            Self::Country(country) => &country.iso3,
            Self::Area(area) => &area.area,
        }
    }

    /// The name.
    #[must_use]
    pub fn label(self) -> &'v Label {
        match self {
            Self::Country(country) => &country.label,
            Self::Area(area) => &area.label,
        }
    }
}

fn code(
    row: &Row<'_>,
    column: &'static str,
    length: usize,
    allowed: impl Fn(u8) -> bool,
    choices: &'static str,
) -> Result<String, VocabularyError> {
    row.parsed(column, |text| {
        if text.len() == length && text.bytes().all(allowed) {
            Ok(text.to_owned())
        } else {
            Err(VocabularyError::OutOfRange {
                value: text.to_owned(),
                range: choices,
            })
        }
    })
}

fn degrees(
    row: &Row<'_>,
    column: &'static str,
    limit: i64,
    range: &'static str,
) -> Result<Option<Decimal>, VocabularyError> {
    let Some(_) = row.optional(column) else {
        return Ok(None);
    };
    let value = row.decimal(column)?;
    if value.abs() > Decimal::from(limit) {
        return Err(row.broken(
            column,
            VocabularyError::OutOfRange {
                value: value.to_string(),
                range,
            },
        ));
    }
    Ok(Some(value))
}
