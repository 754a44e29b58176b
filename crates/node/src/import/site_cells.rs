//! Cells of a site's row: its point, its capacity, its owners.

use didymium_statement::payload::{Capacity, Owner, Point, PointPrecision};
use didymium_vocabulary::{Decimal, Period, parse_decimal};

use super::problem::Problems;
use super::table::Row;

/// A row of a table of sites.
type SiteRow<'t> = Row<'t, 26>;

/// A problem was told.
pub(super) struct Told;

fn number_of(row: &SiteRow<'_>, column: &'static str, problems: &mut Problems) -> Result<Decimal, Told> {
    parse_decimal(row.get(column)).map_err(|error| {
        problems.add(row.line(), Some(column), row.get(column), error.to_string());
        Told
    })
}

pub(super) fn period_of(
    row: &SiteRow<'_>,
    column: &'static str,
    problems: &mut Problems,
) -> Result<Option<Period>, Told> {
    if row.get(column).is_empty() {
        return Ok(None);
    }
    row.get(column).parse().map(Some).map_err(|error| {
        problems.add(row.line(), Some(column), row.get(column), format!("{error}"));
        Told
    })
}

/// Either every column of a group is filled, or none.
fn empty_together(
    row: &SiteRow<'_>,
    first: &str,
    rest: &[&'static str],
    problems: &mut Problems,
) -> Result<(), Told> {
    match rest.iter().find(|column| !row.get(column).is_empty()) {
        Some(column) => {
            problems.add(
                row.line(),
                Some(column),
                row.get(column),
                format!("must be empty where `{first}` is"),
            );
            Err(Told)
        }
        None => Ok(()),
    }
}

pub(super) fn point_of(row: &SiteRow<'_>, problems: &mut Problems) -> Result<Option<Point>, Told> {
    if row.get("lat").is_empty() {
        return empty_together(row, "lat", &["lon", "point_precision", "point_source"], problems)
            .map(|()| None);
    }
    let precision = PointPrecision::parse(row.get("point_precision")).map_err(|error| {
        problems.add_error(row.line(), &error, |column| row.find(column));
        Told
    })?;
    let (lat, lon) = (number_of(row, "lat", problems)?, number_of(row, "lon", problems)?);
    Ok(Some(Point {
        lat,
        lon,
        precision,
        source: row.get("point_source").to_owned(),
    }))
}

pub(super) fn capacity_of(row: &SiteRow<'_>, problems: &mut Problems) -> Result<Option<Capacity>, Told> {
    if row.get("capacity").is_empty() {
        let rest = ["capacity_unit", "substance", "mass_basis", "capacity_period"];
        return empty_together(row, "capacity", &rest, problems).map(|()| None);
    }
    Ok(Some(Capacity {
        value: number_of(row, "capacity", problems)?,
        unit: row.get("capacity_unit").to_owned(),
        mass_basis: row.get("mass_basis").to_owned(),
        substance: row.get("substance").to_owned(),
        period: period_of(row, "capacity_period", problems)?,
    }))
}

/// `Name:51; Name:49`; a share may be left out.
pub(super) fn owners_of(cell: &str) -> Result<Vec<Owner>, String> {
    if cell.is_empty() {
        return Ok(Vec::new());
    }
    cell.split(';')
        .map(str::trim)
        .map(|owner| match owner.rsplit_once(':') {
            None => Ok(Owner {
                name: owner.to_owned(),
                share: None,
            }),
            Some((name, share)) => match parse_decimal(share.trim()) {
                Ok(share) => Ok(Owner {
                    name: name.trim().to_owned(),
                    share: Some(share),
                }),
                Err(_) => Err(format!(
                    "`{share}` is no share in percent; write `Name:51; Name:49`"
                )),
            },
        })
        .collect()
}
