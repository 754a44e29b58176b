//! Receipts of what is filed, at once: each statement with its COSE receipt in it, and the charter beside.

use std::path::{Path, PathBuf};

use clap::Args;
use didymium_node::folder::CHAIN_FILE;
use didymium_statement::{CharterLog, Statement, StatementId};
use serde::Serialize;

use super::file::carried;
use super::prove::prove;
use super::{chain, folder_of, no, write};
use crate::error::{CliError, CliResult};
use crate::home::Home;
use crate::output::Output;
use crate::verify::unverified;

/// How the file of a statement with its receipt ends.
const ENDING: &str = "transparent.cose";

/// Where the receipt of what is filed goes.
#[derive(Debug, Args)]
pub struct KeepArg {
    /// Write the receipt (*logged*) to this file, or into this folder: the statement with its COSE receipt, and the club's
    /// charter beside it in `charter.chain`
    #[arg(long = "receipt", value_name = "FILE|FOLDER")]
    pub place: Option<PathBuf>,
}

impl KeepArg {
    /// The keeper, if receipts are asked for; what would keep it from writing is said before anything is filed.
    ///
    /// # Errors
    /// As [`Keeper::new`].
    pub fn keeper(&self, charters: &CharterLog) -> CliResult<Option<Keeper>> {
        let keeper = |place: &PathBuf| Keeper::new(place, charters, false);
        self.place.as_ref().map(keeper).transpose()
    }
}

/// Writes receipts.
#[derive(Debug)]
pub struct Keeper {
    folder: PathBuf,
    /// Where the one receipt goes, if it has a name of its own.
    file: Option<PathBuf>,
}

/// Where receipts are.
#[derive(Debug, Serialize)]
pub struct Kept {
    /// The one file, or the folder.
    pub receipts: PathBuf,
    /// The charter to check them against.
    pub charter_file: PathBuf,
}

impl Keeper {
    /// A keeper of one receipt in a file, or of any number in a folder, which is made. The charter is written now.
    ///
    /// # Errors
    /// [`CliError::Usage`] for a file that is there already, or a folder that is a node's or another club's;
    /// [`CliError::File`].
    pub fn new(place: &Path, charters: &CharterLog, many: bool) -> CliResult<Self> {
        let ends_as_folder = place.as_os_str().as_encoded_bytes().ends_with(b"/");
        let (folder, file) = if many || place.is_dir() || ends_as_folder {
            (place.to_owned(), None)
        } else {
            (folder_of(place), Some(place.to_owned()))
        };
        if let Some(file) = file.as_ref().filter(|file| file.exists()) {
            return Err(CliError::Usage(format!("{} is there already", file.display())));
        }
        if place.file_name() == Some(CHAIN_FILE.as_ref()) {
            return Err(CliError::Usage(format!(
                "{CHAIN_FILE} is the name of the charter beside receipts: name another file"
            )));
        }
        std::fs::create_dir_all(&folder).map_err(CliError::file(&folder))?;
        chain::keep(&folder, charters)?;
        Ok(Self { folder, file })
    }

    /// Proves the receipt of a statement as `receipt verify` does, and writes it; answers its file and its grade. `charters` are
    /// those under which it was made, which are no older than those that stand beside it.
    ///
    /// # Errors
    /// [`CliError::NotVerified`] for a receipt that does not stand or is another statement's, which is not written;
    /// [`CliError::File`], and those of the charter beside it.
    pub fn keep(
        &self,
        id: &StatementId,
        transparent: &[u8],
        charters: &CharterLog,
    ) -> CliResult<(PathBuf, &'static str)> {
        let stands = carried(transparent).and_then(|held| Ok((prove(&held, charters)?, held)));
        let (stands, held) = stands.map_err(|error| not_kept(id, error))?;
        let statement =
            Statement::parse(&held.statement).map_err(unverified("what it is about is no statement"))?;
        if statement.id() != *id {
            let other = no(format!("it is one of statement {}", statement.id()));
            return Err(not_kept(id, other));
        }
        chain::keep(&self.folder, charters)?;
        let file = self
            .file
            .clone()
            .unwrap_or_else(|| self.folder.join(format!("{id}.{ENDING}")));
        write(&file, transparent, Some(&statement))?;
        Ok((file, stands.grade))
    }

    /// Where they are, for the answer.
    pub fn kept(&self) -> Kept {
        Kept {
            receipts: self.file.clone().unwrap_or_else(|| self.folder.clone()),
            charter_file: chain::chain_in(&self.folder),
        }
    }
}

/// The statement is entered all the same: that is said, so that nobody enters it again in another form.
fn not_kept(id: &StatementId, error: CliError) -> CliError {
    CliError::NotVerified {
        reason: format!(
            "statement {id} is entered, but the receipt that the node gave of it does not stand, and was not written \
             (`didymium receipt fetch` asks again)"
        ),
        source: Some(Box::new(error)),
    }
}

/// Proves and writes the receipt of a statement that was just entered, where one is asked for; answers its file.
///
/// # Errors
/// Those of asking the node, and of [`Keeper::keep`]. The statement is entered all the same.
pub async fn receipt_of(
    keeper: Option<&Keeper>,
    home: &Home,
    statement: &Statement,
    output: &Output,
) -> CliResult<Option<PathBuf>> {
    let Some(keeper) = keeper else {
        return Ok(None);
    };
    let receipt = home.receipt(statement).await?;
    // Read after the receipt: the charter may have changed since the statement was made.
    let (file, grade) = keeper.keep(&statement.id(), &receipt, &home.charters().await?)?;
    output.say(&format!("receipt: {} ({grade})", file.display()));
    Ok(Some(file))
}
