//! Copying a log up to a checkpoint, from whoever serves it: the loop around [`Mirror`], which says what to fetch and
//! what of it belongs to the signed tree.
//!
//! Entries go in parts of a bounded size to a task that admits and writes them ahead of the head, while the next are
//! fetched; so memory does not grow with the distance. The last part moves the head. What was interrupted goes on from what
//! is written, also towards a later checkpoint, unless that one contradicts it: then it is fetched again from the head.

use std::collections::BTreeSet;

use didymium_log::mirror::{Accepted, Mirror, Resource};
use didymium_log::note::SignedNote;
use didymium_log::tile::{BundleId, MAX_ENTRY_BYTES, TILE_WIDTH};
use didymium_log::{Hash, LogError};
use didymium_statement::{Digest, Member};
use didymium_store::Head;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::Federation;
use super::client::Answer;
use super::extension::Divergence;
use super::part::{Part, Standing, Target, forget};
use super::source::{Patience, Source};
use crate::blocking::blocking;
use crate::charter::{is_doubtful, log_keys};
use crate::shown::SignedHead;
use crate::{NodeError, NodeResult, evidence, shown};

/// Largest entry bundle, bytes.
const BUNDLE_BYTES_MAX: usize = TILE_WIDTH as usize * (MAX_ENTRY_BYTES + 2);
/// Bundles asked for at the same time.
const WINDOW: usize = 4;
/// Largest bundle that is hashed where requests are waited for; a larger one goes where blocking is allowed.
const HASHED_HERE_BYTES_MAX: usize = 64 * 1024;

/// What one copying brought.
#[derive(Debug)]
pub(super) struct Copied {
    /// Entries under the head before.
    pub(super) from: u64,
    /// Entries under the head now.
    pub(super) to: u64,
    /// Code of the member that served the last of them.
    pub(super) source: String,
    /// What a source before it failed of, if one did.
    pub(super) trouble: Option<NodeError>,
}

/// Why fetching from a source ended before the tree was complete.
enum Stop {
    /// The source is silent, withholds, or serves what does not belong: another may do better.
    Source(NodeError),
    /// The signed tree does not begin with what is held: it has this root there.
    Rewritten { root: Hash, path: Vec<Hash> },
    /// No source can help.
    Final(NodeError),
}

impl From<NodeError> for Stop {
    fn from(error: NodeError) -> Self {
        Self::Final(error)
    }
}

impl Federation {
    /// Copies the log of a member up to a state of it, from the first of the sources that can serve it, going on with the
    /// next where one fails.
    ///
    /// # Errors
    /// What the first source failed of, if none of them can help; [`NodeError::LogRewritten`], with the evidence kept;
    /// [`NodeError::LogFrozen`]; those of [`Part::keep`].
    pub(super) async fn copy(
        &self,
        member: &Member,
        target: &Target,
        sources: &[Source],
    ) -> NodeResult<Copied> {
        let mut standing = self.standing(member).await?;
        let agrees = self
            .hold_against_pending(member, &standing, target, sources)
            .await?;
        if standing.ahead.is_some() && (!agrees || contradicts(&standing, target)) {
            standing = self.only_the_head(member, &standing).await?;
        }
        loop {
            let from = standing.size();
            let mirror = Mirror::new(standing.edge.clone(), target.state.clone())?;
            let mut copying = Copying {
                federation: self,
                member,
                target,
                part: Part::after(mirror.edge().clone(), standing.head_root()),
                head_root: standing.head_root(),
                mirror,
                entries_max: self.state.config().overrides.copy_part_entries_max,
                writing: None,
            };
            match copying.run(sources).await {
                Ok((source, trouble)) => {
                    return Ok(Copied {
                        from,
                        to: target.state.size,
                        source,
                        trouble,
                    });
                }
                Err(Stop::Source(error) | Stop::Final(error)) => return Err(error),
                Err(Stop::Rewritten { .. }) if standing.ahead.is_some() => {
                    standing = self.only_the_head(member, &standing).await?;
                }
                Err(Stop::Rewritten { root, path }) => {
                    let Some(head) = &standing.head else {
                        return Err(broken(target, "it contradicts an empty log"));
                    };
                    let Some(note) = &head.checkpoint else {
                        return Err(off_charter(head, root));
                    };
                    let smaller = SignedNote::parse(note)?;
                    let held = (head.size, Hash(head.root));
                    return Err(self
                        .convicted(member, &smaller, held, target, Divergence { root, path })
                        .await);
                }
            }
        }
    }

    async fn standing(&self, member: &Member) -> NodeResult<Standing> {
        let (state, member) = (self.state.clone(), member.clone());
        blocking(move || Standing::read(&state, &member)).await
    }

    /// Forgets what waits ahead of the head, which the log has taken back.
    async fn only_the_head(&self, member: &Member, standing: &Standing) -> NodeResult<Standing> {
        tracing::warn!(
            log = member.origin(),
            from = standing.size(),
            to = standing.edge.size(),
            "entries that wait ahead of the head are not those that the log has there now: fetched again"
        );
        let (state, member, ahead) = (self.state.clone(), member.clone(), standing.ahead.clone());
        blocking(move || {
            if let Some(ahead) = ahead {
                forget(&state, &member, &ahead)?;
            }
            Standing::read(&state, &member)
        })
        .await
    }

    /// Holds a checkpoint against the one that was copied towards before: both are signed, so two that contradict each
    /// other are evidence, though no head was committed. Answers whether that one was signed at all, whatever became of
    /// the disk since.
    async fn hold_against_pending(
        &self,
        member: &Member,
        standing: &Standing,
        target: &Target,
        sources: &[Source],
    ) -> NodeResult<bool> {
        let Some(pending) = standing.ahead.as_ref().and_then(|ahead| ahead.pending.as_ref()) else {
            return Ok(true);
        };
        let keys = log_keys::ever(self.state.charters(), &member.member)?;
        let witnesses = evidence::witness_keys(&self.state);
        let Ok(before) = SignedHead::open(pending, &keys, &witnesses) else {
            return Ok(false);
        };
        // A thief's is dropped: what it was copied towards says nothing of the log.
        if is_doubtful(self.state.charters(), &member.member, pending) {
            return Ok(false);
        }
        let (signed, now) = (before.signed().clone(), &target.state);
        let held = (signed.size, signed.root);
        if held == (now.size, now.root) {
            return Ok(true);
        }
        if signed.size == now.size {
            let (root, path) = (now.root, Vec::new());
            return Err(self
                .convicted(member, before.note(), held, target, Divergence { root, path })
                .await);
        }
        // One that is larger than what is shown now is judged when the copy gets there.
        for source in sources.iter().filter(|_| signed.size < now.size) {
            match self.signed_root_at(&source.base, signed.size, now).await {
                Ok(there) if there.root == signed.root => return Ok(true),
                Ok(there) => return Err(self.convicted(member, before.note(), held, target, there).await),
                Err(error) => tracing::debug!(
                    source = source.member,
                    error = error.in_words(),
                    "a checkpoint could not be held against the one before"
                ),
            }
        }
        // The next part takes its place on the disk.
        let (state, code) = (self.state.clone(), member.member.clone());
        blocking(move || shown::remember(&state, &code, &before)).await?;
        Ok(true)
    }

    /// Keeps the evidence that a log signed two histories; answers the error that says so. Where the charter alone vouches for one
    /// of them, that is the history, and nobody is accused.
    async fn convicted(
        &self,
        member: &Member,
        smaller: &SignedNote,
        (size, held): (u64, Hash),
        target: &Target,
        there: Divergence,
    ) -> NodeError {
        let Some(note) = &target.note else {
            return NodeError::LogOffCharter {
                origin: target.state.origin.clone(),
                size,
                found: held,
                anchored: Digest::from_bytes(there.root.0),
            };
        };
        let kept = if size == target.state.size {
            self.two_of_a_size(member, smaller, note).await
        } else {
            self.rewritten(member, smaller, note, there.root, &there.path)
                .await
        };
        // The two notes say it all: should the charter let the log go on, it is copied from the head.
        let (state, origin) = (self.state.clone(), target.state.origin.clone());
        let dropped = blocking(move || Ok::<_, NodeError>(state.store().unstage(&origin)?)).await;
        if let Err(error) = kept.and(dropped) {
            tracing::error!(error = error.in_words(), "evidence could not be kept");
        }
        NodeError::LogRewritten {
            origin: target.state.origin.clone(),
            size,
            held,
            found: target.state.size,
            now: there.root,
        }
    }
}

/// Whether what waits ahead of a head cannot be the beginning of a tree, by sizes alone.
fn contradicts(standing: &Standing, target: &Target) -> bool {
    let (edge, now) = (&standing.edge, &target.state);
    edge.size() > now.size || edge.size() == now.size && edge.root() != now.root
}

/// A log that does not lead to the state that the charter vouches for.
pub(super) fn off_charter(head: &Head, found: Hash) -> NodeError {
    NodeError::LogOffCharter {
        origin: head.origin.clone(),
        size: head.size,
        found,
        anchored: Digest::from_bytes(head.root),
    }
}

fn broken(target: &Target, reason: impl std::fmt::Display) -> NodeError {
    NodeError::LogBroken {
        origin: target.state.origin.clone(),
        size: target.state.size,
        reason: reason.to_string(),
    }
}

/// One copying under way.
struct Copying<'a> {
    federation: &'a Federation,
    member: &'a Member,
    target: &'a Target,
    mirror: Mirror,
    /// Root of the head that it goes on from, if there is one.
    head_root: Option<[u8; 32]>,
    /// What was accepted and is not handed over to be written yet.
    part: Part,
    entries_max: usize,
    /// The part before, on its way to the disk.
    writing: Option<JoinHandle<NodeResult<()>>>,
}

impl Copying<'_> {
    /// Copies; answers who served the last of it, and what the first that failed did of.
    async fn run(&mut self, sources: &[Source]) -> Result<(String, Option<NodeError>), Stop> {
        let mut failed = None;
        for source in sources {
            match self.fetch_from(source).await {
                Ok(()) => {
                    self.write(true).await?;
                    self.written().await?;
                    return Ok((source.member.clone(), failed));
                }
                Err(Stop::Source(error)) => {
                    tracing::debug!(
                        source = source.member,
                        log = self.target.state.origin,
                        error = error.in_words(),
                        "a source cannot serve a log"
                    );
                    failed = failed.or(Some(error));
                }
                Err(stop) => {
                    // What came before is whole; the part on its way may fail of the same.
                    self.written().await?;
                    return Err(stop);
                }
            }
        }
        // What was accepted belongs to the tree: the next copying goes on after it.
        if !self.part.is_empty() {
            self.write(false).await?;
        }
        self.written().await?;
        Err(failed.map_or_else(
            || Stop::Final(broken(self.target, "nobody serves it")),
            Stop::Source,
        ))
    }

    /// Fetches until the tree is complete.
    async fn fetch_from(&mut self, source: &Source) -> Result<(), Stop> {
        let federation = self.federation;
        let mut coming = FuturesOrdered::new();
        let mut asked = BTreeSet::new();
        let mut patience = Patience::new(&federation.state.config().overrides);
        while !self.mirror.is_complete() {
            let next = self.mirror.next(WINDOW);
            for resource in next.iter().copied().chain(self.guess(&next)) {
                if asked.insert(resource) {
                    coming.push_back(federation.resource(source, resource));
                }
            }
            let begun = Instant::now();
            let Some((resource, fetched)) = coming.next().await else {
                return Err(Stop::Source(broken(self.target, "nothing is left to fetch")));
            };
            let came = fetched.as_ref().map_or(0, |(_, bytes)| bytes.len());
            patience.add(begun.elapsed(), came);
            asked.remove(&resource);
            // What was asked for on a guess may come too early; it is asked for again.
            if next.contains(&resource) {
                let (given, bytes) = fetched.map_err(Stop::Source)?;
                self.take(source, given, bytes).await?;
            }
            if patience.is_too_slow() && !self.mirror.is_complete() {
                return Err(Stop::Source(NodeError::PeerSlow {
                    url: source.base.clone(),
                    bytes: patience.bytes,
                    seconds: patience.waited.as_secs(),
                }));
            }
        }
        Ok(())
    }

    /// Where little is to come, the bundles are asked for together with the tiles that will check them: one journey less.
    fn guess(&self, next: &[Resource]) -> impl Iterator<Item = Resource> + use<> {
        let (held, size) = (self.mirror.edge().size(), self.target.state.size);
        let width = u64::from(TILE_WIDTH);
        let waits_for_tiles = next.iter().all(|resource| matches!(resource, Resource::Tile(_)));
        let near = waits_for_tiles && size - held <= width;
        let first = held / width;
        let bundles = (first..size.div_ceil(width)).take(if near { WINDOW } else { 0 });
        bundles
            .filter_map(move |index| BundleId::in_tree(index, size))
            .map(Resource::Bundle)
    }

    async fn take(&mut self, source: &Source, given: Resource, bytes: Vec<u8>) -> Result<(), Stop> {
        let accepted = if bytes.len() <= HASHED_HERE_BYTES_MAX {
            self.mirror.accept(given, &bytes)
        } else {
            let mut mirror = self.mirror.clone();
            let (after, accepted) = blocking(move || {
                let accepted = mirror.accept(given, &bytes);
                Ok::<_, NodeError>((mirror, accepted))
            })
            .await?;
            self.mirror = after;
            accepted
        };
        match accepted {
            Ok(Accepted::Tile) => {}
            Ok(Accepted::Entries(entries)) => {
                self.part.add(*entries);
                if self.part.is_whole(self.entries_max) && !self.mirror.is_complete() {
                    self.write(false).await?;
                }
            }
            Ok(Accepted::Rewritten { root, path }) => return Err(Stop::Rewritten { root, path }),
            Err(error) => {
                let reason = match error {
                    // Of the tiles that were read together any may be wrong.
                    LogError::RootMismatch { .. } => format!("tiles at {}: {error}", source.base),
                    _ => format!("{given} at {}: {error}", source.base),
                };
                return Err(Stop::Source(broken(self.target, reason)));
            }
        }
        Ok(())
    }

    /// Hands what was accepted over to be written, when the part before is.
    async fn write(&mut self, last: bool) -> NodeResult<()> {
        self.written().await?;
        let state = self.federation.state.clone();
        if state.peer(&self.member.member).is_some_and(|peer| peer.frozen) {
            return Err(NodeError::LogFrozen {
                origin: self.target.state.origin.clone(),
            });
        }
        let next = Part::after(self.mirror.edge().clone(), self.head_root);
        let part = std::mem::replace(&mut self.part, next);
        let (member, target) = (self.member.clone(), self.target.clone());
        self.writing = Some(tokio::task::spawn_blocking(move || {
            part.keep(&state, &member, &target, last)
        }));
        Ok(())
    }

    /// Waits until the part on its way is on disk.
    async fn written(&mut self) -> NodeResult<()> {
        match self.writing.take() {
            Some(writing) => writing.await?,
            None => Ok(()),
        }
    }
}

impl Federation {
    /// A tile or bundle; if a partial one is gone, the full one that replaced it.
    async fn resource(
        &self,
        source: &Source,
        resource: Resource,
    ) -> (Resource, NodeResult<(Resource, Vec<u8>)>) {
        let fetched = match resource {
            Resource::Tile(id) => {
                let tile = self.tile_bytes(&source.base, id).await;
                tile.map(|(id, bytes)| (Resource::Tile(id), bytes))
            }
            Resource::Bundle(id) => {
                let bundle = self.bundle_bytes(&source.base, id).await;
                bundle.map(|(id, bytes)| (Resource::Bundle(id), bytes))
            }
        };
        (resource, fetched)
    }

    async fn bundle_bytes(&self, base: &str, id: BundleId) -> NodeResult<(BundleId, Vec<u8>)> {
        let url = |id: BundleId| format!("{base}/{}", id.path());
        match self.client.get(&url(id), BUNDLE_BYTES_MAX, None).await? {
            Answer::Body { bytes, .. } => Ok((id, bytes)),
            _ => {
                let full = BundleId {
                    width: TILE_WIDTH,
                    ..id
                };
                Ok((full, self.client.require(&url(full), BUNDLE_BYTES_MAX).await?))
            }
        }
    }
}
