//! Sites: what is done at each of them, and the figures of one.

use didymium_twin::SiteRecord;
use didymium_vocabulary::canonical_decimal;

use super::{Columns, DownloadError, Table, credits, one};
use crate::api::types;
use crate::api::views::{self, Lens, SiteFilter};

/// Sites, one row a process; a site without one has a row of its own.
///
/// # Errors
/// None yet; the length is judged when the file is written.
pub fn sites<'t>(lens: Lens<'t>, filter: &SiteFilter) -> Result<Table<'t>, DownloadError> {
    let records = views::matching_sites(lens.twin, filter);
    let rows: Vec<(&'t SiteRecord, Option<usize>)> = records
        .into_iter()
        .flat_map(|record| {
            let processes = record.site.processes.len();
            let places = (0..processes).map(Some);
            let alone = (processes == 0).then_some(None);
            places.chain(alone).map(move |place| (record, place))
        })
        .collect();
    let process =
        |row: &(&'t SiteRecord, Option<usize>)| row.1.and_then(|place| row.0.site.processes.get(place));
    let capacity = |row: &(&'t SiteRecord, Option<usize>)| process(row)?.capacity.as_ref();
    let columns = registered(Columns::over(&rows), |row| row.0)
        .text("commodity", |row| {
            process(row).map_or("", |process| &process.commodity)
        })
        .text("stage", |row| process(row).map_or("", |process| &process.stage))
        .text("form", |row| process(row).map_or("", |process| &process.form))
        .decimal("capacity", |row| {
            capacity(row).map(|capacity| canonical_decimal(capacity.value))
        })
        .text("unit", |row| capacity(row).map_or("", |capacity| &capacity.unit))
        .text("substance", |row| {
            capacity(row).map_or("", |capacity| &capacity.substance)
        })
        .text("mass_basis", |row| {
            capacity(row).map_or("", |capacity| capacity.mass_basis.as_str())
        })
        .text("capacity_period", |row| {
            capacity(row)
                .and_then(|capacity| capacity.period)
                .map_or_else(String::new, |period| period.to_string())
        })
        .text("process_status", |row| {
            process(row).map_or("", |process| process.status.as_str())
        })
        .text("basis", |row| {
            process(row).map_or("", |process| process.basis.as_str())
        })
        .text("note", |row| process(row).map_or("", |process| &process.note));
    let columns = credits::edition(columns, |row| Some(&row.0.site.source));
    let columns = columns.text("statement", |row| row.0.statement.id.to_string());
    Ok(columns.table(&[
        "sites",
        one(&filter.commodity),
        one(&filter.stage),
        one(&filter.country),
    ]))
}

/// What one site's page says in figures.
enum Part {
    /// A process, by its place, with its capacity if that is published.
    Process(usize),
    /// An owner, with their share if that is published.
    Owner(String),
}

/// A process or an owner of a site, and the figure that is published of it.
struct Row {
    part: Part,
    figure: types::Figure,
}

/// One site: a row a process with its `capacity`, then a row an owner with the `owner_share`. Its page has two lists of figures; one
/// table holds both because each row says what it is and carries the site, and a process or an owner of which no number is published
/// keeps its row, without a value. The notices and neighbours of the page have files of their own (`notices`, `sites`).
///
/// # Errors
/// [`DownloadError::NotHere`].
pub fn site<'t>(lens: Lens<'t>, key: &str) -> Result<Table<'t>, DownloadError> {
    let missing = || DownloadError::not_here("site", key);
    let record = lens.twin.sites().get(key).ok_or_else(missing)?;
    let told = lens.site(record);
    let processes = told.processes.into_iter().enumerate();
    let processes = processes.map(|(place, process)| Row {
        part: Part::Process(place),
        figure: process.capacity.unwrap_or_default(),
    });
    let owners = told.owners.into_iter().map(|owner| Row {
        part: Part::Owner(owner.name),
        figure: types::Figure {
            // What a name rests on is told without a share too.
            basis: owner.basis,
            ..owner.share.unwrap_or_default()
        },
    });
    let rows: Vec<Row> = processes.chain(owners).collect();
    let process = |row: &Row| match row.part {
        Part::Process(place) => record.site.processes.get(place),
        Part::Owner(_) => None,
    };
    let columns = registered(Columns::over(&rows), |_| record)
        .text("quantity", |row| match row.part {
            Part::Process(_) => "capacity",
            Part::Owner(_) => "owner_share",
        })
        .text("owner", |row| match &row.part {
            Part::Owner(name) => name.clone(),
            Part::Process(_) => String::new(),
        })
        .text("commodity", |row| {
            process(row).map_or("", |process| &process.commodity)
        })
        .text("stage", |row| process(row).map_or("", |process| &process.stage))
        .text("form", |row| process(row).map_or("", |process| &process.form))
        .text("period", |row| row.figure.period.clone())
        .decimal("value", |row| row.figure.value.clone())
        .text("unit", |row| row.figure.unit.clone())
        .text("substance", |row| {
            row.figure.substance.clone().unwrap_or_default()
        })
        .text("mass_basis", |row| {
            let capacity = process(row).and_then(|process| process.capacity.as_ref());
            capacity.map_or("", |capacity| &capacity.mass_basis)
        })
        .text("process_status", |row| {
            process(row).map_or("", |process| process.status.as_str())
        })
        .text("start", |row| {
            let start = process(row).and_then(|process| process.start);
            start.map_or_else(String::new, |start| start.to_string())
        })
        .text("basis", |row| match process(row) {
            Some(process) => process.basis.as_str().to_owned(),
            None => row.figure.basis.clone(),
        })
        .text("note", |row| process(row).map_or("", |process| &process.note));
    let columns = credits::edition(columns, |_| Some(&record.site.source))
        .text("statement", |_| record.statement.id.to_string())
        .text("figure", |row| row.figure.figure.clone());
    Ok(columns.table(&["site", key]))
}

/// The columns that tell which site a row is of.
fn registered<'r, 't, R>(
    columns: Columns<'r, 't, R>,
    of: impl Fn(&'r R) -> &'t SiteRecord,
) -> Columns<'r, 't, R> {
    let point = |row: &'r R| of(row).site.point.as_ref();
    columns
        .text("site", |row| of(row).site.site.as_str())
        .text("uri", |row| of(row).uri.as_str())
        .text("name", |row| of(row).site.name.as_str())
        .text("country", |row| of(row).site.country.as_str())
        .text("place", |row| of(row).site.place.as_str())
        .decimal("latitude", |row| Some(point(row)?.lat.to_string()))
        .decimal("longitude", |row| Some(point(row)?.lon.to_string()))
        .text("point_precision", |row| {
            point(row).map_or("", |point| point.precision.as_str())
        })
        .text("operator", |row| of(row).site.operator.as_str())
        .text("owners", |row| owners(of(row)))
        .text("status", |row| of(row).site.status.as_str())
}

fn owners(record: &SiteRecord) -> String {
    let owner = |owner: &didymium_statement::payload::Owner| match owner.share {
        Some(share) => format!("{} ({} %)", owner.name, canonical_decimal(share)),
        None => owner.name.clone(),
    };
    record
        .site
        .owners
        .iter()
        .map(owner)
        .collect::<Vec<_>>()
        .join("; ")
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn a_site_has_a_row_a_process_and_a_row_an_owner() {
        let twin = example::twin();
        let rows = example::rows(&site(Lens { twin: &twin }, "pit").unwrap());
        let told: Vec<[&str; 6]> = rows
            .iter()
            .map(|row| {
                ["quantity", "stage", "owner", "value", "unit", "basis"].map(|name| row[name].as_str())
            })
            .collect();
        let expected = [
            ["capacity", "mine", "", "45000", "t", "reported"],
            ["capacity", "concentration", "", "", "", "reported"],
            ["owner_share", "", "North", "60", "percent", "estimated"],
            ["owner_share", "", "South", "", "", "estimated"],
        ];
        assert_eq!(told, expected);
        assert!(
            rows.iter()
                .all(|row| row["site"] == "pit" && row["licence"] == "CC0-1.0")
        );
        assert_eq!(
            (rows[0]["mass_basis"].as_str(), rows[2]["mass_basis"].as_str()),
            ("contained", "")
        );
        let none = site(Lens { twin: &twin }, "no-such-site");
        assert!(matches!(none, Err(DownloadError::NotHere { what: "site", .. })));
    }

    #[test]
    fn a_list_of_sites_has_a_row_a_process() {
        let twin = example::twin();
        let rows = example::rows(&sites(Lens { twin: &twin }, &SiteFilter::default()).unwrap());
        assert_eq!(
            example::cells(&rows, ["site", "owners", "stage", "capacity", "unit"]),
            [
                ["claim", "", "separation", "", ""],
                ["pit", "North (60 %); South", "mine", "45000", "t"],
                ["pit", "North (60 %); South", "concentration", "", ""],
            ]
        );
    }
}
