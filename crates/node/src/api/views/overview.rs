//! One line per stage.

use didymium_twin::{CLUB, SeriesId, Twin};
use didymium_vocabulary::{ChainLink, Period};

use super::Lens;
use super::editions::Editions;
use super::sites::{NoticeFilter, SiteFilter, count_sites, matching_notices};
use crate::api::types;

/// Notices on the overview.
const NOTICES: usize = 8;
/// Countries named on a stage's line.
const TOP: usize = 3;
/// Points of a stage's trend.
const TREND_POINTS: usize = 40;

/// The chain of a commodity's family, one line per stage; absent if the vocabulary does not know the commodity.
pub fn overview(lens: Lens<'_>, commodity: &str) -> Option<types::Overview> {
    let vocabulary = lens.twin.vocabulary();
    let family = vocabulary.commodity(commodity)?.family.clone();
    let mut sources = Editions::default();
    let stages = vocabulary
        .chain(&family)
        .map(|link| stage_line(lens, link, commodity, &mut sources))
        .collect();
    let filter = NoticeFilter {
        commodity: Some(commodity.to_owned()),
        ..NoticeFilter::default()
    };
    let notices = matching_notices(lens.twin, &filter)
        .into_iter()
        .take(NOTICES)
        .map(|record| lens.notice(record))
        .collect();
    Some(types::Overview {
        commodity: commodity.to_owned(),
        stages,
        notices,
        sources: sources.sent(),
    })
}

fn stage_line<'t>(
    lens: Lens<'t>,
    link: &ChainLink,
    commodity: &str,
    sources: &mut Editions<'t>,
) -> types::StageLine {
    let twin = lens.twin;
    let headline = headline(twin, link, commodity);
    let at = headline.and_then(|id| twin.latest_period(id).map(|period| (id, period)));
    let mut line = types::StageLine {
        stage: link.stage.clone(),
        form: link.form.clone(),
        series: headline.map(|id| lens.key(id)),
        world: None,
        listed: None,
        top: Vec::new(),
        hhi: None,
        n_minus_1: None,
        club: None,
        trend: Vec::new(),
        change: None,
        sites: sites_at(lens, link, commodity),
    };
    if let Some((id, period)) = at {
        sources.add_chosen(twin, id, period);
        line.world = lens.maybe(twin.world(id, period));
        line.listed = twin.listed_only(id, period);
        line.top = twin
            .ranking(id, period)
            .into_iter()
            .take(TOP)
            .filter_map(|(area, _)| lens.country_share(id, twin.text(area), period))
            .collect();
        line.hhi = lens.maybe(twin.hhi(id, period));
        line.n_minus_1 = lens.maybe(twin.n_minus_1(id, period));
        line.club = lens.country_share(id, CLUB, period);
        line.trend = trend(lens, id, period, sources);
        line.change = lens.maybe(twin.change(id, period));
    }
    line
}

/// World totals up to `last`, periods of the same length only, projections left out.
fn trend<'t>(lens: Lens<'t>, id: SeriesId, last: Period, sources: &mut Editions<'t>) -> Vec<types::Figure> {
    let twin = lens.twin;
    let observed = |period: &Period| twin.chosen(id, *period).is_some_and(|edition| !edition.projected);
    let periods: Vec<Period> = twin
        .series(id)
        .periods
        .keys()
        .copied()
        .filter(|period| period.months() == last.months() && *period <= last && observed(period))
        .collect();
    let skipped = periods.len().saturating_sub(TREND_POINTS);
    periods
        .into_iter()
        .skip(skipped)
        .inspect(|period| sources.add_chosen(twin, id, *period))
        .filter_map(|period| lens.maybe(twin.world(id, period)))
        .collect()
}

/// The series that stands for a stage: the one the vocabulary names for the family; for an element or a basket, its own
/// series of the same measure if somebody publishes one.
pub(crate) fn headline(twin: &Twin, link: &ChainLink, commodity: &str) -> Option<SeriesId> {
    let headline = link.headline.as_ref()?;
    let own = (commodity != link.family).then_some(commodity);
    let candidates = [own, own.is_none().then_some(headline.commodity.as_str())];
    candidates.into_iter().flatten().find_map(|commodity| {
        let names = |form| {
            [
                Some(headline.measure.as_str()),
                Some(commodity),
                Some(link.stage.as_str()),
                form,
                None,
                None,
                None,
            ]
        };
        fullest(twin, names(Some(link.form.as_str()))).or_else(|| fullest(twin, names(None)))
    })
}

/// Of the series that match, one that is about the whole and not about a subject of its own, such as a single mine, if
/// there is any; among these the one with figures for the most years; the first by name where two are equal.
fn fullest(twin: &Twin, names: [Option<&str>; 7]) -> Option<SeriesId> {
    twin.matching_series(names).max_by(|a, b| {
        let rank = |id: &SeriesId| {
            let series = twin.series(*id);
            let years = series.periods.keys().map(|period| period.year());
            let years: std::collections::BTreeSet<_> = years.collect();
            (twin.key_texts(*id)[6].is_empty(), years.len())
        };
        rank(a)
            .cmp(&rank(b))
            .then_with(|| twin.key_texts(*b).cmp(&twin.key_texts(*a)))
    })
}

fn sites_at(lens: Lens<'_>, link: &ChainLink, commodity: &str) -> types::SiteCount {
    let at_stage = |status: Option<&str>| {
        let filter = SiteFilter {
            commodity: Some(commodity.to_owned()),
            stage: Some(link.stage.clone()),
            status: status.map(str::to_owned),
            ..SiteFilter::default()
        };
        count_sites(lens.twin, &filter)
    };
    types::SiteCount {
        total: at_stage(None),
        operating: at_stage(Some("operating")),
    }
}
