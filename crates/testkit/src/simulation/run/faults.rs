//! What befalls the members, and what ends it.

use std::rc::Rc;

use super::{CLIENT_PATIENCE, Event, Run};
use crate::simulation::club::{DAY, HOUR, MINUTE, MemberId, Time};
use crate::simulation::coverage::Reached;
use crate::simulation::invariant::Breach;
use crate::simulation::message::{Alarm, Input};
use crate::simulation::plan::Fault;
use crate::simulation::process::Process;

impl Run<'_> {
    pub(super) fn submit(&mut self, client: usize) -> Result<(), Breach> {
        let asked = &self.clients[client];
        // Some submit once more although they were answered.
        if asked.acknowledged && !self.random.one_in(20) {
            return Ok(());
        }
        let (home, statement) = (asked.home, Rc::clone(&asked.statement));
        let patience = if self.is_calm() {
            (MINUTE, HOUR)
        } else {
            CLIENT_PATIENCE
        };
        let again = self.random.between(patience.0, patience.1);
        self.at(self.now + again, Event::Submit { client });
        if !self.is_calm() && self.random.happens(self.plan.loss) {
            return Ok(());
        }
        self.input(home, Input::Submit { client, statement })
    }

    pub(super) fn befall(&mut self, fault: Fault) -> Result<(), Breach> {
        match fault {
            Fault::Crash { member, down } if self.members[member].liar.is_none() => {
                if down >= DAY {
                    self.coverage.reach(Reached::DownForDays);
                }
                self.crash_for(member, (down, down))
            }
            Fault::Crash { .. } => Ok(()),
            Fault::Partition { groups } => {
                self.groups = groups;
                Ok(())
            }
            Fault::SetClock { member, offset_ms } => {
                self.coverage.reach(Reached::ClockSet);
                self.members[member].clock_offset_ms = offset_ms;
                Ok(())
            }
            Fault::BackUp { member } => {
                self.members[member].disk.back_up();
                Ok(())
            }
            Fault::Restore { member, down } => {
                self.crash_for(member, (down, down))?;
                if self.members[member].disk.restore() {
                    self.coverage.reach(Reached::RestoredFromBackup);
                    self.oracle.set_rolled_back(member);
                }
                Ok(())
            }
        }
    }

    /// Ends a process, loses what was not on its disk, and has it started again.
    pub(super) fn crash_for(&mut self, id: MemberId, down: (Time, Time)) -> Result<(), Breach> {
        let down = if self.is_calm() {
            MINUTE
        } else {
            self.random.between(down.0, down.1)
        };
        let member = &mut self.members[id];
        member.process = None;
        member.life += 1;
        member.down_until = member.down_until.max(self.now + down);
        let keeps = self.random.place(member.disk.writes_under_way() + 1);
        let keeps_unflushed = self.random.place(member.disk.writes_unflushed() + 1);
        let crash = member.disk.crash(keeps, keeps_unflushed);
        let again = member.down_until;
        for (happened, reached) in [
            (crash.lost > 0, Reached::WriteLostInCrash),
            (!crash.kept.is_empty(), Reached::WriteKeptInCrash),
            (crash.unsynced_lost, Reached::UnsyncedLost),
            (crash.synced_lost, Reached::SyncedLost),
        ] {
            if happened {
                self.coverage.reach(reached);
            }
        }
        if crash.synced_lost {
            self.oracle.set_rolled_back(id);
        }
        self.at(again, Event::Start { member: id });
        crash.kept.iter().try_for_each(|write| self.persisted(id, write))
    }

    pub(super) fn start(&mut self, id: MemberId) -> Result<(), Breach> {
        let founding = self.members[id].life == 0;
        let member = &mut self.members[id];
        if member.process.is_some() || self.now < member.down_until {
            return Ok(());
        }
        member.life += 1;
        member.process = Some(Process::new(self.club.members()));
        let (life, lies) = (member.life, member.liar.is_some());
        if lies {
            let alarm = Alarm::Lie;
            self.at(
                self.now + DAY,
                Event::Wake {
                    member: id,
                    life,
                    alarm,
                },
            );
        }
        self.input(id, Input::Start { founding })
    }

    /// Ends all faults: everybody is started, clocks are right, the network carries everything.
    pub(super) fn heal(&mut self) -> Result<(), Breach> {
        self.groups.fill(0);
        for id in 0..self.members.len() {
            let member = &mut self.members[id];
            member.clock_offset_ms = 0;
            member.down_until = 0;
            member.disk.lies = false;
            match member.process {
                None => self.start(id)?,
                Some(_) => {
                    let life = member.life;
                    let alarm = Alarm::Poll;
                    self.at(
                        self.now + MINUTE,
                        Event::Wake {
                            member: id,
                            life,
                            alarm,
                        },
                    );
                }
            }
        }
        for client in 0..self.clients.len() {
            if !self.clients[client].acknowledged {
                self.at(self.now + HOUR, Event::Submit { client });
            }
        }
        Ok(())
    }
}
