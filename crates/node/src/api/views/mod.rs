//! From the twin to the wire: pure functions, one file a page.

mod composition;
mod country;
mod editions;
mod flows;
mod governance;
mod indicators;
mod lens;
mod map;
mod overview;
mod provenance;
mod reconciled;
mod series;
mod sites;
mod statements;
mod vintages;

pub use composition::composition;
pub use country::{countries, country, editions_of_leads};
pub use flows::flows;
pub use governance::{
    charter_member, charter_proposal, charter_version, former_members, quorum, votes_needed,
};
pub use indicators::{EVERY_IMPORTER, IndicatorQuery, IndicatorRow, Panel, indicators, panel};
pub use lens::{Lens, place, place_in_log, source};
pub use map::map_shares;
pub use overview::overview;
pub use provenance::{provenance, provenance_whole};
pub use reconciled::{
    About, BalanceLens, Followed, address, contradictions, decimal, estimate_trace, figures_of_line,
    is_of_place, key_of, parse_address, reconciled, reconciled_line, report_fit, told_key, told_words,
    weight_line, what_if, what_if_whole,
};
pub use series::{ObservationFilter, SeriesQuery, balance, matching_facts, observations, prices, series};
pub(crate) use sites::matching_notices;
pub use sites::{
    NoticeFilter, SiteFilter, every_notice, every_site, matching_sites, places_of_notices, places_of_sites,
    site_page,
};
pub use statements::twin_state;
pub use vintages::{VintagesQuery, vintage_series, vintages};
