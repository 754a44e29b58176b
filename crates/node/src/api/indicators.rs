//! Questions about supply risk.

use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use super::cache::Question;
use super::query::{Ask, window_of};
use super::views::{self, IndicatorQuery};
use super::{ApiError, download, types};
use didymium_vocabulary::{Period, Vocabulary};

/// Most cells of a page.
pub(crate) const INDICATORS_LIMIT_MAX: u64 = 2_000;
/// Cells of a page if the question names no limit.
const LIMIT_DEFAULT: u64 = 500;
/// A commodity, and which of its indices.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct IndicatorsAsk {
    /// Commodity key; `rare_earths` if absent.
    #[param(example = "rare_earths")]
    commodity: Option<String>,
    /// Stage key; all if absent.
    stage: Option<String>,
    /// Importer: a country, `EU`, `CLUB`, or `all` for every one. If absent, the members, the Union and the club.
    area: Option<String>,
    /// Year; all if absent.
    #[param(example = "2022")]
    year: Option<String>,
    /// Quantities, separated by commas; all if absent.
    #[param(example = "geopolrisk,membership")]
    quantity: Option<String>,
    /// First cell, from 0.
    offset: Option<u64>,
    /// Most cells, 1 to 2000; 500 if absent.
    #[param(minimum = 1, maximum = 2000)]
    limit: Option<u64>,
    /// `csv` or `parquet`: a file of all that match, at most 100,000 rows, instead of JSON.
    #[param(example = "csv")]
    format: Option<String>,
}

impl IndicatorsAsk {
    fn query(&self, vocabulary: &Vocabulary) -> Result<IndicatorQuery, ApiError> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let names = given(&self.quantity).map(|text| text.split(',').map(str::to_owned).collect());
        let query = IndicatorQuery {
            commodity: given(&self.commodity).unwrap_or_else(|| "rare_earths".to_owned()),
            stage: given(&self.stage),
            area: given(&self.area),
            year: given(&self.year).map(|text| year(&text)).transpose()?,
            quantities: names.unwrap_or_default(),
        };
        query
            .check(vocabulary)
            .map_err(|(parameter, reason)| ApiError::query(parameter, reason))?;
        Ok(query)
    }
}

fn year(text: &str) -> Result<i16, ApiError> {
    text.parse::<Period>()
        .ok()
        .filter(|period| period.months() == 12)
        .map(Period::year)
        .ok_or_else(|| ApiError::query("year", "must be a year such as 2022"))
}

/// Indices of supply risk: concentration, European supply risk, GeoPolRisk, import reliance, cover, control, and what
/// membership is worth. Every cell has a value with a standard deviation, or the cause why it has none.
#[utoipa::path(get, path = "/api/v1/indicators", tag = "twin", params(IndicatorsAsk), responses((status = 200, body = types::Indicators), (status = 404, description = "No such commodity"), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn indicators(
    question: Question,
    Ask(ask): Ask<IndicatorsAsk>,
) -> Result<Response, ApiError> {
    let limit = ask.limit.unwrap_or(LIMIT_DEFAULT);
    let window = window_of(ask.offset, Some(limit), INDICATORS_LIMIT_MAX)?;
    let query = ask.query(question.node().vocabulary())?;
    if let Some(format) = download::asked(ask.format.as_ref())? {
        download::whole(ask.offset, ask.limit)?;
        return question
            .download(format, move |lens| download::indicators(lens, &query))
            .await;
    }
    question.answer(|lens| {
        views::indicators(lens, &query, window)
            .ok_or_else(|| ApiError::not_found("commodity", &query.commodity))
    })
}
