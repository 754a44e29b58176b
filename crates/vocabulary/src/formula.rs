//! Chemical formulas, molar masses and the factors between an oxide and its element.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::error::{VocabularyError, excerpt};
use crate::vocabulary::Vocabulary;

/// Longest formula read, in bytes.
const FORMULA_BYTES_MAX: usize = 64;
/// Largest count of one symbol.
const COUNT_MAX: u32 = 9999;

/// A flat chemical formula: element symbols with counts, in the order written.
///
/// ```
/// use didymium_vocabulary::{Formula, Vocabulary};
///
/// let formula = Formula::parse("Pr6O11")?;
/// assert_eq!(formula.count("O"), 11);
/// assert_eq!(formula.molar_mass(Vocabulary::embedded())?.round_dp(1).to_string(), "1021.4");
/// assert!(Formula::parse("Nd2(CO3)3").is_err());
/// # Ok::<(), didymium_vocabulary::VocabularyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formula {
    text: String,
    parts: Vec<(String, u32)>,
}

impl Formula {
    /// Reads a flat formula. Parentheses, hydrate dots and charges are refused.
    ///
    /// # Errors
    /// A character that is not read; a count of zero or too large; an empty or too long text. Whether the symbols are
    /// elements is asked by [`Formula::molar_mass`].
    pub fn parse(text: &str) -> Result<Self, VocabularyError> {
        if text.is_empty() || text.len() > FORMULA_BYTES_MAX {
            let bytes_max = FORMULA_BYTES_MAX;
            return Err(VocabularyError::FormulaLength {
                formula: excerpt(text),
                bytes_max,
            });
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if !first.is_ascii_uppercase() {
                return Err(VocabularyError::FormulaCharacter {
                    formula: excerpt(text),
                    character: first,
                });
            }
            let (symbol, after) = split_after(rest, 1, |byte| byte.is_ascii_lowercase());
            let (count, after) = split_after(after, 0, |byte| byte.is_ascii_digit());
            parts.push((symbol.to_owned(), read_count(text, symbol, count)?));
            rest = after;
        }
        Ok(Self {
            text: text.to_owned(),
            parts,
        })
    }

    /// Symbols and counts in the order written.
    #[must_use]
    pub fn parts(&self) -> &[(String, u32)] {
        &self.parts
    }

    /// How many atoms of an element one formula unit holds, over all places where it stands.
    #[must_use]
    pub fn count(&self, symbol: &str) -> u32 {
        self.parts
            .iter()
            .filter(|(found, _)| found == symbol)
            .map(|(_, count)| count)
            .sum()
    }

    /// Mass of one mole in grams, from the atomic weights of the vocabulary.
    ///
    /// # Errors
    /// A symbol that is no element of the vocabulary.
    pub fn molar_mass(&self, vocabulary: &Vocabulary) -> Result<Decimal, VocabularyError> {
        self.molar_mass_with(|symbol| Ok(vocabulary.require_element(symbol)?.atomic_weight))
    }

    pub(crate) fn molar_mass_with(
        &self,
        weight: impl Fn(&str) -> Result<Decimal, VocabularyError>,
    ) -> Result<Decimal, VocabularyError> {
        // INVARIANT: at most 64 parts of weight ≤ 1000 and count ≤ 9999, so neither product nor sum overflows.
        self.parts
            .iter()
            .map(|(symbol, count)| Ok(weight(symbol)? * Decimal::from(*count)))
            .sum()
    }
}

impl std::fmt::Display for Formula {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// How much of an element a substance holds, and how much of the substance an element makes, by mass.
///
/// Both are computed from the formula and the atomic weights, to the 28 digits of [`Decimal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OxideFactor {
    /// Kilograms of the element in one kilogram of the substance: 0.85736 for Nd₂O₃.
    pub element_per_substance: Decimal,
    /// Kilograms of the substance that one kilogram of the element makes: 1.16638 for Nd₂O₃.
    pub substance_per_element: Decimal,
}

impl OxideFactor {
    /// The factor of `element` in `formula`.
    pub(crate) fn of(
        formula: &Formula,
        element: &str,
        weight: impl Fn(&str) -> Result<Decimal, VocabularyError>,
    ) -> Result<Self, VocabularyError> {
        let count = formula.count(element);
        if count == 0 {
            let (formula, element) = (formula.text.clone(), element.to_owned());
            return Err(VocabularyError::ElementNotInFormula { formula, element });
        }
        let contained = weight(element)? * Decimal::from(count);
        let whole = formula.molar_mass_with(weight)?;
        // INVARIANT: atomic weights are greater than zero, as the reader of elements.csv demands.
        Ok(Self {
            element_per_substance: contained / whole,
            substance_per_element: whole / contained,
        })
    }
}

/// The head of at least `least` bytes whose further bytes all satisfy `more`, and the rest.
fn split_after(text: &str, least: usize, more: impl Fn(u8) -> bool) -> (&str, &str) {
    let further = text.bytes().skip(least).take_while(|byte| more(*byte)).count();
    text.split_at(least + further)
}

fn read_count(formula: &str, symbol: &str, count: &str) -> Result<u32, VocabularyError> {
    if count.is_empty() {
        return Ok(1);
    }
    let number = if count.starts_with('0') {
        None
    } else {
        count.parse().ok()
    };
    number
        .filter(|number| *number <= COUNT_MAX)
        .ok_or_else(|| VocabularyError::FormulaCount {
            formula: excerpt(formula),
            symbol: excerpt(symbol),
            count: excerpt(count),
            count_max: COUNT_MAX,
        })
}
