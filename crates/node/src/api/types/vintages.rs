//! How the figures of one line changed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Figure, SeriesKey, Source, StatementPlace};

/// `GET /api/v1/vintages?measure=&commodity=&stage=&form=&substance=&subject=&area=&partner=&period=`: how the figures of one
/// area (and importer) changed, by published and by recorded time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Vintages {
    /// The series.
    pub key: SeriesKey,
    /// Area.
    pub area: String,
    /// Importer, for trade; empty where flows are summed over importers, or for other measures.
    pub partner: String,
    /// Unit of all figures and changes.
    pub unit: String,
    /// Periods of this answer, oldest first.
    pub periods: Vec<String>,
    /// How many periods there are, sent or not.
    pub total: u64,
    /// Published time: one revision triangle a publication, those that the club's vocabulary prefers first. A difference between
    /// two publications is no revision.
    pub publications: Vec<Triangle>,
    /// Recorded time: what statements said of the line and took back, in the order in which this node recorded them. Other nodes
    /// recorded the same statements at other times.
    pub recordings: Vec<Recording>,
    /// How many recordings there are; the latest of them are sent.
    pub recordings_total: u64,
}

/// The revision triangle of one publication: periods × editions.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Triangle {
    /// Key of the publication.
    pub series: String,
    /// Its editions in the order of their days of publication.
    pub editions: Vec<Source>,
    /// By period, oldest first.
    pub rows: Vec<TriangleRow>,
    /// How much this line is revised, over all its periods; absent with fewer than three revisions.
    pub stats: Option<RevisionStats>,
    /// The same over all countries and importers of the series.
    pub stats_of_all: Option<RevisionStats>,
}

/// One period of a triangle.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TriangleRow {
    /// The period.
    pub period: String,
    /// Parallel to the editions; absent where an edition says nothing of the period.
    pub cells: Vec<Option<Vintage>>,
    /// Place of the first edition with a figure.
    pub first: u32,
    /// Place of the last one.
    pub last: u32,
    /// The last vintage against the first; absent where there is one only.
    pub revised: Option<Change>,
}

/// A figure as one edition gave it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Vintage {
    /// The figure.
    pub figure: Figure,
    /// Against the vintage before: the last earlier edition of the same publication with a figure for the period.
    pub change: Option<Change>,
}

/// How a later figure differs from an earlier one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// Later less earlier, a decimal in the unit of the figures.
    pub absolute: String,
    /// The same in percent of the earlier one; absent where that is zero.
    pub percent: Option<String>,
}

/// How much a publication revises (McKenzie and Gamba, OECD 2008). A revision is the later figure less the earlier one of
/// consecutive vintages; an unchanged figure is a revision of zero.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RevisionStats {
    /// How many revisions there are.
    pub revisions: u64,
    /// Mean of their absolute values, in the unit of the figures.
    pub mean_absolute: String,
    /// Their mean, in the unit of the figures: above zero where figures are raised later.
    pub bias: String,
    /// Mean of the absolute values in percent of the earlier figures; absent where fewer than three of these are not zero.
    pub mean_absolute_percent: Option<String>,
    /// Mean in percent of the earlier figures; absent likewise.
    pub bias_percent: Option<String>,
}

/// A statement that says figures of the line, or takes some back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Recording {
    /// When this node recorded it (RFC 3339).
    pub recorded: String,
    /// The statement.
    pub statement: StatementPlace,
    /// Key of the edition whose figures it gives or takes back.
    pub source: String,
    /// `said`, `retracted` or `superseded`.
    pub act: String,
    /// Why they are taken back, as the issuer says; empty where the statement says figures.
    pub reason: String,
    /// The statement that counts instead, where it supersedes.
    pub replacement: Option<String>,
    /// A moment at which the figures stood: `/api/v1/provenance` explains them with this as `as_of`, whether they count today or
    /// not.
    pub as_of: String,
    /// By period, oldest first.
    pub cells: Vec<RecordedFigure>,
}

/// A figure that a statement says or takes back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RecordedFigure {
    /// The figure.
    pub figure: Figure,
    /// Against what was recorded last before of the same edition and period.
    pub change: Option<Change>,
    /// When this node recorded that it was taken back since (RFC 3339), if it was.
    pub withdrawn: Option<String>,
}

/// `GET /api/v1/vintages/series?commodity=`: a series of which vintages can be asked.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VintageSeries {
    /// The series.
    pub key: SeriesKey,
    /// Unit of its figures.
    pub unit: String,
    /// How many figures, by area, importer and period, were published more than once in one publication.
    pub revised: u64,
    /// Areas that it has figures for, by code.
    pub areas: Vec<String>,
}
