//! A member's own overlay: the club's twin, with what its vault opens of sealed statements laid over it.
//!
//! It is private to whoever holds the openings. A twin says whose it is ([`Twin::scope`]), and an overlay gives its twin to
//! look at and never away: [`Twin`] cannot be copied, so nothing that takes a twin for good, as a node does that serves
//! one, can be given it.

use std::sync::Arc;

use didymium_statement::{Digest, KindVersion, StatementError, StatementId};
use jiff::civil::Date;

use crate::fact::StatementRef;
use crate::twin::Twin;

/// Whose figures a twin is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Of what every member reads: public and club statements.
    Club,
    /// Of these and of what one member's vault opens.
    Overlay {
        /// How many sealed statements were laid over the club's.
        opened: u64,
    },
}

/// The twin of one member alone. Made by [`OverlayBuilder`](crate::OverlayBuilder).
#[derive(Debug)]
pub struct Overlay {
    pub(crate) twin: Twin,
    pub(crate) club: Option<Digest>,
    pub(crate) opened: Vec<Arc<StatementRef>>,
    pub(crate) remarks: Vec<OverlayRemark>,
}

impl Overlay {
    /// The twin, to be asked. Its digest is the overlay's own: it is never that of the club, though nothing was opened.
    pub const fn twin(&self) -> &Twin {
        &self.twin
    }

    /// The digest of the club's twin of the same cut; absent if that is incomplete.
    pub const fn club_digest(&self) -> Option<Digest> {
        self.club
    }

    /// The sealed statements that count in it, by member code and index.
    pub fn opened(&self) -> &[Arc<StatementRef>] {
        &self.opened
    }

    /// What its holder must know of statements that were opened, by member code and index.
    pub fn remarks(&self) -> &[OverlayRemark] {
        &self.remarks
    }

    /// The overlay restricted to what had been published by a day; see [`Twin::as_published_by`].
    #[must_use]
    pub fn as_published_by(self, day: Date) -> Self {
        Self {
            twin: self.twin.as_published_by(day),
            ..self
        }
    }
}

/// Something about an opened statement that its holder must know.
#[derive(Debug)]
pub struct OverlayRemark {
    /// The statement.
    pub statement: Arc<StatementRef>,
    /// What it says it is about: a URI that everybody can read.
    pub subject: String,
    /// What there is to know.
    pub reason: OverlayReason,
}

/// Why an opened statement does not count in an overlay, or not with all its rows.
#[derive(Debug, thiserror::Error)]
pub enum OverlayReason {
    /// The opening is not that of the statement in the log.
    #[error(transparent)]
    NotOpened(#[from] StatementError),
    /// A kind that no overlay reads.
    #[error("a `{kind}` is not read into an overlay: `statistic` and `site` of version 1 are")]
    Kind {
        /// The kind and its version.
        kind: KindVersion,
    },
    /// The payload breaks a rule of its kind; a table is read whole or not at all.
    #[error("{reason}{}", of_site(site.as_deref()))]
    Payload {
        /// Which, where and why.
        reason: String,
        /// The site that the row at fault names, if it names one.
        site: Option<String>,
    },
    /// Its issuer has withdrawn it.
    #[error("its issuer has withdrawn it by statement {by}")]
    Withdrawn {
        /// The statement that withdraws it.
        by: StatementId,
    },
    /// Another member's site.
    #[error(
        "site `{site}` lies in {country}, which is a member itself: a sealed statement about it counts in the log of {country}, not in that of {member}"
    )]
    OtherMembersSite {
        /// The site.
        site: String,
        /// Where it lies.
        country: String,
        /// The member whose log holds the statement.
        member: String,
    },
    /// A site of that key is there already.
    #[error("site `{site}` is registered already: that registration stands, use another key")]
    SiteRegistered {
        /// The site.
        site: String,
    },
    /// Rows about a site that nobody registered.
    #[error(
        "names site `{site}`, which nobody registered: no balance uses these rows. Register the site, or mend its key"
    )]
    UnknownSite {
        /// The site.
        site: String,
    },
    /// Rows that put a site into another country than its registration.
    #[error("puts site `{site}` into {said}; it is registered in {registered}: no balance uses these rows")]
    SiteElsewhere {
        /// The site.
        site: String,
        /// The country of the registration.
        registered: String,
        /// That of the rows.
        said: String,
    },
}

impl OverlayReason {
    /// Whether the statement counts all the same, but for the rows that are named.
    pub const fn counts(&self) -> bool {
        matches!(self, Self::UnknownSite { .. } | Self::SiteElsewhere { .. })
    }

    /// The site it is about, if it names one.
    pub fn site(&self) -> Option<&str> {
        match self {
            Self::OtherMembersSite { site, .. }
            | Self::SiteRegistered { site }
            | Self::UnknownSite { site }
            | Self::SiteElsewhere { site, .. } => Some(site),
            Self::Payload { site, .. } => site.as_deref(),
            Self::NotOpened(_) | Self::Kind { .. } | Self::Withdrawn { .. } => None,
        }
    }
}

fn of_site(site: Option<&str>) -> String {
    site.map_or_else(String::new, |site| format!(" (a figure of site `{site}`)"))
}
