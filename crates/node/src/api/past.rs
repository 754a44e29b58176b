//! Twins of other states than the present one, kept for as long as somebody asks for them.
//!
//! A twin takes tens of megabytes and, of a large club, seconds to build. So few are kept, one is built at a time, and all
//! who ask for one that is being built wait for the same.

use std::sync::{Arc, Mutex, PoisonError};

use didymium_statement::Digest;
use didymium_twin::{Cut, Twin};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use jiff::civil::Date;
use tokio::sync::Semaphore;

use super::ApiError;
use super::cache::{RenderCache, version_of};
use crate::as_of::{Recorded, Times};
use crate::blocking::blocking;
use crate::twin_job::build_twin_at;
use crate::{NodeError, NodeState};

/// Most twins of other states that are kept or being built.
const TWINS_MAX: usize = 4;
/// Most bytes of rendered answers that are kept of one of them.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The twin that a question is about, with the answers that were rendered of it.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) twin: Arc<Twin>,
    pub(crate) cache: RenderCache,
}

type Built = Result<Arc<Twin>, Arc<NodeError>>;
type Building = Shared<BoxFuture<'static, Built>>;

#[derive(Clone)]
struct Kept {
    key: Digest,
    /// Version of the present twin when it was begun: where a twin lacked something, a later one may not.
    beside: Option<Digest>,
    building: Building,
    cache: RenderCache,
}

#[derive(Clone)]
pub(crate) struct PastTwins {
    /// The one that was asked for last at the end.
    kept: Arc<Mutex<Vec<Kept>>>,
    builds: Arc<Semaphore>,
}

impl Default for PastTwins {
    fn default() -> Self {
        Self {
            kept: Arc::default(),
            builds: Arc::new(Semaphore::new(1)),
        }
    }
}

/// What a twin is made of.
enum Made {
    FromLogs(Cut),
    Restricted(Arc<Twin>, Date),
}

impl PastTwins {
    /// The twin that `times` name; the present one where they name its cut.
    ///
    /// # Errors
    /// [`ApiError::Query`] for a cut that is not held here; [`ApiError::PastBusy`]; [`ApiError::Past`] if the twin cannot be
    /// built; [`ApiError::Building`] before the first twin where that is asked for.
    pub(crate) async fn seen(
        &self,
        node: &NodeState,
        times: &Times,
        present: &RenderCache,
    ) -> Result<Seen, ApiError> {
        let whole = match &times.recorded {
            Recorded::Now => Seen {
                twin: node.twin().ok_or(ApiError::Building)?,
                cache: present.clone(),
            },
            _ => self.recorded(node, times, present).await?,
        };
        match times.published_by {
            None => Ok(whole),
            Some(day) => {
                let of = Digest::of(format!("{} published by {day}", version_of(&whole.twin)).as_bytes());
                self.kept(node, of, Made::Restricted(whole.twin, day)).await
            }
        }
    }

    async fn recorded(
        &self,
        node: &NodeState,
        times: &Times,
        present: &RenderCache,
    ) -> Result<Seen, ApiError> {
        let (times, state) = (times.clone(), node.clone());
        let cut = blocking(move || {
            Ok::<_, ApiError>(times.cut(&**state.store(), state.charters(), state.vocabulary())?)
        })
        .await?;
        if let Some(twin) = node.twin().filter(|twin| *twin.cut() == cut) {
            let cache = present.clone();
            return Ok(Seen { twin, cache });
        }
        self.kept(node, cut.id(), Made::FromLogs(cut)).await
    }

    async fn kept(&self, node: &NodeState, key: Digest, made: Made) -> Result<Seen, ApiError> {
        let beside = node.twin().map(|twin| version_of(&twin));
        let kept = self.find_or_begin(node, key, beside, made)?;
        match kept.building.clone().await {
            Ok(twin) => Ok(Seen {
                twin,
                cache: kept.cache,
            }),
            Err(error) => {
                self.forget(key);
                Err(ApiError::Past(error))
            }
        }
    }

    fn find_or_begin(
        &self,
        node: &NodeState,
        key: Digest,
        beside: Option<Digest>,
        made: Made,
    ) -> Result<Kept, ApiError> {
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = all.iter().position(|kept| kept.key == key) {
            let kept = all.remove(place);
            let lacks = |built: &Built| built.as_ref().is_ok_and(|twin| twin.missing().is_some());
            // What it lacked may have come since.
            let old = kept.beside != beside && kept.building.peek().is_some_and(lacks);
            if !old {
                all.push(kept.clone());
                return Ok(kept);
            }
        }
        if all.len() >= TWINS_MAX {
            let finished = all.iter().position(|kept| kept.building.peek().is_some());
            all.remove(finished.ok_or(ApiError::PastBusy)?);
        }
        let kept = Kept {
            key,
            beside,
            building: begin(node.clone(), made, Arc::clone(&self.builds)),
            cache: RenderCache::of_at_most(ANSWER_BYTES_MAX),
        };
        all.push(kept.clone());
        Ok(kept)
    }

    fn forget(&self, key: Digest) {
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|kept| kept.key != key);
    }
}

/// Begins to build; what is begun goes on though nobody waits for it any more, so that who asks again finds it.
fn begin(node: NodeState, made: Made, builds: Arc<Semaphore>) -> Building {
    let task = tokio::spawn(async move {
        let _turn = builds.acquire().await;
        blocking(move || match made {
            Made::FromLogs(cut) => {
                build_twin_at(&**node.store(), node.charters(), node.vocabulary(), cut).map(Arc::new)
            }
            Made::Restricted(twin, day) => Ok(Arc::new(twin.as_published_by(day))),
        })
        .await
    });
    let built = task.map(|ended| match ended {
        Ok(built) => built.map_err(Arc::new),
        Err(error) => Err(Arc::new(NodeError::from(error))),
    });
    built.boxed().shared()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::club::{ClubSpec, MemberSpec, found, member_dir};
    use crate::{Node, rebuild_twin};

    fn node(dir: &std::path::Path) -> NodeState {
        let club = dir.join("club");
        let members = ["CAN", "DEU", "FRA", "GBR", "ITA", "JPN"].map(|code| {
            let domain = format!("{}.exercise.example", code.to_lowercase());
            MemberSpec::local(code, &domain, "127.0.0.1:7410".parse().unwrap())
        });
        let spec = ClubSpec {
            club: "Exercise club".into(),
            members: members.into(),
        };
        found(&club, &spec, Arc::new(SystemClock)).unwrap();
        let node = Node::open(&member_dir(&club, "CAN")).unwrap();
        rebuild_twin(node.state()).unwrap();
        node.state().clone()
    }

    fn by_day(day: &str) -> Times {
        Times::parse(None, None, Some(day)).unwrap()
    }

    #[tokio::test]
    async fn who_asks_for_one_state_at_once_waits_for_one_twin() {
        let dir = tempfile::tempdir().unwrap();
        let node = node(dir.path());
        let (past, present) = (PastTwins::default(), RenderCache::default());
        let empty = Times::parse(None, Some("CAN:0"), None).unwrap();
        let ask = || past.seen(&node, &empty, &present);
        let (first, second) = tokio::join!(ask(), ask());
        let (first, second) = (first.unwrap(), second.unwrap());
        assert!(Arc::ptr_eq(&first.twin, &second.twin));
        let now = Times::parse(Some("2222-01-01"), None, None).unwrap();
        let now = past.seen(&node, &now, &present).await.unwrap();
        assert!(
            Arc::ptr_eq(&now.twin, &node.twin().unwrap()),
            "no twin is built twice"
        );
    }

    #[tokio::test]
    async fn few_are_kept_and_the_one_that_was_not_asked_for_longest_goes() {
        let dir = tempfile::tempdir().unwrap();
        let node = node(dir.path());
        let (past, present) = (PastTwins::default(), RenderCache::default());
        let days: Vec<Times> = (1..=TWINS_MAX)
            .map(|day| by_day(&format!("2025-01-0{day}")))
            .collect();
        let mut first = Vec::new();
        for day in &days {
            first.push(past.seen(&node, day, &present).await.unwrap().twin);
        }
        let again = past.seen(&node, &days[0], &present).await.unwrap().twin;
        assert!(Arc::ptr_eq(&first[0], &again));
        past.seen(&node, &by_day("2026-01-01"), &present).await.unwrap();
        assert_eq!(past.kept.lock().unwrap().len(), TWINS_MAX);
        let kept = past.seen(&node, &days[0], &present).await.unwrap().twin;
        assert!(Arc::ptr_eq(&first[0], &kept));
        let built_anew = past.seen(&node, &days[1], &present).await.unwrap().twin;
        assert!(!Arc::ptr_eq(&first[1], &built_anew));
    }

    #[tokio::test]
    async fn more_than_may_be_built_at_once_are_told_to_come_again() {
        let dir = tempfile::tempdir().unwrap();
        let node = node(dir.path());
        let (past, present) = (PastTwins::default(), RenderCache::default());
        let turn = past.builds.clone().acquire_owned().await.unwrap();
        let days: Vec<Times> = (1..=TWINS_MAX)
            .map(|day| by_day(&format!("2025-01-0{day}")))
            .collect();
        let waiting: Vec<_> = days.iter().map(|day| past.seen(&node, day, &present)).collect();
        let waiting = futures_util::future::join_all(waiting);
        let one_more = async {
            let refused = past.seen(&node, &by_day("2026-01-01"), &present).await;
            drop(turn);
            refused
        };
        let (built, refused) = tokio::join!(waiting, one_more);
        assert!(matches!(refused, Err(ApiError::PastBusy)));
        assert!(built.into_iter().all(|built| built.is_ok()));
    }
}
