//! Estimates within bounds: nothing is negative that cannot be, and no plant makes more than it can.
//!
//! Block principal pivoting (Portugal, Júdice & Vicente 1994, Math. Comp. 63:625): quantities beyond a bound are held at it,
//! all at once, those that would come back are let go, until nothing changes. Whoever was let go twice stays held, so that it
//! ends. What is held is then taken out of the network, so that the figures add up to the last digit.

use std::collections::BTreeMap;

use didymium_vocabulary::Assumed;

use super::build::Build;
use super::credit::Credit;
use super::error::BalanceError;
use super::report::Origin;
use super::worth::assumed;
use crate::reconcile::{Reconciliation, Values};

/// An estimate is beyond a bound by more than this part of its deviation.
const BEYOND: f64 = 1e-6;
/// A quantity is held as by a report with this part of its deviation, which shows whether it would come back.
const HELD: f64 = 1e-3;
/// It would come back if it leaves its bound by more than this part of its deviation.
const LEAVES: f64 = 1e-9;
/// How often a quantity is let go.
const LET_GO: u8 = 2;
/// Rounds in which it is settled what is held.
const ROUNDS: usize = 24;

/// What is kept at a value while the rest is solved.
pub(super) enum Kept<'k> {
    /// Nothing.
    Free,
    /// Quantities with the values that they are held at, and with how much room.
    Held(&'k BTreeMap<usize, Bound>),
    /// Quantities that have a value once and for all.
    Fixed(&'k BTreeMap<usize, Bound>),
}

/// The bound that a quantity is at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bound {
    value: f64,
    /// One standard deviation of the free estimate.
    deviation: f64,
    /// Whether it is the largest that it may be.
    upper: bool,
}

/// Estimates within bounds.
pub(super) struct Within {
    /// By quantity; none for what nobody can know.
    pub(super) values: Vec<Option<f64>>,
    /// What is not at a bound, solved without what is; none if nothing is.
    pub(super) solved: Option<Values>,
}

impl Kept<'_> {
    /// Takes fixed quantities out of a balance; what is left is this.
    pub(super) fn take_out(&self, terms: &mut Vec<(usize, f64)>) -> f64 {
        let Self::Fixed(fixed) = self else { return 0.0 };
        let mut sum = 0.0;
        terms.retain(|(at, coefficient)| match fixed.get(at) {
            Some(bound) => {
                sum -= coefficient * bound.value;
                false
            }
            None => true,
        });
        sum
    }

    /// Quantities held, with value and deviation.
    pub(super) fn held(&self) -> impl Iterator<Item = (usize, f64, f64)> {
        let held = match self {
            Self::Held(held) => Some(*held),
            _ => None,
        };
        held.into_iter()
            .flatten()
            .map(|(at, bound)| (*at, bound.value, HELD * bound.deviation))
    }
}

impl Build<'_> {
    /// The estimates, of which none is beyond its bounds.
    pub(super) fn within_bounds(
        &self,
        free: &Reconciliation,
        levels: &[f64],
        credit: &Credit,
    ) -> Result<Within, BalanceError> {
        let keys = &self.network.keys;
        let capacities = self.capacities();
        // Which bound a value is beyond.
        let beyond = |at: usize, value: f64| -> Option<Bound> {
            let deviation = free.estimate(at)?.deviation.filter(|own| *own > 0.0)?;
            let least = (!keys[at].line.is_signed()).then_some((0.0, false));
            let most = capacities.get(&at).map(|capacity| (*capacity, true));
            least
                .into_iter()
                .chain(most)
                .find(|(bound, upper)| {
                    let over = if *upper { value - bound } else { bound - value };
                    over > BEYOND * deviation
                })
                .map(|(value, upper)| Bound {
                    value,
                    deviation,
                    upper,
                })
        };
        let value = |at| free.estimate(at).and_then(|estimate| estimate.value);
        let mut values: Vec<Option<f64>> = (0..keys.len()).map(value).collect();
        let mut held: BTreeMap<usize, Bound> = BTreeMap::new();
        let mut let_go: BTreeMap<usize, u8> = BTreeMap::new();
        for _ in 0..ROUNDS {
            let mut next = BTreeMap::new();
            for (at, value) in values.iter().enumerate() {
                let Some(value) = *value else { continue };
                let kept = match held.get(&at) {
                    Some(bound) => {
                        let inside = if bound.upper {
                            bound.value - value
                        } else {
                            value - bound.value
                        };
                        let times = let_go.entry(at).or_default();
                        let leaves = inside > LEAVES * bound.deviation && *times < LET_GO;
                        *times += u8::from(leaves);
                        (!leaves).then_some(*bound)
                    }
                    None => beyond(at, value),
                };
                next.extend(kept.map(|bound| (at, bound)));
            }
            if next.keys().eq(held.keys()) {
                break;
            }
            held = next;
            values = self.estimates(&self.values(levels, credit, &Kept::Held(&held))?);
        }
        let mut solved = None;
        // Others follow what was taken out. Each round holds one more at least, so that it ends.
        while !held.is_empty() {
            let again = self.values(levels, credit, &Kept::Fixed(&held))?;
            values = self.estimates(&again);
            solved = Some(again);
            for (at, bound) in &held {
                values[*at] = Some(bound.value);
            }
            let further: Vec<(usize, Bound)> = values
                .iter()
                .enumerate()
                .filter_map(|(at, value)| Some((at, beyond(at, (*value)?)?)))
                .collect();
            if further.is_empty() {
                break;
            }
            held.extend(further);
        }
        // What is left is rounding.
        for (value, key) in values.iter_mut().zip(keys) {
            if !key.line.is_signed() {
                *value = value.map(|value| value.max(0.0));
            }
        }
        Ok(Within { values, solved })
    }

    /// The most that sites can make in a year, by quantity, where they do not say what they made.
    fn capacities(&self) -> BTreeMap<usize, f64> {
        let mut most = BTreeMap::new();
        let (part, _) = assumed(self.vocabulary, Assumed::CapacityMost, self.family);
        for report in &self.gathered.reports {
            if let (Origin::Capacity { nameplate, .. }, [(key, coefficient)]) =
                (&report.origin, report.terms.as_slice())
                && let Some(at) = self.network.find(key)
            {
                most.insert(at, part * nameplate / coefficient);
            }
        }
        most
    }
}
