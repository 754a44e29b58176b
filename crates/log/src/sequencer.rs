//! Who gets which place in the log, and when: one writer, group commit.
//!
//! A state machine without clock, thread or disk. The shell hands it submissions that admission let through and what
//! became of commits; it answers what to commit and whom to tell. A submission is answered only after the commit
//! that holds it, so an acknowledged statement is inside a signed checkpoint. One statement has one place: a second
//! submission of the same bytes waits for the first and gets its answer.
//!
//! Rules (reference: Didymium's notes on transparency logs, sections 4 and *Decisions*):
//!
//! - An idle log commits at once; while a commit is on its way to the disk the next batch gathers.
//! - A busy log, one whose commit held more than one statement, lets the next batch gather for a moment longer: where the
//!   disk is fast, batches would stay so small that commits and not statements are what the log works on.
//! - A batch holds at most [`Limits::batch_entries`] statements.
//! - The pool is bounded in entries and bytes; what does not fit is refused with a time to try again.
//! - A commit of which nobody knows whether it was persisted stops the log: only a fresh start, which reads what is
//!   on disk, may go on.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::Hash;

/// Names a submission between the shell and the machine; the shell never uses one twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// Bounds of a sequencer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most statements of one commit.
    pub batch_entries: usize,
    /// Most submissions that wait, those under commit included.
    pub pool_entries: usize,
    /// Most bytes of statements that wait, those under commit included.
    pub pool_bytes: usize,
    /// What a refused submitter is told to wait, milliseconds.
    pub retry_after_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            batch_entries: 1_024,
            pool_entries: 16_384,
            pool_bytes: 64 * 1024 * 1024,
            retry_after_ms: 1_000,
        }
    }
}

/// What happens to a sequencer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A statement that admission let through is to be logged.
    Submit {
        /// Who asks.
        ticket: Ticket,
        /// The statement: the full SHA-256 of its bytes.
        statement: Hash,
        /// Length of the statement in bytes.
        bytes: usize,
    },
    /// The commit under way is on disk.
    Committed {
        /// The place of each statement of the batch, in the order in which it was given.
        places: Vec<Place>,
    },
    /// The commit under way was refused by the store before anything was written (no room, say): the log is as it was.
    NotCommitted,
    /// Nobody knows whether the commit under way was persisted.
    Unknown,
    /// The moment of [`Action::Gather`] is over.
    Gathered,
    /// There is too little room on the disk to take more in, or again enough.
    Room(bool),
}

/// The place of a statement in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Index of the entry, from 0.
    pub index: u64,
    /// Whether this commit put it there; false if it stood there before.
    pub fresh: bool,
}

/// Why a submission was not logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The pool is full: try again after so many milliseconds.
    Busy {
        /// Milliseconds.
        retry_after_ms: u64,
    },
    /// The disk is nearly full: the log takes nothing in until there is room.
    NoRoom,
    /// The commit failed before anything was written; the statement may be submitted again.
    NotCommitted,
    /// The log has stopped: whether the statement was logged shows after the next start.
    Stopped,
}

/// What the shell is to do, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Write these submissions in one transaction with the checkpoint they lead to; tell what became of it.
    Commit(Vec<Ticket>),
    /// Let statements gather for a few milliseconds, then say [`Event::Gathered`].
    Gather,
    /// Tell a submitter its place.
    Answer(Ticket, Place),
    /// Tell a submitter that its statement was not logged.
    Refuse(Ticket, Refusal),
    /// End the process: what is on disk is unknown.
    Stop,
}

/// A statement that waits, with everybody who asked for it.
#[derive(Debug)]
struct Waiting {
    statement: Hash,
    bytes: usize,
    tickets: Vec<Ticket>,
}

/// The sequencer of one log.
#[derive(Debug)]
pub struct Sequencer {
    limits: Limits,
    room: bool,
    stopped: bool,
    /// Whether the next batch gathers.
    gathering: bool,
    /// Statements that wait for a commit, oldest first, by the number under which they came.
    waiting: BTreeMap<u64, Waiting>,
    /// The batch under commit.
    committing: VecDeque<Waiting>,
    /// Where a statement waits: its number, or nothing if it is under commit.
    known: HashMap<Hash, Option<u64>>,
    next: u64,
    entries: usize,
    bytes: usize,
}

impl Sequencer {
    /// A sequencer with nothing to do.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            room: true,
            stopped: false,
            gathering: false,
            waiting: BTreeMap::new(),
            committing: VecDeque::new(),
            known: HashMap::new(),
            next: 0,
            entries: 0,
            bytes: 0,
        }
    }

    /// Submissions that wait, those under commit included.
    pub const fn waiting(&self) -> usize {
        self.entries
    }

    /// Takes an event in; answers what to do.
    pub fn step(&mut self, event: Event) -> Vec<Action> {
        let mut actions = Vec::new();
        let committed = matches!(event, Event::Committed { .. });
        match event {
            Event::Submit {
                ticket,
                statement,
                bytes,
            } => self.submit(ticket, statement, bytes, &mut actions),
            Event::Committed { places } => self.committed(&places, &mut actions),
            Event::NotCommitted => {
                let batch = std::mem::take(&mut self.committing);
                self.turn_away(batch, Refusal::NotCommitted, &mut actions);
            }
            Event::Unknown => self.stop(&mut actions),
            Event::Gathered => self.gathering = false,
            Event::Room(room) => self.room = room,
        }
        self.commit_next(&mut actions);
        // Where the next batch is full already it goes at once, and nothing gathers.
        if committed && self.gathering {
            actions.push(Action::Gather);
        }
        actions
    }

    fn submit(&mut self, ticket: Ticket, statement: Hash, bytes: usize, actions: &mut Vec<Action>) {
        let refusal = if self.stopped {
            Some(Refusal::Stopped)
        } else if !self.room {
            Some(Refusal::NoRoom)
        } else if self.entries >= self.limits.pool_entries
            || self.bytes.saturating_add(bytes) > self.limits.pool_bytes
        {
            Some(Refusal::Busy {
                retry_after_ms: self.limits.retry_after_ms,
            })
        } else {
            None
        };
        if let Some(refusal) = refusal {
            actions.push(Action::Refuse(ticket, refusal));
            return;
        }
        self.entries += 1;
        let same = match self.known.get(&statement) {
            Some(Some(number)) => self.waiting.get_mut(number),
            Some(None) => self
                .committing
                .iter_mut()
                .find(|waiting| waiting.statement == statement),
            None => None,
        };
        if let Some(same) = same {
            same.tickets.push(ticket);
            return;
        }
        self.bytes += bytes;
        self.known.insert(statement, Some(self.next));
        self.waiting.insert(
            self.next,
            Waiting {
                statement,
                bytes,
                tickets: vec![ticket],
            },
        );
        self.next += 1;
    }

    fn committed(&mut self, places: &[Place], actions: &mut Vec<Action>) {
        if places.len() != self.committing.len() {
            // The shell told of another batch than was given to it: nothing can be trusted any more.
            self.stop(actions);
            return;
        }
        self.gathering = places.len() > 1;
        for (waiting, place) in std::mem::take(&mut self.committing).into_iter().zip(places) {
            self.forget(&waiting);
            for (asked, ticket) in waiting.tickets.into_iter().enumerate() {
                let fresh = place.fresh && asked == 0;
                actions.push(Action::Answer(ticket, Place { fresh, ..*place }));
            }
        }
    }

    fn turn_away(
        &mut self,
        batch: impl IntoIterator<Item = Waiting>,
        refusal: Refusal,
        actions: &mut Vec<Action>,
    ) {
        for waiting in batch {
            self.forget(&waiting);
            let refused = waiting.tickets.into_iter();
            actions.extend(refused.map(|ticket| Action::Refuse(ticket, refusal)));
        }
    }

    fn stop(&mut self, actions: &mut Vec<Action>) {
        if self.stopped {
            return;
        }
        self.stopped = true;
        let batch = std::mem::take(&mut self.committing);
        let rest = std::mem::take(&mut self.waiting);
        self.turn_away(
            batch.into_iter().chain(rest.into_values()),
            Refusal::Stopped,
            actions,
        );
        actions.push(Action::Stop);
    }

    fn forget(&mut self, waiting: &Waiting) {
        self.known.remove(&waiting.statement);
        self.bytes -= waiting.bytes;
        self.entries -= waiting.tickets.len();
    }

    /// Gives the next batch to the store, if none is there.
    fn commit_next(&mut self, actions: &mut Vec<Action>) {
        let full = self.waiting.len() >= self.limits.batch_entries.max(1);
        let gathers = self.gathering && !full;
        if self.stopped || gathers || !self.committing.is_empty() || self.waiting.is_empty() {
            return;
        }
        self.gathering = false;
        while self.committing.len() < self.limits.batch_entries.max(1) {
            let Some((_, next)) = self.waiting.pop_first() else {
                break;
            };
            self.known.insert(next.statement, None);
            self.committing.push_back(next);
        }
        let batch = self.committing.iter();
        // Whoever asked first carries the statement.
        actions.push(Action::Commit(
            batch
                .filter_map(|waiting| waiting.tickets.first().copied())
                .collect(),
        ));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn submit(ticket: u64, statement: u8) -> Event {
        Event::Submit {
            ticket: Ticket(ticket),
            statement: Hash([statement; 32]),
            bytes: 600,
        }
    }

    fn fresh(index: u64) -> Place {
        Place { index, fresh: true }
    }

    #[test]
    fn an_idle_log_commits_at_once_and_a_busy_one_in_groups() {
        let mut log = Sequencer::new(Limits::default());
        assert_eq!(log.step(submit(1, 1)), [Action::Commit(vec![Ticket(1)])]);
        assert_eq!(log.step(submit(2, 2)), []);
        assert_eq!(log.step(submit(3, 3)), []);
        assert_eq!(
            log.step(Event::Committed {
                places: vec![fresh(0)]
            }),
            [
                Action::Answer(Ticket(1), fresh(0)),
                Action::Commit(vec![Ticket(2), Ticket(3)])
            ]
        );
        // Two came together, so more may: their successors gather, until the moment is over or the batch is full.
        let answers = log.step(Event::Committed {
            places: vec![fresh(1), fresh(2)],
        });
        assert_eq!(answers.last(), Some(&Action::Gather));
        assert_eq!(log.step(submit(4, 4)), []);
        assert_eq!(log.step(submit(5, 5)), []);
        assert_eq!(
            log.step(Event::Gathered),
            [Action::Commit(vec![Ticket(4), Ticket(5)])]
        );
        log.step(Event::Committed {
            places: vec![fresh(3), fresh(4)],
        });
        assert_eq!(log.step(Event::Gathered), [], "nothing came");
        assert_eq!(log.step(submit(6, 6)), [Action::Commit(vec![Ticket(6)])]);
        assert_eq!(log.step(Event::Gathered), [], "one too late does nothing");
    }

    #[test]
    fn a_full_batch_does_not_wait_for_more() {
        let mut log = Sequencer::new(Limits {
            batch_entries: 2,
            ..Limits::default()
        });
        for (ticket, statement) in [(1, 1), (2, 2), (3, 3)] {
            log.step(submit(ticket, statement));
        }
        let first = Event::Committed {
            places: vec![fresh(0)],
        };
        assert_eq!(
            log.step(first).last(),
            Some(&Action::Commit(vec![Ticket(2), Ticket(3)]))
        );
        log.step(submit(6, 6));
        log.step(submit(7, 7));
        let second = Event::Committed {
            places: vec![fresh(1), fresh(2)],
        };
        let actions = log.step(second);
        assert_eq!(actions.last(), Some(&Action::Commit(vec![Ticket(6), Ticket(7)])));
        assert!(
            !actions.contains(&Action::Gather),
            "a full batch is there already"
        );
        let third = Event::Committed {
            places: vec![fresh(3), fresh(4)],
        };
        assert_eq!(log.step(third).last(), Some(&Action::Gather));
        assert_eq!(log.step(submit(4, 4)), []);
        assert_eq!(
            log.step(submit(5, 5)),
            [Action::Commit(vec![Ticket(4), Ticket(5)])]
        );
    }

    #[test]
    fn the_same_statement_has_one_place_whenever_it_comes() {
        let mut log = Sequencer::new(Limits::default());
        log.step(submit(1, 1));
        log.step(submit(2, 1));
        log.step(submit(3, 2));
        log.step(submit(4, 2));
        let stood = Place {
            index: 0,
            fresh: false,
        };
        assert_eq!(
            log.step(Event::Committed {
                places: vec![fresh(0)]
            }),
            [
                Action::Answer(Ticket(1), fresh(0)),
                Action::Answer(Ticket(2), stood),
                Action::Commit(vec![Ticket(3)])
            ]
        );
        let answers = log.step(Event::Committed {
            places: vec![fresh(1)],
        });
        assert_eq!(answers.len(), 2);
        assert_eq!(log.waiting(), 0);
    }

    #[test]
    fn what_does_not_fit_is_refused_and_told_when_to_come_again() {
        let mut log = Sequencer::new(Limits {
            pool_entries: 2,
            ..Limits::default()
        });
        log.step(submit(1, 1));
        log.step(submit(2, 2));
        let busy = Refusal::Busy {
            retry_after_ms: 1_000,
        };
        assert_eq!(log.step(submit(3, 3)), [Action::Refuse(Ticket(3), busy)]);
        let mut small = Sequencer::new(Limits {
            pool_bytes: 1_000,
            ..Limits::default()
        });
        small.step(submit(1, 1));
        assert_eq!(small.step(submit(2, 2)), [Action::Refuse(Ticket(2), busy)]);
        assert_eq!(small.step(submit(3, 1)), [Action::Refuse(Ticket(3), busy)]);
    }

    #[test]
    fn a_full_disk_stops_intake_and_room_opens_it() {
        let mut log = Sequencer::new(Limits::default());
        log.step(Event::Room(false));
        assert_eq!(
            log.step(submit(1, 1)),
            [Action::Refuse(Ticket(1), Refusal::NoRoom)]
        );
        log.step(Event::Room(true));
        log.step(submit(2, 2));
        assert_eq!(
            log.step(Event::NotCommitted),
            [Action::Refuse(Ticket(2), Refusal::NotCommitted)]
        );
        assert_eq!(log.step(submit(3, 2)), [Action::Commit(vec![Ticket(3)])]);
    }

    #[test]
    fn an_unknown_outcome_stops_the_log_for_good() {
        let mut log = Sequencer::new(Limits::default());
        log.step(submit(1, 1));
        log.step(submit(2, 2));
        assert_eq!(
            log.step(Event::Unknown),
            [
                Action::Refuse(Ticket(1), Refusal::Stopped),
                Action::Refuse(Ticket(2), Refusal::Stopped),
                Action::Stop
            ]
        );
        assert_eq!(
            log.step(submit(3, 3)),
            [Action::Refuse(Ticket(3), Refusal::Stopped)]
        );
        let mut confused = Sequencer::new(Limits::default());
        confused.step(submit(1, 1));
        assert!(
            confused
                .step(Event::Committed { places: vec![] })
                .contains(&Action::Stop)
        );
    }

    proptest! {
        /// Against a store that logs what it is given: every submission is answered once, the answer is the place that
        /// the store gave, and no statement is committed twice at the same time.
        #[test]
        fn every_submission_is_answered_once_with_its_statements_place(
            statements in prop::collection::vec(0u8..40, 1..200),
            outcomes in prop::collection::vec(0u8..10, 1..200),
            batch in 1usize..8,
            pool in 1usize..30,
        ) {
            let limits = Limits { batch_entries: batch, pool_entries: pool, ..Limits::default() };
            let mut log = Sequencer::new(limits);
            let mut store: Vec<u8> = Vec::new();
            let mut told: BTreeMap<Ticket, Option<u64>> = BTreeMap::new();
            let mut under_way: Option<Vec<Ticket>> = None;
            let mut gathering = false;
            let statement_of = |ticket: Ticket| statements[usize::try_from(ticket.0).unwrap()];
            let mut outcomes = outcomes.into_iter().cycle();
            let mut events: VecDeque<Event> = statements.iter().enumerate()
                .map(|(ticket, statement)| submit(ticket as u64, *statement)).collect();
            while !events.is_empty() || under_way.is_some() || gathering {
                let outcome = outcomes.next().unwrap_or(0);
                let event = match under_way.take_if(|_| outcome < 4 || events.is_empty()) {
                    Some(_) if outcome == 3 => Event::NotCommitted,
                    Some(batch) => Event::Committed { places: batch.into_iter().map(|ticket| {
                        let statement = statement_of(ticket);
                        match store.iter().position(|known| *known == statement) {
                            Some(index) => Place { index: index as u64, fresh: false },
                            None => { store.push(statement); fresh(store.len() as u64 - 1) }
                        }
                    }).collect() },
                    None if gathering && (outcome > 7 || events.is_empty()) => {
                        gathering = false;
                        Event::Gathered
                    }
                    None => match events.pop_front() { Some(event) => event, None => break },
                };
                for action in log.step(event) {
                    match action {
                        Action::Commit(batch) => {
                            prop_assert!(under_way.is_none() && !batch.is_empty() && batch.len() <= limits.batch_entries);
                            let mut distinct: Vec<u8> = batch.iter().map(|ticket| statement_of(*ticket)).collect();
                            distinct.sort_unstable();
                            distinct.dedup();
                            prop_assert_eq!(distinct.len(), batch.len());
                            under_way = Some(batch);
                        }
                        Action::Gather => gathering = true,
                        Action::Answer(ticket, place) => {
                            prop_assert_eq!(store[usize::try_from(place.index).unwrap()], statement_of(ticket));
                            prop_assert!(told.insert(ticket, Some(place.index)).is_none());
                        }
                        Action::Refuse(ticket, _) => prop_assert!(told.insert(ticket, None).is_none()),
                        Action::Stop => prop_assert!(false, "stopped"),
                    }
                }
                prop_assert!(log.waiting() <= limits.pool_entries);
            }
            prop_assert_eq!(told.len(), statements.len());
            prop_assert_eq!(log.waiting(), 0);
            prop_assert_eq!((log.bytes, log.known.len()), (0, 0));
        }
    }
}
