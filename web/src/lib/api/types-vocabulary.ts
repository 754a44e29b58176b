/** The wire types of the vocabulary. */
import type { Text } from './types';

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
  /** Uses of finished goods; the key is what sources call it. */
  end_uses: Term[];
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
