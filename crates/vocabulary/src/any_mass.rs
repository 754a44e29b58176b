//! Masses as tables and returns state them: a number, a unit, a basis and perhaps a substance.

use rust_decimal::Decimal;

use crate::basis::{Contained, Dry, SubstanceKey, Wet};
use crate::error::{VocabularyError, excerpt};
use crate::mass::Mass;
use crate::measure::{Dimension, MassBasis};
use crate::quantity::Quantity;
use crate::vocabulary::Vocabulary;

/// A mass whose basis is known only once it is read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AnyMass {
    /// As weighed.
    Wet(Mass<Wet>),
    /// Without water.
    Dry(Mass<Dry>),
    /// The substance contained.
    Contained(Mass<Contained>),
}

impl AnyMass {
    /// Takes a mass from the parts that a table or a return states.
    ///
    /// # Errors
    /// A unit that is no mass; a contained mass without substance, another with one; an unknown substance.
    pub fn new(
        quantity: &Quantity<'_>,
        basis: MassBasis,
        substance: Option<&str>,
        vocabulary: &Vocabulary,
    ) -> Result<Self, VocabularyError> {
        let unit = quantity.unit();
        if unit.dimension != Dimension::Mass {
            let dimension = unit.dimension.key();
            return Err(VocabularyError::NotAMass {
                unit: unit.unit.clone(),
                dimension,
            });
        }
        let canonical = vocabulary.canonical_unit(Dimension::Mass)?;
        let kilograms = Quantity::new(quantity.value(), unit).to_unit(canonical)?.value();
        match (basis, substance) {
            (MassBasis::Wet, None) => Ok(Self::Wet(Mass::wet(kilograms))),
            (MassBasis::Dry, None) => Ok(Self::Dry(Mass::dry(kilograms))),
            (MassBasis::Contained, Some(key)) => Ok(Self::Contained(Mass::contained(
                kilograms,
                vocabulary.require_substance(key)?,
            ))),
            (MassBasis::Contained, None) => Err(VocabularyError::SubstanceMissing),
            (MassBasis::Wet | MassBasis::Dry, Some(key)) => {
                let substance = excerpt(key);
                Err(VocabularyError::SubstanceSuperfluous {
                    basis: basis.key(),
                    substance,
                })
            }
        }
    }

    /// The basis.
    #[must_use]
    pub fn basis(&self) -> MassBasis {
        match self {
            Self::Wet(mass) => mass.basis(),
            Self::Dry(mass) => mass.basis(),
            Self::Contained(mass) => mass.basis(),
        }
    }

    /// Kilograms of that basis.
    #[must_use]
    pub fn kilograms(&self) -> Decimal {
        match self {
            Self::Wet(mass) => mass.kilograms(),
            Self::Dry(mass) => mass.kilograms(),
            Self::Contained(mass) => mass.kilograms(),
        }
    }

    /// The substance counted, of a contained mass.
    #[must_use]
    pub fn substance(&self) -> Option<&SubstanceKey> {
        if let Self::Contained(mass) = self {
            Some(mass.substance())
        } else {
            None
        }
    }
}
