//! Verifying inclusion and consistency proofs, of whole trees and of subtrees.
//!
//! Every input may be hostile: nothing here panics, allocates by the input's numbers, or loops more than 64
//! times beyond the length of the proof. A proof of the wrong length is refused before it is hashed, or as
//! soon as its hashes run out. Trees: RFC 9162 sections 2.1.3.2 and 2.1.4.2. Subtrees:
//! draft-ietf-plants-merkle-tree-certs section 4, where `[start, end)` is a subtree if `start` is a multiple
//! of `end - start` rounded up to a power of two.

use crate::error::LogError;
use crate::hash::{EMPTY_ROOT, Hash, node_hash};

/// Most hashes that a reader of proofs takes, as in the witness protocol: any inclusion proof, and any
/// consistency proof of a tree of up to 2^62 leaves, has no more.
pub const MAX_PROOF_HASHES: usize = 63;

/// Checks that `leaf_hash` is leaf `index` of the tree of `size` leaves with root `root`.
///
/// # Errors
/// [`LogError::LeafOutside`], [`LogError::ProofLength`] or [`LogError::RootMismatch`].
pub fn verify_inclusion(
    leaf_hash: Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: Hash,
) -> Result<(), LogError> {
    matching(root_from_inclusion(leaf_hash, index, size, path)?, root)
}

/// The root that an inclusion proof leads to; a COSE receipt signs it without carrying it (RFC 9942).
///
/// # Errors
/// [`LogError::LeafOutside`] or [`LogError::ProofLength`].
pub fn root_from_inclusion(leaf_hash: Hash, index: u64, size: u64, path: &[Hash]) -> Result<Hash, LogError> {
    if index >= size {
        return Err(LogError::LeafOutside {
            index,
            start: 0,
            end: size,
        });
    }
    let expected = inclusion_length(index, size);
    if path.len() != expected {
        return Err(LogError::ProofLength {
            found: path.len(),
            expected,
        });
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = leaf_hash;
    for sibling in path {
        // A node without a right sibling is carried up unchanged until it is a right child.
        while node == last && node & 1 == 0 && last > 0 {
            node >>= 1;
            last >>= 1;
        }
        hash = if node & 1 == 1 {
            node_hash(sibling, &hash)
        } else {
            node_hash(&hash, sibling)
        };
        node >>= 1;
        last >>= 1;
    }
    Ok(hash)
}

/// Checks that the tree of `new_size` leaves with root `new_root` begins with the `old_size` leaves under
/// `old_root`.
///
/// An old size of 0 asks for the root of the empty tree and an empty proof; the new root is then unchecked
/// unless it, too, is of size 0. The proof ties root to root; that `new_size` belongs to `new_root` is what
/// the signature of the checkpoint says, since neighbouring sizes can have proofs of the same shape.
///
/// # Errors
/// [`LogError::SizesReversed`], [`LogError::ProofLength`], [`LogError::OldRootMismatch`] or
/// [`LogError::RootMismatch`].
pub fn verify_consistency(
    old_size: u64,
    old_root: Hash,
    new_size: u64,
    new_root: Hash,
    path: &[Hash],
) -> Result<(), LogError> {
    if old_size > new_size {
        return Err(LogError::SizesReversed {
            old: old_size,
            new: new_size,
        });
    }
    verify_subtree_consistency(0, old_size, old_root, new_size, new_root, path)?;
    if new_size == 0 {
        matching(EMPTY_ROOT, new_root)
    } else {
        Ok(())
    }
}

/// Checks that `leaf_hash` is leaf `index` (counted from the start of the log) of the subtree `[start, end)`
/// whose hash is `subtree`.
///
/// # Errors
/// [`LogError::SubtreeInvalid`], [`LogError::LeafOutside`], [`LogError::ProofLength`] or
/// [`LogError::RootMismatch`].
pub fn verify_subtree_inclusion(
    leaf_hash: Hash,
    index: u64,
    start: u64,
    end: u64,
    path: &[Hash],
    subtree: Hash,
) -> Result<(), LogError> {
    if !is_subtree(start, end) {
        return Err(LogError::SubtreeInvalid {
            start,
            end,
            size: end,
        });
    }
    if index < start || index >= end {
        return Err(LogError::LeafOutside { index, start, end });
    }
    verify_inclusion(leaf_hash, index - start, end - start, path, subtree)
}

/// Checks that the subtree `[start, end)` with hash `subtree` is part of the tree of `size` leaves with root
/// `root`.
///
/// An empty subtree asks for the root of the empty tree and an empty proof; `root` is then unchecked.
///
/// # Errors
/// [`LogError::SubtreeInvalid`], [`LogError::ProofLength`], [`LogError::OldRootMismatch`] (for the subtree)
/// or [`LogError::RootMismatch`].
pub fn verify_subtree_consistency(
    start: u64,
    end: u64,
    subtree: Hash,
    size: u64,
    root: Hash,
    path: &[Hash],
) -> Result<(), LogError> {
    let (subtree_hash, tree_hash) = consistency_roots(start, end, subtree, size, path)?;
    if start == end {
        return matching_old(EMPTY_ROOT, subtree);
    }
    matching_old(subtree_hash, subtree)?;
    matching(tree_hash, root)
}

/// The newer root that a consistency proof leads to from an older tree of at least one leaf; a COSE receipt
/// signs it without carrying it (RFC 9942).
///
/// # Errors
/// [`LogError::SizesReversed`] unless `0 < old_size <= new_size`, [`LogError::ProofLength`],
/// [`LogError::OldRootMismatch`].
pub fn root_from_consistency(
    old_size: u64,
    old_root: Hash,
    new_size: u64,
    path: &[Hash],
) -> Result<Hash, LogError> {
    if old_size == 0 || old_size > new_size {
        return Err(LogError::SizesReversed {
            old: old_size,
            new: new_size,
        });
    }
    let (computed, root) = consistency_roots(0, old_size, old_root, new_size, path)?;
    matching_old(computed, old_root)?;
    Ok(root)
}

/// The hashes of subtree and tree that a proof computes; for an empty subtree nothing is computed.
fn consistency_roots(
    start: u64,
    end: u64,
    subtree: Hash,
    size: u64,
    path: &[Hash],
) -> Result<(Hash, Hash), LogError> {
    if !is_subtree(start, end) || end > size {
        return Err(LogError::SubtreeInvalid { start, end, size });
    }
    let expected = subtree_consistency_length(start, end, size);
    if path.len() != expected {
        return Err(LogError::ProofLength {
            found: path.len(),
            expected,
        });
    }
    if start == end {
        return Ok((subtree, subtree));
    }
    // Positions of the subtree's first leaf, its last, and the tree's last, at the height reached.
    let (mut first, mut last, mut tree_last) = (start, end - 1, size - 1);
    // Climb inside the subtree: to its top if it ends with the tree, else to its last perfect part.
    while first != last && (last == tree_last || last & 1 == 1) {
        first >>= 1;
        last >>= 1;
        tree_last >>= 1;
    }
    let mut path = path.iter();
    let (mut subtree_hash, mut tree_hash) = (subtree, subtree);
    if first != last
        && let Some(seed) = path.next()
    {
        (subtree_hash, tree_hash) = (*seed, *seed);
    }
    for sibling in path {
        while last == tree_last && last & 1 == 0 && last > 0 {
            first >>= 1;
            last >>= 1;
            tree_last >>= 1;
        }
        if last & 1 == 1 {
            if first < last {
                subtree_hash = node_hash(sibling, &subtree_hash);
            }
            tree_hash = node_hash(sibling, &tree_hash);
        } else {
            tree_hash = node_hash(&tree_hash, sibling);
        }
        first >>= 1;
        last >>= 1;
        tree_last >>= 1;
    }
    Ok((subtree_hash, tree_hash))
}

/// Whether `[start, end)` is a subtree: `start` is a multiple of its length rounded up to a power of two.
/// Empty ranges are.
pub fn is_subtree(start: u64, end: u64) -> bool {
    match end.checked_sub(start) {
        None => false,
        Some(0) => true,
        // A length above 2^63 would round up to 2^64, of which only 0 is a multiple.
        Some(length) => length
            .checked_next_power_of_two()
            .map_or(start == 0, |round| start.is_multiple_of(round)),
    }
}

/// Hashes in the inclusion proof of leaf `index` in a tree of `size` leaves (`index < size`).
fn inclusion_length(index: u64, size: u64) -> usize {
    // Below the highest bit in which the leaf differs from the last one there is always a sibling;
    // above it, the leaf's way is that of the last one and has only left siblings.
    let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
    let border = index.checked_shr(inner).unwrap_or(0).count_ones();
    (inner + border) as usize
}

/// Hashes in the consistency proof of the subtree `[start, end)` (valid, `end <= size`) in a tree of `size`
/// leaves.
fn subtree_consistency_length(start: u64, end: u64, size: u64) -> usize {
    if start == end {
        return 0;
    }
    let (mut low, mut high) = (0, size);
    let (mut hashes, mut inside) = (0, false);
    while high != end || (low != start && !inside) {
        let split = low + split_point(high - low);
        if end <= split {
            high = split;
        } else {
            inside |= start < split && split < end;
            low = split;
        }
        hashes += 1;
    }
    hashes + usize::from(inside)
}

/// The largest power of two smaller than `length` (2 or more): where RFC 6962 splits a tree.
pub(crate) fn split_point(length: u64) -> u64 {
    1 << (u64::BITS - 1 - (length - 1).leading_zeros())
}

fn matching(computed: Hash, expected: Hash) -> Result<(), LogError> {
    if computed == expected {
        Ok(())
    } else {
        Err(LogError::RootMismatch { computed, expected })
    }
}

fn matching_old(computed: Hash, expected: Hash) -> Result<(), LogError> {
    if computed == expected {
        Ok(())
    } else {
        Err(LogError::OldRootMismatch { computed, expected })
    }
}
