//! Enums whose variants are words in the tables and on the wire.

/// Declares an enum whose variants are words in the tables.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $key:literal,)+ } choices $choices:literal) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $key)] $variant,)+
        }

        impl $name {
            /// Every one, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word used in tables and on the wire.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$variant => $key,)+
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::error::VocabularyError;

            fn from_str(text: &str) -> Result<Self, $crate::error::VocabularyError> {
                let known = Self::ALL.iter().copied().find(|known| known.key() == text);
                known.ok_or_else(|| $crate::error::VocabularyError::NotAChoice {
                    value: $crate::error::excerpt(text),
                    choices: $choices,
                })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.key())
            }
        }
    };
}

pub(crate) use words;
