//! From the figures of the twin to reports.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use didymium_statement::payload::Qualifier;
use didymium_vocabulary::{ChainLink, Dimension, Period, Vocabulary};
use rust_decimal::prelude::ToPrimitive as _;

use super::finding::{Finding, Reason};
use super::goods::Goods;
use super::layer::{InLayers, Layers, NotInLayers};
use super::line::{Key, Line, Slot, Spot};
use super::report::{Origin, Report};
use super::unreported::Registered;
use super::voice::Voiced;
use super::worth::{Worth, worth};
use crate::Symbol;
use crate::WORLD;
use crate::fact::{Fact, FactId};
use crate::series::Series;
use crate::twin::Twin;

/// A subject that begins so names a site by its key.
pub(crate) const SITE: &str = "site:";
/// The subject of a demand over all uses.
pub(super) const ALL_USES: &str = "total";
/// Areas that stand for whoever else there is.
pub(super) const OTHERS: [&str; 2] = ["OTH", "ROW"];
/// Smallest amount that anybody counts, as a part of the world's production at the stage.
const FLOOR: f64 = 0.0005;
/// Kilograms in a tonne.
pub(super) const TONNE: f64 = 1000.0;

/// A deposit: its country and its name.
pub(super) type Deposit = (Arc<str>, String);

/// Everything that was said of a family, as reports.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) reports: Vec<Report>,
    pub(super) findings: Vec<Finding>,
    /// Names of those who speak.
    pub(super) voices: Vec<String>,
    /// Shares of elements as parts of one, by country and deposit.
    pub(super) shares: BTreeMap<Deposit, Vec<(u16, f64)>>,
    /// Tables that speak for the world.
    pub(super) tables: Vec<Table>,
    /// Sites that are registered.
    pub(super) registered: Registered,
    /// Recoveries reported: stage, layer, spot, slot, part of one, deviation.
    pub(super) recoveries: Vec<Recovery>,
}

/// A table of the world: whom it lists, and the most that it leaves to any other.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) stage: u16,
    pub(super) line: Line,
    pub(super) layers: Vec<u16>,
    pub(super) slots: Vec<Slot>,
    pub(super) listed: BTreeSet<Arc<str>>,
    /// Tonnes, over all slots.
    pub(super) most: f64,
    /// What it says of the world, tonnes, over all slots.
    pub(super) whole: f64,
}

/// A yield that was reported.
#[derive(Debug, Clone)]
pub(super) struct Recovery {
    pub(super) fact: FactId,
    pub(super) stage: u16,
    pub(super) layer: u16,
    pub(super) spot: Spot,
    pub(super) slot: Slot,
    pub(super) part: f64,
    pub(super) deviation: f64,
}

impl Gathered {
    /// In an order of its own: series stand in the twin in the order in which they were first spoken of, and estimates must
    /// not depend on that. Reports come first and assumptions after them, so that both solves number reports alike.
    fn in_order(mut self) -> Self {
        let names = self.voices.clone();
        self.voices.sort();
        for report in &mut self.reports {
            let name = report.voice.and_then(|voice| names.get(usize::from(voice)));
            let place = name.and_then(|name| self.voices.binary_search(name).ok());
            report.voice = place.and_then(|place| u16::try_from(place).ok());
        }
        self.reports.sort_by_cached_key(|report| {
            let keys: Vec<Key> = report.terms.iter().map(|(key, _)| key.clone()).collect();
            let plants: &[usize] = match &report.origin {
                Origin::Capacity { processes, .. } => processes,
                _ => &[],
            };
            (
                !report.origin.is_evidence(),
                keys,
                report.origin.facts().to_vec(),
                plants.to_vec(),
            )
        });
        self.findings
            .sort_by_cached_key(|finding| (finding.fact, finding.site.clone()));
        self.tables.sort_by_cached_key(|table| {
            (
                table.stage,
                table.slots.clone(),
                table.layers.clone(),
                table.listed.clone(),
            )
        });
        self.recoveries.sort_by_key(|recovery| recovery.fact);
        for shares in self.shares.values_mut() {
            shares.sort_by(|one, two| one.0.cmp(&two.0).then(one.1.total_cmp(&two.1)));
        }
        self
    }
}

/// What everything is gathered with.
pub(super) struct Gatherer<'t> {
    pub(super) twin: &'t Twin,
    pub(super) family: &'t str,
    pub(super) layers: &'t Layers,
    pub(super) links: &'t [&'t ChainLink],
    /// Goods in use, where the vocabulary says how they come back.
    pub(super) goods: Option<&'t Goods<'t>>,
    /// Voices that are not to be heard.
    pub(super) without: &'t BTreeSet<String>,
    pub(super) out: Gathered,
}

/// What a series measures.
pub(super) struct Measured<'s> {
    pub(super) measure: &'s str,
    pub(super) line: Line,
    pub(super) stage: u16,
    pub(super) layers: InLayers,
}

impl<'t> Gatherer<'t> {
    pub(super) fn gather(mut self) -> Gathered {
        let voices: BTreeSet<&str> = self
            .twin
            .sources()
            .iter()
            .map(|source| self.vocabulary().voice(&source.series))
            .collect();
        self.out.voices = voices.into_iter().map(str::to_owned).collect();
        for (_, series) in self.twin.all_series() {
            self.series(series);
        }
        self.out.keep_near_years();
        self.out.leave_out_beyond_world();
        self.out.name_sites_above_countries();
        self.out.name_months_above_years();
        self.out.name_spikes();
        self.out.measure_by_level();
        self.capacities();
        self.out.registered = self.registered();
        self.out.in_order()
    }

    pub(super) fn vocabulary(&self) -> &'static Vocabulary {
        self.twin.vocabulary()
    }

    pub(super) fn text(&self, symbol: Symbol) -> &'t str {
        self.twin.text(symbol)
    }

    fn series(&mut self, series: &'t Series) {
        let key = &series.key;
        let commodity = self.text(key.commodity);
        let of_family = self
            .vocabulary()
            .commodity(commodity)
            .is_some_and(|known| known.family == self.family);
        if !of_family {
            return;
        }
        match self.text(key.measure) {
            "element_share" => return self.element_shares(series, commodity),
            "recovery" => return self.recoveries(series, commodity),
            _ => {}
        }
        let (measure, subject) = (self.text(key.measure), self.text(key.subject));
        let in_use = self
            .goods
            .is_some_and(|goods| goods.returns.goods == self.text(key.stage));
        let of_uses = measure == "demand" && subject != ALL_USES;
        let balanced = line_measured(measure).is_some() && series.dimension == Dimension::Mass;
        if balanced {
            self.told_otherwise(series);
        }
        if balanced && (of_uses || in_use && measure != "demand") {
            return self.use_of_goods(series, subject, commodity);
        }
        let Some((line, stage)) = self.line_of(series) else {
            let stage = self.text(key.stage).to_owned();
            if balanced && !stage.is_empty() {
                self.unused(series, &Reason::NoStage { stage });
            }
            return;
        };
        let plain = subject.is_empty() || subject.starts_with(SITE) || measure == "demand";
        if !plain {
            // Uses, kinds of stock, export quotas, consumption that its source computed: none is a line of its own.
            let subject = subject.to_owned();
            self.unused(series, &Reason::Part { subject });
            return;
        }
        let Some(layers) = self.in_layers(series, commodity) else {
            return;
        };
        let measured = Measured {
            measure,
            line,
            stage,
            layers,
        };
        for (period, figures) in &series.periods {
            for said in self.voices_of(figures) {
                match subject.strip_prefix(SITE) {
                    Some(site) => self.of_site(&measured, site, *period, &said),
                    None if measure == "quota" => self.quota(&measured, *period, &said),
                    None => self.of_areas(&measured, *period, &said),
                }
            }
        }
        self.months_missing(series, subject);
    }

    /// Which line of which stage a series measures.
    fn line_of(&self, series: &Series) -> Option<(Line, u16)> {
        let key = &series.key;
        let (measure, stage) = (self.text(key.measure), self.text(key.stage));
        let line = line_measured(measure)?;
        if series.dimension != Dimension::Mass {
            return None;
        }
        if measure == "demand" {
            // What is used in goods is taken from the last stage whose product is sold as the mineral itself.
            return Some((line, self.goods?.sold));
        }
        let place = self.links.iter().position(|link| link.stage == stage)?;
        Some((line, u16::try_from(place).ok()?))
    }

    pub(super) fn in_layers(&mut self, series: &'t Series, commodity: &str) -> Option<InLayers> {
        let key = &series.key;
        let (form, substance) = (self.text(key.form), self.text(key.substance));
        let basis_text = self.text(key.mass_basis);
        let basis = basis_text.parse().ok();
        let stage = self.text(key.stage);
        // What a mine or a recycler delivers in another form is its product all the same.
        let link = self.links.iter().find(|link| link.stage == stage);
        if let Some(link) = link
            && link.form != form
            && !form.is_empty()
        {
            let others = self.forms_beside(series);
            let reason = if others.contains(link.form.as_str()) {
                Some(Reason::OtherForm {
                    form: form.to_owned(),
                    counted: link.form.clone(),
                })
            } else {
                let form = form.to_owned();
                (!others.is_empty()).then_some(Reason::OneOfForms { form })
            };
            if let Some(reason) = reason {
                self.unused(series, &reason);
                return None;
            }
        }
        let told = self
            .layers
            .tell(self.vocabulary(), (commodity, form), basis, substance);
        let reason = match told {
            Ok(layers) => return Some(layers),
            Err(NotInLayers::WrongBasis) => Reason::WrongBasis {
                given: basis_text.to_owned(),
                wanted: self
                    .layers
                    .all
                    .first()
                    .map(|layer| layer.substance.clone())
                    .unwrap_or_default(),
            },
            Err(NotInLayers::Substance) => Reason::NoFactor {
                substance: substance.to_owned(),
            },
            Err(NotInLayers::Commodity) => Reason::OtherCommodity {
                commodity: commodity.to_owned(),
            },
        };
        self.unused(series, &reason);
        None
    }

    /// Names every figure of a series that cannot be used, each voice's newest, with the site if it is of one: whoever said it
    /// finds it by its own name.
    pub(super) fn unused(&mut self, series: &'t Series, reason: &Reason) {
        let site = self.text(series.key.subject).strip_prefix(SITE);
        for figures in series.periods.values() {
            for said in self.voices_of(figures) {
                self.out
                    .findings
                    .extend(said.cells.into_values().map(|fact| Finding {
                        fact: Some(fact),
                        site: site.map(str::to_owned),
                        reason: reason.clone(),
                    }));
            }
        }
    }

    /// The other forms in which the same measure is reported.
    fn forms_beside(&self, series: &Series) -> BTreeSet<&'t str> {
        let key = &series.key;
        let beside = |(_, other): (_, &'t Series)| {
            let same = (
                other.key.measure,
                other.key.commodity,
                other.key.stage,
                other.key.subject,
            ) == (key.measure, key.commodity, key.stage, key.subject);
            let other_form = same && other.key.form != key.form && !other.periods.is_empty();
            other_form.then(|| self.text(other.key.form))
        };
        self.twin.all_series().filter_map(beside).collect()
    }

    /// A figure in tonnes; a finding if it is no number.
    pub(super) fn tonnes(&mut self, fact: FactId) -> Option<f64> {
        let value = self.twin.fact(fact).canonical.to_f64().map(|value| value / TONNE);
        let value = value.filter(|value| value.is_finite());
        if value.is_none() {
            self.out.findings.push(Finding::of_fact(fact, Reason::NotFinite));
        }
        value
    }

    fn of_areas(&mut self, measured: &Measured<'_>, period: Period, said: &Voiced) {
        let mut countries: Vec<(Arc<str>, FactId)> = Vec::new();
        let (mut world, mut others) = (None, Vec::new());
        let largest = said.cells.values().map(|fact| self.plain_tonnes(*fact));
        let largest = largest.fold(0.0, f64::max);
        for ((area, partner), fact) in &said.cells {
            let code = self.text(*area);
            match code {
                _ if *partner != Symbol::EMPTY => {
                    self.route(measured, period, said.voice, (code, *partner), (*fact, largest));
                }
                // How much more a least amount is nobody says, so what the others leave includes it.
                _ if self.twin.fact(*fact).qualifier == Qualifier::AtLeast => {
                    self.out.findings.push(Finding::of_fact(*fact, Reason::AtLeast));
                }
                // Nothing comes to the world or leaves it: such a total is one over countries.
                WORLD if matches!(measured.line, Line::In | Line::Out) => {
                    let area = code.to_owned();
                    let reason = Reason::SumOfCountries { area };
                    self.out.findings.push(Finding::of_fact(*fact, reason));
                }
                WORLD => world = Some(*fact),
                _ if OTHERS.contains(&code) => others.push(*fact),
                _ if self.twin.is_aggregate(*area) => {
                    let area = code.to_owned();
                    let reason = Reason::SumOfCountries { area };
                    self.out.findings.push(Finding::of_fact(*fact, reason));
                }
                _ => countries.push((code.into(), *fact)),
            }
        }
        let level = match world {
            Some(fact) => self.plain_tonnes(fact),
            None => countries
                .iter()
                .map(|(_, fact)| fact)
                .chain(&others)
                .map(|fact| self.plain_tonnes(*fact))
                .sum(),
        };
        for (country, fact) in &countries {
            let spot = Spot::Country(Arc::clone(country));
            self.report(measured, &spot, period, said.voice, *fact, level);
        }
        if countries.is_empty() {
            if let Some(fact) = world {
                self.report(measured, &Spot::World, period, said.voice, fact, level);
            }
        } else if measured.line == Line::Produced && said.speaks_for_world {
            self.unlisted(measured, period, said.voice, &countries, world, &others);
        }
    }

    /// A flow that names both ends, as one of them reports it: what the other reports measures the same flow. How much each
    /// customs is worth is learned by itself. Of small flows they tell no more than of nothing: `largest` is the largest flow that
    /// the same voice tells of, tonnes.
    fn route(
        &mut self,
        measured: &Measured<'_>,
        period: Period,
        voice: u16,
        (reporter, partner): (&str, Symbol),
        (fact, largest): (FactId, f64),
    ) {
        let partner = self.text(partner);
        let (from, to) = match measured.line {
            Line::Out => (reporter, partner),
            Line::In => (partner, reporter),
            _ => return,
        };
        let voice = self.out.voices.get(usize::from(voice)).map_or("", String::as_str);
        let customs = format!("{voice}:{reporter}");
        let at = self
            .out
            .voices
            .iter()
            .position(|known| *known == customs)
            .unwrap_or_else(|| {
                self.out.voices.push(customs);
                self.out.voices.len() - 1
            });
        let spot = Spot::Route {
            from: from.into(),
            to: to.into(),
        };
        let Ok(voice) = u16::try_from(at) else { return };
        let along = Measured {
            measure: measured.measure,
            line: Line::Out,
            stage: measured.stage,
            layers: measured.layers.clone(),
        };
        self.report(&along, &spot, period, voice, fact, largest);
    }

    pub(super) fn plain_tonnes(&self, fact: FactId) -> f64 {
        self.twin.fact(fact).canonical.to_f64().unwrap_or(0.0) / TONNE
    }

    pub(super) fn report(
        &mut self,
        measured: &Measured<'_>,
        spot: &Spot,
        period: Period,
        voice: u16,
        fact: FactId,
        level: f64,
    ) {
        let Some(tonnes) = self.tonnes(fact) else { return };
        let said: &Fact = self.twin.fact(fact);
        if said.qualifier == Qualifier::AtLeast {
            return;
        }
        let Worth { relative, deviation } = worth(
            self.vocabulary(),
            (self.family, measured.measure),
            said,
            tonnes,
            measured.layers.deviation,
            FLOOR * level,
        );
        let slots = Slot::all_of(period);
        // The stock at the end of a quarter is that of its last month.
        let slots = if measured.line.is_flow() {
            slots
        } else {
            slots.last().copied().into_iter().collect()
        };
        let mut terms = Vec::new();
        for slot in slots {
            for &(layer, coefficient) in &measured.layers.terms {
                let key = Key {
                    layer,
                    stage: measured.stage,
                    spot: spot.clone(),
                    slot,
                    line: measured.line,
                };
                terms.push((key, coefficient));
            }
        }
        // A figure of nothing at a place of which nothing else is known is exact enough.
        let deviation = if deviation > 0.0 { deviation } else { 1.0 };
        self.out.reports.push(Report {
            origin: Origin::Fact(fact),
            voice: Some(voice),
            terms,
            value: tonnes,
            beside: 0.0,
            relative,
            others: 0.0,
            deviation,
        });
    }

    fn quota(&mut self, measured: &Measured<'_>, period: Period, said: &Voiced) {
        let before = self.out.reports.len();
        for ((area, _), fact) in &said.cells {
            if self.twin.is_aggregate(*area) {
                let area = self.text(*area).to_owned();
                self.out
                    .findings
                    .push(Finding::of_fact(*fact, Reason::SumOfCountries { area }));
                continue;
            }
            let country = self.text(*area).into();
            self.report(measured, &Spot::Country(country), period, said.voice, *fact, 0.0);
        }
        for report in &mut self.out.reports[before..] {
            if let Origin::Fact(fact) = report.origin {
                report.origin = Origin::Quota(fact);
            }
        }
    }
}

/// The line that a measure of a mass is about; none of a measure that no balance has.
fn line_measured(measure: &str) -> Option<Line> {
    Some(match measure {
        "production" | "quota" => Line::Produced,
        "imports" | "receipts" => Line::In,
        "exports" | "shipments" => Line::Out,
        "consumption" | "demand" => Line::Consumed,
        "stocks" => Line::Closing,
        "losses" => Line::Lost,
        _ => return None,
    })
}
