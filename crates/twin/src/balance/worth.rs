//! What a report is worth before the others are asked: its standard deviation.

use didymium_vocabulary::{Assumed, Decimal, Vocabulary};
use rust_decimal::prelude::ToPrimitive as _;

use super::layer::percent;
use crate::fact::Fact;

/// Deviation where the vocabulary has no row: as good as not known.
const UNKNOWN: f64 = 0.5;
/// A round number tells no more than its first digit: the step of rounding is at most this part of it.
const COARSEST_STEP: f64 = 0.1;
/// The variance of a rounding to the nearest step is the square of the step over this.
const UNIFORM: f64 = 12.0;

/// How far a figure may be off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Worth {
    /// The part of its deviation that grows with it, as a part of it.
    pub(super) relative: f64,
    /// One standard deviation, in the unit of the figure.
    pub(super) deviation: f64,
}

/// How far a figure may be off, in the unit of `tonnes`, which is its value.
///
/// Three parts add as squares: what the vocabulary says of the measure and the basis, the rounding that shows in its
/// last digit, and a smallest amount below which nobody counts (`floor`, tonnes).
pub(super) fn worth(
    vocabulary: &Vocabulary,
    (family, measure): (&str, &str),
    fact: &Fact,
    tonnes: f64,
    further: f64,
    floor: f64,
) -> Worth {
    let part = vocabulary
        .report_quality(family, measure, fact.basis.as_str())
        .map_or(UNKNOWN, |row| percent(row.deviation));
    let step = step(fact.value).min(COARSEST_STEP);
    let relative = (part * part + further * further + step * step / UNIFORM).sqrt();
    Worth {
        relative,
        deviation: libm::hypot(relative * tonnes, floor),
    }
}

/// The step of the last digit that is not zero, as a part of the number; 0 of zero.
fn step(value: Decimal) -> f64 {
    let value = value.normalize();
    let mut mantissa = value.mantissa().unsigned_abs();
    if mantissa == 0 {
        return 0.0;
    }
    while mantissa.is_multiple_of(10) {
        mantissa /= 10;
    }
    mantissa.to_f64().map_or(0.0, |digits| 1.0 / digits)
}

/// One standard deviation of the rounding of a figure, as a part of it.
pub(super) fn rounding(fact: &Fact) -> f64 {
    step(fact.value).min(COARSEST_STEP) / UNIFORM.sqrt()
}

/// What is assumed of a family: expected value and deviation, as parts of one.
pub(super) fn assumed(vocabulary: &Vocabulary, assumed: Assumed, family: &str) -> (f64, f64) {
    vocabulary
        .assumption(assumed, family)
        .map_or((0.0, UNKNOWN), |row| (percent(row.value), percent(row.deviation)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_of_rounding_shows_in_the_last_digit() {
        let step_of = |text: &str| step(text.parse().unwrap());
        assert!((step_of("255000") - 1.0 / 255.0).abs() < 1e-15);
        assert!((step_of("18.50") - 1.0 / 185.0).abs() < 1e-15);
        assert_eq!(step_of("0"), 0.0);
        assert_eq!(step_of("20000"), 0.5);
    }
}
