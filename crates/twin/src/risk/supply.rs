//! Who supplies the world: production by country of one series and year, and its concentration with an error bar.
//!
//! Countries' figures are independent measurements. What the edition counts beyond them (its published total less their
//! sum, or its lines for *others*) is one more; so a published total is no second measurement of the same tonnes.

use didymium_vocabulary::{Decimal, Period};
use rust_decimal::prelude::ToPrimitive as _;

use super::assumption::Assumption;
use super::estimate::{Deviations, Estimate, Outcome};
use super::governance::Governance;
use super::measured::{Input, Measured, Swing};
use super::missing::Missing;
use crate::fact::FactId;
use crate::indicators;
use crate::intern::Symbol;
use crate::series::SeriesId;
use crate::twin::Twin;
use crate::{WORLD, supply_risk};

/// Smallest part of a supply that must have governance scores.
pub(crate) const GOVERNED_MIN: f64 = 0.9;
/// What is beyond the countries listed, as a part of the whole, before it is told: less is the rounding of a total.
const OTHERS_TOLD: f64 = 0.005;

/// A country's production.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Producer {
    pub(crate) area: Symbol,
    /// Canonical unit (kilograms).
    pub(crate) value: f64,
    pub(crate) deviation: f64,
    pub(crate) fact: FactId,
}

/// Production of the world by country.
#[derive(Debug)]
pub(crate) struct Supply {
    pub(crate) year: i16,
    /// The form that is counted.
    pub(crate) form: Symbol,
    pub(crate) producers: Vec<Producer>,
    /// What is counted beyond the countries: value, deviation, where it is said.
    others: Vec<(f64, f64, FactId)>,
    /// All of it.
    pub(crate) whole: f64,
    notes: Vec<Assumption>,
}

pub(crate) fn float(value: Decimal) -> f64 {
    // Decimals of 28 digits are all within the range of a float.
    value.to_f64().unwrap_or(f64::NAN)
}

impl Supply {
    pub(crate) fn of(
        twin: &Twin,
        series: SeriesId,
        period: Period,
        of: Deviations<'_>,
    ) -> Result<Self, Missing> {
        if !twin.adds_up(series) {
            return Err(Missing::NoProduction);
        }
        let edition = twin.chosen(series, period).ok_or(Missing::NoProduction)?;
        let Some((whole, summed)) = twin.whole(series, edition, period) else {
            return Err(match twin.left_out(series, period) {
                Some(_) => Missing::LeaderLeftOut,
                None => Missing::NoProduction,
            });
        };
        if whole <= Decimal::ZERO {
            return Err(Missing::NoProduction);
        }
        let line = |area: Symbol| {
            let (_, _, fact) = edition.of_area(area).first()?;
            let total = float(indicators::area_total(edition, area, twin.facts())?);
            Some((total, total * (of.of_fact)(twin.fact(*fact)), *fact))
        };
        let producers: Vec<Producer> = edition
            .areas()
            .filter(|area| !twin.is_aggregate(*area))
            .filter_map(|area| {
                line(area).map(|(value, deviation, fact)| Producer {
                    area,
                    value,
                    deviation,
                    fact,
                })
            })
            .collect();
        match (producers.len(), summed) {
            (0, _) => return Err(Missing::NoProduction),
            (1, true) => return Err(Missing::OneCountry),
            _ => {}
        }
        let whole = float(whole);
        if producers.iter().any(|one| one.value > whole * (1.0 + 1e-12)) {
            return Err(Missing::PartAboveWhole);
        }
        let listed: f64 = producers.iter().map(|one| one.value).sum();
        let world = twin.symbol(WORLD);
        let others = if summed {
            let spoken_for = indicators::spoken_for(edition, twin.unions());
            edition
                .areas()
                .filter(|area| twin.is_aggregate(*area) && !spoken_for.contains(area))
                .filter_map(line)
                .collect()
        } else {
            let rest = whole - listed;
            world
                .and_then(line)
                .map(|(total, deviation, fact)| (rest, rest.abs() * deviation / total, fact))
                .into_iter()
                .collect()
        };
        let mut notes = Vec::new();
        if summed {
            notes.push(Assumption::WholeSummed);
        }
        if whole - listed > OTHERS_TOLD * whole {
            notes.push(Assumption::OthersLumped);
        }
        if edition.projected {
            notes.push(Assumption::Projected);
        }
        Ok(Self {
            year: period.year(),
            form: twin.series(series).key.form,
            producers,
            others,
            whole,
            notes,
        })
    }

    /// What everything computed of it takes for granted, besides who is lumped together.
    pub(crate) fn notes(&self) -> impl Iterator<Item = Assumption> + '_ {
        self.notes
            .iter()
            .copied()
            .filter(|note| *note != Assumption::OthersLumped)
    }

    /// `Σ_k slope(k) σ_k` over producers, and `rest σ` over what is beyond them.
    fn swings(&self, slope: impl Fn(usize, &Producer) -> f64, rest: f64) -> Vec<Swing> {
        let of_producers = self.producers.iter().enumerate().map(|(place, one)| Swing {
            input: Input::Fact(one.fact),
            change: slope(place, one) * one.deviation,
        });
        let of_others = self.others.iter().map(|(_, deviation, fact)| Swing {
            input: Input::Fact(*fact),
            change: rest * deviation,
        });
        of_producers.chain(of_others).collect()
    }

    fn share(&self, one: &Producer) -> f64 {
        one.value / self.whole
    }

    /// Herfindahl–Hirschman index, 0 to 1: `H = Σ s²`, `∂H/∂x_k = 2(s_k − H)/T`, and `−2H/T` for what is lumped together.
    pub(crate) fn concentration(&self) -> Measured {
        let index: f64 = self
            .producers
            .iter()
            .map(|one| self.share(one) * self.share(one))
            .sum();
        let swings = self.swings(
            |_, one| 2.0 * (self.share(one) - index) / self.whole,
            -2.0 * index / self.whole,
        );
        Measured::of(index, swings)
    }

    /// [`Supply::concentration`] with what it takes for granted.
    pub(crate) fn hhi(&self) -> Estimate {
        Estimate::new(self.concentration().scaled(10_000.0), self.notes.clone())
    }

    /// Share of the largest so many producers, 0 to 1: `∂/∂x_k = (1 − C)/T` within them, `−C/T` beyond. Equal producers
    /// are taken in the order of their codes.
    pub(crate) fn of_largest(&self, count: usize) -> Measured {
        let mut order: Vec<usize> = (0..self.producers.len()).collect();
        order.sort_by(|a, b| self.producers[*b].value.total_cmp(&self.producers[*a].value));
        order.truncate(count);
        let ratio: f64 = order
            .iter()
            .map(|place| self.share(&self.producers[*place]))
            .sum();
        let slope = |place, _: &Producer| {
            let part = if order.contains(&place) {
                1.0 - ratio
            } else {
                -ratio
            };
            part / self.whole
        };
        Measured::of(ratio, self.swings(slope, -ratio / self.whole))
    }

    /// Share of the largest three, percent.
    pub(crate) fn top_three(&self) -> Estimate {
        Estimate::new(self.of_largest(3).scaled(100.0), self.notes.clone())
    }

    /// Share of the largest, percent.
    pub(crate) fn largest_share(&self) -> Estimate {
        Estimate::new(self.of_largest(1).scaled(100.0), self.notes().collect())
    }

    /// What is left without the largest, percent of the supply.
    pub(crate) fn n_minus_1(&self) -> Estimate {
        let left = Measured::exact(1.0).minus(&self.of_largest(1));
        Estimate::new(left.scaled(100.0), self.notes().collect())
    }

    /// What is left without the largest, percent of the world's demand (IEA).
    pub(crate) fn n_minus_1_of_demand(&self, demand: &Measured) -> Outcome {
        let whole = Measured::of(self.whole, self.swings(|_, _| 1.0, 1.0));
        let largest = whole.times(&self.of_largest(1));
        let left = whole.minus(&largest).over(demand).ok_or(Missing::NoDemand)?;
        Ok(Estimate::new(left.scaled(100.0), self.notes().collect()))
    }

    /// `HHI_WGI = Σ s² w`, 0 to 10, w the rescaled mean of the six governance indicators; `∂/∂x_k = 2(s_k w_k − G)/T`,
    /// `∂/∂w_k = s_k²`. Producers without a score count as none of the supply is theirs, which must be at most a tenth.
    pub(crate) fn weighted(&self, twin: &Twin, governance: &Governance<'_>) -> Outcome {
        let scores: Vec<Option<(Measured, i16)>> = self
            .producers
            .iter()
            .map(|one| governance.score(twin, one.area, self.year))
            .collect();
        if scores.iter().all(Option::is_none) {
            return Err(Missing::NoGovernance);
        }
        let listed: f64 = self.producers.iter().map(|one| one.value).sum();
        let governed: f64 = self
            .producers
            .iter()
            .zip(&scores)
            .filter(|(_, score)| score.is_some())
            .map(|(one, _)| one.value)
            .sum();
        if governed < GOVERNED_MIN * listed {
            return Err(Missing::GovernanceIncomplete);
        }
        let weight = |place: usize| scores[place].as_ref().map_or(0.0, |(score, _)| score.value);
        let suppliers: Vec<supply_risk::Supplier> = self
            .producers
            .iter()
            .enumerate()
            .map(|(place, one)| supply_risk::Supplier {
                share: self.share(one),
                governance: weight(place),
                trade: 1.0,
            })
            .collect();
        let index = supply_risk::weighted_concentration(&suppliers);
        let mut swings = self.swings(
            |place, one| 2.0 * (self.share(one) * weight(place) - index) / self.whole,
            -2.0 * index / self.whole,
        );
        for (one, score) in self.producers.iter().zip(&scores) {
            let squared = self.share(one) * self.share(one);
            swings.extend(score.iter().flat_map(|(score, _)| score.swings_times(squared)));
        }
        let mut notes = self.notes.clone();
        notes.extend(
            scores
                .iter()
                .flatten()
                .filter(|(_, year)| *year != self.year)
                .map(|(_, year)| Assumption::GovernanceOf(*year)),
        );
        if governed < listed {
            notes.push(Assumption::GovernanceIncomplete);
        }
        Ok(Estimate::new(Measured::of(index, swings), notes))
    }

    /// Whether one of these areas is named as a producer, be it of nothing.
    pub(crate) fn lists(&self, areas: &[Symbol]) -> bool {
        self.producers.iter().any(|one| areas.contains(&one.area))
    }

    /// What some areas produce together, in the canonical unit; 0 if the source lists none of them.
    pub(crate) fn of_areas(&self, areas: &[Symbol]) -> Measured {
        self.producers
            .iter()
            .filter(|one| areas.contains(&one.area))
            .map(|one| Measured::given(one.value, one.deviation, Input::Fact(one.fact)))
            .fold(Measured::default(), |sum, one| sum.plus(&one))
    }
}
