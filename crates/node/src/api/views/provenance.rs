//! Where a figure comes from.

use didymium_twin::{FigureAddress, SiteRecord};

use super::Lens;
use super::lens::{capacity_figure, place, source};
use crate::api::types;

/// Observations sent with one answer.
const INPUTS: usize = 100;

/// Walks a figure back to what was said; absent if the twin has no such figure.
pub fn provenance(lens: Lens<'_>, address: &FigureAddress) -> Option<types::Provenance> {
    if let FigureAddress::Capacity { site, process } = address {
        return capacity(lens, lens.twin.sites().get(site)?, *process);
    }
    let trace = lens.twin.trace(address)?;
    let traced = |ids: &[didymium_twin::FactId]| {
        ids.iter()
            .take(INPUTS)
            .map(|id| lens.traced(lens.twin.fact(*id)))
            .collect()
    };
    let observed = matches!(trace.figure.address, FigureAddress::Fact(_));
    Some(types::Provenance {
        value: lens.figure(&trace.figure),
        key: lens.key(trace.series),
        quantity: if observed {
            "observation"
        } else {
            trace.quantity.as_str()
        }
        .to_owned(),
        explanation: types::Text {
            en: trace.explanation.en,
            fr: trace.explanation.fr,
        },
        inputs_total: trace.inputs.len() as u64,
        inputs: traced(&trace.inputs),
        alternatives: traced(&trace.alternatives),
        area: trace.area,
        partner: trace.partner,
    })
}

/// A site's nameplate capacity: said by the statement that registers the site.
fn capacity(lens: Lens<'_>, record: &SiteRecord, index: usize) -> Option<types::Provenance> {
    let site = &record.site;
    let process = site.processes.get(index)?;
    let capacity = process.capacity.as_ref()?;
    let value = capacity_figure(site, index)?;
    let key = types::SeriesKey {
        measure: "capacity".to_owned(),
        commodity: process.commodity.clone(),
        stage: process.stage.clone(),
        form: process.form.clone(),
        substance: capacity.substance.clone(),
        mass_basis: capacity.mass_basis.clone(),
        subject: site.name.clone(),
    };
    let observation = types::Observation {
        fact: record.statement.id.to_string(),
        key: key.clone(),
        area: site.country.clone(),
        partner: String::new(),
        value: value.clone(),
        source: site.source.source.clone(),
        chosen: true,
        note: process.note.clone(),
    };
    let input = types::ObservationTrace {
        observation,
        source: source(&site.source),
        statements: vec![place(&record.statement)],
    };
    Some(types::Provenance {
        value,
        key,
        area: lens.site(record).country,
        partner: String::new(),
        quantity: "observation".to_owned(),
        explanation: types::Text {
            en: format!(
                "Nameplate capacity a year of {}, as its registration states it.",
                site.name
            ),
            fr: format!(
                "Capacité nominale annuelle de {}, telle que l’énonce son enregistrement.",
                site.name
            ),
        },
        inputs: vec![input],
        inputs_total: 1,
        alternatives: Vec::new(),
    })
}
