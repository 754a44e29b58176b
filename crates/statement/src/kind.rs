//! Kinds of statements and their versions.

use std::fmt;

use crate::StatementError;

/// What a statement is. A kind this software does not know is [`Kind::Other`]: it is logged, mirrored and shown as
/// such, never interpreted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// First entry of every log: the member takes its place under a charter.
    Genesis,
    /// A place with processes.
    Site,
    /// A table of observations from a named public source.
    Statistic,
    /// An event that touches supply.
    Notice,
    /// Replaces an earlier statement of the same issuer by another.
    Supersede,
    /// Withdraws an earlier statement of the same issuer.
    Retract,
    /// Proof that another member's log contradicts itself.
    Evidence,
    /// The owner of a sealed statement has shown its payload to somebody.
    Release,
    /// Reserved: a filled questionnaire.
    Return,
    /// Reserved: a traceability event.
    Event,
    /// Reserved: a conformity credential or passport.
    Credential,
    /// Reserved: a project.
    Project,
    /// Reserved: a commitment.
    Commitment,
    /// Reserved: an agreement.
    Agreement,
    /// Reserved: a proposal.
    Proposal,
    /// Reserved: a vote.
    Vote,
    /// Anything else, by its name on the wire.
    Other(String),
}

const NAMED: [(Kind, &str); 16] = [
    (Kind::Genesis, "genesis"),
    (Kind::Site, "site"),
    (Kind::Statistic, "statistic"),
    (Kind::Notice, "notice"),
    (Kind::Supersede, "supersede"),
    (Kind::Retract, "retract"),
    (Kind::Evidence, "evidence"),
    (Kind::Release, "release"),
    (Kind::Return, "return"),
    (Kind::Event, "event"),
    (Kind::Credential, "credential"),
    (Kind::Project, "project"),
    (Kind::Commitment, "commitment"),
    (Kind::Agreement, "agreement"),
    (Kind::Proposal, "proposal"),
    (Kind::Vote, "vote"),
];

impl Kind {
    /// The name on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Other(name) => name,
            known => NAMED
                .iter()
                .find(|(kind, _)| kind == known)
                .map_or("", |(_, name)| name),
        }
    }

    fn from_name(name: &str) -> Self {
        NAMED
            .iter()
            .find(|(_, known)| *known == name)
            .map_or_else(|| Self::Other(name.to_owned()), |(kind, _)| kind.clone())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A kind with its version, written as a media type: `application/vnd.didymium.site+json; version=1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindVersion {
    /// The kind.
    pub kind: Kind,
    /// Version of the kind's payload, from 1.
    pub version: u32,
}

const PREFIX: &str = "application/vnd.didymium.";
const SUFFIX: &str = "+json; version=";

impl KindVersion {
    /// Version 1 of `kind`.
    pub const fn v1(kind: Kind) -> Self {
        Self { kind, version: 1 }
    }

    /// The media type.
    pub fn media_type(&self) -> String {
        format!("{PREFIX}{}{SUFFIX}{}", self.kind, self.version)
    }

    /// Parses a media type of this family.
    ///
    /// # Errors
    /// [`StatementError::NotOurMediaType`] for any other text, a name outside `[a-z-]{1,40}` or a version outside 1..=9999.
    pub fn parse(text: &str) -> Result<Self, StatementError> {
        let parse = || {
            let (name, version) = text.strip_prefix(PREFIX)?.split_once(SUFFIX)?;
            let named =
                (1..=40).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            let number = !version.starts_with('0') && version.bytes().all(|b| b.is_ascii_digit());
            let version: u32 = version.parse().ok().filter(|v| (1..=9999).contains(v))?;
            (named && number).then(|| Self {
                kind: Kind::from_name(name),
                version,
            })
        };
        parse().ok_or_else(|| StatementError::NotOurMediaType {
            text: text.chars().take(120).collect(),
        })
    }
}

impl fmt::Display for KindVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{}", self.kind, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_round_trip() {
        for (kind, name) in NAMED {
            let typed = KindVersion { kind, version: 3 };
            assert_eq!(
                typed.media_type(),
                format!("application/vnd.didymium.{name}+json; version=3")
            );
            assert_eq!(KindVersion::parse(&typed.media_type()).unwrap(), typed);
        }
        let unknown = KindVersion::parse("application/vnd.didymium.telemetry+json; version=12").unwrap();
        assert_eq!(unknown.kind, Kind::Other("telemetry".into()));
    }

    #[test]
    fn other_media_types_are_refused() {
        for text in [
            "",
            "application/json",
            "application/vnd.didymium.site+json",
            "application/vnd.didymium.site+json; version=0",
            "application/vnd.didymium.site+json; version=01",
            "application/vnd.didymium.site+json; version=+1",
            "application/vnd.didymium.Site+json; version=1",
            "application/vnd.didymium.+json; version=1",
        ] {
            assert!(KindVersion::parse(text).is_err(), "{text}");
        }
    }
}
