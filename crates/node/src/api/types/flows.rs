//! Columns of a Sankey diagram.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Figure, SeriesKey, Source};

/// `GET /api/v1/flows?commodity=&period=`: columns of a Sankey diagram.
///
/// Who ships what to whom between mines and refineries is not published, so each column is a stage in shares of its
/// world total, meeting in a pool between columns; the last pair of columns is real bilateral trade.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Flows {
    /// Commodity.
    pub commodity: String,
    /// Period asked for (or the latest).
    pub period: String,
    /// All periods for which at least one column has figures of that very period, oldest first.
    pub periods: Vec<String>,
    /// Columns from left to right.
    pub columns: Vec<FlowColumn>,
    /// Nodes.
    pub nodes: Vec<FlowNode>,
    /// Links.
    pub links: Vec<FlowLink>,
    /// Every edition behind the figures sent, each once.
    pub sources: Vec<Source>,
}

/// A column.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FlowColumn {
    /// `stage`, `pool`, `exporter`, `importer`.
    pub kind: String,
    /// Stage key or empty.
    pub stage: String,
    /// The series.
    pub series: Option<SeriesKey>,
    /// The period the column's figures are about: it may differ from the one asked for, and then must be shown.
    pub period: String,
    /// True where another period had to stand in.
    pub stand_in: bool,
    /// How many areas the whole is the sum of, where the edition gives neither a world total nor a line for others: then it
    /// is no world total, and shares are shares of those listed. Absent otherwise.
    pub listed: Option<u32>,
}

/// A node.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FlowNode {
    /// Unique id.
    pub id: String,
    /// Index of its column.
    pub column: u32,
    /// Area code; empty for a pool.
    pub area: String,
}

/// A link.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FlowLink {
    /// Id of the node it leaves.
    pub source: String,
    /// Id of the node it enters.
    pub target: String,
    /// Width: share of the world total of the column's stage, percent (0–100).
    pub share: f64,
    /// The figure behind it; for a band of several countries, what they make together.
    pub value: Figure,
}
