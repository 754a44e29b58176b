//! The vocabulary: every table, read, checked against the others, and found by key.

use std::collections::HashSet;

use crate::chain::{ChainLink, Form, Stage};
use crate::check_balances::BalanceTables;
use crate::codes::{ANY_STAGE, HsCode, NoticeType, SourcePreference};
use crate::commodity::{Commodity, CommodityKind};
use crate::coverage::CoverageGap;
use crate::end_use::{AlloyShare, EndUse, Returns};
use crate::error::{VocabularyError, excerpt};
use crate::geography::{Area, Country, Place};
use crate::index::Index;
use crate::measure::{Dimension, Measure, Unit};
use crate::quality::{Assumed, Assumption, ReportQuality, Voice};
use crate::recipe::{Content, Deposit, Recipe};
use crate::substance::{Element, Substance};
use crate::tables::Tables;

/// Every table of the vocabulary. Each kind is iterated in the order of its table.
#[derive(Clone)]
pub struct Vocabulary {
    version: String,
    digest: [u8; 32],
    elements: Index<Element>,
    pub(crate) substances: Index<Substance>,
    pub(crate) commodities: Index<Commodity>,
    stages: Index<Stage>,
    forms: Index<Form>,
    chain: Vec<ChainLink>,
    measures: Index<Measure>,
    units: Index<Unit>,
    pub(crate) countries: Index<Country>,
    pub(crate) areas: Index<Area>,
    hs_codes: Vec<HsCode>,
    notice_types: Index<NoticeType>,
    source_preferences: Vec<SourcePreference>,
    coverage_gaps: Vec<CoverageGap>,
    recipes: Vec<Recipe>,
    contents: Vec<Content>,
    report_qualities: Vec<ReportQuality>,
    assumptions: Vec<Assumption>,
    voices: Vec<Voice>,
    end_uses: Index<EndUse>,
    returns: Vec<Returns>,
    alloys: Vec<AlloyShare>,
    deposits: Vec<Deposit>,
}

/// Three ways to reach the entities of each kind: all, one or nothing, one or an error.
macro_rules! lookups {
    ($($kind:literal: $all:ident, $one:ident, $require:ident -> $entity:ident;)+) => {
        impl Vocabulary {
            $(
                #[doc = concat!("Every ", $kind, ", in the order of the table.")]
                #[must_use]
                pub fn $all(&self) -> &[$entity] {
                    self.$all.rows()
                }

                #[doc = concat!("The ", $kind, " with this key, if there is one.")]
                #[must_use]
                pub fn $one(&self, key: &str) -> Option<&$entity> {
                    self.$all.find(key)
                }

                #[doc = concat!("The ", $kind, " with this key.")]
                ///
                /// # Errors
                /// An unknown key; the error names the table and the nearest key.
                pub fn $require(&self, key: &str) -> Result<&$entity, VocabularyError> {
                    self.$all.require(key)
                }
            )+
        }
    };
}

lookups! {
    "element": elements, element, require_element -> Element;
    "substance": substances, substance, require_substance -> Substance;
    "commodity": commodities, commodity, require_commodity -> Commodity;
    "stage": stages, stage, require_stage -> Stage;
    "form": forms, form, require_form -> Form;
    "measure": measures, measure, require_measure -> Measure;
    "unit": units, unit, require_unit -> Unit;
    "country": countries, country, require_country -> Country;
    "aggregate of countries": areas, area, require_area -> Area;
    "notice type": notice_types, notice_type, require_notice_type -> NoticeType;
    "use of goods": end_uses, end_use, require_end_use -> EndUse;
}

impl Vocabulary {
    /// Reads the tables and checks every key that one of them takes from another.
    ///
    /// # Errors
    /// The first cell that cannot stand, with file, line, column, value and reason.
    pub fn from_tables(tables: &Tables) -> Result<Self, VocabularyError> {
        let elements = Index::read(tables)?;
        let substances = Index::<Substance>::read(tables)?.try_map(|row| row.with_factor(&elements))?;
        let chain = tables.read_rows(ChainLink::FILE, ChainLink::COLUMNS, ChainLink::from_row)?;
        let hs_codes = tables.read_rows(HsCode::FILE, HsCode::COLUMNS, HsCode::from_row)?;
        let (file, columns) = (SourcePreference::FILE, SourcePreference::COLUMNS);
        let source_preferences = tables.read_rows(file, columns, SourcePreference::from_row)?;
        let coverage_gaps =
            tables.read_rows(CoverageGap::FILE, CoverageGap::COLUMNS, CoverageGap::from_row)?;
        let balances = BalanceTables::read(tables)?;
        let vocabulary = Self {
            version: tables.version().to_owned(),
            digest: tables.digest(),
            elements,
            substances,
            commodities: Index::read(tables)?,
            stages: Index::read(tables)?,
            forms: Index::read(tables)?,
            chain: chain.iter().map(|(_, row)| row.clone()).collect(),
            measures: Index::read(tables)?,
            units: Index::read(tables)?,
            countries: Index::read(tables)?,
            areas: Index::read(tables)?,
            hs_codes: hs_codes.iter().map(|(_, row)| row.clone()).collect(),
            notice_types: Index::read(tables)?,
            source_preferences: source_preferences.iter().map(|(_, row)| row.clone()).collect(),
            coverage_gaps: coverage_gaps.iter().map(|(_, row)| row.clone()).collect(),
            recipes: rows_of(&balances.recipes),
            contents: rows_of(&balances.contents),
            report_qualities: rows_of(&balances.qualities),
            assumptions: rows_of(&balances.assumptions),
            voices: rows_of(&balances.voices),
            end_uses: Index::read(tables)?,
            returns: rows_of(&balances.returns),
            alloys: rows_of(&balances.alloys),
            deposits: rows_of(&balances.deposits),
        };
        vocabulary.check(&chain, &hs_codes, &source_preferences, &coverage_gaps)?;
        vocabulary.check_balances(&balances)?;
        Ok(vocabulary)
    }

    /// The version of the tables.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The SHA-256 of the tables, as [`Tables::digest`]; it stands in the charter.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The digest as 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn digest_hex(&self) -> String {
        hex::encode(self.digest)
    }

    /// Every family, in the order of the table.
    pub fn families(&self) -> impl Iterator<Item = &Commodity> {
        self.commodities()
            .iter()
            .filter(|commodity| commodity.kind == CommodityKind::Family)
    }

    /// The commodities directly inside one: a family's elements, a basket's members; nothing inside an element.
    #[must_use]
    pub fn members(&self, commodity: &Commodity) -> Vec<&Commodity> {
        match commodity.kind {
            CommodityKind::Element => Vec::new(),
            CommodityKind::Basket => commodity
                .members
                .iter()
                .filter_map(|member| self.commodity(member))
                .collect(),
            CommodityKind::Family => {
                let inside = |other: &&Commodity| {
                    other.kind == CommodityKind::Element && other.family == commodity.commodity
                };
                self.commodities().iter().filter(inside).collect()
            }
        }
    }

    /// The chain of a family, in its order; empty for other commodities.
    pub fn chain<'v>(&'v self, family: &str) -> impl Iterator<Item = &'v ChainLink> + use<'v> {
        let mut links: Vec<_> = self.chain.iter().filter(|link| link.family == family).collect();
        links.sort_by_key(|link| link.order);
        links.into_iter()
    }

    /// Every link of every chain, in the order of the table.
    #[must_use]
    pub fn chain_links(&self) -> &[ChainLink] {
        &self.chain
    }

    /// The country or aggregate with this key.
    #[must_use]
    pub fn place(&self, key: &str) -> Option<Place<'_>> {
        let country = self.country(key).map(Place::Country);
        country.or_else(|| self.area(key).map(Place::Area))
    }

    /// The country or aggregate with this key.
    ///
    /// # Errors
    /// An unknown key; the error names the nearest of both tables, a country's first.
    pub fn require_place(&self, key: &str) -> Result<Place<'_>, VocabularyError> {
        self.place(key).ok_or_else(|| VocabularyError::UnknownKey {
            kind: "country or area",
            key: excerpt(key),
            table: "countries.csv, areas.csv",
            nearest: self.countries.nearest(key).or_else(|| self.areas.nearest(key)),
        })
    }

    /// The unit of factor 1 of a dimension: `kg` for a mass.
    ///
    /// # Errors
    /// A dimension that no unit measures.
    pub fn canonical_unit(&self, dimension: Dimension) -> Result<&Unit, VocabularyError> {
        let one = Some(rust_decimal::Decimal::ONE);
        let found = self
            .units()
            .iter()
            .find(|unit| unit.dimension == dimension && unit.factor == one);
        found.ok_or_else(|| VocabularyError::NoCanonicalUnit {
            dimension: dimension.key(),
        })
    }

    /// Every customs code, in the order of the table.
    #[must_use]
    pub fn hs_codes(&self) -> &[HsCode] {
        &self.hs_codes
    }

    /// The customs code of an edition, if it is in the table.
    #[must_use]
    pub fn hs_code(&self, hs: &str, edition: &str) -> Option<&HsCode> {
        self.hs_codes
            .iter()
            .find(|code| code.hs == hs && code.edition == edition)
    }

    /// The customs code of an edition.
    ///
    /// # Errors
    /// A code that is not in the table; the error names the first known code that shares its first four digits.
    pub fn require_hs_code(&self, hs: &str, edition: &str) -> Result<&HsCode, VocabularyError> {
        self.hs_code(hs, edition).ok_or_else(|| {
            let heading = hs.get(..4).unwrap_or(hs);
            let near = self
                .hs_codes
                .iter()
                .find(|code| code.edition == edition && code.hs.starts_with(heading));
            VocabularyError::UnknownKey {
                kind: "customs code",
                key: excerpt(&format!("{hs} ({edition})")),
                table: HsCode::FILE,
                nearest: near.map(|code| code.hs.clone()),
            }
        })
    }

    /// Every preference of rule R1, in the order of the table.
    #[must_use]
    pub fn source_preferences(&self) -> &[SourcePreference] {
        &self.source_preferences
    }

    /// Where a series leaves out a country that leads, so that what it lists is no world.
    #[must_use]
    pub fn coverage_gaps(&self) -> &[CoverageGap] {
        &self.coverage_gaps
    }

    /// Every recipe, in the order of the table.
    #[must_use]
    pub fn recipes(&self) -> &[Recipe] {
        &self.recipes
    }

    /// The recipe of a family's stage for an element; that for all elements where it has none of its own.
    #[must_use]
    pub fn recipe(&self, family: &str, stage: &str, commodity: &str) -> Option<&Recipe> {
        self.recipes
            .iter()
            .filter(|row| row.family == family && row.stage == stage)
            .filter(|row| row.commodity.as_deref().is_none_or(|only| only == commodity))
            .min_by_key(|row| row.commodity.is_none())
    }

    /// What is in a form that is weighed, if that is known.
    #[must_use]
    pub fn content(&self, family: &str, form: &str) -> Option<&Content> {
        self.contents
            .iter()
            .find(|row| row.family == family && row.form == form)
    }

    /// The deviation of a figure before the others are asked, and where it is known from.
    #[must_use]
    pub fn report_quality(&self, family: &str, measure: &str, basis: &str) -> Option<&ReportQuality> {
        ReportQuality::of(&self.report_qualities, family, measure, basis)
    }

    /// Who speaks through a series of publications: the series itself, unless the table says otherwise.
    #[must_use]
    pub fn voice<'s>(&'s self, series: &'s str) -> &'s str {
        let row = self.voices.iter().find(|row| row.series == series);
        row.map_or(series, |row| &row.voice)
    }

    /// What is assumed of a family where nobody reports.
    #[must_use]
    pub fn assumption(&self, assumed: Assumed, family: &str) -> Option<&Assumption> {
        Assumption::of(&self.assumptions, assumed, family)
    }

    /// How the goods of a family come back, if that is known.
    #[must_use]
    pub fn returns(&self, family: &str) -> Option<&Returns> {
        self.returns.iter().find(|row| row.family == family)
    }

    /// How much a deposit gives of what its country mines, if anybody says.
    #[must_use]
    pub fn deposit(&self, country: &str, deposit: &str) -> Option<&Deposit> {
        self.deposits
            .iter()
            .find(|row| row.country == country && row.deposit == deposit)
    }

    /// The use that stands for all that have no row of their own.
    #[must_use]
    pub fn rest_of_uses(&self) -> Option<&EndUse> {
        self.end_uses().iter().find(|row| row.rest)
    }

    /// The elements of an alloy made at a stage, in the order of the table; empty where no alloy is.
    pub fn alloy<'v>(&'v self, family: &'v str, stage: &'v str) -> impl Iterator<Item = &'v AlloyShare> {
        self.alloys
            .iter()
            .filter(move |row| row.family == family && row.stage == stage)
    }

    /// Rule R1: the series for a measure at a stage, the preferred first. The rows of that very stage come before
    /// those of any stage; a series is named once.
    #[must_use]
    pub fn preferred_series(&self, measure: &str, stage: Option<&str>) -> Vec<&str> {
        let ranked = |wanted: &str| {
            let rows = self.source_preferences.iter();
            let mut rows: Vec<_> = rows
                .filter(|row| row.measure == measure && row.stage == wanted)
                .collect();
            rows.sort_by_key(|row| row.rank);
            rows.into_iter().map(|row| row.series.as_str())
        };
        let mut named = HashSet::new();
        let of_stage = stage.into_iter().flat_map(ranked);
        of_stage
            .chain(ranked(ANY_STAGE))
            .filter(|series| named.insert(*series))
            .collect()
    }
}

fn rows_of<T: Clone>(rows: &[(u64, T)]) -> Vec<T> {
    rows.iter().map(|(_, row)| row.clone()).collect()
}

impl std::fmt::Debug for Vocabulary {
    /// Version and digest: the tables themselves would bury whatever is printed around them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Vocabulary");
        shown
            .field("version", &self.version)
            .field("digest", &self.digest_hex())
            .finish_non_exhaustive()
    }
}
