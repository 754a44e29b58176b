//! What a reconciliation answers.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::network::{Network, networks};
use super::solved::{Asked, Solved};
use super::{Measurement, Problem, ReconcileError, UpdatedValues};

/// What the balances and the other reports say of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Measured, and checked by others: without its report it would still be known.
    Redundant,
    /// Measured, and known by its report alone: nothing checks it.
    JustDetermined,
    /// Not measured, but determined by the balances.
    Observable,
    /// Not measured, and not determined: *we cannot know this*.
    Unobservable,
}

/// What is known of a variable after reconciliation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// How it is known.
    pub class: Class,
    /// Its estimate, in its own unit; none if it is unobservable.
    pub value: Option<f64>,
    /// The posterior standard deviation of the estimate, same unit, exact for these deviations of the reports; none if
    /// it is unobservable.
    pub deviation: Option<f64>,
    /// The report less the estimate; none if it was not measured.
    pub adjustment: Option<f64>,
}

/// A solved problem. Variables and constraints are numbered as in the lists the caller handed in.
#[derive(Debug)]
pub struct Reconciliation {
    pub(super) problem: Problem,
    pub(super) networks: Vec<Solved>,
    /// Network and place in it, by variable.
    pub(super) place: Vec<(usize, usize)>,
}

/// Estimates alone, and the way in which they move with the reports.
#[derive(Debug)]
pub struct Values(Arc<Reconciliation>);

impl From<Arc<Reconciliation>> for Values {
    /// Those of a whole answer.
    fn from(solved: Arc<Reconciliation>) -> Self {
        Self(solved)
    }
}

impl Values {
    /// The estimate of a variable, in its own unit; none if it is unobservable, or there is none.
    #[must_use]
    pub fn value(&self, variable: usize) -> Option<f64> {
        self.0.estimate(variable).and_then(|known| known.value)
    }

    /// [`Reconciliation::covariances`].
    #[must_use]
    pub fn covariances(&self, one: usize) -> Option<Vec<f64>> {
        self.0.covariances(one)
    }

    /// The report of a variable; none if it has none, or there is no such variable.
    #[must_use]
    pub fn report(&self, variable: usize) -> Option<Measurement> {
        self.0
            .problem
            .variables
            .get(variable)
            .and_then(|known| known.measurement)
    }

    /// The same to be changed, one report after another.
    #[must_use]
    pub fn updated(&self) -> UpdatedValues {
        UpdatedValues::new(Arc::clone(&self.0))
    }
}

impl Problem {
    /// Reconciles on one thread.
    ///
    /// # Errors
    /// [`ReconcileError::ContradictoryConstraints`], [`ReconcileError::TooFarApart`], [`ReconcileError::Overflow`]; of
    /// several networks at fault, that of the lowest variable key.
    pub fn solve(self) -> Result<Reconciliation, ReconcileError> {
        self.solve_with(NonZeroUsize::MIN)
    }

    /// Reconciles, networks spread over so many threads. The answer is the same to the bit for any number.
    ///
    /// # Errors
    /// As [`Problem::solve`].
    pub fn solve_with(self, threads: NonZeroUsize) -> Result<Reconciliation, ReconcileError> {
        let solved = self.networks_with(threads, Asked::Everything)?;
        Ok(Reconciliation::new(self, solved))
    }

    /// Estimates alone, without what is known of them. The same to the bit as those of [`Problem::solve_with`], and faster.
    ///
    /// # Errors
    /// As [`Problem::solve`].
    pub fn values_with(self, threads: NonZeroUsize) -> Result<Values, ReconcileError> {
        let solved = self.networks_with(threads, Asked::Values)?;
        Ok(Values(Arc::new(Reconciliation::new(self, solved))))
    }

    fn networks_with(&self, threads: NonZeroUsize, asked: Asked) -> Result<Vec<Solved>, ReconcileError> {
        let networks = networks(self);
        let threads = threads.get().min(networks.len());
        if threads > 1 {
            return on_threads(self, networks, threads, asked);
        }
        networks
            .into_iter()
            .map(|network| Solved::new(self, network, asked))
            .collect()
    }
}

/// Each thread takes the next network; the answers are put in the networks' order.
fn on_threads(
    problem: &Problem,
    networks: Vec<Network>,
    threads: usize,
    asked: Asked,
) -> Result<Vec<Solved>, ReconcileError> {
    let count = networks.len();
    let tasks: Vec<Mutex<Option<Network>>> = networks
        .into_iter()
        .map(|network| Mutex::new(Some(network)))
        .collect();
    let next = AtomicUsize::new(0);
    let mut answers: Vec<(usize, Result<Solved, ReconcileError>)> = std::thread::scope(|scope| {
        let work = || {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(task) = tasks.get(at) else {
                    return done;
                };
                if let Some(network) = task.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    done.push((at, Solved::new(problem, network, asked)));
                }
            }
        };
        let handles: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut all = work();
        for handle in handles {
            match handle.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    answers.sort_by_key(|answer| answer.0);
    debug_assert_eq!(answers.len(), count, "every network is solved once");
    answers.into_iter().map(|answer| answer.1).collect()
}

impl Reconciliation {
    pub(super) fn new(problem: Problem, networks: Vec<Solved>) -> Self {
        let mut place = vec![(0, 0); problem.variables.len()];
        for (network, solved) in networks.iter().enumerate() {
            for (at, &variable) in solved.variables.iter().enumerate() {
                place[variable] = (network, at);
            }
        }
        Self {
            problem,
            networks,
            place,
        }
    }

    /// The problem that was solved.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// What is known of a variable; none if there is no such variable.
    #[must_use]
    pub fn estimate(&self, variable: usize) -> Option<Estimate> {
        let &(network, at) = self.place.get(variable)?;
        let solved = &self.networks[network];
        let class = solved.class[at];
        let known = class != Class::Unobservable;
        let value = solved.value[at];
        Some(Estimate {
            class,
            value: known.then_some(value),
            deviation: known.then(|| solved.posterior[at].sqrt()),
            adjustment: (!solved.paths.unmeasured[at]).then(|| solved.measured[at] - value),
        })
    }

    /// The posterior covariances of a variable with every variable, in the products of their units: 0 with variables of other
    /// networks, meaningless with unobservable ones. None if it is unobservable itself. One sparse solve.
    #[must_use]
    pub fn covariances(&self, one: usize) -> Option<Vec<f64>> {
        let &(network, at) = self.place.get(one)?;
        let solved = &self.networks[network];
        let own = solved.covariance(at)?;
        let mut all = vec![0.0; self.place.len()];
        for (&variable, value) in solved.variables.iter().zip(own) {
            all[variable] = value;
        }
        Some(all)
    }

    /// The posterior covariance of two estimates, in the product of their units; none if either is unobservable. One
    /// sparse solve.
    #[must_use]
    pub fn covariance(&self, one: usize, two: usize) -> Option<f64> {
        let (&(network, at), &(other_network, other)) = (self.place.get(one)?, self.place.get(two)?);
        let known = |network: usize, at: usize| self.networks[network].class[at] != Class::Unobservable;
        if !known(network, at) || !known(other_network, other) {
            return None;
        }
        if network != other_network {
            return Some(0.0);
        }
        self.networks[network].covariance(at).map(|column| column[other])
    }

    /// All estimates, by variable.
    pub fn estimates(&self) -> impl Iterator<Item = Estimate> + '_ {
        (0..self.place.len()).filter_map(|variable| self.estimate(variable))
    }

    /// The solution with unobservable variables at values that fit, those without a pivot at zero.
    pub(super) fn particular(&self) -> Vec<f64> {
        self.place
            .iter()
            .map(|&(network, at)| self.networks[network].value[at])
            .collect()
    }

    /// The weighted sum of squared adjustments, `Σ ((y − x̂)/σ)²`: the statistic of the global test.
    #[must_use]
    pub fn objective(&self) -> f64 {
        self.networks.iter().map(Solved::objective).sum()
    }

    /// Degrees of freedom: independent balances among measured variables.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> usize {
        self.networks.iter().map(Solved::rank).sum()
    }

    /// How many networks the balances connect the variables to, lone variables among them.
    #[must_use]
    pub fn networks(&self) -> usize {
        self.networks.len()
    }

    /// The largest gap of any constraint at the estimates, unobservable variables at a solution that fits: rounding.
    #[must_use]
    pub fn largest_imbalance(&self) -> f64 {
        self.problem
            .constraints
            .iter()
            .map(|constraint| {
                let sum: f64 = constraint
                    .terms
                    .iter()
                    .map(|(variable, coefficient)| {
                        let (network, at) = self.place[*variable];
                        coefficient * self.networks[network].value[at]
                    })
                    .sum();
                (sum - constraint.rhs).abs()
            })
            .fold(0.0, f64::max)
    }
}
