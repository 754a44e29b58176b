//! Which areas a figure adds up: all, one, or all but a few.

use std::fmt;
use std::str::FromStr;

/// Most areas that a set names.
const NAMED_MAX: usize = 32;

/// A set of areas, by code. Written `""`, `CHN` or `!CHN,USA`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AreaSet {
    /// Every area.
    All,
    /// One area.
    One(String),
    /// Every area but these, at most 32.
    AllBut(Vec<String>),
}

impl AreaSet {
    /// Whether an area is in it.
    pub fn has(&self, area: &str) -> bool {
        match self {
            Self::All => true,
            Self::One(one) => one == area,
            Self::AllBut(named) => !named.iter().any(|name| name == area),
        }
    }
}

impl fmt::Display for AreaSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::One(area) => f.write_str(area),
            Self::AllBut(named) => write!(f, "!{}", named.join(",")),
        }
    }
}

/// The text names no set: too many areas, or an empty name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotASet;

impl FromStr for AreaSet {
    type Err = NotASet;

    fn from_str(text: &str) -> Result<Self, NotASet> {
        let Some(named) = text.strip_prefix('!') else {
            return Ok(if text.is_empty() {
                Self::All
            } else {
                Self::One(text.to_owned())
            });
        };
        let named: Vec<String> = named.split(',').map(str::to_owned).collect();
        if named.len() > NAMED_MAX || named.iter().any(String::is_empty) {
            return Err(NotASet);
        }
        Ok(Self::AllBut(named))
    }
}
