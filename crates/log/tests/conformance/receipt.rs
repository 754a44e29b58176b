//! Published COSE receipts and statements: the draft of RFC 9942, Microsoft's signing service.

use crate::shared::{counted, not_applicable, vectors};
use didymium_log::LogError;
use didymium_log::hash::leaf_hash;
use didymium_log::note::Signer;
use didymium_log::receipt::{
    Receipt, attach, receipts_of, registered_bytes, statement_leaf, verify_statement,
};

#[test]
fn inclusion_receipt_of_the_draft() {
    let Some(folder) = vectors("cose-receipts") else {
        return;
    };
    let bytes = std::fs::read(folder.join("inclusion-receipt.cbor")).unwrap();
    let receipt = Receipt::parse(&bytes).unwrap();
    assert_eq!(receipt.to_bytes().unwrap(), bytes);
    assert_eq!(
        receipt.issuer.as_deref(),
        Some("https://transparency-service.example.com")
    );
    assert_eq!(
        (receipt.algorithm(), receipt.key_id()),
        (Some(-7), b"test-key-1".as_slice())
    );
    // The entry is not published: from any leaf the path leads to some root, and its length fits size and
    // index. The signature is ECDSA, which is reported and not accepted.
    let leaf = leaf_hash(b"");
    assert!(receipt.root_for(leaf).is_ok());
    let key = Signer::from_seed("https://transparency-service.example.com", &[1; 32]).unwrap();
    assert_eq!(
        receipt.verify_inclusion(leaf, &key.verifier()),
        Err(LogError::ReceiptUnsupported {
            what: "algorithm (1)",
            found: -7
        })
    );
    counted("cose-receipts/inclusion-receipt.cbor", 1, 1);

    // The diagnostic notation ends with the same bytes in hexadecimal.
    let text = std::fs::read_to_string(folder.join("inclusion-receipt.diag")).unwrap();
    let hexadecimal: String = text.rsplit("```").nth(1).unwrap().split_whitespace().collect();
    assert_eq!(hex::decode(hexadecimal).unwrap(), bytes);
    counted("cose-receipts/inclusion-receipt.diag", 1, 1);
    not_applicable(
        "cose-receipts/inclusion-receipt.cddl",
        "a grammar, no data: what it asks for is what Receipt::parse checks",
    );
}

#[test]
fn real_statements() {
    let Some(folder) = vectors("scitt-cose") else {
        return;
    };
    let key = [Signer::from_seed("log.example", &[1; 32]).unwrap().verifier()];
    let (mut statements, mut transparent) = (0, 0);
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let registered = registered_bytes(&bytes).unwrap();
        assert_eq!(registered_bytes(&registered).as_ref(), Ok(&registered));
        assert_eq!(statement_leaf(&bytes).unwrap(), leaf_hash(&registered));
        assert_eq!(receipts_of(&registered), Ok(Vec::new()));
        let receipts = receipts_of(&bytes).unwrap();
        for receipt in &receipts {
            let Err(error) = receipt else {
                panic!("{}: a receipt of CCF was read as RFC9162_SHA256", path.display());
            };
            println!("REPORTED {}: {error}", path.display());
        }
        assert!(
            verify_statement(&bytes, &key).is_err(),
            "unknown receipts are reported, not accepted"
        );
        transparent += usize::from(!receipts.is_empty());
        let ours = std::fs::read(vectors("cose-receipts").unwrap().join("inclusion-receipt.cbor")).unwrap();
        let attached = attach(&bytes, &[ours]).unwrap();
        assert_eq!(registered_bytes(&attached).unwrap(), registered);
        assert_eq!(receipts_of(&attached).unwrap().len(), receipts.len() + 1);
        statements += 1;
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        counted(&format!("scitt-cose/{name}"), 1, 1);
    }
    assert_eq!(
        transparent, 0,
        "a vector with receipts deserves a verdict of its own"
    );
    not_applicable(
        "scitt-cose receipts of other profiles",
        "none of the three carries a receipt; a unit test attaches one of another profile, which is reported",
    );
    assert_eq!(statements, 3);
}
