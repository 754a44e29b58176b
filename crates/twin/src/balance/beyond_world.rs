//! Figures beyond the world: of one place, and more than everybody makes together.
//!
//! Where nobody else reports of a place nothing contradicts what is said of it, and the world would follow it: a country that says a
//! billion tonnes would make it a world of a billion tonnes. What tables of the world add up to is held against it.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Finding, Reason, tonnes};
use super::gather::Gathered;
use super::line::{Key, Line, Spot};
use super::report::{Origin, Report};
use super::solve::Balance;

/// A figure of one place that is more than this many years of all that the world makes is none: it is a slip of the pen.
const YEARS: f64 = 10.0;
/// A place is above the world if it is by more than this many deviations of both.
const ABOVE: f64 = 3.0;

impl Gathered {
    /// Leaves out flows of a place that are beyond what the world makes in ten years, by the largest figure that anybody has of the
    /// world in a year of any stage: of the same elements, or of a whole that they are part of.
    pub(super) fn leave_out_beyond_world(&mut self) {
        let worlds = self.worlds();
        let mut found = Vec::new();
        self.reports.retain(|report| {
            let Some(world) = world_of(&worlds, report).filter(|world| report.said().abs() > YEARS * world)
            else {
                return true;
            };
            let reason = Reason::BeyondWorld { world: tonnes(world) };
            found.extend(Finding::of_report(report, reason));
            false
        });
        found.dedup();
        self.findings.extend(found);
    }

    /// The most that anybody says the world makes in a year, tonnes, by the layers that it is told of.
    fn worlds(&self) -> BTreeMap<BTreeSet<u16>, f64> {
        let mut worlds: BTreeMap<BTreeSet<u16>, f64> = BTreeMap::new();
        let mut say = |layers: BTreeSet<u16>, whole: f64| {
            let most = worlds.entry(layers).or_default();
            *most = most.max(whole);
        };
        for table in &self.tables {
            let years: f64 = table.slots.iter().map(|slot| slot.years()).sum();
            say(table.layers.iter().copied().collect(), table.whole / years);
        }
        for report in &self.reports {
            let of_world = |(key, coefficient): &(Key, f64)| {
                key.spot == Spot::World && key.line == Line::Produced && *coefficient > 0.0
            };
            if matches!(report.origin, Origin::Fact(_)) && report.terms.iter().all(of_world) {
                say(layers_of(report), report.said());
            }
        }
        worlds.retain(|_, whole| *whole > 0.0);
        worlds
    }
}

/// What the world makes of what a figure of a place is of, tonnes; none where nobody tells, and for what is no flow of a place.
fn world_of(worlds: &BTreeMap<BTreeSet<u16>, f64>, report: &Report) -> Option<f64> {
    let told = matches!(
        report.origin,
        Origin::Fact(_) | Origin::Quota(_) | Origin::Share(_)
    );
    let of_place = |(key, _): &(Key, f64)| key.spot != Spot::World && key.line.is_flow();
    if !told || !report.terms.iter().all(of_place) {
        return None;
    }
    let layers = layers_of(report);
    let holding = worlds.iter().filter(|(whole, _)| whole.is_superset(&layers));
    holding.map(|(_, tonnes)| *tonnes).min_by(f64::total_cmp)
}

fn layers_of(report: &Report) -> BTreeSet<u16> {
    report.terms.iter().map(|(key, _)| key.layer).collect()
}

impl Balance {
    /// Whether a figure of one place is above what the balance leaves of the whole world: the others would have to be negative, and
    /// where nobody knows any of them nothing else shows it.
    pub(super) fn above_world(&self, number: usize, report: &Report) -> Option<Reason> {
        let Origin::Fact(_) = report.origin else {
            return None;
        };
        let (mut whole, mut deviation) = (0.0, 0.0);
        for (key, coefficient) in &report.terms {
            let part = matches!(key.spot, Spot::Country(_) | Spot::Site { .. })
                && key.line.adds_over_places()
                && !key.line.is_signed();
            let world = Key {
                spot: Spot::World,
                ..key.clone()
            };
            let world = self.quantity(&world).filter(|_| part && *coefficient > 0.0)?;
            whole += coefficient * world.value?;
            deviation += coefficient * world.deviation?;
        }
        let own = *self.alone.deviations.get(number)?;
        (report.said() - whole > ABOVE * libm::hypot(own, deviation))
            .then(|| Reason::AboveWorld { world: tonnes(whole) })
    }
}
