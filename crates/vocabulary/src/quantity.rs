//! Decimal numbers as text, exact arithmetic on them, and quantities in units.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::error::{VocabularyError, excerpt};
use crate::measure::Unit;
use crate::vocabulary::Vocabulary;

/// Most significant digits, and most decimals, of a number.
pub const DECIMAL_DIGITS_MAX: u32 = 28;

/// Reads a decimal strictly: an optional `-`, digits without leading zeros, an optional `.` and decimals; no `+`, no
/// exponent, no thousands separator, at most [`DECIMAL_DIGITS_MAX`] significant digits and as many decimals. Trailing
/// zeros are read and dropped, so the result prints in canonical form.
///
/// ```
/// use didymium_vocabulary::{canonical_decimal, parse_decimal};
///
/// assert_eq!(canonical_decimal(parse_decimal("12.50")?), "12.5");
/// assert!(parse_decimal("1,250").is_err());
/// assert!(parse_decimal("1e3").is_err());
/// # Ok::<(), didymium_vocabulary::VocabularyError>(())
/// ```
///
/// # Errors
/// Another form, or more digits.
pub fn parse_decimal(text: &str) -> Result<Decimal, VocabularyError> {
    let syntax = || VocabularyError::DecimalSyntax { text: excerpt(text) };
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = match unsigned.split_once('.') {
        Some((whole, decimals)) if !decimals.is_empty() => (whole, decimals),
        Some(_) => return Err(syntax()),
        None => (unsigned, ""),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(decimals) || (whole.len() > 1 && whole.starts_with('0'))
    {
        return Err(syntax());
    }
    let significant = whole
        .bytes()
        .chain(decimals.bytes())
        .skip_while(|byte| *byte == b'0')
        .count();
    let digits_max = DECIMAL_DIGITS_MAX as usize;
    if significant > digits_max || decimals.len() > digits_max {
        return Err(VocabularyError::DecimalTooLong {
            text: excerpt(text),
            digits_max: DECIMAL_DIGITS_MAX,
        });
    }
    Decimal::from_str_exact(text).map(normal).map_err(|_| syntax())
}

/// Reads a decimal that must be in canonical form already, as on the wire.
///
/// # Errors
/// As [`parse_decimal`]; also a number that is right but not canonical, with the form to write.
pub fn parse_canonical_decimal(text: &str) -> Result<Decimal, VocabularyError> {
    let value = parse_decimal(text)?;
    let canonical = canonical_decimal(value);
    if canonical == text {
        Ok(value)
    } else {
        Err(VocabularyError::DecimalNotCanonical {
            text: excerpt(text),
            canonical,
        })
    }
}

/// The one text of a number: no trailing zeros, no `+`, no `-0`, `0.5` and not `.5`.
#[must_use]
pub fn canonical_decimal(value: Decimal) -> String {
    normal(value).to_string()
}

/// The sum, exact.
///
/// # Errors
/// A sum that needs more than [`DECIMAL_DIGITS_MAX`] digits.
pub fn exact_add(left: Decimal, right: Decimal) -> Result<Decimal, VocabularyError> {
    let (a, b) = (normal(left), normal(right));
    let scale = a.scale().max(b.scale());
    let aligned = |value: Decimal| {
        let shift = 10_i128.checked_pow(scale - value.scale())?;
        value.mantissa().checked_mul(shift)
    };
    let sum = aligned(a).zip(aligned(b)).and_then(|(a, b)| a.checked_add(b));
    sum.and_then(|sum| shortest(sum, scale))
        .ok_or_else(|| inexact("sum", left, right))
}

/// The product, exact.
///
/// # Errors
/// A product that needs more than [`DECIMAL_DIGITS_MAX`] digits.
pub fn exact_mul(left: Decimal, right: Decimal) -> Result<Decimal, VocabularyError> {
    let (a, b) = (normal(left), normal(right));
    let product = a.mantissa().checked_mul(b.mantissa());
    product
        .and_then(|product| shortest(product, a.scale() + b.scale()))
        .ok_or_else(|| inexact("product", left, right))
}

/// The quotient, exact.
///
/// # Errors
/// A quotient that needs more than [`DECIMAL_DIGITS_MAX`] digits, as one third does, or a division by zero.
pub fn exact_div(left: Decimal, right: Decimal) -> Result<Decimal, VocabularyError> {
    let quotient = left.checked_div(right).map(normal);
    quotient
        .filter(|quotient| exact_mul(*quotient, right).is_ok_and(|back| back == left))
        .ok_or_else(|| inexact("quotient", left, right))
}

/// A number of some unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity<'v> {
    value: Decimal,
    unit: &'v Unit,
}

impl<'v> Quantity<'v> {
    /// A number of a unit.
    #[must_use]
    pub fn new(value: Decimal, unit: &'v Unit) -> Self {
        Self {
            value: normal(value),
            unit,
        }
    }

    /// Reads a number, as [`parse_decimal`], of the unit with this key.
    ///
    /// # Errors
    /// A number of another form; an unknown unit.
    pub fn parse(value: &str, unit: &str, vocabulary: &'v Vocabulary) -> Result<Self, VocabularyError> {
        Ok(Self::new(parse_decimal(value)?, vocabulary.require_unit(unit)?))
    }

    /// The number.
    #[must_use]
    pub fn value(&self) -> Decimal {
        self.value
    }

    /// The unit.
    #[must_use]
    pub fn unit(&self) -> &'v Unit {
        self.unit
    }

    /// The same in the canonical unit of the dimension: kilograms for a mass.
    ///
    /// # Errors
    /// A unit with no factor; a result that would not be exact.
    pub fn to_canonical(self, vocabulary: &'v Vocabulary) -> Result<Self, VocabularyError> {
        self.to_unit(vocabulary.canonical_unit(self.unit.dimension)?)
    }

    /// The same in another unit of the same dimension, exactly.
    ///
    /// # Errors
    /// A unit of another dimension or with no factor; a result that would not be exact.
    pub fn to_unit(self, unit: &'v Unit) -> Result<Self, VocabularyError> {
        if self.unit.unit == unit.unit {
            return Ok(self);
        }
        let (from, to) = self.factors(unit)?;
        Ok(Self::new(exact_div(exact_mul(self.value, from)?, to)?, unit))
    }

    /// The same in another unit of the same dimension, rounded half to even, for display.
    ///
    /// # Errors
    /// A unit of another dimension or with no factor; a value too large for the unit.
    pub fn to_unit_rounded(self, unit: &'v Unit, decimals: u32) -> Result<Self, VocabularyError> {
        let converted = if self.unit.unit == unit.unit {
            self.value
        } else {
            let (from, to) = self.factors(unit)?;
            let product = self
                .value
                .checked_mul(from)
                .ok_or_else(|| inexact("product", self.value, from))?;
            product
                .checked_div(to)
                .ok_or_else(|| inexact("quotient", product, to))?
        };
        Ok(Self::new(
            converted.round_dp_with_strategy(decimals, RoundingStrategy::MidpointNearestEven),
            unit,
        ))
    }

    fn factors(&self, unit: &Unit) -> Result<(Decimal, Decimal), VocabularyError> {
        if self.unit.dimension != unit.dimension {
            return Err(VocabularyError::DimensionsDiffer {
                from: self.unit.unit.clone(),
                from_dimension: self.unit.dimension.key(),
                to: unit.unit.clone(),
                to_dimension: unit.dimension.key(),
            });
        }
        Ok((self.unit.require_factor()?, unit.require_factor()?))
    }
}

impl std::fmt::Display for Quantity<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", canonical_decimal(self.value), self.unit.symbol)
    }
}

/// Without trailing zeros, and with one zero.
pub(crate) fn normal(value: Decimal) -> Decimal {
    // `normalize` keeps no minus sign on zero; zero is written out all the same because the digest rests on it.
    if value.is_zero() {
        Decimal::ZERO
    } else {
        value.normalize()
    }
}

/// `mantissa` · 10^-`scale` with as few decimals as can be, where that fits.
fn shortest(mut mantissa: i128, mut scale: u32) -> Option<Decimal> {
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    let digits_fit = mantissa.unsigned_abs() < 10_u128.pow(DECIMAL_DIGITS_MAX);
    if digits_fit {
        Decimal::try_from_i128_with_scale(mantissa, scale).ok()
    } else {
        None
    }
}

fn inexact(operation: &'static str, left: Decimal, right: Decimal) -> VocabularyError {
    VocabularyError::Inexact {
        operation,
        left: left.to_string(),
        right: right.to_string(),
        digits_max: DECIMAL_DIGITS_MAX,
    }
}
