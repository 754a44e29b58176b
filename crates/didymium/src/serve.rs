//! `didymium serve`.

use std::path::PathBuf;

use clap::Args;
use didymium_node::{Doors, Node, NodeFolder};
use serde::Serialize;

use crate::error::{CliError, CliResult};
use crate::output::Output;
use crate::signals::Stop;

const AFTER: &str = "\
Examples:
  didymium serve --dir club/CAN
  DIDYMIUM_LOG=info didymium serve --dir /srv/didymium --log-json

The address to listen on and the addresses of the peers stand in node.toml in the folder. `listen` is for this machine: \
pages, API and commands, on loopback alone. `[transport] listen` is for nodes on other machines: TLS with the key that the \
charter pins, and requests signed by members. Ctrl-C or SIGTERM stops the node; what it has answered is on the disk.";

/// Run the node of a folder
///
/// Serves the pages and the API, follows the logs of the other members, and keeps the twin up to date.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct ServeArgs {
    /// Folder of the node
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
}

/// What is said when the node is up.
#[derive(Debug, Serialize)]
struct Up {
    member: String,
    address: String,
    /// Where nodes on other machines ask, if they may.
    #[serde(skip_serializing_if = "Option::is_none")]
    nodes: Option<String>,
    dir: PathBuf,
}

/// Runs until told to stop.
pub async fn run(args: &ServeArgs, output: &Output) -> CliResult<()> {
    // First of all: told to stop while it opens, the node stops as it does later.
    let stop = Stop::listen()?;
    let folder = NodeFolder::open(&args.dir)?;
    let own = didymium_node::bind(folder.config().listen).await?;
    let address = own.local_addr().map_err(CliError::Runtime)?;
    let nodes = match &folder.config().transport {
        Some(transport) => Some(didymium_node::bind_nodes(transport.listen).await?),
        None => None,
    };
    let asked_at = nodes.as_ref().map(tokio::net::TcpListener::local_addr);
    let asked_at = asked_at.transpose().map_err(CliError::Runtime)?;
    let up = Up {
        member: folder.config().member.clone(),
        address: format!("http://{address}"),
        nodes: asked_at.map(|address| format!("https://{address}")),
        dir: args.dir.clone(),
    };
    drop(folder);
    let dir = args.dir.clone();
    let node = tokio::task::spawn_blocking(move || Node::open(&dir)).await??;
    if nodes.is_some() {
        node.check_door_for_nodes()?;
    }
    output.data(&up, |up| {
        let nodes = up.nodes.as_ref();
        let nodes = nodes.map_or_else(String::new, |nodes| format!(", for other nodes at {nodes}"));
        format!("{} is at {}{nodes} (Ctrl-C stops it)", up.member, up.address)
    })?;
    node.run(Doors { own, nodes }, stop.told()).await?;
    Ok(())
}
