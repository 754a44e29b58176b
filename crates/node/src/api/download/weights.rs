//! What an estimate is made of, as a table: every report and assumption with its weight.

use std::collections::BTreeMap;

use didymium_statement::payload::Source;
use didymium_twin::FigureAddress;
use didymium_twin::balance::{Key, Weight};

use super::estimates::called;
use super::{Columns, DownloadError, Table, credits};
use crate::api::types;
use crate::api::views::{BalanceLens, address, decimal, weight_line};

/// A report or assumption, and how it is told.
struct Row<'b> {
    weight: Weight<'b>,
    told: types::WeightLine,
    said: Option<String>,
    sources: Vec<&'b Source>,
}

/// Everything that an estimate is made of, the heaviest first.
///
/// # Errors
/// [`DownloadError::Nothing`] where there is no such estimate, or nobody can know it; [`DownloadError::TooLong`].
pub fn weights(of: BalanceLens<'_>, key: &Key) -> Result<Table<'static>, DownloadError> {
    let twin = of.lens.twin;
    let weights = of.balance.weights(key).ok_or(DownloadError::Nothing)?;
    super::check_length(weights.len())?;
    let rows: Vec<Row<'_>> = weights
        .into_iter()
        .map(|weight| {
            let facts = weight.origin.facts().iter();
            let sources = facts.map(|fact| &*twin.fact(*fact).source);
            let site = weight.origin.site().and_then(|site| twin.sites().get(site));
            let sources = sources.chain(site.map(|record| &record.site.source));
            let sources: BTreeMap<&str, &Source> =
                sources.map(|source| (source.source.as_str(), source)).collect();
            let report = weight.report.and_then(|number| of.balance.reports.get(number));
            Row {
                told: weight_line(of, &weight),
                said: report.map(|report| decimal(report.said())),
                sources: sources.into_values().collect(),
                weight,
            }
        })
        .collect();
    let figure = address(of.balance, key);
    let columns = Columns::over(&rows)
        .text("figure", |_| figure.clone())
        .text("kind", |row| row.told.kind.clone())
        .integer("report", |row| row.weight.report.map(|number| number as u64))
        .decimal("part_percent", |row| Some(row.told.part.clone()))
        .decimal("gain", |row| Some(row.told.gain.clone()))
        .decimal("counts_percent", |row| row.told.counts.clone())
        .decimal("said", |row| row.said.clone())
        .text("unit", |_| "t")
        .text("words_en", |row| row.told.words.en.clone())
        .text("words_fr", |row| row.told.words.fr.clone())
        .text("site", |row| row.told.site.clone().unwrap_or_default())
        .text("facts", |row| {
            let facts = row.weight.origin.facts().iter();
            let facts = facts.map(|fact| FigureAddress::Fact(twin.fact(*fact).digest).to_string());
            facts.collect::<Vec<_>>().join("; ")
        });
    let columns = credits::credited(columns, |row| &row.sources);
    // The address names what the figure is of: `estimate`, then family, layer, stage, place, period and line.
    let name = [called(of.balance, "weights")];
    let parts = figure.split('|').skip(1);
    let name: Vec<&str> = name.iter().map(String::as_str).chain(parts).collect();
    Ok(columns.table(&name))
}
