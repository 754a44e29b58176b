//! Founding a club: keys for each member, the charter signed by all, a folder and a log for each.
//!
//! Everything is built in a folder beside the one asked for and moved there by one rename, so that a founding that is
//! cut off leaves nothing where the club should be; what it left beside is cleared by the next attempt.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use didymium_statement::payload::Genesis;
use didymium_statement::{
    Charter, Digest, Draft, Kind, KindVersion, Member, Role, SignedCharter, Visibility,
};
use didymium_store::{FolderLock, SqliteStore, StoreOptions};
use didymium_vocabulary::Vocabulary;

use crate::clock::Clock;
use crate::folder::{CHARTER_FILE, CONFIG_FILE, KEYS_DIR, NodeConfig, NodeKeys, Seeds};
use crate::folder::{TransportConfig, check_address, make_private_dir, sync_dir, write_atomic};
use crate::{Changed, Ledger, NodeError, NodeResult};

/// One member of a club to be founded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberSpec {
    /// ISO 3166 alpha-3 code; also the name of the member's folder in the club's folder.
    pub member: String,
    /// Domain under which its DID, keys and sites are named, such as `can.club.example`.
    pub domain: String,
    /// Base address of its node, such as `http://127.0.0.1:4801`.
    pub address: String,
    /// Address that its node listens on for this machine.
    pub listen: SocketAddr,
    /// Address that its node listens on for other nodes, by TLS and with signed requests; absent for a node that only
    /// nodes on this machine reach.
    pub transport: Option<SocketAddr>,
    /// What it may do in the club.
    pub role: Role,
}

/// A club to be founded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClubSpec {
    /// Name of the club.
    pub club: String,
    /// Its members, in the charter's order.
    pub members: Vec<MemberSpec>,
}

impl MemberSpec {
    /// A member whose node listens on this machine and is reached there.
    pub fn local(member: &str, domain: &str, listen: SocketAddr) -> Self {
        Self {
            member: member.to_owned(),
            domain: domain.to_owned(),
            address: format!("http://{listen}"),
            listen,
            transport: None,
            role: Role::Member,
        }
    }

    /// An associate: it states and is witnessed, and neither votes nor witnesses.
    #[must_use]
    pub fn as_associate(self) -> Self {
        Self {
            role: Role::Associate,
            ..self
        }
    }

    /// A member whose node nodes on other machines reach too.
    #[must_use]
    pub fn reached_by_tls(self, transport: SocketAddr) -> Self {
        Self {
            address: format!("https://{transport}"),
            transport: Some(transport),
            ..self
        }
    }

    /// Its node's configuration.
    pub(crate) fn config(&self) -> NodeConfig {
        NodeConfig {
            transport: self.transport.map(|listen| TransportConfig { listen }),
            ..NodeConfig::new(&self.member, self.listen)
        }
    }
}

/// Folder of a member's node in a club's folder.
pub fn member_dir(club: &Path, member: &str) -> PathBuf {
    club.join(member)
}

/// Founds a club in `dir`, which must be absent or empty: a folder for each member, named by its code, with keys,
/// charter, configuration, store, and a log whose first entry is the member's genesis.
///
/// # Errors
/// [`NodeError::ClubSpec`] for codes, domains or addresses that are wrong or repeat, [`NodeError::FolderNotEmpty`],
/// [`NodeError::Store`] with [`didymium_store::StoreError::FolderInUse`] while another process founds there, [`NodeError::Io`],
/// [`NodeError::Random`].
#[expect(
    clippy::needless_pass_by_value,
    reason = "a node takes its clock by value too"
)]
pub fn found(dir: &Path, spec: &ClubSpec, clock: Arc<dyn Clock>) -> NodeResult<SignedCharter> {
    check(spec)?;
    require_empty(dir)?;
    let parent = dir
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(NodeError::io(parent))?;
    let name = dir
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| NodeError::ClubSpec {
            reason: format!("`{}` cannot name a folder", dir.display()),
        })?;
    let workshop = parent.join(format!(".{name}.founding"));
    let lock = FolderLock::take(&workshop)?;
    let building = workshop.join("club");
    remove_dir(&building)?;
    make_private_dir(&building)?;
    let charter = build(&building, spec, &clock)?;
    std::fs::rename(&building, dir).map_err(NodeError::io(dir))?;
    sync_dir(parent)?;
    remove_dir(&workshop)?;
    drop(lock);
    Ok(charter)
}

/// Makes every member's folder in `building`.
fn build(building: &Path, spec: &ClubSpec, clock: &Arc<dyn Clock>) -> NodeResult<SignedCharter> {
    let mut seeds = Vec::with_capacity(spec.members.len());
    let mut keys = Vec::with_capacity(spec.members.len());
    for member in &spec.members {
        let fresh = Seeds::random()?;
        keys.push(fresh.keys(&member.domain)?);
        seeds.push(fresh);
    }
    let charter = Charter {
        version: 1,
        club: spec.club.clone(),
        members: spec
            .members
            .iter()
            .zip(&keys)
            .map(|(member, keys)| member_of(member, keys))
            .collect(),
        vocabulary: Digest::from_bytes(Vocabulary::embedded().digest()),
        rules: didymium_twin::RULES_VERSION.to_owned(),
        schemas: didymium_statement::schemas_digest(),
    };
    let (signers, logs): (Vec<_>, Vec<_>) = keys.into_iter().map(|keys| (keys.statement, keys.log)).unzip();
    let charter = SignedCharter::sign(&charter, &signers)?;
    for (((member, seeds), signer), log) in charter
        .charter()
        .members
        .iter()
        .zip(&seeds)
        .zip(&signers)
        .zip(logs)
    {
        let dir = member_dir(building, &member.member);
        make_private_dir(&dir)?;
        seeds.write(&dir.join(KEYS_DIR))?;
        write_atomic(&dir.join(CHARTER_FILE), charter.bytes(), 0o644)?;
        let spec = spec.members.iter().find(|spec| spec.member == member.member);
        if let Some(spec) = spec {
            spec.config().write(&dir.join(CONFIG_FILE))?;
        }
        let store = Arc::new(SqliteStore::open(
            &dir,
            StoreOptions {
                readers: 1,
                size_pages_max: None,
            },
        )?);
        let ledger = Ledger::open(store, log, &[], Arc::clone(clock), Changed::default())?;
        ledger.append(vec![genesis(&charter, member).sign(signer)?])?;
        drop(ledger);
        sync_dir(&dir)?;
    }
    sync_dir(building)?;
    Ok(charter)
}

pub(crate) fn member_of(spec: &MemberSpec, keys: &NodeKeys) -> Member {
    Member {
        member: spec.member.clone(),
        did: format!("did:web:{}", spec.domain),
        domain: spec.domain.clone(),
        address: spec.address.clone(),
        role: spec.role,
        keys: keys.public(),
    }
}

/// The first entry of a member's log.
pub(crate) fn genesis(charter: &SignedCharter, member: &Member) -> Draft {
    let payload = Genesis {
        charter: charter.id(),
        member: member.member.clone(),
        origin: member.origin().to_owned(),
    };
    Draft {
        issuer: member.did.clone(),
        subject: format!("https://{}", member.origin()),
        kind: KindVersion::v1(Kind::Genesis),
        valid: None,
        visibility: Visibility::Public,
        payload: serde_json::to_vec(&payload).unwrap_or_default(),
    }
}

/// Codes are those of countries, domains are host names, addresses are base addresses. Repeats the charter refuses.
pub(crate) fn check(spec: &ClubSpec) -> NodeResult<()> {
    let wrong = |reason: String| Err(NodeError::ClubSpec { reason });
    if spec.members.is_empty() || spec.club.trim().is_empty() {
        return wrong("a club has a name and at least one member".into());
    }
    for MemberSpec {
        member,
        domain,
        address,
        ..
    } in &spec.members
    {
        if Vocabulary::embedded().country(member).is_none() {
            return wrong(format!(
                "`{member}` is no ISO 3166 alpha-3 code of the vocabulary"
            ));
        }
        let label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && label
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if domain.len() > 200 || !domain.split('.').all(label) || domain.split('.').count() < 2 {
            return wrong(format!(
                "`{domain}` is no domain in lower case such as {}.club.example",
                member.to_lowercase()
            ));
        }
        // The keys are made with the folder.
        check_address(member, address, None)?;
    }
    Ok(())
}

pub(crate) fn require_empty(dir: &Path) -> NodeResult<()> {
    match std::fs::read_dir(dir) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                Err(NodeError::FolderNotEmpty { dir: dir.to_owned() })
            } else {
                Ok(())
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(NodeError::Io {
            path: dir.to_owned(),
            source: error,
        }),
    }
}

fn remove_dir(dir: &Path) -> NodeResult<()> {
    match std::fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(NodeError::Io {
            path: dir.to_owned(),
            source: error,
        }),
        _ => Ok(()),
    }
}
