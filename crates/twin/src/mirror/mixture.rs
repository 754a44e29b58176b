//! The density of a mirror ratio: each of the two reports is *sound* or *gross*.
//!
//! Of a flow with true value `T` (US dollars, FOB) the exporter reports `X = T·exp(e)`, the importer
//! `M = T·exp(c + f)`, where `c` is the CIF margin. A sound report has an error `e ~ N(0, σ²)` with the reporter's own
//! `σ`; a gross one (wrong partner, wrong code, wrong unit, a shipment missed) has `e ~ N(0, γ²)`, the same wide `γ`
//! for all. With probabilities `π` of gross error, the discrepancy `d = ln M − ln X − c = f − e` has the density
//!
//! ```text
//! p(d) = Σₛ pₛ · N(d; 0, uₛ + vₛ)     s over the four states, u and v the two reports' variances in s
//! ```
//!
//! Two measurements with a contaminated normal error: J. W. Tukey, *A survey of sampling from contaminated distributions*
//! (1960); fitted by expectation and maximisation (Dempster, Laird and Rubin 1977).

use std::f64::consts::{SQRT_2, TAU};

/// What is known of the two reporters of a flow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairModel {
    /// Variance of a sound export report, logarithm squared.
    pub export_variance: f64,
    /// Variance of a sound import report, logarithm squared.
    pub import_variance: f64,
    /// Variance of a gross report of either side, logarithm squared.
    pub gross_variance: f64,
    /// Probability that the export report is gross.
    pub export_gross: f64,
    /// Probability that the import report is gross.
    pub import_gross: f64,
}

/// One of the four states of a pair of reports.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct State {
    /// Its probability, given the discrepancy.
    pub probability: f64,
    /// Whether the export report is gross in it.
    pub export_gross: bool,
    /// Whether the import report is gross in it.
    pub import_gross: bool,
    /// Variance of the export report in it.
    pub export_variance: f64,
    /// Variance of the import report in it.
    pub import_variance: f64,
}

impl State {
    /// Share of the import report in the precision-weighted mean of the two, 0 to 1.
    #[must_use]
    pub fn import_weight(&self) -> f64 {
        self.export_variance / (self.export_variance + self.import_variance)
    }

    /// Variance of that mean.
    #[must_use]
    pub fn mean_variance(&self) -> f64 {
        self.import_weight() * self.import_variance
    }

    /// Expected square of the export report's error, given the discrepancy `d`: its mean is `−w·d`.
    #[must_use]
    pub fn export_square(&self, discrepancy: f64) -> f64 {
        let mean = self.import_weight() * discrepancy;
        self.mean_variance() + mean * mean
    }

    /// Expected square of the import report's error, given the discrepancy `d`: its mean is `(1 − w)·d`.
    #[must_use]
    pub fn import_square(&self, discrepancy: f64) -> f64 {
        let mean = (1.0 - self.import_weight()) * discrepancy;
        self.mean_variance() + mean * mean
    }
}

impl PairModel {
    /// Probability of a discrepancy further from 0 than this one.
    #[must_use]
    pub fn further(&self, discrepancy: f64) -> f64 {
        let further = |state: State| {
            let variance = state.export_variance + state.import_variance;
            state.probability * outside(discrepancy / variance.sqrt())
        };
        self.priors().map(further).iter().sum()
    }

    /// The four states with their probabilities given a discrepancy `ln M − ln X − c`, and the logarithm of its density.
    #[must_use]
    pub fn states(&self, discrepancy: f64) -> ([State; 4], f64) {
        let joint = self.priors().map(|state| {
            let density = normal(discrepancy, state.export_variance + state.import_variance);
            State {
                probability: state.probability * density,
                ..state
            }
        });
        let total: f64 = joint.iter().map(|state| state.probability).sum();
        // Density and probability of what is beyond everything round to nothing.
        let total = total.max(f64::MIN_POSITIVE);
        let given = |state: State| State {
            probability: state.probability / total,
            ..state
        };
        (joint.map(given), total.ln())
    }

    /// The four states before the discrepancy is known.
    fn priors(&self) -> [State; 4] {
        [(false, false), (false, true), (true, false), (true, true)].map(|(export_gross, import_gross)| {
            let pick = |gross: bool, share: f64, sound: f64| {
                if gross {
                    (share, self.gross_variance)
                } else {
                    (1.0 - share, sound)
                }
            };
            let (export, export_variance) = pick(export_gross, self.export_gross, self.export_variance);
            let (import, import_variance) = pick(import_gross, self.import_gross, self.import_variance);
            State {
                probability: export * import,
                export_gross,
                import_gross,
                export_variance,
                import_variance,
            }
        })
    }
}

/// Probability that a standard normal number is further than `x` from 0, within 1.5e-7: M. Abramowitz and I. A. Stegun,
/// *Handbook of Mathematical Functions* (1964), 7.1.26.
fn outside(x: f64) -> f64 {
    let x = x.abs() / SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let terms = [
        1.061_405_429,
        -1.453_152_027,
        1.421_413_741,
        -0.284_496_736,
        0.254_829_592,
    ];
    let polynomial = terms.into_iter().fold(0.0, |sum, term| (sum + term) * t);
    polynomial * (-x * x).exp()
}

/// Density of a normal distribution with mean 0.
fn normal(x: f64, variance: f64) -> f64 {
    (-0.5 * x * x / variance).exp() / (TAU * variance).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVEN: PairModel = PairModel {
        export_variance: 0.04,
        import_variance: 0.04,
        gross_variance: 4.0,
        export_gross: 0.2,
        import_gross: 0.2,
    };

    #[test]
    fn reports_that_agree_are_sound() {
        let (states, _) = EVEN.states(0.1);
        assert!(states[0].probability > 0.9, "{states:?}");
        assert!((states.iter().map(|state| state.probability).sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn reports_that_disagree_are_not_and_either_may_be_at_fault() {
        let (states, _) = EVEN.states(2.0);
        assert!(states[0].probability < 1e-6);
        assert!((states[1].probability - states[2].probability).abs() < 1e-15);
        let worse = PairModel {
            import_gross: 0.6,
            ..EVEN
        };
        let (states, _) = worse.states(2.0);
        assert!(states[1].probability > 5.0 * states[2].probability);
    }

    #[test]
    fn density_is_that_of_the_normal_without_gross_errors() {
        let clean = PairModel {
            export_gross: 0.0,
            import_gross: 0.0,
            ..EVEN
        };
        let (_, density) = clean.states(0.3);
        let by_hand = -0.5 * 0.09 / 0.08 - 0.5 * (TAU * 0.08).ln();
        assert!((density - by_hand).abs() < 1e-12);
    }

    #[test]
    fn five_percent_are_outside_of_two_deviations() {
        assert!((outside(1.959_963_985) - 0.05).abs() < 2e-7);
        assert!((outside(0.0) - 1.0).abs() < 2e-7 && outside(40.0) < 1e-12);
        let clean = PairModel {
            export_gross: 0.0,
            import_gross: 0.0,
            ..EVEN
        };
        assert!((clean.further(-0.08_f64.sqrt() * 1.959_963_985) - 0.05).abs() < 2e-7);
        // With gross errors far discrepancies are to be expected.
        assert!(EVEN.further(1.0) > 0.1);
    }

    #[test]
    fn squares_share_the_discrepancy_by_variance() {
        let state = EVEN.states(0.0).0[0];
        // Half of 0.2 each, and the variance of the mean, 0.02.
        assert!((state.export_square(0.2) - 0.03).abs() < 1e-15);
        assert!((state.import_square(0.2) - 0.03).abs() < 1e-15);
    }
}
