//! Waiting until every node has a complete twin of the same cut.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use didymium_node::NodeState;

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
        let digests: Vec<Option<String>> = states
            .iter()
            .map(|state| {
                state
                    .twin()
                    .filter(|twin| twin.cut().sizes == sizes)
                    .and_then(|twin| twin.digest())
            })
            .map(|digest| digest.map(|digest| digest.to_string()))
            .collect();
        let found: Vec<&String> = digests.iter().flatten().collect();
        if found.windows(2).any(|pair| pair[0] != pair[1]) {
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
