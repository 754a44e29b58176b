//! Rule R1: which edition's figures are shown where sources disagree.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use didymium_statement::payload::Basis;
use didymium_vocabulary::Period;

use crate::WORLD;
use crate::fact::{Fact, FactId};
use crate::intern::Interner;
use crate::series::{Edition, PeriodFigures};

/// Version of the rules; it stands in every cut and in the charter.
pub const RULES_VERSION: &str = "R1-2026-11";

/// The rule in English.
pub const RULE_R1_EN: &str = "For each series and period one edition is chosen, so that parts and whole agree. Editions that speak for the \
    world (they give a world total, or at least half as many areas as the fullest one) come first; then figures of the past \
    before projections; then the publication that the club's vocabulary prefers for this measure and stage; then the later \
    publication day. All other figures are kept and shown beside it.";

/// The rule in French.
pub const RULE_R1_FR: &str = "Pour chaque série et chaque période, une seule édition est retenue, afin que les parties et le tout \
    concordent. Viennent d’abord les éditions qui décrivent le monde (elles donnent un total mondial, ou au moins la moitié des \
    zones de la plus complète) ; puis les chiffres du passé avant les projections ; puis la publication que le vocabulaire du club \
    préfère pour cette mesure et cette étape ; puis la date de publication la plus récente. Tous les autres chiffres sont \
    conservés et montrés à côté.";

/// Groups a series' facts by period and edition and puts the editions in the order of R1.
pub(crate) fn by_period(
    members: &[FactId],
    facts: &[Fact],
    texts: &Interner,
    preferred: &[&str],
) -> BTreeMap<Period, PeriodFigures> {
    let mut periods: BTreeMap<Period, BTreeMap<&str, Vec<FactId>>> = BTreeMap::new();
    for id in members {
        let fact = &facts[id.0 as usize];
        periods
            .entry(fact.period)
            .or_default()
            .entry(fact.source.source.as_str())
            .or_default()
            .push(*id);
    }
    periods
        .into_iter()
        .map(|(period, editions)| {
            let mut editions: Vec<Edition> = editions
                .into_values()
                .filter_map(|ids| edition(ids, facts))
                .collect();
            let fullest = editions
                .iter()
                .map(|edition| edition.areas().count())
                .max()
                .unwrap_or(0);
            let world = texts.find(WORLD);
            editions.sort_by_cached_key(|edition| {
                let speaks_for_world = world.is_some_and(|world| !edition.of_area(world).is_empty())
                    || edition.areas().count() * 2 >= fullest;
                let rank = preferred
                    .iter()
                    .position(|series| *series == edition.source.series)
                    .unwrap_or(usize::MAX);
                (
                    !speaks_for_world,
                    edition.projected,
                    rank,
                    Reverse(edition.source.published),
                    edition.source.source.clone(),
                )
            });
            (period, PeriodFigures { editions })
        })
        .collect()
}

fn edition(ids: Vec<FactId>, facts: &[Fact]) -> Option<Edition> {
    let fact = |id: &FactId| &facts[id.0 as usize];
    let source = Arc::clone(&fact(ids.first()?).source);
    let projected = ids.iter().all(|id| fact(id).basis == Basis::Projected);
    let mut rows: Vec<_> = ids
        .into_iter()
        .map(|id| (fact(&id).area, fact(&id).partner, id))
        .collect();
    // An edition that contradicts itself shows its best-based figure first; the digest settles what is left.
    rows.sort_by_key(|(area, partner, id)| (*area, *partner, fact(id).basis, fact(id).digest));
    Some(Edition {
        source,
        facts: rows,
        projected,
    })
}
