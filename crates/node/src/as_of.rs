//! Which state of the twin a question is about.
//!
//! Two axes. *Recorded*: the twin of a cut, named by its sizes, or by an instant. An instant means the first entries of each
//! log that **this node** had recorded by then: another node copied the same logs at other times, so the instant alone names
//! nothing that members could compare. The cut that it leads to does, and every answer about the twin's state tells it.
//! *Published*: of that cut, what sources had published by a day.
//!
//! An earlier state is read with the charter, the vocabulary and the rules of today: they are part of the cut.

use std::collections::{BTreeMap, BTreeSet};

use didymium_statement::CharterLog;
use didymium_store::{Store, StoreError};
use didymium_twin::Cut;
use didymium_vocabulary::Vocabulary;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::twin_job::current_cut;

/// Characters of a text that an error repeats.
const SHOWN_CHARACTERS_MAX: usize = 40;

/// What a question is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Times {
    /// What had been recorded.
    pub recorded: Recorded,
    /// The last day of publication that counts; all if none is given.
    pub published_by: Option<Date>,
}

/// Up to where the logs are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Recorded {
    /// All that this node holds.
    #[default]
    Now,
    /// What it had recorded by an instant, that one included: milliseconds since the Unix epoch.
    By(i64),
    /// The first entries of each log, as [`Times::parse`] was given them.
    Cut(String),
}

/// Why a question names no state.
#[derive(Debug, thiserror::Error)]
pub enum AsOfError {
    /// Neither a day nor an instant.
    #[error(
        "`{text}` is neither a day such as `2026-11-22`, which means its end in UTC, nor an instant such as \
         `2026-11-22T10:00:00Z` (in an address a `+` is written %2B)"
    )]
    NotATime {
        /// What was given, cut to a readable length.
        text: String,
    },
    /// Not a day.
    #[error("`{text}` is no day such as `2025-06-30`")]
    NotADay {
        /// What was given, cut to a readable length.
        text: String,
    },
    /// An instant and a cut.
    #[error("either `as_of` or `cut` can be asked for, not both")]
    Both,
    /// Sizes that are no cut of what is held here.
    #[error("`{part}`: {reason}")]
    NotACut {
        /// The part that is wrong, cut to a readable length.
        part: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AsOfError {
    /// The parameter that is wrong, by its name in an address.
    pub const fn parameter(&self) -> Option<&'static str> {
        match self {
            Self::NotATime { .. } | Self::Both => Some("as_of"),
            Self::NotADay { .. } => Some("published_by"),
            Self::NotACut { .. } => Some("cut"),
            Self::Store(_) => None,
        }
    }
}

impl Times {
    /// Reads what a person wrote; nothing given is now.
    ///
    /// # Errors
    /// [`AsOfError::NotATime`], [`AsOfError::NotADay`], [`AsOfError::Both`].
    pub fn parse(
        as_of: Option<&str>,
        cut: Option<&str>,
        published_by: Option<&str>,
    ) -> Result<Self, AsOfError> {
        let recorded = match (as_of, cut) {
            (None, None) => Recorded::Now,
            (Some(text), None) => Recorded::By(instant(text)?),
            (None, Some(sizes)) => Recorded::Cut(sizes.to_owned()),
            (Some(_), Some(_)) => return Err(AsOfError::Both),
        };
        let published_by = published_by
            .map(|text| day(text).ok_or_else(|| AsOfError::NotADay { text: shown(text) }))
            .transpose()?;
        Ok(Self {
            recorded,
            published_by,
        })
    }

    /// Whether the question is about the whole of what is held now.
    pub fn is_now(&self) -> bool {
        *self == Self::default()
    }

    /// The cut of the recorded axis. Blocking.
    ///
    /// # Errors
    /// [`AsOfError::NotACut`] for a size beyond what is held, or of a log that the club does not have; what the store says.
    pub fn cut(
        &self,
        store: &dyn Store,
        charters: &CharterLog,
        vocabulary: &Vocabulary,
    ) -> Result<Cut, AsOfError> {
        let mut cut = current_cut(store, charters, vocabulary)?;
        match &self.recorded {
            Recorded::Now => {}
            Recorded::Cut(sizes) => cut.sizes = sizes_of(sizes, &cut.sizes)?,
            Recorded::By(ms) => {
                for log in charters.origins() {
                    if let Some(size) = cut.sizes.get_mut(&log.member) {
                        *size = recorded_by(store, &log.origin, *size, *ms)?;
                    }
                }
            }
        }
        Ok(cut)
    }
}

/// A calendar day, and nothing longer: a parser of days passes over a time behind it.
fn day(text: &str) -> Option<Date> {
    (text.len() == "2026-11-22".len()).then(|| text.parse().ok())?
}

/// The last millisecond that is asked for.
fn instant(text: &str) -> Result<i64, AsOfError> {
    let wrong = || AsOfError::NotATime { text: shown(text) };
    match day(text) {
        Some(day) => {
            // The last day that can be written has no tomorrow: everything was recorded by its end.
            let next = day.tomorrow().and_then(|next| next.to_zoned(TimeZone::UTC));
            Ok(next.map_or(i64::MAX, |next| next.timestamp().as_millisecond() - 1))
        }
        None => text
            .parse::<jiff::Timestamp>()
            .map(jiff::Timestamp::as_millisecond)
            .map_err(|_| wrong()),
    }
}

/// How many entries at the start of a log had been recorded by an instant. Entries are recorded in their order; where the
/// node's clock was put back between two of them, the answer is a place where it passed the instant.
fn recorded_by(store: &dyn Store, origin: &str, size: u64, ms: i64) -> Result<u64, StoreError> {
    let (mut known, mut unknown) = (0, size);
    while known < unknown {
        let middle = known + (unknown - known) / 2;
        let entry = store.entries(origin, middle, 1)?.into_iter().next();
        if entry.is_some_and(|entry| entry.index == middle && entry.recorded_ms <= ms) {
            known = middle + 1;
        } else {
            unknown = middle;
        }
    }
    Ok(known)
}

/// Sizes as a person writes them, `CAN:12,DEU:40`: each a log of the club, and not beyond what this node holds. Logs left out
/// count as empty.
fn sizes_of(text: &str, held: &BTreeMap<String, u64>) -> Result<BTreeMap<String, u64>, AsOfError> {
    let mut sizes: BTreeMap<String, u64> = held.keys().map(|member| (member.clone(), 0)).collect();
    let mut named = BTreeSet::new();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let wrong = |reason: String| AsOfError::NotACut {
            part: shown(part),
            reason,
        };
        let (member, size) = part
            .split_once(':')
            .ok_or_else(|| wrong("must be MEMBER:SIZE".into()))?;
        let size: u64 = size
            .parse()
            .map_err(|_| wrong("the size must be a whole number".into()))?;
        let (known, held) = sizes
            .get_mut(member)
            .zip(held.get(member))
            .ok_or_else(|| wrong("is not a member of the club".into()))?;
        if size > *held {
            return Err(wrong(format!("this node holds {held} entries of that log")));
        }
        // The last of two sizes would be a cut that nobody meant.
        if !named.insert(member) {
            return Err(wrong("the member is named twice".into()));
        }
        *known = size;
    }
    Ok(sizes)
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN_CHARACTERS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(text: &str) -> Recorded {
        Times::parse(Some(text), None, None).unwrap().recorded
    }

    #[test]
    fn a_cut_names_each_member_once() {
        let held = BTreeMap::from([("CAN".to_owned(), 9), ("DEU".to_owned(), 9)]);
        assert_eq!(sizes_of("CAN:1", &held).unwrap()["CAN"], 1);
        let twice = sizes_of("CAN:1,DEU:3,CAN:2", &held).unwrap_err();
        assert!(twice.to_string().contains("named twice"), "{twice}");
    }

    #[test]
    fn a_day_means_its_end_and_an_instant_itself() {
        assert_eq!(by("1970-01-01"), Recorded::By(86_399_999));
        assert_eq!(by("1970-01-01T00:00:01Z"), Recorded::By(1_000));
        assert_eq!(by("1970-01-01T02:00:00.042+02:00"), Recorded::By(42));
        assert_eq!(by("9999-12-31"), Recorded::By(i64::MAX));
        let published = Times::parse(None, None, Some("2025-06-30")).unwrap();
        assert_eq!(published.published_by, Some("2025-06-30".parse().unwrap()));
        assert!(!published.is_now() && Times::parse(None, None, None).unwrap().is_now());
    }

    #[test]
    fn what_is_no_time_is_refused_by_name() {
        for (as_of, cut, published_by, parameter) in [
            (Some("yesterday"), None, None, "as_of"),
            (Some(""), None, None, "as_of"),
            (Some("2026-02-30"), None, None, "as_of"),
            (Some("2026-11-22T10:00:00"), None, None, "as_of"),
            (Some("2026-11-22"), Some("CAN:1"), None, "as_of"),
            (None, None, Some("2025-06-30T10:00:00Z"), "published_by"),
            (None, None, Some("2025"), "published_by"),
        ] {
            let error = Times::parse(as_of, cut, published_by).unwrap_err();
            assert_eq!(error.parameter(), Some(parameter), "{error}");
        }
    }

    #[test]
    fn sizes_are_those_of_the_clubs_logs_and_not_beyond_what_is_held() {
        let held = BTreeMap::from([("CAN".to_owned(), 12), ("DEU".to_owned(), 40)]);
        let sizes = |text| sizes_of(text, &held).map_err(|error| error.to_string());
        let expected = BTreeMap::from([("CAN".to_owned(), 0), ("DEU".to_owned(), 40)]);
        assert_eq!(sizes("DEU:40"), Ok(expected));
        assert_eq!(sizes("").map(|all| all.values().sum::<u64>()), Ok(0));
        for (text, told) in [
            ("DEU:41", "holds 40"),
            ("XYZ:1", "member"),
            ("CAN", "MEMBER:SIZE"),
            ("CAN:-1", "whole number"),
        ] {
            assert!(sizes(text).unwrap_err().contains(told), "{text}");
        }
    }
}
