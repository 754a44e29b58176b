//! Supply risk over the whole twin: every index, for every stage, year, member and group at hand, each with its error bar,
//! what it takes for granted, and, where there is no value, the cause.
//!
//! The formulas of single indices are in [`supply_risk`](crate::supply_risk); here they meet production by country
//! (rule R1's edition), bilateral trade, governance scores, prices and sites. Each index is computed together with how much it
//! changes with each input (the delta method, analytic), so an error bar and the way back to the inputs are one thing.
//! Sums run in the order of the twin, whatever order statements came in: the same twin gives the same bits.
//!
//! [`Risk::panel`] gives all cells that are asked for; [`Risk::at`] one of them again.

mod assumption;
mod cells;
mod control;
mod cover;
mod decide;
mod domestic;
mod estimate;
mod european;
mod formula;
mod geopolrisk;
mod governance;
mod importer;
mod measured;
mod missing;
mod panel;
mod shown;
mod supply;
mod trade;

pub use assumption::{Assumption, Bound};
pub use control::{Control, Holding};
pub use estimate::{BY_BASIS, Deviations, Estimate, Outcome, deviation_of_basis};
pub use european::risk_stage;
pub use formula::{FORMULAS, Formula, formula};
pub use importer::Importer;
pub use measured::{Input, Measured, Swing};
pub use missing::Missing;
pub use panel::{Cell, Importers, PanelAsk, Risk, WHOLE, bound_of};
pub(crate) use shown::trace;
pub use shown::{Shown, shown_control};
