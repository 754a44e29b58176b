//! Statements that are submitted one by one: many submitters, one writer, group commit.
//!
//! The writer is a thread that runs the [`Sequencer`]: while a batch is on its way to the disk the next one gathers, so a
//! busy log pays one transaction for up to 1,024 statements and an idle one answers after its own. It ends with the
//! node.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use didymium_log::Hash;
use didymium_log::sequencer::{Action, Event, Limits, Place, Refusal, Sequencer, Ticket};
use didymium_statement::{PayloadRef, Statement};
use didymium_store::StoreError;
use tokio::sync::{mpsc, oneshot};

use crate::room::Taker;
use crate::state::{Ending, WeakState};
use crate::{Entry, NodeError, NodeResult, NodeState, room};

/// How long a busy log lets the next batch gather. Many submitters wait longer than that anyway; two alone wait so long for
/// most answers.
const GATHER: Duration = Duration::from_millis(5);

struct Submission {
    entry: Entry,
    answer: oneshot::Sender<Result<Place, Refusal>>,
}

/// The way into the member's own log for single statements. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Intake {
    submissions: mpsc::Sender<Submission>,
}

impl Intake {
    /// Starts the writer of a node; it ends when the node does.
    ///
    /// # Errors
    /// [`NodeError::Thread`].
    pub(crate) fn start(state: WeakState) -> NodeResult<Self> {
        let limits = Limits::default();
        let (submissions, inbox) = mpsc::channel(limits.pool_entries);
        std::thread::Builder::new()
            .name("intake".to_owned())
            .spawn(move || Writer::new(state, limits).run(inbox))
            .map_err(NodeError::Thread)?;
        Ok(Self { submissions })
    }

    /// A way in whose pool is full while the receiver is held: nobody takes anything out of it.
    #[cfg(test)]
    pub(crate) fn full(entry: Entry) -> (Self, impl Sized) {
        let (submissions, inbox) = mpsc::channel(1);
        let (answer, told) = oneshot::channel();
        assert!(submissions.try_send(Submission { entry, answer }).is_ok());
        (Self { submissions }, (inbox, told))
    }

    /// Admits a statement and logs it; returns when it is on disk, inside a signed checkpoint.
    ///
    /// # Errors
    /// [`NodeError::LogWaits`], [`NodeError::LogReopens`] or [`NodeError::LogShut`] while the log must not sign; those of
    /// [`crate::admission::Admission::own`]; [`NodeError::NotLogged`] with the reason.
    pub async fn submit(
        &self,
        state: &NodeState,
        statement: Statement,
        blob: Option<Vec<u8>>,
    ) -> NodeResult<Place> {
        // Checked again by the ledger; here so that the submitter reads the reason.
        state.ledger().gate().pass()?;
        let entry = (statement, blob);
        let entry = match &entry.0.payload {
            PayloadRef::Inline(_) | PayloadRef::Sealed(_) => {
                state.admit_one(&entry)?;
                entry
            }
            // The blob may have to be read from the store.
            PayloadRef::Blob(_) => {
                let state = state.clone();
                tokio::task::spawn_blocking(move || state.admit_one(&entry).map(|()| entry)).await??
            }
        };
        let (answer, told) = oneshot::channel();
        let busy = Refusal::Busy {
            retry_after_ms: Limits::default().retry_after_ms,
        };
        self.submissions
            .try_send(Submission { entry, answer })
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => NodeError::NotLogged(busy),
                mpsc::error::TrySendError::Closed(_) => NodeError::NotLogged(Refusal::Stopped),
            })?;
        // A writer that is gone has stopped.
        told.await.unwrap_or(Err(Refusal::Stopped)).map_err(|refusal| {
            // Whoever came while the gate closed reads why, and when to come again.
            match (refusal, state.ledger().gate().pass()) {
                (Refusal::NotCommitted | Refusal::Stopped, Err(NodeError::LogReopens)) => {
                    NodeError::LogReopens
                }
                _ => NodeError::NotLogged(refusal),
            }
        })
    }
}

/// A submission on its way: what is to be logged until a batch takes it, and whom to tell.
struct Waiting {
    entry: Option<Entry>,
    answer: oneshot::Sender<Result<Place, Refusal>>,
}

struct Writer {
    state: WeakState,
    sequencer: Sequencer,
    waiting: HashMap<Ticket, Waiting>,
    tickets: u64,
}

impl Writer {
    fn new(state: WeakState, limits: Limits) -> Self {
        Self {
            state,
            sequencer: Sequencer::new(limits),
            waiting: HashMap::new(),
            tickets: 0,
        }
    }

    fn run(mut self, mut inbox: mpsc::Receiver<Submission>) {
        while let Some(first) = inbox.blocking_recv() {
            let mut actions = VecDeque::new();
            if self.look_for_room(&mut actions).is_none() {
                return;
            }
            actions.extend(self.take_in(first));
            while let Some(action) = actions.pop_front() {
                match action {
                    Action::Commit(batch) => {
                        let Some(outcome) = self.commit(&batch) else {
                            return;
                        };
                        // Whoever came meanwhile is in the next batch.
                        self.drain(&mut inbox, &mut actions);
                        if self.look_for_room(&mut actions).is_none() {
                            return;
                        }
                        actions.extend(self.sequencer.step(outcome));
                    }
                    Action::Gather => {
                        // The answers before this one are out.
                        std::thread::sleep(GATHER);
                        self.drain(&mut inbox, &mut actions);
                        actions.extend(self.sequencer.step(Event::Gathered));
                    }
                    Action::Answer(ticket, place) => self.tell(ticket, Ok(place)),
                    Action::Refuse(ticket, refusal) => self.tell(ticket, Err(refusal)),
                    Action::Stop => {
                        if let Some(state) = self.state.upgrade() {
                            state.fail(Ending::LogStopped);
                        }
                        return;
                    }
                }
            }
        }
    }

    /// Takes in all that has come.
    fn drain(&mut self, inbox: &mut mpsc::Receiver<Submission>, actions: &mut VecDeque<Action>) {
        while let Ok(more) = inbox.try_recv() {
            actions.extend(self.take_in(more));
        }
    }

    fn take_in(&mut self, submission: Submission) -> Vec<Action> {
        let ticket = Ticket(self.tickets);
        self.tickets += 1;
        let event = Event::Submit {
            ticket,
            statement: Hash(*submission.entry.0.id().as_bytes()),
            bytes: submission.entry.0.bytes().len(),
        };
        let Submission { entry, answer } = submission;
        let entry = Some(entry);
        self.waiting.insert(ticket, Waiting { entry, answer });
        self.sequencer.step(event)
    }

    /// Logs a batch; `None` when the node is gone.
    ///
    /// The node is held for the commit alone and let go before anybody is answered: who has an answer and stops the node
    /// finds its folder free.
    fn commit(&mut self, batch: &[Ticket]) -> Option<Event> {
        let state = self.state.upgrade()?;
        let entries: Vec<Entry> = batch
            .iter()
            .filter_map(|ticket| self.waiting.get_mut(ticket)?.entry.take())
            .collect();
        Some(match state.ledger().append(entries) {
            Ok(appended) => Event::Committed {
                places: appended
                    .into_iter()
                    .map(|place| Place {
                        index: place.index,
                        fresh: place.fresh,
                    })
                    .collect(),
            },
            Err(error) => {
                // Intake stops well before the disk is full; where it is so all the same the store has told the node to end.
                tracing::error!(error = error.in_words(), "a batch could not be logged");
                outcome_of(&error)
            }
        })
    }

    /// Stops intake before the disk is full, and opens it when there is room again; `None` when the node is gone.
    fn look_for_room(&mut self, actions: &mut VecDeque<Action>) -> Option<()> {
        let state = self.state.upgrade()?;
        let room = room::require(&state, Taker::OwnLog, 0).is_ok();
        actions.extend(self.sequencer.step(Event::Room(room)));
        Some(())
    }

    fn tell(&mut self, ticket: Ticket, told: Result<Place, Refusal>) {
        if let Some(submission) = self.waiting.remove(&ticket) {
            // A submitter that went away needs no answer.
            let _ = submission.answer.send(told);
        }
    }
}

/// What an error of the ledger says about the disk.
fn outcome_of(error: &NodeError) -> Event {
    match error {
        // The transaction was rolled back for want of room; or an entry was refused before it began.
        NodeError::Store(StoreError::DiskFull)
        | NodeError::LogWaits { .. }
        | NodeError::LogReopens
        | NodeError::LogShut { .. }
        | NodeError::BlobAbsent { .. }
        | NodeError::BlobUncalled { .. }
        | NodeError::Refused { .. } => Event::NotCommitted,
        _ => Event::Unknown,
    }
}
