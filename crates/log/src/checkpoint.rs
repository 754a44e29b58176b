//! Checkpoints: the signed head of a log (C2SP tlog-checkpoint v1.0.0).
//!
//! ```text
//! log.member.example
//! 600
//! PnMyVR8FBzinQd/hxVUI/ZUlUQ+8qzDKZ581++n2zCY=
//! ```
//!
//! Lines may follow the root (extensions). They are allowed and not interpreted; whoever checks or adds a
//! signature works on the text of the note, never on a checkpoint that was read and formatted again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::LogError;
use crate::hash::{EMPTY_ROOT, Hash};
use crate::note::{Note, Signer, Verifier, open, sign};
use crate::tile::parse_decimal;
use crate::tree::MAX_TREE_SIZE;

/// Longest origin, in bytes (cosignatures of type 0x06 carry its length in one byte).
pub const MAX_ORIGIN_BYTES: usize = 255;

/// Size and root of one log at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: one line, the name of the log's key, 1 to [`MAX_ORIGIN_BYTES`] bytes.
    pub origin: String,
    /// Leaves in the tree.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
}

impl Checkpoint {
    /// Reads the text of a checkpoint; extension lines must be non-empty and are otherwise ignored.
    ///
    /// The root of size 0 is not judged here, because a witness answers for it with a status of its own: see
    /// [`Checkpoint::has_possible_root`].
    ///
    /// # Errors
    /// [`LogError::CheckpointFormat`] with the line and the rule that it breaks.
    pub fn parse(text: &str) -> Result<Self, LogError> {
        let wrong = |line, reason| LogError::CheckpointFormat { line, reason };
        let all = text
            .strip_suffix('\n')
            .ok_or_else(|| wrong(text.split('\n').count(), "it must end in a newline"))?;
        let mut lines = all.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(wrong(
                all.split('\n').count() + 1,
                "there must be an origin, a size and a root",
            ));
        };
        check_origin(origin)?;
        let size = parse_decimal(size)
            .filter(|size| *size <= MAX_TREE_SIZE)
            .ok_or_else(|| {
                wrong(
                    2,
                    "the size must be a decimal number below 2^63 without leading zero",
                )
            })?;
        let root = STANDARD
            .decode(root)
            .map_err(|_| wrong(3, "the root must be canonical base64"))?;
        let root = Hash::try_from(root.as_slice()).map_err(|_| wrong(3, "the root must have 32 bytes"))?;
        if let Some(position) = lines.position(str::is_empty) {
            return Err(wrong(position + 4, "an extension line must not be empty"));
        }
        Ok(Checkpoint {
            origin: origin.to_owned(),
            size,
            root,
        })
    }

    /// The text to sign, without extension lines.
    pub fn text(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            STANDARD.encode(self.root.as_bytes())
        )
    }

    /// False only for a tree of size 0 with another root than [`EMPTY_ROOT`].
    pub fn has_possible_root(&self) -> bool {
        self.size > 0 || self.root == EMPTY_ROOT
    }
}

/// Signs a checkpoint with its log's key. The caller has computed the root by two paths.
///
/// # Errors
/// [`LogError::OriginMismatch`] unless the origin is the name of the key; [`LogError::CheckpointFormat`] for
/// a checkpoint that no reader would accept.
pub fn sign_checkpoint(checkpoint: &Checkpoint, signer: &Signer) -> Result<String, LogError> {
    check_owner(checkpoint, signer.name())?;
    let text = checkpoint.text();
    Checkpoint::parse(&text)?;
    if !checkpoint.has_possible_root() {
        return Err(LogError::CheckpointFormat {
            line: 3,
            reason: "the root of size 0 must be SHA-256 of nothing",
        });
    }
    sign(&text, &[signer])
}

/// Reads a checkpoint that its log must have signed; every other signature is ignored.
///
/// # Errors
/// Those of [`open_cosigned`].
pub fn open_checkpoint(note: impl AsRef<[u8]>, verifier: &Verifier) -> Result<Checkpoint, LogError> {
    open_cosigned(note, verifier, &[]).map(|(checkpoint, _)| checkpoint)
}

/// Reads a checkpoint that its log must have signed and that others may have cosigned. The note tells which
/// of them did; how many are enough is for the charter's policy to say.
///
/// # Errors
/// Those of [`open`]; [`LogError::LogSignatureMissing`] if only others signed, [`LogError::OriginMismatch`]
/// unless the origin is the name of the log's key, [`LogError::CheckpointFormat`] if the text is not a
/// checkpoint or has an impossible root.
pub fn open_cosigned(
    note: impl AsRef<[u8]>,
    log: &Verifier,
    cosigners: &[Verifier],
) -> Result<(Checkpoint, Note), LogError> {
    let known: Vec<Verifier> = std::iter::once(log).chain(cosigners).cloned().collect();
    let note = open(note, &known)?;
    if !note
        .verified
        .iter()
        .any(|line| line.name == log.name() && line.key_id == log.key_id())
    {
        return Err(LogError::LogSignatureMissing {
            name: log.name().to_owned(),
            id: log.key_id(),
        });
    }
    let checkpoint = Checkpoint::parse(&note.text)?;
    check_owner(&checkpoint, log.name())?;
    if !checkpoint.has_possible_root() {
        return Err(LogError::CheckpointFormat {
            line: 3,
            reason: "the root of size 0 must be SHA-256 of nothing",
        });
    }
    Ok((checkpoint, note))
}

fn check_origin(origin: &str) -> Result<(), LogError> {
    if origin.is_empty() || origin.len() > MAX_ORIGIN_BYTES {
        return Err(LogError::CheckpointFormat {
            line: 1,
            reason: "the origin must have 1 to 255 bytes",
        });
    }
    Ok(())
}

fn check_owner(checkpoint: &Checkpoint, name: &str) -> Result<(), LogError> {
    if checkpoint.origin == name {
        return Ok(());
    }
    Err(LogError::OriginMismatch {
        origin: checkpoint.origin.clone(),
        name: name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cosignature::Cosigner;
    use crate::hash::leaf_hash;

    #[test]
    fn a_checkpoint_round_trips() {
        let signer = Signer::from_seed("log.example", &[1; 32]).unwrap();
        let head = Checkpoint {
            origin: "log.example".into(),
            size: 7,
            root: leaf_hash(b"x"),
        };
        let note = sign_checkpoint(&head, &signer).unwrap();
        assert_eq!(open_checkpoint(&note, &signer.verifier()).unwrap(), head);
        let extended = sign(&format!("{}extra\n", head.text()), &[&signer]).unwrap();
        assert_eq!(open_checkpoint(&extended, &signer.verifier()).unwrap(), head);
    }

    #[test]
    fn malformed_texts_are_refused_with_their_line() {
        let root = STANDARD.encode([7; 32]);
        let short = STANDARD.encode([7; 31]);
        let loose = root.replace("c=", "d=");
        assert_ne!(root, loose);
        let long = "o".repeat(256);
        for (line, text) in [
            (1, String::new()),
            (1, "o".to_owned()),
            (1, format!("\n1\n{root}\n")),
            (1, format!("{long}\n1\n{root}\n")),
            (2, "o\n".to_owned()),
            (2, format!("o\n01\n{root}\n")),
            (2, format!("o\n+1\n{root}\n")),
            (2, format!("o\n-1\n{root}\n")),
            (2, format!("o\n\n{root}\n")),
            (2, format!("o\n9223372036854775808\n{root}\n")),
            (3, format!("o\n1\n{short}\n")),
            (3, format!("o\n1\n{loose}\n")),
            (3, format!("o\n1\n{}\n", root.trim_end_matches('='))),
            (3, format!("o\n1\n{root}")),
            (4, format!("o\n1\n{root}\n\n")),
            (5, format!("o\n1\n{root}\nx\n\ny\n")),
        ] {
            match Checkpoint::parse(&text) {
                Err(LogError::CheckpointFormat { line: found, .. }) => assert_eq!(found, line, "{text:?}"),
                other => panic!("{text:?} gave {other:?}"),
            }
        }
        assert!(Checkpoint::parse(&format!("o\n9223372036854775807\n{root}\n")).is_ok());
    }

    #[test]
    fn only_the_log_itself_makes_a_checkpoint() {
        let log = Signer::from_seed("log.example", &[1; 32]).unwrap();
        let other = Signer::from_seed("other.example", &[2; 32]).unwrap();
        let witness = Cosigner::from_seed("witness.example", &[3; 32]).unwrap();
        let head = Checkpoint {
            origin: "log.example".into(),
            size: 1,
            root: leaf_hash(b"x"),
        };
        assert!(matches!(
            sign_checkpoint(&head, &other),
            Err(LogError::OriginMismatch { .. })
        ));
        let foreign = sign(&head.text(), &[&other]).unwrap();
        assert_eq!(
            open_checkpoint(&foreign, &log.verifier()),
            Err(LogError::NoKnownSignature)
        );
        assert!(matches!(
            open_checkpoint(&foreign, &other.verifier()),
            Err(LogError::OriginMismatch { .. })
        ));

        let only_cosigned = format!("{}\n{}", head.text(), witness.cosign(&head.text(), 1));
        assert!(matches!(
            open_cosigned(&only_cosigned, &log.verifier(), &[witness.verifier()]),
            Err(LogError::LogSignatureMissing { .. })
        ));
        let both = format!(
            "{}{}",
            sign_checkpoint(&head, &log).unwrap(),
            witness.cosign(&head.text(), 1)
        );
        let (opened, note) = open_cosigned(&both, &log.verifier(), &[witness.verifier()]).unwrap();
        assert_eq!((opened, note.verified.len()), (head, 2));
    }

    #[test]
    fn the_empty_tree_has_one_root() {
        let log = Signer::from_seed("log.example", &[1; 32]).unwrap();
        let wrong = Checkpoint {
            origin: "log.example".into(),
            size: 0,
            root: leaf_hash(b"x"),
        };
        assert!(sign_checkpoint(&wrong, &log).is_err());
        let signed = sign(&wrong.text(), &[&log]).unwrap();
        assert!(open_checkpoint(&signed, &log.verifier()).is_err());
        let right = Checkpoint {
            root: EMPTY_ROOT,
            ..wrong
        };
        assert!(sign_checkpoint(&right, &log).is_ok());
    }
}
