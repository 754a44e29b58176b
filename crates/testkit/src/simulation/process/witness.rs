//! Cosigning the heads of others.

use std::rc::Rc;

use didymium_log::LogError;
use didymium_log::evidence::Finding;
use didymium_log::witness::{
    AddCheckpoint, Answer, CosignedHead, Outcome, Pending, Persisted, Refusal, WitnessedLog, step,
};

use super::{Context, Process};
use crate::simulation::club::{MemberId, Signed};
use crate::simulation::coverage::Reached;
use crate::simulation::disk::{Write, Written};
use crate::simulation::message::Body;
use crate::simulation::mutation::Mutation;

/// How often a request is judged again because another one came first.
const ATTEMPTS: u8 = 8;

/// A cosignature that waits for its state to be stored.
#[derive(Debug)]
pub(super) struct Cosigning {
    pending: Box<Pending>,
    /// What was sent already, by a planted bug.
    released: bool,
    log: MemberId,
    to: MemberId,
    id: u64,
    request: AddCheckpoint,
    attempts: u8,
}

impl Process {
    /// Somebody asks for a cosignature.
    pub(super) fn asked_to_cosign(
        &mut self,
        ctx: &mut Context<'_>,
        from: MemberId,
        id: u64,
        request: &str,
    ) -> Result<(), LogError> {
        match AddCheckpoint::parse(request.as_bytes()) {
            Ok(request) => self.judge_request(ctx, from, id, &request, 0),
            Err(error) => {
                refuse(ctx, from, id, Answer::malformed(&error));
                Ok(())
            }
        }
    }

    fn judge_request(
        &mut self,
        ctx: &mut Context<'_>,
        from: MemberId,
        id: u64,
        request: &AddCheckpoint,
        attempts: u8,
    ) -> Result<(), LogError> {
        // Nobody is a witness of their own log.
        let log = ctx
            .club
            .member_of(&request.checkpoint().origin)
            .filter(|log| *log != ctx.me);
        let cosigned = log.and_then(|log| ctx.store().cosigned[log].clone());
        let known = log.map(|log| WitnessedLog {
            keys: &ctx.club.logs[log].verifier,
            frozen: ctx.store().evidence[log].is_some(),
            cosigned: cosigned.as_deref(),
        });
        let cosigner = &ctx.club.witnesses[ctx.me].cosigner;
        if let (Some(log), true) = (log, ctx.has(Mutation::SkipsConsistency)) {
            let answer = cosigner.cosign(&request.note().text, ctx.clock()).to_string();
            return store_blindly(ctx, from, id, log, request, &answer);
        }
        let judged = step(known, request, &[cosigner], ctx.clock())?;
        if let Some(log) = log {
            self.found(ctx, log, judged.finding)?;
        }
        match judged.outcome {
            Outcome::Refused { refusal, answer } => {
                match refusal {
                    Refusal::Conflict { .. } => ctx.reach(Reached::WitnessConflict),
                    Refusal::Frozen => ctx.reach(Reached::FrozenRefused),
                    Refusal::ClockSteppedBack { .. } => ctx.reach(Reached::ClockRefused),
                    _ => {}
                }
                refuse(ctx, from, id, answer);
                if let (Some(log), false) = (
                    log,
                    matches!(refusal, Refusal::NotSigned(_) | Refusal::UnknownLog),
                ) {
                    self.shown_by_request(ctx, log, request)?;
                }
                Ok(())
            }
            Outcome::Cosigned(pending) => {
                let Some(log) = log else { return Ok(()) };
                self.store_cosignature(ctx, log, from, id, request, pending, attempts)?;
                self.shown_by_request(ctx, log, request)
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "whom to answer, about what, and what to store"
    )]
    fn store_cosignature(
        &mut self,
        ctx: &mut Context<'_>,
        log: MemberId,
        to: MemberId,
        id: u64,
        request: &AddCheckpoint,
        pending: Box<Pending>,
        attempts: u8,
    ) -> Result<(), LogError> {
        let write = Write::Cosigned {
            log,
            replaces: pending.replaces(),
            guarded: !ctx.has(Mutation::StoresUnguarded),
            head: Rc::new(pending.head().clone()),
        };
        let released = ctx.has(Mutation::ReleasesBeforeStored);
        if released {
            let early = Persisted::committed(pending.head());
            let answer = pending.as_ref().clone().release(early)?;
            answer_cosigned(ctx, to, id, log, pending.head(), &answer.body)?;
        }
        let write = ctx.write(write);
        let cosigning = Cosigning {
            pending,
            released,
            log,
            to,
            id,
            request: request.clone(),
            attempts,
        };
        self.cosigning.insert(write, cosigning);
        Ok(())
    }

    /// The write of a cosignature ended. Without a word from the disk there is no answer: whoever asked asks again, and
    /// the witness reads what it stored.
    pub(super) fn cosigned(
        &mut self,
        ctx: &mut Context<'_>,
        cosigning: Cosigning,
        written: Written,
    ) -> Result<(), LogError> {
        match written {
            Written::Synced if !cosigning.released => {
                let head = cosigning.pending.head().clone();
                let answer = cosigning.pending.release(Persisted::committed(&head))?;
                answer_cosigned(
                    ctx,
                    cosigning.to,
                    cosigning.id,
                    cosigning.log,
                    &head,
                    &answer.body,
                )
            }
            Written::Conflict if cosigning.attempts < ATTEMPTS => {
                ctx.reach(Reached::WitnessRace);
                let Cosigning {
                    to,
                    id,
                    request,
                    attempts,
                    ..
                } = cosigning;
                self.judge_request(ctx, to, id, &request, attempts + 1)
            }
            _ => Ok(()),
        }
    }

    /// A request shows its head, whatever the answer.
    fn shown_by_request(
        &mut self,
        ctx: &mut Context<'_>,
        log: MemberId,
        request: &AddCheckpoint,
    ) -> Result<(), LogError> {
        let signed = Rc::new(Signed::new(request.note().clone())?);
        self.note_verified(log, &signed);
        self.shown(ctx, log, &signed, log)
    }

    fn found(
        &mut self,
        ctx: &mut Context<'_>,
        log: MemberId,
        finding: Option<Finding>,
    ) -> Result<(), LogError> {
        match finding {
            Some(Finding::Proven(evidence)) => {
                let sizes = [evidence.smaller(), evidence.larger()].map(|note| note.text.lines().nth(1));
                ctx.reach(if sizes[0] == sizes[1] {
                    Reached::SameSizeProven
                } else {
                    Reached::SuspicionProven
                });
                self.convict(ctx, log, *evidence)
            }
            Some(Finding::Suspected(suspicion)) => self.suspect(ctx, log, *suspicion),
            None => Ok(()),
        }
    }
}

fn refuse(ctx: &mut Context<'_>, to: MemberId, id: u64, answer: Answer) {
    let body = Body::WitnessAnswer {
        id,
        status: answer.status,
        text: answer.body.into(),
        cosigned: None,
    };
    ctx.send(to, body);
}

fn answer_cosigned(
    ctx: &mut Context<'_>,
    to: MemberId,
    id: u64,
    log: MemberId,
    head: &CosignedHead,
    text: &str,
) -> Result<(), LogError> {
    let note = head.note.clone().ok_or(LogError::NoKnownSignature)?;
    let body = Body::WitnessAnswer {
        id,
        status: 200,
        text: text.into(),
        cosigned: Some((log, Rc::new(Signed::new(note)?))),
    };
    ctx.send(to, body);
    Ok(())
}

/// The planted bug: stores and answers without a look at what was cosigned before.
fn store_blindly(
    ctx: &mut Context<'_>,
    to: MemberId,
    id: u64,
    log: MemberId,
    request: &AddCheckpoint,
    answer: &str,
) -> Result<(), LogError> {
    let new = request.checkpoint();
    let head = CosignedHead {
        origin: new.origin.clone(),
        size: new.size,
        root: new.root,
        unix_seconds: ctx.clock(),
        note: Some(request.note().clone()),
    };
    ctx.disk.persist(Write::Cosigned {
        log,
        replaces: None,
        guarded: false,
        head: Rc::new(head.clone()),
    });
    answer_cosigned(ctx, to, id, log, &head, answer)
}
