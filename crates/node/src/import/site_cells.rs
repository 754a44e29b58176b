//! Cells of a site's row: its point, its capacity, its owners.

use didymium_statement::payload::{Basis, Capacity, Owner, Point, PointPrecision};
use didymium_vocabulary::{Decimal, Period, parse_decimal};

use super::problem::Problems;
use super::table::Row;

/// A row of a table of sites.
type SiteRow<'t> = Row<'t, 27>;

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

/// Owners, `Name:51; Name:49`, a share may be left out; what they rest on is the row's basis, or a basis of their own.
pub(super) fn owners_of(row: &SiteRow<'_>, problems: &mut Problems) -> Result<Vec<Owner>, Told> {
    let cell = row.get("owners");
    if cell.is_empty() {
        return empty_together(row, "owners", &["owners_basis"], problems).map(|()| Vec::new());
    }
    let own = if row.get("owners_basis").is_empty() {
        "basis"
    } else {
        "owners_basis"
    };
    let basis = Basis::parse(row.get(own)).map_err(|_| {
        problems.add(
            row.line(),
            Some(own),
            row.get(own),
            "is no basis; see column `basis` in the contract",
        );
        Told
    })?;
    let owner = |owner: &str| -> Result<Owner, String> {
        let (name, share) = match owner.rsplit_once(':') {
            None => (owner, None),
            Some((name, share)) => match parse_decimal(share.trim()) {
                Ok(known) => (name.trim(), Some(known)),
                Err(_) => {
                    return Err(format!(
                        "`{share}` is no share in percent; write `Name:51; Name:49`"
                    ));
                }
            },
        };
        Ok(Owner {
            name: name.to_owned(),
            share,
            basis,
        })
    };
    cell.split(';')
        .map(str::trim)
        .map(owner)
        .collect::<Result<_, _>>()
        .map_err(|reason| {
            problems.add(row.line(), Some("owners"), cell, reason);
            Told
        })
}
