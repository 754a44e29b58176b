//! Questions about the reconciled balance of a chain.

use axum::response::Response;
use didymium_twin::balance::{Instead, Line, Spot};
use serde::Deserialize;
use utoipa::IntoParams;

use super::balances::{Served, Stale, Which};
use super::cache::Question;
use super::download::{DrawsQuery, EstimatesQuery};
use super::query::{Ask, period, window, window_of};
use super::views::{self, BalanceLens, Lens};
use super::{ApiError, download, types};
use crate::blocking::blocking;

type Answer = Result<Response, ApiError>;

/// A family, what of it, where and when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReconciledAsk {
    /// Family key; `rare_earths` if absent.
    #[param(example = "rare_earths")]
    commodity: Option<String>,
    /// Commodity key of what is followed: the family (if absent) or one of its elements.
    #[param(example = "neodymium")]
    layer: Option<String>,
    /// `WLD` (if absent), a country, or a site such as `CHN/bayan-obo`.
    place: Option<String>,
    /// A year or a month; the latest year of which reports tell, if absent.
    #[param(example = "2022")]
    period: Option<String>,
    /// Whether reports that do not fit count less, so that a few false ones bend the balance less (Huber); else all count in full.
    robust: Option<bool>,
    /// `csv` or `parquet`: a file of every estimate instead of JSON: of the layer, of the place and what is a part of it, and of the period
    /// that are named; of all where none is named.
    #[param(example = "csv")]
    format: Option<String>,
}

/// A line over time.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineAsk {
    /// Family key; `rare_earths` if absent.
    commodity: Option<String>,
    /// Commodity key of what is followed; the family if absent.
    layer: Option<String>,
    /// `WLD` (if absent), a country or a site.
    place: Option<String>,
    /// Stage key.
    #[param(example = "mine")]
    stage: String,
    /// `produced` (if absent), `consumed`, `in`, `out`, `lost`, `stock_change`, `opening` or `closing`.
    line: Option<String>,
    /// Whether reports that do not fit count less.
    robust: Option<bool>,
    /// `csv` or `parquet`: a file of the line instead of JSON.
    #[param(example = "csv")]
    format: Option<String>,
}

/// An estimate.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct EstimateAsk {
    /// The `figure` field of an estimate; `robust` in place of `estimate` at its begin names that of the robust balance.
    #[param(example = "estimate|rare_earths|rare_earths|mine|WLD|2022|produced")]
    pub(crate) figure: String,
    /// First report or assumption, from 0, the heaviest first.
    offset: Option<u64>,
    /// Most of them, 1 to 2,000; 60 if absent.
    #[param(minimum = 1, maximum = 2000)]
    limit: Option<u64>,
    /// `csv` or `parquet`: a file of every report and assumption instead of JSON.
    #[param(example = "csv")]
    format: Option<String>,
}

/// Most reports and assumptions of an estimate in one answer, and how many if nobody says.
const WEIGHTS_MAX: u64 = 2_000;
const WEIGHTS: u64 = 60;

/// Draws of one line of a stage in one period.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct DrawsAsk {
    /// Family key; `rare_earths` if absent.
    commodity: Option<String>,
    /// Commodity key of what is followed; the family if absent.
    layer: Option<String>,
    /// Stage key.
    #[param(example = "mine")]
    stage: String,
    /// `produced` (if absent), `consumed`, `in`, `out`, `lost`, `stock_change`, `opening` or `closing`.
    line: Option<String>,
    /// A year, or a month that somebody tells.
    #[param(example = "2022")]
    period: String,
    /// Whether reports that do not fit count less.
    robust: Option<bool>,
    /// How many draws, 1 to 1,000; 200 if absent.
    #[param(minimum = 1, maximum = 1000)]
    count: Option<u16>,
    /// Another whole number, up to 1,099,511,627,776, gives other draws; 0 if absent. The same state and seed give the same.
    #[param(minimum = 0, maximum = 1_099_511_627_776_u64)]
    seed: Option<u64>,
    /// `csv` (if absent) or `parquet`.
    #[param(example = "csv")]
    format: Option<String>,
}

/// A family, and which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContradictionsAsk {
    /// Family key; `rare_earths` if absent.
    commodity: Option<String>,
    /// First report, from 0.
    offset: Option<u64>,
    /// Most reports, 1 to 500; 100 if absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u64>,
    /// `csv` or `parquet`: a file of every report, of those that nobody checks and of the figures that could not be used too,
    /// instead of JSON.
    #[param(example = "csv")]
    format: Option<String>,
}

/// A report, and what it is taken to say.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhatIfAsk {
    /// Family key; `rare_earths` if absent.
    commodity: Option<String>,
    /// The `number` of a report among the contradictions of the same state.
    #[param(example = 0)]
    report: u64,
    /// Tonnes of the layer's substance that it is taken to say; withdrawn if absent.
    #[param(example = "2100")]
    said: Option<String>,
    /// The `cut` of the contradictions that the number is from; what is asked of another is refused.
    of: Option<String>,
    /// `csv` or `parquet`: a file of every figure that would move instead of JSON.
    #[param(example = "csv")]
    format: Option<String>,
}

/// Draws if nobody says how many.
const DRAWS: u16 = 200;

const FAMILY: &str = "rare_earths";

impl Served {
    pub(crate) fn lens(&self) -> BalanceLens<'_> {
        BalanceLens {
            balance: &self.balanced.balance,
            lens: Lens {
                twin: &self.balanced.twin,
            },
            stale: self.stale.as_ref().map(Stale::words),
        }
    }
}

/// Which balance is asked for.
fn which(family: &str, robust: Option<bool>) -> Which {
    Which {
        family: family.to_owned(),
        robust: robust.unwrap_or(false),
    }
}

/// A parameter that says something.
fn given(parameter: Option<&String>) -> Option<&str> {
    parameter.map(String::as_str).filter(|text| !text.is_empty())
}

fn layer_of(served: &Served, layer: Option<&String>, family: &str) -> Result<u16, ApiError> {
    let layer = given(layer).unwrap_or(family);
    served.balanced.balance.layer(layer).ok_or_else(|| {
        ApiError::query(
            "layer",
            format!("`{layer}` is neither `{family}` nor one of its elements"),
        )
    })
}

fn place_of(place: Option<&String>) -> Result<Spot, ApiError> {
    let text = given(place).unwrap_or("WLD");
    Spot::parse(text).ok_or_else(|| {
        ApiError::query(
            "place",
            "must be `WLD`, a country such as `CHN`, or a site such as `CHN/bayan-obo`",
        )
    })
}

/// The balance of a chain: every stage's opening stock, what comes, is made, used, goes and is lost, and the closing stock.
#[utoipa::path(get, path = "/api/v1/reconciled", tag = "twin", params(ReconciledAsk), responses((status = 200, body = types::Reconciled), (status = 404, description = "No such family, place or period"), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn reconciled(question: Question, Ask(ask): Ask<ReconciledAsk>) -> Answer {
    let family = given(ask.commodity.as_ref()).unwrap_or(FAMILY);
    let served = question.balance(&which(family, ask.robust)).await?;
    let layer = layer_of(&served, ask.layer.as_ref(), family)?;
    let place = place_of(ask.place.as_ref())?;
    let period = period(ask.period.as_ref())?;
    if let Some(format) = download::asked(ask.format.as_ref())? {
        let query = EstimatesQuery {
            family: family.to_owned(),
            robust: ask.robust.unwrap_or(false),
            layer: given(ask.layer.as_ref()).map(str::to_owned),
            place: given(ask.place.as_ref()).map(|_| place),
            period,
        };
        return question
            .download_balance(format, served, move |of| download::estimates(of, &query))
            .await;
    }
    question.answer_of(&served, |lens| {
        views::reconciled(lens, layer, &place, period).ok_or(ApiError::Nothing)
    })
}

/// One line of a balance over time.
#[utoipa::path(get, path = "/api/v1/reconciled/line", tag = "twin", params(LineAsk), responses((status = 200, body = types::ReconciledLine), (status = 404, description = "No such family, stage or place"), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn reconciled_line(question: Question, Ask(ask): Ask<LineAsk>) -> Answer {
    let family = given(ask.commodity.as_ref()).unwrap_or(FAMILY);
    let served = question.balance(&which(family, ask.robust)).await?;
    let layer = layer_of(&served, ask.layer.as_ref(), family)?;
    let place = place_of(ask.place.as_ref())?;
    let line = given(ask.line.as_ref()).unwrap_or("produced");
    let line = Line::parse(line).ok_or_else(|| {
        let known: Vec<&str> = Line::ALL.into_iter().map(Line::key).collect();
        ApiError::query("line", format!("must be one of {}", known.join(", ")))
    })?;
    let stage = served.balanced.balance.stage(&ask.stage);
    let stage = stage.ok_or_else(|| {
        ApiError::query(
            "stage",
            format!("`{}` is no stage of the chain of `{family}`", ask.stage),
        )
    })?;
    if let Some(format) = download::asked(ask.format.as_ref())? {
        return question
            .download_balance(format, served, move |of| {
                download::reconciled_line(of, layer, stage, &place, line)
            })
            .await;
    }
    question.answer_of(&served, |lens| {
        views::reconciled_line(lens, layer, stage, &place, line).ok_or(ApiError::Nothing)
    })
}

/// An estimate and every report and assumption that it is made of, with their weights.
#[utoipa::path(get, path = "/api/v1/reconciled/figure", tag = "twin", params(EstimateAsk), responses((status = 200, body = types::EstimateTrace), (status = 404, description = "No such estimate"), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn estimate(question: Question, Ask(ask): Ask<EstimateAsk>) -> Answer {
    let (robust, parts) = views::parse_address(&ask.figure).ok_or_else(|| {
        ApiError::query(
            "figure",
            "is not the address of an estimate: take addresses from the `figure` field of an answer",
        )
    })?;
    let (offset, limit) = window_of(ask.offset, Some(ask.limit.unwrap_or(WEIGHTS)), WEIGHTS_MAX)?;
    let format = download::asked(ask.format.as_ref())?;
    if format.is_some() {
        download::whole(ask.offset, ask.limit)?;
    }
    let served = question.balance(&which(parts[0], Some(robust))).await?;
    if let Some(format) = format {
        let key = views::key_of(&served.balanced.balance, parts)
            .ok_or_else(|| ApiError::not_found("estimate", &ask.figure))?;
        return question
            .download_balance(format, served, move |of| download::weights(of, &key))
            .await;
    }
    question.answer_of(&served, |lens| {
        views::key_of(lens.balance, parts)
            .and_then(|key| views::estimate_trace(lens, &key, offset, limit))
            .ok_or_else(|| ApiError::not_found("estimate", &ask.figure))
    })
}

/// Reports that do not fit the others, the gravest first, each with what would fit; reports that nobody checks are counted.
#[utoipa::path(get, path = "/api/v1/contradictions", tag = "twin", params(ContradictionsAsk), responses((status = 200, body = types::Contradictions), (status = 404, description = "No such family"), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn contradictions(question: Question, Ask(ask): Ask<ContradictionsAsk>) -> Answer {
    let family = given(ask.commodity.as_ref()).unwrap_or(FAMILY);
    let (offset, limit) = window(ask.offset, ask.limit)?;
    let format = download::asked(ask.format.as_ref())?;
    if format.is_some() {
        download::whole(ask.offset, ask.limit)?;
    }
    let served = question.balance(&Which::plain(family)).await?;
    if let Some(format) = format {
        return question
            .download_balance(format, served, download::contradictions)
            .await;
    }
    question.answer_of(&served, |lens| Ok(views::contradictions(lens, offset, limit)))
}

/// Draws of the posterior, as a file: a row a draw and place, correlations included. For what no deviation alone tells: the interval of
/// a share, of an index, of a sum of countries. Without bounds, as deviations are.
#[utoipa::path(get, path = "/api/v1/reconciled/draws", tag = "twin", params(DrawsAsk), responses((status = 200, description = "A file", content_type = "text/csv"), (status = 404, description = "No such family or period"), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn draws(question: Question, Ask(ask): Ask<DrawsAsk>) -> Answer {
    let text = |parameter: Option<&String>| given(parameter).unwrap_or_default().to_owned();
    let period = period(Some(&ask.period))?
        .ok_or_else(|| ApiError::query("period", "must be a year, or a month that somebody tells"))?;
    let query = DrawsQuery {
        family: given(ask.commodity.as_ref()).unwrap_or(FAMILY).to_owned(),
        layer: text(ask.layer.as_ref()),
        stage: ask.stage,
        line: text(ask.line.as_ref()),
        period,
        robust: ask.robust.unwrap_or(false),
        count: ask.count.unwrap_or(DRAWS),
        seed: ask.seed.unwrap_or(0),
    };
    let format = download::asked_alone(ask.format.as_ref())?;
    let served = question
        .balance(&which(&query.family, Some(query.robust)))
        .await?;
    question
        .download_balance(format, served, move |of| download::draws(of, &query))
        .await
}

/// What the balance would be if a report said otherwise, or nothing: the figures that would move, the furthest first. Nothing is
/// stored.
#[utoipa::path(get, path = "/api/v1/contradictions/what-if", tag = "twin", params(WhatIfAsk), responses((status = 200, body = types::WhatIf), (status = 404, description = "No such family or report"), (status = 400, description = "A parameter is wrong, or the number is of another state")))]
pub(crate) async fn what_if(question: Question, Ask(ask): Ask<WhatIfAsk>) -> Answer {
    let family = given(ask.commodity.as_ref()).unwrap_or(FAMILY);
    let instead = match given(ask.said.as_ref()) {
        None => Instead::Withdrawn,
        Some(text) => Instead::Said(
            text.parse()
                .map_err(|_| ApiError::query("said", "must be tonnes, such as `2100` or `12.5`"))?,
        ),
    };
    let number = usize::try_from(ask.report).unwrap_or(usize::MAX);
    let format = download::asked(ask.format.as_ref())?;
    let served = question.balance(&Which::plain(family)).await?;
    let cut = served.balanced.twin.cut().id().to_string();
    if given(ask.of.as_ref()).is_some_and(|of| of != cut) {
        return Err(ApiError::query(
            "of",
            "the balance is of another state by now: load the contradictions again",
        ));
    }
    if let Some(format) = format {
        return question
            .download_balance(format, served, move |of| download::what_if(of, number, instead))
            .await;
    }
    let asked = served.clone();
    let found = blocking(move || {
        views::what_if(asked.lens(), number, instead).map_err(|error| ApiError::from(&error))
    })
    .await?;
    question.answer_of(&served, |_| Ok(found))
}
