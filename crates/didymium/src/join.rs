//! `didymium init --join`: a node for a nation that joins a club that is there.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use didymium_node::clock::SystemClock;
use didymium_node::club::MemberSpec;
use didymium_node::federation::KnownHeads;
use didymium_node::{charter, joining};
use didymium_statement::{CharterLog, Member, Role};
use serde::Serialize;

use crate::charter::{members_elsewhere, read_charter, standing, trusted};
use crate::error::{CliError, CliResult};
use crate::http::Remote;
use crate::output::Output;

/// The request in the folder of who joins.
const REQUEST_FILE: &str = "join.cose";
/// Pause between two looks while waiting.
const LOOK: Duration = Duration::from_secs(1);

/// What is asked for.
pub struct Asked<'a> {
    /// Address of a node of the club.
    pub url: &'a str,
    /// Folder of the node to be.
    pub dir: &'a Path,
    /// Who joins; absent where the folder says it already.
    pub spec: Option<MemberSpec>,
    /// In which role.
    pub role: Role,
    /// Id of the club's first charter, if it is known from elsewhere.
    pub charter_id: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Requested {
    member: String,
    request: String,
    club: String,
    /// Whether the id of the club was given, not taken from the node.
    trusted: bool,
    /// What became of it at the node: `requested`, `open`, or `known`.
    outcome: String,
}

/// Makes the folder, or takes the one that was made, and asks the club.
pub async fn ask(asked: &Asked<'_>, output: &Output) -> CliResult<()> {
    let remote = Remote::unpinned(asked.url)?;
    let prepared = joining::pending(asked.dir)?;
    let club = match &prepared {
        Some(_) => joining::club(asked.dir)?.club(),
        None => trusted(&remote, asked.charter_id).await?,
    };
    let (log, _) = read_charter(&remote, &club).await?;
    let member = match (prepared, &asked.spec) {
        (Some(member), _) => member,
        (None, Some(spec)) => joining::prepare(asked.dir, spec, asked.role, &log)?,
        (None, None) => return Err(CliError::Usage("say who joins: --member CODE".into())),
    };
    let remote = remote.signed_by(joining::request_signer(asked.dir, &member)?);
    let known: KnownHeads = remote.json("/witness/heads", &[]).await?;
    let request = joining::request(asked.dir, &member, &log, charter::cut_of_heads(&known, &log)?)?;
    let path = asked.dir.join(REQUEST_FILE);
    std::fs::write(&path, request.bytes()?).map_err(CliError::file(&path))?;
    let answer = remote.post("/charter/proposals", request.bytes()?).await?;
    let requested = Requested {
        member: member.member.clone(),
        request: request.id().to_string(),
        club: club.to_string(),
        trusted: asked.charter_id.is_some(),
        outcome: answer["outcome"].as_str().unwrap_or("known").to_owned(),
    };
    if asked.charter_id.is_none() {
        output.warn(&format!(
            "the club's first charter {club} was taken from {} and not checked: compare it with what a member tells you",
            asked.url
        ));
    }
    let (dir, url) = (asked.dir.display(), asked.url);
    output.data(&requested, |requested| {
        format!(
            "{} asks to join with request {}\n  a member takes it up:  didymium charter sign --dir ITS_FOLDER {}\n  \
             (or with the file:     didymium charter propose --dir ITS_FOLDER --add {})\n  \
             when enough have signed: didymium init --join {url} --dir {dir} --finish",
            requested.member,
            requested.request,
            &requested.request[..12],
            path.display()
        )
    })
}

#[derive(Debug, Serialize)]
struct Joined {
    member: String,
    version: u32,
    charter: String,
}

/// Completes the folder once the club has signed; waits for that `longest`.
pub async fn finish(url: &str, dir: &Path, longest: Duration, output: &Output) -> CliResult<()> {
    let remote = Remote::unpinned(url)?;
    let begun = Instant::now();
    let Some(member) = joining::pending(dir)? else {
        let reason = format!(
            "{} has nothing to finish: `didymium serve --dir` starts it if it has joined",
            dir.display()
        );
        return Err(CliError::Usage(reason));
    };
    let club = joining::club(dir)?.club();
    let log = loop {
        let (log, shown) = read_charter(&remote, &club).await?;
        if has(&log, &member) {
            break log;
        }
        if begun.elapsed() >= longest {
            let own = |view: &&charter::ProposalView| {
                let joins = format!("{} joins", member.member);
                view.english.iter().any(|change| change.starts_with(&joins))
            };
            let open = shown.proposals.iter().chain(&shown.requests).find(own);
            return Err(CliError::Incomplete(match open {
                Some(view) => format!("the club has not signed yet:\n{}", standing(view, "  ")),
                None => format!(
                    "no request of {} is open at {url}: ask again with `didymium init --join {url} --dir {}`",
                    member.member,
                    dir.display()
                ),
            }));
        }
        tokio::time::sleep(LOOK).await;
    };
    let peers = members_elsewhere(&remote, &log, &member.member).await?;
    joining::finish(dir, &log, peers, Arc::new(SystemClock))?;
    let joined = Joined {
        member: member.member,
        version: log.head().charter().version,
        charter: log.head().id().to_string(),
    };
    output.data(&joined, |joined| {
        format!(
            "{} is a member under version {} of the charter ({})\n  start its node: didymium serve --dir {}",
            joined.member,
            joined.version,
            joined.charter,
            dir.display()
        )
    })
}

/// Whether the version in force names the member with these keys.
fn has(log: &CharterLog, member: &Member) -> bool {
    let named = log.head().charter().member(&member.member);
    named.is_some_and(|named| named.keys == member.keys)
}
