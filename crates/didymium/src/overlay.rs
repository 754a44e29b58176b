//! A member's own overlay at a terminal: what its vault opens, laid over the club's figures on this machine alone.

use std::path::PathBuf;

use clap::Args;
use didymium_node::api::types::StatementPlace;
use didymium_node::api::views;
use didymium_node::twin_job::Overlaid;
use didymium_node::vault::{Openings, Vault};
use didymium_twin::OverlayRemark;
use serde::Serialize;

use crate::error::{CliError, CliResult};
use crate::output::Output;

/// Lines that a text gives to statements that are not opened, and to remarks.
const LINES_MAX: usize = 20;
/// What an overlay is, for whoever finds its answer.
pub const PRIVATE: &str =
    "a member's overlay, private to who holds the vault: not the club's figures, and served by no node";

/// What is laid over the club's figures.
#[derive(Debug, Clone, Default, Args)]
pub struct OverlayArgs {
    /// Lay what this vault opens of the sealed statements over the club's figures: an overlay, private to who holds the vault.
    /// Of a folder only; may be said several times
    #[arg(long = "vault", value_name = "VAULT")]
    vaults: Vec<PathBuf>,
    /// The same with a letter that was granted to such a vault
    #[arg(long = "letter", value_name = "FILE", requires = "vaults")]
    letters: Vec<PathBuf>,
}

impl OverlayArgs {
    /// Refuses what no node may be asked.
    ///
    /// # Errors
    /// [`CliError::Usage`].
    pub fn of_folder_only(&self) -> CliResult<()> {
        if self.vaults.is_empty() {
            return Ok(());
        }
        Err(CliError::Usage(
            "--vault: sealed figures are opened on this machine and laid over the logs of a folder (--dir, while its node does \
             not run); a node is never asked with a vault, and serves no overlay"
                .to_owned(),
        ))
    }

    /// What vaults and letters open; none where nothing is to be laid over.
    ///
    /// # Errors
    /// A vault that is none; one that cannot be listed.
    pub fn openings(&self) -> CliResult<Option<Openings>> {
        if self.vaults.is_empty() {
            return Ok(None);
        }
        let vaults = self.vaults.iter().map(|dir| Vault::open(dir));
        let vaults = vaults.collect::<Result<Vec<_>, _>>()?;
        Ok(Some(Openings::of(&vaults, &self.letters)?))
    }
}

/// What an answer says of the overlay that it comes from.
#[derive(Debug, Clone, Serialize)]
pub struct OverlayTold {
    private: &'static str,
    /// How many sealed statements count in it.
    opened: usize,
    /// The overlay's own digest.
    digest: Option<String>,
    /// That of the club's twin of the same cut.
    club_digest: Option<String>,
    statements: Vec<StatementPlace>,
    not_opened: Vec<NotOpenedTold>,
    remarks: Vec<RemarkTold>,
}

/// A statement that is not opened.
#[derive(Debug, Clone, Serialize)]
struct NotOpenedTold {
    statement: Option<String>,
    /// The vault or the letter, if it is one of them that does not open it.
    at: Option<PathBuf>,
    reason: String,
}

/// Something about a statement that was opened.
#[derive(Debug, Clone, Serialize)]
struct RemarkTold {
    statement: String,
    member: String,
    index: u64,
    subject: String,
    site: Option<String>,
    /// Whether the statement counts all the same.
    counts: bool,
    reason: String,
}

impl RemarkTold {
    fn of(remark: &OverlayRemark) -> Self {
        Self {
            statement: remark.statement.id.to_string(),
            member: remark.statement.member.to_string(),
            index: remark.statement.index,
            subject: remark.subject.clone(),
            site: remark.reason.site().map(str::to_owned),
            counts: remark.reason.counts(),
            reason: remark.reason.to_string(),
        }
    }
}

impl OverlayTold {
    /// What there is to say of an overlay.
    pub fn of(overlaid: &Overlaid, openings: &Openings) -> Self {
        let overlay = &overlaid.overlay;
        let closed = openings.not_opened().map(|one| NotOpenedTold {
            statement: one.statement.map(|id| id.to_string()),
            at: Some(one.at.clone()),
            reason: one.reason.to_string(),
        });
        let not_logged = overlaid.not_logged.iter().map(|id| NotOpenedTold {
            statement: Some(id.to_string()),
            at: None,
            reason:
                "is not among the statements that count in the logs of this folder, up to the state asked for"
                    .to_owned(),
        });
        let places = overlay.opened().iter();
        Self {
            private: PRIVATE,
            opened: overlay.opened().len(),
            digest: overlay.twin().digest().map(|digest| digest.to_string()),
            club_digest: overlay.club_digest().map(|digest| digest.to_string()),
            statements: places.map(|place| views::place(place)).collect(),
            not_opened: closed.chain(not_logged).collect(),
            remarks: overlay.remarks().iter().map(RemarkTold::of).collect(),
        }
    }

    /// The same in words.
    pub fn text(&self) -> String {
        let none = || "none".to_owned();
        let mut lines = vec![
            format!("OVERLAY: {PRIVATE}"),
            format!("  sealed statements laid over the club's: {}", self.opened),
            format!(
                "  digest of this overlay:    {}",
                self.digest.clone().unwrap_or_else(none)
            ),
            format!(
                "  digest of the club's twin: {}",
                self.club_digest.clone().unwrap_or_else(none)
            ),
        ];
        let not_opened = self.not_opened.iter().map(|one| {
            let name = one.statement.as_deref().unwrap_or("unknown");
            let at = one.at.as_ref();
            let at = at.map_or_else(String::new, |at| format!(" ({})", at.display()));
            format!("  not opened: statement {name}{at}: {}", one.reason)
        });
        lines.extend(first_lines(not_opened.collect(), "not opened"));
        let remarks = self.remarks.iter().map(|one| {
            let counts = if one.counts { "counts" } else { "does not count" };
            format!(
                "  {counts}: statement {} (entry {} of {}, about {}): {}",
                one.statement, one.index, one.member, one.subject, one.reason
            )
        });
        lines.extend(first_lines(remarks.collect(), "with remarks"));
        lines.join("\n")
    }
}

fn first_lines(mut lines: Vec<String>, what: &str) -> Vec<String> {
    let rest = lines.len().saturating_sub(LINES_MAX);
    if rest > 0 {
        lines.truncate(LINES_MAX);
        lines.push(format!("  … {rest} more {what}: --json lists them"));
    }
    lines
}

/// An answer with the overlay that it comes from.
#[derive(Serialize)]
struct Overlaying<'a, T> {
    overlay: &'a OverlayTold,
    #[serde(flatten)]
    answer: &'a T,
}

/// Prints an answer, and before it what overlay it comes from if it does.
pub fn answer<T: Serialize>(
    output: Output,
    overlay: Option<&OverlayTold>,
    answer: &T,
    text: impl FnOnce(&T) -> String,
) -> CliResult<()> {
    match overlay {
        None => output.data(answer, text),
        Some(overlay) => output.data(&Overlaying { overlay, answer }, |told| {
            format!("{}\n\n{}", told.overlay.text(), text(told.answer))
        }),
    }
}
