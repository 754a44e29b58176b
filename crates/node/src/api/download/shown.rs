//! Figures of several series in one table: the columns that name the series of each, tell the figure, and credit it.

use std::collections::BTreeMap;

use didymium_statement::payload::Source;
use didymium_twin::FigureAddress;

use super::{Columns, credits};
use crate::api::types;
use crate::api::views::{self, Lens, SiteFilter};

/// Editions by their keys.
pub(super) type Editions<'t> = BTreeMap<&'t str, &'t Source>;

/// Every edition that a figure of a twin may name.
pub(super) fn editions(lens: Lens<'_>) -> Editions<'_> {
    let sources = lens.twin.sources().iter();
    sources
        .map(|source| (source.source.as_str(), &**source))
        .collect()
}

/// The columns that name a row's series; its substance stands beside the unit.
pub(super) fn named<'r, 't, R>(
    columns: Columns<'r, 't, R>,
    key: impl Fn(&'r R) -> &'r types::SeriesKey,
) -> Columns<'r, 't, R> {
    columns
        .text("measure", |row| key(row).measure.clone())
        .text("commodity", |row| key(row).commodity.clone())
        .text("stage", |row| key(row).stage.clone())
        .text("form", |row| key(row).form.clone())
        .text("mass_basis", |row| key(row).mass_basis.clone())
        .text("subject", |row| key(row).subject.clone())
}

/// The columns that tell a row's figure.
pub(super) fn told<'r, 't, R>(
    columns: Columns<'r, 't, R>,
    figure: impl Fn(&'r R) -> &'r types::Figure,
) -> Columns<'r, 't, R> {
    columns
        .text("period", |row| figure(row).period.clone())
        .decimal("value", |row| figure(row).value.clone())
        .text("unit", |row| figure(row).unit.clone())
        .text("substance", |row| {
            figure(row).substance.clone().unwrap_or_default()
        })
        .text("qualifier", |row| figure(row).qualifier.clone())
        .text("basis", |row| figure(row).basis.clone())
        .integer("sources", |row| {
            let sources = figure(row).sources;
            (sources > 0).then_some(u64::from(sources))
        })
        .decimal("spread", |row| figure(row).spread.clone())
}

/// The columns that credit a row's figure, which is of one edition, and its address.
pub(super) fn credited<'r, 't, R>(
    columns: Columns<'r, 't, R>,
    editions: &Editions<'t>,
    figure: impl Fn(&'r R) -> &'r types::Figure,
) -> Columns<'r, 't, R> {
    credits::edition(columns, |row| editions.get(figure(row).source.as_str()).copied())
        .text("figure", |row| figure(row).figure.clone())
}

/// The series that a figure is of, as its address tells; of no series, a name that is empty.
pub(super) fn series_of(lens: Lens<'_>, figure: &types::Figure) -> types::SeriesKey {
    match figure.figure.parse() {
        Ok(FigureAddress::Fact(digest)) => {
            let fact = lens.twin.fact_by_digest(&digest);
            fact.map_or_else(Default::default, |fact| lens.key(fact.series))
        }
        Ok(FigureAddress::Series { key, .. }) => (*key).into(),
        _ => types::SeriesKey::default(),
    }
}

/// The editions behind a figure, each once: its own, or, of a number of sites, those of the sites that are counted.
pub(super) fn behind<'t>(lens: Lens<'t>, editions: &Editions<'t>, figure: &types::Figure) -> Vec<&'t Source> {
    if let Some(own) = editions.get(figure.source.as_str()) {
        return vec![own];
    }
    let Ok(FigureAddress::Sites {
        commodity,
        stage,
        status,
        country,
    }) = figure.figure.parse()
    else {
        return Vec::new();
    };
    let given = |text: String| Some(text).filter(|text| !text.is_empty());
    let filter = SiteFilter {
        commodity: given(commodity),
        stage: given(stage),
        status: given(status),
        country: given(country),
        text: None,
    };
    let counted = views::matching_sites(lens.twin, &filter);
    let counted: Editions<'t> = counted
        .into_iter()
        .map(|record| (record.site.source.source.as_str(), &record.site.source))
        .collect();
    counted.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn a_number_of_sites_is_credited_to_those_who_tell_of_the_sites() {
        let twin = example::twin();
        let lens = Lens { twin: &twin };
        let editions = editions(lens);
        let behind = |figure: &types::Figure| -> Vec<&str> {
            let found = behind(lens, &editions, figure);
            found.iter().map(|source| source.source.as_str()).collect()
        };
        let found = views::overview(lens, "rare_earths").unwrap();
        let mine = &found.stages[0];
        assert_eq!(behind(mine.world.as_ref().unwrap()), ["usgs-mcs-2025"]);
        assert_eq!(behind(&mine.sites.total), ["sites-2026"]);
        assert_eq!(behind(&mine.sites.operating), [""; 0]);
    }

    #[test]
    fn an_address_names_the_series_of_a_fact_and_of_what_is_computed() {
        let twin = example::twin();
        let lens = Lens { twin: &twin };
        let found = views::overview(lens, "rare_earths").unwrap();
        let mine = &found.stages[0];
        let series = mine.series.clone().unwrap();
        assert_eq!(series_of(lens, mine.hhi.as_ref().unwrap()), series);
        assert_eq!(series_of(lens, &mine.top[0].value), series);
        assert_eq!(series_of(lens, &mine.sites.total), types::SeriesKey::default());
    }
}
