//! Sites and notices.

use didymium_statement::payload::{Basis, SiteStatus};
use didymium_twin::{FigureAddress, NoticeRecord, SiteRecord, Twin};

use didymium_vocabulary::{Vocabulary, VocabularyError};

use super::Lens;
use super::lens::source;
use crate::api::types;

/// Neighbours on a site's page.
const NEIGHBOURS: usize = 12;

/// What sites to list; an absent field matches all.
#[derive(Debug, Default, Clone)]
pub struct SiteFilter {
    /// Commodity or family.
    pub commodity: Option<String>,
    /// Stage of a process.
    pub stage: Option<String>,
    /// Status of a process at that stage (or of the site, where no stage is asked).
    pub status: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Part of the name, operator or place, in any case.
    pub text: Option<String>,
}

impl SiteFilter {
    /// Nothing is found under a name that does not exist: each key must be one of the vocabulary.
    ///
    /// # Errors
    /// The field, and why its key is none.
    pub fn check(&self, vocabulary: &Vocabulary) -> Result<(), (&'static str, String)> {
        let told = |field| move |error: VocabularyError| (field, error.to_string());
        if let Some(key) = &self.commodity {
            vocabulary.require_commodity(key).map_err(told("commodity"))?;
        }
        if let Some(key) = &self.stage {
            vocabulary.require_stage(key).map_err(told("stage"))?;
        }
        if let Some(key) = &self.country {
            vocabulary.require_place(key).map_err(told("country"))?;
        }
        if let Some(status) = &self.status {
            SiteStatus::parse(status).map_err(|error| ("status", error.to_string()))?;
        }
        Ok(())
    }
}

/// What notices to list; an absent field matches all.
#[derive(Debug, Default, Clone)]
pub struct NoticeFilter {
    /// Commodity or family.
    pub commodity: Option<String>,
    /// Country that acts or is affected.
    pub country: Option<String>,
    /// Type.
    pub notice_type: Option<String>,
}

/// Whether a question about `asked` covers something of `found`: the same commodity, or one of its family.
pub(crate) fn commodity_covers(twin: &Twin, asked: &str, found: &str) -> bool {
    let vocabulary = twin.vocabulary();
    asked == found
        || vocabulary
            .commodity(found)
            .is_some_and(|commodity| commodity.family == asked)
        || vocabulary
            .commodity(asked)
            .is_some_and(|commodity| commodity.family == found)
}

/// Every site, by name.
pub fn every_site(lens: Lens<'_>) -> Vec<types::Site> {
    lens.twin
        .sites_by_name()
        .map(|record| lens.site(record))
        .collect()
}

/// Places of the sites that match, in the list of [`every_site`].
pub fn places_of_sites(twin: &Twin, filter: &SiteFilter) -> Option<Vec<usize>> {
    let all = twin.sites_by_name().enumerate();
    Some(
        all.filter(|(_, record)| matches(twin, &record.site, filter))
            .map(|(place, _)| place)
            .collect(),
    )
}

/// Every notice, newest first.
pub fn every_notice(lens: Lens<'_>) -> Vec<types::Notice> {
    matching_notices(lens.twin, &NoticeFilter::default())
        .into_iter()
        .map(|record| lens.notice(record))
        .collect()
}

/// Places of the notices that match, in the list of [`every_notice`].
pub fn places_of_notices(twin: &Twin, filter: &NoticeFilter) -> Option<Vec<usize>> {
    let all = matching_notices(twin, &NoticeFilter::default());
    let matching = matching_notices(twin, filter);
    let mut places = Vec::with_capacity(matching.len());
    let mut wanted = matching.into_iter().peekable();
    for (place, record) in all.into_iter().enumerate() {
        if wanted.next_if(|next| std::ptr::eq(*next, record)).is_some() {
            places.push(place);
        }
    }
    Some(places)
}

/// Sites that match, by name.
pub fn matching_sites<'t>(twin: &'t Twin, filter: &SiteFilter) -> Vec<&'t SiteRecord> {
    twin.sites_by_name()
        .filter(|record| matches(twin, &record.site, filter))
        .collect()
}

/// How many sites match, as a figure that opens the list of them. A text filter has no address and must be absent.
pub fn count_sites(twin: &Twin, filter: &SiteFilter) -> types::Figure {
    counted(filter, matching_sites(twin, filter).len())
}

/// A number of sites found by a filter, as a figure.
pub(crate) fn counted(filter: &SiteFilter, count: usize) -> types::Figure {
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    let address = FigureAddress::Sites {
        commodity: text(&filter.commodity),
        stage: text(&filter.stage),
        status: text(&filter.status),
        country: text(&filter.country),
    };
    types::Figure {
        value: Some(count.to_string()),
        unit: "count".to_owned(),
        substance: None,
        period: String::new(),
        basis: Basis::Derived.as_str().to_owned(),
        qualifier: String::new(),
        figure: address.to_string(),
        sources: 0,
        spread: None,
        source: String::new(),
    }
}

fn matches(twin: &Twin, site: &didymium_statement::payload::Site, filter: &SiteFilter) -> bool {
    let is = |wanted: &Option<String>, has: &str| wanted.as_ref().is_none_or(|wanted| wanted == has);
    let covered = |found: &str| {
        filter
            .commodity
            .as_ref()
            .is_none_or(|asked| commodity_covers(twin, asked, found))
    };
    let named = filter.text.as_ref().is_none_or(|text| {
        let text = text.to_lowercase();
        [&site.name, &site.operator, &site.place]
            .iter()
            .any(|field| field.to_lowercase().contains(&text))
    });
    let status_at_stage = |status: &str| filter.stage.is_none() || is(&filter.status, status);
    is(&filter.country, &site.country)
        && named
        && (filter.stage.is_some() || is(&filter.status, site.status.as_str()))
        && site.processes.iter().any(|process| {
            is(&filter.stage, &process.stage)
                && covered(&process.commodity)
                && status_at_stage(process.status.as_str())
        })
}

/// A site's page.
pub fn site_page(lens: Lens<'_>, key: &str) -> Option<types::SitePage> {
    let record = lens.twin.sites().get(key)?;
    let site = &record.site;
    let touches = |commodities: &[String]| {
        commodities.iter().any(|named| {
            site.processes
                .iter()
                .any(|process| commodity_covers(lens.twin, named, &process.commodity))
        })
    };
    let country = NoticeFilter {
        country: Some(site.country.clone()),
        ..NoticeFilter::default()
    };
    let near = SiteFilter {
        country: Some(site.country.clone()),
        ..SiteFilter::default()
    };
    let shares_commodity = |other: &SiteRecord| {
        other
            .site
            .processes
            .iter()
            .any(|process| touches(std::slice::from_ref(&process.commodity)))
    };
    Some(types::SitePage {
        site: lens.site(record),
        sources: vec![source(&site.source)],
        notices: matching_notices(lens.twin, &country)
            .into_iter()
            .filter(|record| touches(&record.notice.commodities))
            .map(|record| lens.notice(record))
            .collect(),
        neighbours: matching_sites(lens.twin, &near)
            .into_iter()
            .filter(|other| other.site.site != site.site && shares_commodity(other))
            .take(NEIGHBOURS)
            .map(|other| lens.site(other))
            .collect(),
    })
}

/// Notices that match, newest first.
pub(crate) fn matching_notices<'t>(twin: &'t Twin, filter: &NoticeFilter) -> Vec<&'t NoticeRecord> {
    let covered = |notice: &didymium_statement::payload::Notice| {
        let names = |asked: &String| {
            notice
                .commodities
                .iter()
                .any(|named| commodity_covers(twin, asked, named))
        };
        let touches = |country: &String| notice.actors.contains(country) || notice.affected.contains(country);
        filter.commodity.as_ref().is_none_or(names)
            && filter.country.as_ref().is_none_or(touches)
            && filter
                .notice_type
                .as_ref()
                .is_none_or(|wanted| *wanted == notice.notice_type)
    };
    let mut found: Vec<&NoticeRecord> = twin
        .notices()
        .values()
        .filter(|record| covered(&record.notice))
        .collect();
    found.sort_by(|a, b| (b.notice.date, &a.notice.notice).cmp(&(a.notice.date, &b.notice.notice)));
    found
}
