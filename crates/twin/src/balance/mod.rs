//! The balance of a family's chain: what all reports together say, figure by figure, in numbers that add up.
//!
//! Built from the facts of a [`Twin`](crate::Twin) and its vocabulary alone:
//!
//! 1. *Gather*: every figure of a mass becomes a [`Report`], a measurement with a deviation from what it rests on; what
//!    cannot be used becomes a [`Finding`] that names the figure and the site.
//! 2. *Network*: quantities ([`Key`]) and the balances that hold exactly among them.
//! 3. *Assume*: yields, shares of elements, steadiness, as soft balances.
//! 4. *Solve*, three times: with the levels that reports show; with those of the first answer; and with what the second leaves
//!    over of each publication, from which its worth is learned. A fourth solve of the reports alone tells what is known
//!    without assumptions; where it is asked for, reports that do not fit then count less ([`Options::robust`]).
//!
//! The order of everything follows keys, so the answer is the same to the bit whatever the order of statements.

mod above;
mod alloys;
mod at_sites;
mod beside;
mod beyond_world;
mod bounds;
mod build;
mod capacities;
mod concentration;
mod credit;
mod doubt;
mod drawn;
mod error;
mod evenly;
mod finding;
mod finding_words;
mod gather;
mod goods;
mod grade;
mod layer;
mod left_out;
mod level;
mod line;
mod months;
mod network;
mod overruled;
mod peers;
mod pools;
mod priors;
mod report;
mod silent;
mod solve;
mod spikes;
mod too_large;
mod unlisted;
mod unreported;
mod unusable;
mod uses;
mod voice;
mod walk;
mod what_if;
mod wholes;
mod worth;
mod years;
mod yielding;

pub use concentration::Concentration;
pub use credit::Robust;
pub use doubt::{Doubt, DoubtedReport, Suspect};
pub use error::BalanceError;
pub use finding::{CapacityFault, Finding, Reason};
pub(crate) use gather::SITE;
pub use grade::Grade;
pub use layer::Layer;
pub use left_out::{LeftOut, Withheld, leave_out};
pub use line::{Key, Line, Slot, Spot};
pub use network::{Extents, QUANTITIES_MAX};
pub use report::{Origin, Report};
pub use solve::{Balance, Options, Quantity, Told};
pub use unusable::unusable;
pub use walk::Weight;
pub use what_if::{Instead, Moved, WhatIf};
