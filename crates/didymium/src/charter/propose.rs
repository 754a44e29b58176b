//! `didymium charter propose`.

use std::path::{Path, PathBuf};

use clap::Args;
use didymium_node::charter;
use didymium_node::folder::prepare_next_key;
use didymium_statement::{KeyPurpose, LogHead, Proposal, Role, StatementSigner};

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
    /// How many entries of a log the revoked key counts for, where it signed more than it should have: what a thief logged
    /// after it does not count. For a statement or log key that is its member's own log; a witness or mirror key may name
    /// each of the others'. All that is held here if left out; its root is computed from the copy of that log here
    #[arg(long, value_name = "CODE:SIZE", requires = "revoke", value_parser = code_and_size)]
    last_good: Vec<(String, u64)>,
    /// How many entries of a log the version vouches for, where that is not all that is held here: for a log that contradicts
    /// itself, those that all members hold alike. What a member that leaves logged beyond it does not count
    #[arg(long, value_name = "CODE:SIZE", conflicts_with = "add", value_parser = code_and_size)]
    cut: Vec<(String, u64)>,
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
    /// Give a member another role: an associate states and is witnessed, and neither votes nor witnesses
    #[arg(long, value_name = "CODE:associate|member", value_parser = whose_role)]
    role: Option<(String, Role)>,
    /// Give the own node a new key: statement, log, witness, witness_ml_dsa, mirror, transport or tls. The first witness_ml_dsa
    /// key adds a second, post-quantum witness key (builds with the feature ml-dsa alone)
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
        .ok_or_else(|| "one of statement, log, witness, witness_ml_dsa, mirror, transport, tls".to_owned())
}

fn whose_key(text: &str) -> Result<(String, KeyPurpose), String> {
    let (code, key) = text
        .split_once(':')
        .ok_or("a member and what the key is for, such as CAN:statement")?;
    Ok((code.to_owned(), purpose(key)?))
}

fn whose_role(text: &str) -> Result<(String, Role), String> {
    match text.split_once(':') {
        Some((code, "associate")) => Ok((code.to_owned(), Role::Associate)),
        Some((code, "member")) => Ok((code.to_owned(), Role::Member)),
        _ => Err("a member and its role, such as BRA:associate or BRA:member".to_owned()),
    }
}

fn code_and_size(text: &str) -> Result<(String, u64), String> {
    let (code, size) = text
        .split_once(':')
        .ok_or("a member and a number of entries, such as CAN:1200")?;
    let size = size
        .parse()
        .map_err(|_| "a number of entries, such as CAN:1200")?;
    Ok((code.to_owned(), size))
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
    let ChangeArgs {
        what,
        reason,
        last_good,
        cut,
    } = change;
    let mut draft = desk.log.successor(desk.cut(&cut).await?);
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
    if let Some((code, role)) = &what.role {
        let has_it = desk.log.head().charter().member(code).map(|member| member.role) == Some(*role);
        if has_it {
            return Err(CliError::Usage(format!("{code} has that role already")));
        }
        charter::set_role(&mut draft, code, *role)?;
    }
    if let Some(purpose) = what.rotate {
        let new = next_key(purpose)?;
        let old = own.keys.of(purpose).first().map(String::as_str);
        // A key that was revoked has ended already: it is not given up in good order.
        let old = old.filter(|old| !desk.log.is_revoked(&own.member, purpose, old));
        charter::replace_key(&mut draft, &own.member, purpose, old, &new)?;
    }
    if let Some((code, purpose)) = &what.revoke {
        let member = desk.log.head().charter().member(code);
        let member = member.ok_or_else(|| CliError::NotFound(format!("{code} is no member of the club")))?;
        // Whoever has a key that this build does not make gives it up without a new one.
        let makes_one = *purpose != KeyPurpose::WitnessMlDsa || didymium_node::ML_DSA;
        let new = if *code == own.member && makes_one {
            Some(next_key(*purpose)?)
        } else {
            None
        };
        let reason = reason.unwrap_or_default();
        let last_good = good_heads(desk, code, *purpose, &last_good)?;
        for old in member.keys.of(*purpose) {
            charter::revoke_key(
                &mut draft,
                code,
                *purpose,
                old,
                new.as_deref(),
                &last_good,
                &reason,
            )?;
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
    charter::cut_at_last_good(&desk.log, &mut draft);
    Ok((desk.log.propose(draft)?, proof))
}

/// The last good states that are named, with their roots from the copies here.
fn good_heads(
    desk: &Desk,
    whose: &str,
    purpose: KeyPurpose,
    named: &[(String, u64)],
) -> CliResult<Vec<LogHead>> {
    let mut heads: Vec<LogHead> = Vec::new();
    for (code, size) in named {
        if purpose.is_between_nodes() {
            return Err(CliError::Usage(format!(
                "a {purpose} key signs nothing in any log: --last-good has no meaning for it"
            )));
        }
        if (code == whose) != purpose.is_about_own_log() {
            let about = if purpose.is_about_own_log() {
                format!("the log of {whose} alone")
            } else {
                format!("the logs of the others, not of {whose}")
            };
            return Err(CliError::Usage(format!(
                "--last-good {code}:{size}: the {purpose} key of {whose} signs about {about}"
            )));
        }
        if heads.iter().any(|head| head.member == *code) {
            return Err(CliError::Usage(format!("--last-good names {code} twice")));
        }
        heads.push(desk.head_at(code, *size)?);
    }
    Ok(heads)
}
