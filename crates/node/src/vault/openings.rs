//! Everything that vaults and letters open, to lay it over the club's twin.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use didymium_statement::{KindVersion, Opening, StatementId};
use didymium_twin::OverlayBuilder;

use super::{Letter, Vault};
use crate::{NodeError, NodeResult};

/// Most characters of ciphertext that are opened at one time: about 190 MiB of payloads.
pub const OPENINGS_BYTES_MAX: usize = 256 * 1024 * 1024;

/// What opens sealed statements, each checked against the statement that its letter carries. Secret.
#[derive(Debug, Default)]
pub struct Openings {
    openings: BTreeMap<StatementId, Opening>,
    not_opened: Vec<NotOpened>,
    length: usize,
}

/// A statement that is not opened.
#[derive(Debug)]
pub struct NotOpened {
    /// The statement; unknown where a letter cannot even be read.
    pub statement: Option<StatementId>,
    /// The vault or letter.
    pub at: PathBuf,
    /// Why.
    pub reason: Closed,
}

/// Why a statement is not opened.
#[derive(Debug, thiserror::Error)]
pub enum Closed {
    /// What vault or letter say: erased, spoilt, for another key, not what the statement commits to.
    #[error("{}", .0.in_words())]
    Unreadable(#[from] NodeError),
    /// The letter of another statement stands in its place.
    #[error("its file is about statement {other}")]
    OtherStatement {
        /// The statement that the file is about.
        other: StatementId,
    },
    /// There is a letter, and no vault to read it with.
    #[error("no vault was given that could read the letter")]
    NoVault,
    /// A kind that no overlay reads.
    #[error("a `{kind}` is not read into an overlay: `statistic` and `site` of version 1 are")]
    Kind {
        /// The kind and its version.
        kind: KindVersion,
    },
    /// More was to be opened at one time than a program may hold.
    #[error("{max} characters of letters are open already, the most that one answer is made of")]
    TooMuch {
        /// The limit.
        max: usize,
    },
}

impl Openings {
    /// Opens what vaults hold, then letters to any of them. Statements of kinds that no overlay reads stay closed. What cannot
    /// be opened is told and keeps nothing else from being opened.
    ///
    /// # Errors
    /// [`NodeError::Io`] if a vault's folder cannot be listed.
    pub fn of(vaults: &[Vault], letters: &[PathBuf]) -> NodeResult<Self> {
        let mut openings = Self::default();
        for vault in vaults {
            for statement in vault.statements()? {
                let opened = openings.open_held(vault, statement);
                openings.tell(Some(statement), &vault.dir, opened);
            }
        }
        for file in letters {
            openings.open_file(vaults, file);
        }
        Ok(openings)
    }

    /// What opens a statement.
    pub fn get(&self, statement: StatementId) -> Option<&Opening> {
        self.openings.get(&statement)
    }

    /// The statements that can be opened, in the order of their ids.
    pub fn statements(&self) -> impl Iterator<Item = StatementId> {
        self.openings.keys().copied()
    }

    /// What could not be opened, in the order of vaults and letters. What another of them opens is not among it.
    pub fn not_opened(&self) -> impl Iterator<Item = &NotOpened> {
        let closed = |one: &&NotOpened| one.statement.is_none_or(|id| self.get(id).is_none());
        self.not_opened.iter().filter(closed)
    }

    fn open_held(&mut self, vault: &Vault, statement: StatementId) -> Result<(), Closed> {
        let letter = vault.letter(statement)?;
        let other = letter.statement()?.id();
        if other != statement {
            return Err(Closed::OtherStatement { other });
        }
        self.open(vault, &letter)
    }

    fn open_file(&mut self, vaults: &[Vault], file: &Path) {
        let letter = match Letter::from_file(file) {
            Ok(letter) => letter,
            Err(error) => return self.tell(None, file, Err(error.into())),
        };
        let statement = letter.statement().map(|statement| statement.id()).ok();
        let to = letter.to();
        // The first vault tells whom the letter is for if it is for none of them.
        let vault = vaults
            .iter()
            .find(|vault| vault.public() == to)
            .or(vaults.first());
        let opened = match vault {
            Some(vault) => self.open(vault, &letter),
            None => Err(Closed::NoVault),
        };
        self.tell(statement, file, opened);
    }

    fn open(&mut self, vault: &Vault, letter: &Letter) -> Result<(), Closed> {
        let statement = letter.statement()?;
        if self.openings.contains_key(&statement.id()) {
            return Ok(());
        }
        let kind = statement.kind;
        if !OverlayBuilder::reads(&kind) {
            return Err(Closed::Kind { kind });
        }
        let length = self.length.saturating_add(letter.ciphertext_length());
        if length > OPENINGS_BYTES_MAX {
            let max = OPENINGS_BYTES_MAX;
            return Err(Closed::TooMuch { max });
        }
        let (statement, opening) = vault.read(letter)?;
        self.length = length;
        self.openings.insert(statement.id(), opening);
        Ok(())
    }

    fn tell(&mut self, statement: Option<StatementId>, at: &Path, opened: Result<(), Closed>) {
        if let Err(reason) = opened {
            self.not_opened.push(NotOpened {
                statement,
                at: at.to_owned(),
                reason,
            });
        }
    }
}
