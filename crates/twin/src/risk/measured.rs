//! Numbers with an error bar, and the inputs that the error comes from.
//!
//! The delta method: of an index `f(x)` of independent figures `x` with standard deviations `σ`, the variance is
//! `Σ (∂f/∂x σ)²`. A [`Measured`] keeps each term before it is squared, by input, so that a figure that enters twice (a
//! country's production in concentration and in domestic supply, an import in two importers' risk) counts as one and the
//! same error.

use crate::fact::FactId;

/// A published number that an index rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Input {
    /// A figure.
    Fact(FactId),
    /// The capacity of a process at a site: places in the twin's list of sites and in the site's list of processes.
    Capacity(u32, u32),
    /// The share of an owner in a site: places in the twin's list of sites and in the site's list of owners.
    OwnerShare(u32, u32),
}

/// How much a value changes if one input is wrong by one standard deviation: `∂f/∂x · σ`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Swing {
    /// The input.
    pub input: Input,
    /// Change of the value, in its unit; with a sign.
    pub change: f64,
}

/// A value with what its error comes from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Measured {
    /// The value.
    pub value: f64,
    /// What each input contributes, by input, each input once.
    swings: Vec<Swing>,
}

impl Measured {
    /// A number that is not in doubt.
    #[must_use]
    pub const fn exact(value: f64) -> Self {
        Self {
            value,
            swings: Vec::new(),
        }
    }

    /// A published number and its standard deviation, in the same unit.
    #[must_use]
    pub fn given(value: f64, deviation: f64, input: Input) -> Self {
        Self {
            value,
            swings: vec![Swing {
                input,
                change: deviation,
            }],
        }
    }

    /// A value and what it changes by with each input, in any order; an input that is named several times is added up.
    #[must_use]
    pub fn of(value: f64, mut swings: Vec<Swing>) -> Self {
        // The sort is stable, so equal inputs are added in the order they came in: the same bits every time.
        swings.sort_by_key(|swing| swing.input);
        swings.dedup_by(|next, kept| {
            let same = next.input == kept.input;
            if same {
                kept.change += next.change;
            }
            same
        });
        Self { value, swings }
    }

    /// What each input contributes, in the order of inputs.
    #[must_use]
    pub fn swings(&self) -> &[Swing] {
        &self.swings
    }

    /// The standard deviation, in the value's unit: 0 if nothing it rests on is in doubt.
    #[must_use]
    pub fn deviation(&self) -> f64 {
        let variance: f64 = self.swings.iter().map(|swing| swing.change * swing.change).sum();
        variance.sqrt()
    }

    /// `self` times a number without error.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        Self {
            value: self.value * factor,
            swings: self.swings_times(factor).collect(),
        }
    }

    /// `self + other`.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self::of(
            self.value + other.value,
            self.swings_times(1.0).chain(other.swings_times(1.0)).collect(),
        )
    }

    /// `self − other`.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.plus(&other.scaled(-1.0))
    }

    /// `self · other`: `d(ab) = b·da + a·db`.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        let swings = self
            .swings_times(other.value)
            .chain(other.swings_times(self.value))
            .collect();
        Self::of(self.value * other.value, swings)
    }

    /// `self / other`: `d(a/b) = da/b − a·db/b²`. None if `other` is not above 0.
    #[must_use]
    pub fn over(&self, other: &Self) -> Option<Self> {
        (other.value > 0.0).then(|| {
            let quotient = self.value / other.value;
            let swings = self
                .swings_times(1.0 / other.value)
                .chain(other.swings_times(-quotient / other.value))
                .collect();
            Self::of(quotient, swings)
        })
    }

    /// What each input contributes, times a number.
    pub(crate) fn swings_times(&self, factor: f64) -> impl Iterator<Item = Swing> + '_ {
        self.swings.iter().map(move |swing| Swing {
            input: swing.input,
            change: swing.change * factor,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Input = Input::Capacity(0, 0);
    const B: Input = Input::Capacity(1, 0);

    #[test]
    fn an_input_that_enters_twice_is_one_error() {
        let a = Measured::given(10.0, 1.0, A);
        assert_eq!(a.minus(&a).deviation(), 0.0);
        assert_eq!(a.plus(&a).deviation(), 2.0);
        assert_eq!(a.times(&a).deviation(), 20.0);
        assert_eq!(
            a.over(&a).map(|one| (one.value, one.deviation())),
            Some((1.0, 0.0))
        );
    }

    #[test]
    fn independent_inputs_add_in_squares() {
        let (a, b) = (Measured::given(3.0, 3.0, A), Measured::given(4.0, 4.0, B));
        assert_eq!(a.plus(&b).deviation(), 5.0);
        assert_eq!(a.plus(&b).swings().len(), 2);
        assert_eq!(Measured::exact(7.0).deviation(), 0.0);
        assert_eq!(a.over(&Measured::exact(0.0)), None);
    }
}
