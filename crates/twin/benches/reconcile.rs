//! How long it takes to reconcile a chain over months: estimates, deviations, classes, and all tests.
//!
//! Conditions: invented chains of eight stages, one per element; each site delivers to sites of the next stage, most of
//! them near it in the list, three in ten anywhere; stocks carry over from month to month. Four flows in five and seven
//! stocks in ten are measured. One thread, unless more are asked for. The last line is the peak of the process's memory.
//!
//! `cargo bench -p didymium-twin --bench reconcile` (arguments: flows per element and month, 2000 by default; months,
//! 24; elements, 1; threads, 1; a file to write the balances to, as a triplet list that other programs can read, with
//! the answer beside it in a file of the same name and `.answer`, or `-` for none; links in a thousand that lead anywhere in the next
//! stage, 300). Above 500,000 variables: one solve, eight draws.

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use didymium_twin::reconcile::{
    Constraint, DRAWS_AT_ONCE, Draws, Measurement, NormalsMissing, Problem, Reconciliation, Search, Sheet,
    Updated, Variable,
};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const STAGES: usize = 8;
/// More variables than this are solved once, and drawn from eight times.
const LARGE: usize = 500_000;

/// SplitMix64: the invented chain is the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, limit: usize) -> Outcome<usize> {
        Ok(usize::try_from(self.next() % u64::try_from(limit.max(1))?)?)
    }

    /// Between 0 and 1.
    fn unit(&mut self) -> f64 {
        f64::from_bits((self.next() >> 12) | (1023 << 52)) - 1.0
    }
}

#[derive(Default)]
struct Chain {
    variables: Vec<Variable>,
    balances: Vec<Vec<(usize, f64)>>,
}

impl Chain {
    fn variable(&mut self, numbers: &mut Numbers, measured: f64) -> Outcome<usize> {
        let number = self.variables.len();
        let key = u64::try_from(number)?;
        let value = 1000.0 * (0.5 + numbers.unit());
        let deviation = value * (0.02 + 0.1 * numbers.unit());
        self.variables.push(if numbers.unit() < measured {
            Variable::measured(key, value, deviation)
        } else {
            Variable::unmeasured(key)
        });
        Ok(number)
    }

    /// One element's chain with so many flows a month.
    fn grow(&mut self, flows: usize, months: usize, far: usize, numbers: &mut Numbers) -> Outcome<()> {
        let per_stage = (flows * 2 / 5 / STAGES).max(1);
        let sites = per_stage * STAGES;
        let first = self.balances.len();
        self.balances.resize(first + sites * months, Vec::new());
        let mut links = Vec::new();
        for _ in 0..flows {
            let from = numbers.below(sites)?;
            let (stage, place) = (from / per_stage, from % per_stage);
            let near = (place + numbers.below(5)? + per_stage - 2) % per_stage;
            let to = if numbers.below(1000)? < far {
                numbers.below(per_stage)?
            } else {
                near
            };
            links.push((from, (stage + 1 < STAGES).then_some((stage + 1) * per_stage + to)));
        }
        for month in 0..months {
            let row = |site: usize| first + month * sites + site;
            for &(from, to) in &links {
                let flow = self.variable(numbers, 0.8)?;
                self.balances[row(from)].push((flow, -1.0));
                if let Some(to) = to {
                    self.balances[row(to)].push((flow, 1.0));
                }
            }
            // What mines dig, so that the first stage has an input.
            for site in 0..per_stage {
                let mined = self.variable(numbers, 0.8)?;
                self.balances[row(site)].push((mined, 1.0));
            }
        }
        for site in 0..sites {
            for month in 0..=months {
                let stock = self.variable(numbers, 0.7)?;
                if month > 0 {
                    self.balances[first + (month - 1) * sites + site].push((stock, -1.0));
                }
                if month < months {
                    self.balances[first + month * sites + site].push((stock, 1.0));
                }
            }
        }
        Ok(())
    }

    fn problem(&self) -> Outcome<Problem> {
        let constraints = (0_u64..)
            .zip(&self.balances)
            .map(|(key, terms)| Constraint {
                key,
                terms: terms.clone(),
                rhs: 0.0,
            })
            .collect();
        Ok(Problem::new(self.variables.clone(), constraints)?)
    }

    /// One line per variable (`v value deviation`, `u` if unmeasured) and per coefficient (`a row variable value`).
    fn text(&self) -> Outcome<String> {
        let mut text = String::new();
        for variable in &self.variables {
            match variable.measurement {
                Some(report) => writeln!(text, "v {} {}", report.value, report.deviation)?,
                None => writeln!(text, "u")?,
            }
        }
        for (row, terms) in self.balances.iter().enumerate() {
            for (variable, coefficient) in terms {
                writeln!(text, "a {row} {variable} {coefficient}")?;
            }
        }
        Ok(text)
    }
}

/// The weighted sum of squared adjustments, then one line per variable: its estimate and deviation, `-` if no report
/// says anything about it.
fn answer(solved: &Reconciliation) -> Outcome<String> {
    let mut text = String::new();
    writeln!(text, "objective {}", solved.global_test().statistic)?;
    for estimate in solved.estimates() {
        match (estimate.value, estimate.deviation) {
            (Some(value), Some(deviation)) => writeln!(text, "{value} {deviation}")?,
            _ => writeln!(text, "-")?,
        }
    }
    Ok(text)
}

fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace()
        .next()?
        .parse::<u64>()
        .ok()
        .map(|kib| kib / 1024)
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let result = work();
    let elapsed = begun.elapsed().as_secs_f64() * 1e3;
    let peak = peak_mib().unwrap_or_default();
    println!("{what:>32} {elapsed:>10.2} ms, {peak:>6} MiB at most until then");
    result
}

/// Posterior draws of all variables, the normal numbers made beforehand; on one thread, and on two.
fn draws(solved: &Reconciliation, count: usize, numbers: &mut Numbers) -> Outcome<()> {
    let all: Vec<usize> = (0..solved.problem().variables().len()).collect();
    let drawing = timed("make ready for draws", || solved.drawing(&all));
    let blocks = count.div_ceil(DRAWS_AT_ONCE);
    let normals: Vec<Draws> = (0..solved.normals_per_draw() + blocks)
        .map(|_| std::array::from_fn(|_| (0..12).map(|_| numbers.unit()).sum::<f64>() - 6.0))
        .collect();
    let mut sums = Vec::new();
    for threads in 1..=2 {
        let next = AtomicUsize::new(0);
        let work = || {
            let (mut sheet, mut sum) = (Sheet::default(), 0.0);
            loop {
                let block = next.fetch_add(1, Ordering::Relaxed);
                if block >= blocks {
                    return Ok::<f64, NormalsMissing>(sum);
                }
                let drawn = drawing.draw(&normals[block..], &mut sheet)?;
                let drawn = drawn.as_flattened().iter();
                sum += drawn.filter(|value| value.is_finite()).sum::<f64>();
            }
        };
        let what = format!("{count} draws, threads: {threads}");
        sums.push(timed(&what, || -> Outcome<f64> {
            std::thread::scope(|scope| {
                let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
                let mut sum = work()?;
                for other in others {
                    sum += other.join().map_err(|_| "a thread panicked")??;
                }
                Ok(sum)
            })
        })?);
    }
    let drawn = u32::try_from(blocks * DRAWS_AT_ONCE)?;
    println!("mean of the sum of all {:.1}", sums[0] / f64::from(drawn));
    Ok(())
}

/// Single reports that change in value and deviation.
fn updates(solved: Reconciliation, numbers: &mut Numbers) -> Outcome<()> {
    let measured: Vec<usize> = (0..solved.problem().variables().len())
        .filter(|at| solved.problem().variables()[*at].measurement.is_some())
        .collect();
    let mut updated = timed("make ready for updates", || Updated::new(solved));
    let mut times = Vec::new();
    for _ in 0..32 {
        let variable = measured[numbers.below(measured.len())?];
        let value = 1000.0 * (0.5 + numbers.unit());
        let report = Measurement {
            value,
            deviation: 0.05 * value,
        };
        let begun = Instant::now();
        updated.report(variable, Some(report))?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "one report changed: median {:.2} ms, longest {:.2} ms",
        times[16], times[31]
    );
    Ok(())
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let flows: usize = arguments.next().map_or(Ok(2000), |text| text.parse())?;
    let months: usize = arguments.next().map_or(Ok(24), |text| text.parse())?;
    let elements: usize = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let threads: NonZeroUsize = arguments
        .next()
        .map_or(Ok(NonZeroUsize::MIN), |text| text.parse())?;
    let export = arguments.next().filter(|path| path != "-");
    let far: usize = arguments.next().map_or(Ok(300), |text| text.parse())?;
    let mut numbers = Numbers(1);
    let mut chain = Chain::default();
    for _ in 0..elements {
        chain.grow(flows, months, far, &mut numbers)?;
    }
    if let Some(path) = &export {
        std::fs::write(path, chain.text()?)?;
    }
    println!(
        "{} variables, {} balances",
        chain.variables.len(),
        chain.balances.len()
    );
    let large = chain.variables.len() > LARGE;
    let mut last = None;
    for _ in 0..if large { 1 } else { 3 } {
        drop(last.take());
        let problem = timed("check the input", || chain.problem())?;
        let solved = timed("estimates and deviations", || problem.solve_with(threads))?;
        last = Some(solved);
    }
    if let Some(solved) = last {
        if let Some(path) = &export {
            std::fs::write(format!("{path}.answer"), answer(&solved)?)?;
        }
        let tests = timed("global, nodal, measurement tests", || {
            (
                solved.global_test(),
                solved.nodal_tests().len(),
                solved.measurement_tests(0.05),
            )
        });
        let search = Search {
            alpha: 0.05,
            leaks: true,
            limit: 10,
        };
        let found = timed("ten gross errors at most", || solved.find_gross_errors(search));
        println!(
            "networks {}, degrees of freedom {}, statistic {:.6}, sets {}, errors {}, imbalance {:.1e}",
            solved.networks(),
            tests.0.degrees_of_freedom,
            tests.0.statistic,
            tests.2.sets.len(),
            found.errors.len(),
            solved.largest_imbalance()
        );
        draws(&solved, if large { 8 } else { 1000 }, &mut numbers)?;
        updates(solved, &mut numbers)?;
    }
    println!("peak memory {} MiB", peak_mib().unwrap_or_default());
    Ok(())
}
