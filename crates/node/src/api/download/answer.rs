//! Files as answers.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, RefOr};

use super::super::ApiError;
use super::super::balances::Served;
use super::super::cache::Question;
use super::super::views::{BalanceLens, Lens};
use super::{DownloadError, File, Format, Table, file};
use crate::blocking::blocking;

/// The form of file that is asked for, if one is.
///
/// # Errors
/// [`ApiError::Query`].
pub(crate) fn asked(format: Option<&String>) -> Result<Option<Format>, ApiError> {
    match format.map(String::as_str) {
        None | Some("" | "json") => Ok(None),
        Some(text) => Ok(Some(text.parse()?)),
    }
}

/// The form of what is a file alone: CSV if none is asked for.
///
/// # Errors
/// [`ApiError::Query`].
pub(crate) fn asked_alone(format: Option<&String>) -> Result<Format, ApiError> {
    match format.map(String::as_str) {
        None | Some("") => Ok(Format::Csv),
        Some(text) => text
            .parse()
            .map_err(|_| ApiError::query("format", "must be `csv` or `parquet`: draws are a file alone")),
    }
}

/// Refuses a part of a list where a file is asked for: a file holds all that match.
///
/// # Errors
/// [`ApiError::Query`].
pub(crate) fn whole(offset: Option<u64>, limit: Option<u64>) -> Result<(), ApiError> {
    let given = [("offset", offset.is_some()), ("limit", limit.is_some())];
    match given.into_iter().find(|(_, given)| *given) {
        Some((name, _)) => Err(ApiError::query(
            name,
            "a file holds all that match: leave this out, or `format`",
        )),
        None => Ok(()),
    }
}

impl Question {
    /// Answers with a file of the view that `make` gives.
    ///
    /// # Errors
    /// [`ApiError::Building`] before the first twin; [`ApiError::DownloadsBusy`]; what `make` and [`file`] say.
    pub(crate) async fn download(
        self,
        format: Format,
        make: impl for<'t> FnOnce(Lens<'t>) -> Result<Table<'t>, DownloadError> + Send + 'static,
    ) -> Result<Response, ApiError> {
        let twin = self.seen()?.twin.clone();
        self.sent(format, move || {
            let lens = Lens { twin: &twin };
            file(lens, &make(lens)?, format)
        })
        .await
    }

    /// The same of a balance. A file does not say that it is of an earlier balance than the present, so there is none of such.
    ///
    /// # Errors
    /// [`ApiError::Unbalanced`] with the reason why there is no present one; as [`Question::download`].
    pub(crate) async fn download_balance(
        self,
        format: Format,
        served: Served,
        make: impl FnOnce(BalanceLens<'_>) -> Result<Table<'static>, DownloadError> + Send + 'static,
    ) -> Result<Response, ApiError> {
        if let Some(stale) = &served.stale {
            return Err(ApiError::Unbalanced(stale.words().to_owned()));
        }
        self.sent(format, move || {
            let of = served.lens();
            file(of.lens, &make(of)?, format)
        })
        .await
    }

    async fn sent(
        self,
        format: Format,
        make: impl FnOnce() -> Result<File, DownloadError> + Send + 'static,
    ) -> Result<Response, ApiError> {
        let tag = match self.tagged() {
            Ok(tag) => tag,
            Err(not_modified) => return Ok(*not_modified),
        };
        let _turn = self.download_turn()?;
        let made = blocking(move || Ok::<_, ApiError>(make()?)).await;
        let twin = &self.seen()?.twin;
        let made = made.map_err(|error| match error {
            ApiError::Download(DownloadError::Nothing) => self.told(ApiError::Nothing, twin),
            error => self.told(error, twin),
        })?;
        // The name is of plain characters alone, which need no quoting.
        let disposition = format!("attachment; filename=\"{}\"", made.name);
        let disposition =
            HeaderValue::try_from(disposition).unwrap_or(HeaderValue::from_static("attachment"));
        let headers = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static(format.media_type()),
            ),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (header::CONTENT_DISPOSITION, disposition),
            (header::ETAG, tag),
        ];
        Ok((headers, made.bytes).into_response())
    }
}

impl From<DownloadError> for ApiError {
    fn from(error: DownloadError) -> Self {
        match error {
            DownloadError::NotInBalance { parameter, .. } => Self::query(parameter, error.to_string()),
            DownloadError::Draws | DownloadError::TooManyDraws { .. } => {
                Self::query("count", error.to_string())
            }
            DownloadError::Seed => Self::query("seed", error.to_string()),
            DownloadError::Format | DownloadError::TooLong { .. } => Self::query("format", error.to_string()),
            DownloadError::NoCommodity(commodity) => Self::not_found("commodity", &commodity),
            DownloadError::NotHere { what, key } => Self::not_found(what, &key),
            DownloadError::Node(error) => Self::Node(error),
            DownloadError::Balance(error) => Self::from(&error),
            error => Self::Download(error),
        }
    }
}

/// Says in the document which operations answer with files: those that take `format`.
pub(crate) fn describe(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        let Some(operation) = item.get.as_mut() else {
            continue;
        };
        let parameters = operation.parameters.iter().flatten();
        let is_format = |parameter: &RefOr<utoipa::openapi::path::Parameter>| matches!(parameter, RefOr::T(parameter) if parameter.name == "format");
        if !parameters.into_iter().any(is_format) {
            continue;
        }
        if let Some(RefOr::T(answer)) = operation.responses.responses.get_mut("200") {
            for format in [Format::Csv, Format::Parquet] {
                let media_type = format.media_type().split(';').next().unwrap_or_default();
                let schema = ObjectBuilder::new().schema_type(Type::String).build();
                let content = ContentBuilder::new().schema(Some(schema)).build();
                answer.content.insert(media_type.to_owned(), RefOr::T(content));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use didymium_twin::balance::BalanceError;
    use didymium_twin::reconcile::ReconcileError;

    use super::*;

    #[test]
    fn a_balance_that_is_none_says_why() {
        let source = ReconcileError::ValueNotFinite {
            variable: 7,
            value: f64::NAN,
        };
        let unsolved = BalanceError::Unsolved {
            family: "cobalt".into(),
            near: "mine COD 2022 produced".into(),
            source,
        };
        let told = ApiError::from(DownloadError::from(unsolved));
        assert!(matches!(&told, ApiError::Unbalanced(_)), "{told:?}");
        let text = told.to_string();
        assert!(
            text.contains("`cobalt` has no solution near mine COD 2022 produced") && text.contains("NaN"),
            "{text}"
        );
        let told = ApiError::from(DownloadError::from(BalanceError::NoFamily {
            family: "cobalt".into(),
        }));
        assert!(
            matches!(&told, ApiError::NotFound { key, .. } if key == "cobalt"),
            "{told:?}"
        );
        let told = ApiError::from(DownloadError::from(BalanceError::NothingSaid {
            family: "cobalt".into(),
        }));
        assert!(
            matches!(&told, ApiError::NothingSaid(why) if why.contains("nobody has reported a mass of `cobalt`")),
            "{told:?}"
        );
    }
}
