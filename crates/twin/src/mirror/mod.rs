//! The trade mirror: from the two reports of every trade flow to one flow.
//!
//! Exporters report what they sold *free on board* (FOB), importers what they bought with *cost, insurance and freight*
//! (CIF). The two reports of one flow are its *mirror*, and they rarely agree. [`TradeMirror::reconcile`] takes raw
//! reports in the layout of UN Comtrade, learns from the reports alone how far each reporter is to be trusted, and gives
//! one FOB value for each flow, with its standard deviation and the weight that each report had.
//!
//! The model is in [`fit`], the estimate in [`estimate`], the comparison with a reference in [`mod@compare`];
//! `docs/trade-mirror.md` explains the choices and what was measured. Everything here is a pure function: the same
//! reports in any order give the same answer to the bit on one architecture.
//!
//! Source of the idea: G. Gaulier and S. Zignago, *BACI: International Trade Database at the Product-Level*, CEPII
//! working paper 2010-23 (CIF to FOB, reliability of reporters, weighted mean of the mirror reports).

pub mod area;
pub mod compare;
mod error;
pub mod estimate;
pub mod fit;
mod merge;
pub mod mixture;
mod report;
mod table;
mod trade_mirror;

pub use area::{AreaCodes, CountryCode};
pub use compare::{Comparison, PUBLISHED, Published, ReferenceFlow, Score, compare};
pub use error::MirrorError;
pub use estimate::{ReconciledFlow, Reported};
pub use merge::{Closure, Declared, Unallocated};
pub use report::{Direction, HS_2022_TO_2017, Hs6, TradeReport};
pub use table::{read_reference, read_reports, write_flows};
pub use trade_mirror::{Margin, Reliability, TradeMirror};

/// Reports that one reconciliation takes.
pub const REPORTS_MAX: usize = 5_000_000;
/// Flows reported by both sides that learning needs at least.
pub const MIRRORED_MIN: usize = 30;
