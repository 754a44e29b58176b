use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use coset::{CoseSign1Builder, HeaderBuilder, TaggedCborSerializable as _, iana};

use super::*;
use crate::checkpoint::Checkpoint;
use crate::error::LogError;
use crate::hash::{Hash, leaf_hash};
use crate::note::{KeyType, Signer, Verifier};
use crate::tree::{EdgeTiles, append_batch, consistency_proof, inclusion_proof, root_from_tiles};

fn log() -> Signer {
    Signer::from_seed("log.example", &[1; 32]).unwrap()
}

fn statement() -> Vec<u8> {
    let protected = HeaderBuilder::new().algorithm(iana::Algorithm::EdDSA).build();
    CoseSign1Builder::new()
        .protected(protected)
        .payload(b"{}".to_vec())
        .signature(vec![7; 64])
        .build()
        .to_tagged_vec()
        .unwrap()
}

/// A log of `size` entries with the statement at `index`.
struct Log {
    rows: Vec<crate::tree::TileRow>,
}

impl Log {
    fn new(size: u64, index: u64) -> Self {
        let leaves: Vec<Hash> = (0..size)
            .map(|i| {
                if i == index {
                    leaf_hash(&statement())
                } else {
                    leaf_hash(&i.to_be_bytes())
                }
            })
            .collect();
        Log {
            rows: append_batch(&EdgeTiles::default(), &leaves).unwrap().rows,
        }
    }

    fn read(&self, level: u8, index: u64, _: u16) -> Result<Vec<Hash>, LogError> {
        let row = self
            .rows
            .iter()
            .find(|row| (row.id.level, row.id.index) == (level, index));
        row.map_or(&[][..], |row| row.bytes.as_slice())
            .chunks(32)
            .map(Hash::try_from)
            .collect()
    }

    fn head(&self, size: u64) -> Checkpoint {
        Checkpoint {
            origin: "log.example".into(),
            size,
            root: root_from_tiles(size, |l, i, w| self.read(l, i, w)).unwrap(),
        }
    }

    fn receipt(&self, size: u64, index: u64) -> Vec<u8> {
        let path = inclusion_proof(index, size, |l, i, w| self.read(l, i, w)).unwrap();
        issue_inclusion(
            &log(),
            &self.head(size),
            leaf_hash(&statement()),
            index,
            &path,
            "urn:x",
        )
        .unwrap()
    }
}

#[test]
fn a_receipt_proves_the_statement_and_nothing_else() {
    let receipt = Log::new(600, 5).receipt(600, 5);
    assert!(receipt.len() < 1024, "{} bytes", receipt.len());
    let parsed = Receipt::parse(&receipt).unwrap();
    assert_eq!(parsed.to_bytes().unwrap(), receipt);
    assert_eq!((parsed.algorithm(), parsed.tree_size), (Some(-8), Some(600)));
    let key = log().verifier();
    let leaf = leaf_hash(&statement());
    let proven = parsed.verify_inclusion(leaf, &key).unwrap();
    assert_eq!((proven.index, proven.size, proven.size_signed), (5, 600, true));
    assert_eq!(proven.subject.as_deref(), Some("urn:x"));
    assert!(matches!(
        parsed.verify_inclusion(leaf_hash(b"other"), &key),
        Err(LogError::ReceiptSignature { .. })
    ));
    let stranger = Signer::from_seed("log.example", &[2; 32]).unwrap().verifier();
    assert!(matches!(
        parsed.verify_inclusion(leaf, &stranger),
        Err(LogError::ReceiptForeign { what: "key", .. })
    ));
    let renamed = Signer::from_seed("other.example", &[1; 32]).unwrap().verifier();
    assert!(matches!(
        parsed.verify_inclusion(leaf, &renamed),
        Err(LogError::ReceiptForeign { what: "issuer", .. })
    ));
    let witness = Verifier::new("log.example", KeyType::CosignatureEd25519, key.public_key()).unwrap();
    assert!(parsed.verify_inclusion(leaf, &witness).is_err());
}

#[test]
fn the_size_is_signed_so_that_the_index_is_certain() {
    // The last leaf of five has the path of the second of two: one left sibling.
    let receipt = Log::new(5, 4).receipt(5, 4);
    let at = receipt
        .windows(3)
        .position(|window| window == [0x83, 0x05, 0x04])
        .unwrap();
    let mut moved = receipt;
    moved[at + 1] = 2;
    moved[at + 2] = 1;
    let refused = Receipt::parse(&moved)
        .unwrap()
        .verify_inclusion(leaf_hash(&statement()), &log().verifier());
    assert_eq!(refused, Err(LogError::ReceiptSize { signed: 5, stated: 2 }));
}

#[test]
fn attaching_receipts_does_not_change_the_leaf() {
    let (one, other) = (Log::new(300, 7).receipt(300, 7), Log::new(9, 3).receipt(9, 3));
    let plain = statement();
    let leaf = statement_leaf(&plain).unwrap();
    assert_eq!(leaf, leaf_hash(&plain));
    let first = attach(&plain, &[&one]).unwrap();
    let both = attach(&first, &[&one, &other]).unwrap();
    assert_ne!(first, plain);
    for transparent in [&first, &both] {
        assert_eq!(registered_bytes(transparent).unwrap(), plain);
        assert_eq!(statement_leaf(transparent).unwrap(), leaf);
    }
    assert_eq!(both, attach(&plain, &[&one, &other]).unwrap());
    let keys = [log().verifier()];
    assert_eq!(receipts_of(&both).unwrap().len(), 2);
    assert_eq!(verify_statement(&both, &keys).unwrap().size, 300);
    assert_eq!(verify_statement(&plain, &keys), Err(LogError::ReceiptMissing));
    assert_eq!(attach(&plain, &[] as &[&[u8]]), Err(LogError::ReceiptMissing));
    assert!(attach(&plain, &[b"junk"]).is_err());

    let mut other_payload = both.clone();
    let at = other_payload
        .windows(2)
        .rposition(|window| window == b"{}")
        .unwrap();
    other_payload[at] = b'[';
    assert!(verify_statement(&other_payload, &keys).is_err());
}

#[test]
fn receipts_of_other_kinds_are_reported_and_not_accepted() {
    let protected = HeaderBuilder::new()
        .algorithm(iana::Algorithm::ES384)
        .value(VDS, ciborium::Value::from(2))
        .build();
    let other = CoseSign1Builder::new()
        .protected(protected)
        .signature(vec![7; 96])
        .build()
        .to_tagged_vec()
        .unwrap();
    let unsupported = LogError::ReceiptUnsupported {
        what: "data structure (395)",
        found: 2,
    };
    let keys = [log().verifier()];
    let foreign = attach(&statement(), &[&other]).unwrap();
    assert_eq!(receipts_of(&foreign).unwrap()[0].as_ref(), Err(&unsupported));
    assert_eq!(verify_statement(&foreign, &keys), Err(unsupported));
    let ours = attach(&foreign, &[Log::new(9, 3).receipt(9, 3)]).unwrap();
    assert_eq!(verify_statement(&ours, &keys).unwrap().index, 3);
}

#[test]
fn a_receipt_of_consistency() {
    let tree = Log::new(600, 5);
    let path = consistency_proof(37, 600, |l, i, w| tree.read(l, i, w)).unwrap();
    let receipt = issue_consistency(&log(), &tree.head(37), &tree.head(600), &path).unwrap();
    let parsed = Receipt::parse(&receipt).unwrap();
    let key = log().verifier();
    let proven = parsed.verify_consistency(&tree.head(37), &key).unwrap();
    assert_eq!(proven.checkpoint, tree.head(600));
    assert!(proven.size_signed);
    assert!(parsed.verify_consistency(&tree.head(36), &key).is_err());
    let forged = Checkpoint {
        root: leaf_hash(b"x"),
        ..tree.head(37)
    };
    assert!(parsed.verify_consistency(&forged, &key).is_err());
    assert!(parsed.verify_inclusion(leaf_hash(&statement()), &key).is_err());
}

#[test]
fn no_wrong_root_is_signed_and_no_empty_path() {
    let tree = Log::new(9, 3);
    let path = inclusion_proof(3, 9, |l, i, w| tree.read(l, i, w)).unwrap();
    let leaf = leaf_hash(&statement());
    assert!(issue_inclusion(&log(), &tree.head(8), leaf, 3, &path, "urn:x").is_err());
    assert!(issue_inclusion(&log(), &tree.head(9), leaf_hash(b"x"), 3, &path, "urn:x").is_err());
    let other = Signer::from_seed("other.example", &[1; 32]).unwrap();
    assert!(matches!(
        issue_inclusion(&other, &tree.head(9), leaf, 3, &path, "urn:x"),
        Err(LogError::OriginMismatch { .. })
    ));
    let single = Log::new(1, 0);
    assert!(matches!(
        issue_inclusion(&log(), &single.head(1), leaf, 0, &[], "urn:x"),
        Err(LogError::CoseFormat { .. })
    ));
    assert!(issue_consistency(&log(), &tree.head(9), &tree.head(9), &[]).is_err());
}

#[test]
fn flipped_bits_are_refused() {
    let receipt = Log::new(300, 7).receipt(300, 7);
    let (leaf, key) = (leaf_hash(&statement()), log().verifier());
    for place in 0..receipt.len() * 8 {
        let mut wrong = receipt.clone();
        wrong[place / 8] ^= 1 << (place % 8);
        let verified = Receipt::parse(&wrong).and_then(|receipt| receipt.verify_inclusion(leaf, &key));
        assert!(verified.is_err(), "bit {place}");
    }
}

#[test]
fn keys_are_written_and_read() {
    let keys = [
        log().verifier(),
        Signer::from_seed("log.example", &[2; 32]).unwrap().verifier(),
    ];
    let bytes = cose_key_set(&keys).unwrap();
    assert_eq!(parse_key_set(&bytes, "log.example").unwrap(), keys);
    let one = cose_key(&keys[0]).unwrap();
    assert_eq!(bytes[1..=one.len()], one);
    assert_eq!(
        hex::encode(&one[..6]),
        "a50101025820",
        "five members, key type, then the thumbprint"
    );
    let named = key_in_address(&keys[0]);
    assert_eq!(URL_SAFE_NO_PAD.decode(&named).unwrap(), key_thumbprint(&keys[0]));
    assert_eq!(named.len(), 43, "without padding");
    assert!(parse_key_set(&bytes[1..], "log.example").is_err());
    let witness = Verifier::new("w", KeyType::CosignatureEd25519, keys[0].public_key()).unwrap();
    assert!(cose_key(&witness).is_err() && cose_key_set(&[witness]).is_err());
}
