//! A lying member: an honest process, and what it does otherwise.
//!
//! What a liar does as others do goes through the process of an honest member; here is what it answers in its place,
//! and what becomes of that process's messages on their way out. A liar never crashes: it could only be more honest for it.

use std::collections::BTreeMap;
use std::rc::Rc;

use didymium_log::LogError;
use didymium_log::checkpoint::{Checkpoint, sign_checkpoint};
use didymium_log::hash::{Hash, leaf_hash};
use didymium_log::note::SignedNote;
use didymium_log::tree::append_batch;
use didymium_log::witness::{AddCheckpoint, Reply, read_reply};

use super::club::{HOUR, MemberId, Signed, Time, origin};
use super::copy::{Growth, LogCopy};
use super::coverage::Reached;
use super::message::{Alarm, Body, Effect, Input};
use super::process::Context;
use super::random::Random;

/// Ways in which a member lies; several may be true of one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habits {
    /// Shows one history to some and another to others, or from some day on another to all.
    pub(super) forks: bool,
    /// Shows both histories to the same members now and then.
    pub(super) careless: bool,
    /// Cosigns whatever it is asked to.
    pub(super) colludes: bool,
    /// Shows old heads.
    pub(super) shows_old: bool,
    /// Withholds answers.
    pub(super) withholds: bool,
    /// Sends wrong proofs, of its own log and of others'.
    pub(super) false_proofs: bool,
    /// Serves wrong bytes, of its own log and of others'.
    pub(super) false_bytes: bool,
}

impl Habits {
    /// One habit at least.
    pub(super) fn draw(random: &mut Random) -> Self {
        let mut habits = [false; 7];
        let sure = random.place(habits.len());
        for (place, habit) in habits.iter_mut().enumerate() {
            *habit = place == sure || random.one_in(3);
        }
        let [
            forks,
            careless,
            colludes,
            shows_old,
            withholds,
            false_proofs,
            false_bytes,
        ] = habits;
        Habits {
            forks: forks || careless || random.one_in(2),
            careless,
            colludes,
            shows_old,
            withholds,
            false_proofs,
            false_bytes,
        }
    }
}

/// What a lying member keeps beside its process.
#[derive(Debug)]
pub(super) struct Liar {
    habits: Habits,
    /// Who is shown the other history.
    victims: Vec<bool>,
    /// When the other history begins.
    since: Time,
    other: Option<LogCopy>,
    /// Size of the other history that each witness was last known to have cosigned.
    known: BTreeMap<MemberId, u64>,
    asked: BTreeMap<u64, (MemberId, AddCheckpoint)>,
    next: u64,
    forged: u64,
    old: Option<Rc<Signed>>,
    /// Whether it sent two histories to one witness at once.
    raced: bool,
}

/// Wrong proofs are sent and answers withheld one time in so many.
const NOW_AND_THEN: u64 = 3;

impl Liar {
    pub(super) fn new(habits: Habits, victims: Vec<bool>, since: Time) -> Self {
        Liar {
            habits,
            victims,
            since,
            other: None,
            known: BTreeMap::new(),
            asked: BTreeMap::new(),
            // Above all numbers that an honest process gives.
            next: 1 << 63,
            forged: 0,
            old: None,
            raced: false,
        }
    }

    /// Whether a second history was signed.
    pub(super) fn has_forked(&self) -> bool {
        self.other.is_some() || self.raced
    }

    /// Deals with an input in the place of the process; answers whether it did.
    ///
    /// # Errors
    /// Those of making trees and requests.
    pub(super) fn takes(&mut self, ctx: &mut Context<'_>, input: &Input) -> Result<bool, LogError> {
        match input {
            Input::Alarm(Alarm::Lie) => {
                self.lie(ctx)?;
                Ok(true)
            }
            Input::Message { from, body } => self.answers(ctx, *from, body),
            _ => Ok(false),
        }
    }

    fn answers(&mut self, ctx: &mut Context<'_>, from: MemberId, body: &Body) -> Result<bool, LogError> {
        match body {
            Body::AddCheckpoint { id, request } if self.habits.colludes => {
                collude(ctx, from, *id, request)?;
                Ok(true)
            }
            Body::WitnessAnswer { id, status, text, .. } if *id >= 1 << 63 => {
                self.witness_answered(ctx, *id, *status, text);
                Ok(true)
            }
            Body::Fetch { log, asked } if *log == ctx.me && self.victims[from] => {
                let Some(other) = &self.other else {
                    return Ok(false);
                };
                let served = asked.iter().filter_map(|asked| other.serve(*asked));
                let served = served.map(|(given, bytes)| (given, bytes.into())).collect();
                ctx.send(from, Body::Fetched { log: *log, served });
                Ok(true)
            }
            Body::AskHead if self.victims[from] => {
                let Some(signed) = self.other.as_ref().and_then(LogCopy::signed) else {
                    return Ok(false);
                };
                ctx.send(from, Body::Heads(vec![(ctx.me, Rc::clone(signed))]));
                Ok(true)
            }
            Body::AskFence { start } if self.habits.withholds => {
                ctx.reach(Reached::Withheld);
                ctx.send(
                    from,
                    Body::FenceAnswer {
                        start: *start,
                        signed: None,
                    },
                );
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Reads what a witness answered about the other history.
    fn witness_answered(&mut self, ctx: &Context<'_>, id: u64, status: u16, text: &str) {
        let Some((witness, request)) = self.asked.remove(&id) else {
            return;
        };
        let key = &ctx.club.witnesses[witness].verifier;
        match read_reply(&request, status, text.as_bytes(), key) {
            Ok(Reply::Cosigned(_)) => {
                self.known.insert(witness, request.checkpoint().size);
            }
            Ok(Reply::Conflict { cosigned }) => {
                self.known.insert(witness, cosigned);
            }
            _ => {}
        }
    }

    /// What becomes of a message of the process; nothing if it is held back.
    pub(super) fn alter(&mut self, ctx: &mut Context<'_>, to: MemberId, body: Body) -> Option<Body> {
        let now_and_then = ctx.random.one_in(NOW_AND_THEN);
        let answers = matches!(
            body,
            Body::Heads(_) | Body::Fetched { .. } | Body::WitnessAnswer { .. }
        );
        if self.habits.withholds && now_and_then && answers {
            ctx.reach(Reached::Withheld);
            return None;
        }
        match body {
            // Whoever is shown the other history is asked to cosign that one.
            Body::AddCheckpoint { .. } if self.other.is_some() && self.victims[to] => None,
            Body::AddCheckpoint { id, request }
                if self.habits.careless && now_and_then && self.may_fork(ctx) =>
            {
                if let Err(error) = self.race(ctx, to, &request) {
                    debug_assert!(false, "{error}");
                }
                Some(Body::AddCheckpoint { id, request })
            }
            Body::AddCheckpoint { id, request } if self.habits.false_proofs && now_and_then => {
                ctx.reach(Reached::FalseProof);
                let request = with_other_proof(&request, ctx.random).unwrap_or(request);
                Some(Body::AddCheckpoint { id, request })
            }
            Body::Heads(heads) => Some(Body::Heads(self.alter_heads(ctx, to, heads))),
            Body::Fetched { log, served } if self.habits.false_bytes && now_and_then => {
                ctx.reach(Reached::FalseBytes);
                let spoiled = served.into_iter().map(|(given, bytes)| {
                    let mut bytes = bytes.to_vec();
                    // Within an entry rather than in its length.
                    let place = 2 + ctx.random.place(bytes.len().saturating_sub(2).min(20));
                    if let Some(byte) = bytes.get_mut(place) {
                        *byte ^= 1;
                    }
                    (given, bytes.into())
                });
                let served = spoiled.collect();
                Some(Body::Fetched { log, served })
            }
            body => Some(body),
        }
    }

    fn alter_heads(
        &mut self,
        ctx: &mut Context<'_>,
        to: MemberId,
        heads: Vec<(MemberId, Rc<Signed>)>,
    ) -> Vec<(MemberId, Rc<Signed>)> {
        let other = self
            .other
            .as_ref()
            .and_then(LogCopy::signed)
            .filter(|_| self.victims[to]);
        let mut shown = Vec::new();
        for (log, signed) in heads {
            if log != ctx.me {
                shown.push((log, signed));
                continue;
            }
            if let Some(other) = other {
                shown.push((log, Rc::clone(other)));
            } else if self.habits.shows_old
                && let Some(old) = &self.old
            {
                ctx.reach(Reached::OldHeadShown);
                shown.push((log, Rc::clone(old)));
            } else {
                shown.push((log, signed));
            }
        }
        shown
    }

    fn may_fork(&self, ctx: &Context<'_>) -> bool {
        ctx.now >= self.since && !ctx.calm
    }

    /// Sends a witness another history beside the head that it is just asked to cosign: each extends what it cosigned
    /// last, and it may cosign only one.
    fn race(&mut self, ctx: &mut Context<'_>, to: MemberId, request: &str) -> Result<(), LogError> {
        let request = AddCheckpoint::parse(request.as_bytes())?;
        let (old, new) = (request.old_size(), request.checkpoint().size);
        let own = &ctx.disk.store().logs[ctx.me];
        if old >= new || old > own.size() {
            return Ok(());
        }
        let mut other = own.first(old)?;
        self.forge(ctx, &mut other, new - old)?;
        let Some(signed) = other.signed() else {
            return Ok(());
        };
        let proof = other.consistency(old, new)?;
        let request = AddCheckpoint::new(old, proof, signed.note.clone())?;
        self.ask(ctx, to, request);
        self.raced = true;
        Ok(())
    }

    /// What a liar does of its own accord.
    fn lie(&mut self, ctx: &mut Context<'_>) -> Result<(), LogError> {
        let again = ctx.random.between(8 * HOUR, 30 * HOUR);
        ctx.wake(Alarm::Lie, again);
        if self.old.is_none() || ctx.random.one_in(4) {
            self.old = ctx.store().logs[ctx.me].signed().cloned();
        }
        if self.habits.false_proofs {
            slander(ctx, &mut self.next)?;
        }
        if !self.habits.forks || ctx.now < self.since {
            return Ok(());
        }
        // What is signed in the end would not come to light in time.
        if self.may_fork(ctx) {
            self.grow_other(ctx)?;
        }
        self.show_other(ctx)
    }

    /// Signs the second history, or adds to it.
    fn grow_other(&mut self, ctx: &mut Context<'_>) -> Result<(), LogError> {
        let own = &ctx.disk.store().logs[ctx.me];
        let size = own.size();
        if size < 2 {
            return Ok(());
        }
        let mut other = match self.other.take() {
            Some(other) => other,
            None => {
                ctx.coverage.reach(Reached::HistoryForked);
                own.first(ctx.random.between(0, size - 1))?
            }
        };
        let mut added = ctx.random.between(1, 3);
        // Two heads of one size are what evidence is simplest from.
        if other.size() < size && ctx.random.one_in(3) {
            added = size - other.size();
        }
        self.forge(ctx, &mut other, added)?;
        self.other = Some(other);
        Ok(())
    }

    /// Adds entries that the log never took to a history, and signs it.
    fn forge(&mut self, ctx: &mut Context<'_>, other: &mut LogCopy, added: u64) -> Result<(), LogError> {
        let first = other.size();
        let entries: Vec<Rc<[u8]>> = (0..added)
            .map(|_| {
                self.forged += 1;
                format!("member{} says otherwise {}", ctx.me, self.forged)
                    .into_bytes()
                    .into()
            })
            .collect();
        let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let writes = append_batch(other.edge(), &leaves)?;
        let head = Checkpoint {
            origin: origin(ctx.me),
            size: first + added,
            root: writes.edge.root(),
        };
        let note = sign_checkpoint(&head, &ctx.club.logs[ctx.me].signer)?;
        let growth = Rc::new(Growth {
            first,
            onto: None,
            guarded: false,
            entries,
            rows: writes.rows,
            edge: writes.edge,
            signed: Rc::new(Signed::new(SignedNote::parse(note.as_bytes())?)?),
        });
        other.grow(&growth);
        let chain = other.chain();
        ctx.effects.push(Effect::Forge { growth, chain });
        Ok(())
    }

    /// Asks for cosignatures on the second history.
    fn show_other(&mut self, ctx: &mut Context<'_>) -> Result<(), LogError> {
        let Some(other) = &self.other else { return Ok(()) };
        let Some(signed) = other.signed() else {
            return Ok(());
        };
        let mut asks = Vec::new();
        for witness in ctx.club.others(ctx.me) {
            let slips = self.habits.careless && ctx.random.one_in(4);
            let again = self.victims[witness] && (ctx.random.one_in(2) || !self.known.contains_key(&witness));
            if !again && !slips {
                continue;
            }
            let known = self.known.get(&witness).copied().unwrap_or(0);
            let old = known.min(signed.head.size);
            let proof = other.consistency(old, signed.head.size)?;
            let request = AddCheckpoint::new(old, proof, signed.note.clone())?;
            asks.push((witness, request));
            if slips {
                // The true head goes beside it.
                if let Some(own) = ctx.store().logs[ctx.me].signed() {
                    let heads = vec![(ctx.me, Rc::clone(own))];
                    ctx.send(witness, Body::Heads(heads));
                }
            }
        }
        for (witness, request) in asks {
            self.ask(ctx, witness, request);
        }
        Ok(())
    }

    fn ask(&mut self, ctx: &mut Context<'_>, witness: MemberId, request: AddCheckpoint) {
        let id = self.next;
        self.next += 1;
        let text = request.to_string().into();
        self.asked.insert(id, (witness, request));
        ctx.send(witness, Body::AddCheckpoint { id, request: text });
    }
}

/// Cosigns whatever it is.
fn collude(ctx: &mut Context<'_>, to: MemberId, id: u64, request: &str) -> Result<(), LogError> {
    let Ok(request) = AddCheckpoint::parse(request.as_bytes()) else {
        return Ok(());
    };
    let line = ctx.club.witnesses[ctx.me]
        .cosigner
        .cosign(&request.note().text, ctx.clock());
    let signed = Signed::new(request.note().clone())?;
    if let Some(log) = ctx.club.member_of(&signed.head.origin) {
        ctx.effects.push(Effect::Collude {
            log,
            size: signed.head.size,
            root: signed.head.root,
        });
    }
    let body = Body::WitnessAnswer {
        id,
        status: 200,
        text: line.to_string().into(),
        cosigned: None,
    };
    ctx.send(to, body);
    Ok(())
}

/// Shows a witness the right head of another's log with a wrong proof, so that the log looks like a liar.
fn slander(ctx: &mut Context<'_>, next: &mut u64) -> Result<(), LogError> {
    let others: Vec<MemberId> = ctx.club.others(ctx.me).collect();
    let (Some(log), Some(witness)) = (ctx.random.pick(&others), ctx.random.pick(&others)) else {
        return Ok(());
    };
    let copy = &ctx.disk.store().logs[log];
    let Some(signed) = copy
        .signed()
        .filter(|signed| signed.head.size > 1 && log != witness)
    else {
        return Ok(());
    };
    // The size that was cosigned last is what makes the witness look at the proof.
    let old = ctx.random.between(1, signed.head.size - 1);
    let mut proof = copy.consistency(old, signed.head.size)?;
    if let Some(hash) = proof.first_mut() {
        hash.0[0] ^= 1;
    }
    let request = AddCheckpoint::new(old, proof, signed.note.clone())?;
    ctx.reach(Reached::FalseProof);
    let id = *next;
    *next += 1;
    ctx.send(
        witness,
        Body::AddCheckpoint {
            id,
            request: request.to_string().into(),
        },
    );
    Ok(())
}

fn with_other_proof(request: &str, random: &mut Random) -> Option<Rc<str>> {
    let request = AddCheckpoint::parse(request.as_bytes()).ok()?;
    let mut proof = request.proof().to_vec();
    let place = random.place(proof.len());
    proof.get_mut(place)?.0[3] ^= 1;
    let altered = AddCheckpoint::new(request.old_size(), proof, request.note().clone()).ok()?;
    Some(altered.to_string().into())
}
