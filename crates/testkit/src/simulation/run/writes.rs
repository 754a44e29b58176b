//! How writes end, and what the oracle is shown of what lands.

use super::{Event, Run, WriteEnd};
use crate::simulation::club::{DAY, MemberId, SECOND};
use crate::simulation::coverage::Reached;
use crate::simulation::disk::{Write, WriteId, Written};
use crate::simulation::invariant::Breach;
use crate::simulation::liar::Liar;
use crate::simulation::message::Input;
use crate::simulation::plan::HEALING;

impl Run<'_> {
    pub(super) fn begin_write(&mut self, id: MemberId, write_id: WriteId, write: Write) {
        let member = &mut self.members[id];
        member.disk.begin(write_id, write);
        let spared = member.liar.is_some() || self.now >= HEALING;
        let plan = &self.plan;
        let ends = [
            (plan.disk_full, WriteEnd::Full),
            (plan.write_failed, WriteEnd::Failed),
            (plan.write_failed_but_persisted, WriteEnd::FailedButPersisted),
            (plan.write_late, WriteEnd::Late),
        ];
        let mut end = WriteEnd::Persisted;
        for (parts, other) in ends {
            if !spared && self.random.happens(parts) {
                end = other;
                break;
            }
        }
        let life = self.members[id].life;
        // A disk under load takes its time.
        let slow = self.random.one_in(10);
        let after = self.random.between(3, if slow { 10 * SECOND } else { 30 });
        let event = Event::WriteEnds {
            member: id,
            life,
            id: write_id,
            end,
        };
        self.at(self.now + after, event);
    }

    pub(super) fn end_write(&mut self, id: MemberId, write_id: WriteId, end: WriteEnd) -> Result<(), Breach> {
        let Some(write) = self.members[id].disk.end(write_id) else {
            return Ok(());
        };
        let written = match end {
            WriteEnd::Persisted => {
                if self.persist(id, &write)? {
                    Written::Synced
                } else {
                    Written::Conflict
                }
            }
            WriteEnd::Full => {
                self.coverage.reach(Reached::DiskFull);
                Written::Full
            }
            WriteEnd::FailedButPersisted => {
                self.persist(id, &write)?;
                self.coverage.reach(Reached::FailedButPersisted);
                Written::Unknown
            }
            WriteEnd::Failed => {
                self.coverage.reach(Reached::FailedUnknown);
                Written::Unknown
            }
            WriteEnd::Late => {
                let after = self.random.between(SECOND, DAY);
                self.at(self.now + after, Event::LateWrite { member: id, write });
                Written::Unknown
            }
        };
        self.input(
            id,
            Input::Written {
                id: write_id,
                written,
            },
        )
    }

    /// Persists a write before the eyes of the oracle; answers whether the store was as it expects.
    pub(super) fn persist(&mut self, id: MemberId, write: &Write) -> Result<bool, Breach> {
        let applied = self.members[id].disk.persist(write.clone());
        if applied {
            self.persisted(id, write)?;
        }
        Ok(applied)
    }

    pub(super) fn persisted(&mut self, id: MemberId, write: &Write) -> Result<(), Breach> {
        let store = self.members[id].disk.store();
        match write {
            Write::Grow { log, growth } if *log == id => {
                self.oracle.grew(id, growth, &store.logs[id], &mut self.coverage)
            }
            Write::Overwrite { growth, .. } => {
                self.oracle.grew(id, growth, &store.logs[id], &mut self.coverage)
            }
            Write::Grow { log, .. } => self.oracle.mirrored(id, *log, &store.logs[*log]),
            Write::Evidence { against, .. } => {
                let liar = &self.members[*against].liar;
                let has_forked = liar.as_ref().is_some_and(Liar::has_forked);
                self.oracle.convicted(id, *against, has_forked)
            }
            Write::Cosigned { .. } | Write::Collected { .. } => Ok(()),
        }
    }
}
