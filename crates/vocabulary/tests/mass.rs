//! Masses and their bases.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test stops the test where it fails"
)]

use didymium_vocabulary::{
    AnyMass, Decimal, Mass, MassBasis, Quantity, Vocabulary, VocabularyError, canonical_decimal,
    parse_decimal,
};
use proptest::prelude::*;

fn contained(kilograms: &str, substance: &str) -> Mass<didymium_vocabulary::Contained> {
    let substance = Vocabulary::embedded().require_substance(substance).unwrap();
    Mass::contained(parse_decimal(kilograms).unwrap(), substance)
}

fn any_mass(
    value: &str,
    unit: &str,
    basis: &str,
    substance: Option<&str>,
) -> Result<AnyMass, VocabularyError> {
    let vocabulary = Vocabulary::embedded();
    AnyMass::new(
        &Quantity::parse(value, unit, vocabulary)?,
        basis.parse()?,
        substance,
        vocabulary,
    )
}

#[test]
fn wet_dries_and_dry_contains() {
    let wet = Mass::wet(Decimal::from(1000));
    let dry = wet.dried(parse_decimal("0.08").unwrap()).unwrap();
    assert_eq!(
        (canonical_decimal(dry.kilograms()), dry.basis()),
        ("920".to_owned(), MassBasis::Dry)
    );
    let reo = Vocabulary::embedded().require_substance("REO").unwrap();
    let oxides = dry.containing(parse_decimal("0.55").unwrap(), reo).unwrap();
    assert_eq!(oxides, contained("506", "REO"));
    for moisture in ["-0.1", "1.01"] {
        let refusal = wet.dried(parse_decimal(moisture).unwrap()).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            format!("moisture {moisture} is not between 0 and 1")
        );
    }
    assert!(dry.containing(Decimal::TWO, reo).is_err());
}

#[test]
fn two_substances_do_not_add() {
    let refusal = contained("1", "Nd2O3")
        .checked_add(&contained("1", "Nd"))
        .unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "a mass of `Nd2O3` and a mass of `Nd` do not add; convert one of them first"
    );
    let metal = contained("100", "Nd2O3")
        .to_substance("Nd", Vocabulary::embedded())
        .unwrap();
    let sum = contained("1", "Nd").checked_add(&metal).unwrap();
    assert_eq!(sum.kilograms().round_dp(3).to_string(), "86.736");
}

#[test]
fn one_element_converts_between_its_substances() {
    let vocabulary = Vocabulary::embedded();
    let carbonate = contained("1000", "Li").to_substance("LCE", vocabulary).unwrap();
    assert_eq!(carbonate.kilograms().round_dp(1).to_string(), "5323.3");
    let refusal = carbonate.to_substance("Co", vocabulary).unwrap_err();
    assert!(
        refusal.to_string().contains("counted for different elements"),
        "{refusal}"
    );
    assert!(matches!(
        carbonate.to_substance("Lx", vocabulary),
        Err(VocabularyError::UnknownKey { .. })
    ));
}

#[test]
fn oxides_and_metals_enter_the_sum_of_their_family_and_do_not_leave_it() {
    let vocabulary = Vocabulary::embedded();
    assert_eq!(
        contained("100", "Nd2O3").to_substance("REO", vocabulary).unwrap(),
        contained("100", "REO")
    );
    let from_metal = contained("100", "Nd").to_substance("REO", vocabulary).unwrap();
    assert_eq!(from_metal.kilograms().round_dp(3).to_string(), "116.638");
    for (from, to) in [("REO", "Nd2O3"), ("Li", "REO"), ("REE", "REO"), ("Nd2O3", "REE")] {
        let refusal = contained("1", from).to_substance(to, vocabulary).unwrap_err();
        assert!(
            matches!(refusal, VocabularyError::NotConvertible { .. }),
            "{from} to {to}: {refusal}"
        );
    }
}

#[test]
fn a_negative_mass_stands_only_where_its_measure_allows() {
    let vocabulary = Vocabulary::embedded();
    let production = vocabulary.require_measure("production").unwrap();
    let less = Mass::wet(Decimal::ONE)
        .checked_sub(&Mass::wet(Decimal::TWO))
        .unwrap();
    assert_eq!(less.kilograms(), Decimal::NEGATIVE_ONE);
    let refusal = less.clone().of_measure(production).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "-1 is negative, and measure `production` is never negative"
    );
    assert!(Mass::wet(Decimal::ZERO).of_measure(production).is_ok());
    let signed = vocabulary
        .measures()
        .iter()
        .find(|measure| !measure.non_negative)
        .unwrap();
    assert!(less.of_measure(signed).is_ok());
}

#[test]
fn sums_too_large_are_refused() {
    let most = Mass::wet(parse_decimal("9999999999999999999999999999").unwrap());
    assert!(matches!(
        most.checked_add(&most),
        Err(VocabularyError::Inexact { .. })
    ));
    let most = contained("9999999999999999999999999999", "Li");
    assert!(
        most.to_substance("LCE", Vocabulary::embedded()).is_ok(),
        "5 × 10^28 still fits the number"
    );
    let largest = Mass::contained(
        Decimal::MAX,
        Vocabulary::embedded().require_substance("Li").unwrap(),
    );
    assert!(largest.to_substance("LCE", Vocabulary::embedded()).is_err());
}

#[test]
fn a_stated_mass_is_read_with_its_basis() {
    let mass = any_mass("12.5", "t", "contained", Some("REO")).unwrap();
    assert_eq!(mass, AnyMass::Contained(contained("12500", "REO")));
    assert_eq!(
        any_mass("3", "kt", "wet", None).unwrap().kilograms(),
        Decimal::from(3_000_000)
    );
    assert!(matches!(
        any_mass("1", "t", "contained", None),
        Err(VocabularyError::SubstanceMissing)
    ));
    assert!(matches!(
        any_mass("1", "t", "dry", Some("REO")),
        Err(VocabularyError::SubstanceSuperfluous { .. })
    ));
    assert!(matches!(
        any_mass("1", "usd", "wet", None),
        Err(VocabularyError::NotAMass { .. })
    ));
    assert!(matches!(
        any_mass("1", "t", "damp", None),
        Err(VocabularyError::NotAChoice { .. })
    ));
    let unknown = any_mass("1", "t", "contained", Some("Nd2O"))
        .unwrap_err()
        .to_string();
    assert!(unknown.ends_with("did you mean `Nd2O3`?"), "{unknown}");
}

proptest! {
    #[test]
    fn there_and_back_keeps_a_mass_to_a_milligram(kilograms in 0_i64..10_i64.pow(14), place in 0_usize..60) {
        let vocabulary = Vocabulary::embedded();
        let from = &vocabulary.substances()[place % vocabulary.substances().len()];
        let same_element = vocabulary.substances().iter().filter(|to| to.element == from.element && !to.is_sum());
        for to in same_element {
            let mass = Mass::contained(Decimal::new(kilograms, 3), from);
            let back = mass.to_substance(&to.substance, vocabulary).and_then(|m| m.to_substance(&from.substance, vocabulary));
            if from.is_sum() { continue }
            let error = (back.unwrap().kilograms() - mass.kilograms()).abs();
            prop_assert!(error < Decimal::new(1, 6), "{} to {}: {error}", from.substance, to.substance);
        }
    }

    #[test]
    fn converted_masses_add_in_any_order(grams in prop::collection::vec(1_i64..10_i64.pow(15), 2..20)) {
        let vocabulary = Vocabulary::embedded();
        let oxide = vocabulary.require_substance("Pr6O11").unwrap();
        let metal = |grams: &i64| Mass::contained(Decimal::new(*grams, 3), oxide).to_substance("Pr", vocabulary).unwrap();
        let zero = Mass::contained(Decimal::ZERO, vocabulary.require_substance("Pr").unwrap());
        let add = |sum: Mass<_>, grams: &i64| sum.checked_add(&metal(grams)).unwrap();
        prop_assert_eq!(grams.iter().fold(zero.clone(), add), grams.iter().rev().fold(zero, add));
    }
}
