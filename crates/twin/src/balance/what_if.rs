//! What the balance would be if a report said otherwise: by an update, in milliseconds.
//!
//! Nothing is built or learned anew: the estimates move along one column of their covariance, what is at a bound stays there, and
//! what would fall below nothing is held at nothing. What the same table leaves for those that it does not list stays: its total
//! follows its rows. [`Options::instead`](super::Options) solves the same from scratch.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::error::BalanceError;
use super::line::Key;
use super::report::Report;
use super::solve::Balance;
use crate::reconcile::{Estimate, Measurement, ReconcileError, Updated, UpdatedValues};

/// Moves of less than this part of a figure's deviation are not told.
const NOTICED: f64 = 0.01;
/// A figure that is below nothing by less than this part of its deviation is at nothing.
const BELOW: f64 = 1e-6;
/// A figure is held at nothing as by a report with this part of its deviation.
const HELD: f64 = 1e-3;
/// Rounds in which figures are held at nothing, and most that are.
const ROUNDS: usize = 8;
const HELD_MAX: usize = 48;
/// Most that a report may be taken to say, tonnes; more is a slip of the pen.
const SAID_MAX: f64 = 1e15;

/// What a report is taken to say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Instead {
    /// Another figure, tonnes of the layer's substance, that is as sure as figures of its kind are.
    Said(f64),
    /// Nothing.
    Withdrawn,
}

/// A figure that would be another.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved<'b> {
    /// Its name.
    pub key: &'b Key,
    /// Its estimate and standard deviation now, tonnes.
    pub before: (f64, f64),
    /// Then; none if nobody could know.
    pub after: Option<(f64, f64)>,
}

impl Moved<'_> {
    /// How far it moves, in its deviations of now; infinite where nobody could know it then.
    fn size(&self) -> f64 {
        let (before, deviation) = self.before;
        self.after.map_or(f64::INFINITY, |(after, _)| {
            ((after - before) / deviation.max(f64::MIN_POSITIVE)).abs()
        })
    }
}

/// What would be if a report said otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf<'b> {
    /// Figures that would be others, the furthest moved first.
    pub moved: Vec<Moved<'b>>,
    /// Whether every bound was kept by the update; else figures that would be below nothing are told as nothing, and others may
    /// be off by as much.
    pub within_bounds: bool,
}

/// What a report may be taken to say, tonnes.
///
/// # Errors
/// [`BalanceError::CannotBeSaid`].
pub(super) fn sayable(report: &Report, family: &str, said: f64) -> Result<f64, BalanceError> {
    let signed = report
        .terms
        .iter()
        .any(|(key, coefficient)| key.line.is_signed() || *coefficient < 0.0);
    let possible = said.is_finite() && said.abs() <= SAID_MAX && (signed || said >= 0.0);
    possible
        .then_some(said)
        .ok_or_else(|| BalanceError::CannotBeSaid {
            family: family.to_owned(),
            said: said.to_string(),
        })
}

impl Balance {
    /// What would be if a report said otherwise.
    ///
    /// # Errors
    /// [`BalanceError::NoReport`], [`BalanceError::CannotBeSaid`], [`BalanceError::Unsolved`].
    pub fn what_if(&self, number: usize, instead: Instead) -> Result<WhatIf<'_>, BalanceError> {
        let report = self.evidence(number)?;
        let variable = self.reports_at() + number;
        let measurement = match instead {
            Instead::Withdrawn => None,
            Instead::Said(said) => {
                let said = sayable(report, &self.family, said)?;
                let measured = self.solved.problem().variables()[variable].measurement;
                // With what was learned of its voice.
                let factor = measured.map_or(1.0, |measured| measured.deviation / report.deviation);
                Some(Measurement {
                    value: said - report.beside,
                    deviation: factor * report.deviation_if(said),
                })
            }
        };
        let unsolved = |source: ReconcileError| BalanceError::Unsolved {
            family: self.family.clone(),
            near: report
                .terms
                .first()
                .map_or_else(String::new, |(key, _)| format!("{} {}", key.spot, key.line.key())),
            source,
        };
        // What comes into force goes before what falls away, so that no figure is left without either on the way.
        let mut changes = match instead {
            Instead::Withdrawn => self.coming_into_force(number, report),
            Instead::Said(_) => Vec::new(),
        };
        changes.push((variable, measurement));
        let mut free_then = Updated::new(Arc::clone(&self.solved));
        let mut within = self.within.updated();
        let mut by_update = true;
        for (variable, measurement) in changes {
            free_then.report(variable, measurement).map_err(unsolved)?;
            by_update = by_update && within.report(variable, measurement).map_err(unsolved)?;
        }
        let kept = by_update && self.keep_above_nothing(&mut within).map_err(unsolved)?;
        let mut moved: Vec<Moved<'_>> = self
            .quantities()
            .enumerate()
            .filter_map(|(at, (key, quantity))| {
                let (value, deviation) = quantity.value.zip(quantity.deviation)?;
                let after = free_then.estimate(at).and_then(|after| after.deviation);
                let moves = if by_update {
                    within.moved(at)?
                } else {
                    let free = |estimate: Option<Estimate>| estimate.and_then(|estimate| estimate.value);
                    free(free_then.estimate(at))
                        .zip(free(self.solved.estimate(at)))
                        .map_or(0.0, |(then, now)| then - now)
                };
                let to = value + moves;
                let to = if key.line.is_signed() { to } else { to.max(0.0) };
                let before = (value, deviation);
                // What is known by its whole alone is known by that then, too.
                let free = self.solved.estimate(at).and_then(|now| now.deviation);
                let by_whole = free.is_some_and(|free| deviation < free);
                let after = after.map(|then| (to, if by_whole { then.min(deviation) } else { then }));
                let surer = after.is_some_and(|after| (after.1 / deviation - 1.0).abs() > NOTICED);
                let moved = Moved { key, before, after };
                (surer || moved.size() > NOTICED).then_some(moved)
            })
            .collect();
        // The furthest first, among equals in the order of their names.
        moved.sort_by(|one, two| two.size().total_cmp(&one.size()));
        Ok(WhatIf {
            moved,
            within_bounds: kept,
        })
    }

    /// Assumptions that wait for this report to fall away: such as count where not both of two years are told.
    fn coming_into_force(&self, number: usize, report: &Report) -> Vec<(usize, Option<Measurement>)> {
        let [(key, _)] = report.terms.as_slice() else {
            return Vec::new();
        };
        let tells_too = |(other, another): (usize, &Report)| {
            let about_it = matches!(another.terms.as_slice(), [(about, _)] if about == key);
            other != number && about_it && another.origin.is_evidence()
        };
        let Some(at) = self.find(key) else {
            return Vec::new();
        };
        if self.reports.iter().enumerate().any(tells_too) {
            return Vec::new();
        }
        let about_it = |prior: usize| {
            let prior = self.priors.get(prior);
            prior.is_some_and(|prior| prior.terms.iter().any(|(quantity, _)| *quantity == at))
        };
        let waiting = self.waiting.iter().filter(|(prior, _)| about_it(*prior));
        let nothing = |deviation: &f64| Measurement {
            value: 0.0,
            deviation: *deviation,
        };
        waiting
            .map(|(prior, deviation)| (self.priors_at() + prior, Some(nothing(deviation))))
            .collect()
    }

    /// A report of somebody, by its number.
    ///
    /// # Errors
    /// [`BalanceError::NoReport`].
    fn evidence(&self, number: usize) -> Result<&Report, BalanceError> {
        let report = self.reports.get(number);
        report
            .filter(|report| report.origin.is_evidence())
            .ok_or_else(|| BalanceError::NoReport {
                family: self.family.clone(),
                number,
            })
    }

    /// Holds at nothing what would fall below it; whether all of it could be.
    fn keep_above_nothing(&self, within: &mut UpdatedValues) -> Result<bool, ReconcileError> {
        let mut held: BTreeSet<usize> = BTreeSet::new();
        for _ in 0..ROUNDS {
            let fallen: Vec<(usize, f64)> = self
                .quantities()
                .enumerate()
                .filter(|(at, (key, _))| !key.line.is_signed() && !held.contains(at))
                .filter_map(|(at, (_, quantity))| {
                    let (value, deviation) = quantity.value.zip(quantity.deviation)?;
                    let to = value + within.moved(at)?;
                    (to < -BELOW * deviation && deviation > 0.0).then_some((at, deviation))
                })
                .collect();
            if fallen.is_empty() {
                return Ok(true);
            }
            if held.len() + fallen.len() > HELD_MAX {
                return Ok(false);
            }
            for (at, deviation) in fallen {
                held.insert(at);
                let nothing = Measurement {
                    value: 0.0,
                    deviation: HELD * deviation,
                };
                if !within.report(at, Some(nothing))? {
                    return Ok(false);
                }
            }
        }
        Ok(false)
    }
}
