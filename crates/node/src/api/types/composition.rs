//! Which deposits give which elements.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Figure, Source};

/// `GET /api/v1/composition?commodity=`: which deposits give which elements.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Composition {
    /// Commodity.
    pub commodity: String,
    /// Elements in periodic order (commodity keys).
    pub elements: Vec<String>,
    /// Deposits.
    pub deposits: Vec<DepositLine>,
    /// How many deposits there are, sent or not.
    pub total: u64,
    /// Every edition behind the figures sent, each once.
    pub sources: Vec<Source>,
}

/// A deposit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DepositLine {
    /// Name.
    pub deposit: String,
    /// Country.
    pub area: String,
    /// Note (mineral type).
    pub note: String,
    /// Share of the total rare-earth oxide in percent, parallel to the elements.
    pub shares: Vec<Option<Figure>>,
    /// Sum of the shares as published.
    pub sum: String,
}
