//! Floor 1: elements, commodities, stages, forms, mass and its bases, units, countries, periods.
//!
//! The vocabulary is data: the CSV tables under `tables/`, described in `docs/vocabulary-tables.md`, read and checked
//! while the crate is built. Adding a mineral is adding rows; no Rust knows a mineral by name. This crate does no I/O.
//!
//! ```
//! use didymium_vocabulary::{Language, Mass, Quantity, Vocabulary};
//!
//! let vocabulary = Vocabulary::embedded();
//! let oxide = vocabulary.require_substance("Nd2O3")?;
//! assert_eq!(vocabulary.require_country("THA")?.label.get(Language::En), "Thailand");
//!
//! let filed = Quantity::parse("12.5", "t", vocabulary)?;
//! let mass = Mass::contained(filed.to_canonical(vocabulary)?.value(), oxide);
//! assert_eq!(mass.kilograms().to_string(), "12500");
//! # Ok::<(), didymium_vocabulary::VocabularyError>(())
//! ```

mod any_mass;
mod basis;
mod chain;
mod check;
mod check_balances;
mod codes;
mod commodity;
mod coverage;
mod embedded;
mod end_use;
mod error;
mod formula;
mod geography;
mod index;
mod label;
mod mass;
mod measure;
mod period;
mod quality;
mod quantity;
mod recipe;
mod substance;
mod tables;
mod vocabulary;
mod words;
mod written;

pub use any_mass::AnyMass;
pub use basis::{Basis, Contained, Dry, SubstanceKey, Wet};
pub use chain::{ChainLink, Form, Headline, Stage};
pub use codes::{ANY_STAGE, HsCode, NoticeType, Severity, SourcePreference};
pub use commodity::{Commodity, CommodityKind};
pub use coverage::CoverageGap;
pub use end_use::{AlloyShare, EndUse, Returns};
pub use error::VocabularyError;
pub use formula::{Formula, OxideFactor};
pub use geography::{Area, Country, Place};
pub use label::{Label, Language};
pub use mass::{MASS_DECIMALS, Mass};
pub use measure::{Dimension, MassBasis, Measure, Partner, Unit};
pub use period::{Period, YEAR_MAX, YEAR_MIN};
pub use quality::{Assumed, Assumption, ReportQuality, Voice};
pub use quantity::{
    DECIMAL_DIGITS_MAX, Quantity, canonical_decimal, exact_add, exact_div, exact_mul,
    parse_canonical_decimal, parse_decimal,
};
pub use recipe::{Content, Deposit, Recipe};
pub use rust_decimal::Decimal;
pub use substance::{Element, Substance};
pub use tables::{TABLE_FILES, Tables};
pub use vocabulary::Vocabulary;
