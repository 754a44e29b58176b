//! Learns from the mirror ratios alone how far each reporter is to be trusted.
//!
//! Expectation and maximisation of the mixture of [`super::mixture`]. The expectation gives each report's probability of
//! being gross and the expected square of its error; the maximisation has closed forms. First all reporters are taken for
//! alike, on either side, which gives the *population*:
//!
//! ```text
//! σ̄² = Σ qᵢ·E[eᵢ²] / Σ qᵢ        π̄ = mean of 1 − qᵢ        γ² = Σ (1 − qᵢ)·E[eᵢ² | gross] / Σ (1 − qᵢ)
//! ```
//!
//! with `qᵢ` the probability that report `i` is sound. Then each reporter gets its own, as exporter and as importer, with
//! the population as prior knowledge that counts for `ν` flows, so that one of whom little is known is taken for an ordinary
//! one (an inverse-gamma prior of the variance, a beta prior of the probability):
//!
//! ```text
//! σ²ᵣ = (Σ qᵢ·E[eᵢ²] + ν·σ̄²) / (Σ qᵢ + ν)        πᵣ = (Σ (1 − qᵢ) + ν·π̄) / (nᵣ + ν)        i ∈ r
//! ```
//!
//! Both sides share the population: ratios alone say nearly nothing about which side is the better one on the whole, and a
//! likelihood left free there drifts to one side without any error. `ν` is chosen among [`SHRINKAGES`] by the density of
//! ratios that were left out, never by comparison with a reference. The margin of a code is a random effect around
//! the mean of all codes, `c ~ N(c̄, τ²)`, with `c̄` and `τ²` learned too, and never below zero: freight and insurance cost
//! something.
//!
//! Reliability by reporter and side is the idea of Gaulier and Zignago (2010, section 2.4), who decompose `|ln M/X|` by a
//! weighted analysis of variance; theirs has one spread for a reporter, so that a few gross errors and many small ones
//! cannot be told apart.

use super::mixture::PairModel;

/// Candidates for `ν`, flows, from the strongest prior down: each starts where the one before settled.
pub const SHRINKAGES: [f64; 5] = [100.0, 30.0, 10.0, 3.0, 1.0];
/// Parts of the flows, each left out once to choose `ν`.
const FOLDS: usize = 5;
/// Rounds of expectation and maximisation at most.
const ROUNDS_MAX: usize = 2000;
/// Change of the mean logarithmic density of a ratio at which the rounds end.
const SETTLED: f64 = 1e-6;
/// The same while `ν` is chosen: candidates differ by far more.
const SETTLED_ROUGHLY: f64 = 1e-5;
/// Smallest variance of a sound report, (1 %)²: values are converted at average exchange rates; nobody measures better.
const SOUND_VARIANCE_MIN: f64 = 1e-4;
/// Smallest variance of a gross report, (ln 2)²: less than a factor of two is not called gross.
const GROSS_VARIANCE_MIN: f64 = 0.480_453_013_918_201_4;
/// Share of ratios that should fall outside of their interval.
const OUTSIDE: f64 = 0.05;
/// Smallest variance of margins between codes, (1 %)².
const MARGIN_VARIANCE_MIN: f64 = 1e-4;

/// A flow that both sides reported.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Observation {
    /// Index of the exporter.
    pub exporter: usize,
    /// Index of the importer.
    pub importer: usize,
    /// Index of the code.
    pub code: usize,
    /// `ln M − ln X`.
    pub ratio: f64,
}

/// How many exporters, importers and codes the indices of observations run over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    /// Countries; both sides share the index.
    pub countries: usize,
    /// Codes.
    pub codes: usize,
}

/// A reporter of whom nothing is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Population {
    /// Variance of a sound report, logarithm squared.
    pub variance: f64,
    /// Probability of a gross report.
    pub gross: f64,
}

/// What was learned of the reporters of one side.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SideFit {
    /// Variance of a sound report by country, logarithm squared.
    pub variance: Vec<f64>,
    /// Probability of a gross report by country.
    pub gross: Vec<f64>,
    /// Number of mirrored flows by country.
    pub flows: Vec<u32>,
}

/// What was learned.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fit {
    /// Countries as exporters.
    pub exporters: SideFit,
    /// Countries as importers.
    pub importers: SideFit,
    /// Variance of a gross report, logarithm squared.
    pub gross_variance: f64,
    /// CIF margin by code, logarithm, zero or above.
    pub margins: Vec<f64>,
    /// Standard deviation of the margin by code.
    pub margin_deviations: Vec<f64>,
    /// What holds for all reporters together.
    pub population: Population,
    /// `ν`: number of flows that the population counts for.
    pub shrinkage: f64,
    /// Mean logarithmic density of ratios that were left out, at this `ν`.
    pub left_out_density: f64,
    /// Share of ratios that were left out and fell inside their 95 % interval.
    pub left_out_covered: f64,
    /// Rounds of expectation and maximisation.
    pub rounds: usize,
    /// Whether the likelihood settled before the last round that is allowed.
    pub settled: bool,
    margin_mean: f64,
    margin_variance: f64,
}

impl Fit {
    /// What is known of the two reporters of a flow.
    pub(crate) fn pair(&self, exporter: usize, importer: usize) -> PairModel {
        PairModel {
            export_variance: self.exporters.variance[exporter],
            import_variance: self.importers.variance[importer],
            gross_variance: self.gross_variance,
            export_gross: self.exporters.gross[exporter],
            import_gross: self.importers.gross[importer],
        }
    }

    fn start(sizes: Sizes) -> Self {
        // Any start with sound far from gross leads to the same answer: ±20 %, against a factor of seven.
        let population = Population {
            variance: 0.04,
            gross: 0.3,
        };
        let side = || SideFit {
            variance: vec![population.variance; sizes.countries],
            gross: vec![population.gross; sizes.countries],
            flows: vec![0; sizes.countries],
        };
        Self {
            exporters: side(),
            importers: side(),
            gross_variance: 4.0,
            margins: vec![0.05; sizes.codes],
            margin_deviations: vec![0.1; sizes.codes],
            population,
            shrinkage: f64::INFINITY,
            left_out_density: f64::NEG_INFINITY,
            left_out_covered: 0.0,
            rounds: 0,
            settled: false,
            margin_mean: 0.05,
            margin_variance: 0.01,
        }
    }

    /// Expectation and maximisation until the likelihood changes by less than `settled` a flow. With an infinite `ν` all
    /// reporters are alike.
    fn settle(&mut self, flows: &[Observation], sizes: Sizes, shrinkage: f64, settled: f64) {
        self.shrinkage = shrinkage;
        self.settled = false;
        let mut last = f64::NEG_INFINITY;
        for _ in 0..ROUNDS_MAX {
            let sums = Sums::of(flows, sizes, self);
            let likelihood = sums.likelihood;
            sums.maximise(self);
            self.rounds += 1;
            if (likelihood - last).abs() <= settled * flows.len() as f64 {
                self.settled = true;
                return;
            }
            last = likelihood;
        }
    }
}

/// How a candidate for `ν` did on flows that were left out.
struct Trial {
    shrinkage: f64,
    density: f64,
    covered: u32,
}

impl Trial {
    fn add(&mut self, fit: &Fit, held: &[Observation]) {
        for flow in held {
            let discrepancy = flow.ratio - fit.margins[flow.code];
            let pair = fit.pair(flow.exporter, flow.importer);
            self.density += pair.states(discrepancy).1;
            self.covered += u32::from(pair.further(discrepancy) > OUTSIDE);
        }
    }
}

/// Fits the model to flows that both sides reported, in a fixed order. `ν` is the candidate under which flows that were left
/// out (each fifth of them once, dealt out in turn) are the most probable.
/// Every index is below its size: the caller made both.
pub(crate) fn fit(flows: &[Observation], sizes: Sizes) -> Fit {
    let mut trials = SHRINKAGES.map(|shrinkage| Trial {
        shrinkage,
        density: 0.0,
        covered: 0,
    });
    for left_out in 0..FOLDS {
        let (mut kept, mut held) = (Vec::with_capacity(flows.len()), Vec::new());
        for (at, flow) in flows.iter().enumerate() {
            let part = if at % FOLDS == left_out {
                &mut held
            } else {
                &mut kept
            };
            part.push(*flow);
        }
        let mut fit = Fit::start(sizes);
        fit.settle(&kept, sizes, f64::INFINITY, SETTLED_ROUGHLY);
        for trial in &mut trials {
            fit.settle(&kept, sizes, trial.shrinkage, SETTLED_ROUGHLY);
            trial.add(&fit, &held);
        }
    }
    let mut best = &trials[0];
    for trial in &trials {
        if trial.density > best.density {
            best = trial;
        }
    }
    let mut fit = Fit::start(sizes);
    fit.settle(flows, sizes, f64::INFINITY, SETTLED);
    fit.settle(flows, sizes, best.shrinkage, SETTLED);
    let count = flows.len().max(1) as f64;
    fit.left_out_density = best.density / count;
    fit.left_out_covered = f64::from(best.covered) / count;
    fit
}

/// Sums over the reports of one side, by country.
struct SideSums {
    flows: Vec<u32>,
    sound: Vec<f64>,
    squares: Vec<f64>,
}

impl SideSums {
    fn new(countries: usize) -> Self {
        Self {
            flows: vec![0; countries],
            sound: vec![0.0; countries],
            squares: vec![0.0; countries],
        }
    }

    fn add(&mut self, country: usize, sound: f64, square: f64) {
        self.flows[country] += 1;
        self.sound[country] += sound;
        self.squares[country] += square;
    }

    /// Number of reports, how many of them are sound, and the sum of these ones' squared errors.
    fn totals(&self) -> [f64; 3] {
        let flows = f64::from(self.flows.iter().sum::<u32>());
        [flows, self.sound.iter().sum(), self.squares.iter().sum()]
    }

    fn maximise(self, shrinkage: f64, population: Population, side: &mut SideFit) {
        for country in 0..self.flows.len() {
            let (reports, sound) = (f64::from(self.flows[country]), self.sound[country]);
            let (variance, gross) = if shrinkage.is_finite() {
                let variance =
                    (self.squares[country] + shrinkage * population.variance) / (sound + shrinkage);
                let gross = (reports - sound + shrinkage * population.gross) / (reports + shrinkage);
                (variance, gross)
            } else {
                (population.variance, population.gross)
            };
            side.variance[country] = variance.max(SOUND_VARIANCE_MIN);
            side.gross[country] = gross.clamp(0.0, 1.0);
        }
        side.flows = self.flows;
    }
}

/// What the expectation gives.
struct Sums {
    exporters: SideSums,
    importers: SideSums,
    gross: f64,
    gross_squares: f64,
    /// Precision and precision-weighted ratio by code.
    margins: Vec<(f64, f64)>,
    likelihood: f64,
}

impl Sums {
    fn of(flows: &[Observation], sizes: Sizes, fit: &Fit) -> Self {
        let mut sums = Self {
            exporters: SideSums::new(sizes.countries),
            importers: SideSums::new(sizes.countries),
            gross: 0.0,
            gross_squares: 0.0,
            margins: vec![(0.0, 0.0); sizes.codes],
            likelihood: 0.0,
        };
        for flow in flows {
            let discrepancy = flow.ratio - fit.margins[flow.code];
            let (states, density) = fit.pair(flow.exporter, flow.importer).states(discrepancy);
            sums.likelihood += density;
            let (mut sound, mut squares, mut precision) = ([0.0; 2], [0.0; 2], 0.0);
            for state in &states {
                let q = state.probability;
                precision += q / (state.export_variance + state.import_variance);
                let sides = [
                    (state.export_gross, state.export_square(discrepancy)),
                    (state.import_gross, state.import_square(discrepancy)),
                ];
                for (side, (gross, square)) in sides.into_iter().enumerate() {
                    if gross {
                        sums.gross += q;
                        sums.gross_squares += q * square;
                    } else {
                        sound[side] += q;
                        squares[side] += q * square;
                    }
                }
            }
            sums.exporters.add(flow.exporter, sound[0], squares[0]);
            sums.importers.add(flow.importer, sound[1], squares[1]);
            let margin = &mut sums.margins[flow.code];
            margin.0 += precision;
            margin.1 += precision * flow.ratio;
        }
        sums
    }

    fn maximise(self, fit: &mut Fit) {
        if fit.shrinkage.is_infinite() {
            let (one, other) = (self.exporters.totals(), self.importers.totals());
            let [flows, sound, squares] = [0, 1, 2].map(|at| one[at] + other[at]);
            fit.population = Population {
                variance: squares / sound.max(f64::MIN_POSITIVE),
                gross: (flows - sound) / flows.max(1.0),
            };
        }
        self.exporters
            .maximise(fit.shrinkage, fit.population, &mut fit.exporters);
        self.importers
            .maximise(fit.shrinkage, fit.population, &mut fit.importers);
        let gross = self.gross_squares / self.gross.max(f64::MIN_POSITIVE);
        fit.gross_variance = gross.max(GROSS_VARIANCE_MIN);
        maximise_margins(&self.margins, fit);
    }
}

fn maximise_margins(sums: &[(f64, f64)], fit: &mut Fit) {
    let prior = 1.0 / fit.margin_variance;
    let effects: Vec<(f64, f64)> = sums
        .iter()
        .map(|(precision, weighted)| {
            let total = precision + prior;
            ((weighted + prior * fit.margin_mean) / total, 1.0 / total)
        })
        .collect();
    let codes = effects.len().max(1) as f64;
    fit.margin_mean = (effects.iter().map(|(margin, _)| margin).sum::<f64>() / codes).max(0.0);
    let spread = effects
        .iter()
        .map(|(margin, variance)| (margin - fit.margin_mean).powi(2) + variance);
    fit.margin_variance = (spread.sum::<f64>() / codes).max(MARGIN_VARIANCE_MIN);
    fit.margins = effects.iter().map(|(margin, _)| margin.max(0.0)).collect();
    fit.margin_deviations = effects.iter().map(|(_, variance)| variance.sqrt()).collect();
}
