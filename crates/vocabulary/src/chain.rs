//! Stages, forms, and the chain that each family runs through.

use serde::Serialize;

use crate::error::VocabularyError;
use crate::index::Entity;
use crate::label::Label;
use crate::measure::MassBasis;
use crate::tables::Row;

/// Declares a keyed entity with label and description.
macro_rules! described {
    ($(#[$about:meta])* $name:ident, $key:ident, $file:literal, $kind:literal) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        pub struct $name {
            /// Key.
            pub $key: String,
            /// Name.
            pub label: Label,
            /// What it is, in a sentence.
            pub description: Label,
        }

        impl Entity for $name {
            const FILE: &'static str = $file;
            const COLUMNS: &'static [&'static str] =
                &[$kind, "label_en", "label_fr", "description_en", "description_fr"];
            const KIND: &'static str = $kind;

            fn key(&self) -> &str {
                &self.$key
            }

            fn label(&self) -> &Label {
                &self.label
            }

            fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
                let description = Label::description_from_row(row)?;
                Ok(Self { $key: row.key($kind)?, label: Label::from_row(row)?, description })
            }
        }
    };
}

described! {
    /// An activity of the chain: `mine`, `separation`, `magnet` …
    Stage, stage, "stages.csv", "stage"
}

described! {
    /// A material of the chain: `ore`, `separated_oxide`, `scrap` …
    Form, form, "forms.csv", "form"
}

/// The series that stands for a stage on the overview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Headline {
    /// Key of the measure.
    pub measure: String,
    /// Key of the commodity.
    pub commodity: String,
    /// Key of the unit to show it in.
    pub unit: String,
}

/// One stage in the chain of a family, with the form made there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainLink {
    /// Key of the family.
    pub family: String,
    /// Place in the chain, rising.
    pub order: u32,
    /// Key of the stage.
    pub stage: String,
    /// Key of the form made there.
    pub form: String,
    /// Key of the substance that its mass counts; nothing where the material itself is weighed.
    pub substance: Option<String>,
    /// Basis of its mass; nothing where no mass is counted.
    pub mass_basis: Option<MassBasis>,
    /// The series for the overview; nothing where none is published.
    pub headline: Option<Headline>,
}

impl ChainLink {
    pub(crate) const FILE: &'static str = "chain.csv";
    pub(crate) const COLUMNS: &'static [&'static str] = &[
        "family",
        "order",
        "stage",
        "form",
        "substance",
        "mass_basis",
        "headline_measure",
        "headline_commodity",
        "headline_unit",
    ];

    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, VocabularyError> {
        let substance = row.optional_key("substance")?;
        let mass_basis = row
            .optional("mass_basis")
            .map(|_| row.parsed("mass_basis", str::parse))
            .transpose()?;
        match (mass_basis, &substance) {
            (Some(MassBasis::Contained), None) => {
                return Err(row.broken("substance", VocabularyError::SubstanceMissing));
            }
            (Some(basis @ (MassBasis::Wet | MassBasis::Dry)), Some(substance)) => {
                let substance = substance.clone();
                let reason = VocabularyError::SubstanceSuperfluous {
                    basis: basis.key(),
                    substance,
                };
                return Err(row.broken("substance", reason));
            }
            _ => {}
        }
        Ok(Self {
            family: row.key("family")?,
            order: row.whole("order")?,
            stage: row.key("stage")?,
            form: row.key("form")?,
            substance,
            mass_basis,
            headline: headline(row)?,
        })
    }
}

/// The three headline columns: all filled or all empty.
fn headline(row: &Row<'_>) -> Result<Option<Headline>, VocabularyError> {
    let columns = ["headline_measure", "headline_commodity", "headline_unit"];
    if columns.iter().all(|column| row.optional(column).is_none()) {
        return Ok(None);
    }
    let [measure, commodity, unit] = columns.map(|column| row.key(column));
    Ok(Some(Headline {
        measure: measure?,
        commodity: commodity?,
        unit: unit?,
    }))
}
