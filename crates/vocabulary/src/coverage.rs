//! Where a series of publications leaves out a country that matters: what it lists is then no world.

use serde::Serialize;

use crate::error::VocabularyError;
use crate::tables::Row;

/// Years in which a series lists a commodity at a stage without a country that is known to lead there. The sum of what it
/// lists is no world total, and nothing can be measured against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoverageGap {
    /// Key of the measure.
    pub measure: String,
    /// Key of the commodity.
    pub commodity: String,
    /// Key of the stage.
    pub stage: String,
    /// The series of publications, such as `bgs-wms`.
    pub series: String,
    /// First year.
    pub first: u32,
    /// Last year; not before the first.
    pub last: u32,
    /// The country that is left out.
    pub missing: String,
}

impl CoverageGap {
    pub(crate) const FILE: &'static str = "coverage_gaps.csv";
    pub(crate) const COLUMNS: &'static [&'static str] = &[
        "measure",
        "commodity",
        "stage",
        "series",
        "first",
        "last",
        "missing",
    ];

    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        Ok(Self {
            measure: row.key("measure")?,
            commodity: row.key("commodity")?,
            stage: row.key("stage")?,
            series: row.key("series")?,
            first: row.whole("first")?,
            last: row.whole("last")?,
            missing: row.key("missing")?,
        })
    }
}
