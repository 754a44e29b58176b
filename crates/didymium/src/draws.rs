//! `didymium twin draws`: draws of the posterior of a balance, as a file.

use clap::Args;
use didymium_node::api::download::{DRAWS_MAX, DrawsQuery, SEED_MAX};

use crate::error::{CliError, CliResult};
use crate::output::Output;
use crate::reader::{Reader, TwinPlaceArgs, parse_period};
use crate::save::{SaveArgs, View, save};
use crate::times::TimesArgs;

/// What `didymium twin draws` is asked.
#[derive(Debug, Args)]
pub struct DrawsArgs {
    #[command(flatten)]
    from: TwinPlaceArgs,
    /// Family key: `rare_earths`, `lithium`, `cobalt` …
    commodity: String,
    /// What is followed: the family, or one of its elements such as `neodymium`
    #[arg(long)]
    layer: Option<String>,
    /// Stage key, such as `mine`
    #[arg(long)]
    stage: String,
    /// Line of the balance: `produced`, `consumed`, `in`, `out`, `lost`, `stock_change`, `opening` or `closing`
    #[arg(long, default_value = "produced")]
    line: String,
    /// A year, or a month that somebody tells
    #[arg(long)]
    period: String,
    /// Of the robust balance: reports that do not fit count less
    #[arg(long)]
    robust: bool,
    /// How many draws
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=i64::from(DRAWS_MAX)))]
    count: u16,
    /// Another whole number gives other draws; the same state and seed give the same
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=SEED_MAX))]
    seed: u64,
    #[command(flatten)]
    times: TimesArgs,
    #[command(flatten)]
    save: SaveArgs,
}

/// Draws of one line of a stage in one period, of every place, into a file.
pub async fn draws(args: DrawsArgs, output: &Output) -> CliResult<()> {
    args.times.times()?;
    let view = View::Draws(DrawsQuery {
        family: args.commodity,
        layer: args.layer.unwrap_or_default(),
        stage: args.stage,
        line: args.line,
        period: parse_period(&args.period)?,
        robust: args.robust,
        count: args.count,
        seed: args.seed,
    });
    let file = args
        .save
        .wanted()
        .ok_or_else(|| CliError::Usage("draws are many rows: name a file with --csv or --parquet".into()))?;
    let reader = Reader::open_over(&args.from)?;
    save(&reader, &view, &args.times, file, output).await
}
