//! `didymium sites`.

use clap::Args;
use didymium_node::api::types::Site;
use didymium_node::api::views::SiteFilter;
use didymium_vocabulary::Vocabulary;

use crate::error::{CliError, CliResult};
use crate::output::{Output, columns};
use crate::reader::{PlaceArgs, Reader};
use crate::save::{SaveArgs, View, save};
use crate::times::TimesArgs;

const AFTER: &str = "\
Examples:
  didymium sites --dir club/CAN --commodity rare_earths --stage separation --status operating
  didymium sites --url http://127.0.0.1:7410 --country AUS --json
  didymium sites --dir club/CAN --commodity rare_earths --csv sites.csv";

/// List sites
///
/// A site is a place with one or more processes, each of a commodity at a stage of the chain.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct SitesArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Commodity or family
    #[arg(long)]
    commodity: Option<String>,
    /// Stage of a process
    #[arg(long)]
    stage: Option<String>,
    /// ISO 3166 alpha-3 code
    #[arg(long)]
    country: Option<String>,
    /// Status of the process at that stage, or of the site
    #[arg(long)]
    status: Option<String>,
    #[command(flatten)]
    save: SaveArgs,
}

/// Lists what matches.
pub async fn run(args: SitesArgs, output: &Output) -> CliResult<()> {
    let filter = SiteFilter {
        commodity: args.commodity,
        stage: args.stage,
        status: args.status,
        country: args.country,
        text: None,
    };
    filter
        .check(Vocabulary::embedded())
        .map_err(|(field, reason)| CliError::Usage(format!("--{field}: {reason}")))?;
    let reader = Reader::open(&args.place)?;
    if let Some(file) = args.save.wanted() {
        return save(&reader, &View::Sites(filter), &TimesArgs::default(), file, output).await;
    }
    let sites = reader.sites(&filter).await?;
    output.data(&sites, |sites| text(sites))
}

fn text(sites: &[Site]) -> String {
    let rows: Vec<Vec<String>> = sites
        .iter()
        .map(|site| {
            let processes: Vec<String> = site
                .processes
                .iter()
                .map(|process| format!("{}/{}", process.commodity, process.stage))
                .collect();
            vec![
                site.site.clone(),
                site.country.clone(),
                site.status.clone(),
                site.name.clone(),
                processes.join(" "),
            ]
        })
        .collect();
    format!(
        "{}\n\n{} sites",
        columns(&["site", "country", "status", "name", "processes"], &rows, &[]),
        rows.len()
    )
}
