//! What an estimate is made of, in words and weights.

use didymium_twin::balance::{Key, Origin, Robust, Told, Weight};
use didymium_vocabulary::{Assumed, Language, canonical_decimal};

use super::{BalanceLens, point};
use crate::api::types;

/// Figures sent with one report.
const OBSERVATIONS: usize = 12;

/// An estimate and what it is made of: of its reports and assumptions those from `offset`, at most `limit`.
pub fn estimate_trace(
    of: BalanceLens<'_>,
    key: &Key,
    offset: usize,
    limit: usize,
) -> Option<types::EstimateTrace> {
    let quantity = of.balance.figure(key)?;
    let of_year = of.balance.parts_of_year(key);
    let weights = of.balance.weights(key).unwrap_or_default();
    let (en, fr) = quantity.grade.words();
    let (unsettled_en, unsettled_fr) = unsettled(of);
    let (told_en, told_fr) = match (of_year.is_empty(), quantity.told) {
        (false, Told::Assumed) => assumed_month(of),
        (_, told) => {
            let (en, fr) = told_words(told);
            (en.to_owned(), fr.to_owned())
        }
    };
    Some(types::EstimateTrace {
        commodity: of.balance.family.clone(),
        layer: of.layer_info(key.layer),
        stage: of.balance.stages.get(usize::from(key.stage))?.clone(),
        place: key.spot.to_string(),
        period: key.slot.period()?.to_string(),
        estimate: of.estimate(key, &quantity),
        of_year: of_year.iter().filter_map(|key| point(of, key)).collect(),
        words: types::Text {
            en: format!(
                "{told_en} Quality {}: {en}.{unsettled_en}",
                quantity.grade.letter()
            ),
            fr: format!(
                "{told_fr} Qualité {} : {fr}.{unsettled_fr}",
                quantity.grade.letter()
            ),
        },
        weights_total: weights.len() as u64,
        weights: weights
            .iter()
            .skip(offset)
            .take(limit)
            .map(|weight| weight_line(of, weight))
            .collect(),
    })
}

/// What is to be known of an estimate of a robust balance whose weights did not settle; nothing of any other.
fn unsettled(of: BalanceLens<'_>) -> (String, String) {
    match of.balance.robust.as_ref().filter(|robust| !robust.settled) {
        Some(Robust { rounds, .. }) => (
            format!(
                " The weights of the reports did not settle in {rounds} rounds: further rounds would move the estimate."
            ),
            format!(
                " Les poids des déclarations ne se sont pas stabilisés en {rounds} itérations : d’autres déplaceraient l’estimation."
            ),
        ),
        None => Default::default(),
    }
}

/// What a month is of a year that nobody tells by month.
fn assumed_month(of: BalanceLens<'_>) -> (String, String) {
    let (en, fr) = assumed_words(Assumed::Month);
    let row = of
        .lens
        .twin
        .vocabulary()
        .assumption(Assumed::Month, &of.balance.family);
    let differ = row.map_or_else(String::new, |row| row.deviation.to_string());
    (
        format!("{en}, ± {differ} % of it."),
        format!("{fr}, ± {} %.", Language::Fr.number(&differ)),
    )
}

/// What kind of knowledge a figure is, in English and French.
pub const fn told_words(told: Told) -> (&'static str, &'static str) {
    match told {
        Told::Redundant => (
            "Reconciled: reported, and checked by other reports through balances that add up.",
            "Réconcilié : déclaré, et recoupé par d’autres déclarations au moyen de bilans qui s’équilibrent.",
        ),
        Told::Reported => (
            "Reported by one source alone: no other report checks it.",
            "Déclaré par une seule source : aucune autre déclaration ne le recoupe.",
        ),
        Told::Observable => (
            "Not reported itself, but told by the balances from what is reported.",
            "Non déclaré, mais déduit des bilans à partir de ce qui est déclaré.",
        ),
        Told::Assumed => (
            "Reports alone do not tell it: the estimate rests on assumptions of the vocabulary.",
            "Les déclarations seules ne le disent pas : l’estimation repose sur des hypothèses du vocabulaire.",
        ),
        Told::Unobservable => (
            "Nobody can know: neither reports nor assumptions tell it.",
            "Nul ne peut le savoir : ni les déclarations ni les hypothèses ne le disent.",
        ),
    }
}

/// A report or assumption that an estimate is made of, with its weight.
pub fn weight_line(of: BalanceLens<'_>, weight: &Weight<'_>) -> types::WeightLine {
    let vocabulary = of.lens.twin.vocabulary();
    let (kind, en, fr) = match weight.origin {
        Origin::Fact(_) => (
            "fact",
            "A reported figure.".to_owned(),
            "Un chiffre déclaré.".to_owned(),
        ),
        Origin::Unlisted(_) => (
            "unlisted",
            "What a table of the world leaves for the countries that it does not list.".to_owned(),
            "Ce qu’un tableau mondial laisse aux pays qu’il n’énumère pas.".to_owned(),
        ),
        Origin::Share(_) => (
            "share",
            "What a use takes, as its share in what the same table says of all uses.".to_owned(),
            "Ce que prend un usage, comme sa part de ce que le même tableau dit de tous les usages.".to_owned(),
        ),
        Origin::Quota(_) => (
            "quota",
            "A quota, taken as about what is made.".to_owned(),
            "Un quota, pris pour environ ce qui est produit.".to_owned(),
        ),
        Origin::Capacity { site, .. } => (
            "capacity",
            format!("The nameplate capacity of {site}, of which a part is used."),
            format!("La capacité nominale de {site}, utilisée en partie."),
        ),
        Origin::NoProcess(site) => (
            "no_process",
            format!("No process of {site} is registered at the stage: it makes nothing there."),
            format!("Aucun procédé de {site} n’est enregistré à l’étape : rien n’y est produit."),
        ),
        Origin::Recipe => (
            "recipe",
            "The yield of the stage, as the vocabulary has it (`recipes.csv`).".to_owned(),
            "Le rendement de l’étape, d’après le vocabulaire (`recipes.csv`).".to_owned(),
        ),
        Origin::Returns => (
            "returns",
            "How goods come round, as the vocabulary has it: what is put in use, what is recovered (`returns.csv`)."
                .to_owned(),
            "Le retour des biens, d’après le vocabulaire : ce qui est mis en usage, ce qui est récupéré (`returns.csv`)."
                .to_owned(),
        ),
        Origin::Alloy => (
            "alloy",
            "The recipe of the alloy, as the vocabulary has it (`alloys.csv`).".to_owned(),
            "La recette de l’alliage, d’après le vocabulaire (`alloys.csv`).".to_owned(),
        ),
        Origin::Assumption(assumed) => {
            let row = vocabulary.assumption(*assumed, &of.balance.family);
            let size = |language: Language| {
                row.map_or_else(String::new, |row| {
                    let [value, deviation] =
                        [row.value, row.deviation].map(|size| language.number(&canonical_decimal(size)));
                    format!("{value} ± {deviation} %")
                })
            };
            let (en, fr) = assumed_words(*assumed);
            let (size_en, size_fr) = (size(Language::En), size(Language::Fr));
            ("assumption", format!("{en} ({size_en})."), format!("{fr} ({size_fr})."))
        }
    };
    let site = weight.origin.site();
    let registered = site.and_then(|site| of.lens.twin.sites().get(site));
    types::WeightLine {
        kind: kind.to_owned(),
        gain: format!("{:.4}", weight.gain),
        part: format!("{:.1}", 100.0 * weight.part),
        counts: counts(of, weight).map(|counts| format!("{:.0}", 100.0 * counts)),
        words: types::Text { en, fr },
        observations: observations(of, weight.origin),
        site: site.map(str::to_owned),
        statement: registered.map(|record| record.statement.id.to_string()),
    }
}

/// How much a report counts in the robust balance, as a part of one.
fn counts(of: BalanceLens<'_>, weight: &Weight<'_>) -> Option<f64> {
    let weights = of.balance.robust.as_ref()?;
    let report = weight.report.filter(|_| weight.origin.is_evidence())?;
    weights.weights.get(report).copied()
}

const fn assumed_words(assumed: Assumed) -> (&'static str, &'static str) {
    match assumed {
        Assumed::Month => (
            "Nobody tells months of this year here: an even part of the year",
            "Nul ne déclare ici les mois de cette année : une part égale de l’année",
        ),
        Assumed::Continuity => (
            "A producer makes this year about what it made last year",
            "Un producteur produit cette année environ autant que l’an passé",
        ),
        Assumed::Entry => (
            "Somebody may begin to produce, or end",
            "Un producteur peut commencer ou cesser",
        ),
        Assumed::StockChange => ("Stocks change little", "Les stocks varient peu"),
        Assumed::Loss => (
            "A little is lost between the stages",
            "Un peu se perd entre les étapes",
        ),
        Assumed::Unlisted => (
            "Who is not listed in a table of the world makes little",
            "Qui ne figure pas dans un tableau mondial produit peu",
        ),
        Assumed::CapacityUse => (
            "A plant runs at a part of its capacity",
            "Une usine tourne à une partie de sa capacité",
        ),
        Assumed::CapacityMost => (
            "A plant makes no more than about its capacity",
            "Une usine ne produit guère plus que sa capacité",
        ),
        Assumed::Lifetime => (
            "Goods leave use at about the age that they are made for (`end_uses.csv`)",
            "Les biens quittent l’usage à peu près à l’âge prévu (`end_uses.csv`)",
        ),
        Assumed::UseHistory => (
            "Use grew steadily before the first year that is told",
            "L’usage a crû régulièrement avant la première année connue",
        ),
        Assumed::UseChange => (
            "A use takes this year about what it took last year",
            "Un usage absorbe cette année environ autant que l’an passé",
        ),
        Assumed::Alloy => (
            "An alloy holds little of an element that no recipe names",
            "Un alliage contient peu d’un élément qu’aucune recette ne nomme",
        ),
        Assumed::CompositionKnown => (
            "The shares of the elements are those of the country’s deposits",
            "Les parts des éléments sont celles des gisements du pays",
        ),
        Assumed::CompositionUnknown => (
            "The shares of the elements are about those of deposits elsewhere",
            "Les parts des éléments sont à peu près celles des gisements d’ailleurs",
        ),
    }
}

pub(super) fn observations(of: BalanceLens<'_>, origin: &Origin) -> Vec<types::ObservationTrace> {
    let twin = of.lens.twin;
    let facts = origin.facts().iter().take(OBSERVATIONS);
    facts.map(|fact| of.lens.traced(twin.fact(*fact))).collect()
}
