/** Numbers that a page itself counts, or shows beside a figure: each says which figure tells where it comes from. */
import type { Figure, SeriesKey } from './api/types';

/** A number without an address of its own, and the handle of the figure whose provenance lists what it is made of. */
export interface Counted {
  readonly number: number;
  readonly of: string;
}

export function isCounted(value: unknown): value is Counted {
  return typeof value === 'object' && value !== null && 'of' in value;
}

/** Which sites are counted; what is absent or empty matches any. */
export interface SitesAsked {
  readonly commodity?: string;
  readonly stage?: string;
  readonly status?: string;
  readonly country?: string;
}

/** A count of sites as a figure: its provenance lists them. */
export function siteCount({ commodity = '', stage = '', status = '', country = '' }: SitesAsked, count: number): Figure {
  const figure = ['sites', commodity, stage, status, country].join('|');
  return { value: String(count), unit: 'count', substance: null, period: '', basis: 'derived', qualifier: '', figure, sources: 0, spread: null, source: '' };
}

/** Handle of a figure of a series; `area` is empty for the world, or a set such as `!CHN,USA`. */
export function seriesFigure(quantity: 'world' | 'together', key: SeriesKey, period: string, area = ''): string {
  return [quantity, key.measure, key.commodity, key.stage, key.form, key.substance, key.mass_basis ?? '', area, '', period, key.subject].join('|');
}

/** How many countries a sum is of: it opens the sum, which lists their figures. */
export function listedCount(listed: number, key: SeriesKey, period: string): Counted {
  return { number: listed, of: seriesFigure('world', key, period) };
}
