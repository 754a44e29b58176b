//! Signs what a table says, keeps payloads in the store, and meets what was said before.

use std::collections::BTreeSet;

use didymium_statement::payload::{Retract, Supersede};
use didymium_statement::{
    Draft, Kind, KindVersion, PayloadRef, Statement, StatementError, StatementId, ValidTime, Visibility,
};

use super::problem::Problems;
use super::registered::Earlier;
use super::{Import, ImportResult};

/// Where a thing is told in its file, for problems.
#[derive(Clone, Copy)]
pub(super) struct Where<'a> {
    pub(super) line: u64,
    pub(super) column: &'static str,
    pub(super) value: &'a str,
}

/// The statements of one file as they are made.
pub(super) struct Speaker<'a> {
    import: &'a Import<'a>,
    statements: Vec<Statement>,
    unchanged: u64,
    said: BTreeSet<String>,
}

impl<'a> Speaker<'a> {
    pub(super) const fn new(import: &'a Import<'a>) -> Self {
        Self {
            import,
            statements: Vec::new(),
            unchanged: 0,
            said: BTreeSet::new(),
        }
    }

    /// The statements to log and the number of those that are there already.
    pub(super) fn finish(self) -> (Vec<Statement>, u64) {
        (self.statements, self.unchanged)
    }

    /// Signs a payload about `path` under the member's domain. What stands in the log already is left as it is; what
    /// was said otherwise before is a problem, or is superseded if that was asked for. Gives the new statement, if there is
    /// one.
    pub(super) fn say(
        &mut self,
        kind: &Kind,
        path: &str,
        valid: Option<ValidTime>,
        payload: Vec<u8>,
        place: Where<'_>,
        problems: &mut Problems,
    ) -> ImportResult<Option<StatementId>> {
        let subject = format!("https://{}/{path}", self.import.author.domain);
        let (statement, blob) = self.sign(kind.clone(), subject.clone(), valid, payload)?;
        self.said.insert(subject.clone());
        let earlier = self
            .import
            .registered
            .about(self.import.author.member, kind, &subject);
        let reason = match earlier {
            Earlier::Nothing if self.import.registered.withdrawn(&statement.id()) => {
                format!(
                    "was said in these words before, as statement {}, and has been superseded or retracted since: say it in other words (its note, for instance)",
                    statement.id()
                )
            }
            Earlier::Own(ids) if ids.contains(&statement.id()) => {
                self.unchanged += 1;
                return Ok(None);
            }
            Earlier::Nothing => return self.keep(statement, blob).map(Some),
            Earlier::Own(ids) if self.import.supersede.is_some() => {
                let replacement = self.keep(statement, blob)?;
                ids.into_iter()
                    .try_for_each(|target| self.supersede(&subject, target, replacement))?;
                return Ok(Some(replacement));
            }
            Earlier::Own(ids) => format!(
                "is a duplicate: {} was registered with other content, as statement {}; to replace it, import with --supersede REASON, \
                 which logs the new statement and a `supersede` that names the old one",
                what(kind),
                listed(&ids)
            ),
            Earlier::Other { member, id } => {
                format!(
                    "is a duplicate: {} was registered by {member}, as statement {id}; use another key",
                    what(kind)
                )
            }
        };
        problems.add(place.line, Some(place.column), place.value, reason);
        Ok(None)
    }

    /// Statements about subjects that begin with `path` and that this file no longer says: a problem, or retracted if
    /// superseding was asked for.
    pub(super) fn drop_rest(
        &mut self,
        kind: &Kind,
        path: &str,
        place: Where<'_>,
        problems: &mut Problems,
    ) -> ImportResult<()> {
        let prefix = format!("https://{}/{path}", self.import.author.domain);
        for (subject, target) in self
            .import
            .registered
            .own_under(self.import.author.member, kind, &prefix)
        {
            if self.said.contains(&subject) {
                continue;
            }
            match self.import.supersede {
                Some(reason) => self.relate(
                    Kind::Retract,
                    subject,
                    &Retract {
                        target,
                        reason: reason.to_owned(),
                    },
                )?,
                None => {
                    let reason = format!(
                        "has fewer rows than were registered before: statement {target} would no longer be said; \
                         to replace what was said, import with --supersede REASON"
                    );
                    problems.add(place.line, Some(place.column), place.value, reason);
                }
            }
        }
        Ok(())
    }

    /// Says that one of the member's own statements is replaced by another.
    pub(super) fn supersede(
        &mut self,
        subject: &str,
        target: StatementId,
        replacement: StatementId,
    ) -> ImportResult<()> {
        let reason = self.import.supersede.unwrap_or_default().to_owned();
        self.relate(
            Kind::Supersede,
            subject.to_owned(),
            &Supersede {
                target,
                replacement,
                reason,
            },
        )
    }

    fn relate(&mut self, kind: Kind, subject: String, payload: &impl serde::Serialize) -> ImportResult<()> {
        let bytes = to_json("relation", payload)?;
        let (statement, blob) = self.sign(kind, subject, None, bytes)?;
        self.keep(statement, blob).map(drop)
    }

    fn sign(
        &self,
        kind: Kind,
        subject: String,
        valid: Option<ValidTime>,
        payload: Vec<u8>,
    ) -> Result<(Statement, Option<Vec<u8>>), StatementError> {
        let draft = Draft {
            issuer: self.import.author.did.to_owned(),
            subject,
            kind: KindVersion::v1(kind),
            valid,
            visibility: Visibility::Public,
            payload,
        };
        draft.sign(self.import.author.signer)
    }

    /// The blob goes to the store at once, the statement waits for the end of the file.
    fn keep(&mut self, statement: Statement, blob: Option<Vec<u8>>) -> ImportResult<StatementId> {
        if let (PayloadRef::Blob(digest), Some(bytes)) = (&statement.payload, blob) {
            self.import.store.put_blob(digest.as_bytes(), &bytes)?;
        }
        let id = statement.id();
        self.statements.push(statement);
        Ok(id)
    }
}

/// A payload's JSON.
pub(super) fn to_json(
    kind: &'static str,
    payload: &impl serde::Serialize,
) -> Result<Vec<u8>, StatementError> {
    serde_json::to_vec(payload).map_err(|error| StatementError::Payload {
        kind,
        reason: error.to_string(),
    })
}

fn what(kind: &Kind) -> &'static str {
    match kind {
        Kind::Site => "this site",
        Kind::Notice => "this notice",
        _ => "this table of this source",
    }
}

fn listed(ids: &[StatementId]) -> String {
    ids.iter()
        .map(StatementId::to_string)
        .collect::<Vec<_>>()
        .join(" and ")
}
