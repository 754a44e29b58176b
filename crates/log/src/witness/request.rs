//! The body of an `add-checkpoint` request.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::Checkpoint;
use crate::error::LogError;
use crate::hash::Hash;
use crate::note::SignedNote;
use crate::proof::MAX_PROOF_HASHES;
use crate::tile::parse_decimal;

/// Longest request body that is read, in bytes: 63 hashes and a checkpoint with dozens of signatures.
pub const MAX_REQUEST_BYTES: usize = 128 * 1024;

/// Longest checkpoint text, without signatures, that is witnessed, in bytes. Extension lines of any length are
/// allowed elsewhere; here they are bounded, so that evidence always fits a statement.
pub const MAX_CHECKPOINT_BYTES: usize = 4 * 1024;

/// Asks a witness to cosign a checkpoint; displayed and parsed as the body of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    old_size: u64,
    proof: Vec<Hash>,
    note: SignedNote,
    checkpoint: Checkpoint,
}

impl AddCheckpoint {
    /// A request, as the log or somebody for it sends it.
    ///
    /// # Errors
    /// [`LogError::RequestFormat`] with more than 63 hashes or too long a text, those of
    /// [`Checkpoint::parse`], [`LogError::RequestTooLong`].
    pub fn new(old_size: u64, proof: Vec<Hash>, note: SignedNote) -> Result<Self, LogError> {
        let wrong = |line, reason| LogError::RequestFormat { line, reason };
        if proof.len() > MAX_PROOF_HASHES {
            return Err(wrong(
                2 + MAX_PROOF_HASHES,
                "there must be at most 63 proof lines",
            ));
        }
        if note.text.len() > MAX_CHECKPOINT_BYTES {
            return Err(wrong(
                3 + proof.len(),
                "the checkpoint must have at most 4096 bytes",
            ));
        }
        let checkpoint = Checkpoint::parse(&note.text)?;
        let request = AddCheckpoint {
            old_size,
            proof,
            note,
            checkpoint,
        };
        let found = request.to_string().len();
        if found > MAX_REQUEST_BYTES {
            return Err(LogError::RequestTooLong { found });
        }
        Ok(request)
    }

    /// Reads the body of a request. Nothing is verified yet.
    ///
    /// # Errors
    /// [`LogError::RequestTooLong`], [`LogError::RequestFormat`], those of [`SignedNote::parse`] and
    /// [`Checkpoint::parse`]; how they are answered says [`Answer::malformed`](super::Answer::malformed).
    pub fn parse(body: &[u8]) -> Result<Self, LogError> {
        if body.len() > MAX_REQUEST_BYTES {
            return Err(LogError::RequestTooLong { found: body.len() });
        }
        let wrong = |line, reason| LogError::RequestFormat { line, reason };
        let body = std::str::from_utf8(body).map_err(|_| wrong(1, "the body is not UTF-8"))?;
        let (head, note) = body
            .split_once("\n\n")
            .ok_or_else(|| wrong(1, "an empty line must come before the checkpoint"))?;
        let mut lines = head.split('\n');
        let old_size = lines
            .next()
            .and_then(|line| line.strip_prefix("old "))
            .and_then(parse_decimal)
            .ok_or_else(|| wrong(1, "it must be `old` and a decimal number without leading zero"))?;
        let mut proof = Vec::new();
        for (position, line) in lines.enumerate() {
            if position == MAX_PROOF_HASHES {
                return Err(wrong(position + 2, "there must be at most 63 proof lines"));
            }
            let hash = STANDARD
                .decode(line)
                .ok()
                .and_then(|bytes| Hash::try_from(bytes.as_slice()).ok());
            proof.push(hash.ok_or_else(|| wrong(position + 2, "a proof line must be 32 bytes in base64"))?);
        }
        Self::new(old_size, proof, SignedNote::parse(note.as_bytes())?)
    }

    /// Size that the sender believes the witness cosigned last.
    pub fn old_size(&self) -> u64 {
        self.old_size
    }

    /// Consistency proof from the old size to the checkpoint.
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The signed checkpoint, unverified.
    pub fn note(&self) -> &SignedNote {
        &self.note
    }

    /// What the checkpoint says, unverified; its origin is what the witness looks the log up by.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old_size)?;
        for hash in &self.proof {
            writeln!(f, "{}", STANDARD.encode(hash))?;
        }
        write!(f, "\n{}", self.note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;
    use crate::note::{Signer, sign};

    fn note(extension: &str) -> String {
        let log = Signer::from_seed("log.example", &[1; 32]).unwrap();
        let head = Checkpoint {
            origin: "log.example".into(),
            size: 9,
            root: leaf_hash(b"x"),
        };
        sign(&format!("{}{extension}", head.text()), &[&log]).unwrap()
    }

    #[test]
    fn a_request_is_written_as_it_was_read() {
        let hash = STANDARD.encode(leaf_hash(b"h"));
        for proof in [0, 1, 63] {
            let body = format!("old 3\n{}\n{}", format!("{hash}\n").repeat(proof), note(""));
            let request = AddCheckpoint::parse(body.as_bytes()).unwrap();
            assert_eq!((request.old_size(), request.proof().len()), (3, proof));
            assert_eq!(request.to_string(), body);
        }
    }

    #[test]
    fn malformed_bodies_are_refused_with_their_line() {
        let (hash, note) = (STANDARD.encode(leaf_hash(b"h")), note(""));
        let many = format!("{hash}\n").repeat(64);
        for (line, body) in [
            (1, String::new()),
            (1, note.clone()),
            (1, format!("old\n\n{note}")),
            (1, format!("old  3\n\n{note}")),
            (1, format!("old 03\n\n{note}")),
            (1, format!("old -3\n\n{note}")),
            (1, format!("old 3 \n\n{note}")),
            (1, format!("old 3\r\n\n{note}")),
            (2, format!("old 3\n{}\n\n{note}", &hash[..43])),
            (2, format!("old 3\n {hash}\n\n{note}")),
            (3, format!("old 3\n{hash}\nx\n\n{note}")),
            (65, format!("old 3\n{many}\n{note}")),
        ] {
            match AddCheckpoint::parse(body.as_bytes()) {
                Err(LogError::RequestFormat { line: found, .. }) => assert_eq!(found, line, "{body:?}"),
                other => panic!("{body:?} gave {other:?}"),
            }
        }
        for body in [
            format!("old 3\n\n\n{note}"),
            "old 3\n\n".to_owned(),
            format!("old 3\n\n{}", note.replace("\n9\n", "\n09\n")),
        ] {
            assert!(AddCheckpoint::parse(body.as_bytes()).is_err(), "{body:?}");
        }
    }

    #[test]
    fn lengths_are_bounded() {
        let long = format!("old 3\n\n{}", note(&"e\n".repeat(MAX_CHECKPOINT_BYTES / 2)));
        assert!(matches!(
            AddCheckpoint::parse(long.as_bytes()),
            Err(LogError::RequestFormat { line: 3, .. })
        ));
        let huge = vec![b'o'; MAX_REQUEST_BYTES + 1];
        assert!(matches!(
            AddCheckpoint::parse(&huge),
            Err(LogError::RequestTooLong { .. })
        ));
    }
}
