//! Why entries do not lead to the root that was signed: was the log rewritten, or was what came broken?
//!
//! Only the first is a breach of trust, so it must be shown from what the log signed: the root that the signed tree has
//! over the entries held here, tied to the signed root by a consistency proof, differs from the root held here.

use std::collections::BTreeMap;

use didymium_log::checkpoint::Checkpoint;
use didymium_log::hash::HASH_BYTES;
use didymium_log::note::SignedNote;
use didymium_log::proof::verify_consistency;
use didymium_log::tile::{TILE_WIDTH, TileId, decode_tile};
use didymium_log::tree::{consistency_proof, root_from_tiles};
use didymium_log::{Hash, LogError};
use didymium_store::Head;

use super::client::Answer;
use super::{Federation, PeerStatus};
use crate::{NodeError, NodeResult};

/// Most tiles that a diagnosis fetches: a proof needs two a level.
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
    /// Sorts the error of a take-over: what only a mismatch of roots says becomes *rewritten* or *broken*.
    pub(super) async fn diagnose(
        &self,
        peer: &PeerStatus,
        head: Option<&Head>,
        signed: &Checkpoint,
        note: &SignedNote,
        error: NodeError,
    ) -> NodeError {
        if !matches!(error, NodeError::Log(LogError::RootMismatch { .. })) {
            return error;
        }
        let broken = |reason: String| NodeError::LogBroken {
            origin: signed.origin.clone(),
            size: signed.size,
            reason,
        };
        let Some(head) = head else {
            return broken(error.in_words());
        };
        let tiles = format!("{}/log", peer.address);
        match self.signed_root_at(&tiles, head.size, signed).await {
            Ok(now) if now.root.0 != head.root => {
                let kept = match self.state.member_of_log(&signed.origin) {
                    Ok(member) => self.rewritten(member, head, note, now.root, &now.path).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = kept {
                    tracing::error!(error = error.in_words(), "evidence could not be kept");
                }
                NodeError::LogRewritten {
                    origin: signed.origin.clone(),
                    size: head.size,
                    held: Hash(head.root),
                    found: signed.size,
                    now: now.root,
                }
            }
            Ok(_) => broken(error.in_words()),
            Err(other) => broken(other.in_words()),
        }
    }

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
        let url = |id: TileId| format!("{tiles_at}/{}", id.path());
        let (id, bytes) = match self.client.get(&url(id), TILE_BYTES_MAX, None).await? {
            Answer::Body { bytes, .. } => (id, bytes),
            _ => {
                let full = TileId {
                    width: TILE_WIDTH,
                    ..id
                };
                (full, self.client.require(&url(full), TILE_BYTES_MAX).await?)
            }
        };
        Ok(decode_tile(id, &bytes)?)
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
