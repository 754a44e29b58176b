//! Periods of the calendar: a year, a quarter or a month.

use std::cmp::Ordering;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::{VocabularyError, excerpt};

/// First year of a period.
pub const YEAR_MIN: i16 = 1800;
/// Last year of a period.
pub const YEAR_MAX: i16 = 2200;

/// A year `2024`, a quarter `2024-Q3` or a month `2024-07`, from [`YEAR_MIN`] to [`YEAR_MAX`].
///
/// Periods are ordered by their first day, and of those with the same first day the shorter comes first. In JSON a
/// period is its text.
///
/// ```
/// use didymium_vocabulary::Period;
///
/// let quarter: Period = "2024-Q3".parse()?;
/// assert!(quarter.contains("2024-07".parse()?));
/// assert_eq!(quarter.last_day().to_string(), "2024-09-30");
/// # Ok::<(), didymium_vocabulary::VocabularyError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    // INVARIANT: YEAR_MIN ≤ year ≤ YEAR_MAX, and the number of `part` exists.
    year: i16,
    part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Whole,
    Quarter(u8),
    Month(u8),
}

impl Period {
    /// A calendar year.
    ///
    /// # Errors
    /// A year outside the limits.
    pub fn of_year(year: i16) -> Result<Self, VocabularyError> {
        Self::new(year, Part::Whole)
    }

    /// A calendar quarter, 1 to 4.
    ///
    /// # Errors
    /// A year outside the limits; a quarter that does not exist.
    pub fn of_quarter(year: i16, quarter: u8) -> Result<Self, VocabularyError> {
        Self::new(year, Part::Quarter(quarter))
    }

    /// A calendar month, 1 to 12.
    ///
    /// # Errors
    /// A year outside the limits; a month that does not exist.
    pub fn of_month(year: i16, month: u8) -> Result<Self, VocabularyError> {
        Self::new(year, Part::Month(month))
    }

    /// The month that a day lies in.
    ///
    /// # Errors
    /// A year outside the limits.
    pub fn month_of_day(day: Date) -> Result<Self, VocabularyError> {
        Self::of_month(day.year(), day.month().unsigned_abs())
    }

    /// The year that it lies in.
    #[must_use]
    pub fn year(self) -> i16 {
        self.year
    }

    /// The quarter, if it is one.
    #[must_use]
    pub fn quarter(self) -> Option<u8> {
        if let Part::Quarter(quarter) = self.part {
            Some(quarter)
        } else {
            None
        }
    }

    /// The month, if it is one.
    #[must_use]
    pub fn month(self) -> Option<u8> {
        if let Part::Month(month) = self.part {
            Some(month)
        } else {
            None
        }
    }

    /// Length in months: 12, 3 or 1.
    #[must_use]
    pub fn months(self) -> u8 {
        match self.part {
            Part::Whole => 12,
            Part::Quarter(_) => 3,
            Part::Month(_) => 1,
        }
    }

    /// Its first day.
    #[must_use]
    pub fn first_day(self) -> Date {
        jiff::civil::date(self.year, self.first_month().cast_signed(), 1)
    }

    /// Its last day.
    #[must_use]
    pub fn last_day(self) -> Date {
        let last_month = self.first_month() + self.months() - 1;
        jiff::civil::date(self.year, last_month.cast_signed(), 1).last_of_month()
    }

    /// Whether every day of `other` lies in this period.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.first_day() <= other.first_day() && other.last_day() <= self.last_day()
    }

    /// Whether a day lies in this period.
    #[must_use]
    pub fn contains_day(self, day: Date) -> bool {
        self.first_day() <= day && day <= self.last_day()
    }

    /// The period of the same length that begins the day after this one ends; nothing after [`YEAR_MAX`].
    #[must_use]
    pub fn next(self) -> Option<Self> {
        let last = 12 / self.months();
        match self.part {
            Part::Quarter(number) if number < last => Some(Self {
                part: Part::Quarter(number + 1),
                ..self
            }),
            Part::Month(number) if number < last => Some(Self {
                part: Part::Month(number + 1),
                ..self
            }),
            Part::Whole => Self::of_year(self.year + 1).ok(),
            Part::Quarter(_) => Self::of_quarter(self.year + 1, 1).ok(),
            Part::Month(_) => Self::of_month(self.year + 1, 1).ok(),
        }
    }

    /// The period of the same length that ends the day before this one begins; nothing before [`YEAR_MIN`].
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        match self.part {
            Part::Quarter(number) if number > 1 => Some(Self {
                part: Part::Quarter(number - 1),
                ..self
            }),
            Part::Month(number) if number > 1 => Some(Self {
                part: Part::Month(number - 1),
                ..self
            }),
            Part::Whole => Self::of_year(self.year - 1).ok(),
            Part::Quarter(_) => Self::of_quarter(self.year - 1, 4).ok(),
            Part::Month(_) => Self::of_month(self.year - 1, 12).ok(),
        }
    }

    fn new(year: i16, part: Part) -> Result<Self, VocabularyError> {
        if !(YEAR_MIN..=YEAR_MAX).contains(&year) {
            return Err(VocabularyError::PeriodYear {
                year,
                year_min: YEAR_MIN,
                year_max: YEAR_MAX,
            });
        }
        match part {
            Part::Quarter(number) if !(1..=4).contains(&number) => Err(VocabularyError::PeriodPart {
                part: "quarter",
                number,
            }),
            Part::Month(number) if !(1..=12).contains(&number) => Err(VocabularyError::PeriodPart {
                part: "month",
                number,
            }),
            _ => Ok(Self { year, part }),
        }
    }

    fn first_month(self) -> u8 {
        match self.part {
            Part::Whole => 1,
            Part::Quarter(quarter) => 3 * quarter - 2,
            Part::Month(month) => month,
        }
    }
}

impl std::str::FromStr for Period {
    type Err = VocabularyError;

    fn from_str(text: &str) -> Result<Self, VocabularyError> {
        let syntax = || VocabularyError::PeriodSyntax { text: excerpt(text) };
        let digit = |byte: u8| byte.is_ascii_digit().then(|| byte - b'0').ok_or_else(syntax);
        let (year, rest) = text.as_bytes().split_first_chunk::<4>().ok_or_else(syntax)?;
        let year = year
            .iter()
            .try_fold(0_i16, |year, byte| Ok(year * 10 + i16::from(digit(*byte)?)))?;
        match rest {
            [] => Self::of_year(year),
            [b'-', b'Q', quarter] => Self::of_quarter(year, digit(*quarter)?),
            [b'-', tens, ones] => Self::of_month(year, digit(*tens)? * 10 + digit(*ones)?),
            _ => Err(syntax()),
        }
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.part {
            Part::Whole => write!(f, "{}", self.year),
            Part::Quarter(quarter) => write!(f, "{}-Q{quarter}", self.year),
            Part::Month(month) => write!(f, "{}-{month:02}", self.year),
        }
    }
}

impl Ord for Period {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |period: &Self| (period.year, period.first_month(), period.months());
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Period {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl TryFrom<String> for Period {
    type Error = VocabularyError;

    fn try_from(text: String) -> Result<Self, VocabularyError> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}
