//! Published policies: transparency-dev/formats, Sigsum, and the reference of this project.

use crate::shared::{counted, json, not_applicable, vectors};
use didymium_log::LogError;
use didymium_log::note::{KeyType, Verifier};
use didymium_log::policy::Policy;
use serde::Deserialize;
use sha2::{Digest, Sha256};

#[test]
fn formats_policies() {
    #[derive(Deserialize)]
    struct Case {
        policy: String,
        ok: bool,
    }
    let Some(folder) = vectors("policy") else { return };
    let cases: Vec<Case> = json(folder.join("formats.json"));
    let mut by_specification = 0;
    for (number, case) in (1..).zip(&cases) {
        let lenient = Policy::parse_lenient(&case.policy);
        assert_eq!(lenient.is_ok(), case.ok, "case {number}: {lenient:?}");
        let strict = case.policy.parse::<Policy>();
        match &strict {
            Ok(policy) => assert_eq!(policy.to_string().parse().as_ref(), Ok(policy)),
            Err(LogError::PolicyName { name, reason, .. }) if case.ok => {
                // C2SP tlog-policy: "Duplicate witnesses ... are not allowed". The recorded implementation
                // does not look.
                println!(
                    "DIFFERS policy/formats.json case {number}: by the specification, `{name}` {reason}"
                );
                assert_eq!((name.as_str(), *reason), ("w3", "has the key of another witness"));
                by_specification += 1;
            }
            Err(_) => assert!(!case.ok, "case {number}: {strict:?}"),
        }
    }
    counted("policy/formats.json", cases.len(), 6);
    assert_eq!(by_specification, 2, "refused by the specification alone");
}

#[test]
fn own_reference_policy() {
    #[derive(Deserialize)]
    struct Reference {
        policy: String,
        checkpoints: Vec<Signed>,
    }
    #[derive(Deserialize)]
    struct Signed {
        checkpoint: String,
        size: u64,
    }
    let Some(folder) = vectors("own-reference") else {
        return;
    };
    let reference: Reference = json(folder.join("cosignatures.json"));
    let policy: Policy = reference.policy.parse().unwrap();
    assert_eq!(policy.to_string().parse(), Ok(policy.clone()));
    for signed in &reference.checkpoints {
        let (checkpoint, judgement) = policy.judge(&signed.checkpoint).unwrap();
        assert_eq!(checkpoint.size, signed.size);
        if cfg!(feature = "ml-dsa") {
            assert_eq!((judgement.met, judgement.counted.len()), (true, 2));
        } else {
            // The second witness has an ML-DSA key: without the feature it is named and not counted.
            assert_eq!((judgement.met, judgement.missing), (false, 1));
            assert_eq!(judgement.unverifiable, ["w2"]);
        }
    }
    counted(
        "own-reference/cosignatures.json judged by its policy",
        reference.checkpoints.len(),
        5,
    );
}

/// Sigsum's policies have hexadecimal keys without names; written as C2SP policies they say the same.
#[test]
fn sigsum_policies() {
    let Some(folder) = vectors("sigsum") else { return };
    let mut policies = 0;
    for file in [
        "sigsum-generic-2025-1.builtin-policy",
        "sigsum-test1-2025.builtin-policy",
    ] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        assert!(
            text.parse::<Policy>().is_err(),
            "{file} has keys in Sigsum's form, which is another format"
        );
        let translated: String = text.lines().map(|line| translate(line) + "\n").collect();
        let policy: Policy = translated.parse().unwrap();
        assert_eq!(policy.witnesses().count(), 3, "{file}");
        assert!(policy.needs_witnesses());
        assert!(policy.logs().iter().all(|log| log.url.is_some()));
        policies += 1;
        counted(&format!("sigsum/{file}, translated to a C2SP policy"), 1, 1);
    }
    assert_eq!(policies, 2);
    not_applicable(
        "sigsum/*.builtin-policy in Sigsum's own form",
        "nodes exchange C2SP policies only; the form is refused, as checked above",
    );
}

/// One line of a Sigsum policy as one of a C2SP policy.
fn translate(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let vkey = |name: &str, key_type, key: &str| {
        let key: [u8; 32] = hex::decode(key).unwrap().try_into().unwrap();
        Verifier::new(name, key_type, key).unwrap().vkey()
    };
    match words.as_slice() {
        ["log", key, url] => {
            let digest = hex::encode(Sha256::digest(hex::decode(key).unwrap()));
            let origin = format!("sigsum.org/v1/tree/{digest}");
            format!("log {} {url}", vkey(&origin, KeyType::Ed25519, key))
        }
        ["witness", name, key] => format!("witness {name} {}", vkey(name, KeyType::CosignatureEd25519, key)),
        _ => line.to_owned(),
    }
}
