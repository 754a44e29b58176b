//! The parameters by which every question about the twin can be asked of another of its states.
//!
//! They are taken off the address before a question's own parameters are read, so that no handler knows of them, and put
//! into the OpenAPI document in one place.

use axum::extract::Query;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::{OpenApi, RefOr};

use super::{ApiError, wrong_query};
use crate::as_of::{AsOfError, Times};

/// Tags of the operations that ask the twin; beside these, the list of its statements does.
const TAGS: [&str; 2] = ["twin", "chain"];
const STATEMENTS: &str = "/api/v1/statements";

/// The parameters by name.
pub(super) const NAMES: [&str; 3] = ["as_of", "cut", "published_by"];

/// Which state of the twin.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct TimeAsk {
    /// The twin of what this node had recorded by then: a day (its end, UTC) or an instant (RFC 3339). Other nodes recorded the
    /// same at other times: the cut that `twin/digest` answers can be asked of them.
    #[param(example = "2026-11-22T10:00:00Z")]
    as_of: Option<String>,
    /// The twin of the first entries of each log, `CAN:12,DEU:40,…`; a member left out counts as 0.
    #[param(example = "CAN:12,DEU:40")]
    cut: Option<String>,
    /// Only what sources published on or before that day: rule R1 chooses among those editions. Such a view has no digest.
    #[param(example = "2025-06-30")]
    published_by: Option<String>,
}

/// That the parameters of this module are taken at an address: what it does take is told to who asks wrongly.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimesTaken;

/// Takes the parameters off an address; answers what they say and the address without them.
///
/// # Errors
/// [`ApiError::Query`] that names the parameter.
pub(super) fn take(uri: &Uri) -> Result<(Times, Uri), ApiError> {
    wrong_query::check_length(uri)?;
    let Some(query) = uri.query() else {
        return Ok((Times::default(), uri.clone()));
    };
    let is_time = |pair: &&str| {
        let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
        NAMES.contains(&name)
    };
    let (times, others): (Vec<&str>, Vec<&str>) = query.split('&').partition(is_time);
    if times.is_empty() {
        return Ok((Times::default(), uri.clone()));
    }
    let times = with_query(uri, &times)?;
    let Query(ask) =
        Query::<TimeAsk>::try_from_uri(&times).map_err(|_| wrong_query::explain::<TimeAsk>(&times, false))?;
    let times = Times::parse(
        ask.as_of.as_deref(),
        ask.cut.as_deref(),
        ask.published_by.as_deref(),
    )?;
    Ok((times, with_query(uri, &others)?))
}

fn with_query(uri: &Uri, pairs: &[&str]) -> Result<Uri, ApiError> {
    let path = uri.path();
    let text = if pairs.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", pairs.join("&"))
    };
    // A part of an address that could be read can be read.
    let asked: PathAndQuery = text.parse().map_err(|_| ApiError::Unrenderable)?;
    Ok(Uri::from(asked))
}

impl From<AsOfError> for ApiError {
    fn from(error: AsOfError) -> Self {
        match (error.parameter(), error) {
            (_, AsOfError::Store(error)) => error.into(),
            (parameter, error) => Self::query(parameter.unwrap_or("as_of"), error.to_string()),
        }
    }
}

/// Adds the parameters to every operation of the document that asks the twin.
pub(super) fn describe(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let Some(operation) = item.get.as_mut() else {
            continue;
        };
        let tags = operation.tags.iter().flatten();
        if path == STATEMENTS || tags.into_iter().any(|tag| TAGS.contains(&tag.as_str())) {
            let times = TimeAsk::into_params(|| Some(ParameterIn::Query));
            operation
                .parameters
                .get_or_insert_default()
                .extend(times.into_iter().map(RefOr::T));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_names_a_state_is_taken_off_an_address() {
        let all = TimeAsk::into_params(|| Some(ParameterIn::Query));
        let names: Vec<&str> = all.iter().map(|parameter| parameter.name.as_str()).collect();
        assert_eq!(names, NAMES);
        let uri = |text: &str| text.parse::<Uri>().unwrap();
        let (times, rest) = take(&uri("/a?x=1&as_of=1970-01-01&cutter=2&published_by=2025-06-30")).unwrap();
        assert_eq!(rest.to_string(), "/a?x=1&cutter=2");
        assert_eq!(
            times,
            Times::parse(Some("1970-01-01"), None, Some("2025-06-30")).unwrap()
        );
        let (times, rest) = take(&uri("/a?cut=CAN:1")).unwrap();
        assert_eq!((rest.to_string().as_str(), times.is_now()), ("/a", false));
        for wrong in [
            "/a?as_of=1970-01-01&as_of=1970-01-02",
            "/a?cut=CAN:1&as_of=2026-01-01",
            "/a?as_of",
        ] {
            assert!(take(&uri(wrong)).is_err(), "{wrong}");
        }
    }
}
