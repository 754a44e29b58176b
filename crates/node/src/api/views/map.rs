//! Shares that shade the countries of the map.

use super::Lens;
use super::editions::Editions;
use super::overview::headline;
use crate::api::types;

/// Each country's share of a stage's headline series, latest observed period; absent if the vocabulary knows no such
/// commodity or the stage is not in its chain.
pub fn map_shares(lens: Lens<'_>, commodity: &str, stage: &str) -> Option<types::MapShares> {
    let twin = lens.twin;
    let vocabulary = twin.vocabulary();
    let family = &vocabulary.commodity(commodity)?.family;
    let link = vocabulary.chain(family).find(|link| link.stage == stage)?;
    let Some((id, period)) =
        headline(twin, link, commodity).and_then(|id| Some((id, twin.latest_period(id)?)))
    else {
        return Some(types::MapShares {
            series: None,
            period: String::new(),
            shares: Vec::new(),
            listed: None,
            sources: Vec::new(),
        });
    };
    let mut sources = Editions::default();
    sources.add_chosen(twin, id, period);
    let shares = twin
        .ranking(id, period)
        .into_iter()
        .filter_map(|(area, _)| lens.country_share(id, twin.text(area), period))
        .collect();
    Some(types::MapShares {
        series: Some(lens.key(id)),
        period: period.to_string(),
        shares,
        listed: twin.listed_only(id, period),
        sources: sources.sent(),
    })
}
