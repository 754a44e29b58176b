//! The arithmetic of a balance: its quantities, reports and assumptions as a problem, solved again and again while it is learned what
//! each voice is worth.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use didymium_vocabulary::Vocabulary;

use super::bounds::Kept;
use super::credit::{Credit, Robust};
use super::doubt::{Alone, CHECKED};
use super::error::BalanceError;
use super::gather::Gathered;
use super::grade::Grade;
use super::line::{Key, Line};
use super::network::Network;
use super::priors::{Prior, closest};
use super::report::Report;
use super::solve::{Quantity, Told};
use crate::reconcile::{
    Class, Constraint, Huber, Problem, ReconcileError, Reconciliation, Search, Values, Variable,
};

/// Reports that count as one deviation each before a voice's own left-overs do, in learning its worth.
const PRIOR_REPORTS: f64 = 20.0;
/// An adjustment of more than this many deviations says that the report is wrong, not that its voice is worth less.
const FAR_OFF: f64 = 3.0;
/// The least and the most that a deviation is changed by what was learned.
const LEARNED: (f64, f64) = (0.5, 4.0);
/// Level of the tests of single reports together.
const ALPHA: f64 = 0.05;
/// Most reports that are suspected one after another.
const SUSPECTS: usize = 20;

/// What is to be solved.
pub(super) struct Build<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) family: &'a str,
    pub(super) network: &'a Network,
    pub(super) gathered: &'a Gathered,
    pub(super) priors: &'a [Prior],
    pub(super) threads: NonZeroUsize,
}

impl Build<'_> {
    pub(super) fn solve(&self, levels: &[f64], credit: &Credit) -> Result<Reconciliation, BalanceError> {
        let problem = self.of_everything(levels, credit, &Kept::Free)?;
        problem
            .solve_with(self.threads)
            .map_err(|source| self.unsolved(source))
    }

    /// Estimates alone, with some of the quantities kept.
    pub(super) fn values(
        &self,
        levels: &[f64],
        credit: &Credit,
        kept: &Kept<'_>,
    ) -> Result<Values, BalanceError> {
        let problem = self.of_everything(levels, credit, kept)?;
        problem
            .values_with(self.threads)
            .map_err(|source| self.unsolved(source))
    }

    /// Those of the quantities.
    pub(super) fn estimates(&self, values: &Values) -> Vec<Option<f64>> {
        (0..self.network.keys.len()).map(|at| values.value(at)).collect()
    }

    fn of_everything(
        &self,
        levels: &[f64],
        credit: &Credit,
        kept: &Kept<'_>,
    ) -> Result<Problem, BalanceError> {
        let reports = self.gathered.reports.iter().enumerate();
        let measured = reports.map(|(number, report)| (report, credit.deviation(number, report)));
        let closest = closest(levels);
        let soft = self.priors.iter().enumerate().map(|(number, prior)| {
            let deviation = prior.deviation(levels, closest);
            (prior, credit.assumed(number, deviation))
        });
        self.problem(measured.collect(), soft.collect(), kept)
    }

    /// What the reports say without assumptions.
    pub(super) fn reports_alone(
        &self,
        levels: &[f64],
        credit: &Credit,
    ) -> Result<Reconciliation, BalanceError> {
        let problem = self.of_reports(levels, credit)?;
        problem
            .solve_with(self.threads)
            .map_err(|source| self.unsolved(source))
    }

    /// How much each report counts where those that do not fit count less, by number: 1 in full. An assumption that fails is no
    /// fault of who reports, so the reports decide among themselves.
    pub(super) fn robust_weights(
        &self,
        levels: &[f64],
        credit: &Credit,
        huber: Huber,
    ) -> Result<Robust, BalanceError> {
        let problem = self.of_reports(levels, credit)?;
        let found = problem
            .robust_weights(huber, self.threads)
            .map_err(|source| self.unsolved(source))?;
        let evidence = self.gathered.reports.iter();
        let evidence = evidence.take_while(|report| report.origin.is_evidence()).count();
        let mut weights = vec![1.0; self.gathered.reports.len()];
        let of_reports = found.weights.into_iter().skip(self.network.keys.len());
        for (weight, found) in weights.iter_mut().zip(of_reports.take(evidence)) {
            *weight = found.unwrap_or(1.0);
        }
        Ok(Robust {
            weights,
            rounds: found.rounds,
            settled: found.settled,
        })
    }

    fn of_reports(&self, levels: &[f64], credit: &Credit) -> Result<Problem, BalanceError> {
        let reports = self.gathered.reports.iter().enumerate();
        let evidence = reports.filter(|(_, report)| report.origin.is_evidence());
        let measured = evidence.map(|(number, report)| (report, credit.deviation(number, report)));
        let closest = closest(levels);
        let told: Vec<(&Prior, f64)> = self
            .priors
            .iter()
            .filter(|prior| prior.origin.is_evidence())
            .map(|prior| (prior, prior.deviation(levels, closest)))
            .collect();
        self.problem(measured.collect(), told, &Kept::Free)
    }

    fn problem(
        &self,
        measured: Vec<(&Report, f64)>,
        soft: Vec<(&Prior, f64)>,
        kept: &Kept<'_>,
    ) -> Result<Problem, BalanceError> {
        let network = self.network;
        let mut variables: Vec<Variable> = (0..network.keys.len() as u64).map(Variable::unmeasured).collect();
        let mut constraints: Vec<Constraint> = Vec::new();
        let constrain = |terms: Vec<(usize, f64)>, constraints: &mut Vec<Constraint>| {
            let mut terms = merged(terms);
            let rhs = kept.take_out(&mut terms);
            if !terms.is_empty() {
                constraints.push(Constraint {
                    key: constraints.len() as u64,
                    terms,
                    rhs,
                });
            }
        };
        for terms in &network.balances {
            constrain(terms.clone(), &mut constraints);
        }
        for (report, deviation) in measured {
            let at = variables.len();
            variables.push(Variable::measured(at as u64, report.value, deviation));
            let mut terms: Vec<(usize, f64)> = report
                .terms
                .iter()
                .filter_map(|(key, coefficient)| network.find(key).map(|at| (at, *coefficient)))
                .collect();
            // A report about what is no quantity measures nothing.
            if terms.len() == report.terms.len() {
                terms.push((at, -1.0));
                constrain(terms, &mut constraints);
            }
        }
        for (prior, deviation) in soft {
            let at = variables.len();
            variables.push(if prior.waits {
                Variable::unmeasured(at as u64)
            } else {
                Variable::measured(at as u64, 0.0, deviation)
            });
            let mut terms = prior.terms.clone();
            terms.push((at, -1.0));
            constrain(terms, &mut constraints);
        }
        for (quantity, value, deviation) in kept.held() {
            let at = variables.len();
            variables.push(Variable::measured(at as u64, value, deviation));
            constrain(vec![(quantity, 1.0), (at, -1.0)], &mut constraints);
        }
        Problem::new(variables, constraints).map_err(|source| self.unsolved(source))
    }

    /// Assumptions that wait until a report falls away: their number, and how closely they are assumed then, tonnes.
    pub(super) fn waiting(&self, levels: &[f64], credit: &Credit) -> Vec<(usize, f64)> {
        let closest = closest(levels);
        let waiting = self.priors.iter().enumerate().filter(|(_, prior)| prior.waits);
        waiting
            .map(|(number, prior)| (number, credit.assumed(number, prior.deviation(levels, closest))))
            .collect()
    }

    fn unsolved(&self, source: ReconcileError) -> BalanceError {
        let of_report = |variable: usize| {
            let number = variable.checked_sub(self.network.keys.len())?;
            let (key, _) = self.gathered.reports.get(number)?.terms.first()?;
            Some(key)
        };
        let near = match &source {
            ReconcileError::Overflow { variable } => self.network.keys.get(*variable),
            ReconcileError::ValueNotFinite { variable, .. }
            | ReconcileError::DeviationNotFinite { variable, .. }
            | ReconcileError::DeviationNotPositive { variable, .. }
            | ReconcileError::DeviationOutOfRange { variable, .. } => of_report(*variable),
            ReconcileError::TooFarApart { constraint } => self.of_balance(*constraint),
            ReconcileError::ContradictoryConstraints { constraints, .. } => {
                constraints.first().and_then(|first| self.of_balance(*first))
            }
            _ => None,
        };
        BalanceError::Unsolved {
            family: self.family.to_owned(),
            near: near.map_or_else(
                || "an unknown place".to_owned(),
                |key| format!("{} {}", key.spot, key.line.key()),
            ),
            source,
        }
    }

    fn of_balance(&self, constraint: usize) -> Option<&Key> {
        let (at, _) = self.network.balances.get(constraint)?.first()?;
        self.network.keys.get(*at)
    }

    /// What is kept of the reports alone: their factor takes as much memory as the balance itself.
    pub(super) fn kept(&self, alone: &Reconciliation, credit: &Credit) -> Alone {
        let first = self.network.keys.len();
        let reports = &self.gathered.reports;
        let adjustment = |number: usize| {
            alone
                .estimate(first + number)
                .and_then(|estimate| estimate.adjustment)
        };
        Alone {
            tests: alone.measurement_tests(ALPHA),
            global: alone.global_test(),
            identified: alone.find_gross_errors(Search {
                alpha: ALPHA,
                leaks: false,
                limit: SUSPECTS,
            }),
            adjustments: (0..reports.len()).map(adjustment).collect(),
            deviations: reports
                .iter()
                .enumerate()
                .map(|(number, report)| credit.deviation(number, report))
                .collect(),
        }
    }

    /// What each voice's figures leave over, beside what their deviations and the balances lead one to expect.
    pub(super) fn learn(&self, solved: &Reconciliation, learned: &mut [f64]) {
        let tests = solved.measurement_tests(ALPHA);
        let first = self.network.keys.len();
        let mut left = vec![(PRIOR_REPORTS, PRIOR_REPORTS); learned.len()];
        for test in &tests.tests {
            let report = test
                .variable
                .checked_sub(first)
                .and_then(|at| self.gathered.reports.get(at));
            let voice = report.and_then(|report| report.voice).map(usize::from);
            if let Some(sums) = voice.and_then(|voice| left.get_mut(voice)) {
                let weight = test.detectability * test.detectability;
                let z = test.z.min(FAR_OFF);
                sums.0 += z * z * weight;
                sums.1 += weight;
            }
        }
        for (factor, (seen, expected)) in learned.iter_mut().zip(left) {
            *factor = (seen / expected).sqrt().clamp(LEARNED.0, LEARNED.1);
        }
    }

    pub(super) fn quantities(
        &self,
        solved: &Reconciliation,
        values: &[Option<f64>],
        alone: &Reconciliation,
    ) -> Vec<Quantity> {
        // How many reports speak of a quantity directly, and whether others check one of them.
        let keys = &self.network.keys;
        let mut direct: Vec<Option<bool>> = vec![None; keys.len()];
        let evidence = self
            .gathered
            .reports
            .iter()
            .filter(|report| report.origin.is_evidence());
        for (number, report) in evidence.enumerate() {
            let [(key, _)] = report.terms.as_slice() else {
                continue;
            };
            let checked = checked(alone, keys.len() + number);
            if let Some(at) = self.network.find(key) {
                let held = direct[at].get_or_insert(false);
                *held |= checked;
            }
        }
        // Of a pool whose production nobody can know nobody knows what is lost or kept of it either: that it is a small part of
        // something tells nothing while that something may be anything.
        let unknown: BTreeSet<_> = keys
            .iter()
            .zip(values)
            .filter(|(key, value)| key.line == Line::Produced && value.is_none())
            .map(|(key, _)| (key.layer, key.stage, &key.spot, key.slot))
            .collect();
        keys.iter()
            .enumerate()
            .map(|(at, key)| {
                let observed = alone
                    .estimate(at)
                    .is_some_and(|estimate| estimate.class != Class::Unobservable);
                let estimate = solved.estimate(at);
                let by_reports = alone
                    .estimate(at)
                    .and_then(|known| known.deviation)
                    .unwrap_or(f64::INFINITY);
                let part = matches!(key.line, Line::StockChange | Line::Lost);
                let of_unknown =
                    part && !observed && unknown.contains(&(key.layer, key.stage, &key.spot, key.slot));
                let value = values[at]
                    .filter(|_| !of_unknown)
                    .zip(estimate.and_then(|estimate| estimate.deviation));
                let told = match (value, observed, direct[at]) {
                    (None, ..) => Told::Unobservable,
                    (_, false, _) => Told::Assumed,
                    (_, true, Some(true)) => Told::Redundant,
                    (_, true, Some(false)) => Told::Reported,
                    (_, true, None) => Told::Observable,
                };
                Quantity {
                    value: value.map(|(value, _)| value),
                    deviation: value.map(|(_, deviation)| deviation),
                    told,
                    // A sum of figures that nobody checks is not checked either.
                    // What reports alone tell of it: assumptions must not make a figure better known.
                    grade: Grade::of(
                        value.map(|(value, _)| (value, by_reports)),
                        observed,
                        told == Told::Redundant,
                    ),
                    // Not before the reports are tested.
                    contested: false,
                    by_reports: None,
                    most: None,
                }
            })
            .collect()
    }
}

/// Whether others check a report so well that an error of it shows.
fn checked(alone: &Reconciliation, variable: usize) -> bool {
    let said = alone.problem().variables().get(variable);
    let own = said.and_then(|said| said.measurement).map(|said| said.deviation);
    let left = alone.estimate(variable).and_then(|left| left.deviation);
    own.zip(left).is_some_and(|(own, left)| {
        let part = left / own;
        1.0 - part * part >= CHECKED * CHECKED
    })
}

/// The same sum with each quantity once.
fn merged(mut terms: Vec<(usize, f64)>) -> Vec<(usize, f64)> {
    terms.sort_by_key(|term| term.0);
    terms
        .chunk_by(|one, two| one.0 == two.0)
        .map(|group| (group[0].0, group.iter().map(|term| term.1).sum()))
        .filter(|term| term.1 != 0.0)
        .collect()
}
