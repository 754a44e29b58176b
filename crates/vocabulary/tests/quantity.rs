//! Decimal text, exact arithmetic and units.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test stops the test where it fails"
)]

use didymium_vocabulary::{
    Decimal, Dimension, Quantity, Vocabulary, VocabularyError, canonical_decimal, exact_add, exact_div,
    exact_mul, parse_canonical_decimal, parse_decimal,
};
use proptest::prelude::*;

fn decimal(text: &str) -> Decimal {
    parse_decimal(text).unwrap()
}

/// A decimal of at most twelve digits, so that sums and products of a few are exact.
fn short_decimal() -> impl Strategy<Value = Decimal> {
    (-999_999_999_999_i64..=999_999_999_999, 0_u32..=6)
        .prop_map(|(digits, scale)| Decimal::new(digits, scale))
}

#[test]
fn canonical_forms() {
    for (text, canonical) in [
        ("0", "0"),
        ("-0", "0"),
        ("0.00", "0"),
        ("12.50", "12.5"),
        ("-0.10", "-0.1"),
        ("1000", "1000"),
        ("9999999999999999999999999999", "9999999999999999999999999999"),
        ("0.0000000000000000000000000001", "0.0000000000000000000000000001"),
    ] {
        assert_eq!(canonical_decimal(decimal(text)), canonical);
        assert_eq!(parse_canonical_decimal(text).is_ok(), text == canonical, "{text}");
    }
    let refusal = parse_canonical_decimal("12.50").unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "`12.50` is not in canonical form; write `12.5`"
    );
}

#[test]
fn other_forms_are_refused() {
    for text in [
        "", "-", "+1", ".5", "5.", "1e3", "1E3", "1,000", "1 000", "1_000", " 1", "1 ", "01", "-01", "00",
        "--1", "1.2.3", "0x1", "NaN", "inf", "١", "−1", "1.-5",
    ] {
        let refusal = parse_decimal(text).unwrap_err();
        assert_eq!(
            refusal,
            VocabularyError::DecimalSyntax {
                text: text.to_owned()
            }
        );
    }
    for text in [
        "10000000000000000000000000000",
        "0.00000000000000000000000000001",
        "1.0000000000000000000000000000",
    ] {
        assert!(
            matches!(parse_decimal(text), Err(VocabularyError::DecimalTooLong { .. })),
            "{text}"
        );
    }
    let long = parse_decimal(&"9".repeat(5000)).unwrap_err().to_string();
    assert!(
        long.len() < 200,
        "an error repeats a piece of the input only: {long}"
    );
}

#[test]
fn arithmetic_is_exact_or_refused() {
    let most = decimal("9999999999999999999999999999");
    assert_eq!(exact_add(decimal("0.1"), decimal("0.2")).unwrap(), decimal("0.3"));
    assert!(matches!(
        exact_add(most, Decimal::ONE),
        Err(VocabularyError::Inexact { operation: "sum", .. })
    ));
    assert!(exact_add(most, decimal("0.1")).is_err() && exact_mul(most, most).is_err());
    assert_eq!(exact_div(decimal("1"), decimal("8")).unwrap(), decimal("0.125"));
    assert!(exact_div(decimal("1"), decimal("3")).is_err() && exact_div(decimal("1"), decimal("0")).is_err());
    assert!(exact_mul(decimal("0.00000000000001"), decimal("0.000000000000001")).is_err());
}

#[test]
fn units_convert_exactly() {
    let vocabulary = Vocabulary::embedded();
    for (value, from, to, expected) in [
        ("12.5", "t", "kg", "12500"),
        ("350", "kg", "t", "0.35"),
        ("1.2", "kt", "t", "1200"),
        ("1", "lb", "kg", "0.45359237"),
        ("62000", "usd_per_t", "usd_per_kg", "62"),
        ("3", "usd_million", "usd", "3000000"),
    ] {
        let quantity = Quantity::parse(value, from, vocabulary).unwrap();
        let converted = quantity.to_unit(vocabulary.require_unit(to).unwrap()).unwrap();
        assert_eq!(
            canonical_decimal(converted.value()),
            expected,
            "{value} {from} in {to}"
        );
        assert_eq!(converted.to_unit(quantity.unit()).unwrap(), quantity);
    }
    assert_eq!(
        Quantity::parse("12.50", "t", vocabulary).unwrap().to_string(),
        "12.5 t"
    );
}

#[test]
fn conversions_that_cannot_be_are_refused() {
    let vocabulary = Vocabulary::embedded();
    let one = Quantity::parse("1", "kg", vocabulary).unwrap();
    let pound = vocabulary.require_unit("lb").unwrap();
    assert!(matches!(one.to_unit(pound), Err(VocabularyError::Inexact { .. })));
    assert_eq!(
        canonical_decimal(one.to_unit_rounded(pound, 4).unwrap().value()),
        "2.2046"
    );
    let refusal = one.to_unit(vocabulary.require_unit("usd").unwrap()).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "unit `kg` (mass) cannot be converted to `usd` (money)"
    );
    assert!(matches!(
        Quantity::parse("1", "stone", vocabulary),
        Err(VocabularyError::UnknownKey { .. })
    ));
}

#[test]
fn every_dimension_has_its_canonical_unit() {
    let vocabulary = Vocabulary::embedded();
    let units: Vec<_> = Dimension::ALL
        .iter()
        .map(|one| vocabulary.canonical_unit(*one).unwrap().unit.as_str())
        .collect();
    assert_eq!(units, ["kg", "usd", "usd_per_kg", "percent", "index", "count"]);
}

proptest! {
    #[test]
    fn canonicalisation_is_idempotent(text in "-?(0|[1-9][0-9]{0,13})(\\.[0-9]{1,14})?") {
        let canonical = canonical_decimal(decimal(&text));
        prop_assert_eq!(canonical_decimal(parse_canonical_decimal(&canonical).unwrap()), canonical.clone());
        prop_assert_eq!(decimal(&text), decimal(&canonical));
        prop_assert!(!canonical.contains('.') || !canonical.ends_with('0'), "{}", canonical);
    }

    #[test]
    fn arbitrary_text_never_panics(text in "[-+0-9.eE, ]{0,40}|\\PC*") {
        if let Ok(value) = parse_decimal(&text) {
            prop_assert_eq!(parse_canonical_decimal(&canonical_decimal(value)).unwrap(), value);
        }
    }

    #[test]
    fn exact_results_are_those_of_integers(a in -10_i64.pow(12)..10_i64.pow(12), b in -10_i64.pow(12)..10_i64.pow(12)) {
        prop_assert_eq!(exact_add(a.into(), b.into()).unwrap(), Decimal::from(a + b));
        prop_assert_eq!(exact_mul(a.into(), b.into()).unwrap(), Decimal::from(i128::from(a) * i128::from(b)));
    }

    #[test]
    fn sums_do_not_depend_on_order(a in short_decimal(), b in short_decimal(), c in short_decimal()) {
        let left = exact_add(exact_add(a, b).unwrap(), c).unwrap();
        prop_assert_eq!(left, exact_add(a, exact_add(b, c).unwrap()).unwrap());
        prop_assert_eq!(exact_add(a, b).unwrap(), exact_add(b, a).unwrap());
    }
}
