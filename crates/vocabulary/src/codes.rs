//! Customs codes, types of notice, and which source is preferred.

use serde::Serialize;

use crate::error::VocabularyError;
use crate::index::Entity;
use crate::label::Label;
use crate::tables::Row;
use crate::words::words;

/// A customs code of the Harmonized System.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HsCode {
    /// The code, digits without points: `284690`.
    pub hs: String,
    /// Edition of the nomenclature: `2022`.
    pub edition: String,
    /// Name.
    pub label: Label,
    /// Key of the commodity traded under it.
    pub commodity: String,
    /// Key of the stage that makes what is traded.
    pub stage: Option<String>,
    /// Key of the form traded.
    pub form: Option<String>,
    /// Whether the code holds more than the commodity.
    pub wider: bool,
}

impl HsCode {
    pub(crate) const FILE: &'static str = "hs_codes.csv";
    pub(crate) const COLUMNS: &'static [&'static str] = &[
        "hs",
        "edition",
        "label_en",
        "label_fr",
        "commodity",
        "stage",
        "form",
        "wider",
    ];

    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        let hs = row.parsed("hs", |text| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            if digits && (2..=12).contains(&text.len()) {
                Ok(text.to_owned())
            } else {
                Err(VocabularyError::OutOfRange {
                    value: text.to_owned(),
                    range: "2 to 12 digits",
                })
            }
        })?;
        Ok(Self {
            hs,
            edition: row.key("edition")?,
            label: Label::from_row(row)?,
            commodity: row.key("commodity")?,
            stage: row.optional_key("stage")?,
            form: row.optional_key("form")?,
            wider: row.yes("wider")?,
        })
    }
}

words! {
    /// How grave a type of notice is by itself; the lowest first.
    Severity {
        /// To be known.
        Low = "low",
        /// To be watched.
        Medium = "medium",
        /// To be acted on.
        High = "high",
    }
    choices "`low`, `medium`, `high`"
}

/// A type of notice: an export control, an outage …
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoticeType {
    /// Key.
    #[serde(rename = "type")]
    pub notice_type: String,
    /// Name.
    pub label: Label,
    /// How grave it is, as far as the type alone tells.
    pub severity: Severity,
}

impl Entity for NoticeType {
    const FILE: &'static str = "notice_types.csv";
    const COLUMNS: &'static [&'static str] = &["type", "label_en", "label_fr", "severity"];
    const KIND: &'static str = "notice type";

    fn key(&self) -> &str {
        &self.notice_type
    }

    fn label(&self) -> &Label {
        &self.label
    }

    fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        Ok(Self {
            notice_type: row.key("type")?,
            label: Label::from_row(row)?,
            severity: row.parsed("severity", str::parse)?,
        })
    }
}

/// Any stage, in [`SourcePreference::stage`].
pub const ANY_STAGE: &str = "*";

/// Rule R1: the rank of a series of publications among those that state a measure at a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourcePreference {
    /// Key of the measure.
    pub measure: String,
    /// Key of the stage, or [`ANY_STAGE`].
    pub stage: String,
    /// The series, such as `usgs-mcs`.
    pub series: String,
    /// 1 is chosen first.
    pub rank: u32,
}

impl SourcePreference {
    pub(crate) const FILE: &'static str = "source_preference.csv";
    pub(crate) const COLUMNS: &'static [&'static str] = &["measure", "stage", "series", "rank"];

    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        Ok(Self {
            measure: row.key("measure")?,
            stage: row.key("stage")?,
            series: row.key("series")?,
            rank: row.whole("rank")?,
        })
    }
}
