//! Formulas and factors, against published tables.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test stops the test where it fails"
)]

use didymium_vocabulary::{Decimal, Formula, Mass, Vocabulary, VocabularyError, parse_decimal};
use proptest::prelude::*;

/// The table of conversion factors for lithium compounds that resource reports give (European Metals Holdings'
/// statements on Cinovec among them): from, to, factor.
const LITHIUM: [(&str, &str, &str); 3] = [
    ("Li", "Li2O", "2.153"),
    ("Li", "LCE", "5.323"),
    ("Li2O", "LCE", "2.473"),
];

/// Worked by hand from the CIAAW weights, the molar mass of the oxide over that of the element in it:
/// La 325.807/277.810, Ce 172.114/140.116, Nd 336.481/288.484, Dy 372.997/325.000, Pr 1021.437/845.448,
/// Tb 747.693/635.700.
const OXIDES: [(&str, &str); 6] = [
    ("La2O3", "1.17277"),
    ("CeO2", "1.22837"),
    ("Nd2O3", "1.16638"),
    ("Dy2O3", "1.14768"),
    ("Pr6O11", "1.20816"),
    ("Tb4O7", "1.17617"),
];

fn factor(substance: &str) -> didymium_vocabulary::OxideFactor {
    Vocabulary::embedded()
        .require_substance(substance)
        .unwrap()
        .oxide_factor()
        .unwrap()
}

#[test]
fn lithium_converts_by_the_published_factors() {
    let vocabulary = Vocabulary::embedded();
    for (from, to, published) in LITHIUM {
        let one = Mass::contained(Decimal::ONE, vocabulary.require_substance(from).unwrap());
        let computed = one.to_substance(to, vocabulary).unwrap().kilograms();
        assert_eq!(
            computed.round_dp(3),
            parse_decimal(published).unwrap(),
            "{from} to {to}"
        );
    }
}

#[test]
fn oxide_factors_are_those_worked_by_hand() {
    for (substance, worked) in OXIDES {
        let computed = factor(substance).substance_per_element.round_dp(5);
        assert_eq!(computed, parse_decimal(worked).unwrap(), "{substance}");
    }
}

#[test]
fn factors_reproduce_the_table_of_facts_to_five_decimals() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/facts/oxide_factors.csv");
    let Ok(mut reader) = csv::Reader::from_path(&path) else {
        eprintln!("skipped: no oxide_factors.csv in the folder of facts beside the repository");
        return;
    };
    let mut rows = 0;
    for record in reader.records() {
        let record = record.unwrap();
        let computed = factor(&record[1]);
        let published = |place: usize| parse_decimal(&record[place]).unwrap();
        assert_eq!(
            computed.substance_per_element.round_dp(5),
            published(3),
            "{}",
            &record[1]
        );
        assert_eq!(
            computed.element_per_substance.round_dp(5),
            published(4),
            "{}",
            &record[1]
        );
        rows += 1;
    }
    assert_eq!(rows, 16);
}

#[test]
fn a_factor_and_its_inverse_make_one() {
    for substance in Vocabulary::embedded().substances() {
        let Ok(factor) = substance.oxide_factor() else {
            assert!(
                substance.is_sum() && substance.formula.is_none(),
                "{}",
                substance.substance
            );
            continue;
        };
        let one = factor.element_per_substance * factor.substance_per_element;
        assert!(
            (one - Decimal::ONE).abs() < Decimal::new(1, 24),
            "{}",
            substance.substance
        );
        assert!(factor.element_per_substance > Decimal::ZERO && factor.element_per_substance <= Decimal::ONE);
    }
}

#[test]
fn a_sum_has_no_factor() {
    let refusal = Vocabulary::embedded()
        .require_substance("REO")
        .unwrap()
        .oxide_factor()
        .unwrap_err();
    assert_eq!(
        refusal,
        VocabularyError::NoFormula {
            substance: "REO".to_owned()
        }
    );
}

#[test]
fn formulas_are_read_and_weighed() {
    let vocabulary = Vocabulary::embedded();
    let carbonate = Formula::parse("Li2CO3").unwrap();
    assert_eq!(
        carbonate.parts(),
        [("Li".into(), 2), ("C".into(), 1), ("O".into(), 3)]
    );
    // 2 × 6.94 + 12.011 + 3 × 15.999, in grams per mole.
    assert_eq!(
        carbonate.molar_mass(vocabulary).unwrap().normalize().to_string(),
        "73.888"
    );
    assert_eq!(Formula::parse("CH3CH2OH").unwrap().count("H"), 6);
}

#[test]
fn formulas_that_are_not_flat_are_refused_by_name() {
    for (formula, character) in [
        ("Nd2(CO3)3", '('),
        ("LiOH·H2O", '·'),
        ("Nd3+", '+'),
        ("nd2O3", 'n'),
        ("2Li", '2'),
    ] {
        let refusal = Formula::parse(formula).unwrap_err();
        assert!(
            matches!(&refusal, VocabularyError::FormulaCharacter { character: found, .. } if *found == character)
        );
        assert!(refusal.to_string().contains(formula), "{refusal}");
    }
    assert!(matches!(
        Formula::parse(""),
        Err(VocabularyError::FormulaLength { .. })
    ));
    assert!(matches!(
        Formula::parse(&"H".repeat(65)),
        Err(VocabularyError::FormulaLength { .. })
    ));
    for formula in ["O0", "O01", "O10000", "O99999999999999999999"] {
        assert!(
            matches!(Formula::parse(formula), Err(VocabularyError::FormulaCount { .. })),
            "{formula}"
        );
    }
    let unknown = Formula::parse("Xx2O3")
        .unwrap()
        .molar_mass(Vocabulary::embedded())
        .unwrap_err();
    assert!(
        unknown
            .to_string()
            .starts_with("unknown element `Xx` (keys: elements.csv)"),
        "{unknown}"
    );
}

proptest! {
    #[test]
    fn arbitrary_formulas_never_panic(text in "\\PC*") {
        if let Ok(formula) = Formula::parse(&text) {
            prop_assert_eq!(formula.to_string(), text);
            let _ = formula.molar_mass(Vocabulary::embedded());
        }
    }

    #[test]
    fn molar_mass_is_the_sum_of_its_atoms(counts in prop::collection::vec((0_usize..5, 1_u32..9999), 1..12)) {
        let symbols = ["O", "Nd", "Fe", "B", "Li"];
        let weights = ["15.999", "144.242", "55.845", "10.81", "6.94"];
        let text: String = counts.iter().map(|(place, n)| format!("{}{n}", symbols[*place])).collect();
        prop_assume!(text.len() <= 64);
        let sum: Decimal = counts.iter().map(|(p, n)| parse_decimal(weights[*p]).unwrap() * Decimal::from(*n)).sum();
        prop_assert_eq!(Formula::parse(&text).unwrap().molar_mass(Vocabulary::embedded()).unwrap(), sum);
    }
}
