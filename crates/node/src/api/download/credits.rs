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

/// Between what two editions say in one cell.
const APART: &str = "; ";

/// The columns that tell a row's editions, and what must be shown with it. Where a row rests on several editions, each column but the
/// attribution is a list joined by `; ` with one entry an edition, all in the same order: the third licence is that of the third
/// source. The attribution is what must be shown with the row, each line once: such lines have `; ` in them and are no list.
pub(super) fn credited<'r, 't, R>(
    columns: Columns<'r, 't, R>,
    of: impl Fn(&'r R) -> &'r [&'r Source],
) -> Columns<'r, 't, R> {
    columns
        .text("source", |row| parallel(of(row), |source| source.source.clone()))
        .text("publication", |row| {
            parallel(of(row), |source| source.series.clone())
        })
        .text("publisher", |row| {
            parallel(of(row), |source| source.publisher.clone())
        })
        .text("published", |row| {
            parallel(of(row), |source| source.published.to_string())
        })
        .text("licence", |row| {
            parallel(of(row), |source| source.licence.clone())
        })
        .text("attribution", |row| each_once(of(row)))
}

/// What each edition says, one entry an edition. An entry has none of what parts entries.
fn parallel(sources: &[&Source], field: impl Fn(&Source) -> String) -> String {
    let entry = |source: &&Source| match sources {
        [_] => field(source),
        _ => field(source).replace(APART, ", "),
    };
    sources.iter().map(entry).collect::<Vec<_>>().join(APART)
}

/// The attributions of all, each once.
fn each_once(sources: &[&Source]) -> String {
    let mut told: Vec<&str> = Vec::new();
    for source in sources {
        let text = source.attribution.as_str();
        if !text.is_empty() && !told.contains(&text) {
            told.push(text);
        }
    }
    told.join(APART)
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn every_source_has_its_licence_at_its_place() {
        let twin = example::twin();
        let first = twin.sources().iter().next().unwrap();
        let named = |source: &str, licence: &str, attribution: &str| Source {
            source: source.into(),
            licence: licence.into(),
            attribution: attribution.into(),
            ..(**first).clone()
        };
        let sources = [
            named("a", "CC-BY-4.0", "A; by way of B"),
            named("b", "own; see page", ""),
            named("c", "CC-BY-4.0", "A; by way of B"),
        ];
        let several: Vec<&Source> = sources.iter().collect();
        let licences = |of: &[&Source]| parallel(of, |source| source.licence.clone());
        assert_eq!(parallel(&several, |source| source.source.clone()), "a; b; c");
        assert_eq!(licences(&several), "CC-BY-4.0; own, see page; CC-BY-4.0");
        assert_eq!(each_once(&several), "A; by way of B");
        // Of one edition everything is as it says it.
        assert_eq!(licences(&several[1..2]), "own; see page");
        assert_eq!(licences(&[]), "");
    }
}
