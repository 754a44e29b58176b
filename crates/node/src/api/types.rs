//! The wire types of `/api/v1`: what the pages, a notebook or a partner's program reads.
//!
//! Decimals travel as strings so that no reader's floating point changes a figure. Labels are not sent with figures: a
//! reader takes them, in its own language, from `/api/v1/vocabulary` by key.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One number of the twin as it is shown, with the handle that opens *where does this figure come from?*
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Figure {
    /// Decimal in `unit`; absent where nobody published one.
    pub value: Option<String>,
    /// Key of the unit (`t`, `percent`, `usd`, `index` …).
    pub unit: String,
    /// Substance counted where the figure is a contained mass (`REO`, `Li` …).
    pub substance: Option<String>,
    /// The period the figure is about, `2023`, `2023-Q1` or `2023-04`.
    pub period: String,
    /// `reported`, `estimated`, `projected`, `derived` or `general_knowledge`.
    pub basis: String,
    /// `at_least`, `rounded` or empty.
    pub qualifier: String,
    /// Opaque address of the figure: pass it to `/api/v1/provenance?figure=`.
    pub figure: String,
    /// How many sources give a figure for the same cell, the chosen one included; 0 for derived figures.
    pub sources: u32,
    /// Largest relative difference between those sources, as a fraction (`0.12` = 12 %); absent with fewer than two.
    pub spread: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// How many items the whole list has.
    pub total: u64,
    /// Offset of the first item of this page.
    pub offset: u64,
    /// The page size that was applied.
    pub limit: u64,
}

/// `GET /api/v1/node`: who answers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NodeInfo {
    /// Name of the club, from its charter.
    pub club: String,
    /// Charter id: SHA-256 of the charter's payload, hex.
    pub charter: String,
    /// This member's ISO 3166 alpha-3 code.
    pub member: String,
    /// This member's DID.
    pub did: String,
    /// Version of the software.
    pub version: String,
    /// All members in the charter's order.
    pub members: Vec<MemberInfo>,
    /// State of the twin at this node.
    pub twin: TwinState,
}

/// One member as this node sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MemberInfo {
    /// ISO 3166 alpha-3 code.
    pub member: String,
    /// DID.
    pub did: String,
    /// Base address of its node.
    pub address: String,
    /// The origin line of its log.
    pub origin: String,
    /// Verification key of its log (signed-note vkey).
    pub log_key: String,
    /// Entries of its log that this node holds.
    pub size: u64,
    /// When its log was last heard of (RFC 3339), absent if never.
    pub last_seen: Option<String>,
    /// Why its log could not be followed, in words, absent if it can.
    pub trouble: Option<String>,
}

/// `GET /api/v1/twin/digest`: what the twin is a function of, and its digest.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TwinState {
    /// `complete`, `incomplete` or `building`.
    pub state: String,
    /// Digest of the facts, hex; absent unless complete.
    pub digest: Option<String>,
    /// The cut.
    pub cut: CutInfo,
    /// Blobs that the cut needs and this node lacks, hex, with the statement that names each.
    pub missing: Vec<MissingBlob>,
    /// Number of observations.
    pub observations: u64,
    /// Number of sites.
    pub sites: u64,
    /// Number of notices.
    pub notices: u64,
    /// Statements logged but not interpreted: unknown kinds, versions or payloads, each with its reason.
    pub uninterpreted: u64,
}

/// A cut: the point in every member's log that a twin is a function of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CutInfo {
    /// Id of the cut: SHA-256 over the fields below, hex.
    pub id: String,
    /// Charter id, hex.
    pub charter: String,
    /// Tree size of each member's log, by member code.
    pub sizes: std::collections::BTreeMap<String, u64>,
    /// Digest of the vocabulary, hex.
    pub vocabulary: String,
    /// Version of the choice rules.
    pub rules: String,
}

/// A blob that is not here.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MissingBlob {
    /// SHA-256 of the blob, hex.
    pub blob: String,
    /// The statement that names it.
    pub statement: String,
    /// Member that issued it.
    pub member: String,
}

/// `GET /api/v1/overview?commodity=`: one line per stage.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Overview {
    /// The family or commodity asked for.
    pub commodity: String,
    /// The stages in the order of the chain.
    pub stages: Vec<StageLine>,
    /// Latest notices that name the commodity (newest first, at most 8).
    pub notices: Vec<Notice>,
}

/// One stage of the chain on the overview.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StageLine {
    /// Stage key.
    pub stage: String,
    /// Form key: what the stage makes.
    pub form: String,
    /// The series that stands for the stage; absent where nothing is published for it (say so, show the sites).
    pub series: Option<SeriesKey>,
    /// World total of the latest period with figures.
    pub world: Option<Figure>,
    /// How many countries `world` is the sum of, where the edition gives neither a world total nor a line for others: then
    /// it is no world total, and shares are shares of those listed. Absent otherwise.
    pub listed: Option<u32>,
    /// The three largest countries.
    pub top: Vec<CountryShare>,
    /// Herfindahl–Hirschman index, 0–10 000.
    pub hhi: Option<Figure>,
    /// N-1: the share of world supply that is left without the largest country, percent.
    pub n_minus_1: Option<Figure>,
    /// What the club's members hold together, and their share.
    pub club: Option<CountryShare>,
    /// World totals over time, oldest first (for a sparkline), projections left out.
    pub trend: Vec<Figure>,
    /// Change of the world total against the period before, percent.
    pub change: Option<Figure>,
    /// Number of sites with a process at this stage, and how many of them are operating.
    pub sites: SiteCount,
}

/// Count of sites.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SiteCount {
    /// All.
    pub total: u64,
    /// Of them operating.
    pub operating: u64,
}

/// What names a series: everything of an observation's key but area and period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeriesKey {
    /// Measure key.
    pub measure: String,
    /// Commodity key, empty where the measure has none.
    pub commodity: String,
    /// Stage key or empty.
    pub stage: String,
    /// Form key or empty.
    pub form: String,
    /// Substance key or empty.
    pub substance: String,
    /// `wet`, `dry`, `contained`, or empty where no mass is counted.
    pub mass_basis: String,
    /// Subject or empty (price grade, indicator key, HS code …).
    pub subject: String,
}

/// A country's figure with its share of the world.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CountryShare {
    /// ISO 3166 alpha-3, an aggregate (`OTH`), or `CLUB` for the members together.
    pub area: String,
    /// The figure.
    pub value: Figure,
    /// Share of the world total, percent.
    pub share: Figure,
}

/// `GET /api/v1/series?measure=&commodity=&stage=&form=&substance=&subject=&partner=`: a series by area over time, chosen figures.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Series {
    /// The series.
    pub key: SeriesKey,
    /// Unit of all figures.
    pub unit: String,
    /// Periods, oldest first.
    pub periods: Vec<String>,
    /// One line an area, largest (latest period) first; `figures` runs parallel to `periods`.
    pub areas: Vec<AreaLine>,
    /// World totals parallel to `periods`.
    pub world: Vec<Option<Figure>>,
    /// HHI parallel to `periods` (only where shares make sense).
    pub hhi: Vec<Option<Figure>>,
    /// Share of the largest country, percent, parallel to `periods`.
    pub largest_share: Vec<Option<Figure>>,
}

/// One area's line of a series.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AreaLine {
    /// Area code.
    pub area: String,
    /// Parallel to the periods of the series.
    pub figures: Vec<Option<Figure>>,
}

/// `GET /api/v1/balance?measure=&commodity=&stage=&form=&substance=&subject=&period=`: every source beside the chosen one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Balance {
    /// The series.
    pub key: SeriesKey,
    /// The period shown.
    pub period: String,
    /// Every period that has figures, oldest first.
    pub periods: Vec<String>,
    /// World total.
    pub world: Option<Figure>,
    /// Countries, largest first.
    pub rows: Vec<BalanceRow>,
    /// HHI.
    pub hhi: Option<Figure>,
    /// N-1.
    pub n_minus_1: Option<Figure>,
    /// The club together.
    pub club: Option<CountryShare>,
    /// Sources that have figures for the period; the chosen one first.
    pub sources: Vec<String>,
    /// The rule by which the first source was chosen, in words (en, fr).
    pub rule: Text,
}

/// One country of a balance.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BalanceRow {
    /// Area.
    pub area: String,
    /// The chosen figure; absent where only another source covers the country.
    pub chosen: Option<Figure>,
    /// Share of the chosen world total, percent.
    pub share: Option<Figure>,
    /// Figures of all sources, in the order of `Balance::sources`, absent where a source is silent.
    pub by_source: Vec<Option<Figure>>,
}

/// Two languages.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Text {
    /// English.
    pub en: String,
    /// French.
    pub fr: String,
}

/// `GET /api/v1/observations`: one published figure, as its source gave it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Observation {
    /// Digest of the fact, hex: its name everywhere.
    pub fact: String,
    /// The series it belongs to.
    pub key: SeriesKey,
    /// Area.
    pub area: String,
    /// Importer, for trade.
    pub partner: String,
    /// The figure in the unit its source used.
    pub value: Figure,
    /// Source key.
    pub source: String,
    /// Whether the rule chose it.
    pub chosen: bool,
    /// What a reader must know.
    pub note: String,
}

/// `GET /api/v1/provenance?figure=`: where a figure comes from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Provenance {
    /// The figure.
    pub value: Figure,
    /// The series, area and partner it is about.
    pub key: SeriesKey,
    /// Area.
    pub area: String,
    /// Importer, for trade.
    pub partner: String,
    /// `observation` (a source said it) or `share`, `hhi`, `n_minus_1`, `sum`, `change`, `count` (computed from others).
    pub quantity: String,
    /// How it was made, in words (en, fr): the choice rule, or the formula.
    pub explanation: Text,
    /// The observations it rests on (at most `inputs_total` of them are sent, 100 at most).
    pub inputs: Vec<ObservationTrace>,
    /// How many observations it rests on.
    pub inputs_total: u64,
    /// Other sources' figures for the same cell, which the rule did not choose.
    pub alternatives: Vec<ObservationTrace>,
}

/// An observation with its source and the statements that carry it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ObservationTrace {
    /// The observation.
    pub observation: Observation,
    /// Its source.
    pub source: Source,
    /// Every statement that says it (at least one), oldest log place first.
    pub statements: Vec<StatementPlace>,
}

/// A source's edition.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Source {
    /// Key of the edition.
    pub source: String,
    /// Publication series.
    pub series: String,
    /// Edition.
    pub edition: String,
    /// Title.
    pub title: String,
    /// Publisher.
    pub publisher: String,
    /// Address, empty if none.
    pub url: String,
    /// Licence.
    pub licence: String,
    /// Line that must be shown with the figures.
    pub attribution: String,
    /// Publication day.
    pub published: String,
    /// `exact` or `assumed`.
    pub published_basis: String,
    /// Day of retrieval.
    pub retrieved: String,
}

/// A statement's place in its member's log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StatementPlace {
    /// Statement id: SHA-256 of its bytes, hex.
    pub statement: String,
    /// Kind.
    pub kind: String,
    /// Issuer's DID.
    pub issuer: String,
    /// Member whose log holds it.
    pub member: String,
    /// Index in that log.
    pub index: u64,
    /// Digest of the blob that holds the payload, if it is not inside the statement.
    pub blob: Option<String>,
}

/// `GET /api/v1/statements/{id}`: a statement decoded for people.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StatementView {
    /// Where it is.
    pub place: StatementPlace,
    /// Version of its kind.
    pub version: u32,
    /// Visibility class.
    pub visibility: String,
    /// Subject (a URI).
    pub subject: String,
    /// Valid time: first and last day the payload is about, where it says so.
    pub valid: Option<(String, String)>,
    /// Hex of the key id that signed it.
    pub key_id: String,
    /// Whether it was interpreted, and if not, why.
    pub status: String,
    /// Payload (JSON), absent where it is a large blob: then fetch `/api/v1/blobs/{digest}`.
    pub payload: Option<serde_json::Value>,
    /// Size of the payload, bytes.
    pub payload_bytes: u64,
    /// When this node recorded it (RFC 3339).
    pub recorded: String,
}

/// `GET /api/v1/statements/{id}/proof`: everything a browser needs to check the statement's place by itself.
///
/// Raw bytes of the statement: `/api/v1/statements/{id}/cose`. Leaf hash = SHA-256(0x00 ‖ bytes); fold the path per
/// RFC 9162 §2.1.3.2; compare with the root in the checkpoint; verify the checkpoint's Ed25519 signature.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InclusionProof {
    /// Member whose log it is.
    pub member: String,
    /// Index of the leaf.
    pub index: u64,
    /// Tree size of the checkpoint.
    pub size: u64,
    /// Leaf hash, hex.
    pub leaf: String,
    /// Audit path, hex, leaf to root.
    pub path: Vec<String>,
    /// The signed checkpoint (signed note text).
    pub checkpoint: String,
    /// The log's vkey from the charter.
    pub log_key: String,
    /// The key that signed the statement (Ed25519 public key, hex), from the charter.
    pub statement_key: String,
}

/// `GET /api/v1/sites`: one site in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Site {
    /// Site key (end of its URI).
    pub site: String,
    /// URI.
    pub uri: String,
    /// Name.
    pub name: String,
    /// Country.
    pub country: String,
    /// Town or region.
    pub place: String,
    /// Latitude, longitude in degrees, WGS 84.
    pub point: Option<Point>,
    /// Operator.
    pub operator: String,
    /// Owners.
    pub owners: Vec<Owner>,
    /// Status.
    pub status: String,
    /// Processes.
    pub processes: Vec<Process>,
    /// Statement that registers it.
    pub statement: StatementPlace,
}

/// A point on the map.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Point {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// `site`, `town`, `district`, `region`.
    pub precision: String,
}

/// An owner.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Owner {
    /// Name.
    pub name: String,
    /// Share in percent, where published.
    pub share: Option<String>,
}

/// A process of a site.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Process {
    /// Commodity.
    pub commodity: String,
    /// Stage.
    pub stage: String,
    /// Main product's form, may be empty.
    pub form: String,
    /// Nameplate capacity a year.
    pub capacity: Option<Figure>,
    /// Status.
    pub status: String,
    /// Start.
    pub start: String,
    /// Note.
    pub note: String,
}

/// `GET /api/v1/sites/{site}`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SitePage {
    /// The site.
    pub site: Site,
    /// Its source.
    pub sources: Vec<Source>,
    /// Notices that name its country and one of its commodities.
    pub notices: Vec<Notice>,
    /// Other sites of the same country and commodity (at most 12).
    pub neighbours: Vec<Site>,
}

/// A notice.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    /// Key.
    pub notice: String,
    /// First day.
    pub date: String,
    /// Last day or empty.
    pub end_date: String,
    /// Type key.
    #[serde(rename = "type")]
    pub notice_type: String,
    /// Countries that act.
    pub actors: Vec<String>,
    /// Commodities.
    pub commodities: Vec<String>,
    /// Countries affected.
    pub affected: Vec<String>,
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// `high`, `medium`, `low`.
    pub confidence: String,
    /// Basis.
    pub basis: String,
    /// Source.
    pub source: Source,
    /// Statement.
    pub statement: StatementPlace,
}

/// `GET /api/v1/flows?commodity=&period=`: columns of a Sankey diagram.
///
/// Who ships what to whom between mines and refineries is not published, so each column is a stage in shares of its
/// world total, meeting in a pool between columns; the last pair of columns is real bilateral trade.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Flows {
    /// Commodity.
    pub commodity: String,
    /// Period asked for (or the latest).
    pub period: String,
    /// All periods for which at least one column has figures of that very period, oldest first.
    pub periods: Vec<String>,
    /// Columns from left to right.
    pub columns: Vec<FlowColumn>,
    /// Nodes.
    pub nodes: Vec<FlowNode>,
    /// Links.
    pub links: Vec<FlowLink>,
}

/// A column.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FlowColumn {
    /// `stage`, `pool`, `exporter`, `importer`.
    pub kind: String,
    /// Stage key or empty.
    pub stage: String,
    /// The series.
    pub series: Option<SeriesKey>,
    /// The period the column's figures are about: it may differ from the one asked for, and then must be shown.
    pub period: String,
    /// True where another period had to stand in.
    pub stand_in: bool,
}

/// A node.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FlowNode {
    /// Unique id.
    pub id: String,
    /// Index of its column.
    pub column: u32,
    /// Area code; empty for a pool.
    pub area: String,
}

/// A link.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FlowLink {
    /// Id of the node it leaves.
    pub source: String,
    /// Id of the node it enters.
    pub target: String,
    /// Width: share of the world total of the column's stage, percent (0–100).
    pub share: f64,
    /// The figure behind it. A band of several countries has no number of its own: its `value` is absent and its address
    /// is that of the whole it is a share of.
    pub value: Figure,
}

/// `GET /api/v1/prices?commodity=`: price series of a commodity and its elements.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Prices {
    /// Commodity asked for.
    pub commodity: String,
    /// The series; one line a product, periods may differ.
    pub lines: Vec<PriceLine>,
}

/// One price line.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PriceLine {
    /// The series.
    pub key: SeriesKey,
    /// Unit.
    pub unit: String,
    /// Source series.
    pub source: String,
    /// Points, oldest first.
    pub points: Vec<Figure>,
}

/// `GET /api/v1/composition?commodity=`: which deposits give which elements.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Composition {
    /// Commodity.
    pub commodity: String,
    /// Elements in periodic order (commodity keys).
    pub elements: Vec<String>,
    /// Deposits.
    pub deposits: Vec<DepositLine>,
}

/// A deposit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DepositLine {
    /// Name.
    pub deposit: String,
    /// Country.
    pub area: String,
    /// Note (mineral type).
    pub note: String,
    /// Share of the total rare-earth oxide in percent, parallel to the elements.
    pub shares: Vec<Option<Figure>>,
    /// Sum of the shares as published.
    pub sum: String,
}

/// `GET /api/v1/countries/{iso3}`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CountryPage {
    /// Code.
    pub area: String,
    /// Whether it is a member of the club.
    pub member: bool,
    /// Where the country stands in each commodity and stage: latest figure and share, largest share first.
    pub positions: Vec<CountryPosition>,
    /// Indicators: latest figure each.
    pub indicators: Vec<Observation>,
    /// Trade of the latest year: exports by HS code and partner, largest first (at most 20).
    pub exports: Vec<Observation>,
    /// Imports likewise.
    pub imports: Vec<Observation>,
    /// Sites.
    pub sites: Vec<Site>,
    /// Notices in which it acts or is affected (newest first, at most 20).
    pub notices: Vec<Notice>,
}

/// A country's place in a stage.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CountryPosition {
    /// The series.
    pub key: SeriesKey,
    /// The figure.
    pub value: Figure,
    /// Share of the world, percent.
    pub share: Figure,
    /// Rank among countries, 1 = largest.
    pub rank: u32,
}

/// `GET /api/v1/countries`: one row a country that appears anywhere in the twin.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CountryRow {
    /// Code.
    pub area: String,
    /// Whether it is a member.
    pub member: bool,
    /// Sites.
    pub sites: u64,
    /// Stages in which it is among the three largest, as `commodity/stage`.
    pub leads: Vec<String>,
}

/// `GET /api/v1/map?commodity=&stage=`: shares that shade the countries.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MapShares {
    /// The series shown; absent where none is published for the stage.
    pub series: Option<SeriesKey>,
    /// Period.
    pub period: String,
    /// Countries.
    pub shares: Vec<CountryShare>,
}
