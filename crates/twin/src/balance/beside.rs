//! What is told beside masses: shares of elements and yields. They make priors of the balance.

use std::sync::Arc;

use super::finding::{Finding, Reason};
use super::gather::{Gatherer, Recovery, SITE};
use super::layer::percent;
use super::line::{Slot, Spot};
use crate::WORLD;
use crate::fact::Fact;
use crate::series::Series;

/// A yield is none if it is off what is known of such processes by more than so many of its deviations.
const FAR_YIELD: f64 = 6.0;

impl<'t> Gatherer<'t> {
    /// Shares of an element in the deposits of countries, one deposit a subject.
    pub(super) fn element_shares(&mut self, series: &'t Series, commodity: &str) {
        let Some(layer) = self.layers.number(commodity) else {
            return;
        };
        let deposit = self.text(series.key.subject);
        // The latest of each deposit: what was said of it before is no further deposit.
        for figures in series.periods.values().rev() {
            let heard = figures.editions.iter().find(|edition| {
                !self
                    .without
                    .contains(self.vocabulary().voice(&edition.source.series))
            });
            let Some(edition) = heard else { continue };
            for (area, _, fact) in &edition.facts {
                let share = percent(self.twin.fact(*fact).canonical);
                let country: Arc<str> = self.text(*area).into();
                let known = self.out.shares.entry((country, deposit.to_owned())).or_default();
                if !known.iter().any(|(of, _)| *of == layer) {
                    known.push((layer, share));
                }
            }
        }
    }

    /// Why a yield cannot be one, by what the vocabulary knows of such processes. It is no report that others test: a false one would
    /// accuse everybody who tells of what goes in or comes out.
    fn far_from_recipe(&self, stage: u16, commodity: &str, fact: &Fact) -> Option<Reason> {
        let stage = &self.links.get(usize::from(stage))?.stage;
        let recipe = self.vocabulary().recipe(self.family, stage, commodity)?;
        let off = (percent(fact.canonical) - percent(recipe.recovery)).abs();
        (off > FAR_YIELD * percent(recipe.deviation)).then(|| Reason::YieldFarFromRecipe {
            said: fact.value.normalize().to_string(),
            known: (
                recipe.recovery.normalize().to_string(),
                recipe.deviation.normalize().to_string(),
            ),
        })
    }

    pub(super) fn recoveries(&mut self, series: &'t Series, commodity: &str) {
        let stage = self.text(series.key.stage);
        let Some(stage) = self.links.iter().position(|link| link.stage == stage) else {
            return;
        };
        let (Some(layer), Ok(stage)) = (self.layers.number(commodity), u16::try_from(stage)) else {
            return;
        };
        let site = self.text(series.key.subject).strip_prefix(SITE);
        for (period, figures) in &series.periods {
            let Some(edition) = figures.chosen() else {
                continue;
            };
            for (area, _, id) in &edition.facts {
                let fact = self.twin.fact(*id);
                let part = percent(fact.canonical);
                let country = self.text(*area);
                let wrong = if part > 1.0 {
                    let said = fact.canonical.normalize().to_string();
                    Some(Reason::YieldAboveOne { said })
                } else {
                    site.and_then(|site| self.misplaced(site, country))
                };
                let slot = Slot::of_period(*period);
                let wrong = wrong.or_else(|| self.far_from_recipe(stage, commodity, fact));
                let wrong = wrong.or_else(|| slot.is_none().then_some(Reason::YieldOfQuarter));
                if let Some(reason) = wrong {
                    self.out.findings.push(Finding {
                        fact: Some(*id),
                        site: site.map(str::to_owned),
                        reason,
                    });
                    continue;
                }
                let Some(slot) = slot else { continue };
                let spot = match site {
                    Some(site) => Spot::Site {
                        country: country.into(),
                        site: site.into(),
                    },
                    None if country == WORLD => Spot::World,
                    None => Spot::Country(country.into()),
                };
                let quality = self
                    .vocabulary()
                    .report_quality(self.family, "recovery", fact.basis.as_str());
                self.out.recoveries.push(Recovery {
                    fact: *id,
                    stage,
                    layer,
                    spot,
                    slot,
                    part,
                    deviation: quality.map_or(0.1, |row| percent(row.deviation)) * part,
                });
            }
        }
    }
}
