//! A node's keys: one a role, each in a file that only its owner may read.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use didymium_log::cosignature::Cosigner;
use didymium_log::note::Signer;
use didymium_statement::{KeyPurpose, Member, MemberKeys, StatementSigner, TransportSigner};
use zeroize::Zeroizing;

use super::WitnessKeys;
use super::files::{SECRET_MODE, make_private_dir, sync_dir, write_atomic};
use crate::{NodeError, NodeResult};

/// The file of a key in the folder of keys.
fn file_of(purpose: KeyPurpose) -> String {
    format!("{purpose}.key")
}

/// The file of the key that is to take its place.
pub(super) fn next_of(purpose: KeyPurpose) -> String {
    format!("{purpose}.next.key")
}

/// A node's signing keys.
#[derive(Debug)]
pub struct NodeKeys {
    /// Signs the member's own statements.
    pub statement: StatementSigner,
    /// Signs checkpoints of the member's log.
    pub log: Signer,
    /// Cosigns the heads of other members' logs (from the witness on), with one key or two.
    pub witness: WitnessKeys,
    /// Cosigns "the bytes are here" (from the mirror on).
    pub mirror: Cosigner,
    /// Signs requests to other nodes; absent in folders from before there were such keys.
    pub transport: Option<TransportSigner>,
    /// The key of TLS; absent in folders from before there were such keys.
    pub tls: Option<TransportSigner>,
}

/// Secret seeds of a node's keys, wiped when dropped.
pub struct Seeds([Option<Zeroizing<[u8; 32]>>; KeyPurpose::ALL.len()]);

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
        let mut seeds = Self(Default::default());
        for (purpose, place) in KeyPurpose::ALL.into_iter().zip(&mut seeds.0) {
            // A second witness key is made when its member asks for one.
            if purpose != KeyPurpose::WitnessMlDsa {
                *place = Some(random()?);
            }
        }
        Ok(seeds)
    }

    /// The keys of the member with that domain: log `<domain>/log`, witness `<domain>/witness`, mirror `<domain>/mirror`.
    ///
    /// # Errors
    /// [`NodeError::Log`] for a domain that cannot name a key.
    pub fn keys(&self, domain: &str) -> NodeResult<NodeKeys> {
        let [
            Some(statement),
            Some(log),
            Some(witness),
            witness_ml_dsa,
            Some(mirror),
            transport,
            tls,
        ] = &self.0
        else {
            // Reading and making leave out none but the optional ones.
            return Err(NodeError::Encode {
                what: "the keys of a node",
                reason: "one of them is missing".to_owned(),
            });
        };
        Ok(NodeKeys {
            transport: transport.as_ref().map(TransportSigner::from_seed),
            tls: tls.as_ref().map(TransportSigner::from_seed),
            statement: StatementSigner::from_seed(statement),
            log: Signer::from_seed(&format!("{domain}/log"), log)?,
            witness: WitnessKeys::of_seeds(domain, witness, witness_ml_dsa.as_ref())?,
            mirror: Cosigner::from_seed(&format!("{domain}/mirror"), mirror)?,
        })
    }

    /// Writes the seeds into a folder of keys.
    ///
    /// # Errors
    /// [`NodeError::Io`].
    pub(crate) fn write(&self, dir: &Path) -> NodeResult<()> {
        make_private_dir(dir)?;
        for (purpose, seed) in KeyPurpose::ALL.into_iter().zip(&self.0) {
            if let Some(seed) = seed {
                write_seed(&dir.join(file_of(purpose)), seed)?;
            }
        }
        sync_dir(dir)
    }

    fn read(dir: &Path) -> NodeResult<Self> {
        let mut seeds = Self(Default::default());
        for (purpose, seed) in KeyPurpose::ALL.into_iter().zip(&mut seeds.0) {
            let path = dir.join(file_of(purpose));
            // Folders from before there were keys between nodes lack them, and most have no second witness key.
            if !purpose.is_optional() || path.exists() {
                *seed = Some(read_seed(&path)?);
            }
        }
        Ok(seeds)
    }

    /// Takes the next key where the member no longer has the one before.
    fn take_next(&mut self, dir: &Path, member: &Member) -> NodeResult<()> {
        let current = self.keys(&member.domain)?.public();
        for (purpose, seed) in KeyPurpose::ALL.into_iter().zip(&mut self.0) {
            let next = dir.join(next_of(purpose));
            let current = current.of(purpose);
            let has = |key| member.keys.of(purpose).contains(key);
            if (current.is_empty() || !current.iter().all(has)) && next.exists() {
                *seed = Some(read_seed(&next)?);
            }
        }
        Ok(())
    }
}

/// A key that is to take the place of the one before.
#[derive(Debug)]
pub struct NextKey {
    /// The public key as the charter carries it.
    pub public: String,
    /// For a statement key, what proves to the others that the member has it.
    pub signer: Option<StatementSigner>,
}

/// Makes the key of that purpose that is to take the place of the present one, or answers the one that was made before and
/// is not in force yet. It stands in the folder beside the present one, which the node uses until the charter names the new.
///
/// # Errors
/// [`NodeError::WithoutMlDsa`] for a key that this build cannot sign with, [`NodeError::Random`], [`NodeError::Io`],
/// [`NodeError::KeyExposed`], [`NodeError::KeyMalformed`].
pub fn prepare_next_key(dir: &Path, member: &Member, purpose: KeyPurpose) -> NodeResult<NextKey> {
    if purpose == KeyPurpose::WitnessMlDsa && !crate::ML_DSA {
        return Err(NodeError::WithoutMlDsa);
    }
    let (current, next) = (dir.join(file_of(purpose)), dir.join(next_of(purpose)));
    let of = |seed: &Zeroizing<[u8; 32]>| {
        let keys = Seeds(std::array::from_fn(|_| Some(seed.clone()))).keys(&member.domain)?;
        let public = keys.public().of(purpose).first().cloned().unwrap_or_default();
        let signer = (purpose == KeyPurpose::Statement).then_some(keys.statement);
        Ok::<_, NodeError>(NextKey { public, signer })
    };
    if next.exists() {
        let waiting = of(&read_seed(&next)?)?;
        if !member.keys.of(purpose).contains(&waiting.public) {
            return Ok(waiting);
        }
        // It is in force: it becomes the present one, which is of no use any more.
        std::fs::rename(&next, &current).map_err(NodeError::io(&next))?;
    }
    let seed = random()?;
    write_seed(&next, &seed)?;
    of(&seed)
}

fn random() -> NodeResult<Zeroizing<[u8; 32]>> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut_slice()).map_err(NodeError::Random)?;
    Ok(seed)
}

impl NodeKeys {
    pub(crate) fn read(dir: &Path, member: &Member) -> NodeResult<Self> {
        let mut seeds = Seeds::read(dir)?;
        seeds.take_next(dir, member)?;
        seeds.keys(&member.domain)
    }

    /// The public halves as the charter carries them.
    pub fn public(&self) -> MemberKeys {
        MemberKeys {
            statement: vec![hex::encode(self.statement.public().to_bytes())],
            log: self.log.verifier().vkey(),
            witness: self.witness.first().verifier().vkey(),
            witness_ml_dsa: self.witness.second(),
            mirror: self.mirror.verifier().vkey(),
            transport: self
                .transport
                .as_ref()
                .map(|key| hex::encode(key.public().to_bytes())),
            tls: self.tls.as_ref().map(|key| key.pin().to_string()),
        }
    }

    pub(crate) fn check(&self, dir: &Path, member: &Member) -> NodeResult<()> {
        let MemberKeys {
            statement,
            log,
            witness,
            witness_ml_dsa,
            mirror,
            transport,
            tls,
        } = self.public();
        let named = &member.keys;
        let fits = [
            // Where the others have revoked every statement key of a member, its node goes on following, witnessing and serving.
            (
                "statement",
                named.statement.is_empty() || statement.iter().all(|key| named.statement.contains(key)),
            ),
            ("log", log == named.log),
            ("witness", witness == named.witness),
            // A build without the feature has no such key, and its witness does without.
            (
                "witness_ml_dsa",
                !crate::ML_DSA || named.witness_ml_dsa.is_none() || witness_ml_dsa == named.witness_ml_dsa,
            ),
            ("mirror", mirror == named.mirror),
            // A charter from before there were such keys names none, and they are not used.
            (
                "transport",
                named.transport.is_none() || transport == named.transport,
            ),
            ("tls", named.tls.is_none() || tls == named.tls),
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

/// Writes one secret seed, whole or not at all.
pub(crate) fn write_seed(path: &Path, seed: &Zeroizing<[u8; 32]>) -> NodeResult<()> {
    let mut line = Zeroizing::new(vec![0; 65]);
    line[64] = b'\n';
    hex::encode_to_slice(seed.as_slice(), &mut line[..64]).map_err(|error| NodeError::Encode {
        what: "a key",
        reason: error.to_string(),
    })?;
    write_atomic(path, &line, SECRET_MODE)
}

/// One secret seed from its file.
pub(crate) fn read_seed(path: &Path) -> NodeResult<Zeroizing<[u8; 32]>> {
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
