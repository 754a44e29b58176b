//! What statements said, as the twin keeps it.

use std::sync::Arc;

use didymium_statement::payload::{Basis, Notice, Qualifier, Site, Source};
use didymium_statement::{Digest, StatementId, Visibility};
use didymium_vocabulary::{Decimal, Period};

use crate::intern::Symbol;
use crate::series::SeriesId;

/// Place of a fact in the twin's list; facts are ordered by digest, so it is the same wherever the digest is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId(pub(crate) u32);

/// One published figure.
#[derive(Debug, Clone)]
pub struct Fact {
    /// SHA-256 of everything said: the fact's name.
    pub digest: Digest,
    /// The series it belongs to.
    pub series: SeriesId,
    /// Country or aggregate.
    pub area: Symbol,
    /// Importer of a trade flow, or empty.
    pub partner: Symbol,
    /// The period it is about.
    pub period: Period,
    /// The number, in the unit its source used.
    pub value: Decimal,
    /// The number in the canonical unit of its dimension (kilograms, dollars …).
    pub canonical: Decimal,
    /// The unit its source used.
    pub unit: Symbol,
    /// How the number is to be read.
    pub qualifier: Qualifier,
    /// What it rests on.
    pub basis: Basis,
    /// What a reader must know.
    pub note: Symbol,
    /// The edition it comes from.
    pub source: Arc<Source>,
    /// Every statement that says it, in the order of member code and index.
    pub statements: Vec<Arc<StatementRef>>,
}

/// Where a statement stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatementRef {
    /// Member whose log holds it. A log may have a million entries, so what they have in common is kept once.
    pub member: Arc<str>,
    /// Index in that log.
    pub index: u64,
    /// The statement.
    pub id: StatementId,
    /// Kind on the wire.
    pub kind: Arc<str>,
    /// DID of its issuer.
    pub issuer: Arc<str>,
    /// The blob that holds its payload, if it is not inside.
    pub blob: Option<Box<Digest>>,
    /// When this node recorded it, milliseconds since the Unix epoch.
    pub recorded_ms: i64,
    /// Who may read its payload. In the club's twin public or club; narrower in a member's own overlay alone.
    pub visibility: Visibility,
}

impl StatementRef {
    /// Whether every member may read what it says.
    pub const fn is_for_the_club(&self) -> bool {
        matches!(self.visibility, Visibility::Public | Visibility::Club)
    }

    /// Its place in the order in which this node recorded what was said; member and index settle what came at once.
    pub fn recorded_order(&self) -> (i64, &str, u64) {
        (self.recorded_ms, &self.member, self.index)
    }
}

/// A site with the statement that registers it.
#[derive(Debug, Clone)]
pub struct SiteRecord {
    /// The site.
    pub site: Site,
    /// Its URI.
    pub uri: String,
    /// The statement.
    pub statement: Arc<StatementRef>,
}

/// A notice with the statement that gives it.
#[derive(Debug, Clone)]
pub struct NoticeRecord {
    /// The notice.
    pub notice: Notice,
    /// The statement.
    pub statement: Arc<StatementRef>,
}
