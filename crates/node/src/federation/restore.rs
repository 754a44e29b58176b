//! Bringing the own log back from the copies that others hold: after a disk was lost, or an old backup was put in its place.
//!
//! It is the one time that somebody else than the sequencer writes the own log, so the node must not run. Nothing is signed:
//! what comes bears this log's own signature already, made before the loss. Whether the log may go on is for the fence to say
//! at the next start, as always.

use std::path::Path;
use std::sync::Arc;

use didymium_log::Hash;
use didymium_log::checkpoint::Checkpoint;
use didymium_statement::Member;

use super::part::Target;
use super::pull::{Shown, head_of};
use super::source::{Source, is_of_source};
use super::{Federation, PeerStatus};
use crate::blocking::blocking;
use crate::clock::SystemClock;
use crate::held::HeldLog;
use crate::{NodeError, NodeFolder, NodeResult, NodeState};

/// What bringing a log back came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Entries that were there before.
    pub from: u64,
    /// Entries that are there now.
    pub to: u64,
    /// How many entries each member that answered has of the log, by code, the longest copy first.
    pub copies: Vec<(String, u64)>,
    /// Members that could not be asked, each with the reason.
    pub silent: Vec<(String, String)>,
    /// Payloads that came.
    pub blobs: u64,
    /// Payloads that entries name and nobody has: sealed ones are in the vault, *home* ones in backups alone.
    pub missing_blobs: u64,
}

/// A folder that was opened to bring its log back: it can do nothing else.
#[derive(Debug)]
pub struct Restoration {
    federation: Federation,
}

impl Restoration {
    /// Opens a folder with the member's keys, whatever is left of its log. The node must not run. Blocking.
    ///
    /// # Errors
    /// Those of [`crate::Node::open`], but for a log that is lost.
    pub fn open(dir: &Path) -> NodeResult<Self> {
        let state = NodeState::open_to_restore(NodeFolder::open(dir)?, Arc::new(SystemClock))?;
        let federation = Federation::new(state)?;
        Ok(Self { federation })
    }

    /// What the parts of the node share.
    pub const fn state(&self) -> &NodeState {
        &self.federation.state
    }

    /// Brings the own log up to the longest of the copies that the others hold.
    ///
    /// # Errors
    /// [`NodeError::NoCopies`] if nobody could be asked. [`NodeError::LogRewritten`] if what is here is no beginning of that
    /// copy: both bear this log's signature, and nothing is changed. Those of a copy of another's log.
    pub async fn run(&self) -> NodeResult<Restored> {
        self.federation.restore().await
    }
}

/// A head of the own log that a member's copy bears.
struct Offer {
    source: Source,
    head: Shown,
}

impl Federation {
    async fn restore(&self) -> NodeResult<Restored> {
        let own = self.state.member().clone();
        let held = self.state.log_of(&own.member)?;
        let from = head_of(&held).await?.map_or(0, |head| head.size);
        let (offers, silent) = self.offers(&own).await;
        if offers.is_empty() {
            let asked: Vec<String> = silent.iter().map(|(who, why)| format!("{who}: {why}")).collect();
            return Err(NodeError::NoCopies {
                member: own.member,
                asked: asked.join("; "),
            });
        }
        self.require_one_history(&held, &offers).await?;
        let copied = self.take_longest(&own, from, &offers).await;
        if copied.is_err() {
            // What came of a copy that broke off would keep the node from starting.
            let (state, origin) = (self.state.clone(), held.origin().to_owned());
            blocking(move || Ok::<_, NodeError>(state.store().unstage(&origin)?)).await?;
        }
        let to = copied?;
        let blobs = self
            .pull_blobs(&PeerStatus::unheard(&own.member, &own.address))
            .await?;
        let copies = offers.iter();
        Ok(Restored {
            from,
            to,
            copies: copies
                .map(|offer| (offer.source.member.clone(), offer.head.signed.size))
                .collect(),
            silent,
            blobs: blobs.came,
            missing_blobs: blobs.missing,
        })
    }

    /// Asks everybody at once; answers the copies, the longest first, and who had none or did not answer.
    async fn offers(&self, own: &Member) -> (Vec<Offer>, Vec<(String, String)>) {
        let questions = self.state.peers().into_iter().map(|peer| async move {
            let source = Source {
                base: format!("{}/mirror/{}", peer.address, own.member),
                member: peer.member,
            };
            let shown = self.shown_at(own, &source, None).await;
            (source, shown)
        });
        let (mut offers, mut silent) = (Vec::new(), Vec::new());
        for (source, shown) in futures_util::future::join_all(questions).await {
            match shown {
                Ok(Some((head, _))) => offers.push(Offer { source, head }),
                Ok(None) => {}
                Err(NodeError::PeerStatus { status: 404, .. }) => {
                    silent.push((source.member, "has no copy with a signed head".to_owned()));
                }
                Err(error) => silent.push((source.member, error.in_words())),
            }
        }
        offers.sort_by_key(|offer| std::cmp::Reverse(offer.head.signed.size));
        (offers, silent)
    }

    /// Holds what is here, and every copy, against the longest: each must be its beginning. Where they are not, the log's signature
    /// stands under two histories; nothing is changed, and nothing is said about it here, where the log itself is in doubt.
    async fn require_one_history(&self, held: &HeldLog, offers: &[Offer]) -> NodeResult<()> {
        let Some(longest) = offers.first().map(|offer| &offer.head.signed) else {
            return Ok(());
        };
        let sources: Vec<Source> = offers.iter().map(|offer| offer.source.clone()).collect();
        let own = head_of(held).await?.filter(|head| head.size > 0);
        let mut known: Vec<(u64, Hash)> = offers
            .iter()
            .map(|offer| (offer.head.signed.size, offer.head.signed.root))
            .collect();
        known.extend(own.as_ref().map(|head| (head.size, Hash(head.root))));
        known.sort_unstable_by_key(|(size, _)| *size);
        known.dedup();
        for (size, root) in known {
            let now = match size.cmp(&longest.size) {
                // What is held here goes beyond every copy: the copy is held against it.
                std::cmp::Ordering::Greater => {
                    let (reading, size) = (held.clone(), longest.size);
                    let here = blocking(move || reading.root(size)).await?;
                    if here == longest.root {
                        continue;
                    }
                    return Err(two_histories(longest, size, here, longest.root));
                }
                std::cmp::Ordering::Equal => longest.root,
                std::cmp::Ordering::Less => self.root_there(size, longest, &sources).await?,
            };
            if now != root {
                return Err(two_histories(longest, size, root, now));
            }
        }
        Ok(())
    }

    /// Copies up to the longest head that can be had whole; answers how long the log is then.
    async fn take_longest(&self, own: &Member, from: u64, offers: &[Offer]) -> NodeResult<u64> {
        let mut failed = None;
        for (at, offer) in offers.iter().enumerate() {
            if offer.head.signed.size <= from {
                break;
            }
            let target = Target {
                state: offer.head.signed.clone(),
                // The cosignatures are had anew: those who gave them give them again.
                note: Some(offer.head.own_lines(own)),
            };
            // Whoever has a shorter copy cannot help.
            let sources: Vec<Source> = offers[..=at].iter().map(|offer| offer.source.clone()).collect();
            match self.copy(own, &target, &sources).await {
                Ok(copied) => return Ok(copied.to),
                Err(error) if is_of_source(&error) => failed = failed.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        failed.map_or(Ok(from), Err)
    }

    /// The root that the signed tree has at a size, from whoever can show it.
    async fn root_there(&self, size: u64, signed: &Checkpoint, sources: &[Source]) -> NodeResult<Hash> {
        let mut failed = None;
        for source in sources {
            match self.signed_root_at(&source.base, size, signed).await {
                Ok(there) => return Ok(there.root),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        Err(failed.unwrap_or_else(|| NodeError::NoCopies {
            member: self.state.member().member.clone(),
            asked: "nobody shows it".to_owned(),
        }))
    }
}

fn two_histories(longest: &Checkpoint, size: u64, held: Hash, now: Hash) -> NodeError {
    NodeError::LogRewritten {
        origin: longest.origin.clone(),
        size,
        held,
        found: longest.size,
        now,
    }
}
