//! How concentrated a stage is by the estimates: shares and the Herfindahl-Hirschman index of what countries make, with deviations that
//! know how the estimates hang together (first order, from the posterior covariance).

use super::line::{Key, Line, Slot, Spot};
use super::pools::is_country;
use super::solve::Balance;

/// Countries that count as the first.
const FIRST: usize = 3;

/// A part of one with its standard deviation.
pub type Part = (f64, f64);

/// How concentrated a stage is.
#[derive(Debug, Clone, PartialEq)]
pub struct Concentration {
    /// Herfindahl-Hirschman index, 0 to 1: the sum of the squared shares of countries. Countries that nobody names count in the
    /// total and not in the sum, so it is at least this.
    pub hhi: Part,
    /// The country that makes most.
    pub largest: Spot,
    /// Its share.
    pub share: Part,
    /// The share of the first three together.
    pub first_three: Part,
}

impl Balance {
    /// How concentrated the production of a stage is in a year, or in the year of a month that nobody tells; none where nobody can
    /// know what some country makes.
    #[must_use]
    pub fn concentration(&self, layer: u16, stage: u16, slot: Slot) -> Option<Concentration> {
        let told = self
            .quantities()
            .any(|(key, _)| (key.layer, key.stage, key.slot) == (layer, stage, slot));
        let slot = if told { slot } else { Slot::of_year(slot.year()) };
        let producers = self.producers(layer, stage, slot)?;
        let total: f64 = producers.iter().map(|one| one.tonnes).sum();
        if total <= 0.0 {
            return None;
        }
        let shares: Vec<f64> = producers.iter().map(|one| one.tonnes / total).collect();
        let mut order: Vec<usize> = (0..producers.len())
            .filter(|at| producers[*at].is_named())
            .collect();
        // The largest first, among equals the first by name.
        order.sort_by(|one, two| shares[*two].total_cmp(&shares[*one]).then(one.cmp(two)));
        let largest = *order.first()?;
        let hhi: f64 = order.iter().map(|at| shares[*at] * shares[*at]).sum();
        let covariance = self.covariance_of(&producers)?;
        // A sum of shares changes with each producer by how much that is among them, less the sum itself.
        let of_shares = |among: &[usize]| -> Part {
            let sum: f64 = among.iter().map(|at| shares[*at]).sum();
            let gradient =
                (0..shares.len()).map(|at| (f64::from(u8::from(among.contains(&at))) - sum) / total);
            (sum, deviation(&gradient.collect::<Vec<f64>>(), &covariance))
        };
        let of_hhi = (0..shares.len()).map(|at| {
            let own = if producers[at].is_named() { shares[at] } else { 0.0 };
            2.0 * (own - hhi) / total
        });
        Some(Concentration {
            hhi: (hhi, deviation(&of_hhi.collect::<Vec<f64>>(), &covariance)),
            largest: producers[largest].spot.clone(),
            share: of_shares(&[largest]),
            first_three: of_shares(&order[..order.len().min(FIRST)]),
        })
    }

    /// Who makes how much; none where nobody makes anything, or nobody can know what one of them does.
    fn producers(&self, layer: u16, stage: u16, slot: Slot) -> Option<Vec<Producer<'_>>> {
        let of = |key: &Key| {
            (key.layer, key.stage, key.slot, key.line) == (layer, stage, slot, Line::Produced)
                && is_country(&key.spot)
        };
        let known = self.quantities().enumerate().filter(|(_, (key, _))| of(key));
        let producers: Option<Vec<Producer<'_>>> = known
            .map(|(at, (key, quantity))| {
                let spot = &key.spot;
                quantity.value.map(|tonnes| Producer { at, spot, tonnes })
            })
            .collect();
        producers.filter(|producers| !producers.is_empty())
    }

    /// The posterior covariance of what they make, tonnes², a row each.
    fn covariance_of(&self, producers: &[Producer<'_>]) -> Option<Vec<Vec<f64>>> {
        let row = |one: &Producer<'_>| -> Option<Vec<f64>> {
            let column = self.solved.covariances(one.at)?;
            producers
                .iter()
                .map(|other| column.get(other.at).copied())
                .collect()
        };
        producers.iter().map(row).collect()
    }
}

/// What a country makes.
struct Producer<'b> {
    /// Its variable.
    at: usize,
    spot: &'b Spot,
    tonnes: f64,
}

impl Producer<'_> {
    fn is_named(&self) -> bool {
        matches!(self.spot, Spot::Country(_))
    }
}

/// The standard deviation of what changes so with each of them.
fn deviation(gradient: &[f64], covariance: &[Vec<f64>]) -> f64 {
    let variance: f64 = gradient
        .iter()
        .zip(covariance)
        .map(|(one, row)| {
            one * gradient
                .iter()
                .zip(row)
                .map(|(two, shared)| two * shared)
                .sum::<f64>()
        })
        .sum();
    variance.max(0.0).sqrt()
}
