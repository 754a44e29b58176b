//! Reading and verifying receipts.

use ciborium::Value;
use coset::{CoseSign1, Header, Label, TaggedCborSerializable as _, iana};

use super::keys::key_thumbprint;
use super::statement::Parts;
use super::{
    CONSISTENCY, CWT_CLAIMS, INCLUSION, ISSUER, MAX_PROOFS, MAX_RECEIPT_BYTES, RFC9162_SHA256, SUBJECT,
    TREE_SIZE, VDP, VDS,
};
use crate::cbor;
use crate::checkpoint::Checkpoint;
use crate::error::LogError;
use crate::hash::Hash;
use crate::note::{KeyType, Verifier};
use crate::proof::{MAX_PROOF_HASHES, root_from_consistency, root_from_inclusion};

/// A receipt that is well formed but not verified.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    sign1: CoseSign1,
    /// Who issued it, as claimed: for a log of ours, its origin.
    pub issuer: Option<String>,
    /// What the statement is about, as claimed.
    pub subject: Option<String>,
    /// Size of the tree, as signed; none in receipts that sign the root only.
    pub tree_size: Option<u64>,
    inclusion: Vec<Proof>,
    consistency: Vec<Proof>,
}

/// Two numbers and a path: size and index, or old and new size.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Proof {
    numbers: [u64; 2],
    path: Vec<Hash>,
}

/// What a verified receipt of inclusion says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenInclusion {
    /// The log.
    pub origin: String,
    /// What the statement is about, as the log says.
    pub subject: Option<String>,
    /// Index of the statement, from 0. Certain only if the size is signed.
    pub index: u64,
    /// Leaves in the tree. Certain only if it is signed.
    pub size: u64,
    /// Whether the log signed the size.
    pub size_signed: bool,
    /// Root of the tree, which the log signed.
    pub root: Hash,
}

/// What a verified receipt of consistency says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenConsistency {
    /// The newer tree, which extends the older one; its size is certain only if it is signed.
    pub checkpoint: Checkpoint,
    /// Whether the log signed the newer size.
    pub size_signed: bool,
}

impl Receipt {
    /// Reads a receipt. Nothing in it is verified.
    ///
    /// # Errors
    /// [`LogError::TooLong`], [`LogError::Cbor`], [`LogError::CoseFormat`], and
    /// [`LogError::ReceiptUnsupported`] for another data structure than RFC9162_SHA256.
    pub fn parse(bytes: &[u8]) -> Result<Self, LogError> {
        if bytes.len() > MAX_RECEIPT_BYTES {
            return Err(LogError::TooLong {
                what: "receipt",
                found: bytes.len(),
                max: MAX_RECEIPT_BYTES,
            });
        }
        // Strictly, and before anything is built from it.
        Parts::of(bytes)?;
        let wrong = |field, reason| LogError::CoseFormat { field, reason };
        let sign1 = CoseSign1::from_tagged_slice(bytes)
            .map_err(|_| wrong("receipt", "its headers cannot be read"))?;
        let header = &sign1.protected.header;
        if !header.crit.is_empty() {
            return Err(wrong("critical headers (2)", "none is understood"));
        }
        let vds = find(header, VDS)
            .and_then(Value::as_integer)
            .and_then(|vds| i64::try_from(vds).ok())
            .ok_or_else(|| wrong("data structure (395)", "it must be a number, and protected"))?;
        if vds != RFC9162_SHA256 {
            return Err(LogError::ReceiptUnsupported {
                what: "data structure (395)",
                found: vds,
            });
        }
        let tree_size = match find_text(header, TREE_SIZE) {
            None => None,
            Some(size) => Some(number(size).ok_or_else(|| wrong("tree size", "it must be a number"))?),
        };
        let proofs = find(&sign1.unprotected, VDP)
            .and_then(Value::as_map)
            .ok_or_else(|| wrong("proofs (396)", "there must be a map of them"))?;
        let inclusion = proofs_of(proofs, INCLUSION)?;
        let consistency = proofs_of(proofs, CONSISTENCY)?;
        if inclusion.is_empty() && consistency.is_empty() {
            return Err(wrong(
                "proofs (396)",
                "there must be one of inclusion or consistency",
            ));
        }
        if sign1.payload.as_ref().is_some_and(|payload| payload.len() != 32) {
            return Err(wrong("payload", "it must be absent, or a root of 32 bytes"));
        }
        let (issuer, subject) = (claim(header, ISSUER)?, claim(header, SUBJECT)?);
        Ok(Receipt {
            sign1,
            issuer,
            subject,
            tree_size,
            inclusion,
            consistency,
        })
    }

    /// The receipt as CBOR; equal to what was read, if that was deterministic.
    ///
    /// # Errors
    /// [`LogError::CoseFormat`] if it cannot be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, LogError> {
        self.sign1
            .clone()
            .to_tagged_vec()
            .map_err(|_| LogError::CoseFormat {
                field: "receipt",
                reason: "it cannot be written as CBOR",
            })
    }

    /// COSE number of the signature algorithm, as claimed; none if it is named by text.
    pub fn algorithm(&self) -> Option<i64> {
        match &self.sign1.protected.header.alg {
            Some(coset::Algorithm::Assigned(algorithm)) => Some(iana::EnumI64::to_i64(algorithm)),
            Some(coset::Algorithm::PrivateUse(algorithm)) => Some(*algorithm),
            _ => None,
        }
    }

    /// Name of the key, as claimed; empty if there is none.
    pub fn key_id(&self) -> &[u8] {
        &self.sign1.protected.header.key_id
    }

    /// Root that the proof of inclusion leads to from a leaf: what the signature has to be over. Nothing is
    /// verified by it.
    ///
    /// # Errors
    /// Those of [`root_from_inclusion`]; [`LogError::CoseFormat`] unless there is exactly one proof of
    /// inclusion.
    pub fn root_for(&self, leaf: Hash) -> Result<Hash, LogError> {
        let Proof { numbers, path } = only(&self.inclusion)?;
        let [size, index] = *numbers;
        root_from_inclusion(leaf, index, size, path)
    }

    /// Verifies that `leaf` is in the log with the key `log`.
    ///
    /// # Errors
    /// [`LogError::ReceiptForeign`], [`LogError::ReceiptUnsupported`] for another algorithm,
    /// [`LogError::ReceiptSize`], [`LogError::ReceiptSignature`], and those of [`Receipt::root_for`].
    pub fn verify_inclusion(&self, leaf: Hash, log: &Verifier) -> Result<ProvenInclusion, LogError> {
        let root = self.root_for(leaf)?;
        let [size, index] = only(&self.inclusion)?.numbers;
        self.verify_root(root, size, log)?;
        Ok(ProvenInclusion {
            origin: log.name().to_owned(),
            subject: self.subject.clone(),
            index,
            size,
            size_signed: self.tree_size.is_some(),
            root,
        })
    }

    /// Verifies that the log with the key `log` extends the `old` tree.
    ///
    /// # Errors
    /// As [`Receipt::verify_inclusion`], with [`root_from_consistency`]; [`LogError::SizesReversed`] if the
    /// proof starts from another size.
    pub fn verify_consistency(
        &self,
        old: &Checkpoint,
        log: &Verifier,
    ) -> Result<ProvenConsistency, LogError> {
        let Proof { numbers, path } = only(&self.consistency)?;
        let [old_size, size] = *numbers;
        if old_size != old.size {
            return Err(LogError::SizesReversed {
                old: old.size,
                new: old_size,
            });
        }
        let root = root_from_consistency(old.size, old.root, size, path)?;
        self.verify_root(root, size, log)?;
        Ok(ProvenConsistency {
            checkpoint: Checkpoint {
                origin: log.name().to_owned(),
                size,
                root,
            },
            size_signed: self.tree_size.is_some(),
        })
    }

    /// Checks who signed, and the signature over the root.
    fn verify_root(&self, root: Hash, stated: u64, log: &Verifier) -> Result<(), LogError> {
        let foreign = |what| LogError::ReceiptForeign {
            name: log.name().to_owned(),
            what,
        };
        let bad = || LogError::ReceiptSignature {
            name: log.name().to_owned(),
            root,
        };
        let eddsa = [iana::Algorithm::EdDSA, iana::Algorithm::Ed25519].map(coset::Algorithm::Assigned);
        if !self
            .sign1
            .protected
            .header
            .alg
            .as_ref()
            .is_some_and(|alg| eddsa.contains(alg))
        {
            return Err(LogError::ReceiptUnsupported {
                what: "algorithm (1)",
                found: self.algorithm().unwrap_or(0),
            });
        }
        if self.issuer.as_deref().is_some_and(|issuer| issuer != log.name()) {
            return Err(foreign("issuer"));
        }
        let by_id = self.key_id().is_empty() || self.key_id() == key_thumbprint(log);
        if !by_id || log.key_type() != KeyType::Ed25519 {
            return Err(foreign("key"));
        }
        match self.tree_size {
            Some(signed) if signed != stated => return Err(LogError::ReceiptSize { signed, stated }),
            _ => {}
        }
        let attached = self.sign1.payload.as_deref();
        if attached.is_some_and(|payload| payload != root.as_bytes()) {
            return Err(bad());
        }
        let message = coset::sig_structure_data(
            coset::SignatureContext::CoseSign1,
            self.sign1.protected.clone(),
            None,
            b"",
            root.as_bytes(),
        );
        log.verify(&message, &self.sign1.signature).map_err(|_| bad())
    }
}

fn only(proofs: &[Proof]) -> Result<&Proof, LogError> {
    match proofs {
        [proof] => Ok(proof),
        _ => Err(LogError::CoseFormat {
            field: "proofs (396)",
            reason: "exactly one of the kind asked for can be verified",
        }),
    }
}

fn proofs_of(proofs: &[(Value, Value)], kind: i64) -> Result<Vec<Proof>, LogError> {
    let wrong = |reason| LogError::CoseFormat {
        field: "proofs (396)",
        reason,
    };
    let mut entries = proofs.iter();
    let Some((_, list)) = entries.find(|(label, _)| label.as_integer() == Some(kind.into())) else {
        return Ok(Vec::new());
    };
    let list = list
        .as_array()
        .filter(|list| (1..=MAX_PROOFS).contains(&list.len()))
        .ok_or_else(|| wrong("they must be an array of 1 to 8"))?;
    list.iter()
        .map(|proof| {
            let bytes = proof
                .as_bytes()
                .ok_or_else(|| wrong("each must be a byte string"))?;
            cbor::check(bytes)?;
            let value: Value =
                ciborium::from_reader(bytes.as_slice()).map_err(|_| wrong("each must hold CBOR"))?;
            let Some([first, second, Value::Array(path)]) = value.as_array().map(Vec::as_slice) else {
                return Err(wrong("each must be two numbers and a path"));
            };
            let numbers = [first, second].map(number);
            let [Some(first), Some(second)] = numbers else {
                return Err(wrong("each must be two numbers and a path"));
            };
            if path.is_empty() || path.len() > MAX_PROOF_HASHES {
                return Err(wrong("a path must have 1 to 63 hashes"));
            }
            let path = path.iter().map(|hash| {
                let bytes = hash
                    .as_bytes()
                    .ok_or_else(|| wrong("a hash must be a byte string"))?;
                Hash::try_from(bytes.as_slice())
            });
            Ok(Proof {
                numbers: [first, second],
                path: path.collect::<Result<_, _>>()?,
            })
        })
        .collect()
}

/// A CWT claim that must be text if it is there.
fn claim(header: &Header, label: i64) -> Result<Option<String>, LogError> {
    let wrong = |reason| LogError::CoseFormat {
        field: "CWT claims (15)",
        reason,
    };
    let Some(claims) = find(header, CWT_CLAIMS) else {
        return Ok(None);
    };
    let claims = claims.as_map().ok_or_else(|| wrong("they must be a map"))?;
    let mut claims = claims.iter();
    let Some((_, value)) = claims.find(|(key, _)| key.as_integer() == Some(label.into())) else {
        return Ok(None);
    };
    let text = value
        .as_text()
        .ok_or_else(|| wrong("issuer and subject must be text"))?;
    Ok(Some(text.to_owned()))
}

fn number(value: &Value) -> Option<u64> {
    value.as_integer().and_then(|number| u64::try_from(number).ok())
}

fn find(header: &Header, label: i64) -> Option<&Value> {
    lookup(header, &Label::Int(label))
}

fn find_text<'a>(header: &'a Header, label: &str) -> Option<&'a Value> {
    lookup(header, &Label::Text(label.to_owned()))
}

fn lookup<'a>(header: &'a Header, label: &Label) -> Option<&'a Value> {
    let mut rest = header.rest.iter();
    rest.find(|(found, _)| found == label).map(|(_, value)| value)
}
