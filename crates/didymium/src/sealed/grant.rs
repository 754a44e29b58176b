//! `didymium sealed grant`.

use std::path::PathBuf;

use clap::Args;
use didymium_node::vault::{Vault, VaultKey};
use didymium_statement::payload::Release;
use didymium_statement::{Draft, Kind, KindVersion, Visibility};
use serde_json::json;

use super::{VaultArg, find, key};
use crate::error::{CliError, CliResult};
use crate::home::Home;
use crate::output::Output;
use crate::receipt::{KeepArg, receipt_of};

/// What is given to whom.
#[derive(Debug, Args)]
pub(super) struct GrantArgs {
    #[command(flatten)]
    vault: VaultArg,
    /// Folder of the member's node; where the node runs, it is asked
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// Public key of the recipient's vault
    #[arg(long, value_name = "KEY", value_parser = key)]
    to: VaultKey,
    /// Who the recipient is; everybody can read it
    #[arg(long, value_name = "NAME")]
    recipient: String,
    /// What it is given for; everybody can read it
    #[arg(long, value_name = "TEXT")]
    purpose: String,
    /// Write the letter to this file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    receipt: KeepArg,
    /// Id of the sealed statement, or its first digits
    statement: String,
}

pub(super) async fn run(args: &GrantArgs, output: &Output) -> CliResult<()> {
    let vault = Vault::open(&args.vault.vault)?;
    let target = find(&vault, &args.statement)?;
    let letter = vault.grant(target, args.to)?;
    if args.out.exists() {
        return Err(CliError::Usage(format!(
            "{} is there already",
            args.out.display()
        )));
    }
    let home = Home::open(&args.dir).await?;
    home.require_passage().await?;
    let release = Release {
        target,
        recipient: args.recipient.clone(),
        key: args.to,
        purpose: args.purpose.clone(),
    };
    let draft = Draft {
        issuer: home.member()?.did.clone(),
        subject: letter.statement()?.subject,
        kind: KindVersion::v1(Kind::Release),
        valid: None,
        visibility: Visibility::Club,
        payload: serde_json::to_vec(&release)?,
    };
    let keeper = args.receipt.keeper(&home.charters().await?)?;
    // Logged first: an opening that was given without a trace could be denied.
    let (statement, _) = draft.sign(home.signer())?;
    let index = home.submit(&statement).await?;
    letter.to_file(&args.out)?;
    let receipt = receipt_of(keeper.as_ref(), &home, &statement, output).await?;
    let id = statement.id().to_string();
    let answer = json!({ "release": id, "index": index, "statement": target.to_string(), "to": args.to.to_string(), "letter": args.out, "receipt": receipt });
    output.data(&answer, |_| {
        format!(
            "{}: a letter that only the holder of key {} can read\nthat it was given is entry {index} of the log of {}",
            args.out.display(),
            args.to,
            home.code()
        )
    })
}
