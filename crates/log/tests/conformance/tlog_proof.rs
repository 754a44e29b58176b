//! Published proofs of logging: transparency-dev/formats, golang.org/x/mod, Sigsum, Rekor.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::shared::{base64, counted, hash, hashes, json, not_applicable, vectors};
use didymium_log::checkpoint::Checkpoint;
use didymium_log::hash::leaf_hash;
use didymium_log::note::{Signer, Verifier};
use didymium_log::policy::Policy;
use didymium_log::proof::{root_from_inclusion, verify_inclusion};
use didymium_log::tlog_proof::{Grade, TlogProof};
use didymium_log::{Hash, LogError};
use serde::Deserialize;

#[test]
fn formats_proofs() {
    #[derive(Deserialize)]
    struct Cases {
        good: Vec<Good>,
        bad: Vec<(String, String)>,
    }
    #[derive(Deserialize)]
    struct Good {
        index: u64,
        hashes: Vec<String>,
        checkpoint: String,
        text: String,
    }
    let Some(folder) = vectors("tlog-proof") else {
        return;
    };
    let cases: Cases = json(folder.join("cases.json"));
    for good in &cases.good {
        let proof: TlogProof = good.text.parse().unwrap();
        let expected = TlogProof {
            extra: None,
            index: good.index,
            path: hashes(Some(&good.hashes)).unwrap(),
            checkpoint: good.checkpoint.clone(),
        };
        assert_eq!(proof, expected);
        assert_eq!(proof.to_string(), good.text);
    }
    for (name, text) in &cases.bad {
        assert!(text.parse::<TlogProof>().is_err(), "{name} was accepted");
    }
    counted("tlog-proof/cases.json", cases.good.len() + cases.bad.len(), 5);
}

#[test]
fn own_reference_proofs() {
    #[derive(Deserialize)]
    struct Reference {
        checkpoints: Vec<Signed>,
        log_vkey: String,
        policy: String,
    }
    #[derive(Deserialize)]
    struct Signed {
        proof_entry: String,
        tlog_proof: String,
        size: u64,
    }
    let Some(folder) = vectors("own-reference") else {
        return;
    };
    let reference: Reference = json(folder.join("cosignatures.json"));
    let log: Verifier = reference.log_vkey.parse().unwrap();
    let policy: Policy = reference.policy.parse().unwrap();
    // The same with the Ed25519 witness alone, which every build can verify.
    let one: Policy = reference
        .policy
        .replace("group g all w1 w2", "group g 1 w1 w2")
        .parse()
        .unwrap();
    for signed in &reference.checkpoints {
        let proof: TlogProof = signed.tlog_proof.parse().unwrap();
        assert_eq!(proof.to_string(), signed.tlog_proof);
        let entry = signed.proof_entry.as_bytes();
        let proven = proof.verify(entry, &log, None).unwrap();
        assert_eq!((proven.checkpoint.size, proven.index), (signed.size, proof.index));
        assert!(matches!(proven.grade, Grade::Logged { judgement: None }));
        assert!(
            proof
                .verify(entry, &log, Some(&one))
                .unwrap()
                .grade
                .is_witnessed()
        );
        let both = proof.verify(entry, &log, Some(&policy)).unwrap();
        assert_eq!(both.grade.is_witnessed(), cfg!(feature = "ml-dsa"));
        assert!(proof.verify(b"another entry", &log, None).is_err());
    }
    counted(
        "own-reference/cosignatures.json tlog-proofs",
        reference.checkpoints.len(),
        5,
    );
}

#[test]
fn sigsum_inclusion_proofs() {
    #[derive(Deserialize)]
    struct Case {
        leaf_hash: String,
        leaf_index: u64,
        tree_size: u64,
        root_hash: String,
        inclusion_path: Vec<String>,
    }
    let Some(folder) = vectors("sigsum") else { return };
    let cases: Vec<Case> = json(folder.join("inclusion-valid.json"));
    for case in &cases {
        let path = hashes(Some(&case.inclusion_path)).unwrap();
        let (leaf, root) = (hash(&case.leaf_hash).unwrap(), hash(&case.root_hash).unwrap());
        verify_inclusion(leaf, case.leaf_index, case.tree_size, &path, root).unwrap();
        assert!(verify_inclusion(root, case.leaf_index, case.tree_size + 1, &path, leaf).is_err());
    }
    counted("sigsum/inclusion-valid.json", cases.len(), 4);
}

/// Sigsum's proofs leave out the message and the log's key, so that neither leaf nor signature can be
/// checked; index, sizes and path can, and the same proof can be written as a tlog-proof.
#[test]
fn sigsum_proofs_as_tlog_proofs() {
    let Some(folder) = vectors("sigsum") else { return };
    let proofs: Vec<String> = json(folder.join("proofs-v2.json"));
    for text in &proofs {
        let fields: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once('=')).collect();
        let all = |name: &str| -> Vec<&str> {
            let named = fields.iter().filter(|(field, _)| *field == name);
            named.map(|(_, value)| *value).collect()
        };
        let number = |name: &str| all(name).first().map_or(0, |text| text.parse::<u64>().unwrap());
        assert_eq!(all("version"), ["2"]);
        let path: Vec<Hash> = all("node_hash")
            .iter()
            .map(|hash| hash.parse().unwrap())
            .collect();
        let (index, size) = (number("leaf_index"), number("size"));
        assert!(
            root_from_inclusion(leaf_hash(b""), index, size, &path).is_ok(),
            "the path has the length that index and size ask for"
        );
        let checkpoint = Checkpoint {
            origin: format!("sigsum.org/v1/tree/{}", all("log")[0]),
            size,
            root: all("root_hash")[0].parse().unwrap(),
        };
        let signature = hex::decode(all("signature")[0]).unwrap();
        let line = STANDARD.encode([&[0; 4], signature.as_slice()].concat());
        let proof = TlogProof {
            extra: None,
            index,
            path,
            checkpoint: format!("{}\n— {} {line}\n", checkpoint.text(), checkpoint.origin),
        };
        assert_eq!(proof.to_string().parse(), Ok(proof.clone()));
        let stranger = Signer::from_seed(&checkpoint.origin, &[1; 32])
            .unwrap()
            .verifier();
        assert_eq!(
            proof.verify(b"", &stranger, None),
            Err(LogError::NoKnownSignature)
        );
    }
    counted("sigsum/proofs-v2.json, written as tlog-proofs", proofs.len(), 3);
    not_applicable(
        "sigsum/proofs-v2.json signatures and leaves",
        "the vectors hold neither the logs' keys nor the messages that the leaves are computed from",
    );
}

#[test]
fn rekor_bundle_as_a_tlog_proof() {
    let Some(folder) = vectors("rekor-v2") else { return };
    let bundle: serde_json::Value = json(folder.join("staging-rekor-v2.txt.sigstore.json"));
    let artifact = std::fs::read(folder.join("staging-rekor-v2.txt")).unwrap();
    assert_eq!(
        Sha256::digest(&artifact).as_slice(),
        base64(
            bundle["messageSignature"]["messageDigest"]["digest"]
                .as_str()
                .unwrap()
        ),
        "the bundle is about this artifact"
    );
    let entries = bundle["verificationMaterial"]["tlogEntries"].as_array().unwrap();
    for entry in entries {
        let inclusion = &entry["inclusionProof"];
        let path = inclusion["hashes"].as_array().unwrap().iter();
        let proof = TlogProof {
            extra: None,
            index: inclusion["logIndex"].as_str().unwrap().parse().unwrap(),
            path: path.map(|text| hash(text.as_str().unwrap()).unwrap()).collect(),
            checkpoint: inclusion["checkpoint"]["envelope"].as_str().unwrap().to_owned(),
        };
        assert_eq!(proof.to_string().parse(), Ok(proof.clone()));
        let stranger = Signer::from_seed("log2025-alpha1.rekor.sigstage.dev", &[1; 32]).unwrap();
        let body = base64(entry["canonicalizedBody"].as_str().unwrap());
        assert_eq!(
            proof.verify(&body, &stranger.verifier(), None),
            Err(LogError::NoKnownSignature)
        );
    }
    counted("rekor-v2/staging-rekor-v2.txt", 1, 1);
    counted(
        "rekor-v2/staging-rekor-v2.txt.sigstore.json, written as tlog-proofs",
        entries.len(),
        1,
    );
    not_applicable(
        "rekor-v2 checkpoint signature",
        "the bundle does not hold the staging log's key; inclusion and root are checked by rekor_v2_inclusion_and_checkpoint",
    );
}
