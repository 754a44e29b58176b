//! A node's folder: who it is, under which charter, with which keys.
//!
//! ```text
//! node.toml                                    member code, listen address, peers' addresses, overrides
//! charter.cose                                 the first version of the charter, the anchor of trust
//! charter.chain                                all its versions; charter.fork: one that contradicts them
//! proposals/{id}.cose                          versions that are being signed
//! keys/{statement,log,witness,mirror,transport,tls}.key  32-byte seeds in hexadecimal, readable by the owner alone
//! keys/witness_ml_dsa.key                      the same for a second, post-quantum witness key, if the member has one
//! keys/{…}.next.key                            a key that takes the place of the one before when the charter names it
//! node.db, lock                                the store and its hold on the folder
//! ```

pub(crate) mod charter;
mod config;
mod files;
mod keys;
mod witness_keys;

use std::path::{Path, PathBuf};

use didymium_statement::{CharterLog, Member, SignedCharter};

pub use charter::{CHAIN_FILE, CHARTER_FILE};
pub use config::{NodeConfig, Overrides, TransportConfig, check_address};
pub(crate) use config::{is_base_address, is_loopback_address};
pub use files::{PLAIN_MODE, SECRET_MODE, write_atomic};
pub(crate) use files::{bounded, make_private_dir, sync_dir};
pub use keys::{NextKey, NodeKeys, Seeds, prepare_next_key};
pub(crate) use keys::{read_seed, write_seed};
pub(crate) use witness_keys::BoxedCosigner;
pub use witness_keys::WitnessKeys;

use crate::{NodeError, NodeResult};

/// Name of the configuration in a node's folder.
pub const CONFIG_FILE: &str = "node.toml";
/// Name of the folder of keys in a node's folder.
pub const KEYS_DIR: &str = "keys";

/// A node's folder, read and checked.
#[derive(Debug)]
pub struct NodeFolder {
    dir: PathBuf,
    config: NodeConfig,
    charters: CharterLog,
    keys: NodeKeys,
}

impl NodeFolder {
    /// Reads and checks a folder: its configuration, its charter with all versions, that its keys are hidden from others
    /// and are the ones that the version in force gives the member. The store is opened later, by [`crate::Node::open`].
    ///
    /// # Errors
    /// [`NodeError::NotANodeFolder`], [`NodeError::Config`], [`NodeError::Statement`] for a charter that does not
    /// count, [`NodeError::CharterFile`] for a chain that does not, [`NodeError::NotAMember`], [`NodeError::KeyExposed`], [`NodeError::KeyMalformed`],
    /// [`NodeError::KeyNotInCharter`] or [`NodeError::Io`].
    pub fn open(dir: &Path) -> NodeResult<Self> {
        for missing in [CONFIG_FILE, CHARTER_FILE, KEYS_DIR] {
            if !dir.join(missing).exists() {
                return Err(NodeError::NotANodeFolder {
                    dir: dir.to_owned(),
                    missing,
                });
            }
        }
        let config = NodeConfig::read(&dir.join(CONFIG_FILE))?;
        let charters = charter::read(dir)?;
        config.check(&dir.join(CONFIG_FILE), &charters)?;
        let member = require_member(charters.head(), &config.member)?;
        let keys = NodeKeys::read(&dir.join(KEYS_DIR), member)?;
        keys.check(dir, member)?;
        Ok(Self {
            dir: dir.to_owned(),
            config,
            charters,
            keys,
        })
    }

    /// Writes the configuration anew, whole or not at all.
    ///
    /// # Errors
    /// [`NodeError::Config`] if it does not fit the charter, [`NodeError::Io`].
    pub fn set_config(&mut self, config: NodeConfig) -> NodeResult<()> {
        let path = self.dir.join(CONFIG_FILE);
        config.check(&path, &self.charters)?;
        config.write(&path)?;
        self.config = config;
        Ok(())
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The configuration.
    pub const fn config(&self) -> &NodeConfig {
        &self.config
    }

    /// The version of the charter that is in force.
    pub fn charter(&self) -> &SignedCharter {
        self.charters.head()
    }

    /// All versions of the charter, and what is proposed to follow.
    pub const fn charters(&self) -> &CharterLog {
        &self.charters
    }

    /// The keys.
    pub const fn keys(&self) -> &NodeKeys {
        &self.keys
    }

    /// Takes the folder apart for a node.
    pub(crate) fn into_parts(self) -> (PathBuf, NodeConfig, CharterLog, NodeKeys) {
        (self.dir, self.config, self.charters, self.keys)
    }
}

/// What a folder says to those who may not read its keys: its configuration and all versions of its charter.
///
/// # Errors
/// [`NodeError::NotANodeFolder`], [`NodeError::Config`], [`NodeError::Statement`] for a charter that does not count,
/// [`NodeError::Io`].
pub fn read_public(dir: &Path) -> NodeResult<(NodeConfig, CharterLog)> {
    for missing in [CONFIG_FILE, CHARTER_FILE] {
        if !dir.join(missing).exists() {
            return Err(NodeError::NotANodeFolder {
                dir: dir.to_owned(),
                missing,
            });
        }
    }
    let config = NodeConfig::read(&dir.join(CONFIG_FILE))?;
    Ok((config, charter::read(dir)?))
}

/// Who has or had that code in any version of the charter, or the codes that there are.
///
/// # Errors
/// [`NodeError::NotAMember`].
pub fn require_member_ever<'a>(charters: &'a CharterLog, code: &str) -> NodeResult<&'a Member> {
    match charters.member_ever(code) {
        Some(member) => Ok(member),
        None => require_member(charters.head(), code),
    }
}

/// The member of a code, or the codes that there are.
///
/// # Errors
/// [`NodeError::NotAMember`].
pub fn require_member<'a>(charter: &'a SignedCharter, code: &str) -> NodeResult<&'a Member> {
    let members = &charter.charter().members;
    charter
        .charter()
        .member(code)
        .ok_or_else(|| NodeError::NotAMember {
            member: code.chars().take(40).collect(),
            known: members
                .iter()
                .map(|member| member.member.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        })
}
