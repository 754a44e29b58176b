//! Why a question has no answer.

use std::borrow::Cow;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};

use didymium_twin::Twin;

use super::download::{DownloadError, NOTHING};
use crate::NodeError;
use crate::server::{Problem, ProblemType};

/// Longest reason in characters: some repeat what was given.
const REASON_CHARACTERS_MAX: usize = 500;

/// An error of `/api/v1`; it is sent as problem details (RFC 9457).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// The first twin is not built yet.
    #[error("the twin is being built from the log; ask again in a moment")]
    Building,
    /// There is no such thing here.
    #[error("no {what} `{key}` here")]
    NotFound {
        /// What was asked for.
        what: &'static str,
        /// Its name, cut to a readable length.
        key: String,
    },
    /// There is no such thing here, but not everything is here: it may be in what is missing.
    #[error("no {what} `{key}` here, and this node is incomplete: it may be in what is missing")]
    NotHereYet {
        /// What was asked for.
        what: &'static str,
        /// Its name, cut to a readable length.
        key: String,
    },
    /// There was no such thing in the state that was asked for.
    #[error("no {what} `{key}` in the state that is asked for: the logs up to {sizes}{published}")]
    NotThen {
        /// What was asked for.
        what: &'static str,
        /// Its name, cut to a readable length.
        key: String,
        /// The sizes of the cut, or that they are all 0.
        sizes: String,
        /// Up to when sources count, if not all do.
        published: String,
    },
    /// Nothing is known of what is asked for, though it is asked rightly.
    #[error("{NOTHING}")]
    Nothing,
    /// Nobody said anything that the answer could be made of.
    #[error("{0}")]
    NothingSaid(String),
    /// A parameter is wrong.
    #[error("parameter `{parameter}`: {reason}")]
    Query {
        /// Which; one that is not known is cut to a readable length, and escaped.
        parameter: Cow<'static, str>,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// The balance has no solution, and none before it had.
    #[error("the reports cannot be balanced: {0}")]
    Unbalanced(String),
    /// An answer could not be encoded.
    #[error("the answer could not be encoded")]
    Unrenderable,
    /// As many earlier states are being built as there may be.
    #[error("other earlier states of the twin are being built; ask again in a moment")]
    PastBusy,
    /// An earlier state could not be built.
    #[error("that state of the twin cannot be built")]
    Past(#[source] Arc<NodeError>),
    /// As many files are being made as there may be.
    #[error("other files are being made; ask again in a moment")]
    DownloadsBusy,
    /// A file could not be made.
    #[error(transparent)]
    Download(DownloadError),
    /// The node failed.
    #[error(transparent)]
    Node(#[from] NodeError),
}

impl ApiError {
    pub(crate) fn not_found(what: &'static str, key: &str) -> Self {
        Self::NotFound {
            what,
            key: key.chars().take(120).collect(),
        }
    }

    /// The same error, as an incomplete twin, or one of an earlier state, must tell it.
    pub(crate) fn at(self, twin: &Twin, earlier: bool) -> Self {
        match self {
            Self::Nothing if twin.missing().is_some() => Self::NothingSaid(format!(
                "{NOTHING}, and this node is incomplete: it may be in what is missing"
            )),
            Self::Nothing if earlier => Self::NothingSaid(format!(
                "{NOTHING} in the state that is asked for: the logs up to {}{}",
                sizes_of(twin),
                published(twin)
            )),
            Self::NotFound { what, key } if twin.missing().is_some() => Self::NotHereYet { what, key },
            Self::NotFound { what, key } if earlier => Self::NotThen {
                what,
                key,
                sizes: sizes_of(twin),
                published: published(twin),
            },
            other => other,
        }
    }

    pub(crate) fn query(parameter: impl Into<Cow<'static, str>>, reason: impl Into<String>) -> Self {
        Self::Query {
            parameter: parameter.into(),
            reason: reason.into().chars().take(REASON_CHARACTERS_MAX).collect(),
        }
    }
}

/// Up to when sources count, if not all do.
fn published(twin: &Twin) -> String {
    match twin.published_by() {
        Some(day) => format!(", of them what sources published by {day}"),
        None => String::new(),
    }
}

fn sizes_of(twin: &Twin) -> String {
    let sizes = twin.cut().sizes.iter().filter(|(_, size)| **size > 0);
    let sizes: Vec<String> = sizes.map(|(member, size)| format!("{member}:{size}")).collect();
    if sizes.is_empty() {
        "nothing, for this node had recorded nothing by then".to_owned()
    } else {
        sizes.join(",")
    }
}

impl From<didymium_store::StoreError> for ApiError {
    fn from(error: didymium_store::StoreError) -> Self {
        Self::Node(error.into())
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        let text = error.to_string();
        match error {
            ApiError::Building => Self::new(ProblemType::NotReady, text),
            ApiError::NotFound { what, key } => Self::not_found(format!("{what} `{key}`")),
            ApiError::NotHereYet { .. }
            | ApiError::NotThen { .. }
            | ApiError::Nothing
            | ApiError::NothingSaid(_) => Self::new(ProblemType::NotFound, text),
            ApiError::PastBusy | ApiError::DownloadsBusy => Self::new(ProblemType::Overloaded, text),
            ApiError::Past(error) => {
                tracing::error!(error = error.in_words(), "an earlier twin cannot be built");
                Self::new(ProblemType::Internal, ProblemType::Internal.meaning())
            }
            ApiError::Query { parameter, reason } => Self::parameter(&parameter, reason),
            ApiError::Download(DownloadError::Nothing) => Self::new(ProblemType::NotFound, text),
            ApiError::Download(error) => {
                tracing::error!(?error, "a file cannot be made");
                Self::new(ProblemType::Internal, text)
            }
            // What members said is at fault and not the node; it is mended by what they say next.
            ApiError::Unbalanced(_) => Self::new(ProblemType::NoBalance, text),
            ApiError::Unrenderable => Self::new(ProblemType::Internal, text),
            ApiError::Node(error) => Self::from(error),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
