//! A cut as a person writes it: `CAN:12,DEU:40`.

use std::collections::BTreeMap;

use super::ApiError;

/// Parses sizes; each must be a member of the club and not beyond what this node holds. Members left out count as 0.
pub(crate) fn parse(text: &str, held: &BTreeMap<String, u64>) -> Result<BTreeMap<String, u64>, ApiError> {
    let mut sizes: BTreeMap<String, u64> = held.keys().map(|member| (member.clone(), 0)).collect();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let wrong = |reason: &str| {
            ApiError::query(
                "cut",
                format!("`{}`: {reason}", part.chars().take(40).collect::<String>()),
            )
        };
        let (member, size) = part.split_once(':').ok_or_else(|| wrong("must be MEMBER:SIZE"))?;
        let size: u64 = size
            .parse()
            .map_err(|_| wrong("the size must be a whole number"))?;
        let known = sizes
            .get_mut(member)
            .ok_or_else(|| wrong("is not a member of the club"))?;
        if size > held[member] {
            return Err(wrong(&format!(
                "this node holds {} entries of that log",
                held[member]
            )));
        }
        *known = size;
    }
    Ok(sizes)
}
