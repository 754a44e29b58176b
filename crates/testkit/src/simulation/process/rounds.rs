//! Having the own log cosigned by the others.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use didymium_log::LogError;
use didymium_log::note::{Note, NoteSignature, SignedNote};
use didymium_log::witness::{AddCheckpoint, Reply, read_reply};

use super::{Context, GATHER, Process};
use crate::simulation::club::{MemberId, Signed};
use crate::simulation::disk::Write;
use crate::simulation::message::{Alarm, Body, Effect};
use crate::simulation::mutation::Mutation;

/// The cosignatures of the newest head, and what was asked for.
#[derive(Debug, Default)]
pub(super) struct Round {
    target: Option<Rc<Signed>>,
    /// Verified lines, one of each witness.
    lines: Vec<NoteSignature>,
    /// Lines that came, those that came twice included.
    came: usize,
    claimed: bool,
    /// The size that each witness was last known to have cosigned.
    known: BTreeMap<MemberId, u64>,
    asked: BTreeMap<u64, Asked>,
    next: u64,
}

#[derive(Debug, Clone)]
struct Asked {
    witness: MemberId,
    request: AddCheckpoint,
    attempt: u8,
}

impl Process {
    /// Takes up the cosignatures that the store has of the own head.
    pub(super) fn resume_round(&mut self, ctx: &mut Context<'_>) {
        // No answer to an earlier process may be taken for one to this one.
        self.round.next = ctx.random.next() >> 1;
        let own = ctx.store().logs[ctx.me].signed();
        let collected = ctx.store().collected.as_ref();
        if let (Some(own), Some(collected)) = (own, collected)
            && own.note.text == collected.note.text
        {
            let lines = collected.note.signatures.iter();
            let new = lines.filter(|line| !own.note.signatures.contains(line)).cloned();
            self.round.lines = new.collect();
            self.round.came = self.round.lines.len();
            self.round.target = Some(Rc::clone(own));
        }
    }

    /// Has a round held soon, so that what changes until then is in it.
    pub(super) fn ask_for_round(&mut self, ctx: &mut Context<'_>) {
        if !self.round_asked {
            self.round_asked = true;
            ctx.wake(Alarm::Round, GATHER);
        }
    }

    /// Asks every witness whose cosignature the newest head lacks.
    pub(super) fn hold_round(&mut self, ctx: &mut Context<'_>) -> Result<(), LogError> {
        self.round_asked = false;
        let Some(own) = ctx.store().logs[ctx.me].signed().cloned() else {
            return Ok(());
        };
        if !self.gate.is_open() {
            return Ok(());
        }
        let same = self.round.target.as_ref();
        if same.is_none_or(|target| target.note.text != own.note.text) {
            self.round.lines.clear();
            self.round.came = 0;
            self.round.claimed = false;
            self.round.asked.clear();
            self.round.target = Some(Rc::clone(&own));
        }
        self.claim_if_witnessed(ctx)?;
        self.show_to_witnesses(ctx, &own, 0)
    }

    /// Sends a head to every witness that has not cosigned it.
    pub(super) fn show_to_witnesses(
        &mut self,
        ctx: &mut Context<'_>,
        signed: &Rc<Signed>,
        attempt: u8,
    ) -> Result<(), LogError> {
        let cosigned: BTreeSet<&str> = self.round.lines.iter().map(|line| line.name.as_str()).collect();
        let club = ctx.club;
        let lacking: Vec<MemberId> = club
            .others(ctx.me)
            .filter(|other| !cosigned.contains(club.witnesses[*other].cosigner.name()))
            .collect();
        for witness in lacking {
            self.ask_witness(ctx, signed, witness, attempt)?;
        }
        Ok(())
    }

    fn ask_witness(
        &mut self,
        ctx: &mut Context<'_>,
        signed: &Rc<Signed>,
        witness: MemberId,
        attempt: u8,
    ) -> Result<(), LogError> {
        let copy = &ctx.store().logs[ctx.me];
        let new = signed.head.size;
        let old = self.round.known.get(&witness).copied().unwrap_or(0).min(new);
        // A head that is shown before it is committed has no tiles to prove it from.
        let proof = copy.consistency(old, new.min(copy.size())).unwrap_or_default();
        let request = AddCheckpoint::new(old, proof, signed.note.clone())?;
        let id = self.round.next;
        self.round.next += 1;
        let text = request.to_string().into();
        let asked = Asked {
            witness,
            request,
            attempt,
        };
        self.round.asked.insert(id, asked);
        ctx.send(witness, Body::AddCheckpoint { id, request: text });
        Ok(())
    }

    /// A witness answered.
    pub(super) fn witness_answered(
        &mut self,
        ctx: &mut Context<'_>,
        id: u64,
        status: u16,
        text: &str,
    ) -> Result<(), LogError> {
        let asked = if ctx.has(Mutation::CountsTwice) {
            self.round.asked.get(&id).cloned()
        } else {
            self.round.asked.remove(&id)
        };
        let (Some(asked), Some(target)) = (asked, self.round.target.clone()) else {
            return Ok(());
        };
        let Asked {
            witness,
            request,
            attempt,
        } = asked;
        let key = &ctx.club.witnesses[witness].verifier;
        match read_reply(&request, status, text.as_bytes(), key) {
            Ok(Reply::Cosigned(lines)) if request.note().text == target.note.text => {
                self.round.known.insert(witness, target.head.size);
                self.round.came += lines.len();
                for line in lines {
                    if !self.round.lines.iter().any(|known| known.name == line.name) {
                        self.round.lines.push(line);
                    }
                }
                self.keep_cosignatures(ctx, &target)
            }
            Ok(Reply::Conflict { cosigned })
                if attempt == 0 && cosigned <= target.head.size && !ctx.has(Mutation::BelievesNoConflict) =>
            {
                self.round.known.insert(witness, cosigned);
                self.ask_witness(ctx, &target, witness, 1)
            }
            // What cannot be read, or is refused, is asked for again in another round.
            _ => Ok(()),
        }
    }

    fn keep_cosignatures(&mut self, ctx: &mut Context<'_>, target: &Rc<Signed>) -> Result<(), LogError> {
        let mut note = target.note.clone();
        note.signatures.extend(self.round.lines.iter().cloned());
        let signed = Rc::new(Signed::new(note)?);
        ctx.write(Write::Collected { signed });
        self.claim_if_witnessed(ctx)
    }

    /// Takes the head for witnessed when the policy says so.
    fn claim_if_witnessed(&mut self, ctx: &mut Context<'_>) -> Result<(), LogError> {
        let Some(target) = self.round.target.clone() else {
            return Ok(());
        };
        if self.round.claimed {
            return Ok(());
        }
        // Every line was verified when it came.
        let verified: Vec<NoteSignature> = target
            .note
            .signatures
            .iter()
            .chain(&self.round.lines)
            .cloned()
            .collect();
        let note = Note {
            text: target.note.text.clone(),
            verified: verified.clone(),
            unverified: Vec::new(),
        };
        let met = if ctx.has(Mutation::CountsTwice) {
            self.round.came >= ctx.club.needed()
        } else {
            ctx.club.policy(ctx.me, ctx.mutation).count(&note).met
        };
        if met {
            self.round.claimed = true;
            let signed = Signed::new(SignedNote {
                text: note.text,
                signatures: verified,
            })?;
            ctx.effects.push(Effect::Claim {
                signed: Rc::new(signed),
            });
        }
        Ok(())
    }
}
