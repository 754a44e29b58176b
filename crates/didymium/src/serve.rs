//! `didymium serve`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use didymium_node::{Doors, Node, NodeFolder};
use serde::Serialize;
use tokio::task::JoinSet;

use crate::error::{CliError, CliResult};
use crate::output::Output;
use crate::signals::Stop;

const AFTER: &str = "\
Examples:
  didymium serve --dir club/CAN
  DIDYMIUM_LOG=info didymium serve --dir /srv/didymium --log-json
  didymium serve --dir /srv/rare-earths --dir /srv/lithium

With several folders the node serves several clubs, each with keys, addresses and a log of its own: what is said in one club \
is not seen in another. If one of them must stop, the others go on.

The address to listen on and the addresses of the peers stand in node.toml in the folder. `listen` is for this machine: \
pages, API and commands, on loopback alone. `[transport] listen` is for nodes on other machines: TLS with the key that the \
charter pins, and requests signed by members. Ctrl-C or SIGTERM stops the node; what it has answered is on the disk.";

/// Run the node of a folder
///
/// Serves the pages and the API, follows the logs of the other members, and keeps the twin up to date.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct ServeArgs {
    /// Folder of the node; once for each club that it serves
    #[arg(long, value_name = "DIR", required = true)]
    dir: Vec<PathBuf>,
}

/// What is said when the node is up.
#[derive(Debug, Serialize)]
struct Up {
    club: String,
    member: String,
    address: String,
    /// Where nodes on other machines ask, if they may.
    #[serde(skip_serializing_if = "Option::is_none")]
    nodes: Option<String>,
    dir: PathBuf,
}

/// A node that is open and has its doors.
struct Opened {
    node: Node,
    doors: Doors,
    up: Up,
}

/// Runs until told to stop.
pub async fn run(args: &ServeArgs, output: &Output) -> CliResult<()> {
    // First of all: told to stop while it opens, the node stops as it does later.
    let stop = Stop::listen()?;
    check_folders(&args.dir)?;
    let mut opened = Vec::with_capacity(args.dir.len());
    for dir in &args.dir {
        opened.push(open(dir).await?);
    }
    let several = opened.len() > 1;
    let mut running = JoinSet::new();
    for Opened { node, doors, up } in opened {
        output.data(&up, |up| in_words(up, several))?;
        let told = stop.clone().told();
        // A task of its own, so that a panic in one ends that one alone.
        let node = tokio::spawn(node.run(doors, told));
        running.spawn(async move {
            let ended = match node.await {
                Ok(ended) => ended.map_err(CliError::from),
                Err(error) => Err(CliError::from(error)),
            };
            (up.dir, ended)
        });
    }
    let mut first_failure = None;
    while let Some(ended) = running.join_next().await {
        let (dir, ended) = ended?;
        if let Err(error) = ended {
            if !running.is_empty() && !stop.is_told() {
                output.say(&format!(
                    "the node of {} has stopped: {error}; the others go on",
                    dir.display()
                ));
            }
            first_failure.get_or_insert(error);
        }
    }
    first_failure.map_or(Ok(()), Err)
}

/// Refuses a folder that is named twice, under whatever names: its second node would find it in use by the first.
fn check_folders(dirs: &[PathBuf]) -> CliResult<()> {
    let mut seen = BTreeMap::new();
    for dir in dirs {
        // What is not there is told of when it is opened.
        let Ok(place) = dir.canonicalize() else { continue };
        if let Some(first) = seen.insert(place, dir) {
            return Err(CliError::Usage(format!(
                "--dir names the same folder twice ({} and {}): once is enough",
                first.display(),
                dir.display()
            )));
        }
    }
    Ok(())
}

/// Opens the node of a folder, and its doors.
async fn open(dir: &Path) -> CliResult<Opened> {
    let folder = NodeFolder::open(dir)?;
    let own = didymium_node::bind(folder.config().listen).await?;
    let address = own.local_addr().map_err(CliError::Runtime)?;
    let nodes = match &folder.config().transport {
        Some(transport) => Some(didymium_node::bind_nodes(transport.listen).await?),
        None => None,
    };
    let asked_at = nodes.as_ref().map(tokio::net::TcpListener::local_addr);
    let asked_at = asked_at.transpose().map_err(CliError::Runtime)?;
    let up = Up {
        club: folder.charter().charter().club.clone(),
        member: folder.config().member.clone(),
        address: format!("http://{address}"),
        nodes: asked_at.map(|address| format!("https://{address}")),
        dir: dir.to_owned(),
    };
    drop(folder);
    let dir = dir.to_owned();
    let node = tokio::task::spawn_blocking(move || Node::open(&dir)).await??;
    if nodes.is_some() {
        node.check_door_for_nodes()?;
    }
    Ok(Opened {
        node,
        doors: Doors { own, nodes },
        up,
    })
}

fn in_words(up: &Up, several: bool) -> String {
    let nodes = up.nodes.as_ref();
    let nodes = nodes.map_or_else(String::new, |nodes| format!(", for other nodes at {nodes}"));
    let club = if several {
        format!(" of {}", up.club)
    } else {
        String::new()
    };
    format!(
        "{}{club} is at {}{nodes} (Ctrl-C stops it)",
        up.member, up.address
    )
}
