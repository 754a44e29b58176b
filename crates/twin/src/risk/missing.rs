//! Why an index has no value where one was asked for, and what a value takes for granted.

use didymium_statement::payload::Wording;

/// Why a cell has no value: one variant a cause. A cell that cannot be computed stands in the panel with its cause; none
/// is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Missing {
    /// Nobody published production by country for the commodity and year.
    NoProduction,
    /// The source gives no world total and leaves out the country that leads.
    LeaderLeftOut,
    /// The source lists one country and no world total: nobody says that it is the world.
    OneCountry,
    /// A country's figure is above the world total of the same edition.
    PartAboveWhole,
    /// No governance scores are at hand for the year, nor for the three before it.
    NoGovernance,
    /// Too much of the supply comes from places that have no governance score.
    GovernanceIncomplete,
    /// No trade between countries is at hand for the commodity, stage and year.
    NoTrade,
    /// The trade at hand names no import of this area in the year, and it has no known production of its own.
    NoSupply,
    /// What the importer produces at this stage is not known in the unit of its trade.
    DomesticUnknown,
    /// Nothing is left for use, or nothing that can be told from nothing: exports reach production and imports, or pass them.
    NothingConsumed,
    /// No world demand is published for the year, in the substance that production is counted in.
    NoDemand,
    /// Nobody published consumption for the same material, area and year.
    NoConsumption,
    /// Nobody published stocks for the commodity, area and year.
    NoStocks,
    /// The European method does not assess this stage.
    StageNotAssessed,
    /// The member's own risk has no value, so there is nothing to compare.
    AloneMissing,
    /// The pooled risk has no value, so there is nothing to compare.
    PooledMissing,
    /// The member's own risk and the pooled one do not rest on the same knowledge of domestic production.
    NotComparable,
    /// Imports and exports in mass are not both published for the material, area and year.
    NoImportsAndExports,
    /// No capacity of an operating site is published for the commodity and stage.
    NoCapacity,
    /// No owner's share is published for any site whose capacity is.
    NoOwners,
}

impl Missing {
    /// Key on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoProduction => "no_production",
            Self::LeaderLeftOut => "leader_left_out",
            Self::OneCountry => "one_country",
            Self::PartAboveWhole => "part_above_whole",
            Self::NoGovernance => "no_governance",
            Self::GovernanceIncomplete => "governance_incomplete",
            Self::NoTrade => "no_trade",
            Self::NoSupply => "no_supply",
            Self::DomesticUnknown => "domestic_unknown",
            Self::NothingConsumed => "nothing_consumed",
            Self::NoDemand => "no_demand",
            Self::NoConsumption => "no_consumption",
            Self::NoStocks => "no_stocks",
            Self::StageNotAssessed => "stage_not_assessed",
            Self::AloneMissing => "alone_missing",
            Self::PooledMissing => "pooled_missing",
            Self::NotComparable => "not_comparable",
            Self::NoImportsAndExports => "no_imports_and_exports",
            Self::NoCapacity => "no_capacity",
            Self::NoOwners => "no_owners",
        }
    }

    /// The cause in words.
    #[must_use]
    pub fn words(self) -> Wording {
        let (en, fr) = match self {
            Self::NoProduction => (
                "Nobody published production by country for this commodity and year.",
                "Personne n’a publié la production par pays pour ce produit et cette année.",
            ),
            Self::LeaderLeftOut => (
                "The source publishes no world total and leaves out the country that leads.",
                "La source ne publie pas de total mondial et omet le pays qui est en tête.",
            ),
            Self::OneCountry => (
                "The source lists one country and no world total: nobody says that this is the world.",
                "La source cite un seul pays et aucun total mondial : personne ne dit que c’est le monde.",
            ),
            Self::PartAboveWhole => (
                "The source gives a country more than the world.",
                "La source donne à un pays plus qu’au monde.",
            ),
            Self::NoGovernance => (
                "No governance scores are at hand for this year, nor for the three before it.",
                "Aucune note de gouvernance n’est disponible pour cette année ni pour les trois précédentes.",
            ),
            Self::GovernanceIncomplete => (
                "More than a tenth of the supply comes from places that have no governance score.",
                "Plus d’un dixième de l’approvisionnement vient de lieux sans note de gouvernance.",
            ),
            Self::NoTrade => (
                "No trade between countries is at hand for this commodity, stage and year.",
                "Aucun commerce entre pays n’est disponible pour ce produit, cette étape et cette année.",
            ),
            Self::NoSupply => (
                "The trade at hand names no import of this area in this year, and no production of its own is known.",
                "Le commerce disponible ne nomme aucune importation de cette zone pour cette année, et aucune production propre n’est connue.",
            ),
            Self::DomesticUnknown => (
                "What the importer produces at this stage is not known in the unit of its trade.",
                "Ce que l’importateur produit à cette étape n’est pas connu dans l’unité de son commerce.",
            ),
            Self::NothingConsumed => (
                "Exports about reach production and imports, or pass them: nothing is left for use that can be told from nothing.",
                "Les exportations égalent à peu près la production et les importations, ou les dépassent : il ne reste rien à consommer que l’on distingue de rien.",
            ),
            Self::NoDemand => (
                "No world demand is published for this year in what production is counted in.",
                "Aucune demande mondiale n’est publiée pour cette année dans l’unité où la production est comptée.",
            ),
            Self::NoConsumption => (
                "Nobody published consumption of the same material in this area and year.",
                "Personne n’a publié la consommation de la même matière dans cette zone et cette année.",
            ),
            Self::NoStocks => (
                "Nobody published stocks of this commodity in this area and year.",
                "Personne n’a publié les stocks de ce produit dans cette zone et cette année.",
            ),
            Self::StageNotAssessed => (
                "The European method assesses extraction and processing, not this stage.",
                "La méthode européenne évalue l’extraction et la transformation, pas cette étape.",
            ),
            Self::AloneMissing => (
                "The risk alone has no value, so there is nothing to compare.",
                "Le risque seul n’a pas de valeur : il n’y a rien à comparer.",
            ),
            Self::PooledMissing => (
                "The pooled risk has no value, so there is nothing to compare.",
                "Le risque mis en commun n’a pas de valeur : il n’y a rien à comparer.",
            ),
            Self::NotComparable => (
                "Of the two risks one leaves out domestic production and the other does not: their difference would say nothing.",
                "L’un des deux risques laisse de côté la production nationale et l’autre non : leur différence ne dirait rien.",
            ),
            Self::NoImportsAndExports => (
                "Imports and exports in mass are not both published for this material, area and year.",
                "Importations et exportations en masse ne sont pas toutes deux publiées pour cette matière, cette zone et cette année.",
            ),
            Self::NoCapacity => (
                "No capacity of an operating site is published for this commodity and stage.",
                "Aucune capacité d’un site en service n’est publiée pour ce produit et cette étape.",
            ),
            Self::NoOwners => (
                "No owner’s share is published for any site whose capacity is.",
                "Aucune part de propriétaire n’est publiée pour les sites dont la capacité l’est.",
            ),
        };
        Wording {
            en: en.to_owned(),
            fr: fr.to_owned(),
        }
    }
}
