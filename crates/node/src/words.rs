//! What went wrong, for people.

use didymium_log::sequencer::Refusal;

/// An error with all its causes on one line.
pub(crate) fn in_words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let more = next.to_string();
        if !words.ends_with(&more) {
            words.push_str(": ");
            words.push_str(&more);
        }
        cause = next.source();
    }
    words
}

/// What a submitter is to make of a refusal.
pub(crate) fn refusal_in_words(refusal: Refusal) -> String {
    match refusal {
        Refusal::Busy { retry_after_ms } => {
            format!("too many wait; submit it again in {retry_after_ms} ms")
        }
        Refusal::NoRoom => {
            "the disk of the node is nearly full; submit it again when there is room".to_owned()
        }
        Refusal::NotCommitted => "the commit failed before anything was written; submit it again".to_owned(),
        Refusal::Stopped => {
            "the node stops; submit it again when it is back, it has one place at most".to_owned()
        }
    }
}
