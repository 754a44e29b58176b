//! Joining a club that is there: keys and a request first, the log when the club's members have signed.
//!
//! Whoever joins trusts one thing: the id of the club's first charter. From it the whole chain of versions is verified.
//! The request is a proposal for the next version, signed by the one who joins; it waits until a voting member signs it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use didymium_statement::{CharterLog, LogHead, Member, Proposal, Role};
use didymium_store::{SqliteStore, StoreOptions};

use crate::charter::{cut_at_last_good, include};
use crate::clock::Clock;
use crate::club::{ClubSpec, MemberSpec, check, genesis, member_of, require_empty};
use crate::folder::{CONFIG_FILE, KEYS_DIR, NodeConfig, NodeKeys, Seeds, charter};
use crate::folder::{make_private_dir, sync_dir, write_atomic};
use crate::transport::RequestSigner;
use crate::{Changed, Ledger, NodeError, NodeResult};

/// Name of the file with what the charter is to say of the member, while it has not joined.
pub const JOIN_FILE: &str = "join.json";

/// Makes the folder of a node that is to join: keys, configuration, what the charter is to say, and the charter as it is.
///
/// # Errors
/// [`NodeError::FolderNotEmpty`], [`NodeError::ClubSpec`] for what cannot be a member, [`NodeError::Random`],
/// [`NodeError::Io`].
pub fn prepare(dir: &Path, spec: &MemberSpec, role: Role, log: &CharterLog) -> NodeResult<Member> {
    check(&ClubSpec {
        club: log.head().charter().club.clone(),
        members: vec![spec.clone()],
    })?;
    require_empty(dir)?;
    make_private_dir(dir)?;
    let seeds = Seeds::random()?;
    let member = Member {
        role,
        ..member_of(spec, &seeds.keys(&spec.domain)?)
    };
    seeds.write(&dir.join(KEYS_DIR))?;
    spec.config().write(&dir.join(CONFIG_FILE))?;
    charter::found(dir, log)?;
    let said = serde_json::to_vec_pretty(&member).map_err(|error| NodeError::Encode {
        what: JOIN_FILE,
        reason: error.to_string(),
    })?;
    write_atomic(&dir.join(JOIN_FILE), &said, 0o644)?;
    Ok(member)
}

/// What the charter is to say of the member of a folder that was prepared, if it has not joined yet.
///
/// # Errors
/// [`NodeError::Io`], [`NodeError::Config`] for a file that was changed to something else.
pub fn pending(dir: &Path) -> NodeResult<Option<Member>> {
    let path = dir.join(JOIN_FILE);
    if !path.exists() {
        return Ok(None);
    }
    let bytes = std::fs::read(&path).map_err(NodeError::io(&path))?;
    let member = serde_json::from_slice(&bytes).map_err(|error| NodeError::Config {
        path,
        reason: error.to_string(),
    })?;
    Ok(Some(member))
}

/// The club that a folder was prepared for: the charter as it was then.
///
/// # Errors
/// As for opening a folder.
pub fn club(dir: &Path) -> NodeResult<CharterLog> {
    charter::read(dir)
}

/// The request: a proposal to follow the version in force, with the member in it, signed with its key.
///
/// # Errors
/// [`NodeError::Statement`] with the rule that is broken, and those of reading keys.
pub fn request(dir: &Path, member: &Member, log: &CharterLog, cut: Vec<LogHead>) -> NodeResult<Proposal> {
    let keys = NodeKeys::read(&dir.join(KEYS_DIR), member)?;
    let mut draft = log.successor(cut);
    include(log, &mut draft, member.clone());
    cut_at_last_good(log, &mut draft);
    let mut proposal = log.propose(draft)?;
    proposal.sign(&keys.statement)?;
    Ok(proposal)
}

/// What signs the requests of who asks to join, as its node will.
///
/// # Errors
/// Those of reading keys.
pub fn request_signer(dir: &Path, member: &Member) -> NodeResult<Option<RequestSigner>> {
    let keys = NodeKeys::read(&dir.join(KEYS_DIR), member)?;
    Ok(keys.transport.map(|key| RequestSigner::new(&member.member, key)))
}

/// Completes the folder under a charter that names the member: chain, configuration, and a log that begins with its
/// genesis. `peers` are addresses by member code where they differ from the charter's. To do it again changes nothing.
///
/// # Errors
/// [`NodeError::NotAMember`] while the charter does not name it, [`NodeError::KeyNotInCharter`],
/// [`NodeError::Store`], [`NodeError::Io`].
pub fn finish(
    dir: &Path,
    log: &CharterLog,
    peers: BTreeMap<String, String>,
    clock: Arc<dyn Clock>,
) -> NodeResult<()> {
    let mut config = NodeConfig::read(&dir.join(CONFIG_FILE))?;
    let member = crate::folder::require_member(log.head(), &config.member)?;
    let keys_dir = dir.join(KEYS_DIR);
    let keys = NodeKeys::read(&keys_dir, member)?;
    keys.check(&keys_dir, member)?;
    charter::found(dir, log)?;
    config.peers = peers;
    config.write(&dir.join(CONFIG_FILE))?;
    let mut known = charter::known_since(dir)?;
    for version in log.versions() {
        known.entry(version.id()).or_insert_with(|| clock.now_ms());
    }
    charter::write_known_since(dir, &known)?;
    let store = Arc::new(SqliteStore::open(dir, StoreOptions::default())?);
    let ledger = Ledger::open(store, keys.log, &[], clock, Changed::default())?;
    if ledger.log().size()? == 0 {
        if log.anchors(&member.member).next().is_some() {
            return Err(NodeError::Genesis {
                origin: member.origin().to_owned(),
                index: 0,
                reason: "the member had a log before, which goes on: bring back its folder",
            });
        }
        ledger.append(vec![genesis(log.head(), member).sign(&keys.statement)?])?;
    }
    drop(ledger);
    let path = dir.join(JOIN_FILE);
    if path.exists() {
        std::fs::remove_file(&path).map_err(NodeError::io(&path))?;
    }
    sync_dir(dir)
}
