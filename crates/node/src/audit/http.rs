//! A log read over HTTP: a node's own (`/log`), or the copy that it keeps of another member's (`/mirror/{member}`).

use std::sync::Arc;

use didymium_statement::limits::{CHARTER_BYTES_MAX, CHARTER_CHAIN_BYTES_MAX};
use tokio::runtime::Handle;

use super::{Budget, LogSource};
use crate::clock::SystemClock;
use crate::federation::{Answer, PeerClient};
use crate::{NodeError, NodeFolder, NodeResult};

/// Most requests under way.
const REQUESTS_AT_ONCE: usize = 8;

/// As whom logs are read over HTTP. Cheap to clone.
#[derive(Clone)]
pub struct Reader(PeerClient);

impl Reader {
    /// As nobody known: hashes, heads and what is public. Any TLS key is believed, since what is read proves itself.
    ///
    /// # Errors
    /// [`NodeError::Client`], [`NodeError::Tls`].
    pub fn nobody() -> NodeResult<Self> {
        Ok(Self(PeerClient::of_nobody()?))
    }

    /// As a member, with the keys of its node's folder: every request to a member's node is signed, and goes to the TLS key
    /// that the charter pins.
    ///
    /// # Errors
    /// As for [`Reader::nobody`].
    pub fn member(folder: NodeFolder) -> NodeResult<Self> {
        Ok(Self(PeerClient::of_folder(folder, Arc::new(SystemClock))?))
    }
}

/// The log face of a node.
pub struct HttpSource {
    base: String,
    face: String,
    client: PeerClient,
    runtime: Handle,
    budget: Arc<Budget>,
}

impl HttpSource {
    /// The own log of the node at a base address; with a member's code the copy that it keeps of that member's. To be
    /// read on threads that may block, while `runtime` runs.
    ///
    /// # Errors
    /// [`NodeError::Address`] if it is no base address.
    pub fn new(
        base: &str,
        copy_of: Option<&str>,
        reader: &Reader,
        runtime: Handle,
        budget: Arc<Budget>,
    ) -> NodeResult<Self> {
        let base = base.trim_end_matches('/');
        if !crate::folder::is_base_address(base) {
            let address = base.chars().take(200).collect();
            return Err(NodeError::Address { address });
        }
        Ok(Self {
            base: base.to_owned(),
            face: copy_of.map_or_else(|| format!("{base}/log"), |code| format!("{base}/mirror/{code}")),
            client: reader.0.clone(),
            runtime,
            budget,
        })
    }

    fn fetch(&self, url: &str, bytes_max: usize) -> NodeResult<Option<Vec<u8>>> {
        self.budget.spend(0)?;
        match self.runtime.block_on(self.client.get(url, bytes_max, None))? {
            Answer::Body { bytes, .. } => {
                self.budget.spend(bytes.len())?;
                Ok(Some(bytes))
            }
            Answer::NotFound | Answer::NotModified => Ok(None),
        }
    }
}

impl LogSource for HttpSource {
    fn get(&self, path: &str, bytes_max: usize) -> NodeResult<Option<Vec<u8>>> {
        self.fetch(&format!("{}/{path}", self.face), bytes_max)
    }

    fn charter(&self) -> NodeResult<Option<Vec<u8>>> {
        let chain = format!("{}/charter/chain", self.base);
        if let Some(chain) = self.fetch(&chain, CHARTER_CHAIN_BYTES_MAX)? {
            return Ok(Some(chain));
        }
        // A node from before there were later versions.
        self.fetch(&format!("{}/charter", self.base), CHARTER_BYTES_MAX)
    }

    fn place(&self) -> String {
        self.face.clone()
    }

    fn threads(&self) -> usize {
        REQUESTS_AT_ONCE
    }
}
