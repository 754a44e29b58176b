//! Reports in, reconciled flows out.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::area::{AreaCodes, CountryCode};
use super::error::MirrorError;
use super::estimate::{self, Estimate, ReconciledFlow, Reported};
use super::fit::{self, Fit, Observation, Sizes};
use super::merge::{Closure, Merged, Pair, Unallocated, merge};
use super::report::{Direction, Hs6, TradeReport};

/// How far a reporter is to be trusted on one side.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Reliability {
    /// Who reports.
    pub country: CountryCode,
    /// As exporter or as importer.
    pub side: Direction,
    /// Flows that the partner reported as well.
    pub mirrored: u32,
    /// Standard deviation of the logarithm of a sound report.
    pub deviation: f64,
    /// Probability that a report is gross: off by far more.
    pub gross: f64,
}

/// What freight and insurance add to a code's value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Margin {
    /// Product.
    pub code: Hs6,
    /// `ln(CIF/FOB)`, zero or above.
    pub margin: f64,
    /// Its standard deviation.
    pub deviation: f64,
}

/// A year's trade, reconciled.
#[derive(Debug, Clone, PartialEq)]
pub struct TradeMirror {
    /// Calendar year; none if the reports do not say it.
    pub year: Option<u16>,
    /// Every flow that anyone reported, in the order of code, exporter, importer.
    pub flows: Vec<ReconciledFlow>,
    /// Reporters with at least one mirrored flow on that side, by side and country.
    pub reporters: Vec<Reliability>,
    /// Margins by code.
    pub margins: Vec<Margin>,
    /// Standard deviation of the logarithm of a gross report.
    pub gross_deviation: f64,
    /// Standard deviation of the logarithm of a sound report, all reporters together.
    pub population_deviation: f64,
    /// Probability of a gross report, all reporters together.
    pub population_gross: f64,
    /// Number of flows that these count for in a reporter's own.
    pub shrinkage: f64,
    /// Mean logarithmic density of mirror ratios that were left out of learning.
    pub left_out_density: f64,
    /// Share of mirror ratios that were left out of learning and fell inside their 95 % interval.
    pub left_out_covered: f64,
    /// Rounds of the fit.
    pub rounds: usize,
    /// Whether the fit settled.
    pub settled: bool,
    /// What no bilateral flow can take, as reported.
    pub unallocated: Vec<Unallocated>,
    /// Whether partners add up to the world.
    pub closure: Closure,
}

impl TradeMirror {
    /// Reconciles the reports of one year. `folds` maps codes of one edition of the nomenclature to those of another
    /// ([`HS_2022_TO_2017`](super::HS_2022_TO_2017)); empty takes codes as reported.
    ///
    /// # Errors
    /// A report that is no measurement, reports of several years, too many, or too few flows with both reports.
    pub fn reconcile(
        reports: &[TradeReport],
        areas: &AreaCodes,
        folds: &[(Hs6, Hs6)],
    ) -> Result<Self, MirrorError> {
        let merged = merge(reports, areas, folds)?;
        let index = Index::of(&merged.pairs);
        let fit = fit::fit(&index.observations(&merged.pairs), index.sizes());
        let speaking = speaking(&merged.pairs);
        let flows = merged
            .pairs
            .iter()
            .map(|pair| index.flow(pair, &fit, &speaking))
            .collect();
        Ok(Self::new(merged, flows, &index, &fit))
    }

    fn new(merged: Merged, flows: Vec<ReconciledFlow>, index: &Index, fit: &Fit) -> Self {
        let sides = [
            (Direction::Export, &fit.exporters),
            (Direction::Import, &fit.importers),
        ];
        let reporters = sides.into_iter().flat_map(|(side, learned)| {
            let reporting = index.countries.iter().filter(|(_, at)| learned.flows[**at] > 0);
            reporting.map(move |(country, at)| Reliability {
                country: *country,
                side,
                mirrored: learned.flows[*at],
                deviation: learned.variance[*at].sqrt(),
                gross: learned.gross[*at],
            })
        });
        let margins = index.codes.iter().map(|(code, at)| Margin {
            code: *code,
            margin: fit.margins[*at],
            deviation: fit.margin_deviations[*at],
        });
        Self {
            year: merged.year,
            flows,
            reporters: reporters.collect(),
            margins: margins.collect(),
            gross_deviation: fit.gross_variance.sqrt(),
            population_deviation: fit.population.variance.sqrt(),
            population_gross: fit.population.gross,
            shrinkage: fit.shrinkage,
            left_out_density: fit.left_out_density,
            left_out_covered: fit.left_out_covered,
            rounds: fit.rounds,
            settled: fit.settled,
            unallocated: merged.unallocated,
            closure: merged.closure,
        }
    }
}

/// Who reports anything in a code and direction.
fn speaking(pairs: &[Pair]) -> BTreeSet<(Hs6, Direction, CountryCode)> {
    let sides = pairs.iter().flat_map(|pair| {
        let export = pair.export.map(|_| (pair.code, Direction::Export, pair.exporter));
        let import = pair.import.map(|_| (pair.code, Direction::Import, pair.importer));
        export.into_iter().chain(import)
    });
    sides.collect()
}

/// Countries and codes as positions.
struct Index {
    countries: BTreeMap<CountryCode, usize>,
    codes: BTreeMap<Hs6, usize>,
}

impl Index {
    fn of(pairs: &[Pair]) -> Self {
        let countries: BTreeSet<_> = pairs
            .iter()
            .flat_map(|pair| [pair.exporter, pair.importer])
            .collect();
        let codes: BTreeSet<_> = pairs.iter().map(|pair| pair.code).collect();
        let place = |(at, key)| (key, at);
        Self {
            countries: countries.into_iter().enumerate().map(place).collect(),
            codes: codes
                .into_iter()
                .enumerate()
                .map(|(at, code)| (code, at))
                .collect(),
        }
    }

    fn sizes(&self) -> Sizes {
        Sizes {
            countries: self.countries.len(),
            codes: self.codes.len(),
        }
    }

    fn observations(&self, pairs: &[Pair]) -> Vec<Observation> {
        let both = pairs.iter().filter_map(|pair| {
            let (export, import) = pair.export.zip(pair.import)?;
            Some(Observation {
                exporter: self.countries[&pair.exporter],
                importer: self.countries[&pair.importer],
                code: self.codes[&pair.code],
                ratio: import.value.ln() - export.value.ln(),
            })
        });
        both.collect()
    }

    fn flow(
        &self,
        pair: &Pair,
        fit: &Fit,
        speaking: &BTreeSet<(Hs6, Direction, CountryCode)>,
    ) -> ReconciledFlow {
        let Pair {
            code,
            exporter,
            importer,
            export,
            import,
        } = *pair;
        let model = fit.pair(self.countries[&exporter], self.countries[&importer]);
        let at = self.codes[&code];
        let (margin, margin_deviation) = (fit.margins[at], fit.margin_deviations[at]);
        let (reported, estimate) = match (export, import) {
            (Some(export), Some(import)) => {
                let estimate = estimate::from_both(export.value, import.value, margin, &model);
                (Reported::Both, estimate)
            }
            (Some(export), None) => (
                Reported::ExporterOnly,
                estimate::from_export(export.value, &model),
            ),
            (None, import) => {
                // A pair has at least one report.
                let value = import.map_or(0.0, |import| import.value);
                let estimate = estimate::from_import(value, margin, margin_deviation, &model);
                (Reported::ImporterOnly, estimate)
            }
        };
        let denied = match reported {
            Reported::Both => false,
            Reported::ExporterOnly => speaking.contains(&(code, Direction::Import, importer)),
            Reported::ImporterOnly => speaking.contains(&(code, Direction::Export, exporter)),
        };
        let Estimate {
            value,
            deviation,
            export_weight,
            export_gross,
            import_gross,
        } = estimate;
        ReconciledFlow {
            code,
            exporter,
            importer,
            value,
            deviation,
            export_weight,
            export_gross: export.map(|_| export_gross),
            import_gross: import.map(|_| import_gross),
            reported,
            denied,
            export,
            import,
        }
    }
}
