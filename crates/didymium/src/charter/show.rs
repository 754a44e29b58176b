//! `didymium charter show`.

use didymium_node::NodeFolder;
use didymium_node::charter::proposal_view;
use didymium_node::charter::{CountView, ForkView, ProposalView, ProposalsView, RefusalView};
use didymium_node::folder::require_member;
use didymium_node::witnessing::policy_under;
use didymium_statement::{Change, CharterLog, Member, SignedCharter, StatementKey, changes};
use serde::Serialize;

use super::desk::{read_charter, trusted};
use crate::error::{CliError, CliResult};
use crate::http::Remote;
use crate::output::Output;
use crate::reader::PlaceArgs;

#[derive(Debug, Serialize)]
struct Shown {
    name: String,
    /// Id of the first version: the club's name among clubs.
    club: String,
    /// The version whose members are shown.
    version: u32,
    charter: String,
    /// Signatures that the version after it needs, and voting members.
    threshold: usize,
    voters: usize,
    members: Vec<ShownMember>,
    versions: Vec<ShownVersion>,
    proposals: Vec<ProposalView>,
    requests: Vec<ProposalView>,
    fork: Option<ForkView>,
    refused: Option<RefusalView>,
}

#[derive(Debug, Serialize)]
struct ShownMember {
    member: String,
    role: &'static str,
    address: String,
    did: String,
    /// Purpose, and the key as statements or checkpoints name it.
    keys: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct ShownVersion {
    version: u32,
    id: String,
    changes: Vec<String>,
}

/// What is to be shown.
pub(super) struct Asked<'a> {
    /// Number of the version instead of the one in force.
    pub(super) version: Option<u32>,
    /// The member whose log's policy is wanted.
    pub(super) policy: Option<&'a str>,
    /// Id of the club's first charter, if it is known.
    pub(super) charter_id: Option<&'a str>,
}

/// A policy as data.
#[derive(Debug, Serialize)]
struct ShownPolicy {
    member: String,
    version: u32,
    charter: String,
    /// Cosignatures that make a checkpoint final; absent in a club too small for a quorum.
    needed: Option<usize>,
    policy: String,
}

/// Shows the charter of a folder or of a running node.
pub(super) async fn run(place: &PlaceArgs, asked: &Asked<'_>, output: &Output) -> CliResult<()> {
    let (log, shown) = match (&place.dir, &place.url) {
        // The charter of a folder is read beside its node, whether it runs or not.
        (Some(dir), _) => {
            let log = NodeFolder::open(dir)?.charters().clone();
            let shown = of_folder(&log)?;
            (log, shown)
        }
        (None, Some(url)) => {
            let remote = Remote::new(url)?;
            let trusted = trusted(&remote, asked.charter_id).await?;
            read_charter(&remote, &trusted).await?
        }
        (None, None) => return Err(CliError::Usage("say where: --dir FOLDER or --url ADDRESS".into())),
    };
    let wanted = match asked.version {
        None => log.head(),
        Some(number) => log.version(number).ok_or_else(|| {
            let newest = log.head().charter().version;
            CliError::NotFound(format!("there is no version {number}: the newest is {newest}"))
        })?,
    };
    if let Some(code) = asked.policy {
        return output.data(&policy(wanted, code)?, |shown| shown.policy.clone());
    }
    output.data(&shown_of(&log, wanted, shown), text)
}

fn policy(charter: &SignedCharter, code: &str) -> CliResult<ShownPolicy> {
    let (policy, quorum) = policy_under(charter.charter(), require_member(charter, code)?)?;
    Ok(ShownPolicy {
        member: code.to_owned(),
        version: charter.charter().version,
        charter: charter.id().to_string(),
        needed: quorum.needed(),
        policy: policy.to_string(),
    })
}

fn of_folder(log: &CharterLog) -> CliResult<ProposalsView> {
    let before = log.head().version();
    let proposals = log.proposals().map(|proposal| proposal_view(before, proposal));
    Ok(ProposalsView {
        club: log.club().to_string(),
        version: before.charter.version,
        charter: log.head().id().to_string(),
        proposals: proposals.collect::<Result<_, _>>()?,
        requests: Vec::new(),
        fork: log.fork().map(|fork| ForkView {
            version: fork.ours.charter().version,
            ours: fork.ours.id().to_string(),
            theirs: fork.theirs.id().to_string(),
            signed_both: fork.signed_both.clone(),
        }),
        refused: None,
    })
}

fn shown_of(log: &CharterLog, wanted: &SignedCharter, proposed: ProposalsView) -> Shown {
    let charter = wanted.charter();
    let versions = log.versions();
    let founded = versions.first().map(|first| ShownVersion {
        version: first.charter().version,
        id: first.id().to_string(),
        changes: vec![format!(
            "The club is founded by {}.",
            codes(&first.charter().members)
        )],
    });
    let later = versions.windows(2).filter_map(|pair| match pair {
        [before, after] => Some(ShownVersion {
            version: after.charter().version,
            id: after.id().to_string(),
            changes: changes(before.version(), after.version())
                .iter()
                .map(Change::english)
                .collect(),
        }),
        _ => None,
    });
    Shown {
        name: charter.club.clone(),
        club: log.club().to_string(),
        version: charter.version,
        charter: wanted.id().to_string(),
        threshold: wanted.version().threshold(),
        voters: charter.voters().count(),
        members: charter.members.iter().map(shown_member).collect(),
        versions: founded.into_iter().chain(later).collect(),
        proposals: proposed.proposals,
        requests: proposed.requests,
        fork: proposed.fork,
        refused: proposed.refused,
    }
}

fn shown_member(member: &Member) -> ShownMember {
    let shown = |purpose: didymium_statement::KeyPurpose, key: &str| {
        let key = match StatementKey::from_hex(key) {
            Ok(key) => key.id().to_string(),
            Err(_) => key.splitn(3, '+').take(2).collect::<Vec<_>>().join("+"),
        };
        (purpose.to_string(), key)
    };
    ShownMember {
        member: member.member.clone(),
        role: if member.role.may_vote() {
            "member"
        } else {
            "associate"
        },
        address: member.address.clone(),
        did: member.did.clone(),
        keys: member
            .keys
            .all()
            .map(|(purpose, key)| shown(purpose, key))
            .collect(),
    }
}

fn codes(members: &[Member]) -> String {
    let codes = members.iter().map(|member| member.member.as_str());
    codes.collect::<Vec<_>>().join(", ")
}

fn text(shown: &Shown) -> String {
    let mut lines = vec![
        format!(
            "{}, charter version {} ({})",
            shown.name, shown.version, shown.charter
        ),
        format!("  the club is {}", shown.club),
        format!(
            "  the version after it needs the signatures of {} of {} voting members",
            shown.threshold, shown.voters
        ),
        "members:".to_owned(),
    ];
    let keys = shown.members.iter().flat_map(|member| &member.keys);
    let width = keys.map(|(purpose, _)| purpose.len()).max().unwrap_or(0);
    for member in &shown.members {
        lines.push(format!(
            "  {}  {}  {}",
            member.member, member.role, member.address
        ));
        lines.extend(
            member
                .keys
                .iter()
                .map(|(purpose, key)| format!("    {purpose:<width$} {key}")),
        );
    }
    lines.push("versions:".to_owned());
    for version in &shown.versions {
        lines.push(format!("  {}  {}", version.version, version.id));
        lines.extend(version.changes.iter().map(|change| format!("    {change}")));
    }
    for (title, list) in [("proposals:", &shown.proposals), ("requests:", &shown.requests)] {
        if !list.is_empty() {
            lines.push(title.to_owned());
            lines.extend(list.iter().map(|one| standing(one, "  ")));
        }
    }
    if let Some(fork) = &shown.fork {
        lines.push(format!(
            "FORK: version {} is {} here and {} elsewhere; {} signed both. Nothing more is adopted.",
            fork.version,
            fork.ours,
            fork.theirs,
            fork.signed_both.join(", ")
        ));
    }
    if let Some(refused) = &shown.refused {
        lines.push(format!(
            "version {} is not adopted here: {}",
            refused.version, refused.reason
        ));
    }
    lines.join("\n")
}

/// A proposal in words: what it changes, who has signed, who is missing.
pub fn standing(proposal: &ProposalView, indent: &str) -> String {
    let mut lines = vec![format!("{indent}{}", proposal.id)];
    lines.extend(
        proposal
            .english
            .iter()
            .map(|change| format!("{indent}  {change}")),
    );
    let counts = proposal.before.iter().chain([&proposal.after]);
    lines.extend(counts.map(|count| format!("{indent}  {}", counted(count))));
    if !proposal.unconsenting.is_empty() {
        let who = proposal.unconsenting.join(", ");
        lines.push(format!("{indent}  must still sign for themselves: {who}"));
    }
    if !proposal.unproved.is_empty() {
        let who = proposal.unproved.join(", ");
        lines.push(format!("{indent}  the new statement key must still sign: {who}"));
    }
    lines.join("\n")
}

fn counted(count: &CountView) -> String {
    let list = |codes: &[String]| {
        if codes.is_empty() {
            "nobody".to_owned()
        } else {
            codes.join(", ")
        }
    };
    format!(
        "under version {}: {} of {} needed have signed ({}); {} could",
        count.version,
        count.signed.len(),
        count.needed,
        list(&count.signed),
        list(&count.unsigned)
    )
}
