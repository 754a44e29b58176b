//! From statements to a twin.

mod overlay;

pub use overlay::OverlayBuilder;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use didymium_statement::payload::{Notice, Observation, Retract, Site, Source, StatisticTable, Supersede};
use didymium_statement::{Digest, Kind, KindVersion, PayloadRef, Statement, StatementError, StatementId};
use didymium_vocabulary::{Decimal, Dimension, Vocabulary};

use crate::assembly::{SeriesName, one_a_key, series_with_figures};
use crate::cut::Cut;
use crate::digest;
use crate::fact::{Fact, NoticeRecord, SiteRecord, StatementRef};
use crate::intern::Interner;
use crate::series::{SeriesId, SeriesKey};
use crate::twin::{Completeness, MissingBlob, Twin};
use crate::withdrawn::{Withdrawal, WithdrawnFact};

/// Takes the statements of a cut, in any order, and gives the twin. The caller has verified their signatures.
///
/// Statements may be added in any order, and after a twin was taken of them ([`TwinBuilder::twin_at`]) more may follow.
#[derive(Debug, Clone)]
pub struct TwinBuilder {
    vocabulary: &'static Vocabulary,
    texts: Interner,
    /// What many statements have in common: members, issuers, kinds, reasons.
    names: Interner,
    series: Vec<SeriesDraft>,
    series_ids: HashMap<SeriesKey, SeriesId>,
    facts: Vec<Fact>,
    fact_places: HashMap<Digest, usize>,
    sources: HashMap<Digest, Arc<Source>>,
    sites: Vec<(Digest, SiteRecord)>,
    notices: Vec<(Digest, NoticeRecord)>,
    /// Withdrawals by (issuer, target); they count only against statements of the same issuer.
    withdrawals: BTreeMap<(Arc<str>, StatementId), Arc<Withdrawal>>,
    missing: Vec<MissingBlob>,
    /// How many statements were added of each member's log, and how many of all were not interpreted. They are counted and
    /// not listed: a log may hold millions that say nothing of the chain, and what a twin takes grows with what is said.
    statements: BTreeMap<String, u64>,
    uninterpreted: u64,
}

#[derive(Debug, Clone)]
struct SeriesDraft {
    name: SeriesName,
    /// Where it is first spoken of: series stand in this order, whatever order the logs were read in.
    first: Row,
}

/// A row of a table: member whose log holds it, index there, row.
type Row = (Arc<str>, u64, usize);

impl TwinBuilder {
    /// Nothing yet.
    pub fn new(vocabulary: &'static Vocabulary) -> Self {
        Self {
            vocabulary,
            texts: Interner::default(),
            names: Interner::default(),
            series: Vec::new(),
            series_ids: HashMap::new(),
            facts: Vec::new(),
            fact_places: HashMap::new(),
            sources: HashMap::new(),
            sites: Vec::new(),
            notices: Vec::new(),
            withdrawals: BTreeMap::new(),
            missing: Vec::new(),
            statements: BTreeMap::new(),
            uninterpreted: 0,
        }
    }

    /// Adds the statement that stands at `index` of `member`'s log. `blob` is the payload named by digest, if the caller
    /// has it; without it the twin will be incomplete.
    pub fn add(
        &mut self,
        member: &str,
        index: u64,
        recorded_ms: i64,
        statement: &Statement,
        blob: Option<&[u8]>,
    ) {
        let place = self.place(member, index, recorded_ms, statement);
        match self.statements.get_mut(member) {
            Some(count) => *count += 1,
            None => {
                self.statements.insert(member.to_owned(), 1);
            }
        }
        self.interpret(&place, statement, blob);
    }

    /// Looks again for the payloads that were missing: `find` answers the statement with its payload, or nothing if that is
    /// still not here. After an error the builder is good for nothing more.
    ///
    /// # Errors
    /// Those of `find`.
    pub fn look_again<E>(
        &mut self,
        mut find: impl FnMut(&MissingBlob) -> Result<Option<(Statement, Vec<u8>)>, E>,
    ) -> Result<(), E> {
        for missing in std::mem::take(&mut self.missing) {
            match find(&missing)? {
                Some((statement, blob)) => self.interpret(&missing.statement, &statement, Some(&blob)),
                None => self.missing.push(missing),
            }
        }
        Ok(())
    }

    /// Why a twin does not interpret a statement, in words; nothing if it does, or would if it had the payload.
    pub fn why_uninterpreted(
        vocabulary: &'static Vocabulary,
        statement: &Statement,
        blob: Option<&[u8]>,
    ) -> Option<String> {
        let mut alone = Self::new(vocabulary);
        let place = alone.place("", 0, 0, statement);
        alone.try_interpret(&place, statement, blob).err()
    }

    fn place(
        &mut self,
        member: &str,
        index: u64,
        recorded_ms: i64,
        statement: &Statement,
    ) -> Arc<StatementRef> {
        Arc::new(StatementRef {
            member: self.names.share(member),
            index,
            id: statement.id(),
            kind: self.names.share(&statement.kind.kind.to_string()),
            issuer: self.names.share(&statement.issuer),
            blob: statement.blob().map(Box::new),
            recorded_ms,
            visibility: statement.visibility,
        })
    }

    fn interpret(&mut self, place: &Arc<StatementRef>, statement: &Statement, blob: Option<&[u8]>) {
        if self.try_interpret(place, statement, blob).is_err() {
            self.uninterpreted += 1;
        }
    }

    fn try_interpret(
        &mut self,
        place: &Arc<StatementRef>,
        statement: &Statement,
        blob: Option<&[u8]>,
    ) -> Result<(), String> {
        if !place.is_for_the_club() {
            // What a member knows of its own operators is an overlay of its own and never enters the club's twin.
            return Err(format!(
                "visibility `{}`: not part of the club's twin",
                statement.visibility.as_str()
            ));
        }
        match statement.payload_bytes(blob) {
            Ok(Some(payload)) => self.read(place, statement, payload),
            Ok(None) => {
                self.lack(place, statement);
                Ok(())
            }
            // Bytes that are not those the statement names are as good as none: never another figure.
            Err(_) if matches!(statement.payload, PayloadRef::Blob(_)) => {
                self.lack(place, statement);
                Ok(())
            }
            Err(error) => Err(error.to_string()),
        }
    }

    fn lack(&mut self, place: &Arc<StatementRef>, statement: &Statement) {
        if let PayloadRef::Blob(blob) = statement.payload {
            self.missing.push(MissingBlob {
                blob,
                statement: Arc::clone(place),
            });
        }
    }

    fn read(
        &mut self,
        place: &Arc<StatementRef>,
        statement: &Statement,
        payload: &[u8],
    ) -> Result<(), String> {
        let KindVersion { kind, version } = &statement.kind;
        if *version != 1 {
            return Err(format!(
                "version {version} of kind `{kind}` is not known to this software"
            ));
        }
        let told = |error: StatementError| error.to_string();
        match kind {
            // Evidence is about a log, and a release about who has seen what: neither about the chain of supply.
            Kind::Genesis | Kind::Evidence | Kind::Release => Ok(()),
            Kind::Statistic => self.read_statistic(place, payload).map_err(told),
            Kind::Site => {
                let site = Site::parse(payload, self.vocabulary).map_err(told)?;
                let digest = digest::of_payload("site", &site).ok_or("the site cannot be encoded")?;
                self.sites.push((
                    digest,
                    SiteRecord {
                        site,
                        uri: statement.subject.clone(),
                        statement: Arc::clone(place),
                    },
                ));
                Ok(())
            }
            Kind::Notice => {
                let notice = Notice::parse(payload, self.vocabulary).map_err(told)?;
                let digest = digest::of_payload("notice", &notice).ok_or("the notice cannot be encoded")?;
                self.notices.push((
                    digest,
                    NoticeRecord {
                        notice,
                        statement: Arc::clone(place),
                    },
                ));
                Ok(())
            }
            Kind::Retract => {
                let retract = Retract::parse(payload).map_err(told)?;
                self.withdraw(place, retract.target, None, &retract.reason);
                Ok(())
            }
            Kind::Supersede => {
                let supersede = Supersede::parse(payload).map_err(told)?;
                self.withdraw(
                    place,
                    supersede.target,
                    Some(supersede.replacement),
                    &supersede.reason,
                );
                Ok(())
            }
            other => Err(format!("kind `{other}` is not known to this software")),
        }
    }

    /// Of several withdrawals of one statement the first that was recorded is told.
    fn withdraw(
        &mut self,
        place: &Arc<StatementRef>,
        target: StatementId,
        replacement: Option<StatementId>,
        reason: &str,
    ) {
        let withdrawal = Arc::new(Withdrawal {
            by: Arc::clone(place),
            replacement,
            reason: self.names.share(reason),
        });
        match self.withdrawals.entry((Arc::clone(&place.issuer), target)) {
            Entry::Vacant(free) => {
                free.insert(withdrawal);
            }
            Entry::Occupied(mut taken) => {
                if withdrawal.by.recorded_order() < taken.get().by.recorded_order() {
                    taken.insert(withdrawal);
                }
            }
        }
    }

    /// Reads a table whole or not at all.
    fn read_statistic(&mut self, place: &Arc<StatementRef>, payload: &[u8]) -> Result<(), StatementError> {
        let table = StatisticTable::parse(payload)?;
        let layout = table.layout();
        let mut observations = Vec::with_capacity(table.len());
        for row in 0..table.len() {
            let observation = table.observation(row, &layout, self.vocabulary)?;
            let canonical = canonical(&observation, self.vocabulary)?;
            observations.push((observation, canonical));
        }
        let source_digest = digest::of_source(&table.source);
        let source = Arc::clone(
            self.sources
                .entry(source_digest)
                .or_insert_with(|| Arc::new(table.source.clone())),
        );
        for (row, (observation, canonical)) in observations.into_iter().enumerate() {
            let row = (Arc::clone(&place.member), place.index, row);
            self.keep_fact(place, row, &observation, canonical, &source, &source_digest);
        }
        Ok(())
    }

    fn keep_fact(
        &mut self,
        place: &Arc<StatementRef>,
        row: Row,
        observation: &Observation<'_>,
        canonical: Decimal,
        source: &Arc<Source>,
        source_digest: &Digest,
    ) {
        let digest = digest::of_observation(observation, source_digest);
        if let Some(&known) = self.fact_places.get(&digest) {
            self.spoken_of(self.facts[known].series, row);
            let statements = &mut self.facts[known].statements;
            if !statements.iter().any(|other| other.id == place.id) {
                statements.push(Arc::clone(place));
            }
            return;
        }
        let series = self.series_of(observation, row);
        let fact = Fact {
            digest,
            series,
            area: self.texts.keep(observation.area),
            partner: self.texts.keep(observation.partner),
            period: observation.period,
            value: observation.value.normalize(),
            canonical,
            unit: self.texts.keep(observation.unit),
            qualifier: observation.qualifier,
            basis: observation.basis,
            note: self.texts.keep(observation.note),
            source: Arc::clone(source),
            statements: vec![Arc::clone(place)],
        };
        self.fact_places.insert(digest, self.facts.len());
        self.facts.push(fact);
    }

    fn spoken_of(&mut self, series: SeriesId, row: Row) {
        if let Some(draft) = self.series.get_mut(series.0 as usize)
            && row < draft.first
        {
            draft.first = row;
        }
    }

    fn series_of(&mut self, observation: &Observation<'_>, row: Row) -> SeriesId {
        let basis = observation
            .mass_basis
            .map_or("", didymium_vocabulary::MassBasis::key);
        let key = SeriesKey {
            measure: self.texts.keep(observation.measure),
            commodity: self.texts.keep(observation.commodity),
            stage: self.texts.keep(observation.stage),
            form: self.texts.keep(observation.form),
            substance: self.texts.keep(observation.substance),
            mass_basis: self.texts.keep(basis),
            subject: self.texts.keep(observation.subject),
        };
        if let Some(&id) = self.series_ids.get(&key) {
            self.spoken_of(id, row);
            return id;
        }
        let dimension = self
            .vocabulary
            .measure(observation.measure)
            .map_or(Dimension::Count, |measure| measure.dimension);
        let id = SeriesId(u32::try_from(self.series.len()).unwrap_or(u32::MAX));
        self.series.push(SeriesDraft {
            name: SeriesName { key, dimension },
            first: row,
        });
        self.series_ids.insert(key, id);
        id
    }

    /// Numbers texts and series anew, so that the numbers are those of the twin and not of the order of reading.
    fn number_in_order(&mut self) {
        let renumbering = self.texts.number_in_order();
        for fact in &mut self.facts {
            for symbol in [&mut fact.area, &mut fact.partner, &mut fact.unit, &mut fact.note] {
                renumbering.apply(symbol);
            }
        }
        for draft in &mut self.series {
            draft
                .name
                .key
                .symbols_mut()
                .into_iter()
                .for_each(|symbol| renumbering.apply(symbol));
        }
        let mut order: Vec<usize> = (0..self.series.len()).collect();
        let place = |draft: &SeriesDraft| (draft.first.clone(), draft.name.key);
        order.sort_by_cached_key(|old| place(&self.series[*old]));
        let mut number_of = vec![SeriesId(0); order.len()];
        for (number, old) in (0..).zip(&order) {
            number_of[*old] = SeriesId(number);
        }
        for fact in &mut self.facts {
            fact.series = number_of[fact.series.0 as usize];
        }
        self.series.sort_by_cached_key(place);
        self.series_ids = self
            .series
            .iter()
            .zip((0..).map(SeriesId))
            .map(|(draft, id)| (draft.name.key, id))
            .collect();
    }

    /// The twin of what was added, which is what `cut` names.
    pub fn twin_at(&self, cut: Cut) -> Twin {
        self.clone().finish(cut)
    }

    /// The twin of what was added, which is what `cut` names.
    pub fn finish(mut self, cut: Cut) -> Twin {
        self.number_in_order();
        let withdrawals = std::mem::take(&mut self.withdrawals);
        let withdrawal = |statement: &Arc<StatementRef>| {
            let by_name = (Arc::clone(&statement.issuer), statement.id);
            withdrawals.get(&by_name)
        };
        let live = |statement: &Arc<StatementRef>| withdrawal(statement).is_none();
        let mut withdrawn = Vec::new();
        for fact in &mut self.facts {
            fact.statements.sort();
            if withdrawals.is_empty() {
                continue;
            }
            withdrawn.extend(WithdrawnFact::of(fact, withdrawal));
            fact.statements.retain(live);
        }
        withdrawn.sort_unstable_by_key(|past| past.fact.digest);
        self.facts.retain(|fact| !fact.statements.is_empty());
        self.sites.retain(|(_, record)| live(&record.statement));
        self.notices.retain(|(_, record)| live(&record.statement));
        self.missing.retain(|missing| live(&missing.statement));
        self.missing
            .sort_by(|a, b| a.blob.cmp(&b.blob).then_with(|| a.statement.cmp(&b.statement)));
        self.missing.dedup_by_key(|missing| missing.blob);
        self.facts.sort_unstable_by_key(|fact| fact.digest);

        let mut displaced = Vec::new();
        let (sites, site_digests) = one_a_key(
            self.sites,
            |record| record.site.site.clone(),
            &mut displaced,
            |r| &r.statement,
        );
        let (notices, notice_digests) = one_a_key(
            self.notices,
            |record| record.notice.notice.clone(),
            &mut displaced,
            |r| &r.statement,
        );
        let completeness = if self.missing.is_empty() {
            let sorted = self
                .facts
                .iter()
                .map(|fact| fact.digest)
                .chain(site_digests)
                .chain(notice_digests);
            Completeness::Complete {
                digest: digest::of_state(&cut.vocabulary, cut.rules, sorted),
            }
        } else {
            Completeness::Incomplete {
                missing: self.missing,
            }
        };
        let names = self.series.into_iter().map(|draft| draft.name).collect();
        let series = series_with_figures(names, &self.facts, &self.texts, self.vocabulary);
        Twin::assemble(
            cut,
            self.vocabulary,
            completeness,
            self.texts,
            self.facts,
            (series, self.series_ids),
            sites,
            notices,
            displaced,
            self.statements,
            self.uninterpreted,
        )
        .with_withdrawn(withdrawn)
    }
}

fn canonical(observation: &Observation<'_>, vocabulary: &Vocabulary) -> Result<Decimal, StatementError> {
    let of = |source| StatementError::Vocabulary {
        field: "value",
        source,
    };
    let unit = vocabulary.require_unit(observation.unit).map_err(of)?;
    let factor = unit.require_factor().map_err(of)?;
    didymium_vocabulary::exact_mul(observation.value, factor)
        .map(|value| value.normalize())
        .map_err(of)
}
