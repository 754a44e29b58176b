//! The charter log: the versions of one club's charter, and what is proposed to follow the last one.
//!
//! A pure state machine: whoever holds it feeds it what was read from peers, files or people, and carries out the
//! actions it answers with. Repeating an event changes nothing; signatures may come in any order.

use std::collections::BTreeMap;

use super::cose::{CharterSignature, Written};
use super::document::CharterId;
use super::fork::CharterFork;
use super::memory::Memory;
use super::proposal::Proposal;
use super::rules;
use super::signed::SignedCharter;
use super::succession::{CharterVersion, LogHead, Succession};
use crate::StatementError;
use crate::limits::{CHARTER_PROPOSALS_MAX, CHARTER_VERSIONS_MAX};

/// What is told to a charter log.
#[derive(Debug, Clone)]
pub enum CharterEvent {
    /// Bytes of a proposal, with whatever signatures it has.
    Propose(Vec<u8>),
    /// One more signature of an open proposal.
    Signed(CharterSignature),
    /// Bytes of a version that is said to count.
    Version(Vec<u8>),
}

/// What is to be done after an event.
#[derive(Debug, Clone)]
pub enum CharterAction {
    /// Keep this proposal and pass it on: it is new, or has new signatures.
    Keep(CharterId),
    /// Store this version, and work under it from now on.
    Adopt(CharterId),
    /// Forget this proposal: another version took its place.
    Drop(CharterId),
    /// Keep this evidence for good, show it to every member, and adopt nothing more.
    Alarm(Box<CharterFork>),
}

/// The versions of a club's charter, each verified against the one before, and the proposals to follow the last.
#[derive(Debug, Clone)]
pub struct CharterLog {
    first: SignedCharter,
    /// All versions, `first` included.
    versions: Vec<SignedCharter>,
    memory: Memory,
    proposals: BTreeMap<CharterId, Proposal>,
    fork: Option<Box<CharterFork>>,
}

impl CharterLog {
    /// The charter log of a club that is founded with this first version.
    ///
    /// # Errors
    /// [`StatementError::CharterNeedsChain`] for a later version, and the rules of a first one:
    /// [`StatementError::CharterNoVoter`], [`StatementError::CharterThreshold`], [`StatementError::CharterKeyReused`].
    pub fn found(first: SignedCharter) -> Result<Self, StatementError> {
        if first.version().succession.is_some() {
            return Err(StatementError::CharterNeedsChain {
                version: first.charter().version,
            });
        }
        rules::founding(first.version())?;
        Ok(Self {
            versions: vec![first.clone()],
            memory: Memory::of([&first]),
            first,
            proposals: BTreeMap::new(),
            fork: None,
        })
    }

    /// The club's name among clubs: the id of its first version, which never changes. A node that serves several clubs
    /// keeps a charter log for each under it.
    pub fn club(&self) -> CharterId {
        self.first.id()
    }

    /// All versions, oldest first.
    pub fn versions(&self) -> &[SignedCharter] {
        &self.versions
    }

    /// The version in force.
    pub fn head(&self) -> &SignedCharter {
        self.versions.last().unwrap_or(&self.first)
    }

    /// What all versions have said.
    pub(super) const fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The open proposals to follow the version in force, by id.
    pub fn proposals(&self) -> impl Iterator<Item = &Proposal> {
        self.proposals.values()
    }

    /// The open proposal of that id.
    pub fn proposal(&self, id: &CharterId) -> Option<&Proposal> {
        self.proposals.get(id)
    }

    /// The fork that was seen, if one was. From then on nothing more is adopted: people must say which half goes on.
    pub fn fork(&self) -> Option<&CharterFork> {
        self.fork.as_deref()
    }

    /// A draft of the next version that changes nothing yet; `cut` is where each member's log stands.
    pub fn successor(&self, cut: Vec<LogHead>) -> CharterVersion {
        let head = self.head();
        let mut next = head.version().clone();
        next.charter.version = next.charter.version.saturating_add(1);
        next.succession = Some(Succession {
            previous: head.id(),
            cut,
            retired: Vec::new(),
            revoked: Vec::new(),
        });
        next
    }

    /// Proposes a version to follow the one in force; nothing is kept yet, see [`CharterEvent::Propose`].
    ///
    /// # Errors
    /// The first rule of change that it breaks.
    pub fn propose(&self, version: CharterVersion) -> Result<Proposal, StatementError> {
        self.proposal_of_head(Written::draft(version)?)
    }

    /// Reads a proposal to follow the version in force, and verifies every signature it has.
    ///
    /// # Errors
    /// The first rule of change that it breaks, or the first signature that is wrong.
    pub fn read_proposal(&self, bytes: &[u8]) -> Result<Proposal, StatementError> {
        self.proposal_of_head(Written::parse(bytes)?)
    }

    /// Takes an open proposal off the list. It may be proposed again.
    pub fn forget(&mut self, id: &CharterId) -> Option<Proposal> {
        self.proposals.remove(id)
    }

    /// Takes in an event and says what is to be done. An event that was seen before gives no action.
    ///
    /// # Errors
    /// Why it is refused; nothing has changed then. A proposal is refused for the first rule it breaks, a version
    /// also for what it lacks, a signature if it is forged or of an unknown proposal;
    /// [`StatementError::CharterNotSuccessor`] for what follows another version than the one in force;
    /// [`StatementError::CharterForked`] for whatever is new after a fork.
    pub fn step(&mut self, event: CharterEvent) -> Result<Vec<CharterAction>, StatementError> {
        match event {
            CharterEvent::Propose(bytes) => self.take(&bytes, false),
            CharterEvent::Version(bytes) => self.take(&bytes, true),
            CharterEvent::Signed(signature) => self.signed(signature),
        }
    }

    /// A proposal or a version: they differ only in what becomes of one that does not count yet.
    fn take(&mut self, bytes: &[u8], must_count: bool) -> Result<Vec<CharterAction>, StatementError> {
        let written = Written::parse(bytes)?;
        let place = self.place_before(&written)?;
        let proposal = self.proposal_after(place, written)?;
        if self.by_id(&proposal.id()).is_some() {
            return Ok(Vec::new());
        }
        self.refuse_after_fork()?;
        let follows_head = place.map(|place| place + 1) == Some(self.versions.len());
        if proposal.counts() {
            let version = proposal.finish()?;
            let rival = place.and_then(|place| Some((place, self.versions.get(place + 1)?.clone())));
            return match rival {
                Some((before, ours)) => Ok(self.alarm(before, ours, version)),
                None => self.adopt(version),
            };
        }
        if !follows_head {
            return Err(self.not_successor(&proposal));
        }
        if must_count {
            proposal.tally().require()?;
        }
        self.keep(proposal)
    }

    /// One signature more, of an open proposal.
    fn signed(&mut self, signature: CharterSignature) -> Result<Vec<CharterAction>, StatementError> {
        let id = signature.charter;
        let Some(proposal) = self.proposals.get(&id) else {
            // The rest of the signatures of a version that counts already: late, and no harm.
            return match self.by_id(&id) {
                Some(_) => Ok(Vec::new()),
                None => Err(StatementError::CharterProposalUnknown { charter: id }),
            };
        };
        self.refuse_after_fork()?;
        let mut proposal = proposal.clone();
        if !proposal.add(signature)? {
            return Ok(Vec::new());
        }
        if proposal.counts() {
            return self.adopt(proposal.finish()?);
        }
        self.proposals.insert(id, proposal);
        Ok(vec![CharterAction::Keep(id)])
    }

    /// Keeps a proposal, or what it adds to the copy that is here.
    fn keep(&mut self, proposal: Proposal) -> Result<Vec<CharterAction>, StatementError> {
        let id = proposal.id();
        if let Some(known) = self.proposals.get(&id) {
            let mut merged = known.clone();
            if merged.merge(&proposal)? == 0 {
                return Ok(Vec::new());
            }
            if merged.counts() {
                return self.adopt(merged.finish()?);
            }
            self.proposals.insert(id, merged);
            return Ok(vec![CharterAction::Keep(id)]);
        }
        if !proposal.has_sponsor() {
            return Err(StatementError::CharterUnsponsored { charter: id });
        }
        if self.proposals.len() >= CHARTER_PROPOSALS_MAX {
            return Err(StatementError::TooMany {
                what: "open proposals of a charter",
                count: self.proposals.len() + 1,
                max: CHARTER_PROPOSALS_MAX,
            });
        }
        self.proposals.insert(id, proposal);
        Ok(vec![CharterAction::Keep(id)])
    }

    fn adopt(&mut self, version: SignedCharter) -> Result<Vec<CharterAction>, StatementError> {
        if self.versions.len() >= CHARTER_VERSIONS_MAX {
            return Err(StatementError::TooMany {
                what: "versions of a charter",
                count: self.versions.len() + 1,
                max: CHARTER_VERSIONS_MAX,
            });
        }
        let id = version.id();
        self.memory.add(version.version());
        self.versions.push(version);
        let open = std::mem::take(&mut self.proposals).into_keys();
        let dropped = open.filter(|open| *open != id).map(CharterAction::Drop);
        Ok([CharterAction::Adopt(id)].into_iter().chain(dropped).collect())
    }

    /// Two versions follow the same one and both count. No more is adopted: others may have seen them the other way
    /// round, and whatever followed would widen the fork.
    fn alarm(&mut self, before: usize, ours: SignedCharter, theirs: SignedCharter) -> Vec<CharterAction> {
        let before = self.versions.get(before);
        let fork = Box::new(CharterFork::between(before, ours, theirs));
        self.fork = Some(fork.clone());
        vec![CharterAction::Alarm(fork)]
    }

    fn proposal_of_head(&self, written: Written) -> Result<Proposal, StatementError> {
        let place = self.place_before(&written)?;
        let proposal = self.proposal_after(place, written)?;
        if place.map(|place| place + 1) == Some(self.versions.len()) {
            Ok(proposal)
        } else {
            Err(self.not_successor(&proposal))
        }
    }

    /// The place of the version that it follows; none for the first version itself.
    fn place_before(&self, written: &Written) -> Result<Option<usize>, StatementError> {
        let Some(succession) = &written.version.succession else {
            if written.id == self.club() {
                return Ok(None);
            }
            return Err(StatementError::CharterOfOtherClub {
                found: written.id,
                expected: self.club(),
            });
        };
        let place = self
            .versions
            .iter()
            .position(|version| version.id() == succession.previous);
        place
            .map(Some)
            .ok_or_else(|| StatementError::CharterNotSuccessor {
                version: written.version.charter.version,
                previous: succession.previous,
                head_version: self.head().charter().version,
                head: self.head().id(),
            })
    }

    /// Checks rules and signatures against the version at that place and all before it.
    fn proposal_after(&self, place: Option<usize>, written: Written) -> Result<Proposal, StatementError> {
        let Some(before) = place.and_then(|place| self.versions.get(place)) else {
            return Proposal::after(None, written);
        };
        if before.id() == self.head().id() {
            rules::change(&self.memory, before.version(), &written.version)?;
        } else {
            let past = self
                .versions
                .iter()
                .take_while(|version| version.id() != before.id());
            let past = Memory::of(past.chain([before]));
            rules::change(&past, before.version(), &written.version)?;
        }
        Proposal::after(Some(before.version()), written)
    }

    fn refuse_after_fork(&self) -> Result<(), StatementError> {
        match &self.fork {
            None => Ok(()),
            Some(fork) => Err(StatementError::CharterForked {
                version: fork.ours.charter().version,
                signed_both: fork.signed_both.join(", "),
            }),
        }
    }

    fn not_successor(&self, proposal: &Proposal) -> StatementError {
        let succession = proposal.version().succession.as_ref();
        StatementError::CharterNotSuccessor {
            version: proposal.version().charter.version,
            previous: succession.map_or_else(|| self.club(), |succession| succession.previous),
            head_version: self.head().charter().version,
            head: self.head().id(),
        }
    }
}
