//! A value of the panel, and the deviations that inputs are given.

use didymium_statement::payload::Basis;

use super::assumption::{Assumption, Bound};
use super::measured::Measured;
use super::missing::Missing;
use crate::fact::{Fact, FactId};
use crate::twin::Twin;

/// Relative standard deviations of the inputs.
#[derive(Clone, Copy)]
pub struct Deviations<'d> {
    /// Of a figure, as a fraction of it.
    pub of_fact: &'d dyn Fn(&Fact) -> f64,
    /// Of what the registration of a site says, by what that rests on, as a fraction.
    pub of_basis: &'d dyn Fn(Basis) -> f64,
}

impl Deviations<'_> {
    /// A fact's number as a measurement: `value` in whatever unit the caller counts in.
    pub(crate) fn measured(&self, twin: &Twin, value: f64, id: FactId) -> Measured {
        let deviation = value.abs() * (self.of_fact)(twin.fact(id));
        Measured::given(value, deviation, super::measured::Input::Fact(id))
    }
}

/// Relative standard deviation of a figure by what it rests on, as a fraction: an assumption of this software, not of the
/// sources, who publish none.
#[must_use]
pub const fn deviation_of_basis(basis: Basis) -> f64 {
    match basis {
        Basis::Reported => 0.05,
        Basis::Derived => 0.10,
        Basis::Estimated => 0.15,
        Basis::Projected => 0.25,
        Basis::GeneralKnowledge => 0.30,
    }
}

/// The deviations of [`deviation_of_basis`].
pub const BY_BASIS: Deviations<'static> = Deviations {
    of_fact: &|fact| deviation_of_basis(fact.basis),
    of_basis: &deviation_of_basis,
};

/// A value with its error, and what it takes for granted.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The value and what its error comes from.
    pub measured: Measured,
    /// What it takes for granted, each once.
    pub assumptions: Vec<Assumption>,
}

/// A value, or why there is none.
pub type Outcome = Result<Estimate, Missing>;

impl Estimate {
    pub(crate) fn new(measured: Measured, mut assumptions: Vec<Assumption>) -> Self {
        assumptions.sort_unstable();
        assumptions.dedup();
        Self {
            measured,
            assumptions,
        }
    }

    /// Which way the true value lies, if all that is not known draws the same way.
    #[must_use]
    pub fn bound(&self) -> Option<Bound> {
        let mut bounds = self.assumptions.iter().filter_map(|one| one.bound());
        let first = bounds.next()?;
        bounds.all(|bound| bound == first).then_some(first)
    }
}
