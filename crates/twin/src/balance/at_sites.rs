//! Figures of sites.

use didymium_vocabulary::Period;

use super::finding::{Finding, Reason};
use super::gather::{Gatherer, Measured};
use super::line::{Key, Line, Slot, Spot};
use super::report::{Origin, Report};
use super::voice::Voiced;
use crate::intern::Symbol;

/// How much a site without a process may make, tonnes.
const NO_PROCESS: f64 = 1.0;

impl Gatherer<'_> {
    /// What is wrong with a figure that puts a site into a country.
    pub(super) fn misplaced(&self, site: &str, country: &str) -> Option<Reason> {
        match self.twin.sites().get(site) {
            None => Some(Reason::UnknownSite),
            Some(record) if record.site.country != country => Some(Reason::SiteElsewhere {
                registered: record.site.country.clone(),
                said: country.to_owned(),
            }),
            Some(_) => None,
        }
    }

    pub(super) fn of_site(&mut self, measured: &Measured<'_>, site: &str, period: Period, said: &Voiced) {
        for ((area, partner), fact) in &said.cells {
            let country = self.text(*area);
            let wrong = |reason| Finding::of_site(*fact, site, reason);
            if let Some(reason) = self.misplaced(site, country) {
                self.out.findings.push(wrong(reason));
                continue;
            }
            let Some(record) = self.twin.sites().get(site) else {
                continue;
            };
            let Some(link) = self.links.get(usize::from(measured.stage)) else {
                continue;
            };
            let processes = &record.site.processes;
            let makes = processes.iter().any(|process| process.stage == link.stage);
            // What a process takes comes to its site, lies there and is used there.
            let takes = measured.line != Line::Produced
                && processes
                    .iter()
                    .any(|process| self.is_fed_by(&process.stage, &link.stage));
            if !makes && !takes {
                let stage = link.stage.clone();
                self.out.findings.push(wrong(Reason::NoProcess { stage }));
                continue;
            }
            // What a site sends to one receiver is a part of what it sends.
            if *partner != Symbol::EMPTY {
                let subject = self.text(*partner).to_owned();
                self.out.findings.push(wrong(Reason::Part { subject }));
                continue;
            }
            let spot = Spot::Site {
                country: country.into(),
                site: site.into(),
            };
            self.report(measured, &spot, period, said.voice, *fact, 0.0);
            if !makes {
                self.makes_nothing(measured, &spot, period, site);
            }
        }
    }

    /// Whether a stage takes the product of another, by recipes.
    fn is_fed_by(&self, stage: &str, input: &str) -> bool {
        let mut stage = stage;
        for _ in self.links {
            match self.vocabulary().recipe(self.family, stage, self.family) {
                Some(recipe) if recipe.input_stage == input => return true,
                Some(recipe) => stage = &recipe.input_stage,
                None => return false,
            }
        }
        false
    }

    /// A site without a process at a stage makes nothing of its product, whatever lies there.
    fn makes_nothing(&mut self, measured: &Measured<'_>, spot: &Spot, period: Period, site: &str) {
        for slot in Slot::all_of(period) {
            for &(layer, _) in &measured.layers.terms {
                let key = Key {
                    layer,
                    stage: measured.stage,
                    spot: spot.clone(),
                    slot,
                    line: Line::Produced,
                };
                let report = Report {
                    origin: Origin::NoProcess(site.to_owned()),
                    voice: None,
                    terms: vec![(key, 1.0)],
                    value: 0.0,
                    beside: 0.0,
                    relative: 0.0,
                    others: 0.0,
                    deviation: NO_PROCESS,
                };
                if !self.out.reports.contains(&report) {
                    self.out.reports.push(report);
                }
            }
        }
    }
}
