//! The stages of a chain: one row a figure.

use didymium_statement::payload::Source;
use didymium_twin::SeriesId;

use super::{Columns, DownloadError, Table, credits, shown};
use crate::api::types;
use crate::api::views::{self, Lens};

/// A figure of a stage.
struct Row<'t> {
    quantity: &'static str,
    key: types::SeriesKey,
    area: String,
    figure: types::Figure,
    share: Option<String>,
    /// Among the countries, 1 for the largest.
    rank: Option<u64>,
    /// Of how many countries the whole of the figure's period is the sum, where it is no world total.
    listed: Option<u32>,
    editions: Vec<&'t Source>,
}

/// Every figure of the overview, stage by stage. The lines of the page have figures of different kinds beside each other, and a list
/// of notices; one row a figure keeps the unit, the period and the edition of each: `quantity` says which it is (`world`, `cell` for
/// the largest countries by `rank`, `club`, `hhi`, `n-1`, `change`, `trend` for world totals over time, `sites` and
/// `sites_operating`). Notices have a file of their own.
///
/// # Errors
/// [`DownloadError::NoCommodity`].
pub fn overview<'t>(lens: Lens<'t>, commodity: &str) -> Result<Table<'t>, DownloadError> {
    let found = views::overview(lens, commodity);
    let found = found.ok_or_else(|| DownloadError::NoCommodity(commodity.to_owned()))?;
    let editions = shown::editions(lens);
    let mut rows: Vec<Row<'t>> = Vec::new();
    for line in found.stages {
        let series = line.series.as_ref().and_then(|key| series_of(lens, key));
        rows.extend(rows_of(line, commodity).map(|row| Row {
            editions: shown::behind(lens, &editions, &row.figure),
            listed: listed(lens, series, &row.figure),
            ..row
        }));
    }
    let columns = shown::named(Columns::over(&rows), |row| &row.key)
        .text("area", |row| row.area.clone())
        .text("quantity", |row| row.quantity);
    let columns = shown::told(columns, |row| &row.figure)
        .decimal("share_percent", |row| row.share.clone())
        .integer("rank", |row| row.rank)
        .integer("listed", |row| row.listed.map(u64::from));
    let columns =
        credits::credited(columns, |row| &row.editions).text("figure", |row| row.figure.figure.clone());
    Ok(columns.table(&["overview", commodity]))
}

fn series_of(lens: Lens<'_>, key: &types::SeriesKey) -> Option<SeriesId> {
    let names = [
        &key.measure,
        &key.commodity,
        &key.stage,
        &key.form,
        &key.substance,
        &key.mass_basis,
        &key.subject,
    ];
    lens.twin.find_series(names.map(|name| Some(name.as_str())))
}

/// What is a share of those listed alone, or their sum, says so; a number of sites has no period.
fn listed(lens: Lens<'_>, series: Option<SeriesId>, figure: &types::Figure) -> Option<u32> {
    lens.twin.listed_only(series?, figure.period.parse().ok()?)
}

fn rows_of<'t>(line: types::StageLine, commodity: &str) -> impl Iterator<Item = Row<'t>> {
    // Sites are counted at the stage, whatever series stands for it.
    let place = types::SeriesKey {
        commodity: commodity.to_owned(),
        stage: line.stage,
        form: line.form,
        ..types::SeriesKey::default()
    };
    let key = line.series.unwrap_or_else(|| place.clone());
    let plain = move |quantity, key: &types::SeriesKey, area: &str, figure| Row {
        quantity,
        key: key.clone(),
        area: area.to_owned(),
        figure,
        share: None,
        rank: None,
        listed: None,
        editions: Vec::new(),
    };
    let world = |quantity, figure: Option<types::Figure>| {
        figure.map(|figure| plain(quantity, &key, didymium_twin::WORLD, figure))
    };
    let shared = |quantity, rank, country: types::CountryShare| Row {
        share: country.share.value,
        rank,
        ..plain(quantity, &key, &country.area, country.value)
    };
    let mut rows: Vec<Row<'t>> = Vec::new();
    rows.extend(world("world", line.world));
    let ranked = (1..).zip(line.top);
    rows.extend(ranked.map(|(rank, country)| shared("cell", Some(rank), country)));
    rows.extend(line.club.map(|club| shared("club", None, club)));
    rows.extend(world("hhi", line.hhi));
    rows.extend(world("n-1", line.n_minus_1));
    rows.extend(world("change", line.change));
    rows.extend(
        line.trend
            .into_iter()
            .filter_map(|figure| world("trend", Some(figure))),
    );
    rows.push(plain("sites", &place, "", line.sites.total));
    rows.push(plain("sites_operating", &place, "", line.sites.operating));
    rows.into_iter()
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn every_figure_of_a_stage_is_a_row_that_says_what_it_is() {
        let twin = example::twin();
        let lens = Lens { twin: &twin };
        let rows = example::rows(&overview(lens, "rare_earths").unwrap());
        let mine: Vec<_> = rows
            .iter()
            .filter(|row| row["stage"] == "mine")
            .cloned()
            .collect();
        let columns = [
            "quantity",
            "area",
            "period",
            "value",
            "unit",
            "share_percent",
            "rank",
        ];
        let told = example::cells(&mine, columns);
        for expected in [
            ["world", "WLD", "2023", "376000", "t", "", ""],
            ["cell", "CHN", "2023", "255000", "t", "67.8191", "1"],
            ["cell", "USA", "2023", "41600", "t", "11.0638", "2"],
            ["trend", "WLD", "2022", "300000", "t", "", ""],
            ["trend", "WLD", "2023", "376000", "t", "", ""],
            ["sites", "", "", "1", "count", "", ""],
            ["sites_operating", "", "", "0", "count", "", ""],
        ] {
            assert!(
                told.contains(&expected.map(str::to_owned)),
                "{expected:?}: {told:?}"
            );
        }
        let sites = mine.iter().find(|row| row["quantity"] == "sites").unwrap();
        assert_eq!(
            (sites["source"].as_str(), sites["licence"].as_str()),
            ("sites-2026", "CC0-1.0")
        );
        let none = overview(lens, "unobtainium");
        assert!(matches!(none, Err(DownloadError::NoCommodity(_))));
    }
}
