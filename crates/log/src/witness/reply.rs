//! The other side of the protocol: what a log reads out of a witness's answer.

use super::request::AddCheckpoint;
use crate::cosignature::unix_seconds;
use crate::error::LogError;
use crate::note::{NoteSignature, SignedNote, Verifier};
use crate::tile::parse_decimal;

/// What a witness's answer means for the log that asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Cosigned: these lines by known keys verify and may be added to the checkpoint.
    Cosigned(Vec<NoteSignature>),
    /// The witness cosigned another size last: ask again from there. If it is a size that the log never
    /// told it, or it is the old size just sent, something is wrong: look at what the witness serves.
    Conflict {
        /// Size that the witness cosigned last; not signed, so a hint only.
        cosigned: u64,
    },
    /// The witness holds that the checkpoint contradicts what it cosigned (422). Unless the proof sent was
    /// wrong, somebody used the log's key for another history.
    Inconsistent,
    /// The witness does not know the log (404; some answer 403, also to an unknown key).
    Unknown,
    /// Any other answer: try again later.
    Unavailable {
        /// HTTP status.
        status: u16,
    },
}

/// Reads the answer to a request; `body` is what came, at most [`super::MAX_REQUEST_BYTES`] of it are read.
/// Lines by keys other than `witness` are ignored.
///
/// # Errors
/// [`LogError::WitnessAnswer`] for a 200 without a usable cosignature or with time 0, or a 409 without a size;
/// [`LogError::SignatureInvalid`] if a line by a known key is wrong, and those of [`SignedNote::parse`].
pub fn read_reply(
    request: &AddCheckpoint,
    status: u16,
    body: &[u8],
    witness: &[Verifier],
) -> Result<Reply, LogError> {
    let wrong = |reason| LogError::WitnessAnswer { status, reason };
    if body.len() > super::MAX_REQUEST_BYTES {
        return Err(wrong("the body is too long"));
    }
    match status {
        200 => {
            let note = [request.note().text.as_bytes(), b"\n", body].concat();
            let lines = match SignedNote::parse(&note)?.open(witness) {
                Ok(note) => note.verified,
                Err(LogError::NoKnownSignature) => {
                    return Err(wrong("no line is by a known key of the witness"));
                }
                Err(error) => return Err(error),
            };
            if lines.iter().any(|line| unix_seconds(line) == Some(0)) {
                return Err(wrong("a cosignature of a checkpoint must carry its time"));
            }
            Ok(Reply::Cosigned(lines))
        }
        409 => std::str::from_utf8(body)
            .ok()
            .and_then(|body| body.strip_suffix('\n'))
            .and_then(parse_decimal)
            .map(|cosigned| Reply::Conflict { cosigned })
            .ok_or_else(|| wrong("the body must be a size and a newline")),
        422 => Ok(Reply::Inconsistent),
        403 | 404 => Ok(Reply::Unknown),
        _ => Ok(Reply::Unavailable { status }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::{Checkpoint, sign_checkpoint};
    use crate::cosignature::Cosigner;
    use crate::hash::leaf_hash;
    use crate::note::Signer;

    #[test]
    fn answers_are_read() {
        let log = Signer::from_seed("log.example", &[1; 32]).unwrap();
        let head = Checkpoint {
            origin: "log.example".into(),
            size: 9,
            root: leaf_hash(b"x"),
        };
        let note = SignedNote::parse(sign_checkpoint(&head, &log).unwrap().as_bytes()).unwrap();
        let request = AddCheckpoint::new(0, vec![], note.clone()).unwrap();
        let [one, other] = [2, 3].map(|seed| Cosigner::from_seed(&format!("w{seed}"), &[seed; 32]).unwrap());
        let keys = [one.verifier()];
        let read = |status, body: &str| read_reply(&request, status, body.as_bytes(), &keys);

        let line = one.cosign(&note.text, 5);
        let both = format!("{line}{}", other.cosign(&note.text, 5));
        assert_eq!(read(200, &both), Ok(Reply::Cosigned(vec![line.clone()])));
        assert_eq!(read(409, "7\n"), Ok(Reply::Conflict { cosigned: 7 }));
        assert_eq!(read(422, "no"), Ok(Reply::Inconsistent));
        assert_eq!(
            (read(403, ""), read(404, "")),
            (Ok(Reply::Unknown), Ok(Reply::Unknown))
        );
        assert_eq!(read(503, ""), Ok(Reply::Unavailable { status: 503 }));

        let timeless = one.cosign(&note.text, 0).to_string();
        let unknown = other.cosign(&note.text, 5).to_string();
        for (status, body) in [
            (200, ""),
            (200, timeless.as_str()),
            (200, unknown.as_str()),
            (409, "7"),
            (409, "07\n"),
        ] {
            assert!(
                matches!(read(status, body), Err(LogError::WitnessAnswer { .. }))
                    || body.is_empty() && read(status, body).is_err(),
                "{status} {body:?}"
            );
        }
        let mut forged = line;
        forged.bytes[30] ^= 1;
        assert!(matches!(
            read(200, &forged.to_string()),
            Err(LogError::SignatureInvalid { .. })
        ));
    }
}
