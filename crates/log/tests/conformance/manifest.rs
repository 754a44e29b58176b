//! No vector is forgotten: every file of the manifest has a test, or a reason why it has none here.

use crate::shared::{counted, not_applicable, vectors};

/// Families, or files, and the module that checks them.
const CHECKED: [(&str, &str); 24] = [
    ("azul-argon/", "proof"),
    ("azul-fuzz-tile-path/", "tree"),
    ("cose-receipts/", "receipt"),
    ("cosignature/", "note"),
    ("ed25519/", "note"),
    ("merkle/", "proof"),
    ("mtc/", "tree"),
    ("own-reference/", "note, tree, tlog_proof, policy, witness"),
    ("policy/", "policy"),
    ("rekor-v2/", "proof, tlog_proof"),
    ("scitt-cose/", "receipt"),
    ("signed-note/", "note"),
    ("sigsum/", "tlog_proof, policy"),
    ("sunlight-navigli2025h2/", "tree"),
    ("sunlight-skylight/witness/000de184", "tree"),
    ("sunlight-skylight/witness/mirror/000de184", "tree"),
    ("sunlight-skylight/witness/mirror/mirror.v0.json", "tree"),
    ("sunlight-skylight/witness/witness.v0.json", "tree"),
    ("tessera-log/", "tree"),
    ("tiles/", "tree"),
    ("tlog-proof/", "tlog_proof"),
    ("witness/", "witness"),
    ("wycheproof/ed25519_test.json", "note"),
    (
        "wycheproof/mldsa_44_verify_test.json",
        "ml_dsa, with the feature ml-dsa",
    ),
];

/// Files without data for this crate.
const NOT_APPLICABLE: [(&str, &str); 3] = [
    (
        "sunlight-skylight/tree/",
        "placeholder text for tests of serving files",
    ),
    (
        "sunlight-skylight/witness/checkpoint",
        "placeholder text that a server must not serve",
    ),
    (
        "sunlight-skylight/witness/mirror/checkpoint",
        "placeholder text that a server must not serve",
    ),
];

#[test]
fn every_file_of_the_manifest_has_a_test_or_a_reason() {
    let Some(folder) = vectors("") else { return };
    let manifest = std::fs::read_to_string(folder.join("MANIFEST.tsv")).unwrap();
    let files: Vec<&str> = manifest
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').next())
        .collect();
    let (mut checked, mut without) = (0, 0);
    for file in &files {
        if CHECKED.iter().any(|(prefix, _)| file.starts_with(prefix)) {
            checked += 1;
        } else {
            let reason = NOT_APPLICABLE.iter().find(|(prefix, _)| file.starts_with(prefix));
            let (_, reason) = reason.unwrap_or_else(|| panic!("{file} has neither test nor reason"));
            not_applicable(file, reason);
            without += 1;
        }
    }
    counted("MANIFEST.tsv files", files.len(), 85);
    assert_eq!(checked + without, files.len());
    println!("{checked} files are checked, {without} are not applicable");
}
