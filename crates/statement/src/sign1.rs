//! The outer form of a statement: a tagged COSE_Sign1 (RFC 9052) in its one canonical encoding.
//!
//! A statement is named by its bytes, so exactly one encoding of each is taken: tag 18, an array of four, byte strings with
//! their lengths in the shortest form, an empty unprotected header. What is so narrow is read in place; a general
//! decoder would build values of it, which for every statement of a log costs more than all the rest of reading it.

/// Tag 18 and the head of an array of four.
const HEAD: [u8; 2] = [0xd2, 0x84];
/// The empty unprotected header.
const NO_HEADER: u8 = 0xa0;
/// Major type of a byte string.
const BYTE_STRING: u8 = 2 << 5;

/// The parts of a canonical COSE_Sign1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sign1<'a> {
    /// The protected header, encoded.
    pub(crate) protected: &'a [u8],
    /// The payload.
    pub(crate) payload: &'a [u8],
    /// The signature.
    pub(crate) signature: &'a [u8],
}

impl<'a> Sign1<'a> {
    /// The parts, if the bytes are that encoding and nothing follows; the payload must be there.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(&HEAD)?;
        let (protected, rest) = byte_string(rest)?;
        let (payload, rest) = byte_string(rest.strip_prefix(&[NO_HEADER])?)?;
        let (signature, rest) = byte_string(rest)?;
        rest.is_empty().then_some(Self {
            protected,
            payload,
            signature,
        })
    }

    /// What the signature is over: the Sig_structure of RFC 9052 section 4.4, without external data.
    pub(crate) fn to_be_signed(self) -> Vec<u8> {
        const CONTEXT: &[u8] = b"\x84\x6aSignature1";
        let mut bytes = Vec::with_capacity(CONTEXT.len() + self.protected.len() + self.payload.len() + 16);
        bytes.extend_from_slice(CONTEXT);
        put_byte_string(&mut bytes, self.protected);
        put_byte_string(&mut bytes, b"");
        put_byte_string(&mut bytes, self.payload);
        bytes
    }
}

/// A byte string of definite length, its length in the shortest form, and what follows.
fn byte_string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if first & 0xe0 != BYTE_STRING {
        return None;
    }
    let (length, rest) = match first & 0x1f {
        short @ 0..24 => (usize::from(short), rest),
        24 => {
            let (length, rest) = rest.split_first()?;
            (usize::from(*length), rest)
        }
        25 => {
            let (length, rest) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(*length)), rest)
        }
        // Longer ones are longer than a statement may be.
        _ => return None,
    };
    let shortest = match first & 0x1f {
        24 => length >= 24,
        25 => length > 0xff,
        _ => true,
    };
    shortest.then(|| rest.split_at_checked(length)).flatten()
}

/// Appends a byte string of a statement's size: below 2^16 bytes.
fn put_byte_string(bytes: &mut Vec<u8>, string: &[u8]) {
    match u16::try_from(string.len()).map(u16::to_be_bytes) {
        Ok([0, short]) if short < 24 => bytes.push(BYTE_STRING | short),
        Ok([0, length]) => bytes.extend_from_slice(&[BYTE_STRING | 24, length]),
        Ok([high, low]) => bytes.extend_from_slice(&[BYTE_STRING | 25, high, low]),
        // Not reached: parts of a statement are shorter than the statement.
        Err(_) => {
            bytes.push(BYTE_STRING | 27);
            bytes.extend_from_slice(&(string.len() as u64).to_be_bytes());
        }
    }
    bytes.extend_from_slice(string);
}

#[cfg(test)]
mod tests {
    use coset::{CoseSign1, TaggedCborSerializable as _};
    use proptest::prelude::*;

    use super::*;

    /// What a general decoder makes of it: the parts and what is signed, if its own encoding is the same bytes.
    fn by_coset(bytes: &[u8]) -> Option<(CoseSign1, Vec<u8>)> {
        let sign1 = CoseSign1::from_tagged_slice(bytes).ok()?;
        let again = sign1.clone().to_tagged_vec().ok()?;
        let plain = again == bytes && sign1.unprotected.is_empty() && sign1.payload.is_some();
        plain.then(|| (sign1.clone(), sign1.tbs_data(b"")))
    }

    fn encoded(protected: &[u8], payload: &[u8], signature: &[u8]) -> Vec<u8> {
        let mut bytes = HEAD.to_vec();
        put_byte_string(&mut bytes, protected);
        bytes.push(NO_HEADER);
        put_byte_string(&mut bytes, payload);
        put_byte_string(&mut bytes, signature);
        bytes
    }

    /// The protected header {1: -8, 4: h'…'}: one that a general decoder takes.
    fn header(key: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xa2, 0x01, 0x27, 0x04];
        put_byte_string(&mut bytes, key);
        bytes
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_a_general_decoder_reads(
            key in prop::collection::vec(any::<u8>(), 1..40),
            payload in prop::collection::vec(any::<u8>(), 0..700),
            signature in prop::collection::vec(any::<u8>(), 0..80),
        ) {
            let bytes = encoded(&header(&key), &payload, &signature);
            let parts = Sign1::read(&bytes).expect("it is canonical");
            prop_assert_eq!((parts.payload, parts.signature), (&payload[..], &signature[..]));
            let (sign1, signed) = by_coset(&bytes).expect("it is COSE");
            prop_assert_eq!(sign1.payload.as_deref(), Some(&payload[..]));
            prop_assert_eq!(&sign1.signature, &signature);
            prop_assert_eq!(parts.to_be_signed(), signed);
        }

        #[test]
        fn one_changed_byte_is_taken_by_both_or_by_none(
            payload in prop::collection::vec(any::<u8>(), 0..300),
            place in any::<prop::sample::Index>(),
            byte in any::<u8>(),
        ) {
            let mut bytes = encoded(&header(b"0123456789abcdef"), &payload, &[7; 64]);
            let place = place.index(bytes.len());
            bytes[place] = byte;
            // A general decoder looks into the protected header too, which is read after the outer form.
            match (Sign1::read(&bytes), by_coset(&bytes)) {
                (Some(parts), Some((_, signed))) => prop_assert_eq!(parts.to_be_signed(), signed),
                (Some(parts), None) => {
                    use coset::CborSerializable as _;
                    prop_assert!(coset::Header::from_slice(parts.protected).is_err());
                }
                (None, both) => prop_assert!(both.is_none()),
            }
        }

        #[test]
        fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Sign1::read(&bytes);
        }
    }

    #[test]
    fn lengths_have_one_form() {
        for length in [0, 1, 23, 24, 255, 256, 65_535] {
            let mut bytes = Vec::new();
            put_byte_string(&mut bytes, &vec![1; length]);
            let (read, rest) = byte_string(&bytes).expect("it was written so");
            assert_eq!((read.len(), rest.len()), (length, 0));
        }
        for longer in [
            &[0x58, 23][..],
            &[0x59, 0, 255],
            &[0x5a, 0, 0, 1, 0],
            &[0x5f, 0xff],
        ] {
            let mut bytes = longer.to_vec();
            bytes.extend_from_slice(&[0; 300]);
            assert_eq!(byte_string(&bytes), None, "{longer:x?}");
        }
    }
}
