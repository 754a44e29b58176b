//! `didymium twin vintages`: how a figure changed.

use clap::Args;
use didymium_node::api::types::{Change, RecordedFigure, Recording, RevisionStats, Triangle, Vintages};
use didymium_node::api::views::{self, VintagesQuery};

use crate::error::{CliError, CliResult};
use crate::output::{Output, columns};
use crate::reader::{Reader, TwinPlaceArgs, asked_series, parse_period, with_twin};
use crate::save::{SaveArgs, View, save};
use crate::series::SeriesArgs;
use crate::times::TimesArgs;

/// Most periods that are asked for.
const PERIODS_MAX: usize = 500;

/// What `didymium twin vintages` is asked.
#[derive(Debug, Args)]
pub struct VintagesArgs {
    #[command(flatten)]
    place: TwinPlaceArgs,
    /// Commodity key: `rare_earths`, `neodymium`, `lithium`, `cobalt` …
    commodity: String,
    /// Country or aggregate: `CHN`, `WLD` …
    #[arg(long)]
    area: String,
    /// Importer, for trade; flows are summed over importers if left out
    #[arg(long)]
    partner: Option<String>,
    /// Measure key: `production`, `reserves`, `trade` …
    #[arg(long, default_value = "production")]
    measure: String,
    #[command(flatten)]
    series: SeriesArgs,
    /// `2023`, `2023-Q1` or `2023-04`; all if left out
    #[arg(long)]
    period: Option<String>,
    #[command(flatten)]
    times: TimesArgs,
    #[command(flatten)]
    save: SaveArgs,
}

/// Answers.
pub async fn run(args: VintagesArgs, output: &Output) -> CliResult<()> {
    args.times.times()?;
    let query = args.query()?;
    let reader = Reader::open_over(&args.place)?;
    if let Some(file) = args.save.wanted() {
        return save(&reader, &View::Vintages(query), &args.times, file, output).await;
    }
    let found = args.ask(&reader, &query).await?;
    reader.print(output, &found, text)
}

impl VintagesArgs {
    fn query(&self) -> CliResult<VintagesQuery> {
        let period = self.period.as_deref().map(parse_period).transpose()?;
        Ok(VintagesQuery {
            series: self
                .series
                .query(Some(self.measure.clone()), Some(self.commodity.clone())),
            area: self.area.clone(),
            partner: self.partner.clone().unwrap_or_default(),
            period,
            offset: 0,
            limit: PERIODS_MAX,
        })
    }

    async fn ask(&self, reader: &Reader, query: &VintagesQuery) -> CliResult<Vintages> {
        match reader {
            Reader::Folder(folder) => with_twin(folder, &self.times, |lens| {
                views::vintages(lens, query)
                    .ok_or_else(|| CliError::NotFound("nobody ever gave such a figure".into()))
            }),
            Reader::Node(node) => {
                let mut ask = asked_series(&query.series);
                ask.push(("area", Some(&self.area)));
                ask.push(("partner", self.partner.as_deref()));
                ask.push(("period", self.period.as_deref()));
                ask.extend(self.times.asked());
                node.json("/api/v1/vintages", &ask).await
            }
        }
    }
}

fn text(found: &Vintages) -> String {
    let key = &found.key;
    let name = [
        key.measure.as_str(),
        &key.commodity,
        &key.stage,
        &key.form,
        &key.subject,
        &found.area,
        &found.partner,
    ];
    let name: Vec<&str> = name.into_iter().filter(|part| !part.is_empty()).collect();
    let mut text = format!(
        "{} · {} {}\n\npublished time: a change is told against the edition before of the same publication\n",
        name.join(" · "),
        found.unit,
        key.substance
    );
    for triangle in &found.publications {
        text.push_str(&triangle_text(triangle));
    }
    text.push_str("\nrecorded time: in the order in which this node recorded it\n");
    if found.recordings.is_empty() {
        text.push_str("no statement gives these sums\n");
    } else {
        text.push_str(&recordings_text(found));
    }
    text
}

fn triangle_text(triangle: &Triangle) -> String {
    let mut header = vec!["period".to_owned()];
    for edition in &triangle.editions {
        header.push(format!("{} ({})", edition.source, edition.published));
        header.push("change".to_owned());
    }
    header.push("first to last".to_owned());
    let rows = triangle.rows.iter().map(|row| {
        let mut line = vec![row.period.clone()];
        for cell in &row.cells {
            let value = cell.as_ref().and_then(|cell| cell.figure.value.clone());
            line.push(value.unwrap_or_else(|| "–".to_owned()));
            line.push(changed(cell.as_ref().and_then(|cell| cell.change.as_ref())));
        }
        line.push(changed(row.revised.as_ref()));
        line
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let right: Vec<usize> = (1..header.len()).collect();
    format!(
        "\n{}\n{}\n{}{}",
        triangle.series,
        columns(&header, &rows, &right),
        stats_text("this line", triangle.stats.as_ref()),
        stats_text("all countries", triangle.stats_of_all.as_ref()),
    )
}

fn stats_text(of: &str, stats: Option<&RevisionStats>) -> String {
    let Some(stats) = stats else {
        return format!("{of}: fewer than three revisions\n");
    };
    let percent = |value: &Option<String>| match value {
        Some(percent) => format!(" ({percent} %)"),
        None => String::new(),
    };
    format!(
        "{of}: {} revisions, mean absolute {}{}, bias {}{}\n",
        stats.revisions,
        stats.mean_absolute,
        percent(&stats.mean_absolute_percent),
        signed(&stats.bias),
        percent(&stats.bias_percent)
    )
}

fn recordings_text(found: &Vintages) -> String {
    let line = |recording: &Recording, cell: &RecordedFigure| {
        let act = match &cell.withdrawn {
            Some(when) => format!("{}, taken back {when}", recording.act),
            None if recording.reason.is_empty() => recording.act.clone(),
            None => format!("{}: {}", recording.act, recording.reason),
        };
        vec![
            recording.recorded.clone(),
            format!("{} {}", recording.statement.member, recording.statement.index),
            recording.source.clone(),
            cell.figure.period.clone(),
            cell.figure.value.clone().unwrap_or_default(),
            changed(cell.change.as_ref()),
            act,
        ]
    };
    let rows: Vec<Vec<String>> = found
        .recordings
        .iter()
        .flat_map(|recording| recording.cells.iter().map(move |cell| line(recording, cell)))
        .collect();
    let header = [
        "recorded", "entry", "edition", "period", "figure", "change", "what",
    ];
    let mut text = columns(&header, &rows, &[4, 5]);
    let left_out = found
        .recordings_total
        .saturating_sub(found.recordings.len() as u64);
    if left_out > 0 {
        text.push_str(&format!("\n{left_out} earlier recordings are not shown"));
    }
    text
}

/// A change with its sign, in the unit and in percent.
fn changed(change: Option<&Change>) -> String {
    match change {
        None => String::new(),
        Some(change) => match &change.percent {
            Some(percent) => format!("{} ({} %)", signed(&change.absolute), signed(percent)),
            None => signed(&change.absolute),
        },
    }
}

fn signed(value: &str) -> String {
    if value.starts_with('-') || value == "0" {
        value.to_owned()
    } else {
        format!("+{value}")
    }
}
