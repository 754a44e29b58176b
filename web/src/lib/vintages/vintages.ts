/** What the page of vintages asks, and how it tells a change. */
import type { Figure, SeriesKey } from '../api/types';
import type { Times } from '../times';
import type { Change, Triangle, TriangleRow } from '../api/types-vintages';

const FIELDS = ['measure', 'commodity', 'stage', 'form', 'substance', 'mass_basis', 'subject'] as const;

/** A series as part of an address of this site. */
export function seriesName(key: SeriesKey): string {
  return FIELDS.map((field) => key[field] ?? '').join('|');
}

/** The question for a line. Empty fields are written out: a series without a subject is another than one with any. */
export function question(key: SeriesKey, area: string, times: Times, format = ''): string {
  const query = new URLSearchParams(FIELDS.map((field): [string, string] => [field, key[field] ?? '']));
  query.set('area', area);
  for (const [name, value] of Object.entries({ ...times, format })) if (value) query.set(name, value);
  return `vintages?${query}`;
}

/** The figures that a publication's revisions are computed from, as a file. */
export function behind(key: SeriesKey, times: Times): string {
  const query = new URLSearchParams(FIELDS.map((field): [string, string] => [field, key[field] ?? '']));
  for (const [name, value] of Object.entries(times)) if (value) query.set(name, value);
  return `/api/v1/observations?${query}&format=csv`;
}

/** Which way a change goes. */
export type Way = 'raised' | 'lowered' | 'unchanged';

export function way(change: Change): Way {
  const amount = Number(change.absolute);
  return amount > 0 ? 'raised' : amount < 0 ? 'lowered' : 'unchanged';
}

/** A sign that says the way without colour. */
export const SIGNS: Readonly<Record<Way, string>> = { raised: '▲', lowered: '▼', unchanged: '=' };

/** A point of a chart: a figure at the day on which its edition was published. */
export interface Point {
  period: string;
  day: string;
  value: number;
  figure: Figure;
  change: Change | null;
}

/** Periods with more than one vintage, the latest `most` of them, each with its points in the order of publication. */
export function moved(triangle: Triangle, most: number): { all: number; lines: Point[][] } {
  const twice = triangle.rows.filter((row) => row.cells.filter(Boolean).length > 1);
  return { all: twice.length, lines: twice.slice(-most).map((row) => points(triangle, row)) };
}

function points(triangle: Triangle, row: TriangleRow): Point[] {
  return row.cells.flatMap((cell, index) => {
    const edition = triangle.editions[index];
    if (!cell || !edition || cell.figure.value === null) return [];
    return [{ period: row.period, day: edition.published, value: Number(cell.figure.value), figure: cell.figure, change: cell.change }];
  });
}
