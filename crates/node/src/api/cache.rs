//! Answers rendered once a cut.
//!
//! A question about the twin has one answer per cut, so the bytes are kept under the question until the cut changes, and
//! the entity tag is the cut with a hash of the question. What is kept is bounded in bytes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::body::Bytes;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse as _, Response};
use didymium_statement::Digest;
use didymium_twin::Twin;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::sync::OwnedSemaphorePermit;

use super::balances::{Balanced, Served, Stale, Which};
use super::past::Seen;
use super::views::{BalanceLens, Lens};
use super::{ApiError, ApiState, times, types};
use crate::NodeState;
use crate::as_of::Times;
use crate::server::etag_for;

/// Most bytes of rendered answers that are kept.
const KEPT_BYTES_MAX: usize = 32 * 1024 * 1024;
/// A larger answer is not kept.
const KEPT_ANSWER_BYTES_MAX: usize = 2 * 1024 * 1024;

#[derive(Clone)]
pub(crate) struct RenderCache {
    kept: Arc<Mutex<Kept>>,
    bytes_max: usize,
}

impl Default for RenderCache {
    fn default() -> Self {
        Self::of_at_most(KEPT_BYTES_MAX)
    }
}

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
    /// Keeps so many bytes of answers at most.
    pub(crate) fn of_at_most(bytes_max: usize) -> Self {
        Self {
            kept: Arc::default(),
            bytes_max,
        }
    }

    fn find(&self, tag: Digest, question: &str) -> Option<Bytes> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.tag == Some(tag))
            .then(|| kept.answers.get(question).cloned())
            .flatten()
    }

    fn keep(&self, tag: Digest, question: &str, answer: &Bytes) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.turn_to(tag);
        if kept.bytes > self.bytes_max {
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
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
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
///
/// It takes the parameters that name a state of the twin off the address (`as_of`, `cut`, `published_by`), so it must stand
/// before [`Ask`](super::query::Ask) among a handler's arguments. What it answers from is that state, or the present one.
pub(crate) struct Question {
    state: ApiState,
    uri: Uri,
    headers: HeaderMap,
    times: Times,
    /// What it is answered from; nothing before the first twin.
    seen: Option<Seen>,
}

impl FromRequestParts<ApiState> for Question {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Self::Rejection> {
        let (times, rest) = times::take(&parts.uri)?;
        let asked = std::mem::replace(&mut parts.uri, rest);
        parts.extensions.insert(times::TimesTaken);
        let seen = if times.is_now() {
            state.node.twin().map(|twin| Seen {
                twin,
                cache: state.cache.clone(),
            })
        } else {
            Some(state.past.seen(&state.node, &times, &state.cache).await?)
        };
        Ok(Self {
            state: state.clone(),
            uri: asked,
            headers: parts.headers.clone(),
            times,
            seen,
        })
    }
}

impl Question {
    /// The node that is asked.
    pub(crate) const fn node(&self) -> &NodeState {
        &self.state.node
    }

    /// The twin that it is answered from, and what was rendered of it.
    ///
    /// # Errors
    /// [`ApiError::Building`] before the first twin.
    pub(crate) fn seen(&self) -> Result<&Seen, ApiError> {
        self.seen.as_ref().ok_or(ApiError::Building)
    }

    /// The balance of a family at the state that is asked for.
    ///
    /// # Errors
    /// [`ApiError::Building`] before the first twin; those of [`Balances::of`](super::balances::Balances::of).
    pub(crate) async fn balance(&self, which: &Which) -> Result<Served, ApiError> {
        let Seen { twin, .. } = self.seen()?;
        let balances = &self.state.balances;
        let served = match balances.of(twin, which, self.times.is_now()).await {
            // There was a good one before the node began: its state is in the logs still.
            Err(ApiError::Unbalanced(told)) if self.times.is_now() => {
                match self.before_the_start(which).await {
                    Some(before) => Ok(balances.good_before(which, before, told)),
                    None => Err(ApiError::Unbalanced(told)),
                }
            }
            served => served,
        };
        served.map_err(|error| self.told(error, twin))
    }

    /// The last good balance of before the node began, solved again.
    async fn before_the_start(&self, which: &Which) -> Option<Arc<Balanced>> {
        let balances = &self.state.balances;
        let times = balances.last_good().of(&which.family)?;
        let past = self
            .state
            .past
            .seen(&self.state.node, &times, &self.state.cache)
            .await
            .ok()?;
        let served = balances.of(&past.twin, which, false).await.ok()?;
        Some(served.balanced)
    }

    /// An error as it is told of the state that was asked for.
    pub(crate) fn told(&self, error: ApiError, twin: &Twin) -> ApiError {
        error.at(twin, !self.times.is_now())
    }

    /// The entity tag of the answer, or the answer that the reader has it already.
    pub(crate) fn tagged(&self) -> Result<HeaderValue, Box<Response>> {
        let version = self.seen.as_ref().map(|seen| version_of(&seen.twin));
        let version = version.map_or_else(String::new, |version| version.to_string());
        etag_for(&self.headers, &format!("{version}{}", self.asked())).map_err(Box::new)
    }

    /// A place among those that make files; it is given back when it is dropped.
    ///
    /// # Errors
    /// [`ApiError::DownloadsBusy`].
    pub(crate) fn download_turn(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        let downloads = Arc::clone(&self.state.downloads);
        downloads.try_acquire_owned().map_err(|_| ApiError::DownloadsBusy)
    }

    /// What is asked, as it was written.
    fn asked(&self) -> &str {
        self.uri.path_and_query().map_or("", |asked| asked.as_str())
    }

    /// Answers from the reader's own copy (304), from what is kept, or by rendering.
    ///
    /// # Errors
    /// [`ApiError::Building`] before the first twin; what `render` says.
    pub(crate) fn answer<T: Serialize>(
        &self,
        render: impl FnOnce(Lens<'_>) -> Result<T, ApiError>,
    ) -> Result<Response, ApiError> {
        let Seen { twin, cache } = self.seen()?;
        let version = version_of(twin);
        let asked = self.asked();
        let tag = match self.tagged() {
            Ok(tag) => tag,
            Err(not_modified) => return Ok(*not_modified),
        };
        let body = match cache.find(version, asked) {
            Some(kept) => kept,
            None => {
                let answer = render(Lens { twin }).map_err(|error| self.told(error, twin))?;
                let rendered = serde_json::to_vec(&answer).map_err(|_| ApiError::Unrenderable)?;
                let rendered = Bytes::from(rendered);
                cache.keep(version, asked, &rendered);
                rendered
            }
        };
        let fixed = [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "no-cache"),
        ];
        Ok((fixed, [(header::ETAG, tag)], body).into_response())
    }

    /// Answers from a balance. One that is shown only until the present is balanced is kept by nobody.
    ///
    /// # Errors
    /// Those of [`Question::answer`].
    pub(crate) fn answer_of<T: Serialize>(
        &self,
        served: &Served,
        render: impl FnOnce(BalanceLens<'_>) -> Result<T, ApiError>,
    ) -> Result<Response, ApiError> {
        let passing = matches!(served.stale, Some(Stale::Solving));
        if !passing {
            return self.answer(|_| render(served.lens()));
        }
        let answer = render(served.lens()).map_err(|error| self.told(error, &served.balanced.twin))?;
        let rendered = serde_json::to_vec(&answer).map_err(|_| ApiError::Unrenderable)?;
        let fixed = [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        Ok((fixed, rendered).into_response())
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
            let items = self.seen()?.cache.items(version_of(lens.twin), list);
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

/// The cut, what of it is shown, and what of it is missing: a twin becomes complete without a change of its cut.
pub(crate) fn version_of(twin: &Twin) -> Digest {
    let mut text = twin.cut().id().to_string();
    if let Some(day) = twin.published_by() {
        text.push_str(&format!(" published by {day}"));
    }
    for blob in twin.missing().unwrap_or_default() {
        text.push_str(&blob.blob.to_string());
    }
    Digest::of(text.as_bytes())
}
