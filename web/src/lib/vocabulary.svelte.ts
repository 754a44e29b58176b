import { get } from './api/client';
import type { ChainLink, CommodityTerm, CountryTerm, NoticeTypeTerm, Text, UnitTerm, Vocabulary } from './api/types';
import { has, pick, t } from './i18n/index.svelte';

/** The vocabulary's lists whose entries have labels. */
export type TermKind =
  | 'commodities'
  | 'stages'
  | 'forms'
  | 'substances'
  | 'measures'
  | 'units'
  | 'areas'
  | 'hs_codes'
  | 'notice_types';

interface Index {
  raw: Vocabulary;
  labels: Record<TermKind, Map<string, Text>>;
  countries: Map<string, CountryTerm>;
  byNumeric: Map<string, CountryTerm>;
}

let index = $state.raw<Index | undefined>();

function table(list: readonly { key: string; label: Text }[]): Map<string, Text> {
  return new Map(list.map((term) => [term.key, term.label]));
}

/** Loads the vocabulary once; pages are drawn after it. */
export async function loadVocabulary(): Promise<void> {
  const raw = await get<Vocabulary>('vocabulary');
  index = {
    raw,
    labels: {
      commodities: table(raw.commodities),
      stages: table(raw.stages),
      forms: table(raw.forms),
      substances: table(raw.substances),
      measures: table(raw.measures),
      units: table(raw.units),
      areas: table(raw.areas),
      hs_codes: new Map(raw.hs_codes.map((code) => [code.hs, code.label])),
      notice_types: table(raw.notice_types),
    },
    countries: new Map(raw.countries.map((country) => [country.iso3, country])),
    byNumeric: new Map(raw.countries.map((country) => [country.numeric.padStart(3, '0'), country])),
  };
}

export function vocabulary(): Vocabulary | undefined {
  return index?.raw;
}

/** The label of a key in the reader's language; the key itself where the vocabulary lacks it. */
export function label(kind: TermKind, key: string): string {
  const text = index?.labels[kind].get(key);
  return text ? pick(text) : key.replaceAll('_', ' ');
}

export function description(kind: 'stages' | 'forms', key: string): string {
  const term = index?.raw[kind].find((entry) => entry.key === key);
  return term ? pick(term.description) : '';
}

/** The name of a country, an aggregate or the club. */
export function areaName(area: string): string {
  if (area === 'CLUB') return t('shell.club_members');
  const country = index?.countries.get(area);
  return country ? pick(country.label) : label('areas', area);
}

export function country(area: string): CountryTerm | undefined {
  return index?.countries.get(area);
}

/** The country of an ISO 3166 numeric code (the ids of the world atlas). */
export function countryByNumeric(numeric: string): CountryTerm | undefined {
  return index?.byNumeric.get(numeric.padStart(3, '0'));
}

export function commodity(key: string): CommodityTerm | undefined {
  return index?.raw.commodities.find((term) => term.key === key);
}

export function unit(key: string): UnitTerm | undefined {
  return index?.raw.units.find((term) => term.key === key);
}

export function noticeType(key: string): NoticeTypeTerm | undefined {
  return index?.raw.notice_types.find((term) => term.key === key);
}

/** The stages of a commodity's chain, in order. */
export function chainOf(key: string): ChainLink[] {
  const family = commodity(key)?.family || key;
  return (index?.raw.chain ?? []).filter((link) => link.family === family).sort((a, b) => a.order - b.order);
}

/** The word for a status or a basis (`operating`, `estimated` …). */
export function word(prefix: 'status' | 'basis' | 'precision' | 'confidence', key: string): string {
  const name = `shell.${prefix}_${key}`;
  return has(name) ? t(name) : key.replaceAll('_', ' ');
}
