//! Floor 3: the digital twin of the chain, as a pure function of a *cut*.
//!
//! Statements go in through [`TwinBuilder`], in any order; [`Twin`] comes out: every source's figure, the one that rule
//! R1 chose, world totals, shares, HHI and N-1, and one digest of all facts. The digest depends on what was said and on
//! the vocabulary and rules it is read with; never on who signed it, in which order it came, or how it was cut into
//! statements. If a blob that the cut needs is not there, the twin is *incomplete* and has no digest.
//!
//! What a member's vault opens of sealed statements goes through [`OverlayBuilder`] into an [`Overlay`], which is private to it.
//!
//! [`balance`] makes one reconciled balance of a family's chain out of all that was said of it. [`reconcile`] is the mathematics
//! under it: it knows variables and balances by number only. [`mirror`] makes one flow of the two reports of it.
//! [`risk`] computes indices of supply risk over all of it, each with an error bar, and tells why a cell has no value.

mod address;
mod area_set;
mod assembly;
pub mod balance;
mod builder;
mod choice;
pub mod cohort;
mod contradiction;
mod cut;
mod derived;
mod digest;
mod fact;
mod figure;
mod indicators;
mod intern;
mod laws;
pub mod mirror;
mod overlay;
pub mod reconcile;
pub mod risk;
mod series;
pub mod supply_risk;
mod trace;
mod twin;
mod vintages;
mod withdrawn;

pub use address::{AddressError, FigureAddress, Held, Quantity};
pub use area_set::{AreaSet, NotASet};
pub use builder::{OverlayBuilder, TwinBuilder};
pub use choice::{RULE_R1_EN, RULE_R1_FR, RULES_VERSION};
pub use contradiction::{Contradiction, SaidValue};
pub use cut::Cut;
pub use fact::{Fact, FactId, NoticeRecord, SiteRecord, StatementRef};
pub use figure::Figure;
pub use intern::Symbol;
pub use overlay::{Overlay, OverlayReason, OverlayRemark, Scope};
pub use series::{Edition, PeriodFigures, Series, SeriesId, SeriesKey};
pub use trace::Trace;
pub use twin::{Completeness, Displaced, MissingBlob, Twin};
pub use vintages::{
    Change, Publication, REVISIONS_MIN, RecordedCell, Recording, RevisionStats, VintageCell, VintageRow,
    Vintages,
};
pub use withdrawn::{Withdrawal, WithdrawnFact};

/// The aggregate that stands for the whole world.
pub const WORLD: &str = "WLD";
/// The area that stands for the club's members together.
pub const CLUB: &str = "CLUB";
