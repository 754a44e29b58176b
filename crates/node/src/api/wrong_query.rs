//! What is wrong with a query that cannot be read, in the words of this interface.
//!
//! The rules are those of the OpenAPI document: the same declarations describe a parameter there and judge it here. Nothing
//! of this runs for a query that can be read.

use axum::extract::Query;
use axum::http::Uri;
use serde_json::Value;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::query::OFFSET_MAX;
use super::{ApiError, times};

/// Longest query in bytes.
const QUERY_BYTES_MAX: usize = 1_200;

/// Longest piece of a query that an answer repeats, in characters.
const SHOWN_CHARACTERS_MAX: usize = 40;

/// Names and values, decoded, in the order they were given.
type Pairs = Vec<(String, String)>;

/// Refuses a query that is too long to be looked at.
///
/// # Errors
/// [`ApiError::Query`] that names the longest parameter.
pub(super) fn check_length(uri: &Uri) -> Result<(), ApiError> {
    let bytes = uri.query().map_or(0, str::len);
    if bytes <= QUERY_BYTES_MAX {
        return Ok(());
    }
    let longest = pairs(uri).into_iter().max_by_key(|(_, value)| value.len());
    let name = longest.map_or_else(|| "query".to_owned(), |(name, _)| shown(&name));
    Err(ApiError::query(
        name,
        format!("the query has {bytes} bytes, at most {QUERY_BYTES_MAX} are allowed"),
    ))
}

/// The first rule of `T`'s parameters that the query breaks; `timed` says that those of [`times`] are taken beside them.
pub(super) fn explain<T: IntoParams>(uri: &Uri, timed: bool) -> ApiError {
    let rules = T::into_params(|| Some(ParameterIn::Query));
    let pairs = pairs(uri);
    let names = || {
        let times = times::NAMES.iter().filter(|_| timed).copied();
        let names = rules.iter().map(|rule| rule.name.as_str()).chain(times);
        let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
        names.join(", ")
    };
    for (place, (name, value)) in pairs.iter().enumerate() {
        let Some(rule) = rules.iter().find(|rule| rule.name == *name) else {
            let reason = format!("is no parameter of this address, which takes {}", names());
            return ApiError::query(shown(name), reason);
        };
        if pairs[..place].iter().any(|(earlier, _)| earlier == name) {
            return ApiError::query(name.clone(), "is given twice");
        }
        if let Some(allowed) = breaks(rule, value) {
            let reason = format!("must be {allowed}, not `{}`", shown(value));
            return ApiError::query(name.clone(), reason);
        }
    }
    let given = |rule: &&Parameter| pairs.iter().any(|(name, _)| *name == rule.name);
    let missing = |rule: &&Parameter| matches!(rule.required, Required::True) && !given(rule);
    match rules.iter().find(missing) {
        Some(rule) => {
            let about = rule.description.as_deref().unwrap_or_default();
            ApiError::query(rule.name.clone(), format!("must be given: {about}"))
        }
        None => ApiError::query("query", format!("cannot be read; this address takes {}", names())),
    }
}

fn pairs(uri: &Uri) -> Pairs {
    Query::<Pairs>::try_from_uri(uri).map_or_else(|_| Pairs::new(), |Query(pairs)| pairs)
}

/// What is allowed, if the value is not.
fn breaks(rule: &Parameter, value: &str) -> Option<String> {
    let schema = serde_json::to_value(&rule.schema).unwrap_or_default();
    let is = |wanted: &str| match &schema["type"] {
        Value::String(one) => one == wanted,
        Value::Array(several) => several.iter().any(|one| one == wanted),
        _ => false,
    };
    if is("integer") {
        let least = schema["minimum"].as_u64().unwrap_or(0);
        let most = schema["maximum"].as_u64().unwrap_or(OFFSET_MAX);
        let number = value.parse::<u64>().ok();
        let fits = number.is_some_and(|number| (least..=most).contains(&number));
        return (!fits).then(|| format!("a whole number from {least} to {most}"));
    }
    let fits = !is("boolean") || matches!(value, "true" | "false");
    (!fits).then(|| "`true` or `false`".to_owned())
}

/// A piece of the query as it may be repeated: short, and nothing in it that a terminal obeys or that turns text around.
fn shown(text: &str) -> String {
    let mut characters = text.chars();
    let start: String = characters.by_ref().take(SHOWN_CHARACTERS_MAX).collect();
    let more = if characters.next().is_some() { "…" } else { "" };
    format!("{}{more}", start.escape_debug())
}
