//! The reconciled balance seen as wire types.

use std::collections::{BTreeMap, BTreeSet};

use didymium_twin::balance::{Balance, Concentration, Grade, Key, Line, Quantity, Slot, Spot, Told};
use didymium_twin::reconcile::GlobalTest;
use didymium_vocabulary::{Period, Vocabulary};

use super::Lens;
use crate::api::types;

mod contradictions;
mod query;
mod trace;
mod what_if;

pub use contradictions::{About, contradictions, report_fit};
pub use trace::{estimate_trace, told_words, weight_line};
pub use what_if::{what_if, what_if_whole};

/// Two-sided 95 percent of the normal law, in deviations.
const NINETY_FIVE: f64 = 1.96;
/// Digits that are sent of an estimate.
const DIGITS: i32 = 6;
/// A value below this part of its deviation is none.
const ROUNDING: f64 = 1e-6;

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

/// Decimals that tonnes of a balance are sent with at least: a kilogram, so that a column of large and small lines adds up as sent.
const KILOGRAM: f64 = 3.0;

/// Tonnes of a balance as they are sent: to the kilogram, and six digits where that is finer.
pub fn tonnes(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return "0".to_owned();
    }
    plain(value, decimals_of(value).max(KILOGRAM))
}

/// A number as it is sent: six digits, no exponent.
pub fn decimal(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return "0".to_owned();
    }
    let magnitude = value.abs().log10().floor();
    let scale = 10f64.powf((magnitude + 1.0 - f64::from(DIGITS)).max(0.0));
    // Below six digits before the point the decimals alone round.
    let rounded = if scale > 1.0 {
        (value / scale).round() * scale
    } else {
        value
    };
    plain(rounded, decimals_of(value))
}

/// Decimals of six digits, between 0 and 12: smaller amounts than that are nothing.
fn decimals_of(value: f64) -> f64 {
    (f64::from(DIGITS) - 1.0 - value.abs().log10().floor()).clamp(0.0, 12.0)
}

/// So many decimals at most, without zeros that say nothing.
fn plain(value: f64, decimals: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0 to 12"
    )]
    let text = format!("{value:.*}", decimals as usize);
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

/// A value as it is told: what is a millionth of its deviation is rounding of the arithmetic, and nothing.
fn told((value, deviation): (f64, f64)) -> f64 {
    if value.abs() < ROUNDING * deviation {
        0.0
    } else {
        value
    }
}

/// The least that a line can be: what cannot be negative is not told to be, however wide its interval.
const fn least(line: Line) -> f64 {
    if line.is_signed() { f64::NEG_INFINITY } else { 0.0 }
}

/// How the address of an estimate begins, of the balance in which every report counts in full.
const PLAIN: &str = "estimate";
/// The same of the robust balance.
const ROBUST: &str = "robust";

/// The address of an estimate.
pub fn address(balance: &Balance, key: &Key) -> String {
    let layer = balance.layers.get(usize::from(key.layer));
    let stage = balance.stages.get(usize::from(key.stage));
    let period = key
        .slot
        .period()
        .map_or_else(String::new, |period| period.to_string());
    let kind = if balance.robust.is_some() { ROBUST } else { PLAIN };
    format!(
        "{kind}|{}|{}|{}|{}|{period}|{}",
        balance.family,
        layer.map_or("", |layer| &layer.commodity),
        stage.map_or("", String::as_str),
        key.spot,
        key.line.key(),
    )
}

/// The parts of the address of an estimate: whether it is of the robust balance, then family, layer, stage, place, period, line.
pub fn parse_address(text: &str) -> Option<(bool, [&str; 6])> {
    let (kind, rest) = text.split_once('|')?;
    let robust = match kind {
        PLAIN => false,
        ROBUST => true,
        _ => return None,
    };
    let parts: Vec<&str> = rest.split('|').collect();
    Some((robust, parts.try_into().ok()?))
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
            value: ends.map_or(quantity.value, |ends| Some(told(ends))).map(tonnes),
            deviation: quantity.deviation.map(decimal),
            low: ends.map(|(value, deviation)| tonnes((value - NINETY_FIVE * deviation).max(least))),
            high: ends
                .map(|(value, deviation)| value + NINETY_FIVE * deviation)
                .map(|high| tonnes(quantity.most.map_or(high, |most| most.min(high)))),
            told: told_key(quantity.told).to_owned(),
            grade: quantity.grade.letter().to_owned(),
            contested: quantity.contested,
            by_reports: quantity.by_reports.map(|(value, _)| decimal(value)),
            by_reports_deviation: quantity.by_reports.map(|(_, deviation)| decimal(deviation)),
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
        chi_squared_view(&self.balance.global_test())
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

/// A test of all reports together.
fn chi_squared_view(test: &GlobalTest) -> types::ChiSquared {
    types::ChiSquared {
        // Without the sign of nothing.
        statistic: format!("{:.1}", test.statistic.max(0.0) + 0.0),
        degrees_of_freedom: test.degrees_of_freedom as u64,
        p: probability(test.p),
    }
}

/// When and where a layer of a balance is told of.
#[derive(Debug)]
pub struct Followed<'b> {
    /// Years, and months that somebody tells.
    pub slots: BTreeSet<Slot>,
    /// Places of which something is told.
    pub places: BTreeSet<&'b Spot>,
    /// Registered sites of which nobody reports.
    pub unreported: BTreeSet<&'b Spot>,
}

impl<'b> Followed<'b> {
    /// Of that layer.
    pub fn of(balance: &'b Balance, layer: u16) -> Self {
        let told = balance
            .quantities()
            .filter(|(key, _)| key.layer == layer && key.line == Line::Produced);
        let (slots, places) = told.map(|(key, _)| (key.slot, &key.spot)).unzip();
        Self {
            slots,
            places,
            unreported: balance.unreported_sites(layer),
        }
    }

    /// The slot of a period, if it is one that is told of, or lies in a year that is.
    pub fn slot(&self, period: Period) -> Option<Slot> {
        let year = Slot::of_year(period.year());
        Slot::of_period(period).filter(|slot| self.slots.contains(slot) || self.slots.contains(&year))
    }

    /// Whether a place is one of them.
    pub fn has(&self, place: &Spot) -> bool {
        self.places.contains(place) || self.unreported.contains(place)
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
    let followed = Followed::of(balance, layer);
    let wanted = match period {
        Some(period) => followed.slot(period)?,
        None => latest(balance, layer).or_else(|| followed.slots.last().copied())?,
    };
    if !followed.has(place) {
        return None;
    }
    let Followed {
        slots,
        places,
        unreported,
    } = followed;
    let mut found: BTreeMap<(u16, &Spot), Vec<types::Estimate>> = BTreeMap::new();
    let mut size: BTreeMap<(u16, &Spot), f64> = BTreeMap::new();
    let mut figures = balance.figures(wanted);
    figures.extend(balance.unreported_figures(layer, place, wanted));
    for (key, quantity) in &figures {
        if key.layer == layer && is_of_place(place, &key.spot) {
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
            concentration: Some(place)
                .filter(|place| **place == Spot::World)
                .and_then(|_| balance.concentration(layer, number, wanted))
                .map(|found| concentration(&found)),
            whole: types::PlaceBalance {
                place: place.to_string(),
                name: of.site_name(place),
                lines: whole.clone(),
            },
            parts: parts.into_iter().map(|(_, part)| part).collect(),
        })
    };
    // Of what is followed, at any place and in any period.
    let told: BTreeSet<u16> = balance
        .quantities()
        .filter(|(key, _)| key.layer == layer)
        .map(|(key, _)| key.stage)
        .collect();
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
        unreported: unreported.iter().map(ToString::to_string).collect(),
        unit: "t".to_owned(),
        untold: in_order(balance, of.lens.twin.vocabulary())
            .into_iter()
            .filter(|(number, _)| !told.contains(number))
            .map(|(_, name)| name.clone())
            .collect(),
        stages: in_order(balance, of.lens.twin.vocabulary())
            .into_iter()
            .filter_map(stage)
            .collect(),
        voices: voices(of),
        test: of.chi_squared(),
        flagged: doubt.tested.iter().filter(|report| report.test.flagged).count() as u64,
        findings: balance.findings.len() as u64,
        cut: of.lens.twin.cut().id().to_string(),
        counted_less: balance
            .robust
            .as_ref()
            .map(|robust| robust.weights.iter().filter(|weight| **weight < 1.0).count() as u64),
        settled: balance.robust.as_ref().map(|robust| robust.settled),
        rounds: balance.robust.as_ref().map(|robust| robust.rounds as u64),
        stale: of.stale.map(str::to_owned),
    })
}

/// Shares in percent, the index of 10,000.
fn concentration(found: &Concentration) -> types::Concentration {
    let percent = |value: f64| format!("{:.1}", 100.0 * value);
    let of_ten_thousand = |value: f64| format!("{:.0}", 10_000.0 * value);
    types::Concentration {
        hhi: of_ten_thousand(found.hhi.0),
        hhi_deviation: of_ten_thousand(found.hhi.1),
        largest: found.largest.to_string(),
        share: percent(found.share.0),
        share_deviation: percent(found.share.1),
        first_three: percent(found.first_three.0),
        first_three_deviation: percent(found.first_three.1),
    }
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

/// Whether a figure's place is the one that is asked for, or a part of it.
pub fn is_of_place(asked: &Spot, place: &Spot) -> bool {
    asked == place || is_part(asked, place)
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

/// The figures of one line over time, for answers and files alike. Of a site of which nobody reports it is told in every period that
/// nobody can know.
pub fn figures_of_line(
    balance: &Balance,
    layer: u16,
    stage: u16,
    place: &Spot,
    line: Line,
) -> Vec<(Key, Quantity)> {
    let unreported = balance.unreported_sites(layer).contains(place);
    let of_years = if unreported { &Spot::World } else { place };
    let of_line =
        |key: &Key| (key.layer, key.stage, key.line) == (layer, stage, line) && key.spot == *of_years;
    let keys = balance.quantities().filter(|(key, _)| of_line(key));
    keys.filter_map(|(key, _)| {
        let key = Key {
            spot: place.clone(),
            ..key.clone()
        };
        let figure = balance.figure(&key)?;
        Some((key, figure))
    })
    .collect()
}

/// One line over time: months where they are told, else years.
pub fn reconciled_line(
    of: BalanceLens<'_>,
    layer: u16,
    stage: u16,
    place: &Spot,
    line: Line,
) -> Option<types::ReconciledLine> {
    let points: Vec<types::EstimatePoint> = figures_of_line(of.balance, layer, stage, place, line)
        .into_iter()
        .filter_map(|(key, _)| point(of, &key))
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

/// A figure with its period.
fn point(of: BalanceLens<'_>, key: &Key) -> Option<types::EstimatePoint> {
    Some(types::EstimatePoint {
        period: key.slot.period()?.to_string(),
        estimate: of.estimate(key, &of.balance.figure(key)?),
    })
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
    fn tonnes_are_sent_to_the_kilogram() {
        let cases = [
            (0.0, "0"),
            (-0.000_000_000_000_1, "0"),
            (2_606_370.123_4, "2606370.123"),
            (-383.814_9, "-383.815"),
            (12.5, "12.5"),
            (0.001_234_567_8, "0.00123457"),
        ];
        for (value, text) in cases {
            assert_eq!(tonnes(value), text);
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
