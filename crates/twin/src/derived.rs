//! Numbers the twin computes from one edition of one period: totals, shares, concentration, change.

use std::collections::BTreeSet;

use didymium_statement::payload::{Basis, Qualifier};
use didymium_vocabulary::{Decimal, Period};

use crate::address::{FigureAddress, Quantity};
use crate::area_set::AreaSet;
use crate::fact::FactId;
use crate::figure::Figure;
use crate::indicators;
use crate::intern::Symbol;
use crate::series::{Edition, SeriesId};
use crate::twin::Twin;
use crate::{CLUB, WORLD};

impl Twin {
    /// The world total of the chosen edition: published, or the sum of what it lists.
    pub fn world(&self, id: SeriesId, period: Period) -> Option<Figure> {
        if !self.adds_up(id) {
            return None;
        }
        let edition = self.chosen(id, period)?;
        let world = self.symbol(WORLD);
        if let Some(published) =
            world.and_then(|world| self.cell_in(id, edition, world, Symbol::EMPTY, period))
        {
            return Some(published);
        }
        let (total, _) = self.whole(id, edition, period)?;
        Some(self.derived(id, Quantity::World, "", "", period, total, true))
    }

    /// Number of countries that the world total is merely the sum of: the chosen edition gives neither a world total nor
    /// a line for the others. Absent if it does, or if the series does not add up.
    pub fn listed_only(&self, id: SeriesId, period: Period) -> Option<u32> {
        let edition = self.chosen(id, period).filter(|_| self.adds_up(id))?;
        if self.leader_left_out(id, edition, period).is_some() {
            return None;
        }
        let mut areas = edition.areas();
        let speaks_for_others = areas.any(|area| [WORLD, "OTH", "ROW"].contains(&self.text(area)));
        (!speaks_for_others).then(|| u32::try_from(edition.areas().count()).unwrap_or(u32::MAX))
    }

    /// An area's share of the world total, percent; `CLUB` for the members together.
    pub fn share(&self, id: SeriesId, area: &str, period: Period) -> Option<Figure> {
        if !self.adds_up(id) {
            return None;
        }
        let edition = self.chosen(id, period)?;
        let (world, _) = self.whole(id, edition, period)?;
        let (quantity, part) = if area == CLUB {
            (Quantity::ClubShare, self.club_total(edition)?)
        } else {
            (
                Quantity::Share,
                indicators::area_total(edition, self.symbol(area)?, self.facts())?,
            )
        };
        // A part larger than its whole is a contradiction of the source, not a share.
        let share = indicators::percent(part, world).filter(|share| *share <= Decimal::ONE_HUNDRED)?;
        let area = if area == CLUB { "" } else { area };
        Some(self.derived(id, quantity, area, "", period, share, false))
    }

    /// What the members hold together.
    pub fn club(&self, id: SeriesId, period: Period) -> Option<Figure> {
        if !self.adds_up(id) {
            return None;
        }
        let total = self.club_total(self.chosen(id, period)?)?;
        Some(self.derived(id, Quantity::Club, "", "", period, total, true))
    }

    /// What the areas and partners of two sets make together, aggregates included. Where the edition publishes a world
    /// total, all areas but some are that total less those, so that what it does not list by name is in it.
    pub fn together(
        &self,
        id: SeriesId,
        areas: &AreaSet,
        partners: &AreaSet,
        period: Period,
    ) -> Option<Figure> {
        if !self.adds_up(id) {
            return None;
        }
        let edition = self.chosen(id, period)?;
        let published = self
            .symbol(WORLD)
            .and_then(|world| indicators::area_total(edition, world, self.facts()));
        let total = match (areas, partners, published) {
            (AreaSet::AllBut(named), AreaSet::All, Some(world)) => named
                .iter()
                .filter_map(|area| indicators::area_total(edition, self.symbol(area)?, self.facts()))
                .try_fold(world, Decimal::checked_sub)?,
            _ => self
                .rows_together(edition, areas, partners)
                .into_iter()
                .map(|fact| self.fact(fact).canonical)
                .reduce(|sum, value| sum + value)?,
        };
        let (areas, partners) = (areas.to_string(), partners.to_string());
        Some(self.derived(id, Quantity::Together, &areas, &partners, period, total, true))
    }

    /// The facts of an edition whose area and partner are in two sets, the world's total left out; where it contradicts
    /// itself about one flow, the preferred fact alone.
    pub(crate) fn rows_together(
        &self,
        edition: &Edition,
        areas: &AreaSet,
        partners: &AreaSet,
    ) -> Vec<FactId> {
        let mut last = None;
        let spoken_for = match areas {
            AreaSet::All | AreaSet::AllBut(_) => indicators::spoken_for(edition, self.unions()),
            AreaSet::One(_) => BTreeSet::new(),
        };
        edition
            .facts
            .iter()
            .filter(|(area, ..)| !spoken_for.contains(area))
            .filter(|(area, partner, _)| last.replace((*area, *partner)) != Some((*area, *partner)))
            .filter(|(area, partner, _)| {
                let area = self.text(*area);
                area != WORLD && areas.has(area) && partners.has(self.text(*partner))
            })
            .map(|(_, _, fact)| *fact)
            .collect()
    }

    fn club_total(&self, edition: &Edition) -> Option<Decimal> {
        let held: Vec<Decimal> = self
            .members()
            .iter()
            .filter_map(|member| indicators::area_total(edition, *member, self.facts()))
            .collect();
        // An edition that lists no member may count them among *others*: nobody knows, which is not nothing.
        (!held.is_empty()).then(|| held.iter().sum())
    }

    /// Concentration over countries, 0 to 10,000.
    pub fn hhi(&self, id: SeriesId, period: Period) -> Option<Figure> {
        let (countries, world) = self.countries_and_world(id, period)?;
        let hhi = indicators::hhi(&countries, world)?;
        Some(Figure {
            unit: "index".into(),
            ..self.derived(id, Quantity::Hhi, "", "", period, hhi, false)
        })
    }

    /// The share of the largest country, percent.
    pub fn largest_share(&self, id: SeriesId, period: Period) -> Option<Figure> {
        let (countries, world) = self.countries_and_world(id, period)?;
        let share = indicators::percent(indicators::largest(&countries)?, world)?;
        Some(self.derived(id, Quantity::LargestShare, "", "", period, share, false))
    }

    /// The share of the world that is left without the largest country, percent.
    pub fn n_minus_1(&self, id: SeriesId, period: Period) -> Option<Figure> {
        let (countries, world) = self.countries_and_world(id, period)?;
        let left = Decimal::ONE_HUNDRED - indicators::percent(indicators::largest(&countries)?, world)?;
        Some(self.derived(
            id,
            Quantity::NMinusOne,
            "",
            "",
            period,
            left.max(Decimal::ZERO).normalize(),
            false,
        ))
    }

    /// Change of the world total against the period just before, percent. Only within one edition: a change of source,
    /// or a revision, is not a change of the world.
    pub fn change(&self, id: SeriesId, period: Period) -> Option<Figure> {
        let before = self
            .previous_period(id, period)
            .filter(|before| period.previous() == Some(*before))?;
        let edition = |period| self.chosen(id, period).map(|edition| &edition.source.source);
        if edition(period) != edition(before) {
            return None;
        }
        let now = self.world_canonical(id, period)?;
        let then = self.world_canonical(id, before)?;
        let change = indicators::percent(now.checked_sub(then)?, then)?
            .round_dp(1)
            .normalize();
        Some(self.derived(id, Quantity::Change, "", "", period, change, false))
    }

    /// The latest earlier period of the same length that has figures.
    pub fn previous_period(&self, id: SeriesId, period: Period) -> Option<Period> {
        let same_length = |other: &&Period| other.months() == period.months();
        self.series(id)
            .periods
            .range(..period)
            .map(|(other, _)| other)
            .rev()
            .find(same_length)
            .copied()
    }

    fn world_canonical(&self, id: SeriesId, period: Period) -> Option<Decimal> {
        if !self.adds_up(id) {
            return None;
        }
        self.whole(id, self.chosen(id, period)?, period)
            .map(|(total, _)| total)
    }

    /// What an edition's figures of a period are measured against: its world total, or the sum of what it lists (second
    /// value true). Nothing where that sum would leave out a country that leads.
    pub(crate) fn whole(&self, id: SeriesId, edition: &Edition, period: Period) -> Option<(Decimal, bool)> {
        indicators::world_total(edition, self.symbol(WORLD), self.unions(), self.facts())
            .filter(|(_, summed)| !summed || self.leader_left_out(id, edition, period).is_none())
    }

    /// The country that leads and is missing from what the chosen edition lists of a period (`coverage_gaps.csv`), where it
    /// publishes no world total either: then nothing is measured against the sum of what it lists.
    pub fn left_out(&self, id: SeriesId, period: Period) -> Option<&'static str> {
        if !self.is_summed(id, period) {
            return None;
        }
        self.leader_left_out(id, self.chosen(id, period)?, period)
    }

    fn leader_left_out(&self, id: SeriesId, edition: &Edition, period: Period) -> Option<&'static str> {
        let key = &self.series(id).key;
        let [measure, commodity, stage] = [key.measure, key.commodity, key.stage].map(|part| self.text(part));
        let year = u32::try_from(period.year()).ok()?;
        let gap = self.vocabulary().coverage_gaps().iter().find(|gap| {
            (gap.measure.as_str(), gap.commodity.as_str(), gap.stage.as_str()) == (measure, commodity, stage)
                && gap.series == edition.source.series
                && (gap.first..=gap.last).contains(&year)
                && !edition.areas().any(|area| self.text(area) == gap.missing)
        })?;
        Some(&gap.missing)
    }

    /// Whether the world total of a period is the sum of what the chosen edition lists: it publishes none.
    pub(crate) fn is_summed(&self, id: SeriesId, period: Period) -> bool {
        self.chosen(id, period)
            .and_then(|edition| {
                indicators::world_total(edition, self.symbol(WORLD), self.unions(), self.facts())
            })
            .is_some_and(|(_, summed)| summed)
    }

    fn countries_and_world(&self, id: SeriesId, period: Period) -> Option<(Vec<(Symbol, Decimal)>, Decimal)> {
        let world = self.world_canonical(id, period)?;
        let countries = indicators::countries(self.chosen(id, period)?, self.aggregates(), self.facts());
        let fits = countries.iter().all(|(_, value)| *value <= world);
        (fits && !countries.is_empty()).then_some((countries, world))
    }

    /// A figure the twin computed; `in_unit` says that `value` is canonical and shown in the series' unit, else it is
    /// percent.
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of an address and of a figure, none of which repeats"
    )]
    pub(crate) fn derived(
        &self,
        id: SeriesId,
        quantity: Quantity,
        area: &str,
        partner: &str,
        period: Period,
        value: Decimal,
        in_unit: bool,
    ) -> Figure {
        let series = self.series(id);
        Figure {
            value: if in_unit { self.shown(id, value) } else { value },
            unit: if in_unit {
                series.unit.clone()
            } else {
                "percent".to_owned()
            },
            substance: if in_unit {
                self.text(series.key.substance).to_owned()
            } else {
                String::new()
            },
            period,
            basis: Basis::Derived,
            qualifier: Qualifier::Exact,
            address: FigureAddress::Series {
                quantity,
                key: Box::new(self.key_texts(id).map(str::to_owned)),
                area: area.to_owned(),
                partner: partner.to_owned(),
                period,
            },
            sources: 0,
            spread: None,
        }
    }
}
