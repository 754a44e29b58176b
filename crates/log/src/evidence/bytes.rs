//! Evidence as bytes: text, the same for the same evidence, small enough for the payload of a statement.
//!
//! ```text
//! split-view/v1
//! smaller <bytes>
//! larger <bytes>
//! root <base64>            only for a rewritten history: the larger tree's root at the smaller size,
//! <base64>                 then the consistency path, one hash a line
//!
//! <the smaller note><the larger note>
//! ```

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Evidence, MAX_NOTE_BYTES, Rewritten, check_limits};
use crate::error::LogError;
use crate::hash::Hash;
use crate::note::SignedNote;
use crate::tile::parse_decimal;

/// Longest evidence that is written or read, in bytes: two notes, a path of 63 hashes and the head lines.
pub const MAX_EVIDENCE_BYTES: usize = 2 * MAX_NOTE_BYTES + 4 * 1024;

const TITLE: &str = "split-view/v1";

impl fmt::Display for Evidence {
    /// Writes the text form; the same evidence gives the same bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (smaller, larger) = (self.smaller.to_string(), self.larger.to_string());
        writeln!(f, "{TITLE}\nsmaller {}\nlarger {}", smaller.len(), larger.len())?;
        if let Some(Rewritten { root, path }) = &self.rewritten {
            writeln!(f, "root {}", STANDARD.encode(root))?;
            path.iter()
                .try_for_each(|hash| writeln!(f, "{}", STANDARD.encode(hash)))?;
        }
        write!(f, "\n{smaller}{larger}")
    }
}

impl Evidence {
    /// The bytes of the text form.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }

    /// Reads the text form. What it says must not be believed before [`Evidence::verify`].
    ///
    /// # Errors
    /// [`LogError::EvidenceFormat`], or those of [`SignedNote::parse`].
    pub fn parse(bytes: &[u8]) -> Result<Self, LogError> {
        let wrong = |reason| LogError::EvidenceFormat { reason };
        if bytes.len() > MAX_EVIDENCE_BYTES {
            return Err(wrong("it is too long"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8"))?;
        let (head, notes) = text
            .split_once("\n\n")
            .ok_or_else(|| wrong("there is no empty line before the notes"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(TITLE) {
            return Err(wrong("the first line must be `split-view/v1`"));
        }
        let mut length = |name| {
            let line = lines.next().and_then(|line| line.strip_prefix(name));
            let length = line
                .and_then(|line| line.strip_prefix(' '))
                .and_then(parse_decimal);
            length
                .and_then(|length| usize::try_from(length).ok())
                .filter(|length| *length <= MAX_NOTE_BYTES)
                .ok_or_else(|| wrong("the lengths of the notes must follow"))
        };
        let (smaller, larger) = (length("smaller")?, length("larger")?);
        let rewritten = match lines.next() {
            None => None,
            Some(line) => {
                let root = line
                    .strip_prefix("root ")
                    .ok_or_else(|| wrong("a root must come before the path"))?;
                let path = lines.map(decode_hash).collect::<Result<Vec<_>, _>>()?;
                check_limits(&path)?;
                Some(Rewritten {
                    root: decode_hash(root)?,
                    path,
                })
            }
        };
        if smaller.checked_add(larger) != Some(notes.len()) {
            return Err(wrong("the notes do not have the lengths given"));
        }
        let (smaller, larger) = notes
            .split_at_checked(smaller)
            .ok_or_else(|| wrong("the notes do not have the lengths given"))?;
        Ok(Evidence {
            smaller: SignedNote::parse(smaller.as_bytes())?,
            larger: SignedNote::parse(larger.as_bytes())?,
            rewritten,
        })
    }
}

fn decode_hash(text: &str) -> Result<Hash, LogError> {
    let bytes = STANDARD.decode(text).map_err(|_| LogError::EvidenceFormat {
        reason: "a hash must be canonical base64",
    })?;
    Hash::try_from(bytes.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::Checkpoint;
    use crate::hash::leaf_hash;
    use crate::note::{Signer, sign};

    fn evidence(path: Option<usize>) -> Evidence {
        let log = Signer::from_seed("log.example", &[1; 32]).unwrap();
        let note = |entry: &[u8]| {
            let head = Checkpoint {
                origin: "log.example".into(),
                size: 7,
                root: leaf_hash(entry),
            };
            SignedNote::parse(sign(&head.text(), &[&log]).unwrap().as_bytes()).unwrap()
        };
        Evidence {
            smaller: note(b"a"),
            larger: note(b"b"),
            rewritten: path.map(|hashes| Rewritten {
                root: leaf_hash(b"c"),
                path: vec![leaf_hash(b"d"); hashes],
            }),
        }
    }

    #[test]
    fn every_form_round_trips() {
        for path in [None, Some(0), Some(1), Some(63)] {
            let evidence = evidence(path);
            let bytes = evidence.to_bytes();
            assert!(bytes.len() <= MAX_EVIDENCE_BYTES);
            assert_eq!(Evidence::parse(&bytes), Ok(evidence));
        }
        assert!(Evidence::parse(&evidence(Some(64)).to_bytes()).is_err());
    }

    #[test]
    fn what_is_cut_or_changed_is_refused() {
        let good = evidence(Some(1)).to_string();
        for wrong in [
            String::new(),
            good.replace("v1", "v2"),
            good.replace("smaller ", "smaller 0"),
            good.replace("larger 1", "larger 2"),
            good.replace("root ", "root"),
            good.replacen("=\n", "\n", 1),
            good.replace("\n\n", "\n"),
            format!("{good}x"),
            good.trim_end().to_owned(),
            format!("{good}{}", " ".repeat(MAX_EVIDENCE_BYTES)),
        ] {
            assert!(
                Evidence::parse(wrong.as_bytes()).is_err(),
                "{wrong:?} was accepted"
            );
        }
    }
}
