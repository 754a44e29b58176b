//! `didymium charter propose`.

use std::path::{Path, PathBuf};

use clap::Args;
use didymium_node::charter;
use didymium_node::folder::prepare_next_key;
use didymium_statement::{KeyPurpose, Proposal, StatementSigner};

use super::desk::Desk;
use super::sign::{finish, read_file};
use crate::error::{CliError, CliResult};
use crate::output::Output;

/// What the next version changes.
#[derive(Debug, Args)]
pub(super) struct ChangeArgs {
    #[command(flatten)]
    what: WhatArgs,
    /// Why the key is revoked, for the other members to read
    #[arg(long, value_name = "TEXT", requires = "revoke")]
    reason: Option<String>,
}

/// One change at a time.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct WhatArgs {
    /// How many voting members must sign the version after
    #[arg(long, value_name = "N")]
    threshold: Option<u32>,
    /// Take in the member that made this request with `didymium init --join`
    #[arg(long, value_name = "FILE")]
    add: Option<PathBuf>,
    /// Let this member go; what its log holds goes on counting
    #[arg(long, value_name = "CODE")]
    remove: Option<String>,
    /// Give the own node a new key: statement, log, witness, mirror, transport or tls
    #[arg(long, value_name = "PURPOSE", value_parser = purpose)]
    rotate: Option<KeyPurpose>,
    /// Revoke a key that was lost or stolen; where the member is the own one, a new key takes its place
    #[arg(long, value_name = "CODE:PURPOSE", requires = "reason", value_parser = whose_key)]
    revoke: Option<(String, KeyPurpose)>,
    /// Change the address of the own node
    #[arg(long, value_name = "URL")]
    address: Option<String>,
}

fn purpose(text: &str) -> Result<KeyPurpose, String> {
    KeyPurpose::ALL
        .into_iter()
        .find(|purpose| purpose.as_str() == text)
        .ok_or_else(|| "one of statement, log, witness, mirror, transport, tls".to_owned())
}

fn whose_key(text: &str) -> Result<(String, KeyPurpose), String> {
    let (code, key) = text
        .split_once(':')
        .ok_or("a member and what the key is for, such as CAN:statement")?;
    Ok((code.to_owned(), purpose(key)?))
}

/// Drafts, signs and sends.
pub(super) async fn run(
    dir: &Path,
    change: ChangeArgs,
    out: Option<&Path>,
    output: &Output,
) -> CliResult<()> {
    let desk = Desk::open(dir).await?;
    if let Some(file) = &change.what.add {
        let proposal = read_file(&desk, file)?;
        return finish(&desk, proposal, out, output).await;
    }
    let (mut proposal, proof) = draft(&desk, change).await?;
    // A new statement key shows that the member has it.
    if let Some(proof) = proof {
        proposal.sign(&proof)?;
    }
    finish(&desk, proposal, out, output).await
}

async fn draft(desk: &Desk, change: ChangeArgs) -> CliResult<(Proposal, Option<StatementSigner>)> {
    let ChangeArgs { what, reason } = change;
    let mut draft = desk.log.successor(desk.cut().await?);
    let own = desk.member()?;
    let mut proof = None;
    let mut next_key = |purpose| {
        let next = prepare_next_key(&desk.dir().join("keys"), own, purpose)?;
        proof = next.signer;
        Ok::<_, CliError>(next.public)
    };
    if what.threshold.is_some() {
        draft.threshold = what.threshold;
    }
    if let Some(code) = &what.remove {
        charter::remove(&mut draft, code)?;
    }
    if let Some(purpose) = what.rotate {
        let new = next_key(purpose)?;
        let old = own.keys.of(purpose).first().map(String::as_str);
        charter::replace_key(&mut draft, &own.member, purpose, old, &new)?;
    }
    if let Some((code, purpose)) = &what.revoke {
        let member = desk.log.head().charter().member(code);
        let member = member.ok_or_else(|| CliError::NotFound(format!("{code} is no member of the club")))?;
        let new = if *code == own.member {
            Some(next_key(*purpose)?)
        } else {
            None
        };
        let reason = reason.unwrap_or_default();
        for old in member.keys.of(*purpose) {
            charter::revoke_key(&mut draft, code, *purpose, old, new.as_deref(), &reason)?;
        }
    }
    if let Some(address) = what.address {
        didymium_node::folder::check_address(&own.member, &address, Some(&own.keys))?;
        let code = own.member.clone();
        let members = draft.charter.members.iter_mut();
        for member in members.filter(|member| member.member == code) {
            member.address.clone_from(&address);
        }
    }
    Ok((desk.log.propose(draft)?, proof))
}
