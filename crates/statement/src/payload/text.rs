//! Rules that every text field shares.

use crate::StatementError;
use crate::limits::{LIST_ITEMS_MAX, NAME_BYTES_MAX, TEXT_BYTES_MAX};

/// A name: 1 to 300 bytes, no control characters, no space at either end.
pub(crate) fn name(field: &'static str, value: &str) -> Result<(), StatementError> {
    if value.is_empty() {
        return Err(StatementError::field(field, value, "must not be empty"));
    }
    optional(field, value, NAME_BYTES_MAX)
}

/// A text that may be empty: at most `bytes_max`, no control characters, no space at either end.
pub(crate) fn optional(field: &'static str, value: &str, bytes_max: usize) -> Result<(), StatementError> {
    if value.len() > bytes_max {
        return Err(StatementError::field(
            field,
            value,
            format!("has {} bytes, at most {bytes_max} allowed", value.len()),
        ));
    }
    if value.chars().any(|c| c.is_control() || turns_text(c)) {
        return Err(StatementError::field(
            field,
            value,
            "contains a control character",
        ));
    }
    if value.trim() != value {
        return Err(StatementError::field(
            field,
            value,
            "begins or ends with white space",
        ));
    }
    Ok(())
}

/// Characters that make a reader see other text than is there (Unicode bidirectional controls).
const fn turns_text(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A free text: may be empty, at most 4,000 bytes.
pub(crate) fn free(field: &'static str, value: &str) -> Result<(), StatementError> {
    optional(field, value, TEXT_BYTES_MAX)
}

/// A key: lower-case letters, digits and hyphens, 1 to 100 bytes, so that it can end a URI as it is.
pub(crate) fn key(field: &'static str, value: &str) -> Result<(), StatementError> {
    let fits = (1..=100).contains(&value.len())
        && value
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !value.starts_with('-');
    if fits {
        Ok(())
    } else {
        Err(StatementError::field(
            field,
            value,
            "must be 1 to 100 lower-case letters, digits and hyphens",
        ))
    }
}

/// A list within the limit.
pub(crate) fn list<T>(what: &'static str, items: &[T]) -> Result<(), StatementError> {
    if items.len() > LIST_ITEMS_MAX {
        return Err(StatementError::TooMany {
            what,
            count: items.len(),
            max: LIST_ITEMS_MAX,
        });
    }
    Ok(())
}

/// JSON of a payload, decoded strictly.
pub(crate) fn from_json<'de, T: serde::Deserialize<'de>>(
    kind: &'static str,
    bytes: &'de [u8],
) -> Result<T, StatementError> {
    serde_json::from_slice(bytes).map_err(|e| StatementError::Payload {
        kind,
        reason: e.to_string(),
    })
}
