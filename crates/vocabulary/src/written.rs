//! Numbers as a language writes them.

use crate::label::Language;

impl Language {
    /// A decimal in canonical notation (`-1234.5`) for people: English `-1,234.5`, French with narrow spaces and a comma.
    /// Groups are parted from four digits before the point on.
    #[must_use]
    pub fn number(self, canonical: &str) -> String {
        let (group, mark) = match self {
            Self::En => (',', '.'),
            Self::Fr => ('\u{202f}', ','),
        };
        let (sign, digits) = canonical
            .strip_prefix('-')
            .map_or(("", canonical), |digits| ("-", digits));
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let mut written = String::from(sign);
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                written.push(group);
            }
            written.push(digit);
        }
        if !decimals.is_empty() {
            written.push(mark);
            written.push_str(decimals);
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_language_does() {
        for (canonical, english, french) in [
            ("0", "0", "0"),
            ("6.2", "6.2", "6,2"),
            ("999", "999", "999"),
            ("-1234.5", "-1,234.5", "-1\u{202f}234,5"),
            ("1000000.0125", "1,000,000.0125", "1\u{202f}000\u{202f}000,0125"),
        ] {
            assert_eq!(Language::En.number(canonical), english);
            assert_eq!(Language::Fr.number(canonical), french);
        }
    }
}
