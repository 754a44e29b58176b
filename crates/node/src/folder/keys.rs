//! A node's keys: one a role, each in a file that only its owner may read.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use didymium_log::cosignature::Cosigner;
use didymium_log::note::Signer;
use didymium_statement::{Member, MemberKeys, StatementSigner};
use zeroize::Zeroizing;

use super::files::{SECRET_MODE, make_private_dir, sync_dir, write_atomic};
use crate::{NodeError, NodeResult};

const STATEMENT: &str = "statement.key";
const LOG: &str = "log.key";
const WITNESS: &str = "witness.key";
const MIRROR: &str = "mirror.key";

/// A node's signing keys.
#[derive(Debug)]
pub struct NodeKeys {
    /// Signs the member's own statements.
    pub statement: StatementSigner,
    /// Signs checkpoints of the member's log.
    pub log: Signer,
    /// Cosigns the heads of other members' logs (from the witness on).
    pub witness: Cosigner,
    /// Cosigns "the bytes are here" (from the mirror on).
    pub mirror: Cosigner,
}

/// Secret seeds of a node's keys, wiped when dropped.
pub struct Seeds([Zeroizing<[u8; 32]>; 4]);

impl std::fmt::Debug for Seeds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seeds(hidden)")
    }
}

impl Seeds {
    /// New seeds from the system's random source.
    ///
    /// # Errors
    /// [`NodeError::Random`].
    pub fn random() -> NodeResult<Self> {
        let mut seeds: [Zeroizing<[u8; 32]>; 4] = Default::default();
        for seed in &mut seeds {
            getrandom::fill(seed.as_mut_slice()).map_err(NodeError::Random)?;
        }
        Ok(Self(seeds))
    }

    /// The keys of the member with that domain: log `<domain>/log`, witness `<domain>/witness`, mirror `<domain>/mirror`.
    ///
    /// # Errors
    /// [`NodeError::Log`] for a domain that cannot name a key.
    pub fn keys(&self, domain: &str) -> NodeResult<NodeKeys> {
        let [statement, log, witness, mirror] = &self.0;
        Ok(NodeKeys {
            statement: StatementSigner::from_seed(statement),
            log: Signer::from_seed(&format!("{domain}/log"), log)?,
            witness: Cosigner::from_seed(&format!("{domain}/witness"), witness)?,
            mirror: Cosigner::from_seed(&format!("{domain}/mirror"), mirror)?,
        })
    }

    /// Writes the seeds into a folder of keys.
    ///
    /// # Errors
    /// [`NodeError::Io`].
    pub(crate) fn write(&self, dir: &Path) -> NodeResult<()> {
        make_private_dir(dir)?;
        for (name, seed) in [STATEMENT, LOG, WITNESS, MIRROR].into_iter().zip(&self.0) {
            let mut line = Zeroizing::new(vec![0; 65]);
            line[64] = b'\n';
            hex::encode_to_slice(seed.as_slice(), &mut line[..64]).map_err(|error| NodeError::Encode {
                what: "a key",
                reason: error.to_string(),
            })?;
            write_atomic(&dir.join(name), &line, SECRET_MODE)?;
        }
        sync_dir(dir)
    }

    fn read(dir: &Path) -> NodeResult<Self> {
        let mut seeds: [Zeroizing<[u8; 32]>; 4] = Default::default();
        for (name, seed) in [STATEMENT, LOG, WITNESS, MIRROR].into_iter().zip(&mut seeds) {
            *seed = read_seed(&dir.join(name))?;
        }
        Ok(Self(seeds))
    }
}

impl NodeKeys {
    pub(super) fn read(dir: &Path, member: &Member) -> NodeResult<Self> {
        Seeds::read(dir)?.keys(&member.domain)
    }

    /// The public halves as the charter carries them.
    pub fn public(&self) -> MemberKeys {
        MemberKeys {
            statement: vec![hex::encode(self.statement.public().to_bytes())],
            log: self.log.verifier().vkey(),
            witness: self.witness.verifier().vkey(),
            mirror: self.mirror.verifier().vkey(),
        }
    }

    pub(super) fn check(&self, dir: &Path, member: &Member) -> NodeResult<()> {
        let MemberKeys {
            statement,
            log,
            witness,
            mirror,
        } = self.public();
        let named = &member.keys;
        let fits = [
            (
                "statement",
                statement.iter().all(|key| named.statement.contains(key)),
            ),
            ("log", log == named.log),
            ("witness", witness == named.witness),
            ("mirror", mirror == named.mirror),
        ];
        match fits.into_iter().find(|(_, fits)| !fits) {
            None => Ok(()),
            Some((role, _)) => Err(NodeError::KeyNotInCharter {
                role,
                dir: dir.to_owned(),
                member: member.member.clone(),
            }),
        }
    }
}

/// One secret seed from its file.
fn read_seed(path: &Path) -> NodeResult<Zeroizing<[u8; 32]>> {
    let mode = std::fs::metadata(path)
        .map_err(NodeError::io(path))?
        .permissions()
        .mode()
        & 0o777;
    if mode & 0o077 != 0 {
        return Err(NodeError::KeyExposed {
            path: path.to_owned(),
            mode,
        });
    }
    let text = Zeroizing::new(std::fs::read(path).map_err(NodeError::io(path))?);
    let digits = text.strip_suffix(b"\n").unwrap_or(&text);
    let mut seed = Zeroizing::new([0; 32]);
    hex::decode_to_slice(digits, seed.as_mut_slice()).map_err(|_| NodeError::KeyMalformed {
        path: path.to_owned(),
    })?;
    Ok(seed)
}
