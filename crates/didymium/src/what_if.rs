//! `didymium twin what-if`: what the balance would be if a report said otherwise, at a terminal.

use clap::Args;
use didymium_node::api::types::{MovedEstimate, WhatIf};
use didymium_node::api::views;
use didymium_twin::balance::Instead;

use crate::error::CliResult;
use crate::output::{Output, columns};
use crate::reader::{Reader, TwinPlaceArgs, with_twin};
use crate::reconciled::{balanced, refused};
use crate::times::TimesArgs;

/// Figures that are printed.
const MOVED: usize = 40;

/// What `didymium twin what-if` is asked.
#[derive(Debug, Args)]
pub struct WhatIfArgs {
    #[command(flatten)]
    from: TwinPlaceArgs,
    /// Family key: `rare_earths`, `lithium`, `cobalt` …
    commodity: String,
    /// Number of the report, as `didymium twin contradictions` tells it of the same state
    #[arg(long)]
    report: u64,
    /// Tonnes that it is taken to say; left out: that it is withdrawn
    #[arg(long)]
    said: Option<f64>,
    #[command(flatten)]
    times: TimesArgs,
}

/// What the balance would be if a report said otherwise.
pub async fn what_if(args: WhatIfArgs, output: &Output) -> CliResult<()> {
    args.times.times()?;
    let reader = Reader::open_over(&args.from)?;
    let found: WhatIf = match &reader {
        Reader::Folder(folder) => {
            let number = usize::try_from(args.report).unwrap_or(usize::MAX);
            let instead = args.said.map_or(Instead::Withdrawn, Instead::Said);
            let found = with_twin(folder, &args.times, |lens| {
                balanced(lens, &args.commodity, |of| {
                    views::what_if(of, number, instead).map_err(|error| refused(&error))
                })
            });
            reader.explained(output, found)?
        }
        Reader::Node(node) => {
            let (report, said) = (args.report.to_string(), args.said.map(|said| said.to_string()));
            let mut ask = vec![
                ("commodity", Some(args.commodity.as_str())),
                ("report", Some(report.as_str())),
                ("said", said.as_deref()),
            ];
            ask.extend(args.times.asked());
            node.json("/api/v1/contradictions/what-if", &ask).await?
        }
    };
    reader.print(output, &found, what_if_text)
}

fn what_if_text(found: &WhatIf) -> String {
    let subject = |moved: &MovedEstimate| {
        format!(
            "{} {} {} {} {}",
            moved.layer, moved.stage, moved.place, moved.period, moved.line
        )
    };
    let rows: Vec<Vec<String>> = found
        .moved
        .iter()
        .take(MOVED)
        .map(|moved| {
            let after = moved.after.as_ref().zip(moved.after_deviation.as_ref());
            vec![
                subject(moved),
                format!("{} ±{}", moved.before, moved.before_deviation),
                after.map_or_else(
                    || "nobody can know".to_owned(),
                    |(after, deviation)| format!("{after} ±{deviation}"),
                ),
            ]
        })
        .collect();
    let instead = found
        .instead
        .as_ref()
        .map_or_else(|| "were withdrawn".to_owned(), |said| format!("said {said} t"));
    let bounds = if found.within_bounds {
        ""
    } else {
        "\nso much would fall below nothing that the update cannot keep all of it out: solve the balance with the report itself"
    };
    format!(
        "if report {} of {} ({} {} {} {}: {} t) {instead}, {} figures would move, the furthest first:\n\n{}{bounds}",
        found.number,
        found.about.voice,
        found.about.stage,
        found.about.place,
        found.about.period,
        found.about.line,
        found.about.said,
        found.moved_total,
        columns(&["figure", "now", "then"], &rows, &[1, 2]),
    )
}
