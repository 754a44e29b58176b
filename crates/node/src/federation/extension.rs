//! What a signed tree says about its own beginning: which root it has over the entries up to a smaller size.
//!
//! A breach of trust must be shown from what the log signed. So that root comes with a consistency proof to the signed one,
//! and whoever holds a signed head of the smaller size with another root can show both.

use std::collections::BTreeMap;

use didymium_log::checkpoint::Checkpoint;
use didymium_log::hash::HASH_BYTES;
use didymium_log::proof::verify_consistency;
use didymium_log::tile::{TILE_WIDTH, TileId, decode_tile};
use didymium_log::tree::{consistency_proof, root_from_tiles};
use didymium_log::{Hash, LogError};

use super::Federation;
use super::client::Answer;
use crate::NodeResult;

/// Most tiles that are fetched for it: a proof needs two a level.
const TILES_MAX: usize = 64;
/// Largest tile, bytes.
const TILE_BYTES_MAX: usize = TILE_WIDTH as usize * HASH_BYTES;

/// What the tiles of a signed tree say about its beginning.
pub(super) struct Divergence {
    /// Root over the entries up to the size asked for.
    pub(super) root: Hash,
    /// Consistency proof from there to the signed root.
    pub(super) path: Vec<Hash>,
}

impl Federation {
    /// The root that the signed tree has over its first `size` entries, proven from the tiles at the address `tiles`.
    pub(super) async fn signed_root_at(
        &self,
        tiles_at: &str,
        size: u64,
        signed: &Checkpoint,
    ) -> NodeResult<Divergence> {
        let mut tiles: BTreeMap<(u8, u64), Vec<Hash>> = BTreeMap::new();
        for _ in 0..TILES_MAX {
            let mut wanted = None;
            match prove(&tiles, size, signed, &mut wanted) {
                Ok(proven) => return Ok(proven),
                Err(error) => {
                    let id = wanted.ok_or(error)?;
                    tiles.insert((id.level, id.index), self.tile(tiles_at, id).await?);
                }
            }
        }
        Err(LogError::SizesReversed {
            old: size,
            new: signed.size,
        }
        .into())
    }

    async fn tile(&self, tiles_at: &str, id: TileId) -> NodeResult<Vec<Hash>> {
        let (id, bytes) = self.tile_bytes(tiles_at, id).await?;
        Ok(decode_tile(id, &bytes)?)
    }

    /// A tile as it is served; if the partial one is gone, the full one that replaced it.
    pub(super) async fn tile_bytes(&self, tiles_at: &str, id: TileId) -> NodeResult<(TileId, Vec<u8>)> {
        let url = |id: TileId| format!("{tiles_at}/{}", id.path());
        match self.client.get(&url(id), TILE_BYTES_MAX, None).await? {
            Answer::Body { bytes, .. } => Ok((id, bytes)),
            _ => {
                let full = TileId {
                    width: TILE_WIDTH,
                    ..id
                };
                Ok((full, self.client.require(&url(full), TILE_BYTES_MAX).await?))
            }
        }
    }
}

/// Proves the root of the first `size` entries from the tiles at hand, or names the tile that is wanted next.
fn prove(
    tiles: &BTreeMap<(u8, u64), Vec<Hash>>,
    size: u64,
    signed: &Checkpoint,
    wanted: &mut Option<TileId>,
) -> Result<Divergence, LogError> {
    let mut read = |level: u8, index: u64, width: u16| -> Result<Vec<Hash>, LogError> {
        match tiles.get(&(level, index)) {
            Some(hashes) => Ok(hashes.iter().copied().take(usize::from(width)).collect()),
            None => {
                *wanted = TileId::in_tree(level, index, signed.size);
                Ok(Vec::new())
            }
        }
    };
    let root = root_from_tiles(size, &mut read)?;
    let path = consistency_proof(size, signed.size, &mut read)?;
    verify_consistency(size, root, signed.size, signed.root, &path)?;
    Ok(Divergence { root, path })
}
