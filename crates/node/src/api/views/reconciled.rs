//! The reconciled balance seen as wire types.

use std::collections::{BTreeMap, BTreeSet};

use didymium_twin::balance::{Balance, Grade, Key, Line, Origin, Quantity, Slot, Spot, Told, Weight};
use didymium_vocabulary::{Assumed, Period, Vocabulary};

use super::Lens;
use crate::api::types;

mod contradictions;
mod query;

pub use contradictions::{About, contradictions, report_fit};

/// Two-sided 95 percent of the normal law, in deviations.
const NINETY_FIVE: f64 = 1.96;
/// Digits that are sent of an estimate.
const DIGITS: i32 = 6;
/// Figures sent with one report.
const OBSERVATIONS: usize = 12;
/// Reports and assumptions sent with one estimate.
const WEIGHTS: usize = 60;

/// A balance, and the twin that its figures stand in.
#[derive(Clone, Copy)]
pub struct BalanceLens<'b> {
    /// The balance.
    pub balance: &'b Balance,
    /// Looks at its twin.
    pub lens: Lens<'b>,
    /// Why it is not the present one, if it is not.
    pub stale: Option<&'b str>,
}

/// A number as it is sent: six digits, no exponent.
pub fn decimal(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return "0".to_owned();
    }
    let magnitude = value.abs().log10().floor();
    // Between 0 and 12 decimals: smaller amounts than that are nothing.
    let decimals = (f64::from(DIGITS) - 1.0 - magnitude).clamp(0.0, 12.0);
    let scale = 10f64.powf((magnitude + 1.0 - f64::from(DIGITS)).max(0.0));
    // Below six digits before the point the decimals alone round.
    let rounded = if scale > 1.0 {
        (value / scale).round() * scale
    } else {
        value
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0 to 12"
    )]
    let text = format!("{rounded:.*}", decimals as usize);
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

fn ratio(value: f64) -> String {
    format!("{value:.3}")
}

fn probability(value: f64) -> String {
    if value < 0.0001 {
        format!("{value:.1e}")
    } else {
        format!("{value:.4}")
    }
}

/// The least that a line can be: what cannot be negative is not told to be, however wide its interval.
const fn least(line: Line) -> f64 {
    if line.is_signed() { f64::NEG_INFINITY } else { 0.0 }
}

/// The address of an estimate.
pub fn address(balance: &Balance, key: &Key) -> String {
    let layer = balance.layers.get(usize::from(key.layer));
    let stage = balance.stages.get(usize::from(key.stage));
    let period = key
        .slot
        .period()
        .map_or_else(String::new, |period| period.to_string());
    format!(
        "estimate|{}|{}|{}|{}|{period}|{}",
        balance.family,
        layer.map_or("", |layer| &layer.commodity),
        stage.map_or("", String::as_str),
        key.spot,
        key.line.key(),
    )
}

/// The parts of the address of an estimate: family, layer, stage, place, period, line.
pub fn parse_address(text: &str) -> Option<[&str; 6]> {
    let parts: Vec<&str> = text.strip_prefix("estimate|")?.split('|').collect();
    parts.try_into().ok()
}

/// The key that such parts name in a balance.
pub fn key_of(balance: &Balance, [_, layer, stage, place, period, line]: [&str; 6]) -> Option<Key> {
    Some(Key {
        layer: balance.layer(layer)?,
        stage: balance.stage(stage)?,
        spot: Spot::parse(place)?,
        slot: Slot::of_period(period.parse().ok()?)?,
        line: Line::parse(line)?,
    })
}

/// The word for how a figure is told.
pub const fn told_key(told: Told) -> &'static str {
    match told {
        Told::Redundant => "redundant",
        Told::Reported => "reported",
        Told::Observable => "observable",
        Told::Assumed => "assumed",
        Told::Unobservable => "unobservable",
    }
}

impl BalanceLens<'_> {
    /// An estimate with its interval.
    pub fn estimate(self, key: &Key, quantity: &Quantity) -> types::Estimate {
        let ends = quantity.value.zip(quantity.deviation);
        let least = least(key.line);
        types::Estimate {
            line: key.line.key().to_owned(),
            value: quantity.value.map(decimal),
            deviation: quantity.deviation.map(decimal),
            low: ends.map(|(value, deviation)| decimal((value - NINETY_FIVE * deviation).max(least))),
            high: ends.map(|(value, deviation)| decimal(value + NINETY_FIVE * deviation)),
            told: told_key(quantity.told).to_owned(),
            grade: quantity.grade.letter().to_owned(),
            figure: address(self.balance, key),
        }
    }

    fn layer_info(self, layer: u16) -> types::LayerInfo {
        let found = self.balance.layers.get(usize::from(layer));
        types::LayerInfo {
            commodity: found.map_or_else(String::new, |layer| layer.commodity.clone()),
            substance: found.map_or_else(String::new, |layer| layer.substance.clone()),
        }
    }

    fn chi_squared(self) -> types::ChiSquared {
        let test = self.balance.global_test();
        types::ChiSquared {
            statistic: format!("{:.1}", test.statistic.max(0.0)),
            degrees_of_freedom: test.degrees_of_freedom as u64,
            p: probability(test.p),
        }
    }

    fn site_name(self, spot: &Spot) -> String {
        match spot {
            Spot::Site { site, .. } => self
                .lens
                .twin
                .sites()
                .get(&**site)
                .map_or_else(String::new, |record| record.site.name.clone()),
            _ => String::new(),
        }
    }
}

/// The balance of a family: one layer, one place and what it is made of, one period.
pub fn reconciled(
    of: BalanceLens<'_>,
    layer: u16,
    place: &Spot,
    period: Option<Period>,
) -> Option<types::Reconciled> {
    let balance = of.balance;
    let mut slots: BTreeSet<Slot> = BTreeSet::new();
    let mut places: BTreeSet<&Spot> = BTreeSet::new();
    for (key, _) in balance.quantities() {
        if key.layer == layer && key.line == Line::Produced {
            slots.insert(key.slot);
            places.insert(&key.spot);
        }
    }
    let wanted = match period {
        Some(period) => {
            let year = Slot::of_year(period.year());
            Slot::of_period(period).filter(|slot| slots.contains(slot) || slots.contains(&year))?
        }
        None => latest(balance, layer).or_else(|| slots.last().copied())?,
    };
    if !places.contains(place) {
        return None;
    }
    let mut found: BTreeMap<(u16, &Spot), Vec<types::Estimate>> = BTreeMap::new();
    let mut size: BTreeMap<(u16, &Spot), f64> = BTreeMap::new();
    let figures = balance.figures(wanted);
    for (key, quantity) in &figures {
        if key.layer == layer && (key.spot == *place || is_part(place, &key.spot)) {
            let at = (key.stage, &key.spot);
            found.entry(at).or_default().push(of.estimate(key, quantity));
            let largest = size.entry(at).or_insert(0.0);
            *largest = largest.max(quantity.value.unwrap_or(0.0).abs());
        }
    }
    let stage = |(number, name): (u16, &String)| {
        let whole = found.get(&(number, place))?;
        let mut parts: Vec<(f64, types::PlaceBalance)> = found
            .iter()
            .filter(|((stage, spot), _)| *stage == number && *spot != place)
            .filter(|(_, lines)| lines.iter().any(|line| line.value.is_some()))
            .map(|((stage, spot), lines)| {
                let part = types::PlaceBalance {
                    place: spot.to_string(),
                    name: of.site_name(spot),
                    lines: lines.clone(),
                };
                (size.get(&(*stage, spot)).copied().unwrap_or(0.0), part)
            })
            .collect();
        parts.sort_by(|one, two| two.0.total_cmp(&one.0));
        Some(types::ReconciledStage {
            stage: name.clone(),
            evenly: evenly(balance, &figures, layer, number),
            whole: types::PlaceBalance {
                place: place.to_string(),
                name: of.site_name(place),
                lines: whole.clone(),
            },
            parts: parts.into_iter().map(|(_, part)| part).collect(),
        })
    };
    let doubt = balance.doubt();
    Some(types::Reconciled {
        commodity: balance.family.clone(),
        layer: of.layer_info(layer),
        layers: layers_told(of),
        period: wanted.period()?.to_string(),
        periods: slots
            .iter()
            .filter_map(|slot| slot.period())
            .map(|period| period.to_string())
            .collect(),
        place: place.to_string(),
        places: places.iter().map(ToString::to_string).collect(),
        unit: "t".to_owned(),
        stages: in_order(balance, of.lens.twin.vocabulary())
            .into_iter()
            .filter_map(stage)
            .collect(),
        voices: voices(of),
        test: of.chi_squared(),
        flagged: doubt.tested.iter().filter(|report| report.test.flagged).count() as u64,
        findings: balance.findings.len() as u64,
        cut: of.lens.twin.cut().id().to_string(),
        stale: of.stale.map(str::to_owned),
    })
}

/// Whether a stage's figures are even parts of a year.
fn evenly(balance: &Balance, figures: &[(Key, Quantity)], layer: u16, stage: u16) -> bool {
    figures
        .iter()
        .find(|(key, _)| (key.layer, key.stage) == (layer, stage))
        .is_some_and(|(key, _)| !balance.parts_of_year(key).is_empty())
}

/// The stages with their numbers as they are passed: goods are used before they are recycled.
fn in_order<'b>(balance: &'b Balance, vocabulary: &Vocabulary) -> Vec<(u16, &'b String)> {
    let place = |stage: &String| vocabulary.stages().iter().position(|known| known.stage == *stage);
    let mut stages: Vec<(u16, &String)> = (0..).zip(&balance.stages).collect();
    stages.sort_by_key(|(_, stage)| place(stage));
    stages
}

/// The last year of which reports tell what the world produces.
fn latest(balance: &Balance, layer: u16) -> Option<Slot> {
    balance
        .quantities()
        .filter(|(key, quantity)| {
            key.layer == layer
                && key.line == Line::Produced
                && key.spot == Spot::World
                && key.slot.is_year()
                && quantity.grade < Grade::X
        })
        .map(|(key, quantity)| (quantity.grade < Grade::E, key.slot))
        .max()
        .map(|(_, slot)| slot)
}

fn is_part(whole: &Spot, part: &Spot) -> bool {
    match (whole, part) {
        (Spot::World, Spot::Country(_) | Spot::Elsewhere | Spot::Use(_)) => true,
        (Spot::Country(country), Spot::Site { country: of, .. } | Spot::RestOf(of)) => country == of,
        _ => false,
    }
}

/// Layers that anything is told of.
fn layers_told(of: BalanceLens<'_>) -> Vec<types::LayerInfo> {
    let told: BTreeSet<u16> = of.balance.quantities().map(|(key, _)| key.layer).collect();
    told.into_iter().map(|layer| of.layer_info(layer)).collect()
}

fn voices(of: BalanceLens<'_>) -> Vec<types::VoiceInfo> {
    let mut reports: BTreeMap<u16, u64> = BTreeMap::new();
    for report in &of.balance.reports {
        if let Some(voice) = report.voice {
            *reports.entry(voice).or_default() += 1;
        }
    }
    reports
        .into_iter()
        .filter_map(|(voice, reports)| {
            let (name, factor) = of.balance.voices.get(usize::from(voice))?;
            Some(types::VoiceInfo {
                voice: name.clone(),
                factor: ratio(*factor),
                reports,
            })
        })
        .collect()
}

/// Whether a figure is one of a line over time.
pub fn is_of_line(key: &Key, layer: u16, stage: u16, place: &Spot, line: Line) -> bool {
    (key.layer, key.stage, key.line) == (layer, stage, line) && key.spot == *place
}

/// One line over time: months where they are told, else years.
pub fn reconciled_line(
    of: BalanceLens<'_>,
    layer: u16,
    stage: u16,
    place: &Spot,
    line: Line,
) -> Option<types::ReconciledLine> {
    let points: Vec<types::EstimatePoint> = of
        .balance
        .quantities()
        .filter(|(key, _)| is_of_line(key, layer, stage, place, line))
        .filter_map(|(key, _)| point(of, key))
        .collect();
    (!points.is_empty()).then(|| types::ReconciledLine {
        commodity: of.balance.family.clone(),
        layer: of.layer_info(layer),
        stage: of
            .balance
            .stages
            .get(usize::from(stage))
            .cloned()
            .unwrap_or_default(),
        place: place.to_string(),
        points,
    })
}

/// An estimate and what it is made of.
pub fn estimate_trace(of: BalanceLens<'_>, key: &Key) -> Option<types::EstimateTrace> {
    let quantity = of.balance.figure(key)?;
    let of_year = of.balance.parts_of_year(key);
    let weights = of.balance.weights(key).unwrap_or_default();
    let (en, fr) = quantity.grade.words();
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
            en: format!("{told_en} Quality {}: {en}.", quantity.grade.letter()),
            fr: format!("{told_fr} Qualité {} : {fr}.", quantity.grade.letter()),
        },
        weights_total: weights.len() as u64,
        weights: weights
            .iter()
            .take(WEIGHTS)
            .map(|weight| weight_line(of, weight))
            .collect(),
    })
}

/// A figure with its period.
fn point(of: BalanceLens<'_>, key: &Key) -> Option<types::EstimatePoint> {
    Some(types::EstimatePoint {
        period: key.slot.period()?.to_string(),
        estimate: of.estimate(key, &of.balance.figure(key)?),
    })
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
        format!("{fr}, ± {differ} %."),
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

fn weight_line(of: BalanceLens<'_>, weight: &Weight<'_>) -> types::WeightLine {
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
            let size = row.map_or_else(String::new, |row| format!("{} ± {} %", row.value, row.deviation));
            let (en, fr) = assumed_words(*assumed);
            ("assumption", format!("{en} ({size})."), format!("{fr} ({size})."))
        }
    };
    types::WeightLine {
        kind: kind.to_owned(),
        gain: format!("{:.4}", weight.gain),
        part: format!("{:.1}", 100.0 * weight.part),
        words: types::Text { en, fr },
        observations: observations(of, weight.origin),
    }
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

fn observations(of: BalanceLens<'_>, origin: &Origin) -> Vec<types::ObservationTrace> {
    let twin = of.lens.twin;
    let facts = origin.facts().iter().take(OBSERVATIONS);
    facts.map(|fact| of.lens.traced(twin.fact(*fact))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_change_of_stock_can_be_told_to_be_negative() {
        for line in Line::ALL {
            assert_eq!(least(line) < 0.0, line == Line::StockChange, "{}", line.key());
        }
    }

    #[test]
    fn numbers_are_sent_with_six_digits() {
        let cases = [
            (0.0, "0"),
            (-0.000_000_000_000_1, "0"),
            (1.0 / 3.0, "0.333333"),
            (276_828.552_8, "276829"),
            (3_381_235.1, "3381240"),
            (-12.5, "-12.5"),
            (0.001_234_567_8, "0.00123457"),
        ];
        for (value, text) in cases {
            assert_eq!(decimal(value), text);
        }
    }
}
