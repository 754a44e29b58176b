//! Elements, and the substances that a contained mass may count.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::error::VocabularyError;
use crate::formula::{Formula, OxideFactor};
use crate::index::{Entity, Fault, Index};
use crate::label::Label;
use crate::tables::Row;

/// A chemical element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Element {
    /// Chemical symbol, the key: `Nd`.
    pub symbol: String,
    /// Atomic number.
    pub number: u32,
    /// Name.
    pub label: Label,
    /// Standard atomic weight (IUPAC/CIAAW, abridged), in grams per mole.
    pub atomic_weight: Decimal,
    /// Group in the trade, such as `light_ree`; nothing for other elements.
    pub group: Option<String>,
}

impl Entity for Element {
    const FILE: &'static str = "elements.csv";
    const COLUMNS: &'static [&'static str] = &[
        "symbol",
        "number",
        "label_en",
        "label_fr",
        "atomic_weight",
        "group",
    ];
    const KIND: &'static str = "element";

    fn key(&self) -> &str {
        &self.symbol
    }

    fn label(&self) -> &Label {
        &self.label
    }

    fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        let atomic_weight = row.decimal("atomic_weight")?;
        if atomic_weight <= Decimal::ZERO || atomic_weight > Decimal::ONE_THOUSAND {
            let reason = VocabularyError::OutOfRange {
                value: atomic_weight.to_string(),
                range: "greater than 0 and at most 1000",
            };
            return Err(row.broken("atomic_weight", reason));
        }
        Ok(Self {
            symbol: row.key("symbol")?,
            number: row.whole("number")?,
            label: Label::from_row(row)?,
            atomic_weight,
            group: row.optional_key("group")?,
        })
    }
}

/// What a contained mass counts: an element, a compound or a sum such as `REO`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Substance {
    /// Key: `REO`, `Nd2O3`, `Li`, `LCE` …
    pub substance: String,
    /// Name.
    pub label: Label,
    /// Chemical formula; nothing for a sum.
    pub formula: Option<String>,
    /// Symbol of the element that it is counted for; nothing for a sum.
    pub element: Option<String>,
    /// Key of the commodity that it counts; nothing where several share it.
    pub commodity: Option<String>,
    /// Factor between it and its element, computed from formula and atomic weights; nothing for a sum.
    pub factor: Option<OxideFactor>,
}

impl Substance {
    /// The factor between this substance and its element.
    ///
    /// # Errors
    /// A substance without formula or element, such as a sum.
    pub fn oxide_factor(&self) -> Result<OxideFactor, VocabularyError> {
        self.factor.ok_or_else(|| VocabularyError::NoFormula {
            substance: self.substance.clone(),
        })
    }

    /// True for a sum over several compounds, such as `REO`.
    #[must_use]
    pub fn is_sum(&self) -> bool {
        self.factor.is_none()
    }

    /// The row with its factor, from the weights of `elements`.
    pub(crate) fn with_factor(mut self, elements: &Index<Element>) -> Result<Self, Fault> {
        let Some(formula) = &self.formula else {
            return Ok(self);
        };
        let broken = |reason| Fault::new("formula", formula, reason);
        let parsed = Formula::parse(formula).map_err(broken)?;
        let weight = |symbol: &str| Ok(elements.require(symbol)?.atomic_weight);
        match &self.element {
            Some(element) => {
                self.factor = Some(OxideFactor::of(&parsed, element, weight).map_err(broken)?);
            }
            None => return Err(Fault::new("element", "", VocabularyError::Empty)),
        }
        Ok(self)
    }
}

impl Entity for Substance {
    const FILE: &'static str = "substances.csv";
    const COLUMNS: &'static [&'static str] = &[
        "substance",
        "label_en",
        "label_fr",
        "formula",
        "element",
        "commodity",
    ];
    const KIND: &'static str = "substance";

    fn key(&self) -> &str {
        &self.substance
    }

    fn label(&self) -> &Label {
        &self.label
    }

    fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        Ok(Self {
            substance: row.key("substance")?,
            label: Label::from_row(row)?,
            formula: row.optional_key("formula")?,
            element: row.optional_key("element")?,
            commodity: row.optional_key("commodity")?,
            factor: None,
        })
    }
}
