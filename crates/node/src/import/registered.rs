//! What the logs hold already about sites, notices and tables.

use std::collections::{BTreeMap, HashSet};

use didymium_statement::payload::{Retract, Supersede};
use didymium_statement::{Charter, Kind, PayloadRef, Statement, StatementId};
use didymium_store::{Store, StoreResult};

/// Entries read from the store at a time.
const PAGE: u32 = 512;

/// Subjects registered in any log this node holds, without what has been superseded or retracted since.
#[derive(Debug, Default)]
pub struct Registered {
    /// By kind and subject, each with the members that said it.
    live: BTreeMap<(Kind, String), Vec<(String, StatementId)>>,
    withdrawn: HashSet<StatementId>,
}

/// A statement with figures of a source, from a table.
pub(super) struct ToldBefore {
    /// The member that said it.
    pub(super) member: String,
    /// The table's name.
    pub(super) table: String,
    /// The statement's subject.
    pub(super) subject: String,
    /// The statement.
    pub(super) id: StatementId,
}

/// What was said before about a subject.
pub(super) enum Earlier {
    /// Nothing that counts.
    Nothing,
    /// These statements, by the member itself.
    Own(Vec<StatementId>),
    /// A statement by another member.
    Other { member: String, id: StatementId },
}

impl Registered {
    /// Reads every log in the store once.
    ///
    /// # Errors
    /// Any storage error.
    pub fn scan(store: &dyn Store, charter: &Charter) -> StoreResult<Self> {
        let mut registered = Self::default();
        for member in &charter.members {
            let mut from = 0;
            loop {
                let entries = store.entries(member.origin(), from, PAGE)?;
                let Some(last) = entries.last() else { break };
                from = last.index + 1;
                for entry in &entries {
                    if let Ok(statement) = Statement::parse(&entry.bytes) {
                        registered.note(&member.member, &statement);
                    }
                }
            }
        }
        registered.live.retain(|_, said| {
            said.retain(|(_, id)| !registered.withdrawn.contains(id));
            !said.is_empty()
        });
        Ok(registered)
    }

    /// Takes in statements that were logged after the scan.
    pub fn add<'s>(&mut self, member: &str, statements: impl IntoIterator<Item = &'s Statement>) {
        for statement in statements {
            self.note(member, statement);
        }
        let withdrawn = &self.withdrawn;
        self.live.retain(|_, said| {
            said.retain(|(_, id)| !withdrawn.contains(id));
            !said.is_empty()
        });
    }

    fn note(&mut self, member: &str, statement: &Statement) {
        match (&statement.kind.kind, &statement.payload) {
            (Kind::Site | Kind::Notice | Kind::Statistic, _) => {
                let key = (
                    statement.kind.kind.clone(),
                    name(&statement.kind.kind, &statement.subject).to_owned(),
                );
                self.live
                    .entry(key)
                    .or_default()
                    .push((member.to_owned(), statement.id()));
            }
            (Kind::Supersede, PayloadRef::Inline(bytes)) => {
                self.withdrawn
                    .extend(Supersede::parse(bytes).ok().map(|said| said.target));
            }
            (Kind::Retract, PayloadRef::Inline(bytes)) => {
                self.withdrawn
                    .extend(Retract::parse(bytes).ok().map(|said| said.target));
            }
            _ => {}
        }
    }

    /// What was said about a subject before.
    pub(super) fn about(&self, member: &str, kind: &Kind, subject: &str) -> Earlier {
        let Some(said) = self.live.get(&(kind.clone(), name(kind, subject).to_owned())) else {
            return Earlier::Nothing;
        };
        let own: Vec<_> = said
            .iter()
            .filter(|(who, _)| who == member)
            .map(|(_, id)| *id)
            .collect();
        match (own.is_empty(), said.first()) {
            (false, _) => Earlier::Own(own),
            (true, Some((member, id))) => Earlier::Other {
                member: member.clone(),
                id: *id,
            },
            (true, None) => Earlier::Nothing,
        }
    }

    /// Whether a statement was superseded or retracted.
    pub(super) fn withdrawn(&self, id: &StatementId) -> bool {
        self.withdrawn.contains(id)
    }

    /// Statements with figures, by source, of every table but this one of the member's own.
    pub(super) fn tables_by_source(&self, member: &str, table: &str) -> BTreeMap<String, Vec<ToldBefore>> {
        let mut by_source: BTreeMap<String, Vec<ToldBefore>> = BTreeMap::new();
        let statistics = self.live.range((Kind::Statistic, String::new())..);
        for ((_, subject), said) in statistics.take_while(|((kind, _), _)| *kind == Kind::Statistic) {
            let Some((told, source)) = table_and_source(subject) else {
                continue;
            };
            let others = said
                .iter()
                .filter(|(who, _)| (who.as_str(), told) != (member, table));
            let others = others.map(|(who, id)| ToldBefore {
                member: who.clone(),
                table: told.to_owned(),
                subject: subject.clone(),
                id: *id,
            });
            by_source.entry(source.to_owned()).or_default().extend(others);
        }
        by_source.retain(|_, told| !told.is_empty());
        by_source
    }

    /// The member's own statements about subjects that begin with `prefix`.
    pub(super) fn own_under(&self, member: &str, kind: &Kind, prefix: &str) -> Vec<(String, StatementId)> {
        self.live
            .range((kind.clone(), prefix.to_owned())..)
            .take_while(|((other, subject), _)| other == kind && subject.starts_with(prefix))
            .flat_map(|((_, subject), said)| said.iter().map(move |(who, id)| (subject, who, id)))
            .filter(|(_, who, _)| *who == member)
            .map(|(subject, _, id)| (subject.clone(), *id))
            .collect()
    }
}

/// Table and source of a statement with figures, from its subject `https://DOMAIN/tables/TABLE/SOURCE/NUMBER`.
fn table_and_source(subject: &str) -> Option<(&str, &str)> {
    let mut parts = subject.split_once("/tables/")?.1.split('/');
    Some((parts.next()?, parts.next()?))
}

/// What a subject is known by: sites and notices by the key at the end of their URI, unique in the club whoever
/// registers it; tables by their whole URI, which begins with the member's domain.
fn name<'s>(kind: &Kind, subject: &'s str) -> &'s str {
    match kind {
        Kind::Site | Kind::Notice => subject.rsplit('/').next().unwrap_or(subject),
        _ => subject,
    }
}
