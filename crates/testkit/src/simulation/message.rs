//! What members say to each other, and what they do.

use std::rc::Rc;

use didymium_log::Hash;
use didymium_log::mirror::Resource;
use didymium_log::sequencer::Place;

use super::club::{MemberId, Signed, Time};
use super::copy::Growth;
use super::disk::{Write, WriteId};

/// What one member sends another. Texts go as they would over the wire where the cores read them.
#[derive(Debug, Clone)]
pub(super) enum Body {
    /// `POST add-checkpoint`.
    AddCheckpoint { id: u64, request: Rc<str> },
    /// The answer to it. `head` is what was cosigned, for the oracle alone.
    WitnessAnswer {
        id: u64,
        status: u16,
        text: Rc<str>,
        cosigned: Option<(MemberId, Rc<Signed>)>,
    },
    /// Asks a member for the checkpoint of its own log.
    AskHead,
    /// Asks a member for all heads and evidence that it knows.
    AskHeads,
    /// Heads, each of the log of the member named.
    Heads(Vec<(MemberId, Rc<Signed>)>),
    /// Evidence, in its text form.
    Evidence(Vec<Rc<[u8]>>),
    /// Asks for tiles and bundles of a log.
    Fetch { log: MemberId, asked: Vec<Resource> },
    /// Tiles and bundles, without those that the sender has not got.
    Fetched {
        log: MemberId,
        served: Vec<(Resource, Rc<[u8]>)>,
    },
    /// Asks a witness what it cosigned last of the sender's log; the number tells starts apart.
    AskFence { start: u64 },
    /// The answer to it.
    FenceAnswer { start: u64, signed: Option<Rc<Signed>> },
}

/// What a process wants to be woken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alarm {
    /// Ask the others for heads, and try again what did not succeed.
    Poll,
    /// Ask the witnesses for cosignatures on the newest head.
    Round,
    /// Ask the witnesses for the fence.
    Fence,
    /// The moment in which statements gather is over.
    Gathered,
    /// Lie.
    Lie,
}

/// What happens to a process.
#[derive(Debug)]
pub(super) enum Input {
    /// It starts, and reads its disk. A member that founds its log needs no fence.
    Start { founding: bool },
    /// A client hands over a statement.
    Submit { client: usize, statement: Rc<[u8]> },
    /// A message came.
    Message { from: MemberId, body: Body },
    /// A write ended.
    Written {
        id: WriteId,
        written: super::disk::Written,
    },
    /// An alarm went off.
    Alarm(Alarm),
}

/// What a process does, in order; it may crash between any two.
#[derive(Debug)]
pub(super) enum Effect {
    /// Sends a message.
    Send { to: MemberId, body: Body },
    /// Hands a write to the disk.
    Write { id: WriteId, write: Write },
    /// Tells a client the place of its statement.
    Acknowledge { client: usize, place: Place },
    /// Asks to be woken.
    Wake { alarm: Alarm, after: Time },
    /// Takes a head of the own log for witnessed, with these cosignatures.
    Claim { signed: Rc<Signed> },
    /// Stops the process: what is on disk is unknown.
    Stop,
    /// For the oracle: a lying log made a history. It cannot crash here.
    Forge { growth: Rc<Growth>, chain: Vec<u64> },
    /// For the oracle: a lying witness cosigned a head.
    Collude { log: MemberId, size: u64, root: Hash },
}
