//! The editions behind rows, and what must be shown with them.

use didymium_statement::payload::Source;

use super::Columns;

/// The columns that tell a row's one edition, and what must be shown with it.
pub(super) fn edition<'r, 't, R>(
    columns: Columns<'r, 't, R>,
    of: impl Fn(&'r R) -> Option<&'t Source>,
) -> Columns<'r, 't, R> {
    let text = |row: &'r R, field: fn(&'t Source) -> &'t str| of(row).map_or("", field);
    columns
        .text("source", |row| text(row, |source| &source.source))
        .text("publication", |row| text(row, |source| &source.series))
        .text("edition", |row| text(row, |source| &source.edition))
        .text("publisher", |row| text(row, |source| &source.publisher))
        .text("published", |row| {
            of(row).map_or_else(String::new, |source| source.published.to_string())
        })
        .text("published_basis", |row| {
            text(row, |source| source.published_basis.as_str())
        })
        .text("licence", |row| text(row, |source| &source.licence))
        .text("attribution", |row| text(row, |source| &source.attribution))
}

/// The columns that tell a row's editions, and what must be shown with it. Where a row rests on several editions, what they say is
/// joined by `; `, each text once.
pub(super) fn credited<'r, 't, R>(
    columns: Columns<'r, 't, R>,
    of: impl Fn(&'r R) -> &'r [&'r Source],
) -> Columns<'r, 't, R> {
    columns
        .text("source", |row| joined(of(row), |source| source.source.clone()))
        .text("publication", |row| {
            joined(of(row), |source| source.series.clone())
        })
        .text("publisher", |row| {
            joined(of(row), |source| source.publisher.clone())
        })
        .text("published", |row| {
            joined(of(row), |source| source.published.to_string())
        })
        .text("licence", |row| joined(of(row), |source| source.licence.clone()))
        .text("attribution", |row| {
            joined(of(row), |source| source.attribution.clone())
        })
}

fn joined(sources: &[&Source], field: impl Fn(&Source) -> String) -> String {
    let mut told: Vec<String> = Vec::new();
    for text in sources.iter().map(|source| field(source)) {
        if !text.is_empty() && !told.contains(&text) {
            told.push(text);
        }
    }
    told.join("; ")
}
