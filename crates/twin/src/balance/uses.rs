//! What sources say of goods in use: what a use takes, what of it is in use, what is lost.

use didymium_vocabulary::Period;

use super::finding::{Finding, Reason};
use super::gather::{ALL_USES, Gatherer, Measured};
use super::layer::InLayers;
use super::line::{Key, Line, Slot, Spot};
use super::report::Origin;
use crate::WORLD;
use crate::fact::FactId;
use crate::intern::Symbol;
use crate::series::Series;

impl<'t> Gatherer<'t> {
    /// What one use takes, or what of it is in use or lost. Of what makers take a part is put in use. Where the same voice tells
    /// what all uses take, that is what is sold, and the use is told by its share in it; the rest of uses then follows.
    pub(super) fn use_of_goods(&mut self, series: &'t Series, subject: &str, commodity: &str) {
        let line = match self.text(series.key.measure) {
            "demand" => Line::Produced,
            "stocks" => Line::Closing,
            "losses" => Line::Lost,
            _ => {
                let stage = self.text(series.key.stage).to_owned();
                self.unused(series, &Reason::NoStage { stage });
                return;
            }
        };
        let known = self.vocabulary().end_use(subject);
        let all = subject.is_empty() && line != Line::Produced;
        let (Some(goods), true) = (self.goods, all || known.is_some()) else {
            let known: Vec<&str> = self
                .vocabulary()
                .end_uses()
                .iter()
                .map(|end_use| end_use.key.as_str())
                .collect();
            let reason = Reason::UnknownUse {
                subject: subject.to_owned(),
                known: known.join(", "),
            };
            self.unused(series, &reason);
            return;
        };
        let Some(layers) = self.in_layers(series, commodity) else {
            return;
        };
        let (part, deviation) = if line == Line::Produced {
            goods.put_in_use()
        } else {
            (1.0, 0.0)
        };
        let scaled = |(layer, factor): &(u16, f64)| (*layer, factor / part);
        let measured = Measured {
            measure: self.text(series.key.measure),
            line,
            stage: goods.stage,
            layers: InLayers {
                terms: layers.terms.iter().map(scaled).collect(),
                deviation: libm::hypot(layers.deviation, deviation),
            },
        };
        let totals = self.all_uses(series).filter(|_| line == Line::Produced);
        let spot = if all {
            Spot::World
        } else {
            Spot::Use(subject.into())
        };
        for (period, figures) in &series.periods {
            let whole_year = Slot::of_period(*period).is_some_and(Slot::is_year);
            for said in self.voices_of(figures) {
                let total = totals.and_then(|totals| self.world_total(totals, *period, said.voice));
                for ((area, partner), fact) in &said.cells {
                    let wrong = if self.text(*area) != WORLD || *partner != Symbol::EMPTY {
                        let subject = self.text(*area).to_owned();
                        Some(Reason::Part { subject })
                    } else {
                        (!whole_year).then_some(Reason::UseOfPartOfYear)
                    };
                    match (wrong, total) {
                        (Some(reason), _) => self.out.findings.push(Finding::of_fact(*fact, reason)),
                        (None, Some(_)) if known.is_some_and(|known| known.rest) => {}
                        (None, Some(total)) => {
                            self.share_of_uses(&measured, &spot, *period, said.voice, (*fact, total));
                        }
                        (None, None) => self.report(&measured, &spot, *period, said.voice, *fact, 0.0),
                    }
                }
            }
        }
    }

    /// What all uses take of the same, where somebody tells it.
    fn all_uses(&self, of: &Series) -> Option<&'t Series> {
        let same = |other: &Series| {
            let (one, two) = (&other.key, &of.key);
            (
                one.measure,
                one.commodity,
                one.stage,
                one.substance,
                one.mass_basis,
            ) == (
                two.measure,
                two.commodity,
                two.stage,
                two.substance,
                two.mass_basis,
            ) && self.text(one.subject) == ALL_USES
        };
        self.twin
            .all_series()
            .map(|(_, series)| series)
            .find(|other| same(other))
    }

    /// The world's figure of a voice, and its tonnes, above nothing.
    fn world_total(&self, totals: &'t Series, period: Period, voice: u16) -> Option<(FactId, f64)> {
        let said = self.voices_of(totals.periods.get(&period)?);
        let own = said.into_iter().find(|said| said.voice == voice)?;
        let world = (self.twin.symbol(WORLD)?, Symbol::EMPTY);
        let total = *own.cells.get(&world)?;
        let tonnes = self.plain_tonnes(total);
        (tonnes > 0.0).then_some((total, tonnes))
    }

    /// A use is put so much of all that is put in use.
    fn share_of_uses(
        &mut self,
        measured: &Measured<'_>,
        spot: &Spot,
        period: Period,
        voice: u16,
        (fact, (total, all)): (FactId, (FactId, f64)),
    ) {
        let before = self.out.reports.len();
        self.report(measured, spot, period, voice, fact, 0.0);
        let Some(report) = self.out.reports.get_mut(before) else {
            return;
        };
        let share = report.value / all;
        let of_all = report.terms.iter().map(|(key, coefficient)| {
            let spot = Spot::World;
            (Key { spot, ..key.clone() }, -share * coefficient)
        });
        let of_all: Vec<(Key, f64)> = of_all.collect();
        report
            .terms
            .extend(of_all.into_iter().filter(|term| term.1 != 0.0));
        report.origin = Origin::Share([fact, total]);
        report.beside = report.value;
        report.value = 0.0;
    }
}
