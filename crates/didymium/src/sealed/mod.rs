//! `didymium sealed`: figures that are bound in the log and stay with their owner.

mod file;
mod grant;
mod show;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use didymium_node::clock::{Clock as _, SystemClock, rfc3339};
use didymium_node::vault::{Held, Vault, VaultKey};
use didymium_statement::StatementId;
use serde_json::json;

use crate::error::{CliError, CliResult};
use crate::output::Output;

const AFTER: &str = "\
Examples:
  didymium sealed init --vault my_vault                       a folder with a key, on the owner's own machine
  didymium sealed file --vault my_vault --dir club/CAN --kind return \\
      --subject https://can.example/returns/2026-10 return.json
  didymium sealed show --vault my_vault 5f0c…                 what was sealed, checked against the statement
  didymium sealed file --vault my_vault --dir club/CAN --kind statistic \\
      --subject https://can.example/returns/2026-11 table.json
  didymium twin chain --dir club/CAN rare_earths --vault my_vault   the chain with these figures, for the owner alone
  didymium sealed grant --vault my_vault --dir club/CAN --to KEY --recipient \"Customs of Canada\" \\
      --purpose \"origin of lot 7\" --out lot7.letter 5f0c…
  didymium sealed erase --vault my_vault --yes 5f0c…          nobody can read it again; the log still verifies

The log gets a commitment (HMAC-SHA256 under a random salt): it binds the owner to what was said and tells nobody what \
that is, nor how long it is. Who says it, its subject, its kind and its days are readable by all. Salt and payload stay in the \
vault, encrypted to its key. A grant is a letter that only the holder of the key named can read; that it was given is \
entered in the log. Erasing does not reach letters that were given, nor backups.";

/// Seal figures: bound in the log, readable by their owner and whom the owner grants it
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct SealedArgs {
    #[command(subcommand)]
    what: What,
}

/// The vault that a command works on.
#[derive(Debug, Args)]
struct VaultArg {
    /// Folder of the owner's vault
    #[arg(long, value_name = "VAULT")]
    vault: PathBuf,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a vault, and print the public key that others may send openings to
    Init(VaultArg),
    /// Enter a sealed statement in the log of a member, and keep what opens it in the vault
    File(file::FileArgs),
    /// List what the vault holds
    List(VaultArg),
    /// Print what was sealed, from the vault or from a letter that was granted to it
    Show {
        #[command(flatten)]
        vault: VaultArg,
        /// Id of the statement, its first digits, or the file of a letter
        what: String,
    },
    /// Give the opening of a statement to the holder of a key, and enter in the log that it was given
    Grant(grant::GrantArgs),
    /// Erase what opens a statement, for ever
    Erase {
        #[command(flatten)]
        vault: VaultArg,
        /// Id of the statement, or its first digits
        statement: String,
        /// Yes, nobody shall be able to read it from this vault again
        #[arg(long)]
        yes: bool,
    },
}

/// Does what was asked.
pub async fn run(args: &SealedArgs, output: &Output) -> CliResult<()> {
    match &args.what {
        What::Init(at) => init(&at.vault, output),
        What::File(args) => file::run(args, output).await,
        What::List(at) => show::list(&Vault::open(&at.vault)?, output),
        What::Show { vault, what } => show::run(&Vault::open(&vault.vault)?, what, output),
        What::Grant(args) => grant::run(args, output).await,
        What::Erase {
            vault,
            statement,
            yes,
        } => erase(&Vault::open(&vault.vault)?, statement, *yes, output),
    }
}

fn init(dir: &Path, output: &Output) -> CliResult<()> {
    let vault = Vault::create(dir)?;
    let key = vault.public().to_string();
    output.data(&json!({ "vault": dir, "key": key }), |_| {
        format!(
            "made the vault {}\nits public key, for whoever is to send openings here:\n  {key}\nkeep a copy of vault.key in a \
safe place: without it nothing in the vault can be read",
            dir.display()
        )
    })
}

fn erase(vault: &Vault, named: &str, yes: bool, output: &Output) -> CliResult<()> {
    let id = find(vault, named)?;
    if !yes {
        return Err(CliError::Usage(format!(
            "this erases what opens statement {id} for ever: say --yes if that is meant"
        )));
    }
    let erased = vault.erase(id, &rfc3339(SystemClock.now_ms()))?;
    output.data(&erased, |erased| {
        format!(
            "erased: nobody can read statement {} from this vault again; its entry in the log stays and still verifies",
            erased.statement
        )
    })
}

/// The statement of that id, or the one whose id begins so, among those that the vault knows.
fn find(vault: &Vault, named: &str) -> CliResult<StatementId> {
    if let Ok(id) = named.parse() {
        return Ok(id);
    }
    let known = vault.list()?;
    let mut found = known
        .iter()
        .filter(|(id, _)| !named.is_empty() && id.to_string().starts_with(named));
    match (found.next(), found.next()) {
        (Some((id, _)), None) => Ok(*id),
        (Some(_), Some(_)) => Err(CliError::Usage(format!(
            "more than one statement begins with `{named}`"
        ))),
        (None, _) => Err(CliError::NotFound(format!(
            "the vault holds no statement whose id begins with `{named}`: `didymium sealed list` shows what it holds"
        ))),
    }
}

/// A public key as it is written.
fn key(text: &str) -> Result<VaultKey, String> {
    text.parse().map_err(|_| {
        "a public key of a vault is 64 lower-case hexadecimal digits, as in its vault.pub".to_owned()
    })
}

/// What is held, in a word.
const fn state(held: &Held) -> &'static str {
    match held {
        Held::Opening(_) => "sealed",
        Held::Erased(_) => "erased",
    }
}
