//! A named public source: one edition of a publication.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::basis::wire_enum;
use super::text;
use crate::StatementError;

wire_enum! {
    /// How sure the publication day is.
    PublishedBasis("published_basis") {
        /// The source states it.
        Exact = "exact",
        /// Inferred, for instance from an edition's usual month.
        Assumed = "assumed",
    }
}

/// One edition of a public source, with what must be said when its figures are shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Key of the edition, such as `usgs-mcs-2025`.
    pub source: String,
    /// The publication it belongs to, such as `usgs-mcs`.
    pub series: String,
    /// The edition, such as `2025`.
    pub edition: String,
    /// Title.
    pub title: String,
    /// Publisher.
    pub publisher: String,
    /// Address, empty if none.
    pub url: String,
    /// Licence: an SPDX id or the licence's usual name.
    pub licence: String,
    /// The line that must be shown with the figures; empty if none is asked for.
    pub attribution: String,
    /// The day the source said it (published time).
    #[schemars(with = "String")]
    pub published: Date,
    /// How sure that day is.
    pub published_basis: PublishedBasis,
    /// The day on which the figures were taken, from the source or from the collection that its attribution names.
    #[schemars(with = "String")]
    pub retrieved: Date,
}

impl Source {
    /// Checks lengths and that the source was published before it was retrieved.
    ///
    /// # Errors
    /// The first field that breaks a rule.
    pub fn check(&self) -> Result<(), StatementError> {
        text::key("source", &self.source)?;
        text::key("series", &self.series)?;
        text::optional("edition", &self.edition, 60)?;
        text::name("title", &self.title)?;
        text::name("publisher", &self.publisher)?;
        text::free("url", &self.url)?;
        text::name("licence", &self.licence)?;
        text::free("attribution", &self.attribution)?;
        if self.published > self.retrieved {
            let reason = format!("is after the day of retrieval, {}", self.retrieved);
            return Err(StatementError::field(
                "published",
                &self.published.to_string(),
                reason,
            ));
        }
        Ok(())
    }
}
