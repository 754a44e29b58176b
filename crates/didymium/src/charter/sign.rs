//! `didymium charter sign`.

use std::path::Path;

use didymium_statement::{Change, KeyPurpose, Proposal, StatementKey, changes};
use serde::Serialize;

use super::desk::Desk;
use super::show::standing;
use crate::error::{CliError, CliResult};
use crate::output::Output;

/// What became of a signature.
#[derive(Debug, Serialize)]
struct Signed {
    id: String,
    version: u32,
    changes: Vec<String>,
    /// `written` to a file, `open` while signatures are missing, or `adopted`.
    outcome: String,
    #[serde(skip)]
    text: String,
}

/// Finds a proposal by its id, by the first digits of it, or in a file, and signs it.
pub(super) async fn run(dir: &Path, named: &str, out: Option<&Path>, output: &Output) -> CliResult<()> {
    let desk = Desk::open(dir).await?;
    let path = Path::new(named);
    let proposal = if path.is_file() {
        read_file(&desk, path)?
    } else {
        open(&desk, named).await?
    };
    finish(&desk, proposal, out, output).await
}

/// A proposal from a file, held against the rules.
pub(super) fn read_file(desk: &Desk, path: &Path) -> CliResult<Proposal> {
    let bytes = std::fs::read(path).map_err(CliError::file(path))?;
    Ok(desk.log.read_proposal(&bytes)?)
}

async fn open(desk: &Desk, named: &str) -> CliResult<Proposal> {
    let all = desk.all().await?;
    let mut found = all
        .proposals
        .iter()
        .chain(&all.requests)
        .filter(|proposal| !named.is_empty() && proposal.id.starts_with(named));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(desk.log.read_proposal(&one.bytes()?)?),
        (Some(_), Some(_)) => Err(CliError::Usage(format!(
            "more than one proposal begins with `{named}`"
        ))),
        (None, _) => Err(CliError::NotFound(format!(
            "no open proposal begins with `{named}`: `didymium charter show --dir {}` lists them",
            desk.dir().display()
        ))),
    }
}

/// The logs of which the proposal vouches for less than is held here: what stands beyond may count no longer, so whoever signs
/// must see it. Logs grow while signatures are gathered, so that a little less is nothing unusual.
fn less_than_held(desk: &Desk, proposal: &Proposal) -> CliResult<Vec<String>> {
    let version = proposal.version();
    let last_good = version.revoked().iter().flat_map(|one| &one.last_good);
    let named = version
        .succession
        .iter()
        .flat_map(|one| &one.cut)
        .chain(last_good);
    let mut lines = Vec::new();
    for head in named {
        let held = desk.held(&head.member)?;
        let line = format!(
            "it vouches for {} of the {held} entries of {} that are held here",
            head.size, head.member
        );
        if head.size < held && !lines.contains(&line) {
            lines.push(line);
        }
    }
    Ok(lines)
}

/// A key that the others revoke has no vote on that, where they are enough without it.
fn refuse_own_revocation(desk: &Desk, proposal: &Proposal) -> CliResult<()> {
    let id = desk.signer().public().id();
    let mut revoked = proposal.version().revoked().iter().filter(|one| {
        let key = StatementKey::from_hex(&one.key).map(|key| key.id());
        one.purpose == KeyPurpose::Statement && one.member == desk.code() && key.is_ok_and(|key| key == id)
    });
    let Some(one) = revoked.next().filter(|_| proposal.member_of(&id).is_none()) else {
        return Ok(());
    };
    Err(CliError::NotVerified {
        reason: format!(
            "not signed: this version revokes the key with which {code} signs, {id} ({}), and a key has no vote on its own \
             revocation: the other members decide. If the key is safe, tell them so; if it is not, propose a new one in its place: \
             didymium charter propose --dir {} --revoke {code}:statement --reason TEXT",
            one.reason,
            desk.dir().display(),
            code = desk.code(),
        ),
        source: None,
    })
}

/// Shows what a proposal changes, signs it if the member's own copies of the logs have nothing against it, and sends it or
/// writes it to a file.
pub(super) async fn finish(
    desk: &Desk,
    mut proposal: Proposal,
    out: Option<&Path>,
    output: &Output,
) -> CliResult<()> {
    let found = changes(desk.log.head().version(), proposal.version());
    let words: Vec<String> = found.iter().map(Change::english).collect();
    let version = proposal.version().charter.version;
    output.say(&format!("version {version} of the charter would change:"));
    for line in &words {
        output.say(&format!("  {line}"));
    }
    for line in less_than_held(desk, &proposal)? {
        output.say(&format!("  {line}"));
    }
    // Whoever signs says that the logs stood as the proposal says: that is held against the copies here before.
    if let Some(reason) = desk.objection(&proposal).await? {
        return Err(CliError::NotVerified {
            reason: format!("not signed: {reason}"),
            source: None,
        });
    }
    // A member that revokes its own key speaks with the new one, which has signed already, where the key has no vote on it.
    let id = desk.signer().public().id();
    let own_key_ends =
        proposal.member_of(&id).is_none() && proposal.signers().iter().any(|code| code == desk.code());
    if !own_key_ends {
        refuse_own_revocation(desk, &proposal)?;
        proposal.sign(desk.signer())?;
    }
    let mut signed = Signed {
        id: proposal.id().to_string(),
        version,
        changes: words,
        outcome: "written".to_owned(),
        text: String::new(),
    };
    if let Some(path) = out {
        std::fs::write(path, proposal.bytes()?).map_err(CliError::file(path))?;
        signed.text = if own_key_ends {
            format!(
                "signed with the new key of {}: {}\n  another member takes it up: didymium charter sign --dir ITS_FOLDER {}",
                desk.code(),
                path.display(),
                path.display()
            )
        } else {
            format!("signed by {}: {}", desk.code(), path.display())
        };
        return output.data(&signed, |signed| signed.text.clone());
    }
    signed.outcome = desk.offer(&proposal).await?;
    signed.text = match signed.outcome.as_str() {
        "adopted" => format!(
            "signed by {}: version {version} of the charter is in force",
            desk.code()
        ),
        "forked" => format!(
            "signed by {}, and it contradicts a version that is in force: a fork",
            desk.code()
        ),
        "requested" => format!(
            "signed by {} with the new key alone, since the old one has no vote on its revocation: it waits for another member to \
             take it up; write it to a file (`--out FILE`), and have each that signs run `didymium charter sign --dir ITS_FOLDER \
             FILE`",
            desk.code()
        ),
        _ => {
            let standing = match desk.view(&proposal.id()).await {
                Ok(view) => standing(&view, "  "),
                Err(_) => format!("  {}", proposal.id()),
            };
            format!("signed by {}; it waits for the others:\n{standing}", desk.code())
        }
    };
    output.data(&signed, |signed| signed.text.clone())
}
