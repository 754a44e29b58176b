//! What the twin knows of a country.

use std::collections::BTreeMap;

use didymium_twin::{Fact, SeriesId, Symbol, Twin};
use didymium_vocabulary::Period;

use super::Lens;
use super::overview::headline;
use super::sites::{NoticeFilter, SiteFilter, matching_notices, matching_sites};
use crate::api::types;

/// Trade flows on a country's page, each direction.
const FLOWS: usize = 20;
/// Notices on a country's page.
const NOTICES: usize = 20;
/// A country leads a stage if it is among this many.
const LEADS: usize = 3;

/// A country's page; absent if the vocabulary knows no such country.
pub fn country(lens: Lens<'_>, iso3: &str) -> Option<types::CountryPage> {
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
    let (exports, imports) = area.map(|area| trade(lens, area)).unwrap_or_default();
    Some(types::CountryPage {
        area: iso3.to_owned(),
        member: twin.cut().sizes.contains_key(iso3),
        positions: area.map(|area| positions(lens, area)).unwrap_or_default(),
        indicators: area.map(|area| indicators(lens, area)).unwrap_or_default(),
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

fn positions(lens: Lens<'_>, area: Symbol) -> Vec<types::CountryPosition> {
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
            let position = types::CountryPosition {
                key: lens.key(id),
                value: lens.figure(&value),
                share: lens.figure(&share),
                rank: u32::try_from(rank + 1).ok()?,
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

fn indicators(lens: Lens<'_>, area: Symbol) -> Vec<types::Observation> {
    let twin = lens.twin;
    let mut found: Vec<types::Observation> = twin
        .matching_series([Some("indicator"), None, None, None, None, None, None])
        .filter_map(|id| {
            let latest = twin.series(id).periods.iter().rev().find_map(|(_, figures)| {
                let (_, _, fact) = figures.chosen()?.of_area(area).first()?;
                Some(twin.fact(*fact))
            })?;
            Some(lens.observation(latest))
        })
        .collect();
    found.sort_by(|a, b| a.key.subject.cmp(&b.key.subject));
    found
}

/// Largest exports and imports of the latest year of every trade series.
fn trade<'t>(lens: Lens<'t>, area: Symbol) -> (Vec<types::Observation>, Vec<types::Observation>) {
    let twin = lens.twin;
    let mut exports: Vec<&'t Fact> = Vec::new();
    let mut imports: Vec<&'t Fact> = Vec::new();
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
    let largest = |mut facts: Vec<&'t Fact>| -> Vec<types::Observation> {
        facts.sort_by(|a, b| (b.canonical, a.digest).cmp(&(a.canonical, b.digest)));
        facts
            .into_iter()
            .take(FLOWS)
            .map(|fact| lens.observation(fact))
            .collect()
    };
    (largest(exports), largest(imports))
}

/// Every country that appears anywhere in the twin, members first, then by code.
pub fn countries(lens: Lens<'_>) -> Vec<types::CountryRow> {
    let twin = lens.twin;
    let mut rows: BTreeMap<String, types::CountryRow> = BTreeMap::new();
    let row = |code: &str| types::CountryRow {
        area: code.to_owned(),
        member: twin.cut().sizes.contains_key(code),
        sites: 0,
        leads: Vec::new(),
    };
    for member in twin.cut().sizes.keys() {
        rows.insert(member.clone(), row(member));
    }
    for record in twin.sites().values() {
        let country = &record.site.country;
        rows.entry(country.clone()).or_insert_with(|| row(country)).sites += 1;
    }
    for id in standing_series(twin) {
        let Some(period) = twin.latest_period(id) else {
            continue;
        };
        let key = lens.key(id);
        for (rank, (area, _)) in twin.ranking(id, period).into_iter().enumerate() {
            let code = twin.text(area);
            let entry = rows.entry(code.to_owned()).or_insert_with(|| row(code));
            if rank < LEADS {
                entry.leads.push(format!("{}/{}", key.commodity, key.stage));
            }
        }
    }
    let mut rows: Vec<types::CountryRow> = rows.into_values().collect();
    for row in &mut rows {
        row.leads.sort();
        row.leads.dedup();
    }
    rows.sort_by(|a, b| b.member.cmp(&a.member).then_with(|| a.area.cmp(&b.area)));
    rows
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
