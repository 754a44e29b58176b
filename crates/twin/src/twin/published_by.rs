//! What the world could have known on a day: the twin restricted to what had been published.

use didymium_statement::payload::Source;
use jiff::civil::Date;

use super::{Completeness, Twin};
use crate::assembly::{self, SeriesName};
use crate::fact::Fact;

impl Twin {
    /// The twin as it would be if only what sources had published by the end of a day had been said: rule R1 chooses among
    /// those editions, and sites and notices are those whose sources were published by then. Published time is the day that
    /// an edition names as its own (`published`, for some of them assumed); when the club recorded it does not matter here.
    ///
    /// Such a twin has no digest: it is nobody's account of all that was said. A site that two statements register
    /// differently is shown if the one that counts among all was published by then.
    #[must_use]
    pub fn as_published_by(&self, day: Date) -> Self {
        let day = self.published_by.map_or(day, |already| already.min(day));
        let by_then = |source: &Source| source.published <= day;
        let facts: Vec<Fact> = self
            .facts
            .iter()
            .filter(|fact| by_then(&fact.source))
            .cloned()
            .collect();
        let names = self.series.iter().map(|series| SeriesName {
            key: series.key,
            dimension: series.dimension,
        });
        let series = assembly::series_with_figures(names.collect(), &facts, &self.texts, self.vocabulary);
        let sites = self
            .sites
            .iter()
            .filter(|(_, record)| by_then(&record.site.source));
        let notices = self.notices.iter();
        let notices = notices.filter(|(_, record)| by_then(&record.notice.source));
        let completeness = match &self.completeness {
            Completeness::Complete { .. } | Completeness::Restricted => Completeness::Restricted,
            Completeness::Incomplete { missing } => Completeness::Incomplete {
                missing: missing.clone(),
            },
        };
        let twin = Self::assemble(
            self.cut.clone(),
            self.vocabulary,
            completeness,
            self.texts.clone(),
            facts,
            (series, self.series_ids.clone()),
            sites.map(|(key, record)| (key.clone(), record.clone())).collect(),
            notices
                .map(|(key, record)| (key.clone(), record.clone()))
                .collect(),
            self.displaced.clone(),
            self.statements.clone(),
            self.unread,
        );
        let withdrawn = self.withdrawn.iter().filter(|past| by_then(&past.fact.source));
        Self {
            published_by: Some(day),
            scope: self.scope,
            ..twin.with_withdrawn(withdrawn.cloned().collect())
        }
    }
}
