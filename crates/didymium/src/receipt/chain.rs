//! The charter beside receipts: all versions of the club's charter, which a check years later needs.

use std::path::{Path, PathBuf};

use didymium_node::folder::{CHAIN_FILE, CONFIG_FILE};
use didymium_statement::{CharterId, CharterLog};

use super::no;
use crate::error::{CliError, CliResult};
use crate::statement::read_charter;

/// The file of the charter in the folder of receipts.
pub(super) fn chain_in(folder: &Path) -> PathBuf {
    folder.join(CHAIN_FILE)
}

/// The charter that stands beside receipts already, if one does.
///
/// # Errors
/// As [`read_charter`].
pub(super) fn kept(folder: &Path) -> CliResult<Option<CharterLog>> {
    let path = chain_in(folder);
    if !path.exists() {
        return Ok(None);
    }
    read_charter(&path).map(Some)
}

/// Puts the versions of a charter beside receipts. What stands there is never shortened, and never becomes another club's.
///
/// # Errors
/// [`CliError::Usage`] for a node's folder, or for that of another club's receipts; [`CliError::Statement`] where the two
/// contradict each other; [`CliError::File`].
pub(super) fn keep(folder: &Path, log: &CharterLog) -> CliResult<()> {
    let path = chain_in(folder);
    if folder.join(CONFIG_FILE).exists() {
        return Err(CliError::Usage(format!(
            "{} is the folder of a node, whose charter the node alone writes: keep receipts in a folder of their own",
            folder.display()
        )));
    }
    let longest = match kept(folder)? {
        None => log.clone(),
        Some(kept) if kept.club() != log.club() => {
            return Err(CliError::Usage(format!(
                "{} is the charter of another club ({} and not {}): keep these receipts in a folder of their own",
                path.display(),
                kept.club(),
                log.club()
            )));
        }
        Some(kept) => {
            let longest = kept.extended(&log.to_bytes()?)?;
            if longest.versions().len() == kept.versions().len() {
                return Ok(());
            }
            longest
        }
    };
    // Renamed into its place: who verifies meanwhile reads the old one or the new one.
    let new = path.with_extension("chain.new");
    std::fs::write(&new, longest.to_bytes()?).map_err(CliError::file(&new))?;
    std::fs::rename(&new, &path).map_err(CliError::file(&path))
}

/// An id of a club as it is given.
///
/// # Errors
/// [`CliError::Usage`].
pub(super) fn parse_id(text: &str) -> CliResult<CharterId> {
    text.parse()
        .map_err(|_| CliError::Usage(format!("`{text}` is no id of 64 hexadecimal digits")))
}

/// The charter is that of the club that is asked for.
///
/// # Errors
/// [`CliError::NotVerified`], [`CliError::Usage`].
pub(super) fn pin(log: &CharterLog, charter_id: Option<&str>) -> CliResult<()> {
    let Some(given) = charter_id else {
        return Ok(());
    };
    if parse_id(given)? == log.club() {
        return Ok(());
    }
    Err(no(format!(
        "the charter at hand is that of the club {}, and --charter-id names {given}",
        log.club()
    )))
}
