//! What statements say: the payload of each kind, parsed and checked against the vocabulary.

mod basis;
mod evidence;
mod genesis;
mod notice;
mod observation;
mod relation;
mod release;
mod site;
mod source;
mod statistic;
mod text;
mod wording;

pub use basis::{Basis, Qualifier};
pub use evidence::Evidence;
pub use genesis::Genesis;
pub use notice::{Confidence, Notice};
pub use observation::{OBSERVATION_COLUMNS, Observation};
pub use relation::{Retract, Supersede};
pub use release::Release;
pub use site::{Capacity, Owner, Point, PointPrecision, Process, Site, SiteStatus};
pub use source::{PublishedBasis, Source};
pub use statistic::{Statistic, StatisticTable};
pub use wording::Wording;
