//! `didymium twin mirror`: one flow from the two reports of trade statistics.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use didymium_twin::mirror::{
    AreaCodes, Closure, Comparison, HS_2022_TO_2017, Margin, PUBLISHED, Published, Reliability, Reported,
    Score, TradeMirror, compare, read_reference, read_reports, write_flows,
};
use didymium_vocabulary::Vocabulary;
use flate2::read::MultiGzDecoder;
use serde::Serialize;

use crate::error::{CliError, CliResult};
use crate::mirror_tables;
use crate::output::{Output, columns};

/// Largest table, unpacked, bytes.
const TABLE_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// What a gzip file begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

const AFTER: &str = "\
Examples:
  didymium twin mirror --compare
  didymium twin mirror --reports comtrade_2022.csv.gz --compare baci_2022.csv
  didymium twin mirror --reports comtrade_2022.csv.gz --out flows_2022.csv

Exporters report free on board, importers with freight and insurance, and the two rarely agree. How far each reporter is to be \
trusted is learned from the reports alone; a reference is only compared with. docs/trade-mirror.md explains the method, the \
columns and the figures. Codes that the Harmonized System of 2022 split off are folded into those of 2017.";

/// Reconcile the two reports of every trade flow; compare with a reference
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct MirrorArgs {
    /// Reports of one year in the layout of UN Comtrade, CSV or gzipped CSV: `reporter`, `partner`, `cmd`, `flow`, `value`,
    /// `netwgt`, and `year` if there is one. Left out: the latest `comtrade_YEAR.csv.gz` of the folder
    #[arg(long, value_name = "FILE")]
    reports: Option<PathBuf>,
    /// Folder with `comtrade_YEAR.csv.gz` and `baci_YEAR.csv`. Left out: the first of `.`, `trade_mirror` and
    /// `../shared/facts/trade_mirror` that has some
    #[arg(long, value_name = "DIR", conflicts_with = "reports")]
    folder: Option<PathBuf>,
    /// Year of a table without a column `year`; which table to take from a folder
    #[arg(long, value_name = "YEAR")]
    year: Option<u16>,
    /// Compare with a reference such as BACI, CSV or gzipped CSV: `i`, `j` (alpha-3 codes), `cmd`, `value`. Without a file:
    /// `baci_YEAR.csv` beside the reports
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    compare: Option<Option<PathBuf>>,
    /// Write the reconciled flows as CSV
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What was found, for programs.
#[derive(Debug, Serialize)]
struct Answer<'m> {
    year: Option<u16>,
    reports: usize,
    flows: usize,
    both: usize,
    exporter_only: usize,
    importer_only: usize,
    /// One-sided flows whose other side reports trade in that code, and not this.
    denied: usize,
    closure: Closure,
    unallocated_usd: f64,
    sound_deviation: f64,
    gross_deviation: f64,
    gross_share: f64,
    shrinkage: f64,
    left_out_density: f64,
    left_out_covered: f64,
    rounds: usize,
    settled: bool,
    margins: &'m [Margin],
    reporters: &'m [Reliability],
    comparison: Option<Compared>,
}

/// The comparison, beside what was published for the year.
#[derive(Debug, Serialize)]
struct Compared {
    #[serde(flatten)]
    found: Comparison,
    published: Option<Published>,
    /// Whether all eight figures are better than the published ones.
    better: Option<bool>,
}

/// Which tables are taken.
struct Asked {
    reports: PathBuf,
    /// The year of reports that do not say theirs.
    year: Option<u16>,
    reference: Option<PathBuf>,
}

impl MirrorArgs {
    fn asked(&self) -> CliResult<Asked> {
        let (reports, year) = match &self.reports {
            Some(file) => (file.clone(), self.year),
            None => {
                let found = mirror_tables::reports(self.folder.as_deref(), self.year)?;
                (found.file, Some(found.year))
            }
        };
        let reference = match &self.compare {
            None => None,
            Some(Some(file)) => Some(file.clone()),
            Some(None) => Some(mirror_tables::reference(&reports, year)?),
        };
        Ok(Asked {
            reports,
            year,
            reference,
        })
    }
}

/// Reconciles, writes and compares.
pub fn run(args: &MirrorArgs, output: &Output) -> CliResult<()> {
    let Asked {
        reports: file,
        year,
        reference,
    } = args.asked()?;
    let table = read(&file)?;
    let mut reports = read_reports(&table).map_err(CliError::mirror(&file))?;
    drop(table);
    for report in &mut reports {
        report.year = report.year.or(year);
    }
    let areas = AreaCodes::new(Vocabulary::embedded());
    let mirror =
        TradeMirror::reconcile(&reports, &areas, &HS_2022_TO_2017).map_err(CliError::mirror(&file))?;
    if !mirror.settled {
        output.warn("learning did not settle: the figures may still move a little");
    }
    if mirror.closure.open > 0 {
        let open = mirror.closure.open;
        output.warn(&format!(
            "{open} times the partners of a reporter do not add up to its total for the world: is the table whole?"
        ));
    }
    let comparison = reference
        .as_ref()
        .map(|file| compared(&mirror, file))
        .transpose()?;
    if let Some(file) = &args.out {
        std::fs::write(file, write_flows(mirror.year, &mirror.flows)).map_err(CliError::file(file))?;
    }
    output.data(&Answer::new(reports.len(), &mirror, comparison), text)
}

fn compared(mirror: &TradeMirror, file: &Path) -> CliResult<Compared> {
    let reference = read_reference(&read(file)?).map_err(CliError::mirror(file))?;
    let found = compare(&mirror.flows, &reference).map_err(CliError::mirror(file))?;
    let published = PUBLISHED
        .into_iter()
        .find(|published| Some(published.year) == mirror.year);
    let better = published.map(|published| {
        found.exporter.beats(&published.exporter) && found.importer.beats(&published.importer)
    });
    Ok(Compared {
        found,
        published,
        better,
    })
}

/// Reads a table into memory, unpacked if it is packed, and no more of it than [`TABLE_BYTES_MAX`].
fn read(path: &Path) -> CliResult<Vec<u8>> {
    let file = File::open(path).map_err(CliError::file(path))?;
    if file.metadata().map_err(CliError::file(path))?.is_dir() {
        return Err(CliError::file(path)(std::io::ErrorKind::IsADirectory.into()));
    }
    let mut bytes = Vec::new();
    file.take(TABLE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(CliError::file(path))?;
    if bytes.starts_with(&GZIP) {
        let mut unpacked = Vec::new();
        let packed = MultiGzDecoder::new(bytes.as_slice());
        packed
            .take(TABLE_BYTES_MAX + 1)
            .read_to_end(&mut unpacked)
            .map_err(CliError::file(path))?;
        bytes = unpacked;
    }
    if bytes.len() as u64 > TABLE_BYTES_MAX {
        let mebibytes = TABLE_BYTES_MAX >> 20;
        return Err(CliError::Usage(format!(
            "{} holds more than {mebibytes} MiB, unpacked: split it by HS code",
            path.display()
        )));
    }
    Ok(bytes)
}

impl<'m> Answer<'m> {
    fn new(reports: usize, mirror: &'m TradeMirror, comparison: Option<Compared>) -> Self {
        let count = |reported| {
            mirror
                .flows
                .iter()
                .filter(|flow| flow.reported == reported)
                .count()
        };
        Self {
            year: mirror.year,
            reports,
            flows: mirror.flows.len(),
            both: count(Reported::Both),
            exporter_only: count(Reported::ExporterOnly),
            importer_only: count(Reported::ImporterOnly),
            denied: mirror.flows.iter().filter(|flow| flow.denied).count(),
            closure: mirror.closure,
            unallocated_usd: mirror.unallocated.iter().map(|one| one.value).sum(),
            sound_deviation: mirror.population_deviation,
            gross_deviation: mirror.gross_deviation,
            gross_share: mirror.population_gross,
            shrinkage: mirror.shrinkage,
            left_out_density: mirror.left_out_density,
            left_out_covered: mirror.left_out_covered,
            rounds: mirror.rounds,
            settled: mirror.settled,
            margins: &mirror.margins,
            reporters: &mirror.reporters,
            comparison,
        }
    }
}

fn text(answer: &Answer<'_>) -> String {
    let Closure {
        closed,
        open,
        without_total,
    } = answer.closure;
    let mut text = format!(
        "{}{} reports, {} flows: {} from both sides, {} from the exporter alone, {} from the importer alone ({} of these two denied)\n\
         partners add up to the world's total: {closed} of {} times{}\n\
         a sound report is off by {:.0} %, a gross one by a factor of {:.0}; {:.0} % are gross; a reporter's own record outweighs this after {} flows\n\
         of reports left out of learning, {:.1} % fell inside their 95 % interval",
        answer.year.map_or_else(String::new, |year| format!("{year}: ")),
        answer.reports,
        answer.flows,
        answer.both,
        answer.exporter_only,
        answer.importer_only,
        answer.denied,
        closed + open,
        if without_total > 0 {
            format!(", {without_total} times there is no total")
        } else {
            String::new()
        },
        100.0 * (answer.sound_deviation.exp() - 1.0),
        answer.gross_deviation.exp(),
        100.0 * answer.gross_share,
        answer.shrinkage,
        100.0 * answer.left_out_covered
    );
    if let Some(compared) = &answer.comparison {
        text.push_str("\n\n");
        text.push_str(&comparison_text(compared));
    }
    text
}

fn comparison_text(compared: &Compared) -> String {
    let Comparison {
        exporter, importer, ..
    } = &compared.found;
    let published = compared.published.as_ref();
    let mut rows = figures(
        "exporter",
        exporter,
        published.map(|published| &published.exporter),
    );
    rows.extend(figures(
        "importer",
        importer,
        published.map(|published| &published.importer),
    ));
    let mut text = columns(&["side", "figure", "mirror", "open result", ""], &rows, &[2, 3]);
    let found = &compared.found;
    text.push_str(&format!(
        "\n\nat the wrong country, mean over codes: {:.1} % (exporter), {:.1} % (importer)\n{} flows in common, median of ours over theirs {:.3}",
        found.exporter_misplaced, found.importer_misplaced, found.common_flows, found.median_ratio
    ));
    for (side, others) in [
        ("exporter", &found.other_exporter),
        ("importer", &found.other_importer),
    ] {
        for (code, ours, theirs) in others {
            text.push_str(&format!(
                "\n{code}: the largest {side} is {ours}, in the reference {theirs}"
            ));
        }
    }
    text
}

/// The four figures of a side, each beside the published one.
fn figures(side: &str, found: &Score, published: Option<&Score>) -> Vec<Vec<String>> {
    type Pick = fn(&Score) -> (f64, String);
    let picks: [(&str, bool, Pick); 4] = [
        ("top-1", true, |score| {
            (f64::from(score.top1), format!("{}/{}", score.top1, score.codes))
        }),
        ("top-3 overlap", true, |score| {
            (score.top3, format!("{:.2}/3", score.top3))
        }),
        ("share MAE", false, |score| {
            (score.share_mae, format!("{:.2} %", score.share_mae))
        }),
        ("HHI correlation", true, |score| {
            (score.hhi_correlation, format!("{:.3}", score.hhi_correlation))
        }),
    ];
    let row = |(figure, more_is_better, pick): (&str, bool, Pick)| {
        let (ours, shown) = pick(found);
        let other = published.map(pick);
        let verdict = other.as_ref().map_or("", |(theirs, _)| {
            let better = if more_is_better {
                ours > *theirs
            } else {
                ours < *theirs
            };
            if better { "better" } else { "not better" }
        });
        let other = other.map_or_else(|| "–".to_owned(), |(_, shown)| shown);
        vec![
            side.to_owned(),
            figure.to_owned(),
            shown,
            other,
            verdict.to_owned(),
        ]
    };
    picks.into_iter().map(row).collect()
}
