//! Walking CBOR strictly (RFC 8949 section 4.2.1), without building values from it.
//!
//! Accepted are definite lengths, numbers and lengths in their shortest form, maps without a key twice, a
//! bounded depth, and nothing after the end. The order of map keys is not judged: published receipts differ
//! in it. Time and memory stay proportional to the input.

use std::collections::BTreeSet;

use crate::error::LogError;

/// Deepest nesting that is read.
const MAX_DEPTH: usize = 32;

/// A cursor over bytes.
#[derive(Debug, Clone)]
pub(crate) struct Walk<'a> {
    bytes: &'a [u8],
    offset: usize,
}

/// The first bytes of an item: its major type and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Major type, 0 to 7.
    pub major: u8,
    /// Value, length, count or tag.
    pub number: u64,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Walk { bytes, offset: 0 }
    }

    fn broken(&self, reason: &'static str) -> LogError {
        LogError::Cbor {
            offset: self.offset,
            reason,
        }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], LogError> {
        let end = self.offset.checked_add(count);
        let taken = end.and_then(|end| self.bytes.get(self.offset..end));
        let taken = taken.ok_or_else(|| self.broken("it ends inside an item"))?;
        self.offset += count;
        Ok(taken)
    }

    /// Reads the head of the next item.
    pub(crate) fn head(&mut self) -> Result<Head, LogError> {
        let first = *self
            .take(1)?
            .first()
            .ok_or_else(|| self.broken("it ends inside an item"))?;
        let (major, short) = (first >> 5, first & 0x1f);
        let width = match short {
            0..24 => {
                return Ok(Head {
                    major,
                    number: u64::from(short),
                });
            }
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => return Err(self.broken("indefinite lengths are not allowed")),
        };
        let number = self
            .take(width)?
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte));
        let fewest: u64 = match width {
            1 if major == 7 => 32,
            1 => 24,
            2 => 1 << 8,
            4 => 1 << 16,
            _ => 1 << 32,
        };
        // In major type 7 the widths 2, 4 and 8 are floating-point numbers.
        if number < fewest && (major < 7 || width == 1) {
            return Err(self.broken("a number is not in its shortest form"));
        }
        Ok(Head { major, number })
    }

    /// Reads the head of an item that must have this major type.
    pub(crate) fn expect(&mut self, major: u8, reason: &'static str) -> Result<u64, LogError> {
        let at = self.offset;
        let head = self.head()?;
        if head.major == major {
            Ok(head.number)
        } else {
            self.offset = at;
            Err(self.broken(reason))
        }
    }

    /// Reads a byte string.
    pub(crate) fn byte_string(&mut self, reason: &'static str) -> Result<&'a [u8], LogError> {
        let length = self.expect(2, reason)?;
        self.take(usize::try_from(length).unwrap_or(usize::MAX))
    }

    /// Skips one item whole, and returns its bytes.
    pub(crate) fn item(&mut self) -> Result<&'a [u8], LogError> {
        let start = self.offset;
        self.skip(MAX_DEPTH)?;
        self.bytes
            .get(start..self.offset)
            .ok_or_else(|| self.broken("it ends inside an item"))
    }

    fn skip(&mut self, depth: usize) -> Result<(), LogError> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(self.broken("it is nested too deeply"));
        };
        let Head { major, number } = self.head()?;
        match major {
            2 | 3 => {
                let bytes = self.take(usize::try_from(number).unwrap_or(usize::MAX))?;
                if major == 3 && std::str::from_utf8(bytes).is_err() {
                    return Err(self.broken("a text is not UTF-8"));
                }
            }
            4 => (0..number).try_for_each(|_| self.skip(depth))?,
            5 => {
                let mut keys = BTreeSet::new();
                for _ in 0..number {
                    let start = self.offset;
                    self.skip(depth)?;
                    if !keys.insert(self.bytes.get(start..self.offset)) {
                        return Err(self.broken("a map has a key twice"));
                    }
                    self.skip(depth)?;
                }
            }
            6 => self.skip(depth)?,
            _ => {}
        }
        Ok(())
    }

    /// Fails unless everything was read.
    pub(crate) fn end(&self) -> Result<(), LogError> {
        if self.offset == self.bytes.len() {
            Ok(())
        } else {
            Err(self.broken("something follows the end"))
        }
    }
}

/// Checks that bytes are one item.
pub(crate) fn check(bytes: &[u8]) -> Result<(), LogError> {
    let mut walk = Walk::new(bytes);
    walk.item()?;
    walk.end()
}

/// The head of an item in its shortest form.
pub(crate) fn encode_head(major: u8, number: u64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let (short, width) = match number {
        0..24 => return vec![major << 5 | bytes[7]],
        24..0x100 => (24, 1),
        0x100..0x1_0000 => (25, 2),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 8),
    };
    let mut head = vec![major << 5 | short];
    head.extend(bytes.into_iter().skip(8 - width));
    head
}

/// A byte string.
pub(crate) fn encode_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut item = encode_head(2, u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    item.extend_from_slice(bytes);
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_formed_items_are_walked() {
        for good in [
            "00",
            "17",
            "1818",
            "1901ff",
            "1a00010000",
            "1b0000000100000000",
            "20",
            "40",
            "4101",
            "60",
            "63e282ac",
            "80",
            "820102",
            "a0",
            "a201020304",
            "c100",
            "d28440a0f640",
            "f4",
            "f6",
            "f97e00",
            "fb0000000000000000",
            "f820",
        ] {
            assert_eq!(check(&hex::decode(good).unwrap()), Ok(()), "{good}");
        }
    }

    #[test]
    fn loose_broken_and_deep_items_are_refused() {
        for bad in [
            "",
            "1817",
            "1900ff",
            "1a0000ffff",
            "1b00000000ffffffff",
            "5800",
            "9f00ff",
            "5f4100ff",
            "bf0000ff",
            "ff",
            "1c",
            "41",
            "61ff",
            "8101 00",
            "82 01",
            "a101",
            "a2010101 02",
            "f800",
            "f81f",
            "c1",
            "0000",
            "5bffffffffffffffff",
            "9bffffffffffffffff",
        ] {
            let bytes = hex::decode(bad.replace(' ', "")).unwrap();
            assert!(check(&bytes).is_err(), "{bad} was accepted");
        }
        let nested = |depth: usize| [vec![0x81; depth], vec![0x00]].concat();
        assert_eq!(check(&nested(MAX_DEPTH - 1)), Ok(()));
        assert!(check(&nested(MAX_DEPTH)).is_err());
        assert!(check(&vec![0x81; 1_000_000]).is_err());
    }

    #[test]
    fn heads_round_trip() {
        for number in [
            0,
            23,
            24,
            255,
            256,
            65_535,
            65_536,
            u64::from(u32::MAX),
            1 << 32,
            u64::MAX,
        ] {
            let bytes = encode_head(0, number);
            assert_eq!(Walk::new(&bytes).head(), Ok(Head { major: 0, number }));
        }
    }
}
