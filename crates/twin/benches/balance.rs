//! How long the balances of all families take on the figures of `data/`, how large they are, how long it takes to say what a
//! figure is made of, and what would be if a report said otherwise: by an update, and how far that is from a solve from scratch.
//!
//! `cargo bench -p didymium-twin --bench balance`. One thread. Each is run several times; the median is told.

#[path = "../tests/risk/data.rs"]
mod data;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use data::Outcome;
use didymium_twin::Twin;
use didymium_twin::balance::{Balance, Instead, Key, Line, Options, Slot, Spot};

/// Runs of which the median is told.
const RUNS: usize = 5;

fn timed<T>(mut run: impl FnMut() -> T) -> (Duration, Option<T>) {
    let mut times = Vec::new();
    let mut last = None;
    for _ in 0..RUNS {
        let start = Instant::now();
        last = Some(run());
        times.push(start.elapsed());
    }
    times.sort();
    (times[RUNS / 2], last)
}

/// The gravest contradictions, each taken to say what the others expect: by an update, and some of them from scratch.
fn what_ifs(twin: &Twin, balance: &Balance) -> Outcome<()> {
    let mut times = Vec::new();
    let mut off: Vec<f64> = Vec::new();
    let (mut within, mut asked) = (0, 0);
    for doubted in balance.doubt().tested.iter().take(RUNS * 4) {
        let said = doubted.expected.0.max(0.0);
        let start = Instant::now();
        let update = balance.what_if(doubted.number, Instead::Said(said))?;
        times.push(start.elapsed());
        asked += 1;
        within += usize::from(update.within_bounds);
        if asked > RUNS {
            continue;
        }
        let options = Options {
            instead: BTreeMap::from([(doubted.number, said)]),
            ..Options::default()
        };
        let scratch = Balance::of(twin, &balance.family, &options)?;
        for moved in &update.moved {
            let anew = scratch.quantity(moved.key).and_then(|quantity| quantity.value);
            if let (Some((after, _)), Some(anew)) = (moved.after, anew) {
                off.push((after - anew).abs() / moved.before.1);
            }
        }
    }
    times.sort();
    off.sort_by(f64::total_cmp);
    // Of so many in a hundred.
    let at = |percent: usize| off.get(off.len() * percent / 100).copied().unwrap_or(0.0);
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    println!(
        "  a report that says otherwise: {:.1} ms, at most {:.1} ms; {within} of {asked} within bounds; of {} figures that move, \
         half are within {:.3} deviations of a solve from scratch, 95 % within {:.3}",
        median.as_secs_f64() * 1e3,
        times.last().copied().unwrap_or_default().as_secs_f64() * 1e3,
        off.len(),
        at(50),
        at(95),
    );
    Ok(())
}

/// Resident memory of this process in MiB, where the system tells it.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

fn main() -> Outcome<()> {
    let twin = data::twin()?;
    let mut kept = Vec::new();
    let before = resident();
    let families: Vec<&str> = twin
        .vocabulary()
        .families()
        .map(|family| family.commodity.as_str())
        .collect();
    for family in families {
        let (time, balance) = timed(|| Balance::of(&twin, family, &Options::default()));
        let Some(Ok(balance)) = balance else {
            println!("{family}: nothing to balance");
            continue;
        };
        let key = Key {
            layer: 0,
            stage: 0,
            spot: Spot::World,
            slot: Slot::of_year(2022),
            line: Line::Produced,
        };
        let (walk, weights) = timed(|| balance.weights(&key).map_or(0, |weights| weights.len()));
        println!(
            "{family}: {:.0} ms, {} quantities, {} reports; a figure of {} parts walked back in {:.1} ms",
            time.as_secs_f64() * 1e3,
            balance.quantities().count(),
            balance.reports.len(),
            weights.unwrap_or(0),
            walk.as_secs_f64() * 1e3
        );
        what_ifs(&twin, &balance)?;
        kept.push(balance);
    }
    println!("all of them kept: {:.0} MiB", resident() - before);
    Ok(())
}
