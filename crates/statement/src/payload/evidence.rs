//! What shows that a member's log contradicts itself.

use serde::{Deserialize, Serialize};

use super::text;
use crate::StatementError;
use crate::limits::INLINE_PAYLOAD_BYTES_MAX;

/// A member says in its own log that another's log contradicts itself, with what lets everybody see it.
///
/// The text convinces by itself, without trust in who said it, once it is verified against the keys of the log that it
/// is about; here only its form is checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// ISO 3166 alpha-3 code of the member whose log it is about.
    pub member: String,
    /// Origin of that log.
    pub origin: String,
    /// The two signed checkpoints that contradict each other and the proof between them (`split-view/v1`).
    pub split_view: String,
}

impl Evidence {
    /// Parses a payload.
    ///
    /// # Errors
    /// [`StatementError::Payload`] or [`StatementError::Field`].
    pub fn parse(bytes: &[u8]) -> Result<Self, StatementError> {
        let evidence: Self = text::from_json("evidence", bytes)?;
        text::name("member", &evidence.member)?;
        text::name("origin", &evidence.origin)?;
        let wrong = |reason: &str| {
            let shown: String = evidence.split_view.chars().take(40).collect();
            Err(StatementError::field("split_view", &shown, reason))
        };
        if evidence.split_view.len() > INLINE_PAYLOAD_BYTES_MAX {
            return wrong("is longer than evidence can be");
        }
        if !evidence.split_view.starts_with("split-view/v1\n") {
            return wrong("does not begin with `split-view/v1`");
        }
        Ok(evidence)
    }
}
