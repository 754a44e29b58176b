//! `didymium log restore`: the own log from the copies that others hold.

use std::path::PathBuf;

use clap::Args;
use didymium_node::federation::{Restoration, Restored};
use serde::Serialize;

use crate::error::CliResult;
use crate::output::Output;

#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// Folder of the node, which must not run, with the member's keys in it
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
}

/// What came back.
#[derive(Debug, Serialize)]
struct Told {
    member: String,
    from: u64,
    to: u64,
    copies: Vec<Copy>,
    silent: Vec<Silent>,
    payloads: u64,
    missing_payloads: u64,
}

#[derive(Debug, Serialize)]
struct Copy {
    member: String,
    size: u64,
}

#[derive(Debug, Serialize)]
struct Silent {
    member: String,
    reason: String,
}

/// Brings the log back and says what came, and who could not be asked.
pub async fn run(args: &RestoreArgs, output: &Output) -> CliResult<()> {
    let restoration = tokio::task::block_in_place(|| Restoration::open(&args.dir))?;
    let member = restoration.state().member().member.clone();
    output.say(&format!(
        "asking the other members for their copies of the log of {member}"
    ));
    let told = Told::of(member, restoration.run().await?);
    output.data(&told, text)
}

impl Told {
    fn of(member: String, restored: Restored) -> Self {
        let copies = restored.copies.into_iter();
        let silent = restored.silent.into_iter();
        Self {
            member,
            from: restored.from,
            to: restored.to,
            copies: copies.map(|(member, size)| Copy { member, size }).collect(),
            silent: silent.map(|(member, reason)| Silent { member, reason }).collect(),
            payloads: restored.blobs,
            missing_payloads: restored.missing_blobs,
        }
    }
}

fn text(told: &Told) -> String {
    let mut lines = vec![if told.to > told.from {
        format!(
            "The log of {}: {} entries were here, {} are now.",
            told.member, told.from, told.to
        )
    } else {
        format!(
            "The log of {} has {} entries here, and no copy that could be asked has more.",
            told.member, told.from
        )
    }];
    lines.extend(
        told.copies
            .iter()
            .map(|copy| format!("  {} holds {} of them", copy.member, copy.size)),
    );
    let silent = told.silent.iter();
    lines.extend(silent.map(|one| format!("  {} could not say: {}", one.member, one.reason)));
    if told.payloads > 0 {
        lines.push(format!("{} payloads came with them.", told.payloads));
    }
    if told.missing_payloads > 0 {
        lines.push(format!(
            "{} payloads are with nobody that could be asked: what this member alone could read is in its backups.",
            told.missing_payloads
        ));
    }
    lines.push("Start the node: it signs when enough members have said that they know no more.".to_owned());
    lines.join("\n")
}
