//! What a mass was weighed as, as types.

use std::sync::Arc;

use crate::measure::MassBasis;
use crate::substance::Substance;

mod sealed {
    pub trait Sealed {}
}

/// What a mass was weighed as; one of [`Wet`], [`Dry`] and [`Contained`].
pub trait Basis: sealed::Sealed {
    /// The substance counted: a [`SubstanceKey`] for a contained mass, nothing for the others.
    type Substance: Clone + std::fmt::Debug + PartialEq + Eq + std::hash::Hash;

    /// The same as a value.
    const BASIS: MassBasis;

    /// The key of the substance counted, if there is one.
    fn substance_key(substance: &Self::Substance) -> Option<&str>;
}

/// As weighed, with its water.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wet;

/// Without water.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dry;

/// The substance contained alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Contained;

/// Key of a substance that the vocabulary holds; made from a [`Substance`] alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubstanceKey(Arc<str>);

impl SubstanceKey {
    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&Substance> for SubstanceKey {
    fn from(substance: &Substance) -> Self {
        Self(Arc::from(substance.substance.as_str()))
    }
}

impl sealed::Sealed for Wet {}
impl sealed::Sealed for Dry {}
impl sealed::Sealed for Contained {}

impl Basis for Wet {
    type Substance = ();
    const BASIS: MassBasis = MassBasis::Wet;

    fn substance_key((): &()) -> Option<&str> {
        None
    }
}

impl Basis for Dry {
    type Substance = ();
    const BASIS: MassBasis = MassBasis::Dry;

    fn substance_key((): &()) -> Option<&str> {
        None
    }
}

impl Basis for Contained {
    type Substance = SubstanceKey;
    const BASIS: MassBasis = MassBasis::Contained;

    fn substance_key(substance: &SubstanceKey) -> Option<&str> {
        Some(substance.as_str())
    }
}
