//! A table into a node's own log: read, admitted, logged in one commit.

use std::io::Read;

use didymium_statement::StatementId;

use super::{Author, Import, ImportError, ImportResult, Problem, Progress, Registered, Sources, TableKind};
use crate::NodeState;

/// A table to be imported.
pub struct TableJob<'a> {
    /// What its rows are.
    pub kind: TableKind,
    /// Name of the table, for the URIs of its statements.
    pub table: &'a str,
    /// Name of the file, for problems.
    pub file: &'a str,
    /// The editions that its rows may name.
    pub sources: &'a Sources,
    /// Why earlier statements about the same subjects are to be superseded, if they are.
    pub supersede: Option<&'a str>,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Loaded {
    /// Rows read.
    pub rows: u64,
    /// Statements logged.
    pub logged: u64,
    /// Their ids, in the order of the log.
    #[serde(skip)]
    pub statements: Vec<StatementId>,
    /// Statements that stood in the log already.
    pub unchanged: u64,
    /// What was loaded all the same, and should be looked at.
    pub warnings: Vec<Problem>,
}

impl TableJob<'_> {
    /// Reads the table and logs what it says in the node's own log: all of it or nothing. Blocking.
    ///
    /// # Errors
    /// Those of [`Import::read`]; [`ImportError::Log`] if the log refuses or the disk is full.
    pub fn load(
        &self,
        state: &NodeState,
        registered: &mut Registered,
        input: impl Read,
        progress: &mut dyn Progress,
    ) -> ImportResult<Loaded> {
        let member = state.member();
        let import = Import {
            author: Author {
                member: &member.member,
                did: &member.did,
                domain: &member.domain,
                signer: state.signer(),
            },
            vocabulary: state.vocabulary(),
            sources: self.sources,
            registered,
            store: &**state.store(),
            supersede: self.supersede,
        };
        let prepared = import.read(self.kind, self.table, self.file, input, progress)?;
        let (rows, unchanged, warnings) = (prepared.rows, prepared.unchanged, prepared.warnings);
        let entries: Vec<_> = prepared
            .statements
            .into_iter()
            .map(|statement| (statement, None))
            .collect();
        let logged = state.submit_all_or_nothing(&entries).map_err(|error| {
            if let Err(error) = state.store().sweep_blobs() {
                tracing::warn!(%error, file = self.file, "blobs of a refused table stay until the next start");
            }
            ImportError::Log(Box::new(error))
        })?;
        registered.add(&member.member, entries.iter().map(|(statement, _)| statement));
        let fresh = logged.iter().filter(|place| place.fresh);
        let statements: Vec<StatementId> = fresh.map(|place| place.statement).collect();
        Ok(Loaded {
            rows,
            logged: statements.len() as u64,
            statements,
            unchanged,
            warnings,
        })
    }
}
