//! Trade between countries in one year, as value, seen from the importers.

use didymium_vocabulary::Period;

use super::assumption::Assumption;
use super::estimate::Deviations;
use super::importer::Importer;
use super::measured::{Input, Measured};
use super::missing::Missing;
use super::supply::float;
use crate::fact::FactId;
use crate::intern::Symbol;
use crate::series::SeriesId;
use crate::twin::Twin;

/// Edition of the nomenclature that customs codes are looked up in.
const NOMENCLATURE: &str = "HS2022";

/// A flow of a year.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flow {
    pub(crate) exporter: Symbol,
    pub(crate) importer: Symbol,
    /// US dollars.
    pub(crate) value: f64,
    pub(crate) deviation: f64,
    pub(crate) fact: FactId,
}

impl Flow {
    pub(crate) fn measured(&self) -> Measured {
        Measured::given(self.value, self.deviation, Input::Fact(self.fact))
    }
}

/// All flows of one year in one or several customs codes.
#[derive(Debug)]
pub(crate) struct Trade {
    pub(crate) year: i16,
    /// By importer, then exporter.
    inward: Vec<Flow>,
    /// By exporter, then importer.
    outward: Vec<Flow>,
    /// The forms that are traded.
    pub(crate) forms: Vec<Symbol>,
    pub(crate) notes: Vec<Assumption>,
}

impl Trade {
    /// Flows of some series of trade in a period; aggregates on either side left out.
    pub(crate) fn of(
        twin: &Twin,
        series: &[SeriesId],
        period: Period,
        of: Deviations<'_>,
    ) -> Result<Self, Missing> {
        let mut outward = Vec::new();
        let (mut notes, mut forms) = (Vec::new(), Vec::new());
        for id in series {
            let Some(edition) = twin.chosen(*id, period) else {
                continue;
            };
            forms.push(twin.series(*id).key.form);
            if edition.projected {
                notes.push(Assumption::Projected);
            }
            let [.., subject] = twin.key_texts(*id);
            let code = twin.vocabulary().hs_code(subject, NOMENCLATURE);
            if code.is_some_and(|code| code.wider) {
                notes.push(Assumption::WiderCode);
            }
            let mut last = None;
            for (exporter, importer, fact) in &edition.facts {
                // Where an edition contradicts itself about one flow, only the preferred figure counts.
                let again = last.replace((*exporter, *importer)) == Some((*exporter, *importer));
                let is_flow = *importer != Symbol::EMPTY && exporter != importer;
                if again || !is_flow || twin.is_aggregate(*exporter) || twin.is_aggregate(*importer) {
                    continue;
                }
                let said = twin.fact(*fact);
                let value = float(said.canonical);
                outward.push(Flow {
                    exporter: *exporter,
                    importer: *importer,
                    value,
                    deviation: value.abs() * (of.of_fact)(said),
                    fact: *fact,
                });
            }
        }
        if outward.is_empty() {
            return Err(Missing::NoTrade);
        }
        let mut inward = outward.clone();
        outward.sort_by_key(|flow| (flow.exporter, flow.importer, flow.fact));
        inward.sort_by_key(|flow| (flow.importer, flow.exporter, flow.fact));
        Ok(Self {
            year: period.year(),
            inward,
            outward,
            forms,
            notes,
        })
    }

    /// What an importer takes in from outside: of a group, trade among its countries is left out.
    pub(crate) fn imports<'a>(&'a self, importer: &'a Importer) -> impl Iterator<Item = &'a Flow> {
        importer
            .countries()
            .into_iter()
            .flat_map(|area| between(&self.inward, |flow| flow.importer, area))
            .filter(|flow| !importer.has(flow.exporter))
    }

    /// What it gives out, likewise.
    pub(crate) fn exports<'a>(&'a self, importer: &'a Importer) -> impl Iterator<Item = &'a Flow> {
        importer
            .countries()
            .into_iter()
            .flat_map(|area| between(&self.outward, |flow| flow.exporter, area))
            .filter(|flow| !importer.has(flow.importer))
    }

    /// Countries that export anything, in symbol order.
    pub(crate) fn exporters(&self) -> impl Iterator<Item = Symbol> + '_ {
        self.outward
            .chunk_by(|a, b| a.exporter == b.exporter)
            .filter_map(|flows| flows.first())
            .map(|flow| flow.exporter)
    }
}

/// The run of a sorted list whose key is `wanted`.
fn between(flows: &[Flow], key: impl Fn(&Flow) -> Symbol, wanted: Symbol) -> &[Flow] {
    let first = flows.partition_point(|flow| key(flow) < wanted);
    let last = flows.partition_point(|flow| key(flow) <= wanted);
    &flows[first..last]
}

/// Sum of flows.
pub(crate) fn total<'f>(flows: impl Iterator<Item = &'f Flow>) -> Measured {
    let (mut value, mut swings) = (0.0, Vec::new());
    for flow in flows {
        value += flow.value;
        swings.extend(flow.measured().swings_times(1.0));
    }
    Measured::of(value, swings)
}
