//! Whether what a log acknowledged is true: it is read back from its tiles, and held against what it signed.

use std::collections::HashMap;

use didymium_log::checkpoint::open_checkpoint;
use didymium_log::hash::leaf_hash;
use didymium_log::note::Verifier;
use didymium_log::tile::{BundleId, TILE_WIDTH, decode_bundle};
use didymium_log::tree::Edge;
use didymium_statement::Digest;

use super::load::Told;
use super::untrue;
use crate::error::CliResult;
use crate::http::Remote;

/// Reads the whole log back; answers its size when every acknowledgement was true.
pub(super) async fn all_true(url: &str, log_key: &str, told: &[Told]) -> CliResult<u64> {
    let wrong = |reason: String| Err(untrue(reason));
    let node = Remote::new(url)?;
    let key: Verifier = log_key
        .parse()
        .map_err(|error| untrue(format!("the log's key is none: {error}")))?;
    let note = node.bytes("/log/checkpoint", &[]).await?;
    let signed = open_checkpoint(&note, &key)
        .map_err(|error| untrue(format!("the checkpoint does not stand: {error}")))?;
    let mut promised: HashMap<u64, [u8; 32]> = HashMap::with_capacity(told.len());
    for one in told {
        if promised.insert(one.index, one.statement).is_some() {
            return wrong(format!("two statements were told the place {}", one.index));
        }
    }
    let mut edge = Edge::default();
    for number in 0..signed.size.div_ceil(u64::from(TILE_WIDTH)) {
        let Some(id) = BundleId::in_tree(number, signed.size) else {
            return wrong(format!("bundle {number} is outside of the log"));
        };
        let bytes = node.bytes(&format!("/log/{}", id.path()), &[]).await?;
        let entries = decode_bundle(&bytes, id.width).map_err(|error| untrue(error.to_string()))?;
        for entry in entries {
            let place = edge.size();
            if let Some(statement) = promised.remove(&place)
                && Digest::of(entry).as_bytes() != &statement
            {
                return wrong(format!(
                    "another statement stands at place {place} than was acknowledged"
                ));
            }
            edge.append(leaf_hash(entry))
                .map_err(|error| untrue(error.to_string()))?;
        }
    }
    if edge.root() != signed.root {
        return wrong("the entries do not lead to the root that the log signed".to_owned());
    }
    if let Some(place) = promised.keys().min() {
        return wrong(format!(
            "{} statements were acknowledged that are not in the log of {} entries, the first at {place}",
            promised.len(),
            signed.size
        ));
    }
    Ok(signed.size)
}
