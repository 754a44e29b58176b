//! No vector is forgotten: every file of the manifest stands here, with how many of its vectors the tests check or why
//! they check none, and a run of the tests is counted against it.

use std::collections::BTreeMap;
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::shared::{say, vectors};

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// So many checks of its vectors are made.
    Checked(usize),
    /// It has no data for this crate, or for this build, and why.
    Without(&'static str),
}

use Verdict::{Checked, Without};

const PLACEHOLDER: Verdict = Without("placeholder text for tests of serving files");

/// What needs the feature: counted with it, named without it.
const fn with_ml_dsa(checks: usize) -> Verdict {
    if cfg!(feature = "ml-dsa") {
        Checked(checks)
    } else {
        Without("needs the feature ml-dsa, with which scripts/test.sh runs these tests once more")
    }
}

/// Every file of the manifest, singly.
const FILES: &[(&str, Verdict)] = &[
    ("azul-argon/get-entries-start-10000-end-10000", Checked(1)),
    ("azul-argon/get-sth", Checked(1)),
    (
        "azul-argon/get-sth-consistency-first-3654490-second-961984011",
        Checked(1),
    ),
    ("azul-fuzz-tile-path/seed2", Checked(1)),
    ("azul-fuzz-tile-path/seed4", Checked(1)),
    ("azul-fuzz-tile-path/seed6", Checked(1)),
    ("azul-fuzz-tile-path/seed8", Checked(1)),
    ("cose-receipts/inclusion-receipt.cbor", Checked(1)),
    (
        "cose-receipts/inclusion-receipt.cddl",
        Without("a grammar, no data: what it asks for is what Receipt::parse checks"),
    ),
    ("cose-receipts/inclusion-receipt.diag", Checked(1)),
    ("cosignature/vkeys.json", Checked(5)),
    ("ed25519/cctv-ed25519.json", Checked(457)),
    ("merkle/consistency.json", Checked(50)),
    ("merkle/inclusion.json", Checked(53)),
    ("merkle/subtreeconsistency.json", Checked(55)),
    ("merkle/subtreeinclusion.json", Checked(108)),
    ("mtc/subtree-accumulated.json", Checked(2)),
    (
        "own-reference/cosignatures.json",
        Checked(if cfg!(feature = "ml-dsa") { 24 } else { 19 }),
    ),
    ("own-reference/roots-proofs.json", Checked(630)),
    ("own-reference/tiles.json", Checked(536)),
    ("policy/formats.json", Checked(6)),
    ("rekor-v2/staging-rekor-v2.txt", Checked(1)),
    ("rekor-v2/staging-rekor-v2.txt.sigstore.json", Checked(2)),
    ("scitt-cose/css-attested-cosesign1-20250812.cose", Checked(1)),
    ("scitt-cose/css-attested-cosesign1-20260302.cose", Checked(1)),
    ("scitt-cose/manifest.spdx.json.sha384.digest.cose", Checked(1)),
    ("signed-note/c2sp-example.json", Checked(1)),
    ("signed-note/note-cases.json", Checked(8)),
    ("sigsum/inclusion-valid.json", Checked(4)),
    ("sigsum/proofs-v2.json", Checked(3)),
    ("sigsum/sigsum-generic-2025-1.builtin-policy", Checked(1)),
    ("sigsum/sigsum-test1-2025.builtin-policy", Checked(1)),
    ("sunlight-navigli2025h2/tile/0/000", Checked(256)),
    ("sunlight-navigli2025h2/tile/0/001", Checked(256)),
    ("sunlight-navigli2025h2/tile/data/000", Checked(256)),
    ("sunlight-navigli2025h2/tile/data/001", Checked(256)),
    ("sunlight-skylight/tree/checkpoint", PLACEHOLDER),
    (
        "sunlight-skylight/tree/issuer/76a2d477b477d00f6fe635ec3faf0984b0584127ab6ea9c46b1dd569496b5c3d",
        PLACEHOLDER,
    ),
    ("sunlight-skylight/tree/log.v3.json", PLACEHOLDER),
    ("sunlight-skylight/tree/tile/0/000", PLACEHOLDER),
    ("sunlight-skylight/tree/tile/0/001.p/44", PLACEHOLDER),
    ("sunlight-skylight/tree/tile/1/000.p/1", PLACEHOLDER),
    ("sunlight-skylight/tree/tile/data/000", PLACEHOLDER),
    ("sunlight-skylight/tree/tile/data/001.p/44", PLACEHOLDER),
    ("sunlight-skylight/tree/tile/names/000", PLACEHOLDER),
    (
        "sunlight-skylight/witness/000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706/checkpoint",
        Checked(1),
    ),
    ("sunlight-skylight/witness/checkpoint", PLACEHOLDER),
    (
        "sunlight-skylight/witness/mirror/000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706/checkpoint",
        Checked(2),
    ),
    (
        "sunlight-skylight/witness/mirror/000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706/tile/0/000",
        Checked(1),
    ),
    (
        "sunlight-skylight/witness/mirror/000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706/tile/0/001.p/44",
        Checked(1),
    ),
    (
        "sunlight-skylight/witness/mirror/000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706/tile/1/000.p/1",
        Checked(1),
    ),
    ("sunlight-skylight/witness/mirror/checkpoint", PLACEHOLDER),
    ("sunlight-skylight/witness/mirror/mirror.v0.json", Checked(1)),
    ("sunlight-skylight/witness/witness.v0.json", Checked(1)),
    ("tessera-log/checkpoint.0", Checked(1)),
    ("tessera-log/checkpoint.1", Checked(1)),
    ("tessera-log/checkpoint.2", Checked(1)),
    ("tessera-log/checkpoint.3", Checked(1)),
    ("tessera-log/checkpoint.4", Checked(1)),
    ("tessera-log/checkpoint.5", Checked(1)),
    ("tessera-log/checkpoint.6", Checked(1)),
    ("tessera-log/checkpoint.7", Checked(1)),
    ("tessera-log/checkpoint.8", Checked(1)),
    ("tessera-log/tile/0/000.p/1", Checked(1)),
    ("tessera-log/tile/0/000.p/2", Checked(1)),
    ("tessera-log/tile/0/000.p/3", Checked(1)),
    ("tessera-log/tile/0/000.p/4", Checked(1)),
    ("tessera-log/tile/0/000.p/5", Checked(1)),
    ("tessera-log/tile/0/000.p/6", Checked(1)),
    ("tessera-log/tile/0/000.p/7", Checked(1)),
    ("tessera-log/tile/0/000.p/8", Checked(1)),
    ("tessera-log/tile/entries/000.p/1", Checked(1)),
    ("tessera-log/tile/entries/000.p/2", Checked(1)),
    ("tessera-log/tile/entries/000.p/3", Checked(1)),
    ("tessera-log/tile/entries/000.p/4", Checked(1)),
    ("tessera-log/tile/entries/000.p/5", Checked(1)),
    ("tessera-log/tile/entries/000.p/6", Checked(1)),
    ("tessera-log/tile/entries/000.p/7", Checked(1)),
    ("tessera-log/tile/entries/000.p/8", Checked(1)),
    ("tessera-log/vkey.txt", Checked(1)),
    ("tiles/paths.json", Checked(4)),
    ("tlog-proof/cases.json", Checked(5)),
    ("witness/litewitness-sequence.json", Checked(9)),
    ("wycheproof/ed25519_test.json", Checked(75)),
    ("wycheproof/mldsa_44_verify_test.json", with_ml_dsa(90)),
];

/// A run of all other tests of this program, and what it counted of each file.
fn counts_of_a_run() -> BTreeMap<String, usize> {
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--nocapture", "--skip", "manifest::"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let mut counts = BTreeMap::new();
    for line in said.lines() {
        let Some((_, counted)) = line.split_once("CHECKED ") else {
            continue;
        };
        let (file, number) = counted.rsplit_once(": ").unwrap();
        let file = file.split([' ', ',']).next().unwrap().to_owned();
        let number: usize = number.split(' ').next().unwrap().parse().unwrap();
        *counts.entry(file).or_default() += number;
    }
    counts
}

#[test]
fn every_file_is_counted() {
    let Some(folder) = vectors("") else { return };
    let manifest = std::fs::read_to_string(folder.join("MANIFEST.tsv")).unwrap();
    let listed: BTreeMap<&str, &str> = manifest
        .lines()
        .skip(1)
        .map(|line| {
            (
                line.split('\t').next().unwrap(),
                line.rsplit('\t').next().unwrap(),
            )
        })
        .collect();
    let known: BTreeMap<&str, Verdict> = FILES.iter().copied().collect();
    assert_eq!(
        listed.keys().collect::<Vec<_>>(),
        known.keys().collect::<Vec<_>>(),
        "the manifest and this list name the same files"
    );
    for (file, digest) in listed {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        assert_eq!(
            hex::encode(Sha256::digest(&bytes)),
            digest,
            "{file} is that of the manifest"
        );
    }
    let counts = counts_of_a_run();
    let stranger = counts.keys().find(|file| !known.contains_key(file.as_str()));
    assert_eq!(
        stranger, None,
        "a test counts a file that the manifest does not name"
    );
    let (mut files, mut checks, mut without) = (0, 0, 0);
    for (file, verdict) in known {
        let counted = counts.get(file).copied();
        match verdict {
            Checked(expected) => {
                assert_eq!(counted, Some(expected), "checks of {file} in a run");
                say(&format!("CONFORMANCE {file}: {expected} checked"));
                (files, checks) = (files + 1, checks + expected);
            }
            Without(reason) => {
                assert_eq!(counted, None, "{file} has no data, and a test counts it");
                say(&format!("CONFORMANCE {file}: none checked: {reason}"));
                without += 1;
            }
        }
    }
    say(&format!(
        "CONFORMANCE in all: {checks} checks of the vectors of {files} files; {without} files without any, each with its reason"
    ));
}
