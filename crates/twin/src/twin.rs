//! The twin and the questions it answers.

mod published_by;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use didymium_statement::Digest;
use didymium_statement::payload::Source;
use didymium_vocabulary::{Decimal, Period, Vocabulary};
use jiff::civil::Date;

use crate::address::{FigureAddress, Quantity};
use crate::assembly;
use crate::balance::SITE;
use crate::cut::Cut;
use crate::fact::{Fact, FactId, NoticeRecord, SiteRecord, StatementRef};
use crate::figure::Figure;
use crate::indicators;
use crate::intern::{Interner, Symbol};
use crate::overlay::Scope;
use crate::series::{Edition, PeriodFigures, Series, SeriesId, SeriesKey};
use crate::withdrawn::WithdrawnFact;

/// Whether everything that the cut names was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completeness {
    /// It was: this is the digest of all facts.
    Complete {
        /// The digest.
        digest: Digest,
    },
    /// It was, but only what was published by a day is shown: a part of the facts has no digest of the whole.
    Restricted,
    /// It was not: figures may be missing, and there is no digest.
    Incomplete {
        /// What is missing, by digest.
        missing: Vec<MissingBlob>,
    },
}

/// A blob that the cut needs and the node does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingBlob {
    /// Its digest.
    pub blob: Digest,
    /// The statement that names it.
    pub statement: Arc<StatementRef>,
}

/// A statement that could be read, and whose place another one has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Displaced {
    /// The statement.
    pub statement: Arc<StatementRef>,
    /// Why, in words.
    pub reason: String,
}

/// The twin of a cut.
#[derive(Debug)]
pub struct Twin {
    cut: Cut,
    vocabulary: &'static Vocabulary,
    completeness: Completeness,
    texts: Interner,
    facts: Vec<Fact>,
    series: Vec<Series>,
    series_ids: HashMap<SeriesKey, SeriesId>,
    sites: BTreeMap<String, SiteRecord>,
    notices: BTreeMap<String, NoticeRecord>,
    displaced: Vec<Displaced>,
    /// How many statements count, by member code.
    statements: BTreeMap<String, u64>,
    /// How many of them could not be read.
    unread: u64,
    aggregates: BTreeSet<Symbol>,
    unions: BTreeMap<Symbol, BTreeSet<Symbol>>,
    members: BTreeSet<Symbol>,
    /// Every edition that anything comes from, by key.
    sources: Vec<Arc<Source>>,
    /// Series in the order of their names.
    series_by_name: Vec<SeriesId>,
    /// Sites in the order of their names, then keys.
    sites_by_name: Vec<String>,
    /// What counts no more, by digest of the fact.
    withdrawn: Vec<WithdrawnFact>,
    /// Set where only editions published by that day are shown.
    published_by: Option<Date>,
    scope: Scope,
}

impl Twin {
    #[expect(
        clippy::too_many_arguments,
        reason = "called once, by the builder, with all that a twin is made of"
    )]
    pub(crate) fn assemble(
        cut: Cut,
        vocabulary: &'static Vocabulary,
        completeness: Completeness,
        texts: Interner,
        facts: Vec<Fact>,
        (series, series_ids): (Vec<Series>, HashMap<SeriesKey, SeriesId>),
        sites: BTreeMap<String, SiteRecord>,
        notices: BTreeMap<String, NoticeRecord>,
        mut displaced: Vec<Displaced>,
        statements: BTreeMap<String, u64>,
        unread: u64,
    ) -> Self {
        let aggregates = assembly::aggregates(&texts, vocabulary);
        let unions = assembly::unions(&texts, vocabulary);
        let members = cut.sizes.keys().filter_map(|member| texts.find(member)).collect();
        let mut series_by_name: Vec<SeriesId> =
            (0..).zip(&series).map(|(place, _)| SeriesId(place)).collect();
        series_by_name.sort_by_key(|id| series[id.0 as usize].key);
        let mut sites_by_name: Vec<String> = sites.keys().cloned().collect();
        sites_by_name.sort_by_cached_key(|key| {
            (
                sites.get(key).map(|record| record.site.name.to_lowercase()),
                key.clone(),
            )
        });
        displaced.sort_by(|a, b| a.statement.cmp(&b.statement));
        let sources = every_source(&facts, &sites, &notices);
        Self {
            cut,
            vocabulary,
            completeness,
            texts,
            facts,
            series,
            series_ids,
            sites,
            notices,
            displaced,
            statements,
            unread,
            aggregates,
            unions,
            members,
            sources,
            series_by_name,
            sites_by_name,
            withdrawn: Vec::new(),
            published_by: None,
            scope: Scope::Club,
        }
    }

    /// The same twin as that of a member's overlay, with the overlay's digest in place of the club's.
    pub(crate) fn laid_over(self, digest: Option<Digest>, opened: u64) -> Self {
        let completeness = match (self.completeness, digest) {
            (Completeness::Complete { .. }, Some(digest)) => Completeness::Complete { digest },
            // Never the digest of facts that no club has.
            (Completeness::Complete { .. }, None) => Completeness::Restricted,
            (other, _) => other,
        };
        Self {
            completeness,
            scope: Scope::Overlay { opened },
            ..self
        }
    }

    /// Whose figures it is made of. What is not [`Scope::Club`] is private to one member and may be shown to nobody else.
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// The same twin with what counts no more, by digest of the fact.
    pub(crate) fn with_withdrawn(self, withdrawn: Vec<WithdrawnFact>) -> Self {
        Self { withdrawn, ..self }
    }

    /// The cut it is a function of.
    pub const fn cut(&self) -> &Cut {
        &self.cut
    }

    /// The vocabulary it is read with.
    pub const fn vocabulary(&self) -> &'static Vocabulary {
        self.vocabulary
    }

    /// Whether everything was there, and the digest if it was.
    pub const fn completeness(&self) -> &Completeness {
        &self.completeness
    }

    /// The digest of all facts; absent if the twin is incomplete, or restricted to a part of them.
    pub const fn digest(&self) -> Option<Digest> {
        match &self.completeness {
            Completeness::Complete { digest } => Some(*digest),
            Completeness::Restricted | Completeness::Incomplete { .. } => None,
        }
    }

    /// The blobs that the cut needs and the node does not have, if it lacks any.
    pub fn missing(&self) -> Option<&[MissingBlob]> {
        match &self.completeness {
            Completeness::Complete { .. } | Completeness::Restricted => None,
            Completeness::Incomplete { missing } => Some(missing),
        }
    }

    /// What was said and does not count any more, by digest of the fact. No figure rests on it.
    pub fn withdrawn(&self) -> &[WithdrawnFact] {
        &self.withdrawn
    }

    /// The day by which everything shown was published, if [`Twin::as_published_by`] made this twin.
    pub const fn published_by(&self) -> Option<Date> {
        self.published_by
    }

    /// All facts, ordered by digest.
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// A fact.
    pub fn fact(&self, id: FactId) -> &Fact {
        &self.facts[id.0 as usize]
    }

    /// The fact of that digest.
    pub fn fact_by_digest(&self, digest: &Digest) -> Option<&Fact> {
        self.facts
            .binary_search_by_key(digest, |fact| fact.digest)
            .ok()
            .map(|place| &self.facts[place])
    }

    /// All series with their ids.
    pub fn all_series(&self) -> impl Iterator<Item = (SeriesId, &Series)> {
        (0..).map(SeriesId).zip(&self.series)
    }

    /// A series.
    pub fn series(&self, id: SeriesId) -> &Series {
        &self.series[id.0 as usize]
    }

    /// The series of that name; `names` in the order measure, commodity, stage, form, substance, mass basis, subject.
    /// A `None` matches anything: the first series with figures that matches is given. Where no subject is named, one of the whole
    /// comes before one of a part, such as a deposit, and that before one of a single site: what somebody tells of a part does not
    /// take the place of the whole.
    pub fn find_series(&self, names: [Option<&str>; 7]) -> Option<SeriesId> {
        let part = |id: &SeriesId| match self.text(self.series(*id).key.subject) {
            "" => 0,
            subject if subject.starts_with(SITE) => 2,
            _ => 1,
        };
        self.matching_series(names).min_by_key(part)
    }

    /// Every series with figures that matches; see [`Twin::find_series`].
    pub fn matching_series<'a>(&'a self, names: [Option<&'a str>; 7]) -> impl Iterator<Item = SeriesId> + 'a {
        // A name the twin has never heard of matches nothing.
        let wanted = names.map(|name| name.map(|text| self.texts.find(text)));
        self.all_series()
            .filter(move |(_, series)| {
                !series.periods.is_empty()
                    && wanted
                        .iter()
                        .zip(series.key.symbols())
                        .all(|(want, has)| want.is_none_or(|symbol| symbol == Some(has)))
            })
            .map(|(id, _)| id)
    }

    /// The series of exactly that key.
    pub fn series_of_key(&self, key: &SeriesKey) -> Option<SeriesId> {
        self.series_ids.get(key).copied()
    }

    /// The text of a symbol.
    pub fn text(&self, symbol: Symbol) -> &str {
        self.texts.text(symbol)
    }

    /// The symbol of a text, if the twin knows it.
    pub fn symbol(&self, text: &str) -> Option<Symbol> {
        self.texts.find(text)
    }

    /// Texts of a series' key, in the order measure, commodity, stage, form, substance, mass basis, subject.
    pub fn key_texts(&self, id: SeriesId) -> [&str; 7] {
        self.series(id).key.symbols().map(|symbol| self.text(symbol))
    }

    /// Every edition that a figure, a site or a notice comes from, by key.
    pub fn sources(&self) -> &[Arc<Source>] {
        &self.sources
    }

    /// Series in the order of their names.
    pub fn series_by_name(&self) -> &[SeriesId] {
        &self.series_by_name
    }

    /// Sites in the order of their names.
    pub fn sites_by_name(&self) -> impl Iterator<Item = &SiteRecord> {
        self.sites_by_name.iter().filter_map(|key| self.sites.get(key))
    }

    /// Sites by key.
    pub const fn sites(&self) -> &BTreeMap<String, SiteRecord> {
        &self.sites
    }

    /// Notices by key.
    pub const fn notices(&self) -> &BTreeMap<String, NoticeRecord> {
        &self.notices
    }

    /// How many statements are logged and not interpreted. Why one is not,
    /// [`why_uninterpreted`](crate::TwinBuilder::why_uninterpreted) and [`displaced`](Self::displaced) tell.
    pub fn uninterpreted(&self) -> u64 {
        self.unread + self.displaced.len() as u64
    }

    /// Statements whose place others have taken, by member code and index.
    pub fn displaced(&self) -> &[Displaced] {
        &self.displaced
    }

    /// How many statements of each member's log count, by member code.
    pub const fn statements(&self) -> &BTreeMap<String, u64> {
        &self.statements
    }

    /// Symbols of the areas that are no countries.
    pub(crate) const fn unions(&self) -> &BTreeMap<Symbol, BTreeSet<Symbol>> {
        &self.unions
    }

    pub(crate) const fn aggregates(&self) -> &BTreeSet<Symbol> {
        &self.aggregates
    }

    /// Symbols of the club's members that any fact names.
    pub(crate) const fn members(&self) -> &BTreeSet<Symbol> {
        &self.members
    }

    /// Whether an area is an aggregate rather than a country.
    pub fn is_aggregate(&self, area: Symbol) -> bool {
        self.aggregates.contains(&area)
    }

    /// Whether an area is a member of the club.
    pub fn is_member(&self, area: Symbol) -> bool {
        self.members.contains(&area)
    }

    /// The latest period of a series whose chosen edition is not a projection; years win over shorter periods that start
    /// later only by their end.
    pub fn latest_period(&self, id: SeriesId) -> Option<Period> {
        let observed = |figures: &PeriodFigures| figures.chosen().is_some_and(|edition| !edition.projected);
        self.series(id)
            .periods
            .iter()
            .rev()
            .find(|(_, figures)| observed(figures))
            .map(|(period, _)| *period)
    }

    /// Countries of the chosen edition, largest first, in the canonical unit.
    pub fn ranking(&self, id: SeriesId, period: Period) -> Vec<(Symbol, Decimal)> {
        let Some(edition) = self.chosen(id, period) else {
            return Vec::new();
        };
        let mut countries = indicators::countries(edition, &self.aggregates, &self.facts);
        countries
            .sort_by(|(a, left), (b, right)| right.cmp(left).then_with(|| self.text(*a).cmp(self.text(*b))));
        countries
    }

    /// The chosen edition of a period.
    pub fn chosen(&self, id: SeriesId, period: Period) -> Option<&Edition> {
        self.series(id).periods.get(&period)?.chosen()
    }

    /// One area's figure in the chosen edition; with an empty `partner`, a trade flow is summed over partners.
    pub fn cell(&self, id: SeriesId, area: Symbol, partner: Symbol, period: Period) -> Option<Figure> {
        self.cell_in(id, self.chosen(id, period)?, area, partner, period)
    }

    /// One area's figure in an edition. A figure that one source gave is a fact's own; a sum over partners is derived.
    pub fn cell_in(
        &self,
        id: SeriesId,
        edition: &Edition,
        area: Symbol,
        partner: Symbol,
        period: Period,
    ) -> Option<Figure> {
        let rows = edition.of_area(area);
        if let Some((_, _, fact)) = rows.iter().find(|(_, p, _)| *p == partner) {
            return Some(self.published(*fact));
        }
        if partner != Symbol::EMPTY || rows.is_empty() {
            return None;
        }
        let total = indicators::area_total(edition, area, &self.facts)?;
        Some(self.derived(id, Quantity::Cell, self.text(area), "", period, total, true))
    }

    /// A published figure as its source gave it, in the unit the series is shown in.
    pub fn published(&self, id: FactId) -> Figure {
        self.as_figure(self.fact(id))
    }

    /// A fact as a figure, whether it still counts or not.
    pub(crate) fn as_figure(&self, fact: &Fact) -> Figure {
        let series = self.series(fact.series);
        let shown = self.shown(fact.series, fact.canonical);
        let (sources, spread) = self.disagreement(fact);
        Figure {
            value: if self.text(fact.unit) == series.unit {
                fact.value
            } else {
                shown
            },
            unit: series.unit.clone(),
            substance: self.text(series.key.substance).to_owned(),
            period: fact.period,
            basis: fact.basis,
            qualifier: fact.qualifier,
            address: FigureAddress::Fact(fact.digest),
            sources,
            spread,
        }
    }

    /// How many figures there are for a fact's cell, those of an edition that contradicts itself included, and how far they
    /// are apart.
    fn disagreement(&self, fact: &Fact) -> (u32, Option<Decimal>) {
        let Some(figures) = self.series(fact.series).periods.get(&fact.period) else {
            return (1, None);
        };
        let values: Vec<Decimal> = figures
            .editions
            .iter()
            .flat_map(|edition| edition.of_area(fact.area))
            .filter(|(_, partner, _)| *partner == fact.partner)
            .map(|(_, _, id)| self.fact(*id).canonical)
            .collect();
        let sources = u32::try_from(values.len()).unwrap_or(u32::MAX);
        let (Some(least), Some(most)) = (values.iter().min(), values.iter().max()) else {
            return (sources, None);
        };
        if values.len() < 2 || most.is_zero() {
            return (sources, None);
        }
        let spread = most
            .checked_sub(*least)
            .and_then(|gap| gap.checked_div(*most))
            .map(|spread| spread.round_dp(4).normalize());
        (sources, spread)
    }

    /// Whether figures of the series may be added over countries: masses and money may, prices and percentages not.
    pub fn adds_up(&self, id: SeriesId) -> bool {
        self.series(id).dimension.adds_up()
    }

    /// A canonical value in the unit the series is shown in.
    pub(crate) fn shown(&self, id: SeriesId, canonical: Decimal) -> Decimal {
        let factor = self
            .vocabulary
            .unit(&self.series(id).unit)
            .and_then(|unit| unit.require_factor().ok());
        match factor {
            Some(factor) if !factor.is_zero() => canonical
                .checked_div(factor)
                .unwrap_or(canonical)
                .round_dp(10)
                .normalize(),
            _ => canonical.normalize(),
        }
    }
}

/// Editions are shared between the facts that come from them, so each is looked at once.
fn every_source(
    facts: &[Fact],
    sites: &BTreeMap<String, SiteRecord>,
    notices: &BTreeMap<String, NoticeRecord>,
) -> Vec<Arc<Source>> {
    let mut of_facts: Vec<&Arc<Source>> = facts.iter().map(|fact| &fact.source).collect();
    of_facts.sort_by_key(|source| Arc::as_ptr(source));
    of_facts.dedup_by_key(|source| Arc::as_ptr(source));
    let of_sites = sites.values().map(|record| Arc::new(record.site.source.clone()));
    let of_notices = notices
        .values()
        .map(|record| Arc::new(record.notice.source.clone()));
    let all: BTreeSet<Arc<Source>> = of_facts
        .into_iter()
        .cloned()
        .chain(of_sites)
        .chain(of_notices)
        .collect();
    all.into_iter().collect()
}
