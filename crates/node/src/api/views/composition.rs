//! Which deposits give which elements.

use std::collections::BTreeMap;

use didymium_vocabulary::{Decimal, canonical_decimal};

use super::Lens;
use super::editions::Editions;
use crate::api::types;

/// What is gathered of a deposit: its note, and each element's share with the figure shown.
#[derive(Default)]
struct Deposit {
    note: String,
    shares: BTreeMap<String, (Decimal, types::Figure)>,
}

/// Shares of elements per deposit, for the elements of a commodity's family; elements in the vocabulary's order.
pub fn composition(
    lens: Lens<'_>,
    commodity: &str,
    (offset, limit): (usize, usize),
) -> Option<types::Composition> {
    let twin = lens.twin;
    let vocabulary = twin.vocabulary();
    let family = &vocabulary.commodity(commodity)?.family;
    let mut deposits: BTreeMap<(String, String), Deposit> = BTreeMap::new();
    let mut sources = Editions::default();
    for id in twin.matching_series([Some("element_share"), None, None, None, None, None, None]) {
        let key = lens.key(id);
        if vocabulary
            .commodity(&key.commodity)
            .is_none_or(|found| found.family != *family)
        {
            continue;
        }
        let Some(figures) = twin
            .latest_period(id)
            .and_then(|period| twin.series(id).periods.get(&period))
        else {
            continue;
        };
        let Some(edition) = figures.chosen() else { continue };
        sources.add(&edition.source);
        for (area, _, fact) in &edition.facts {
            let fact = twin.fact(*fact);
            let deposit = deposits
                .entry((key.subject.clone(), twin.text(*area).to_owned()))
                .or_default();
            deposit.note = twin.text(fact.note).to_owned();
            let published = twin.cell_in(id, edition, *area, fact.partner, fact.period);
            if let Some(figure) = published {
                deposit
                    .shares
                    .insert(key.commodity.clone(), (fact.value, lens.figure(&figure)));
            }
        }
    }
    let elements: Vec<String> = vocabulary
        .commodities()
        .iter()
        .map(|known| known.commodity.clone())
        .filter(|element| deposits.values().any(|found| found.shares.contains_key(element)))
        .collect();
    let total = deposits.len() as u64;
    let deposits = deposits
        .into_iter()
        .skip(offset)
        .take(limit)
        .map(|((deposit, area), Deposit { note, shares })| types::DepositLine {
            deposit,
            area,
            note,
            sum: canonical_decimal(shares.values().map(|(value, _)| *value).sum()),
            shares: elements
                .iter()
                .map(|element| shares.get(element).map(|(_, figure)| figure.clone()))
                .collect(),
        })
        .collect();
    Some(types::Composition {
        commodity: commodity.to_owned(),
        elements,
        deposits,
        total,
        sources: sources.sent(),
    })
}
