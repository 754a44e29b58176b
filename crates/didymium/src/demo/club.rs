//! The club's folders and addresses.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use didymium_node::clock::SystemClock;
use didymium_node::club::{ClubSpec, MemberSpec, found, member_dir};
use didymium_node::folder::{NodeConfig, read_public};
use didymium_node::{NodeError, NodeFolder};
use didymium_statement::CharterLog;
use didymium_store::FolderLock;
use tokio::net::TcpListener;

use crate::error::{CliError, CliResult};

/// The first of the club's usual ports.
pub(super) const FIRST_PORT: u16 = 7410;

const CLUB: &str = "G7 critical minerals demo club";
const MEMBERS: [&str; 7] = ["CAN", "DEU", "FRA", "GBR", "ITA", "JPN", "USA"];

/// The club as its folder holds it.
pub(super) struct Opened {
    /// The folders of the members that are in, in the order of their ports.
    pub(super) folders: Vec<NodeFolder>,
    /// The members that have left.
    pub(super) left: Vec<Left>,
    /// Whether the club was founded now.
    pub(super) founded: bool,
}

/// A member that has left, so that its node is not started.
pub(super) struct Left {
    /// Its code.
    pub(super) member: &'static str,
    /// The version of the charter that no longer names it.
    version: u32,
}

impl Left {
    /// What is to be said of it.
    pub(super) fn text(&self) -> String {
        format!(
            "{} has left the club, since version {} of the charter no longer names it: its node is not started; what its log \
             holds goes on counting",
            self.member, self.version
        )
    }
}

/// Takes the seven ports before anything is written, so that a port that is taken leaves nothing half done.
pub(super) async fn listen(first: u16) -> CliResult<Vec<TcpListener>> {
    let mut listeners = Vec::with_capacity(MEMBERS.len());
    for place in 0..u16::try_from(MEMBERS.len()).unwrap_or(u16::MAX) {
        let port = match first {
            0 => 0,
            first => first.checked_add(place).ok_or_else(|| {
                CliError::Usage(format!("--port {first}: seven ports must follow, up to 65535"))
            })?,
        };
        let listener = didymium_node::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await;
        listeners.push(listener.map_err(|error| match error {
            NodeError::PortTaken { .. } => CliError::DemoPort {
                port,
                other: first.saturating_add(100).min(65_000),
            },
            other => other.into(),
        })?);
    }
    Ok(listeners)
}

/// The addresses that the listeners have.
pub(super) fn addresses(listeners: &[TcpListener]) -> CliResult<Vec<SocketAddr>> {
    listeners
        .iter()
        .map(TcpListener::local_addr)
        .collect::<Result<_, _>>()
        .map_err(CliError::Runtime)
}

/// What is there for each of the seven, of those whose folders were opened alone; the rest is dropped.
pub(super) fn of_those_in<T>(folders: &[NodeFolder], for_each: impl IntoIterator<Item = T>) -> Vec<T> {
    let is_in = |code: &str| folders.iter().any(|folder| folder.config().member == code);
    let for_each = MEMBERS.iter().zip(for_each);
    let those_in = for_each.filter(|(code, _)| is_in(code));
    those_in.map(|(_, one)| one).collect()
}

/// Opens the folders of those who are in the club, founding it if there is none. Addresses that differ from the charter's are
/// written into each node.toml.
pub(super) fn open(dir: &Path, addresses: &[SocketAddr]) -> CliResult<Opened> {
    let empty = match std::fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(error) => return Err(CliError::file(dir)(error)),
    };
    if empty {
        found(dir, &spec(addresses), Arc::new(SystemClock))?;
    }
    let newest = newest_charter(dir);
    let (mut folders, mut left) = (Vec::with_capacity(MEMBERS.len()), Vec::new());
    for member in MEMBERS {
        match newest.as_ref().and_then(|charters| left_with(charters, member)) {
            Some(version) => left.push(Left { member, version }),
            None => folders.push(NodeFolder::open(&member_dir(dir, member))?),
        }
    }
    set_addresses(&mut folders, addresses)?;
    Ok(Opened {
        folders,
        left,
        founded: empty,
    })
}

/// The charter of whichever folder knows most of it: a member that has left may have been stopped before its own node heard of
/// that. A folder that cannot be read is told of where it is opened, unless its member has left.
fn newest_charter(dir: &Path) -> Option<CharterLog> {
    let known = MEMBERS.iter().filter_map(|member| {
        let (_, charters) = read_public(&member_dir(dir, member)).ok()?;
        Some(charters)
    });
    known.max_by_key(|charters| charters.versions().len())
}

/// The first version of the charter without a member that was in the club and is no longer.
fn left_with(charters: &CharterLog, member: &str) -> Option<u32> {
    let versions = charters.versions();
    let last = versions
        .iter()
        .rposition(|version| version.charter().member(member).is_some())?;
    let without = versions.get(last.saturating_add(1))?;
    Some(without.charter().version)
}

fn spec(addresses: &[SocketAddr]) -> ClubSpec {
    let member = |(code, listen): (&&str, &SocketAddr)| {
        MemberSpec::local(code, &format!("{}.g7.example", code.to_lowercase()), *listen)
    };
    ClubSpec {
        club: CLUB.to_owned(),
        members: MEMBERS.iter().zip(addresses).map(member).collect(),
    }
}

/// What is to be said where the club is served elsewhere than its charter says; nothing where it is not.
pub(super) fn elsewhere(folders: &[NodeFolder], addresses: &[SocketAddr]) -> Option<String> {
    let first = folders.first()?;
    let charter = first.charter().charter();
    let codes = folders.iter().map(|folder| &folder.config().member);
    let named: Vec<&str> = codes
        .filter_map(|code| charter.member(code).map(|member| member.address.as_str()))
        .collect();
    let served: Vec<String> = of_those_in(folders, addresses)
        .into_iter()
        .map(|address| format!("http://{address}"))
        .collect();
    (named != served).then(|| {
        format!(
            "this run is at {} to {}, the charter says {} to {}: the nodes find each other by [peers] in their node.toml; who is \
             told addresses by the charter, start the club at those (or change them: didymium charter propose --address)",
            served.first().map_or("", String::as_str),
            served.last().map_or("", String::as_str),
            named.first().unwrap_or(&""),
            named.last().unwrap_or(&""),
        )
    })
}

/// Writes the addresses of this run where they are not yet known. All folders are taken first: another process that runs
/// this club keeps its configuration.
fn set_addresses(folders: &mut [NodeFolder], addresses: &[SocketAddr]) -> CliResult<()> {
    let wanted: Vec<NodeConfig> = folders
        .iter()
        .zip(of_those_in(folders, addresses))
        .map(|(folder, listen)| config(folder, *listen, addresses))
        .collect();
    if folders
        .iter()
        .zip(&wanted)
        .all(|(folder, wanted)| folder.config() == wanted)
    {
        return Ok(());
    }
    let held = folders
        .iter()
        .map(|folder| FolderLock::take(folder.dir()))
        .collect::<Result<Vec<_>, _>>()?;
    for (folder, wanted) in folders.iter_mut().zip(wanted) {
        folder.set_config(wanted)?;
    }
    drop(held);
    Ok(())
}

fn config(folder: &NodeFolder, listen: SocketAddr, addresses: &[SocketAddr]) -> NodeConfig {
    let mut config = folder.config().clone();
    config.listen = listen;
    config.peers.clear();
    let charter = folder.charter().charter();
    for (code, address) in MEMBERS.iter().zip(addresses) {
        let address = format!("http://{address}");
        let differs = charter
            .member(code)
            .is_some_and(|member| member.address != address);
        if differs && *code != config.member {
            config.peers.insert((*code).to_owned(), address);
        }
    }
    config
}
