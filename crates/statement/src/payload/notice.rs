//! An event that touches supply.

use didymium_vocabulary::{Vocabulary, VocabularyError};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::basis::wire_enum;
use super::{Basis, Source, Wording, text};
use crate::StatementError;

wire_enum! {
    /// How sure the event is.
    Confidence("confidence") {
        /// Confirmed by an official text or several independent reports.
        High = "high",
        /// One good report, or the date is uncertain.
        Medium = "medium",
        /// Hearsay.
        Low = "low",
    }
}

/// The payload of a `notice`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Key, unique in the club; the end of the notice's URI.
    pub notice: String,
    /// First day.
    #[schemars(with = "String")]
    pub date: Date,
    /// Last day; absent while it lasts or where it is a single day.
    #[schemars(with = "Option<String>")]
    pub end_date: Option<Date>,
    /// Key of the notice type.
    #[serde(rename = "type")]
    pub notice_type: String,
    /// Countries that act.
    pub actors: Vec<String>,
    /// Commodities touched.
    pub commodities: Vec<String>,
    /// Stages touched.
    pub stages: Vec<String>,
    /// Countries or aggregates affected.
    pub affected: Vec<String>,
    /// Title.
    pub title: Wording,
    /// Description.
    pub description: Wording,
    /// How sure it is.
    pub confidence: Confidence,
    /// What it rests on.
    pub basis: Basis,
    /// Where it is known from.
    pub source: Source,
}

impl Notice {
    /// Parses and checks a payload.
    ///
    /// # Errors
    /// The first field that breaks a rule.
    pub fn parse(bytes: &[u8], vocabulary: &Vocabulary) -> Result<Self, StatementError> {
        let notice: Self = text::from_json("notice", bytes)?;
        notice.check(vocabulary)?;
        Ok(notice)
    }

    /// Checks every field.
    ///
    /// # Errors
    /// The first field that breaks a rule.
    pub fn check(&self, vocabulary: &Vocabulary) -> Result<(), StatementError> {
        text::key("notice", &self.notice)?;
        vocabulary
            .require_notice_type(&self.notice_type)
            .map_err(of("type"))?;
        each("actors", &self.actors, |key| {
            vocabulary.require_place(key).map(drop)
        })?;
        each("commodities", &self.commodities, |key| {
            vocabulary.require_commodity(key).map(drop)
        })?;
        each("stages", &self.stages, |key| {
            vocabulary.require_stage(key).map(drop)
        })?;
        each("affected", &self.affected, |key| {
            vocabulary.require_place(key).map(drop)
        })?;
        self.title.check_title(["title_en", "title_fr"])?;
        self.description
            .check_free(["description_en", "description_fr"])?;
        self.source.check()?;
        match self.end_date {
            Some(end) if end < self.date => Err(StatementError::field(
                "end_date",
                &end.to_string(),
                format!("is before the first day, {}", self.date),
            )),
            _ => Ok(()),
        }
    }
}

fn each(
    field: &'static str,
    keys: &[String],
    find: impl Fn(&str) -> Result<(), VocabularyError>,
) -> Result<(), StatementError> {
    text::list(field, keys)?;
    keys.iter().try_for_each(|key| find(key).map_err(of(field)))
}

fn of(field: &'static str) -> impl FnOnce(VocabularyError) -> StatementError {
    move |source| StatementError::Vocabulary { field, source }
}
