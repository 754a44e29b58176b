//! A synthetic world with known truth: 2,000 flows among 800 sites over 24 months, with stocks. One report in a hundred is
//! biased by five of its deviations. Are the biased ones found, and do the intervals hold?

use didymium_twin::reconcile::{Class, Constraint, MeasurementTest, Problem, Variable};

const CHAINS: usize = 10;
const STAGES: usize = 5;
/// Sites of one stage of one chain.
const A_STAGE: usize = 16;
const SITES: usize = CHAINS * STAGES * A_STAGE;
const FLOWS: usize = 2_000;
const MONTHS: usize = 24;
/// One report in so many is biased.
const BIASED: usize = 100;
/// By so many deviations.
const BIAS: f64 = 5.0;
/// Two-sided 95 percent of the normal law.
const ONE_IN_TWENTY: f64 = 1.959_963_984_540_054;
/// A report farther off is set aside.
const SET_ASIDE: f64 = 3.5;

/// SplitMix64: small, seeded, the same everywhere.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Between 0 and 1.
    fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).unwrap()
    }

    /// Box and Muller.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (2.0 * std::f64::consts::PI * self.uniform()).cos()
    }
}

struct World {
    variables: Vec<Variable>,
    constraints: Vec<Constraint>,
    truth: Vec<f64>,
    biased: Vec<bool>,
}

/// Flows and stocks with their truth, and one or two reports of each: the shipper's and the receiver's.
fn world(seed: u64) -> World {
    let mut draws = Draws(seed);
    // Chains of stages, as supply is: flows go from a stage to the next of the same chain, from the ground to the first and
    // from the last into use; `SITES` stands for both.
    let ends: Vec<(usize, usize)> = (0..FLOWS)
        .map(|_| {
            let (chain, stage) = (draws.below(CHAINS), draws.below(STAGES + 1));
            let mut at = |stage: usize| (chain * STAGES + stage) * A_STAGE + draws.below(A_STAGE);
            match stage {
                0 => (SITES, at(0)),
                STAGES => (at(STAGES - 1), SITES),
                _ => (at(stage - 1), at(stage)),
            }
        })
        .collect();
    let sizes: Vec<f64> = (0..FLOWS).map(|_| 100.0 * (1.5 * draws.normal()).exp()).collect();
    // Quantities: flows by month, then stocks by site at the end of each month.
    let flow = |month: usize, at: usize| month * FLOWS + at;
    let stock = |month: usize, site: usize| MONTHS * FLOWS + month * SITES + site;
    let mut truth = vec![0.0; MONTHS * FLOWS + (MONTHS + 1) * SITES];
    let mut terms: Vec<Vec<(usize, f64)>> = Vec::new();
    for site in 0..SITES {
        truth[stock(0, site)] = 5_000.0;
    }
    for month in 0..MONTHS {
        let mut change = vec![0.0; SITES + 1];
        for (at, &(from, to)) in ends.iter().enumerate() {
            let tonnes = sizes[at] * (0.2 * draws.normal()).exp();
            truth[flow(month, at)] = tonnes;
            change[from] -= tonnes;
            change[to] += tonnes;
        }
        for site in 0..SITES {
            truth[stock(month + 1, site)] = truth[stock(month, site)] + change[site];
            let mut balance = vec![(stock(month + 1, site), -1.0), (stock(month, site), 1.0)];
            for (at, &(from, to)) in ends.iter().enumerate() {
                if from == site {
                    balance.push((flow(month, at), -1.0));
                }
                if to == site {
                    balance.push((flow(month, at), 1.0));
                }
            }
            terms.push(balance);
        }
    }
    let mut variables: Vec<Variable> = (0..truth.len() as u64).map(Variable::unmeasured).collect();
    let mut biased = vec![false; variables.len()];
    let mut all = truth.clone();
    for (quantity, &tonnes) in truth.iter().enumerate() {
        // Flows are reported by both ends, stocks by one; a twentieth of all is reported by nobody.
        let reports = if quantity < MONTHS * FLOWS { 2 } else { 1 };
        for _ in 0..reports {
            if draws.uniform() < 0.05 {
                continue;
            }
            let deviation = (0.02 + 0.1 * draws.uniform()) * tonnes.abs().max(1.0);
            let wrong = draws.below(BIASED) == 0;
            let sign = if draws.uniform() < 0.5 { -1.0 } else { 1.0 };
            let bias = if wrong { sign * BIAS * deviation } else { 0.0 };
            let said = tonnes + deviation * draws.normal() + bias;
            let at = variables.len();
            variables.push(Variable::measured(at as u64, said, deviation));
            biased.push(wrong);
            all.push(tonnes);
            terms.push(vec![(at, 1.0), (quantity, -1.0)]);
        }
    }
    let constraints = (0..)
        .zip(terms)
        .map(|(key, terms)| Constraint { key, terms, rhs: 0.0 })
        .collect();
    World {
        variables,
        constraints,
        truth: all,
        biased,
    }
}

#[test]
fn planted_errors_are_found_and_intervals_hold() {
    let World {
        mut variables,
        constraints,
        truth,
        biased,
    } = world(20_261_123);
    let solved = Problem::new(variables.clone(), constraints.clone())
        .unwrap()
        .solve()
        .unwrap();
    let tests = solved.measurement_tests(0.05);
    let seen = tests.tests.iter().filter(|test| test.detectability >= 0.8);
    let (planted, mut right): (Vec<&MeasurementTest>, Vec<&MeasurementTest>) =
        seen.partition(|test| biased[test.variable]);
    // The threshold at which one in twenty of those that are right is flagged, and what of the planted ones it finds.
    right.sort_by(|one, two| two.z.total_cmp(&one.z));
    let threshold = right[right.len() / 20].z;
    let found = planted.iter().filter(|test| test.z > threshold).count();
    let recall = found as f64 / planted.len() as f64;
    println!(
        "recall {found}/{} = {recall:.3}; threshold {threshold:.2} over {} that are right",
        planted.len(),
        right.len()
    );
    assert!(planted.len() > 100, "{}", planted.len());
    assert!(recall >= 0.90, "{recall}");
    // That of theory is not far off; a little below it, since some that are right stand beside planted ones.
    assert!((1.9..=2.2).contains(&threshold), "{threshold}");

    // The intervals, once the reports that are as good as certainly wrong are set aside.
    let certain = tests.tests.iter().filter(|test| test.z > SET_ASIDE);
    for variable in certain.map(|test| test.variable) {
        variables[variable].measurement = None;
    }
    let again = Problem::new(variables, constraints).unwrap().solve().unwrap();
    let (mut within, mut of) = (0, 0);
    for (variable, truth) in truth
        .iter()
        .enumerate()
        .take(MONTHS * FLOWS + (MONTHS + 1) * SITES)
    {
        let estimate = again.estimate(variable).unwrap();
        if let (Some(value), Some(deviation)) = (estimate.value, estimate.deviation)
            && estimate.class != Class::Unobservable
        {
            of += 1;
            within += usize::from((value - truth).abs() <= ONE_IN_TWENTY * deviation);
        }
    }
    let coverage = within as f64 / of as f64;
    println!("coverage {within}/{of} = {coverage:.4}");
    assert!((0.93..=0.97).contains(&coverage), "{coverage}");
}
