//! Words in both languages of a club.

use serde::{Deserialize, Serialize};

use super::text;
use crate::StatementError;
use crate::limits::{NAME_BYTES_MAX, TEXT_BYTES_MAX};

/// A text in English and French. One of the two may be empty: a reader is then shown the other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// English.
    pub en: String,
    /// French.
    pub fr: String,
}

impl Wording {
    /// A title: in at least one language, at most 300 bytes in each.
    pub(super) fn check_title(&self, [field_en, field_fr]: [&'static str; 2]) -> Result<(), StatementError> {
        if self.en.is_empty() && self.fr.is_empty() {
            return Err(StatementError::field(
                field_en,
                "",
                "must not be empty in both languages",
            ));
        }
        text::optional(field_en, &self.en, NAME_BYTES_MAX)?;
        text::optional(field_fr, &self.fr, NAME_BYTES_MAX)
    }

    /// A free text: may be empty, at most 4,000 bytes in each language.
    pub(super) fn check_free(&self, [field_en, field_fr]: [&'static str; 2]) -> Result<(), StatementError> {
        text::optional(field_en, &self.en, TEXT_BYTES_MAX)?;
        text::optional(field_fr, &self.fr, TEXT_BYTES_MAX)
    }
}
