//! How figures changed.

use serde::Deserialize;
use utoipa::IntoParams;

use axum::response::Response;
use didymium_vocabulary::Vocabulary;

use super::cache::Question;
use super::query::{Ask, LIMIT_MAX, period, window};
use super::views::{SeriesQuery, VintagesQuery};
use super::{ApiError, download, handlers, types, views};

/// A line of a series. An absent field of the series matches any.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct VintagesAsk {
    /// Measure key.
    #[param(example = "production")]
    measure: String,
    /// Commodity key.
    commodity: Option<String>,
    /// Stage key.
    stage: Option<String>,
    /// Form key.
    form: Option<String>,
    /// Substance key.
    substance: Option<String>,
    /// `wet`, `dry` or `contained`.
    mass_basis: Option<String>,
    /// Subject.
    subject: Option<String>,
    /// Area: a country, or an aggregate such as `WLD`.
    #[param(example = "CHN")]
    area: String,
    /// Importer, for trade; flows are summed over importers if absent.
    partner: Option<String>,
    /// One period; all if absent.
    period: Option<String>,
    /// Periods to leave out from the start, the oldest first.
    offset: Option<u64>,
    /// Most periods; 500, which is also the most, if absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u64>,
    /// `csv` or `parquet`: a file of all that match, at most 100,000 rows, instead of JSON.
    #[param(example = "csv")]
    pub(crate) format: Option<String>,
}

/// A commodity, which part of the list of its series, or a file of all.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct VintageSeriesAsk {
    /// Commodity key; `rare_earths` if absent.
    #[param(example = "rare_earths")]
    commodity: Option<String>,
    /// Series to leave out from the start.
    offset: Option<u64>,
    /// Most series; 500, which is also the most, if absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u64>,
    /// `csv` or `parquet`: a file of all series instead of JSON.
    #[param(example = "csv")]
    format: Option<String>,
}

impl VintagesAsk {
    fn query(&self, vocabulary: &Vocabulary) -> Result<VintagesQuery, ApiError> {
        let (offset, limit) = window(self.offset, Some(self.limit.unwrap_or(LIMIT_MAX)))?;
        let wrong = |parameter| {
            move |error: didymium_vocabulary::VocabularyError| ApiError::query(parameter, error.to_string())
        };
        vocabulary
            .require_measure(&self.measure)
            .map_err(wrong("measure"))?;
        vocabulary.require_place(&self.area).map_err(wrong("area"))?;
        let partner = self.partner.clone().unwrap_or_default();
        if !partner.is_empty() {
            vocabulary.require_place(&partner).map_err(wrong("partner"))?;
        }
        Ok(VintagesQuery {
            series: SeriesQuery {
                measure: Some(self.measure.clone()),
                commodity: self.commodity.clone(),
                stage: self.stage.clone(),
                form: self.form.clone(),
                substance: self.substance.clone(),
                mass_basis: self.mass_basis.clone(),
                subject: self.subject.clone(),
            },
            area: self.area.clone(),
            partner,
            period: period(self.period.as_ref())?,
            offset,
            limit,
        })
    }
}

/// How the figures of a line changed: one revision triangle a publication, and what was said and taken back.
#[utoipa::path(get, path = "/api/v1/vintages", tag = "twin", params(VintagesAsk), responses((status = 200, body = types::Vintages), (status = 404, description = "Nobody ever gave such a figure"), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn vintages(question: Question, Ask(ask): Ask<VintagesAsk>) -> Result<Response, ApiError> {
    let query = ask.query(question.node().vocabulary())?;
    if let Some(format) = download::asked(ask.format.as_ref())? {
        download::whole(ask.offset, ask.limit)?;
        return question
            .download(format, move |lens| download::vintages(lens, &query))
            .await;
    }
    question.answer(|lens| views::vintages(lens, &query).ok_or(ApiError::Nothing))
}

/// Series of a commodity of which vintages can be asked, those that were revised most first.
#[utoipa::path(get, path = "/api/v1/vintages/series", tag = "twin", params(VintageSeriesAsk), responses((status = 200, body = types::Page<types::VintageSeries>), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn vintage_series(
    question: Question,
    Ask(ask): Ask<VintageSeriesAsk>,
) -> Result<Response, ApiError> {
    let window = window(ask.offset, Some(ask.limit.unwrap_or(LIMIT_MAX)))?;
    let commodity = ask.commodity.unwrap_or_else(|| "rare_earths".to_owned());
    if let Some(format) = download::asked(ask.format.as_ref())? {
        download::whole(ask.offset, ask.limit)?;
        return question
            .download(format, move |lens| Ok(download::vintage_series(lens, &commodity)))
            .await;
    }
    question.answer(|lens| {
        let all = views::vintage_series(lens, &commodity);
        Ok(handlers::page(&all, Clone::clone, window))
    })
}
