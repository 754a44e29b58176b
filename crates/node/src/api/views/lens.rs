//! The twin's own types seen as wire types.

use didymium_statement::{Statement, Visibility, payload};
use didymium_twin::{
    Fact, Figure, FigureAddress, NoticeRecord, SeriesId, SeriesKey, SiteRecord, StatementRef, Twin,
};
use didymium_vocabulary::canonical_decimal;

use crate::api::types;

/// Looks at a twin and speaks the wire's language.
#[derive(Clone, Copy)]
pub struct Lens<'t> {
    /// The twin looked at.
    pub twin: &'t Twin,
}

impl<'t> Lens<'t> {
    /// A figure.
    pub fn figure(self, figure: &Figure) -> types::Figure {
        types::Figure {
            value: Some(canonical_decimal(figure.value)),
            unit: figure.unit.clone(),
            substance: (!figure.substance.is_empty()).then(|| figure.substance.clone()),
            period: figure.period.to_string(),
            basis: figure.basis.as_str().to_owned(),
            qualifier: figure.qualifier.as_str().to_owned(),
            figure: figure.address.to_string(),
            sources: figure.sources,
            spread: figure.spread.map(canonical_decimal),
            source: self.edition_of(&figure.address).unwrap_or_default().to_owned(),
        }
    }

    /// Key of the one edition behind a figure: a fact's own, or the one chosen for the period. A change is told within one
    /// edition only, so the period's own is the one of both its ends.
    fn edition_of(self, address: &FigureAddress) -> Option<&'t str> {
        match address {
            FigureAddress::Fact(digest) => Some(&self.twin.fact_by_digest(digest)?.source.source),
            FigureAddress::Series { key, period, .. } => {
                let symbol = |place: usize| self.twin.symbol(&key[place]);
                let id = self.twin.series_of_key(&SeriesKey {
                    measure: symbol(0)?,
                    commodity: symbol(1)?,
                    stage: symbol(2)?,
                    form: symbol(3)?,
                    substance: symbol(4)?,
                    mass_basis: symbol(5)?,
                    subject: symbol(6)?,
                })?;
                Some(&self.twin.chosen(id, *period)?.source.source)
            }
            FigureAddress::Capacity { .. }
            | FigureAddress::OwnerShare { .. }
            | FigureAddress::Control { .. }
            | FigureAddress::Sites { .. } => None,
        }
    }

    /// A figure if there is one.
    pub fn maybe(self, figure: Option<Figure>) -> Option<types::Figure> {
        figure.map(|figure| self.figure(&figure))
    }

    /// The name of a series.
    pub fn key(self, id: SeriesId) -> types::SeriesKey {
        self.twin.key_texts(id).map(str::to_owned).into()
    }

    /// Whether a published figure is the one that rule R1 shows for its cell.
    pub fn is_chosen(self, fact: &Fact) -> bool {
        let edition = self.twin.chosen(fact.series, fact.period);
        // Where an edition contradicts itself, only the preferred of its figures is the chosen one.
        edition.is_some_and(|edition| {
            let rows = edition.of_area(fact.area);
            let preferred = rows.iter().find(|(_, partner, _)| *partner == fact.partner);
            preferred.is_some_and(|(_, _, id)| self.twin.fact(*id).digest == fact.digest)
        })
    }

    /// A published figure in the unit its source used, with what the source said around it.
    pub fn observation(self, fact: &'t Fact) -> types::Observation {
        let chosen = self.is_chosen(fact);
        types::Observation {
            fact: fact.digest.to_string(),
            key: self.key(fact.series),
            area: self.twin.text(fact.area).to_owned(),
            partner: self.twin.text(fact.partner).to_owned(),
            value: self.as_published(fact),
            source: fact.source.source.clone(),
            chosen,
            note: self.twin.text(fact.note).to_owned(),
        }
    }

    fn as_published(self, fact: &Fact) -> types::Figure {
        let substance = self.twin.text(self.twin.series(fact.series).key.substance);
        types::Figure {
            value: Some(canonical_decimal(fact.value)),
            unit: self.twin.text(fact.unit).to_owned(),
            substance: (!substance.is_empty()).then(|| substance.to_owned()),
            period: fact.period.to_string(),
            basis: fact.basis.as_str().to_owned(),
            qualifier: fact.qualifier.as_str().to_owned(),
            figure: FigureAddress::Fact(fact.digest).to_string(),
            sources: 1,
            spread: None,
            source: fact.source.source.clone(),
        }
    }

    /// A published figure with its source and the statements that carry it.
    pub fn traced(self, fact: &'t Fact) -> types::ObservationTrace {
        types::ObservationTrace {
            observation: self.observation(fact),
            source: source(&fact.source),
            statements: fact.statements.iter().map(|statement| place(statement)).collect(),
        }
    }

    /// A country's or the club's figure with its share.
    pub fn country_share(
        self,
        id: SeriesId,
        area: &str,
        period: didymium_vocabulary::Period,
    ) -> Option<types::CountryShare> {
        let value = if area == didymium_twin::CLUB {
            self.twin.club(id, period)
        } else {
            self.twin
                .cell(id, self.twin.symbol(area)?, didymium_twin::Symbol::EMPTY, period)
        }?;
        let share = self.twin.share(id, area, period)?;
        Some(types::CountryShare {
            area: area.to_owned(),
            value: self.figure(&value),
            share: self.figure(&share),
        })
    }

    /// A site.
    pub fn site(self, record: &SiteRecord) -> types::Site {
        let site = &record.site;
        types::Site {
            site: site.site.clone(),
            uri: record.uri.clone(),
            name: site.name.clone(),
            country: site.country.clone(),
            place: site.place.clone(),
            point: site.point.as_ref().and_then(point),
            operator: site.operator.clone(),
            owners: site
                .owners
                .iter()
                .enumerate()
                .map(|(place, owner)| types::Owner {
                    name: owner.name.clone(),
                    share: owner_share(site, place),
                    basis: owner.basis.as_str().to_owned(),
                })
                .collect(),
            status: site.status.as_str().to_owned(),
            processes: site
                .processes
                .iter()
                .enumerate()
                .map(|(place, process)| process_of(site, place, process))
                .collect(),
            statement: place(&record.statement),
        }
    }

    /// A notice.
    pub fn notice(self, record: &NoticeRecord) -> types::Notice {
        let notice = &record.notice;
        types::Notice {
            notice: notice.notice.clone(),
            date: notice.date.to_string(),
            end_date: notice.end_date.map_or_else(String::new, |day| day.to_string()),
            notice_type: notice.notice_type.clone(),
            actors: notice.actors.clone(),
            commodities: notice.commodities.clone(),
            affected: notice.affected.clone(),
            title: wording(&notice.title),
            description: wording(&notice.description),
            confidence: notice.confidence.as_str().to_owned(),
            basis: notice.basis.as_str().to_owned(),
            source: source(&notice.source),
            statement: place(&record.statement),
        }
    }
}

/// Words in both languages.
pub(crate) fn wording(words: &payload::Wording) -> types::Text {
    types::Text {
        en: words.en.clone(),
        fr: words.fr.clone(),
    }
}

/// The capacity of a process as a figure of its own.
pub(crate) fn capacity_figure(site: &payload::Site, index: usize) -> Option<types::Figure> {
    let process = site.processes.get(index)?;
    let capacity = process.capacity.as_ref()?;
    Some(types::Figure {
        value: Some(canonical_decimal(capacity.value)),
        unit: capacity.unit.clone(),
        substance: (!capacity.substance.is_empty()).then(|| capacity.substance.clone()),
        period: capacity
            .period
            .map_or_else(String::new, |period| period.to_string()),
        basis: process.basis.as_str().to_owned(),
        qualifier: String::new(),
        figure: FigureAddress::Capacity {
            site: site.site.clone(),
            process: index,
        }
        .to_string(),
        sources: 1,
        spread: None,
        source: site.source.source.clone(),
    })
}

/// The share of an owner as a figure of its own.
pub(crate) fn owner_share(site: &payload::Site, index: usize) -> Option<types::Figure> {
    let owner = site.owners.get(index)?;
    Some(types::Figure {
        value: Some(canonical_decimal(owner.share?)),
        unit: "percent".to_owned(),
        substance: None,
        period: String::new(),
        basis: owner.basis.as_str().to_owned(),
        qualifier: String::new(),
        figure: FigureAddress::OwnerShare {
            site: site.site.clone(),
            owner: index,
        }
        .to_string(),
        sources: 1,
        spread: None,
        source: site.source.source.clone(),
    })
}

fn process_of(site: &payload::Site, index: usize, process: &payload::Process) -> types::Process {
    types::Process {
        commodity: process.commodity.clone(),
        stage: process.stage.clone(),
        form: process.form.clone(),
        capacity: capacity_figure(site, index),
        status: process.status.as_str().to_owned(),
        start: process.start.map_or_else(String::new, |start| start.to_string()),
        note: process.note.clone(),
    }
}

fn point(point: &payload::Point) -> Option<types::Point> {
    Some(types::Point {
        lat: point.lat.to_string().parse().ok()?,
        lon: point.lon.to_string().parse().ok()?,
        precision: point.precision.as_str().to_owned(),
    })
}

/// A source's edition.
pub fn source(source: &payload::Source) -> types::Source {
    types::Source {
        source: source.source.clone(),
        series: source.series.clone(),
        edition: source.edition.clone(),
        title: source.title.clone(),
        publisher: source.publisher.clone(),
        url: source.url.clone(),
        licence: source.licence.clone(),
        attribution: source.attribution.clone(),
        published: source.published.to_string(),
        published_basis: source.published_basis.as_str().to_owned(),
        retrieved: source.retrieved.to_string(),
    }
}

/// The place of a statement that the twin rests on.
pub fn place(statement: &StatementRef) -> types::StatementPlace {
    types::StatementPlace {
        statement: statement.id.to_string(),
        kind: statement.kind.to_string(),
        issuer: statement.issuer.to_string(),
        member: statement.member.to_string(),
        index: statement.index,
        blob: statement.blob.as_ref().map(ToString::to_string),
        visibility: narrow(statement.visibility),
    }
}

/// The place of any statement, in the log of `member`.
pub fn place_in_log(member: &str, index: u64, statement: &Statement) -> types::StatementPlace {
    types::StatementPlace {
        statement: statement.id().to_string(),
        kind: statement.kind.kind.to_string(),
        issuer: statement.issuer.clone(),
        member: member.to_owned(),
        index,
        blob: statement.blob().map(|blob| blob.to_string()),
        visibility: narrow(statement.visibility),
    }
}

/// A visibility that is narrower than the club.
fn narrow(visibility: Visibility) -> Option<String> {
    let for_the_club = matches!(visibility, Visibility::Public | Visibility::Club);
    (!for_the_club).then(|| visibility.as_str().to_owned())
}
