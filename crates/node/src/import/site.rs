//! Tables of sites: one process a row, the rows of a site together.

use std::collections::HashMap;
use std::io::Read;

use didymium_statement::payload::{Basis, Process, Site, SiteStatus};
use didymium_statement::{Kind, StatementError};

use super::problem::Problems;
use super::site_cells::{capacity_of, owners_of, period_of, point_of};
use super::speaker::{Speaker, Where, to_json};
use super::table::{Row, Table};
use super::{IMPORT_SUBJECTS_MAX, Import, ImportResult, Reading, read_error};

const COLUMNS: [&str; 27] = [
    "site",
    "name",
    "country",
    "place",
    "lat",
    "lon",
    "point_precision",
    "point_source",
    "operator",
    "owners",
    "owners_basis",
    "status",
    "commodity",
    "stage",
    "form",
    "capacity",
    "capacity_unit",
    "substance",
    "mass_basis",
    "capacity_period",
    "process_status",
    "start",
    "basis",
    "note",
    "source",
    "licence",
    "retrieved",
];

/// Columns that say the same on every row of a site.
const SHARED: [&str; 12] = [
    "name",
    "country",
    "place",
    "lat",
    "lon",
    "point_precision",
    "point_source",
    "operator",
    "owners",
    "owners_basis",
    "status",
    "source",
];

/// A site whose rows are being read.
struct Pending {
    line: u64,
    shared: [String; 12],
    site: Site,
}

/// Reads a whole table; problems go to `reading`, statements to `speaker`.
pub(super) fn read(
    import: &Import<'_>,
    input: impl Read,
    reading: &mut Reading<'_>,
    speaker: &mut Speaker<'_>,
) -> ImportResult<()> {
    let error = read_error(reading.file);
    let Some(mut rows) = Table::open(input, COLUMNS, &mut reading.problems).map_err(&error)? else {
        return Ok(());
    };
    let mut seen: HashMap<String, u64> = HashMap::new();
    let mut pending: Option<Pending> = None;
    loop {
        let bytes = rows.bytes();
        let Some(row) = rows.next(&mut reading.problems).map_err(&error)? else {
            break;
        };
        if !reading.count(row.line(), bytes, IMPORT_SUBJECTS_MAX) {
            break;
        }
        if pending
            .as_ref()
            .is_some_and(|pending| pending.site.site != row.get("site"))
        {
            finish(import, pending.take(), reading, speaker)?;
        }
        let before = reading.problems.count();
        let Some(site) = site_of(import, &row, &mut reading.problems) else {
            reading.problems.tell_about(before, |column| row.find(column));
            continue;
        };
        match &mut pending {
            Some(pending) => pending.merge(&row, site, &mut reading.problems),
            None => {
                if let Some(first) = seen.insert(site.site.clone(), row.line()) {
                    let reason = format!(
                        "is a duplicate: the site of this key begins on line {first}, and the rows of a site stand together"
                    );
                    reading.problems.add(row.line(), Some("site"), &site.site, reason);
                    continue;
                }
                pending = Some(Pending {
                    line: row.line(),
                    shared: SHARED.map(|column| row.get(column).to_owned()),
                    site,
                });
            }
        }
    }
    finish(import, pending, reading, speaker)
}

/// Says a site whose rows are complete.
fn finish(
    import: &Import<'_>,
    pending: Option<Pending>,
    reading: &mut Reading<'_>,
    speaker: &mut Speaker<'_>,
) -> ImportResult<()> {
    let Some(Pending { line, site, .. }) = pending else {
        return Ok(());
    };
    if let Err(error) = site.check(import.vocabulary) {
        let before = reading.problems.count();
        reading.problems.add_error(line, &error, |_| None);
        let own = |column: &str| (column == "site").then_some(site.site.as_str());
        reading.problems.tell_about(before, own);
        return Ok(());
    }
    let path = format!("sites/{}", site.site);
    let place = Where {
        line,
        column: "site",
        value: &site.site,
    };
    let payload = to_json("site", &site)?;
    speaker
        .say(&Kind::Site, &path, None, payload, place, &mut reading.problems)
        .map(drop)
}

impl Pending {
    /// Takes another row of the same site in.
    fn merge(&mut self, row: &Row<'_, 27>, other: Site, problems: &mut Problems) {
        for (column, first) in SHARED.into_iter().zip(&self.shared) {
            if row.get(column) != first {
                let reason = format!(
                    "differs from line {} of the same site, which has `{first}`",
                    self.line
                );
                problems.add(row.line(), Some(column), row.get(column), reason);
            }
        }
        for process in other.processes {
            if self
                .site
                .processes
                .iter()
                .any(|known| known.key() == process.key())
            {
                problems.add(
                    row.line(),
                    Some("stage"),
                    &process.key().join("/"),
                    "is a duplicate: the site has this process on an earlier line",
                );
            } else {
                self.site.processes.push(process);
            }
        }
    }
}

/// The site of one row, with one process.
fn site_of(import: &Import<'_>, row: &Row<'_, 27>, problems: &mut Problems) -> Option<Site> {
    let source = import.sources.of_row(row, problems)?.clone();
    if row.get("commodity").is_empty() && row.get("stage").is_empty() {
        let reason =
            "is empty, and so is `commodity`: the site has no process. Say what it makes; a row a process";
        problems.add(row.line(), Some("stage"), "", reason);
        return None;
    }
    let text = |column: &'static str| row.get(column).to_owned();
    let owners = owners_of(row, problems).ok()?;
    let point = point_of(row, problems).ok()?;
    let capacity = capacity_of(row, problems).ok()?;
    let start = period_of(row, "start", problems).ok()?;
    let status = SiteStatus::parse(row.get("process_status"))
        .map_err(|_| {
            problems.add(
                row.line(),
                Some("process_status"),
                row.get("process_status"),
                "is no status; see column `status` in the contract",
            )
        })
        .ok()?;
    let parse = || -> Result<Site, StatementError> {
        let process = Process {
            commodity: text("commodity"),
            stage: text("stage"),
            form: text("form"),
            capacity,
            status,
            start,
            basis: Basis::parse(row.get("basis"))?,
            note: text("note"),
        };
        let site = Site {
            site: text("site"),
            name: text("name"),
            country: text("country"),
            place: text("place"),
            point,
            operator: text("operator"),
            owners,
            status: SiteStatus::parse(row.get("status"))?,
            processes: vec![process],
            source,
        };
        site.check(import.vocabulary).map(|()| site)
    };
    parse()
        .map_err(|error| problems.add_error(row.line(), &error, |column| row.find(column)))
        .ok()
}
