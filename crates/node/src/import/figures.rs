//! Figures that were told before, in another table: the same key of the same source with another value.
//!
//! What a file says under its own table's name is compared as a whole (`speaker`). Other tables are read only if they have
//! a source in common with the file, one statement at a time; for the rows of such sources alone, their values stay in
//! memory to the end of the file.

use std::collections::{BTreeMap, HashMap};

use didymium_statement::payload::{Observation, StatisticTable};
use didymium_statement::{PayloadRef, Statement, StatementId};
use didymium_store::StoreResult;
use didymium_vocabulary::{Decimal, Unit, canonical_decimal, exact_mul};
use sha2::{Digest as _, Sha256};

use super::problem::Problems;
use super::registered::ToldBefore;
use super::speaker::Speaker;
use super::{Import, ImportResult, Reading};

/// 16 bytes of the SHA-256 over what tells rows apart, each part with its length: enough that no two keys of a file meet,
/// and an eighth of what the keys themselves would need.
pub(super) type Key = [u8; 16];

/// The key of a row: measure to period, and the source.
pub(super) fn key_of(observation: &Observation<'_>, source: &str) -> Key {
    let mut hash = Sha256::new();
    let period = observation.period.to_string();
    let basis = observation
        .mass_basis
        .map_or("", didymium_vocabulary::MassBasis::key);
    for part in [
        observation.measure,
        observation.commodity,
        observation.stage,
        observation.form,
        observation.substance,
        basis,
        observation.area,
        observation.partner,
        observation.subject,
        &period,
        source,
    ] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut key = [0; 16];
    key.copy_from_slice(&digest[..16]);
    key
}

/// A number with its unit: two that mean the same are equal, whatever units they are in.
#[derive(Clone, Copy)]
struct Value<'v> {
    number: Decimal,
    unit: &'v Unit,
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        let canonical = |value: &Self| exact_mul(value.number, value.unit.factor?).ok();
        match (canonical(self), canonical(other)) {
            (Some(one), Some(other)) => one == other,
            _ => (self.number, &self.unit.unit) == (other.number, &other.unit.unit),
        }
    }
}

impl std::fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", canonical_decimal(self.number), self.unit.unit)
    }
}

/// The figures of one file whose sources other tables have told of.
pub(super) struct Figures<'a> {
    import: &'a Import<'a>,
    earlier: BTreeMap<String, Vec<ToldBefore>>,
    rows: HashMap<Key, (u64, Value<'a>)>,
    /// By source and the line of its first row: the statement that a chunk of the file became, nothing where the log
    /// held it already, so that nothing new is said.
    chunks: BTreeMap<(String, u64), Option<StatementId>>,
}

/// What an earlier statement has in common with the file.
#[derive(Default)]
struct Meeting<'v> {
    /// Line, the file's value, the earlier one, and the statement made of the line.
    contradictions: Vec<(u64, Value<'v>, Value<'v>, StatementId)>,
    /// Rows of the earlier statement that the file does not have.
    only_there: usize,
}

impl<'a> Figures<'a> {
    pub(super) fn new(import: &'a Import<'a>, table: &str) -> Self {
        Self {
            import,
            earlier: import.registered.tables_by_source(import.author.member, table),
            rows: HashMap::new(),
            chunks: BTreeMap::new(),
        }
    }

    /// Takes a row of the file in.
    pub(super) fn row(&mut self, key: Key, source: &str, line: u64, observation: &Observation<'_>) {
        if self.earlier.contains_key(source)
            && let Some(unit) = self.import.vocabulary.unit(observation.unit)
        {
            let number = observation.value;
            self.rows.insert(key, (line, Value { number, unit }));
        }
    }

    /// The rows of a source from this line on became this statement, or none.
    pub(super) fn chunk(&mut self, source: &str, line: u64, statement: Option<StatementId>) {
        self.chunks.insert((source.to_owned(), line), statement);
    }

    fn statement_of(&self, source: &str, line: u64) -> Option<StatementId> {
        let mut up_to_line = self
            .chunks
            .range((source.to_owned(), 0)..=(source.to_owned(), line));
        up_to_line.next_back().and_then(|(_, statement)| *statement)
    }

    /// Compares the file, read to its end, with what was told before. A contradiction of the member's own statement is a
    /// problem, or supersedes it if that was asked for and the file says all that it said; one of another member's
    /// is a warning, since both may stand.
    pub(super) fn meet(self, speaker: &mut Speaker<'_>, reading: &mut Reading<'_>) -> ImportResult<()> {
        for (source, earlier) in &self.earlier {
            if !self.chunks.keys().any(|(told, _)| told == source) {
                continue;
            }
            for told in earlier {
                let meeting = self.meeting(source, told)?;
                if told.member == self.import.author.member {
                    self.settle(told, &meeting, speaker, &mut reading.problems)?;
                } else {
                    meeting.warn(told, &mut reading.warnings);
                }
            }
        }
        Ok(())
    }

    fn settle(
        &self,
        told: &ToldBefore,
        meeting: &Meeting<'_>,
        speaker: &mut Speaker<'_>,
        problems: &mut Problems,
    ) -> ImportResult<()> {
        let (id, table, only_there) = (told.id, &told.table, meeting.only_there);
        match (self.import.supersede, meeting.contradictions.first()) {
            (Some(_), Some((_, _, _, replacement))) if only_there == 0 => {
                speaker.supersede(&told.subject, id, *replacement)
            }
            (Some(_), Some((line, here, there, _))) => {
                let reason = format!(
                    "contradicts statement {id} of table `{table}`, which has {there}; superseding it would withdraw \
                     {only_there} figures that this file does not have: add them here, or correct table `{table}` and \
                     import that with --supersede REASON"
                );
                problems.add(*line, Some("value"), &here.to_string(), reason);
                Ok(())
            }
            _ => {
                for (line, here, there, _) in &meeting.contradictions {
                    let reason = format!(
                        "contradicts statement {id} of table `{table}`, which has {there} from the same source for the same \
                         key; correct the row, or import with --supersede REASON, which logs this table and a `supersede` \
                         that names the statement"
                    );
                    problems.add(*line, Some("value"), &here.to_string(), reason);
                }
                Ok(())
            }
        }
    }

    /// Reads an earlier statement. One whose payload is not here, or is not understood, tells no figures.
    fn meeting(&self, source: &str, told: &ToldBefore) -> ImportResult<Meeting<'a>> {
        let mut meeting = Meeting::default();
        let Some(payload) = self.payload(&told.id)? else {
            return Ok(meeting);
        };
        let Ok(table) = StatisticTable::parse(&payload) else {
            return Ok(meeting);
        };
        let layout = table.layout();
        for row in 0..table.len() {
            let Ok(observation) = table.observation(row, &layout, self.import.vocabulary) else {
                return Ok(Meeting::default());
            };
            let Some((line, here)) = self.rows.get(&key_of(&observation, source)) else {
                meeting.only_there += 1;
                continue;
            };
            let unit = self.import.vocabulary.unit(observation.unit);
            let there = unit.map(|unit| Value {
                number: observation.value,
                unit,
            });
            if let (Some(there), Some(statement)) = (there, self.statement_of(source, *line))
                && there != *here
            {
                meeting.contradictions.push((*line, *here, there, statement));
            }
        }
        meeting.contradictions.sort_by_key(|(line, ..)| *line);
        Ok(meeting)
    }

    fn payload(&self, id: &StatementId) -> StoreResult<Option<Vec<u8>>> {
        let store = self.import.store;
        let Some(place) = store.find(id.as_bytes())?.into_iter().next() else {
            return Ok(None);
        };
        let entry = store.entries(&place.origin, place.index, 1)?.into_iter().next();
        match entry.and_then(|entry| Statement::parse(&entry.bytes).ok()) {
            Some(statement) => match statement.payload {
                PayloadRef::Inline(bytes) => Ok(Some(bytes)),
                PayloadRef::Blob(digest) => store.blob(digest.as_bytes()),
                PayloadRef::Sealed(_) => Ok(None),
            },
            None => Ok(None),
        }
    }
}

impl Meeting<'_> {
    fn warn(&self, told: &ToldBefore, warnings: &mut Problems) {
        for (line, here, there, _) in &self.contradictions {
            let reason = format!(
                "contradicts statement {} of {} (table `{}`), which has {there} from the same source for the same key: both \
                 are kept and shown",
                told.id, told.member, told.table
            );
            warnings.add(*line, Some("value"), &here.to_string(), reason);
        }
    }
}
