//! Goods in use: what entered each year, what is still there, and what comes back for recycling.
//!
//! The cohort model of dynamic material-flow analysis (van der Voet et al. 2002; Pauliuk & Heeren 2020, ODYM, J. Ind.
//! Ecol. 24:446). Of what enters in period `c`, the part `sf(t − c)` is in use at the end of period `t`, so that
//! `stock(t) = Σ_c inflow(c) · sf(t − c)`. Given inflows, stocks follow; given stocks, inflows follow one after the other.

use thiserror::Error;

use crate::laws::normal_above;

/// How long goods stay in use, in periods.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lifetime {
    /// All leave at the same age: they are in use while younger than it.
    Fixed {
        /// That age; not negative.
        mean: f64,
    },
    /// Ages of leaving are normal; the part that would leave before entering never counts as in use.
    Normal {
        /// Mean age.
        mean: f64,
        /// Standard deviation of the age; above zero.
        deviation: f64,
    },
    /// The logarithm of the age of leaving is normal.
    LogNormal {
        /// Mean age itself, not of its logarithm; above zero.
        mean: f64,
        /// Standard deviation of the age itself; above zero.
        deviation: f64,
    },
    /// `sf(a) = exp(−(a/scale)^shape)`.
    Weibull {
        /// The shape; above zero.
        shape: f64,
        /// The scale; above zero.
        scale: f64,
    },
}

/// What is wrong with a cohort model.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum CohortError {
    /// A parameter of the lifetime is NaN, infinite or out of its range.
    #[error("the {parameter} of the lifetime is {value}: it must be a finite number {range}")]
    Lifetime {
        /// Which parameter.
        parameter: &'static str,
        /// What was given.
        value: f64,
        /// What it must be.
        range: &'static str,
    },
    /// A flow or stock is NaN or infinite.
    #[error("the value of period {period} is {value}, not a finite number")]
    NotFinite {
        /// The period, from 0.
        period: usize,
        /// What was given.
        value: f64,
    },
    /// Nothing of an inflow is in use at the end of its own period, so that stocks say nothing of inflows.
    #[error(
        "nothing survives its first period (sf(0) = 0): inflows cannot be found from stocks; use shorter periods"
    )]
    NothingSurvives,
}

impl Lifetime {
    /// The part still in use at an age, from 1 down to 0.
    ///
    /// # Errors
    /// [`CohortError::Lifetime`].
    pub fn survival(self, age: f64) -> Result<f64, CohortError> {
        let positive = |parameter, value: f64| check(parameter, value, value > 0.0, "above zero");
        Ok(match self {
            Self::Fixed { mean } => {
                check("mean", mean, mean >= 0.0, "not below zero")?;
                if age < mean { 1.0 } else { 0.0 }
            }
            Self::Normal { mean, deviation } => {
                check("mean", mean, true, "")?;
                positive("deviation", deviation)?;
                normal_above((age - mean) / deviation)
            }
            Self::LogNormal { mean, deviation } => {
                positive("mean", mean)?;
                positive("deviation", deviation)?;
                if age <= 0.0 {
                    return Ok(1.0);
                }
                let spread = libm::log1p((deviation / mean) * (deviation / mean));
                normal_above((libm::log(age) - libm::log(mean) + spread / 2.0) / spread.sqrt())
            }
            Self::Weibull { shape, scale } => {
                positive("shape", shape)?;
                positive("scale", scale)?;
                libm::exp(-libm::pow((age / scale).max(0.0), shape))
            }
        })
    }

    /// The parts in use at ages 0, 1, 2 … of so many periods.
    ///
    /// # Errors
    /// [`CohortError::Lifetime`].
    pub fn table(self, periods: usize) -> Result<Vec<f64>, CohortError> {
        let mut age = 0.0;
        let mut table = Vec::with_capacity(periods);
        for _ in 0..periods {
            table.push(self.survival(age)?);
            age += 1.0;
        }
        Ok(table)
    }
}

/// The parts that leave in the period in which they reach ages 0, 1, 2 …, of a table of what is in use at these.
#[must_use]
pub fn leaving_by_age(in_use: &[f64]) -> Vec<f64> {
    let before = std::iter::once(1.0).chain(in_use.iter().copied());
    before.zip(in_use).map(|(before, now)| before - now).collect()
}

fn check(parameter: &'static str, value: f64, within: bool, range: &'static str) -> Result<(), CohortError> {
    if value.is_finite() && within {
        Ok(())
    } else {
        Err(CohortError::Lifetime {
            parameter,
            value,
            range,
        })
    }
}

/// Goods in use by period and cohort, in the unit of the flows. Periods and cohorts count from 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Cohorts {
    inflow: Vec<f64>,
    survival: Vec<f64>,
}

impl Cohorts {
    /// From what entered in each period.
    ///
    /// # Errors
    /// [`CohortError::Lifetime`], [`CohortError::NotFinite`].
    pub fn from_inflow(inflow: Vec<f64>, lifetime: Lifetime) -> Result<Self, CohortError> {
        let survival = lifetime.table(inflow.len())?;
        check_all(&inflow)?;
        Ok(Self { inflow, survival })
    }

    /// From what was in use at the end of each period. Where a stock falls faster than goods leave, an inflow comes out
    /// negative: see [`Cohorts::first_negative_inflow`].
    ///
    /// # Errors
    /// [`CohortError::Lifetime`], [`CohortError::NotFinite`], [`CohortError::NothingSurvives`].
    pub fn from_stock(stock: &[f64], lifetime: Lifetime) -> Result<Self, CohortError> {
        let survival = lifetime.table(stock.len())?;
        check_all(stock)?;
        let Some(first) = survival.first().copied() else {
            return Ok(Self {
                inflow: Vec::new(),
                survival,
            });
        };
        if first <= 0.0 {
            return Err(CohortError::NothingSurvives);
        }
        let mut inflow: Vec<f64> = Vec::with_capacity(stock.len());
        for (period, stock) in stock.iter().enumerate() {
            let older: f64 = inflow
                .iter()
                .zip(survival[1..=period].iter().rev())
                .map(|(inflow, part)| inflow * part)
                .sum();
            inflow.push((stock - older) / first);
        }
        Ok(Self { inflow, survival })
    }

    /// What entered in each period.
    #[must_use]
    pub fn inflow(&self) -> &[f64] {
        &self.inflow
    }

    /// What is in use at the end of a period of what entered in another; nothing before it entered, or beyond the model.
    #[must_use]
    pub fn stock_of(&self, period: usize, cohort: usize) -> f64 {
        let part = period.checked_sub(cohort).and_then(|age| self.survival.get(age));
        part.zip(self.inflow.get(cohort))
            .map_or(0.0, |(part, inflow)| part * inflow)
    }

    /// What leaves in a period of what entered in another.
    #[must_use]
    pub fn outflow_of(&self, period: usize, cohort: usize) -> f64 {
        if period >= self.inflow.len() || cohort > period {
            return 0.0;
        }
        let before = if period == cohort {
            self.inflow[cohort]
        } else {
            self.stock_of(period - 1, cohort)
        };
        before - self.stock_of(period, cohort)
    }

    /// What is in use at the end of each period.
    #[must_use]
    pub fn stock(&self) -> Vec<f64> {
        self.totals(Self::stock_of)
    }

    /// What leaves in each period: the supply to recyclers.
    #[must_use]
    pub fn outflow(&self) -> Vec<f64> {
        self.totals(Self::outflow_of)
    }

    /// The first period whose inflow is negative: no inflow explains the stocks given with this lifetime.
    #[must_use]
    pub fn first_negative_inflow(&self) -> Option<usize> {
        self.inflow.iter().position(|inflow| *inflow < 0.0)
    }

    fn totals(&self, of: impl Fn(&Self, usize, usize) -> f64) -> Vec<f64> {
        (0..self.inflow.len())
            .map(|period| (0..=period).map(|cohort| of(self, period, cohort)).sum())
            .collect()
    }
}

fn check_all(values: &[f64]) -> Result<(), CohortError> {
    match values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
        Some((period, &value)) => Err(CohortError::NotFinite { period, value }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-12, "{value} is not {expected}");
    }

    #[test]
    fn survival_as_the_laws_say() {
        let at = |lifetime: Lifetime, age: f64| lifetime.survival(age).unwrap();
        // Half of a normal lifetime is over at its mean; one deviation later Φ(−1) is left.
        let normal = Lifetime::Normal {
            mean: 10.0,
            deviation: 2.0,
        };
        close(at(normal, 10.0), 0.5);
        close(at(normal, 12.0), 0.158_655_253_931_457_07);
        // A log-normal's median is mean/√(1 + (σ/m)²).
        let skewed = Lifetime::LogNormal {
            mean: 10.0,
            deviation: 10.0,
        };
        close(at(skewed, 10.0 / 2.0_f64.sqrt()), 0.5);
        close(at(skewed, 0.0), 1.0);
        let weibull = Lifetime::Weibull {
            shape: 2.0,
            scale: 3.0,
        };
        close(at(weibull, 3.0), libm::exp(-1.0));
        close(at(weibull, 0.0), 1.0);
        let fixed = Lifetime::Fixed { mean: 5.0 };
        assert_eq!([at(fixed, 4.0), at(fixed, 5.0)], [1.0, 0.0]);
    }

    #[test]
    fn every_law_comes_back_from_its_stock() {
        let inflow = vec![1.0, 4.0, 2.0, 8.0, 5.0, 7.0];
        for lifetime in [
            Lifetime::Fixed { mean: 2.0 },
            Lifetime::Normal {
                mean: 3.0,
                deviation: 1.0,
            },
            Lifetime::LogNormal {
                mean: 3.0,
                deviation: 1.0,
            },
            Lifetime::Weibull {
                shape: 1.5,
                scale: 3.0,
            },
        ] {
            let forward = Cohorts::from_inflow(inflow.clone(), lifetime).unwrap();
            let back = Cohorts::from_stock(&forward.stock(), lifetime).unwrap();
            for (value, expected) in back.inflow().iter().zip(&inflow) {
                assert!(
                    (value - expected).abs() < 1e-9,
                    "{lifetime:?}: {value} is not {expected}"
                );
            }
            let (stock, outflow) = (forward.stock(), forward.outflow());
            for period in 1..inflow.len() {
                close(
                    outflow[period] + stock[period] - stock[period - 1],
                    inflow[period],
                );
            }
        }
    }

    #[test]
    fn faults_are_named() {
        for (lifetime, parameter) in [
            (Lifetime::Fixed { mean: -1.0 }, "mean"),
            (
                Lifetime::Normal {
                    mean: 1.0,
                    deviation: 0.0,
                },
                "deviation",
            ),
            (
                Lifetime::Normal {
                    mean: f64::NAN,
                    deviation: 1.0,
                },
                "mean",
            ),
            (
                Lifetime::LogNormal {
                    mean: 0.0,
                    deviation: 1.0,
                },
                "mean",
            ),
            (
                Lifetime::Weibull {
                    shape: f64::INFINITY,
                    scale: 1.0,
                },
                "shape",
            ),
        ] {
            let error = Cohorts::from_inflow(vec![1.0], lifetime).unwrap_err();
            assert!(
                matches!(error, CohortError::Lifetime { parameter: named, .. } if named == parameter),
                "{error}"
            );
        }
        let fixed = Lifetime::Fixed { mean: 2.0 };
        let error = Cohorts::from_stock(&[1.0, f64::INFINITY], fixed).unwrap_err();
        assert_eq!(
            error,
            CohortError::NotFinite {
                period: 1,
                value: f64::INFINITY
            }
        );
        let falling = Cohorts::from_stock(&[5.0, 1.0], fixed).unwrap();
        assert_eq!(falling.first_negative_inflow(), Some(1));
    }
}
