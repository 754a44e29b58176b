//! An owner's vault: a folder with one key, and for each sealed statement what opens it, encrypted to that key.
//!
//! ```text
//! vault.key            X25519 secret, 64 hexadecimal digits; only its owner may read the file
//! vault.pub            the public key, to hand to whoever is to send openings here
//! openings/ID.json     the opening of statement ID as a letter to this vault, or that it was erased
//! ```
//!
//! The vault belongs to the owner of the figures, not to the node that logs them: the node never needs it. Whoever erases an
//! opening cannot get it back; the log still verifies, since it holds the commitment alone.

mod letter;
mod openings;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use didymium_statement::{Digest, Opening, Salt, Statement, StatementId};
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable as _, Kem, Serializable as _};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub use letter::{LETTER_BYTES_MAX, Letter};
pub use openings::{Closed, NotOpened, OPENINGS_BYTES_MAX, Openings};

use crate::folder::{SECRET_MODE, make_private_dir, read_seed, sync_dir, write_atomic, write_seed};
use crate::{NodeError, NodeResult};

const KEY_FILE: &str = "vault.key";
const PUBLIC_FILE: &str = "vault.pub";
const OPENINGS: &str = "openings";

/// Most openings that [`Vault::list`] reads.
pub const OPENINGS_MAX: usize = 100_000;

pub(crate) type Secret = <X25519HkdfSha256 as Kem>::PrivateKey;
pub(crate) type Public = <X25519HkdfSha256 as Kem>::PublicKey;

/// A public key that openings are encrypted to: 64 lower-case hexadecimal digits.
pub type VaultKey = Digest;

/// That an opening was here and is no more.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Erased {
    /// The sealed statement.
    pub statement: StatementId,
    /// When its opening was erased, RFC 3339.
    pub erased: String,
}

/// What a vault holds of one sealed statement.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Held {
    /// Its opening.
    Opening(Letter),
    /// Nothing any more.
    Erased(Erased),
}

/// A new salt from the system's random source.
///
/// # Errors
/// [`NodeError::Random`].
pub fn salt() -> NodeResult<Salt> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut_slice()).map_err(NodeError::Random)?;
    Ok(Salt::from_random(*bytes))
}

/// An owner's vault.
pub struct Vault {
    dir: PathBuf,
    secret: Secret,
    public: VaultKey,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({}, key {})", self.dir.display(), self.public)
    }
}

impl Vault {
    /// Makes a vault with a new key.
    ///
    /// # Errors
    /// [`NodeError::VaultExists`], [`NodeError::Random`], [`NodeError::Io`].
    pub fn create(dir: &Path) -> NodeResult<Self> {
        let file = dir.join(KEY_FILE);
        if file.exists() {
            return Err(NodeError::VaultExists { dir: dir.to_owned() });
        }
        make_private_dir(&dir.join(OPENINGS))?;
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut_slice()).map_err(NodeError::Random)?;
        write_seed(&file, &seed)?;
        let vault = Self::open(dir)?;
        let public = format!("{}\n", vault.public);
        write_atomic(
            &dir.join(PUBLIC_FILE),
            public.as_bytes(),
            crate::folder::PLAIN_MODE,
        )?;
        sync_dir(dir)?;
        Ok(vault)
    }

    /// Opens a vault.
    ///
    /// # Errors
    /// [`NodeError::NotAVault`], [`NodeError::KeyExposed`], [`NodeError::KeyMalformed`], [`NodeError::Io`].
    pub fn open(dir: &Path) -> NodeResult<Self> {
        let file = dir.join(KEY_FILE);
        if !file.exists() {
            return Err(NodeError::NotAVault { dir: dir.to_owned() });
        }
        let seed = read_seed(&file)?;
        let secret =
            Secret::from_bytes(seed.as_slice()).map_err(|_| NodeError::KeyMalformed { path: file })?;
        let public: [u8; 32] = X25519HkdfSha256::sk_to_pk(&secret).to_bytes().into();
        Ok(Self {
            dir: dir.to_owned(),
            secret,
            public: Digest::from_bytes(public),
        })
    }

    /// The public key.
    pub const fn public(&self) -> VaultKey {
        self.public
    }

    /// Keeps the opening of a sealed statement. It must be on disk before the statement is logged.
    ///
    /// # Errors
    /// [`NodeError::Refused`] if the opening is not the statement's; [`NodeError::Sealing`], [`NodeError::Io`].
    pub fn keep(&self, statement: &Statement, opening: &Opening) -> NodeResult<()> {
        let letter = Letter::write(statement, opening, self.public)?;
        let bytes = letter::json(&letter)?;
        write_atomic(&self.file_of(statement.id()), &bytes, SECRET_MODE)
    }

    /// What the vault holds of a statement.
    ///
    /// # Errors
    /// [`NodeError::NotInVault`], [`NodeError::LetterMalformed`], [`NodeError::Io`].
    pub fn held(&self, statement: StatementId) -> NodeResult<Held> {
        let file = self.file_of(statement);
        if !file.exists() {
            let dir = self.dir.clone();
            return Err(NodeError::NotInVault { dir, statement });
        }
        let bytes = letter::read_bounded(&file)?;
        serde_json::from_slice(&bytes).map_err(|error| NodeError::LetterMalformed {
            reason: error.to_string(),
        })
    }

    /// The letter with the opening of a statement.
    ///
    /// # Errors
    /// As [`Vault::held`], and [`NodeError::Erased`].
    pub fn letter(&self, statement: StatementId) -> NodeResult<Letter> {
        match self.held(statement)? {
            Held::Opening(letter) => Ok(letter),
            Held::Erased(Erased { statement, erased }) => Err(NodeError::Erased { statement, erased }),
        }
    }

    /// Reads a letter to this vault: the sealed statement, and what opens it, checked against each other.
    ///
    /// # Errors
    /// [`NodeError::LetterForAnother`], [`NodeError::LetterMalformed`], [`NodeError::Refused`].
    pub fn read(&self, letter: &Letter) -> NodeResult<(Statement, Opening)> {
        letter.read(&self.secret, self.public)
    }

    /// The opening of a statement, encrypted to another key.
    ///
    /// # Errors
    /// As [`Vault::letter`] and [`Vault::read`]; [`NodeError::Sealing`] for a key that is none.
    pub fn grant(&self, statement: StatementId, to: VaultKey) -> NodeResult<Letter> {
        let (statement, opening) = self.read(&self.letter(statement)?)?;
        Letter::write(&statement, &opening, to)
    }

    /// Erases the opening of a statement: its file is overwritten, then replaced by a line that it was erased. Copies that
    /// were granted, backups and what a file system keeps of its own are not reached.
    ///
    /// # Errors
    /// [`NodeError::NotInVault`], [`NodeError::Erased`] if it was before, [`NodeError::Io`].
    pub fn erase(&self, statement: StatementId, now: &str) -> NodeResult<Erased> {
        self.letter(statement)?;
        let file = self.file_of(statement);
        let overwritten = std::fs::OpenOptions::new()
            .write(true)
            .open(&file)
            .and_then(|mut open| {
                let length = usize::try_from(open.metadata()?.len()).unwrap_or(0);
                open.write_all(&vec![0; length])?;
                open.sync_all()
            });
        overwritten.map_err(NodeError::io(&file))?;
        let erased = Erased {
            statement,
            erased: now.to_owned(),
        };
        write_atomic(&file, &letter::json(&erased)?, SECRET_MODE)?;
        Ok(erased)
    }

    /// Everything in the vault, by statement; [`OPENINGS_MAX`] at most.
    ///
    /// # Errors
    /// [`NodeError::Io`]; a file that cannot be read as [`Vault::held`] tells it.
    pub fn list(&self) -> NodeResult<Vec<(StatementId, Held)>> {
        let ids = self.statements()?;
        ids.into_iter().map(|id| Ok((id, self.held(id)?))).collect()
    }

    /// The statements that the vault has a file of, in order; [`OPENINGS_MAX`] at most.
    fn statements(&self) -> NodeResult<Vec<StatementId>> {
        let dir = self.dir.join(OPENINGS);
        let mut ids: Vec<StatementId> = Vec::new();
        for entry in std::fs::read_dir(&dir).map_err(NodeError::io(&dir))? {
            let name = entry.map_err(NodeError::io(&dir))?.file_name();
            ids.extend(
                name.to_str()
                    .and_then(|name| name.strip_suffix(".json")?.parse::<StatementId>().ok()),
            );
            if ids.len() == OPENINGS_MAX {
                break;
            }
        }
        ids.sort_unstable();
        Ok(ids)
    }

    fn file_of(&self, statement: StatementId) -> PathBuf {
        self.dir.join(OPENINGS).join(format!("{statement}.json"))
    }
}
