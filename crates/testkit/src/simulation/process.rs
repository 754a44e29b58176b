//! An honest member's process: a shell around the cores, as a node is, with what it keeps in memory.
//!
//! Whatever comes in is one step: the process reads its store and answers with effects, which the run carries out one
//! by one. Between any two of them it may crash, and all that is kept here is gone.

mod fence;
mod follow;
mod intake;
mod judge;
mod rounds;
mod witness;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use didymium_log::LogError;
use didymium_log::evidence::Suspicion;
use didymium_log::sequencer::{Limits, Sequencer};
use didymium_log::tree::Edge;

use super::club::{Club, HOUR, MINUTE, MemberId, SECOND, Signed, Time, unix_seconds};
use super::coverage::{Coverage, Reached};
use super::disk::{Disk, Store, Write, WriteId, Written};
use super::message::{Alarm, Body, Effect, Input};
use super::mutation::Mutation;
use super::random::Random;

use fence::Gate;
use follow::Pull;
use intake::Intake;
use rounds::Round;
use witness::Cosigning;

/// How often a member asks the others for their heads while nothing is wrong with the club.
const POLL: Time = 26 * HOUR;
/// The same once faults have ended.
const POLL_CALM: Time = 6 * HOUR;
/// How long changes are gathered before a round of cosignatures.
const GATHER: Time = SECOND / 5;
/// How often the fence asks again.
const FENCE_AGAIN: Time = 40 * MINUTE;

/// What a step sees of the world, and where it puts what it does.
pub(super) struct Context<'a> {
    pub(super) me: MemberId,
    pub(super) now: Time,
    pub(super) clock_offset_ms: i64,
    /// Whether faults have ended.
    pub(super) calm: bool,
    pub(super) club: &'a Club,
    pub(super) disk: &'a mut Disk,
    pub(super) random: &'a mut Random,
    pub(super) coverage: &'a mut Coverage,
    pub(super) mutation: Option<Mutation>,
    pub(super) effects: &'a mut Vec<Effect>,
    pub(super) next_write: &'a mut WriteId,
}

impl Context<'_> {
    pub(super) fn store(&self) -> &Store {
        self.disk.store()
    }

    pub(super) fn clock(&self) -> u64 {
        unix_seconds(self.now, self.clock_offset_ms)
    }

    pub(super) fn has(&self, mutation: Mutation) -> bool {
        self.mutation == Some(mutation)
    }

    pub(super) fn send(&mut self, to: MemberId, body: Body) {
        self.effects.push(Effect::Send { to, body });
    }

    pub(super) fn write(&mut self, write: Write) -> WriteId {
        let id = *self.next_write;
        *self.next_write += 1;
        self.effects.push(Effect::Write { id, write });
        id
    }

    pub(super) fn wake(&mut self, alarm: Alarm, after: Time) {
        self.effects.push(Effect::Wake { alarm, after });
    }

    pub(super) fn reach(&mut self, reached: Reached) {
        self.coverage.reach(reached);
    }
}

/// What a member's process keeps in memory.
#[derive(Debug)]
pub(super) struct Process {
    sequencer: Sequencer,
    intake: Intake,
    /// The compact range of the own log, beside the stored tiles the second path to its root.
    edge: Edge,
    gate: Gate,
    round: Round,
    cosigning: BTreeMap<WriteId, Cosigning>,
    pulls: BTreeMap<MemberId, Pull>,
    /// Heads of each log that were shown by anybody, verified, the newest last.
    seen: Vec<Vec<Rc<Signed>>>,
    /// Texts and signatures of logs that were verified.
    verified: BTreeSet<(String, Vec<u8>)>,
    suspicions: Vec<(MemberId, Suspicion)>,
    /// Whether a round is to come.
    round_asked: bool,
}

impl Process {
    pub(super) fn new(members: usize) -> Self {
        Process {
            sequencer: Sequencer::new(Limits::default()),
            intake: Intake::default(),
            edge: Edge::default(),
            gate: Gate::default(),
            round: Round::default(),
            cosigning: BTreeMap::new(),
            pulls: BTreeMap::new(),
            seen: vec![Vec::new(); members],
            verified: BTreeSet::new(),
            suspicions: Vec::new(),
            round_asked: false,
        }
    }

    /// Whether the own log may sign.
    pub(super) fn is_open(&self) -> bool {
        self.gate.is_open()
    }

    /// What the own log signed before and its store lacks or contradicts, if the fence is closed for it.
    pub(super) fn shut_by(&self) -> Option<Rc<Signed>> {
        self.gate.lost()
    }

    /// Takes in what happened.
    ///
    /// # Errors
    /// Only for what no honest shell should see of the cores.
    pub(super) fn step(&mut self, ctx: &mut Context<'_>, input: Input) -> Result<(), LogError> {
        match input {
            Input::Start { founding } => self.start(ctx, founding),
            Input::Submit { client, statement } => self.submit(ctx, Some(client), statement),
            Input::Message { from, body } => self.message(ctx, from, body),
            Input::Written { id, written } => self.written(ctx, id, written),
            Input::Alarm(Alarm::Poll) => self.poll(ctx),
            Input::Alarm(Alarm::Round) => self.hold_round(ctx),
            Input::Alarm(Alarm::Fence) => self.ask_fence(ctx),
            Input::Alarm(Alarm::Gathered) => self.gathered(ctx),
            Input::Alarm(Alarm::Lie) => Ok(()),
        }
    }

    fn start(&mut self, ctx: &mut Context<'_>, founding: bool) -> Result<(), LogError> {
        if ctx.has(Mutation::ForgetsCosigned) {
            ctx.disk.forget_cosigned();
        }
        self.edge = Edge::from(ctx.store().logs[ctx.me].edge());
        self.resume_round(ctx);
        let first = ctx.random.between(MINUTE, POLL);
        ctx.wake(Alarm::Poll, if ctx.calm { MINUTE } else { first });
        self.start_fence(ctx, founding)
    }

    fn message(&mut self, ctx: &mut Context<'_>, from: MemberId, body: Body) -> Result<(), LogError> {
        match body {
            Body::AddCheckpoint { id, request } => self.asked_to_cosign(ctx, from, id, &request),
            Body::WitnessAnswer { id, status, text, .. } => self.witness_answered(ctx, id, status, &text),
            Body::AskHead => {
                let own = ctx.store().logs[ctx.me].signed().cloned();
                let heads = own.map(|signed| (ctx.me, signed)).into_iter().collect();
                ctx.send(from, Body::Heads(heads));
                Ok(())
            }
            Body::AskHeads => {
                let heads = known_heads(ctx);
                ctx.send(from, Body::Heads(heads));
                tell_evidence(ctx, from);
                Ok(())
            }
            Body::Evidence(told) => told
                .iter()
                .try_for_each(|evidence| self.told_of_evidence(ctx, evidence)),
            Body::Heads(heads) => heads
                .into_iter()
                .try_for_each(|(log, signed)| self.shown(ctx, log, &signed, from)),
            Body::Fetch { log, asked } => {
                let copy = &ctx.store().logs[log];
                let served = asked.iter().filter_map(|asked| copy.serve(*asked));
                let served = served.map(|(given, bytes)| (given, bytes.into())).collect();
                ctx.send(from, Body::Fetched { log, served });
                Ok(())
            }
            Body::Fetched { log, served } => self.fetched(ctx, from, log, &served),
            Body::AskFence { start } => {
                let signed = latest_known(ctx, from);
                ctx.send(from, Body::FenceAnswer { start, signed });
                Ok(())
            }
            Body::FenceAnswer { start, signed } => self.fence_answered(ctx, from, start, signed),
        }
    }

    fn written(&mut self, ctx: &mut Context<'_>, id: WriteId, written: Written) -> Result<(), LogError> {
        if let Some(cosigning) = self.cosigning.remove(&id) {
            return self.cosigned(ctx, cosigning, written);
        }
        if self.intake.commits(id) {
            return self.committed(ctx, written);
        }
        let pulled = self.pulls.iter().find(|(_, pull)| pull.writes(id));
        if let Some(log) = pulled.map(|(log, _)| *log) {
            return self.kept(ctx, log, written);
        }
        Ok(())
    }

    /// Asks every log for its head and one member for all it knows; takes up again what was left.
    fn poll(&mut self, ctx: &mut Context<'_>) -> Result<(), LogError> {
        let now = ctx.now;
        self.pulls.retain(|_, pull| pull.is_alive(now));
        for other in ctx.club.others(ctx.me) {
            if ctx.store().evidence[other].is_none() {
                ctx.send(other, Body::AskHead);
            }
        }
        let others: Vec<MemberId> = ctx.club.others(ctx.me).collect();
        if let Some(other) = ctx.random.pick(&others) {
            ctx.send(other, Body::AskHeads);
        }
        self.publish_evidence(ctx)?;
        self.recover(ctx)?;
        self.ask_for_round(ctx);
        let pause = if ctx.calm { POLL_CALM } else { POLL };
        let after = ctx.random.between(pause / 2, pause);
        ctx.wake(Alarm::Poll, after);
        Ok(())
    }
}

/// The heads that a member tells others of: of its own log, of its mirrors, and those that it cosigned.
fn known_heads(ctx: &Context<'_>) -> Vec<(MemberId, Rc<Signed>)> {
    let mut heads = Vec::new();
    for (log, copy) in ctx.store().logs.iter().enumerate() {
        heads.extend(copy.signed().map(|signed| (log, Rc::clone(signed))));
    }
    for (log, cosigned) in ctx.store().cosigned.iter().enumerate() {
        let Some(cosigned) = cosigned else { continue };
        if let Some(Ok(signed)) = cosigned.note.clone().map(Signed::new) {
            heads.push((log, Rc::new(signed)));
        }
    }
    heads
}

/// Tells what is held against others. It stands in the own log as well; but a log that is shut, or frozen for two
/// histories of its own, reaches nobody.
fn tell_evidence(ctx: &mut Context<'_>, to: MemberId) {
    let held = ctx.store().evidence.iter().flatten();
    let told: Vec<Rc<[u8]>> = held.map(|evidence| evidence.to_bytes().into()).collect();
    if !told.is_empty() && !ctx.has(Mutation::KeepsEvidence) && !ctx.has(Mutation::PublishesOnly) {
        ctx.send(to, Body::Evidence(told));
    }
}

/// The newest head of a log that this member cosigned or mirrors.
fn latest_known(ctx: &Context<'_>, log: MemberId) -> Option<Rc<Signed>> {
    let cosigned = ctx.store().cosigned[log].as_ref();
    let cosigned = cosigned
        .and_then(|head| Signed::new(head.note.clone()?).ok())
        .map(Rc::new);
    let mirrored = ctx.store().logs[log].signed().cloned();
    cosigned
        .into_iter()
        .chain(mirrored)
        .max_by_key(|signed| signed.head.size)
}
