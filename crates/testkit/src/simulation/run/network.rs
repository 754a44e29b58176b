//! The network, and what the oracle is shown of what is said.

use didymium_log::note::SignedNote;
use didymium_log::tlog_proof::TlogProof;

use super::{Event, Run};
use crate::simulation::club::{MINUTE, MemberId, SECOND, Signed};
use crate::simulation::coverage::Reached;
use crate::simulation::invariant::{Breach, Invariant, breach};
use crate::simulation::message::Body;

impl Run<'_> {
    /// Puts a message on the network, before the eyes of the oracle.
    pub(super) fn send(&mut self, from: MemberId, to: MemberId, body: Body) -> Result<(), Breach> {
        self.observe(from, &body)?;
        self.sent += 1;
        let sent = self.sent;
        if self.is_calm() {
            let delay = self.random.between(10, SECOND);
            self.at(self.now + delay, Event::Arrive { from, to, sent, body });
            return Ok(());
        }
        if self.groups[from] != self.groups[to] {
            self.coverage.reach(Reached::PartitionCut);
            return Ok(());
        }
        if self.random.happens(self.plan.loss) {
            self.coverage.reach(Reached::MessageLost);
            return Ok(());
        }
        if self.random.happens(self.plan.twice) {
            self.coverage.reach(Reached::MessageTwice);
            let delay = self.random.between(10, self.plan.delay_max.max(MINUTE));
            let body = body.clone();
            self.at(self.now + delay, Event::Arrive { from, to, sent, body });
        }
        let delay = self.random.between(10, self.plan.delay_max);
        self.at(self.now + delay, Event::Arrive { from, to, sent, body });
        Ok(())
    }

    pub(super) fn observe(&mut self, from: MemberId, body: &Body) -> Result<(), Breach> {
        match body {
            Body::AddCheckpoint { request, .. } if self.oracle.is_honest(from) => {
                // The head is that of the sender: nobody honest asks for another's log.
                let Some((_, note)) = request.split_once("\n\n") else {
                    return Ok(());
                };
                let signed = SignedNote::parse(note.as_bytes()).and_then(Signed::new);
                match signed {
                    Ok(signed) => self.oracle.shown(from, &signed, &mut self.coverage),
                    Err(error) => breach(Invariant::CoreFailed, from, error.to_string()),
                }
            }
            Body::Heads(heads) => {
                let own = heads.iter().filter(|(log, _)| *log == from);
                for (_, signed) in own {
                    self.oracle.shown(from, signed, &mut self.coverage)?;
                }
                Ok(())
            }
            Body::WitnessAnswer {
                cosigned: Some((log, signed)),
                ..
            } => {
                let store = self.members[from].disk.store();
                self.oracle.cosigned(from, *log, signed, store)
            }
            _ => Ok(()),
        }
    }

    /// A member takes a head for witnessed: so must a verifier who has nothing but the text of a proof.
    pub(super) fn claim(&mut self, id: MemberId, signed: &Signed) -> Result<(), Breach> {
        self.coverage.reach(Reached::Witnessed);
        self.oracle.claimed(id, signed)?;
        let copy = &self.members[id].disk.store().logs[id];
        if !self.random.one_in(8) || signed.head.size == 0 {
            return Ok(());
        }
        let index = self.random.between(0, signed.head.size - 1);
        let verified = copy.inclusion(index, signed.head.size).and_then(|path| {
            let proof = TlogProof {
                extra: None,
                index,
                path,
                checkpoint: signed.note.to_string(),
            };
            let read: TlogProof = proof.to_string().parse()?;
            let entry = copy.entry(index).cloned().unwrap_or_default();
            let log = &self.club.logs[id];
            read.verify(&entry, &log.verifier[0], Some(&log.policy))
        });
        match verified {
            Ok(proven) if proven.grade.is_witnessed() => {
                self.coverage.reach(Reached::ProofVerified);
                Ok(())
            }
            Ok(_) => breach(
                Invariant::UnearnedGrade,
                id,
                format!("a proof of entry {index} is only logged"),
            ),
            Err(error) => breach(Invariant::CoreFailed, id, error.to_string()),
        }
    }
}
