//! Months of a year that nobody tells by month: even parts of it.
//!
//! A twelfth of what flowed, and stocks on the straight way from the year's opening to its closing: so a month adds up as its year
//! does. How far months differ is assumed. Nothing is solved: such a month tells no more than its year.

use super::grade::Grade;
use super::line::{Key, Line, Slot};
use super::solve::{Balance, Quantity, Told};

impl Balance {
    /// A figure: the estimate; of a month that nobody tells, an even part of its year; of a registered site of which nobody reports,
    /// that nobody can know it. None where there is none of them.
    #[must_use]
    pub fn figure(&self, key: &Key) -> Option<Quantity> {
        self.quantity(key)
            .copied()
            .or_else(|| self.evenly(key))
            .or_else(|| self.of_unreported(key))
    }

    /// All figures of a slot with their names, in the order of the names, as [`figure`](Self::figure) has them.
    #[must_use]
    pub fn figures(&self, slot: Slot) -> Vec<(Key, Quantity)> {
        let asked = |key: &Key| Key { slot, ..key.clone() };
        self.quantities()
            .filter(|(key, _)| key.slot == Slot::of_year(slot.year()))
            .map(|(key, _)| asked(key))
            .filter_map(|key| self.figure(&key).map(|figure| (key, figure)))
            .collect()
    }

    /// The names of the year's figures that a month's is an even part of; none of what is told itself.
    #[must_use]
    pub fn parts_of_year(&self, key: &Key) -> Vec<Key> {
        if key.slot.is_year() || self.find(key).is_some() {
            return Vec::new();
        }
        let of_year = |line| Key {
            slot: Slot::of_year(key.slot.year()),
            line,
            ..key.clone()
        };
        let lines = if key.line.is_flow() {
            vec![key.line]
        } else {
            vec![Line::Opening, Line::Closing]
        };
        let keys: Vec<Key> = lines.into_iter().map(of_year).collect();
        if keys.iter().all(|key| self.find(key).is_some()) {
            keys
        } else {
            Vec::new()
        }
    }

    fn evenly(&self, key: &Key) -> Option<Quantity> {
        let keys = self.parts_of_year(key);
        let known: Vec<Quantity> = keys
            .iter()
            .filter_map(|key| self.quantity(key).copied())
            .collect();
        let ends = |of: &Quantity| of.value.zip(of.deviation);
        let estimate = match known.as_slice() {
            [] => return None,
            [year] => ends(year).map(|year| self.twelfth(key.line, year)),
            [opening, closing, ..] => ends(opening).zip(ends(closing)).map(|(opening, closing)| {
                let change = Key {
                    line: Line::StockChange,
                    ..keys[0].clone()
                };
                let change = self.quantity(&change).and_then(|change| change.deviation);
                on_the_way(key.slot.passed(key.line), opening, closing, change.unwrap_or(0.0))
            }),
        };
        Some(Quantity {
            value: estimate.map(|(value, _)| value),
            deviation: estimate.map(|(_, deviation)| deviation),
            told: estimate.map_or(Told::Unobservable, |_| Told::Assumed),
            grade: estimate.map_or(Grade::X, |_| Grade::E),
            contested: known.iter().any(|known| known.contested),
            by_reports: None,
            most: None,
        })
    }

    /// A twelfth of what flowed in a year, and its deviation.
    fn twelfth(&self, line: Line, (value, deviation): (f64, f64)) -> (f64, f64) {
        let part = Slot::MONTH_OF_YEAR;
        let month = value * part;
        if line == Line::StockChange {
            // Stocks wander: changes of months add as squares.
            return (month, deviation * part.sqrt());
        }
        (month, libm::hypot(deviation * part, self.months_differ * month))
    }
}

/// The stock when a part of the year has passed, and its deviation: that of the ends, and of the wandering between them, which is
/// a Brownian bridge.
fn on_the_way(passed: f64, opening: (f64, f64), closing: (f64, f64), change: f64) -> (f64, f64) {
    let mean = |one: f64, two: f64| (1.0 - passed) * one + passed * two;
    let ends = mean(opening.1 * opening.1, closing.1 * closing.1);
    let bridge = passed * (1.0 - passed) * change * change;
    (mean(opening.0, closing.0), (ends + bridge).sqrt())
}
