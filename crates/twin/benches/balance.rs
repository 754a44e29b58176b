//! How long the balances of all families take on the figures of `data/`, how large they are, and how long it takes to say what a
//! figure is made of.
//!
//! `cargo bench -p didymium-twin --bench balance`. One thread. Each is run several times; the median is told.

#[path = "../tests/risk/data.rs"]
mod data;

use std::time::{Duration, Instant};

use data::Outcome;
use didymium_twin::balance::{Balance, Key, Line, Options, Slot, Spot};

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
        kept.push(balance);
    }
    println!("all of them kept: {:.0} MiB", resident() - before);
    Ok(())
}
