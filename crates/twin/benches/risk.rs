//! How long the panel of supply risk takes on the figures of `data/`: all indices of all stages, years and importers, and
//! GeoPolRisk alone.
//!
//! `cargo bench -p didymium-twin --bench risk`. One thread. Each is run several times; the median is told, and how many
//! cells have a value. With `--cells FILE` the GeoPolRisk cells are written to a table, for comparison.

#[path = "../tests/risk/data.rs"]
mod data;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use data::Outcome;
use didymium_twin::Quantity;
use didymium_twin::risk::{BY_BASIS, Cell, Risk, WHOLE};

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

fn told(name: &str, time: Duration, cells: &[Cell]) {
    let valued = cells.iter().filter(|cell| cell.outcome.is_ok()).count();
    println!(
        "{name}: {:.1} ms, {} cells, {valued} with a value, {} told missing",
        time.as_secs_f64() * 1e3,
        cells.len(),
        cells.len() - valued
    );
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let start = Instant::now();
    let twin = data::twin()?;
    println!(
        "twin of data/: {} facts, read and built in {:.2} s",
        twin.facts().len(),
        start.elapsed().as_secs_f64()
    );
    let risk = Risk::new(&twin, BY_BASIS);
    let (time, cells) = timed(|| risk.of_trade(WHOLE));
    let cells = cells.unwrap_or_default();
    told(
        "GeoPolRisk, net import reliance and membership, all importers, codes, years",
        time,
        &cells,
    );
    let scores = cells
        .iter()
        .filter(|cell| cell.quantity == Quantity::GeoPolRisk)
        .count();
    println!(
        "of these GeoPolRisk: {scores} cells, {:.2} µs a cell of any kind",
        time.as_secs_f64() * 1e6 / cells.len() as f64
    );
    let (time, all) = timed(|| risk.panel(WHOLE));
    told("all indices", time, &all.unwrap_or_default());
    if let Some(place) = arguments.iter().position(|argument| argument == "--cells") {
        let mut table = String::from("commodity,stage,importer,year,score\n");
        for cell in cells.iter().filter(|cell| cell.quantity == Quantity::GeoPolRisk) {
            let score = cell
                .outcome
                .as_ref()
                .map_or(f64::NAN, |score| score.measured.value);
            writeln!(
                table,
                "{},{},{},{},{score}",
                cell.commodity, cell.stage, cell.area, cell.period
            )?;
        }
        std::fs::write(arguments.get(place + 1).ok_or("--cells FILE")?, table)?;
    }
    Ok(())
}
