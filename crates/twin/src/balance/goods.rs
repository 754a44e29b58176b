//! Goods in use: what is sold is put in use, leaves it at some age, and comes back in part.
//!
//! The cohort model ([`crate::cohort`]) written as balances: what leaves a use in a year is `Σ_c w(t − c) · put in use(c)` with
//! `w(a) = sf(a − 1) − sf(a)`, which is linear, so that inflows, goods in use and recycling are estimated with all the rest.
//! Of the years before the first, growth is assumed, so they are a multiple of the first.

use didymium_vocabulary::{Assumed, ChainLink, EndUse, Returns, Vocabulary};

use super::layer::percent;
use super::line::{Line, Slot, Spot};
use super::network::Terms;
use super::pools::{Extent, Pool};
use super::priors::{Assume, Prior, Size};
use super::report::Origin;
use super::worth::assumed;
use crate::cohort::{Lifetime, leaving_by_age};

/// Years before the first that goods still in use may come from.
const HISTORY: usize = 100;
/// How well recycling is what is recovered: they are one flow but for what recyclers hold.
const SAME_FLOW: f64 = 0.05;
/// Less than this part of a year's goods is not followed.
const SMALLEST_PART: f64 = 1e-4;
/// A use may begin or end by this part of all uses in a year.
const ENTRY: f64 = 0.02;
/// Before it began a use took about this part of all uses, or nothing.
const TRACE: f64 = 1e-3;

/// Where goods in use stand in a family's chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Goods<'v> {
    pub(super) returns: &'v Returns,
    /// Number of the stage whose product is sold as the mineral itself.
    pub(super) sold: u16,
    /// Number of the stage of goods in use, after all stages of the chain.
    pub(super) stage: u16,
    /// Number of the stage that makes raw material of what left use.
    pub(super) recycling: u16,
    /// The use that stands for all others.
    pub(super) rest: &'v EndUse,
}

impl<'v> Goods<'v> {
    /// Goods of a family; none where the vocabulary does not say how they come back.
    pub(super) fn of(vocabulary: &'v Vocabulary, family: &str, links: &[&ChainLink]) -> Option<Self> {
        let returns = vocabulary.returns(family)?;
        let number = |stage: &str| {
            let place = links.iter().position(|link| link.stage == stage)?;
            u16::try_from(place).ok()
        };
        Some(Self {
            returns,
            sold: number(&returns.sold)?,
            stage: u16::try_from(links.len()).ok()?,
            recycling: number(&returns.recycling)?,
            rest: vocabulary.rest_of_uses()?,
        })
    }

    /// What is put in use of what is taken for goods, and its relative deviation.
    pub(super) fn put_in_use(&self) -> (f64, f64) {
        let part = percent(self.returns.put_in_use);
        (part, percent(self.returns.put_in_use_deviation) / part)
    }
}

impl Assume<'_> {
    /// The soft balances of goods in use.
    pub(super) fn goods_in_use(&self, priors: &mut Vec<Prior>) {
        let Some(goods) = self.goods else { return };
        for (pool, extent) in &self.network.pools {
            if pool.stage != goods.stage || *extent != Extent::Whole {
                continue;
            }
            let split = self.network.pools.keys().any(|other| {
                (other.layer, other.stage) == (pool.layer, pool.stage) && matches!(other.spot, Spot::Use(_))
            });
            match &pool.spot {
                Spot::Use(key) => {
                    let end_use = self.vocabulary.end_use(key).unwrap_or(goods.rest);
                    self.ages(pool, goods, end_use, priors);
                    self.goes_on(pool, end_use, priors);
                }
                Spot::World => {
                    if !split {
                        self.ages(pool, goods, goods.rest, priors);
                    }
                    self.comes_round(pool, goods, priors);
                }
                _ => {}
            }
        }
    }

    /// Goods leave use by age; a part of them is recovered.
    fn ages(&self, pool: &Pool, goods: &Goods<'_>, end_use: &EndUse, priors: &mut Vec<Prior>) {
        let slots = self.network.slots(pool.layer, pool.stage);
        let lifetime = Lifetime::LogNormal {
            mean: end_use.life,
            deviation: end_use.deviation,
        };
        let Ok(in_use) = lifetime.table(HISTORY + slots.len()) else {
            return;
        };
        let leaves = leaving_by_age(&in_use);
        let line = |slot: Slot, line| self.network.line(pool, slot, line);
        let put: Option<Vec<usize>> = slots.iter().map(|slot| line(*slot, Line::Produced)).collect();
        let (Some(put), Some(first)) = (put, slots.first()) else {
            return;
        };
        let (growth, opening_part) = assumed(self.vocabulary, Assumed::UseHistory, self.family);
        let (_, leaving_part) = assumed(self.vocabulary, Assumed::Lifetime, self.family);
        // Of what was put in use so many years before the first, beside the first.
        let earlier = |years: usize| {
            let year = i32::from(first.year()) - i32::try_from(years).unwrap_or(i32::MAX);
            if end_use.since.is_some_and(|since| year < i32::from(since)) {
                return 0.0;
            }
            let mut part = 1.0;
            for _ in 0..years {
                part /= 1.0 + growth;
            }
            part
        };
        let history: Vec<f64> = (1..=HISTORY).map(earlier).collect();
        let of_history = |of: &dyn Fn(usize) -> f64| -> f64 {
            (1..=HISTORY)
                .zip(&history)
                .map(|(years, part)| part * of(years))
                .sum()
        };
        let mut soft = |origin, terms: Terms, size| {
            priors.push(Prior::new(origin, terms, size));
        };
        if let (Some(opening), Some(&put)) = (line(*first, Line::Opening), put.first()) {
            let still = of_history(&|years| in_use[years - 1]);
            let size = Size::PartOfSum {
                part: opening_part,
                of: vec![(put, still)],
            };
            let mut terms = vec![(opening, 1.0)];
            if still > 0.0 {
                terms.push((put, -still));
            }
            soft(Origin::Assumption(Assumed::UseHistory), terms, size);
        }
        let recovered = percent(goods.returns.recovered);
        let recovered_deviation = percent(goods.returns.recovered_deviation);
        for (year, slot) in slots.iter().enumerate() {
            let (Some(back), Some(lost)) = (line(*slot, Line::Consumed), line(*slot, Line::Lost)) else {
                continue;
            };
            let mut leaving: Vec<(usize, f64)> = put[..=year]
                .iter()
                .enumerate()
                .map(|(cohort, at)| (*at, leaves[year - cohort]))
                .collect();
            if let Some(first) = leaving.first_mut() {
                first.1 += of_history(&|years| leaves[year + years]);
            }
            leaving.retain(|(_, part)| *part > SMALLEST_PART);
            let mut terms = vec![(back, 1.0), (lost, 1.0)];
            terms.extend(leaving.iter().map(|(at, part)| (*at, -part)));
            let size = Size::PartOfSum {
                part: leaving_part,
                of: leaving.clone(),
            };
            soft(Origin::Assumption(Assumed::Lifetime), terms, size);
            let size = Size::PartOfSum {
                part: recovered_deviation,
                of: leaving,
            };
            soft(
                Origin::Returns,
                vec![(back, 1.0 - recovered), (lost, -recovered)],
                size,
            );
        }
    }

    /// A use takes this year about what it took last year; one that began not long ago grew from nothing by as much every year.
    fn goes_on(&self, pool: &Pool, end_use: &EndUse, priors: &mut Vec<Prior>) {
        let (_, change) = assumed(self.vocabulary, Assumed::UseChange, self.family);
        let all = Pool {
            spot: Spot::World,
            ..pool.clone()
        };
        let slots = self.network.slots(pool.layer, pool.stage);
        let put = |slot| self.network.line(pool, slot, Line::Produced);
        let of_all = |slot| self.network.line(&all, slot, Line::Produced);
        let age = |slot: Slot| {
            end_use
                .since
                .map(|since| i32::from(slot.year()) - i32::from(since))
        };
        let mut soft = |terms, of: Terms| {
            priors.push(Prior::new(
                Origin::Assumption(Assumed::UseChange),
                terms,
                Size::PartOfSum { part: 1.0, of },
            ));
        };
        for slot in &slots {
            if let (Some(now), Some(of_all), true) =
                (put(*slot), of_all(*slot), age(*slot).is_some_and(|age| age < 0))
            {
                soft(vec![(now, 1.0)], vec![(of_all, TRACE)]);
            }
        }
        for pair in slots.windows(2) {
            let (Some(before), Some(now), Some(of_all)) = (put(pair[0]), put(pair[1]), of_all(pair[1]))
            else {
                continue;
            };
            let ratio = match age(pair[0]) {
                Some(age) if age < 0 => continue,
                Some(age) => f64::from(age + 1) / f64::from(age + 2),
                None => 1.0,
            };
            soft(
                vec![(now, ratio), (before, -1.0)],
                vec![(now, change), (of_all, ENTRY)],
            );
        }
    }

    /// What is sold and what comes back is put in use; what is recovered is what recycling makes.
    fn comes_round(&self, pool: &Pool, goods: &Goods<'_>, priors: &mut Vec<Prior>) {
        let at = |stage: u16| Pool {
            stage,
            ..pool.clone()
        };
        let (sold, recycled) = (at(goods.sold), at(goods.recycling));
        let (part, deviation) = goods.put_in_use();
        for slot in self.network.slots(pool.layer, pool.stage) {
            let line = |pool: &Pool, line| self.network.line(pool, slot, line);
            let (put, back) = (line(pool, Line::Produced), line(pool, Line::Consumed));
            let taken = [line(&sold, Line::Consumed), line(&recycled, Line::Consumed)];
            if let (Some(put), [Some(_), _]) = (put, taken) {
                let mut terms = vec![(put, 1.0)];
                terms.extend(taken.into_iter().flatten().map(|at| (at, -part)));
                priors.push(Prior::new(
                    Origin::Returns,
                    terms,
                    Size::PartOfSum {
                        part: deviation,
                        of: vec![(put, 1.0)],
                    },
                ));
            }
            if let (Some(back), Some(made), Some(put)) = (back, line(&recycled, Line::Produced), put) {
                priors.push(Prior::new(
                    Origin::Returns,
                    vec![(made, 1.0), (back, -1.0)],
                    Size::PartOfSum {
                        part: SAME_FLOW,
                        of: vec![(put, percent(goods.returns.recovered))],
                    },
                ));
            }
        }
    }
}
