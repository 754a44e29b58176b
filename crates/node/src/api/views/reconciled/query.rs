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

impl Query {
    /// In English and French.
    pub(super) fn words(&self) -> types::Text {
        let said = decimal(self.said);
        let (said_en, said_fr) = if self.unlisted {
            (
                format!("Your total less your rows leaves {said} t to those that you do not list."),
                format!("Votre total moins vos lignes laisse {said} t à ceux que vous n’énumérez pas."),
            )
        } else {
            (
                format!("You report {said} t."),
                format!("Vous déclarez {said} t."),
            )
        };
        let own = decimal(self.own);
        // Nobody expects less than nothing.
        let (expected_en, expected_fr) = if self.impossible || self.expected < 0.0 {
            (
                format!("The other reports and the balances leave nothing for it (0 ± {own} t)."),
                format!("Les autres déclarations et les bilans n’en laissent rien (0 ± {own} t)."),
            )
        } else {
            let expected = decimal(self.expected);
            (
                format!("The other reports and the balances lead one to expect {expected} t (± {own})."),
                format!("Les autres déclarations et les bilans font attendre {expected} t (± {own})."),
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
        let (low, high) = (decimal(self.fits.0), decimal(self.fits.1));
        (
            format!("A figure between {low} and {high} t would fit."),
            format!("Un chiffre entre {low} et {high} t conviendrait."),
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
            words.en.starts_with("Your total less your rows leaves -3670 t"),
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
