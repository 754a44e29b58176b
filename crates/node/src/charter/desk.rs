//! The desk: the charter log as it goes on while the node runs, and in its files.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use didymium_statement::{
    CharterAction, CharterEvent, CharterFork, CharterId, CharterLog, Proposal, StatementError,
};

use super::copies::{Demand, names_more_of_own, objection};
use crate::folder::charter as files;
use crate::{NodeError, NodeResult, NodeState, fencing};

/// Most proposals kept that no voting member has signed: requests of those who wish to join.
const REQUESTS_MAX: usize = 16;

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It was known before.
    Nothing,
    /// A proposal is new, or has new signatures.
    Kept(CharterId),
    /// A proposal waits for a voting member to take it up: it is shown, and not passed on.
    Requested(CharterId),
    /// A version is adopted; the node opens itself again under it.
    Adopted(CharterId),
    /// A version contradicts one that was adopted: it is kept as evidence, and nothing more is adopted.
    Forked,
}

/// The charter log as it goes on.
#[derive(Debug)]
pub(crate) struct Desk {
    dir: PathBuf,
    stands: Mutex<Stands>,
}

/// What stands on the desk.
#[derive(Debug, Clone)]
pub(crate) struct Stands {
    /// The charter log, with open proposals.
    pub(crate) log: CharterLog,
    /// What no voting member has signed yet.
    pub(crate) requests: BTreeMap<CharterId, Proposal>,
    /// The version that counts and contradicts what is held here, with the reason.
    pub(crate) refused: Option<(u32, String)>,
    /// Since when this node knows each version, milliseconds since the Unix epoch.
    pub(crate) known_since: BTreeMap<CharterId, i64>,
}

impl Desk {
    /// The desk of a folder that nobody else writes to.
    pub(crate) fn open(dir: PathBuf, log: CharterLog) -> NodeResult<Self> {
        files::sweep_proposals(&dir, &log)?;
        if let Some(fork) = log.fork() {
            tell_fork(fork);
        }
        let stands = Stands {
            log,
            requests: BTreeMap::new(),
            refused: None,
            known_since: files::known_since(&dir)?,
        };
        Ok(Self {
            dir,
            stands: Mutex::new(stands),
        })
    }

    /// What stands there now.
    pub(crate) fn stands(&self) -> MutexGuard<'_, Stands> {
        self.stands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The charter log as it is now.
    pub(crate) fn log(&self) -> CharterLog {
        self.stands().log.clone()
    }
}

/// Takes in what a person or a peer says of the charter. What is adopted is on disk when this returns, and the node is told
/// to open itself again. Blocking.
///
/// # Errors
/// [`NodeError::Statement`] with the rule that is broken; [`NodeError::CharterRefused`] for a version that counts and
/// contradicts what is held here; [`NodeError::Io`], [`NodeError::Store`].
pub fn take(state: &NodeState, event: CharterEvent) -> NodeResult<Taken> {
    let taken = take_in(state, event);
    if let Err(NodeError::Io { source, .. }) = &taken {
        // Its files are no less than the database: what was adopted must be on the disk.
        state.fail_on_file(source);
    }
    taken
}

fn take_in(state: &NodeState, event: CharterEvent) -> NodeResult<Taken> {
    let desk = state.desk();
    let mut stands = desk.stands();
    let offered = match &event {
        CharterEvent::Propose(bytes) => Some(bytes.clone()),
        _ => None,
    };
    let mut next = stands.log.clone();
    let actions = match (next.step(event), offered) {
        (Err(StatementError::CharterUnsponsored { .. }), Some(bytes)) => return request(&mut stands, &bytes),
        (stepped, _) => stepped?,
    };
    let mut taken = Taken::Nothing;
    let mut actions = VecDeque::from(actions);
    while let Some(action) = actions.pop_front() {
        match &action {
            CharterAction::Keep(id) => {
                if let Some(proposal) = next.proposal(id) {
                    files::keep_proposal(&desk.dir, proposal)?;
                }
                // Whoever asked for it here has signed it, and may have done so nowhere else.
                if let Some(request) = stands.requests.remove(id) {
                    actions.extend(next.step(CharterEvent::Propose(request.bytes()?))?);
                }
                taken = Taken::Kept(*id);
            }
            CharterAction::Adopt(id) => {
                let version = next.head().charter().version;
                let mut in_force = state.adopting();
                if let Some(reason) = objection(state, next.head().version(), Demand::Nothing)? {
                    if names_more_of_own(state, next.head().version())? {
                        fencing::shut(state, &reason);
                    }
                    return Err(refuse(&mut stands, version, reason));
                }
                files::write_chain(&desk.dir, &next)?;
                *in_force = *id;
                drop(in_force);
                stands.known_since.insert(*id, state.clock().now_ms());
                // The dates are for people to read: the version is adopted without them too.
                if let Err(error) = files::write_known_since(&desk.dir, &stands.known_since) {
                    tracing::warn!(
                        error = error.in_words(),
                        "since when versions are known could not be written"
                    );
                }
                stands.requests.clear();
                stands.refused = None;
                tracing::info!(version, charter = %id, "a version of the charter is adopted");
                taken = Taken::Adopted(*id);
            }
            CharterAction::Alarm(fork) => {
                files::keep_rival(&desk.dir, &fork.theirs)?;
                tell_fork(fork);
                taken = Taken::Forked;
            }
            // The files of what is dropped go with the sweep below.
            CharterAction::Drop(_) => {}
        }
    }
    if let Taken::Adopted(_) = taken {
        files::sweep_proposals(&desk.dir, &next)?;
    }
    stands.log = next;
    drop(stands);
    if let Taken::Adopted(_) = taken {
        state.open_again();
    }
    Ok(taken)
}

/// Keeps a proposal that no voting member has signed, if there is room; more signatures are merged.
fn request(stands: &mut Stands, bytes: &[u8]) -> NodeResult<Taken> {
    let proposal = stands.log.read_proposal(bytes)?;
    let id = proposal.id();
    if let Some(known) = stands.requests.get_mut(&id) {
        let added = known.merge(&proposal)?;
        return Ok(if added == 0 {
            Taken::Nothing
        } else {
            Taken::Requested(id)
        });
    }
    // Whom nobody has signed for is nobody.
    if proposal.signatures().next().is_none() {
        return Err(StatementError::CharterUnsponsored { charter: id }.into());
    }
    if stands.requests.len() >= REQUESTS_MAX {
        return Err(StatementError::TooMany {
            what: "requests that no voting member has signed",
            count: stands.requests.len() + 1,
            max: REQUESTS_MAX,
        }
        .into());
    }
    tracing::info!(proposal = %id, "somebody asks to change the charter");
    stands.requests.insert(id, proposal);
    Ok(Taken::Requested(id))
}

fn refuse(stands: &mut Stands, version: u32, reason: String) -> NodeError {
    let said = (version, reason.clone());
    if stands.refused.as_ref() != Some(&said) {
        tracing::error!(
            version,
            reason,
            "a version of the charter that counts is not adopted"
        );
        stands.refused = Some(said);
    }
    NodeError::CharterRefused { version, reason }
}

fn tell_fork(fork: &CharterFork) {
    tracing::error!(
        version = fork.ours.charter().version,
        ours = %fork.ours.id(),
        theirs = %fork.theirs.id(),
        signed_both = fork.signed_both.join(", "),
        "the charter is forked: nothing more is adopted until the members say which half goes on"
    );
}
