//! The balance solved.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use didymium_vocabulary::{Assumed, ChainLink, CommodityKind, Vocabulary};

use super::bounds::Kept;
use super::doubt::Alone;
use super::error::BalanceError;
use super::finding::Finding;
use super::gather::{Gathered, Gatherer};
use super::goods::Goods;
use super::grade::Grade;
use super::layer::{Layer, Layers};
use super::level::levels;
use super::line::{Key, Line, Slot, Spot};
use super::network::{Network, QUANTITIES_MAX};
use super::priors::{Assume, Prior, Shares, closest};
use super::report::Report;
use super::unreported::Registered;
use super::worth::assumed;
use crate::reconcile::{
    Class, Constraint, GlobalTest, Problem, ReconcileError, Reconciliation, Search, Variable,
};
use crate::twin::Twin;

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

/// How to balance.
#[derive(Debug, Clone)]
pub struct Options {
    /// Voices that are left out, to see what the others say of them.
    pub without: BTreeSet<String>,
    /// Threads; the answer is the same for any number.
    pub threads: NonZeroUsize,
    /// Most quantities that are balanced.
    pub quantities_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            without: BTreeSet::new(),
            threads: NonZeroUsize::MIN,
            quantities_max: QUANTITIES_MAX,
        }
    }
}

/// How a figure is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Told {
    /// Reported, and checked by others.
    Redundant,
    /// Reported, and checked by nobody.
    Reported,
    /// Not reported, but told by the balances.
    Observable,
    /// Not told by reports; an estimate rests on assumptions.
    Assumed,
    /// Nobody can know.
    Unobservable,
}

/// A figure of the balance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    /// Estimate in tonnes of the layer's substance; none if nobody can know.
    pub value: Option<f64>,
    /// Its standard deviation, tonnes.
    pub deviation: Option<f64>,
    /// How it is told.
    pub told: Told,
    /// Its quality.
    pub grade: Grade,
}

/// The balance of a family.
#[derive(Debug)]
pub struct Balance {
    /// Key of the family.
    pub family: String,
    /// Stages, by number.
    pub stages: Vec<String>,
    /// Layers, by number.
    pub layers: Vec<Layer>,
    /// Who speaks, by number, with what was learned of their worth: deviations are multiplied by it. A voice is a house that
    /// publishes (`voices.csv`): its editions revise each other, and count once.
    pub voices: Vec<(String, f64)>,
    /// What was measured, by number.
    pub reports: Vec<Report>,
    /// What could not be used.
    pub findings: Vec<Finding>,
    pub(super) keys: Vec<Key>,
    pub(super) quantities: Vec<Quantity>,
    pub(super) priors: Vec<Prior>,
    pub(super) solved: Reconciliation,
    /// Registered sites that no quantity is of, with the stages of their processes.
    pub(super) unreported: Registered,
    /// How far a month is from an even part of its year, where nobody tells months.
    pub(super) months_differ: f64,
    /// What the reports without assumptions say of each other.
    pub(super) alone: Alone,
}

impl Balance {
    /// Balances a family.
    ///
    /// # Errors
    /// [`BalanceError`].
    pub fn of(twin: &Twin, family: &str, options: &Options) -> Result<Self, BalanceError> {
        let vocabulary = twin.vocabulary();
        let known = vocabulary
            .commodity(family)
            .filter(|known| known.kind == CommodityKind::Family)
            .ok_or_else(|| BalanceError::NoFamily {
                family: family.chars().take(64).collect(),
            })?;
        let mut layers = Layers::of(known, vocabulary);
        let links: Vec<&ChainLink> = vocabulary.chain(family).collect();
        let goods = Goods::of(vocabulary, family, &links);
        let gatherer = Gatherer {
            twin,
            family,
            layers: &layers,
            links: &links,
            goods: goods.as_ref(),
            without: &options.without,
            out: Gathered::default(),
        };
        let mut gathered = gatherer.gather();
        let silent = gathered.silent(&layers);
        gathered.drop_elements(&silent);
        layers.silence(silent);
        if !gathered
            .reports
            .first()
            .is_some_and(|report| report.origin.is_evidence())
        {
            return Err(BalanceError::NothingSaid {
                family: family.to_owned(),
            });
        }
        let shares = Shares::new(&gathered, &layers, vocabulary);
        let composed = shares.any() || gathered.reports.iter().any(speaks_of_elements);
        let most = options.quantities_max;
        let network =
            Network::new(&gathered.reports, &layers, composed, goods.as_ref(), most).map_err(|extent| {
                BalanceError::TooLarge {
                    family: family.to_owned(),
                    extent,
                    most,
                    loudest: gathered.loudest(),
                }
            })?;
        let assume = Assume {
            vocabulary,
            family,
            links: &links,
            layers: &layers,
            network: &network,
            gathered: &gathered,
            goods: goods.as_ref(),
            shares: &shares,
        };
        let priors = assume.priors();
        let mut levels = levels(&network, &gathered.reports, &shares);
        let mut learned = vec![1.0; gathered.voices.len()];
        let build = Build {
            vocabulary,
            family,
            network: &network,
            gathered: &gathered,
            priors: &priors,
            threads: options.threads,
        };
        let first = build.values(&levels, &learned, &Kept::Free)?;
        refine(&mut levels, &network, &first);
        let second = build.values(&levels, &learned, &Kept::Free)?;
        // From the reports alone: an assumption that fails is no fault of who reports.
        refine(&mut levels, &network, &second);
        let unlearned = build.reports_alone(&levels, &learned)?;
        build.learn(&unlearned, &mut learned);
        let solved = build.solve(&levels, &learned)?;
        let values = build.within_bounds(&solved, &levels, &learned)?;
        let alone = build.reports_alone(&levels, &learned)?;
        let quantities = build.quantities(&solved, &values, &alone);
        let alone = build.kept(&alone, &learned);
        let Network { keys, .. } = network;
        let mut unreported = std::mem::take(&mut gathered.registered);
        for key in &keys {
            unreported.remove(&key.spot);
        }
        let mut balance = Self {
            family: family.to_owned(),
            stages: links
                .iter()
                .map(|link| &link.stage)
                .chain(goods.as_ref().map(|goods| &goods.returns.goods))
                .cloned()
                .collect(),
            layers: layers.all,
            voices: gathered.voices.into_iter().zip(learned).collect(),
            reports: gathered.reports,
            findings: gathered.findings,
            keys,
            quantities,
            priors,
            solved,
            unreported,
            months_differ: assumed(vocabulary, Assumed::Month, family).1,
            alone,
        };
        balance.name_overruled();
        Ok(balance)
    }

    /// The variable of the first report in the reconciliation: quantities come before.
    pub(super) fn reports_at(&self) -> usize {
        self.keys.len()
    }

    /// The variable of the first assumption.
    pub(super) fn priors_at(&self) -> usize {
        self.reports_at() + self.reports.len()
    }

    /// All figures with their names, in the order of the names.
    pub fn quantities(&self) -> impl Iterator<Item = (&Key, &Quantity)> {
        self.keys.iter().zip(&self.quantities)
    }

    /// A figure.
    #[must_use]
    pub fn quantity(&self, key: &Key) -> Option<&Quantity> {
        self.find(key).and_then(|at| self.quantities.get(at))
    }

    pub(super) fn find(&self, key: &Key) -> Option<usize> {
        self.keys.binary_search(key).ok()
    }

    /// The number of a layer by its commodity.
    #[must_use]
    pub fn layer(&self, commodity: &str) -> Option<u16> {
        let place = self
            .layers
            .iter()
            .position(|layer| layer.commodity == commodity)?;
        u16::try_from(place).ok()
    }

    /// The number of a stage.
    #[must_use]
    pub fn stage(&self, stage: &str) -> Option<u16> {
        let place = self.stages.iter().position(|known| known == stage)?;
        u16::try_from(place).ok()
    }

    /// The line of a pool in a slot.
    #[must_use]
    pub fn line(&self, layer: u16, stage: u16, spot: &Spot, slot: Slot, line: Line) -> Option<&Quantity> {
        self.quantity(&Key {
            layer,
            stage,
            spot: spot.clone(),
            slot,
            line,
        })
    }

    /// The largest amount by which any balance is missed, tonnes.
    #[must_use]
    pub fn largest_imbalance(&self) -> f64 {
        self.solved.largest_imbalance()
    }

    /// Of all reports together, without assumptions: the weighted sum of squared adjustments, its degrees of freedom, and how likely as much is.
    #[must_use]
    pub fn global_test(&self) -> GlobalTest {
        self.alone.global
    }
}

fn speaks_of_elements(report: &Report) -> bool {
    report.terms.iter().any(|(key, _)| key.layer > 0)
}

/// Levels of the next solve: production as the last one has it.
fn refine(levels: &mut [f64], network: &Network, values: &[Option<f64>]) {
    for (at, key) in network.keys.iter().enumerate() {
        if key.line != Line::Produced {
            continue;
        }
        if let Some(value) = values.get(at).copied().flatten() {
            // Not below a tenth of what it was: an assumption must not vanish with what it is about.
            levels[at] = value.abs().max(0.1 * levels[at]);
        }
    }
}

pub(super) struct Build<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) family: &'a str,
    pub(super) network: &'a Network,
    pub(super) gathered: &'a Gathered,
    priors: &'a [Prior],
    threads: NonZeroUsize,
}

impl Build<'_> {
    fn deviation(&self, report: &Report, learned: &[f64]) -> f64 {
        let factor = report
            .voice
            .and_then(|voice| learned.get(usize::from(voice)))
            .copied()
            .unwrap_or(1.0);
        report.deviation * factor
    }

    fn solve(&self, levels: &[f64], learned: &[f64]) -> Result<Reconciliation, BalanceError> {
        let problem = self.of_everything(levels, learned, &Kept::Free)?;
        problem
            .solve_with(self.threads)
            .map_err(|source| self.unsolved(source))
    }

    /// Estimates of the quantities alone, with some of them kept.
    pub(super) fn values(
        &self,
        levels: &[f64],
        learned: &[f64],
        kept: &Kept<'_>,
    ) -> Result<Vec<Option<f64>>, BalanceError> {
        let problem = self.of_everything(levels, learned, kept)?;
        let solved = problem.values_with(self.threads);
        let mut values = solved.map_err(|source| self.unsolved(source))?;
        values.truncate(self.network.keys.len());
        Ok(values)
    }

    fn of_everything(
        &self,
        levels: &[f64],
        learned: &[f64],
        kept: &Kept<'_>,
    ) -> Result<Problem, BalanceError> {
        let reports = self.gathered.reports.iter();
        let measured = reports.map(|report| (report, self.deviation(report, learned)));
        let closest = closest(levels);
        let soft = self
            .priors
            .iter()
            .map(|prior| (prior, prior.deviation(levels, closest)));
        self.problem(measured.collect(), soft.collect(), kept)
    }

    /// What the reports say without assumptions.
    fn reports_alone(&self, levels: &[f64], learned: &[f64]) -> Result<Reconciliation, BalanceError> {
        let reports = self.gathered.reports.iter();
        let evidence = reports.filter(|report| report.origin.is_evidence());
        let measured = evidence.map(|report| (report, self.deviation(report, learned)));
        let closest = closest(levels);
        let told: Vec<(&Prior, f64)> = self
            .priors
            .iter()
            .filter(|prior| prior.origin.is_evidence())
            .map(|prior| (prior, prior.deviation(levels, closest)))
            .collect();
        let problem = self.problem(measured.collect(), told, &Kept::Free)?;
        problem
            .solve_with(self.threads)
            .map_err(|source| self.unsolved(source))
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
            variables.push(Variable::measured(at as u64, 0.0, deviation));
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

    fn unsolved(&self, source: ReconcileError) -> BalanceError {
        let near = match &source {
            ReconcileError::Overflow { variable } => self.network.keys.get(*variable),
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
    fn kept(&self, alone: &Reconciliation, learned: &[f64]) -> Alone {
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
                .map(|report| self.deviation(report, learned))
                .collect(),
        }
    }

    /// What each voice's figures leave over, beside what their deviations and the balances lead one to expect.
    fn learn(&self, solved: &Reconciliation, learned: &mut [f64]) {
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

    fn quantities(
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
            let checked = alone
                .estimate(keys.len() + number)
                .is_some_and(|estimate| estimate.class == Class::Redundant);
            if let Some(at) = self.network.find(key) {
                let held = direct[at].get_or_insert(false);
                *held |= checked;
            }
        }
        keys.iter()
            .enumerate()
            .map(|(at, _)| {
                let observed = alone
                    .estimate(at)
                    .is_some_and(|estimate| estimate.class != Class::Unobservable);
                let estimate = solved.estimate(at);
                let by_reports = alone
                    .estimate(at)
                    .and_then(|known| known.deviation)
                    .unwrap_or(f64::INFINITY);
                let value = values[at].zip(estimate.and_then(|estimate| estimate.deviation));
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
                }
            })
            .collect()
    }
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
