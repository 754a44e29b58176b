//! How close reconciled flows come to a reference such as CEPII's BACI.
//!
//! For each HS code and side, shares of countries in the code's whole trade are compared, so that a difference of level
//! (BACI keeps values in thousands, corrects freight otherwise, and was made from an earlier state of the reports) does not
//! count. The definitions are those of the open project whose figures are to be beaten (`reconcile/validate.py` of
//! Varcolacus/critical-materials-atlas at 17b328d):
//!
//! - *top-1*: in how many codes the largest country is the same;
//! - *top-3*: mean number of countries in common among the three largest;
//! - *share MAE*: for each code the mean absolute difference of shares, in percentage points, over the union of the six
//!   largest countries of either side; then the mean over codes;
//! - *HHI correlation*: Pearson's, over codes, of the sums of squared shares.
//!
//! One figure is added, which no choice of countries can flatter: *misplaced*, half the sum of absolute differences of
//! shares over all countries, in percent, mean over codes: the part of trade that stands at the wrong country.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::area::CountryCode;
use super::error::MirrorError;
use super::estimate::ReconciledFlow;
use super::report::Hs6;

/// Countries of either side that the share MAE looks at.
const LARGEST: usize = 6;

/// A flow of the reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReferenceFlow {
    /// Product.
    pub code: Hs6,
    /// Country of origin.
    pub exporter: CountryCode,
    /// Country of destination.
    pub importer: CountryCode,
    /// US dollars.
    pub value: f64,
}

/// Agreement on one side, or what was published of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    /// Codes compared.
    pub codes: u32,
    /// Codes with the same largest country.
    pub top1: u32,
    /// Countries in common among the three largest, mean over codes.
    pub top3: f64,
    /// Mean absolute difference of shares, percentage points.
    pub share_mae: f64,
    /// Pearson's correlation of the concentration of codes.
    pub hhi_correlation: f64,
}

impl Score {
    /// Whether all four figures are better than another's, over as many codes at least.
    #[must_use]
    pub fn beats(&self, other: &Self) -> bool {
        self.codes >= other.codes
            && self.top1 > other.top1
            && self.top3 > other.top3
            && self.share_mae < other.share_mae
            && self.hhi_correlation > other.hhi_correlation
    }
}

/// The best open result published for a year.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Published {
    /// Calendar year.
    pub year: u16,
    /// Exporter side.
    pub exporter: Score,
    /// Importer side.
    pub importer: Score,
}

/// Results of Varcolacus/critical-materials-atlas at 17b328d (`reconcile/results/validation_*.txt`), on the same reports and
/// the same reference (BACI V202601).
pub const PUBLISHED: [Published; 2] = [
    Published {
        year: 2022,
        exporter: Score {
            codes: 30,
            top1: 22,
            top3: 2.43,
            share_mae: 3.9,
            hhi_correlation: 0.885,
        },
        importer: Score {
            codes: 30,
            top1: 21,
            top3: 2.03,
            share_mae: 4.5,
            hhi_correlation: 0.907,
        },
    },
    Published {
        year: 2024,
        exporter: Score {
            codes: 30,
            top1: 25,
            top3: 2.57,
            share_mae: 3.5,
            hhi_correlation: 0.920,
        },
        importer: Score {
            codes: 30,
            top1: 22,
            top3: 2.27,
            share_mae: 4.2,
            hhi_correlation: 0.973,
        },
    },
];

/// Flows beside a reference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Exporter side.
    pub exporter: Score,
    /// Importer side.
    pub importer: Score,
    /// Trade that stands at the wrong exporter, percent, mean over codes.
    pub exporter_misplaced: f64,
    /// Trade that stands at the wrong importer, percent, mean over codes.
    pub importer_misplaced: f64,
    /// Flows that both have.
    pub common_flows: usize,
    /// Median of ours over theirs among these.
    pub median_ratio: f64,
    /// Codes where the largest exporter differs: code, ours, theirs.
    pub other_exporter: Vec<(Hs6, CountryCode, CountryCode)>,
    /// Codes where the largest importer differs: code, ours, theirs.
    pub other_importer: Vec<(Hs6, CountryCode, CountryCode)>,
}

/// Compares reconciled flows with a reference, over the codes that both have.
///
/// # Errors
/// Fewer than two codes in common.
pub fn compare(flows: &[ReconciledFlow], reference: &[ReferenceFlow]) -> Result<Comparison, MirrorError> {
    let ours: BTreeMap<_, _> = flows
        .iter()
        .map(|flow| ((flow.code, flow.exporter, flow.importer), flow.value))
        .collect();
    let mut theirs: BTreeMap<(Hs6, CountryCode, CountryCode), f64> = BTreeMap::new();
    for flow in reference {
        *theirs
            .entry((flow.code, flow.exporter, flow.importer))
            .or_default() += flow.value;
    }
    let exporter = side(&ours, &theirs, |(_, exporter, _)| *exporter)?;
    let importer = side(&ours, &theirs, |(_, _, importer)| *importer)?;
    let mut ratios: Vec<f64> = ours
        .iter()
        .filter_map(|(key, value)| theirs.get(key).map(|other| value / other))
        .collect();
    ratios.sort_by(f64::total_cmp);
    Ok(Comparison {
        exporter: exporter.score,
        importer: importer.score,
        exporter_misplaced: exporter.misplaced,
        importer_misplaced: importer.misplaced,
        common_flows: ratios.len(),
        median_ratio: ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN),
        other_exporter: exporter.others,
        other_importer: importer.others,
    })
}

type Flows = BTreeMap<(Hs6, CountryCode, CountryCode), f64>;

struct Side {
    score: Score,
    misplaced: f64,
    others: Vec<(Hs6, CountryCode, CountryCode)>,
}

fn side(
    ours: &Flows,
    theirs: &Flows,
    country: impl Fn(&(Hs6, CountryCode, CountryCode)) -> CountryCode,
) -> Result<Side, MirrorError> {
    let (ours, theirs) = (Shares::by_code(ours, &country), Shares::by_code(theirs, &country));
    let (mut top1, mut top3, mut mae, mut misplaced) = (0_u32, 0_u32, 0.0, 0.0);
    let (mut concentrations, mut others) = (Vec::new(), Vec::new());
    for (code, one) in &ours {
        let Some(other) = theirs.get(code) else { continue };
        let (first, second) = (one.largest[0], other.largest[0]);
        if first == second {
            top1 += 1;
        } else {
            others.push((*code, first, second));
        }
        let second = other.top(3);
        top3 += one
            .top(3)
            .iter()
            .map(|country| u32::from(second.contains(country)))
            .sum::<u32>();
        let looked_at: BTreeSet<_> = one.top(LARGEST).iter().chain(other.top(LARGEST)).collect();
        let sum: f64 = looked_at
            .iter()
            .map(|country| one.difference(other, country))
            .sum();
        mae += 100.0 * sum / looked_at.len() as f64;
        let all: BTreeSet<_> = one.largest.iter().chain(&other.largest).collect();
        misplaced += 50.0
            * all
                .iter()
                .map(|country| one.difference(other, country))
                .sum::<f64>();
        concentrations.push((one.concentration(), other.concentration()));
    }
    if concentrations.len() < 2 {
        return Err(MirrorError::NothingInCommon);
    }
    let codes = concentrations.len() as f64;
    let score = Score {
        codes: u32::try_from(concentrations.len()).unwrap_or(u32::MAX),
        top1,
        top3: f64::from(top3) / codes,
        share_mae: mae / codes,
        hhi_correlation: correlation(&concentrations),
    };
    Ok(Side {
        score,
        misplaced: misplaced / codes,
        others,
    })
}

/// Shares of countries in one code's trade.
struct Shares {
    shares: BTreeMap<CountryCode, f64>,
    /// Countries from the largest down; of equal ones the first in the alphabet.
    largest: Vec<CountryCode>,
}

impl Shares {
    fn by_code(
        flows: &Flows,
        country: impl Fn(&(Hs6, CountryCode, CountryCode)) -> CountryCode,
    ) -> BTreeMap<Hs6, Self> {
        let mut sums: BTreeMap<Hs6, BTreeMap<CountryCode, f64>> = BTreeMap::new();
        for (key, value) in flows {
            *sums.entry(key.0).or_default().entry(country(key)).or_default() += value;
        }
        sums.into_iter()
            .map(|(code, sums)| (code, Self::of(sums)))
            .collect()
    }

    fn of(mut sums: BTreeMap<CountryCode, f64>) -> Self {
        let total: f64 = sums.values().sum();
        sums.values_mut().for_each(|value| *value /= total);
        let mut largest: Vec<_> = sums.keys().copied().collect();
        largest.sort_by(|one, other| sums[other].total_cmp(&sums[one]));
        Self {
            shares: sums,
            largest,
        }
    }

    fn top(&self, countries: usize) -> &[CountryCode] {
        &self.largest[..countries.min(self.largest.len())]
    }

    fn difference(&self, other: &Self, country: &CountryCode) -> f64 {
        let share = |shares: &Self| shares.shares.get(country).copied().unwrap_or(0.0);
        (share(self) - share(other)).abs()
    }

    /// Herfindahl–Hirschman index, 0 to 1.
    fn concentration(&self) -> f64 {
        self.shares.values().map(|share| share * share).sum()
    }
}

/// Pearson's correlation; not a number where either side does not vary.
fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let count = pairs.len() as f64;
    let mean = |pick: fn(&(f64, f64)) -> f64| pairs.iter().map(pick).sum::<f64>() / count;
    let (one, other) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let (mut both, mut first, mut second) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        both += (x - one) * (y - other);
        first += (x - one) * (x - one);
        second += (y - other) * (y - other);
    }
    both / (first * second).sqrt()
}
