//! What the balance cannot use of a table that was just logged, for whoever logged it.
//!
//! Told here is what follows from the table, the vocabulary and the sites that are registered in the logs at hand: a site that
//! nobody registered, a mass on a basis that the chain does not count, a capacity that is none, more than a site can make. What shows only beside the figures of
//! others (another figure of the same edition, a year far from all others, a sum of sites above the country's, a report that the rest
//! contradicts), or once the other form of a figure is told in another table, is told by the balance: page *Contradictions*,
//! `/api/v1/contradictions`, `didymium twin contradictions`. So is all of it for statements that come ready made
//! (`POST /entries`), and for tables of more than [`LOOKED_AT_ROWS_MAX`] rows, whose import keeps no rows in memory.

use std::collections::{BTreeMap, BTreeSet};

use didymium_statement::payload::Wording;
use didymium_statement::{Kind, Statement, StatementId};
use didymium_twin::balance::{Finding, Reason, unusable as found};
use didymium_twin::{Twin, TwinBuilder};
use serde::Serialize;

use super::Loaded;
use crate::twin_job::current_cut;
use crate::{NodeResult, NodeState, charter};

/// A table with more rows is not looked at: its figures would not stay in bounded memory.
pub const LOOKED_AT_ROWS_MAX: u64 = 200_000;

/// Most causes told in one answer.
pub const UNUSABLE_MAX: usize = 20;

/// Entries read from the store at a time.
const PAGE: u32 = 512;

/// Figures of a table, or a site of it, that the balance does not use, of one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unusable {
    /// The statement that says it; of several figures that of the first.
    pub statement: StatementId,
    /// What the first figure is about, by its keys: measure, commodity, stage, subject, place, period; empty where it is about the site
    /// itself.
    pub about: String,
    /// The site, if it is about one.
    pub site: Option<String>,
    /// How many figures of this cause there are.
    pub figures: u64,
    /// Whether they are used all the same: they stand out, as what a site makes above its capacity.
    pub used: bool,
    /// What is wrong and what to do, in words that follow a name: *is …*, *names …*.
    pub words: Wording,
}

/// What was found of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Unused {
    /// Whether it was looked at: not beyond [`LOOKED_AT_ROWS_MAX`] rows.
    pub looked: bool,
    /// Sites first; at most [`UNUSABLE_MAX`].
    pub told: Vec<Unusable>,
    /// How many causes there are beyond these.
    pub more: u64,
}

/// What the balance cannot use of what was loaded. Blocking: reads the logs at hand once.
///
/// # Errors
/// What the store says.
pub fn unused(state: &NodeState, loaded: &Loaded) -> NodeResult<Unused> {
    if loaded.rows > LOOKED_AT_ROWS_MAX {
        return Ok(Unused::default());
    }
    if loaded.statements.is_empty() {
        return Ok(Unused {
            looked: true,
            ..Unused::default()
        });
    }
    let fresh: BTreeSet<StatementId> = loaded.statements.iter().copied().collect();
    let twin = with_all_sites(state, &fresh)?;
    let mut causes: BTreeMap<_, Unusable> = BTreeMap::new();
    for finding in found(&twin) {
        let Some(told) = told(&twin, &finding, &fresh) else {
            continue;
        };
        // Sites first: a slip in a key is for whoever loads the table to mend.
        let key = (told.site.is_none(), told.site.clone(), cause(&finding, &told));
        causes
            .entry(key)
            .and_modify(|known| known.figures += told.figures)
            .or_insert(told);
    }
    let more = causes.len().saturating_sub(UNUSABLE_MAX) as u64;
    Ok(Unused {
        looked: true,
        told: causes.into_values().take(UNUSABLE_MAX).collect(),
        more,
    })
}

/// The twin of what was loaded and of every registered site: no other figures, which would be many.
fn with_all_sites(state: &NodeState, fresh: &BTreeSet<StatementId>) -> NodeResult<Twin> {
    let (store, charters) = (&**state.store(), charter::current(state));
    let mut builder = TwinBuilder::new(state.vocabulary());
    let cut = current_cut(store, &charters, state.vocabulary())?;
    for log in charters.origins() {
        let size = cut.sizes.get(&log.member).copied().unwrap_or(0);
        let mut from = 0;
        while from < size {
            let entries = store.entries(&log.origin, from, PAGE)?;
            let Some(last) = entries.last() else { break };
            from = last.index + 1;
            for entry in entries.iter().filter(|entry| entry.index < size) {
                let Ok(statement) = Statement::parse(&entry.bytes) else {
                    continue;
                };
                let of_sites = matches!(statement.kind.kind, Kind::Site | Kind::Supersede | Kind::Retract);
                if !of_sites && !fresh.contains(&statement.id()) {
                    continue;
                }
                let blob = match statement.blob() {
                    Some(digest) => store.blob(digest.as_bytes())?,
                    None => None,
                };
                builder.add(
                    &log.member,
                    entry.index,
                    entry.recorded_ms,
                    &statement,
                    blob.as_deref(),
                );
            }
        }
    }
    Ok(builder.finish(cut))
}

/// What is told once. What tables of the world tell as a matter of course, parts and forms and sums of what is counted, is no slip:
/// one of a kind stands for the others.
fn cause(finding: &Finding, told: &Unusable) -> String {
    match finding.reason {
        Reason::Part { .. } => "part".to_owned(),
        Reason::OtherForm { .. } | Reason::OneOfForms { .. } => "form".to_owned(),
        Reason::SumOfCountries { .. } => "sum".to_owned(),
        _ => told.words.en.clone(),
    }
}

/// A finding about what was loaded; nothing if it is about another statement.
fn told(twin: &Twin, finding: &Finding, fresh: &BTreeSet<StatementId>) -> Option<Unusable> {
    let (en, fr) = finding.words(twin.vocabulary());
    let (statement, about, figures) = match finding.fact {
        Some(fact) => {
            let fact = twin.fact(fact);
            let said = fact.statements.iter().find(|said| fresh.contains(&said.id))?;
            let [measure, commodity, stage, _, _, _, subject] = twin.key_texts(fact.series);
            let period = fact.period.to_string();
            let area = twin.text(fact.area);
            let keys = [measure, commodity, stage, subject, area, period.as_str()];
            let keys: Vec<&str> = keys.into_iter().filter(|key| !key.is_empty()).collect();
            (said.id, keys.join(" "), 1)
        }
        None => {
            let record = twin.sites().get(finding.site.as_ref()?)?;
            let id = record.statement.id;
            (fresh.contains(&id).then_some(id)?, String::new(), 0)
        }
    };
    Some(Unusable {
        statement,
        about,
        site: finding.site.clone(),
        figures,
        used: finding.reason.is_used(),
        words: Wording { en, fr },
    })
}
