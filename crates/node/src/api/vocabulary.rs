//! The vocabulary, for readers to name things in their own language.

use axum::response::Response;
use didymium_vocabulary::{ChainLink, Vocabulary};
use serde::Serialize;
use serde_json::{Value, json};

use super::ApiError;
use super::cache::Question;

/// Every key with its English and French names: commodities, stages, forms, substances, measures, units, countries,
/// areas, HS codes, uses of goods, notice types, and the chain of every family.
#[utoipa::path(get, path = "/api/v1/vocabulary", tag = "node", responses((status = 200, description = "The vocabulary", body = serde_json::Value)))]
pub(crate) async fn vocabulary(question: Question) -> Result<Response, ApiError> {
    question.answer(|lens| Ok(document(lens.twin.vocabulary())))
}

/// Entities with their key under the one name `key`.
fn keyed<T: Serialize>(entities: &[T], key: impl Fn(&T) -> &str) -> Vec<Value> {
    entities
        .iter()
        .map(|entity| {
            let mut value = serde_json::to_value(entity).unwrap_or_default();
            value["key"] = Value::from(key(entity));
            value
        })
        .collect()
}

fn document(vocabulary: &Vocabulary) -> Value {
    json!({
        "version": vocabulary.version(),
        "digest": vocabulary.digest_hex(),
        "elements": keyed(vocabulary.elements(), |e| &e.symbol),
        "commodities": keyed(vocabulary.commodities(), |e| &e.commodity),
        "stages": keyed(vocabulary.stages(), |e| &e.stage),
        "forms": keyed(vocabulary.forms(), |e| &e.form),
        "substances": keyed(vocabulary.substances(), |e| &e.substance),
        "measures": keyed(vocabulary.measures(), |e| &e.measure),
        "units": keyed(vocabulary.units(), |e| &e.unit),
        "countries": vocabulary.countries(),
        "areas": keyed(vocabulary.areas(), |e| &e.area),
        "hs_codes": vocabulary.hs_codes(),
        "end_uses": keyed(vocabulary.end_uses(), |e| &e.key),
        "notice_types": keyed(vocabulary.notice_types(), |e| &e.notice_type),
        "chain": vocabulary.chain_links().iter().map(link).collect::<Vec<_>>(),
    })
}

fn link(link: &ChainLink) -> Value {
    json!({
        "family": link.family,
        "order": link.order,
        "stage": link.stage,
        "form": link.form,
        "other_forms": link.other_forms,
        "substance": link.substance,
        "headline_measure": link.headline.as_ref().map(|headline| &headline.measure),
        "headline_commodity": link.headline.as_ref().map(|headline| &headline.commodity),
    })
}
