//! What is assumed where nobody reports: yields, shares of elements, steadiness. Each is a soft balance: terms that add to
//! zero but for an error that is a part of a *level*, the size of what it is about.
//!
//! They give estimates where reports alone leave a figure open. Which figures rest on them is told: the classes of the
//! balance are those of the reports alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use didymium_vocabulary::{Assumed, ChainLink, Vocabulary};

use super::gather::{Gathered, Recovery};
use super::goods::Goods;
use super::layer::{Layers, percent};
use super::line::{Line, Slot, Spot};
use super::network::{Network, Terms};
use super::pools::{Extent, Pool};
use super::report::{Origin, Report};
use super::worth::assumed;

/// Shares below this part of one are known no better than this.
const SMALLEST_SHARE: f64 = 0.002;

/// The least deviation of a yield that is reported, as a part of what goes in.
const LEAST_DEVIATION: f64 = 0.02;
/// Below this a yield does not make its deviation larger beside what comes out.
const LEAST_YIELD: f64 = 0.1;

/// Nothing is assumed more closely than to this part of the largest level of the family: what is much more exact than all
/// else cannot be solved with it in double precision.
const CLOSEST: f64 = 1e-6;

/// How closely anything is assumed at such levels, tonnes.
pub(super) fn closest(levels: &[f64]) -> f64 {
    CLOSEST * levels.iter().copied().fold(0.0, f64::max)
}

/// A soft balance.
#[derive(Debug, Clone)]
pub(super) struct Prior {
    pub(super) origin: Origin,
    pub(super) terms: Terms,
    pub(super) size: Size,
    /// Whether reports tell all that it is about, so that it counts only where one of them falls away.
    pub(super) waits: bool,
}

impl Prior {
    pub(super) fn new(origin: Origin, terms: Terms, size: Size) -> Self {
        Self {
            origin,
            terms,
            size,
            waits: false,
        }
    }

    /// One standard deviation at such levels of the quantities, and no closer than this, tonnes.
    pub(super) fn deviation(&self, levels: &[f64], closest: f64) -> f64 {
        let level = |at: usize| levels.get(at).copied().unwrap_or(1.0);
        let deviation = match &self.size {
            Size::Tonnes(tonnes) => *tonnes,
            Size::Part { part, level_of } => part * level(*level_of),
            Size::PartOfSum { part, of } => {
                let sum: f64 = of.iter().map(|(at, factor)| factor * level(*at)).sum();
                part * sum
            }
            Size::Steady {
                change,
                of: [now, before],
                entry,
                all,
                whole,
            } => {
                // Of the larger: what dwindles in a year was as large as it was.
                let own = change * level(*now).max(level(*before));
                let whole = whole.map_or(0.0, |[now, before]| level(now) - level(before));
                libm::hypot(libm::hypot(own, entry * level(*all)), whole)
            }
        };
        deviation.max(closest)
    }
}

/// One standard deviation of a soft balance.
#[derive(Debug, Clone)]
pub(super) enum Size {
    /// So many tonnes.
    Tonnes(f64),
    /// A part of the level of a quantity.
    Part { part: f64, level_of: usize },
    /// Of what goes on from one period to the next: a part of the larger of both, a part of the level of all besides, since somebody
    /// may begin or end, and where the whole that it is in is told for both, how far that moves. The squares add.
    Steady {
        change: f64,
        of: [usize; 2],
        entry: f64,
        all: usize,
        whole: Option<[usize; 2]>,
    },
    /// A part of a sum of levels, each with its coefficient.
    PartOfSum { part: f64, of: Terms },
}

/// Writes the priors of a network.
pub(super) struct Assume<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) family: &'a str,
    pub(super) links: &'a [&'a ChainLink],
    pub(super) layers: &'a Layers,
    pub(super) network: &'a Network,
    pub(super) gathered: &'a Gathered,
    /// Goods in use, where the vocabulary says how they come back.
    pub(super) goods: Option<&'a Goods<'a>>,
    /// Shares of the elements as the reports have them: country to layer to share and whether its deposits are known.
    pub(super) shares: &'a Shares,
}

/// Mean shares of the elements and how far deposits are apart in them, by country and over countries.
#[derive(Debug, Default)]
pub(super) struct Shares {
    by_country: BTreeMap<Arc<str>, Vec<(f64, f64)>>,
    mean: Vec<(f64, f64)>,
}

impl Shares {
    /// Normalises to one what sources give in percent that do not quite add up. Where the vocabulary says how much each deposit gives,
    /// they count by that; else they count alike, and how far they are apart tells how little the mean says.
    pub(super) fn new(gathered: &Gathered, layers: &Layers, vocabulary: &Vocabulary) -> Self {
        let count = layers.all.len();
        let normal = |shares: &[(u16, f64)]| -> Option<Vec<f64>> {
            let mut sums = vec![0.0; count];
            for (layer, share) in shares {
                if let Some(sum) = sums.get_mut(usize::from(*layer)) {
                    *sum = *share;
                }
            }
            let total: f64 = sums.iter().sum();
            (total > 0.0).then(|| sums.iter().map(|sum| sum / total).collect())
        };
        let mut deposits: BTreeMap<Arc<str>, Vec<Weighed>> = BTreeMap::new();
        for ((country, deposit), shares) in &gathered.shares {
            let row = vocabulary.deposit(country, deposit);
            let weight = row.map(|row| (percent(row.weight), percent(row.deviation)));
            let known = deposits.entry(Arc::clone(country)).or_default();
            known.extend(normal(shares).map(|shares| Weighed { shares, weight }));
        }
        let by_country: BTreeMap<Arc<str>, Vec<(f64, f64)>> = deposits
            .into_iter()
            .filter(|(_, deposits)| !deposits.is_empty())
            .map(|(country, deposits)| (country, mean_and_spread(&deposits)))
            .collect();
        let means: Vec<Weighed> = by_country
            .values()
            .map(|shares| Weighed {
                shares: shares.iter().map(|share| share.0).collect(),
                weight: None,
            })
            .collect();
        Self {
            mean: mean_and_spread(&means),
            by_country,
        }
    }

    /// Whether any deposit is described.
    pub(super) fn any(&self) -> bool {
        !self.mean.is_empty()
    }

    /// The share of a layer at a spot, how far deposits are apart in it, and whether they are its own.
    pub(super) fn of(&self, spot: &Spot, layer: u16) -> (f64, f64, bool) {
        let at = usize::from(layer);
        let own = spot
            .country()
            .and_then(|country| self.by_country.get(country))
            .and_then(|shares| shares.get(at));
        match own {
            Some((share, spread)) => (*share, *spread, true),
            None => {
                let (share, spread) = self.mean.get(at).copied().unwrap_or((0.0, 0.0));
                (share, spread, false)
            }
        }
    }
}

/// The shares of a deposit, with its weight and how far that may be off, as a part of it, if anybody says.
struct Weighed {
    shares: Vec<f64>,
    weight: Option<(f64, f64)>,
}

/// Mean of each element's share over several deposits and its deviation: by their weights and how far these may be off if all
/// have one, else alike and how far they are apart; no spread where there is one.
fn mean_and_spread(deposits: &[Weighed]) -> Vec<(f64, f64)> {
    let weights: Option<Vec<(f64, f64)>> = deposits.iter().map(|deposit| deposit.weight).collect();
    let weights = weights.filter(|weights| weights.len() > 1);
    let elements = deposits.first().map_or(0, |deposit| deposit.shares.len());
    let share = |deposit: &Weighed, at: usize| deposit.shares.get(at).copied().unwrap_or(0.0);
    let count = deposits.len() as f64;
    (0..elements)
        .map(|at| match &weights {
            Some(weights) => {
                let all: f64 = weights.iter().map(|weight| weight.0).sum();
                let parts = || deposits.iter().zip(weights);
                let mean = parts()
                    .map(|(one, weight)| share(one, at) * weight.0)
                    .sum::<f64>()
                    / all;
                let squares: f64 = parts()
                    .map(|(one, weight)| (share(one, at) - mean) * weight.0 * weight.1 / all)
                    .map(|error| error * error)
                    .sum();
                (mean, squares.sqrt())
            }
            None => {
                let mean = deposits.iter().map(|one| share(one, at)).sum::<f64>() / count;
                let squares: f64 = deposits.iter().map(|one| (share(one, at) - mean).powi(2)).sum();
                let spread = if deposits.len() > 1 {
                    (squares / (count - 1.0)).sqrt()
                } else {
                    0.0
                };
                (mean, spread)
            }
        })
        .collect()
}

impl Assume<'_> {
    pub(super) fn priors(&self) -> Vec<Prior> {
        let mut priors = Vec::new();
        let reported = self.reported();
        for (pool, extent) in &self.network.pools {
            if self.goods.is_some_and(|goods| goods.stage == pool.stage) {
                continue;
            }
            self.steadiness(pool, *extent == Extent::Whole, &reported, &mut priors);
            if pool.layer > 0 {
                self.composition(pool, &mut priors);
            }
        }
        self.unlisted(&mut priors);
        self.recipes(&mut priors);
        self.goods_in_use(&mut priors);
        self.alloys(&mut priors);
        priors
    }

    /// Whom a table of the world does not list makes little, each of them.
    fn unlisted(&self, priors: &mut Vec<Prior>) {
        for table in &self.gathered.tables {
            // A sum of elements says nothing of each.
            let [layer] = table.layers.as_slice() else {
                continue;
            };
            let slots = table.slots.len() as f64;
            let others = self.network.pools.keys().filter(|pool| {
                let here = (pool.layer, pool.stage) == (*layer, table.stage);
                here && match &pool.spot {
                    Spot::Country(country) => !table.listed.contains(country),
                    Spot::Elsewhere => true,
                    _ => false,
                }
            });
            for pool in others {
                for slot in &table.slots {
                    if let Some(at) = self.network.line(pool, *slot, table.line) {
                        let size = Size::Tonnes(table.most / slots);
                        let origin = Origin::Assumption(Assumed::Unlisted);
                        priors.push(Prior::new(origin, vec![(at, 1.0)], size));
                    }
                }
            }
        }
    }

    /// Quantities that some report is about by itself.
    fn reported(&self) -> BTreeSet<usize> {
        let direct = |report: &Report| match report.terms.as_slice() {
            [(key, _)] if report.origin.is_evidence() => self.network.find(key),
            _ => None,
        };
        self.gathered.reports.iter().filter_map(direct).collect()
    }

    fn assumed(&self, which: Assumed) -> (f64, f64) {
        assumed(self.vocabulary, which, self.family)
    }

    /// Production goes on, stocks change little, little is lost.
    fn steadiness(&self, pool: &Pool, whole: bool, reported: &BTreeSet<usize>, priors: &mut Vec<Prior>) {
        let (_, change) = self.assumed(Assumed::Continuity);
        let (_, entry) = self.assumed(Assumed::Entry);
        let world = Pool {
            spot: Spot::World,
            ..pool.clone()
        };
        let (_, stocks) = self.assumed(Assumed::StockChange);
        let (loss, loss_deviation) = self.assumed(Assumed::Loss);
        let mut before: Option<(Slot, usize)> = None;
        for slot in self.network.slots(pool.layer, pool.stage) {
            let Some(made) = self.network.line(pool, slot, Line::Produced) else {
                continue;
            };
            let of_made = |part| Size::Part { part, level_of: made };
            // What nobody lists is told by the tables of each year alone, and the world by its countries.
            // Where both years are reported, a mine that opens or closes is no error.
            if pool.layer == 0
                && !matches!(pool.spot, Spot::World | Spot::Elsewhere)
                && let Some((slot, made, before)) = self.linked(pool, (slot, made), before)
            {
                let size = Size::Steady {
                    change: change * slot.years().sqrt(),
                    of: [made, before],
                    entry: entry * slot.years().sqrt(),
                    all: self.network.line(&world, slot, Line::Produced).unwrap_or(made),
                    whole: self.country_told(pool, [made, before], reported),
                };
                let mut prior = Prior::new(
                    Origin::Assumption(Assumed::Continuity),
                    vec![(made, 1.0), (before, -1.0)],
                    size,
                );
                prior.waits = reported.contains(&made) && reported.contains(&before);
                priors.push(prior);
            }
            before = Some((slot, made));
            if !whole {
                continue;
            }
            let line = |line| self.network.line(pool, slot, line);
            if let Some(at) = line(Line::StockChange) {
                let origin = Origin::Assumption(Assumed::StockChange);
                priors.push(Prior::new(origin, vec![(at, 1.0)], of_made(stocks)));
            }
            if let Some(at) = line(Line::Lost) {
                let mut terms = vec![(at, 1.0), (made, -loss)];
                terms.extend(line(Line::In).map(|at| (at, -loss)));
                let origin = Origin::Assumption(Assumed::Loss);
                priors.push(Prior::new(origin, terms, of_made(loss_deviation)));
            }
        }
    }

    /// What the country of a part of it makes in the same two periods, where reports tell both: a part moves with it.
    fn country_told(&self, pool: &Pool, of: [usize; 2], reported: &BTreeSet<usize>) -> Option<[usize; 2]> {
        let country = Pool {
            spot: Spot::Country(pool.spot.country()?.into()),
            ..pool.clone()
        };
        if country.spot == pool.spot {
            return None;
        }
        let told = |at: usize| {
            let slot = self.network.keys.get(at)?.slot;
            let whole = self.network.line(&country, slot, Line::Produced)?;
            reported.contains(&whole).then_some(whole)
        };
        Some([told(of[0])?, told(of[1])?])
    }

    /// What follows what: month on month and year on year; where months begin or end, their year on the other.
    fn linked(
        &self,
        pool: &Pool,
        now: (Slot, usize),
        before: Option<(Slot, usize)>,
    ) -> Option<(Slot, usize, usize)> {
        let ((slot, made), (earlier, before)) = (now, before?);
        if slot.is_year() == earlier.is_year() {
            return Some((slot, made, before));
        }
        let of_year = |slot: Slot| {
            self.network
                .line(pool, Slot::of_year(slot.year()), Line::Produced)
        };
        Some((Slot::of_year(slot.year()), of_year(slot)?, of_year(earlier)?))
    }

    /// What a mine gives of an element is about its deposit's share.
    fn composition(&self, pool: &Pool, priors: &mut Vec<Prior>) {
        let first = self
            .network
            .years
            .keys()
            .filter(|(layer, _)| *layer == 0)
            .map(|(_, stage)| *stage)
            .min();
        let composed = Some(pool.stage) == first && !matches!(pool.spot, Spot::World | Spot::Site { .. });
        if !composed || !self.shares.any() {
            return;
        }
        let (share, spread, known) = self.shares.of(&pool.spot, pool.layer);
        let assumed = if known {
            Assumed::CompositionKnown
        } else {
            Assumed::CompositionUnknown
        };
        let (_, part) = self.assumed(assumed);
        let whole = Pool {
            layer: 0,
            ..pool.clone()
        };
        for slot in self.network.slots(pool.layer, pool.stage) {
            let own = self.network.line(pool, slot, Line::Produced);
            let all = self.network.line(&whole, slot, Line::Produced);
            if let (Some(own), Some(all)) = (own, all) {
                let mut terms = vec![(own, 1.0)];
                if share > 0.0 {
                    terms.push((all, -share));
                }
                let size = Size::Part {
                    part: (part * share.max(SMALLEST_SHARE)).max(spread),
                    level_of: all,
                };
                priors.push(Prior::new(Origin::Assumption(assumed), terms, size));
            }
        }
    }

    /// What a process makes is its yield of what it takes.
    fn recipes(&self, priors: &mut Vec<Prior>) {
        for (pool, extent) in &self.network.pools {
            if *extent != Extent::Whole {
                continue;
            }
            let Some((input, recovery, part, exclusive)) = self.input_of(pool) else {
                continue;
            };
            // Where more than one process takes the same product, what one makes does not tell what was taken: but at a site
            // it does, which takes it for its own process.
            let at_site = matches!(pool.spot, Spot::Site { .. });
            let joined = matches!(pool.spot, Spot::World) && exclusive || at_site;
            if !joined || self.network.pools.get(&input) != Some(&Extent::Whole) {
                continue;
            }
            for slot in self.network.slots(pool.layer, pool.stage) {
                let made = self.network.line(pool, slot, Line::Produced);
                let taken = self.network.line(&input, slot, Line::Consumed);
                let (Some(made), Some(taken)) = (made, taken) else {
                    continue;
                };
                let (recovery, part, origin) =
                    self.reported_recovery(pool, slot)
                        .unwrap_or((recovery, part, Origin::Recipe));
                let size = Size::Part { part, level_of: made };
                priors.push(Prior::new(origin, vec![(made, 1.0), (taken, -recovery)], size));
            }
        }
    }

    fn reported_recovery(&self, pool: &Pool, slot: Slot) -> Option<(f64, f64, Origin)> {
        // A site's own before its country's, before the world's; an element's before that of the whole.
        let nearness = |spot: &Spot| match spot {
            _ if *spot == pool.spot => Some(2),
            Spot::Country(country) => (pool.spot.country() == Some(country)).then_some(1),
            Spot::World => Some(0),
            _ => None,
        };
        let of = |found: &&Recovery| {
            found.stage == pool.stage
                && (found.layer == pool.layer || found.layer == 0)
                && nearness(&found.spot).is_some()
                && (found.slot == slot || found.slot == Slot::of_year(slot.year()))
        };
        let found = self
            .gathered
            .recoveries
            .iter()
            .filter(of)
            .max_by_key(|found| (nearness(&found.spot), found.layer, found.slot == slot))?;
        // Nobody knows a yield better than this, and a yield of nothing is no exact nothing.
        let part = found.deviation.max(LEAST_DEVIATION) / found.part.max(LEAST_YIELD);
        Some((found.part, part, Origin::Fact(found.fact)))
    }

    /// The pool that a pool's process takes from, by the recipes of as many stages as lie between; recovery, its relative
    /// deviation, and whether all of the input goes that way.
    fn input_of(&self, pool: &Pool) -> Option<(Pool, f64, f64, bool)> {
        let commodity = &self.layers.all.get(usize::from(pool.layer))?.commodity;
        let mut stage = usize::from(pool.stage);
        let (mut recovery, mut variance, mut exclusive) = (1.0, 0.0, true);
        // A chain has no more stages than links.
        for _ in 0..self.links.len() {
            let recipe = self
                .vocabulary
                .recipe(self.family, &self.links.get(stage)?.stage, commodity)?;
            let part = percent(recipe.recovery);
            recovery *= part;
            variance += (percent(recipe.deviation) / part).powi(2);
            exclusive &= recipe.exclusive;
            stage = self
                .links
                .iter()
                .position(|link| link.stage == recipe.input_stage)?;
            let input = Pool {
                layer: pool.layer,
                stage: u16::try_from(stage).ok()?,
                spot: pool.spot.clone(),
            };
            if self.network.pools.contains_key(&input) {
                return Some((input, recovery, variance.sqrt(), exclusive));
            }
        }
        None
    }
}
