//! A place with processes.

use didymium_vocabulary::{Decimal, Dimension, Period, Vocabulary, VocabularyError};
use serde::{Deserialize, Serialize};

use super::basis::wire_enum;
use super::observation::{fits_commodity, fits_stage, mass_basis_of};
use super::{Basis, Source, text};
use crate::StatementError;

wire_enum! {
    /// What a site or a process is doing.
    SiteStatus("status") {
        /// It produces.
        Operating = "operating",
        /// It is being built.
        Construction = "construction",
        /// It is studied, permitted or financed.
        Development = "development",
        /// It is announced.
        Planned = "planned",
        /// It has stopped for a time.
        Suspended = "suspended",
        /// It has stopped and is kept ready.
        CareAndMaintenance = "care_and_maintenance",
        /// It has stopped for good.
        Closed = "closed",
        /// Nobody published it.
        Unknown = "unknown",
    }
}

wire_enum! {
    /// How near a point is to the place.
    PointPrecision("point_precision") {
        /// The plant or pit itself.
        Site = "site",
        /// The town.
        Town = "town",
        /// The district or county.
        District = "district",
        /// The region or province.
        Region = "region",
    }
}

/// The payload of a `site`: a place with one or more processes, each at a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Key, unique in the club; the end of the site's URI.
    pub site: String,
    /// Name.
    pub name: String,
    /// ISO 3166 alpha-3.
    pub country: String,
    /// Town or region; may be empty.
    pub place: String,
    /// Where it is, if published.
    pub point: Option<Point>,
    /// Operator; may be empty.
    pub operator: String,
    /// Owners, with their shares where published.
    pub owners: Vec<Owner>,
    /// Status of the site.
    pub status: SiteStatus,
    /// What is done there.
    pub processes: Vec<Process>,
    /// Where this is known from.
    pub source: Source,
}

/// A point, WGS 84, as decimal degrees in text so that it has one encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Degrees north, −90 to 90.
    #[schemars(with = "String")]
    pub lat: Decimal,
    /// Degrees east, −180 to 180.
    #[schemars(with = "String")]
    pub lon: Decimal,
    /// How near it is.
    pub precision: PointPrecision,
    /// Where the point is known from.
    pub source: String,
}

/// An owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// Name.
    pub name: String,
    /// Share in percent, where published.
    #[schemars(with = "Option<String>")]
    pub share: Option<Decimal>,
    /// What name and share rest on.
    pub basis: Basis,
}

/// What is done at a site: one commodity, at one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// Commodity.
    pub commodity: String,
    /// Stage.
    pub stage: String,
    /// Main product's form; may be empty.
    pub form: String,
    /// Nameplate capacity a year, where published.
    pub capacity: Option<Capacity>,
    /// Status of the process.
    pub status: SiteStatus,
    /// When it started or is to start; absent if not published.
    #[schemars(with = "Option<String>")]
    pub start: Option<Period>,
    /// What the description rests on.
    pub basis: Basis,
    /// What a reader must know.
    pub note: String,
}

/// A nameplate capacity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// The number, in `unit` a year.
    #[schemars(with = "String")]
    pub value: Decimal,
    /// A unit of mass.
    pub unit: String,
    /// `wet`, `dry` or `contained`.
    pub mass_basis: String,
    /// What a contained mass counts; empty otherwise.
    pub substance: String,
    /// The year it is about; absent if not published.
    #[schemars(with = "Option<String>")]
    pub period: Option<Period>,
}

impl Site {
    /// Parses and checks a payload.
    ///
    /// # Errors
    /// The first field that breaks a rule.
    pub fn parse(bytes: &[u8], vocabulary: &Vocabulary) -> Result<Self, StatementError> {
        let site: Self = text::from_json("site", bytes)?;
        site.check(vocabulary)?;
        Ok(site)
    }

    /// Checks every field.
    ///
    /// # Errors
    /// The first field that breaks a rule.
    pub fn check(&self, vocabulary: &Vocabulary) -> Result<(), StatementError> {
        text::key("site", &self.site)?;
        text::name("name", &self.name)?;
        vocabulary.require_country(&self.country).map_err(of("country"))?;
        text::optional("place", &self.place, 300)?;
        text::optional("operator", &self.operator, 300)?;
        text::list("owners", &self.owners)?;
        text::list("processes", &self.processes)?;
        self.source.check()?;
        if let Some(point) = &self.point {
            point.check()?;
        }
        self.check_owners()?;
        if self.processes.is_empty() {
            return Err(StatementError::field(
                "processes",
                "",
                "must name at least one: a site without a process makes nothing",
            ));
        }
        for (index, process) in self.processes.iter().enumerate() {
            process.check(vocabulary)?;
            if self.processes[..index]
                .iter()
                .any(|other| other.key() == process.key())
            {
                return Err(StatementError::field(
                    "processes",
                    &process.key().join("/"),
                    "stands twice at this site",
                ));
            }
        }
        Ok(())
    }

    fn check_owners(&self) -> Result<(), StatementError> {
        let mut total = Decimal::ZERO;
        for owner in &self.owners {
            text::name("owners", &owner.name)?;
            if let Some(share) = owner.share {
                if share.is_sign_negative() || share > Decimal::ONE_HUNDRED {
                    return Err(StatementError::field(
                        "owners",
                        &share.to_string(),
                        "is not a share between 0 and 100 percent",
                    ));
                }
                total += share;
            }
        }
        if total > Decimal::ONE_HUNDRED {
            return Err(StatementError::field(
                "owners",
                &total.to_string(),
                "is more than 100 percent in all",
            ));
        }
        Ok(())
    }
}

impl Point {
    fn check(&self) -> Result<(), StatementError> {
        let within = |value: Decimal, limit: i64| value.abs() <= Decimal::from(limit);
        if !within(self.lat, 90) {
            return Err(StatementError::field(
                "lat",
                &self.lat.to_string(),
                "is not between -90 and 90 degrees",
            ));
        }
        if !within(self.lon, 180) {
            return Err(StatementError::field(
                "lon",
                &self.lon.to_string(),
                "is not between -180 and 180 degrees",
            ));
        }
        text::name("point_source", &self.source)
    }
}

impl Process {
    /// What tells processes of one site apart: commodity, stage, form.
    pub fn key(&self) -> [&str; 3] {
        [&self.commodity, &self.stage, &self.form]
    }

    fn check(&self, vocabulary: &Vocabulary) -> Result<(), StatementError> {
        vocabulary
            .require_commodity(&self.commodity)
            .map_err(of("commodity"))?;
        vocabulary.require_stage(&self.stage).map_err(of("stage"))?;
        if !self.form.is_empty() {
            vocabulary.require_form(&self.form).map_err(of("form"))?;
        }
        let substance = self.capacity.as_ref().map_or("", |capacity| &capacity.substance);
        fits_commodity(&self.commodity, &self.stage, substance, vocabulary)?;
        fits_stage(&self.commodity, &self.stage, &self.form, vocabulary)?;
        text::free("note", &self.note)?;
        let Some(capacity) = &self.capacity else {
            return Ok(());
        };
        let unit = vocabulary
            .require_unit(&capacity.unit)
            .map_err(of("capacity_unit"))?;
        if unit.dimension != Dimension::Mass {
            return Err(StatementError::field(
                "capacity_unit",
                &capacity.unit,
                "is not a unit of mass",
            ));
        }
        if capacity.value.is_sign_negative() {
            return Err(StatementError::field(
                "capacity",
                &capacity.value.to_string(),
                "is negative, and a capacity cannot be",
            ));
        }
        if !capacity.substance.is_empty() {
            vocabulary
                .require_substance(&capacity.substance)
                .map_err(of("substance"))?;
        }
        mass_basis_of(&capacity.mass_basis, &capacity.substance, unit.dimension).map(drop)
    }
}

fn of(field: &'static str) -> impl FnOnce(VocabularyError) -> StatementError {
    move |source| StatementError::Vocabulary { field, source }
}
