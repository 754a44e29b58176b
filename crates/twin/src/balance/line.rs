//! What a balance speaks of: a line, of a layer, at a stage, at a place, in a period.

use std::fmt;
use std::sync::Arc;

use didymium_vocabulary::Period;

/// A line of the balance of one stage's product at one place.
///
/// `opening + in + produced − consumed − out − lost = closing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Line {
    /// Stock at the beginning.
    Opening,
    /// What comes from elsewhere.
    In,
    /// What is made there.
    Produced,
    /// What goes into the next stage or into use there.
    Consumed,
    /// What goes elsewhere.
    Out,
    /// What is lost.
    Lost,
    /// Stock at the end less stock at the beginning.
    StockChange,
    /// Stock at the end.
    Closing,
}

impl Line {
    /// Every line, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Opening,
        Self::In,
        Self::Produced,
        Self::Consumed,
        Self::Out,
        Self::Lost,
        Self::StockChange,
        Self::Closing,
    ];

    /// Key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::In => "in",
            Self::Produced => "produced",
            Self::Consumed => "consumed",
            Self::Out => "out",
            Self::Lost => "lost",
            Self::StockChange => "stock_change",
            Self::Closing => "closing",
        }
    }

    /// The line of that key.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|line| line.key() == key)
    }

    /// Whether figures of months add to that of the year: stocks do not.
    #[must_use]
    pub const fn is_flow(self) -> bool {
        !matches!(self, Self::Opening | Self::Closing)
    }

    /// Whether places add to the place that holds them: what goes from one to another cancels.
    #[must_use]
    pub const fn adds_over_places(self) -> bool {
        !matches!(self, Self::In | Self::Out)
    }

    /// Whether it can be negative.
    #[must_use]
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::StockChange)
    }
}

/// Where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spot {
    /// The world.
    World,
    /// A country that some report names at the stage, by its code.
    Country(Arc<str>),
    /// A site that some report names, by its country and key.
    Site {
        /// The country.
        country: Arc<str>,
        /// The site.
        site: Arc<str>,
    },
    /// What of a country is at none of those sites.
    RestOf(Arc<str>),
    /// Every country that no report names at the stage.
    Elsewhere,
    /// A use of finished goods in the world, by its key.
    Use(Arc<str>),
    /// What goes from one country to another; `OTH` at one end stands for all that no report names.
    Route {
        /// Where it comes from.
        from: Arc<str>,
        /// Where it goes.
        to: Arc<str>,
    },
}

/// The end of a route that no report names.
pub(super) const UNNAMED: &str = "OTH";

impl Spot {
    /// The country it is or lies in.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        match self {
            Self::Country(country) | Self::RestOf(country) | Self::Site { country, .. } => Some(country),
            Self::World | Self::Elsewhere | Self::Use(_) | Self::Route { .. } => None,
        }
    }

    /// The spot of a text as [`Display`](fmt::Display) writes it: `WLD`, `CHN`, `CHN/bayan-obo`, `CHN/rest`, `OTH`,
    /// `WLD/wind`, `CHN>JPN`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(key) = text.strip_prefix("WLD/") {
            return (!key.is_empty()).then(|| Self::Use(key.into()));
        }
        if let Some((from, to)) = text.split_once('>') {
            return Some(Self::Route {
                from: from.into(),
                to: to.into(),
            });
        }
        match (text, text.split_once('/')) {
            ("", _) => None,
            ("WLD", _) => Some(Self::World),
            ("OTH", _) => Some(Self::Elsewhere),
            (_, Some((country, "rest"))) => Some(Self::RestOf(country.into())),
            (_, Some((country, site))) => Some(Self::Site {
                country: country.into(),
                site: site.into(),
            }),
            (country, None) => Some(Self::Country(country.into())),
        }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::World => f.write_str("WLD"),
            Self::Country(country) => f.write_str(country),
            Self::Site { country, site } => write!(f, "{country}/{site}"),
            Self::RestOf(country) => write!(f, "{country}/rest"),
            Self::Elsewhere => f.write_str("OTH"),
            Self::Use(key) => write!(f, "WLD/{key}"),
            Self::Route { from, to } => write!(f, "{from}>{to}"),
        }
    }
}

/// A year and a month of it: 0 for the whole year, which stands after its months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    year: i16,
    /// 1 to 12, or 13 for the year.
    part: u8,
}

const WHOLE_YEAR: u8 = 13;

impl Slot {
    /// A whole year.
    #[must_use]
    pub const fn of_year(year: i16) -> Self {
        Self {
            year,
            part: WHOLE_YEAR,
        }
    }

    /// Its months.
    pub fn months(self) -> impl Iterator<Item = Self> {
        let year = self.year;
        (1..WHOLE_YEAR).map(move |part| Self { year, part })
    }

    /// The slot of a year or a month; a quarter has none of its own.
    #[must_use]
    pub fn of_period(period: Period) -> Option<Self> {
        let year = period.year();
        match (period.month(), period.quarter()) {
            (Some(part), _) => Some(Self { year, part }),
            (None, Some(_)) => None,
            (None, None) => Some(Self::of_year(year)),
        }
    }

    /// The months of a period, or its year.
    #[must_use]
    pub fn all_of(period: Period) -> Vec<Self> {
        let year = period.year();
        match (period.month(), period.quarter()) {
            (None, Some(quarter)) => (1..=3)
                .map(|month| Self {
                    year,
                    part: (quarter - 1) * 3 + month,
                })
                .collect(),
            _ => Self::of_period(period).into_iter().collect(),
        }
    }

    /// The period.
    #[must_use]
    pub fn period(self) -> Option<Period> {
        match self.part {
            WHOLE_YEAR => Period::of_year(self.year).ok(),
            month => Period::of_month(self.year, month).ok(),
        }
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> i16 {
        self.year
    }

    /// Whether it is a whole year.
    #[must_use]
    pub const fn is_year(self) -> bool {
        self.part == WHOLE_YEAR
    }

    /// Whether it is the first month of a year.
    #[must_use]
    pub const fn is_january(self) -> bool {
        self.part == 1
    }

    /// Its number among years, or among months: one more for the next.
    pub(super) fn number(self) -> i32 {
        let year = i32::from(self.year);
        if self.is_year() {
            year
        } else {
            12 * year + i32::from(self.part)
        }
    }

    /// A month's part of its year.
    pub(super) const MONTH_OF_YEAR: f64 = 1.0 / 12.0;

    /// Its part of a year.
    #[must_use]
    pub const fn years(self) -> f64 {
        if self.is_year() { 1.0 } else { Self::MONTH_OF_YEAR }
    }

    /// The part of the year that has passed when a stock is counted: at its beginning, or at its end.
    pub(super) fn passed(self, line: Line) -> f64 {
        let months = if self.is_year() { 12 } else { self.part };
        let begun = if self.is_year() { 0 } else { self.part - 1 };
        let counted = if line == Line::Opening { begun } else { months };
        f64::from(counted) * Self::MONTH_OF_YEAR
    }
}

/// The name of one quantity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Place of the layer in [`Balance::layers`](super::Balance::layers).
    pub layer: u16,
    /// Place of the stage in [`Balance::stages`](super::Balance::stages).
    pub stage: u16,
    /// Where.
    pub spot: Spot,
    /// When.
    pub slot: Slot,
    /// What.
    pub line: Line,
}
