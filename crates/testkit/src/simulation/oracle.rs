//! Who checks the invariants: it sees every message that leaves and every write that lands, knows all entries, and
//! shares no code with the cores. Which history extends which it tells by a running digest of the entries, not by
//! trees and proofs.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use didymium_log::Hash;
use didymium_log::hash::leaf_hash;
use didymium_log::sequencer::Place;

use super::club::{Club, MemberId, Signed};
use super::copy::{Growth, LogCopy};
use super::coverage::{Coverage, Reached};
use super::disk::Store;
use super::invariant::{Breach, Invariant, breach};

/// Size and root of a head.
type Head = (u64, Hash);

/// What is known of one member and its log.
#[derive(Debug, Default)]
struct Known {
    lies: bool,
    /// Its disk lost what it had called synced, or was put back.
    rolled_back: bool,
    /// It signed another history of what it had shown, as a restored log may while nothing of it was witnessed.
    forked: bool,
    /// Every head that was committed or forged, with the running digest of its entries.
    heads: BTreeMap<Head, Rc<Vec<u64>>>,
    /// Heads that the log itself committed.
    committed: BTreeSet<Head>,
    /// The largest head that it showed.
    shown: Option<Head>,
    /// Who cosigned each head.
    cosigners: BTreeMap<Head, BTreeSet<MemberId>>,
    /// The largest head that a quorum cosigned.
    witnessed: Option<Head>,
    /// Statements that were acknowledged, by index.
    acknowledged: BTreeMap<u64, Hash>,
    /// Index of every statement that was acknowledged.
    places: BTreeMap<Hash, u64>,
    /// The largest head that its witness cosigned, by log.
    cosigned: BTreeMap<MemberId, Head>,
}

/// The checker of one run.
#[derive(Debug)]
pub(super) struct Oracle {
    members: Vec<Known>,
    needed: usize,
}

impl Oracle {
    pub(super) fn new(club: &Club) -> Self {
        Oracle {
            members: (0..club.members()).map(|_| Known::default()).collect(),
            needed: club.needed(),
        }
    }

    pub(super) fn set_lying(&mut self, member: MemberId) {
        self.members[member].lies = true;
    }

    pub(super) fn set_rolled_back(&mut self, member: MemberId) {
        self.members[member].rolled_back = true;
    }

    /// Whether a member neither lies nor signed two histories.
    pub(super) fn is_true(&self, member: MemberId) -> bool {
        let known = &self.members[member];
        !known.lies && !known.forked
    }

    pub(super) fn is_honest(&self, member: MemberId) -> bool {
        !self.members[member].lies
    }

    /// A member's own log grew on its disk.
    pub(super) fn grew(
        &mut self,
        member: MemberId,
        growth: &Growth,
        copy: &LogCopy,
        coverage: &mut Coverage,
    ) -> Result<(), Breach> {
        let head = (growth.signed.head.size, growth.signed.head.root);
        let known = &mut self.members[member];
        known.heads.entry(head).or_insert_with(|| Rc::new(copy.chain()));
        known.committed.insert(head);
        if known.lies {
            return Ok(());
        }
        if copy.size() > 256 && growth.first <= 256 {
            coverage.reach(Reached::BeyondOneTile);
        }
        if !copy.is_without_doubles() {
            return breach(
                Invariant::TwoPlaces,
                member,
                format!("a statement stands twice below size {}", head.0),
            );
        }
        let final_below = known.witnessed.map_or(0, |(size, _)| size);
        for (index, entry) in (growth.first..).zip(&growth.entries) {
            let Some(acknowledged) = known.acknowledged.get(&index) else {
                continue;
            };
            if *acknowledged == leaf_hash(entry) {
                continue;
            }
            if !known.rolled_back || index < final_below {
                return breach(
                    Invariant::AcknowledgedMoved,
                    member,
                    format!("index {index} was acknowledged for another statement"),
                );
            }
            coverage.reach(Reached::UnwitnessedLoss);
            let lost = known.acknowledged.split_off(&index);
            known
                .places
                .retain(|statement, _| !lost.values().any(|other| other == statement));
        }
        Ok(())
    }

    /// A lying log signed another history.
    pub(super) fn forged(&mut self, member: MemberId, growth: &Growth, chain: Vec<u64>) {
        let head = (growth.signed.head.size, growth.signed.head.root);
        self.members[member].heads.insert(head, Rc::new(chain));
    }

    /// A mirror grew on a member's disk.
    pub(super) fn mirrored(&mut self, member: MemberId, log: MemberId, copy: &LogCopy) -> Result<(), Breach> {
        let Some(signed) = copy.signed().filter(|_| self.is_honest(member)) else {
            return Ok(());
        };
        let head = (signed.head.size, signed.head.root);
        if self.members[log].heads.get(&head).map(|chain| chain.as_slice()) == Some(&copy.chain()) {
            return Ok(());
        }
        breach(
            Invariant::ForeignBytes,
            member,
            format!(
                "its mirror of member {log} holds other entries under the head of size {}",
                head.0
            ),
        )
    }

    /// A client was told the place of its statement.
    pub(super) fn acknowledged(
        &mut self,
        member: MemberId,
        statement: &[u8],
        place: Place,
        store: &Store,
    ) -> Result<(), Breach> {
        let known = &mut self.members[member];
        if known.lies {
            return Ok(());
        }
        let leaf = leaf_hash(statement);
        let stored = store.logs[member].entry(place.index);
        if stored.is_none_or(|stored| **stored != *statement) {
            return breach(
                Invariant::AcknowledgedMoved,
                member,
                format!(
                    "index {} was acknowledged, and the disk does not hold the statement there",
                    place.index
                ),
            );
        }
        let final_below = known.witnessed.map_or(0, |(size, _)| size);
        match known.places.insert(leaf, place.index) {
            Some(before) if before != place.index && (!known.rolled_back || before < final_below) => breach(
                Invariant::TwoPlaces,
                member,
                format!(
                    "a statement was acknowledged at {before}, and again at {}",
                    place.index
                ),
            ),
            _ => {
                known.acknowledged.insert(place.index, leaf);
                Ok(())
            }
        }
    }

    /// A member showed a head of its own log.
    pub(super) fn shown(
        &mut self,
        member: MemberId,
        signed: &Signed,
        coverage: &mut Coverage,
    ) -> Result<(), Breach> {
        let head = (signed.head.size, signed.head.root);
        let known = &mut self.members[member];
        if known.lies || known.shown == Some(head) {
            return Ok(());
        }
        if !known.committed.contains(&head) {
            return breach(
                Invariant::SignedBeforeCommitted,
                member,
                format!("the head of size {} was shown, and never committed", head.0),
            );
        }
        let against_witnessed = known
            .witnessed
            .is_some_and(|witnessed| !known.consistent(head, witnessed));
        let against_shown = known.shown.is_some_and(|shown| !known.consistent(head, shown));
        if against_witnessed || against_shown && !known.rolled_back {
            return breach(
                Invariant::Forked,
                member,
                format!(
                    "the head of size {} contradicts one that was {}",
                    head.0,
                    if against_witnessed { "witnessed" } else { "shown" }
                ),
            );
        }
        if against_shown && !known.forked {
            known.forked = true;
            coverage.reach(Reached::UnwitnessedFork);
        }
        if against_shown || known.shown.is_none_or(|shown| shown.0 < head.0) {
            known.shown = Some(head);
        }
        Ok(())
    }

    /// A cosignature left a witness.
    pub(super) fn cosigned(
        &mut self,
        witness: MemberId,
        log: MemberId,
        signed: &Signed,
        store: &Store,
    ) -> Result<(), Breach> {
        let head = (signed.head.size, signed.head.root);
        if self.is_honest(witness) {
            let stored = store.cosigned[log].as_ref();
            let covers =
                stored.is_some_and(|stored| stored.size > head.0 || (stored.size, stored.root) == head);
            if !covers {
                return breach(
                    Invariant::SignedBeforeCommitted,
                    witness,
                    format!(
                        "a cosignature of member {log} at size {} was sent, and is not stored",
                        head.0
                    ),
                );
            }
            let before = self.members[witness].cosigned.get(&log).copied();
            let consistent = before.is_none_or(|before| self.members[log].consistent(before, head));
            if !consistent && !self.members[witness].rolled_back {
                return breach(
                    Invariant::InconsistentCosignatures,
                    witness,
                    format!(
                        "it cosigned member {log} at sizes {} and {}, of two histories",
                        before.map_or(0, |before| before.0),
                        head.0
                    ),
                );
            }
            if before.is_none_or(|before| before.0 < head.0) {
                self.members[witness].cosigned.insert(log, head);
            }
        }
        self.counted(witness, log, head)
    }

    /// A lying witness cosigned.
    pub(super) fn colluded(
        &mut self,
        witness: MemberId,
        log: MemberId,
        head: Head,
        coverage: &mut Coverage,
    ) -> Result<(), Breach> {
        let before = self.members[witness].cosigned.insert(log, head);
        if before.is_some_and(|before| !self.members[log].consistent(before, head)) {
            coverage.reach(Reached::Colluded);
        }
        self.counted(witness, log, head)
    }

    fn counted(&mut self, witness: MemberId, log: MemberId, head: Head) -> Result<(), Breach> {
        let known = &mut self.members[log];
        let cosigners = known.cosigners.entry(head).or_default();
        cosigners.insert(witness);
        if cosigners.len() < self.needed {
            return Ok(());
        }
        match known.witnessed {
            Some(before) if !known.consistent(before, head) => breach(
                Invariant::WitnessedFork,
                log,
                format!(
                    "its heads of size {} and {} are both witnessed, of two histories",
                    before.0, head.0
                ),
            ),
            Some(before) if before.0 >= head.0 => Ok(()),
            _ => {
                known.witnessed = Some(head);
                Ok(())
            }
        }
    }

    /// A member takes a head of its log for witnessed.
    pub(super) fn claimed(&self, member: MemberId, signed: &Signed) -> Result<(), Breach> {
        let head = (signed.head.size, signed.head.root);
        let cosigners = self.members[member].cosigners.get(&head).map_or(0, BTreeSet::len);
        if cosigners >= self.needed {
            return Ok(());
        }
        breach(
            Invariant::UnearnedGrade,
            member,
            format!(
                "the head of size {} is taken for witnessed with {cosigners} cosignatures of {}",
                head.0, self.needed
            ),
        )
    }

    /// There is evidence against a log.
    pub(super) fn convicted(
        &self,
        member: MemberId,
        against: MemberId,
        has_forked: bool,
    ) -> Result<(), Breach> {
        let known = &self.members[against];
        if known.forked || known.lies && has_forked || self.members[member].lies {
            return Ok(());
        }
        breach(
            Invariant::Framed,
            member,
            format!("it holds evidence against member {against}, which signed one history"),
        )
    }

    /// Whether a head was cosigned by a quorum.
    pub(super) fn is_witnessed(&self, log: MemberId, signed: &Signed) -> bool {
        let head = (signed.head.size, signed.head.root);
        let cosigners = self.members[log].cosigners.get(&head);
        cosigners.is_some_and(|cosigners| cosigners.len() >= self.needed)
    }

    /// Whether one of two heads of a log extends the other.
    pub(super) fn are_consistent(&self, log: MemberId, one: &Signed, other: &Signed) -> bool {
        let [one, other] = [one, other].map(|signed| (signed.head.size, signed.head.root));
        self.members[log].consistent(one, other)
    }
}

impl Known {
    fn consistent(&self, one: Head, other: Head) -> bool {
        let (small, large) = if one.0 <= other.0 {
            (one, other)
        } else {
            (other, one)
        };
        let at = usize::try_from(small.0).unwrap_or(usize::MAX);
        match (self.heads.get(&small), self.heads.get(&large)) {
            (Some(short), Some(long)) => short.get(at) == long.get(at),
            // A head that nobody made: only a planted bug signs it before it is there.
            _ => true,
        }
    }
}
