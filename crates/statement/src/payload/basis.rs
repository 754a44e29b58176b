//! What a figure rests on.

use serde::{Deserialize, Serialize};

use crate::StatementError;

macro_rules! wire_enum {
    ($(#[$meta:meta])* $name:ident ($field:literal) { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// Parses the name on the wire.
            ///
            /// # Errors
            /// [`StatementError::Field`] that lists what is allowed.
            pub fn parse(text: &str) -> Result<Self, StatementError> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text).ok_or_else(|| {
                    let allowed: Vec<_> = Self::ALL.iter().map(|value| match value.as_str() { "" => "(empty)", text => text }).collect();
                    StatementError::field($field, text, format!("must be one of {}", allowed.join(", ")))
                })
            }
        }
    };
}
pub(crate) use wire_enum;

wire_enum! {
    /// What a figure rests on, best first.
    Basis("basis") {
        /// The source reports it.
        Reported = "reported",
        /// The source estimates it.
        Estimated = "estimated",
        /// The source computes it from others.
        Derived = "derived",
        /// The source expects it of the future.
        Projected = "projected",
        /// Known to people of the field, without a source at hand: to be verified.
        GeneralKnowledge = "general_knowledge",
    }
}

wire_enum! {
    /// How the number is to be read.
    Qualifier("qualifier") {
        /// As it stands.
        Exact = "",
        /// This or more.
        AtLeast = "at_least",
        /// Rounded by the source.
        Rounded = "rounded",
    }
}
