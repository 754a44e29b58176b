//! The query to whoever said what does not fit: what, why, what would fit.

use super::decimal;
use crate::api::types;

/// What is asked of an issuer. Tonnes.
pub(super) struct Query {
    /// Whether it is what a table leaves to those that it does not list, and no figure of its own.
    pub(super) unlisted: bool,
    pub(super) said: f64,
    /// What the others lead one to expect, and the deviation of that.
    pub(super) expected: f64,
    pub(super) own: f64,
    pub(super) z: f64,
    pub(super) fits: (f64, f64),
    /// Whether no figure that can be would fit.
    pub(super) impossible: bool,
}

/// How numbers are written in a language: what parts groups of three digits, and what stands before decimals.
#[derive(Debug, Clone, Copy)]
struct Written {
    group: char,
    mark: char,
}

const ENGLISH: Written = Written {
    group: ',',
    mark: '.',
};
const FRENCH: Written = Written {
    group: '\u{202f}',
    mark: ',',
};

impl Written {
    /// A number as it is.
    fn exact(self, value: f64) -> String {
        let text = decimal(value);
        let (sign, text) = text
            .strip_prefix('-')
            .map_or(("", text.as_str()), |rest| ("-", rest));
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let mut grouped = String::from(sign);
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) && whole.len() > 3 {
                grouped.push(self.group);
            }
            grouped.push(digit);
        }
        if !decimals.is_empty() {
            grouped.push(self.mark);
            grouped.push_str(decimals);
        }
        grouped
    }

    /// A number of which two digits of such a deviation mean something.
    fn rounded(self, value: f64, deviation: f64) -> String {
        if deviation <= 0.0 || !deviation.is_finite() {
            return self.exact(value);
        }
        let step = 10f64.powf(deviation.log10().floor() - 1.0);
        self.exact((value / step).round() * step)
    }
}

impl Query {
    /// In English and French.
    pub(super) fn words(&self) -> types::Text {
        let (en, fr) = (ENGLISH, FRENCH);
        let (said_en, said_fr) = (en.exact(self.said), fr.exact(self.said));
        let (said_en, said_fr) = if self.unlisted {
            (
                format!("Your total less your rows leaves {said_en} t to those that you do not list."),
                format!("Votre total moins vos lignes laisse {said_fr} t à ceux que vous n’énumérez pas."),
            )
        } else {
            (
                format!("You report {said_en} t."),
                format!("Vous déclarez {said_fr} t."),
            )
        };
        let own = |written: Written| written.rounded(self.own, self.own);
        let expected = |written: Written| written.rounded(self.expected, self.own);
        // Nobody expects less than nothing.
        let (expected_en, expected_fr) = if self.impossible || self.expected < 0.0 {
            (
                format!(
                    "The other reports and the balances leave nothing for it (0 ± {} t).",
                    own(en)
                ),
                format!(
                    "Les autres déclarations et les bilans n’en laissent rien (0 ± {} t).",
                    own(fr)
                ),
            )
        } else {
            (
                format!(
                    "The other reports and the balances lead one to expect {} t (± {}).",
                    expected(en),
                    own(en)
                ),
                format!(
                    "Les autres déclarations et les bilans font attendre {} t (± {}).",
                    expected(fr),
                    own(fr)
                ),
            )
        };
        let z = format!("{:.1}", self.z);
        let z_fr = z.replace('.', ",");
        let (fits_en, fits_fr) = self.fits_words();
        types::Text {
            en: format!(
                "{said_en} {expected_en} The difference is {z} deviations. {fits_en} Please confirm, correct, or say what differs."
            ),
            fr: format!(
                "{said_fr} {expected_fr} L’écart est de {z_fr} écarts types. {fits_fr} Veuillez confirmer, corriger ou dire ce qui diffère."
            ),
        }
    }

    /// What would fit.
    fn fits_words(&self) -> (String, String) {
        if self.impossible {
            return (
                "No possible figure would fit: the others leave less than nothing, so another report of the same sum may be wrong."
                    .to_owned(),
                "Aucun chiffre possible ne conviendrait : les autres laissent moins que rien, et une autre déclaration de la même \
                 somme est peut-être fausse."
                    .to_owned(),
            );
        }
        // A digit more than the deviation bears: these are bounds.
        let ends = |written: Written| {
            let (low, high) = self.fits;
            (
                written.rounded(low, self.own / 10.0),
                written.rounded(high, self.own / 10.0),
            )
        };
        let ((low_en, high_en), (low_fr, high_fr)) = (ends(ENGLISH), ends(FRENCH));
        (
            format!("A figure between {low_en} and {high_en} t would fit."),
            format!("Un chiffre entre {low_fr} et {high_fr} t conviendrait."),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query() -> Query {
        Query {
            unlisted: false,
            said: 950.0,
            expected: 400.0,
            own: 200.0,
            z: 4.25,
            fits: (0.0, 791.0),
            impossible: false,
        }
    }

    #[test]
    fn a_query_says_what_why_and_what_would_fit() {
        let words = query().words();
        assert!(words.en.starts_with(
            "You report 950 t. The other reports and the balances lead one to expect 400 t (± 200)."
        ));
        assert!(
            words
                .en
                .contains("4.2 deviations. A figure between 0 and 791 t would fit."),
            "{}",
            words.en
        );
        assert!(
            words
                .fr
                .contains("4,2 écarts types. Un chiffre entre 0 et 791 t conviendrait."),
            "{}",
            words.fr
        );
    }

    #[test]
    fn numbers_are_rounded_to_what_they_bear_and_written_as_the_language_does() {
        let words = Query {
            said: 127_000.0,
            expected: 9059.4,
            own: 1681.53,
            fits: (0.0, 18_861.9),
            ..query()
        }
        .words();
        assert!(
            words.en.starts_with("You report 127,000 t. The other reports and the balances lead one to expect 9,100 t (± 1,700)."),
            "{}",
            words.en
        );
        assert!(words.en.contains("between 0 and 18,860 t"), "{}", words.en);
        let narrow = words.fr.replace('\u{202f}', "_");
        assert!(
            narrow.contains("127_000 t") && narrow.contains("9_100 t (± 1_700)"),
            "{narrow}"
        );
        assert_eq!(ENGLISH.exact(-1234.5), "-1,234.5");
        assert_eq!(FRENCH.rounded(0.0356, 0.012), "0,036");
    }

    #[test]
    fn nobody_is_told_to_expect_less_than_nothing_or_that_a_negative_figure_is_theirs() {
        let words = Query {
            unlisted: true,
            said: -3670.0,
            expected: -16780.0,
            impossible: true,
            ..query()
        }
        .words();
        assert!(
            words.en.starts_with("Your total less your rows leaves -3,670 t"),
            "{}",
            words.en
        );
        assert!(
            words.en.contains("leave nothing for it (0 ± 200 t)") && !words.en.contains("16780"),
            "{}",
            words.en
        );
        assert!(words.en.contains("No possible figure would fit"), "{}", words.en);
        assert!(
            words.fr.contains("Aucun chiffre possible") && words.fr.contains("n’en laissent rien"),
            "{}",
            words.fr
        );
    }
}
