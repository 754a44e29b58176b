//! `didymium init`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use didymium_node::NodeError;
use didymium_node::clock::SystemClock;
use didymium_node::club::{ClubSpec, MemberSpec, found, member_dir};
use serde::Serialize;

use crate::error::{CliError, CliResult};
use crate::output::Output;

const AFTER: &str = "\
Examples:
  didymium init --dir my_node --member CAN
  didymium init --dir my_node --member CAN --domain can.minerals.example --listen 127.0.0.1:4801
  didymium serve --dir my_node

The folder holds the secret keys (keys/, readable by its owner alone), the signed charter, node.toml, and the database. \
A club of one works like any other: import tables, serve, ask.";

/// Make the folder of a new node: keys, charter, log
///
/// Founds a club of one member, for a node alone.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct InitArgs {
    /// Folder to make; absent or empty
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// ISO 3166 alpha-3 code of the member
    #[arg(long, value_name = "CODE")]
    member: String,
    /// Domain under which the member's DID, keys and sites are named; `<code>.club.example` if left out
    #[arg(long)]
    domain: Option<String>,
    /// Address the node listens on
    #[arg(long, default_value = "127.0.0.1:4801")]
    listen: SocketAddr,
    /// Name of the club
    #[arg(long, value_name = "NAME")]
    club: Option<String>,
}

#[derive(Debug, Serialize)]
struct Founded {
    dir: PathBuf,
    member: String,
    did: String,
    charter: String,
    listen: SocketAddr,
}

/// Founds the club of one.
pub fn run(args: &InitArgs, output: &Output) -> CliResult<()> {
    let domain = args
        .domain
        .clone()
        .unwrap_or_else(|| format!("{}.club.example", args.member.to_lowercase()));
    let spec = ClubSpec {
        club: args
            .club
            .clone()
            .unwrap_or_else(|| format!("Club of {}", args.member)),
        members: vec![MemberSpec::local(&args.member, &domain, args.listen)],
    };
    require_free(&args.dir)?;
    let name = args
        .dir
        .file_name()
        .ok_or_else(|| CliError::Usage(format!("`{}` cannot name a folder", args.dir.display())))?;
    let beside = args
        .dir
        .with_file_name(format!(".{}.init", name.to_string_lossy()));
    if beside.exists() {
        std::fs::remove_dir_all(&beside).map_err(CliError::file(&beside))?;
    }
    let charter = found(&beside, &spec, Arc::new(SystemClock))?;
    // The one member's folder becomes the folder asked for, by one rename.
    std::fs::rename(member_dir(&beside, &args.member), &args.dir).map_err(CliError::file(&args.dir))?;
    std::fs::remove_dir(&beside).map_err(CliError::file(&beside))?;
    let founded = Founded {
        dir: args.dir.clone(),
        member: args.member.clone(),
        did: format!("did:web:{domain}"),
        charter: charter.id().to_string(),
        listen: args.listen,
    };
    output.data(&founded, |founded| {
        format!(
            "{} has a node in {}\n  charter {}\n  start it: didymium serve --dir {}",
            founded.did,
            founded.dir.display(),
            founded.charter,
            founded.dir.display()
        )
    })
}

fn require_free(dir: &Path) -> CliResult<()> {
    match std::fs::read_dir(dir) {
        Ok(mut entries) => match entries.next() {
            Some(_) => Err(NodeError::FolderNotEmpty { dir: dir.to_owned() }.into()),
            None => Ok(()),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(CliError::file(dir)(error)),
    }
}
