//! Before a club that was there before says anything: is each folder the newest of its log?
//!
//! The nodes ask each other when they run. Tables are entered before, and all folders are at hand: so they are compared here. A
//! folder that was put back from an old backup would begin a second history of its log.

use didymium_node::{NodeError, NodeState};

use crate::error::CliResult;

/// Holds each member's own log against the copies in the others' folders. Blocking.
///
/// # Errors
/// [`NodeError::LogShut`] for the first log of which a copy has more, or something else.
pub fn require_newest(states: &[NodeState]) -> CliResult<()> {
    // A log that is shut says nothing anyway.
    let speaking = states.iter().filter(|state| state.ledger().gate().pass().is_ok());
    for own in speaking {
        let log = own.ledger().log();
        let (code, size) = (&own.member().member, log.size()?);
        for other in states.iter().filter(|other| other.member().member != *code) {
            let Some(copy) = other.log_of(code)?.head()? else {
                continue;
            };
            let differs = copy.size > size || copy.size > 0 && log.root(copy.size)?.0 != copy.root;
            if differs {
                let reason = format!(
                    "the folder of {code} holds {size} entries of its log, and {} holds {} that are not the beginning of them: it is \
                     an old copy. Start the others with `didymium serve --dir …` and bring it up to theirs: didymium log restore \
                     --dir {}",
                    other.member().member,
                    copy.size,
                    own.dir().display()
                );
                return Err(NodeError::LogShut { reason }.into());
            }
        }
    }
    Ok(())
}
