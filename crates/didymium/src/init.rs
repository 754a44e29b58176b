//! `didymium init`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use didymium_node::NodeError;
use didymium_node::clock::SystemClock;
use didymium_node::club::{ClubSpec, MemberSpec, found, member_dir};
use didymium_statement::Role;
use serde::Serialize;

use crate::error::{CliError, CliResult};
use crate::join::{self, Asked};
use crate::output::Output;

const AFTER: &str = "\
Examples:
  didymium init --dir my_node --member CAN
  didymium init --dir my_node --member CAN --domain can.minerals.example --listen 127.0.0.1:4801
  didymium serve --dir my_node
  didymium init --dir my_node --member CAN --listen-nodes 0.0.0.0:4843 --address https://node.minerals.example:4843
  didymium init --join http://127.0.0.1:7410 --dir my_node --member BRA
  didymium init --join http://127.0.0.1:7410 --dir my_node --finish

The folder holds the secret keys (keys/, readable by its owner alone), the signed charter, node.toml, and the database. \
A club of one works like any other: import tables, serve, ask. \
Beyond this machine nodes speak TLS with keys that the charter pins, and sign each request; --listen-nodes opens the door.

--join makes keys and a request, and sends it to a node of the club. A member takes it up with `didymium charter sign`; when the \
members have signed, --finish fetches the charter, verifies it from the first version on, and begins the log.";

/// Make the folder of a new node: keys, charter, log
///
/// Founds a club of one member, for a node alone; or, with --join, asks a club that is there to take the node in.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct InitArgs {
    /// Folder to make; absent or empty
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// ISO 3166 alpha-3 code of the member
    #[arg(long, value_name = "CODE", required_unless_present = "join")]
    member: Option<String>,
    /// Domain under which the member's DID, keys and sites are named; `<code>.club.example` if left out
    #[arg(long)]
    domain: Option<String>,
    /// Address the node listens on for this machine: pages, API and commands, on loopback
    #[arg(long, default_value = "127.0.0.1:4801")]
    listen: SocketAddr,
    /// Address the node listens on for nodes on other machines, by TLS and with signed requests; none if left out
    #[arg(long, value_name = "ADDRESS")]
    listen_nodes: Option<SocketAddr>,
    /// Name of the club
    #[arg(long, value_name = "NAME", conflicts_with = "join")]
    club: Option<String>,
    /// Join the club of the node at this address
    #[arg(long, value_name = "URL")]
    join: Option<String>,
    /// Join as an associate member, which neither votes nor witnesses
    #[arg(long, requires = "join")]
    associate: bool,
    /// Address at which the other members reach the node, if it is not the one it listens on: https:// beyond this machine
    #[arg(long, value_name = "URL")]
    address: Option<String>,
    /// Id of the club's first charter, as a member told you; otherwise the node's word is taken, and said so
    #[arg(long, value_name = "ID", requires = "join")]
    charter_id: Option<String>,
    /// Complete the folder, now that the club has signed
    #[arg(long, requires = "join", conflicts_with = "member")]
    finish: bool,
    /// With --finish: longest wait for the club's signatures, seconds
    #[arg(long, default_value_t = 0, value_name = "SECONDS", requires = "finish")]
    wait: u64,
}

#[derive(Debug, Serialize)]
struct Founded {
    dir: PathBuf,
    member: String,
    did: String,
    charter: String,
    listen: SocketAddr,
}

/// Founds the club of one, or joins another.
pub async fn run(args: &InitArgs, output: &Output) -> CliResult<()> {
    check_doors(args)?;
    let member = args.member.as_deref();
    match (&args.join, member) {
        (Some(url), _) if args.finish => {
            join::finish(url, &args.dir, Duration::from_secs(args.wait), output).await
        }
        (Some(url), member) => {
            let asked = Asked {
                url,
                dir: &args.dir,
                spec: member.map(|member| spec_of(args, member)),
                role: if args.associate {
                    Role::Associate
                } else {
                    Role::Member
                },
                charter_id: args.charter_id.as_deref(),
            };
            join::ask(&asked, output).await
        }
        (None, Some(member)) => found_alone(args, member, output),
        (None, None) => Err(CliError::Usage("say whose node it is: --member CODE".into())),
    }
}

/// Refuses doors that no node could open, before anything is made.
fn check_doors(args: &InitArgs) -> CliResult<()> {
    if !args.listen.ip().is_loopback() {
        let address = args.listen;
        return Err(NodeError::PlainBeyondLoopback { address }.into());
    }
    match args.listen_nodes {
        Some(nodes) if nodes.ip().is_unspecified() && args.address.is_none() => {
            Err(CliError::Usage(format!(
                "--listen-nodes {nodes} is every address of this machine: say with --address under which one the other members \
             reach it, such as https://node.minerals.example:{}",
                nodes.port()
            )))
        }
        _ => Ok(()),
    }
}

fn spec_of(args: &InitArgs, member: &str) -> MemberSpec {
    let domain = domain_of(args, member);
    let spec = MemberSpec::local(member, &domain, args.listen);
    let spec = match args.listen_nodes {
        Some(nodes) => spec.reached_by_tls(nodes),
        None => spec,
    };
    match &args.address {
        Some(address) => MemberSpec {
            address: address.trim_end_matches('/').to_owned(),
            ..spec
        },
        None => spec,
    }
}

fn domain_of(args: &InitArgs, member: &str) -> String {
    let by_default = || format!("{}.club.example", member.to_lowercase());
    args.domain.clone().unwrap_or_else(by_default)
}

fn found_alone(args: &InitArgs, member: &str, output: &Output) -> CliResult<()> {
    let domain = domain_of(args, member);
    let spec = ClubSpec {
        club: args.club.clone().unwrap_or_else(|| format!("Club of {member}")),
        members: vec![spec_of(args, member)],
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
    std::fs::rename(member_dir(&beside, member), &args.dir).map_err(CliError::file(&args.dir))?;
    std::fs::remove_dir(&beside).map_err(CliError::file(&beside))?;
    let founded = Founded {
        dir: args.dir.clone(),
        member: member.to_owned(),
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
