//! The restart fence: nothing is signed after a start before the witnesses had their say.

use std::rc::Rc;

use didymium_log::LogError;
use didymium_log::fence::{Decision, Fence, FenceEvent, StoredHead};

use super::{Context, FENCE_AGAIN, Process};
use crate::simulation::club::{MemberId, Signed};
use crate::simulation::coverage::Reached;
use crate::simulation::message::{Alarm, Body, Effect};
use crate::simulation::mutation::Mutation;

/// Whether the own log may sign.
#[derive(Debug, Default)]
pub(super) struct Gate {
    fence: Option<Fence>,
    state: State,
    /// Tells this start from earlier ones, so that no old answer counts.
    start: u64,
    heard: Vec<MemberId>,
    /// What the log signed before and the store lacks: to be got back from the mirrors.
    lost: Option<Rc<Signed>>,
    recovered: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Asking,
    Open,
    Closed,
}

impl Gate {
    pub(super) fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// What the log signed before and its store lacks or contradicts: while there is any, it may not sign.
    pub(super) fn lost(&self) -> Option<Rc<Signed>> {
        self.lost.clone().filter(|_| self.state == State::Closed)
    }
}

impl Process {
    /// Puts the fence up at a start. A log that is founded has nobody to ask.
    pub(super) fn start_fence(&mut self, ctx: &mut Context<'_>, founding: bool) -> Result<(), LogError> {
        self.gate.start = ctx.random.next();
        let young = ctx.has(Mutation::TrustsYoungStore) && ctx.store().logs[ctx.me].size() <= 1;
        if founding || young || ctx.has(Mutation::NoFence) {
            self.gate.state = State::Open;
            self.ask_for_round(ctx);
            return Ok(());
        }
        let stored = stored_head(ctx);
        let keys = ctx.club.logs[ctx.me].verifier.to_vec();
        self.gate.fence = Some(Fence::new(keys, stored, ctx.club.quorum));
        self.gate.state = State::Asking;
        self.gate.heard.clear();
        self.ask_fence(ctx)
    }

    /// The own log grew: answers that come late are held against what it holds now.
    pub(super) fn tell_fence(&mut self, ctx: &Context<'_>) {
        if ctx.has(Mutation::ShutForGood) {
            return;
        }
        if let (Some(fence), Some(stored)) = (&mut self.gate.fence, stored_head(ctx)) {
            fence.grew(stored);
        }
    }

    /// Asks the witnesses that were not heard.
    pub(super) fn ask_fence(&mut self, ctx: &mut Context<'_>) -> Result<(), LogError> {
        if self.gate.state != State::Asking {
            return Ok(());
        }
        for other in ctx.club.others(ctx.me) {
            if !self.gate.heard.contains(&other) {
                let start = self.gate.start;
                ctx.send(other, Body::AskFence { start });
            }
        }
        ctx.wake(Alarm::Fence, FENCE_AGAIN);
        Ok(())
    }

    /// A witness said what it knows of the own log.
    pub(super) fn fence_answered(
        &mut self,
        ctx: &mut Context<'_>,
        from: MemberId,
        start: u64,
        signed: Option<Rc<Signed>>,
    ) -> Result<(), LogError> {
        let Some(fence) = self.gate.fence.as_mut().filter(|_| start == self.gate.start) else {
            return Ok(());
        };
        if self.gate.state == State::Open {
            ctx.coverage.reach(Reached::FenceHeardLate);
        }
        // The charter's list of the others leaves out the member itself.
        let witness = if from > ctx.me { from - 1 } else { from };
        let event = match signed {
            Some(signed) => FenceEvent::Signed {
                witness,
                note: signed.note.clone(),
            },
            None => FenceEvent::NoneKnown { witness },
        };
        let copy = &ctx.disk.store().logs[ctx.me];
        let decision = match fence.step(event, |size| copy.root_at(size)) {
            Ok(decision) => decision,
            // What the log did not sign says nothing about it.
            Err(LogError::LogSignatureMissing { .. } | LogError::NoKnownSignature) => return Ok(()),
            Err(error) => return Err(error),
        };
        if !self.gate.heard.contains(&from) {
            self.gate.heard.push(from);
        }
        self.decide(ctx, decision)
    }

    fn decide(&mut self, ctx: &mut Context<'_>, decision: Decision) -> Result<(), LogError> {
        match decision {
            Decision::MustRefuse(refusal) => {
                let signed = Signed::new(refusal.note)?;
                let own = &ctx.store().logs[ctx.me];
                let size = signed.head.size;
                if size <= own.size()
                    && own.root_at(size)? == signed.head.root
                    && !ctx.has(Mutation::ShutForGood)
                {
                    // A write of an earlier process came late, and the store holds it after all: it is read again.
                    ctx.effects.push(Effect::Stop);
                    return Ok(());
                }
                if self.gate.state != State::Closed {
                    ctx.reach(Reached::FenceClosed);
                }
                self.gate.state = State::Closed;
                self.gate.lost = Some(Rc::new(signed));
                self.recover(ctx)
            }
            Decision::MaySign => self.open_gate(ctx),
            Decision::Wait { .. } => Ok(()),
        }
    }

    fn open_gate(&mut self, ctx: &mut Context<'_>) -> Result<(), LogError> {
        if self.gate.state == State::Asking {
            self.gate.state = State::Open;
            ctx.reach(Reached::FenceOpened);
            if std::mem::take(&mut self.gate.recovered) {
                ctx.reach(Reached::RecoveredFromMirrors);
            }
            self.ask_for_round(ctx);
        }
        Ok(())
    }

    /// Gets back from the mirrors what the fence showed to be lost: the decision that people make when a fence closes.
    pub(super) fn recover(&mut self, ctx: &mut Context<'_>) -> Result<(), LogError> {
        let Some(lost) = self.gate.lost() else {
            return Ok(());
        };
        let own = &ctx.store().logs[ctx.me];
        if lost.head.size <= own.size() {
            // A write that nobody was told of made it whole, or it is of another history, which people must decide on.
            let whole = own.root_at(lost.head.size)? == lost.head.root;
            let heals = whole && !ctx.has(Mutation::ShutForGood);
            return if heals { self.recovered(ctx) } else { Ok(()) };
        }
        let others: Vec<MemberId> = ctx.club.others(ctx.me).collect();
        // Cosignatures are collected anew: the head is kept as the log signed it.
        let [key] = &ctx.club.logs[ctx.me].verifier;
        let mut note = lost.note.clone();
        note.signatures
            .retain(|line| line.name == key.name() && line.key_id == key.key_id());
        let own = Rc::new(Signed::new(note)?);
        match ctx.random.pick(&others) {
            Some(source) => self.pull(ctx, ctx.me, &own, source),
            None => Ok(()),
        }
    }

    /// The own log is whole again: it goes through the fence once more, as after a start.
    pub(super) fn recovered(&mut self, ctx: &mut Context<'_>) -> Result<(), LogError> {
        self.edge = didymium_log::tree::Edge::from(ctx.store().logs[ctx.me].edge());
        self.gate.lost = None;
        self.gate.recovered = true;
        self.start_fence(ctx, false)
    }
}

/// What the store holds of the own log.
fn stored_head(ctx: &Context<'_>) -> Option<StoredHead> {
    let own = &ctx.store().logs[ctx.me];
    own.signed().map(|signed| StoredHead {
        size: own.size(),
        root: own.edge().root(),
        note: Some(signed.note.clone()),
    })
}
