//! What a value of the panel takes for granted, told with the value.

use didymium_statement::payload::Wording;
use didymium_vocabulary::{Label, Vocabulary};

/// Which way the true value lies, where an input is not at hand and the value is computed without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bound {
    /// The true value is at most the one shown.
    AtMost,
    /// The true value is at least the one shown.
    AtLeast,
}

impl Bound {
    /// Key on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtMost => "at_most",
            Self::AtLeast => "at_least",
        }
    }
}

/// Something that a value takes for granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assumption {
    /// Domestic production at the stage of the trade is not published and counts as nothing.
    DomesticOfOtherStage,
    /// Domestic production is known in tonnes, and no one price turns it into the value that trade is counted in; it counts
    /// as nothing.
    DomesticUnpriced,
    /// Domestic production counts every form that is made at the stage, and the trade is of some of them.
    DomesticOfMoreForms,
    /// The importer is not listed among the producers, and counts as making nothing.
    DomesticNotListed,
    /// The concentration is that of production at this other stage of the chain, by its key.
    ConcentrationOfStage(&'static str),
    /// The concentration is that of another commodity of the family.
    ConcentrationOfFamily,
    /// The trade parameter t is 1 for every country.
    TradeParameterOne,
    /// No index of substitution is at hand: SI is 1.
    NoSubstitution,
    /// No recycling rate is at hand: it counts as 0.
    NoRecycling,
    /// The recycling rate is the European one of this year.
    RecyclingOf(i16),
    /// Governance scores are those of this year, the latest at hand.
    GovernanceOf(i16),
    /// Some of the supply has no governance score and is left out.
    GovernanceIncomplete,
    /// Only the world's supply counts: the importer's own sources are not at hand at this stage.
    GlobalOnly,
    /// The customs code holds other goods too.
    WiderCode,
    /// The European Union is that of today, in every year.
    UnionOfToday,
    /// Countries that the source lumps together as *other* count in the whole and not as suppliers.
    OthersLumped,
    /// The whole is the sum of the countries listed: no world total is published.
    WholeSummed,
    /// The figures are projections of their source.
    Projected,
    /// Some capacity has no known owner; it counts in the whole and not as a holding.
    OwnersUnknown,
    /// Only sites with a published capacity count.
    CapacityPublishedOnly,
    /// Net imports are more than the consumption they are measured against: the two do not fit, as of what is used no more than
    /// all can be imported.
    NetImportsAboveConsumption,
}

impl Assumption {
    /// Kind of assumption, whatever year or stage it is of.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DomesticOfOtherStage => "domestic_of_other_stage",
            Self::DomesticUnpriced => "domestic_unpriced",
            Self::DomesticOfMoreForms => "domestic_of_more_forms",
            Self::DomesticNotListed => "domestic_not_listed",
            Self::ConcentrationOfStage(_) => "concentration_of_stage",
            Self::ConcentrationOfFamily => "concentration_of_family",
            Self::TradeParameterOne => "trade_parameter_one",
            Self::NoSubstitution => "no_substitution",
            Self::NoRecycling => "no_recycling",
            Self::RecyclingOf(_) => "recycling_of_year",
            Self::GovernanceOf(_) => "governance_of_year",
            Self::GovernanceIncomplete => "governance_incomplete",
            Self::GlobalOnly => "global_only",
            Self::WiderCode => "wider_code",
            Self::UnionOfToday => "union_of_today",
            Self::OthersLumped => "others_lumped",
            Self::WholeSummed => "whole_summed",
            Self::Projected => "projected",
            Self::OwnersUnknown => "owners_unknown",
            Self::CapacityPublishedOnly => "capacity_published_only",
            Self::NetImportsAboveConsumption => "net_imports_above_consumption",
        }
    }

    /// Whether it must stand beside the value wherever that is shown: without it the number reads as one that cannot be.
    #[must_use]
    pub const fn is_caveat(self) -> bool {
        matches!(self, Self::NetImportsAboveConsumption)
    }

    /// Which way the true value lies because of it, if it is known.
    #[must_use]
    pub const fn bound(self) -> Option<Bound> {
        match self {
            Self::DomesticOfOtherStage
            | Self::DomesticUnpriced
            | Self::DomesticNotListed
            | Self::NoSubstitution
            | Self::NoRecycling
            | Self::NetImportsAboveConsumption => Some(Bound::AtMost),
            Self::OthersLumped | Self::OwnersUnknown => Some(Bound::AtLeast),
            Self::DomesticOfMoreForms
            | Self::ConcentrationOfStage(_)
            | Self::ConcentrationOfFamily
            | Self::TradeParameterOne
            | Self::RecyclingOf(_)
            | Self::GovernanceOf(_)
            | Self::GovernanceIncomplete
            | Self::GlobalOnly
            | Self::WiderCode
            | Self::UnionOfToday
            | Self::WholeSummed
            | Self::Projected
            | Self::CapacityPublishedOnly => None,
        }
    }

    /// Key of it and of the year or stage that it is of: two assumptions of one key have the same words.
    #[must_use]
    pub fn key(self) -> String {
        match self {
            Self::RecyclingOf(year) => format!("recycling_of_{year}"),
            Self::GovernanceOf(year) => format!("governance_of_{year}"),
            Self::ConcentrationOfStage(stage) => format!("concentration_of_{stage}"),
            other => other.as_str().to_owned(),
        }
    }

    /// The assumption in words, with the vocabulary's names.
    #[must_use]
    pub fn words(self, vocabulary: &Vocabulary) -> Wording {
        let (en, fr) = match self {
            Self::DomesticOfOtherStage => (
                "Domestic production at the stage of the trade is not published and counts as nothing: the true value is at most this.",
                "La production nationale à l’étape du commerce n’est pas publiée et compte pour rien : la valeur vraie est au plus celle-ci.",
            ),
            Self::DomesticUnpriced => (
                "Domestic production is known in tonnes only, and no single price turns it into value; it counts as nothing: the true value \
                 is at most this.",
                "La production nationale n’est connue qu’en tonnes et aucun prix unique ne la convertit en valeur ; elle compte pour rien : la \
                 valeur vraie est au plus celle-ci.",
            ),
            Self::DomesticOfMoreForms => (
                "Domestic production counts every form that is made at the stage, and the trade is of some of them only: what is bought in the \
                 others looks as if it were made at home, and dependence comes out too small where much is.",
                "La production nationale compte toutes les formes produites à l’étape, le commerce quelques-unes seulement : ce qui est acheté \
                 sous les autres semble produit sur place, et la dépendance ressort trop faible là où il y en a beaucoup.",
            ),
            Self::DomesticNotListed => (
                "The source of world production does not list the importer, whose own counts as nothing: the true value is at most this.",
                "La source de la production mondiale n’énumère pas l’importateur, dont la sienne compte pour rien : la valeur vraie est au plus \
                 celle-ci.",
            ),
            Self::ConcentrationOfStage(stage) => {
                let label = vocabulary.stage(stage).map(|stage| &stage.label);
                let of = |part: fn(&Label) -> &str| label.map_or(stage, part);
                return Wording {
                    en: format!(
                        "Concentration is that of production at another stage, “{}”: of that year it is published of none nearer.",
                        of(|label| &label.en)
                    ),
                    fr: format!(
                        "La concentration est celle de la production à une autre étape, « {} » : cette année-là, aucune plus proche n’est publiée.",
                        of(|label| &label.fr)
                    ),
                };
            }
            Self::ConcentrationOfFamily => (
                "Concentration is that of another commodity of the same family.",
                "La concentration est celle d’un autre produit de la même famille.",
            ),
            Self::TradeParameterOne => (
                "The trade parameter is 1 for every country: agreements, export taxes and quotas are not in it.",
                "Le paramètre commercial vaut 1 pour tous les pays : accords, taxes et quotas à l’exportation n’y figurent pas.",
            ),
            Self::NoSubstitution => (
                "No index of substitution is at hand; it is taken as 1: the true value is at most this.",
                "Aucun indice de substitution n’est disponible ; il est pris égal à 1 : la valeur vraie est au plus celle-ci.",
            ),
            Self::NoRecycling => (
                "No recycling rate is at hand; it is taken as 0: the true value is at most this.",
                "Aucun taux de recyclage n’est disponible ; il est pris égal à 0 : la valeur vraie est au plus celle-ci.",
            ),
            Self::RecyclingOf(year) => {
                return of_year(
                    year,
                    "The recycling rate is the European one of",
                    "Le taux de recyclage est celui de l’Europe en",
                );
            }
            Self::GovernanceOf(year) => {
                return of_year(
                    year,
                    "Governance scores are those of",
                    "Les notes de gouvernance sont celles de",
                );
            }
            Self::GovernanceIncomplete => (
                "Suppliers without a governance score, at most a tenth of the supply, are left out.",
                "Les fournisseurs sans note de gouvernance, un dixième de l’approvisionnement au plus, sont laissés de côté.",
            ),
            Self::GlobalOnly => (
                "Only the world’s supply counts: imports by origin and domestic production are not both at hand at this stage.",
                "Seule compte l’offre mondiale : importations par origine et production nationale ne sont pas toutes deux disponibles à cette étape.",
            ),
            Self::WiderCode => (
                "The customs code holds other goods too.",
                "Le code douanier couvre aussi d’autres marchandises.",
            ),
            Self::UnionOfToday => (
                "The European Union is that of today in every year.",
                "L’Union européenne est celle d’aujourd’hui pour toutes les années.",
            ),
            Self::OthersLumped => (
                "Countries that the source lumps together as “other” count in the whole and not as suppliers: the true value is at least this.",
                "Les pays que la source regroupe sous « autres » comptent dans le tout et non comme fournisseurs : la valeur vraie est au moins celle-ci.",
            ),
            Self::WholeSummed => (
                "The whole is the sum of the countries that the source lists; it publishes no world total.",
                "Le tout est la somme des pays cités par la source ; elle ne publie pas de total mondial.",
            ),
            Self::Projected => (
                "The figures are projections of their source, not observations.",
                "Les chiffres sont des projections de leur source, non des observations.",
            ),
            Self::OwnersUnknown => (
                "Capacity without a known owner counts in the whole and not as a holding: the true value is at least this.",
                "La capacité sans propriétaire connu compte dans le tout et non comme une participation : la valeur vraie est au moins celle-ci.",
            ),
            Self::CapacityPublishedOnly => (
                "Only operating sites with a published capacity count.",
                "Seuls comptent les sites en service dont la capacité est publiée.",
            ),
            Self::NetImportsAboveConsumption => (
                "Net imports exceed the published consumption: some went into stocks or to users who do not report, or the two count other \
                 forms or are rounded differently. No more than all that is used can be imported: the true value is at most this.",
                "Les importations nettes dépassent la consommation publiée : une part est allée aux stocks ou à des utilisateurs qui ne déclarent \
                 pas, ou les deux comptent d’autres formes ou sont arrondies autrement. On ne peut importer plus que tout ce qui est utilisé : la \
                 valeur vraie est au plus celle-ci.",
            ),
        };
        Wording {
            en: en.to_owned(),
            fr: fr.to_owned(),
        }
    }
}

fn of_year(year: i16, en: &str, fr: &str) -> Wording {
    Wording {
        en: format!("{en} {year}."),
        fr: format!("{fr} {year}."),
    }
}
