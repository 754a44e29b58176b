//! What the twin knows of a country.

use std::collections::BTreeMap;

use didymium_statement::payload::Source;
use didymium_twin::{Fact, SeriesId, Symbol, Twin};
use didymium_vocabulary::Period;

use super::Lens;
use super::editions::Editions;
use super::overview::headline;
use super::sites::{NoticeFilter, SiteFilter, counted, matching_notices, matching_sites};
use crate::api::types;

/// Trade flows on a country's page, each direction.
const FLOWS: usize = 20;
/// Notices on a country's page.
const NOTICES: usize = 20;
/// A country leads a stage if it is among this many.
const LEADS: usize = 3;

/// A country's page; absent if the vocabulary knows no such country.
pub fn country<'t>(lens: Lens<'t>, iso3: &str) -> Option<types::CountryPage> {
    let twin = lens.twin;
    twin.vocabulary().country(iso3)?;
    let area = twin.symbol(iso3);
    let of_area = NoticeFilter {
        country: Some(iso3.to_owned()),
        ..NoticeFilter::default()
    };
    let at = SiteFilter {
        country: Some(iso3.to_owned()),
        ..SiteFilter::default()
    };
    let mut sources = Editions::default();
    let positions = area
        .map(|area| positions(lens, area, &mut sources))
        .unwrap_or_default();
    let indicators: Vec<&Fact> = area.map(|area| indicators(twin, area)).unwrap_or_default();
    let (exports, imports) = area.map(|area| trade(twin, area)).unwrap_or_default();
    let mut shown = |facts: Vec<&'t Fact>| -> Vec<types::Observation> {
        facts.iter().for_each(|fact| sources.add(&fact.source));
        facts.into_iter().map(|fact| lens.observation(fact)).collect()
    };
    let (indicators, exports, imports) = (shown(indicators), shown(exports), shown(imports));
    Some(types::CountryPage {
        area: iso3.to_owned(),
        member: twin.cut().sizes.contains_key(iso3),
        positions,
        indicators,
        exports,
        imports,
        sites: matching_sites(twin, &at)
            .into_iter()
            .map(|record| lens.site(record))
            .collect(),
        notices: matching_notices(twin, &of_area)
            .into_iter()
            .take(NOTICES)
            .map(|record| lens.notice(record))
            .collect(),
        sources: sources.sent(),
    })
}

/// Series that show where a country stands: the headline of every stage of every family, and reserves.
fn standing_series(twin: &Twin) -> Vec<SeriesId> {
    let vocabulary = twin.vocabulary();
    let headlines = vocabulary
        .chain_links()
        .iter()
        .filter_map(|link| headline(twin, link, &link.family));
    let reserves = twin.matching_series([Some("reserves"), None, None, None, None, None, None]);
    let mut all: Vec<SeriesId> = headlines.chain(reserves).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn positions<'t>(lens: Lens<'t>, area: Symbol, sources: &mut Editions<'t>) -> Vec<types::CountryPosition> {
    let twin = lens.twin;
    let mut found: Vec<_> = standing_series(twin)
        .into_iter()
        .filter_map(|id| {
            let period = twin.latest_period(id)?;
            let rank = twin
                .ranking(id, period)
                .iter()
                .position(|(other, _)| *other == area)?;
            let value = twin.cell(id, area, Symbol::EMPTY, period)?;
            let share = twin.share(id, twin.text(area), period)?;
            sources.add_chosen(twin, id, period);
            let position = types::CountryPosition {
                key: lens.key(id),
                value: lens.figure(&value),
                share: lens.figure(&share),
                rank: u32::try_from(rank + 1).ok()?,
                listed: twin.listed_only(id, period),
            };
            Some((share.value, position))
        })
        .collect();
    found.sort_by(|(left, a), (right, b)| right.cmp(left).then_with(|| names(&a.key).cmp(&names(&b.key))));
    found.into_iter().map(|(_, position)| position).collect()
}

fn names(key: &types::SeriesKey) -> (&str, &str, &str) {
    (&key.measure, &key.commodity, &key.stage)
}

fn indicators(twin: &Twin, area: Symbol) -> Vec<&Fact> {
    let mut found: Vec<(&str, &Fact)> = twin
        .matching_series([Some("indicator"), None, None, None, None, None, None])
        .filter_map(|id| {
            let latest = twin.series(id).periods.iter().rev().find_map(|(_, figures)| {
                let (_, _, fact) = figures.chosen()?.of_area(area).first()?;
                Some(twin.fact(*fact))
            })?;
            Some((twin.key_texts(id)[6], latest))
        })
        .collect();
    found.sort_by_key(|(subject, _)| *subject);
    found.into_iter().map(|(_, fact)| fact).collect()
}

/// Largest exports and imports of the latest year of every trade series.
fn trade(twin: &Twin, area: Symbol) -> (Vec<&Fact>, Vec<&Fact>) {
    let mut exports = Vec::new();
    let mut imports = Vec::new();
    for id in twin.matching_series([Some("trade"), None, None, None, None, None, None]) {
        let Some(edition) = twin.latest_period(id).and_then(|period| twin.chosen(id, period)) else {
            continue;
        };
        for (exporter, importer, fact) in &edition.facts {
            if *exporter == area {
                exports.push(twin.fact(*fact));
            }
            if *importer == area {
                imports.push(twin.fact(*fact));
            }
        }
    }
    (largest(exports), largest(imports))
}

fn largest(mut facts: Vec<&Fact>) -> Vec<&Fact> {
    facts.sort_by(|a, b| (b.canonical, a.digest).cmp(&(a.canonical, b.digest)));
    facts.truncate(FLOWS);
    facts
}

/// What is gathered of a country for the list.
#[derive(Default)]
struct Gathered {
    sites: usize,
    leads: std::collections::BTreeSet<String>,
}

/// Every country that appears anywhere in the twin, members first, then by code.
pub fn countries(lens: Lens<'_>) -> Vec<types::CountryRow> {
    let twin = lens.twin;
    let members = &twin.cut().sizes;
    let mut found: BTreeMap<&str, Gathered> = members
        .keys()
        .map(|member| (member.as_str(), Gathered::default()))
        .collect();
    for record in twin.sites().values() {
        found.entry(&record.site.country).or_default().sites += 1;
    }
    for id in standing_series(twin) {
        let Some(period) = twin.latest_period(id) else {
            continue;
        };
        let [_, commodity, stage, ..] = twin.key_texts(id);
        let of_the_world = twin.listed_only(id, period).is_none();
        for (rank, (area, _)) in twin.ranking(id, period).into_iter().enumerate() {
            let country = found.entry(twin.text(area)).or_default();
            if rank < LEADS && of_the_world {
                country.leads.insert(lead(commodity, stage));
            }
        }
    }
    let row = |(code, gathered): (&str, Gathered)| types::CountryRow {
        area: code.to_owned(),
        member: members.contains_key(code),
        sites: counted(
            &SiteFilter {
                country: Some(code.to_owned()),
                ..SiteFilter::default()
            },
            gathered.sites,
        ),
        leads: gathered.leads.into_iter().collect(),
    };
    let mut rows: Vec<types::CountryRow> = found.into_iter().map(row).collect();
    rows.sort_by(|a, b| b.member.cmp(&a.member).then_with(|| a.area.cmp(&b.area)));
    rows
}

/// The editions by whose figures countries lead a stage, by the name that [`countries`] gives it.
pub fn editions_of_leads(twin: &Twin) -> BTreeMap<String, Vec<&Source>> {
    let mut found: BTreeMap<String, Vec<&Source>> = BTreeMap::new();
    for id in standing_series(twin) {
        let edition = twin.latest_period(id).and_then(|period| twin.chosen(id, period));
        let [_, commodity, stage, ..] = twin.key_texts(id);
        if let Some(edition) = edition {
            let lead = found.entry(lead(commodity, stage)).or_default();
            lead.push(&edition.source);
        }
    }
    found
}

/// The name of a stage that a country leads.
fn lead(commodity: &str, stage: &str) -> String {
    format!("{commodity}/{stage}")
}

/// The period asked for, or the nearest one with observed figures: an earlier one rather than a later one.
pub(crate) fn nearest_period(twin: &Twin, id: SeriesId, wanted: Period) -> Option<Period> {
    let observed = |period: &&Period| {
        period.months() == wanted.months()
            && twin
                .chosen(id, **period)
                .is_some_and(|edition| !edition.projected)
    };
    let periods = &twin.series(id).periods;
    let earlier = periods
        .range(..=wanted)
        .map(|(period, _)| period)
        .rev()
        .find(observed);
    earlier
        .or_else(|| periods.range(wanted..).map(|(period, _)| period).find(observed))
        .copied()
}
