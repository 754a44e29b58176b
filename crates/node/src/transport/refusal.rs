//! Why a request is not taken: one reason a cause.

use thiserror::Error;

/// Why the signature of a request does not count.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignatureRefusal {
    /// There is no signature and there must be one.
    #[error(
        "the request is not signed: only nodes of the club's members may ask this (RFC 9421, tag `didymium-node`)"
    )]
    Unsigned,
    /// What is asked for is open to everybody, but for the statements that the club keeps among its members.
    #[error(
        "what is here holds statements that are not public: only nodes of the club's members may read it (RFC 9421, tag `didymium-node`)"
    )]
    ForMembers,
    /// A header stands more than once, or one of the two that belong together is missing.
    #[error("the header `{header}` must stand exactly once")]
    HeaderCount {
        /// Its name.
        header: &'static str,
    },
    /// A header is no structured field of its kind.
    #[error("the header `{header}` cannot be read: {reason}")]
    Malformed {
        /// Its name.
        header: &'static str,
        /// What is wrong.
        reason: &'static str,
    },
    /// Another purpose than a request between nodes.
    #[error(
        "the signature is not one of a request between nodes: it must have the parameter tag=\"didymium-node\""
    )]
    WrongTag,
    /// Another algorithm than the one of the club's keys.
    #[error("the signature must have the parameter alg=\"ed25519\"")]
    WrongAlgorithm,
    /// A parameter is missing or of another type.
    #[error("the signature lacks the parameter `{name}`, or has another type of value there")]
    Parameter {
        /// Its name.
        name: &'static str,
    },
    /// A part of the request that must be signed is not.
    #[error("the signature does not cover `{name}`")]
    NotCovered {
        /// Name of the component.
        name: &'static str,
    },
    /// A signature says that it covers something that is not in the request, or that is not known here.
    #[error("the signature covers `{name}`, which the request has not, or which is not known here")]
    Component {
        /// Name of the component.
        name: String,
    },
    /// A component is covered twice.
    #[error("the signature covers `{name}` twice")]
    CoveredTwice {
        /// Name of the component.
        name: String,
    },
    /// A key that no member has.
    #[error("the charter in force here gives no member the key `{key}` for requests")]
    UnknownKey {
        /// The `keyid`.
        key: String,
    },
    /// It was made, or ended, too long ago.
    #[error(
        "the signature ended {seconds} seconds ago: send the request anew; is this machine's clock right?"
    )]
    Stale {
        /// How long ago, seconds.
        seconds: i64,
    },
    /// It was made before this node began to remember what it has seen.
    #[error("the signature is from before this node's start: send the request anew")]
    BeforeStart,
    /// It is from the future.
    #[error("the signature is from {seconds} seconds in the future: is the sender's clock right?")]
    Future {
        /// How far, seconds.
        seconds: i64,
    },
    /// It would count for too long, or ends before it begins.
    #[error("a signature counts for 1 to {max} seconds, this one would for {seconds}")]
    Lifetime {
        /// How long it would, seconds.
        seconds: i64,
        /// The most, seconds.
        max: i64,
    },
    /// The body is not the one whose digest was signed.
    #[error("the body is not the one whose `content-digest` was signed")]
    BodyChanged,
    /// The signature is not that key's over this request.
    #[error(
        "the signature is not the key's over this request: it was changed on its way, or signed by another key"
    )]
    Forged,
    /// It was signed for another node at this machine.
    #[error("the request was signed for another node: its `@authority` is none at which this one is asked")]
    OtherNode,
    /// The same request came before.
    #[error("the request was sent before: its nonce is known")]
    Replayed,
    /// The member has sent so many requests that their nonces cannot all be kept.
    #[error(
        "the member has sent {max} requests within the lifetime of their signatures: send the next one later"
    )]
    TooMany {
        /// The most.
        max: usize,
    },
}

impl SignatureRefusal {
    /// A short name for programs.
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::ForMembers => "for-members",
            Self::HeaderCount { .. } => "header-count",
            Self::Malformed { .. } => "malformed",
            Self::WrongTag => "wrong-tag",
            Self::WrongAlgorithm => "wrong-algorithm",
            Self::Parameter { .. } => "parameter",
            Self::NotCovered { .. } => "not-covered",
            Self::Component { .. } => "component",
            Self::CoveredTwice { .. } => "covered-twice",
            Self::UnknownKey { .. } => "unknown-key",
            Self::Stale { .. } => "stale",
            Self::BeforeStart => "before-start",
            Self::Future { .. } => "future",
            Self::Lifetime { .. } => "lifetime",
            Self::BodyChanged => "body-changed",
            Self::Forged => "forged",
            Self::OtherNode => "other-node",
            Self::Replayed => "replayed",
            Self::TooMany { .. } => "too-many",
        }
    }
}
