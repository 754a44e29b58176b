//! Changes of the charter in words: one sentence each, in English and in French.

use super::change::Change;
use super::document::{KeyPurpose, Role};
use super::succession::LogHead;

impl Change {
    /// The change as an English sentence.
    pub fn english(&self) -> String {
        match self {
            Self::MemberJoined { member, role } => format!("{member} joins as {}.", role.english()),
            Self::MemberReturned { member, role, size } => {
                format!(
                    "{member} returns as {}; its log counts again from entry {size}.",
                    role.english()
                )
            }
            Self::MemberLeft { member, size, root } => {
                format!("{member} leaves; the first {size} entries of its log go on counting (root {root}).")
            }
            Self::RoleChanged { member, from, to } => {
                format!("{member} becomes {}; it was {}.", to.english(), from.english())
            }
            Self::KeyRotated {
                member,
                purpose,
                from,
                to,
                until,
            } => {
                let end = until_english(*until);
                format!(
                    "{member} changes its {} key from {from} to {to}; the old key counts {end}.",
                    purpose.english()
                )
            }
            Self::KeyAdded { member, purpose, key } => {
                format!("{member} adds the {} key {key}.", purpose.english())
            }
            Self::KeyRetired {
                member,
                purpose,
                key,
                until,
            } => {
                format!(
                    "{member} retires the {} key {key}; it counts {}.",
                    purpose.english(),
                    until_english(*until)
                )
            }
            Self::KeyRevoked {
                member,
                purpose,
                key,
                last_good,
                reason,
            } => {
                let end = good_english(last_good);
                format!(
                    "The {} key {key} of {member} is revoked; {end}. Reason given: {reason}",
                    purpose.english()
                )
            }
            Self::ThresholdChanged { from, to } => format!(
                "The next version needs the signatures of {} of {} voting members; it was {} of {}.",
                to.0, to.1, from.0, from.1
            ),
            Self::AddressChanged { member, from, to } => {
                format!("The node of {member} moves from {from} to {to}.")
            }
            Self::VocabularyChanged { from, to } => {
                format!("Statements are read with vocabulary {to}; it was {from}.")
            }
            Self::RulesChanged { from, to } => format!("The twin is computed by rules {to}; it was {from}."),
            Self::SchemasChanged { from, to } => {
                format!("Statements are checked against schemas {to}; it was {from}.")
            }
        }
    }

    /// The change as a French sentence.
    pub fn french(&self) -> String {
        match self {
            Self::MemberJoined { member, role } => {
                format!("{member} adhère au club comme {}.", role.french())
            }
            Self::MemberReturned { member, role, size } => format!(
                "{member} revient comme {}\u{a0}; son journal compte de nouveau à partir de l’entrée {size}.",
                role.french()
            ),
            Self::MemberLeft { member, size, root } => format!(
                "{member} quitte le club\u{a0}; les {size} premières entrées de son journal continuent de compter (racine {root})."
            ),
            Self::RoleChanged { member, from, to } => {
                format!(
                    "{member} devient {}, après avoir été {}.",
                    to.french(),
                    from.french()
                )
            }
            Self::KeyRotated {
                member,
                purpose,
                from,
                to,
                until,
            } => format!(
                "{member} remplace sa {} {from} par {to}\u{a0}; l’ancienne clé compte {}.",
                purpose.french(),
                until_french(*until)
            ),
            Self::KeyAdded { member, purpose, key } => {
                format!("{member} ajoute la {} {key}.", purpose.french())
            }
            Self::KeyRetired {
                member,
                purpose,
                key,
                until,
            } => format!(
                "{member} retire la {} {key}\u{a0}; elle compte {}.",
                purpose.french(),
                until_french(*until)
            ),
            Self::KeyRevoked {
                member,
                purpose,
                key,
                last_good,
                reason,
            } => format!(
                "La {} {key} de {member} est révoquée\u{a0}; {}. Motif indiqué\u{a0}: {reason}",
                purpose.french(),
                good_french(last_good)
            ),
            Self::ThresholdChanged { from, to } => format!(
                "La prochaine version demande la signature de {} des {} membres votants, contre {} sur {} auparavant.",
                to.0, to.1, from.0, from.1
            ),
            Self::AddressChanged { member, from, to } => {
                format!("Le nœud de {member} passe de {from} à {to}.")
            }
            Self::VocabularyChanged { from, to } => {
                format!("Les déclarations se lisent avec le vocabulaire {to}, et non plus {from}.")
            }
            Self::RulesChanged { from, to } => {
                format!("Le jumeau se calcule selon les règles {to}, et non plus {from}.")
            }
            Self::SchemasChanged { from, to } => {
                format!("Les déclarations se vérifient selon les schémas {to}, et non plus {from}.")
            }
        }
    }
}

impl Role {
    const fn english(self) -> &'static str {
        match self {
            Self::Member => "full member",
            Self::Associate => "associate member",
        }
    }

    const fn french(self) -> &'static str {
        match self {
            Self::Member => "membre à part entière",
            Self::Associate => "membre associé",
        }
    }
}

impl KeyPurpose {
    const fn english(self) -> &'static str {
        match self {
            Self::WitnessMlDsa => "post-quantum witness",
            other => other.as_str(),
        }
    }

    const fn french(self) -> &'static str {
        match self {
            Self::Statement => "clé de déclaration",
            Self::Log => "clé de journal",
            Self::Witness => "clé de témoin",
            Self::WitnessMlDsa => "clé de témoin post-quantique",
            Self::Mirror => "clé de miroir",
            Self::Transport => "clé de transport",
            Self::Tls => "clé TLS",
        }
    }
}

fn until_english(until: Option<u64>) -> String {
    until.map_or_else(
        || "up to this version's cut".to_owned(),
        |size| format!("for the first {size} entries of its log"),
    )
}

fn until_french(until: Option<u64>) -> String {
    until.map_or_else(
        || "jusqu’à la coupe de cette version".to_owned(),
        |size| format!("pour les {size} premières entrées de son journal"),
    )
}

fn good_english(last_good: &[LogHead]) -> String {
    if last_good.is_empty() {
        return "nothing that it signed counts".to_owned();
    }
    let heads = last_good.iter().map(|head| {
        format!(
            "{} entries of the log of {} (root {})",
            head.size, head.member, head.root
        )
    });
    format!(
        "it counts for the first {}",
        heads.collect::<Vec<_>>().join(", the first ")
    )
}

fn good_french(last_good: &[LogHead]) -> String {
    if last_good.is_empty() {
        return "rien de ce qu’elle a signé ne compte".to_owned();
    }
    let heads = last_good.iter().map(|head| {
        format!(
            "les {} premières entrées du journal de {} (racine {})",
            head.size, head.member, head.root
        )
    });
    format!("elle compte pour {}", heads.collect::<Vec<_>>().join(", "))
}
