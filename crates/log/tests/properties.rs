//! Properties of trees, proofs, paths and notes against a naive model, on generated and on hostile input.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use didymium_log::checkpoint::{Checkpoint, open_checkpoint, sign_checkpoint};
use didymium_log::hash::{EMPTY_ROOT, leaf_hash, node_hash};
use didymium_log::note::{SignedNote, Signer, Verifier, open};
use didymium_log::proof::{
    is_subtree, verify_consistency, verify_inclusion, verify_subtree_consistency, verify_subtree_inclusion,
};
use didymium_log::tile::{BundleId, TileId, decode_bundle, encode_bundle};
use didymium_log::tree::{
    Edge, EdgeTiles, append_batch, consistency_proof, inclusion_proof, root_from_tiles,
    subtree_consistency_proof, subtree_root,
};
use didymium_log::{Hash, LogError};
use proptest::prelude::*;

type Tiles = BTreeMap<(u8, u64), Vec<u8>>;

/// RFC 6962 section 2.1, word for word.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => EMPTY_ROOT,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

fn leaves(size: usize) -> Vec<Hash> {
    (0..size).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}

fn store(batches: &[&[Hash]]) -> (Tiles, EdgeTiles) {
    let (mut tiles, mut edge) = (Tiles::new(), EdgeTiles::default());
    for batch in batches {
        let writes = append_batch(&edge, batch).unwrap();
        tiles.extend(
            writes
                .rows
                .into_iter()
                .map(|row| ((row.id.level, row.id.index), row.bytes)),
        );
        edge = writes.edge;
    }
    (tiles, edge)
}

fn reader(tiles: &Tiles) -> impl Fn(u8, u64, u16) -> Result<Vec<Hash>, LogError> + Copy + '_ {
    |level, index, _| {
        let bytes = tiles.get(&(level, index)).map_or(&[][..], Vec::as_slice);
        bytes.chunks(32).map(Hash::try_from).collect()
    }
}

fn flip(hash: &mut Hash, bit: usize) {
    hash.0[bit / 8 % 32] ^= 1 << (bit % 8);
}

fn usize_of(number: u64) -> usize {
    usize::try_from(number).unwrap()
}

#[test]
fn every_subtree_and_proof_of_small_trees_verifies() {
    let leaves = leaves(70);
    let (tiles, _) = store(&[&leaves]);
    let read = reader(&tiles);
    for size in 0..=70u64 {
        let root = naive_root(&leaves[..usize_of(size)]);
        for end in 0..=size {
            for start in (0..=end).filter(|start| is_subtree(*start, end)) {
                let subtree = naive_root(&leaves[usize_of(start)..usize_of(end)]);
                assert_eq!(subtree_root(start, end, size, read).unwrap(), subtree);
                let path = subtree_consistency_proof(start, end, size, read).unwrap();
                let checked = verify_subtree_consistency(start, end, subtree, size, root, &path);
                assert_eq!(checked, Ok(()), "[{start}, {end}) in {size}");
            }
        }
        for index in 0..size {
            let path = inclusion_proof(index, size, read).unwrap();
            assert_eq!(
                verify_inclusion(leaves[usize_of(index)], index, size, &path, root),
                Ok(())
            );
        }
    }
}

#[test]
fn a_tree_over_three_tile_levels_agrees_with_the_naive_one() {
    let leaves = leaves(65_536 + 300);
    let (tiles, edge_tiles) = store(&[&leaves[..65_000], &leaves[65_000..]]);
    assert_eq!(edge_tiles.root(), naive_root(&leaves));
    let read = reader(&tiles);
    for size in [255, 256, 257, 511, 65_280, 65_535, 65_536, 65_537, 65_836u64] {
        let root = naive_root(&leaves[..usize_of(size)]);
        assert_eq!(root_from_tiles(size, read).unwrap(), root, "size {size}");
        for index in [0, 1, size / 2, size - 2, size - 1] {
            let path = inclusion_proof(index, size, read).unwrap();
            verify_inclusion(leaves[usize_of(index)], index, size, &path, root).unwrap();
        }
        let path = consistency_proof(size, 65_836, read).unwrap();
        verify_consistency(size, root, 65_836, edge_tiles.root(), &path).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn however_it_is_batched_the_tree_is_the_naive_one(sizes in prop::collection::vec(0usize..400, 1..6)) {
        let leaves = leaves(sizes.iter().sum());
        let mut rest = leaves.as_slice();
        let mut batches = Vec::new();
        for size in sizes {
            let (batch, after) = rest.split_at(size);
            batches.push(batch);
            rest = after;
        }
        let (tiles, edge_tiles) = store(&batches);
        let mut edge = Edge::default();
        for leaf in &leaves {
            edge.append(*leaf).unwrap();
        }
        let root = naive_root(&leaves);
        prop_assert_eq!(edge.root(), root);
        prop_assert_eq!(edge_tiles.root(), root);
        prop_assert_eq!(root_from_tiles(edge.size(), reader(&tiles)).unwrap(), root);
        prop_assert_eq!(EdgeTiles::load(edge.size(), reader(&tiles)).unwrap(), edge_tiles.clone());
        prop_assert_eq!(&Edge::from(&edge_tiles), &edge);
        prop_assert_eq!(Edge::from_nodes(edge.size(), edge.nodes().to_vec()).unwrap(), edge);
    }

    #[test]
    fn inclusion_verifies_and_any_flipped_bit_fails(size in 1u64..1500, pick: u64, place: usize, bit: usize) {
        let leaves = leaves(usize_of(size));
        let (tiles, edge) = store(&[&leaves]);
        let index = pick % size;
        let mut leaf = leaves[usize_of(index)];
        let mut root = edge.root();
        let mut path = inclusion_proof(index, size, reader(&tiles)).unwrap();
        prop_assert_eq!(verify_inclusion(leaf, index, size, &path, root), Ok(()));
        prop_assert_eq!(verify_subtree_inclusion(leaf, index, 0, size, &path, root), Ok(()));
        if size > 1 {
            prop_assert!(verify_inclusion(leaf, (index + 1) % size, size, &path, root).is_err());
            prop_assert!(verify_inclusion(leaf, index, size, &path[1..], root).is_err());
        }
        let longer: Vec<Hash> = path.iter().copied().chain([root]).collect();
        prop_assert!(verify_inclusion(leaf, index, size, &longer, root).is_err());
        let places = path.len() + 2;
        match place % places {
            0 => flip(&mut leaf, bit),
            1 => flip(&mut root, bit),
            other => flip(&mut path[other - 2], bit),
        }
        prop_assert!(verify_inclusion(leaf, index, size, &path, root).is_err());
    }

    #[test]
    fn consistency_verifies_and_any_flipped_bit_fails(new in 1u64..1500, pick: u64, place: usize, bit: usize) {
        let leaves = leaves(usize_of(new));
        let (tiles, edge) = store(&[&leaves]);
        let old = 1 + pick % new;
        let mut old_root = naive_root(&leaves[..usize_of(old)]);
        let mut new_root = edge.root();
        let mut path = consistency_proof(old, new, reader(&tiles)).unwrap();
        prop_assert_eq!(verify_consistency(old, old_root, new, new_root, &path), Ok(()));
        prop_assert!(old == new || verify_consistency(new, new_root, old, old_root, &path).is_err());
        let longer: Vec<Hash> = path.iter().copied().chain([new_root]).collect();
        prop_assert!(verify_consistency(old, old_root, new, new_root, &longer).is_err());
        prop_assert!(old == new || verify_consistency(old, old_root, new, new_root, &path[1..]).is_err());
        let places = path.len() + 2;
        match place % places {
            0 => flip(&mut old_root, bit),
            1 => flip(&mut new_root, bit),
            other => flip(&mut path[other - 2], bit),
        }
        prop_assert!(verify_consistency(old, old_root, new, new_root, &path).is_err());
    }

    #[test]
    fn hostile_proofs_never_panic(numbers: [u64; 4], shrink in 0u32..64, length in 0usize..140) {
        let path = leaves(length);
        let [a, b, c, d] = numbers.map(|number| number >> shrink);
        for (start, end, size) in [(a, b, c), (a, a.saturating_add(b), d), (0, a, b), (a & !0xff, a | 0xff, c), (0, a, u64::MAX)] {
            let _ = verify_inclusion(EMPTY_ROOT, start, size, &path, EMPTY_ROOT);
            let _ = verify_consistency(start, EMPTY_ROOT, size, EMPTY_ROOT, &path);
            let _ = verify_subtree_inclusion(EMPTY_ROOT, size, start, end, &path, EMPTY_ROOT);
            let _ = verify_subtree_consistency(start, end, EMPTY_ROOT, size, EMPTY_ROOT, &path);
            let empty = |_, _, _| Ok::<_, LogError>(Vec::new());
            let full = |_, _, width| Ok::<_, LogError>(vec![EMPTY_ROOT; usize::from(width)]);
            let _ = inclusion_proof(start, size, empty);
            let _ = inclusion_proof(start, size, full);
            let _ = subtree_consistency_proof(start, end, size, full);
            let _ = root_from_tiles(size, full);
        }
    }

    #[test]
    fn proofs_of_huge_trees_have_the_length_that_the_verifier_expects(size in 1u64..=i64::MAX as u64, pick: u64, shrink in 0u32..64) {
        let full = |_, _, width| Ok::<_, LogError>(vec![EMPTY_ROOT; usize::from(width)]);
        let index = (pick >> shrink) % size;
        let path = inclusion_proof(index, size, full).unwrap();
        prop_assert!(path.len() <= didymium_log::proof::MAX_PROOF_HASHES);
        let checked = verify_inclusion(EMPTY_ROOT, index, size, &path, EMPTY_ROOT);
        prop_assert!(!matches!(checked, Err(LogError::ProofLength { .. })), "{checked:?}");
        let path = consistency_proof(index, size, full).unwrap();
        prop_assert!(path.len() <= didymium_log::proof::MAX_PROOF_HASHES + 1);
        let checked = verify_consistency(index, EMPTY_ROOT, size, EMPTY_ROOT, &path);
        prop_assert!(!matches!(checked, Err(LogError::ProofLength { .. })), "{checked:?}");
    }

    #[test]
    fn paths_round_trip(level in 0u8..64, index: u64, shrink in 0u32..64, width in 1u16..=256) {
        let tile = TileId::new(level, index >> shrink, width).unwrap();
        prop_assert_eq!(tile.path().parse::<TileId>(), Ok(tile));
        let bundle = BundleId::new(index >> shrink, width).unwrap();
        prop_assert_eq!(bundle.path().parse::<BundleId>(), Ok(bundle));
    }

    #[test]
    fn whatever_parses_as_a_path_is_written_the_same(path in "tile/([0-9]{1,2}|entries)/(x?[0-9]{3}/){0,3}[0-9]{3}(\\.p/[0-9]{1,3})?") {
        if let Ok(tile) = path.parse::<TileId>() {
            prop_assert_eq!(tile.path(), path.clone());
        }
        if let Ok(bundle) = path.parse::<BundleId>() {
            prop_assert_eq!(bundle.path(), path);
        }
    }

    #[test]
    fn bundles_round_trip_and_arbitrary_bytes_never_panic(
        entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..20),
        noise in prop::collection::vec(any::<u8>(), 0..600),
        width in 0u16..300,
    ) {
        let bytes = encode_bundle(&entries).unwrap();
        prop_assert_eq!(decode_bundle(&bytes, u16::try_from(entries.len()).unwrap()).unwrap(), entries);
        if let Ok(entries) = decode_bundle(&noise, width) {
            prop_assert_eq!(encode_bundle(&entries).unwrap(), noise);
        }
    }

    #[test]
    fn note_and_checkpoint_parsers_never_panic(noise in prop::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,80}") {
        let _ = SignedNote::parse(&noise);
        let _ = text.parse::<Verifier>();
        let _ = text.parse::<Signer>();
        let _ = text.parse::<TileId>();
        let _ = Checkpoint::parse(&text);
        let _ = SignedNote::parse(format!("{text}\n\n— {text} {text}\n").as_bytes());
        let _ = format!("n+00000000+{text}").parse::<Verifier>();
    }

    #[test]
    fn a_note_that_parses_is_written_the_same(
        text in "([a-z \n]{0,9}\n){1,3}", name in "[a-z.é]{1,5}", bytes in prop::collection::vec(any::<u8>(), 5..9),
    ) {
        use base64::Engine as _;
        let encoded = base64::engine::general_purpose::STANDARD.encode(&bytes);
        let note = format!("{text}\n— {name} {encoded}\n");
        let parsed = SignedNote::parse(note.as_bytes()).unwrap();
        prop_assert_eq!(parsed.to_string(), note);
    }

    #[test]
    fn a_checkpoint_with_any_byte_changed_is_refused(seed: [u8; 32], size in 1u64..1_000_000, place: usize, by in 1u8..=255) {
        let signer = Signer::from_seed("log.example", &seed).unwrap();
        let head = Checkpoint { origin: "log.example".to_owned(), size, root: leaf_hash(&seed) };
        let mut note = sign_checkpoint(&head, &signer).unwrap().into_bytes();
        prop_assert_eq!(open_checkpoint(&note, &signer.verifier()), Ok(head));
        let place = place % note.len();
        note[place] = note[place].wrapping_add(by);
        prop_assert!(open(&note, &[signer.verifier()]).is_err());
    }
}
