//! The indices in words: what each is called, how it is computed, and who published it.

use didymium_statement::payload::Wording;

use crate::address::Quantity;

/// A formula as it is told to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formula {
    /// The quantity it gives.
    pub quantity: Quantity,
    name: [&'static str; 2],
    words: [&'static str; 2],
    /// The formula itself, in symbols.
    pub symbols: &'static str,
    /// Who published it.
    pub source: &'static str,
}

impl Formula {
    /// What the index is called.
    #[must_use]
    pub fn name(&self) -> Wording {
        wording(self.name)
    }

    /// How it is computed.
    #[must_use]
    pub fn words(&self) -> Wording {
        wording(self.words)
    }
}

fn wording([en, fr]: [&str; 2]) -> Wording {
    Wording {
        en: en.to_owned(),
        fr: fr.to_owned(),
    }
}

/// The formula of a quantity of the panel.
#[must_use]
pub fn formula(quantity: Quantity) -> Option<&'static Formula> {
    FORMULAS.iter().find(|formula| formula.quantity == quantity)
}

/// Every formula of the panel, in the order they are told.
pub const FORMULAS: &[Formula] = &[
    Formula {
        quantity: Quantity::Hhi,
        name: ["Concentration (HHI)", "Concentration (IHH)"],
        words: [
            "Herfindahl–Hirschman index: the sum of the squared percentage shares of all producing countries, from 0 to 10,000.",
            "Indice de Herfindahl-Hirschman : somme des carrés des parts en pour cent de tous les pays producteurs, de 0 à 10 000.",
        ],
        symbols: "HHI = Σ (100 x / T)²",
        source: "Herfindahl 1950; Hirschman 1945",
    },
    Formula {
        quantity: Quantity::TopThree,
        name: ["Largest three together", "Trois premiers ensemble"],
        words: [
            "Share of the three largest producing countries in the world total, in percent.",
            "Part des trois premiers pays producteurs dans le total mondial, en pour cent.",
        ],
        symbols: "CR3 = 100 (x₁ + x₂ + x₃) / T",
        source: "International Energy Agency, Global Critical Minerals Outlook",
    },
    Formula {
        quantity: Quantity::LargestShare,
        name: ["Largest country", "Premier pays"],
        words: [
            "Share of the largest producing country in the world total, in percent.",
            "Part du premier pays producteur dans le total mondial, en pour cent.",
        ],
        symbols: "100 x₁ / T",
        source: "International Energy Agency, Global Critical Minerals Outlook",
    },
    Formula {
        quantity: Quantity::NMinusOne,
        name: ["Left without the largest (N-1)", "Reste sans le premier (N-1)"],
        words: [
            "What is left of the world’s supply if the largest country supplies nothing, in percent of the supply.",
            "Ce qui reste de l’offre mondiale si le premier pays ne livre rien, en pour cent de l’offre.",
        ],
        symbols: "100 (T − x₁) / T",
        source: "International Energy Agency, Global Critical Minerals Outlook",
    },
    Formula {
        quantity: Quantity::NMinusOneOfDemand,
        name: [
            "Demand met without the largest (N-1)",
            "Demande couverte sans le premier (N-1)",
        ],
        words: [
            "What is left of the world’s supply if the largest country supplies nothing, in percent of the world’s demand of the same year.",
            "Ce qui reste de l’offre mondiale si le premier pays ne livre rien, en pour cent de la demande mondiale de la même année.",
        ],
        symbols: "100 (T − x₁) / D",
        source: "International Energy Agency, Global Critical Minerals Outlook 2025",
    },
    Formula {
        quantity: Quantity::GovernanceHhi,
        name: [
            "Concentration weighted by governance",
            "Concentration pondérée par la gouvernance",
        ],
        words: [
            "The sum of squared shares, each times how badly its country is governed: the mean of the six Worldwide Governance Indicators, \
             rescaled to 0 to 10 with 10 the worst.",
            "Somme des carrés des parts, chacune multipliée par la mauvaise gouvernance de son pays : moyenne des six indicateurs mondiaux \
             de gouvernance, ramenée de 0 à 10, 10 étant le pire.",
        ],
        symbols: "HHI_WGI = Σ (x / T)² · WGI · t",
        source: "European Commission; Blengini et al. 2017, JRC",
    },
    Formula {
        quantity: Quantity::SupplyRisk,
        name: [
            "Supply risk, European method",
            "Risque d’approvisionnement, méthode européenne",
        ],
        words: [
            "Concentration weighted by governance, of the world’s supply and of the importer’s own sources, mixed by its import reliance \
             and lowered by recycling and substitution. From 1 on, a material may be critical.",
            "Concentration pondérée par la gouvernance, de l’offre mondiale et des sources propres de l’importateur, combinées selon sa \
             dépendance aux importations et réduites par le recyclage et la substitution. À partir de 1, une matière peut être critique.",
        ],
        symbols: "SR = [HHI_GS · IR/2 + HHI_imp · (1 − IR/2)] · (1 − EoL-RIR) · SI",
        source: "European Commission; Blengini et al. 2017, JRC",
    },
    Formula {
        quantity: Quantity::GeoPolRisk,
        name: ["GeoPolRisk", "GeoPolRisk"],
        words: [
            "Concentration of the world’s production times the importer’s risk: its imports, each weighted by the political instability of \
             its origin, over all that it is supplied with. From 0 to 1.",
            "Concentration de la production mondiale multipliée par le risque de l’importateur : ses importations, chacune pondérée par \
             l’instabilité politique de son origine, rapportées à tout son approvisionnement. De 0 à 1.",
        ],
        symbols: "HHI · Σ g v / (D + Σ v)",
        source: "Gemechu et al. 2016; Koyamparambath et al. 2024",
    },
    Formula {
        quantity: Quantity::ImportReliance,
        name: ["Net import reliance", "Dépendance nette aux importations"],
        words: [
            "Imports less exports, over what is used, in percent: by value, production at home and net imports; by mass, published consumption.",
            "Importations moins exportations, rapportées à ce qui est utilisé, en pour cent : en valeur, production nationale et \
             importations nettes ; en masse, consommation publiée.",
        ],
        symbols: "100 (M − X) / (D + M − X)",
        source: "United States Geological Survey; European Commission",
    },
    Formula {
        quantity: Quantity::DaysOfCover,
        name: ["Days of cover", "Jours de couverture"],
        words: [
            "For how many days published stocks last at the consumption of the same year.",
            "Nombre de jours que durent les stocks publiés à la consommation de la même année.",
        ],
        symbols: "stocks / (consumption / days of the year)",
        source: "International Energy Agency, practice of emergency stocks",
    },
    Formula {
        quantity: Quantity::Membership,
        name: [
            "Value of membership, GeoPolRisk",
            "Valeur de l’adhésion, GeoPolRisk",
        ],
        words: [
            "GeoPolRisk of the importer alone less that of the club as one importer, whose trade within is left out and whose production is \
             one. Positive: standing together lowers the risk.",
            "GeoPolRisk de l’importateur seul moins celui du club comme importateur unique, dont le commerce interne est écarté et la \
             production réunie. Positif : se tenir ensemble réduit le risque.",
        ],
        symbols: "GeoPolRisk(importer) − GeoPolRisk(club)",
        source: "Didymium",
    },
    Formula {
        quantity: Quantity::MembershipSupplyRisk,
        name: [
            "Value of membership, European method",
            "Valeur de l’adhésion, méthode européenne",
        ],
        words: [
            "European supply risk of the importer alone less that of the club as one importer. Positive: standing together lowers the risk.",
            "Risque d’approvisionnement européen de l’importateur seul moins celui du club comme importateur unique. Positif : se tenir \
             ensemble réduit le risque.",
        ],
        symbols: "SR(importer) − SR(club)",
        source: "Didymium",
    },
];
