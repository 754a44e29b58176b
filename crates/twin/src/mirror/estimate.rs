//! One value for a flow from its reports.
//!
//! In each state `s` of the two reports ([`super::mixture`]) the value is their precision-weighted geometric mean `Tₛ` at
//! FOB; the estimate is the mean of these values by the states' probabilities:
//!
//! ```text
//! ln Tₛ = ln X + wₛ·d       wₛ = uₛ/(uₛ + vₛ)       T = Σₛ qₛ·Tₛ       var = Σₛ qₛ·(uₛvₛ/(uₛ + vₛ) + (ln Tₛ − ln T)²)
//! ```
//!
//! Within a state errors multiply, so the geometric mean is right. Between states one report is right and the other is
//! not: dollars are averaged, so that totals over partners are right on average. (The geometric mean of 100 and 1 is 10,
//! which neither side said.)

use serde::Serialize;

use super::area::CountryCode;
use super::merge::Declared;
use super::mixture::PairModel;
use super::report::Hs6;

/// Which sides reported a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reported {
    /// Both.
    Both,
    /// The exporter alone.
    ExporterOnly,
    /// The importer alone.
    ImporterOnly,
}

/// One flow, reconciled.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ReconciledFlow {
    /// Product.
    pub code: Hs6,
    /// Country of origin.
    pub exporter: CountryCode,
    /// Country of destination.
    pub importer: CountryCode,
    /// US dollars, FOB.
    pub value: f64,
    /// Standard deviation of the logarithm of `value`.
    pub deviation: f64,
    /// Weight of the exporter's report, 0 to 1; the importer's has the rest.
    pub export_weight: f64,
    /// Probability that the exporter's report is gross; none if there is none.
    pub export_gross: Option<f64>,
    /// Probability that the importer's report is gross; none if there is none.
    pub import_gross: Option<f64>,
    /// Which sides reported.
    pub reported: Reported,
    /// Of a flow with one report: whether the other side reports trade in this code and direction, and not this flow.
    pub denied: bool,
    /// The exporter's report, FOB.
    pub export: Option<Declared>,
    /// The importer's report, CIF.
    pub import: Option<Declared>,
}

/// Value, deviation and weights of a flow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// US dollars, FOB.
    pub value: f64,
    /// Standard deviation of its logarithm.
    pub deviation: f64,
    /// Weight of the exporter's report.
    pub export_weight: f64,
    /// Probability that it is gross.
    pub export_gross: f64,
    /// Probability that the importer's is.
    pub import_gross: f64,
}

/// From both reports: `export` US dollars FOB, `import` US dollars CIF with `margin = ln(CIF/FOB)`.
#[must_use]
pub fn from_both(export: f64, import: f64, margin: f64, pair: &PairModel) -> Estimate {
    let discrepancy = import.ln() - export.ln() - margin;
    let (states, _) = pair.states(discrepancy);
    let mut sums = Estimate {
        value: 0.0,
        deviation: 0.0,
        export_weight: 0.0,
        export_gross: 0.0,
        import_gross: 0.0,
    };
    for state in &states {
        sums.value += state.probability * export * (state.import_weight() * discrepancy).exp();
        sums.export_weight += state.probability * (1.0 - state.import_weight());
        sums.export_gross += if state.export_gross {
            state.probability
        } else {
            0.0
        };
        sums.import_gross += if state.import_gross {
            state.probability
        } else {
            0.0
        };
    }
    let log = (sums.value / export).ln();
    let variance = states.iter().map(|state| {
        let off = state.import_weight() * discrepancy - log;
        state.probability * (state.mean_variance() + off * off)
    });
    sums.deviation = variance.sum::<f64>().sqrt();
    sums
}

/// From the exporter's report alone.
#[must_use]
pub fn from_export(export: f64, pair: &PairModel) -> Estimate {
    Estimate {
        value: export,
        deviation: alone(pair.export_gross, pair.export_variance, pair.gross_variance).sqrt(),
        export_weight: 1.0,
        export_gross: pair.export_gross,
        import_gross: 0.0,
    }
}

/// From the importer's report alone; the deviation of the margin adds to its own.
#[must_use]
pub fn from_import(import: f64, margin: f64, margin_deviation: f64, pair: &PairModel) -> Estimate {
    let own = alone(pair.import_gross, pair.import_variance, pair.gross_variance);
    Estimate {
        value: import * (-margin).exp(),
        deviation: (own + margin_deviation * margin_deviation).sqrt(),
        export_weight: 0.0,
        export_gross: 0.0,
        import_gross: pair.import_gross,
    }
}

fn alone(gross: f64, sound_variance: f64, gross_variance: f64) -> f64 {
    (1.0 - gross) * sound_variance + gross * gross_variance
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVEN: PairModel = PairModel {
        export_variance: 0.04,
        import_variance: 0.04,
        gross_variance: 4.0,
        export_gross: 0.0,
        import_gross: 0.0,
    };

    fn close(one: f64, other: f64) {
        assert!(
            (one - other).abs() <= 1e-12 * other.abs().max(1.0),
            "{one} is not {other}"
        );
    }

    #[test]
    fn equal_reporters_share_evenly_at_fob() {
        // 121 CIF at a margin of 10 % is 110 FOB; with 110 reported by the exporter both agree.
        let margin = 1.1_f64.ln();
        close(from_both(110.0, 121.0, margin, &EVEN).value, 110.0);
        let estimate = from_both(100.0, 121.0 * 1.1, margin, &EVEN);
        close(estimate.value, 110.0);
        close(estimate.export_weight, 0.5);
        close(estimate.deviation, 0.02_f64.sqrt());
    }

    #[test]
    fn the_better_reporter_counts_by_inverse_variance() {
        let pair = PairModel {
            import_variance: 0.01,
            ..EVEN
        };
        let estimate = from_both(1.0, 1.0_f64.exp(), 0.0, &pair);
        close(estimate.export_weight, 0.2);
        close(estimate.value, 0.8_f64.exp());
    }

    #[test]
    fn reports_far_apart_are_averaged_in_dollars_and_the_deviation_tells() {
        let pair = PairModel {
            export_gross: 0.2,
            import_gross: 0.2,
            ..EVEN
        };
        let estimate = from_both(100.0, 1.0, 0.0, &pair);
        assert!((30.0..50.5).contains(&estimate.value), "{estimate:?}");
        assert!(estimate.deviation > 1.0, "{estimate:?}");
        assert!((estimate.export_gross - estimate.import_gross).abs() < 1e-12);
    }

    #[test]
    fn one_report_is_taken_with_its_own_doubt() {
        let pair = PairModel {
            export_gross: 0.25,
            ..EVEN
        };
        let estimate = from_export(7.0, &pair);
        close(estimate.value, 7.0);
        close(estimate.deviation, 1.03_f64.sqrt());
        close(from_import(110.0, 1.1_f64.ln(), 0.3, &EVEN).value, 100.0);
        close(from_import(110.0, 0.0, 0.3, &EVEN).deviation, 0.13_f64.sqrt());
    }
}
