//! Questions about the twin.

use axum::extract::{Path, State};
use axum::response::Response;

use super::cache::{List, Question};
use super::query::{
    Ask, CommodityAsk, FigureAsk, FlowAsk, FormatAsk, LinesAsk, ListAsk, NothingAsk, NoticesAsk,
    OBSERVATIONS_LIMIT_MAX, PageAsk, SeriesAsk, SitesAsk, StageAsk, period, window, window_of,
};
use super::types;
use super::views;
use super::{ApiError, ApiState, download};
use crate::NodeState;
use crate::blocking::blocking;
use crate::clock::rfc3339;

type Answer = Result<Response, ApiError>;

/// Who answers: the club, the member, its peers, the state of the twin.
#[utoipa::path(get, path = "/api/v1/node", tag = "node", responses((status = 200, body = types::NodeInfo), (status = 503, description = "The twin is being built")))]
pub(crate) async fn node(State(state): State<ApiState>) -> Result<axum::Json<types::NodeInfo>, ApiError> {
    let node = &state.node;
    let members = members_of(node).await?;
    let twin = node.twin().ok_or(ApiError::Building)?;
    Ok(axum::Json(types::NodeInfo {
        club: node.charter().charter().club.clone(),
        charter: node.charter().id().to_string(),
        member: node.member().member.clone(),
        did: node.member().did.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        members,
        twin: views::twin_state(&twin),
    }))
}

/// The members of the club as this node sees them.
#[utoipa::path(get, path = "/api/v1/members", tag = "node", params(PageAsk), responses((status = 200, body = types::Page<types::MemberInfo>), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn members(
    State(state): State<ApiState>,
    Ask(ask): Ask<PageAsk>,
) -> Result<axum::Json<types::Page<types::MemberInfo>>, ApiError> {
    let window = window(ask.offset, ask.limit)?;
    Ok(axum::Json(page(
        &members_of(&state.node).await?,
        Clone::clone,
        window,
    )))
}

async fn members_of(node: &NodeState) -> Result<Vec<types::MemberInfo>, ApiError> {
    let node = node.clone();
    blocking(move || {
        let heads = node.store().heads()?;
        let peers = node.peers();
        let charter = node.charter().charter();
        let seen = charter.members.iter().map(|member| {
            let peer = peers.iter().find(|peer| peer.member == member.member);
            types::MemberInfo {
                member: member.member.clone(),
                did: member.did.clone(),
                address: peer.map_or_else(|| address_of(&node, member), |peer| peer.address.clone()),
                origin: member.origin().to_owned(),
                log_key: member.keys.log.clone(),
                size: heads
                    .iter()
                    .find(|head| head.origin == member.origin())
                    .map_or(0, |head| head.size),
                last_seen: peer.and_then(|peer| peer.last_seen_ms).map(rfc3339),
                trouble: peer.and_then(|peer| peer.trouble.clone()),
            }
        });
        Ok(seen.collect())
    })
    .await
}

/// This node's own address, or the charter's for anybody of whom nothing is known: a node that listens on loopback is
/// reached there, whatever the charter says to others.
fn address_of(node: &NodeState, member: &didymium_statement::Member) -> String {
    let listen = node.config().listen;
    if member.member == node.member().member && listen.ip().is_loopback() {
        return format!("http://{listen}");
    }
    member.address.clone()
}

/// What the twin is a function of, and its digest: now, or at an earlier cut.
#[utoipa::path(get, path = "/api/v1/twin/digest", tag = "twin", responses((status = 200, body = types::TwinState), (status = 400, description = "Not a cut that this node holds"), (status = 503, description = "The twin is being built")))]
pub(crate) async fn twin_digest(question: Question, Ask(_nothing): Ask<NothingAsk>) -> Answer {
    question.answer(|lens| Ok(views::twin_state(lens.twin)))
}

/// One line per stage of a commodity's chain.
#[utoipa::path(get, path = "/api/v1/overview", tag = "twin", params(CommodityAsk), responses((status = 200, body = types::Overview), (status = 404, description = "No such commodity"), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn overview(question: Question, Ask(ask): Ask<CommodityAsk>) -> Answer {
    if let Some(format) = download::asked(ask.format.as_ref())? {
        return question
            .download(format, move |lens| download::overview(lens, ask.commodity()))
            .await;
    }
    question.answer(|lens| {
        views::overview(lens, ask.commodity())
            .ok_or_else(|| ApiError::not_found("commodity", ask.commodity()))
    })
}

/// A series by area over time: chosen figures, world totals, concentration.
#[utoipa::path(get, path = "/api/v1/series", tag = "twin", params(SeriesAsk), responses((status = 200, body = types::Series), (status = 404, description = "Nobody published such a series"), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn series(question: Question, Ask(ask): Ask<SeriesAsk>) -> Answer {
    let query = ask.one_series()?;
    if let Some(format) = download::asked(ask.format.as_ref())? {
        let partner = ask.partner.unwrap_or_default();
        return question
            .download(format, move |lens| download::series(lens, &query, &partner))
            .await;
    }
    question.answer(|lens| {
        let partner = ask.partner.as_deref().unwrap_or_default();
        views::series(lens, &query, partner).ok_or(ApiError::Nothing)
    })
}

/// Every source's figures of one period beside the chosen one.
#[utoipa::path(get, path = "/api/v1/balance", tag = "twin", params(SeriesAsk), responses((status = 200, body = types::Balance), (status = 404, description = "Nobody published such a series or period"), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn balance(question: Question, Ask(ask): Ask<SeriesAsk>) -> Answer {
    let period = period(ask.period.as_ref())?;
    let query = ask.one_series()?;
    if let Some(format) = download::asked(ask.format.as_ref())? {
        return question
            .download(format, move |lens| download::balance(lens, &query, period))
            .await;
    }
    question.answer(|lens| views::balance(lens, &query, period).ok_or(ApiError::Nothing))
}

/// Figures as their sources published them.
#[utoipa::path(get, path = "/api/v1/observations", tag = "twin", params(SeriesAsk), responses((status = 200, body = types::Page<types::Observation>), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn observations(question: Question, Ask(ask): Ask<SeriesAsk>) -> Answer {
    let (offset, limit) = window_of(ask.offset, ask.limit, OBSERVATIONS_LIMIT_MAX)?;
    let filter = ask.filter(question.node().vocabulary())?;
    if let Some(format) = download::asked(ask.format.as_ref())? {
        download::whole(ask.offset, ask.limit)?;
        return question
            .download(format, move |lens| {
                download::observations(lens, &ask.series(), &filter)
            })
            .await;
    }
    question.answer(|lens| {
        let (total, items) = views::observations(lens, &ask.series(), &filter, offset, limit);
        Ok(types::Page {
            items,
            total,
            offset: offset as u64,
            limit: limit as u64,
        })
    })
}

/// Price series of a commodity and its family.
#[utoipa::path(get, path = "/api/v1/prices", tag = "twin", params(LinesAsk), responses((status = 200, body = types::Prices), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn prices(question: Question, Ask(ask): Ask<LinesAsk>) -> Answer {
    let window = ask.window()?;
    if let Some(format) = download::asked(ask.format.as_ref())? {
        download::whole(ask.offset, ask.limit)?;
        return question
            .download(format, move |lens| download::prices(lens, ask.commodity()))
            .await;
    }
    question.answer(|lens| Ok(views::prices(lens, ask.commodity(), window)))
}

/// Which deposits give which elements.
#[utoipa::path(get, path = "/api/v1/composition", tag = "twin", params(LinesAsk), responses((status = 200, body = types::Composition), (status = 404, description = "No such commodity"), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn composition(question: Question, Ask(ask): Ask<LinesAsk>) -> Answer {
    let window = ask.window()?;
    if let Some(format) = download::asked(ask.format.as_ref())? {
        download::whole(ask.offset, ask.limit)?;
        return question
            .download(format, move |lens| download::composition(lens, ask.commodity()))
            .await;
    }
    question.answer(|lens| {
        views::composition(lens, ask.commodity(), window)
            .ok_or_else(|| ApiError::not_found("commodity", ask.commodity()))
    })
}

/// Columns of a Sankey diagram.
#[utoipa::path(get, path = "/api/v1/flows", tag = "twin", params(FlowAsk), responses((status = 200, body = types::Flows), (status = 404, description = "No such commodity, or nothing published for it"), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn flows(question: Question, Ask(ask): Ask<FlowAsk>) -> Answer {
    let period = period(ask.period.as_ref())?;
    let format = download::asked(ask.format.as_ref())?;
    let commodity = ask.commodity.unwrap_or_else(|| "rare_earths".to_owned());
    if let Some(format) = format {
        return question
            .download(format, move |lens| download::flows(lens, &commodity, period))
            .await;
    }
    question.answer(|lens| {
        views::flows(lens, &commodity, period).ok_or_else(|| match period {
            Some(period) => ApiError::not_found("year of flows", &format!("{commodity}, {period}")),
            None => ApiError::not_found("flows", &commodity),
        })
    })
}

/// Shares that shade the countries of the map.
#[utoipa::path(get, path = "/api/v1/map", tag = "twin", params(StageAsk), responses((status = 200, body = types::MapShares), (status = 404, description = "No such commodity or stage"), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn map(question: Question, Ask(ask): Ask<StageAsk>) -> Answer {
    let format = download::asked(ask.format.as_ref())?;
    let commodity = ask.commodity.unwrap_or_else(|| "rare_earths".to_owned());
    if let Some(format) = format {
        return question
            .download(format, move |lens| download::map(lens, &commodity, &ask.stage))
            .await;
    }
    question.answer(|lens| {
        views::map_shares(lens, &commodity, &ask.stage)
            .ok_or_else(|| ApiError::not_found("stage", &format!("{commodity}/{}", ask.stage)))
    })
}

/// Sites, by name.
#[utoipa::path(get, path = "/api/v1/sites", tag = "chain", params(SitesAsk), responses((status = 200, body = types::Page<types::Site>), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn sites(question: Question, Ask(ask): Ask<SitesAsk>) -> Answer {
    let window = window(ask.offset, ask.limit)?;
    let filter = ask.filter(question.node().vocabulary())?;
    if let Some(format) = download::asked(ask.format.as_ref())? {
        download::whole(ask.offset, ask.limit)?;
        return question
            .download(format, move |lens| download::sites(lens, &filter))
            .await;
    }
    question.page(List::Sites, window, views::every_site, |lens| {
        views::places_of_sites(lens.twin, &filter)
    })
}

/// A site.
#[utoipa::path(get, path = "/api/v1/sites/{site}", tag = "chain", params(("site" = String, Path, description = "Site key"), FormatAsk), responses((status = 200, body = types::SitePage), (status = 404, description = "No such site"), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn site(question: Question, Path(site): Path<String>, Ask(ask): Ask<FormatAsk>) -> Answer {
    if let Some(format) = download::asked(ask.format.as_ref())? {
        return question
            .download(format, move |lens| download::site(lens, &site))
            .await;
    }
    question.answer(|lens| views::site_page(lens, &site).ok_or_else(|| ApiError::not_found("site", &site)))
}

/// Countries that appear anywhere in the twin.
#[utoipa::path(get, path = "/api/v1/countries", tag = "chain", params(ListAsk), responses((status = 200, body = types::Page<types::CountryRow>), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn countries(question: Question, Ask(ask): Ask<ListAsk>) -> Answer {
    let window = window(ask.offset, ask.limit)?;
    if let Some(format) = download::asked(ask.format.as_ref())? {
        download::whole(ask.offset, ask.limit)?;
        return question
            .download(format, |lens| Ok(download::countries(lens)))
            .await;
    }
    question.page(List::Countries, window, views::countries, |_| None)
}

/// A country.
#[utoipa::path(get, path = "/api/v1/countries/{iso3}", tag = "chain", params(("iso3" = String, Path, description = "ISO 3166 alpha-3 code", example = "CAN"), FormatAsk), responses((status = 200, body = types::CountryPage), (status = 404, description = "No such country"), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn country(
    question: Question,
    Path(iso3): Path<String>,
    Ask(ask): Ask<FormatAsk>,
) -> Answer {
    if let Some(format) = download::asked(ask.format.as_ref())? {
        return question
            .download(format, move |lens| download::country(lens, &iso3))
            .await;
    }
    question.answer(|lens| views::country(lens, &iso3).ok_or_else(|| ApiError::not_found("country", &iso3)))
}

/// Notices, newest first.
#[utoipa::path(get, path = "/api/v1/notices", tag = "chain", params(NoticesAsk), responses((status = 200, body = types::Page<types::Notice>), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn notices(question: Question, Ask(ask): Ask<NoticesAsk>) -> Answer {
    let window = window(ask.offset, ask.limit)?;
    let filter = ask.filter(question.node().vocabulary())?;
    if let Some(format) = download::asked(ask.format.as_ref())? {
        download::whole(ask.offset, ask.limit)?;
        return question
            .download(format, move |lens| Ok(download::notices(lens, &filter)))
            .await;
    }
    question.page(List::Notices, window, views::every_notice, |lens| {
        views::places_of_notices(lens.twin, &filter)
    })
}

/// Every source that the twin's figures come from, with licence and attribution.
#[utoipa::path(get, path = "/api/v1/sources", tag = "twin", params(ListAsk), responses((status = 200, body = types::Page<types::Source>), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn sources(question: Question, Ask(ask): Ask<ListAsk>) -> Answer {
    let window = window(ask.offset, ask.limit)?;
    if let Some(format) = download::asked(ask.format.as_ref())? {
        download::whole(ask.offset, ask.limit)?;
        return question
            .download(format, |lens| Ok(download::sources(lens)))
            .await;
    }
    question.answer(|lens| Ok(page(lens.twin.sources(), |source| views::source(source), window)))
}

/// Where a figure comes from.
#[utoipa::path(get, path = "/api/v1/provenance", tag = "twin", params(FigureAsk), responses((status = 200, body = types::Provenance), (status = 400, description = "Not an address"), (status = 404, description = "The twin has no such figure")))]
pub(crate) async fn provenance(question: Question, Ask(ask): Ask<FigureAsk>) -> Answer {
    let address = ask.figure.parse().map_err(|error: didymium_twin::AddressError| {
        ApiError::query(
            "figure",
            match views::parse_address(&ask.figure) {
                Some(_) => {
                    "is the address of an estimate: `/api/v1/reconciled/figure` says what that is made of"
                        .to_owned()
                }
                None => error.to_string(),
            },
        )
    })?;
    if let Some(format) = download::asked(ask.format.as_ref())? {
        return question
            .download(format, move |lens| download::provenance(lens, &address))
            .await;
    }
    question.answer(|lens| {
        views::provenance(lens, &address).ok_or_else(|| ApiError::not_found("figure", &ask.figure))
    })
}

/// A page of a list that was found whole; only what is on the page is put into the wire's form.
pub(crate) fn page<R, T>(
    found: &[R],
    shown: impl Fn(&R) -> T,
    (offset, limit): (usize, usize),
) -> types::Page<T> {
    types::Page {
        items: found.iter().skip(offset).take(limit).map(shown).collect(),
        total: found.len() as u64,
        offset: offset as u64,
        limit: limit as u64,
    }
}
