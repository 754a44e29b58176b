//! JSON Schemas of the payloads, generated from the types that parse them, so that the two cannot differ.

use crate::payload::{Genesis, Notice, Retract, Site, Statistic, Supersede};
use crate::{Charter, Kind, KindVersion};

/// The kinds whose schema a node publishes, in version 1.
pub fn published_kinds() -> Vec<KindVersion> {
    [Kind::Genesis, Kind::Site, Kind::Statistic, Kind::Notice, Kind::Supersede, Kind::Retract]
        .into_iter()
        .map(KindVersion::v1)
        .collect()
}

/// The JSON Schema (2020-12) of a kind's payload, or of the charter under the name `charter`; absent for kinds that are
/// reserved or unknown.
pub fn json_schema(name: &str, version: u32) -> Option<serde_json::Value> {
    if version != 1 {
        return None;
    }
    let schema = match name {
        "genesis" => schemars::schema_for!(Genesis),
        "site" => schemars::schema_for!(Site),
        "statistic" => schemars::schema_for!(Statistic),
        "notice" => schemars::schema_for!(Notice),
        "supersede" => schemars::schema_for!(Supersede),
        "retract" => schemars::schema_for!(Retract),
        "charter" => schemars::schema_for!(Charter),
        _ => return None,
    };
    serde_json::to_value(schema).ok()
}
