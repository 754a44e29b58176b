//! Where questions are answered: a running node, or the folder of one that is not running. Both give the same types, and
//! the figures come from the same functions of `didymium_twin`.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use clap::Args;
use didymium_node::api::types;
use didymium_node::api::views::{self, IndicatorQuery, Lens, SeriesQuery, SiteFilter};
use didymium_node::clock::SystemClock;
use didymium_node::vault::Openings;
use didymium_node::{NodeFolder, NodeState, twin_job};
use didymium_vocabulary::Period;
use serde::Serialize;

use crate::error::{CliError, CliResult};
use crate::http::Remote;
use crate::output::Output;
use crate::overlay::{self, OverlayArgs, OverlayTold};
use crate::times::{self, TimesArgs};

/// Items asked of a list at a time.
const PAGE: usize = 200;
/// Cells of the panel asked for at a time.
const INDICATORS: usize = 2_000;

/// Where to ask: a folder or a running node.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct PlaceArgs {
    /// Folder of a node that is not running, such as `club/CAN`
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Address of a running node, such as `http://127.0.0.1:7410`
    #[arg(long)]
    pub url: Option<String>,
}

/// Where to ask, and what is laid over the figures that are there.
#[derive(Debug, Clone, Args)]
pub struct TwinPlaceArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(flatten)]
    pub overlay: OverlayArgs,
}

/// Who answers.
pub enum Reader {
    /// A node's folder, held while it is read.
    Folder(Box<Folder>),
    /// A running node.
    Node(Remote),
}

/// A node's folder, and what is laid over its twin.
pub struct Folder {
    /// The folder.
    pub state: NodeState,
    openings: Option<Openings>,
    /// Of the overlay that was asked, once it was.
    told: OnceLock<OverlayTold>,
}

impl Reader {
    /// Opens what the arguments name.
    pub fn open(place: &PlaceArgs) -> CliResult<Self> {
        Self::open_over(&TwinPlaceArgs {
            place: place.clone(),
            overlay: OverlayArgs::default(),
        })
    }

    /// Opens what the arguments name, and what vaults lay over it.
    pub fn open_over(args: &TwinPlaceArgs) -> CliResult<Self> {
        let dir = match (&args.place.dir, &args.place.url) {
            (Some(dir), _) => dir,
            (None, Some(url)) => {
                args.overlay.of_folder_only()?;
                return Remote::new(url).map(Self::Node);
            }
            (None, None) => return Err(CliError::Usage("say where: --dir FOLDER or --url ADDRESS".into())),
        };
        let openings = args.overlay.openings()?;
        let state = NodeState::open(NodeFolder::open(dir)?, Arc::new(SystemClock))?;
        Ok(Self::Folder(Box::new(Folder {
            state,
            openings,
            told: OnceLock::new(),
        })))
    }

    /// What the answers come from, if that is an overlay; known once something was asked.
    pub fn overlay(&self) -> Option<&OverlayTold> {
        match self {
            Self::Folder(folder) => folder.told.get(),
            Self::Node(_) => None,
        }
    }

    /// The same result; where there is no answer, what overlay was asked is said first: why may stand there.
    pub fn explained<T>(&self, output: &Output, result: CliResult<T>) -> CliResult<T> {
        if let (Err(_), Some(overlay)) = (&result, self.overlay()) {
            output.say(&overlay.text());
        }
        result
    }

    /// Prints an answer that came from here, and what overlay it comes from if it does.
    pub fn print<T: Serialize>(
        &self,
        output: &Output,
        answer: &T,
        text: impl FnOnce(&T) -> String,
    ) -> CliResult<()> {
        overlay::answer(*output, self.overlay(), answer, text)
    }

    /// Digest, cut and completeness of the twin.
    pub async fn twin_state(&self, times: &TimesArgs) -> CliResult<types::TwinState> {
        match self {
            Self::Folder(folder) => with_twin(folder, times, |lens| Ok(views::twin_state(lens.twin))),
            Self::Node(node) => node.json("/api/v1/twin/digest", &times.asked()).await,
        }
    }

    /// Every source's figures of one period.
    pub async fn balance(
        &self,
        query: &SeriesQuery,
        period: Option<&str>,
        times: &TimesArgs,
    ) -> CliResult<types::Balance> {
        match self {
            Self::Folder(folder) => {
                let period = period.map(parse_period).transpose()?;
                with_twin(folder, times, |lens| {
                    views::balance(lens, query, period).ok_or_else(|| {
                        CliError::NotFound(
                            "nobody published such a series, or nothing for that period".into(),
                        )
                    })
                })
            }
            Self::Node(node) => {
                if let Some(text) = period {
                    parse_period(text)?;
                }
                let mut ask = asked_series(query);
                ask.push(("period", period));
                ask.extend(times.asked());
                node.json("/api/v1/balance", &ask).await
            }
        }
    }

    /// Indices of supply risk, all pages.
    pub async fn indicators(
        &self,
        query: &IndicatorQuery,
        times: &TimesArgs,
    ) -> CliResult<types::Indicators> {
        let node = match self {
            Self::Folder(folder) => {
                return with_twin(folder, times, |lens| {
                    views::indicators(lens, query, (0, usize::MAX))
                        .ok_or_else(|| CliError::NotFound(format!("no commodity `{}`", query.commodity)))
                });
            }
            Self::Node(node) => node,
        };
        let year = query.year.map(|year| year.to_string());
        let mut whole: Option<types::Indicators> = None;
        loop {
            let offset = whole.as_ref().map_or(0, |found| found.cells.len());
            let (offset, limit) = (offset.to_string(), INDICATORS.to_string());
            let mut ask = vec![
                ("commodity", Some(query.commodity.as_str())),
                ("stage", query.stage.as_deref()),
                ("area", query.area.as_deref()),
                ("year", year.as_deref()),
                ("offset", Some(offset.as_str())),
                ("limit", Some(limit.as_str())),
            ];
            ask.extend(times.asked());
            let page: types::Indicators = node.json("/api/v1/indicators", &ask).await?;
            let last = page.cells.is_empty();
            let found = match whole.take() {
                Some(mut found) => {
                    found.append(page);
                    found
                }
                None => page,
            };
            if last || found.cells.len() as u64 >= found.total {
                return Ok(found);
            }
            whole = Some(found);
        }
    }

    /// Sites that match, all pages.
    pub async fn sites(&self, filter: &SiteFilter) -> CliResult<Vec<types::Site>> {
        let node = match self {
            Self::Folder(folder) => {
                return with_twin(folder, &TimesArgs::default(), |lens| {
                    Ok(views::matching_sites(lens.twin, filter)
                        .into_iter()
                        .map(|record| lens.site(record))
                        .collect())
                });
            }
            Self::Node(node) => node,
        };
        let mut found: Vec<types::Site> = Vec::new();
        loop {
            let (offset, limit) = (found.len().to_string(), PAGE.to_string());
            let ask = [
                ("commodity", filter.commodity.as_deref()),
                ("stage", filter.stage.as_deref()),
                ("status", filter.status.as_deref()),
                ("country", filter.country.as_deref()),
                ("offset", Some(offset.as_str())),
                ("limit", Some(limit.as_str())),
            ];
            let page: types::Page<types::Site> = node.json("/api/v1/sites", &ask).await?;
            let total = page.total;
            if page.items.is_empty() || total <= (found.len() + page.items.len()) as u64 {
                found.extend(page.items);
                return Ok(found);
            }
            found.extend(page.items);
        }
    }
}

/// The parameters of an address that name a series.
pub fn asked_series(query: &SeriesQuery) -> Vec<(&'static str, Option<&str>)> {
    const FIELDS: [&str; 7] = [
        "measure",
        "commodity",
        "stage",
        "form",
        "substance",
        "mass_basis",
        "subject",
    ];
    FIELDS.into_iter().zip(query.names()).collect()
}

/// A period as a person writes it.
pub fn parse_period(text: &str) -> CliResult<Period> {
    text.parse()
        .map_err(|error| CliError::Usage(format!("--period: {error}")))
}

/// Asks the twin of a folder, of the state that is asked for; or the overlay, where vaults lay something over it.
pub fn with_twin<T>(
    folder: &Folder,
    times: &TimesArgs,
    ask: impl FnOnce(Lens<'_>) -> CliResult<T>,
) -> CliResult<T> {
    let times = times.times()?;
    let state = &folder.state;
    let (store, charters, vocabulary) = (&**state.store(), state.charters(), state.vocabulary());
    let cut = times.cut(store, charters, vocabulary).map_err(times::refused)?;
    if let Some(openings) = &folder.openings {
        let mut overlaid = twin_job::build_overlay_at(store, charters, vocabulary, cut, openings)?;
        if let Some(day) = times.published_by {
            overlaid.overlay = overlaid.overlay.as_published_by(day);
        }
        folder.told.get_or_init(|| OverlayTold::of(&overlaid, openings));
        return ask(Lens {
            twin: overlaid.overlay.twin(),
        });
    }
    let whole = twin_job::build_twin_at(store, charters, vocabulary, cut)?;
    match times.published_by {
        Some(day) => ask(Lens {
            twin: &whole.as_published_by(day),
        }),
        None => ask(Lens { twin: &whole }),
    }
}
