//! Statements about statements.

use serde::{Deserialize, Serialize};

use super::text;
use crate::{StatementError, StatementId};

/// Replaces an earlier statement of the same issuer. Both stay in the log; the twin of a cut that holds this one reads
/// only the replacement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Supersede {
    /// The statement that no longer counts.
    pub target: StatementId,
    /// The statement that counts instead.
    pub replacement: StatementId,
    /// Why.
    pub reason: String,
}

/// Withdraws an earlier statement of the same issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retract {
    /// The statement that no longer counts.
    pub target: StatementId,
    /// Why.
    pub reason: String,
}

impl Supersede {
    /// Parses a payload.
    ///
    /// # Errors
    /// [`StatementError::Payload`] or [`StatementError::Field`].
    pub fn parse(bytes: &[u8]) -> Result<Self, StatementError> {
        let supersede: Self = text::from_json("supersede", bytes)?;
        text::free("reason", &supersede.reason)?;
        if supersede.target == supersede.replacement {
            return Err(StatementError::field(
                "replacement",
                &supersede.replacement.to_string(),
                "is the statement it replaces",
            ));
        }
        Ok(supersede)
    }
}

impl Retract {
    /// Parses a payload.
    ///
    /// # Errors
    /// [`StatementError::Payload`] or [`StatementError::Field`].
    pub fn parse(bytes: &[u8]) -> Result<Self, StatementError> {
        let retract: Self = text::from_json("retract", bytes)?;
        text::free("reason", &retract.reason)?;
        Ok(retract)
    }
}
