//! What may be logged: the one place of this rule.
//!
//! A statement is admitted to a member's log if its issuer is that member under the charter, its key is a statement key
//! of the member, and its signature verifies. Which key counts is a matter of the *place* in the log ([`CharterLog`]): an
//! entry whose key had ended before it is kept, since no entry can be left out of a tree, and does not count. The member's own statements must moreover be understood: a payload of a
//! known kind must parse, its blob must be here. What another member has logged is its word and stands: a payload that
//! this software does not understand, because it is newer or faulty, is kept and shown as *uninterpreted*. An entry whose
//! *envelope* is wrong makes the whole log unacceptable, since no entry can be left out of a tree.

use didymium_statement::payload::{
    Evidence, Genesis, Notice, Release, Retract, Site, StatisticTable, Supersede,
};
use didymium_statement::{
    CharterLog, Digest, KeyId, Kind, KindVersion, Member, PayloadRef, Statement, StatementError,
    StatementKey, StatementTerms, Visibility,
};
use didymium_vocabulary::Vocabulary;

use crate::{NodeError, NodeResult};

/// Kinds that say something about logs or other statements: whoever reads the log must be able to read them.
const SPOKEN: [Kind; 5] = [
    Kind::Genesis,
    Kind::Supersede,
    Kind::Retract,
    Kind::Evidence,
    Kind::Release,
];

/// What became of an admitted statement's payload.
#[derive(Debug)]
pub enum Payload {
    /// It was parsed and keeps every rule of its kind.
    Understood,
    /// It is in a blob that is not here yet.
    Absent,
    /// Its kind or version is unknown, or only reserved.
    UnknownKind(KindVersion),
    /// It breaks a rule of its kind.
    Faulty(StatementError),
}

/// A member with its present statement keys, parsed once: who writes to the member's own log.
#[derive(Debug, Clone)]
pub struct Signatory {
    member: Member,
    keys: Vec<(KeyId, StatementKey)>,
}

impl Signatory {
    /// The signatory that a member is.
    pub fn of(member: &Member) -> Self {
        let keys = member.statement_keys().into_iter();
        Self {
            member: member.clone(),
            keys: keys.map(|key| (key.id(), key)).collect(),
        }
    }

    /// The member.
    pub const fn member(&self) -> &Member {
        &self.member
    }

    fn key(&self, id: &KeyId) -> Option<&StatementKey> {
        self.keys
            .iter()
            .find(|(known, _)| known == id)
            .map(|(_, key)| key)
    }
}

/// The rule, for one club.
#[derive(Debug, Clone, Copy)]
pub struct Admission<'a> {
    charters: &'a CharterLog,
    vocabulary: &'a Vocabulary,
}

impl<'a> Admission<'a> {
    /// The rule under a charter and a vocabulary.
    pub const fn new(charters: &'a CharterLog, vocabulary: &'a Vocabulary) -> Self {
        Self { charters, vocabulary }
    }

    /// Admits a statement to this member's own log, which only its present keys sign for. `blob` is what the statement names, if it names one.
    ///
    /// # Errors
    /// [`NodeError::Refused`] with the rule that is broken, [`NodeError::BlobAbsent`], [`NodeError::BlobUncalled`],
    /// [`NodeError::VisibilityNotKept`], [`NodeError::Genesis`] for a genesis after the first entry.
    pub fn own(
        &self,
        signatory: &Signatory,
        statement: &Statement,
        blob: Option<&[u8]>,
    ) -> NodeResult<Payload> {
        let member = signatory.member();
        self.envelope(member, statement, || {
            let key = signatory.key(&statement.key).cloned();
            key.ok_or_else(|| StatementError::UnknownKey {
                key: statement.key,
                issuer: statement.issuer.clone(),
            })
        })?;
        if !matches!(
            statement.visibility,
            Visibility::Public | Visibility::Club | Visibility::Sealed
        ) {
            return Err(NodeError::VisibilityNotKept {
                statement: statement.id(),
                visibility: statement.visibility,
            });
        }
        if statement.kind.kind == Kind::Genesis {
            let reason = "a genesis is written once, when the club is founded";
            return Err(NodeError::Genesis {
                origin: member.origin().to_owned(),
                index: 1,
                reason,
            });
        }
        match (&statement.payload, blob) {
            (PayloadRef::Sealed(_), _) if SPOKEN.contains(&statement.kind.kind) => {
                let kind = statement.kind.kind.clone();
                return Err(NodeError::refused(statement.id())(
                    StatementError::MayNotBeSealed { kind },
                ));
            }
            (PayloadRef::Blob(blob), None) => {
                return Err(NodeError::BlobAbsent {
                    statement: statement.id(),
                    blob: *blob,
                });
            }
            (PayloadRef::Inline(_) | PayloadRef::Sealed(_), Some(_)) => {
                return Err(NodeError::BlobUncalled {
                    statement: statement.id(),
                });
            }
            _ => {}
        }
        match self.payload(statement, blob) {
            Payload::Faulty(fault) => Err(NodeError::refused(statement.id())(fault)),
            understood => Ok(understood),
        }
    }

    /// The rule for the entries of another member's log.
    pub fn log_of(self, member: &'a Member) -> ForeignLog<'a> {
        ForeignLog {
            admission: self,
            member,
            terms: self.charters.statement_terms(&member.member),
        }
    }

    /// Issuer, key and signature.
    fn envelope(
        &self,
        member: &Member,
        statement: &Statement,
        key: impl FnOnce() -> Result<StatementKey, StatementError>,
    ) -> NodeResult<()> {
        let refused = NodeError::refused(statement.id());
        if statement.issuer != member.did {
            let (issuer, member) = (statement.issuer.clone(), member.did.clone());
            return Err(refused(StatementError::WrongIssuer { issuer, member }));
        }
        key().and_then(|key| statement.verify(&key)).map_err(refused)
    }

    /// Holds the place of a genesis against the charter: the first entry is one, and says what a version of the charter
    /// that has the member says.
    ///
    /// # Errors
    /// [`NodeError::Genesis`].
    pub fn genesis(&self, member: &Member, index: u64, statement: &Statement) -> NodeResult<()> {
        let wrong = |reason| {
            Err(NodeError::Genesis {
                origin: member.origin().to_owned(),
                index,
                reason,
            })
        };
        let is_genesis = statement.kind == KindVersion::v1(Kind::Genesis);
        match (index, is_genesis) {
            (0, false) => wrong("the first entry is not a genesis"),
            (0, true) => {
                let parsed = statement
                    .payload_bytes(None)
                    .ok()
                    .flatten()
                    .and_then(|bytes| Genesis::parse(bytes).ok());
                let Some(genesis) = parsed else {
                    return wrong("the genesis cannot be read");
                };
                let version = self.charters.by_id(&genesis.charter);
                if version.is_none_or(|version| version.charter().member(&member.member).is_none()) {
                    return wrong("the genesis names another charter");
                }
                if genesis.member != member.member || genesis.origin != member.origin() {
                    return wrong("the genesis names another member or log");
                }
                Ok(())
            }
            (_, true) => wrong("a genesis stands after the first entry"),
            (_, false) => Ok(()),
        }
    }

    /// Reads a payload by the rules of its kind; `blob` is what is held of it.
    pub fn payload(&self, statement: &Statement, blob: Option<&[u8]>) -> Payload {
        let known = statement.kind.version == 1
            && matches!(
                statement.kind.kind,
                Kind::Genesis
                    | Kind::Site
                    | Kind::Statistic
                    | Kind::Notice
                    | Kind::Supersede
                    | Kind::Retract
                    | Kind::Evidence
                    | Kind::Release
            );
        let bytes = match statement.payload_bytes(blob) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Payload::Absent,
            Err(fault) => return Payload::Faulty(fault),
        };
        if !known {
            return Payload::UnknownKind(statement.kind.clone());
        }
        match self.parse(&statement.kind.kind, bytes) {
            Ok(()) => Payload::Understood,
            Err(fault) => Payload::Faulty(fault),
        }
    }

    fn parse(&self, kind: &Kind, bytes: &[u8]) -> Result<(), StatementError> {
        match kind {
            Kind::Genesis => Genesis::parse(bytes).map(drop),
            Kind::Site => Site::parse(bytes, self.vocabulary).map(drop),
            Kind::Notice => Notice::parse(bytes, self.vocabulary).map(drop),
            Kind::Supersede => Supersede::parse(bytes).map(drop),
            Kind::Retract => Retract::parse(bytes).map(drop),
            Kind::Evidence => Evidence::parse(bytes).map(drop),
            Kind::Release => Release::parse(bytes).map(drop),
            Kind::Statistic => {
                let table = StatisticTable::parse(bytes)?;
                let layout = table.layout();
                (0..table.len())
                    .try_for_each(|row| table.observation(row, &layout, self.vocabulary).map(drop))
            }
            _ => Ok(()),
        }
    }
}

/// The rule for the entries of another member's log, with that member's keys.
#[derive(Debug)]
pub struct ForeignLog<'a> {
    admission: Admission<'a>,
    member: &'a Member,
    terms: StatementTerms,
}

impl ForeignLog<'_> {
    /// Where the member's keys count.
    pub const fn terms(&self) -> &StatementTerms {
        &self.terms
    }

    /// Admits the entry at that index, under a key that counts there or that counted before. The entry at index 0 must be
    /// the member's genesis under a version that has it, and no other may be one.
    ///
    /// # Errors
    /// [`NodeError::Refused`] or [`NodeError::Genesis`].
    pub fn admit(&self, index: u64, bytes: &[u8]) -> NodeResult<Statement> {
        let statement =
            Statement::parse(bytes).map_err(|fault| NodeError::refused(Digest::of(bytes))(fault))?;
        self.admission.envelope(self.member, &statement, || {
            match self.terms.key_at(index, &statement.key) {
                // A key that was revoked from its first entry on counts nowhere, and was the member's.
                Err(StatementError::KeyEnded { .. } | StatementError::UnknownKey { .. }) => {
                    self.ended_key(&statement.key)
                }
                found => found.cloned(),
            }
        })?;
        self.admission.genesis(self.member, index, &statement)?;
        Ok(statement)
    }

    /// A key that the member had once: what it signed after its end is kept and does not count.
    fn ended_key(&self, key: &KeyId) -> Result<StatementKey, StatementError> {
        let versions = self.admission.charters.versions().iter();
        let mut known = versions.filter_map(|version| version.charter().member(&self.member.member));
        known
            .find_map(|member| member.statement_key(key))
            .ok_or_else(|| StatementError::UnknownKey {
                key: *key,
                issuer: self.member.did.clone(),
            })
    }
}
