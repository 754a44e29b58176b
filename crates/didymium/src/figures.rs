//! `didymium twin observations` and `twin series`: figures by the thousand, which only a file can hold.

use clap::Args;
use didymium_node::api::views::{ObservationFilter, SeriesQuery};

use crate::error::{CliError, CliResult};
use crate::output::Output;
use crate::reader::{Reader, TwinPlaceArgs, parse_period};
use crate::save::{SaveArgs, View, save};
use crate::series::SeriesArgs;
use crate::times::TimesArgs;

/// Which figures.
#[derive(Debug, Args)]
pub struct FiguresArgs {
    #[command(flatten)]
    place: TwinPlaceArgs,
    /// Commodity key: `rare_earths`, `neodymium`, `lithium`, `cobalt` …; all if left out
    commodity: Option<String>,
    /// Measure key: `production`, `reserves`, `trade` …; all if left out
    #[arg(long)]
    measure: Option<String>,
    #[command(flatten)]
    series: SeriesArgs,
    /// Country or aggregate: `CHN`, `WLD` …
    #[arg(long)]
    area: Option<String>,
    /// Importer, for trade
    #[arg(long)]
    partner: Option<String>,
    /// `2023`, `2023-Q1` or `2023-04`
    #[arg(long)]
    period: Option<String>,
    /// Key of an edition, such as `usgs-mcs-2025`
    #[arg(long)]
    source: Option<String>,
    #[command(flatten)]
    times: TimesArgs,
    #[command(flatten)]
    save: SaveArgs,
}

/// Writes the figures as published to a file.
pub async fn observations(args: FiguresArgs, output: &Output) -> CliResult<()> {
    let filter = ObservationFilter {
        area: args.area.clone(),
        partner: args.partner.clone(),
        period: args.period.as_deref().map(parse_period).transpose()?,
        source: args.source.clone(),
        chosen: None,
    };
    args.write(View::Observations(args.series(), filter), output)
        .await
}

/// Writes a series over time to a file.
pub async fn series(args: FiguresArgs, output: &Output) -> CliResult<()> {
    let unused = [
        ("--area", &args.area),
        ("--period", &args.period),
        ("--source", &args.source),
    ];
    if let Some((option, _)) = unused.iter().find(|(_, value)| value.is_some()) {
        return Err(CliError::Usage(format!(
            "{option}: a series is written whole; `twin observations` takes this"
        )));
    }
    if args.commodity.is_none() {
        return Err(CliError::Usage(
            "a series is of one mineral: name it, such as `rare_earths`; `twin observations` writes all"
                .to_owned(),
        ));
    }
    let mut query = args.series();
    query.measure.get_or_insert_with(|| "production".to_owned());
    let partner = args.partner.clone().unwrap_or_default();
    args.write(View::Series(query, partner), output).await
}

impl FiguresArgs {
    fn series(&self) -> SeriesQuery {
        self.series.query(self.measure.clone(), self.commodity.clone())
    }

    async fn write(&self, view: View, output: &Output) -> CliResult<()> {
        let file = self
            .save
            .wanted()
            .ok_or_else(|| CliError::Usage("say where: --csv FILE or --parquet FILE".to_owned()))?;
        self.times.times()?;
        save(&Reader::open_over(&self.place)?, &view, &self.times, file, output).await
    }
}
