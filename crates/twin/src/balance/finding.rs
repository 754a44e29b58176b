//! What could not be used for a balance, or stands out before anything is solved, and where it was said.

use didymium_vocabulary::Period;

use super::report::Report;
use crate::fact::FactId;

/// Something found while the network was built. The balance is solved without what it names, but for what is
/// [used](Reason::is_used) all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The figure it is about, if one figure is.
    pub fact: Option<FactId>,
    /// The site it is about, if one is.
    pub site: Option<String>,
    /// What is wrong.
    pub reason: Reason,
}

/// Why something is not used, or named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A mass on a basis that is not that of the chain there, and nothing says what is in it.
    WrongBasis {
        /// The basis given.
        given: String,
        /// The substance that the chain counts; empty where it counts the mass as weighed.
        wanted: String,
    },
    /// A substance that no factor leads from to what the chain counts.
    NoFactor {
        /// The substance.
        substance: String,
    },
    /// A commodity that is no part of the family, such as a basket over two families.
    OtherCommodity {
        /// The commodity.
        commodity: String,
    },
    /// A figure of a site that nobody registered.
    UnknownSite,
    /// A figure that puts a site into another country than its registration.
    SiteElsewhere {
        /// The country of the registration.
        registered: String,
        /// That of the figure.
        said: String,
    },
    /// A figure of a site at a stage where no process of it is registered.
    NoProcess {
        /// The stage.
        stage: String,
    },
    /// A figure of a union of countries beside its members: it would count twice.
    SumOfCountries {
        /// The union.
        area: String,
    },
    /// One of several forms at the stage, of which the chain counts another.
    OtherForm {
        /// The form.
        form: String,
        /// What the chain counts.
        counted: String,
    },
    /// A figure of a part, such as one use or one kind of stock: parts do not add to the whole unless all are told.
    Part {
        /// Which part, in the words of the source.
        subject: String,
    },
    /// A least amount: how much more it is nobody says.
    AtLeast,
    /// A total below the rows of its own table.
    TotalBelowRows {
        /// Tonnes by which it falls short.
        short: String,
    },
    /// One of several forms counted apart, where nobody counts them together.
    OneOfForms {
        /// The form.
        form: String,
    },
    /// A site that reports more than it can make, as registered.
    AboveCapacity {
        /// Tonnes a year, as registered.
        capacity: String,
    },
    /// A use that the vocabulary does not know.
    UnknownUse {
        /// What was said.
        subject: String,
        /// The uses that are known.
        known: String,
    },
    /// A figure at a stage that the chain does not have.
    NoStage {
        /// The stage.
        stage: String,
    },
    /// Sites that report more together than is reported of their country.
    SitesAboveCountry {
        /// Tonnes of the sites.
        sites: String,
        /// Tonnes of the country.
        country: String,
    },
    /// Months that together are more than is reported of their year.
    MonthsAboveYear {
        /// How many months are told.
        months: usize,
        /// Tonnes of them together.
        together: String,
        /// Tonnes of the year.
        year: String,
    },
    /// A figure far out of what its own voice says of the periods beside it, which no other voice says too.
    OutOfSeries {
        /// Tonnes that were said.
        said: String,
        /// Tonnes of the two nearest of its series.
        beside: [String; 2],
    },
    /// Another statement gives another figure of the same cell of the same edition, and that one is preferred.
    ToldOtherwise {
        /// Tonnes that count.
        counted: String,
    },
    /// A report that the balance leaves by many deviations, though no other report contradicts it.
    Overruled {
        /// Tonnes that the balance leaves of it.
        left: String,
        /// How far that is off, in deviations of the report.
        deviations: String,
    },
    /// A flow of one place of more than the world makes in ten years.
    BeyondWorld {
        /// Tonnes that the world makes in a year, by the most that anybody says.
        world: String,
    },
    /// A place with more than the balance leaves of the whole world.
    AboveWorld {
        /// Tonnes of the world.
        world: String,
    },
    /// A stock of more than the world makes in ten years.
    BeyondAllStocks {
        /// Tonnes that the world makes in a year.
        made: String,
    },
    /// A series of months has a gap.
    MonthMissing {
        /// The first month that is missing.
        missing: Period,
        /// The month reported before it.
        after: Period,
    },
    /// A yield of more than all that goes in.
    YieldAboveOne {
        /// What was said, percent.
        said: String,
    },
    /// A yield of nothing: a process that makes nothing of what it takes.
    YieldOfNothing,
    /// A yield of a stage of which the vocabulary knows no process, so that nothing says what it is a yield of.
    YieldWithoutRecipe {
        /// The stage.
        stage: String,
    },
    /// The capacity of a process that counts nothing.
    CapacityUnusable {
        /// Stage of the process.
        stage: String,
        /// Why it cannot be used.
        why: CapacityFault,
    },
    /// A yield that no such process has.
    YieldFarFromRecipe {
        /// What was said, percent.
        said: String,
        /// What the vocabulary knows of such processes, percent, and how far they differ.
        known: (String, String),
    },
    /// A yield of a quarter: processes are balanced by month or year.
    YieldOfQuarter,
    /// What a use takes in a part of a year: goods in use are balanced by year.
    UseOfPartOfYear,
    /// A figure of a year far from all others: a slip of the pen would stretch the balance over the years between.
    FarFromOthers {
        /// The years that the others speak of.
        others: (i16, i16),
    },
    /// A number that is none, or too large to be computed with.
    NotFinite,
}

impl Reason {
    /// Whether the figure is used all the same: it stands out, but is no less a figure.
    #[must_use]
    pub const fn is_used(&self) -> bool {
        matches!(
            self,
            Self::AboveCapacity { .. }
                | Self::SitesAboveCountry { .. }
                | Self::MonthsAboveYear { .. }
                | Self::OutOfSeries { .. }
                | Self::AboveWorld { .. }
                | Self::MonthMissing { .. }
                | Self::Overruled { .. }
                | Self::BeyondAllStocks { .. }
        )
    }
}

/// Why a capacity cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CapacityFault {
    /// It counts another mass than the chain does.
    Basis {
        /// The basis that it has.
        basis: String,
        /// The substance that it counts; empty where it counts none.
        substance: String,
    },
    /// It is larger than anything that can be.
    TooLarge,
    /// It is nothing: what runs can make something.
    Nothing,
}

/// Tonnes as findings have them: whole, of less than a hundred to the kilogram, for small figures are where points go astray.
pub(super) fn tonnes(value: f64) -> String {
    if value.abs() < 100.0 {
        ((value * 1e3).round() / 1e3).to_string()
    } else {
        format!("{value:.0}")
    }
}

impl Finding {
    /// What stands out of a report, if it follows from a figure.
    pub(super) fn of_report(report: &Report, reason: Reason) -> Option<Self> {
        let fact = report.origin.facts().first()?;
        Some(Self {
            fact: Some(*fact),
            site: report.site(),
            reason,
        })
    }

    pub(super) fn of_fact(fact: FactId, reason: Reason) -> Self {
        Self {
            fact: Some(fact),
            site: None,
            reason,
        }
    }

    pub(super) fn of_site(fact: FactId, site: &str, reason: Reason) -> Self {
        Self {
            fact: Some(fact),
            site: Some(site.to_owned()),
            reason,
        }
    }
}
