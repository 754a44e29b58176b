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

use std::f64::consts::TAU;

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
    /// The four states with their probabilities given a discrepancy `ln M − ln X − c`, and the logarithm of its density.
    #[must_use]
    pub fn states(&self, discrepancy: f64) -> ([State; 4], f64) {
        let mut total = 0.0;
        let states = [(false, false), (false, true), (true, false), (true, true)].map(|(export, import)| {
            let pick = |gross: bool, share: f64, sound: f64| {
                if gross {
                    (share, self.gross_variance)
                } else {
                    (1.0 - share, sound)
                }
            };
            let (export_share, export_variance) = pick(export, self.export_gross, self.export_variance);
            let (import_share, import_variance) = pick(import, self.import_gross, self.import_variance);
            let probability =
                export_share * import_share * normal(discrepancy, export_variance + import_variance);
            total += probability;
            State {
                probability,
                export_gross: export,
                import_gross: import,
                export_variance,
                import_variance,
            }
        });
        // A discrepancy beyond everything is a gross error of both, whatever rounds to nothing.
        let total: f64 = if total > 0.0 { total } else { f64::MIN_POSITIVE };
        (
            states.map(|state| State {
                probability: state.probability / total,
                ..state
            }),
            total.ln(),
        )
    }
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
    fn squares_share_the_discrepancy_by_variance() {
        let state = EVEN.states(0.0).0[0];
        // Half of 0.2 each, and the variance of the mean, 0.02.
        assert!((state.export_square(0.2) - 0.03).abs() < 1e-15);
        assert!((state.import_square(0.2) - 0.03).abs() < 1e-15);
    }
}
