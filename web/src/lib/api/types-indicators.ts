/** The wire types of `GET /api/v1/indicators`. */
import type { Figure, SeriesKey, Source, Text } from './types';

export interface Indicators {
  commodity: string;
  /** What there is of each stage of the chain. */
  stages: IndicatorStage[];
  cells: IndicatorCell[];
  total: number;
  offset: number;
  limit: number;
  control: StageControl[];
  formulas: IndicatorFormula[];
  /** What the keys in `missing` and `takes` say. */
  notes: { key: string; text: Text }[];
  series: SeriesKey[];
  sources: Source[];
}

export interface IndicatorStage {
  stage: string;
  /** Quantities that have a value for anybody in any year. */
  quantities: string[];
  years: string[];
}

/** One index of one importer and year: a value with its error, or the cause why there is none. */
export interface IndicatorCell {
  quantity: string;
  commodity: string;
  stage: string;
  /** Importer; empty where the index is about the world. */
  area: string;
  partner: string;
  period: string;
  projected: boolean;
  value: Figure | null;
  /** Standard deviation in the value's unit. */
  deviation: string | null;
  /** `at_most`, `at_least` or empty. */
  bound: string;
  missing: string;
  takes: string[];
  /** The one of `takes` that must stand beside the value; else empty. */
  caveat: string;
  /** Of a European supply risk: whether this stage counts. */
  decides: boolean | null;
  inputs: number;
  rests_on: number[];
}

/** A number with its error. */
export interface MeasuredFigure {
  value: Figure;
  deviation: string;
  bound: string;
  takes: string[];
}

export interface StageControl {
  stage: string;
  substance: string;
  mass_basis: string;
  sites: number;
  counted: number;
  missing: string;
  known: MeasuredFigure | null;
  hhi_by_place: MeasuredFigure | null;
  hhi_by_owner: MeasuredFigure | null;
  by_place: Holding[];
  by_owner: Holding[];
}

export interface Holding {
  holder: string;
  share: MeasuredFigure;
}

export interface IndicatorFormula {
  quantity: string;
  name: Text;
  words: Text;
  symbols: string;
  source: string;
}
