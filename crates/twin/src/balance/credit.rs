//! What a report or an assumption is worth after the others were asked: by how much more it may be off than its deviation says.

use super::report::Report;

/// Factors on the deviations of reports and assumptions.
#[derive(Debug, Clone)]
pub(super) struct Credit {
    /// What was learned of each voice, by its number.
    pub(super) voices: Vec<f64>,
    /// How much each report counts, by its number: 1 in full, less where it does not fit and that is to count.
    pub(super) reports: Vec<f64>,
    /// By how much each assumption gave way to reports, by its number: 1 if it did not.
    pub(super) assumptions: Vec<f64>,
}

/// How much reports count where those that do not fit count less.
#[derive(Debug, Clone, PartialEq)]
pub struct Robust {
    /// How much each report counts, by its number in [`Balance::reports`](super::Balance::reports): 1 in full.
    pub weights: Vec<f64>,
    /// Rounds in which the weights were found.
    pub rounds: usize,
    /// Whether the weights settled in them. Where not, another round would move them still, and the estimates with them.
    pub settled: bool,
}

impl Credit {
    /// Nothing is learned, and all count in full.
    pub(super) fn in_full(voices: usize, reports: usize, assumptions: usize) -> Self {
        Self {
            voices: vec![1.0; voices],
            reports: vec![1.0; reports],
            assumptions: vec![1.0; assumptions],
        }
    }

    /// The deviation that a report counts with, tonnes.
    pub(super) fn deviation(&self, number: usize, report: &Report) -> f64 {
        let voice = report.voice.and_then(|voice| self.voices.get(usize::from(voice)));
        let weight = self.reports.get(number).copied().unwrap_or(1.0);
        report.deviation * voice.copied().unwrap_or(1.0) / weight.sqrt()
    }

    /// The deviation that an assumption counts with, of such a one at first, tonnes.
    pub(super) fn assumed(&self, number: usize, deviation: f64) -> f64 {
        deviation * self.assumptions.get(number).copied().unwrap_or(1.0)
    }
}
