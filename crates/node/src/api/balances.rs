//! Balances of the families, solved when somebody asks and kept while their twin is.
//!
//! A balance takes a second or so. So one is solved at a time, all who ask for one that is being solved wait for the same,
//! and few are kept. Where the balance of the present twin cannot be solved, or takes long, the last one that could stays
//! served, and the answer says so.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use didymium_statement::Digest;
use didymium_twin::Twin;
use didymium_twin::balance::{Balance, BalanceError, Options};
use didymium_twin::reconcile::Huber;
use tokio::sync::{OnceCell, Semaphore};

use super::ApiError;
use super::cache::version_of;
use super::last_good::LastGood;
use crate::NodeError;
use crate::blocking::blocking;
use crate::folder::Overrides;

/// Most balances that are kept or being solved: those of two states of a twin of eight families, plain and robust.
const BALANCES_MAX: usize = 32;

/// A balance with the twin that its figures stand in.
pub(crate) struct Balanced {
    pub(crate) twin: Arc<Twin>,
    pub(crate) balance: Balance,
}

/// What is served, and why it is not the present one, if it is not.
#[derive(Clone)]
pub(crate) struct Served {
    pub(crate) balanced: Arc<Balanced>,
    pub(crate) stale: Option<Stale>,
}

/// Why an earlier balance is served.
#[derive(Clone)]
pub(crate) enum Stale {
    /// The present one is being solved; ask again.
    Solving,
    /// The present one has no solution.
    Unsolved(String),
}

impl Stale {
    /// In words.
    pub(crate) fn words(&self) -> &str {
        match self {
            Self::Solving => {
                "what has been said since is being balanced; it is shown as soon as that is done"
            }
            Self::Unsolved(why) => why,
        }
    }
}

/// Which balance of a twin.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Which {
    /// Family key.
    pub(crate) family: String,
    /// Whether reports that do not fit count less.
    pub(crate) robust: bool,
}

impl Which {
    /// That in which every report counts in full.
    pub(crate) fn plain(family: &str) -> Self {
        Self {
            family: family.to_owned(),
            robust: false,
        }
    }
}

type Solved = Result<Arc<Balanced>, Arc<BalanceError>>;
type Key = (Digest, Which);
type Kept = (Key, Arc<OnceCell<Solved>>);

#[derive(Clone)]
pub(crate) struct Balances {
    /// The one that was asked for last at the end.
    kept: Arc<Mutex<Vec<Kept>>>,
    /// The last of each family that was solved of the present twin.
    good: Arc<Mutex<BTreeMap<Which, Arc<Balanced>>>>,
    /// What those were of, for after the next start.
    last_good: LastGood,
    solves: Arc<Semaphore>,
    options: Options,
    patience: Duration,
}

impl Balances {
    /// None yet.
    pub(crate) fn new(overrides: &Overrides, last_good: LastGood) -> Self {
        Self {
            kept: Arc::default(),
            good: Arc::default(),
            last_good,
            solves: Arc::new(Semaphore::new(1)),
            options: Options {
                quantities_max: overrides.balance_quantities_max,
                ..Options::default()
            },
            patience: Duration::from_millis(overrides.balance_patience_ms),
        }
    }

    /// The balance of a family at a twin. `present`: the twin is the node's own of now.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] for what is no family, or one of which nothing is said; [`ApiError::Unbalanced`].
    pub(crate) async fn of(
        &self,
        twin: &Arc<Twin>,
        which: &Which,
        present: bool,
    ) -> Result<Served, ApiError> {
        let good = self.good(which).filter(|_| present);
        // One that is of this very twin is the present one, whatever else was asked for since: nothing is solved again.
        if let Some(good) = good
            .clone()
            .filter(|good| version_of(&good.twin) == version_of(twin))
        {
            return Ok(Served {
                balanced: good,
                stale: None,
            });
        }
        let solving = tokio::spawn(self.clone().solved(Arc::clone(twin), which.clone()));
        let waited = match good {
            None => solving.await,
            Some(good) => match tokio::time::timeout(self.patience, solving).await {
                Ok(solved) => solved,
                // Whoever asked goes away; the work does not.
                Err(_) => {
                    return Ok(Served {
                        balanced: good,
                        stale: Some(Stale::Solving),
                    });
                }
            },
        };
        let solved = waited.map_err(NodeError::from)??;
        match solved {
            Ok(balanced) => {
                if present {
                    self.keep_good(which, &balanced);
                    self.note(which, &balanced).await;
                }
                Ok(Served {
                    balanced,
                    stale: None,
                })
            }
            Err(error) => self.instead(which, present, &error),
        }
    }

    /// The balance of a family at a twin, or why there is none: kept, waited for, or solved.
    async fn solved(self, twin: Arc<Twin>, which: Which) -> Result<Solved, ApiError> {
        let cell = self.cell((version_of(&twin), which.clone()));
        let solved = cell.get_or_try_init(|| async {
            // The semaphore is never closed. Its permit goes with the work.
            let permit = Arc::clone(&self.solves).acquire_owned().await;
            let options = Options {
                robust: which.robust.then(Huber::default),
                ..self.options.clone()
            };
            let solved = blocking(move || {
                let solved = Balance::of(&twin, &which.family, &options);
                drop(permit);
                Ok::<_, ApiError>(solved.map(|balance| Arc::new(Balanced { twin, balance })))
            })
            .await;
            solved.map(|solved| solved.map_err(Arc::new))
        });
        solved.await.cloned()
    }

    fn keep_good(&self, which: &Which, balanced: &Arc<Balanced>) {
        let mut good = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        good.insert(which.clone(), Arc::clone(balanced));
    }

    /// Notes what was balanced for after the next start; without that the answer is as good.
    async fn note(&self, which: &Which, balanced: &Arc<Balanced>) {
        let (last_good, balanced) = (self.last_good.clone(), Arc::clone(balanced));
        let family = which.family.clone();
        let noted = blocking(move || last_good.note(&family, balanced.twin.cut())).await;
        if let Err(error) = noted {
            tracing::warn!(%error, "after the next start the last good balance is not known");
        }
    }

    /// Of which states families were balanced last.
    pub(crate) const fn last_good(&self) -> &LastGood {
        &self.last_good
    }

    /// Serves a balance of before the node began instead of the present one, of which `told` says why there is none.
    pub(crate) fn good_before(&self, which: &Which, balanced: Arc<Balanced>, told: String) -> Served {
        self.keep_good(which, &balanced);
        Served {
            balanced,
            stale: Some(Stale::Unsolved(told)),
        }
    }

    /// The last balance of the present that could be solved.
    fn good(&self, which: &Which) -> Option<Arc<Balanced>> {
        let good = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        good.get(which).cloned()
    }

    fn instead(&self, which: &Which, present: bool, error: &BalanceError) -> Result<Served, ApiError> {
        let told = match ApiError::from(error) {
            ApiError::Unbalanced(told) => told,
            nothing => return Err(nothing),
        };
        match self.good(which).filter(|_| present) {
            Some(balanced) => Ok(Served {
                balanced,
                stale: Some(Stale::Unsolved(told)),
            }),
            None => Err(ApiError::Unbalanced(told)),
        }
    }

    fn cell(&self, key: Key) -> Arc<OnceCell<Solved>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = kept.iter().position(|(known, _)| *known == key) {
            let (known, cell) = kept.remove(place);
            kept.push((known, Arc::clone(&cell)));
            return cell;
        }
        if kept.len() >= BALANCES_MAX {
            kept.remove(0);
        }
        let cell = Arc::new(OnceCell::new());
        kept.push((key, Arc::clone(&cell)));
        cell
    }
}

impl From<&BalanceError> for ApiError {
    fn from(error: &BalanceError) -> Self {
        match error {
            BalanceError::NoFamily { family } => Self::not_found("balance of family", family),
            BalanceError::NothingSaid { .. } => Self::NothingSaid(error.to_string()),
            BalanceError::NoReport { number, .. } => Self::not_found("report", &number.to_string()),
            BalanceError::CannotBeSaid { .. } => Self::query("said", error.to_string()),
            BalanceError::TooLarge { .. } => Self::Unbalanced(error.to_string()),
            BalanceError::Unsolved { source, .. } => Self::Unbalanced(format!("{error}: {source}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::download::example;
    use super::*;

    const FAMILY: &str = "rare_earths";

    fn balances(dir: &std::path::Path) -> Balances {
        let overrides = Overrides {
            balance_patience_ms: 0,
            ..Overrides::default()
        };
        Balances::new(&overrides, LastGood::read(dir))
    }

    fn other(state: usize) -> Key {
        (Digest::of(state.to_string().as_bytes()), Which::plain(FAMILY))
    }

    #[tokio::test]
    async fn a_balance_of_the_present_twin_stays_present_whatever_else_is_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        let (balances, which) = (balances(dir.path()), Which::plain(FAMILY));
        let twin = Arc::new(example::twin());
        let first = balances.of(&twin, &which, true).await.unwrap();
        for state in 0..BALANCES_MAX {
            balances.cell(other(state));
        }
        // Nobody can solve anything now: what is served was not solved again.
        let _turn = Arc::clone(&balances.solves).acquire_owned().await;
        let again = balances.of(&twin, &which, true).await.unwrap();
        assert!(again.stale.is_none() && Arc::ptr_eq(&first.balanced, &again.balanced));
        // That of another twin is an earlier one.
        let published_by = "2025-06-01".parse().unwrap();
        let then = Arc::new(twin.as_published_by(published_by));
        let earlier = balances.of(&then, &which, true).await.unwrap();
        assert!(matches!(earlier.stale, Some(Stale::Solving)));
    }

    #[test]
    fn the_one_that_was_not_asked_for_longest_goes() {
        let dir = tempfile::tempdir().unwrap();
        let balances = balances(dir.path());
        let cells: Vec<_> = (0..BALANCES_MAX)
            .map(|state| balances.cell(other(state)))
            .collect();
        assert!(Arc::ptr_eq(&cells[0], &balances.cell(other(0))));
        balances.cell(other(BALANCES_MAX));
        assert!(Arc::ptr_eq(&cells[0], &balances.cell(other(0))));
        assert!(!Arc::ptr_eq(&cells[1], &balances.cell(other(1))));
        assert_eq!(balances.kept.lock().unwrap().len(), BALANCES_MAX);
    }
}
