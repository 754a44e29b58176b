//! Taking statements in: what the sequencer says, against the store.

use std::collections::BTreeMap;
use std::rc::Rc;

use didymium_log::LogError;
use didymium_log::checkpoint::{Checkpoint, sign_checkpoint};
use didymium_log::hash::{Hash, leaf_hash};
use didymium_log::note::SignedNote;
use didymium_log::sequencer::{Action, Event, Place, Ticket};
use didymium_log::tree::{Edge, append_batch};

use super::{Context, Process};
use crate::simulation::club::{MINUTE, Signed, Time, origin};
use crate::simulation::copy::Growth;
use crate::simulation::coverage::Reached;
use crate::simulation::disk::{Write, WriteId, Written};
use crate::simulation::message::{Alarm, Effect};
use crate::simulation::mutation::Mutation;

/// How long statements gather: a node does for milliseconds, here crashes and messages find their way in.
const GATHERING: Time = MINUTE;

/// Submissions that wait, and the commit under way.
#[derive(Debug, Default)]
pub(super) struct Intake {
    waiting: BTreeMap<Ticket, (Option<usize>, Rc<[u8]>)>,
    tickets: u64,
    commit: Option<Commit>,
}

/// A commit on its way to the disk.
#[derive(Debug)]
struct Commit {
    id: WriteId,
    places: Vec<Place>,
    edge: Edge,
}

impl Intake {
    /// Whether this write is the commit under way.
    pub(super) fn commits(&self, id: WriteId) -> bool {
        self.commit.as_ref().is_some_and(|commit| commit.id == id)
    }
}

impl Process {
    /// Takes a statement in; without a client it is the member's own. Before the fence is open nothing is taken: who
    /// asked asks again.
    pub(super) fn submit(
        &mut self,
        ctx: &mut Context<'_>,
        client: Option<usize>,
        statement: Rc<[u8]>,
    ) -> Result<(), LogError> {
        if !self.gate.is_open() {
            return Ok(());
        }
        let ticket = Ticket(self.intake.tickets);
        self.intake.tickets += 1;
        let event = Event::Submit {
            ticket,
            statement: leaf_hash(&statement),
            bytes: statement.len(),
        };
        let waits_already = self.intake.waiting.values().any(|(_, other)| *other == statement);
        if waits_already {
            ctx.reach(Reached::DuplicateJoined);
        }
        self.intake.waiting.insert(ticket, (client, statement));
        let actions = self.sequencer.step(event);
        self.perform(ctx, actions)
    }

    fn perform(&mut self, ctx: &mut Context<'_>, actions: Vec<Action>) -> Result<(), LogError> {
        for action in actions {
            match action {
                Action::Commit(batch) => self.commit(ctx, &batch)?,
                Action::Answer(ticket, place) => self.answer(ctx, ticket, place),
                Action::Refuse(ticket, _) => {
                    // The client hears nothing in time, and asks again.
                    self.intake.waiting.remove(&ticket);
                }
                Action::Gather => {
                    ctx.reach(Reached::Gathered);
                    ctx.wake(Alarm::Gathered, GATHERING);
                }
                Action::Stop => {
                    ctx.reach(Reached::StoppedOnUnknown);
                    ctx.effects.push(Effect::Stop);
                }
            }
        }
        Ok(())
    }

    /// The moment of gathering is over.
    pub(super) fn gathered(&mut self, ctx: &mut Context<'_>) -> Result<(), LogError> {
        let actions = self.sequencer.step(Event::Gathered);
        self.perform(ctx, actions)
    }

    fn answer(&mut self, ctx: &mut Context<'_>, ticket: Ticket, place: Place) {
        let Some((client, _)) = self.intake.waiting.remove(&ticket) else {
            return;
        };
        if !place.fresh {
            ctx.reach(Reached::DuplicateAnswered);
        }
        if let Some(client) = client {
            ctx.effects.push(Effect::Acknowledge { client, place });
        }
    }

    /// Gives every statement its place, computes the new head by two paths, signs it, and hands all of it to the disk
    /// as one write.
    fn commit(&mut self, ctx: &mut Context<'_>, batch: &[Ticket]) -> Result<(), LogError> {
        if batch.len() > 1 {
            ctx.reach(Reached::GroupCommit);
        }
        let own = &ctx.store().logs[ctx.me];
        let first = self.edge.size();
        let mut places = Vec::new();
        let mut fresh: Vec<Rc<[u8]>> = Vec::new();
        let mut leaves: Vec<Hash> = Vec::new();
        for ticket in batch {
            let Some((_, statement)) = self.intake.waiting.get(ticket) else {
                continue;
            };
            let leaf = leaf_hash(statement);
            let stored = own.find(&leaf).filter(|_| !ctx.has(Mutation::ForgetsPlaces));
            places.push(match stored {
                Some(index) => Place { index, fresh: false },
                None => {
                    fresh.push(Rc::clone(statement));
                    leaves.push(leaf);
                    Place {
                        index: first + leaves.len() as u64 - 1,
                        fresh: true,
                    }
                }
            });
        }
        if fresh.is_empty() {
            let actions = self.sequencer.step(Event::Committed { places });
            return self.perform(ctx, actions);
        }
        let mut edge = self.edge.clone();
        leaves.iter().try_for_each(|leaf| edge.append(*leaf))?;
        let base = if own.size() == first {
            own.edge().clone()
        } else {
            // A late write moved the store, or a planted bug went on beside it.
            own.first(first)?.edge().clone()
        };
        let writes = append_batch(&base, &leaves)?;
        let (root, other) = (writes.edge.root(), edge.root());
        if root != other && own.size() == first {
            return Err(LogError::RootMismatch {
                computed: root,
                expected: other,
            });
        }
        let head = Checkpoint {
            origin: origin(ctx.me),
            size: edge.size(),
            root,
        };
        let note = sign_checkpoint(&head, &ctx.club.logs[ctx.me].signer)?;
        let signed = Rc::new(Signed::new(SignedNote::parse(note.as_bytes())?)?);
        let growth = Rc::new(Growth {
            first,
            onto: if own.size() == first { own.root() } else { None },
            guarded: !(ctx.has(Mutation::ComparesSizes) || ctx.has(Mutation::UnknownIsFailed)),
            entries: fresh,
            rows: writes.rows,
            edge: writes.edge,
            signed: Rc::clone(&signed),
        });
        let write = if ctx.has(Mutation::UnknownIsFailed) {
            Write::Overwrite { log: ctx.me, growth }
        } else {
            Write::Grow { log: ctx.me, growth }
        };
        let id = ctx.write(write);
        if ctx.has(Mutation::ShowsBeforeCommit) {
            self.show_to_witnesses(ctx, &signed, 0)?;
        }
        if ctx.has(Mutation::AcknowledgesBeforeCommit) {
            for (ticket, place) in batch.iter().zip(&places) {
                self.answer(ctx, *ticket, *place);
            }
        }
        self.intake.commit = Some(Commit { id, places, edge });
        Ok(())
    }

    /// The commit under way ended.
    pub(super) fn committed(&mut self, ctx: &mut Context<'_>, written: Written) -> Result<(), LogError> {
        let Some(commit) = self.intake.commit.take() else {
            return Ok(());
        };
        let event = match written {
            Written::Synced => {
                self.edge = commit.edge;
                self.tell_fence(ctx);
                self.ask_for_round(ctx);
                Event::Committed {
                    places: commit.places,
                }
            }
            Written::Full => Event::NotCommitted,
            Written::Conflict | Written::Unknown if ctx.has(Mutation::UnknownIsFailed) => Event::NotCommitted,
            Written::Conflict | Written::Unknown => Event::Unknown,
        };
        let actions = self.sequencer.step(event);
        self.perform(ctx, actions)
    }
}
