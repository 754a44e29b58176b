//! Counters of the node, in the OpenMetrics text format.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use super::problem::Problem;
use crate::blocking::blocking;
use crate::{NodeError, NodeResult, NodeState};

type Labels = Vec<(&'static str, String)>;
type Gauges = Family<Labels, Gauge<i64>>;

/// Blobs counted at most for the gauge of missing ones.
const MISSING_MAX: u32 = 10_000;

/// What a node counts.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels, Counter>,
    seconds: Family<Labels, Histogram>,
    pulls: Family<Labels, Counter>,
    sizes: Gauges,
    troubles: Gauges,
    twin: Gauges,
    missing: Gauge<i64, std::sync::atomic::AtomicI64>,
    statements: Gauge<u64, AtomicU64>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("didymium");
        let buckets = || Histogram::new(exponential_buckets(0.0005, 2.0, 15));
        let metrics = Self {
            requests: Family::default(),
            seconds: Family::new_with_constructor(buckets),
            pulls: Family::default(),
            sizes: Family::default(),
            troubles: Family::default(),
            twin: Family::default(),
            missing: Gauge::default(),
            statements: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register(
            "http_requests",
            "Requests by route and status",
            metrics.requests.clone(),
        );
        registry.register_with_unit(
            "http_request",
            "Time to answer by route",
            Unit::Seconds,
            metrics.seconds.clone(),
        );
        registry.register(
            "pulls",
            "Pulls from a peer's log by outcome",
            metrics.pulls.clone(),
        );
        registry.register(
            "log_entries",
            "Entries held of a member's log",
            metrics.sizes.clone(),
        );
        registry.register(
            "peer_trouble",
            "1 while a peer's log cannot be followed",
            metrics.troubles.clone(),
        );
        registry.register("twin_state", "1 for the twin's state", metrics.twin.clone());
        registry.register(
            "missing_blobs",
            "Blobs that entries name and that are not here",
            metrics.missing.clone(),
        );
        registry.register(
            "twin_statements",
            "Statements in the twin's cut",
            metrics.statements.clone(),
        );
        Self { registry, ..metrics }
    }

    /// Counts an answer.
    pub(super) fn answered(&self, route: &str, status: u16, took: Duration) {
        let route = ("route", route.to_owned());
        self.seconds
            .get_or_create(&vec![route.clone()])
            .observe(took.as_secs_f64());
        self.requests
            .get_or_create(&vec![route, ("status", status.to_string())])
            .inc();
    }

    /// Counts a pull.
    pub(crate) fn pulled(&self, peer: &str, good: bool) {
        let outcome = if good { "ok" } else { "error" };
        self.pulls
            .get_or_create(&vec![("peer", peer.to_owned()), ("outcome", outcome.to_owned())])
            .inc();
    }

    /// Reads the gauges and writes everything. Blocking.
    fn write(&self, state: &NodeState) -> NodeResult<String> {
        let heads = state.store().heads()?;
        for member in &state.charter().charter().members {
            let size = heads
                .iter()
                .find(|head| head.origin == member.origin())
                .map_or(0, |head| head.size);
            let size = i64::try_from(size).unwrap_or(i64::MAX);
            self.sizes
                .get_or_create(&vec![("member", member.member.clone())])
                .set(size);
        }
        for peer in state.peers() {
            let trouble = i64::from(peer.trouble.is_some());
            self.troubles
                .get_or_create(&vec![("peer", peer.member)])
                .set(trouble);
        }
        let now = twin_state(state);
        for name in ["building", "complete", "incomplete"] {
            self.twin
                .get_or_create(&vec![("state", name.to_owned())])
                .set(i64::from(name == now));
        }
        let missing = state.store().missing_blobs(None, MISSING_MAX)?.len();
        self.missing.set(i64::try_from(missing).unwrap_or(i64::MAX));
        self.statements
            .set(state.twin().map_or(0, |twin| twin.cut().sizes.values().sum()));
        let mut text = String::new();
        encode(&mut text, &self.registry).map_err(|error| NodeError::Encode {
            what: "the metrics",
            reason: error.to_string(),
        })?;
        Ok(text)
    }
}

/// `building`, `complete` or `incomplete`.
pub(super) fn twin_state(state: &NodeState) -> &'static str {
    match state.twin() {
        None => "building",
        Some(twin) if twin.digest().is_some() => "complete",
        Some(_) => "incomplete",
    }
}

/// `GET /metrics`.
pub(super) async fn metrics(State(state): State<NodeState>) -> Result<Response, Problem> {
    let text = blocking(move || state.metrics().write(&state)).await?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok((
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")],
        text,
    )
        .into_response())
}
