//! Where a figure comes from.

use didymium_twin::{FigureAddress, Held, SiteRecord};

use super::Lens;
use super::indicators::{control_at, control_figure};
use super::lens::{capacity_figure, owner_share, place, source};
use super::sites::{SiteFilter, count_sites, matching_sites};
use crate::api::types;

/// Observations, and sites, sent with one answer.
const INPUTS: usize = 100;

/// Walks a figure back to what was said; absent if the twin has no such figure.
pub fn provenance(lens: Lens<'_>, address: &FigureAddress) -> Option<types::Provenance> {
    provenance_whole(lens, address, INPUTS)
}

/// The same with at most so many observations, alternatives and sites each.
pub fn provenance_whole(lens: Lens<'_>, address: &FigureAddress, most: usize) -> Option<types::Provenance> {
    let registered = |site: &String| lens.twin.sites().get(site);
    match address {
        FigureAddress::Capacity { site, process } => return capacity(lens, registered(site)?, *process),
        FigureAddress::OwnerShare { site, owner } => {
            return share_of_owner(lens, registered(site)?, *owner);
        }
        FigureAddress::Sites {
            commodity,
            stage,
            status,
            country,
        } => return sites(lens, [commodity, stage, status, country], most),
        FigureAddress::Control { held, key, holder } => return control(lens, (*held, key, holder), most),
        FigureAddress::Fact(_) | FigureAddress::Series { .. } => {}
    }
    let trace = lens.twin.trace(address)?;
    let traced = |ids: &[didymium_twin::FactId]| {
        ids.iter()
            .take(most)
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
        sites: Vec::new(),
        sites_total: 0,
        sites_status: String::new(),
        area: trace.area,
        partner: trace.partner,
    })
}

/// A site's nameplate capacity: said by the statement that registers the site.
fn capacity(lens: Lens<'_>, record: &SiteRecord, index: usize) -> Option<types::Provenance> {
    let site = &record.site;
    let process = site.processes.get(index)?;
    let capacity = process.capacity.as_ref()?;
    let key = types::SeriesKey {
        measure: "capacity".to_owned(),
        commodity: process.commodity.clone(),
        stage: process.stage.clone(),
        form: process.form.clone(),
        substance: capacity.substance.clone(),
        mass_basis: capacity.mass_basis.clone(),
        subject: site.name.clone(),
    };
    let explanation = types::Text {
        en: format!(
            "Nameplate capacity a year of {}, as its registration states it.",
            site.name
        ),
        fr: format!(
            "Capacité nominale annuelle de {}, telle que l’énonce son enregistrement.",
            site.name
        ),
    };
    let said = Said {
        value: capacity_figure(site, index)?,
        key,
        note: &process.note,
        explanation,
    };
    Some(said.of_site(lens, record))
}

/// An owner's share: said by the statement that registers the site.
fn share_of_owner(lens: Lens<'_>, record: &SiteRecord, index: usize) -> Option<types::Provenance> {
    let site = &record.site;
    let owner = site.owners.get(index)?;
    let explanation = types::Text {
        en: format!(
            "Share of {} in {}, as the registration of the site states it.",
            owner.name, site.name
        ),
        fr: format!(
            "Part de {} dans {}, telle que l’énonce l’enregistrement du site.",
            owner.name, site.name
        ),
    };
    let said = Said {
        value: owner_share(site, index)?,
        key: types::SeriesKey {
            subject: owner.name.clone(),
            ..no_series()
        },
        // What shares rest on stands in the notes of the rows of the site, the same on each.
        note: site.processes.first().map_or("", |process| &process.note),
        explanation,
    };
    Some(said.of_site(lens, record))
}

/// A number that the registration of a site says.
struct Said<'s> {
    value: types::Figure,
    key: types::SeriesKey,
    note: &'s str,
    explanation: types::Text,
}

impl Said<'_> {
    fn of_site(self, lens: Lens<'_>, record: &SiteRecord) -> types::Provenance {
        let site = &record.site;
        let observation = types::Observation {
            fact: record.statement.id.to_string(),
            key: self.key.clone(),
            area: site.country.clone(),
            partner: String::new(),
            value: self.value.clone(),
            source: site.source.source.clone(),
            chosen: true,
            note: self.note.to_owned(),
        };
        let input = types::ObservationTrace {
            observation,
            source: source(&site.source),
            statements: vec![place(&record.statement)],
        };
        types::Provenance {
            value: self.value,
            key: self.key,
            area: lens.site(record).country,
            partner: String::new(),
            quantity: "observation".to_owned(),
            explanation: self.explanation,
            inputs: vec![input],
            inputs_total: 1,
            alternatives: Vec::new(),
            sites: Vec::new(),
            sites_total: 0,
            sites_status: String::new(),
        }
    }
}

/// The name of what belongs to no series.
const fn no_series() -> types::SeriesKey {
    types::SeriesKey {
        measure: String::new(),
        commodity: String::new(),
        stage: String::new(),
        form: String::new(),
        substance: String::new(),
        mass_basis: String::new(),
        subject: String::new(),
    }
}

/// A count of sites: the sites themselves, each with the statement that registers it.
fn sites(
    lens: Lens<'_>,
    [commodity, stage, status, country]: [&String; 4],
    most: usize,
) -> Option<types::Provenance> {
    let vocabulary = lens.twin.vocabulary();
    let known = (commodity.is_empty() || vocabulary.commodity(commodity).is_some())
        && (stage.is_empty() || vocabulary.require_stage(stage).is_ok())
        && (country.is_empty() || vocabulary.country(country).is_some());
    if !known {
        return None;
    }
    let part = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let filter = SiteFilter {
        commodity: part(commodity),
        stage: part(stage),
        status: part(status),
        country: part(country),
        text: None,
    };
    let found = matching_sites(lens.twin, &filter);
    let counted = found.iter().take(most).map(|record| counted(record));
    Some(types::Provenance {
        value: count_sites(lens.twin, &filter),
        key: types::SeriesKey {
            commodity: commodity.clone(),
            stage: stage.clone(),
            ..no_series()
        },
        area: country.clone(),
        partner: String::new(),
        quantity: "count".to_owned(),
        explanation: types::Text {
            en: "Number of registered sites that match; each is listed with its source and the statement that registers it. \
                 Sites that no source names are not counted."
                .to_owned(),
            fr: "Nombre de sites enregistrés qui répondent aux critères ; chacun est donné avec sa source et la déclaration qui \
                 l’enregistre. Les sites qu’aucune source ne nomme ne sont pas comptés."
                .to_owned(),
        },
        inputs: Vec::new(),
        inputs_total: 0,
        alternatives: Vec::new(),
        sites: counted.collect(),
        sites_total: found.len() as u64,
        sites_status: status.clone(),
    })
}

fn counted(record: &SiteRecord) -> types::SiteTrace {
    types::SiteTrace {
        site: record.site.site.clone(),
        name: record.site.name.clone(),
        country: record.site.country.clone(),
        status: record.site.status.as_str().to_owned(),
        source: source(&record.site.source),
        statement: place(&record.statement),
    }
}

/// Who holds a stage's capacity: the sites whose published capacity counts, each with the statement that registers it.
fn control(
    lens: Lens<'_>,
    (held, key, holder): (Held, &[String; 4], &str),
    most: usize,
) -> Option<types::Provenance> {
    let names = key.each_ref().map(String::as_str);
    let control = control_at(lens.twin, names)?;
    let estimate = control.at(held, holder)?;
    let [commodity, stage, substance, mass_basis] = key.clone();
    let mut explanation = match held {
        Held::OwnersHhi => types::Text {
            en: "Herfindahl–Hirschman index over owners, 0 to 10,000: the sum of squared percentage parts of the capacity, each owner \
                 holding its published share of every site."
                .to_owned(),
            fr: "Indice de Herfindahl-Hirschman des propriétaires, de 0 à 10 000 : somme des carrés des parts de capacité en pour cent, \
                 chaque propriétaire détenant sa part publiée de chaque site."
                .to_owned(),
        },
        Held::PlacesHhi => types::Text {
            en: "Herfindahl–Hirschman index over the countries where the capacity stands, 0 to 10,000.".to_owned(),
            fr: "Indice de Herfindahl-Hirschman des pays où se trouve la capacité, de 0 à 10 000.".to_owned(),
        },
        Held::Owner => types::Text {
            en: "Published capacity of every site times the owner’s published share of it, over all published capacity.".to_owned(),
            fr: "Capacité publiée de chaque site multipliée par la part publiée du propriétaire, rapportée à toute la capacité publiée."
                .to_owned(),
        },
        Held::Place => types::Text {
            en: "Published capacity in the country over all published capacity.".to_owned(),
            fr: "Capacité publiée dans le pays rapportée à toute la capacité publiée.".to_owned(),
        },
        Held::Known => types::Text {
            en: "Part of the published capacity whose owners’ shares are published.".to_owned(),
            fr: "Part de la capacité publiée dont les parts de propriété sont publiées.".to_owned(),
        },
    };
    for note in &estimate.assumptions {
        let words = note.words(lens.twin.vocabulary());
        explanation.en.push_str(&format!(" {}", words.en));
        explanation.fr.push_str(&format!(" {}", words.fr));
    }
    let sites = || {
        control
            .counted
            .iter()
            .filter_map(|site| lens.twin.sites().get(site))
    };
    Some(types::Provenance {
        value: control_figure(&estimate, held, names, holder)?,
        key: types::SeriesKey {
            measure: "capacity".to_owned(),
            commodity,
            stage,
            substance,
            mass_basis,
            subject: holder.to_owned(),
            ..no_series()
        },
        area: String::new(),
        partner: String::new(),
        quantity: "control".to_owned(),
        explanation,
        inputs: Vec::new(),
        inputs_total: 0,
        alternatives: Vec::new(),
        sites: sites().take(most).map(counted).collect(),
        sites_total: sites().count() as u64,
        sites_status: "operating".to_owned(),
    })
}
