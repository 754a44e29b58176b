//! Walking a number back to what was said.

use crate::WORLD;
use crate::address::{FigureAddress, Quantity};
use crate::area_set::AreaSet;
use crate::choice::{RULE_R1_EN, RULE_R1_FR};
use crate::fact::{Fact, FactId};
use crate::figure::Figure;
use crate::intern::Symbol;
use crate::series::{Edition, SeriesId};
use crate::twin::Twin;
use didymium_statement::payload::Wording;
use didymium_vocabulary::Period;

/// How a figure was made.
#[derive(Debug, Clone)]
pub struct Trace {
    /// The figure.
    pub figure: Figure,
    /// What it is; a published figure is [`Quantity::Cell`].
    pub quantity: Quantity,
    /// Its series.
    pub series: SeriesId,
    /// Area, or empty.
    pub area: String,
    /// Importer, or empty.
    pub partner: String,
    /// How it was made, in words.
    pub explanation: Wording,
    /// The facts it rests on: the whole it was measured against first, then the largest.
    pub inputs: Vec<FactId>,
    /// Other editions' facts about the same cell.
    pub alternatives: Vec<FactId>,
}

impl Twin {
    /// The figure at an address of a series or a fact; capacities, owners' shares and counts are told by the sites.
    pub fn trace(&self, address: &FigureAddress) -> Option<Trace> {
        match address {
            FigureAddress::Fact(digest) => self.trace_fact(
                self.facts()
                    .binary_search_by_key(digest, |fact| fact.digest)
                    .ok()?,
            ),
            FigureAddress::Series {
                quantity,
                key,
                area,
                partner,
                period,
            } => {
                let names = key.each_ref().map(|text| Some(text.as_str()));
                let series = self.find_series(names)?;
                self.trace_series(series, *quantity, area, partner, *period)
            }
            FigureAddress::Capacity { .. }
            | FigureAddress::OwnerShare { .. }
            | FigureAddress::Control { .. }
            | FigureAddress::Sites { .. } => None,
        }
    }

    fn trace_fact(&self, place: usize) -> Option<Trace> {
        let id = FactId(u32::try_from(place).ok()?);
        let fact = self.fact(id);
        let chosen = self
            .chosen(fact.series, fact.period)
            .is_some_and(|edition| edition.source.source == fact.source.source);
        Some(Trace {
            figure: self.published(id),
            quantity: Quantity::Cell,
            series: fact.series,
            area: self.text(fact.area).to_owned(),
            partner: self.text(fact.partner).to_owned(),
            explanation: explain_fact(fact, chosen),
            inputs: vec![id],
            alternatives: self.others(fact, id),
        })
    }

    /// Facts of other editions, or of the same one where it contradicts itself, about the same cell.
    fn others(&self, fact: &Fact, id: FactId) -> Vec<FactId> {
        let Some(figures) = self.series(fact.series).periods.get(&fact.period) else {
            return Vec::new();
        };
        let rows = figures
            .editions
            .iter()
            .flat_map(|edition| edition.of_area(fact.area));
        rows.filter(|(_, partner, other)| *partner == fact.partner && *other != id)
            .map(|(_, _, other)| *other)
            .collect()
    }

    fn trace_series(
        &self,
        id: SeriesId,
        quantity: Quantity,
        area: &str,
        partner: &str,
        period: Period,
    ) -> Option<Trace> {
        let edition = self.chosen(id, period)?;
        let figure = match quantity {
            Quantity::Cell => self.cell(id, self.symbol(area)?, self.symbol(partner)?, period),
            Quantity::World => self.world(id, period),
            Quantity::Share => self.share(id, area, period),
            Quantity::Hhi => self.hhi(id, period),
            Quantity::NMinusOne => self.n_minus_1(id, period),
            Quantity::Club => self.club(id, period),
            Quantity::ClubShare => self.share(id, crate::CLUB, period),
            Quantity::LargestShare => self.largest_share(id, period),
            Quantity::Change => self.change(id, period),
            Quantity::Together => self.together(id, &area.parse().ok()?, &partner.parse().ok()?, period),
            _ => return crate::risk::trace(self, id, quantity, [area, partner], period),
        }?;
        if let (Quantity::Cell | Quantity::World, FigureAddress::Fact(_)) = (quantity, &figure.address) {
            return self.trace(&figure.address);
        }
        Some(Trace {
            quantity,
            series: id,
            area: area.to_owned(),
            partner: partner.to_owned(),
            explanation: explain(quantity, self.is_summed(id, period), &edition.source.title),
            inputs: self.inputs(id, edition, quantity, [area, partner], period),
            alternatives: Vec::new(),
            figure,
        })
    }

    fn inputs(
        &self,
        id: SeriesId,
        edition: &Edition,
        quantity: Quantity,
        [area, partner]: [&str; 2],
        period: Period,
    ) -> Vec<FactId> {
        let world = self.symbol(WORLD);
        let whole: Vec<FactId> = world
            .map(|world| edition.of_area(world))
            .unwrap_or_default()
            .iter()
            .map(|row| row.2)
            .collect();
        let of = |wanted: &dyn Fn(Symbol) -> bool| -> Vec<FactId> {
            edition
                .facts
                .iter()
                .filter(|(area, _, _)| Some(*area) != world && wanted(*area))
                .map(|row| row.2)
                .collect()
        };
        let everything = || of(&|_| true);
        let whole_or_all = || {
            if whole.is_empty() {
                everything()
            } else {
                whole.clone()
            }
        };
        let mut parts = match quantity {
            Quantity::Cell => of(&|symbol| self.text(symbol) == area),
            Quantity::World => everything(),
            Quantity::Share if whole.is_empty() => everything(),
            Quantity::Share => of(&|symbol| self.text(symbol) == area),
            Quantity::Club => of(&|symbol| self.is_member(symbol)),
            Quantity::ClubShare if whole.is_empty() => everything(),
            Quantity::ClubShare => of(&|symbol| self.is_member(symbol)),
            Quantity::Hhi | Quantity::NMinusOne | Quantity::LargestShare => {
                of(&|symbol| !self.is_aggregate(symbol))
            }
            Quantity::Together => match (parsed(area), parsed(partner)) {
                // The published total less those shown by name: both are part of the sum.
                (AreaSet::AllBut(_), AreaSet::All) if !whole.is_empty() => everything(),
                (areas, partners) => self.rows_together(edition, &areas, &partners),
            },
            Quantity::Change => {
                let before = self
                    .previous_period(id, period)
                    .and_then(|before| self.chosen(id, before));
                let then = before.map(|edition| match world.map(|world| edition.of_area(world)) {
                    Some(rows) if !rows.is_empty() => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
                    _ => edition.facts.iter().map(|row| row.2).collect(),
                });
                whole_or_all()
                    .into_iter()
                    .chain(then.unwrap_or_default())
                    .collect()
            }
            // Quantities of the panel know their inputs by what each changes in them.
            _ => Vec::new(),
        };
        parts.sort_by(|a, b| {
            let (a, b) = (self.fact(*a), self.fact(*b));
            (b.period, b.canonical, a.digest).cmp(&(a.period, a.canonical, b.digest))
        });
        if matches!(
            quantity,
            Quantity::Share
                | Quantity::ClubShare
                | Quantity::Hhi
                | Quantity::NMinusOne
                | Quantity::LargestShare
                | Quantity::Together
        ) {
            parts.splice(0..0, whole);
        }
        parts
    }
}

/// The set that an address names; its quantity was computed, so the text was parsed once already.
fn parsed(set: &str) -> AreaSet {
    set.parse().unwrap_or(AreaSet::All)
}

fn explain_fact(fact: &Fact, chosen: bool) -> Wording {
    let title = &fact.source.title;
    if chosen {
        Wording {
            en: format!("Published in “{title}”, the edition chosen by rule R1. {RULE_R1_EN}"),
            fr: format!("Publié dans « {title} », édition retenue par la règle R1. {RULE_R1_FR}"),
        }
    } else {
        Wording {
            en: format!(
                "Published in “{title}”. Rule R1 chose another edition for this series and period. {RULE_R1_EN}"
            ),
            fr: format!(
                "Publié dans « {title} ». La règle R1 a retenu une autre édition pour cette série et cette période. {RULE_R1_FR}"
            ),
        }
    }
}

/// How a quantity is made; `summed` says that the edition publishes no world total, so that the sum of the areas it lists
/// stands in its place.
fn explain(quantity: Quantity, summed: bool, title: &str) -> Wording {
    let (en, fr) = match (quantity, summed) {
        (Quantity::Cell, _) => (
            "Sum of the flows to all partners that the source lists.",
            "Somme des flux vers tous les partenaires cités par la source.",
        ),
        (Quantity::World, _) => (
            "Sum of all areas that the source lists; it publishes no world total.",
            "Somme de toutes les zones citées par la source ; elle ne publie pas de total mondial.",
        ),
        (Quantity::Share, false) => (
            "The area’s figure divided by the world total of the same edition.",
            "Le chiffre de la zone divisé par le total mondial de la même édition.",
        ),
        (Quantity::Share, true) => (
            "The area’s figure divided by the sum of all areas that the source lists; it publishes no world total.",
            "Le chiffre de la zone divisé par la somme de toutes les zones citées par la source ; elle ne publie pas de total mondial.",
        ),
        (Quantity::Hhi, false) => (
            "Herfindahl–Hirschman index: the sum of the squared percentage shares of all countries, from 0 to 10,000. Countries that \
             the source groups as “other” are left out: where there are any, the true value is slightly higher.",
            "Indice de Herfindahl-Hirschman : somme des carrés des parts en pour cent de tous les pays, de 0 à 10 000. Les pays que la \
             source regroupe sous « autres » sont laissés de côté ; s’il y en a, la valeur vraie est légèrement supérieure.",
        ),
        (Quantity::Hhi, true) => (
            "Herfindahl–Hirschman index: the sum of the squared percentage shares of the countries that the source lists, from 0 to \
             10,000. It publishes no world total: a country that it does not list would make the true value another one.",
            "Indice de Herfindahl-Hirschman : somme des carrés des parts en pour cent des pays cités par la source, de 0 à 10 000. Elle \
             ne publie pas de total mondial : un pays qu’elle ne cite pas changerait la valeur vraie.",
        ),
        (Quantity::NMinusOne, false) => (
            "What is left of the world total if the largest country supplies nothing: 100 % minus its share.",
            "Ce qui reste du total mondial si le premier pays ne livre rien : 100 % moins sa part.",
        ),
        (Quantity::NMinusOne, true) => (
            "What is left of the sum of all areas that the source lists if the largest country supplies nothing: 100 % minus its \
             share. The source publishes no world total.",
            "Ce qui reste de la somme des zones citées par la source si le premier pays ne livre rien : 100 % moins sa part. La source \
             ne publie pas de total mondial.",
        ),
        (Quantity::Club, _) => (
            "Sum of the figures of the club’s members that the source lists; members it counts among “other” are not in it.",
            "Somme des chiffres des membres du club cités par la source ; ceux qu’elle compte parmi les « autres » n’y sont pas.",
        ),
        (Quantity::ClubShare, false) => (
            "Sum of the members’ figures divided by the world total of the same edition; members that the source counts among “other” \
             are not in it.",
            "Somme des chiffres des membres divisée par le total mondial de la même édition ; les membres que la source compte parmi \
             les « autres » n’y sont pas.",
        ),
        (Quantity::ClubShare, true) => (
            "Sum of the members’ figures divided by the sum of all areas that the source lists; it publishes no world total. Members \
             that it counts among “other” are not in it.",
            "Somme des chiffres des membres divisée par la somme de toutes les zones citées par la source ; elle ne publie pas de \
             total mondial. Les membres qu’elle compte parmi les « autres » n’y sont pas.",
        ),
        (Quantity::LargestShare, false) => (
            "The largest country’s figure divided by the world total of the same edition.",
            "Le chiffre du premier pays divisé par le total mondial de la même édition.",
        ),
        (Quantity::LargestShare, true) => (
            "The largest country’s figure divided by the sum of all areas that the source lists; it publishes no world total.",
            "Le chiffre du premier pays divisé par la somme de toutes les zones citées par la source ; elle ne publie pas de total mondial.",
        ),
        (Quantity::Together, _) => (
            "What the countries that are not shown by name make together: the edition’s world total less the countries shown by \
             name, or, where it gives no world total, the sum of the figures listed here.",
            "Ce que font ensemble les pays qui ne sont pas nommés : le total mondial de l’édition moins les pays nommés ou, à \
             défaut de total mondial, la somme des chiffres énumérés ici.",
        ),
        (Quantity::Change, false) => (
            "The world total against that of the period just before, both from the same edition.",
            "Le total mondial comparé à celui de la période précédente, tous deux tirés de la même édition.",
        ),
        (Quantity::Change, true) => (
            "The sum of all areas that the source lists against that of the period just before, both from the same edition, which \
             publishes no world total.",
            "La somme de toutes les zones citées par la source comparée à celle de la période précédente, toutes deux tirées de la \
             même édition, qui ne publie pas de total mondial.",
        ),
        // Quantities of the panel are explained by their formulas.
        _ => return Wording::default(),
    };
    Wording {
        en: format!("{en} Figures: “{title}”, chosen by rule R1. {RULE_R1_EN}"),
        fr: format!("{fr} Chiffres : « {title} », édition retenue par la règle R1. {RULE_R1_FR}"),
    }
}
