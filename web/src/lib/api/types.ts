/**
 * The wire types of `/api/v1`, as the node's `api/types.rs` declares them.
 *
 * Decimals travel as strings; labels are looked up by key in the vocabulary.
 */
import type { StatementPlace } from './types-node';

export type * from './types-audit';
export type * from './types-governance';
export type * from './types-indicators';
export type * from './types-node';
export type * from './types-reconciled';
export type * from './types-vocabulary';

/** One number of the twin as it is shown, with the handle that opens its provenance. */
export interface Figure {
  /** Decimal in `unit`; null where no loaded source gives one. */
  value: string | null;
  unit: string;
  substance: string | null;
  /** `2023`, `2023-Q1` or `2023-04`; empty for a count of sites, which stands for now. */
  period: string;
  /** `reported`, `estimated`, `projected`, `derived` or `general_knowledge`. */
  basis: string;
  /** `at_least`, `rounded` or empty. */
  qualifier: string;
  /** Opaque address: pass it to `/api/v1/provenance?figure=`. */
  figure: string;
  /** Sources that give a figure for the cell; 0 for derived figures. */
  sources: number;
  /** How far those sources are apart: the largest figure minus the smallest, as a fraction of the largest. */
  spread: string | null;
  /** Key of the edition that gives it, or on whose figures alone it was computed; empty where no one edition is behind it (a number of sites). */
  source: string;
}

export interface Page<T> {
  items: T[];
  total: number;
  offset: number;
  limit: number;
}

export interface Overview {
  commodity: string;
  stages: StageLine[];
  notices: Notice[];
  /** Every edition behind the figures sent. */
  sources: Source[];
}

/**
 * How many countries a "world" figure is the sum of, where the edition gives neither a world total nor a remainder; null
 * where it does.
 */
export type Listed = number | null;

export interface StageLine {
  stage: string;
  form: string;
  series: SeriesKey | null;
  world: Figure | null;
  listed: Listed;
  top: CountryShare[];
  hhi: Figure | null;
  n_minus_1: Figure | null;
  club: CountryShare | null;
  trend: Figure[];
  change: Figure | null;
  sites: SiteCount;
}

export interface SiteCount {
  total: Figure;
  operating: Figure;
}

/** Everything of an observation's key but area and period. */
export interface SeriesKey {
  measure: string;
  commodity: string;
  stage: string;
  form: string;
  substance: string;
  /** `wet`, `dry` or `contained`; empty where the unit is no mass. */
  mass_basis?: string;
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
  /** Parallel to `periods`. */
  listed: Listed[];
  /** Parallel to `periods`: the country that leads and is left out, so that there is no total and no share. */
  left_out: (string | null)[];
  /** Key of the edition chosen for each period, parallel to `periods`. */
  editions: string[];
  /** Every edition behind the figures sent. */
  sources: Source[];
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
  listed: Listed;
  /** The country that leads and is left out, so that there is no total and no share. */
  left_out: string | null;
  /** The chosen edition first; `by_source` of each row is parallel to it. */
  sources: Source[];
  rule: Text;
  /** Cells to which statements give different values in one edition; `by_source` shows the first. Older nodes leave it out. */
  contradictions?: Contradiction[];
}

/** A cell of one edition to which statements give different values. */
export interface Contradiction {
  area: string;
  partner: string;
  source: string;
  /** Each value once; the first is the one that is shown elsewhere. */
  figures: SaidFigure[];
}

/** A figure, and the members whose logs hold statements that say it. */
export interface SaidFigure {
  figure: Figure;
  members: string[];
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
  /** `observation`, `count`, or what was computed: `cell`, `world`, `share`, `hhi`, `n-1`, `club`, `club-share`, `largest-share`, `change`, `together`. */
  quantity: string;
  explanation: Text;
  inputs: ObservationTrace[];
  inputs_total: number;
  alternatives: ObservationTrace[];
  /** The sites that a count counted, the first of them. */
  sites: SiteTrace[];
  sites_total: number;
  /** The status that is counted; empty where any is. */
  sites_status: string;
}

/** A counted site, with the statement that registers it. */
export interface SiteTrace {
  site: string;
  name: string;
  country: string;
  status: string;
  source: Source;
  statement: StatementPlace;
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
  share: Figure | null;
  /** What the share rests on. */
  basis: string;
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
  title: Text;
  description: Text;
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
  /** Every edition behind the figures sent. */
  sources: Source[];
}

export interface FlowColumn {
  /** `stage`, `pool`, `exporter`, `importer`. */
  kind: string;
  stage: string;
  series: SeriesKey | null;
  period: string;
  stand_in: boolean;
  listed: Listed;
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
  /** Lines there are, sent or not. */
  total: number;
  /** Every edition behind the figures sent. */
  sources: Source[];
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
  /** Deposits there are, sent or not. */
  total: number;
  /** Every edition behind the figures sent. */
  sources: Source[];
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
  /** Every edition behind the figures sent. */
  sources: Source[];
}

export interface CountryPosition {
  key: SeriesKey;
  value: Figure;
  share: Figure;
  /** 1 = largest. */
  rank: number;
  listed: Listed;
}

export interface CountryRow {
  area: string;
  member: boolean;
  sites: Figure;
  /** Stages with a world total in which it is among the three largest, as `commodity/stage`. */
  leads: string[];
}

export interface MapShares {
  series: SeriesKey | null;
  period: string;
  shares: CountryShare[];
  listed: Listed;
  /** Every edition behind the figures sent. */
  sources: Source[];
}
