//! `didymium demo`: a club of seven nations on this machine.

mod club;
mod converge;
mod newest;
mod summary;
mod tables;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use didymium_node::import::DataSource;
use didymium_node::{Node, NodeError, NodeState, shutdown_switch};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::error::{CliError, CliResult};
use crate::output::Output;
use crate::signals::Stop;
use summary::{Summary, Timings};

const AFTER: &str = "\
Examples:
  didymium demo                             found or start the club in ./club, stay up until Ctrl-C
  didymium demo --dir ~/club --port 7510    another folder, other ports
  didymium demo --once --dir ~/club         load, wait until all seven agree, print JSON, end
  didymium demo --data my_data              other facts: a folder with tables.csv, sources.csv and the tables

The first run makes keys for seven members and loads the public facts, each table into the log of one member; the others \
get it over HTTP. The second run finds everything in place, and starts the members that have not left the club. The folder may \
be deleted when the demo is not running.

Ctrl-C or SIGTERM stops the club at any time, also while it is founded or loaded (exit code 0); what is in the folder stays \
whole. `--once` ends with exit code 4 if the nodes disagree, and 5 if one is incomplete or it was told to stop before.";

/// Run a club of seven nations on this machine, with real public facts
///
/// Canada, Germany, France, Great Britain, Italy, Japan and the United States each have a node of their own: own keys, own
/// folder, own log, own address.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct DemoArgs {
    /// Folder of the club; made at the first run
    #[arg(long, default_value = "./club", value_name = "DIR")]
    dir: PathBuf,
    /// First of seven consecutive ports; 0 takes any that are free
    #[arg(long, default_value_t = club::FIRST_PORT)]
    port: u16,
    /// Load, wait until all nodes agree, print a summary as JSON and end
    #[arg(long)]
    once: bool,
    /// Folder with tables.csv, sources.csv and the tables, instead of the facts in this program
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Longest wait for the nodes to agree, seconds
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    wait: u64,
}

/// Runs the club.
pub async fn run(args: DemoArgs, output: &Output) -> CliResult<()> {
    // First of all, so that Ctrl-C never ends the founding or the loading half way: each step is let end.
    let stop = Stop::listen()?;
    let mut timings = Timings::start();
    let listeners = club::listen(args.port).await?;
    let addresses = club::addresses(&listeners)?;
    let dir = args.dir.clone();
    output.say(&format!("club folder: {}", dir.display()));
    let wanted = addresses.clone();
    let club::Opened {
        folders,
        left,
        founded,
    } = tokio::task::spawn_blocking(move || club::open(&dir, &wanted)).await??;
    for left in &left {
        output.say(&left.text());
    }
    let listeners = club::of_those_in(&folders, listeners);
    if let Some(elsewhere) = club::elsewhere(&folders, &addresses) {
        output.say(&elsewhere);
    }
    if founded {
        output.say("founded the club: keys, charter and a log for each of its seven members");
    }
    timings.mark("found");
    if stop.is_told() {
        return stopped_early(&args, output);
    }
    let nodes = open(folders, founded).await?;
    let states: Vec<NodeState> = nodes.iter().map(|node| node.state().clone()).collect();
    if !founded {
        let held = states.clone();
        tokio::task::spawn_blocking(move || newest::require_newest(&held)).await??;
    }
    timings.mark("open");

    let data = args.data.clone().map_or(DataSource::Embedded, DataSource::Folder);
    let (loading, say, until) = (states.clone(), *output, stop.clone());
    let gone: Vec<&str> = left.iter().map(|left| left.member).collect();
    let tables =
        tokio::task::spawn_blocking(move || tables::load_all(&loading, &gone, &data, &say, &until)).await??;
    timings.mark("load");
    if stop.is_told() {
        return stopped_early(&args, output);
    }

    let (switch, stopping) = shutdown_switch();
    let mut running = start(nodes, listeners, &stopping);
    drop(stopping);
    let outcome = tokio::select! {
        outcome = converge::wait(&states, Duration::from_secs(args.wait)) => outcome,
        ended = running.join_next() => return ended.map_or(Ok(()), |ended| ended?.map_err(CliError::from)),
        () = stop.clone().told() => {
            finish(switch, running, output).await?;
            return stopped_early(&args, output);
        }
    };
    timings.mark("converge");
    let summary = Summary::of(&args.dir, founded, &states, tables, timings);
    if args.once {
        output.print(&serde_json::to_string_pretty(&summary)?)?;
        finish(switch, running, output).await?;
        return outcome;
    }
    if output.json() {
        output.print(&serde_json::to_string_pretty(&summary)?)?;
    } else {
        output.print(&summary.text())?;
    }
    if let Err(error) = outcome {
        output.error(&error);
    }
    drop(states);
    loop {
        let ended = tokio::select! {
            () = stop.clone().told() => return finish(switch, running, output).await,
            ended = running.join_next() => ended,
        };
        match ended {
            None => return Ok(()),
            // The others go on without who has left.
            Some(Ok(Err(left @ NodeError::NoLongerAMember { .. }))) => output.say(&left.to_string()),
            Some(ended) => ended?.map_err(CliError::from)?,
        }
    }
}

/// Told to stop before the club was up: well done for who only wanted to look, no answer for who asked for one.
fn stopped_early(args: &DemoArgs, output: &Output) -> CliResult<()> {
    let folder = args.dir.display();
    if args.once {
        let reason = format!("told to stop before the nodes agreed; the next start goes on in {folder}");
        return Err(CliError::Incomplete(reason));
    }
    output.say(&format!(
        "stopped before the club was up; what is in {folder} is whole, and the next start goes on from there"
    ));
    Ok(())
}

/// Opens the seven nodes at the same time: checking seven databases is most of a second start.
/// Those that this run has founded need not ask each other what they know.
async fn open(folders: Vec<didymium_node::NodeFolder>, founded: bool) -> CliResult<Vec<Node>> {
    let opening: Vec<_> = folders
        .into_iter()
        .map(|folder| {
            tokio::task::spawn_blocking(move || {
                let node = Node::from_folder(folder, Arc::new(didymium_node::clock::SystemClock))?;
                if founded { node.begun_here() } else { Ok(node) }
            })
        })
        .collect();
    let mut nodes = Vec::with_capacity(opening.len());
    for node in opening {
        nodes.push(node.await??);
    }
    Ok(nodes)
}

fn start(
    nodes: Vec<Node>,
    listeners: Vec<TcpListener>,
    stopping: &didymium_node::Shutdown,
) -> JoinSet<Result<(), NodeError>> {
    let mut running = JoinSet::new();
    for (node, listener) in nodes.into_iter().zip(listeners) {
        running.spawn(node.run(listener, stopping.clone().wait()));
    }
    running
}

/// Stops all nodes and waits for their end.
async fn finish(
    switch: didymium_node::ShutdownSwitch,
    mut running: JoinSet<Result<(), NodeError>>,
    output: &Output,
) -> CliResult<()> {
    let begun = Instant::now();
    switch.stop();
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    tracing::info!(
        milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        "every node has stopped"
    );
    output.say("the club has stopped");
    Ok(())
}
