//! Statements, their places and proofs.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use didymium_statement::{Digest, Kind, PayloadRef, Statement, Visibility};
use didymium_store::EntryRecord;
use didymium_twin::TwinBuilder;

use super::cache::Question;
use super::download::{self, DownloadError};
use super::query::{Ask, StatementsAsk, window};
use super::types;
use super::views;
use super::{ApiError, ApiState};
use crate::blocking::blocking;
use crate::charter::log_keys;
use crate::clock::rfc3339;
use crate::{NodeError, NodeResult, NodeState};

/// Statements that are read at a time for a file.
const STATEMENTS_A_READ: usize = 500;

/// Statements by member code, in the order of their logs.
#[utoipa::path(get, path = "/api/v1/statements", tag = "log", params(StatementsAsk), responses((status = 200, body = types::Page<types::StatementPlace>), (status = 400, description = "A parameter is wrong"), (status = 404, description = "No such member")))]
pub(crate) async fn statements(
    question: Question,
    Ask(ask): Ask<StatementsAsk>,
) -> Result<Response, ApiError> {
    let window = window(ask.offset, ask.limit)?;
    let charters = question.node().charters();
    if let Some(code) = ask
        .member
        .as_deref()
        .filter(|code| charters.member_ever(code).is_none())
    {
        return Err(ApiError::not_found("member", code));
    }
    if let Some(format) = download::asked(ask.format.as_ref())? {
        download::whole(ask.offset, ask.limit)?;
        let node = question.node().clone();
        return question
            .download(format, move |lens| {
                let member = ask.member.as_deref();
                let all = every(&node, &lens.twin.cut().sizes, member)?;
                Ok(download::statements(&all, member.unwrap_or_default()))
            })
            .await;
    }
    // The logs are on the disk: what the twin keeps of them is what they say of the chain.
    blocking(move || {
        let node = question.node().clone();
        question.answer(|lens| {
            let sizes = &lens.twin.cut().sizes;
            Ok(listed(&node, sizes, ask.member.as_deref(), window)?)
        })
    })
    .await
}

/// A page of the statements of a cut, by member code and index; of one member, if one is asked for. List and total are of every
/// entry of the logs, those whose key does not count there included: they stand in the tree, and each is told to count for
/// nothing where it is shown alone. Blocking.
fn listed(
    node: &NodeState,
    sizes: &BTreeMap<String, u64>,
    member: Option<&str>,
    (offset, limit): (usize, usize),
) -> NodeResult<types::Page<types::StatementPlace>> {
    let asked = |code: &&String| member.is_none_or(|member| member == code.as_str());
    let mut items = Vec::with_capacity(limit);
    let (mut skip, mut total) = (offset as u64, 0);
    for (code, size) in sizes.iter().filter(|(code, _)| asked(code)) {
        total += size;
        let first = skip.min(*size);
        skip -= first;
        let wanted = (limit - items.len()) as u64;
        let wanted = u32::try_from(wanted.min(size - first)).unwrap_or(u32::MAX);
        if wanted == 0 {
            continue;
        }
        let log = node.log_of(code)?;
        let entries = log.entries(first, wanted)?;
        if entries.len() as u64 != u64::from(wanted) {
            let reason = format!("entry {} is missing", first + entries.len() as u64);
            let origin = log.origin().to_owned();
            return Err(NodeError::StoredLog { origin, reason });
        }
        for entry in entries {
            let statement = Statement::parse(&entry.bytes)?;
            items.push(views::place_in_log(code, entry.index, &statement));
        }
    }
    Ok(types::Page {
        items,
        total,
        offset: offset as u64,
        limit: limit as u64,
    })
}

/// Every statement of a cut, for a file: read page by page, so that no more of the logs is held than what is told of them. Blocking.
fn every(
    node: &NodeState,
    sizes: &BTreeMap<String, u64>,
    member: Option<&str>,
) -> Result<Vec<types::StatementPlace>, DownloadError> {
    let mut all = Vec::new();
    loop {
        let page = listed(node, sizes, member, (all.len(), STATEMENTS_A_READ))?;
        if page.total > download::ROWS_MAX as u64 {
            return Err(DownloadError::TooLong { rows: page.total });
        }
        if page.items.is_empty() {
            return Ok(all);
        }
        all.extend(page.items);
    }
}

/// A statement decoded for people.
#[utoipa::path(get, path = "/api/v1/statements/{id}", tag = "log", params(("id" = String, Path, description = "Statement id, 64 hexadecimal digits", pattern = "^[0-9a-f]{64}$")), responses((status = 200, body = types::StatementView), (status = 400, description = "Not an id"), (status = 404, description = "No such statement here")))]
pub(crate) async fn statement(
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<axum::Json<types::StatementView>, ApiError> {
    let node = state.node.clone();
    blocking(move || {
        let found = Found::by_id(&node, &id)?;
        Ok(axum::Json(found.view(&node)?))
    })
    .await
}

/// A statement's bytes (COSE_Sign1).
#[utoipa::path(get, path = "/api/v1/statements/{id}/cose", tag = "log", params(("id" = String, Path, description = "Statement id, 64 hexadecimal digits", pattern = "^[0-9a-f]{64}$")), responses((status = 200, content_type = "application/cose", body = Vec<u8>), (status = 400, description = "Not an id"), (status = 404, description = "No such statement here")))]
pub(crate) async fn statement_cose(
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let node = state.node.clone();
    let bytes = blocking(move || Found::by_id(&node, &id).map(|found| found.entry.bytes)).await?;
    Ok((forever("application/cose; cose-type=\"cose-sign1\""), bytes).into_response())
}

/// Everything that is needed to check a statement's place and signature.
#[utoipa::path(get, path = "/api/v1/statements/{id}/proof", tag = "log", params(("id" = String, Path, description = "Statement id, 64 hexadecimal digits", pattern = "^[0-9a-f]{64}$")), responses((status = 200, body = types::InclusionProof), (status = 400, description = "Not an id"), (status = 404, description = "No such statement here")))]
pub(crate) async fn statement_proof(
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<axum::Json<types::InclusionProof>, ApiError> {
    let node = state.node.clone();
    blocking(move || {
        let found = Found::by_id(&node, &id)?;
        let log = node.log_of(&found.member)?;
        let head = log
            .head()?
            .ok_or_else(|| ApiError::not_found("log", &found.member))?;
        // Where the charter has cut the copy back, nothing that is signed leads to the entry yet.
        let note = head
            .checkpoint
            .ok_or_else(|| ApiError::not_found("checkpoint", &found.member))?;
        let inclusion = log.inclusion(found.entry.index, Some(head.size))?;
        let charters = node.charters();
        let key = charters
            .statement_key_at(&found.member, found.entry.index, &found.statement.key)
            .map_err(|_| ApiError::not_found("key", &found.statement.key.to_string()))?;
        let keys = log_keys::ever(charters, &found.member).map_err(NodeError::Log)?;
        let (_, _, log_key) = log_keys::open_with(&keys, &note, &[]).map_err(NodeError::Log)?;
        Ok(axum::Json(types::InclusionProof {
            member: found.member,
            index: inclusion.index,
            size: inclusion.size,
            leaf: inclusion.leaf.to_string(),
            path: inclusion.path.iter().map(ToString::to_string).collect(),
            checkpoint: String::from_utf8_lossy(&note).into_owned(),
            log_key: log_key.vkey(),
            statement_key: hex::encode(key.to_bytes()),
        }))
    })
    .await
}

/// A payload that travels beside its statement.
#[utoipa::path(get, path = "/api/v1/blobs/{digest}", tag = "log", params(("digest" = String, Path, description = "SHA-256, 64 hexadecimal digits", pattern = "^[0-9a-f]{64}$")), responses((status = 200, content_type = "application/json", body = Vec<u8>), (status = 400, description = "Not a digest"), (status = 404, description = "Not here")))]
pub(crate) async fn blob(
    State(state): State<ApiState>,
    Path(digest): Path<String>,
) -> Result<Response, ApiError> {
    let node = state.node.clone();
    let bytes = blocking(move || {
        let wanted: Digest = digest
            .parse()
            .map_err(|error: didymium_statement::StatementError| {
                ApiError::query("digest", error.to_string())
            })?;
        node.store()
            .blob(wanted.as_bytes())?
            .ok_or_else(|| ApiError::not_found("blob", &digest))
    })
    .await?;
    Ok((forever("application/json"), bytes).into_response())
}

/// Headers of bytes that are named by their digest and never change.
fn forever(content_type: &'static str) -> [(header::HeaderName, &'static str); 2] {
    [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ]
}

/// A statement found in a log held here, and allowed to be read.
struct Found {
    member: String,
    entry: EntryRecord,
    statement: Statement,
}

impl Found {
    fn by_id(node: &NodeState, id: &str) -> Result<Self, ApiError> {
        let wanted: Digest = id
            .parse()
            .map_err(|error: didymium_statement::StatementError| ApiError::query("id", error.to_string()))?;
        let missing = || ApiError::not_found("statement", id);
        let places = node.store().find(wanted.as_bytes())?;
        let place = places.first().ok_or_else(missing)?;
        let member = node.member_of_log(&place.origin).map_err(|_| missing())?;
        let entry = node
            .log_of(&member.member)?
            .entry(place.index)?
            .ok_or_else(missing)?;
        let statement = Statement::parse(&entry.bytes).map_err(|error| ApiError::Node(error.into()))?;
        // Nobody is logged in to these pages, so only what is public is shown, and of what is sealed all but the payload, which
        // is not here; anything else is as if it were not here.
        if !matches!(statement.visibility, Visibility::Public | Visibility::Sealed) {
            return Err(missing());
        }
        Ok(Self {
            member: member.member.clone(),
            entry,
            statement,
        })
    }

    /// Why it counts for nothing in the twin, in words.
    fn refused(&self, node: &NodeState, blob: Option<&[u8]>) -> Option<String> {
        let terms = node.charters().statement_terms(&self.member);
        if !terms.hold(&self.statement.key, self.entry.index) {
            return Some("signed with a key that does not count at this place of the log".to_owned());
        }
        let twin = node.twin();
        let displaced = twin.iter().flat_map(|twin| twin.displaced());
        let id = self.statement.id();
        let displaced = displaced
            .filter(|one| one.statement.id == id)
            .map(|one| one.reason.clone())
            .next();
        displaced.or_else(|| TwinBuilder::why_uninterpreted(node.vocabulary(), &self.statement, blob))
    }

    fn view(&self, node: &NodeState) -> Result<types::StatementView, ApiError> {
        let place = views::place_in_log(&self.member, self.entry.index, &self.statement);
        let blob = match &self.statement.payload {
            PayloadRef::Blob(digest) => node.store().blob(digest.as_bytes())?,
            PayloadRef::Inline(_) | PayloadRef::Sealed(_) => None,
        };
        let refused = self.refused(node, blob.as_deref());
        let (payload, payload_bytes) = match &self.statement.payload {
            PayloadRef::Inline(bytes) => (serde_json::from_slice(bytes).ok(), bytes.len() as u64),
            // Its length is part of what is sealed.
            PayloadRef::Sealed(_) => (None, 0),
            PayloadRef::Blob(_) => (None, blob.as_ref().map_or(0, |blob| blob.len() as u64)),
        };
        let status = match (&self.statement.kind.kind, refused) {
            (_, Some(reason)) => reason,
            (Kind::Genesis, None) => "genesis".to_owned(),
            (_, None) => "interpreted".to_owned(),
        };
        Ok(types::StatementView {
            place,
            version: self.statement.kind.version,
            visibility: self.statement.visibility.as_str().to_owned(),
            subject: self.statement.subject.clone(),
            valid: self
                .statement
                .valid
                .map(|valid| (valid.first.to_string(), valid.last.to_string())),
            key_id: self.statement.key.to_string(),
            status,
            payload,
            payload_bytes,
            recorded: rfc3339(self.entry.recorded_ms),
        })
    }
}
