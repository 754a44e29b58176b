//! Questions about supply risk.

use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use super::ApiError;
use super::cache::Question;
use super::query::{Ask, window_of};
use super::types;
use super::views::{self, IndicatorQuery};
use didymium_vocabulary::{Period, Vocabulary};

/// Most cells of a page.
pub(crate) const INDICATORS_LIMIT_MAX: u64 = 2_000;
/// Cells of a page if the question names no limit.
const LIMIT_DEFAULT: u64 = 500;
/// Most quantities that one question names.
const QUANTITIES_MAX: usize = 16;

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
    /// Importer: a country, `EU`, or `CLUB`. If absent, the members, the Union and the club; where `year` is given, every
    /// importer.
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
}

impl IndicatorsAsk {
    fn query(&self, vocabulary: &Vocabulary) -> Result<IndicatorQuery, ApiError> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let stage = given(&self.stage);
        if let Some(stage) = &stage {
            vocabulary
                .require_stage(stage)
                .map_err(|error| ApiError::query("stage", error.to_string()))?;
        }
        let area = given(&self.area);
        if let Some(area) = area.as_ref().filter(|area| *area != didymium_twin::CLUB) {
            vocabulary
                .require_place(area)
                .map_err(|error| ApiError::query("area", error.to_string()))?;
        }
        let year = given(&self.year).map(|text| year(&text)).transpose()?;
        let names: Vec<String> = given(&self.quantity)
            .map(|text| text.split(',').map(str::to_owned).collect())
            .unwrap_or_default();
        let known = |name: &String| {
            let mut formulas = didymium_twin::risk::FORMULAS.iter();
            formulas.any(|formula| formula.quantity.as_str() == name)
        };
        if names.len() > QUANTITIES_MAX || !names.iter().all(known) {
            let all: Vec<&str> = didymium_twin::risk::FORMULAS
                .iter()
                .map(|formula| formula.quantity.as_str())
                .collect();
            let reason = format!("must be one or more of {}, separated by commas", all.join(", "));
            return Err(ApiError::query("quantity", reason));
        }
        Ok(IndicatorQuery {
            commodity: given(&self.commodity).unwrap_or_else(|| "rare_earths".to_owned()),
            stage,
            area,
            year,
            quantities: names,
        })
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
    question.answer(|lens| {
        views::indicators(lens, &query, window)
            .ok_or_else(|| ApiError::not_found("commodity", &query.commodity))
    })
}
