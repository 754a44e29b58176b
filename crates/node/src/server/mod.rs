//! The HTTP server of a node.
//!
//! | address | what |
//! |---|---|
//! | `/api/v1/…` | the typed interface that pages and programs read ([`crate::api`]) |
//! | `/log/checkpoint`, `/log/tile/…`, `/log/blob/{digest}` | the member's own log (C2SP tlog-tiles) and its blobs |
//! | `/log/policy` | who must cosign for a checkpoint of it to be final (C2SP tlog-policy), under the charter in force |
//! | `/mirror/{member}/…` | the same for copies of the other members' logs |
//! | `/entries`, `/entries/{id}`, `/entries/{id}/proof`, `/.well-known/scitt-keys`, `/.well-known/scitt-keys/{kid}` | registration and receipts (SCRAPI) |
//! | `/witness/add-checkpoint`, `/witness/{sha256 of origin}/checkpoint` | cosigning the other members' logs (C2SP tlog-witness) |
//! | `/witness/heads` | every head that this node knows of, for gossip |
//! | `/charter`, `/charter/chain` | the version of the charter in force (COSE), all versions (CBOR) |
//! | `/charter/proposals`, `/charter/proposals/{id}` | versions that are being signed, and the way in for them |
//! | `/schemas`, `/schemas/{kind}/v{n}` | JSON Schemas of what can be said |
//! | `/problems/{name}` | what an error means |
//! | `/healthz`, `/metrics` | for whoever runs the node |
//! | anything else | the pages |
//!
//! The door for nodes on other machines ([`nodes_app`]) has neither the pages nor the typed interface, and asks members for
//! their signature; what this member has signed it takes from anybody.

mod about;
mod charter;
mod concise;
mod connections;
mod entries;
mod etag;
mod guard;
mod logs;
mod metrics;
mod pages;
mod places;
mod problem;
mod signed;
#[cfg(test)]
mod tests;
mod watch;
mod witness;

use std::any::Any;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use didymium_statement::limits::CHARTER_BYTES_MAX;
use tokio::net::TcpListener;
use tower::ServiceBuilder;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::limit::RequestBodyLimitLayer;

use connections::{BoundedListener, CONNECTIONS_MAX, SILENCE_MAX};
pub use etag::{etag_for, weak_tag};
pub use guard::CONTENT_SECURITY_POLICY;
pub use metrics::Metrics;
pub use problem::{Problem, ProblemType};
use rustls::ServerConfig;
use signed::Door;

use crate::shutdown::Shutdown;
use crate::{NodeError, NodeResult, NodeState, api};

/// Everything that a node serves, with all layers: also what tests call without a socket.
pub fn app(state: NodeState) -> Router {
    let faces = own_faces(state.clone()).merge(nodes_faces(state.clone()));
    whole(faces.fallback(pages::page), state, Door::Own)
}

/// What a node serves to nodes on other machines, with all layers.
pub fn nodes_app(state: NodeState) -> Router {
    let missing = || async { Problem::not_found("this address, at the door of nodes,") };
    whole(nodes_faces(state.clone()).fallback(missing), state, Door::Nodes)
}

fn whole(faces: Router, state: NodeState, door: Door) -> Router {
    let limit = state.config().overrides.request_bytes_max;
    // A charter may be larger than what is taken elsewhere.
    let taking = limited(charter::taking(state.clone()), limit.max(CHARTER_BYTES_MAX));
    layered(limited(faces, limit).merge(taking), state, door)
}

/// Limits the bodies that some faces take.
fn limited(faces: Router, bytes_max: usize) -> Router {
    faces.layer(
        ServiceBuilder::new()
            .layer(RequestBodyLimitLayer::new(bytes_max))
            .layer(DefaultBodyLimit::max(bytes_max)),
    )
}

/// Some faces with the limit of bodies and all layers.
#[cfg(test)]
fn guarded(faces: Router, state: NodeState) -> Router {
    let limit = state.config().overrides.request_bytes_max;
    layered(limited(faces, limit), state, Door::Own)
}

/// Puts the layers around some faces.
fn layered(faces: Router, state: NodeState, door: Door) -> Router {
    let limits = state.config().overrides.clone();
    let listen = state.config().listen.to_string();
    let nodes = state
        .config()
        .transport
        .as_ref()
        .map(|nodes| nodes.listen.to_string());
    let own = [state.member().address.as_str(), listen.as_str()];
    let hosts = guard::Hosts::new(own.into_iter().chain(nodes.as_deref()));
    let guard = guard::Guard {
        hosts,
        places: places::Places::new(door, limits.concurrent_requests_max),
        time_max: limits.request_timeout(),
        signed: signed::Guarded::new(state.clone(), door),
    };
    let compression = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(DefaultPredicate::new().and(NotForContentType::const_new("application/octet-stream")));
    // From the outermost to the innermost.
    faces.layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(state, watch::watch))
            .layer(compression)
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn_with_state(Arc::new(guard), guard::pass)),
    )
}

/// What only this machine is served.
fn own_faces(state: NodeState) -> Router {
    api::router(state.clone()).layer(from_fn(etag::tag_bodies)).merge(
        Router::new()
            .route("/metrics", get(metrics::metrics))
            .with_state(state),
    )
}

/// What other nodes are served too.
fn nodes_faces(state: NodeState) -> Router {
    let tagged = Router::new()
        .route("/schemas", get(about::schemas))
        .route("/schemas/{kind}/{version}", get(about::schema))
        .merge(
            Router::new()
                .route("/witness/heads", get(witness::heads))
                .with_state(state.clone()),
        )
        .merge(charter::reading(state.clone()))
        .layer(from_fn(etag::tag_bodies));
    let plain = Router::new()
        .route("/log/checkpoint", get(logs::own_checkpoint))
        .route("/log/evidence", get(logs::own_evidence))
        .route("/log/policy", get(logs::own_policy))
        .route("/log/tile/{*place}", get(logs::own_tile))
        .route("/log/blob/{digest}", get(logs::own_blob))
        .route("/mirror/{member}/checkpoint", get(logs::copied_checkpoint))
        .route("/mirror/{member}/evidence", get(logs::copied_evidence))
        .route("/mirror/{member}/policy", get(logs::copied_policy))
        .route("/mirror/{member}/tile/{*place}", get(logs::copied_tile))
        .route("/mirror/{member}/blob/{digest}", get(logs::copied_blob))
        .route("/entries", post(entries::register))
        .route("/entries/{id}", get(entries::receipt))
        .route("/entries/{id}/proof", get(entries::proof))
        .route("/.well-known/scitt-keys", get(entries::keys))
        .route("/.well-known/scitt-keys/{kid}", get(entries::key))
        .route("/witness/add-checkpoint", post(witness::add_checkpoint))
        .route("/witness/{log}/checkpoint", get(witness::cosigned))
        .route("/healthz", get(about::healthz))
        .with_state(state);
    tagged
        .merge(plain)
        .route("/problems/{name}", get(problem::describe))
}

#[expect(clippy::needless_pass_by_value, reason = "the signature that the layer calls")]
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let said = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = said.unwrap_or("without words"), "a request panicked");
    Problem::new(ProblemType::Internal, ProblemType::Internal.meaning()).into_response()
}

/// Takes an address of this machine's loopback, before anything else of a node starts.
///
/// # Errors
/// [`NodeError::PlainBeyondLoopback`], [`NodeError::PortTaken`] or [`NodeError::Listen`].
pub async fn bind(address: SocketAddr) -> NodeResult<TcpListener> {
    if !address.ip().is_loopback() {
        return Err(NodeError::PlainBeyondLoopback { address });
    }
    bind_nodes(address).await
}

/// Takes the address at which nodes on other machines ask, which speaks TLS alone.
///
/// # Errors
/// [`NodeError::PortTaken`] or [`NodeError::Listen`].
pub async fn bind_nodes(address: SocketAddr) -> NodeResult<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|source| match source.kind() {
            std::io::ErrorKind::AddrInUse => NodeError::PortTaken { address },
            _ => NodeError::Listen { address, source },
        })
}

/// Serves until the node stops, over TLS where there is a configuration for it; requests under way are ended.
///
/// # Errors
/// [`NodeError::Serve`].
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    app: Router,
    shutdown: Shutdown,
) -> NodeResult<()> {
    let bounded = BoundedListener::new(listener, tls, CONNECTIONS_MAX, SILENCE_MAX);
    axum::serve(bounded, app)
        .with_graceful_shutdown(shutdown.wait())
        .await
        .map_err(NodeError::Serve)
}
