//! Masses in kilograms, of a stated basis.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::basis::{Basis, Contained, Dry, SubstanceKey, Wet};
use crate::error::VocabularyError;
use crate::formula::OxideFactor;
use crate::measure::{MassBasis, Measure};
use crate::quantity::{DECIMAL_DIGITS_MAX, canonical_decimal, exact_add, normal};
use crate::substance::Substance;
use crate::vocabulary::Vocabulary;

/// Decimals of a kilogram to which a mass computed by a factor, moisture or grade is rounded (half to even), so that
/// sums of such masses stay exact and come out the same in any order.
pub const MASS_DECIMALS: u32 = 12;

/// A mass in kilograms. Its basis is part of the type, so masses of two bases do not add:
///
/// ```compile_fail,E0308
/// use didymium_vocabulary::{Decimal, Mass};
///
/// let ore = Mass::wet(Decimal::ONE_HUNDRED);
/// let concentrate = Mass::dry(Decimal::TEN);
/// ore.checked_add(&concentrate);
/// ```
///
/// Masses of one basis do, and contained masses if they count the same substance:
///
/// ```
/// use didymium_vocabulary::{Decimal, Mass, Vocabulary};
///
/// let sum = Mass::wet(Decimal::ONE_HUNDRED).checked_add(&Mass::wet(Decimal::TEN))?;
/// assert_eq!(sum.kilograms(), Decimal::from(110));
///
/// let vocabulary = Vocabulary::embedded();
/// let oxide = Mass::contained(Decimal::ONE_HUNDRED, vocabulary.require_substance("Nd2O3")?);
/// let metal = oxide.to_substance("Nd", vocabulary)?;
/// assert!(oxide.checked_add(&metal).is_err());
/// assert_eq!(metal.kilograms().round_dp(3).to_string(), "85.736");
/// # Ok::<(), didymium_vocabulary::VocabularyError>(())
/// ```
///
/// A difference may be negative; [`Mass::of_measure`] refuses that where the measure does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mass<B: Basis> {
    kilograms: Decimal,
    substance: B::Substance,
}

impl<B: Basis> Mass<B> {
    /// Kilograms.
    #[must_use]
    pub fn kilograms(&self) -> Decimal {
        self.kilograms
    }

    /// The basis as a value.
    #[must_use]
    pub fn basis(&self) -> MassBasis {
        B::BASIS
    }

    /// The sum, exact.
    ///
    /// # Errors
    /// Contained masses of two substances; a sum of more digits than fit.
    pub fn checked_add(&self, other: &Self) -> Result<Self, VocabularyError> {
        if self.substance != other.substance {
            let key = |mass: &Self| B::substance_key(&mass.substance).unwrap_or_default().to_owned();
            return Err(VocabularyError::SubstancesDiffer {
                left: key(self),
                right: key(other),
            });
        }
        let kilograms = exact_add(self.kilograms, other.kilograms)?;
        Ok(Self {
            kilograms,
            substance: self.substance.clone(),
        })
    }

    /// The difference, exact; it may be negative.
    ///
    /// # Errors
    /// As [`Mass::checked_add`].
    pub fn checked_sub(&self, other: &Self) -> Result<Self, VocabularyError> {
        let negated = Self {
            kilograms: -other.kilograms,
            substance: other.substance.clone(),
        };
        self.checked_add(&negated)
    }

    /// The same, refused where the measure is never negative and this is.
    ///
    /// # Errors
    /// A negative mass of such a measure.
    pub fn of_measure(self, measure: &Measure) -> Result<Self, VocabularyError> {
        measure.check(self.kilograms)?;
        Ok(self)
    }

    fn rounded(kilograms: Decimal, substance: B::Substance) -> Self {
        let strategy = RoundingStrategy::MidpointNearestEven;
        Self {
            kilograms: normal(kilograms.round_dp_with_strategy(MASS_DECIMALS, strategy)),
            substance,
        }
    }
}

impl Mass<Wet> {
    /// A mass as weighed.
    #[must_use]
    pub fn wet(kilograms: Decimal) -> Self {
        Self {
            kilograms: normal(kilograms),
            substance: (),
        }
    }

    /// The mass without its water: wet × (1 − moisture), to [`MASS_DECIMALS`].
    ///
    /// # Errors
    /// A moisture that is no fraction from 0 to 1.
    pub fn dried(&self, moisture: Decimal) -> Result<Mass<Dry>, VocabularyError> {
        let solid = Decimal::ONE - fraction("moisture", moisture)?;
        Ok(Mass::rounded(product(self.kilograms, solid)?, ()))
    }
}

impl Mass<Dry> {
    /// A mass without water.
    #[must_use]
    pub fn dry(kilograms: Decimal) -> Self {
        Self {
            kilograms: normal(kilograms),
            substance: (),
        }
    }

    /// What it contains of a substance: dry × grade, to [`MASS_DECIMALS`].
    ///
    /// # Errors
    /// A grade that is no fraction from 0 to 1.
    pub fn containing(
        &self,
        grade: Decimal,
        substance: &Substance,
    ) -> Result<Mass<Contained>, VocabularyError> {
        Ok(Mass::rounded(
            product(self.kilograms, fraction("grade", grade)?)?,
            substance.into(),
        ))
    }
}

impl Mass<Contained> {
    /// A mass of the substance contained.
    #[must_use]
    pub fn contained(kilograms: Decimal, substance: &Substance) -> Self {
        Self {
            kilograms: normal(kilograms),
            substance: substance.into(),
        }
    }

    /// The substance counted.
    #[must_use]
    pub fn substance(&self) -> &SubstanceKey {
        &self.substance
    }

    /// The same counted as another substance, to [`MASS_DECIMALS`].
    ///
    /// Two substances of one element convert by the factors of their formulas (Nd₂O₃ to Nd, Li to LCE). Into the sum
    /// that a family counts by default (REO), a substance of one of its elements enters as that element's default
    /// substance; from a sum nothing converts, since it does not say what is in it.
    ///
    /// # Errors
    /// An unknown substance; two between which there is no factor.
    pub fn to_substance(&self, key: &str, vocabulary: &Vocabulary) -> Result<Self, VocabularyError> {
        let to = vocabulary.require_substance(key)?;
        let from = vocabulary.require_substance(self.substance.as_str())?;
        if from.substance == to.substance {
            return Ok(self.clone());
        }
        // Into a sum, by way of the substance that stands for the element there.
        let way = if to.is_sum() {
            entering(from, to, vocabulary)?
        } else {
            to
        };
        let (from_factor, way_factor) = same_element(from, way)?;
        let kilograms = if from.substance == way.substance {
            self.kilograms
        } else {
            let element = product(self.kilograms, from_factor.element_per_substance)?;
            product(element, way_factor.substance_per_element)?
        };
        Ok(Self::rounded(kilograms, to.into()))
    }
}

/// The substance as which `from` enters the sum `to`.
fn entering<'v>(
    from: &Substance,
    to: &Substance,
    vocabulary: &'v Vocabulary,
) -> Result<&'v Substance, VocabularyError> {
    let commodity = from
        .commodity
        .as_deref()
        .and_then(|key| vocabulary.commodity(key));
    let family = commodity.and_then(|commodity| vocabulary.commodity(&commodity.family));
    let counted_by_family =
        family.is_some_and(|family| family.default_substance.as_deref() == Some(to.substance.as_str()));
    let way = commodity.and_then(|commodity| vocabulary.substance(commodity.default_substance.as_deref()?));
    way.filter(|_| counted_by_family)
        .ok_or_else(|| not_convertible(from, to, "the sum does not say how it counts this substance"))
}

/// The factors of two substances of one element.
fn same_element(from: &Substance, to: &Substance) -> Result<(OxideFactor, OxideFactor), VocabularyError> {
    match (from.factor, to.factor) {
        (Some(one), Some(other)) if from.element == to.element => Ok((one, other)),
        (Some(_), Some(_)) => Err(not_convertible(
            from,
            to,
            "they are counted for different elements",
        )),
        _ => Err(not_convertible(from, to, "a sum does not say what is in it")),
    }
}

fn not_convertible(from: &Substance, to: &Substance, reason: &'static str) -> VocabularyError {
    VocabularyError::NotConvertible {
        from: from.substance.clone(),
        to: to.substance.clone(),
        reason,
    }
}

fn fraction(name: &'static str, value: Decimal) -> Result<Decimal, VocabularyError> {
    if (Decimal::ZERO..=Decimal::ONE).contains(&value) {
        return Ok(value);
    }
    Err(VocabularyError::FractionOutOfRange {
        name,
        value: canonical_decimal(value),
    })
}

/// The product to as many digits as fit.
fn product(left: Decimal, right: Decimal) -> Result<Decimal, VocabularyError> {
    left.checked_mul(right).ok_or_else(|| VocabularyError::Inexact {
        operation: "product",
        left: left.to_string(),
        right: right.to_string(),
        digits_max: DECIMAL_DIGITS_MAX,
    })
}
