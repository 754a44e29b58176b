//! How many entries two histories of one log have in common.
//!
//! A version of the charter may end a log there, so the number is proven and not only looked up: every root that is compared
//! leads to the signed head of its side. Roots of one size that are equal then prove that all entries below are; roots that
//! differ, that all larger trees do.

use didymium_log::proof::verify_consistency;
use didymium_log::tree::{consistency_proof, root_from_tiles};
use didymium_log::{Hash, LogError};

use super::heads::Head;
use super::source::{LogSource, read_tiles};
use crate::{NodeError, NodeResult};

/// A signed head, and where its tiles are read.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) head: &'a Head,
    pub(super) tiles: &'a dyn LogSource,
}

/// What is common to two histories.
pub(super) enum Alike {
    /// So many entries: up to there the trees of both signed heads have one root, with one entry more they have not.
    Entries(u64),
    /// The tiles that are served at this place do not lead to the head that is signed there, so nothing can be said.
    TilesOfOther { place: String, reason: LogError },
    /// Nothing contradicts: the smaller head is a state of the larger one.
    OneHistory,
}

impl Side<'_> {
    /// Root of the first `size` entries of the tree whose root is signed.
    ///
    /// # Errors
    /// [`NodeError::Log`] if the tiles do not lead to that root; as the source if it cannot be read.
    fn root(self, size: u64) -> NodeResult<Hash> {
        let signed = &self.head.checkpoint;
        let tiles = || read_tiles(self.tiles, signed.size);
        let root = root_from_tiles(size, tiles())?;
        let path = consistency_proof(size, signed.size, tiles())?;
        verify_consistency(size, root, signed.size, signed.root, &path)?;
        Ok(root)
    }
}

/// How many entries two histories have in common.
///
/// # Errors
/// If either cannot be read.
pub(super) fn alike(one: Side<'_>, other: Side<'_>) -> NodeResult<Alike> {
    let smaller = one.head.checkpoint.size.min(other.head.checkpoint.size);
    // INVARIANT: the first `alike` entries are proven to be the same, and the first `apart` not to be.
    let (mut alike, mut apart) = (0, smaller.saturating_add(1));
    while apart - alike > 1 {
        // The whole of the smaller first: that there is anything to look for is proven, not taken over.
        let middle = if apart > smaller {
            smaller
        } else {
            alike + (apart - alike) / 2
        };
        let mut roots = Vec::with_capacity(2);
        for side in [one, other] {
            match side.root(middle) {
                Ok(root) => roots.push(root),
                Err(NodeError::Log(reason)) => {
                    let place = side.tiles.place();
                    return Ok(Alike::TilesOfOther { place, reason });
                }
                Err(error) => return Err(error),
            }
        }
        if roots[0] == roots[1] {
            alike = middle;
        } else {
            apart = middle;
        }
    }
    Ok(if apart > smaller {
        Alike::OneHistory
    } else {
        Alike::Entries(alike)
    })
}
