/** Lines of prices and quotas: their names, which are shown first, and whether they need a logarithmic scale. */
import type { Figure, SeriesKey } from '../api/types';
import { asNumber } from './scales';

/** A line with its points. */
export interface Line {
  readonly id: string;
  readonly key: SeriesKey;
  readonly unit: string;
  readonly source: string;
  readonly points: readonly Figure[];
}

/** A name for a line within one chart, from the parts of its key and its source. */
export function lineId(key: SeriesKey, unit: string, source: string): string {
  return [key.measure, key.commodity, key.stage, key.form, key.substance, key.subject, unit, source].join('|');
}

/** Units of some lines, the one with the most points first. */
export function unitsOf(lines: readonly Line[]): string[] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line.unit, (counts.get(line.unit) ?? 0) + line.points.length);
  return [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
}

/** The lines that are shown until the reader chooses: those of the wanted commodities, else the longest; at most `most`. */
export function firstLines(lines: readonly Line[], wanted: ReadonlySet<string>, most: number): string[] {
  const fitting = lines.filter((line) => wanted.has(line.key.commodity));
  const from = fitting.length > 0 ? fitting : lines;
  return [...from]
    .sort((a, b) => b.points.length - a.points.length)
    .slice(0, most)
    .map((line) => line.id);
}

/** Whether the values span so much that small ones would lie on the axis. Never where one is nought or less. */
export function wantsLog(figures: Iterable<Figure>, span = 25): boolean {
  let least = Infinity;
  let most = 0;
  for (const figure of figures) {
    const value = asNumber(figure.value);
    if (value === undefined) continue;
    if (value <= 0) return false;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return most / least > span;
}
