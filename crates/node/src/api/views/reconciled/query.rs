//! The query to whoever said what does not fit: what, why, what would fit.

use didymium_vocabulary::Language;

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

/// A number as it is.
fn exact(language: Language, value: f64) -> String {
    language.number(&decimal(value))
}

/// A number of which two digits of such a deviation mean something.
fn rounded(language: Language, value: f64, deviation: f64) -> String {
    if deviation <= 0.0 || !deviation.is_finite() {
        return exact(language, value);
    }
    let step = 10f64.powf(deviation.log10().floor() - 1.0);
    exact(language, (value / step).round() * step)
}

impl Query {
    /// In English and French.
    pub(super) fn words(&self) -> types::Text {
        let (en, fr) = (Language::En, Language::Fr);
        let (said_en, said_fr) = (exact(en, self.said), exact(fr, self.said));
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
        let own = |language| rounded(language, self.own, self.own);
        let expected = |language| rounded(language, self.expected, self.own);
        // Nobody expects less than nothing, but the test is of what the others come to.
        let (expected_en, expected_fr) = if self.impossible || self.expected < 0.0 {
            (
                format!(
                    "The other reports and the balances leave nothing for it: they come to {} t (± {}).",
                    expected(en),
                    own(en)
                ),
                format!(
                    "Les autres déclarations et les bilans n’en laissent rien : ils mènent à {} t (± {}).",
                    expected(fr),
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
        let z_fr = fr.number(&z);
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
        let ends = |language| {
            let (low, high) = self.fits;
            (
                rounded(language, low, self.own / 10.0),
                rounded(language, high, self.own / 10.0),
            )
        };
        let ((low_en, high_en), (low_fr, high_fr)) = (ends(Language::En), ends(Language::Fr));
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
        assert_eq!(exact(Language::En, -1234.5), "-1,234.5");
        assert_eq!(rounded(Language::Fr, 0.0356, 0.012), "0,036");
    }

    #[test]
    fn what_the_others_come_to_is_told_though_it_is_less_than_nothing_and_a_negative_figure_is_nobodys() {
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
            words
                .en
                .contains("leave nothing for it: they come to -16,780 t (± 200)"),
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
