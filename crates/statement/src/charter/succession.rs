//! A version of the charter: what holds in it, and how it follows the version before.

use serde::{Deserialize, Serialize};

use super::document::{Charter, CharterId, KeyPurpose, Member};
use crate::limits::{KEYS_ENDED_MAX, MEMBERS_MAX, REASON_BYTES_MAX, STATEMENT_KEYS_MAX};
use crate::{Digest, StatementError};

/// The whole payload of a charter. In JSON the charter's own fields and these stand side by side, and what is absent is
/// left out, so that a first version from before there were later ones keeps its bytes and its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(from = "Payload", into = "Payload")]
#[schemars(rename = "Charter")]
pub struct CharterVersion {
    /// What holds.
    pub charter: Charter,
    /// How many voting members must sign the next version; two thirds of them, rounded up, if absent.
    pub threshold: Option<u32>,
    /// How it follows the version before; absent in the first version only.
    pub succession: Option<Succession>,
}

/// How a version follows the one before: where each log stood, and which keys ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Succession {
    /// Id of the version before.
    pub previous: CharterId,
    /// Where the log stood of each member of the version before, and of each former member that returns. For a member
    /// that leaves, it is the end of its log: what stands below goes on counting.
    pub cut: Vec<LogHead>,
    /// Keys that are given up in good order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retired: Vec<Retirement>,
    /// Keys that were lost or stolen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revoked: Vec<Revocation>,
}

/// A state of a member's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogHead {
    /// Code of the member whose log it is.
    pub member: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the tree over them (RFC 6962).
    pub root: Digest,
}

/// A key that its member gives up in good order. What it signed goes on counting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retirement {
    /// Code of the member.
    pub member: String,
    /// What the key was for.
    pub purpose: KeyPurpose,
    /// The key, as it stood in the version before.
    pub key: String,
    /// Size of the member's own log up to which the key still counts, not below the cut; the cut if absent. Only for
    /// statement and log keys: a cosigner's key ends with the cut of each log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
}

/// A key that was lost or stolen. It counts no further than the last good state of the logs that it signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// Code of the member.
    pub member: String,
    /// What the key was for.
    pub purpose: KeyPurpose,
    /// The key, as it stands or stood in the charter.
    pub key: String,
    /// The last good state: of the member's own log for statement and log keys; for a cosigner's key, of each log on
    /// which its cosignatures still count up to there, and none on logs that are not named.
    pub last_good: Vec<LogHead>,
    /// Why, for people to read: 1 to 500 bytes.
    pub reason: String,
}

/// The JSON of a [`CharterVersion`].
#[derive(Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Charter")]
struct Payload {
    version: u32,
    club: String,
    members: Vec<Member>,
    vocabulary: Digest,
    rules: String,
    schemas: Digest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    threshold: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    succession: Option<Succession>,
}

impl From<Payload> for CharterVersion {
    fn from(payload: Payload) -> Self {
        Self {
            charter: Charter {
                version: payload.version,
                club: payload.club,
                members: payload.members,
                vocabulary: payload.vocabulary,
                rules: payload.rules,
                schemas: payload.schemas,
            },
            threshold: payload.threshold,
            succession: payload.succession,
        }
    }
}

impl From<CharterVersion> for Payload {
    fn from(version: CharterVersion) -> Self {
        let charter = version.charter;
        Self {
            version: charter.version,
            club: charter.club,
            members: charter.members,
            vocabulary: charter.vocabulary,
            rules: charter.rules,
            schemas: charter.schemas,
            threshold: version.threshold,
            succession: version.succession,
        }
    }
}

impl From<Charter> for CharterVersion {
    /// A first version with the threshold left to its default.
    fn from(charter: Charter) -> Self {
        Self {
            charter,
            threshold: None,
            succession: None,
        }
    }
}

impl CharterVersion {
    /// How many voting members must sign the next version: the threshold given, or two thirds of them, rounded up.
    pub fn threshold(&self) -> usize {
        let by_default = (2 * self.charter.voters().count()).div_ceil(3);
        self.threshold
            .map_or(by_default, |given| usize::try_from(given).unwrap_or(usize::MAX))
    }

    /// The log's state of that member in the cut, if the cut names it.
    pub fn head_of(&self, member: &str) -> Option<&LogHead> {
        let cut = &self.succession.as_ref()?.cut;
        cut.iter().find(|head| head.member == member)
    }

    /// The revocations it brings.
    pub fn revoked(&self) -> &[Revocation] {
        self.succession.as_ref().map_or(&[], |s| s.revoked.as_slice())
    }

    /// The retirements it brings.
    pub fn retired(&self) -> &[Retirement] {
        self.succession.as_ref().map_or(&[], |s| s.retired.as_slice())
    }

    /// The retirement of a key, if it brings one.
    pub(super) fn retirement(&self, member: &str, purpose: KeyPurpose, key: &str) -> Option<&Retirement> {
        self.retired().iter().find(|one| one.names(member, purpose, key))
    }

    /// Whether it revokes that key.
    pub(super) fn revokes(&self, member: &str, purpose: KeyPurpose, key: &str) -> bool {
        self.revoked().iter().any(|one| one.names(member, purpose, key))
    }

    /// What can be said of it without the version before.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub(super) fn check(&self) -> Result<(), StatementError> {
        self.charter.check()?;
        let version = self.charter.version;
        if version == 0 {
            return Err(StatementError::CharterVersionNumber {
                found: 0,
                expected: 1,
            });
        }
        if (version == 1) != self.succession.is_none() {
            return Err(StatementError::CharterSuccession { version });
        }
        if self.threshold.is_some() || version > 1 {
            self.check_threshold()?;
        }
        let too_many = |what, count, max| {
            if count > max {
                return Err(StatementError::TooMany { what, count, max });
            }
            Ok(())
        };
        if version > 1 {
            for member in &self.charter.members {
                too_many(
                    "statement keys of a member",
                    member.keys.statement.len(),
                    STATEMENT_KEYS_MAX,
                )?;
            }
        }
        let Some(succession) = &self.succession else {
            return Ok(());
        };
        too_many("logs in the cut", succession.cut.len(), 2 * MEMBERS_MAX)?;
        too_many("keys retired", succession.retired.len(), KEYS_ENDED_MAX)?;
        too_many("keys revoked", succession.revoked.len(), KEYS_ENDED_MAX)?;
        for revocation in &succession.revoked {
            too_many(
                "last good heads of a revocation",
                revocation.last_good.len(),
                2 * MEMBERS_MAX,
            )?;
            revocation.check_reason()?;
        }
        Ok(())
    }

    /// More than half of the voting members, so that any two sets that reach it share one; and not more than there are.
    ///
    /// # Errors
    /// [`StatementError::CharterNoVoter`] or [`StatementError::CharterThreshold`].
    pub(super) fn check_threshold(&self) -> Result<(), StatementError> {
        let voters = self.charter.voters().count();
        if voters == 0 {
            return Err(StatementError::CharterNoVoter {
                version: self.charter.version,
            });
        }
        let threshold = self.threshold();
        if threshold <= voters / 2 || threshold > voters {
            return Err(StatementError::CharterThreshold {
                threshold,
                least: voters / 2 + 1,
                voters,
            });
        }
        Ok(())
    }
}

impl Retirement {
    pub(super) fn names(&self, member: &str, purpose: KeyPurpose, key: &str) -> bool {
        self.member == member
            && self.purpose == purpose
            && purpose.material(&self.key) == purpose.material(key)
    }
}

impl Revocation {
    pub(super) fn names(&self, member: &str, purpose: KeyPurpose, key: &str) -> bool {
        self.member == member
            && self.purpose == purpose
            && purpose.material(&self.key) == purpose.material(key)
    }

    /// The last good size of that member's log; none if nothing counts there.
    pub fn last_good_size(&self, log_of: &str) -> Option<u64> {
        let head = self.last_good.iter().find(|head| head.member == log_of)?;
        Some(head.size)
    }

    fn check_reason(&self) -> Result<(), StatementError> {
        let wrong = |reason: &str| Err(StatementError::field("reason", &self.reason, reason));
        if self.reason.trim().is_empty() || self.reason.len() > REASON_BYTES_MAX {
            return wrong("must have 1 to 500 bytes: a revocation says why");
        }
        // Bidirectional controls make a reader see another text than was signed.
        let turns = |c: char| matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if self.reason.chars().any(|c| c.is_control() || turns(c)) {
            return wrong("contains a control character");
        }
        Ok(())
    }
}
