//! What the tables of recipes, contents, qualities, voices and assumptions owe the others and themselves.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::check::{check_listed, check_unique, known};
use crate::end_use::{AlloyShare, Returns};
use crate::error::VocabularyError;
use crate::index::Fault;
use crate::quality::{Assumption, ReportQuality, Voice};
use crate::recipe::{Content, Deposit, Recipe};
use crate::tables::Tables;
use crate::vocabulary::Vocabulary;

/// These tables with the lines of their rows.
pub(crate) struct BalanceTables {
    pub(crate) recipes: Vec<(u64, Recipe)>,
    pub(crate) contents: Vec<(u64, Content)>,
    pub(crate) qualities: Vec<(u64, ReportQuality)>,
    pub(crate) assumptions: Vec<(u64, Assumption)>,
    pub(crate) voices: Vec<(u64, Voice)>,
    pub(crate) returns: Vec<(u64, Returns)>,
    pub(crate) alloys: Vec<(u64, AlloyShare)>,
    pub(crate) deposits: Vec<(u64, Deposit)>,
}

impl BalanceTables {
    pub(crate) fn read(tables: &Tables) -> Result<Self, VocabularyError> {
        let (quality, columns) = (ReportQuality::FILE, ReportQuality::COLUMNS);
        Ok(Self {
            recipes: tables.read_rows(Recipe::FILE, Recipe::COLUMNS, Recipe::from_row)?,
            contents: tables.read_rows(Content::FILE, Content::COLUMNS, Content::from_row)?,
            qualities: tables.read_rows(quality, columns, ReportQuality::from_row)?,
            voices: tables.read_rows(Voice::FILE, Voice::COLUMNS, Voice::from_row)?,
            returns: tables.read_rows(Returns::FILE, Returns::COLUMNS, Returns::from_row)?,
            alloys: tables.read_rows(AlloyShare::FILE, AlloyShare::COLUMNS, AlloyShare::from_row)?,
            deposits: tables.read_rows(Deposit::FILE, Deposit::COLUMNS, Deposit::from_row)?,
            assumptions: tables.read_rows(Assumption::FILE, Assumption::COLUMNS, Assumption::from_row)?,
        })
    }
}

impl Vocabulary {
    /// Checks every key of these tables, that no row stands twice, and that no recipes lead round in a circle in
    /// which nothing is lost: what turns there could be any amount.
    pub(crate) fn check_balances(&self, tables: &BalanceTables) -> Result<(), VocabularyError> {
        check_listed(Recipe::FILE, &tables.recipes, |row| {
            known("family", Some(&row.family), |key| self.require_family(key))?;
            self.check_stage_of("stage", &row.family, &row.stage)?;
            self.check_stage_of("input_stage", &row.family, &row.input_stage)?;
            known("commodity", row.commodity.as_deref(), |key| {
                self.require_commodity(key)
            })?;
            check_circle(row, &tables.recipes)
        })?;
        check_unique(Recipe::FILE, "stage", &tables.recipes, |row| {
            let commodity = row.commodity.clone().unwrap_or_default();
            [row.family.clone(), row.stage.clone(), commodity]
        })?;
        check_listed(Content::FILE, &tables.contents, |row| {
            known("family", Some(&row.family), |key| self.require_family(key))?;
            known("form", Some(&row.form), |key| self.require_form(key))?;
            known("commodity", Some(&row.commodity), |key| {
                self.require_commodity(key)
            })?;
            known("substance", Some(&row.substance), |key| {
                self.require_substance(key)
            })
        })?;
        check_unique(Content::FILE, "form", &tables.contents, |row| {
            [row.family.clone(), row.form.clone()]
        })?;
        check_listed(ReportQuality::FILE, &tables.qualities, |row| {
            let family = Some(row.family.as_str()).filter(|family| *family != "*");
            known("family", family, |key| self.require_family(key))?;
            let measure = Some(row.measure.as_str()).filter(|measure| *measure != "*");
            known("measure", measure, |key| self.require_measure(key))
        })?;
        check_unique(ReportQuality::FILE, "basis", &tables.qualities, |row| {
            [row.family.clone(), row.measure.clone(), row.basis.clone()]
        })?;
        self.check_goods(tables)?;
        check_unique(Voice::FILE, "series", &tables.voices, |row| [row.series.clone()])?;
        check_listed(Assumption::FILE, &tables.assumptions, |row| {
            let family = Some(row.family.as_str()).filter(|family| *family != "*");
            known("family", family, |key| self.require_family(key))
        })?;
        check_unique(Assumption::FILE, "assumption", &tables.assumptions, |row| {
            [row.assumption.key().to_owned(), row.family.clone()]
        })
    }

    /// What goods owe: stages that are there, one use for the rest, elements of an alloy that make no more than all of it.
    fn check_goods(&self, tables: &BalanceTables) -> Result<(), VocabularyError> {
        check_listed(Returns::FILE, &tables.returns, |row| {
            known("family", Some(&row.family), |key| self.require_family(key))?;
            self.check_stage_of("sold", &row.family, &row.sold)?;
            known("goods", Some(&row.goods), |key| self.require_stage(key))?;
            self.check_stage_of("recycling", &row.family, &row.recycling)
        })?;
        check_unique(Returns::FILE, "family", &tables.returns, |row| {
            [row.family.clone()]
        })?;
        check_listed(AlloyShare::FILE, &tables.alloys, |row| {
            known("family", Some(&row.family), |key| self.require_family(key))?;
            self.check_stage_of("stage", &row.family, &row.stage)?;
            known("commodity", Some(&row.commodity), |key| {
                self.require_commodity(key)
            })?;
            let all: Decimal = self.alloy(&row.family, &row.stage).map(|row| row.share).sum();
            if all <= Decimal::ONE_HUNDRED {
                return Ok(());
            }
            let reason = VocabularyError::OutOfRange {
                value: all.to_string(),
                range: "shares of one alloy that make no more than 100 percent together",
            };
            Err(Fault::new("share", &row.commodity, reason))
        })?;
        check_listed(Deposit::FILE, &tables.deposits, |row| {
            known("country", Some(&row.country), |key| self.require_country(key))
        })?;
        check_unique(Deposit::FILE, "deposit", &tables.deposits, |row| {
            [row.country.clone(), row.deposit.clone()]
        })?;
        check_unique(AlloyShare::FILE, "commodity", &tables.alloys, |row| {
            [row.family.clone(), row.stage.clone(), row.commodity.clone()]
        })
    }

    fn check_stage_of(&self, column: &'static str, family: &str, stage: &str) -> Result<(), Fault> {
        known(column, Some(stage), |key| self.require_stage(key))?;
        if self.chain(family).any(|link| link.stage == stage) {
            return Ok(());
        }
        let reason = VocabularyError::OutOfRange {
            value: stage.to_owned(),
            range: "a stage of the family's chain",
        };
        Err(Fault::new(column, stage, reason))
    }
}

/// Follows the inputs of a recipe back to where they start.
fn check_circle(row: &Recipe, recipes: &[(u64, Recipe)]) -> Result<(), Fault> {
    let mut seen = BTreeSet::from([row.stage.as_str()]);
    let mut gain = row.recovery / Decimal::ONE_HUNDRED;
    let mut stage = row.input_stage.as_str();
    loop {
        let circle = stage == row.stage;
        if circle && gain >= Decimal::ONE {
            let reason = VocabularyError::OutOfRange {
                value: row.input_stage.clone(),
                range: "an input that does not come round to the stage itself with nothing lost on the way",
            };
            return Err(Fault::new("input_stage", &row.input_stage, reason));
        }
        if circle || !seen.insert(stage) {
            return Ok(());
        }
        let same_family = |other: &&(u64, Recipe)| other.1.family == row.family && other.1.stage == stage;
        let Some((_, before)) = recipes.iter().find(same_family) else {
            return Ok(());
        };
        gain *= before.recovery / Decimal::ONE_HUNDRED;
        stage = &before.input_stage;
    }
}
