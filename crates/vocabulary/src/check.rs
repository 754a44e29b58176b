//! What the tables owe each other.

use std::collections::HashMap;

use crate::chain::ChainLink;
use crate::codes::{ANY_STAGE, HsCode, SourcePreference};
use crate::commodity::{Commodity, CommodityKind};
use crate::coverage::CoverageGap;
use crate::error::VocabularyError;
use crate::geography::Country;
use crate::index::{Entity, Fault};
use crate::measure::Dimension;
use crate::tables::broken_cell;
use crate::vocabulary::Vocabulary;

impl Vocabulary {
    /// Checks every key that one table takes from another, and what must be unique beside the keys.
    pub(crate) fn check(
        &self,
        chain: &[(u64, ChainLink)],
        hs_codes: &[(u64, HsCode)],
        preferences: &[(u64, SourcePreference)],
        gaps: &[(u64, CoverageGap)],
    ) -> Result<(), VocabularyError> {
        self.substances.check_rows(|row| {
            known("element", row.element.as_deref(), |key| self.require_element(key))?;
            known("commodity", row.commodity.as_deref(), |key| {
                self.require_commodity(key)
            })
        })?;
        self.commodities.check_rows(|row| self.check_commodity(row))?;
        self.areas.check_rows(|row| match self.country(&row.area) {
            Some(country) => {
                let reason = VocabularyError::KeyOfCountry {
                    country: country.label.en.clone(),
                };
                Err(Fault::new("area", &row.area, reason))
            }
            None => Ok(()),
        })?;
        self.check_country_codes()?;
        for dimension in Dimension::ALL {
            self.canonical_unit(*dimension)?;
        }
        check_listed(ChainLink::FILE, chain, |row| self.check_link(row))?;
        check_unique(ChainLink::FILE, "order", chain, |row| {
            [row.family.clone(), row.order.to_string()]
        })?;
        check_unique(ChainLink::FILE, "stage", chain, |row| {
            [row.family.clone(), row.stage.clone()]
        })?;
        check_listed(HsCode::FILE, hs_codes, |row| {
            known("commodity", Some(&row.commodity), |key| {
                self.require_commodity(key)
            })?;
            known("stage", row.stage.as_deref(), |key| self.require_stage(key))?;
            known("form", row.form.as_deref(), |key| self.require_form(key))?;
            self.check_form_of_code(row)
        })?;
        check_unique(HsCode::FILE, "hs", hs_codes, |row| {
            [row.hs.clone(), row.edition.clone()]
        })?;
        check_listed(CoverageGap::FILE, gaps, |row| {
            known("measure", Some(&row.measure), |key| self.require_measure(key))?;
            known("commodity", Some(&row.commodity), |key| {
                self.require_commodity(key)
            })?;
            known("stage", Some(&row.stage), |key| self.require_stage(key))?;
            known("missing", Some(&row.missing), |key| self.require_place(key))?;
            if row.first > row.last {
                let reason = VocabularyError::OutOfRange {
                    value: row.first.to_string(),
                    range: "a year not after the last",
                };
                return Err(Fault::new("first", &row.first.to_string(), reason));
            }
            Ok(())
        })?;
        check_listed(SourcePreference::FILE, preferences, |row| {
            known("measure", Some(&row.measure), |key| self.require_measure(key))?;
            let stage = Some(row.stage.as_str()).filter(|stage| *stage != ANY_STAGE);
            known("stage", stage, |key| self.require_stage(key))
        })?;
        let ranked = |row: &SourcePreference, last: String| [row.measure.clone(), row.stage.clone(), last];
        let file = SourcePreference::FILE;
        check_unique(file, "series", preferences, |row| ranked(row, row.series.clone()))?;
        check_unique(file, "rank", preferences, |row| ranked(row, row.rank.to_string()))
    }

    fn check_commodity(&self, row: &Commodity) -> Result<(), Fault> {
        known("family", Some(&row.family), |key| self.require_family(key))?;
        known("default_substance", row.default_substance.as_deref(), |key| {
            self.require_substance(key)
        })?;
        for member in &row.members {
            known("members", Some(member), |key| self.require_commodity(key))?;
            if self
                .commodity(member)
                .is_some_and(|found| found.kind == CommodityKind::Basket)
            {
                let (commodity, expected) = (member.clone(), "a family or an element");
                let reason = VocabularyError::WrongCommodityKind { commodity, expected };
                return Err(Fault::new("members", &row.members.join(";"), reason));
            }
        }
        if row.kind == CommodityKind::Element {
            let symbol = row.symbol.as_deref();
            let symbol = symbol.ok_or_else(|| Fault::new("symbol", "", VocabularyError::Empty))?;
            known("symbol", Some(symbol), |key| self.require_element(key))?;
        }
        Ok(())
    }

    fn check_link(&self, row: &ChainLink) -> Result<(), Fault> {
        known("family", Some(&row.family), |key| self.require_family(key))?;
        known("stage", Some(&row.stage), |key| self.require_stage(key))?;
        known("form", Some(&row.form), |key| self.require_form(key))?;
        for (place, form) in row.other_forms.iter().enumerate() {
            known("other_forms", Some(form), |key| self.require_form(key))?;
            if row.forms().take(place + 1).any(|before| before == form) {
                let reason = VocabularyError::FormRepeated { form: form.clone() };
                return Err(Fault::new("other_forms", &row.other_forms.join(";"), reason));
            }
        }
        known("substance", row.substance.as_deref(), |key| {
            self.require_substance(key)
        })?;
        let Some(headline) = &row.headline else {
            return Ok(());
        };
        known("headline_commodity", Some(&headline.commodity), |key| {
            self.require_commodity(key)
        })?;
        let measure = self.require_measure(&headline.measure);
        let measure = measure.map_err(|reason| Fault::new("headline_measure", &headline.measure, reason))?;
        let unit = self.require_unit(&headline.unit);
        let unit = unit.map_err(|reason| Fault::new("headline_unit", &headline.unit, reason))?;
        if unit.dimension != measure.dimension {
            let reason = VocabularyError::WrongDimension {
                unit: unit.unit.clone(),
                dimension: unit.dimension.key(),
                expected: measure.dimension.key(),
            };
            return Err(Fault::new("headline_unit", &headline.unit, reason));
        }
        Ok(())
    }

    /// A trade row takes stage and form from its code, so they must fit there too.
    fn check_form_of_code(&self, row: &HsCode) -> Result<(), Fault> {
        let (Some(stage), Some(form)) = (&row.stage, &row.form) else {
            return Ok(());
        };
        let family = self.commodity(&row.commodity).map_or("", |found| &found.family);
        self.require_form_at(family, stage, form)
            .map_err(|reason| Fault::new("form", form, reason))
    }

    pub(crate) fn require_family(&self, key: &str) -> Result<&Commodity, VocabularyError> {
        let commodity = self.require_commodity(key)?;
        if commodity.kind == CommodityKind::Family {
            return Ok(commodity);
        }
        Err(VocabularyError::WrongCommodityKind {
            commodity: key.to_owned(),
            expected: "a family",
        })
    }

    fn check_country_codes(&self) -> Result<(), VocabularyError> {
        let rows = self.countries.lined_rows();
        check_unique(Country::FILE, "iso2", &rows, |row| [row.iso2.clone()])?;
        check_unique(Country::FILE, "numeric", &rows, |row| [row.numeric.clone()])
    }
}

/// Refuses a filled cell whose key is not known.
pub(crate) fn known<T>(
    column: &'static str,
    key: Option<&str>,
    require: impl Fn(&str) -> Result<T, VocabularyError>,
) -> Result<(), Fault> {
    let Some(key) = key else { return Ok(()) };
    require(key)
        .map(|_| ())
        .map_err(|reason| Fault::new(column, key, reason))
}

/// Calls `check` for every row of a table that has no single key.
pub(crate) fn check_listed<T>(
    file: &'static str,
    rows: &[(u64, T)],
    check: impl Fn(&T) -> Result<(), Fault>,
) -> Result<(), VocabularyError> {
    for (line, row) in rows {
        check(row).map_err(|fault| fault.at(file, *line))?;
    }
    Ok(())
}

/// Refuses two rows for which `key` is the same.
pub(crate) fn check_unique<T, const N: usize>(
    file: &'static str,
    column: &'static str,
    rows: &[(u64, T)],
    key: impl Fn(&T) -> [String; N],
) -> Result<(), VocabularyError> {
    let mut lines = HashMap::new();
    for (line, row) in rows {
        let key = key(row);
        let value = key.join(", ");
        if let Some(first_line) = lines.insert(key, *line) {
            let reason = VocabularyError::DuplicateKey {
                key: value.clone(),
                first_line,
            };
            return Err(broken_cell(file, *line, column, &value, reason));
        }
    }
    Ok(())
}
