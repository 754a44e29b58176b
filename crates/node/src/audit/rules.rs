//! What each entry must be: admitted by the one rule of admission, and an accusation only with proof.

use didymium_log::evidence::{Evidence, SplitView};
use didymium_log::note::SignedNote;
use didymium_statement::{CharterLog, Kind, KindVersion, Member, Statement, payload};
use didymium_vocabulary::Vocabulary;

use super::source::ReadEntry;
use super::walk::Walked;
use crate::NodeError;
use crate::admission::{Admission, ForeignLog};
use crate::charter::{is_doubtful, log_keys};

/// The rules for the log of one member.
pub(super) struct Rules<'a> {
    log: ForeignLog<'a>,
    charters: &'a CharterLog,
}

/// A statement that another log contradicts itself, with its proof.
pub(super) struct Accusation {
    /// Entry that says it.
    pub(super) index: u64,
    /// Code of the member whose log it is about.
    pub(super) member: String,
    /// What it proves.
    pub(super) proven: SplitView,
    /// The evidence.
    pub(super) evidence: Evidence,
}

impl<'a> Rules<'a> {
    /// The rules under a charter, each entry under that of its time.
    pub(super) fn new(charters: &'a CharterLog, member: &'a Member) -> Self {
        Self {
            log: Admission::new(charters, Vocabulary::embedded()).log_of(member),
            charters,
        }
    }

    /// Judges one entry.
    pub(super) fn judge(&self, entry: &ReadEntry<'_>, found: &mut Walked) {
        let index = entry.index;
        let statement = match self.log.admit(index, entry.bytes) {
            Ok(statement) => statement,
            Err(error @ NodeError::Genesis { .. }) => {
                found.genesis.add(index, || error.in_words());
                return;
            }
            Err(error) => {
                found
                    .statements
                    .add(index, || format!("entry {index}: {}", error.in_words()));
                return;
            }
        };
        if self.log.terms().hold(&statement.key, index) {
            found.verified += 1;
        } else {
            found.ended.add(index, || {
                format!("entry {index}: key {} does not count there", statement.key)
            });
        }
        found.founded |= index == 0;
        *found.kinds.entry(statement.kind.to_string()).or_default() += 1;
        let blob = statement.blob();
        if let Some(row) = &entry.stored
            && row.blob != blob.as_ref().map(|digest| digest.as_bytes().as_slice())
        {
            found.rows.add(index, || {
                format!("the row of entry {index} names another blob than its statement")
            });
        }
        if let Some(digest) = blob {
            found.blobs.entry(digest).or_insert(index);
        }
        if statement.kind == KindVersion::v1(Kind::Evidence)
            && let Err(reason) = self.accusation(index, &statement, found)
        {
            found
                .accusations
                .add(index, || format!("entry {index}: {reason}"));
        }
    }

    /// Takes up what a statement of evidence proves; answers why if it proves nothing.
    fn accusation(&self, index: u64, statement: &Statement, found: &mut Walked) -> Result<(), String> {
        let bytes = statement.payload_bytes(None).map_err(|error| error.to_string())?;
        let said = bytes.ok_or("its proof is not in the statement")?;
        let said = payload::Evidence::parse(said).map_err(|error| error.to_string())?;
        let evidence = Evidence::parse(said.split_view.as_bytes()).map_err(|error| error.to_string())?;
        let origins = self.charters.origins();
        let accused = origins.iter().find(|log| log.origin == said.origin);
        let accused = accused.ok_or_else(|| format!("`{}` is no member's log", said.origin))?;
        let keys = log_keys::ever(self.charters, &accused.member).map_err(|error| error.to_string())?;
        let proven = evidence
            .verify(&keys)
            .map_err(|error| format!("it accuses {} and does not prove it: {error}", accused.member))?;
        // As the nodes take it: whoever has a revoked key can sign what contradicts anything. The accusation may be older than the
        // revocation, and was proven then.
        let doubtful =
            |note: &SignedNote| is_doubtful(self.charters, &accused.member, note.to_string().as_bytes());
        if doubtful(evidence.smaller()) || doubtful(evidence.larger()) {
            let code = &accused.member;
            found.settled.add(index, || {
                format!("entry {index} accuses {code} by a head under a key that was revoked, which shows nothing now")
            });
            return Ok(());
        }
        found.proven.push(Accusation {
            index,
            member: accused.member.clone(),
            proven,
            evidence,
        });
        Ok(())
    }
}
