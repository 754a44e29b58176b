/** Lines of prices and quotas: their names, which are shown first, and whether they need a logarithmic scale. */
import type { Figure, SeriesKey } from '../api/types';
import { asNumber } from '../charts/scales';

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

/**
 * The lines that are shown until the reader chooses: all lines of the `most` products that have the most points, of the
 * wanted commodities where there are any. All of a product, because one source often tells only a few years of it. Where
 * there is one product alone, its `most` longest lines.
 */
export function firstLines(lines: readonly Line[], wanted: ReadonlySet<string>, most: number): string[] {
  const fitting = lines.filter((line) => wanted.has(line.key.commodity));
  const from = fitting.length > 0 ? fitting : lines;
  const points = new Map<string, number>();
  for (const line of from) points.set(line.key.commodity, (points.get(line.key.commodity) ?? 0) + line.points.length);
  const products = [...points.keys()].sort((a, b) => (points.get(b) ?? 0) - (points.get(a) ?? 0)).slice(0, most);
  const shown = from.filter((line) => products.includes(line.key.commodity));
  const longest = [...shown].sort((a, b) => b.points.length - a.points.length);
  return (products.length > 1 ? shown : longest.slice(0, most)).map((line) => line.id);
}

/** How a line is drawn: the number of its colour, and of its dashes. */
export interface Stroke {
  readonly colour: number;
  readonly dash: number;
}

/** Dashes that lines can be told apart by. */
const DASHES = 4;

/**
 * A stroke for each line: products have colours, and the lines of one product dashes. Where all are of one product, each
 * has a colour of its own, and every fifth the next dashes, for readers who see no colours.
 */
export function strokes(lines: readonly Line[]): Stroke[] {
  const products = [...new Set(lines.map((line) => line.key.commodity))];
  if (products.length < 2) return lines.map((_, index) => ({ colour: index, dash: Math.floor(index / DASHES) % DASHES }));
  const seen = new Map<string, number>();
  return lines.map((line) => {
    const before = seen.get(line.key.commodity) ?? 0;
    seen.set(line.key.commodity, before + 1);
    const colour = products.indexOf(line.key.commodity);
    return { colour, dash: (before + Math.floor(colour / DASHES)) % DASHES };
  });
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

/** Middle of a line's steps between points, times this, is still a step; a longer one is a gap. */
const GAP = 1.6;

/**
 * Numbers of the unbroken pieces of a line: where a step between two dates is much longer than the line's usual one,
 * figures are missing and the line must not be drawn through. `dates` run forward.
 */
export function pieces(dates: readonly Date[]): number[] {
  const steps = dates.slice(1).map((date, index) => date.getTime() - (dates[index] as Date).getTime());
  const usual = [...steps].sort((a, b) => a - b)[Math.floor((steps.length - 1) / 2)] ?? 0;
  let piece = 0;
  return dates.map((_, index) => {
    if (index > 0 && (steps[index - 1] as number) > usual * GAP) piece += 1;
    return piece;
  });
}

/** Ticks of a logarithmic scale from `least` to `most`: powers of ten, with twos and fives where there are few. */
export function logTicks(least: number, most: number): number[] {
  if (!(least > 0) || !(most >= least)) return [];
  const from = Math.floor(Math.log10(least));
  const to = Math.ceil(Math.log10(most));
  const leads = to - from <= 2 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = from; power <= to; power++) for (const lead of leads) ticks.push(lead * 10 ** power);
  return ticks.filter((tick) => tick >= 10 ** from && tick <= 10 ** to);
}
