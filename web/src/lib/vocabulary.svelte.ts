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
  | 'end_uses'
  | 'notice_types';

interface Index {
  raw: Vocabulary;
  labels: Record<TermKind, Map<string, Text>>;
  countries: Map<string, CountryTerm>;
  byNumeric: Map<string, CountryTerm>;
}

/** Members up to which a basket is one of few elements. */
const FEW = 4;

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
      end_uses: table(raw.end_uses),
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

/** Whether a customs code holds other goods beside those of its mineral: its trade is then not the mineral's alone. */
export function isWider(hs: string): boolean {
  const wider = index?.raw.hs_codes.find((code) => code.hs === hs)?.wider;
  return wider === true || wider === 'yes';
}

export function description(kind: 'stages' | 'forms', key: string): string {
  const term = index?.raw[kind].find((entry) => entry.key === key);
  return term ? pick(term.description) : '';
}

/** The name of a country, an aggregate, the club, or of all but some countries (`!CHN,USA`). */
export function areaName(area: string): string {
  if (area === 'CLUB') return t('shell.club_members');
  if (area.startsWith('!')) return t('shell.all_but', { names: area.slice(1).split(',').map(areaName).join(', ') });
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

/** The families that an element or a basket belongs to; none for a family. */
export function familiesOf(key: string): string[] {
  const term = commodity(key);
  if (!term || term.kind === 'family') return [];
  const families = term.members.length > 0 ? term.members.map((member) => commodity(member)?.family || member) : [term.family];
  return [...new Set(families)].filter((family) => family !== '' && family !== key);
}

/** The commodities under which what concerns this one may be registered: itself, its family, its members and its baskets. */
export function kindred(key: string): ReadonlySet<string> {
  const terms = index?.raw.commodities ?? [];
  const own = commodity(key);
  const related = own?.kind === 'family' ? terms.filter((term) => term.family === key) : terms.filter((term) => term.members.includes(key));
  return new Set([key, ...(own?.members ?? []), ...familiesOf(key), ...related.map((term) => term.key)]);
}

/** Elements that the strongest demand is for: the members of a family's baskets of few elements. */
export function soughtElements(family: string): ReadonlySet<string> {
  const few = (index?.raw.commodities ?? []).filter((term) => term.kind === 'basket' && term.family === family && term.members.length <= FEW);
  return new Set(few.flatMap((term) => term.members));
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
