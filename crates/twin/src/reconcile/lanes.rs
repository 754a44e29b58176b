//! One right-hand side, or several side by side: what a solve costs is reading the factor, and that is read once for all.
//!
//! Every lane goes through the operations that it would go through alone, in their order: its answer is the same to the bit.

/// Right-hand sides that are solved side by side.
pub(super) const SIDE_BY_SIDE: usize = 8;

/// A number of each right-hand side.
pub(super) trait Lanes: Copy {
    /// Nothing in every lane.
    const NOTHING: Self;

    /// The same number in every lane.
    fn all(value: f64) -> Self;

    /// A function of two numbers, lane by lane.
    fn with(self, other: Self, function: impl Fn(f64, f64) -> f64) -> Self;

    /// Whether every lane is so.
    fn every(self, test: impl Fn(f64) -> bool) -> bool;

    /// The sum.
    #[inline]
    fn plus(self, other: Self) -> Self {
        self.with(other, |one, two| one + two)
    }

    /// This less a multiple of the other.
    #[inline]
    fn less(self, factor: f64, other: Self) -> Self {
        self.with(other, |one, two| one - factor * two)
    }

    /// A multiple.
    #[inline]
    fn times(self, factor: f64) -> Self {
        self.with(self, |value, _| value * factor)
    }

    /// Whether all lanes are nothing.
    #[inline]
    fn is_nothing(self) -> bool {
        self.every(|value| value == 0.0)
    }
}

impl Lanes for f64 {
    const NOTHING: Self = 0.0;

    #[inline]
    fn all(value: f64) -> Self {
        value
    }

    #[inline]
    fn with(self, other: Self, function: impl Fn(f64, f64) -> f64) -> Self {
        function(self, other)
    }

    #[inline]
    fn every(self, test: impl Fn(f64) -> bool) -> bool {
        test(self)
    }
}

impl Lanes for [f64; SIDE_BY_SIDE] {
    const NOTHING: Self = [0.0; SIDE_BY_SIDE];

    #[inline]
    fn all(value: f64) -> Self {
        [value; SIDE_BY_SIDE]
    }

    #[inline]
    fn with(mut self, other: Self, function: impl Fn(f64, f64) -> f64) -> Self {
        for (one, two) in self.iter_mut().zip(other) {
            *one = function(*one, two);
        }
        self
    }

    #[inline]
    fn every(self, test: impl Fn(f64) -> bool) -> bool {
        self.into_iter().all(test)
    }
}
