//! Questions, parsed strictly: an unknown parameter, a number out of range or a malformed period is told, not guessed.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use didymium_vocabulary::{Period, Vocabulary, VocabularyError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::ApiError;
use super::times::TimesTaken;
use super::views::{NoticeFilter, ObservationFilter, SeriesQuery, SiteFilter};
use super::wrong_query;

/// Items of a page if the question names no limit.
const LIMIT_DEFAULT: u64 = 100;
/// Most items of a page.
pub(crate) const LIMIT_MAX: u64 = 500;
/// Most observations of a page: each is several times as long as an item of another list.
pub(crate) const OBSERVATIONS_LIMIT_MAX: u64 = 200;
/// Largest offset of a page: more than any list has.
pub(crate) const OFFSET_MAX: u64 = 1 << 40;

/// A question's parameters.
pub(crate) struct Ask<T>(pub(crate) T);

impl<T: DeserializeOwned + IntoParams, S: Send + Sync> FromRequestParts<S> for Ask<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        wrong_query::check_length(&parts.uri)?;
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(ask)| Self(ask))
            .map_err(|_| {
                let timed = parts.extensions.get::<TimesTaken>().is_some();
                wrong_query::explain::<T>(&parts.uri, timed)
            })
    }
}

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageAsk {
    /// First item, from 0.
    pub(crate) offset: Option<u64>,
    /// Most items, 1 to 500; 100 if absent.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<u64>,
}

/// Which part of a list, or a file of all.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListAsk {
    /// First item, from 0.
    pub(crate) offset: Option<u64>,
    /// Most items, 1 to 500; 100 if absent.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<u64>,
    /// `csv` or `parquet`: a file of the whole list instead of JSON.
    #[param(example = "csv")]
    pub(crate) format: Option<String>,
}

/// Offset and limit within bounds: at most `most` items.
pub(crate) fn window_of(
    offset: Option<u64>,
    limit: Option<u64>,
    most: u64,
) -> Result<(usize, usize), ApiError> {
    let limit = limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=most).contains(&limit) {
        return Err(ApiError::query(
            "limit",
            format!("must be a whole number from 1 to {most}, not `{limit}`"),
        ));
    }
    let place = |value: u64, name| {
        usize::try_from(value)
            .ok()
            .filter(|_| value <= OFFSET_MAX)
            .ok_or_else(|| {
                ApiError::query(
                    name,
                    format!("must be a whole number from 0 to {OFFSET_MAX}, not `{value}`"),
                )
            })
    };
    Ok((place(offset.unwrap_or(0), "offset")?, place(limit, "limit")?))
}

/// Offset and limit within the bounds of most lists.
pub(crate) fn window(offset: Option<u64>, limit: Option<u64>) -> Result<(usize, usize), ApiError> {
    window_of(offset, limit, LIMIT_MAX)
}

/// A period, if one is asked for.
pub(crate) fn period(text: Option<&String>) -> Result<Option<Period>, ApiError> {
    text.filter(|text| !text.is_empty())
        .map(|text| {
            text.parse()
                .map_err(|error: didymium_vocabulary::VocabularyError| {
                    ApiError::query("period", error.to_string())
                })
        })
        .transpose()
}

/// No parameters but those that every question about the twin takes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct NothingAsk {}

/// In which form.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormatAsk {
    /// `csv` or `parquet`: a file of the figures instead of JSON.
    #[param(example = "csv")]
    pub(crate) format: Option<String>,
}

/// A commodity.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommodityAsk {
    /// Commodity key; `rare_earths` if absent.
    #[param(example = "rare_earths")]
    pub(crate) commodity: Option<String>,
    /// `csv` or `parquet`: a file of every figure instead of JSON.
    #[param(example = "csv")]
    pub(crate) format: Option<String>,
}

impl CommodityAsk {
    pub(crate) fn commodity(&self) -> &str {
        self.commodity.as_deref().unwrap_or("rare_earths")
    }
}

/// A commodity, and which part of the lines that are told of it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinesAsk {
    /// Commodity key; `rare_earths` if absent.
    #[param(example = "rare_earths")]
    commodity: Option<String>,
    /// Lines to leave out from the start.
    pub(crate) offset: Option<u64>,
    /// Lines at most; 500, which is also the most, if absent.
    #[param(maximum = 500)]
    pub(crate) limit: Option<u64>,
    /// `csv` or `parquet`: a file of all lines, at most 100,000 rows, instead of JSON.
    #[param(example = "csv")]
    pub(crate) format: Option<String>,
}

impl LinesAsk {
    pub(crate) fn commodity(&self) -> &str {
        self.commodity.as_deref().unwrap_or("rare_earths")
    }

    /// Offset and limit, within bounds.
    pub(crate) fn window(&self) -> Result<(usize, usize), ApiError> {
        window(self.offset, Some(self.limit.unwrap_or(LIMIT_MAX)))
    }
}

/// A commodity and a stage of its chain.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct StageAsk {
    /// Commodity key; `rare_earths` if absent.
    pub(crate) commodity: Option<String>,
    /// Stage key.
    #[param(example = "mine")]
    pub(crate) stage: String,
    /// `csv` or `parquet`: a file instead of JSON.
    #[param(example = "csv")]
    pub(crate) format: Option<String>,
}

/// A commodity and a year.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct FlowAsk {
    /// Commodity key; `rare_earths` if absent.
    pub(crate) commodity: Option<String>,
    /// A period such as `2022`; the latest if absent.
    pub(crate) period: Option<String>,
    /// `csv` or `parquet`: a file of every link instead of JSON.
    #[param(example = "csv")]
    pub(crate) format: Option<String>,
}

/// A figure's address.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct FigureAsk {
    /// The `figure` field of an answer.
    pub(crate) figure: String,
    /// `csv` or `parquet`: a file of everything that the figure rests on instead of JSON.
    #[param(example = "csv")]
    pub(crate) format: Option<String>,
}

/// A series, a period or a place in it. An absent field matches any.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeriesAsk {
    /// Measure key.
    pub(crate) measure: Option<String>,
    /// Commodity key.
    pub(crate) commodity: Option<String>,
    /// Stage key.
    pub(crate) stage: Option<String>,
    /// Form key.
    pub(crate) form: Option<String>,
    /// Substance key.
    pub(crate) substance: Option<String>,
    /// `wet`, `dry` or `contained`.
    pub(crate) mass_basis: Option<String>,
    /// Subject.
    pub(crate) subject: Option<String>,
    /// Area.
    pub(crate) area: Option<String>,
    /// Importer, for trade.
    pub(crate) partner: Option<String>,
    /// Period.
    pub(crate) period: Option<String>,
    /// Source edition.
    pub(crate) source: Option<String>,
    /// `true`: only figures that the rule chose; `false`: only the others.
    pub(crate) chosen: Option<bool>,
    /// First item, from 0.
    pub(crate) offset: Option<u64>,
    /// Most items, 1 to 200; 100 if absent.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u64>,
    /// `csv` or `parquet`: a file of all that match, at most 100,000 rows, instead of JSON.
    #[param(example = "csv")]
    pub(crate) format: Option<String>,
}

impl SeriesAsk {
    pub(crate) fn series(&self) -> SeriesQuery {
        SeriesQuery {
            measure: self.measure.clone(),
            commodity: self.commodity.clone(),
            stage: self.stage.clone(),
            form: self.form.clone(),
            substance: self.substance.clone(),
            mass_basis: self.mass_basis.clone(),
            subject: self.subject.clone(),
        }
    }

    /// The series, if the question says at least what is measured: without it many series match, of different kinds.
    pub(crate) fn one_series(&self) -> Result<SeriesQuery, ApiError> {
        if self.measure.as_ref().is_none_or(String::is_empty) {
            return Err(ApiError::query(
                "measure",
                "must be named, such as `measure=production`",
            ));
        }
        Ok(self.series())
    }

    pub(crate) fn filter(&self, vocabulary: &Vocabulary) -> Result<ObservationFilter, ApiError> {
        known_commodity(&self.commodity, vocabulary)?;
        known(&self.measure, "measure", |key| {
            vocabulary.require_measure(key).map(drop)
        })?;
        known(&self.stage, "stage", |key| {
            vocabulary.require_stage(key).map(drop)
        })?;
        known(&self.area, "area", |key| vocabulary.require_place(key).map(drop))?;
        known(&self.partner, "partner", |key| {
            vocabulary.require_place(key).map(drop)
        })?;
        Ok(ObservationFilter {
            area: self.area.clone(),
            partner: self.partner.clone(),
            period: period(self.period.as_ref())?,
            source: self.source.clone(),
            chosen: self.chosen,
        })
    }
}

/// Sites.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct SitesAsk {
    /// Commodity or family.
    commodity: Option<String>,
    /// Stage of a process.
    stage: Option<String>,
    /// Status of a process at that stage, or of the site.
    status: Option<String>,
    /// Country.
    country: Option<String>,
    /// Part of name, operator or place.
    text: Option<String>,
    /// First item, from 0.
    pub(crate) offset: Option<u64>,
    /// Most items, 1 to 500; 100 if absent.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<u64>,
    /// `csv` or `parquet`: a file of all that match, at most 100,000 rows, instead of JSON.
    #[param(example = "csv")]
    pub(crate) format: Option<String>,
}

impl SitesAsk {
    pub(crate) fn filter(&self, vocabulary: &Vocabulary) -> Result<SiteFilter, ApiError> {
        let filter = SiteFilter {
            commodity: some(&self.commodity),
            stage: some(&self.stage),
            status: some(&self.status),
            country: some(&self.country),
            text: some(&self.text),
        };
        filter
            .check(vocabulary)
            .map_err(|(parameter, reason)| ApiError::query(parameter, reason))?;
        Ok(filter)
    }
}

/// Notices.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoticesAsk {
    /// Commodity or family.
    commodity: Option<String>,
    /// Country that acts or is affected.
    country: Option<String>,
    /// Type key.
    #[serde(rename = "type")]
    notice_type: Option<String>,
    /// First item, from 0.
    pub(crate) offset: Option<u64>,
    /// Most items, 1 to 500; 100 if absent.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<u64>,
    /// `csv` or `parquet`: a file of all that match, at most 100,000 rows, instead of JSON.
    #[param(example = "csv")]
    pub(crate) format: Option<String>,
}

impl NoticesAsk {
    pub(crate) fn filter(&self, vocabulary: &Vocabulary) -> Result<NoticeFilter, ApiError> {
        known_commodity(&self.commodity, vocabulary)?;
        known(&self.country, "country", |key| {
            vocabulary.require_place(key).map(drop)
        })?;
        known(&self.notice_type, "type", |key| {
            vocabulary.require_notice_type(key).map(drop)
        })?;
        Ok(NoticeFilter {
            commodity: some(&self.commodity),
            country: some(&self.country),
            notice_type: some(&self.notice_type),
        })
    }
}

/// Statements.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatementsAsk {
    /// Member whose log is read; all, by member code, if absent.
    pub(crate) member: Option<String>,
    /// First item, from 0.
    pub(crate) offset: Option<u64>,
    /// Most items, 1 to 500; 100 if absent.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<u64>,
    /// `csv` or `parquet`: a file of all that match, at most 100,000 rows, instead of JSON.
    #[param(example = "csv")]
    pub(crate) format: Option<String>,
}

/// A key that is asked for must be one of the vocabulary: nothing is found under a name that does not exist.
fn known(
    asked: &Option<String>,
    parameter: &'static str,
    find: impl FnOnce(&str) -> Result<(), VocabularyError>,
) -> Result<(), ApiError> {
    match some(asked) {
        Some(key) => find(&key).map_err(|error| ApiError::query(parameter, error.to_string())),
        None => Ok(()),
    }
}

fn known_commodity(asked: &Option<String>, vocabulary: &Vocabulary) -> Result<(), ApiError> {
    known(asked, "commodity", |key| {
        vocabulary.require_commodity(key).map(drop)
    })
}

fn some(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.is_empty())
}
