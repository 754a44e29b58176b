//! A log of many entries, as a benchmark needs it before it begins.

use didymium_node::NodeState;

use crate::common::{Outcome, statement};

/// Entries signed and appended at a time.
const BATCH: u64 = 10_000;

/// Brings a node's own log up to a number of entries.
pub fn fill(state: &NodeState, entries: u64) -> Outcome<()> {
    let mut number = state.ledger().log().size()?;
    while number < entries {
        let to = entries.min(number + BATCH);
        let batch = (number..to).map(|number| {
            let signed = statement(&state.member().did, state.signer(), &number.to_string())?;
            Ok((signed, None))
        });
        state.ledger().append(batch.collect::<Outcome<_>>()?)?;
        number = to;
    }
    Ok(())
}
