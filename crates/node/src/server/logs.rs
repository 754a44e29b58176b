//! The log face: this member's own log under `/log`, copies of the others' under `/mirror/{member}` (C2SP tlog-tiles).
//!
//! Hashes and heads are for everybody. What entries and blobs say is for whom their visibility names ([`Asker`]); tiles
//! have no smaller part than a bundle, so one entry that is not public keeps its whole bundle among members.

use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use didymium_log::tile::{BundleId, TileId, decode_bundle};
use didymium_statement::Digest;

use super::etag::{matches, not_modified, weak_tag};
use super::problem::Problem;
use super::signed::{Asker, for_members};
use crate::blocking::blocking;
use crate::held::HeldLog;
use crate::witnessing::policy_of;
use crate::{NodeResult, NodeState, evidence as known};

/// What never changes may be kept for ever.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// The same for what was not looked at whether everybody may read it: no cache between keeps it for others.
const IMMUTABLE_PRIVATE: &str = "private, max-age=31536000, immutable";
/// Most entries with one blob that are looked at to know who may read it.
const CARRIERS_MAX: u32 = 64;
/// A checkpoint is asked for again each time, and not sent again if it is the same.
const REVALIDATE: &str = "no-cache";
const BYTES: &str = "application/octet-stream";
const TEXT: &str = "text/plain; charset=utf-8";

/// `GET /log/checkpoint`.
pub(super) async fn own_checkpoint(
    State(state): State<NodeState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let served = blocking(move || crate::witnessing::served_checkpoint(&state)).await?;
    checkpoint(served, &headers)
}

/// `GET /mirror/{member}/checkpoint`.
pub(super) async fn copied_checkpoint(
    State(state): State<NodeState>,
    Path(member): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let log = state.log_of(&member)?;
    let head = blocking(move || log.head()).await?;
    checkpoint(head.and_then(|head| head.checkpoint), &headers)
}

/// `GET /log/evidence`: what this member knows of against its own log.
pub(super) async fn own_evidence(
    State(state): State<NodeState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let member = state.member().member.clone();
    evidence(state, member, &headers).await
}

/// `GET /mirror/{member}/evidence`: the piece of evidence that is told of a member's log, if there is any.
pub(super) async fn copied_evidence(
    State(state): State<NodeState>,
    Path(member): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    evidence(state, member, &headers).await
}

async fn evidence(state: NodeState, member: String, headers: &HeaderMap) -> Result<Response, Problem> {
    let told = blocking(move || known::to_tell(&state, state.member_ever(&member)?)).await?;
    let told = told.ok_or_else(|| Problem::not_found("evidence against this log"))?;
    Ok(answer(headers, TEXT, REVALIDATE, weak_tag(&[&told]), told))
}

/// `GET /log/policy`: what makes a checkpoint of the own log final.
pub(super) async fn own_policy(
    State(state): State<NodeState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    policy(&state, &state.member().member, &headers)
}

/// `GET /mirror/{member}/policy`: the same for another member's log.
pub(super) async fn copied_policy(
    State(state): State<NodeState>,
    Path(member): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    policy(&state, &member, &headers)
}

/// A C2SP tlog-policy under the version of the charter in force. The log of a member that left becomes final no more.
fn policy(state: &NodeState, member: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let (policy, _) = policy_of(state, member)?;
    let text = policy.to_string().into_bytes();
    Ok(answer(headers, TEXT, REVALIDATE, weak_tag(&[&text]), text))
}

/// `GET /log/tile/{*place}`.
pub(super) async fn own_tile(
    State(state): State<NodeState>,
    Extension(asker): Extension<Asker>,
    Path(place): Path<String>,
) -> Result<Response, Problem> {
    let log = state.ledger().log().clone();
    tile(log, place, asker).await
}

/// `GET /mirror/{member}/tile/{*place}`.
pub(super) async fn copied_tile(
    State(state): State<NodeState>,
    Extension(asker): Extension<Asker>,
    Path((member, place)): Path<(String, String)>,
) -> Result<Response, Problem> {
    tile(state.log_of(&member)?, place, asker).await
}

/// `GET /log/blob/{digest}`.
pub(super) async fn own_blob(
    State(state): State<NodeState>,
    Extension(asker): Extension<Asker>,
    Path(digest): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let log = state.ledger().log().clone();
    blob(state, log, digest, asker, &headers).await
}

/// `GET /mirror/{member}/blob/{digest}`.
pub(super) async fn copied_blob(
    State(state): State<NodeState>,
    Extension(asker): Extension<Asker>,
    Path((member, digest)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let log = state.log_of(&member)?;
    blob(state, log, digest, asker, &headers).await
}

fn checkpoint(note: Option<Vec<u8>>, headers: &HeaderMap) -> Result<Response, Problem> {
    let note = note.ok_or_else(|| Problem::not_found("a checkpoint of this log"))?;
    Ok(answer(headers, TEXT, REVALIDATE, weak_tag(&[&note]), note))
}

async fn tile(log: HeldLog, place: String, asker: Asker) -> Result<Response, Problem> {
    let path = format!("tile/{place}");
    let read = if let Ok(id) = path.parse::<BundleId>() {
        blocking(move || bundle_for(&log, id, asker)).await?
    } else if let Ok(id) = path.parse::<TileId>() {
        let hashes = blocking(move || log.tile(id)).await?;
        hashes.map(Read::Public)
    } else {
        None
    };
    let read = read.ok_or_else(|| Problem::not_found("this tile"))?;
    let Some((bytes, cached)) = read.for_answer() else {
        return Ok(for_members());
    };
    Ok((
        [(header::CONTENT_TYPE, BYTES), (header::CACHE_CONTROL, cached)],
        bytes,
    )
        .into_response())
}

/// What was read for somebody.
enum Read {
    /// Everybody may read it.
    Public(Vec<u8>),
    /// Who asked may read it; nobody looked at whether others may.
    Theirs(Vec<u8>),
    /// Who asked may not.
    Withheld,
}

impl Read {
    /// The bytes, and how long they may be kept; absent if they are withheld.
    fn for_answer(self) -> Option<(Vec<u8>, &'static str)> {
        match self {
            Self::Public(bytes) => Some((bytes, IMMUTABLE)),
            Self::Theirs(bytes) => Some((bytes, IMMUTABLE_PRIVATE)),
            Self::Withheld => None,
        }
    }
}

fn bundle_for(log: &HeldLog, id: BundleId, asker: Asker) -> NodeResult<Option<Read>> {
    let Some(bytes) = log.bundle(id)? else {
        return Ok(None);
    };
    if asker.may_read_all() {
        return Ok(Some(Read::Theirs(bytes)));
    }
    let entries = decode_bundle(&bytes, id.width)?;
    let open = entries.iter().all(|entry| asker.may_read(entry));
    Ok(Some(if open { Read::Public(bytes) } else { Read::Withheld }))
}

/// A blob is for whoever may read one of the statements of the log that carry it.
fn blob_for(state: &NodeState, log: &HeldLog, digest: &Digest, asker: Asker) -> NodeResult<Option<Read>> {
    let store = state.store();
    if !asker.may_read_all() {
        let carriers = store.carriers(log.origin(), digest.as_bytes(), CARRIERS_MAX)?;
        if !carriers.iter().any(|entry| asker.may_read(&entry.bytes)) {
            // Whether it is here at all is for members too.
            return Ok(Some(Read::Withheld));
        }
        return Ok(store.blob(digest.as_bytes())?.map(Read::Public));
    }
    Ok(store.blob(digest.as_bytes())?.map(Read::Theirs))
}

async fn blob(
    state: NodeState,
    log: HeldLog,
    digest: String,
    asker: Asker,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let digest: Digest = digest
        .parse()
        .map_err(|_| Problem::not_found("a blob of this name"))?;
    let tag = weak_tag(&[digest.as_bytes()]);
    let read = blocking(move || blob_for(&state, &log, &digest, asker)).await?;
    let Some(read) = read else {
        return Err(Problem::not_found(format_args!("blob {digest}")));
    };
    Ok(match read.for_answer() {
        Some((bytes, cached)) => answer(headers, BYTES, cached, tag, bytes),
        None => for_members(),
    })
}

fn answer(
    asked: &HeaderMap,
    kind: &'static str,
    cache: &'static str,
    tag: HeaderValue,
    bytes: Vec<u8>,
) -> Response {
    if matches(asked, &tag) {
        return not_modified(tag);
    }
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (header::ETAG, tag),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}
