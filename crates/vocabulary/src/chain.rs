//! Stages, forms, and the chain that each family runs through.

use serde::Serialize;

use crate::error::{VocabularyError, excerpt};
use crate::index::Entity;
use crate::label::Label;
use crate::measure::MassBasis;
use crate::tables::Row;
use crate::vocabulary::Vocabulary;

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
    /// Keys of the other forms that may be counted there: what a mine or a recycler that goes further delivers, or a
    /// narrower or wider form than the usual one.
    pub other_forms: Vec<String>,
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
        "other_forms",
        "substance",
        "mass_basis",
        "headline_measure",
        "headline_commodity",
        "headline_unit",
    ];

    /// Every form that belongs to the stage, the one made there first.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.form)
            .chain(&self.other_forms)
            .map(String::as_str)
    }

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
            other_forms: row.keys("other_forms")?,
            substance,
            mass_basis,
            headline: headline(row)?,
        })
    }
}

impl Vocabulary {
    /// The forms that belong to a stage of a family's chain. A stage outside of that chain (lithium metal is priced, and
    /// nobody counts its making) has the forms of the families that do have it; a stage that no chain has, none.
    #[must_use]
    pub fn forms_at(&self, family: &str, stage: &str) -> Vec<&str> {
        let at_stage = || self.chain_links().iter().filter(|link| link.stage == stage);
        if let Some(own) = at_stage().find(|link| link.family == family) {
            return own.forms().collect();
        }
        let mut forms: Vec<&str> = at_stage().flat_map(ChainLink::forms).collect();
        forms.sort_unstable();
        forms.dedup();
        forms
    }

    /// Refuses a form that does not belong to the stage.
    ///
    /// # Errors
    /// [`VocabularyError::FormNotAtStage`], which names the forms that do.
    pub fn require_form_at(&self, family: &str, stage: &str, form: &str) -> Result<(), VocabularyError> {
        let fitting = self.forms_at(family, stage);
        if fitting.contains(&form) {
            return Ok(());
        }
        Err(VocabularyError::FormNotAtStage {
            form: excerpt(form),
            stage: excerpt(stage),
            family: family.to_owned(),
            fitting: fitting
                .iter()
                .map(|form| format!("`{form}`"))
                .collect::<Vec<_>>()
                .join(", "),
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
