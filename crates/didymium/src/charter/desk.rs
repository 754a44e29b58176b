//! A member's desk: the node of a folder where it runs, else the folder itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use didymium_node::api::types;
use didymium_node::charter::{self, Demand, ProposalView, ProposalsView, Taken};
use didymium_node::evidence::EVIDENCE_A_LOG_MAX;
use didymium_node::federation::KnownHeads;
use didymium_statement::{CharterEvent, CharterId, CharterLog, LogHead, Member, Proposal, StatementSigner};
use didymium_store::{SqliteStore, Store};

use crate::error::{CliError, CliResult};
use crate::home::Home;
use crate::http::Remote;

/// Where a member proposes and signs.
pub struct Desk {
    dir: PathBuf,
    /// The charter log as it is there, with open proposals.
    pub log: CharterLog,
    at: Home,
}

impl Desk {
    /// The desk of a folder.
    pub async fn open(dir: &Path) -> CliResult<Self> {
        let at = Home::open(dir).await?;
        let log = match &at {
            Home::Node { remote, folder } => read_charter(remote, &folder.charters().club()).await?.0,
            Home::Folder(state) => charter::current(state),
        };
        let dir = dir.to_owned();
        Ok(Self { dir, log, at })
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Code of the member.
    pub fn code(&self) -> &str {
        self.at.code()
    }

    /// The member as the version in force has it.
    pub fn member(&self) -> CliResult<&Member> {
        let member = self.log.head().charter().member(self.code());
        member.ok_or_else(|| CliError::NotFound(format!("{} is no member any more", self.code())))
    }

    /// The member's statement key.
    pub fn signer(&self) -> &StatementSigner {
        self.at.signer()
    }

    /// Where the members' logs stand, for the cut of the next version; of those in `named` as much as is named.
    pub async fn cut(&self, named: &[(String, u64)]) -> CliResult<Vec<LogHead>> {
        let (mut cut, contradicting) = match &self.at {
            Home::Node { remote, .. } => {
                let known: KnownHeads = remote.json("/witness/heads", &[]).await?;
                let cut = charter::cut_of_heads(&known, &self.log)?;
                (cut, charter::contradicting(&self.log, &known.evidence))
            }
            Home::Folder(state) => {
                let mut evidence = Vec::new();
                for member in &self.log.head().charter().members {
                    let kept = state.store().evidence(member.origin(), EVIDENCE_A_LOG_MAX)?;
                    evidence.extend(kept.into_iter().map(|record| record.bytes));
                }
                let cut = charter::cut_of_store(state, &self.log)?;
                (cut, charter::contradicting(&self.log, &evidence))
            }
        };
        for (place, (code, size)) in named.iter().enumerate() {
            if named[..place].iter().any(|(other, _)| other == code) {
                return Err(CliError::Usage(format!("--cut names {code} twice")));
            }
            let head = self.head_at(code, *size)?;
            let line = cut.iter_mut().find(|line| line.member == *code);
            *line.ok_or_else(|| CliError::NotFound(format!("{code} is no member of the club")))? = head;
        }
        let unnamed = contradicting
            .iter()
            .find(|code| !named.iter().any(|(named, _)| named == *code));
        if let Some(code) = unnamed {
            return Err(CliError::Usage(format!(
                "the log of {code} contradicts itself, and members hold different versions of it: name with --cut {code}:SIZE how many \
                 entries all of them hold alike; `didymium audit URL --member {code} --against URL` tells at the nodes of two members"
            )));
        }
        Ok(cut)
    }

    /// What is stored in the folder, whether its node runs or not.
    fn store(&self) -> CliResult<Arc<dyn Store>> {
        Ok(match &self.at {
            Home::Node { .. } => Arc::new(SqliteStore::open_read_only(&self.dir, 1)?),
            Home::Folder(state) => Arc::clone(state.store()),
        })
    }

    /// How many entries of a member's log are held in the folder.
    pub fn held(&self, code: &str) -> CliResult<u64> {
        let member = self.log.member_ever(code);
        let head = member.map(|member| self.store()?.head(member.origin()).map_err(CliError::from));
        Ok(head.transpose()?.flatten().map_or(0, |head| head.size))
    }

    /// The state of a member's log at a size, from the tiles in the folder.
    pub fn head_at(&self, code: &str, size: u64) -> CliResult<LogHead> {
        let store = self.store()?;
        charter::head_at(&store, &self.log, code, size)?.ok_or_else(|| {
            CliError::Incomplete(format!(
                "the log of {code} is not held here up to {size} entries: nothing is said of a state that was not seen"
            ))
        })
    }

    /// Hands a proposal over; answers what became of it: `open`, `requested`, `adopted`, `known` or `forked`.
    pub async fn offer(&self, proposal: &Proposal) -> CliResult<String> {
        match &self.at {
            Home::Node { remote, .. } => post(remote, proposal).await,
            Home::Folder(state) => {
                let taken = charter::take(state, CharterEvent::Propose(proposal.bytes()?))?;
                Ok(match taken {
                    Taken::Nothing => "known",
                    Taken::Kept(_) => "open",
                    Taken::Requested(_) => "requested",
                    Taken::Adopted(_) => "adopted",
                    Taken::Forked => "forked",
                }
                .to_owned())
            }
        }
    }

    /// A proposal that was handed over, with what the member's copies of the logs have against it.
    pub async fn view(&self, id: &CharterId) -> CliResult<ProposalView> {
        match &self.at {
            Home::Node { remote, .. } => remote.json(&format!("/charter/proposals/{id}"), &[]).await,
            Home::Folder(state) => charter::proposal(state, id)?
                .ok_or_else(|| CliError::NotFound(format!("no proposal {id} is open"))),
        }
    }

    /// What the member's copies of the logs have against a proposal. One that nobody has signed was drafted from them.
    pub async fn objection(&self, proposal: &Proposal) -> CliResult<Option<String>> {
        if let Home::Folder(state) = &self.at {
            return Ok(charter::objection(state, proposal.version(), Demand::Everything)?);
        }
        if proposal.signatures().next().is_none() {
            return Ok(None);
        }
        let id = proposal.id();
        let view = match self.view(&id).await {
            Err(CliError::NotFound(_)) => {
                self.offer(proposal).await?;
                self.view(&id).await
            }
            found => found,
        };
        match view {
            Ok(view) => Ok(view.objection),
            // It is in force already.
            Err(CliError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Everything that is proposed or asked for.
    pub async fn all(&self) -> CliResult<ProposalsView> {
        match &self.at {
            Home::Node { remote, .. } => remote.json("/charter/proposals", &[]).await,
            Home::Folder(state) => Ok(charter::proposals(state)?),
        }
    }
}

/// Sends a proposal to a node; answers what became of it.
async fn post(remote: &Remote, proposal: &Proposal) -> CliResult<String> {
    let answer = remote.post("/charter/proposals", proposal.bytes()?).await?;
    let outcome = answer["outcome"].as_str();
    Ok(outcome.unwrap_or("known").to_owned())
}

/// The charter log that a node shows, verified from the version that is `trusted`, and the list of proposals.
pub async fn read_charter(remote: &Remote, trusted: &CharterId) -> CliResult<(CharterLog, ProposalsView)> {
    let chain = remote.bytes("/charter/chain", &[]).await?;
    let mut log = CharterLog::parse(&chain, trusted)?;
    let shown: ProposalsView = remote.json("/charter/proposals", &[]).await?;
    for proposal in &shown.proposals {
        // One that breaks a rule, or that the chain has overtaken meanwhile, is not shown.
        let _ = log.step(CharterEvent::Propose(proposal.bytes()?));
    }
    Ok((log, shown))
}

/// The id of the first charter to verify from: the one that was given, or the one that the node names.
pub async fn trusted(remote: &Remote, given: Option<&str>) -> CliResult<CharterId> {
    let text = match given {
        Some(given) => given.to_owned(),
        None => {
            remote
                .json::<ProposalsView>("/charter/proposals", &[])
                .await?
                .club
        }
    };
    text.parse()
        .map_err(|_| CliError::Usage(format!("`{text}` is no id of 64 hexadecimal digits")))
}

/// Addresses at which a node reaches the members, where they differ from the charter's, without `own`.
pub async fn members_elsewhere(
    remote: &Remote,
    log: &CharterLog,
    own: &str,
) -> CliResult<BTreeMap<String, String>> {
    let limit = didymium_statement::limits::MEMBERS_MAX.to_string();
    let ask = [("limit", Some(limit.as_str()))];
    let shown: types::Page<types::MemberInfo> = match remote.json("/api/v1/members", &ask).await {
        // At its door for nodes it does not say: the charter's addresses count.
        Err(CliError::Answer { status: 401, .. } | CliError::NotFound(_)) => return Ok(BTreeMap::new()),
        shown => shown?,
    };
    let differs = |shown: &types::MemberInfo| {
        let member = log.head().charter().member(&shown.member);
        shown.member != own && member.is_some_and(|member| member.address != shown.address)
    };
    let elsewhere = shown.items.into_iter().filter(differs);
    Ok(elsewhere.map(|shown| (shown.member, shown.address)).collect())
}
