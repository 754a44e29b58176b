//! The cells of the panel, in a fixed order: production series, then trade, then stocks and imports; within each by period
//! and importer.

use std::collections::BTreeSet;

use didymium_vocabulary::Period;

use super::cover;
use super::decide::decide;
use super::domestic::production_for;
use super::estimate::Outcome;
use super::geopolrisk::gain;
use super::importer::Importer;
use super::missing::Missing;
use super::panel::{Cell, Importers, PanelAsk, Risk, belongs};
use crate::address::Quantity;
use crate::intern::Symbol;
use crate::series::SeriesId;
use crate::{CLUB, Twin};

/// The European Union.
const UNION: &str = "EU";
/// Months of a year.
const YEAR: u8 = 12;

/// Quantities of the world's supply, in the order they are told.
const OF_SUPPLY: [Quantity; 6] = [
    Quantity::Hhi,
    Quantity::TopThree,
    Quantity::LargestShare,
    Quantity::NMinusOne,
    Quantity::NMinusOneOfDemand,
    Quantity::GovernanceHhi,
];

impl Risk<'_> {
    /// Every cell that is asked for, those without a value among them.
    #[must_use]
    pub fn panel(&self, ask: PanelAsk<'_>) -> Vec<Cell> {
        let mut cells = self.of_production(ask);
        decide(&mut cells, self.twin);
        cells.extend(self.of_trade(ask));
        cells.extend(self.of_use(ask));
        cells.retain(|cell| ask.stage.is_none_or(|stage| cell.stage == stage));
        cells
    }

    /// GeoPolRisk, net import reliance by value, and the value of membership: one cell an importer, year and customs code.
    #[must_use]
    pub fn of_trade(&self, ask: PanelAsk<'_>) -> Vec<Cell> {
        let mut cells = Vec::new();
        for series in self.series("trade", ask) {
            let importers = self.importers(series, ask.importers);
            let club = Importer::named(self.twin, CLUB);
            for period in self.years_of_trade(series, ask.year) {
                let done = self.with_code_year(series, period, |year| {
                    let pooled = club
                        .as_ref()
                        .map_or(Err(Missing::PooledMissing), |club| year.score(club));
                    importers
                        .iter()
                        .map(|importer| {
                            let reliance = year.reliance(importer);
                            if importer.key == CLUB {
                                return (pooled.clone(), reliance, None);
                            }
                            let score = year.score(importer);
                            let gain = gain(&score, &pooled);
                            (score, reliance, Some(gain))
                        })
                        .collect::<Vec<_>>()
                });
                let found = done.unwrap_or_else(|missing| {
                    let none = |importer: &Importer| {
                        let gain = (importer.key != CLUB).then_some(Err(missing));
                        (Err(missing), Err(missing), gain)
                    };
                    importers.iter().map(none).collect()
                });
                for (importer, (score, reliance, gain)) in importers.iter().zip(found) {
                    let mut add = |quantity, outcome| {
                        cells.push(self.cell(quantity, series, &importer.key, "", period, outcome));
                    };
                    add(Quantity::GeoPolRisk, score);
                    add(Quantity::ImportReliance, reliance);
                    if let Some(gain) = gain {
                        add(Quantity::Membership, gain);
                    }
                }
            }
        }
        cells
    }

    /// What the world's supply says, and European supply risk.
    fn of_production(&self, ask: PanelAsk<'_>) -> Vec<Cell> {
        let mut cells = Vec::new();
        let governance = self.mean_governance();
        for series in self.series("production", ask) {
            let importers = self.importers(series, ask.importers);
            let club = Importer::named(self.twin, CLUB);
            for period in self.years(series, ask.year) {
                let supply = self.supply(series, period);
                for quantity in OF_SUPPLY {
                    let supply = supply.as_ref().map_err(|missing| *missing);
                    if let Some(outcome) = self.of_supply(quantity, supply, period, series) {
                        cells.push(self.cell(quantity, series, "", "", period, outcome));
                    }
                }
                let done = self.with_stage_year(series, period, |year| {
                    let pooled = club.as_ref().map_or(Err(Missing::PooledMissing), |club| {
                        year.of(self.twin, club, &governance)
                    });
                    let each = importers
                        .iter()
                        .map(|importer| {
                            if importer.key == CLUB {
                                return (pooled.clone(), None);
                            }
                            let alone = year.of(self.twin, importer, &governance);
                            let gain = gain(&alone, &pooled);
                            (alone, Some(gain))
                        })
                        .collect::<Vec<_>>();
                    (year.global(), each)
                });
                let (global, each) = done.unwrap_or_else(|missing| {
                    let none =
                        |importer: &Importer| (Err(missing), (importer.key != CLUB).then_some(Err(missing)));
                    (Err(missing), importers.iter().map(none).collect())
                });
                cells.push(self.cell(Quantity::SupplyRisk, series, "", "", period, global));
                for (importer, (alone, gain)) in importers.iter().zip(each) {
                    let mut add = |quantity, outcome| {
                        cells.push(self.cell(quantity, series, &importer.key, "", period, outcome));
                    };
                    add(Quantity::SupplyRisk, alone);
                    if let Some(gain) = gain {
                        add(Quantity::MembershipSupplyRisk, gain);
                    }
                }
            }
        }
        cells
    }

    /// Days of cover, and net import reliance by mass; of each country that a figure is about, and of the members.
    fn of_use(&self, ask: PanelAsk<'_>) -> Vec<Cell> {
        let mut cells = Vec::new();
        for series in self.series("stocks", ask) {
            self.of_use_in(Quantity::DaysOfCover, series, ask, &mut cells);
        }
        let mut told = BTreeSet::new();
        for series in self.series("imports", ask) {
            let [_, commodity, stage, _, substance, basis, _] = self.twin.key_texts(series);
            // All forms of a stage are added, so its first series speaks for the others.
            if told.insert((commodity, stage, substance, basis))
                && !cover::consumptions(self.twin, series).is_empty()
            {
                self.of_use_in(Quantity::ImportReliance, series, ask, &mut cells);
            }
        }
        cells.extend(self.without_stocks(ask));
        cells
    }

    fn of_use_in(&self, quantity: Quantity, series: SeriesId, ask: PanelAsk<'_>, cells: &mut Vec<Cell>) {
        let subjects: BTreeSet<&str> = cover::consumptions(self.twin, series)
            .into_iter()
            .map(|id| self.twin.key_texts(id)[6])
            .collect();
        for period in self.years(series, ask.year) {
            for area in self.users(series, ask.importers) {
                let found = |subject| self.at(quantity, series, &area, subject, period);
                let known: Vec<&str> = subjects
                    .iter()
                    .copied()
                    .filter(|subject| found(*subject).is_some_and(|outcome| outcome.is_ok()))
                    .collect();
                // One cell with the cause, where no consumption leads to a value.
                let partners = if known.is_empty() { vec![""] } else { known };
                for partner in partners {
                    if let Some(outcome) = found(partner) {
                        cells.push(self.cell(quantity, series, &area, partner, period, outcome));
                    }
                }
            }
        }
    }

    /// Members' cover of a family for which nobody publishes stocks: a cell each, for the latest year of production.
    fn without_stocks(&self, ask: PanelAsk<'_>) -> Vec<Cell> {
        let vocabulary = self.twin.vocabulary();
        let asked = |family: &str| ask.commodity.is_none_or(|commodity| commodity == family);
        let families = vocabulary.families().map(|family| family.commodity.as_str());
        let mut cells = Vec::new();
        for family in families.filter(|family| asked(family)) {
            let of_family = PanelAsk {
                commodity: Some(family),
                ..ask
            };
            if !self.series("stocks", of_family).is_empty() {
                continue;
            }
            let latest = self.series("production", of_family).into_iter().filter_map(|id| {
                let period = self.twin.latest_period(id)?;
                let [_, _, stage, ..] = self.twin.key_texts(id);
                Some((period, stage.to_owned()))
            });
            let Some((period, stage)) = latest.max() else {
                continue;
            };
            if ask.year.is_some_and(|year| year != period.year()) {
                continue;
            }
            for area in self.club_and(ask.importers) {
                cells.push(Cell {
                    quantity: Quantity::DaysOfCover,
                    series: None,
                    commodity: family.to_owned(),
                    stage: stage.clone(),
                    area,
                    partner: String::new(),
                    period,
                    outcome: Err(Missing::NoStocks),
                    decides: None,
                });
            }
        }
        cells
    }

    fn cell(
        &self,
        quantity: Quantity,
        series: SeriesId,
        area: &str,
        partner: &str,
        period: Period,
        outcome: Outcome,
    ) -> Cell {
        let [_, commodity, stage, ..] = self.twin.key_texts(series);
        Cell {
            quantity,
            series: Some(series),
            commodity: commodity.to_owned(),
            stage: stage.to_owned(),
            area: area.to_owned(),
            partner: partner.to_owned(),
            period,
            outcome,
            decides: None,
        }
    }

    /// Series of a measure that are asked for, in the order of their names.
    fn series(&self, measure: &str, ask: PanelAsk<'_>) -> Vec<SeriesId> {
        let wanted = |id: &SeriesId| {
            let [of, commodity, ..] = self.twin.key_texts(*id);
            let asked = ask
                .commodity
                .is_none_or(|asked| belongs(self.twin, asked, commodity));
            of == measure && asked && !self.twin.series(*id).periods.is_empty()
        };
        self.twin
            .series_by_name()
            .iter()
            .copied()
            .filter(wanted)
            .collect()
    }

    /// The years of a series.
    fn years(&self, series: SeriesId, year: Option<i16>) -> Vec<Period> {
        let periods = self.twin.series(series).periods.keys().copied();
        periods
            .filter(|period| period.months() == YEAR && year.is_none_or(|year| year == period.year()))
            .collect()
    }

    /// The years of a trade, and those after it for which production is known already: there the trade is what is missing.
    fn years_of_trade(&self, series: SeriesId, year: Option<i16>) -> Vec<Period> {
        let mut years = self.years(series, None);
        let [_, commodity, stage, ..] = self.twin.key_texts(series);
        while let Some(next) = years.last().and_then(|last| last.next()) {
            if production_for(self.twin, commodity, stage, next).is_none() {
                break;
            }
            years.push(next);
        }
        years.retain(|period| year.is_none_or(|year| year == period.year()));
        years
    }

    /// Keys of the club's members, the Union and the club, or the one asked for.
    fn club_and(&self, importers: Importers<'_>) -> Vec<String> {
        match importers {
            Importers::One(key) => vec![key.to_owned()],
            Importers::Club | Importers::All => {
                let members = self.twin.cut().sizes.keys().cloned();
                members.chain([UNION, CLUB].map(str::to_owned)).collect()
            }
        }
    }

    /// The importers asked for, by key, each once.
    fn importers(&self, series: SeriesId, asked: Importers<'_>) -> Vec<Importer> {
        let mut keys: BTreeSet<String> = self.club_and(asked).into_iter().collect();
        if asked == Importers::All {
            let [_, commodity, stage, ..] = self.twin.key_texts(series);
            let names = [
                Some("trade"),
                Some(commodity),
                Some(stage),
                None,
                None,
                None,
                None,
            ];
            for id in self.twin.matching_series(names) {
                keys.extend(importers_of(self.twin, id).map(|area| self.twin.text(area).to_owned()));
            }
        }
        keys.iter()
            .filter_map(|key| Importer::named(self.twin, key))
            .collect()
    }

    /// Areas that figures of stocks or imports are about, and the members.
    fn users(&self, series: SeriesId, asked: Importers<'_>) -> BTreeSet<String> {
        let mut keys: BTreeSet<String> = self.club_and(asked).into_iter().collect();
        if asked == Importers::All {
            let editions = self
                .twin
                .series(series)
                .periods
                .values()
                .filter_map(|figures| figures.chosen());
            let areas = editions.flat_map(|edition| edition.areas());
            keys.extend(areas.map(|area| self.twin.text(area).to_owned()));
        }
        keys
    }
}

/// Countries that any year of a trade names as importers.
fn importers_of(twin: &Twin, series: SeriesId) -> impl Iterator<Item = Symbol> + '_ {
    let editions = twin
        .series(series)
        .periods
        .values()
        .filter_map(|figures| figures.chosen());
    editions
        .flat_map(|edition| edition.facts.iter().map(|(_, importer, _)| *importer))
        .filter(|area| *area != Symbol::EMPTY && !twin.is_aggregate(*area))
        .collect::<BTreeSet<Symbol>>()
        .into_iter()
}
