//! Who may read a statement's payload.

use serde::{Deserialize, Serialize};

use crate::StatementError;

/// Visibility class of a statement. Every class exists from the first version of the envelope on; a node enforces what
/// it serves, the class only says what the author asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Anybody.
    Public,
    /// Members of the club.
    Club,
    /// The author's home member only.
    Home,
    /// Parties named by grant.
    Parties,
    /// Nobody: the statement carries a salted commitment, the payload stays with its owner.
    Sealed,
}

impl Visibility {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Club => "club",
            Self::Home => "home",
            Self::Parties => "parties",
            Self::Sealed => "sealed",
        }
    }

    /// Parses the name on the wire.
    ///
    /// # Errors
    /// [`StatementError::UnknownVisibility`] for any other text.
    pub fn parse(text: &str) -> Result<Self, StatementError> {
        [Self::Public, Self::Club, Self::Home, Self::Parties, Self::Sealed]
            .into_iter()
            .find(|class| class.as_str() == text)
            .ok_or_else(|| StatementError::UnknownVisibility {
                text: text.chars().take(40).collect(),
            })
    }
}
