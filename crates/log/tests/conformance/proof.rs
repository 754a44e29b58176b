//! Published vectors of proof verification: transparency-dev/merkle, Azul, Rekor v2.

use crate::shared::{base64, counted, hash, hashes, json, vectors};
use didymium_log::LogError;
use didymium_log::checkpoint::Checkpoint;
use didymium_log::hash::leaf_hash;
use didymium_log::note::SignedNote;
use didymium_log::proof::{
    verify_consistency, verify_inclusion, verify_subtree_consistency, verify_subtree_inclusion,
};
use serde::Deserialize;

/// One case of transparency-dev/merkle; absent numbers are 0.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Case {
    leaf_idx: u64,
    tree_size: u64,
    size: u64,
    size1: u64,
    size2: u64,
    start: u64,
    end: u64,
    root: String,
    root1: String,
    root2: String,
    leaf_hash: String,
    proof: Option<Vec<String>>,
    desc: String,
    want_err: bool,
    #[serde(rename = "_src")]
    source: String,
}

fn inclusion(case: &Case) -> Result<(), LogError> {
    let path = hashes(case.proof.as_ref())?;
    verify_inclusion(
        hash(&case.leaf_hash)?,
        case.leaf_idx,
        case.tree_size,
        &path,
        hash(&case.root)?,
    )
}

fn consistency(case: &Case) -> Result<(), LogError> {
    let path = hashes(case.proof.as_ref())?;
    verify_consistency(
        case.size1,
        hash(&case.root1)?,
        case.size2,
        hash(&case.root2)?,
        &path,
    )
}

fn subtree_inclusion(case: &Case) -> Result<(), LogError> {
    let path = hashes(case.proof.as_ref())?;
    let (leaf, root) = (hash(&case.leaf_hash)?, hash(&case.root)?);
    verify_subtree_inclusion(leaf, case.leaf_idx, case.start, case.end, &path, root)
}

fn subtree_consistency(case: &Case) -> Result<(), LogError> {
    let path = hashes(case.proof.as_ref())?;
    // An empty subtree is consistent with every root, so two vectors give a root that is no hash.
    let root = if case.start == case.end {
        didymium_log::hash::EMPTY_ROOT
    } else {
        hash(&case.root2)?
    };
    verify_subtree_consistency(case.start, case.end, hash(&case.root1)?, case.size, root, &path)
}

fn family(file: &str, expected: usize, verify: fn(&Case) -> Result<(), LogError>) {
    let Some(folder) = vectors("merkle") else { return };
    let cases: Vec<Case> = json(folder.join(file));
    for case in &cases {
        let result = verify(case);
        assert_eq!(
            result.is_err(),
            case.want_err,
            "{file}: {} ({}): {result:?}",
            case.desc,
            case.source
        );
    }
    counted(&format!("merkle/{file}"), cases.len(), expected);
}

#[test]
fn merkle_inclusion() {
    family("inclusion.json", 53, inclusion);
}

#[test]
fn merkle_consistency() {
    family("consistency.json", 50, consistency);
}

#[test]
fn merkle_subtree_inclusion() {
    family("subtreeinclusion.json", 108, subtree_inclusion);
}

#[test]
fn merkle_subtree_consistency() {
    family("subtreeconsistency.json", 55, subtree_consistency);
}

#[test]
fn azul_argon_consistency_over_961_million_entries() {
    #[derive(Deserialize)]
    struct Head {
        tree_size: u64,
        sha256_root_hash: String,
    }
    #[derive(Deserialize)]
    struct Proof {
        consistency: Vec<String>,
    }
    let Some(folder) = vectors("azul-argon") else {
        return;
    };
    let head: Head = json(folder.join("get-sth"));
    let proof: Proof = json(folder.join("get-sth-consistency-first-3654490-second-961984011"));
    assert_eq!(head.tree_size, 961_984_011);
    let old_root = hash("AuIZ5V6sDUj1vn3Y1K85oOaQ7y+FJJKtyRTl1edIKBQ=").unwrap();
    let root = hash(&head.sha256_root_hash).unwrap();
    let path = hashes(Some(&proof.consistency)).unwrap();
    verify_consistency(3_654_490, old_root, head.tree_size, root, &path).unwrap();

    // The counter-proof: another old size, a shortened path or exchanged roots do not verify. (Another new
    // size may: the proof sees what lies right of the old tree only as hashes. The checkpoint's signature
    // binds size to root.)
    assert!(verify_consistency(3_654_491, old_root, head.tree_size, root, &path).is_err());
    assert!(verify_consistency(3_654_490, old_root, head.tree_size, root, &path[1..]).is_err());
    assert!(verify_consistency(3_654_490, root, head.tree_size, old_root, &path).is_err());
    counted("azul-argon/get-sth", 1, 1);
    counted(
        "azul-argon/get-sth-consistency-first-3654490-second-961984011",
        1,
        1,
    );
}

#[test]
fn azul_argon_entry_has_a_leaf_hash() {
    let Some(folder) = vectors("azul-argon") else {
        return;
    };
    let answer: serde_json::Value = json(folder.join("get-entries-start-10000-end-10000"));
    let entries = answer["entries"].as_array().unwrap();
    for entry in entries {
        let leaf = base64(entry["leaf_input"].as_str().unwrap());
        assert_eq!(
            leaf[..2],
            [0, 0],
            "version and type of a Merkle tree leaf of RFC 6962"
        );
        assert_ne!(leaf_hash(&leaf), leaf_hash(&leaf[1..]));
    }
    counted("azul-argon/get-entries-start-10000-end-10000", entries.len(), 1);
}

#[test]
fn rekor_v2_inclusion_and_checkpoint() {
    let Some(folder) = vectors("rekor-v2") else { return };
    let bundle: serde_json::Value = json(folder.join("staging-rekor-v2.txt.sigstore.json"));
    let entries = bundle["verificationMaterial"]["tlogEntries"].as_array().unwrap();
    for entry in entries {
        let proof = &entry["inclusionProof"];
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let path: Vec<String> = proof["hashes"].as_array().unwrap().iter().map(text).collect();
        let (index, size) = (
            text(&proof["logIndex"]).parse().unwrap(),
            text(&proof["treeSize"]).parse().unwrap(),
        );
        let root = hash(&text(&proof["rootHash"])).unwrap();
        let leaf = leaf_hash(&base64(&text(&entry["canonicalizedBody"])));
        verify_inclusion(leaf, index, size, &hashes(Some(&path)).unwrap(), root).unwrap();

        let note = SignedNote::parse(text(&proof["checkpoint"]["envelope"]).as_bytes()).unwrap();
        let checkpoint = Checkpoint::parse(&note.text).unwrap();
        assert_eq!((checkpoint.size, checkpoint.root), (size, root));
    }
    counted("rekor-v2/staging-rekor-v2.txt.sigstore.json", entries.len(), 1);
}
