//! What a witness answers.

use super::Refusal;
use crate::error::LogError;

/// An HTTP answer, exactly as it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Value of `Content-Type`.
    pub content_type: &'static str,
    /// Body.
    pub body: String,
}

pub(super) const TEXT: &str = "text/plain; charset=utf-8";
pub(super) const SIZE: &str = "text/x.tlog.size";

impl Answer {
    /// The answer to a body that could not be read: 400 with the reason, or 403 if only its signature lines
    /// are broken, which leaves no signature by a known key.
    pub fn malformed(error: &LogError) -> Self {
        match error {
            LogError::SignatureLine { .. }
            | LogError::SignatureDuplicate { .. }
            | LogError::TooManySignatures => Answer::text(403, &format!("invalid signature: {error}")),
            _ => Answer::text(400, &format!("malformed request: {error}")),
        }
    }

    /// The answer to a refused request.
    pub(super) fn refusing(refusal: &Refusal) -> Self {
        let status = match refusal {
            Refusal::OldAboveNew { .. } => 400,
            Refusal::NotSigned(_) | Refusal::Frozen => 403,
            Refusal::UnknownLog => 404,
            Refusal::Conflict { cosigned } => {
                return Answer {
                    status: 409,
                    content_type: SIZE,
                    body: format!("{cosigned}\n"),
                };
            }
            Refusal::ImpossibleRoot | Refusal::OtherRoot | Refusal::ProofWrong(_) => 422,
            Refusal::ClockUnset | Refusal::ClockSteppedBack { .. } => 503,
        };
        Answer::text(status, &refusal.to_string())
    }

    fn text(status: u16, reason: &str) -> Self {
        Answer {
            status,
            content_type: TEXT,
            body: format!("{reason}\n"),
        }
    }
}
