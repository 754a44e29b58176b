//! Waiting until every node has a complete twin of the same cut.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use didymium_node::NodeState;
use didymium_statement::Digest;

use crate::error::{CliError, CliResult};

/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(25);

/// Waits until all nodes agree on everything that the logs hold.
///
/// # Errors
/// [`CliError::Disagree`] if two have different digests for the same cut; [`CliError::DiskFull`] if a node has no room for
/// what the others say; [`CliError::Incomplete`] after `longest`.
pub(super) async fn wait(states: &[NodeState], longest: Duration) -> CliResult<()> {
    let begun = Instant::now();
    let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
    for state in states {
        sizes.insert(state.member().member.clone(), state.ledger().log().size()?);
    }
    loop {
        // A member that runs elsewhere may be on its way: what it says is no matter of these nodes' agreement, but their
        // digests can be compared where the whole cut is the same.
        let at_hand =
            |held: &BTreeMap<String, u64>| sizes.iter().all(|(member, size)| held.get(member) == Some(size));
        let twins: Vec<Option<(Digest, Digest)>> = states
            .iter()
            .map(|state| {
                let twin = state.twin().filter(|twin| at_hand(&twin.cut().sizes))?;
                Some((twin.cut().id(), twin.digest()?))
            })
            .collect();
        let digests: Vec<Option<String>> = twins
            .iter()
            .map(|twin| twin.map(|(_, digest)| digest.to_string()))
            .collect();
        let found: Vec<&(Digest, Digest)> = twins.iter().flatten().collect();
        let differ = |one: &(Digest, Digest)| found.iter().any(|other| other.0 == one.0 && other.1 != one.1);
        if found.iter().any(|one| differ(one)) {
            let said = states.iter().zip(&digests).map(|(state, digest)| {
                format!(
                    "{} {}",
                    state.member().member,
                    digest.as_deref().unwrap_or("nothing yet")
                )
            });
            return Err(CliError::Disagree(said.collect::<Vec<_>>().join(", ")));
        }
        if found.len() == states.len() {
            return Ok(());
        }
        let full = states
            .iter()
            .filter(|state| state.peers().iter().any(|peer| peer.disk_full));
        let full: Vec<_> = full.map(|state| state.member().member.as_str()).collect();
        if !full.is_empty() {
            return Err(CliError::DiskFull {
                members: full.join(", "),
            });
        }
        if begun.elapsed() >= longest {
            let late = states.iter().zip(&digests).filter(|(_, digest)| digest.is_none());
            let late: Vec<_> = late.map(|(state, _)| state.member().member.as_str()).collect();
            return Err(CliError::Incomplete(format!(
                "after {} s {} had not everything that the logs name",
                longest.as_secs(),
                late.join(", ")
            )));
        }
        tokio::time::sleep(LOOK).await;
    }
}
