//! What befalls a club in one run: drawn from the seed before it begins.

use super::club::{DAY, HOUR, MINUTE, MemberId, SECOND, Time};
use super::liar::Habits;
use super::random::Random;

/// How long a run is.
pub(super) const RUN: Time = 30 * DAY;
/// When faults end: the rest of the run is for healing.
pub(super) const HEALING: Time = 26 * DAY;
/// Most hours that a clock is set behind the true time.
const CLOCK_BEHIND_HOURS_MAX: u64 = 48;
/// Most hours that one is set ahead. Less than the healing lasts: a witness refuses until its clock has passed its last
/// cosignature.
const CLOCK_AHEAD_HOURS_MAX: u64 = 12;

/// Something that befalls a member or the club at a time of its own.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// A member crashes and is down for so long.
    Crash { member: MemberId, down: Time },
    /// The club falls into groups that do not hear each other; one group for all ends it.
    Partition { groups: Vec<u8> },
    /// A member's clock is set so many milliseconds ahead of the true time.
    SetClock { member: MemberId, offset_ms: i64 },
    /// A member's store is copied.
    BackUp { member: MemberId },
    /// A member crashes, and starts from its last backup.
    Restore { member: MemberId, down: Time },
}

/// The plan of one run. Rates are in parts of a million.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) faults: Vec<(Time, Fault)>,
    pub(super) liars: Vec<(MemberId, Habits, Vec<bool>, Time)>,
    /// Members whose disk calls writes synced that are not.
    pub(super) lying_disks: Vec<MemberId>,
    pub(super) loss: u64,
    pub(super) twice: u64,
    pub(super) delay_max: Time,
    /// Chance of a crash before each action.
    pub(super) crash: u64,
    pub(super) write_failed: u64,
    pub(super) write_failed_but_persisted: u64,
    pub(super) write_late: u64,
    pub(super) disk_full: u64,
    /// When statements are submitted, by whom, and how many at once.
    pub(super) submissions: Vec<(Time, MemberId, usize)>,
}

impl Plan {
    /// A plan for a club of `members`, of whom each log's others may hold `faulty` liars.
    ///
    /// Each kind of fault is drawn or left out for the whole run, so that some runs are calm in one respect and wild in
    /// another.
    pub(super) fn draw(random: &mut Random, members: usize, faulty: usize) -> Self {
        let mut plan = Plan {
            faults: Vec::new(),
            liars: Vec::new(),
            lying_disks: Vec::new(),
            loss: rate(random, &[1_000, 20_000, 200_000]),
            twice: rate(random, &[20_000, 200_000]),
            delay_max: random
                .pick(&[200, SECOND, 20 * SECOND, 10 * MINUTE])
                .unwrap_or(SECOND),
            crash: rate(random, &[200, 1_000, 5_000]),
            write_failed: rate(random, &[2_000, 20_000]),
            write_failed_but_persisted: rate(random, &[2_000, 20_000]),
            write_late: rate(random, &[2_000, 20_000]),
            disk_full: rate(random, &[5_000, 50_000]),
            submissions: Vec::new(),
        };
        plan.draw_members(random, members, faulty);
        plan.draw_faults(random, members);
        plan.draw_submissions(random, members);
        plan
    }

    /// Who lies, and whose disk goes back: together no more than the quorum is built for. A log's own member is not
    /// among its witnesses, so one more member than f may fail, if no more than f of them lie.
    fn draw_members(&mut self, random: &mut Random, members: usize, faulty: usize) {
        let lying = random.place(faulty + 1);
        let failing = random.between(lying as u64, faulty as u64 + 1);
        let failing = usize::try_from(failing).unwrap_or(lying);
        let mut unlucky = random.choose(failing, members);
        for _ in 0..lying {
            let liar = unlucky.swap_remove(random.place(unlucky.len()));
            let all = random.one_in(4);
            let victims = (0..members).map(|_| all || random.one_in(2)).collect();
            let since = random.between(DAY, 24 * DAY);
            self.liars.push((liar, Habits::draw(random), victims, since));
        }
        for member in unlucky {
            if random.one_in(2) {
                self.lying_disks.push(member);
                for _ in 0..random.between(1, 3) {
                    let at = random.between(DAY, HEALING - 2 * DAY);
                    let down = random.between(MINUTE, 12 * HOUR);
                    self.faults.push((at, Fault::Crash { member, down }));
                    self.draw_around(random, member, at, at + down, members);
                }
                continue;
            }
            let backed_up = random.between(0, HEALING - 2 * DAY);
            let restored = random.between(backed_up + HOUR, (backed_up + 10 * DAY).min(HEALING - HOUR));
            let down = random.between(MINUTE, DAY);
            self.faults.push((backed_up, Fault::BackUp { member }));
            self.faults.push((restored, Fault::Restore { member, down }));
            self.draw_around(random, member, restored, restored + down, members);
        }
    }

    /// What makes a disk that goes back matter: statements before and after, and perhaps few who heard of them.
    fn draw_around(&mut self, random: &mut Random, member: MemberId, from: Time, to: Time, members: usize) {
        let before = from - random.between(SECOND, HOUR);
        let after = to + random.between(SECOND, HOUR);
        self.submissions.push((before, member, 1));
        self.submissions.push((after, member, 2));
        if random.one_in(2) {
            let hears = random.choose(2, members);
            let apart = |other: MemberId| other == member || hears.contains(&other);
            let groups = (0..members).map(|other| u8::from(apart(other))).collect();
            self.faults
                .push((before.saturating_sub(HOUR), Fault::Partition { groups }));
            let groups = vec![0; members];
            self.faults.push((from, Fault::Partition { groups }));
        }
    }

    fn draw_faults(&mut self, random: &mut Random, members: usize) {
        let some = |random: &mut Random, most: u64| {
            if random.one_in(2) {
                random.between(1, most)
            } else {
                0
            }
        };
        for _ in 0..some(random, 4) {
            let at = random.between(HOUR, HEALING - DAY);
            let until = random.between(at + HOUR, (at + 6 * DAY).min(HEALING));
            let groups = (0..members).map(|_| u8::from(random.one_in(2))).collect();
            self.faults.push((at, Fault::Partition { groups }));
            let groups = vec![0; members];
            self.faults.push((until, Fault::Partition { groups }));
        }
        for _ in 0..some(random, 3) {
            let member = random.place(members);
            let down = random.between(DAY, 7 * DAY);
            let at = random.between(HOUR, HEALING - DAY);
            self.faults.push((at, Fault::Crash { member, down }));
        }
        for _ in 0..some(random, 8) {
            let member = random.place(members);
            let down = random.between(SECOND, 2 * HOUR);
            let at = random.between(HOUR, HEALING - HOUR);
            self.faults.push((at, Fault::Crash { member, down }));
        }
        for _ in 0..some(random, 5) {
            let member = random.place(members);
            let hours = random.between(0, CLOCK_BEHIND_HOURS_MAX + CLOCK_AHEAD_HOURS_MAX);
            let ms = |hours: u64| i64::try_from(hours * HOUR).unwrap_or(0);
            let offset_ms = ms(hours) - ms(CLOCK_BEHIND_HOURS_MAX);
            let at = random.between(HOUR, HEALING - HOUR);
            self.faults.push((at, Fault::SetClock { member, offset_ms }));
        }
    }

    fn draw_submissions(&mut self, random: &mut Random, members: usize) {
        // Signatures are what a run costs: about as many heads in a large club as in a small one.
        let bursts = random.between(3, 18);
        for _ in 0..bursts {
            let at = random.between(MINUTE, 27 * DAY);
            let count = random.pick(&[1, 1, 2, 5]).unwrap_or(1);
            self.submissions.push((at, random.place(members), count));
        }
        if random.one_in(12) {
            let at = random.between(MINUTE, 25 * DAY);
            let count = random.pick(&[250, 300, 600]).unwrap_or(1);
            self.submissions.push((at, random.place(members), count));
        }
    }
}

fn rate(random: &mut Random, rates: &[u64]) -> u64 {
    if random.one_in(2) {
        random.pick(rates).unwrap_or(0)
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_drawn_as_the_document_says() {
        let page = include_str!("../../../../docs/simulation.md");
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        for said in [
            format!(
                "stand up to {CLOCK_BEHIND_HOURS_MAX} hours behind or {CLOCK_AHEAD_HOURS_MAX} hours ahead"
            ),
            format!(
                "ahead by {CLOCK_AHEAD_HOURS_MAX} hours at most, and healing takes {} days",
                (RUN - HEALING) / DAY
            ),
        ] {
            assert!(page.contains(&said), "docs/simulation.md does not say: {said}");
        }
        let hour = i64::try_from(HOUR).unwrap();
        let mut drawn: Vec<i64> = Vec::new();
        for seed in 0..400 {
            let plan = Plan::draw(&mut Random::new(seed), 7, 2);
            drawn.extend(plan.faults.iter().filter_map(|(_, fault)| match fault {
                Fault::SetClock { offset_ms, .. } => Some(offset_ms / hour),
                _ => None,
            }));
        }
        let (least, most) = (drawn.iter().min().unwrap(), drawn.iter().max().unwrap());
        let hours = |max: u64| i64::try_from(max).unwrap();
        assert_eq!(
            (-least, *most),
            (hours(CLOCK_BEHIND_HOURS_MAX), hours(CLOCK_AHEAD_HOURS_MAX))
        );
    }
}
