//! Reading, signing and opening notes.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::key::{KeyId, Verifier, check_name};
use super::signer::Signer;
use crate::error::LogError;

/// Longest note that is read, in bytes.
pub const MAX_NOTE_BYTES: usize = 1_000_000;

/// Most signatures on a note that is read (the specification asks for at least 16).
pub const MAX_SIGNATURES: usize = 100;

/// Start of a signature line: an em dash and a space.
const SIGNATURE_PREFIX: &str = "— ";

/// One signature line; displayed as such, with its newline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// Name of the key.
    pub name: String,
    /// Id of the key.
    pub key_id: KeyId,
    /// What follows the id: 64 bytes for Ed25519, 8 of time and 64 for a cosignature.
    pub bytes: Vec<u8>,
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.key_id.0.to_vec();
        bytes.extend_from_slice(&self.bytes);
        writeln!(f, "{SIGNATURE_PREFIX}{} {}", self.name, STANDARD.encode(bytes))
    }
}

/// A note that is well formed but not verified; displayed as the note it was read from, byte for byte.
///
/// What it says must not be used before [`SignedNote::open`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    /// The text, ending in a newline.
    pub text: String,
    /// The signatures in the order of the note, one at least.
    pub signatures: Vec<NoteSignature>,
}

/// A note of which at least one signature was verified, and none of a known key failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The text, ending in a newline.
    pub text: String,
    /// Signatures by known keys, all verified.
    pub verified: Vec<NoteSignature>,
    /// Signatures by unknown keys: anybody may have added them, keep or show none as evidence.
    pub unverified: Vec<NoteSignature>,
}

/// Reads a note and verifies it with the keys that are known.
///
/// Signatures by other keys are ignored; if the signature of a known key fails, the whole note is refused,
/// and so is a note without a signature by a known key.
///
/// # Errors
/// Those of [`SignedNote::parse`] and [`SignedNote::open`].
pub fn open(note: impl AsRef<[u8]>, verifiers: &[Verifier]) -> Result<Note, LogError> {
    SignedNote::parse(note.as_ref())?.open(verifiers)
}

/// A note from a text and the keys to sign it with, in order.
///
/// # Errors
/// [`LogError::NoteFormat`] for a text that does not end in a newline or holds a control character, or
/// without a signer; [`LogError::SignatureDuplicate`] if one signs twice; [`LogError::NoteTooLong`],
/// [`LogError::TooManySignatures`].
pub fn sign(text: &str, signers: &[&Signer]) -> Result<String, LogError> {
    let signatures = signers.iter().map(|signer| signer.sign_text(text)).collect();
    let note = SignedNote {
        text: text.to_owned(),
        signatures,
    }
    .to_string();
    // What is written is what a reader accepts: a text cannot smuggle in a signature or end early.
    let read = SignedNote::parse(note.as_bytes())?;
    if read.text != text {
        return Err(LogError::NoteFormat {
            reason: "the text must end in a newline",
        });
    }
    Ok(note)
}

impl SignedNote {
    /// Reads a note without verifying it.
    ///
    /// # Errors
    /// [`LogError::NoteTooLong`], [`LogError::NoteFormat`], [`LogError::SignatureLine`],
    /// [`LogError::TooManySignatures`] or [`LogError::SignatureDuplicate`].
    pub fn parse(note: &[u8]) -> Result<Self, LogError> {
        if note.len() > MAX_NOTE_BYTES {
            return Err(LogError::NoteTooLong { found: note.len() });
        }
        let wrong = |reason| LogError::NoteFormat { reason };
        let note = std::str::from_utf8(note).map_err(|_| wrong("it is not UTF-8"))?;
        if note.bytes().any(|byte| byte < b' ' && byte != b'\n') {
            return Err(wrong("it holds a control character other than newline"));
        }
        let blank = note
            .rfind("\n\n")
            .ok_or_else(|| wrong("it has no blank line between text and signatures"))?;
        let (text, lines) = (&note[..=blank], &note[blank + 2..]);
        let lines = lines
            .strip_suffix('\n')
            .ok_or_else(|| wrong("its last signature line must end in a newline"))?;

        let mut signatures = Vec::new();
        let mut seen = BTreeSet::new();
        for (position, line) in lines.split('\n').enumerate() {
            if position == MAX_SIGNATURES {
                return Err(LogError::TooManySignatures);
            }
            let signature = parse_signature(line).map_err(|reason| LogError::SignatureLine {
                line: position + 1,
                reason,
            })?;
            if !seen.insert((signature.name.clone(), signature.key_id)) {
                return Err(LogError::SignatureDuplicate {
                    name: signature.name,
                    id: signature.key_id,
                });
            }
            signatures.push(signature);
        }
        Ok(SignedNote {
            text: text.to_owned(),
            signatures,
        })
    }

    /// Verifies the note with the keys that are known; see [`open`].
    ///
    /// # Errors
    /// [`LogError::SignatureInvalid`] if the signature of a known key fails, [`LogError::NoKnownSignature`]
    /// without one, [`LogError::KeyAmbiguous`] if two known keys share name and id.
    pub fn open(self, verifiers: &[Verifier]) -> Result<Note, LogError> {
        let mut known = BTreeSet::new();
        for verifier in verifiers {
            if !known.insert((verifier.name(), verifier.key_id())) {
                return Err(LogError::KeyAmbiguous {
                    name: verifier.name().to_owned(),
                    id: verifier.key_id(),
                });
            }
        }
        let mut note = Note {
            text: self.text,
            verified: Vec::new(),
            unverified: Vec::new(),
        };
        for signature in self.signatures {
            let verifier = verifiers
                .iter()
                .find(|verifier| verifier.name() == signature.name && verifier.key_id() == signature.key_id);
            match verifier {
                Some(verifier) => {
                    verifier.verify(note.text.as_bytes(), &signature.bytes)?;
                    note.verified.push(signature);
                }
                None => note.unverified.push(signature),
            }
        }
        if note.verified.is_empty() {
            Err(LogError::NoKnownSignature)
        } else {
            Ok(note)
        }
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| signature.fmt(f))
    }
}

/// Reads one line without its newline; the error is the broken rule.
fn parse_signature(line: &str) -> Result<NoteSignature, &'static str> {
    let rest = line
        .strip_prefix(SIGNATURE_PREFIX)
        .ok_or("it must start with an em dash and a space")?;
    let (name, encoded) = rest
        .split_once(' ')
        .ok_or("it must be a name, a space and base64")?;
    check_name(name).map_err(|_| "the name is empty or holds a space or `+`")?;
    let bytes = STANDARD
        .decode(encoded)
        .map_err(|_| "it must end in canonical base64")?;
    let (id, signature) = bytes
        .split_first_chunk::<4>()
        .ok_or("it is shorter than a key id")?;
    if signature.is_empty() {
        return Err("there is nothing after the key id");
    }
    Ok(NoteSignature {
        name: name.to_owned(),
        key_id: KeyId(*id),
        bytes: signature.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "first line\n\nlast line\n";

    fn signer(number: u8) -> Signer {
        Signer::from_seed(&format!("signer{number}.example"), &[number; 32]).unwrap()
    }

    /// A well-formed line of a key that nobody knows.
    fn stranger(number: usize) -> NoteSignature {
        let name = format!("stranger{number}");
        NoteSignature {
            name,
            key_id: KeyId([1, 2, 3, 4]),
            bytes: vec![5],
        }
    }

    #[test]
    fn the_text_ends_at_the_last_blank_line() {
        let note = sign(TEXT, &[&signer(1), &signer(2)]).unwrap();
        let opened = open(&note, &[signer(2).verifier()]).unwrap();
        assert_eq!(opened.text, TEXT);
        assert_eq!((opened.verified.len(), opened.unverified.len()), (1, 1));
        assert_eq!(SignedNote::parse(note.as_bytes()).unwrap().to_string(), note);
    }

    #[test]
    fn a_failing_known_key_spoils_the_note() {
        let note = sign(TEXT, &[&signer(1), &signer(2)]).unwrap();
        let known = [signer(1).verifier(), signer(2).verifier()];
        let mut forged = SignedNote::parse(note.as_bytes()).unwrap();
        forged.signatures[1].bytes[0] ^= 1;
        assert!(matches!(
            forged.clone().open(&known),
            Err(LogError::SignatureInvalid { .. })
        ));
        forged.signatures[1].bytes.truncate(63);
        assert!(matches!(
            forged.clone().open(&known),
            Err(LogError::SignatureInvalid { .. })
        ));
        assert!(forged.clone().open(&known[..1]).is_ok());
        assert_eq!(forged.clone().open(&[]), Err(LogError::NoKnownSignature));
        let twice = [known[0].clone(), known[0].clone()];
        assert!(matches!(forged.open(&twice), Err(LogError::KeyAmbiguous { .. })));
    }

    #[test]
    fn a_key_is_known_by_name_and_id_together() {
        let note = sign(TEXT, &[&signer(1)]).unwrap();
        let renamed = note.replace("signer1", "signer9");
        assert_eq!(
            open(&renamed, &[signer(1).verifier()]),
            Err(LogError::NoKnownSignature)
        );
    }

    #[test]
    fn malformed_notes_are_refused() {
        let good = sign(TEXT, &[&signer(1)]).unwrap();
        let line = good.lines().last().unwrap();
        let (head, encoded) = line.rsplit_once(' ').unwrap();
        let loose = format!("{}{}", &encoded[..encoded.len() - 2], "B=");
        for note in [
            String::new(),
            "\n\n".to_owned(),
            TEXT.to_owned(),
            good.trim_end().to_owned(),
            format!("{good}\n"),
            format!("{good}{line}\n"),
            good.replace("last", "la\tst"),
            good.replace("last", "la\rst"),
            good.replace('—', "-"),
            good.replace("signer1.example", ""),
            good.replace("signer1.example", "a b"),
            good.replace("signer1.example", "a+b"),
            good.replace("signer1.example", "a\u{a0}b"),
            format!("{TEXT}\n{head}\n"),
            format!("{TEXT}\n{head} \n"),
            format!("{TEXT}\n{head} AQIDBA==\n"),
            format!("{TEXT}\n{head} {}\n", encoded.trim_end_matches('=')),
            format!("{TEXT}\n{head} {loose}\n"),
            format!("{TEXT}\n{head} {encoded} \n"),
        ] {
            assert!(
                SignedNote::parse(note.as_bytes()).is_err(),
                "{note:?} was accepted"
            );
        }
        assert!(SignedNote::parse(&[good.as_bytes(), b"\xff"].concat()).is_err());
        assert!(SignedNote::parse(good.as_bytes()).is_ok());
    }

    #[test]
    fn limits_on_size_and_signatures() {
        let mut note = sign(TEXT, &[&signer(1)]).unwrap();
        for number in 1..MAX_SIGNATURES {
            note.push_str(&stranger(number).to_string());
        }
        assert_eq!(
            open(&note, &[signer(1).verifier()]).unwrap().unverified.len(),
            MAX_SIGNATURES - 1
        );
        note.push_str(&stranger(0).to_string());
        assert_eq!(
            open(&note, &[signer(1).verifier()]),
            Err(LogError::TooManySignatures)
        );
        let long = vec![b'a'; MAX_NOTE_BYTES + 1];
        assert_eq!(
            SignedNote::parse(&long),
            Err(LogError::NoteTooLong {
                found: MAX_NOTE_BYTES + 1
            })
        );
    }

    #[test]
    fn only_what_a_reader_accepts_is_signed() {
        assert!(sign("no newline", &[&signer(1)]).is_err());
        assert!(sign("", &[&signer(1)]).is_err());
        assert!(sign("a\tb\n", &[&signer(1)]).is_err());
        assert!(sign(TEXT, &[]).is_err());
        assert!(matches!(
            sign(TEXT, &[&signer(1), &signer(1)]),
            Err(LogError::SignatureDuplicate { .. })
        ));
    }
}
