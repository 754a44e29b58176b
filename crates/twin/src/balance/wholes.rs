//! What is part of something is no more than all of it: how uncertain a part can be, where the whole is known and the part is not.
//!
//! Deviations are those of the linear balance, which knows no bounds: of two sites that nobody tells apart it says of each that it
//! makes what the country makes, give or take what one would add to the other. But neither makes less than nothing.

use super::build::Build;
use super::solve::Quantity;

/// Two-sided 95 percent of the normal law.
const NINETY_FIVE: f64 = 1.959_963_984_540_054;
/// Wholes are parts themselves: sites of countries of the world, elements of families, months of years.
const DEEP: usize = 6;

impl Build<'_> {
    /// Tells the most that every part can be, and makes no deviation larger than what lies between nothing and that allows: half of it
    /// (Popoviciu 1935, Mathematica 9:129).
    pub(super) fn keep_within_wholes(&self, quantities: &mut [Quantity]) {
        for _ in 0..DEEP {
            let mut any = false;
            for terms in &self.network.balances {
                let Some((whole, parts)) = self.whole_of(terms) else {
                    continue;
                };
                let Some(whole) = quantities.get(whole).and_then(upper) else {
                    continue;
                };
                for part in parts {
                    any |= quantities
                        .get_mut(part)
                        .is_some_and(|part| part.keep_below(whole));
                }
            }
            if !any {
                break;
            }
        }
    }

    /// The whole and the parts of a balance that says that parts add to a whole, none of which is negative: the whole stands first.
    fn whole_of(&self, terms: &[(usize, f64)]) -> Option<(usize, Vec<usize>)> {
        let [(whole, sign), parts @ ..] = terms else {
            return None;
        };
        let line = |at: &usize| self.network.keys.get(*at).map(|key| key.line);
        let of = line(whole).filter(|line| !line.is_signed())?;
        let adds = |(part, coefficient): &(usize, f64)| line(part) == Some(of) && *coefficient == -sign;
        parts
            .iter()
            .all(adds)
            .then(|| (*whole, parts.iter().map(|(at, _)| *at).collect()))
    }
}

impl Quantity {
    /// Whether that tells more than was known.
    fn keep_below(&mut self, whole: f64) -> bool {
        let Some((value, deviation)) = self.value.zip(self.deviation) else {
            return false;
        };
        // A part may be as large as the whole is estimated, whatever rounding says.
        let most = whole.max(value);
        if self.most.is_some_and(|known| known <= most) || value + NINETY_FIVE * deviation <= most {
            return false;
        }
        self.most = Some(most);
        self.deviation = Some(deviation.min(0.5 * most));
        true
    }
}

/// What a figure is not above, but for one time in forty.
fn upper(quantity: &Quantity) -> Option<f64> {
    let (value, deviation) = quantity.value.zip(quantity.deviation)?;
    let upper = value + NINETY_FIVE * deviation;
    Some(quantity.most.map_or(upper, |most| most.min(upper)))
}
