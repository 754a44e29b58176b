//! Published vectors of trees and tiles: golang.org/x/mod, the C2SP specification, Tessera, Sunlight, Azul,
//! MTC.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::shared::{counted, hash, hashes, json, vectors};
use didymium_log::checkpoint::{Checkpoint, open_checkpoint};
use didymium_log::hash::{EMPTY_ROOT, leaf_hash};
use didymium_log::note::{Verifier, open};
use didymium_log::proof::{is_subtree, verify_consistency, verify_inclusion};
use didymium_log::tile::{
    BundleId, TileId, bundles_in_tree, decode_bundle, decode_tile, encode_bundle, encode_tile, tiles_in_tree,
};
use didymium_log::tree::{
    Edge, EdgeTiles, append_batch, consistency_proof, inclusion_proof, root_from_tiles, subtree_root,
};
use didymium_log::{Hash, LogError};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Tiles in memory, as storage keeps them: the last of each level partial.
#[derive(Default)]
struct Stored {
    tiles: BTreeMap<(u8, u64), Vec<u8>>,
    edge: EdgeTiles,
}

impl Stored {
    fn of(leaves: &[Hash]) -> Self {
        let mut stored = Stored::default();
        stored.append(leaves);
        stored
    }

    fn append(&mut self, leaves: &[Hash]) {
        let writes = append_batch(&self.edge, leaves).unwrap();
        self.tiles.extend(
            writes
                .rows
                .into_iter()
                .map(|row| ((row.id.level, row.id.index), row.bytes)),
        );
        self.edge = writes.edge;
    }

    fn read(&self, level: u8, index: u64, _width: u16) -> Result<Vec<Hash>, LogError> {
        let bytes = self.tiles.get(&(level, index)).map_or(&[][..], Vec::as_slice);
        Ok(bytes
            .chunks(32)
            .map(|bytes| Hash::try_from(bytes).unwrap())
            .collect())
    }

    fn tile(&self, id: TileId) -> &[u8] {
        &self.tiles[&(id.level, id.index)][..usize::from(id.width) * 32]
    }
}

fn decimal_leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|i| leaf_hash(i.to_string().as_bytes())).collect()
}

#[test]
fn own_reference_roots_and_proofs() {
    #[derive(Deserialize)]
    struct Reference {
        roots: Vec<Root>,
        inclusion: Vec<Inclusion>,
        consistency: Vec<Consistency>,
    }
    #[derive(Deserialize)]
    struct Root {
        size: u64,
        root: String,
    }
    #[derive(Deserialize)]
    struct Inclusion {
        index: u64,
        size: u64,
        proof: Option<Vec<String>>,
    }
    #[derive(Deserialize)]
    struct Consistency {
        old: u64,
        new: u64,
        proof: Option<Vec<String>>,
    }
    let Some(folder) = vectors("own-reference") else {
        return;
    };
    let reference: Reference = json(folder.join("roots-proofs.json"));
    let largest = reference.roots.iter().map(|root| root.size).max().unwrap();
    let leaves = decimal_leaves(largest);
    let mut stored = Stored::default();
    let mut edge = Edge::default();
    let mut roots = BTreeMap::from([(0, EMPTY_ROOT)]);
    for leaf in &leaves {
        stored.append(&[*leaf]);
        edge.append(*leaf).unwrap();
        roots.insert(edge.size(), edge.root());
    }
    // Every smaller root and proof is read from the tiles of the largest tree.
    let read = |level, index, width| stored.read(level, index, width);
    for Root { size, root } in &reference.roots {
        assert_eq!(roots[size], hash(root).unwrap(), "root of size {size}");
        assert_eq!(
            root_from_tiles(*size, read).unwrap(),
            roots[size],
            "tile root of size {size}"
        );
    }
    for Inclusion { index, size, proof } in &reference.inclusion {
        let path = inclusion_proof(*index, *size, read).unwrap();
        assert_eq!(path, hashes(proof.as_ref()).unwrap(), "leaf {index} in {size}");
        verify_inclusion(
            leaves[usize::try_from(*index).unwrap()],
            *index,
            *size,
            &path,
            roots[size],
        )
        .unwrap();
    }
    for Consistency { old, new, proof } in &reference.consistency {
        let path = consistency_proof(*old, *new, read).unwrap();
        assert_eq!(path, hashes(proof.as_ref()).unwrap(), "{old} to {new}");
        verify_consistency(*old, roots[old], *new, roots[new], &path).unwrap();
    }
    counted("own-reference/roots-proofs.json roots", reference.roots.len(), 52);
    counted(
        "own-reference/roots-proofs.json inclusion",
        reference.inclusion.len(),
        289,
    );
    counted(
        "own-reference/roots-proofs.json consistency",
        reference.consistency.len(),
        289,
    );
}

#[test]
fn own_reference_tiles() {
    #[derive(Deserialize)]
    struct Trees {
        trees: Vec<Tree>,
    }
    #[derive(Deserialize)]
    struct Tree {
        size: u64,
        root: String,
        tiles_sha256: BTreeMap<String, String>,
        bundles_sha256: BTreeMap<String, String>,
    }
    let Some(folder) = vectors("own-reference") else {
        return;
    };
    let reference: Trees = json(folder.join("tiles.json"));
    let sha256 = |bytes: &[u8]| hex::encode(Sha256::digest(bytes));
    let (mut tiles, mut bundles) = (0, 0);
    for tree in &reference.trees {
        let stored = Stored::of(&decimal_leaves(tree.size));
        assert_eq!(stored.edge.root(), hash(&tree.root).unwrap());
        let ours: BTreeMap<String, String> = tiles_in_tree(tree.size)
            .map(|id| (id.path(), sha256(stored.tile(id))))
            .collect();
        assert_eq!(ours, tree.tiles_sha256, "tiles of size {}", tree.size);
        let ours: BTreeMap<String, String> = bundles_in_tree(tree.size)
            .map(|id| (id.path(), sha256(&encode_bundle(&decimal_entries(id)).unwrap())))
            .collect();
        assert_eq!(ours, tree.bundles_sha256, "bundles of size {}", tree.size);
        tiles += tree.tiles_sha256.len();
        bundles += tree.bundles_sha256.len();
    }
    counted("own-reference/tiles.json trees", reference.trees.len(), 5);
    counted("own-reference/tiles.json tiles", tiles, 268);
    counted("own-reference/tiles.json bundles", bundles, 263);
}

fn decimal_entries(bundle: BundleId) -> Vec<String> {
    (0..u64::from(bundle.width))
        .map(|i| (bundle.index * 256 + i).to_string())
        .collect()
}

#[test]
fn specification_paths() {
    let Some(folder) = vectors("tiles") else { return };
    let cases: Vec<serde_json::Value> = json(folder.join("paths.json"));
    for case in &cases {
        if let Some(size) = case["size"].as_u64() {
            let count = |level: u8, partial: bool| {
                let tiles = tiles_in_tree(size)
                    .filter(move |tile| tile.level == level && tile.is_partial() == partial);
                tiles
                    .map(|tile| if partial { u64::from(tile.width) } else { 1 })
                    .sum::<u64>()
            };
            for (name, expected) in case["tiles"].as_object().unwrap() {
                let (level, kind) = name.strip_prefix("level").unwrap().split_once('_').unwrap();
                assert_eq!(
                    count(level.parse().unwrap(), kind == "partial"),
                    expected.as_u64().unwrap(),
                    "{name}"
                );
            }
            continue;
        }
        let (index, width) = (
            case["n"].as_u64().unwrap(),
            u16::try_from(case["w"].as_u64().unwrap()).unwrap(),
        );
        let path = case["path"].as_str().unwrap();
        if let Some(level) = case["level"].as_u64() {
            let tile = TileId::new(u8::try_from(level).unwrap(), index, width).unwrap();
            assert_eq!((tile.path().as_str(), path.parse()), (path, Ok(tile)));
        } else {
            let bundle = BundleId::new(index, width).unwrap();
            assert_eq!((bundle.path().as_str(), path.parse()), (path, Ok(bundle)));
        }
    }
    counted("tiles/paths.json", cases.len(), 4);
}

#[test]
fn tessera_log() {
    let Some(folder) = vectors("tessera-log") else {
        return;
    };
    let vkey = std::fs::read_to_string(folder.join("vkey.txt")).unwrap();
    let verifier: Verifier = vkey.trim_end().parse().unwrap();
    let mut edge = Edge::default();
    let mut before = Checkpoint {
        origin: verifier.name().to_owned(),
        size: 0,
        root: EMPTY_ROOT,
    };
    let mut stored = Stored::default();
    for size in 0..=8 {
        let note = std::fs::read(folder.join(format!("checkpoint.{size}"))).unwrap();
        let checkpoint = open_checkpoint(&note, &verifier).unwrap();
        assert_eq!(checkpoint.size, size);
        if let Some(id) = TileId::in_tree(0, 0, size) {
            let bytes = std::fs::read(folder.join(id.path())).unwrap();
            let bundle = std::fs::read(folder.join(BundleId::from(id).path())).unwrap();
            let leaves: Vec<Hash> = decode_bundle(&bundle, id.width)
                .unwrap()
                .into_iter()
                .map(leaf_hash)
                .collect();
            assert_eq!(decode_tile(id, &bytes).unwrap(), leaves);
            stored.append(&leaves[leaves.len() - 1..]);
            edge.append(leaves[leaves.len() - 1]).unwrap();
            assert_eq!(stored.tile(id), bytes);
            counted(&format!("tessera-log/{}", id.path()), 1, 1);
            counted(&format!("tessera-log/{}", BundleId::from(id).path()), 1, 1);
        }
        assert_eq!(
            (edge.root(), stored.edge.root()),
            (checkpoint.root, checkpoint.root)
        );
        let path = consistency_proof(before.size, size, |l, i, w| stored.read(l, i, w)).unwrap();
        verify_consistency(before.size, before.root, size, checkpoint.root, &path).unwrap();
        before = checkpoint;
        counted(&format!("tessera-log/checkpoint.{size}"), 1, 1);
    }
    counted("tessera-log/vkey.txt", 1, 1);
}

const SKYLIGHT_MIRROR: &str =
    "sunlight-skylight/witness/mirror/000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706";

#[test]
fn sunlight_skylight_mirror_of_300_entries() {
    let Some(folder) = vectors("sunlight-skylight") else {
        return;
    };
    let mirror =
        folder.join("witness/mirror/000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706");
    let vkey = "mirror.example.org+3fb148ef+BAAjjch9GyYz0sJsJx7ALhbdAtz2ov0unbzSl1vMp94O";
    let note = std::fs::read(mirror.join("checkpoint")).unwrap();
    let note = open(&note, &[vkey.parse().unwrap()]).unwrap();
    assert_eq!(
        didymium_log::cosignature::unix_seconds(&note.verified[0]),
        Some(1_767_139_200)
    );
    let checkpoint = Checkpoint::parse(&note.text).unwrap();
    assert_eq!(
        (checkpoint.origin.as_str(), checkpoint.size),
        ("rome2026h1.example.org", 300)
    );
    let digest = hex::encode(Sha256::digest(&checkpoint.origin));
    assert!(
        mirror.ends_with(digest),
        "the folder is named by the hash of the origin"
    );

    let leaves: Vec<Hash> = tiles_in_tree(300)
        .filter(|id| id.level == 0)
        .flat_map(|id| decode_tile(id, &std::fs::read(mirror.join(id.path())).unwrap()).unwrap())
        .collect();
    let stored = Stored::of(&leaves);
    assert_eq!(stored.edge.root(), checkpoint.root);
    for id in tiles_in_tree(300) {
        assert_eq!(
            stored.tile(id),
            std::fs::read(mirror.join(id.path())).unwrap(),
            "{id}"
        );
        counted(&format!("{SKYLIGHT_MIRROR}/{}", id.path()), 1, 1);
    }
    counted(&format!("{SKYLIGHT_MIRROR}/checkpoint"), 1, 1);
}

#[test]
fn sunlight_skylight_keys_and_cosignatures() {
    #[derive(Deserialize)]
    struct Cosigner {
        verifier_keys: Vec<Vkey>,
    }
    #[derive(Deserialize)]
    struct Vkey(String);
    let Some(folder) = vectors("sunlight-skylight") else {
        return;
    };
    let log = "000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706";
    let mut roots = Vec::new();
    for (configuration, checkpoint) in [
        ("witness/witness.v0.json", format!("witness/{log}/checkpoint")),
        (
            "witness/mirror/mirror.v0.json",
            format!("witness/mirror/{log}/checkpoint"),
        ),
    ] {
        let cosigner: Cosigner = json(folder.join(configuration));
        let keys: Vec<Verifier> = cosigner
            .verifier_keys
            .iter()
            .map(|key| key.0.parse().unwrap())
            .collect();
        let note = open(std::fs::read(folder.join(&checkpoint)).unwrap(), &keys).unwrap();
        assert_eq!(note.verified.len(), 1);
        roots.push(Checkpoint::parse(&note.text).unwrap());
        counted(&format!("sunlight-skylight/{configuration}"), keys.len(), 1);
        counted(&format!("sunlight-skylight/{checkpoint}"), 1, 1);
    }
    // The two were made apart: of one log and one size, with two trees.
    assert_eq!(
        (&roots[0].origin, roots[0].size),
        (&roots[1].origin, roots[1].size)
    );
}

#[test]
fn sunlight_navigli_leaves() {
    let Some(folder) = vectors("sunlight-navigli2025h2") else {
        return;
    };
    for index in 0..2 {
        let id = TileId::new(0, index, 256).unwrap();
        let hashes = decode_tile(id, &std::fs::read(folder.join(id.path())).unwrap()).unwrap();
        let data = std::fs::read(folder.join(format!("tile/data/{index:03}"))).unwrap();
        let leaves = static_ct_leaves(&data);
        assert_eq!(leaves, hashes, "{id}");
        assert_eq!(encode_tile(&leaves), encode_tile(&hashes));
        counted(
            &format!("sunlight-navigli2025h2/{}", id.path()),
            hashes.len(),
            256,
        );
        counted(
            &format!("sunlight-navigli2025h2/tile/data/{index:03}"),
            leaves.len(),
            256,
        );
    }
}

/// Leaf hashes of a data tile of C2SP static-ct-api, whose entries have a form of their own.
fn static_ct_leaves(data: &[u8]) -> Vec<Hash> {
    let mut leaves = Vec::new();
    let mut rest = data;
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0, |number, byte| number << 8 | usize::from(*byte))
    };
    while !rest.is_empty() {
        let precert = number(&rest[8..10]) == 1;
        let mut end = if precert { 10 + 32 } else { 10 };
        end += 3 + number(&rest[end..end + 3]);
        end += 2 + number(&rest[end..end + 2]);
        let mut leaf = vec![0, 0];
        leaf.extend_from_slice(&rest[..end]);
        leaves.push(leaf_hash(&leaf));
        if precert {
            end += 3 + number(&rest[end..end + 3]);
        }
        end += 2 + number(&rest[end..end + 2]);
        rest = &rest[end..];
    }
    leaves
}

#[test]
fn azul_fuzz_seeds_are_no_paths() {
    let Some(folder) = vectors("azul-fuzz-tile-path") else {
        return;
    };
    let mut seeds = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        let path = std::fs::read_to_string(file.path()).unwrap();
        for path in [path.as_str(), path.trim_end()] {
            assert!(
                path.parse::<TileId>().is_err() && path.parse::<BundleId>().is_err(),
                "{path:?}"
            );
        }
        seeds += 1;
        counted(
            &format!("azul-fuzz-tile-path/{}", file.file_name().to_string_lossy()),
            1,
            1,
        );
    }
    assert_eq!(seeds, 4);
}

#[test]
fn merkle_tree_certificates_subtrees() {
    let Some(folder) = vectors("mtc") else { return };
    let reference: serde_json::Value = json(folder.join("subtree-accumulated.json"));
    let leaves: Vec<Hash> = (0..130u8).map(|i| leaf_hash(&[i])).collect();
    let stored = Stored::of(&leaves);
    let read = |level, index, width| stored.read(level, index, width);
    let (mut hashes, mut proofs) = (String::new(), String::new());
    let mut subtrees = 0;
    for end in 0..=130u64 {
        for start in (0..=end).filter(|start| is_subtree(*start, end)) {
            let root = subtree_root(start, end, 130, read).unwrap();
            writeln!(hashes, "[{start}, {end}) {root}").unwrap();
            let alone = Stored::of(&leaves[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()]);
            for index in start..end {
                write!(proofs, "{index} [{start}, {end})").unwrap();
                for hash in
                    inclusion_proof(index - start, end - start, |l, i, w| alone.read(l, i, w)).unwrap()
                {
                    write!(proofs, " {hash}").unwrap();
                }
                proofs.push('\n');
            }
            subtrees += 1;
        }
    }
    assert_eq!(
        hex::encode(Sha256::digest(&hashes)),
        reference["subtree_hash"].as_str().unwrap()
    );
    assert_eq!(
        hex::encode(Sha256::digest(&proofs)),
        reference["subtree_inclusion"].as_str().unwrap()
    );
    counted("mtc/subtree-accumulated.json digests", 2, 2);
    assert_eq!(subtrees, 712);
}
