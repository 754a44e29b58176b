//! What was said and does not count any more.
//!
//! A withdrawn statement is in no figure and in no digest of the twin. It was said all the same: whoever asks how a figure
//! changed must see it, so the twin keeps its facts aside.

use std::sync::Arc;

use didymium_statement::StatementId;

use crate::fact::{Fact, StatementRef};

/// How a statement came to count no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// The statement that withdraws it, of the same issuer; its kind says whether it retracts or supersedes.
    pub by: Arc<StatementRef>,
    /// The statement that counts instead, where it was superseded.
    pub replacement: Option<StatementId>,
    /// Why, as the issuer says.
    pub reason: Arc<str>,
}

/// A fact as statements gave it that were withdrawn. Others may still give it: then the twin has it among its facts too.
#[derive(Debug, Clone)]
pub struct WithdrawnFact {
    /// The fact; `statements` are the withdrawn ones alone.
    pub fact: Fact,
    /// Parallel to the statements: how each was withdrawn.
    pub withdrawals: Vec<Arc<Withdrawal>>,
}

impl WithdrawnFact {
    /// What of a fact was withdrawn, if anything was.
    pub(crate) fn of<'w>(
        fact: &Fact,
        withdrawal: impl Fn(&Arc<StatementRef>) -> Option<&'w Arc<Withdrawal>>,
    ) -> Option<Self> {
        let past = fact
            .statements
            .iter()
            .filter_map(|statement| Some((Arc::clone(statement), Arc::clone(withdrawal(statement)?))));
        let (statements, withdrawals): (Vec<_>, Vec<_>) = past.unzip();
        (!statements.is_empty()).then(|| Self {
            fact: Fact {
                statements,
                ..fact.clone()
            },
            withdrawals,
        })
    }
}
