//! `/api/v1`: the twin and the statements under it, for pages, notebooks and partners' programs.
//!
//! Every answer that is a function of the twin carries the cut's id as its entity tag and is rendered once a cut
//! (`cache`). Every such question can be asked of an earlier state (`times`, `past`). The OpenAPI document is generated from the handlers and checked in (`openapi.json`, golden-tested).

mod audit;
mod balances;
mod cache;
pub mod download;
mod error;
mod governance;
mod handlers;
mod indicators;
mod last_good;
mod log_handlers;
mod past;
mod query;
mod reconciled;
mod times;
pub mod types;
pub mod views;
mod vintages;
mod vocabulary;
mod wrong_query;

use std::sync::Arc;

use axum::Router;
use tokio::sync::Semaphore;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::NodeState;
use balances::Balances;
use cache::RenderCache;
use last_good::LastGood;
use past::PastTwins;

pub use audit::audit_of;
pub use error::ApiError;
pub use governance::governance_of;

/// Most files that are made at a time: each takes as many megabytes as it is long, several times over.
const DOWNLOADS_MAX: usize = 4;

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct ApiState {
    pub(crate) node: NodeState,
    pub(crate) cache: RenderCache,
    pub(crate) past: PastTwins,
    pub(crate) balances: Balances,
    /// Places for files that are being made.
    pub(crate) downloads: Arc<Semaphore>,
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Didymium node",
        description = "The digital twin of critical-mineral supply chains at one member of an information club. Decimals are \
                       strings; every figure carries the address under which `/api/v1/provenance` explains it.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "twin", description = "Figures of the twin"),
        (name = "chain", description = "Sites, countries, notices"),
        (name = "log", description = "Statements, their places and proofs"),
        (name = "node", description = "Who answers, and with which words")
    )
)]
struct Document;

fn described() -> OpenApiRouter<ApiState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(handlers::node))
        .routes(routes!(handlers::members))
        .routes(routes!(vocabulary::vocabulary))
        .routes(routes!(handlers::twin_digest))
        .routes(routes!(handlers::overview))
        .routes(routes!(handlers::series))
        .routes(routes!(handlers::balance))
        .routes(routes!(handlers::observations))
        .routes(routes!(handlers::prices))
        .routes(routes!(handlers::composition))
        .routes(routes!(handlers::flows))
        .routes(routes!(handlers::map))
        .routes(routes!(indicators::indicators))
        .routes(routes!(handlers::sites))
        .routes(routes!(handlers::site))
        .routes(routes!(handlers::countries))
        .routes(routes!(handlers::country))
        .routes(routes!(handlers::notices))
        .routes(routes!(handlers::sources))
        .routes(routes!(handlers::provenance))
        .routes(routes!(vintages::vintages))
        .routes(routes!(reconciled::reconciled))
        .routes(routes!(reconciled::reconciled_line))
        .routes(routes!(reconciled::estimate))
        .routes(routes!(reconciled::draws))
        .routes(routes!(reconciled::contradictions))
        .routes(routes!(reconciled::what_if))
        .routes(routes!(vintages::vintage_series))
        .routes(routes!(log_handlers::statements))
        .routes(routes!(log_handlers::statement))
        .routes(routes!(log_handlers::statement_cose))
        .routes(routes!(log_handlers::statement_proof))
        .routes(routes!(log_handlers::blob))
        .routes(routes!(audit::audit))
        .routes(routes!(governance::governance))
}

/// The routes of `/api/v1`.
pub fn router(node: NodeState) -> Router {
    let (router, mut document) = described().split_for_parts();
    times::describe(&mut document);
    download::describe(&mut document);
    let document = document.to_pretty_json().unwrap_or_default();
    let balances = Balances::new(&node.config().overrides, LastGood::read(node.dir()));
    let state = ApiState {
        node,
        cache: RenderCache::default(),
        past: PastTwins::default(),
        balances,
        downloads: Arc::new(Semaphore::new(DOWNLOADS_MAX)),
    };
    router
        .route(
            "/api/v1/openapi.json",
            axum::routing::get(|| async move {
                (
                    [("content-type", "application/vnd.oai.openapi+json;version=3.1")],
                    document,
                )
            }),
        )
        .with_state(state)
}

/// The OpenAPI document as it is checked in.
pub fn openapi() -> String {
    let mut document = described().into_openapi();
    times::describe(&mut document);
    download::describe(&mut document);
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}
