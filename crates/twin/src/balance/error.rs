//! Why there is no balance.

use super::network::Extents;
use crate::reconcile::ReconcileError;

/// Why there is no balance.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BalanceError {
    /// No such family.
    #[error("`{family}` is no family of minerals: name one, such as `rare_earths`")]
    NoFamily {
        /// What was asked.
        family: String,
    },
    /// Nobody said anything that a balance can be made of.
    #[error("nobody has reported a mass of `{family}` that can be balanced")]
    NothingSaid {
        /// The family.
        family: String,
    },
    /// So much was said of so many places and years that it is not computed.
    #[error(
        "the balance of `{family}` is too large: it would have {extent}; at most {most} quantities are balanced. Most is added by {adds_most}. See whether it speaks of too many places or months (`didymium twin observations`), and withdraw or mend what is wrong; a larger club raises `balance_quantities_max` under `[overrides]` in node.toml"
    )]
    TooLarge {
        /// The family.
        family: String,
        /// What makes it large.
        extent: Extents,
        /// Most quantities that are balanced.
        most: usize,
        /// Whose figures make it large, how many they are, and how large it would be without them.
        adds_most: String,
    },
    /// Nobody made such a report.
    #[error(
        "the balance of `{family}` has no report {number}: take numbers from the contradictions of the same state"
    )]
    NoReport {
        /// The family.
        family: String,
        /// The number that was asked of.
        number: usize,
    },
    /// A report cannot say that.
    #[error("a report of `{family}` cannot say {said} t: name tonnes of zero or more")]
    CannotBeSaid {
        /// The family.
        family: String,
        /// What was asked.
        said: String,
    },
    /// The arithmetic found no answer.
    #[error("the balance of `{family}` has no solution near {near}")]
    Unsolved {
        /// The family.
        family: String,
        /// The quantity where it shows.
        near: String,
        /// Why.
        #[source]
        source: ReconcileError,
    },
}
