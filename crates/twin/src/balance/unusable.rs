//! What no balance could use of a twin's figures and sites, whatever else is said: found without solving anything, for whoever is about
//! to add them.

use std::collections::BTreeSet;

use didymium_vocabulary::ChainLink;

use super::finding::{Finding, Reason};
use super::gather::{Gathered, Gatherer};
use super::goods::Goods;
use super::layer::Layers;
use crate::twin::Twin;

/// Figures and capacities that no balance of any family uses, in the order of the families: those with a reason that
/// [follows from themselves](Reason::is_of_itself), the vocabulary and the sites that are registered; and figures of more than their
/// site can make as registered, which are used. What depends on other figures,
/// or on a solution, is among the [findings](super::Balance::findings) of the balance alone.
#[must_use]
pub fn unusable(twin: &Twin) -> Vec<Finding> {
    let vocabulary = twin.vocabulary();
    let found = vocabulary.families().flat_map(|family| {
        let layers = Layers::of(family, vocabulary);
        let links: Vec<&ChainLink> = vocabulary.chain(&family.commodity).collect();
        let goods = Goods::of(vocabulary, &family.commodity, &links);
        let gatherer = Gatherer {
            twin,
            family: &family.commodity,
            layers: &layers,
            links: &links,
            goods: goods.as_ref(),
            without: &BTreeSet::new(),
            out: Gathered::default(),
        };
        gatherer.gather().findings
    });
    // More than a site can make is used, but whoever adds it is the one who knows better.
    found
        .filter(|finding| {
            finding.reason.is_of_itself() || matches!(finding.reason, Reason::AboveCapacity { .. })
        })
        .collect()
}

impl Reason {
    /// Whether it follows from the figure or the site itself, the vocabulary and the sites that are registered: other figures could
    /// not make the balance use it.
    ///
    /// Not so what is [used](Self::is_used); a figure of which there are others (`ToldOtherwise`, `TotalBelowRows`); and one of a year
    /// that only the years of all others make far. A figure in one of several forms (`OtherForm`, `OneOfForms`) is unused because of
    /// another form beside it, which no further figure takes away.
    #[must_use]
    pub const fn is_of_itself(&self) -> bool {
        match self {
            Self::WrongBasis { .. }
            | Self::NoFactor { .. }
            | Self::OtherCommodity { .. }
            | Self::UnknownSite
            | Self::SiteElsewhere { .. }
            | Self::NoProcess { .. }
            | Self::SumOfCountries { .. }
            | Self::OtherForm { .. }
            | Self::OneOfForms { .. }
            | Self::Part { .. }
            | Self::AtLeast
            | Self::UnknownUse { .. }
            | Self::NoStage { .. }
            | Self::YieldAboveOne { .. }
            | Self::YieldOfNothing
            | Self::YieldWithoutRecipe { .. }
            | Self::CapacityUnusable { .. }
            | Self::YieldFarFromRecipe { .. }
            | Self::YieldOfQuarter
            | Self::UseOfPartOfYear
            | Self::NotFinite => true,
            Self::TotalBelowRows { .. }
            | Self::AboveCapacity { .. }
            | Self::SitesAboveCountry { .. }
            | Self::MonthsAboveYear { .. }
            | Self::OutOfSeries { .. }
            | Self::BeyondWorld { .. }
            | Self::AboveWorld { .. }
            | Self::ToldOtherwise { .. }
            | Self::Overruled { .. }
            | Self::BeyondAllStocks { .. }
            | Self::MonthMissing { .. }
            | Self::FarFromOthers { .. } => false,
        }
    }
}
