//! What a table of the world says of those that it does not list.

use std::sync::Arc;

use didymium_vocabulary::{Assumed, Period};

use super::finding::{Finding, Reason};
use super::gather::{Gatherer, Measured, Table};
use super::line::{Key, Slot, Spot};
use super::report::{Origin, Report};
use super::worth::{assumed, rounding};
use crate::fact::FactId;

/// What a table adds up for others is worth so much, as a part of it.
const OTHERS_DEVIATION: f64 = 0.3;
/// A total is below its rows if it falls short of them by more deviations than this.
const BELOW: f64 = 2.0;

impl Gatherer<'_> {
    /// What a table of the world says of those it does not list. Its total is not a further report beside its rows: they add
    /// to it. What it adds is what they leave.
    pub(super) fn unlisted(
        &mut self,
        measured: &Measured<'_>,
        period: Period,
        voice: u16,
        countries: &[(Arc<str>, FactId)],
        world: Option<FactId>,
        others: &[FactId],
    ) {
        let listed: f64 = countries.iter().map(|(_, fact)| self.plain_tonnes(*fact)).sum();
        if self.leaves_out_a_leader(measured, period, voice, countries) {
            return;
        }
        let (_, part) = assumed(self.vocabulary(), Assumed::Unlisted, self.family);
        let mut facts: Vec<FactId> = countries.iter().map(|(_, fact)| *fact).collect();
        let (value, own) = if others.is_empty() {
            match world {
                Some(fact) => {
                    let Some(total) = self.tonnes(fact) else { return };
                    facts.insert(0, fact);
                    let step = rounding(self.twin.fact(fact)) * total;
                    (total - listed, step)
                }
                None => (0.0, 0.0),
            }
        } else {
            let told: f64 = others.iter().map(|fact| self.plain_tonnes(*fact)).sum();
            facts.splice(0..0, others.iter().copied());
            (told, OTHERS_DEVIATION * told)
        };
        let unlisted = part * listed;
        let deviation = (unlisted * unlisted + own * own).sqrt();
        if deviation <= 0.0 {
            return;
        }
        if value < -BELOW * deviation {
            if let Some(fact) = world {
                let short = format!("{:.0}", -value);
                self.out
                    .findings
                    .push(Finding::of_fact(fact, Reason::TotalBelowRows { short }));
            }
            return;
        }
        let mut terms = Vec::new();
        for slot in Slot::all_of(period) {
            for &(layer, coefficient) in &measured.layers.terms {
                let key = |spot| Key {
                    layer,
                    stage: measured.stage,
                    spot,
                    slot,
                    line: measured.line,
                };
                terms.push((key(Spot::World), coefficient));
                for (country, _) in countries {
                    terms.push((key(Spot::Country(Arc::clone(country))), -coefficient));
                }
            }
        }
        self.out.tables.push(Table {
            stage: measured.stage,
            line: measured.line,
            layers: measured.layers.terms.iter().map(|(layer, _)| *layer).collect(),
            slots: Slot::all_of(period),
            listed: countries.iter().map(|(country, _)| Arc::clone(country)).collect(),
            most: value.max(0.0) + deviation,
            whole: listed + value,
        });
        self.out.reports.push(Report {
            origin: Origin::Unlisted(facts),
            voice: Some(voice),
            terms,
            value,
            beside: 0.0,
            relative: 0.0,
            others: 0.0,
            deviation,
        });
    }

    fn leaves_out_a_leader(
        &self,
        measured: &Measured<'_>,
        period: Period,
        voice: u16,
        countries: &[(Arc<str>, FactId)],
    ) -> bool {
        let voice = self.out.voices.get(usize::from(voice));
        let stage = self
            .links
            .get(usize::from(measured.stage))
            .map(|link| &link.stage);
        let year = u32::try_from(period.year()).unwrap_or(0);
        self.vocabulary().coverage_gaps().iter().any(|gap| {
            gap.measure == measured.measure
                && Some(&gap.stage) == stage
                && gap.commodity == self.family
                && voice.is_some_and(|voice| self.vocabulary().voice(&gap.series) == voice)
                && (gap.first..=gap.last).contains(&year)
                && !countries.iter().any(|(country, _)| **country == *gap.missing)
        })
    }
}
