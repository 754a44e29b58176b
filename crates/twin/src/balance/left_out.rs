//! Are the error bars honest? Each voice is left out in turn, and its figures are held against what the others say.
//!
//! A withheld figure `y` with deviation `σ_y` is expected at the others' estimate `x̂ ± σ_x̂`: it lies within its 95 percent
//! interval if `|y − x̂| ≤ 1.96 √(σ_x̂² + σ_y²)`. Nothing learned from the withheld voice enters: not its worth, nor its reports.

use std::ops::RangeInclusive;

use super::error::BalanceError;
use super::line::Key;
use super::report::Origin;
use super::solve::{Balance, Options};
use crate::fact::FactId;
use crate::twin::Twin;

/// Two-sided 95 percent of the normal law, in deviations.
const NINETY_FIVE: f64 = 1.959_963_984_540_054;

/// A figure that was withheld.
#[derive(Debug, Clone, PartialEq)]
pub struct Withheld {
    /// The figure.
    pub fact: FactId,
    /// What it measures.
    pub key: Key,
    /// What it says, and its deviation, tonnes.
    pub said: (f64, f64),
    /// What the others say, and the deviation of that, tonnes; none if without it nobody could know.
    pub others: Option<(f64, f64)>,
}

impl Withheld {
    /// How many deviations it lies from what the others say.
    #[must_use]
    pub fn z(&self) -> Option<f64> {
        let (value, deviation) = self.others?;
        Some((self.said.0 - value) / libm::hypot(deviation, self.said.1))
    }

    /// Whether it lies within its 95 percent interval.
    #[must_use]
    pub fn within(&self) -> Option<bool> {
        self.z().map(|z| z.abs() <= NINETY_FIVE)
    }
}

/// One voice left out.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOut {
    /// Whose figures were withheld.
    pub voice: String,
    /// Those figures, in the order of the balance.
    pub withheld: Vec<Withheld>,
}

impl LeftOut {
    /// How many figures lie within their intervals, of how many that others tell of.
    #[must_use]
    pub fn covered(&self) -> (usize, usize) {
        let told = self.withheld.iter().filter_map(Withheld::within);
        told.fold((0, 0), |(within, of), inside| {
            (within + usize::from(inside), of + 1)
        })
    }
}

/// Leaves out each voice that gives figures about the years, one after another. A figure about a sum is not held against
/// anything: what the others say of a sum has no deviation of its own in a balance.
///
/// # Errors
/// [`BalanceError`] of the balance with all voices; a voice without which there is none is left as it is.
pub fn leave_out(
    twin: &Twin,
    family: &str,
    years: &RangeInclusive<i16>,
    options: &Options,
) -> Result<Vec<LeftOut>, BalanceError> {
    let all = Balance::of(twin, family, options)?;
    let mut found = Vec::new();
    for (number, (voice, _)) in all.voices.iter().enumerate() {
        let mut withheld: Vec<Withheld> = Vec::new();
        for report in &all.reports {
            let (Some(of), [(key, coefficient)]) = (report.voice, report.terms.as_slice()) else {
                continue;
            };
            let (Origin::Fact(fact) | Origin::Quota(fact)) = report.origin else {
                continue;
            };
            if usize::from(of) == number && years.contains(&key.slot.year()) {
                withheld.push(Withheld {
                    fact,
                    key: key.clone(),
                    said: (report.value / coefficient, report.deviation / coefficient.abs()),
                    others: None,
                });
            }
        }
        if withheld.is_empty() {
            continue;
        }
        let mut without = options.clone();
        without.without.insert(voice.clone());
        let rest = match Balance::of(twin, family, &without) {
            Ok(rest) => rest,
            Err(BalanceError::NothingSaid { .. }) => continue,
            Err(error) => return Err(error),
        };
        for figure in &mut withheld {
            figure.others = rest
                .quantity(&figure.key)
                .and_then(|quantity| quantity.value.zip(quantity.deviation));
        }
        found.push(LeftOut {
            voice: voice.clone(),
            withheld,
        });
    }
    Ok(found)
}
