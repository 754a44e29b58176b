//! Texts kept once: a table of a million rows repeats a few thousand keys.

use std::collections::HashMap;
use std::sync::Arc;

/// A text kept in the twin. In a finished twin symbols are numbered in the order of their texts, so that ordering by
/// symbol is ordering by text, and the same twin has the same numbers everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(u32);

impl Symbol {
    /// The empty text.
    pub const EMPTY: Self = Self(0);
}

#[derive(Debug, Clone)]
pub(crate) struct Interner {
    texts: Vec<Arc<str>>,
    symbols: HashMap<Arc<str>, Symbol>,
}

impl Default for Interner {
    fn default() -> Self {
        let empty: Arc<str> = Arc::from("");
        Self {
            texts: vec![Arc::clone(&empty)],
            symbols: HashMap::from([(empty, Symbol::EMPTY)]),
        }
    }
}

impl Interner {
    pub(crate) fn keep(&mut self, text: &str) -> Symbol {
        if let Some(symbol) = self.symbols.get(text) {
            return *symbol;
        }
        // A u32 of distinct texts is more than the memory of any node holds.
        let symbol = Symbol(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        let text: Arc<str> = Arc::from(text);
        self.texts.push(Arc::clone(&text));
        self.symbols.insert(text, symbol);
        symbol
    }

    /// The one shared copy of a text.
    pub(crate) fn share(&mut self, text: &str) -> Arc<str> {
        let symbol = self.keep(text);
        self.texts
            .get(symbol.0 as usize)
            .map_or_else(|| Arc::from(text), Arc::clone)
    }

    pub(crate) fn find(&self, text: &str) -> Option<Symbol> {
        self.symbols.get(text).copied()
    }

    pub(crate) fn text(&self, symbol: Symbol) -> &str {
        self.texts.get(symbol.0 as usize).map_or("", |text| text)
    }

    /// Numbers the symbols anew in the order of their texts; answers the new symbol of each old one, by its number.
    pub(crate) fn number_in_order(&mut self) -> Renumbering {
        let mut sorted = std::mem::take(&mut self.texts);
        let old = std::mem::take(&mut self.symbols);
        sorted.sort_unstable();
        let mut new_of_old = vec![Symbol::EMPTY; sorted.len()];
        for (number, text) in (0..).zip(&sorted) {
            if let Some(place) = old
                .get(text)
                .and_then(|symbol| new_of_old.get_mut(symbol.0 as usize))
            {
                *place = Symbol(number);
            }
        }
        self.symbols = sorted.iter().cloned().zip((0..).map(Symbol)).collect();
        self.texts = sorted;
        Renumbering(new_of_old)
    }
}

/// New symbols by the numbers of the old ones.
pub(crate) struct Renumbering(Vec<Symbol>);

impl Renumbering {
    pub(crate) fn apply(&self, symbol: &mut Symbol) {
        *symbol = self.0.get(symbol.0 as usize).copied().unwrap_or(Symbol::EMPTY);
    }
}
