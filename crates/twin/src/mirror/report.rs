//! One report of a trade flow, as its reporter made it.

use std::fmt;

use serde::{Serialize, Serializer};

/// A six-digit product code of the Harmonized System.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hs6(u32);

impl Hs6 {
    /// A code from its number; none above 999999.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        if number > 999_999 {
            None
        } else {
            Some(Self(number))
        }
    }

    /// A code from five or six digits: tables that pass through spreadsheets lose the leading zero of chapters 1 to 9.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = (5..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits {
            text.parse().ok().and_then(Self::new)
        } else {
            None
        }
    }
}

impl fmt::Display for Hs6 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:06}", self.0)
    }
}

impl Serialize for Hs6 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Codes of chapter 81 that the Harmonized System of 2022 split off, each with the code of 2017 that it came from: hafnium
/// and rhenium out of *other base metals*. References that speak the nomenclature of 2017 need them folded back.
///
/// Source: World Customs Organization, correlation tables HS 2022 to HS 2017.
pub const HS_2022_TO_2017: [(Hs6, Hs6); 4] = [
    (Hs6(811_231), Hs6(811_292)),
    (Hs6(811_239), Hs6(811_299)),
    (Hs6(811_241), Hs6(811_292)),
    (Hs6(811_249), Hs6(811_299)),
];

/// Which of the two reports of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The exporter's, free on board.
    Export,
    /// The importer's, with cost, insurance and freight.
    Import,
}

impl fmt::Display for Direction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Export => "export",
            Self::Import => "import",
        })
    }
}

/// One row of a table of reports.
#[derive(Debug, Clone, PartialEq)]
pub struct TradeReport {
    /// Where it stood in its table, for messages; it decides nothing.
    pub row: u64,
    /// Calendar year; none if the table does not say it.
    pub year: Option<u16>,
    /// Area code of UN Comtrade of who reports.
    pub reporter: u16,
    /// Area code of the partner: origin of an import, last known destination of an export. 0 is the world.
    pub partner: u16,
    /// Product.
    pub code: Hs6,
    /// Import or export.
    pub direction: Direction,
    /// US dollars; CIF for imports, FOB for exports.
    pub value: f64,
    /// Net weight, kilograms.
    pub net_weight: Option<f64>,
}
