//! `didymium twin`: balances, shares, indicators, the digest, vintages, the reconciled chain, the trade mirror.

use std::path::Path;

use clap::{Args, Subcommand};
use didymium_node::api::download::Format;
use didymium_node::api::types::{Balance, BalanceRow, Contradiction, Figure, TwinState};
use didymium_node::api::views::SeriesQuery;
use serde::Serialize;

use crate::draws::{self, DrawsArgs};
use crate::error::{CliError, CliResult};
use crate::figures::{self, FiguresArgs};
use crate::indicators::{self, IndicatorsArgs};
use crate::mirror::{self, MirrorArgs};
use crate::output::{Output, columns};
use crate::reader::{Reader, TwinPlaceArgs, parse_period};
use crate::reconciled::{self, ChainArgs, ContradictionsArgs, TrialArgs};
use crate::save::{SaveArgs, View, save};
use crate::series::SeriesArgs;
use crate::times::TimesArgs;
use crate::vintages::{self, VintagesArgs};
use crate::what_if::{self, WhatIfArgs};

const AFTER: &str = "\
Examples:
  didymium twin balance --dir club/CAN rare_earths --stage mine --period 2023
  didymium twin shares --url http://127.0.0.1:7410 cobalt
  didymium twin indicators --url http://127.0.0.1:7410 nickel --stage refining --area CAN
  didymium twin digest --url http://127.0.0.1:7410 --json
  didymium twin balance --dir club/CAN rare_earths --as-of 2026-11-22
  didymium twin vintages --dir club/CAN rare_earths --area CHN --period 2023
  didymium twin observations --url http://127.0.0.1:7410 --measure trade --parquet trade.parquet
  didymium twin chain --url http://127.0.0.1:7410 rare_earths --layer neodymium --period 2022
  didymium twin contradictions --url http://127.0.0.1:7410 rare_earths
  didymium twin chain --dir club/CAN rare_earths --vault my_vault
  didymium twin contradictions --dir club/CAN rare_earths --csv contradictions.csv
  didymium twin trial --dir club/CAN rare_earths --from 2015 --to 2022
  didymium twin mirror --reports comtrade_2022.csv.gz --compare baci_2022.csv

A twin is a function of a cut: the charter and the size of every member's log. Two nodes that hold the same cut have the \
same digest; compare them with `twin digest`. An earlier state is asked for by its cut, or by a time: then it is what \
that node had recorded by then, and `twin digest` names the cut to ask others for.

With --vault the sealed statements that it opens are laid over the club's figures, on this machine alone: an overlay, with a \
digest of its own. It is private to who holds the vault; no node is asked for it, and none serves it.";

/// Ask the twin: balances, shares, supply risk, vintages, its digest
///
/// The answers are computed by the same functions whether a running node is asked (--url) or the folder of one that is
/// not running (--dir).
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct TwinArgs {
    #[command(subcommand)]
    question: Question,
}

#[derive(Debug, Subcommand)]
enum Question {
    /// Every source's figures of one period beside the chosen one
    #[command(
        after_help = "The first column of figures is the source that the rule chose; the others are shown, never averaged."
    )]
    Balance {
        #[command(flatten)]
        asked: BalanceArgs,
        #[command(flatten)]
        save: SaveArgs,
    },
    /// Shares of the countries, concentration (HHI), what is left without the largest (N-1)
    #[command(
        after_help = "HHI: the sum of squared shares in percent, 0 to 10,000; above 1,800 a market counts as highly concentrated (United States merger guidelines, 2023)."
    )]
    Shares(BalanceArgs),
    /// Indices of supply risk with their error bars, alone and with the club as one importer
    #[command(
        after_help = "An index that cannot be computed is a line with the cause. `≤` and `≥`: an input is not at hand, and the value is a bound. With --csv or --parquet every cell is written: all years and causes."
    )]
    Indicators(IndicatorsArgs),
    /// The digest of all facts, and the cut it belongs to
    #[command(
        after_help = "Ends with exit code 5 if a payload that the cut names is not here: then there is no digest."
    )]
    Digest {
        #[command(flatten)]
        place: TwinPlaceArgs,
        #[command(flatten)]
        times: TimesArgs,
    },
    /// How a figure changed: from edition to edition, and from statement to statement
    #[command(
        after_help = "Changes between editions are told within one publication; a difference between two publications is no revision. Recorded times are those of the node that is asked."
    )]
    Vintages(VintagesArgs),
    /// Figures as published, as a file (--csv or --parquet)
    #[command(
        after_help = "Every row has its unit, its basis, its edition and its licence; docs/notebooks.md reads such files."
    )]
    Observations(FiguresArgs),
    /// A series by area over time, as a file (--csv or --parquet)
    #[command(after_help = "World totals, HHI and the largest share are rows of their own, by `quantity`.")]
    Series(FiguresArgs),
    /// The reconciled balance of a chain: every stage's figures, with deviation and quality, adding up
    #[command(
        after_help = "A figure of quality E rests on assumptions; nobody can know what is said to be so. With --csv or --parquet every figure of the family is written."
    )]
    Chain(ChainArgs),
    /// Reports that do not fit the others, and what would fit; how well each voice is checked
    #[command(
        after_help = "shows: how much of an error of the report would show, 0 to 1. A report that nobody checks is not listed; with --csv or --parquet it is written too."
    )]
    Contradictions(ContradictionsArgs),
    /// What the balance would be if a report said otherwise, or were withdrawn: which figures would move. Nothing is stored
    WhatIf(WhatIfArgs),
    /// Draws of the posterior: estimates of a line as they might be, correlations included, as a file
    #[command(
        after_help = "A row a draw and place; every draw adds up. For what no deviation alone tells: the interval of a share, of an index, of a sum of countries. Without bounds, as deviations are."
    )]
    Draws(DrawsArgs),
    /// Are the error bars honest? Each voice is left out in turn, and its figures held against the others
    #[command(
        after_help = "A voice is a house that publishes: all of its editions are left out together. Takes a balance a voice."
    )]
    Trial(TrialArgs),
    /// Reconcile the two reports of every trade flow; compare with a reference
    Mirror(MirrorArgs),
}

#[derive(Debug, Args)]
struct BalanceArgs {
    #[command(flatten)]
    place: TwinPlaceArgs,
    /// Commodity key: `rare_earths`, `neodymium`, `lithium`, `cobalt` …
    commodity: String,
    /// Measure key: `production`, `reserves`, `capacity` …
    #[arg(long, default_value = "production")]
    measure: String,
    #[command(flatten)]
    series: SeriesArgs,
    /// `2023`, `2023-Q1` or `2023-04`; the latest with figures if left out
    #[arg(long)]
    period: Option<String>,
    #[command(flatten)]
    times: TimesArgs,
}

/// A balance reduced to shares.
#[derive(Debug, Serialize)]
struct Shares {
    period: String,
    /// Whether its source expects the figures rather than observed them.
    projected: bool,
    source: String,
    world: Option<Figure>,
    /// Number of areas that `world` is merely the sum of, where the source gives no world total and no line for others.
    listed: Option<u32>,
    /// The country that leads and that the source leaves out: then there is no total and no share.
    left_out: Option<String>,
    countries: Vec<BalanceRow>,
    hhi: Option<Figure>,
    n_minus_1: Option<Figure>,
    club_share: Option<Figure>,
}

/// Answers.
pub async fn run(args: TwinArgs, output: &Output) -> CliResult<()> {
    match args.question {
        Question::Balance { asked, save } => {
            if let Some(file) = save.wanted() {
                return asked.write(file, output).await;
            }
            let (reader, balance, state) = asked.ask(output).await?;
            reader.print(output, &balance, balance_text)?;
            complete(&state)
        }
        Question::Shares(asked) => {
            let (reader, balance, state) = asked.ask(output).await?;
            let projected = is_projected(&balance);
            let shares = Shares {
                period: balance.period,
                projected,
                source: balance
                    .sources
                    .into_iter()
                    .next()
                    .map_or_else(String::new, |source| source.source),
                world: balance.world,
                listed: balance.listed,
                left_out: balance.left_out,
                countries: balance
                    .rows
                    .into_iter()
                    .filter(|row| row.share.is_some())
                    .collect(),
                hhi: balance.hhi,
                n_minus_1: balance.n_minus_1,
                club_share: balance.club.map(|club| club.share),
            };
            reader.print(output, &shares, shares_text)?;
            complete(&state)
        }
        Question::Vintages(args) => vintages::run(args, output).await,
        Question::Observations(args) => figures::observations(args, output).await,
        Question::Series(args) => figures::series(args, output).await,
        Question::Chain(args) => reconciled::chain(args, output).await,
        Question::Contradictions(args) => reconciled::contradictions(args, output).await,
        Question::Draws(args) => draws::draws(args, output).await,
        Question::WhatIf(args) => what_if::what_if(args, output).await,
        Question::Trial(args) => reconciled::trial(&args, output),
        Question::Indicators(args) => indicators::run(&args, output).await,
        Question::Mirror(args) => mirror::run(&args, output),
        Question::Digest { place, times } => {
            times.times()?;
            let reader = Reader::open_over(&place)?;
            let state = reader.twin_state(&times).await?;
            reader.print(output, &state, digest_text)?;
            complete(&state)
        }
    }
}

/// Figures of an incomplete twin are shown, and told to be so.
fn complete(state: &TwinState) -> CliResult<()> {
    if state.state == "complete" {
        return Ok(());
    }
    let missing = state.missing.len();
    Err(CliError::Incomplete(format!(
        "{missing} payloads that the cut names are not here: figures may lack what is in them"
    )))
}

/// Whether the figures of a balance are what its source expects of the future.
fn is_projected(balance: &Balance) -> bool {
    let mut chosen = balance
        .rows
        .iter()
        .filter_map(|row| row.chosen.as_ref())
        .peekable();
    chosen.peek().is_some() && chosen.all(|figure| figure.basis == "projected")
}

fn mark(projected: bool) -> &'static str {
    if projected {
        " (projected by its source, not observed)"
    } else {
        ""
    }
}

/// What the shares are shares of, or why there are none.
fn whole(listed: Option<u32>, left_out: Option<&str>) -> String {
    match (left_out, listed) {
        (Some(area), _) => format!("no world total: the source leaves out {area}, which leads"),
        (None, Some(areas)) => format!("sum of {areas} countries listed (no world total published)"),
        (None, None) => "world".to_owned(),
    }
}

impl BalanceArgs {
    fn query(&self) -> SeriesQuery {
        self.series
            .query(Some(self.measure.clone()), Some(self.commodity.clone()))
    }

    async fn write(self, file: (&Path, Format), output: &Output) -> CliResult<()> {
        self.times.times()?;
        let period = self.period.as_deref().map(parse_period).transpose()?;
        let view = View::Balance(self.query(), period);
        let reader = Reader::open_over(&self.place)?;
        save(&reader, &view, &self.times, file, output).await?;
        complete(&reader.twin_state(&self.times).await?)
    }

    async fn ask(self, output: &Output) -> CliResult<(Reader, Balance, TwinState)> {
        let query = self.query();
        self.times.times()?;
        let reader = Reader::open_over(&self.place)?;
        let state = reader.twin_state(&self.times).await?;
        let period = self.period.as_deref();
        match reader.balance(&query, period, &self.times).await {
            Err(CliError::NotFound(_)) if state.state != "complete" => {
                complete(&state)?;
                Err(CliError::NotFound("no such series".to_owned()))
            }
            Err(error) => reader.explained(output, Err(error)),
            Ok(balance) => Ok((reader, balance, state)),
        }
    }
}

fn value(figure: Option<&Figure>) -> String {
    figure
        .and_then(|figure| figure.value.clone())
        .unwrap_or_else(|| "–".to_owned())
}

fn with_unit(figure: Option<&Figure>) -> String {
    let unit = figure.map(|figure| match &figure.substance {
        Some(substance) => format!("{} {substance}", figure.unit),
        None => figure.unit.clone(),
    });
    format!("{} {}", value(figure), unit.unwrap_or_default())
        .trim_end()
        .to_owned()
}

fn series_name(balance: &Balance) -> String {
    let key = &balance.key;
    [&key.measure, &key.commodity, &key.stage, &key.form, &key.subject]
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" · ")
}

fn balance_text(balance: &Balance) -> String {
    let mut header = vec!["area"];
    header.extend(balance.sources.iter().map(|source| source.source.as_str()));
    header.push("share %");
    let rows: Vec<Vec<String>> = balance
        .rows
        .iter()
        .map(|row| {
            let figures = row.by_source.iter().map(|figure| value(figure.as_ref()));
            std::iter::once(row.area.clone())
                .chain(figures)
                .chain(std::iter::once(value(row.share.as_ref())))
                .collect()
        })
        .collect();
    let right: Vec<usize> = (1..header.len()).collect();
    format!(
        "{} · {}{}\n{}: {}   HHI: {}   N-1: {} %\n\n{}\n{}\n{}",
        series_name(balance),
        balance.period,
        mark(is_projected(balance)),
        whole(balance.listed, balance.left_out.as_deref()),
        with_unit(balance.world.as_ref()),
        value(balance.hhi.as_ref()),
        value(balance.n_minus_1.as_ref()),
        columns(&header, &rows, &right),
        contradictions_text(balance),
        balance.rule.en
    )
}

/// One line a contradiction: what is shown in the table first, then what others say of the same edition.
fn contradictions_text(balance: &Balance) -> String {
    let line = |found: &Contradiction| {
        let said = found.figures.iter().map(|said| {
            let figure = with_unit(Some(&said.figure));
            format!("{figure} (said by {})", said.members.join(", "))
        });
        let cell = [&found.area, &found.partner, &found.source].map(String::as_str);
        let cell: Vec<_> = cell.into_iter().filter(|part| !part.is_empty()).collect();
        let said: Vec<_> = said.collect();
        format!("contradiction: {}: {}\n", cell.join(" "), said.join(" and "))
    };
    balance.contradictions.iter().map(line).collect()
}

fn shares_text(shares: &Shares) -> String {
    let row = |row: &BalanceRow| {
        vec![
            row.area.clone(),
            value(row.share.as_ref()),
            with_unit(row.chosen.as_ref()),
        ]
    };
    let rows: Vec<_> = shares.countries.iter().map(row).collect();
    format!(
        "{}{} · {}\n{}: {}   HHI: {}   N-1: {} %   club: {} %\n\n{}",
        shares.period,
        mark(shares.projected),
        shares.source,
        whole(shares.listed, shares.left_out.as_deref()),
        with_unit(shares.world.as_ref()),
        value(shares.hhi.as_ref()),
        value(shares.n_minus_1.as_ref()),
        value(shares.club_share.as_ref()),
        columns(&["area", "share %", "figure"], &rows, &[1, 2])
    )
}

fn digest_text(state: &TwinState) -> String {
    let sizes: Vec<String> = state
        .cut
        .sizes
        .iter()
        .map(|(member, size)| format!("{member} {size}"))
        .collect();
    let mut text = format!(
        "{}: {}\ncut: {}\n  logs: {}\n  charter: {}\n  vocabulary: {}\n  rules: {}\n{} observations, {} sites, {} notices; {} statements not interpreted",
        state.state,
        match (&state.digest, &state.published_by) {
            (Some(digest), _) => digest.clone(),
            (None, Some(day)) => format!("no digest (only what was published by {day})"),
            (None, None) => "no digest".to_owned(),
        },
        state.cut.id,
        sizes.join(", "),
        state.cut.charter,
        state.cut.vocabulary,
        state.cut.rules,
        state.observations,
        state.sites,
        state.notices,
        state.uninterpreted
    );
    for missing in &state.missing {
        text.push_str(&format!(
            "\nmissing: blob {} of statement {} by {}",
            missing.blob, missing.statement, missing.member
        ));
    }
    text
}
