//! Clubs of 7 and of 40 members through 30 simulated days a seed: hundreds of seeds here, as many as one likes by
//! `cargo test --release -p didymium-testkit --test simulation long_run -- --ignored --nocapture`.
//!
//! | variable | meaning | where |
//! |---|---|---|
//! | `DIDYMIUM_SIM_SEED` | the first seed | `one_seed`, `long_run` |
//! | `DIDYMIUM_SIM_MEMBERS` | members of the club | `one_seed`, `long_run` |
//! | `DIDYMIUM_SIM_SEEDS` | how many seeds | `long_run` |

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use didymium_testkit::simulation::{Club, Coverage, Invariant, Mutation, Reached, Report, Violation, run};

/// Seeds of 7 members in the regular test run.
const SEEDS_OF_SEVEN: u64 = 200;
/// Seeds of 40 members in the regular test run.
const SEEDS_OF_FORTY: u64 = 3;
/// Seeds within which each planted bug must be caught.
const SEEDS_TO_CATCH: u64 = 100;
/// Threads over seeds; within a seed there is one.
const THREADS: usize = 2;

/// Each planted bug, the invariant that the first seed to catch it breaks, and the seed to begin with: 0, but for a bug
/// that takes hundreds.
const PLANTED: [(Mutation, Invariant, u64); 19] = [
    (
        Mutation::AcknowledgesBeforeCommit,
        Invariant::AcknowledgedMoved,
        0,
    ),
    (Mutation::ShowsBeforeCommit, Invariant::SignedBeforeCommitted, 0),
    (
        Mutation::ReleasesBeforeStored,
        Invariant::SignedBeforeCommitted,
        0,
    ),
    (Mutation::SkipsConsistency, Invariant::InconsistentCosignatures, 0),
    (Mutation::ForgetsCosigned, Invariant::InconsistentCosignatures, 0),
    (Mutation::StoresUnguarded, Invariant::InconsistentCosignatures, 0),
    (Mutation::NoFence, Invariant::AcknowledgedMoved, 0),
    (Mutation::TrustsYoungStore, Invariant::AcknowledgedMoved, 0),
    (Mutation::ComparesSizes, Invariant::TwoPlaces, 0),
    (Mutation::ShutForGood, Invariant::ShutOut, 380),
    (Mutation::ForgetsPlaces, Invariant::TwoPlaces, 0),
    (Mutation::BelievesNoConflict, Invariant::Unwitnessed, 0),
    (Mutation::QuorumTooLow, Invariant::UnearnedGrade, 0),
    (Mutation::CountsTwice, Invariant::UnearnedGrade, 0),
    (Mutation::KeepsUnchecked, Invariant::ForeignBytes, 0),
    (Mutation::DropsPartial, Invariant::MirrorsUnequal, 0),
    (Mutation::KeepsEvidence, Invariant::EvidenceMissing, 0),
    (Mutation::PublishesOnly, Invariant::EvidenceMissing, 10_400),
    (Mutation::UnknownIsFailed, Invariant::AcknowledgedMoved, 0),
];

/// What many runs came to.
#[derive(Default)]
struct Sum {
    coverage: Coverage,
    events: u64,
    entries: u64,
    violations: Vec<Violation>,
}

impl Sum {
    fn add(&mut self, result: Result<Report, Box<Violation>>) {
        match result {
            Ok(report) => {
                self.coverage.add(&report.coverage);
                self.events += report.events;
                self.entries += report.entries;
            }
            Err(violation) => self.violations.push(*violation),
        }
    }
}

/// Runs so many seeds from `first` on, and tells of progress every so many.
fn run_seeds(members: usize, first: u64, count: u64, tell_every: u64) -> Sum {
    let club = Club::new(members).unwrap();
    let sum = Mutex::new(Sum::default());
    let (next, begun) = (AtomicU64::new(0), Instant::now());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let done = next.fetch_add(1, Ordering::Relaxed);
                    if done >= count {
                        return;
                    }
                    let result = run(&club, first + done, None);
                    if let Err(violation) = &result {
                        println!("{violation}");
                    }
                    sum.lock().unwrap_or_else(PoisonError::into_inner).add(result);
                    if (done + 1).is_multiple_of(tell_every) {
                        println!("{} seeds of {members} members, {:.0?}", done + 1, begun.elapsed());
                    }
                }
            });
        }
    });
    sum.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn none_of(violations: &[Violation]) {
    let list: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert!(
        violations.is_empty(),
        "{} seeds failed\n{}",
        list.len(),
        list.join("\n")
    );
}

fn number(name: &str, otherwise: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(otherwise, |given| given.parse().unwrap())
}

fn members(otherwise: u64) -> usize {
    usize::try_from(number("DIDYMIUM_SIM_MEMBERS", otherwise)).unwrap()
}

#[test]
fn hundreds_of_seeds_of_seven_members_hold() {
    let sum = run_seeds(7, 0, SEEDS_OF_SEVEN, u64::MAX);
    none_of(&sum.violations);
    // It takes two liars to collude, and 7 members are built for one.
    assert_eq!(
        sum.coverage.missing(),
        [Reached::Colluded],
        "never reached by {SEEDS_OF_SEVEN} seeds"
    );
}

#[test]
fn a_few_seeds_of_forty_members_hold() {
    let sum = run_seeds(40, 0, SEEDS_OF_FORTY, u64::MAX);
    none_of(&sum.violations);
    for reached in [Reached::Witnessed, Reached::Colluded, Reached::EvidenceRead] {
        assert!(sum.coverage.count(reached) > 0, "{reached:?} was never reached");
    }
}

#[test]
fn a_seed_decides_everything() {
    let club = Club::new(7).unwrap();
    for seed in [3, 4] {
        assert_eq!(run(&club, seed, None).unwrap(), run(&club, seed, None).unwrap());
    }
}

#[test]
fn planted_bugs_are_caught() {
    let club = Club::new(7).unwrap();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some((mutation, expected, first)) =
                    PLANTED.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    let mut seeds = *first..first + SEEDS_TO_CATCH;
                    let caught = seeds.find_map(|seed| run(&club, seed, Some(*mutation)).err());
                    let by = caught.as_ref().map(|violation| violation.invariant);
                    if let Some(violation) = &caught {
                        println!(
                            "{mutation:?}: {:?} at seed {}, {}",
                            violation.invariant, violation.seed, violation.seen
                        );
                    }
                    if by != Some(*expected) {
                        let mut wrong = wrong.lock().unwrap_or_else(PoisonError::into_inner);
                        wrong.push((*mutation, by));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(
        wrong.is_empty(),
        "within {SEEDS_TO_CATCH} seeds, caught by another invariant or by none: {wrong:?}"
    );
    for mutation in Mutation::ALL {
        assert!(
            PLANTED.iter().any(|(planted, ..)| *planted == mutation),
            "{mutation:?} is not planted"
        );
    }
}

/// Runs the seed of `DIDYMIUM_SIM_SEED`: how a failure is run again.
#[test]
fn one_seed() {
    let (seed, members) = (number("DIDYMIUM_SIM_SEED", 0), members(7));
    match run(&Club::new(members).unwrap(), seed, None) {
        Ok(report) => {
            println!(
                "seed {seed} of {members} members: {} events, {} entries",
                report.events, report.entries
            );
            for reached in Reached::ALL {
                println!("{:>8} {reached:?}", report.coverage.count(*reached));
            }
        }
        Err(violation) => panic!("{violation}"),
    }
}

/// Runs `DIDYMIUM_SIM_SEEDS` seeds from `DIDYMIUM_SIM_SEED` on.
#[test]
#[ignore = "runs as long as it is told to"]
fn long_run() {
    let (first, count) = (
        number("DIDYMIUM_SIM_SEED", 0),
        number("DIDYMIUM_SIM_SEEDS", 10_000),
    );
    let (members, begun) = (members(7), Instant::now());
    let sum = run_seeds(members, first, count, 500);
    println!(
        "{count} seeds of {members} members from {first} on in {:.0?}: {} failed, {} events, {} entries",
        begun.elapsed(),
        sum.violations.len(),
        sum.events,
        sum.entries
    );
    for reached in Reached::ALL {
        println!("{:>12} {reached:?}", sum.coverage.count(*reached));
    }
    none_of(&sum.violations);
}

/// Looks for the first seeds, from `DIDYMIUM_SIM_SEED` on, that catch the bug of `DIDYMIUM_SIM_PLANT`: for `PLANTED` after a change
/// that moves the runs.
#[test]
#[ignore = "runs as long as it is told to"]
fn hunt() {
    let name = std::env::var("DIDYMIUM_SIM_PLANT").unwrap();
    let plant = Mutation::ALL
        .into_iter()
        .find(|plant| format!("{plant:?}") == name)
        .unwrap();
    let (first, count) = (
        number("DIDYMIUM_SIM_SEED", 0),
        number("DIDYMIUM_SIM_SEEDS", 10_000),
    );
    let club = Club::new(members(7)).unwrap();
    let next = AtomicU64::new(first);
    let caught = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let mut caught = match run(&club, seed, Some(plant)) {
                        Ok(_) => caught.lock().unwrap_or_else(PoisonError::into_inner),
                        Err(violation) => {
                            println!(
                                "{plant:?}: {:?} at seed {seed}, {}",
                                violation.invariant, violation.seen
                            );
                            let mut caught = caught.lock().unwrap_or_else(PoisonError::into_inner);
                            caught.push(seed);
                            caught
                        }
                    };
                    if caught.len() >= 2 || seed >= first + count {
                        caught.sort_unstable();
                        return;
                    }
                }
            });
        }
    });
    println!("{plant:?}: {caught:?}");
}
