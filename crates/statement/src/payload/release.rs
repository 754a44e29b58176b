//! The release of a sealed statement: that its owner has shown the payload to somebody, not the payload.

use serde::{Deserialize, Serialize};

use super::text;
use crate::{Digest, StatementError, StatementId};

/// The owner of a sealed statement has given its opening to somebody. Everybody sees that it was given, to whom and what
/// for; only the recipient sees what was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The sealed statement.
    pub target: StatementId,
    /// Who may read it now: the name by which the owner knows the recipient.
    pub recipient: String,
    /// The X25519 public key that the opening was encrypted to, 64 lower-case hexadecimal digits.
    pub key: Digest,
    /// What it was given for.
    pub purpose: String,
}

impl Release {
    /// Parses a payload.
    ///
    /// # Errors
    /// [`StatementError::Payload`] or [`StatementError::Field`].
    pub fn parse(bytes: &[u8]) -> Result<Self, StatementError> {
        let release: Self = text::from_json("release", bytes)?;
        text::name("recipient", &release.recipient)?;
        text::free("purpose", &release.purpose)?;
        Ok(release)
    }
}
