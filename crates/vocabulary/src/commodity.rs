//! Commodities: families, the elements in them, and the baskets traded.

use serde::Serialize;

use crate::error::VocabularyError;
use crate::index::Entity;
use crate::label::Label;
use crate::tables::Row;
use crate::words::words;

words! {
    /// What a commodity is.
    CommodityKind {
        /// A mineral family with a chain of its own: rare earths, lithium, gallium …
        Family = "family",
        /// One element of a family that is followed on its own: neodymium.
        Element = "element",
        /// A group that is traded or reported as one: NdPr.
        Basket = "basket",
    }
    choices "`family`, `element`, `basket`"
}

/// Something whose supply the club follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Commodity {
    /// Key: `rare_earths`, `neodymium`, `ndpr` …
    pub commodity: String,
    /// Family, element or basket.
    pub kind: CommodityKind,
    /// Key of the family that it belongs to; a family names itself.
    pub family: String,
    /// Short sign on pages: a chemical symbol, or `NdPr`.
    pub symbol: Option<String>,
    /// Keys of a basket's members; empty for others.
    pub members: Vec<String>,
    /// Name.
    pub label: Label,
    /// Key of the substance that its contained mass counts unless said otherwise.
    pub default_substance: Option<String>,
    /// Place in lists.
    pub order: u32,
}

impl Entity for Commodity {
    const FILE: &'static str = "commodities.csv";
    const COLUMNS: &'static [&'static str] = &[
        "commodity",
        "kind",
        "family",
        "symbol",
        "members",
        "label_en",
        "label_fr",
        "default_substance",
        "order",
    ];
    const KIND: &'static str = "commodity";

    fn key(&self) -> &str {
        &self.commodity
    }

    fn label(&self) -> &Label {
        &self.label
    }

    fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        let commodity = row.key("commodity")?;
        let kind = row.parsed("kind", str::parse)?;
        let family = match (kind, row.optional_key("family")?) {
            (CommodityKind::Family, None) => commodity.clone(),
            (CommodityKind::Family, Some(family)) if family != commodity => {
                let condition = "for a family, or name the family itself";
                return Err(row.broken("family", VocabularyError::MustBeEmpty { condition }));
            }
            (_, Some(family)) => family,
            (_, None) => return Err(row.broken("family", VocabularyError::Empty)),
        };
        let members = row.keys("members")?;
        match (kind, members.is_empty()) {
            (CommodityKind::Basket, true) => return Err(row.broken("members", VocabularyError::Empty)),
            (CommodityKind::Family | CommodityKind::Element, false) => {
                let condition = "unless the commodity is a basket";
                return Err(row.broken("members", VocabularyError::MustBeEmpty { condition }));
            }
            _ => {}
        }
        Ok(Self {
            commodity,
            kind,
            family,
            symbol: row.optional_key("symbol")?,
            members,
            label: Label::from_row(row)?,
            default_substance: row.optional_key("default_substance")?,
            order: row.whole("order")?,
        })
    }
}
