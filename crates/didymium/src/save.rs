//! Answers as files: CSV and Parquet.

use std::path::{Path, PathBuf};

use clap::Args;
use didymium_node::NodeError;
use didymium_node::api::download::{self, DownloadError, DrawsQuery, EstimatesQuery, Format, Table};
use didymium_node::api::views::{
    IndicatorQuery, Lens, ObservationFilter, SeriesQuery, SiteFilter, VintagesQuery,
};
use didymium_node::folder::{SECRET_MODE, write_atomic};
use didymium_vocabulary::Period;

use crate::error::{CliError, CliResult};
use crate::output::Output;
use crate::overlay;
use crate::reader::{Reader, asked_series, with_twin};
use crate::times::TimesArgs;

/// Where an answer is written instead of being printed.
#[derive(Debug, Clone, Default, Args)]
#[group(multiple = false)]
pub struct SaveArgs {
    /// Write the answer to a file of CSV, with units, and editions and licences of what was published; what is balanced has none of its own
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write the answer to a file of Apache Parquet: numbers as doubles, exact decimals beside them
    #[arg(long, value_name = "FILE")]
    parquet: Option<PathBuf>,
}

/// What can be had as a file.
pub enum View {
    /// Every source's figures of one period.
    Balance(SeriesQuery, Option<Period>),
    /// A series over time, of one importer if one is named.
    Series(SeriesQuery, String),
    /// Figures as published.
    Observations(SeriesQuery, ObservationFilter),
    /// How a line changed.
    Vintages(VintagesQuery),
    /// Sites.
    Sites(SiteFilter),
    /// Estimates of a family.
    Reconciled(EstimatesQuery),
    /// Every report of a family, and how it fits.
    Contradictions(String),
    /// Draws of a line of a stage.
    Draws(DrawsQuery),
    /// Indices of supply risk.
    Indicators(IndicatorQuery),
}

impl SaveArgs {
    /// The file and its form, if one is asked for.
    pub fn wanted(&self) -> Option<(&Path, Format)> {
        let csv = self.csv.as_deref().map(|path| (path, Format::Csv));
        csv.or_else(|| self.parquet.as_deref().map(|path| (path, Format::Parquet)))
    }
}

/// Writes a view to a file, which is replaced if it is there. What comes from an overlay says so in every row, and only its owner
/// may read it.
pub async fn save(
    place: &Reader,
    view: &View,
    times: &TimesArgs,
    (path, format): (&Path, Format),
    output: &Output,
) -> CliResult<()> {
    let bytes = match place {
        Reader::Folder(folder) => {
            let made = with_twin(folder, times, |lens| {
                let table = view.table(lens)?;
                let table = match place.overlay() {
                    Some(_) => table.marked("private", overlay::PRIVATE),
                    None => table,
                };
                Ok(download::file(lens, &table, format)?.bytes)
            });
            place.explained(output, made)?
        }
        Reader::Node(node) => {
            let (address, mut ask) = view.asked();
            ask.push(("format".into(), Some(format.ending().into())));
            let times = times.asked().into_iter();
            ask.extend(times.map(|(name, value)| (name.into(), value.map(str::to_owned))));
            let ask: Vec<(&str, Option<&str>)> = ask
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_deref()))
                .collect();
            node.file(address, &ask).await?
        }
    };
    match place.overlay() {
        // Nobody else on this machine may read it by default.
        Some(overlay) => {
            write_atomic(path, &bytes, SECRET_MODE).map_err(|error| match error {
                NodeError::Io { path, source } => CliError::File { path, source },
                error => error.into(),
            })?;
            output.say(&overlay.text());
        }
        None => std::fs::write(path, &bytes).map_err(CliError::file(path))?,
    }
    output.say(&format!("{} bytes written to {}", bytes.len(), path.display()));
    Ok(())
}

type Asked = Vec<(String, Option<String>)>;

impl View {
    fn table<'t>(&self, lens: Lens<'t>) -> Result<Table<'t>, DownloadError> {
        match self {
            Self::Balance(query, period) => download::balance(lens, query, *period),
            Self::Series(query, partner) => download::series(lens, query, partner),
            Self::Observations(query, filter) => download::observations(lens, query, filter),
            Self::Vintages(query) => download::vintages(lens, query),
            Self::Sites(filter) => download::sites(lens, filter),
            Self::Reconciled(query) => download::reconciled(lens.twin, query),
            Self::Contradictions(family) => download::contradictions_of(lens.twin, family),
            Self::Draws(query) => download::draws_of(lens.twin, query),
            Self::Indicators(query) => download::indicators(lens, query),
        }
    }

    /// Address and parameters of the same question to a node.
    fn asked(&self) -> (&'static str, Asked) {
        let series = |query: &SeriesQuery| -> Asked {
            let names = asked_series(query).into_iter();
            names
                .map(|(name, value)| (name.to_owned(), value.map(str::to_owned)))
                .collect()
        };
        let more = |mut asked: Asked, fields: &[(&str, Option<String>)]| {
            let fields = fields.iter().filter(|(_, value)| value.is_some());
            asked.extend(fields.map(|(name, value)| ((*name).to_owned(), value.clone())));
            asked
        };
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let period = |period: &Option<Period>| period.map(|period| period.to_string());
        match self {
            Self::Balance(query, at) => {
                let asked = more(series(query), &[("period", period(at))]);
                ("/api/v1/balance", asked)
            }
            Self::Series(query, partner) => {
                let asked = more(series(query), &[("partner", given(partner))]);
                ("/api/v1/series", asked)
            }
            Self::Observations(query, filter) => {
                let fields = [
                    ("area", filter.area.clone()),
                    ("partner", filter.partner.clone()),
                    ("period", period(&filter.period)),
                    ("source", filter.source.clone()),
                    ("chosen", filter.chosen.map(|chosen| chosen.to_string())),
                ];
                ("/api/v1/observations", more(series(query), &fields))
            }
            Self::Vintages(query) => {
                let fields = [
                    ("area", given(&query.area)),
                    ("partner", given(&query.partner)),
                    ("period", period(&query.period)),
                ];
                ("/api/v1/vintages", more(series(&query.series), &fields))
            }
            Self::Sites(filter) => {
                let fields = [
                    ("commodity", filter.commodity.clone()),
                    ("stage", filter.stage.clone()),
                    ("status", filter.status.clone()),
                    ("country", filter.country.clone()),
                ];
                ("/api/v1/sites", more(Asked::new(), &fields))
            }
            Self::Reconciled(query) => {
                let fields = [
                    ("commodity", given(&query.family)),
                    ("robust", query.robust.then(|| "true".to_owned())),
                    ("layer", query.layer.clone()),
                    ("place", query.place.as_ref().map(ToString::to_string)),
                    ("period", period(&query.period)),
                ];
                ("/api/v1/reconciled", more(Asked::new(), &fields))
            }
            Self::Contradictions(family) => {
                let fields = [("commodity", given(family))];
                ("/api/v1/contradictions", more(Asked::new(), &fields))
            }
            Self::Draws(query) => {
                let fields = [
                    ("commodity", given(&query.family)),
                    ("layer", given(&query.layer)),
                    ("stage", given(&query.stage)),
                    ("line", given(&query.line)),
                    ("period", Some(query.period.to_string())),
                    ("robust", query.robust.then(|| "true".to_owned())),
                    ("count", Some(query.count.to_string())),
                    ("seed", Some(query.seed.to_string())),
                ];
                ("/api/v1/reconciled/draws", more(Asked::new(), &fields))
            }
            Self::Indicators(query) => {
                let fields = [
                    ("commodity", given(&query.commodity)),
                    ("stage", query.stage.clone()),
                    ("area", query.area.clone()),
                    ("year", query.year.map(|year| year.to_string())),
                ];
                ("/api/v1/indicators", more(Asked::new(), &fields))
            }
        }
    }
}
