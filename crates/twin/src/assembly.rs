//! The parts that a twin is put together from, whatever its facts are chosen by.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use didymium_statement::Digest;
use didymium_vocabulary::{Dimension, Vocabulary};

use crate::choice;
use crate::fact::{Fact, FactId, StatementRef};
use crate::intern::{Interner, Symbol};
use crate::series::{Series, SeriesKey};
use crate::twin::Displaced;

/// A series before it has figures.
#[derive(Debug, Clone)]
pub(crate) struct SeriesName {
    pub(crate) key: SeriesKey,
    pub(crate) dimension: Dimension,
}

/// Keeps one record a key: the one with the smallest digest, whatever order they came in; the others are told about. The
/// digests of all stay in the state's digest, since all of it was said.
pub(crate) fn one_a_key<R>(
    mut records: Vec<(Digest, R)>,
    key: impl Fn(&R) -> String,
    displaced: &mut Vec<Displaced>,
    statement: impl Fn(&R) -> &Arc<StatementRef>,
) -> (BTreeMap<String, R>, Vec<Digest>) {
    records.sort_by(|(a, left), (b, right)| a.cmp(b).then_with(|| statement(left).cmp(statement(right))));
    let mut digests: Vec<Digest> = records.iter().map(|(digest, _)| *digest).collect();
    digests.dedup();
    let mut kept: BTreeMap<String, R> = BTreeMap::new();
    let mut last = None;
    for (digest, record) in records {
        let name = key(&record);
        let repeats = last.replace(digest) == Some(digest);
        match kept.entry(name) {
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(record);
            }
            std::collections::btree_map::Entry::Occupied(_) if repeats => {}
            std::collections::btree_map::Entry::Occupied(taken) => displaced.push(Displaced {
                statement: Arc::clone(statement(&record)),
                reason: format!(
                    "`{}` is registered twice with different content: supersede one of the two",
                    taken.key()
                ),
            }),
        }
    }
    (kept, digests)
}

/// The series of `drafts` with the figures that `facts` give them, in the same order; one without figures has no periods.
pub(crate) fn series_with_figures(
    drafts: Vec<SeriesName>,
    facts: &[Fact],
    texts: &Interner,
    vocabulary: &Vocabulary,
) -> Vec<Series> {
    let mut grouped: Vec<Vec<FactId>> = vec![Vec::new(); drafts.len()];
    for (place, fact) in (0..).zip(facts) {
        grouped[fact.series.0 as usize].push(FactId(place));
    }
    drafts
        .into_iter()
        .zip(grouped)
        .map(|(draft, members)| {
            let measure = texts.text(draft.key.measure);
            let stage = texts.text(draft.key.stage);
            let preferred = vocabulary.preferred_series(measure, (!stage.is_empty()).then_some(stage));
            Series {
                key: draft.key,
                dimension: draft.dimension,
                unit: display_unit(
                    draft.dimension,
                    members.iter().map(|id| texts.text(facts[id.0 as usize].unit)),
                    vocabulary,
                ),
                periods: choice::by_period(&members, facts, texts, &preferred),
                facts: members.len(),
            }
        })
        .collect()
}

/// The unit in which a series is shown: the one all its figures share, else tonnes for masses, else the canonical one.
fn display_unit<'a>(
    dimension: Dimension,
    units: impl Iterator<Item = &'a str>,
    vocabulary: &Vocabulary,
) -> String {
    let distinct: BTreeSet<&str> = units.collect();
    match (distinct.len(), distinct.first()) {
        (1, Some(unit)) if *unit != "kt" => (*unit).to_owned(),
        _ if dimension == Dimension::Mass => "t".to_owned(),
        _ => vocabulary
            .canonical_unit(dimension)
            .map_or_else(|_| String::new(), |unit| unit.unit.clone()),
    }
}

/// Aggregates that are made of named countries, with these.
pub(crate) fn unions(texts: &Interner, vocabulary: &Vocabulary) -> BTreeMap<Symbol, BTreeSet<Symbol>> {
    let areas = vocabulary.areas().iter();
    areas
        .filter_map(|area| {
            let members = area.members.iter().filter_map(|member| texts.find(member));
            Some((texts.find(&area.area)?, members.collect::<BTreeSet<_>>()))
        })
        .filter(|(_, members)| !members.is_empty())
        .collect()
}

/// Symbols of the aggregates, which are never countries of a ranking.
pub(crate) fn aggregates(texts: &Interner, vocabulary: &Vocabulary) -> BTreeSet<Symbol> {
    vocabulary
        .areas()
        .iter()
        .filter(|area| !area.one_country)
        .filter_map(|area| texts.find(&area.area))
        .collect()
}
