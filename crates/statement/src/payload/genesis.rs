//! The first entry of every log.

use serde::{Deserialize, Serialize};

use super::text;
use crate::{Digest, StatementError};

/// A member takes its place: the log is its log, under this charter. It also gives every later entry a non-empty
/// inclusion path, which COSE receipts require.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Genesis {
    /// The charter's id.
    pub charter: Digest,
    /// The member's ISO 3166 alpha-3 code.
    pub member: String,
    /// The log's origin.
    pub origin: String,
}

impl Genesis {
    /// Parses a payload.
    ///
    /// # Errors
    /// [`StatementError::Payload`] or [`StatementError::Field`].
    pub fn parse(bytes: &[u8]) -> Result<Self, StatementError> {
        let genesis: Self = text::from_json("genesis", bytes)?;
        text::name("member", &genesis.member)?;
        text::name("origin", &genesis.origin)?;
        Ok(genesis)
    }
}
