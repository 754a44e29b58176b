//! Countries that appear anywhere in the twin: one row each.

use std::collections::BTreeMap;

use didymium_statement::payload::Source;

use super::{Columns, Table, credits, shown};
use crate::api::types;
use crate::api::views::{self, Lens};

/// A country, and the editions that tell of it.
struct Row<'t> {
    told: types::CountryRow,
    editions: Vec<&'t Source>,
}

/// Every country with the number of its sites and the stages in which it is among the largest. Credited are the editions of these
/// sites, and those by whose figures it is among the largest.
pub fn countries(lens: Lens<'_>) -> Table<'_> {
    let editions = shown::editions(lens);
    let ranked = views::editions_of_leads(lens.twin);
    let rows: Vec<Row<'_>> = views::countries(lens)
        .into_iter()
        .map(|told| {
            let sites = shown::behind(lens, &editions, &told.sites);
            let leads = told.leads.iter().filter_map(|lead| ranked.get(lead));
            let all = sites.into_iter().chain(leads.flatten().copied());
            let all: BTreeMap<&str, &Source> = all.map(|source| (source.source.as_str(), source)).collect();
            Row {
                editions: all.into_values().collect(),
                told,
            }
        })
        .collect();
    let columns = Columns::over(&rows)
        .text("area", |row| row.told.area.clone())
        .flag("member", |row| Some(row.told.member))
        .text("quantity", |_| "sites")
        .decimal("value", |row| row.told.sites.value.clone())
        .text("unit", |row| row.told.sites.unit.clone())
        .text("basis", |row| row.told.sites.basis.clone())
        .text("leads", |row| row.told.leads.join("; "));
    credits::credited(columns, |row| &row.editions)
        .text("figure", |row| row.told.sites.figure.clone())
        .table(&["countries"])
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn a_country_is_credited_to_those_who_tell_of_its_sites_and_of_its_rank() {
        let twin = example::twin();
        let rows = example::rows(&countries(Lens { twin: &twin }));
        let columns = ["area", "member", "value", "unit", "leads", "source"];
        assert_eq!(
            example::cells(&rows, columns),
            [
                ["CAN", "true", "0", "count", "", ""],
                ["AUS", "false", "0", "count", "rare_earths/mine", "usgs-mcs-2025"],
                ["CHN", "false", "0", "count", "rare_earths/mine", "usgs-mcs-2025"],
                [
                    "USA",
                    "false",
                    "2",
                    "count",
                    "rare_earths/mine",
                    "sites-2026; usgs-mcs-2025"
                ],
            ]
        );
    }
}
