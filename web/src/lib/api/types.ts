/**
 * The wire types of `/api/v1`, as the node's `api/types.rs` declares them.
 *
 * Decimals travel as strings; labels are looked up by key in the vocabulary.
 */

/** One number of the twin as it is shown, with the handle that opens its provenance. */
export interface Figure {
  /** Decimal in `unit`; null where nobody published one. */
  value: string | null;
  unit: string;
  substance: string | null;
  /** `2023`, `2023-Q1` or `2023-04`. */
  period: string;
  /** `reported`, `estimated`, `projected`, `derived` or `general_knowledge`. */
  basis: string;
  /** `at_least`, `rounded` or empty. */
  qualifier: string;
  /** Opaque address: pass it to `/api/v1/provenance?figure=`. */
  figure: string;
  /** Sources that give a figure for the cell; 0 for derived figures. */
  sources: number;
  /** Largest relative difference between those sources as a fraction. */
  spread: string | null;
}

export interface Page<T> {
  items: T[];
  total: number;
  offset: number;
  limit: number;
}

export interface NodeInfo {
  club: string;
  charter: string;
  member: string;
  did: string;
  version: string;
  members: MemberInfo[];
  twin: TwinState;
}

export interface MemberInfo {
  member: string;
  did: string;
  address: string;
  origin: string;
  log_key: string;
  size: number;
  last_seen: string | null;
  trouble: string | null;
}

export interface TwinState {
  /** `complete`, `incomplete` or `building`. */
  state: string;
  digest: string | null;
  cut: CutInfo;
  missing: MissingBlob[];
  observations: number;
  sites: number;
  notices: number;
  uninterpreted: number;
}

export interface CutInfo {
  id: string;
  charter: string;
  sizes: Record<string, number>;
  vocabulary: string;
  rules: string;
}

export interface MissingBlob {
  blob: string;
  statement: string;
  member: string;
}

export interface Overview {
  commodity: string;
  stages: StageLine[];
  notices: Notice[];
}

export interface StageLine {
  stage: string;
  form: string;
  series: SeriesKey | null;
  world: Figure | null;
  /** How many countries `world` is the sum of, where the edition gives neither a world total nor a line for others. */
  listed?: number | null;
  top: CountryShare[];
  hhi: Figure | null;
  n_minus_1: Figure | null;
  club: CountryShare | null;
  trend: Figure[];
  change: Figure | null;
  sites: SiteCount;
}

export interface SiteCount {
  total: number;
  operating: number;
}

/** Everything of an observation's key but area and period. */
export interface SeriesKey {
  measure: string;
  commodity: string;
  stage: string;
  form: string;
  substance: string;
  subject: string;
}

export interface CountryShare {
  /** ISO 3166 alpha-3, an aggregate (`OTH`), or `CLUB`. */
  area: string;
  value: Figure;
  /** Share of the world total, percent. */
  share: Figure;
}

export interface Series {
  key: SeriesKey;
  unit: string;
  periods: string[];
  areas: AreaLine[];
  world: (Figure | null)[];
  hhi: (Figure | null)[];
  largest_share: (Figure | null)[];
}

export interface AreaLine {
  area: string;
  figures: (Figure | null)[];
}

export interface Balance {
  key: SeriesKey;
  period: string;
  periods: string[];
  world: Figure | null;
  rows: BalanceRow[];
  hhi: Figure | null;
  n_minus_1: Figure | null;
  club: CountryShare | null;
  sources: string[];
  rule: Text;
}

export interface BalanceRow {
  area: string;
  chosen: Figure | null;
  share: Figure | null;
  by_source: (Figure | null)[];
}

export interface Text {
  en: string;
  fr: string;
}

export interface Observation {
  fact: string;
  key: SeriesKey;
  area: string;
  partner: string;
  value: Figure;
  source: string;
  chosen: boolean;
  note: string;
}

export interface Provenance {
  value: Figure;
  key: SeriesKey;
  area: string;
  partner: string;
  /** `observation`, `share`, `hhi`, `n_minus_1`, `sum`, `change`, `count`. */
  quantity: string;
  explanation: Text;
  inputs: ObservationTrace[];
  inputs_total: number;
  alternatives: ObservationTrace[];
}

export interface ObservationTrace {
  observation: Observation;
  source: Source;
  statements: StatementPlace[];
}

export interface Source {
  source: string;
  series: string;
  edition: string;
  title: string;
  publisher: string;
  url: string;
  licence: string;
  attribution: string;
  published: string;
  published_basis: string;
  retrieved: string;
}

export interface StatementPlace {
  statement: string;
  kind: string;
  issuer: string;
  member: string;
  index: number;
  blob: string | null;
}

export interface StatementView {
  place: StatementPlace;
  version: number;
  visibility: string;
  subject: string;
  valid: [string, string] | null;
  key_id: string;
  status: string;
  payload: unknown;
  payload_bytes: number;
  recorded: string;
}

export interface InclusionProof {
  member: string;
  index: number;
  size: number;
  leaf: string;
  path: string[];
  checkpoint: string;
  log_key: string;
  statement_key: string;
}

export interface Site {
  site: string;
  uri: string;
  name: string;
  country: string;
  place: string;
  point: Point | null;
  operator: string;
  owners: Owner[];
  status: string;
  processes: Process[];
  statement: StatementPlace;
}

export interface Point {
  lat: number;
  lon: number;
  /** `site`, `town`, `district`, `region`. */
  precision: string;
}

export interface Owner {
  name: string;
  share: string | null;
}

export interface Process {
  commodity: string;
  stage: string;
  form: string;
  capacity: Figure | null;
  status: string;
  start: string;
  note: string;
}

export interface SitePage {
  site: Site;
  sources: Source[];
  notices: Notice[];
  neighbours: Site[];
}

export interface Notice {
  notice: string;
  date: string;
  end_date: string;
  type: string;
  actors: string[];
  commodities: string[];
  affected: string[];
  title: string;
  description: string;
  confidence: string;
  basis: string;
  source: Source;
  statement: StatementPlace;
}

export interface Flows {
  commodity: string;
  period: string;
  periods: string[];
  columns: FlowColumn[];
  nodes: FlowNode[];
  links: FlowLink[];
}

export interface FlowColumn {
  /** `stage`, `pool`, `exporter`, `importer`. */
  kind: string;
  stage: string;
  series: SeriesKey | null;
  period: string;
  stand_in: boolean;
}

export interface FlowNode {
  id: string;
  column: number;
  area: string;
}

export interface FlowLink {
  source: string;
  target: string;
  /** Share of the world total of the column's stage, percent (0–100). */
  share: number;
  value: Figure;
}

export interface Prices {
  commodity: string;
  lines: PriceLine[];
}

export interface PriceLine {
  key: SeriesKey;
  unit: string;
  source: string;
  points: Figure[];
}

export interface Composition {
  commodity: string;
  elements: string[];
  deposits: DepositLine[];
}

export interface DepositLine {
  deposit: string;
  area: string;
  note: string;
  shares: (Figure | null)[];
  sum: string;
}

export interface CountryPage {
  area: string;
  member: boolean;
  positions: CountryPosition[];
  indicators: Observation[];
  exports: Observation[];
  imports: Observation[];
  sites: Site[];
  notices: Notice[];
}

export interface CountryPosition {
  key: SeriesKey;
  value: Figure;
  share: Figure;
  /** 1 = largest. */
  rank: number;
}

export interface CountryRow {
  area: string;
  member: boolean;
  sites: number;
  /** Stages in which it is among the three largest, as `commodity/stage`. */
  leads: string[];
}

export interface MapShares {
  series: SeriesKey | null;
  period: string;
  shares: CountryShare[];
}

/** RFC 9457 problem details. */
export interface ProblemDetails {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  instance?: string;
}

/** `GET /api/v1/vocabulary`: every key with its labels. */
export interface Vocabulary {
  version: string;
  digest: string;
  commodities: CommodityTerm[];
  stages: DescribedTerm[];
  forms: DescribedTerm[];
  substances: SubstanceTerm[];
  measures: MeasureTerm[];
  units: UnitTerm[];
  countries: CountryTerm[];
  areas: Term[];
  hs_codes: HsTerm[];
  notice_types: NoticeTypeTerm[];
  chain: ChainLink[];
}

export interface Term {
  key: string;
  label: Text;
}
export interface DescribedTerm extends Term {
  description: Text;
}
export interface CommodityTerm extends Term {
  /** `family`, `element` or `basket`. */
  kind: string;
  family: string;
  symbol: string;
  members: string[];
  default_substance: string;
}
export interface SubstanceTerm extends Term {
  formula: string;
  element: string;
}
export interface MeasureTerm extends Term {
  dimension: string;
}
export interface UnitTerm extends Term {
  symbol: string;
  dimension: string;
  factor: string;
}
export interface CountryTerm {
  iso3: string;
  iso2: string;
  numeric: string;
  label: Text;
  region: string;
  lat: number | string;
  lon: number | string;
}
export interface HsTerm {
  hs: string;
  label: Text;
  commodity: string;
  stage: string;
  form: string;
  wider: boolean | string;
}
export interface NoticeTypeTerm extends Term {
  severity: string;
}
export interface ChainLink {
  family: string;
  order: number;
  stage: string;
  form: string;
  substance: string;
  /** The series that stands for the stage; null where none is published. */
  headline_measure: string | null;
  headline_commodity: string | null;
}
