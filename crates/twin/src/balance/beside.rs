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

    /// The link of the chain and the layer that a yield is of, if the vocabulary has a recipe that it could take the place of.
    fn recipe_told_of(&self, series: &Series, commodity: &str) -> Result<(usize, u16), Reason> {
        let stage = self.text(series.key.stage);
        let Some(link) = self.links.iter().position(|link| link.stage == stage) else {
            let stage = stage.to_owned();
            return Err(Reason::NoStage { stage });
        };
        let Some(layer) = self.layers.number(commodity) else {
            let commodity = commodity.to_owned();
            return Err(Reason::OtherCommodity { commodity });
        };
        if self.vocabulary().recipe(self.family, stage, commodity).is_none() {
            let stage = stage.to_owned();
            return Err(Reason::YieldWithoutRecipe { stage });
        }
        Ok((link, layer))
    }

    /// That a site has no process of which a yield could be told.
    fn idle(&self, site: &str, link: usize) -> Option<Reason> {
        let processes = &self.twin.sites().get(site)?.site.processes;
        let stage = &self.links.get(link)?.stage;
        (!processes.iter().any(|process| process.stage == *stage))
            .then(|| Reason::NoProcess { stage: stage.clone() })
    }

    /// Yields that are told of a country's or a site's processes: each takes the place of the recipe there.
    pub(super) fn recoveries(&mut self, series: &'t Series, commodity: &str) {
        let (link, layer) = match self.recipe_told_of(series, commodity) {
            Ok(found) => found,
            Err(reason) => return self.unused(series, &reason),
        };
        let Ok(stage) = u16::try_from(link) else {
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
                } else if part <= 0.0 {
                    Some(Reason::YieldOfNothing)
                } else {
                    site.and_then(|site| self.misplaced(site, country).or_else(|| self.idle(site, link)))
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
