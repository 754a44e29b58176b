//! Files as answers.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, RefOr};

use super::super::ApiError;
use super::super::cache::Question;
use super::super::views::Lens;
use super::{DownloadError, Format, Table, file};
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
        let tag = match self.tagged() {
            Ok(tag) => tag,
            Err(not_modified) => return Ok(*not_modified),
        };
        let _turn = self.download_turn()?;
        let made = blocking({
            let twin = twin.clone();
            move || {
                let lens = Lens { twin: &twin };
                let table = make(lens)?;
                Ok::<_, ApiError>(file(lens, &table, format)?)
            }
        });
        let made = made.await.map_err(|error| match error {
            ApiError::Download(DownloadError::Nothing) => {
                self.told(ApiError::not_found("rows for", self.text()), &twin)
            }
            error => error,
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
            DownloadError::Format | DownloadError::TooLong { .. } => Self::query("format", error.to_string()),
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
