//! How large things are before anything is solved: what the deviations of assumptions are parts of.

use std::collections::BTreeMap;

use super::line::{Key, Line, Slot, Spot};
use super::network::Network;
use super::priors::Shares;
use super::report::Report;

/// Who is not listed makes about this part of the world.
const ELSEWHERE: f64 = 0.02;
/// Nothing is smaller, tonnes.
const SMALLEST: f64 = 1e-3;

/// A level for each quantity: that of the production at its pool, or where nothing is made of what is brought there.
pub(super) fn levels(network: &Network, reports: &[Report], shares: &Shares) -> Vec<f64> {
    let mut said: Vec<(f64, u32)> = vec![(0.0, 0); network.keys.len()];
    for report in reports {
        // A sum of months says of each month its part.
        let parts = report.terms.len() as f64;
        let one_sign = report.terms.iter().all(|(_, coefficient)| *coefficient > 0.0);
        for (key, coefficient) in &report.terms {
            if one_sign && let Some(at) = network.find(key) {
                let said = &mut said[at];
                said.0 += report.value / parts / coefficient;
                said.1 += 1;
            }
        }
    }
    let mean = |at: usize| (said[at].1 > 0).then(|| said[at].0 / f64::from(said[at].1));
    let mut of_pool: BTreeMap<(u16, u16, Spot), Vec<(Slot, f64)>> = BTreeMap::new();
    for (at, key) in network.keys.iter().enumerate() {
        if matches!(key.line, Line::Produced | Line::In | Line::Consumed)
            && let Some(value) = mean(at)
        {
            let known = of_pool
                .entry((key.layer, key.stage, key.spot.clone()))
                .or_default();
            let yearly = value / key.slot.years();
            match known.last_mut() {
                Some((slot, held)) if *slot == key.slot => *held = held.max(yearly),
                _ => known.push((key.slot, yearly)),
            }
        }
    }
    let nearest = |layer: u16, stage: u16, spot: &Spot, slot: Slot| -> Option<f64> {
        let known = of_pool.get(&(layer, stage, spot.clone()))?;
        known
            .iter()
            .min_by_key(|(at, _)| ((i32::from(at.year()) - i32::from(slot.year())).abs(), *at != slot))
            .map(|(_, value)| *value)
    };
    let world = |layer: u16, stage: u16, slot: Slot| -> f64 {
        let countries: f64 = of_pool
            .keys()
            .filter(|(l, s, spot)| (*l, *s) == (layer, stage) && matches!(spot, Spot::Country(_)))
            .filter_map(|(_, _, spot)| nearest(layer, stage, spot, slot))
            .sum();
        nearest(layer, stage, &Spot::World, slot)
            .unwrap_or(0.0)
            .max(countries)
    };
    // Stages of which nothing is said are about as large as those before them.
    let mut worlds: BTreeMap<(u16, Slot), f64> = BTreeMap::new();
    for &(layer, stage) in network.years.keys() {
        for slot in network.slots(layer, stage) {
            for slot in [slot, Slot::of_year(slot.year())] {
                worlds.entry((stage, slot)).or_insert_with(|| {
                    let of_stages = (0..=stage).rev().map(|stage| world(0, stage, slot));
                    of_stages.into_iter().find(|level| *level > 0.0).unwrap_or(0.0)
                });
            }
        }
    }
    let world_or_before = |stage: u16, slot: Slot| worlds.get(&(stage, slot)).copied().unwrap_or(0.0);
    let whole = |key: &Key| match &key.spot {
        Spot::World => world_or_before(key.stage, key.slot),
        Spot::Elsewhere => ELSEWHERE * world_or_before(key.stage, key.slot),
        spot => nearest(0, key.stage, spot, key.slot).unwrap_or_else(|| {
            let country = key.spot.country().map(|code| Spot::Country(code.into()));
            let of_country = country.and_then(|spot| nearest(0, key.stage, &spot, key.slot));
            of_country.unwrap_or_else(|| ELSEWHERE * world_or_before(key.stage, key.slot))
        }),
    };
    // One look a pool and slot: its lines have one level.
    let mut last: Option<(&Key, f64)> = None;
    network
        .keys
        .iter()
        .map(|key| {
            if let Some((held, level)) = last
                && (held.layer, held.stage, held.slot) == (key.layer, key.stage, key.slot)
                && held.spot == key.spot
            {
                return level;
            }
            let yearly = match key.layer {
                0 => whole(key),
                layer => nearest(layer, key.stage, &key.spot, key.slot)
                    .unwrap_or_else(|| whole(key) * shares.of(&key.spot, layer).0),
            };
            let level = (yearly * key.slot.years()).max(SMALLEST);
            last = Some((key, level));
            level
        })
        .collect()
}
