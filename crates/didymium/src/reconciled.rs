//! `didymium twin chain`, `contradictions` and `trial`: the reconciled balance of a chain at a terminal.

use clap::Args;
use didymium_node::api::download::EstimatesQuery;
use didymium_node::api::types::{Contradictions, PlaceBalance, Reconciled};
use didymium_node::api::views::{self, BalanceLens, Lens};
use didymium_twin::WORLD;
use didymium_twin::balance::{Balance, BalanceError, Options, Spot, leave_out};
use didymium_twin::reconcile::Huber;
use serde::Serialize;

use crate::error::{CliError, CliResult};
use crate::output::{Output, columns};
use crate::reader::{PlaceArgs, Reader, TwinPlaceArgs, parse_period, with_twin};
use crate::robust;
use crate::save::{SaveArgs, View, save};
use crate::times::TimesArgs;

/// Lines in the order in which they add up.
const LINES: [&str; 7] = ["opening", "in", "produced", "consumed", "out", "lost", "closing"];
/// Reports that are printed.
const REPORTS: usize = 40;

/// What `didymium twin chain` is asked.
#[derive(Debug, Args)]
pub struct ChainArgs {
    #[command(flatten)]
    from: TwinPlaceArgs,
    /// Family key: `rare_earths`, `lithium`, `cobalt` …
    commodity: String,
    /// What is followed: the family (if left out), or one of its elements such as `neodymium`; a file holds all if left out
    #[arg(long)]
    layer: Option<String>,
    /// `WLD` (if left out), a country such as `CHN`, or a site such as `CHN/bayan-obo`; a file holds all places if left out
    #[arg(long)]
    place: Option<String>,
    /// A year or a month; the latest year of which reports tell if left out, and in a file all periods
    #[arg(long)]
    period: Option<String>,
    /// Reports that do not fit count less, so that a few false ones bend the balance less (Huber)
    #[arg(long)]
    robust: bool,
    #[command(flatten)]
    times: TimesArgs,
    #[command(flatten)]
    save: SaveArgs,
}

/// What `didymium twin contradictions` is asked.
#[derive(Debug, Args)]
pub struct ContradictionsArgs {
    #[command(flatten)]
    from: TwinPlaceArgs,
    /// Family key: `rare_earths`, `lithium`, `cobalt` …
    commodity: String,
    #[command(flatten)]
    times: TimesArgs,
    #[command(flatten)]
    save: SaveArgs,
}

/// What `didymium twin trial` is asked.
#[derive(Debug, Args)]
pub struct TrialArgs {
    /// Folder of a node that is not running, such as `club/CAN`
    #[arg(long, value_name = "DIR")]
    dir: std::path::PathBuf,
    /// Family key: `rare_earths`, `lithium`, `cobalt` …
    commodity: String,
    /// First year of the figures that are withheld
    #[arg(long, default_value_t = 2015)]
    from: i16,
    /// Last year of them
    #[arg(long, default_value_t = 2022)]
    to: i16,
    #[command(flatten)]
    times: TimesArgs,
}

/// How many withheld figures lie where the others say.
#[derive(Debug, Serialize)]
struct Trial {
    commodity: String,
    years: [i16; 2],
    voices: Vec<Tried>,
    within: usize,
    of: usize,
    /// Those that lie outside.
    outside: Vec<Outside>,
}

#[derive(Debug, Serialize)]
struct Tried {
    voice: String,
    within: usize,
    of: usize,
    /// Figures that without this voice nobody could tell.
    unknowable: usize,
}

#[derive(Debug, Serialize)]
struct Outside {
    voice: String,
    figure: String,
    said: String,
    deviation: String,
    others: String,
    others_deviation: String,
}

/// Asks of a family's balance.
///
/// # Errors
/// Why it has none; what `ask` says.
pub fn balanced<T>(
    lens: Lens<'_>,
    family: &str,
    ask: impl FnOnce(BalanceLens<'_>) -> CliResult<T>,
) -> CliResult<T> {
    balanced_as(lens, family, false, ask)
}

/// The same of the robust balance, if that is asked for.
fn balanced_as<T>(
    lens: Lens<'_>,
    family: &str,
    robust: bool,
    ask: impl FnOnce(BalanceLens<'_>) -> CliResult<T>,
) -> CliResult<T> {
    // Whoever asks for a large one on their own machine may wait for it.
    let options = Options {
        quantities_max: usize::MAX,
        robust: robust.then(Huber::default),
        ..Options::default()
    };
    let balance = Balance::of(lens.twin, family, &options).map_err(|error| refused(&error))?;
    ask(BalanceLens {
        balance: &balance,
        lens,
        stale: None,
    })
}

/// Why a family has no balance, with what the arithmetic says if that is why.
pub fn refused(error: &BalanceError) -> CliError {
    match error {
        BalanceError::TooLarge { .. } => CliError::NotFound(error.to_string()),
        BalanceError::Unsolved { source, .. } => CliError::NotFound(format!("{error}: {source}")),
        BalanceError::CannotBeSaid { .. } => CliError::Usage(error.to_string()),
        BalanceError::NoFamily { .. } | BalanceError::NothingSaid { .. } | BalanceError::NoReport { .. } => {
            CliError::NotFound(error.to_string())
        }
    }
}

fn place_of(text: &str) -> CliResult<Spot> {
    Spot::parse(text).ok_or_else(|| CliError::Usage("--place: a country such as `CHN`, or `WLD`".into()))
}

/// The balance of a chain.
pub async fn chain(args: ChainArgs, output: &Output) -> CliResult<()> {
    args.times.times()?;
    let period = args.period.as_deref().map(parse_period).transpose()?;
    let reader = Reader::open_over(&args.from)?;
    if let Some(file) = args.save.wanted() {
        let place = args.place.as_deref().map(place_of).transpose()?;
        let view = View::Reconciled(EstimatesQuery {
            family: args.commodity.clone(),
            robust: args.robust,
            layer: args.layer.clone(),
            place,
            period,
        });
        return save(&reader, &view, &args.times, file, output).await;
    }
    let found = match &reader {
        Reader::Folder(folder) => {
            let found = with_twin(folder, &args.times, |lens| {
                balanced_as(lens, &args.commodity, args.robust, |of| {
                    let layer = args.layer.as_deref().unwrap_or(&args.commodity);
                    let layer = of.balance.layer(layer).ok_or_else(|| {
                        CliError::NotFound(format!(
                            "`{layer}` is neither `{}` nor one of its elements",
                            args.commodity
                        ))
                    })?;
                    let place = place_of(args.place.as_deref().unwrap_or(WORLD))?;
                    views::reconciled(of, layer, &place, period)
                        .ok_or_else(|| CliError::NotFound("nothing is balanced there and then".into()))
                })
            });
            reader.explained(output, found)?
        }
        Reader::Node(node) => {
            let mut ask = vec![
                ("commodity", Some(args.commodity.as_str())),
                ("layer", args.layer.as_deref()),
                ("place", args.place.as_deref()),
                ("period", args.period.as_deref()),
            ];
            ask.push(("robust", args.robust.then_some("true")));
            ask.extend(args.times.asked());
            node.json("/api/v1/reconciled", &ask).await?
        }
    };
    reader.print(output, &found, chain_text)
}

/// Reports that do not fit.
pub async fn contradictions(args: ContradictionsArgs, output: &Output) -> CliResult<()> {
    args.times.times()?;
    let reader = Reader::open_over(&args.from)?;
    if let Some(file) = args.save.wanted() {
        let view = View::Contradictions(args.commodity.clone());
        return save(&reader, &view, &args.times, file, output).await;
    }
    let found: Contradictions = match &reader {
        Reader::Folder(folder) => {
            let found = with_twin(folder, &args.times, |lens| {
                balanced(lens, &args.commodity, |of| {
                    Ok(views::contradictions(of, 0, REPORTS))
                })
            });
            reader.explained(output, found)?
        }
        Reader::Node(node) => {
            let limit = REPORTS.to_string();
            let mut ask = vec![
                ("commodity", Some(args.commodity.as_str())),
                ("limit", Some(limit.as_str())),
            ];
            ask.extend(args.times.asked());
            node.json("/api/v1/contradictions", &ask).await?
        }
    };
    reader.print(output, &found, contradictions_text)
}

/// Leaves out each voice in turn.
pub fn trial(args: &TrialArgs, output: &Output) -> CliResult<()> {
    let place = PlaceArgs {
        dir: Some(args.dir.clone()),
        url: None,
    };
    let Reader::Folder(folder) = Reader::open(&place)? else {
        return Err(CliError::Usage("a trial reads a folder: --dir".into()));
    };
    let found = with_twin(&folder, &args.times, |lens| {
        let years = args.from..=args.to;
        let left = leave_out(lens.twin, &args.commodity, &years, &Options::default())
            .map_err(|error| refused(&error))?;
        let stages: Vec<&str> = lens
            .twin
            .vocabulary()
            .chain(&args.commodity)
            .map(|link| link.stage.as_str())
            .collect();
        let mut trial = Trial {
            commodity: args.commodity.clone(),
            years: [args.from, args.to],
            voices: Vec::new(),
            within: 0,
            of: 0,
            outside: Vec::new(),
        };
        for out in left {
            let (within, of) = out.covered();
            trial.within += within;
            trial.of += of;
            for figure in out
                .withheld
                .iter()
                .filter(|figure| figure.within() == Some(false))
            {
                let (value, deviation) = figure.others.unwrap_or_default();
                let stage = stages
                    .get(usize::from(figure.key.stage))
                    .copied()
                    .unwrap_or_default();
                trial.outside.push(Outside {
                    voice: out.voice.clone(),
                    figure: format!(
                        "{stage} {} {} {}",
                        figure.key.spot,
                        figure.key.slot.year(),
                        figure.key.line.key()
                    ),
                    said: views::decimal(figure.said.0),
                    deviation: views::decimal(figure.said.1),
                    others: views::decimal(value),
                    others_deviation: views::decimal(deviation),
                });
            }
            trial.voices.push(Tried {
                within,
                of,
                unknowable: out
                    .withheld
                    .iter()
                    .filter(|figure| figure.others.is_none())
                    .count(),
                voice: out.voice,
            });
        }
        Ok(trial)
    })?;
    output.data(&found, trial_text)
}

fn cell(place: &PlaceBalance, line: &str) -> String {
    let found = place.lines.iter().find(|known| known.line == line);
    match found.and_then(|line| Some((line.value.as_ref()?, line.deviation.as_ref()?, &line.grade))) {
        Some((value, deviation, grade)) => {
            let contested = if found.is_some_and(|line| line.contested) {
                "!"
            } else {
                ""
            };
            format!("{value} ±{deviation} {grade}{contested}")
        }
        None if found.is_some() => "nobody can know".to_owned(),
        None => "·".to_owned(),
    }
}

fn chain_text(found: &Reconciled) -> String {
    let mut header = vec!["stage"];
    header.extend(LINES);
    let rows: Vec<Vec<String>> = found
        .stages
        .iter()
        .map(|stage| {
            let cells = LINES.iter().map(|line| cell(&stage.whole, line));
            std::iter::once(stage.stage.clone()).chain(cells).collect()
        })
        .collect();
    let mut parts = String::new();
    for stage in found.stages.iter().filter(|stage| !stage.parts.is_empty()) {
        let rows: Vec<Vec<String>> = stage
            .parts
            .iter()
            .map(|part| {
                let lines = ["in", "produced", "consumed", "out"]
                    .iter()
                    .map(|line| cell(part, line));
                std::iter::once(part.place.clone()).chain(lines).collect()
            })
            .collect();
        parts.push_str(&format!(
            "\n{}\n{}\n",
            stage.stage,
            columns(
                &["place", "in", "produced", "consumed", "out"],
                &rows,
                &[1, 2, 3, 4]
            )
        ));
    }
    let voices: Vec<String> = found
        .voices
        .iter()
        .map(|voice| format!("{} ×{} ({})", voice.voice, voice.factor, voice.reports))
        .collect();
    let right: Vec<usize> = (1..header.len()).collect();
    let even = found.stages.iter().filter(|stage| stage.evenly);
    let even: Vec<&str> = even.map(|stage| stage.stage.as_str()).collect();
    let even = if even.is_empty() {
        String::new()
    } else {
        format!(
            "nobody tells the month of {}: even parts of the year\n",
            even.join(", ")
        )
    };
    let untold = if found.untold.is_empty() {
        String::new()
    } else {
        format!(
            "nobody reports of, and nobody can know: {}\n",
            found.untold.join(", ")
        )
    };
    let robust = robust::text(found.counted_less, found.settled, found.rounds);
    format!(
        "{} · {} · {} · tonnes {}\nopening + in + produced - consumed - out - lost = closing; value ±standard deviation, quality A to E, ! where a report of it does not fit the others\n{robust}{untold}{even}\n{}\n{parts}\n\
         voices, what was learned of their deviations, reports: {}\nall together: chi-squared {} of {} degrees of freedom, p {}; {} reports do not fit, {} figures are not used or stand out",
        found.layer.commodity,
        found.place,
        found.period,
        found.layer.substance,
        columns(&header, &rows, &right),
        voices.join(", "),
        found.test.statistic,
        found.test.degrees_of_freedom,
        found.test.p,
        found.flagged,
        found.findings
    )
}

fn contradictions_text(found: &Contradictions) -> String {
    let mark = |flagged| if flagged { "*" } else { "" };
    let rows: Vec<Vec<String>> = found
        .reports
        .iter()
        .map(|report| {
            vec![
                format!("{}{}", report.z, mark(report.flagged)),
                report.number.to_string(),
                report.about.voice.clone(),
                format!(
                    "{} {} {} {}{}",
                    report.about.stage,
                    report.about.place,
                    report.about.period,
                    report.about.line,
                    // Nobody says it: it is a total less its rows.
                    if report.kind == "unlisted" {
                        " (left for those not listed)"
                    } else {
                        ""
                    }
                ),
                report.about.said.clone(),
                if report.impossible {
                    format!("less than nothing ±{}", report.expected_deviation)
                } else {
                    format!("{} ±{}", report.expected, report.expected_deviation)
                },
                if report.impossible {
                    "no possible figure".to_owned()
                } else {
                    format!("{} to {}", report.fits_low, report.fits_high)
                },
                report.detectability.clone(),
            ]
        })
        .collect();
    let checks: Vec<Vec<String>> = found
        .voices
        .iter()
        .map(|voice| {
            vec![
                voice.voice.clone(),
                voice.reports.to_string(),
                voice.checked.to_string(),
                voice.detectability.clone(),
                voice.flagged.to_string(),
            ]
        })
        .collect();
    let findings: Vec<String> = found
        .findings
        .iter()
        .map(|finding| {
            let figure = finding.observation.as_ref().map_or_else(String::new, |traced| {
                let said = &traced.observation;
                let statement = traced.statements.first();
                let statement = statement.map_or("", |place| place.statement.get(..12).unwrap_or_default());
                format!(
                    "{} {} {} {} of {} (statement {statement}…)",
                    said.key.measure, said.key.commodity, said.area, said.value.period, said.source
                )
            });
            format!("{} {}: {}", finding.site, figure, finding.words.en)
                .trim_start()
                .to_owned()
        })
        .collect();
    let suspects: Vec<String> = found
        .suspects
        .iter()
        .map(|one| {
            let alike = match one.reports.len().saturating_sub(1) {
                0 => String::new(),
                others => format!(" (or one of {others} that no test can tell from it)"),
            };
            format!(
                "{} {} {} {} {} of {}: says {} t, off by {} t; explains {}{alike}",
                one.about.stage,
                one.about.line,
                one.about.place,
                one.about.period,
                found.commodity,
                one.about.voice,
                one.about.said,
                one.bias,
                one.statistic
            )
        })
        .collect();
    let suspects = if suspects.is_empty() {
        String::new()
    } else {
        format!(
            "suspected one after another, until the rest agree (p {}):\n{}\n\n",
            found.rest.p,
            suspects.join("\n")
        )
    };
    let nothing = if found.test.degrees_of_freedom == 0 {
        ": no report checks another, so nothing can be tested and a false one would not be noticed"
    } else {
        ""
    };
    format!(
        "{}{nothing}: chi-squared {} of {} degrees of freedom, p {}; flagged beyond z {} (*)\n\n{}\n\n{suspects}{}\n\nnot used, or named:\n{}",
        found.commodity,
        found.test.statistic,
        found.test.degrees_of_freedom,
        found.test.p,
        found.critical,
        columns(
            &[
                "z",
                "no.",
                "voice",
                "figure",
                "said",
                "expected",
                "would fit",
                "shows"
            ],
            &rows,
            &[0, 1, 4, 5, 6, 7]
        ),
        columns(
            &["voice", "reports", "checked", "shows", "flagged"],
            &checks,
            &[1, 2, 3, 4]
        ),
        findings.join("\n")
    )
}

fn trial_text(trial: &Trial) -> String {
    let rows: Vec<Vec<String>> = trial
        .voices
        .iter()
        .map(|voice| {
            vec![
                voice.voice.clone(),
                voice.within.to_string(),
                voice.of.to_string(),
                voice.unknowable.to_string(),
            ]
        })
        .collect();
    let outside: Vec<Vec<String>> = trial
        .outside
        .iter()
        .map(|one| {
            vec![
                one.voice.clone(),
                one.figure.clone(),
                format!("{} ±{}", one.said, one.deviation),
                format!("{} ±{}", one.others, one.others_deviation),
            ]
        })
        .collect();
    let part = 100.0 * trial.within as f64 / (trial.of.max(1)) as f64;
    format!(
        "{} {} to {}: each voice left out in turn; {} of {} withheld figures lie within their 95 % intervals ({part:.1} %)\n\n{}\n\noutside:\n{}",
        trial.commodity,
        trial.years[0],
        trial.years[1],
        trial.within,
        trial.of,
        columns(&["voice", "within", "of", "nobody else tells"], &rows, &[1, 2, 3]),
        columns(&["voice", "figure", "said", "others say"], &outside, &[2, 3])
    )
}
