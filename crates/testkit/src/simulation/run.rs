//! One run: the queue of events, the network, the disks' outcomes, the faults.

mod faults;
mod network;
mod writes;

use std::collections::BTreeMap;
use std::rc::Rc;

use didymium_log::LogError;

use super::club::{Club, HOUR, MINUTE, MemberId, Time};
use super::coverage::{Coverage, Reached};
use super::disk::{Disk, Write, WriteId};
use super::healed;
use super::invariant::{Breach, Invariant, Violation};
use super::liar::Liar;
use super::message::{Alarm, Body, Effect, Input};
use super::mutation::Mutation;
use super::oracle::Oracle;
use super::plan::{Fault, HEALING, Plan, RUN};
use super::process::{Context, Process};
use super::random::Random;

/// How long a process that stopped or crashed by itself is down.
const RESTART: (Time, Time) = (MINUTE, 4 * HOUR);
/// How long a client waits for an answer before it submits again.
const CLIENT_PATIENCE: (Time, Time) = (10 * MINUTE, 8 * HOUR);

/// What is to happen.
#[derive(Debug)]
enum Event {
    Arrive {
        from: MemberId,
        to: MemberId,
        sent: u64,
        body: Body,
    },
    Wake {
        member: MemberId,
        life: u64,
        alarm: Alarm,
    },
    WriteEnds {
        member: MemberId,
        life: u64,
        id: WriteId,
        end: WriteEnd,
    },
    LateWrite {
        member: MemberId,
        write: Write,
    },
    Submit {
        client: usize,
    },
    Befall(Fault),
    Start {
        member: MemberId,
    },
    Heal,
}

/// How the disk ends a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WriteEnd {
    Persisted,
    Full,
    FailedButPersisted,
    Failed,
    Late,
}

/// One member: its disk, its process if it runs, and its lies.
pub(super) struct Member {
    pub(super) disk: Disk,
    pub(super) process: Option<Process>,
    pub(super) liar: Option<Liar>,
    clock_offset_ms: i64,
    /// Counts starts: what was meant for an earlier process does not reach a later one.
    life: u64,
    next_write: WriteId,
    /// Who may not be started before: somebody wants it down.
    down_until: Time,
}

/// A statement on its way into the log of a member.
pub(super) struct Client {
    pub(super) home: MemberId,
    pub(super) statement: Rc<[u8]>,
    pub(super) acknowledged: bool,
}

/// A club in one run.
pub(super) struct Run<'a> {
    pub(super) club: &'a Club,
    pub(super) members: Vec<Member>,
    pub(super) clients: Vec<Client>,
    pub(super) oracle: Oracle,
    pub(super) coverage: Coverage,
    mutation: Option<Mutation>,
    plan: Plan,
    random: Random,
    now: Time,
    queue: BTreeMap<(Time, u64), Event>,
    events: u64,
    sent: u64,
    /// The last message that arrived on each way.
    arrived: BTreeMap<(MemberId, MemberId), u64>,
    groups: Vec<u8>,
}

/// What a clean run went through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What was reached, and how often.
    pub coverage: Coverage,
    /// Events that were processed.
    pub events: u64,
    /// Entries in the logs of all members at the end.
    pub entries: u64,
}

/// Runs a club through 30 simulated days that are drawn from `seed`, with a planted bug if one is given.
///
/// # Errors
/// The first [`Violation`].
pub fn run(club: &Club, seed: u64, mutation: Option<Mutation>) -> Result<Report, Box<Violation>> {
    let mut run = Run::new(club, seed, mutation);
    run.reach_the_end().map_err(|breach| {
        Box::new(Violation {
            invariant: breach.invariant,
            seed,
            members: club.members(),
            at_ms: run.now,
            member: breach.member,
            seen: breach.seen,
        })
    })?;
    let own = run.members.iter().zip(0..);
    Ok(Report {
        entries: own
            .map(|(member, id): (&Member, MemberId)| member.disk.store().logs[id].size())
            .sum(),
        coverage: run.coverage,
        events: run.events,
    })
}

impl<'a> Run<'a> {
    fn new(club: &'a Club, seed: u64, mutation: Option<Mutation>) -> Self {
        let mut random = Random::new(seed);
        let count = club.members();
        let plan = Plan::draw(&mut random, count, club.quorum.faulty());
        let mut run = Run {
            club,
            members: (0..count).map(|_| Member::new(count)).collect(),
            clients: Vec::new(),
            oracle: Oracle::new(club),
            coverage: Coverage::default(),
            mutation,
            random,
            now: 0,
            queue: BTreeMap::new(),
            events: 0,
            sent: 0,
            arrived: BTreeMap::new(),
            groups: vec![0; count],
            plan,
        };
        run.begin();
        run
    }

    fn begin(&mut self) {
        for (member, habits, victims, since) in self.plan.liars.clone() {
            self.members[member].liar = Some(Liar::new(habits, victims, since));
            self.oracle.set_lying(member);
        }
        for member in self.plan.lying_disks.clone() {
            self.members[member].disk.lies = true;
        }
        for member in 0..self.members.len() {
            self.at(0, Event::Start { member });
        }
        for (at, fault) in std::mem::take(&mut self.plan.faults) {
            self.at(at, Event::Befall(fault));
        }
        for (at, home, count) in std::mem::take(&mut self.plan.submissions) {
            for _ in 0..count {
                let client = self.clients.len();
                let length = self.random.place(40);
                let statement = format!("member {home} says {client}{}", " and so on".repeat(length / 8));
                self.clients.push(Client {
                    home,
                    statement: statement.into_bytes().into(),
                    acknowledged: false,
                });
                let after = self.random.between(0, 20);
                self.at(at + after, Event::Submit { client });
            }
        }
        self.at(HEALING, Event::Heal);
    }

    fn at(&mut self, time: Time, event: Event) {
        self.events += 1;
        self.queue.insert((time, self.events), event);
    }

    fn is_calm(&self) -> bool {
        self.now >= HEALING
    }

    fn reach_the_end(&mut self) -> Result<(), Breach> {
        while let Some(((time, _), event)) = self.queue.pop_first() {
            if time > RUN {
                break;
            }
            self.now = time;
            self.happen(event)?;
        }
        self.now = RUN;
        healed::check(self)
    }

    fn happen(&mut self, event: Event) -> Result<(), Breach> {
        match event {
            Event::Arrive { from, to, sent, body } => {
                let before = self.arrived.insert((from, to), sent).unwrap_or(0);
                if before > sent {
                    self.coverage.reach(Reached::MessageOvertook);
                }
                self.input(to, Input::Message { from, body })
            }
            Event::Wake { member, life, alarm } if self.members[member].life == life => {
                self.input(member, Input::Alarm(alarm))
            }
            Event::WriteEnds {
                member,
                life,
                id,
                end,
            } if self.members[member].life == life => self.end_write(member, id, end),
            Event::Wake { .. } | Event::WriteEnds { .. } => Ok(()),
            Event::LateWrite { member, write } => {
                let landed = self.persist(member, &write)?;
                self.coverage.reach(if landed {
                    Reached::LateWriteLanded
                } else {
                    Reached::LateWriteRefused
                });
                Ok(())
            }
            Event::Submit { client } => self.submit(client),
            Event::Befall(fault) => self.befall(fault),
            Event::Start { member } => self.start(member),
            Event::Heal => self.heal(),
        }
    }

    /// Hands something to a member's process, and carries out what follows.
    fn input(&mut self, id: MemberId, input: Input) -> Result<(), Breach> {
        let calm = self.is_calm();
        let (mut effects, mut told) = (Vec::new(), Vec::new());
        let member = &mut self.members[id];
        let Some(process) = &mut member.process else {
            return Ok(());
        };
        let mut ctx = Context {
            me: id,
            now: self.now,
            clock_offset_ms: member.clock_offset_ms,
            calm,
            club: self.club,
            disk: &mut member.disk,
            random: &mut self.random,
            coverage: &mut self.coverage,
            mutation: self.mutation.filter(|_| member.liar.is_none()),
            effects: &mut effects,
            next_write: &mut member.next_write,
        };
        let failed = |error: LogError| Breach {
            invariant: Invariant::CoreFailed,
            member: id,
            seen: error.to_string(),
        };
        let Some(liar) = &mut member.liar else {
            process.step(&mut ctx, input).map_err(failed)?;
            return self.perform(id, effects);
        };
        if !liar.takes(&mut ctx, &input).map_err(failed)? {
            process.step(&mut ctx, input).map_err(failed)?;
            for effect in std::mem::take(ctx.effects) {
                told.extend(match effect {
                    Effect::Send { to, body } => liar
                        .alter(&mut ctx, to, body)
                        .map(|body| Effect::Send { to, body }),
                    effect => Some(effect),
                });
                told.append(ctx.effects);
            }
            effects = told;
        }
        self.perform(id, effects)
    }

    /// Carries out the effects of a step, one by one; the process may crash before any of them.
    fn perform(&mut self, id: MemberId, effects: Vec<Effect>) -> Result<(), Breach> {
        for effect in effects {
            let spared = self.members[id].liar.is_some() || self.is_calm();
            if !spared && self.random.happens(self.plan.crash) {
                self.coverage.reach(match &effect {
                    Effect::Acknowledge { .. } => Reached::CrashBeforeAnswer,
                    Effect::Send {
                        body: Body::WitnessAnswer { status: 200, .. },
                        ..
                    } => Reached::CrashBeforeCosignatureSent,
                    _ => Reached::CrashBetweenActions,
                });
                return self.crash_for(id, RESTART);
            }
            match effect {
                Effect::Send { to, body } => self.send(id, to, body)?,
                Effect::Write { id: write_id, write } => self.begin_write(id, write_id, write),
                Effect::Acknowledge { client, place } => {
                    let statement = Rc::clone(&self.clients[client].statement);
                    let store = self.members[id].disk.store();
                    self.oracle.acknowledged(id, &statement, place, store)?;
                    // The answer may be lost on its way like any other.
                    if self.is_calm() || !self.random.happens(self.plan.loss) {
                        self.clients[client].acknowledged = true;
                    }
                }
                Effect::Wake { alarm, after } => {
                    let life = self.members[id].life;
                    self.at(
                        self.now + after,
                        Event::Wake {
                            member: id,
                            life,
                            alarm,
                        },
                    );
                }
                Effect::Claim { signed } => self.claim(id, &signed)?,
                Effect::Stop => return self.crash_for(id, RESTART),
                Effect::Forge { growth, chain } => self.oracle.forged(id, &growth, chain),
                Effect::Collude { log, size, root } => {
                    self.oracle.colluded(id, log, (size, root), &mut self.coverage)?;
                }
            }
        }
        Ok(())
    }
}

impl Member {
    fn new(members: usize) -> Self {
        Member {
            disk: Disk::new(members),
            process: None,
            liar: None,
            clock_offset_ms: 0,
            life: 0,
            next_write: 0,
            down_until: 0,
        }
    }
}
