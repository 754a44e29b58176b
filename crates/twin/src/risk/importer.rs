//! Who imports: a country, the European Union, the club.

use std::collections::BTreeSet;

use crate::intern::Symbol;
use crate::twin::Twin;
use crate::{CLUB, WORLD};

/// An importer: a country, or countries that stand together, whose trade among themselves is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Importer {
    /// Key: ISO 3166 alpha-3, `EU`, or [`CLUB`].
    pub key: String,
    /// The countries it is made of, as far as any figure names them.
    members: BTreeSet<Symbol>,
    group: bool,
}

impl Importer {
    /// The importer of that key; none if it is neither a country nor a group whose countries are known.
    #[must_use]
    pub fn named(twin: &Twin, key: &str) -> Option<Self> {
        if key == CLUB {
            return Some(Self {
                key: key.to_owned(),
                members: twin.members().clone(),
                group: true,
            });
        }
        let vocabulary = twin.vocabulary();
        let members = match vocabulary.area(key) {
            Some(area) if !area.one_country => {
                if key == WORLD || area.members.is_empty() {
                    return None;
                }
                area.members
                    .iter()
                    .filter_map(|member| twin.symbol(member))
                    .collect()
            }
            Some(_) => twin.symbol(key).into_iter().collect(),
            None => {
                vocabulary.country(key)?;
                twin.symbol(key).into_iter().collect()
            }
        };
        Some(Self {
            key: key.to_owned(),
            members,
            group: vocabulary.area(key).is_some_and(|area| !area.one_country),
        })
    }

    /// Whether several countries stand together.
    #[must_use]
    pub const fn is_group(&self) -> bool {
        self.group
    }

    pub(crate) fn has(&self, area: Symbol) -> bool {
        self.members.contains(&area)
    }

    /// The countries it is made of, in symbol order.
    pub(crate) fn countries(&self) -> Vec<Symbol> {
        self.members.iter().copied().collect()
    }
}
