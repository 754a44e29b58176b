//! Reports: what was said, as a measurement of the quantities of the balance.

use didymium_vocabulary::Assumed;

use super::line::{Key, Spot};
use crate::fact::FactId;

/// Where a report comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// A figure of a statement.
    Fact(FactId),
    /// What one edition of a table of the world leaves for those that it does not list: its total less its rows, or nearly
    /// nothing where it lists everybody. The figures that it follows from.
    Unlisted(Vec<FactId>),
    /// What a use takes, told as its share in what its table says of all uses: the figure and that of all.
    Share([FactId; 2]),
    /// A quota: a ceiling, taken as what is about made.
    Quota(FactId),
    /// The nameplate capacity of a site's processes at one stage.
    Capacity {
        /// Key of the site.
        site: String,
        /// Places of its processes.
        processes: Vec<usize>,
        /// What they can make together in a year, tonnes of what the report counts.
        nameplate: f64,
    },
    /// A site that has no process at a stage, by its key: it makes nothing of that stage's product, whatever lies there.
    NoProcess(String),
    /// The yield of a stage, as the vocabulary has it.
    Recipe,
    /// How goods come round, as the vocabulary has it: what is put in use, what is recovered.
    Returns,
    /// The recipe of an alloy, as the vocabulary has it.
    Alloy,
    /// An assumption of the vocabulary.
    Assumption(Assumed),
}

impl Origin {
    /// Whether somebody reported it; else it is assumed.
    #[must_use]
    pub const fn is_evidence(&self) -> bool {
        matches!(self, Self::Fact(_) | Self::Unlisted(_) | Self::Share(_))
    }

    /// The site whose registration says it, by its key.
    #[must_use]
    pub fn site(&self) -> Option<&str> {
        match self {
            Self::Capacity { site, .. } | Self::NoProcess(site) => Some(site),
            _ => None,
        }
    }

    /// The figures it follows from.
    #[must_use]
    pub fn facts(&self) -> &[FactId] {
        match self {
            Self::Fact(fact) | Self::Quota(fact) => std::slice::from_ref(fact),
            Self::Unlisted(facts) => facts,
            Self::Share(facts) => facts,
            Self::Capacity { .. }
            | Self::NoProcess(_)
            | Self::Recipe
            | Self::Returns
            | Self::Alloy
            | Self::Assumption(_) => &[],
        }
    }
}

/// A measurement: `value = Σ coefficient × quantity`, but for an error of that deviation.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Where it comes from.
    pub origin: Origin,
    /// Who says it, by number among the voices of the balance; none for what nobody published.
    pub voice: Option<u16>,
    /// What it measures.
    pub terms: Vec<(Key, f64)>,
    /// Tonnes of the layer's substance.
    pub value: f64,
    /// What was said less [`value`](Self::value), tonnes: what a figure says may stand among the terms, as the whole that a share
    /// is of.
    pub beside: f64,
    /// The part of its deviation that grows with what is said, as a part of it; 0 where the deviation is of another kind.
    pub relative: f64,
    /// The middle one of all figures of the same, tonnes; 0 before they are compared. Its relative deviation is a part of this where it
    /// says less.
    pub others: f64,
    /// One standard deviation before anything was learned of its voice, tonnes, above zero.
    pub deviation: f64,
}

impl Report {
    /// What was said, tonnes of the layer's substance.
    #[must_use]
    pub fn said(&self) -> f64 {
        self.value + self.beside
    }

    /// The site that it is about, by its key, if it is about one.
    pub(super) fn site(&self) -> Option<String> {
        self.terms.iter().find_map(|(key, _)| match &key.spot {
            Spot::Site { site, .. } => Some(site.to_string()),
            _ => None,
        })
    }

    /// The deviation that it would have if it said so many tonnes, before anything was learned of its voice.
    #[must_use]
    pub fn deviation_if(&self, said: f64) -> f64 {
        let deviation = libm::hypot(self.relative * said.max(self.others), self.least());
        // Of nothing that stood alone nothing is left: it keeps what it had.
        if deviation > 0.0 {
            deviation
        } else {
            self.deviation
        }
    }

    /// Others tell of so many tonnes of the same: its deviation is that of no smaller figure.
    pub(super) fn rise_to(&mut self, others: f64) {
        let least = self.least();
        self.others = others;
        let risen = libm::hypot(self.relative * self.said().max(others), least);
        self.deviation = risen.max(self.deviation);
    }

    /// The part of its deviation that does not grow, tonnes.
    fn least(&self) -> f64 {
        let grown = self.relative * self.said().max(self.others);
        (self.deviation * self.deviation - grown * grown).max(0.0).sqrt()
    }
}
