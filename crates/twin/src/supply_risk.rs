//! Indices of supply risk as others publish them, from shares, scores and prices.
//!
//! Plain numbers in, plain numbers out, missing where an input is; the exact decimal totals and shares of published
//! tables are beside this, in the twin itself. Sources: the European Commission's method (Blengini et al. 2017, JRC),
//! GeoPolRisk (Koyamparambath et al. 2024).

/// From a supply risk of this on, a material may be critical (European Commission 2017).
pub const CRITICAL_SUPPLY_RISK: f64 = 1.0;
/// From an economic importance of this on, a material may be critical (European Commission 2017).
pub const CRITICAL_ECONOMIC_IMPORTANCE: f64 = 2.8;
/// What GeoPolRisk's characterisation factors are expressed against: the score times price of copper.
const GEOPOLRISK_COPPER: f64 = 0.409_412_948;

/// A country's part in a supply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Supplier {
    /// Its share, 0 to 1.
    pub share: f64,
    /// Its governance, 0 to 10, 10 the worst: see [`rescaled_governance`].
    pub governance: f64,
    /// Its trade parameter: 0.8 for the Union and free-trade partners, 1 by default, more where exports are taxed,
    /// limited or forbidden.
    pub trade: f64,
}

/// The mean of the six Worldwide Governance Indicators, −2.5 to 2.5, as 0 to 10 with 10 the worst.
#[must_use]
pub fn rescaled_governance(mean: f64) -> f64 {
    (2.5 - mean) / 5.0 * 10.0
}

/// `HHI_WGI,t = Σ S² · WGI · t`, 0 to about 10.
#[must_use]
pub fn weighted_concentration(suppliers: &[Supplier]) -> f64 {
    suppliers
        .iter()
        .map(|one| one.share * one.share * one.governance * one.trade)
        .sum()
}

/// Where a material comes from, in the European method.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sourcing {
    /// Only the concentration of the world's supply is known.
    Global {
        /// [`weighted_concentration`] of the world's suppliers.
        world: f64,
    },
    /// The importer's own sources are known too.
    Both {
        /// [`weighted_concentration`] of the world's suppliers.
        world: f64,
        /// [`weighted_concentration`] of the importer's sources.
        importer: f64,
        /// See [`import_reliance`], 0 to 1.
        import_reliance: f64,
    },
    /// Only the importer's own sources count.
    Importer {
        /// [`weighted_concentration`] of the importer's sources.
        importer: f64,
    },
}

/// `SR = [HHI_GS · IR/2 + HHI_EU · (1 − IR/2)] · (1 − EoL-RIR) · SI_SR`.
///
/// `recycling` is the end-of-life recycling input rate, `substitution` the index of substitution, both 0 to 1. Of two
/// stages the higher counts: [`decisive_stage`].
#[must_use]
pub fn supply_risk(sourcing: Sourcing, recycling: f64, substitution: f64) -> f64 {
    let concentration = match sourcing {
        Sourcing::Global { world } => world,
        Sourcing::Both {
            world,
            importer,
            import_reliance,
        } => world * import_reliance / 2.0 + importer * (1.0 - import_reliance / 2.0),
        Sourcing::Importer { importer } => importer,
    };
    concentration * (1.0 - recycling) * substitution
}

/// The concentrations of the world's supply that a published risk allows, where that alone counts: least and greatest,
/// the risk being rounded by up to `rounding`. None if recycling or substitution leave no risk at all.
#[must_use]
pub fn implied_concentration(
    risk: f64,
    rounding: f64,
    recycling: f64,
    substitution: f64,
) -> Option<(f64, f64)> {
    let rest = (1.0 - recycling) * substitution;
    (rest > 0.0).then(|| ((risk - rounding) / rest, (risk + rounding) / rest))
}

/// What all of several intervals have in common; none if nothing, or if there are no intervals.
#[must_use]
pub fn common_interval(intervals: &[(f64, f64)]) -> Option<(f64, f64)> {
    let common = intervals
        .iter()
        .copied()
        .reduce(|one, two| (one.0.max(two.0), one.1.min(two.1)))?;
    (common.0 <= common.1).then_some(common)
}

/// The stages that the European method assesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RiskStage {
    /// Ores and concentrates.
    Extraction,
    /// Refined materials.
    Processing,
}

/// The stage with the higher risk, and that risk; extraction if they are equal; none if neither is known.
#[must_use]
pub fn decisive_stage(extraction: Option<f64>, processing: Option<f64>) -> Option<(RiskStage, f64)> {
    match (extraction, processing) {
        (Some(extraction), Some(processing)) if processing > extraction => {
            Some((RiskStage::Processing, processing))
        }
        (Some(extraction), _) => Some((RiskStage::Extraction, extraction)),
        (None, Some(processing)) => Some((RiskStage::Processing, processing)),
        (None, None) => None,
    }
}

/// Whether both thresholds are reached: *critical*, before exceptions of the study's own.
#[must_use]
pub fn reaches_thresholds(supply_risk: f64, economic_importance: f64) -> bool {
    supply_risk >= CRITICAL_SUPPLY_RISK && economic_importance >= CRITICAL_ECONOMIC_IMPORTANCE
}

/// Net import reliance `(imports − exports)/(domestic + imports − exports)`, all in one unit; negative for a net exporter
/// with production of its own. None if nothing is consumed.
#[must_use]
pub fn import_reliance(domestic: f64, imports: f64, exports: f64) -> Option<f64> {
    let net = imports - exports;
    let consumed = domestic + net;
    (consumed > 0.0).then(|| net / consumed)
}

/// The share of the largest so many in the whole, 0 to 1: CR3 with three. None if the whole is nothing.
#[must_use]
pub fn concentration_ratio(values: &[f64], largest: usize) -> Option<f64> {
    let whole: f64 = values.iter().sum();
    let mut sorted = values.to_vec();
    sorted.sort_by(|one, two| two.total_cmp(one));
    (whole > 0.0).then(|| sorted.iter().take(largest).sum::<f64>() / whole)
}

/// Herfindahl–Hirschman index of amounts, 0 to 1. None if the whole is nothing.
#[must_use]
pub fn herfindahl(values: &[f64]) -> Option<f64> {
    let whole: f64 = values.iter().sum();
    (whole > 0.0).then(|| values.iter().map(|value| (value / whole) * (value / whole)).sum())
}

/// For how many days a stock covers a use of so much in so many days. None without a use.
#[must_use]
pub fn days_of_cover(stock: f64, used: f64, in_days: f64) -> Option<f64> {
    (used > 0.0 && in_days > 0.0).then(|| stock / (used / in_days))
}

/// What GeoPolRisk is computed from, for one material, year and importer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exposure {
    /// [`herfindahl`] of the world's production; none if it is not known.
    pub concentration: Option<f64>,
    /// The importer's own production.
    pub domestic: f64,
    /// Imports, same unit.
    pub imports: f64,
    /// Imports weighted by the political instability of their origin, 0 to 1: `Σ g q`.
    pub weighted_imports: f64,
    /// Price, in USD per kilogram; none if it is not known.
    pub price: Option<f64>,
}

impl Exposure {
    /// From production by country (the row of the world's total left out) and imports as quantity and instability.
    #[must_use]
    pub fn new(production: &[f64], domestic: f64, imports: &[(f64, f64)], price: Option<f64>) -> Self {
        Self {
            concentration: herfindahl(production),
            domestic,
            imports: imports.iter().map(|import| import.0).sum(),
            weighted_imports: imports.iter().map(|import| import.0 * import.1).sum(),
            price,
        }
    }

    /// The index, cell by cell: what one cell lacks keeps no other from its value.
    #[must_use]
    pub fn geopolrisk(&self) -> GeoPolRisk {
        let supply = self.domestic + self.imports;
        let import_risk = (supply > 0.0).then(|| self.weighted_imports / supply);
        let score = self
            .concentration
            .zip(import_risk)
            .map(|(concentration, risk)| concentration * risk);
        let factor = score
            .zip(self.price)
            .map(|(score, price)| score * price / GEOPOLRISK_COPPER);
        GeoPolRisk {
            import_risk,
            score,
            factor,
        }
    }
}

/// GeoPolRisk of one material, year and importer; each number missing if what it needs is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GeoPolRisk {
    /// `Σ g q / (domestic + imports)`, 0 to 1.
    pub import_risk: Option<f64>,
    /// Concentration times import risk, 0 to 1.
    pub score: Option<f64>,
    /// Characterisation factor, in kilograms of copper equivalent per kilogram.
    pub factor: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_cover() {
        assert_eq!(import_reliance(20.0, 100.0, 20.0), Some(0.8));
        assert_eq!(import_reliance(0.0, 5.0, 5.0), None);
        assert_eq!(concentration_ratio(&[1.0, 5.0, 2.0, 1.0, 1.0], 3), Some(0.8));
        assert_eq!(concentration_ratio(&[0.0], 3), None);
        assert_eq!(herfindahl(&[1.0, 1.0, 2.0]), Some(0.375));
        assert_eq!(days_of_cover(30.0, 31.0, 31.0), Some(30.0));
        assert_eq!(days_of_cover(30.0, 0.0, 31.0), None);
    }

    #[test]
    fn european_risk_weighs_both_sides() {
        let sole = Supplier {
            share: 1.0,
            governance: rescaled_governance(-0.3),
            trade: 1.0,
        };
        let world = weighted_concentration(&[sole]);
        assert!((world - 5.6).abs() < 1e-12);
        let both = Sourcing::Both {
            world,
            importer: 2.0,
            import_reliance: 1.0,
        };
        assert!((supply_risk(both, 0.5, 0.9) - (2.8 + 1.0) * 0.45).abs() < 1e-12);
        // Who imports nothing is exposed to its own sources only.
        let own = Sourcing::Both {
            world,
            importer: 2.0,
            import_reliance: 0.0,
        };
        let same = Sourcing::Importer { importer: 2.0 };
        assert_eq!(supply_risk(own, 0.5, 0.9), supply_risk(same, 0.5, 0.9));
        assert_eq!(implied_concentration(1.0, 0.05, 1.0, 1.0), None);
        assert_eq!(common_interval(&[]), None);
        assert_eq!(
            decisive_stage(Some(1.0), Some(1.0)),
            Some((RiskStage::Extraction, 1.0))
        );
        assert_eq!(decisive_stage(None, None), None);
    }
}
