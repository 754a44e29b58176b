//! JSON Schemas of the payloads, generated from the types that parse them, so that the two cannot differ.

use crate::payload::{Evidence, Genesis, Notice, Release, Retract, Site, Statistic, Supersede};
use crate::{CharterVersion, Digest, Kind, KindVersion};

/// The kinds whose schema a node publishes, in version 1.
pub fn published_kinds() -> Vec<KindVersion> {
    [
        Kind::Genesis,
        Kind::Site,
        Kind::Statistic,
        Kind::Notice,
        Kind::Supersede,
        Kind::Retract,
        Kind::Evidence,
        Kind::Release,
    ]
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
        "evidence" => schemars::schema_for!(Evidence),
        "release" => schemars::schema_for!(Release),
        "charter" => schemars::schema_for!(CharterVersion),
        _ => return None,
    };
    serde_json::to_value(schema).ok()
}

/// Digest of all published schemas: SHA-256 over one line a kind, `KIND VERSION SCHEMA`, in the order of
/// [`published_kinds`]. It stands in the charter, so that a member whose software reads statements otherwise is noticed.
pub fn schemas_digest() -> Digest {
    let lines: String = published_kinds()
        .iter()
        .filter_map(|kind| {
            let schema = json_schema(kind.kind.as_str(), kind.version)?;
            Some(format!("{} {} {schema}\n", kind.kind, kind.version))
        })
        .collect();
    Digest::of(lines.as_bytes())
}
