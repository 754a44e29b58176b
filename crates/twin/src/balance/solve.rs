//! The balance solved.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;

use didymium_vocabulary::{Assumed, ChainLink, CommodityKind};

use super::bounds::Kept;
use super::build::Build;
use super::credit::{Credit, Robust};
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
use super::priors::{Assume, Prior, Shares};
use super::report::Report;
use super::unreported::Registered;
use super::what_if::sayable;
use super::worth::assumed;
use crate::reconcile::{GlobalTest, Huber, Reconciliation, Values};
use crate::twin::Twin;

/// How to balance.
#[derive(Debug, Clone)]
pub struct Options {
    /// Voices that are left out, to see what the others say of them.
    pub without: BTreeSet<String>,
    /// What reports are taken to say, by their number in [`Balance::reports`], tonnes: all that follows is solved from scratch.
    pub instead: BTreeMap<usize, f64>,
    /// Whether reports that do not fit count less, and how: a few false ones then bend the balance less. Tests and queries are the same.
    pub robust: Option<Huber>,
    /// Threads; the answer is the same for any number.
    pub threads: NonZeroUsize,
    /// Most quantities that are balanced.
    pub quantities_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            without: BTreeSet::new(),
            instead: BTreeMap::new(),
            robust: None,
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
    /// Whether a report of it does not fit the others: one of them is wrong, so it is known no better than its order of size.
    pub contested: bool,
    /// What reports alone say, and its deviation, tonnes, where yields, assumptions and what cannot be negative move the figure by more
    /// than that deviation; else none.
    pub by_reports: Option<(f64, f64)>,
    /// The most that it can be, being a part of what is known: two deviations above that, tonnes; none if it is part of nothing known.
    pub most: Option<f64>,
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
    /// How much each report counts, where those that do not fit count less. None where all count in full.
    pub robust: Option<Robust>,
    pub(super) keys: Vec<Key>,
    pub(super) quantities: Vec<Quantity>,
    pub(super) priors: Vec<Prior>,
    /// Of these, such as wait until a report falls away: number, and how closely they are assumed then, tonnes.
    pub(super) waiting: Vec<(usize, f64)>,
    pub(super) solved: Arc<Reconciliation>,
    /// The estimates without those that are at a bound.
    pub(super) within: Values,
    /// Registered sites, with the stages of their processes.
    pub(super) registered: Registered,
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
        say_instead(&mut gathered.reports, family, &options.instead)?;
        let shares = Shares::new(&gathered, &layers, vocabulary);
        let composed = shares.any() || gathered.reports.iter().any(speaks_of_elements);
        let most = options.quantities_max;
        let network =
            Network::new(&gathered.reports, &layers, composed, goods.as_ref(), most).map_err(|extent| {
                BalanceError::TooLarge {
                    family: family.to_owned(),
                    extent,
                    most,
                    adds_most: gathered.adds_most(twin, |reports| {
                        let reports = reports.iter().copied();
                        Network::extents_of(reports, &layers, composed, goods.as_ref()).quantities
                    }),
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
        let mut credit = Credit::in_full(gathered.voices.len(), gathered.reports.len(), priors.len());
        let build = Build {
            vocabulary,
            family,
            network: &network,
            gathered: &gathered,
            priors: &priors,
            threads: options.threads,
        };
        let first = build.values(&levels, &credit, &Kept::Free)?;
        refine(&mut levels, &network, &build.estimates(&first));
        let second = build.values(&levels, &credit, &Kept::Free)?;
        // From the reports alone: an assumption that fails is no fault of who reports.
        refine(&mut levels, &network, &build.estimates(&second));
        let unlearned = build.reports_alone(&levels, &credit)?;
        build.learn(&unlearned, &mut credit.voices);
        // Tests take every report as it is: what does not fit is not to hide itself.
        let alone = build.reports_alone(&levels, &credit)?;
        let tested = build.kept(&alone, &credit);
        let robust = match options.robust {
            Some(huber) => Some(build.robust_weights(&levels, &credit, huber)?),
            None => None,
        };
        if let Some(robust) = &robust {
            credit.reports.clone_from(&robust.weights);
        }
        let weighted = options.robust.map(|_| build.reports_alone(&levels, &credit));
        let weighted = weighted.transpose()?;
        let told = weighted.as_ref().unwrap_or(&alone);
        build.loosen(&levels, told, &mut credit)?;
        let solved = Arc::new(build.solve(&levels, &credit)?);
        let within = build.within_bounds(&solved, &levels, &credit)?;
        let mut quantities = build.quantities(&solved, &within.values, &alone);
        build.mark_moved(told, &mut quantities);
        build.keep_within_wholes(&mut quantities);
        let waiting = build.waiting(&levels, &credit);
        let Network { keys, .. } = network;
        let mut balance = Self {
            family: family.to_owned(),
            stages: links
                .iter()
                .map(|link| &link.stage)
                .chain(goods.as_ref().map(|goods| &goods.returns.goods))
                .cloned()
                .collect(),
            layers: layers.all,
            voices: gathered.voices.into_iter().zip(credit.voices).collect(),
            reports: gathered.reports,
            findings: gathered.findings,
            keys,
            quantities,
            priors,
            waiting,
            within: within.solved.unwrap_or_else(|| Arc::clone(&solved).into()),
            solved,
            registered: gathered.registered,
            months_differ: assumed(vocabulary, Assumed::Month, family).1,
            alone: tested,
            robust,
        };
        let overruled = balance.name_overruled();
        balance.mark_contested(&overruled);
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

/// Reports that are taken to say otherwise.
fn say_instead(
    reports: &mut [Report],
    family: &str,
    instead: &BTreeMap<usize, f64>,
) -> Result<(), BalanceError> {
    for (number, said) in instead {
        let report = reports
            .get_mut(*number)
            .filter(|report| report.origin.is_evidence());
        let report = report.ok_or_else(|| BalanceError::NoReport {
            family: family.to_owned(),
            number: *number,
        })?;
        let said = sayable(report, family, *said)?;
        report.deviation = report.deviation_if(said);
        report.value = said - report.beside;
    }
    Ok(())
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
