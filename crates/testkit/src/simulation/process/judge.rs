//! Whether a log contradicts itself: from what was shown, to evidence, to everybody.

use std::rc::Rc;

use didymium_log::LogError;
use didymium_log::evidence::{Evidence, Judged, Suspicion};

use super::{Context, Process};
use crate::simulation::club::{MemberId, Signed};
use crate::simulation::coverage::Reached;
use crate::simulation::disk::Write;
use crate::simulation::mutation::Mutation;

/// Suspicions that are remembered until tiles decide.
const SUSPICIONS_MAX: usize = 64;

impl Process {
    /// Evidence, if a head contradicts what is known of its log.
    pub(super) fn contradicts(
        &self,
        ctx: &mut Context<'_>,
        log: MemberId,
        signed: &Signed,
    ) -> Result<Option<Evidence>, LogError> {
        let keys = &ctx.club.logs[log].verifier;
        let store = ctx.store();
        let copy = &store.logs[log];
        let mirrored = copy.signed().map(|known| &known.note);
        let cosigned = store.cosigned[log].as_ref().and_then(|head| head.note.as_ref());
        let seen = self.seen[log].iter().map(|known| &known.note);
        for known in mirrored.into_iter().chain(cosigned).chain(seen) {
            // Most pairs are of different sizes, and no evidence of this form.
            let [_, size, root] = lines(&known.text);
            let [_, other_size, other_root] = lines(&signed.note.text);
            if size == other_size && root != other_root {
                let evidence = Evidence::same_size(known, &signed.note, keys, &[])?;
                ctx.reach(Reached::SameSizeProven);
                return Ok(Some(evidence));
            }
        }
        let (Some(mirrored), size) = (copy.signed(), signed.head.size) else {
            return Ok(None);
        };
        if size == 0 || size >= copy.size() || copy.root_at(size)? == signed.head.root {
            return Ok(None);
        }
        let suspicion = Suspicion::new(&signed.note, &mirrored.note, keys)?;
        let path = copy.consistency(size, copy.size())?;
        match suspicion.judge(copy.root_at(size)?, &path, keys)? {
            Judged::Proven(evidence) => Ok(Some(*evidence)),
            Judged::Cleared => Ok(None),
        }
    }

    /// Keeps a suspicion until the member's own tiles decide it.
    pub(super) fn suspect(
        &mut self,
        ctx: &mut Context<'_>,
        log: MemberId,
        suspicion: Suspicion,
    ) -> Result<(), LogError> {
        let known = self.suspicions.iter().any(|(_, known)| *known == suspicion);
        if !known && self.suspicions.len() < SUSPICIONS_MAX {
            self.suspicions.push((log, suspicion));
        }
        self.judge_suspicions(ctx, log)
    }

    /// Judges the suspicions against a log that its mirrored tiles can decide.
    pub(super) fn judge_suspicions(&mut self, ctx: &mut Context<'_>, log: MemberId) -> Result<(), LogError> {
        let keys = &ctx.club.logs[log].verifier;
        let mut proven = None;
        let mut waiting = Vec::new();
        for (against, suspicion) in std::mem::take(&mut self.suspicions) {
            let copy = &ctx.store().logs[against];
            let (old, new) = suspicion.sizes()?;
            if against != log || new > copy.size() {
                waiting.push((against, suspicion));
                continue;
            }
            let path = copy.consistency(old, new)?;
            match suspicion.judge(copy.root_at(old)?, &path, keys) {
                Ok(Judged::Cleared) => ctx.reach(Reached::SuspicionCleared),
                Ok(Judged::Proven(evidence)) => {
                    ctx.reach(Reached::SuspicionProven);
                    proven = Some(evidence);
                }
                // The mirror is of another history than the larger head: comparing heads decides that.
                Err(_) => {}
            }
        }
        self.suspicions = waiting;
        match proven {
            Some(evidence) => self.convict(ctx, log, *evidence),
            None => Ok(()),
        }
    }

    /// Holds the heads that were shown against the mirror, which has grown.
    pub(super) fn compare_seen(&mut self, ctx: &mut Context<'_>, log: MemberId) -> Result<(), LogError> {
        let cosigned = ctx.store().cosigned[log].as_ref();
        let cosigned = cosigned
            .and_then(|head| Signed::new(head.note.clone()?).ok())
            .map(Rc::new);
        let known: Vec<Rc<Signed>> = self.seen[log].iter().cloned().chain(cosigned).collect();
        for signed in known {
            if ctx.store().evidence[log].is_some() {
                break;
            }
            if let Some(evidence) = self.contradicts(ctx, log, &signed)? {
                return self.convict(ctx, log, evidence);
            }
        }
        Ok(())
    }

    /// Keeps evidence, which freezes the log here, and publishes it.
    pub(super) fn convict(
        &mut self,
        ctx: &mut Context<'_>,
        log: MemberId,
        evidence: Evidence,
    ) -> Result<(), LogError> {
        if ctx.store().evidence[log].is_some() {
            return Ok(());
        }
        evidence.verify(&ctx.club.logs[log].verifier)?;
        self.pulls.remove(&log);
        let published: Rc<[u8]> = evidence.to_bytes().into();
        ctx.write(Write::Evidence {
            against: log,
            evidence: Rc::new(evidence),
        });
        if ctx.has(Mutation::KeepsEvidence) {
            return Ok(());
        }
        self.submit(ctx, None, published)
    }

    /// Publishes, in the own log, the evidence that is not there yet.
    pub(super) fn publish_evidence(&mut self, ctx: &mut Context<'_>) -> Result<(), LogError> {
        if ctx.has(Mutation::KeepsEvidence) {
            return Ok(());
        }
        let own = &ctx.store().logs[ctx.me];
        let unpublished: Vec<Rc<[u8]>> = ctx
            .store()
            .evidence
            .iter()
            .flatten()
            .map(|evidence| evidence.to_bytes())
            .filter(|bytes| own.find(&didymium_log::hash::leaf_hash(bytes)).is_none())
            .map(Rc::from)
            .collect();
        unpublished
            .into_iter()
            .try_for_each(|bytes| self.submit(ctx, None, bytes))
    }
}

/// Origin, size and root of a checkpoint's text.
fn lines(text: &str) -> [&str; 3] {
    let mut lines = text.lines();
    std::array::from_fn(|_| lines.next().unwrap_or_default())
}
