//! Paths of tiles and entry bundles: strict, so that each has one.

use std::fmt;
use std::str::FromStr;

use super::{BundleId, MAX_TILE_LEVEL, TILE_WIDTH, TileId};
use crate::error::{LogError, excerpt};

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/", self.level)?;
        write_place(f, self.index, self.width)
    }
}

impl fmt::Display for BundleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tile/entries/")?;
        write_place(f, self.index, self.width)
    }
}

impl FromStr for TileId {
    type Err = LogError;

    /// # Errors
    /// [`LogError::TilePath`] for every path that tlog-tiles does not allow, such as leading zeros or
    /// `.p/256`.
    fn from_str(path: &str) -> Result<Self, LogError> {
        let wrong = |reason| LogError::TilePath {
            path: excerpt(path),
            reason,
        };
        let rest = path
            .strip_prefix("tile/")
            .ok_or_else(|| wrong("it must start with `tile/`"))?;
        let (level, place) = rest
            .split_once('/')
            .ok_or_else(|| wrong("it must name a level and a position"))?;
        let level = parse_decimal(level)
            .and_then(|level| u8::try_from(level).ok())
            .filter(|level| *level <= MAX_TILE_LEVEL)
            .ok_or_else(|| wrong("the level must be a decimal number from 0 to 63"))?;
        let (index, width) = parse_place(place).map_err(wrong)?;
        Ok(TileId { level, index, width })
    }
}

impl FromStr for BundleId {
    type Err = LogError;

    /// # Errors
    /// [`LogError::TilePath`] for every path that tlog-tiles does not allow.
    fn from_str(path: &str) -> Result<Self, LogError> {
        let wrong = |reason| LogError::TilePath {
            path: excerpt(path),
            reason,
        };
        let place = path
            .strip_prefix("tile/entries/")
            .ok_or_else(|| wrong("it must start with `tile/entries/`"))?;
        let (index, width) = parse_place(place).map_err(wrong)?;
        Ok(BundleId { index, width })
    }
}

/// Writes `x001/x234/067` and, for a partial tile, `.p/5`.
fn write_place(f: &mut fmt::Formatter<'_>, index: u64, width: u16) -> fmt::Result {
    let mut groups = vec![index % 1000];
    let mut left = index / 1000;
    while left > 0 {
        groups.push(left % 1000);
        left /= 1000;
    }
    for group in groups.iter().skip(1).rev() {
        write!(f, "x{group:03}/")?;
    }
    write!(f, "{:03}", index % 1000)?;
    if width < TILE_WIDTH {
        write!(f, ".p/{width}")?;
    }
    Ok(())
}

/// Reads what [`write_place`] writes, and nothing else; the error is the broken rule.
fn parse_place(place: &str) -> Result<(u64, u16), &'static str> {
    let (digits, width) = match place.split_once(".p/") {
        None => (place, TILE_WIDTH),
        Some((digits, width)) => {
            let width = parse_decimal(width).and_then(|width| u16::try_from(width).ok());
            let partial = width.filter(|width| (1..TILE_WIDTH).contains(width));
            (
                digits,
                partial.ok_or("the width of a partial tile must be a decimal number from 1 to 255")?,
            )
        }
    };
    const GROUPS: &str =
        "the position must be groups of three digits, all but the last with an `x` before them";
    let mut index: u64 = 0;
    let mut groups = digits.split('/').peekable();
    let mut first = true;
    while let Some(group) = groups.next() {
        let last = groups.peek().is_none();
        let group = if last {
            group
        } else {
            group.strip_prefix('x').ok_or(GROUPS)?
        };
        if group.len() != 3 || !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(GROUPS);
        }
        let value: u64 = group.parse().map_err(|_| GROUPS)?;
        if first && !last && value == 0 {
            return Err("the position has a leading group of zeros");
        }
        first = false;
        index = index
            .checked_mul(1000)
            .and_then(|index| index.checked_add(value))
            .ok_or("the position exceeds 64 bits")?;
    }
    Ok((index, width))
}

/// A decimal number without sign or leading zero.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let plain = text == "0" || (!text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()));
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_paths_are_refused() {
        for path in [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/00",
            "tile/0/0000",
            "tile/00/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/+1/000",
            "tile/0/x000/001",
            "tile/0/001/002",
            "tile/0/x001",
            "tile/0/x01/001",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/000.p",
            "/tile/0/000",
            "tile/0/000/",
            "tile/0/000.p/5/",
            "tile/0/000\n",
            "tile/0/０００",
            "tile/entries/000",
            "tile/8/data/000",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "tile/0/000.p/5.p/5",
        ] {
            assert!(path.parse::<TileId>().is_err(), "{path:?} was accepted");
        }
        assert!("tile/0/000".parse::<BundleId>().is_err());
        let last = TileId {
            level: 63,
            index: u64::MAX,
            width: 1,
        };
        assert_eq!(last.path(), "tile/63/x018/x446/x744/x073/x709/x551/615.p/1");
        assert_eq!(last.path().parse(), Ok(last));
    }
}
