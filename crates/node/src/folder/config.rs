//! `node.toml`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use didymium_statement::{CharterLog, MemberKeys};
use didymium_twin::balance::QUANTITIES_MAX;
use serde::{Deserialize, Serialize};

use super::files::{PLAIN_MODE, write_atomic};
use crate::{NodeError, NodeResult};

/// What a node's operator sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeConfig {
    /// ISO 3166 alpha-3 code of the member whose node it is.
    pub member: String,
    /// Address that the node listens on for this machine's pages and programs, such as `127.0.0.1:4801`. It is one of
    /// loopback: what is said there is neither encrypted nor signed.
    pub listen: SocketAddr,
    /// Where nodes on other machines reach this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<TransportConfig>,
    /// Base addresses of peers by member code, where they differ from the charter's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub peers: BTreeMap<String, String>,
    /// Limits and times, where they differ from the defaults.
    #[serde(default, skip_serializing_if = "Overrides::is_default")]
    pub overrides: Overrides,
}

/// The way in for nodes on other machines: TLS with the key that the charter pins, and requests that members sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransportConfig {
    /// Address to listen on, such as `0.0.0.0:4843`.
    pub listen: SocketAddr,
}

/// Limits and times of a node with their defaults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Overrides {
    /// Shortest pause between two pulls from one peer, milliseconds.
    pub pull_pause_ms_min: u64,
    /// Longest pause between two pulls from one peer, milliseconds.
    pub pull_pause_ms_max: u64,
    /// Longest time for one answer over HTTP, milliseconds.
    pub request_ms_max: u64,
    /// Most requests answered at the same time.
    pub concurrent_requests_max: usize,
    /// Largest body of a request, bytes.
    pub request_bytes_max: usize,
    /// Entries of another log that are written in one step while it is copied; a bundle of 256 is never cut.
    pub copy_part_entries_max: usize,
    /// How long a source of another log may be waited for, beyond what its bytes may take, before another is asked,
    /// milliseconds.
    pub copy_patience_ms: u64,
    /// Slowest that a source of another log may be, bytes per second of waiting for it.
    pub copy_bytes_per_second_min: u64,
    /// Most quantities of the balance of a family (products at places, lines, months); one that would have more is refused, and
    /// the last that could be balanced stays served.
    pub balance_quantities_max: usize,
    /// How long the balance of what was said last is waited for where an earlier one can be shown meanwhile, milliseconds.
    pub balance_patience_ms: u64,
    /// Largest database, pages of 4 KiB; a full one answers as a full disk does, and a quarter of it, 256 MiB at most, is
    /// kept back from the own log as room is kept on a disk, twice that from copies of others' logs. 0: no limit.
    pub database_pages_max: u32,
}

impl Default for Overrides {
    fn default() -> Self {
        Self {
            pull_pause_ms_min: 1_000,
            pull_pause_ms_max: 5_000,
            request_ms_max: 30_000,
            concurrent_requests_max: 256,
            request_bytes_max: 64 * 1024,
            copy_part_entries_max: 8_192,
            copy_patience_ms: 30_000,
            copy_bytes_per_second_min: 16 * 1024,
            balance_quantities_max: QUANTITIES_MAX,
            balance_patience_ms: 4_000,
            database_pages_max: 0,
        }
    }
}

impl Overrides {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Longest time for one answer.
    pub(crate) const fn request_timeout(&self) -> Duration {
        Duration::from_millis(self.request_ms_max)
    }
}

impl NodeConfig {
    /// A configuration with defaults.
    pub fn new(member: &str, listen: SocketAddr) -> Self {
        Self {
            member: member.to_owned(),
            listen,
            transport: None,
            peers: BTreeMap::new(),
            overrides: Overrides::default(),
        }
    }

    pub(crate) fn read(path: &Path) -> NodeResult<Self> {
        let text = std::fs::read_to_string(path).map_err(NodeError::io(path))?;
        toml::from_str(&text).map_err(|error| NodeError::Config {
            path: path.to_owned(),
            reason: error.to_string().trim_end().to_owned(),
        })
    }

    pub(crate) fn write(&self, path: &Path) -> NodeResult<()> {
        let text = toml::to_string(self).map_err(|error| NodeError::Encode {
            what: "node.toml",
            reason: error.to_string(),
        })?;
        write_atomic(path, text.as_bytes(), PLAIN_MODE)
    }

    pub(super) fn check(&self, path: &Path, charters: &CharterLog) -> NodeResult<()> {
        let wrong = |reason: String| {
            Err(NodeError::Config {
                path: path.to_owned(),
                reason,
            })
        };
        for (code, address) in &self.peers {
            // Who has left may stand here still.
            if charters.member_ever(code).is_none() || *code == self.member {
                return wrong(format!(
                    "[peers] names `{code}`, which is no other member under the charter"
                ));
            }
            if !is_base_address(address) {
                return wrong(format!(
                    "[peers] {code}: `{address}` is not a base address such as http://127.0.0.1:4801"
                ));
            }
        }
        let set = &self.overrides;
        if set.pull_pause_ms_min == 0 || set.pull_pause_ms_min > set.pull_pause_ms_max {
            return wrong(
                "[overrides] pull_pause_ms_min must be at least 1 and not above pull_pause_ms_max".into(),
            );
        }
        if set.request_ms_max == 0 || set.concurrent_requests_max == 0 || set.request_bytes_max == 0 {
            return wrong("[overrides] request_ms_max, concurrent_requests_max and request_bytes_max must be at least 1".into());
        }
        if set.copy_part_entries_max == 0 || set.copy_bytes_per_second_min == 0 {
            return wrong(
                "[overrides] copy_part_entries_max and copy_bytes_per_second_min must be at least 1".into(),
            );
        }
        Ok(())
    }
}

/// Whether a member's node can be at that address: beyond this machine only over TLS, and with both keys between nodes,
/// where they are known.
///
/// # Errors
/// [`NodeError::ClubSpec`], [`NodeError::NoKeyBetweenNodes`] with what to do.
pub fn check_address(member: &str, address: &str, keys: Option<&MemberKeys>) -> NodeResult<()> {
    let wrong = |reason: String| Err(NodeError::ClubSpec { reason });
    if !is_base_address(address) {
        return wrong(format!(
            "`{address}` is no base address such as http://127.0.0.1:4801"
        ));
    }
    if is_loopback_address(address) {
        return Ok(());
    }
    if !address.starts_with("https://") {
        return wrong(format!(
            "{member}: `{address}` is beyond this machine, where nodes speak TLS: let it begin with https://"
        ));
    }
    let Some(keys) = keys else {
        return Ok(());
    };
    for (key, has) in [
        ("transport", keys.transport.is_some()),
        ("tls", keys.tls.is_some()),
    ] {
        if !has {
            return Err(NodeError::NoKeyBetweenNodes {
                member: member.to_owned(),
                key,
            });
        }
    }
    Ok(())
}

/// Whether a base address is one of this machine's own loopback.
pub(crate) fn is_loopback_address(address: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(address) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

/// Scheme, host and port, nothing after.
pub(crate) fn is_base_address(address: &str) -> bool {
    reqwest::Url::parse(address).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some()
            && url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
    })
}
