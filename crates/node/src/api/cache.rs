//! Answers rendered once a cut.
//!
//! A question about the twin has one answer per cut, so the bytes are kept under the question until the cut changes, and
//! the entity tag is the cut with a hash of the question. What is kept is bounded in bytes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::body::Bytes;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse as _, Response};
use didymium_statement::Digest;
use didymium_twin::{Completeness, Twin};
use serde::Serialize;
use serde_json::value::RawValue;

use super::types;
use super::views::Lens;
use super::{ApiError, ApiState};
use crate::NodeState;
use crate::server::etag_for;

/// Most bytes of rendered answers that are kept.
const KEPT_BYTES_MAX: usize = 32 * 1024 * 1024;
/// A larger answer is not kept.
const KEPT_ANSWER_BYTES_MAX: usize = 2 * 1024 * 1024;

#[derive(Clone, Default)]
pub(crate) struct RenderCache(Arc<Mutex<Kept>>);

/// A list whose items are the same for every reader: pages of it differ in which items they show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum List {
    Sites,
    Notices,
    Countries,
}

/// Items of a list, each rendered once a cut, when somebody asks; nothing if one cannot be rendered.
type Items = Arc<OnceLock<Option<Vec<Box<RawValue>>>>>;

#[derive(Default)]
struct Kept {
    tag: Option<Digest>,
    bytes: usize,
    answers: HashMap<String, Bytes>,
    /// As long as what the twin holds of them, so not counted in `bytes`.
    items: HashMap<List, Items>,
}

impl RenderCache {
    fn find(&self, tag: Digest, question: &str) -> Option<Bytes> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.tag == Some(tag))
            .then(|| kept.answers.get(question).cloned())
            .flatten()
    }

    fn keep(&self, tag: Digest, question: &str, answer: &Bytes) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.turn_to(tag);
        if kept.bytes > KEPT_BYTES_MAX {
            kept.answers.clear();
            kept.bytes = 0;
        }
        if answer.len() <= KEPT_ANSWER_BYTES_MAX
            && kept.answers.insert(question.to_owned(), answer.clone()).is_none()
        {
            kept.bytes += answer.len() + question.len();
        }
    }
}

impl RenderCache {
    fn items(&self, tag: Digest, list: List) -> Items {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.turn_to(tag);
        Arc::clone(kept.items.entry(list).or_default())
    }
}

impl Kept {
    /// Forgets everything if the twin is another one.
    fn turn_to(&mut self, tag: Digest) {
        if self.tag != Some(tag) {
            *self = Self {
                tag: Some(tag),
                ..Self::default()
            };
        }
    }
}

/// A question about the twin: a path and its parameters, from a reader who may have an answer already.
pub(crate) struct Question {
    state: ApiState,
    uri: Uri,
    headers: HeaderMap,
}

impl FromRequestParts<ApiState> for Question {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Self::Rejection> {
        Ok(Self {
            state: state.clone(),
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
        })
    }
}

impl Question {
    /// Its parameters as they were written.
    pub(crate) fn text(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }

    /// The node that is asked.
    pub(crate) const fn node(&self) -> &NodeState {
        &self.state.node
    }

    /// Answers from the reader's own copy (304), from what is kept, or by rendering.
    ///
    /// # Errors
    /// [`ApiError::Building`] before the first twin; what `render` says.
    pub(crate) fn answer<T: Serialize>(
        &self,
        render: impl FnOnce(Lens<'_>) -> Result<T, ApiError>,
    ) -> Result<Response, ApiError> {
        let twin = self.state.node.twin().ok_or(ApiError::Building)?;
        let version = version_of(&twin);
        let asked = self.uri.path_and_query().map_or("", |asked| asked.as_str());
        let tag = match etag_for(&self.headers, &format!("{version}{asked}")) {
            Ok(tag) => tag,
            Err(not_modified) => return Ok(not_modified),
        };
        let body = match self.state.cache.find(version, asked) {
            Some(kept) => kept,
            None => {
                let answer = render(Lens { twin: &twin }).map_err(|error| error.at(&twin))?;
                let rendered = serde_json::to_vec(&answer).map_err(|_| ApiError::Unrenderable)?;
                let rendered = Bytes::from(rendered);
                self.state.cache.keep(version, asked, &rendered);
                rendered
            }
        };
        let fixed = [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "no-cache"),
        ];
        Ok((fixed, [(header::ETAG, tag)], body).into_response())
    }

    /// Answers with a page of a list. `all` gives its items and is asked once a cut; `matching` gives the places of those
    /// that are wanted, in order, or nothing for all.
    ///
    /// # Errors
    /// [`ApiError::Building`] before the first twin.
    pub(crate) fn page<T: Serialize>(
        &self,
        list: List,
        (offset, limit): (usize, usize),
        all: impl FnOnce(Lens<'_>) -> Vec<T>,
        matching: impl FnOnce(Lens<'_>) -> Option<Vec<usize>>,
    ) -> Result<Response, ApiError> {
        self.answer(|lens| {
            let items = self.state.cache.items(version_of(lens.twin), list);
            let items = items
                .get_or_init(|| {
                    let rendered = all(lens);
                    let rendered = rendered.iter().map(serde_json::value::to_raw_value);
                    rendered.collect::<Result<_, _>>().ok()
                })
                .as_ref()
                .ok_or(ApiError::Unrenderable)?;
            let places = matching(lens).unwrap_or_else(|| (0..items.len()).collect());
            let shown = places.iter().skip(offset).take(limit);
            Ok(types::Page {
                items: shown.filter_map(|place| items.get(*place).cloned()).collect(),
                total: places.len() as u64,
                offset: offset as u64,
                limit: limit as u64,
            })
        })
    }
}

/// The cut, and what of it is missing: a twin becomes complete without a change of its cut.
fn version_of(twin: &Twin) -> Digest {
    let mut text = twin.cut().id().to_string();
    if let Completeness::Incomplete { missing } = twin.completeness() {
        missing
            .iter()
            .for_each(|blob| text.push_str(&blob.blob.to_string()));
    }
    Digest::of(text.as_bytes())
}
