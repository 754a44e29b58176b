//! Tables of observations.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use didymium_statement::payload::{OBSERVATION_COLUMNS, Observation, Source, Statistic};
use didymium_statement::{Kind, ValidTime};

use super::figures::{Figures, Key, key_of};
use super::speaker::{Speaker, Where};
use super::table::{Row, Table};
use super::totals;
use super::{IMPORT_ROWS_MAX, Import, ImportResult, Reading, read_error};

/// Most rows of one statement.
pub const CHUNK_ROWS_MAX: usize = 20_000;

/// Most bytes of cells of one statement, so that its JSON stays well below the largest blob.
pub const CHUNK_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Most rows held in memory for all sources together; the fullest chunk is closed when they are reached.
pub const BUFFERED_ROWS_MAX: usize = 100_000;

/// The columns of [`Observation`] first, so that their cells are the first of a row; then where the row is from.
const COLUMNS: [&str; 18] = {
    let mut columns = ["source"; 18];
    let mut place = 0;
    while place < OBSERVATION_COLUMNS.len() {
        columns[place] = OBSERVATION_COLUMNS[place];
        place += 1;
    }
    columns[16] = "licence";
    columns[17] = "retrieved";
    columns
};

/// Rows of one source that wait to be said.
struct Chunk<'s> {
    source: &'s Source,
    /// Number of the chunk that is being filled, from 0.
    number: u32,
    /// Line of each row.
    lines: Vec<u64>,
    rows: Vec<[String; 15]>,
    bytes: usize,
    valid: Option<ValidTime>,
}

/// Reads a whole table; problems go to `reading`, statements to `speaker`.
pub(super) fn read(
    import: &Import<'_>,
    table: &str,
    input: impl Read,
    reading: &mut Reading<'_>,
    speaker: &mut Speaker<'_>,
) -> ImportResult<()> {
    let error = read_error(reading.file);
    let Some(mut rows) = Table::open(input, COLUMNS, &mut reading.problems).map_err(&error)? else {
        return Ok(());
    };
    let mut chunks: BTreeMap<&str, Chunk<'_>> = BTreeMap::new();
    let mut seen: HashMap<Key, u32> = HashMap::new();
    let mut figures = Figures::new(import, table);
    let mut buffered = 0;
    loop {
        let bytes = rows.bytes();
        let Some(row) = rows.next(&mut reading.problems).map_err(&error)? else {
            break;
        };
        if !reading.count(row.line(), bytes, IMPORT_ROWS_MAX) {
            break;
        }
        let before = reading.problems.count();
        let Some((source, valid)) = check(import, &row, &mut seen, &mut figures, reading) else {
            reading.problems.tell_about(before, |column| row.find(column));
            continue;
        };
        let chunk = match chunks.entry(&source.source) {
            Entry::Occupied(chunk) => chunk.into_mut(),
            Entry::Vacant(place) => place.insert(Chunk::new(source)),
        };
        chunk.push(&row, valid);
        buffered += 1;
        let full = chunk.rows.len() == CHUNK_ROWS_MAX || chunk.bytes > CHUNK_BYTES_MAX;
        let key = if full {
            Some(source.source.as_str())
        } else if buffered == BUFFERED_ROWS_MAX {
            chunks
                .iter()
                .max_by_key(|(_, chunk)| chunk.rows.len())
                .map(|(key, _)| *key)
        } else {
            None
        };
        if let Some(chunk) = key.and_then(|key| chunks.get_mut(key)) {
            buffered -= chunk.rows.len();
            chunk.close(import, table, &mut figures, reading, speaker)?;
        }
    }
    for chunk in chunks.values_mut() {
        chunk.close(import, table, &mut figures, reading, speaker)?;
        let place = Where {
            line: 1,
            column: "source",
            value: &chunk.source.source,
        };
        let path = format!("tables/{table}/{}/", chunk.source.source);
        speaker.drop_rest(&Kind::Statistic, &path, place, &mut reading.problems)?;
    }
    figures.meet(speaker, reading)
}

/// Checks one row; nothing if it has a problem, which is told.
fn check<'s>(
    import: &Import<'s>,
    row: &Row<'_, 18>,
    seen: &mut HashMap<Key, u32>,
    figures: &mut Figures<'_>,
    reading: &mut Reading<'_>,
) -> Option<(&'s Source, ValidTime)> {
    let cells: [&str; 15] = std::array::from_fn(|index| row.at(index));
    let observation = match Observation::parse(&cells, import.vocabulary) {
        Ok(observation) => observation,
        Err(error) => {
            reading
                .problems
                .add_error(row.line(), &error, |column| row.find(column));
            return None;
        }
    };
    let source = import.sources.of_row(row, &mut reading.problems)?;
    if let Err(error) = observation.require_known_by(source.published) {
        reading
            .problems
            .add_error(row.line(), &error, |column| row.find(column));
        return None;
    }
    let line = u32::try_from(row.line()).unwrap_or(u32::MAX);
    let key = key_of(&observation, &source.source);
    if let Some(first) = seen.insert(key, line) {
        let reason = format!(
            "the row has the key of line {first}: measure, commodity, stage, form, substance, mass_basis, area, partner, subject, \
             period and source are the same"
        );
        reading.problems.add(row.line(), None, "", reason);
        return None;
    }
    figures.row(key, &source.source, row.line(), &observation);
    let valid = ValidTime {
        first: observation.period.first_day(),
        last: observation.period.last_day(),
    };
    Some((source, valid))
}

impl<'s> Chunk<'s> {
    const fn new(source: &'s Source) -> Self {
        Self {
            source,
            number: 0,
            lines: Vec::new(),
            rows: Vec::new(),
            bytes: 0,
            valid: None,
        }
    }

    fn push(&mut self, row: &Row<'_, 18>, valid: ValidTime) {
        self.lines.push(row.line());
        let cells: [String; 15] = std::array::from_fn(|index| row.at(index).to_owned());
        self.bytes += cells.iter().map(String::len).sum::<usize>();
        self.rows.push(cells);
        self.valid = Some(self.valid.map_or(valid, |all| ValidTime {
            first: all.first.min(valid.first),
            last: all.last.max(valid.last),
        }));
    }

    /// Says the rows and begins the next chunk. A file that is refused anyway is only checked to its end.
    fn close(
        &mut self,
        import: &Import<'_>,
        table: &str,
        figures: &mut Figures<'_>,
        reading: &mut Reading<'_>,
        speaker: &mut Speaker<'_>,
    ) -> ImportResult<()> {
        let (rows, lines) = (std::mem::take(&mut self.rows), std::mem::take(&mut self.lines));
        let (number, valid) = (self.number, self.valid.take());
        self.bytes = 0;
        let Some(&line) = lines.first().filter(|_| reading.problems.is_empty()) else {
            return Ok(());
        };
        self.number += 1;
        totals::warn(
            self.source,
            &lines,
            &rows,
            import.vocabulary,
            &mut reading.warnings,
        );
        let payload = Statistic::from_rows(self.source.clone(), table, &rows).to_bytes()?;
        drop(rows);
        let path = format!("tables/{table}/{}/{number}", self.source.source);
        let place = Where {
            line,
            column: "source",
            value: &self.source.source,
        };
        let problems = &mut reading.problems;
        let said = speaker.say(&Kind::Statistic, &path, valid, payload, place, problems)?;
        figures.chunk(&self.source.source, line, said);
        Ok(())
    }
}
