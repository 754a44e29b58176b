//! What a figure rests on: one row an observation or a site.

use didymium_twin::FigureAddress;

use super::{Columns, DownloadError, ROWS_MAX, Table, shown};
use crate::api::types;
use crate::api::views::{self, Lens};

/// An observation or a site, and what it is to the figure.
struct Row {
    role: &'static str,
    key: types::SeriesKey,
    area: String,
    partner: String,
    value: types::Figure,
    chosen: Option<bool>,
    note: String,
    /// Of a site that is counted: its key, name and status.
    site: [String; 3],
    fact: String,
    statements: Vec<types::StatementPlace>,
}

/// Everything that a figure rests on, and what was not chosen for it. The answer is a tree that ends in statements; its leaves are
/// alike, so each is a row: `role` says whether an observation goes into the figure (`input`), stands beside it unchosen
/// (`alternative`), or a `site` is counted in it. Rule and formula are words of the answer, not rows.
///
/// # Errors
/// [`DownloadError::NotHere`]; [`DownloadError::TooLong`].
pub fn provenance<'t>(lens: Lens<'t>, address: &FigureAddress) -> Result<Table<'t>, DownloadError> {
    let asked = address.to_string();
    let found = views::provenance_whole(lens, address, ROWS_MAX + 1);
    let found = found.ok_or_else(|| DownloadError::not_here("figure", &asked))?;
    let total = found.inputs_total + found.alternatives.len() as u64 + found.sites_total;
    super::check_length(usize::try_from(total).unwrap_or(usize::MAX))?;
    let observed = |role| move |trace| Row::observed(role, trace);
    let inputs = found.inputs.into_iter().map(observed("input"));
    let alternatives = found.alternatives.into_iter().map(observed("alternative"));
    let sites = found.sites.into_iter().map(|site| Row::counted(site, &found.key));
    let rows: Vec<Row> = inputs.chain(alternatives).chain(sites).collect();
    let columns = Columns::over(&rows)
        .text("of_figure", |_| asked.clone())
        .text("of_quantity", |_| found.quantity.clone())
        .text("role", |row| row.role);
    let columns = shown::named(columns, |row| &row.key)
        .text("area", |row| row.area.clone())
        .text("partner", |row| row.partner.clone());
    let columns = shown::told(columns, |row| &row.value)
        .flag("chosen", |row| row.chosen)
        .text("note", |row| row.note.clone())
        .text("site", |row| row.site[0].clone())
        .text("name", |row| row.site[1].clone())
        .text("status", |row| row.site[2].clone());
    let columns = shown::credited(columns, &shown::editions(lens), |row| &row.value)
        .text("fact", |row| row.fact.clone())
        .text("statements", |row| {
            let statements = row.statements.iter().map(|place| place.statement.as_str());
            statements.collect::<Vec<_>>().join("; ")
        });
    let key = &found.key;
    let name = [
        "provenance",
        &found.quantity,
        &key.measure,
        &key.commodity,
        &key.stage,
    ];
    let period = [found.area.as_str(), found.value.period.as_str()];
    Ok(columns.table(&[&name[..], &period[..]].concat()))
}

impl Row {
    fn observed(role: &'static str, trace: types::ObservationTrace) -> Self {
        let observation = trace.observation;
        Self {
            role,
            key: observation.key,
            area: observation.area,
            partner: observation.partner,
            value: observation.value,
            chosen: Some(observation.chosen),
            note: observation.note,
            site: Default::default(),
            fact: observation.fact,
            statements: trace.statements,
        }
    }

    /// A site has no figure of its own here: it is one of those that are counted.
    fn counted(site: types::SiteTrace, key: &types::SeriesKey) -> Self {
        Self {
            role: "site",
            key: key.clone(),
            area: site.country,
            partner: String::new(),
            value: types::Figure {
                source: site.source.source,
                ..types::Figure::default()
            },
            chosen: None,
            note: String::new(),
            site: [site.site, site.name, site.status],
            fact: String::new(),
            statements: vec![site.statement],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn what_a_figure_rests_on_leads_to_editions_and_statements() {
        let twin = example::twin();
        let lens = Lens { twin: &twin };
        let mine = views::overview(lens, "rare_earths").unwrap().stages.remove(0);
        let of = |figure: &str| {
            let table = provenance(lens, &figure.parse().unwrap()).unwrap();
            example::rows(&table)
        };
        let share = of(&mine.top[0].share.figure);
        let told = example::cells(&share, ["of_quantity", "role", "area", "value", "unit", "source"]);
        for expected in [
            ["share", "input", "CHN", "255000", "t", "usgs-mcs-2025"],
            ["share", "input", "WLD", "376000", "t", "usgs-mcs-2025"],
        ] {
            assert!(
                told.contains(&expected.map(str::to_owned)),
                "{expected:?}: {told:?}"
            );
        }
        assert!(
            share
                .iter()
                .all(|row| row["statements"].len() == 64 && row["fact"].len() == 64)
        );
        let sites = of(&mine.sites.total.figure);
        let told = example::cells(
            &sites,
            ["role", "site", "status", "area", "value", "source", "licence"],
        );
        assert_eq!(
            told,
            [["site", "pit", "suspended", "USA", "", "sites-2026", "CC0-1.0"]]
        );
        let none = FigureAddress::Fact(didymium_statement::Digest::of(b"nothing"));
        assert!(matches!(
            provenance(lens, &none),
            Err(DownloadError::NotHere { what: "figure", .. })
        ));
    }
}
