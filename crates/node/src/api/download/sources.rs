//! Editions that figures, sites and notices come from: one row each.

use super::{Columns, Table, credits};
use crate::api::views::Lens;

/// Every edition with its licence and the line that must be shown with its figures.
pub fn sources(lens: Lens<'_>) -> Table<'_> {
    let columns = Columns::over(lens.twin.sources());
    credits::edition(columns, |source| Some(&**source))
        .text("title", |source| source.title.as_str())
        .text("url", |source| source.url.as_str())
        .text("retrieved", |source| source.retrieved.to_string())
        .table(&["sources"])
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn an_edition_has_its_licence_and_its_days() {
        let twin = example::twin();
        let rows = example::rows(&sources(Lens { twin: &twin }));
        let columns = [
            "source",
            "publication",
            "title",
            "published",
            "retrieved",
            "licence",
            "attribution",
        ];
        let told = example::cells(&rows, columns);
        assert_eq!(told.len(), 6, "what sites and notices come from too: {told:?}");
        let mined = [
            "usgs-mcs-2025",
            "usgs-mcs",
            "Edition usgs-mcs-2025",
            "2025-01-31",
            "2026-11-22",
            "CC0-1.0",
            "Says usgs-mcs",
        ];
        assert!(told.contains(&mined.map(str::to_owned)), "{told:?}");
    }
}
