//! What a report is worth after the others were asked: by how much more it may be off than its deviation says.

use super::report::Report;

/// Factors on the deviations of reports.
#[derive(Debug, Clone)]
pub(super) struct Credit {
    /// What was learned of each voice, by its number.
    pub(super) voices: Vec<f64>,
    /// How much each report counts, by its number: 1 in full, less where it does not fit and that is to count.
    pub(super) reports: Vec<f64>,
}

impl Credit {
    /// Nothing is learned, and all count in full.
    pub(super) fn in_full(voices: usize, reports: usize) -> Self {
        Self {
            voices: vec![1.0; voices],
            reports: vec![1.0; reports],
        }
    }

    /// The deviation that a report counts with, tonnes.
    pub(super) fn deviation(&self, number: usize, report: &Report) -> f64 {
        let voice = report.voice.and_then(|voice| self.voices.get(usize::from(voice)));
        let weight = self.reports.get(number).copied().unwrap_or(1.0);
        report.deviation * voice.copied().unwrap_or(1.0) / weight.sqrt()
    }
}
