//! What evidence shows, for people: the country and what it did first, sizes and roots after.

use didymium_log::evidence::SplitView;
use didymium_vocabulary::{Language, Vocabulary};

/// In English, for the log of the member of that code.
pub(crate) fn english(member: &str, proven: &SplitView) -> String {
    let country = name(member, Language::En);
    format!(
        "{country}: this country’s log exists in two versions that contradict each other, and both bear its signature. {}",
        proven.english()
    )
}

/// The same in French.
pub(crate) fn french(member: &str, proven: &SplitView) -> String {
    let country = name(member, Language::Fr);
    format!(
        "{country} : le journal de ce pays existe en deux versions qui se contredisent, et toutes deux portent sa \
         signature. {}",
        proven.french()
    )
}

/// The country's name; the member's code where it is none.
fn name(member: &str, language: Language) -> &str {
    let country = Vocabulary::embedded().country(member);
    country.map_or(member, |country| country.label.get(language))
}
