//! From the area codes of UN Comtrade to countries.

use std::collections::BTreeMap;
use std::fmt;

use didymium_vocabulary::Vocabulary;
use serde::{Serialize, Serializer};

/// Area code of the world as a partner: the total over all partners.
pub const WORLD: u16 = 0;

/// Areas that UN Comtrade counts under a number of its own, since the customs territory is wider than the country (France
/// with Monaco, Switzerland with Liechtenstein, the United States with Puerto Rico and the Virgin Islands, Norway with
/// Svalbard, India with Sikkim). *Other Asia, not elsewhere specified* (490) is Taiwan in practice, as the United Nations
/// Statistics Division says of it; BACI has the same groups.
const TERRITORIES: [(u16, CountryCode); 6] = [
    (251, CountryCode(*b"FRA")),
    (490, CountryCode(*b"TWN")),
    (579, CountryCode(*b"NOR")),
    (699, CountryCode(*b"IND")),
    (757, CountryCode(*b"CHE")),
    (842, CountryCode(*b"USA")),
];

/// What BACI calls *Other Asia*.
const OTHER_ASIA: &str = "S19";

/// Alpha-3 code of a country.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode([u8; 3]);

impl CountryCode {
    /// A code from three capital letters or digits; *Other Asia* of BACI (`S19`) is read as Taiwan.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == OTHER_ASIA {
            return Some(Self(*b"TWN"));
        }
        let bytes: [u8; 3] = text.as_bytes().try_into().ok()?;
        let fits = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        bytes.iter().all(fits).then_some(Self(bytes))
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII gets in, so the fallback is never taken.
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for CountryCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Which country an area code stands for.
#[derive(Debug, Clone)]
pub struct AreaCodes(BTreeMap<u16, CountryCode>);

impl AreaCodes {
    /// The countries of a vocabulary by their numeric code, and the customs territories of UN Comtrade.
    #[must_use]
    pub fn new(vocabulary: &Vocabulary) -> Self {
        let countries = vocabulary.countries().iter().filter_map(|country| {
            let number = country.numeric.parse().ok()?;
            Some((number, CountryCode::parse(&country.iso3)?))
        });
        Self(countries.chain(TERRITORIES).collect())
    }

    /// The country of a code. None for the world and for what is no country: *areas not elsewhere specified*, bunkers,
    /// free zones, special categories, neutral zones.
    #[must_use]
    pub fn country(&self, area: u16) -> Option<CountryCode> {
        self.0.get(&area).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customs_territories_are_their_countries_and_special_areas_are_none() {
        let areas = AreaCodes::new(Vocabulary::embedded());
        let code = |area| areas.country(area).map(|country| country.to_string());
        assert_eq!(code(842).as_deref(), Some("USA"));
        assert_eq!(code(840).as_deref(), Some("USA"));
        assert_eq!(code(490), code(158));
        assert_eq!(code(156).as_deref(), Some("CHN"));
        for nowhere in [WORLD, 568, 837, 838, 839, 899] {
            assert_eq!(code(nowhere), None, "{nowhere}");
        }
    }

    #[test]
    fn only_three_capital_letters_or_digits_are_a_code() {
        assert_eq!(CountryCode::parse("S19"), CountryCode::parse("TWN"));
        for wrong in ["", "US", "usa", "USAX", "ÉU"] {
            assert_eq!(CountryCode::parse(wrong), None, "{wrong}");
        }
    }
}
