//! Tables of notices: one event a row.

use std::collections::HashMap;
use std::io::Read;

use didymium_statement::payload::{Basis, Confidence, Notice, Wording};
use didymium_statement::{Kind, StatementError, ValidTime};

use super::problem::Problems;
use super::sources::day_of;
use super::speaker::{Speaker, Where, to_json};
use super::table::{Row, Table};
use super::{IMPORT_SUBJECTS_MAX, Import, ImportResult, Reading, read_error};

const COLUMNS: [&str; 17] = [
    "notice",
    "date",
    "end_date",
    "type",
    "actors",
    "commodities",
    "stages",
    "affected",
    "title_en",
    "title_fr",
    "description_en",
    "description_fr",
    "confidence",
    "basis",
    "source",
    "licence",
    "retrieved",
];

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
    loop {
        let bytes = rows.bytes();
        let Some(row) = rows.next(&mut reading.problems).map_err(&error)? else {
            return Ok(());
        };
        if !reading.count(row.line(), bytes, IMPORT_SUBJECTS_MAX) {
            return Ok(());
        }
        let Some(notice) = notice_of(import, &row, &mut reading.problems) else {
            continue;
        };
        if let Some(first) = seen.insert(notice.notice.clone(), row.line()) {
            let reason = format!("is a duplicate: the same key stands on line {first}");
            reading
                .problems
                .add(row.line(), Some("notice"), &notice.notice, reason);
            continue;
        }
        let valid = ValidTime {
            first: notice.date,
            last: notice.end_date.unwrap_or(notice.date),
        };
        let place = Where {
            line: row.line(),
            column: "notice",
            value: &notice.notice,
        };
        let path = format!("notices/{}", notice.notice);
        let payload = to_json("notice", &notice)?;
        speaker.say(
            &Kind::Notice,
            &path,
            Some(valid),
            payload,
            place,
            &mut reading.problems,
        )?;
    }
}

fn notice_of(import: &Import<'_>, row: &Row<'_, 17>, problems: &mut Problems) -> Option<Notice> {
    let date = day_of(row, "date", problems)?;
    let end_date = if row.get("end_date").is_empty() {
        None
    } else {
        Some(day_of(row, "end_date", problems)?)
    };
    let source = import.sources.of_row(row, problems)?.clone();
    let text = |column: &'static str| row.get(column).to_owned();
    let parse = || -> Result<Notice, StatementError> {
        let notice = Notice {
            notice: text("notice"),
            date,
            end_date,
            notice_type: text("type"),
            actors: keys(row.get("actors")),
            commodities: keys(row.get("commodities")),
            stages: keys(row.get("stages")),
            affected: keys(row.get("affected")),
            title: Wording {
                en: text("title_en"),
                fr: text("title_fr"),
            },
            description: Wording {
                en: text("description_en"),
                fr: text("description_fr"),
            },
            confidence: Confidence::parse(row.get("confidence"))?,
            basis: Basis::parse(row.get("basis"))?,
            source,
        };
        notice.check(import.vocabulary).map(|()| notice)
    };
    parse()
        .map_err(|error| problems.add_error(row.line(), &error, |column| row.find(column)))
        .ok()
}

/// `A; B;C` as keys; an empty cell has none, an empty key between is refused by the vocabulary.
fn keys(cell: &str) -> Vec<String> {
    if cell.is_empty() {
        Vec::new()
    } else {
        cell.split(';').map(|key| key.trim().to_owned()).collect()
    }
}
