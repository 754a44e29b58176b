//! Names for people, in the languages of the pages.

use serde::{Deserialize, Serialize};

use crate::error::{VocabularyError, excerpt};
use crate::tables::Row;

/// A language of the labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English, the default.
    #[default]
    En,
    /// French.
    Fr,
}

impl Language {
    /// Every language, English first.
    pub const ALL: [Self; 2] = [Self::En, Self::Fr];

    /// The ISO 639-1 code: `en`, `fr`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }
}

impl std::str::FromStr for Language {
    type Err = VocabularyError;

    /// Reads the ISO 639-1 code in lower case.
    fn from_str(text: &str) -> Result<Self, VocabularyError> {
        match text {
            "en" => Ok(Self::En),
            "fr" => Ok(Self::Fr),
            _ => Err(VocabularyError::NotAChoice {
                value: excerpt(text),
                choices: "`en`, `fr`",
            }),
        }
    }
}

/// One name in every language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Label {
    /// English.
    pub en: String,
    /// French.
    pub fr: String,
}

impl Label {
    /// The name in one language.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Fr => &self.fr,
        }
    }

    /// Columns `label_en` and `label_fr`.
    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        Ok(Self {
            en: row.text("label_en")?.to_owned(),
            fr: row.text("label_fr")?.to_owned(),
        })
    }

    /// Columns `description_en` and `description_fr`.
    pub(crate) fn description_from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        Ok(Self {
            en: row.text("description_en")?.to_owned(),
            fr: row.text("description_fr")?.to_owned(),
        })
    }
}
