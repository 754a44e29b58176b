//! One published figure.

use didymium_vocabulary::{
    Area, Decimal, Dimension, MassBasis, Partner, Period, Vocabulary, VocabularyError,
};

use super::text;
use super::{Basis, Qualifier};
use crate::StatementError;

/// Largest value in the unit of its row. World trade of everything is 3·10¹³ dollars a year; up to this, any sum of what a
/// node can hold is exact.
const VALUE_MAX: Decimal = Decimal::from_parts(2_764_472_320, 232_830, 0, false, 0);

/// The columns of an observation, in the order that [`Observation::parse`] takes its cells.
pub const OBSERVATION_COLUMNS: [&str; 15] = [
    "measure",
    "commodity",
    "stage",
    "form",
    "substance",
    "mass_basis",
    "area",
    "partner",
    "subject",
    "period",
    "value",
    "qualifier",
    "unit",
    "basis",
    "note",
];

/// One figure as its source gave it, every key known to the vocabulary. Text is borrowed from the table it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation<'a> {
    /// What is measured.
    pub measure: &'a str,
    /// Commodity; empty where the measure has none.
    pub commodity: &'a str,
    /// Stage; empty where the measure has none.
    pub stage: &'a str,
    /// The material counted; empty where the measure has none.
    pub form: &'a str,
    /// What a contained mass counts; empty otherwise.
    pub substance: &'a str,
    /// Basis of a mass; absent if the unit is not one.
    pub mass_basis: Option<MassBasis>,
    /// Country or aggregate.
    pub area: &'a str,
    /// Importer of a trade flow; empty otherwise.
    pub partner: &'a str,
    /// What else tells figures of the same key apart.
    pub subject: &'a str,
    /// The period it is about.
    pub period: Period,
    /// The number, in `unit`.
    pub value: Decimal,
    /// How the number is to be read.
    pub qualifier: Qualifier,
    /// The unit the source used.
    pub unit: &'a str,
    /// What it rests on.
    pub basis: Basis,
    /// What a reader must know.
    pub note: &'a str,
}

impl<'a> Observation<'a> {
    /// Nobody can have observed what lies after the year in which it was published; what is expected is `projected`.
    ///
    /// # Errors
    /// [`StatementError::Field`] for the period.
    pub fn require_known_by(&self, published: jiff::civil::Date) -> Result<(), StatementError> {
        if self.basis == Basis::Projected || self.period.year() <= published.year() {
            return Ok(());
        }
        Err(StatementError::field(
            "period",
            &self.period.to_string(),
            format!("lies after the publication of {published}: what is expected has the basis `projected`"),
        ))
    }

    /// Parses the cells of one row, in the order of [`OBSERVATION_COLUMNS`].
    ///
    /// # Errors
    /// The first cell that breaks a rule, with its column, its value and what would be right.
    pub fn parse(cells: &[&'a str; 15], vocabulary: &Vocabulary) -> Result<Self, StatementError> {
        let [
            measure,
            commodity,
            stage,
            form,
            substance,
            mass_basis,
            area,
            partner,
            subject,
            period,
            value,
            qualifier,
            unit,
            basis,
            note,
        ] = *cells;
        let known = vocabulary.require_measure(measure).map_err(of("measure"))?;
        required_if(known.needs_commodity, "commodity", commodity, measure)?;
        required_if(known.needs_stage, "stage", stage, measure)?;
        required_if(known.needs_stage, "form", form, measure)?;
        lookup(commodity, "commodity", |key| {
            vocabulary.require_commodity(key).map(drop)
        })?;
        lookup(stage, "stage", |key| vocabulary.require_stage(key).map(drop))?;
        lookup(form, "form", |key| vocabulary.require_form(key).map(drop))?;
        lookup(substance, "substance", |key| {
            vocabulary.require_substance(key).map(drop)
        })?;
        vocabulary.require_place(area).map_err(of("area"))?;
        lookup(partner, "partner", |key| vocabulary.require_place(key).map(drop))?;
        let unit_known = vocabulary.require_unit(unit).map_err(of("unit"))?;
        if unit_known.dimension != known.dimension {
            let wants = known.dimension;
            return Err(StatementError::field(
                "unit",
                unit,
                format!("is not a unit of {wants}, which `{measure}` is measured in"),
            ));
        }
        let period = period.parse::<Period>().map_err(of("period"))?;
        let value = didymium_vocabulary::parse_decimal(value).map_err(of("value"))?;
        if known.non_negative && value.is_sign_negative() && !value.is_zero() {
            return Err(StatementError::field(
                "value",
                &value.to_string(),
                format!("is negative, and `{measure}` cannot be"),
            ));
        }
        if value.abs() > VALUE_MAX {
            let reason = format!(
                "is above {VALUE_MAX} {unit}: no figure of this world is, and sums of such would not be exact"
            );
            return Err(StatementError::field("value", &value.to_string(), reason));
        }
        if unit_known.dimension == Dimension::Share && value.abs() > Decimal::ONE_HUNDRED {
            return Err(StatementError::field(
                "value",
                &value.to_string(),
                "is a share of more than 100 percent",
            ));
        }
        if !partner.is_empty() && known.partner == Partner::None {
            let reason = format!("must be empty: only flows have a partner, `{measure}` has none");
            return Err(StatementError::field("partner", partner, reason));
        }
        if known.partner == Partner::Required || !partner.is_empty() {
            end_of_flow("area", area, measure, vocabulary)?;
            end_of_flow("partner", partner, measure, vocabulary)?;
        }
        // Demand has stages of its own (end uses), beyond the chain of making.
        let made_at = if known.needs_stage { stage } else { "" };
        fits_commodity(commodity, made_at, substance, vocabulary)?;
        fits_stage(commodity, stage, form, vocabulary)?;
        text::optional("subject", subject, 300)?;
        text::optional("note", note, 500)?;
        Ok(Self {
            measure,
            commodity,
            stage,
            form,
            substance,
            mass_basis: mass_basis_of(mass_basis, substance, unit_known.dimension)?,
            area,
            partner,
            subject,
            period,
            value,
            qualifier: Qualifier::parse(qualifier)?,
            unit,
            basis: Basis::parse(basis)?,
            note,
        })
    }
}

/// The stage stands in the chain of the commodity's family, and the substance is one of that family.
pub(super) fn fits_commodity(
    commodity: &str,
    stage: &str,
    substance: &str,
    vocabulary: &Vocabulary,
) -> Result<(), StatementError> {
    let Some(family) = vocabulary.commodity(commodity).map(|known| known.family.as_str()) else {
        return Ok(());
    };
    if !stage.is_empty() && !vocabulary.chain(family).any(|link| link.stage == stage) {
        return Err(StatementError::field(
            "stage",
            stage,
            format!("is not a stage of the chain of `{family}`"),
        ));
    }
    let counted = vocabulary
        .substance(substance)
        .and_then(|known| known.commodity.as_deref());
    let of_family = counted
        .and_then(|counted| vocabulary.commodity(counted))
        .map(|known| known.family.as_str());
    if of_family.is_some_and(|other| other != family) {
        return Err(StatementError::field(
            "substance",
            substance,
            format!("is not a substance of `{family}`"),
        ));
    }
    Ok(())
}

/// The form belongs to the stage it is counted at: `ore` is not what a magnet plant makes.
pub(super) fn fits_stage(
    commodity: &str,
    stage: &str,
    form: &str,
    vocabulary: &Vocabulary,
) -> Result<(), StatementError> {
    match vocabulary.commodity(commodity) {
        Some(known) if !stage.is_empty() && !form.is_empty() => vocabulary
            .require_form_at(&known.family, stage, form)
            .map_err(of("form")),
        _ => Ok(()),
    }
}

fn of(field: &'static str) -> impl FnOnce(VocabularyError) -> StatementError {
    move |source| StatementError::Vocabulary { field, source }
}

fn lookup(
    key: &str,
    field: &'static str,
    find: impl FnOnce(&str) -> Result<(), VocabularyError>,
) -> Result<(), StatementError> {
    if key.is_empty() {
        Ok(())
    } else {
        find(key).map_err(of(field))
    }
}

fn required_if(needed: bool, field: &'static str, value: &str, measure: &str) -> Result<(), StatementError> {
    if needed && value.is_empty() {
        return Err(StatementError::field(
            field,
            value,
            format!("must not be empty: `{measure}` needs one"),
        ));
    }
    Ok(())
}

/// A mass says its basis; a contained mass says of what; nothing else has either.
pub(crate) fn mass_basis_of(
    basis: &str,
    substance: &str,
    dimension: Dimension,
) -> Result<Option<MassBasis>, StatementError> {
    match (dimension, basis) {
        (Dimension::Mass, "") => Err(StatementError::field(
            "mass_basis",
            basis,
            "must be wet, dry or contained: the unit is a mass",
        )),
        (Dimension::Mass, text) => {
            let parsed = text.parse::<MassBasis>().map_err(of("mass_basis"))?;
            match (parsed, substance.is_empty()) {
                (MassBasis::Contained, true) => Err(StatementError::field(
                    "substance",
                    substance,
                    "must not be empty: a contained mass says of what",
                )),
                (MassBasis::Wet | MassBasis::Dry, false) => Err(StatementError::field(
                    "substance",
                    substance,
                    "must be empty unless the mass basis is contained",
                )),
                _ => Ok(Some(parsed)),
            }
        }
        (_, "") => Ok(None),
        (_, text) => Err(StatementError::field(
            "mass_basis",
            text,
            "must be empty: the unit is not a mass",
        )),
    }
}

/// A flow has two ends, each a country or what the source does not list by name: the world's total, or a union beside
/// its members, would be counted twice.
fn end_of_flow(
    field: &'static str,
    end: &str,
    measure: &str,
    vocabulary: &Vocabulary,
) -> Result<(), StatementError> {
    if end.is_empty() {
        let reason =
            format!("is empty: `{measure}` is a flow and names both ends; `OTH` for those not named");
        return Err(StatementError::field(field, end, reason));
    }
    if vocabulary.area(end).is_some_and(Area::speaks_for_countries) {
        let reason = format!("is a sum over countries: give the flows of `{measure}` themselves");
        return Err(StatementError::field(field, end, reason));
    }
    Ok(())
}
