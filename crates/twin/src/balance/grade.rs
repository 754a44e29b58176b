//! The quality of a figure, in a letter that a minister can read.

/// How good a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Reported, checked by others, and known to a twentieth.
    A,
    /// Known from reports to three twentieths.
    B,
    /// Known from reports to two fifths.
    C,
    /// Known from reports, no better than its order of size; or a report of it does not fit the others.
    D,
    /// Not known from reports: it rests on assumptions.
    E,
    /// Nobody can know.
    X,
}

const CLOSE: f64 = 0.05;
const GOOD: f64 = 0.15;
const FAIR: f64 = 0.40;

impl Grade {
    /// Every grade, the best first.
    pub const ALL: [Self; 6] = [Self::A, Self::B, Self::C, Self::D, Self::E, Self::X];

    /// The grade of an estimate. `observed`: reports alone tell it; `checked`: more than one report does.
    #[must_use]
    pub fn of(estimate: Option<(f64, f64)>, observed: bool, checked: bool) -> Self {
        let Some((value, deviation)) = estimate else {
            return Self::X;
        };
        if !observed {
            return Self::E;
        }
        let part = deviation / value.abs().max(f64::MIN_POSITIVE);
        match part {
            _ if part <= CLOSE && checked => Self::A,
            _ if part <= GOOD => Self::B,
            _ if part <= FAIR => Self::C,
            _ => Self::D,
        }
    }

    /// The letter.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::E => "E",
            Self::X => "X",
        }
    }

    /// What it means, in English and French.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::A => (
                "reported, checked by others, known to 5 percent",
                "déclaré, recoupé, connu à 5 % près",
            ),
            Self::B => (
                "known from reports to 15 percent",
                "connu par des déclarations à 15 % près",
            ),
            Self::C => (
                "known from reports to 40 percent",
                "connu par des déclarations à 40 % près",
            ),
            Self::D => (
                "known from reports, no better than its order of size, or they contradict each other",
                "connu par des déclarations, en ordre de grandeur seulement, ou elles se contredisent",
            ),
            Self::E => (
                "not known from reports: rests on assumptions",
                "inconnu des déclarations : repose sur des hypothèses",
            ),
            Self::X => ("nobody can know", "nul ne peut le savoir"),
        }
    }
}
