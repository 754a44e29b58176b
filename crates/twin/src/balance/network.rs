//! The network: which quantities there are, and the balances that hold exactly among them.
//!
//! A *pool* is the product of one stage at one place, in one layer. Over each slot of time
//! `in + produced − consumed − out − lost = change of stock`, and stocks carry over. Places add to the place that holds
//! them: sites and the rest of a country to the country, countries and elsewhere to the world, where what goes from one to
//! another cancels. Months add to their year, elements to the whole. All of that is exact, so the right-hand sides are zero.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::goods::Goods;
use super::layer::Layers;
use super::line::{Key, Line, Slot, Spot};
use super::pools::{Extent, Pool, add_world, come_round, compose, is_country, name_countries};
use super::report::Report;

/// Terms of a balance: number of a quantity and its coefficient; their sum is zero.
pub(super) type Terms = Vec<(usize, f64)>;

/// Most quantities of a balance unless its caller knows better: those of three thousand sites that report every month of a year.
/// Whoever says something of every country and month must not take the time and memory of all who ask.
pub const QUANTITIES_MAX: usize = 320_000;

/// How large a network would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extents {
    /// Quantities that it would have.
    pub quantities: usize,
    /// Products at places.
    pub pools: usize,
    /// Years, from the first to the last.
    pub years: usize,
    /// Years that are told by month.
    pub monthly: usize,
}

impl fmt::Display for Extents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            quantities,
            pools,
            years,
            monthly,
        } = self;
        write!(
            f,
            "{quantities} quantities, of {pools} products at places over {years} years, {monthly} of them by month"
        )
    }
}

/// Quantities and balances.
#[derive(Debug)]
pub(super) struct Network {
    /// Names of the quantities, ascending.
    pub(super) keys: Vec<Key>,
    /// Pools, with the lines they have.
    pub(super) pools: BTreeMap<Pool, Extent>,
    /// Years of a layer at a stage, first and last.
    pub(super) years: BTreeMap<(u16, u16), (i16, i16)>,
    /// Years of which months are told.
    monthly: BTreeSet<i16>,
    /// The stage of goods in use, which has years alone.
    by_year: Option<u16>,
    /// What adds to zero.
    pub(super) balances: Vec<Terms>,
}

impl Network {
    /// The network that such reports need. `composed`: the layers are elements that add to the first.
    ///
    /// # Errors
    /// How large it would be, if it would be larger than is computed.
    pub(super) fn new(
        reports: &[Report],
        layers: &Layers,
        composed: bool,
        goods: Option<&Goods<'_>>,
        quantities_max: usize,
    ) -> Result<Self, Extents> {
        let mut network = Self::spread(reports, layers, composed, goods);
        let extents = network.extents();
        if extents.quantities > quantities_max {
            return Err(extents);
        }
        network.name_quantities();
        network.balance(layers);
        Ok(network)
    }

    /// How large the network of such reports would be.
    pub(super) fn extents_of<'r>(
        reports: impl IntoIterator<Item = &'r Report>,
        layers: &Layers,
        composed: bool,
        goods: Option<&Goods<'_>>,
    ) -> Extents {
        Self::spread(reports, layers, composed, goods).extents()
    }

    /// Where and when there are quantities, before any is named.
    fn spread<'r>(
        reports: impl IntoIterator<Item = &'r Report>,
        layers: &Layers,
        composed: bool,
        goods: Option<&Goods<'_>>,
    ) -> Self {
        let mut years: BTreeMap<(u16, u16), (i16, i16)> = BTreeMap::new();
        let mut pools: BTreeMap<Pool, Extent> = BTreeMap::new();
        let mut monthly = BTreeSet::new();
        for (key, _) in reports.into_iter().flat_map(|report| &report.terms) {
            let year = key.slot.year();
            if !key.slot.is_year() {
                monthly.insert(year);
            }
            let span = years.entry((key.layer, key.stage)).or_insert((year, year));
            *span = (span.0.min(year), span.1.max(year));
            pools.insert(
                Pool {
                    layer: key.layer,
                    stage: key.stage,
                    spot: key.spot.clone(),
                },
                match key.spot {
                    Spot::Route { .. } => Extent::Along,
                    _ => Extent::Whole,
                },
            );
        }
        // Before elements are told of countries: what one country lacks of them would be taken from another.
        name_countries(&mut pools);
        if composed {
            compose(layers, goods.map(|goods| goods.stage), &mut years, &mut pools);
        }
        if let Some(goods) = goods {
            come_round(goods, &mut years, &mut pools);
        }
        let by_year = goods.map(|goods| goods.stage);
        add_world(&years, &mut pools, by_year);
        Self {
            keys: Vec::new(),
            pools,
            years,
            monthly,
            by_year,
            balances: Vec::new(),
        }
    }

    /// Counted, not built.
    fn extents(&self) -> Extents {
        let mut slots: BTreeMap<(u16, u16), usize> = BTreeMap::new();
        let mut quantities = 0_usize;
        for (pool, extent) in &self.pools {
            let slots = *slots.entry((pool.layer, pool.stage)).or_insert_with(|| {
                let slots = self.slots(pool.layer, pool.stage);
                let years: BTreeSet<i16> = slots.iter().map(|slot| slot.year()).collect();
                // Each year stands beside its months.
                let by_month = slots.iter().any(|slot| !slot.is_year());
                let monthly = years.iter().filter(|year| self.monthly.contains(year));
                slots.len() + if by_month { monthly.count() } else { 0 }
            });
            quantities += slots * lines_of(pool, *extent).len();
        }
        let first = self.years.values().map(|span| span.0).min();
        let last = self.years.values().map(|span| span.1).max();
        let years = first
            .zip(last)
            .map_or(0, |(first, last)| first.abs_diff(last) + 1);
        Extents {
            quantities,
            pools: self.pools.len(),
            years: usize::from(years),
            monthly: self.monthly.len(),
        }
    }

    /// The slots of a layer at a stage that balances are written for: months where months are told, else years.
    pub(super) fn slots(&self, layer: u16, stage: u16) -> Vec<Slot> {
        let Some(&(first, last)) = self.years.get(&(layer, stage)) else {
            return Vec::new();
        };
        let of_year = |year: i16| -> Vec<Slot> {
            let whole = Slot::of_year(year);
            if self.monthly.contains(&year) && self.by_year != Some(stage) {
                whole.months().collect()
            } else {
                vec![whole]
            }
        };
        (first..=last).flat_map(of_year).collect()
    }

    /// The number of a quantity.
    pub(super) fn find(&self, key: &Key) -> Option<usize> {
        self.keys.binary_search(key).ok()
    }

    /// The number of a line of a pool.
    pub(super) fn line(&self, pool: &Pool, slot: Slot, line: Line) -> Option<usize> {
        self.find(&Key {
            layer: pool.layer,
            stage: pool.stage,
            spot: pool.spot.clone(),
            slot,
            line,
        })
    }

    fn name_quantities(&mut self) {
        let mut keys = BTreeSet::new();
        for (pool, extent) in &self.pools {
            let lines = lines_of(pool, *extent);
            for slot in self.slots(pool.layer, pool.stage) {
                let year = Slot::of_year(slot.year());
                for slot in [slot, year] {
                    keys.extend(lines.iter().map(|line| Key {
                        layer: pool.layer,
                        stage: pool.stage,
                        spot: pool.spot.clone(),
                        slot,
                        line: *line,
                    }));
                }
            }
        }
        self.keys = keys.into_iter().collect();
    }

    fn balance(&mut self, layers: &Layers) {
        let mut balances = Vec::new();
        for (pool, extent) in &self.pools {
            self.over_time(pool, &mut balances);
            if *extent == Extent::Whole {
                self.of_pool(pool, &mut balances);
            }
            match &pool.spot {
                Spot::World => self.over_places(pool, is_of_world, &mut balances),
                Spot::Country(country) => {
                    let own = |spot: &Spot| is_part_of(spot, country);
                    self.over_places(pool, own, &mut balances);
                    self.over_routes(pool, country, &mut balances);
                }
                _ => {}
            }
            if pool.layer == 0 {
                self.over_elements(pool, layers, &mut balances);
            }
        }
        self.balances = balances;
    }

    /// Months add to their year; the stocks of a year are those at its ends.
    fn over_time(&self, pool: &Pool, balances: &mut Vec<Terms>) {
        for &year in &self.monthly {
            let whole = Slot::of_year(year);
            for line in Line::ALL {
                let Some(of_year) = self.line(pool, whole, line) else {
                    continue;
                };
                let months = whole.months().filter_map(|month| self.line(pool, month, line));
                let parts: Vec<usize> = match line {
                    Line::Opening => months.take(1).collect(),
                    Line::Closing => months.last().into_iter().collect(),
                    _ => months.collect(),
                };
                if parts.is_empty() {
                    continue;
                }
                let mut terms = vec![(of_year, 1.0)];
                terms.extend(parts.into_iter().map(|part| (part, -1.0)));
                balances.push(terms);
            }
        }
    }

    /// The balance of a pool in each slot, and its stocks from slot to slot.
    fn of_pool(&self, pool: &Pool, balances: &mut Vec<Terms>) {
        let mut before = None;
        for slot in self.slots(pool.layer, pool.stage) {
            let term = |(line, sign): &(Line, f64)| self.line(pool, slot, *line).map(|at| (at, *sign));
            balances.push(FLOWS.iter().filter_map(term).collect());
            balances.push(STOCKS.iter().filter_map(term).collect());
            if let (Some(closing), Some(opening)) = (before, self.line(pool, slot, Line::Opening)) {
                balances.push(vec![(opening, 1.0), (closing, -1.0)]);
            }
            before = self.line(pool, slot, Line::Closing);
        }
    }

    /// The parts of a place add to it.
    fn over_places(&self, pool: &Pool, is_part: impl Fn(&Spot) -> bool, balances: &mut Vec<Terms>) {
        let parts: Vec<&Pool> = self
            .pools
            .keys()
            .filter(|other| (other.layer, other.stage) == (pool.layer, pool.stage) && is_part(&other.spot))
            .collect();
        if parts.is_empty() {
            return;
        }
        for slot in self.slots(pool.layer, pool.stage) {
            for line in Line::ALL {
                // The change of stock and the opening stock follow from the others.
                if !line.adds_over_places() || line == Line::Opening {
                    continue;
                }
                let Some(whole) = self.line(pool, slot, line) else {
                    continue;
                };
                let mut terms = vec![(whole, 1.0)];
                let all_have = parts.iter().all(|part| match self.line(part, slot, line) {
                    Some(at) => {
                        terms.push((at, -1.0));
                        true
                    }
                    None => false,
                });
                if all_have {
                    balances.push(terms);
                }
            }
            // What sites send to each other cancels in their country; what countries send to each other follows from the
            // other lines of the world.
            if matches!(pool.spot, Spot::Country(_)) {
                let mut terms = Vec::new();
                let mut add = |pool: &Pool, sign: f64| {
                    terms.extend(self.line(pool, slot, Line::In).map(|at| (at, sign)));
                    terms.extend(self.line(pool, slot, Line::Out).map(|at| (at, -sign)));
                };
                add(pool, 1.0);
                parts.iter().for_each(|part| add(part, -1.0));
                balances.push(terms);
            }
        }
    }

    /// What goes along the routes of a country adds to what leaves it, and to what comes.
    fn over_routes(&self, pool: &Pool, country: &Arc<str>, balances: &mut Vec<Terms>) {
        let along = |line: Line| -> Vec<&Pool> {
            let here = |other: &&Pool| {
                (other.layer, other.stage) == (pool.layer, pool.stage)
                    && match &other.spot {
                        Spot::Route { from, .. } if line == Line::Out => from == country,
                        Spot::Route { to, .. } => line == Line::In && to == country,
                        _ => false,
                    }
            };
            self.pools.keys().filter(here).collect()
        };
        for line in [Line::Out, Line::In] {
            let routes = along(line);
            for slot in self.slots(pool.layer, pool.stage) {
                let Some(all) = self.line(pool, slot, line).filter(|_| !routes.is_empty()) else {
                    continue;
                };
                let mut terms = vec![(all, 1.0)];
                let parts = routes
                    .iter()
                    .filter_map(|route| self.line(route, slot, Line::Out));
                terms.extend(parts.map(|at| (at, -1.0)));
                balances.push(terms);
            }
        }
    }

    /// Elements add to the whole, where all of them are followed.
    fn over_elements(&self, pool: &Pool, layers: &Layers, balances: &mut Vec<Terms>) {
        // Elsewhere is whoever nobody names, which is not the same in each layer.
        let named = |layer: u16| -> BTreeSet<&Spot> {
            self.pools
                .keys()
                .filter(|other| (other.layer, other.stage) == (layer, pool.stage))
                .map(|other| &other.spot)
                .filter(|spot| matches!(spot, Spot::Country(_)))
                .collect()
        };
        let all: Vec<u16> = layers.elements().collect();
        if pool.spot == Spot::Elsewhere && all.iter().any(|layer| named(*layer) != named(0)) {
            return;
        }
        for (place, slot) in self.slots(pool.layer, pool.stage).into_iter().enumerate() {
            // Later stocks follow from the first and their changes.
            let first = place == 0;
            for line in Line::ALL {
                // The change of stock and the opening stock follow from the others.
                if matches!(line, Line::Opening | Line::StockChange) || line == Line::Closing && !first {
                    continue;
                }
                let of = |layer: u16| {
                    let part = Pool {
                        layer,
                        ..pool.clone()
                    };
                    self.line(&part, slot, line)
                };
                let parts: Option<Vec<usize>> = all.iter().map(|layer| of(*layer)).collect();
                let (Some(whole), Some(parts)) = (of(0), parts) else {
                    continue;
                };
                if parts.is_empty() {
                    continue;
                }
                let mut terms = vec![(whole, 1.0)];
                terms.extend(parts.into_iter().map(|part| (part, -1.0)));
                balances.push(terms);
            }
        }
    }
}

/// What goes in and out of a pool, and what is left in it.
const FLOWS: [(Line, f64); 6] = [
    (Line::In, 1.0),
    (Line::Produced, 1.0),
    (Line::Consumed, -1.0),
    (Line::Out, -1.0),
    (Line::Lost, -1.0),
    (Line::StockChange, -1.0),
];

/// What was there at first, and what is there at last.
const STOCKS: [(Line, f64); 3] = [
    (Line::Closing, 1.0),
    (Line::Opening, -1.0),
    (Line::StockChange, -1.0),
];

/// Nothing comes to the world or leaves it.
const WORLD_LINES: [Line; 6] = [
    Line::Opening,
    Line::Produced,
    Line::Consumed,
    Line::Lost,
    Line::StockChange,
    Line::Closing,
];

fn lines_of(pool: &Pool, extent: Extent) -> &'static [Line] {
    match (&pool.spot, extent) {
        (_, Extent::Along) => &[Line::Out],
        (_, Extent::Made) => &[Line::Produced],
        (Spot::World | Spot::Use(_), Extent::Whole) => &WORLD_LINES,
        (_, Extent::Whole) => &Line::ALL,
    }
}

/// What makes up the world: countries and elsewhere, or the uses of goods.
fn is_of_world(spot: &Spot) -> bool {
    is_country(spot) || matches!(spot, Spot::Use(_))
}

fn is_part_of(spot: &Spot, country: &Arc<str>) -> bool {
    match spot {
        Spot::Site { country: of, .. } | Spot::RestOf(of) => of == country,
        _ => false,
    }
}
