//! Layers: what is followed through the chain, each in mass of one substance. The first is the whole of the family, the
//! others are its elements.

use std::collections::{BTreeMap, BTreeSet};

use didymium_vocabulary::{Commodity, CommodityKind, Decimal, Mass, MassBasis, Vocabulary};
use rust_decimal::prelude::ToPrimitive as _;

/// What is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Key of the commodity: the family or one of its elements.
    pub commodity: String,
    /// Key of the substance that its masses count; empty where the material itself is weighed.
    pub substance: String,
}

/// The whole first, then elements in the order of the vocabulary.
#[derive(Debug, Clone)]
pub struct Layers {
    /// The layers.
    pub all: Vec<Layer>,
    by_commodity: BTreeMap<String, u16>,
    /// Elements of which there is nothing to follow.
    silent: BTreeSet<u16>,
}

/// Why a mass cannot be told in layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotInLayers {
    /// Its basis is not that of the chain at this stage, and nothing says what is in it.
    WrongBasis,
    /// It counts a substance that no factor leads from.
    Substance,
    /// The commodity is no part of the family.
    Commodity,
}

/// A mass of one unit, as a sum over layers, and the relative deviation that the way there adds.
#[derive(Debug, Clone, PartialEq)]
pub struct InLayers {
    /// Layer and coefficient: `reported mass = Σ coefficient × mass of the layer`.
    pub terms: Vec<(u16, f64)>,
    /// One standard deviation, as a part of the mass.
    pub deviation: f64,
}

impl Layers {
    /// The layers of a family.
    pub fn of(family: &Commodity, vocabulary: &Vocabulary) -> Self {
        let layer = |commodity: &Commodity| Layer {
            commodity: commodity.commodity.clone(),
            substance: commodity.default_substance.clone().unwrap_or_default(),
        };
        let mut all = vec![layer(family)];
        all.extend(vocabulary.members(family).into_iter().map(layer));
        let by_commodity = (0..)
            .zip(&all)
            .map(|(number, layer)| (layer.commodity.clone(), number))
            .collect();
        Self {
            all,
            by_commodity,
            silent: BTreeSet::new(),
        }
    }

    /// The number of a commodity's layer.
    pub fn number(&self, commodity: &str) -> Option<u16> {
        self.by_commodity.get(commodity).copied()
    }

    /// Elements that are followed.
    pub fn elements(&self) -> impl Iterator<Item = u16> + '_ {
        let all = 1..u16::try_from(self.all.len()).unwrap_or(u16::MAX);
        all.filter(|layer| !self.silent.contains(layer))
    }

    /// Follows some elements no more.
    pub fn silence(&mut self, silent: BTreeSet<u16>) {
        self.silent = silent;
    }

    /// A report's mass in layers. `form` is what was weighed.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub fn tell(
        &self,
        vocabulary: &Vocabulary,
        (commodity, form): (&str, &str),
        basis: Option<MassBasis>,
        substance: &str,
    ) -> Result<InLayers, NotInLayers> {
        let Some(whole) = self.all.first() else {
            return Err(NotInLayers::Commodity);
        };
        if basis != Some(MassBasis::Contained) {
            // The family itself is counted as it is weighed, or the vocabulary says what is in the form.
            if whole.substance.is_empty() {
                let number = self.number(commodity).ok_or(NotInLayers::Commodity)?;
                return Ok(exact(vec![(number, 1.0)]));
            }
            let content = vocabulary
                .content(&whole.commodity, form)
                .filter(|_| commodity == whole.commodity)
                .ok_or(NotInLayers::WrongBasis)?;
            let inside = self.of_substance(vocabulary, &content.commodity, &content.substance)?;
            let part = percent(content.content);
            return Ok(InLayers {
                terms: inside
                    .into_iter()
                    .map(|(layer, factor)| (layer, factor / part))
                    .collect(),
                deviation: percent(content.deviation) / part,
            });
        }
        if whole.substance.is_empty() {
            return Err(NotInLayers::WrongBasis);
        }
        self.of_substance(vocabulary, commodity, substance).map(exact)
    }

    fn of_substance(
        &self,
        vocabulary: &Vocabulary,
        commodity: &str,
        substance: &str,
    ) -> Result<Vec<(u16, f64)>, NotInLayers> {
        let known = vocabulary.commodity(commodity).ok_or(NotInLayers::Commodity)?;
        let own = self.number(commodity);
        if let Some(layer) = own
            && let Some(factor) = self.factor(vocabulary, layer, substance)
        {
            return Ok(vec![(layer, factor)]);
        }
        // A sum over elements: as oxides, one to one; as metals, each by its own factor.
        let parts: Vec<u16> = match known.kind {
            CommodityKind::Element => return Err(NotInLayers::Substance),
            CommodityKind::Basket => known
                .members
                .iter()
                .map(|member| self.number(member).ok_or(NotInLayers::Commodity))
                .collect::<Result<_, _>>()?,
            CommodityKind::Family => self.elements().collect(),
        };
        let counted = vocabulary.substance(substance).ok_or(NotInLayers::Substance)?;
        if parts.is_empty() || !counted.is_sum() {
            return Err(NotInLayers::Substance);
        }
        // The sum that a family counts by default is that of its members' default substances, as those of baskets are; any
        // other sum of the family counts the elements themselves.
        let family = self.all.first();
        let as_metal = family.is_some_and(|family| {
            counted.commodity.as_deref() == Some(&family.commodity) && counted.substance != family.substance
        });
        parts
            .into_iter()
            .map(|layer| {
                let factor = if as_metal {
                    self.metal_in(vocabulary, layer).ok_or(NotInLayers::Substance)?
                } else {
                    1.0
                };
                Ok((layer, factor))
            })
            .collect()
    }

    /// How much of `substance` one unit of the layer's substance is.
    fn factor(&self, vocabulary: &Vocabulary, layer: u16, substance: &str) -> Option<f64> {
        let own = &self.all.get(usize::from(layer))?.substance;
        if own == substance {
            return Some(1.0);
        }
        let unit = Mass::contained(Decimal::ONE_THOUSAND, vocabulary.substance(own)?);
        let told = unit.to_substance(substance, vocabulary).ok()?;
        Some(told.kilograms().to_f64()? / 1000.0)
    }

    /// How much of the element is in one unit of the layer's substance.
    pub(super) fn metal_in(&self, vocabulary: &Vocabulary, layer: u16) -> Option<f64> {
        let own = vocabulary.substance(&self.all.get(usize::from(layer))?.substance)?;
        self.factor(vocabulary, layer, own.element.as_deref()?)
    }
}

fn exact(terms: Vec<(u16, f64)>) -> InLayers {
    InLayers {
        terms,
        deviation: 0.0,
    }
}

/// A percentage as a part of one.
pub(super) fn percent(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(0.0) / 100.0
}
