/** Years in which a country that counts has no figure: nothing is known of it then, which is not nought. */
import * as Plot from '@observablehq/plot';
import type { Series } from '../api/types';
import { periodMiddle } from '../charts/period';
import { asNumber } from '../charts/scales';
import { AGGREGATES } from '../charts/colours';

/** Rank, in the nearest period with a figure, down to which a missing country is named. */
const NAMED = 3;
/** Part of all that is listed beside the gap, from which a country is so large that nothing is drawn through the gap. */
const LARGE = 0.1;

/** A run of periods without a figure of a country that was among the largest beside it. */
export interface Gap {
  readonly area: string;
  readonly periods: readonly string[];
  /** No later period has one either. */
  readonly open: boolean;
  /** In some of the periods the total is a sum of those listed, which then lacks the country. */
  readonly inSums: boolean;
  /** What is drawn stops for it: without so large a country the others would rise or sag. A smaller one only ends its own layer. */
  readonly large: boolean;
}

function leads(series: Series, area: string, index: number): boolean {
  const own = asNumber(series.areas.find((line) => line.area === area)?.figures[index]?.value);
  if (own === undefined || own <= 0) return false;
  const larger = series.areas.filter((line) => !AGGREGATES.has(line.area) && (asNumber(line.figures[index]?.value) ?? 0) > own);
  return larger.length < NAMED;
}

/** What part an area has of all that is listed in a period. */
function part(series: Series, area: string, index: number | undefined): number {
  if (index === undefined) return 0;
  const value = (line: Series['areas'][number]): number => (line.area === 'WLD' ? 0 : (asNumber(line.figures[index]?.value) ?? 0));
  const own = series.areas.find((line) => line.area === area);
  const all = series.areas.reduce((sum, line) => sum + value(line), 0);
  return own && all > 0 ? value(own) / all : 0;
}

/** The gaps of a series, the earliest first. What comes before a country's first figure is none. */
export function gapsOf(series: Series): Gap[] {
  const found: (Gap & { from: number })[] = [];
  for (const { area, figures } of series.areas) {
    if (AGGREGATES.has(area)) continue;
    const known = series.periods.flatMap((_, index) => (asNumber(figures[index]?.value) === undefined ? [] : [index]));
    known.forEach((before, place) => {
      const after = known[place + 1];
      const end = after ?? series.periods.length;
      if (end - before < 2) return;
      if (!leads(series, area, before) && (after === undefined || !leads(series, area, after))) return;
      const periods = series.periods.slice(before + 1, end);
      const large = Math.max(part(series, area, before), part(series, area, after)) >= LARGE;
      found.push({ area, periods, large, open: after === undefined, inSums: periods.some((_, step) => Boolean(series.listed[before + 1 + step])), from: before });
    });
  }
  return found.sort((a, b) => a.from - b.from).map(({ from: _, ...gap }) => gap);
}

/** The countries that a period lacks. */
export function missingIn(gaps: readonly Gap[], period: string): string[] {
  return gaps.filter((gap) => gap.periods.includes(period)).map((gap) => gap.area);
}

/**
 * Number of the piece that each period belongs to: a new one begins where a large country's figures stop or set in again.
 * What is drawn through such a step would rise or sag although nothing but the list of countries changed.
 */
export function segmentsOf(periods: readonly string[], gaps: readonly Gap[]): number[] {
  const large = gaps.filter((gap) => gap.large);
  let piece = 0;
  return periods.map((period, index) => {
    const before = index > 0 ? missingIn(large, periods[index - 1] as string).join() : undefined;
    if (before !== undefined && before !== missingIn(large, period).join()) piece += 1;
    return piece;
  });
}

/** The marks of the large gaps within a panel: a dotted line at each such year, of an open one at its first, with the name below the top where `text` gives one. */
export function gapMarks(gaps: readonly Gap[], domain: readonly [Date, Date], text?: (areas: readonly string[]) => string): Plot.Markish[] {
  const starts = new Map<string, string[]>();
  const all = new Set<string>();
  for (const gap of gaps) {
    if (!gap.large) continue;
    const [first] = gap.periods;
    if (first === undefined) continue;
    starts.set(first, [...(starts.get(first) ?? []), gap.area]);
    for (const period of gap.open ? [first] : gap.periods) all.add(period);
  }
  const dated = (periods: Iterable<string>): { at: Date; period: string }[] =>
    [...periods].flatMap((period) => {
      const at = periodMiddle(period);
      return at && at >= domain[0] && at <= domain[1] ? [{ at, period }] : [];
    });
  const late = (at: Date): boolean => at.getTime() > (domain[0].getTime() + domain[1].getTime()) / 2;
  // Each on a line of its own, so that names of near years do not cover each other.
  const labels = dated(text ? [...starts.keys()].sort() : []).map((one, line) =>
    Plot.text([one], {
      x: 'at',
      text: () => text?.(starts.get(one.period) ?? []),
      frameAnchor: 'top',
      textAnchor: late(one.at) ? 'end' : 'start',
      dx: late(one.at) ? -4 : 4,
      dy: 16 + (line % 4) * 13,
      fontSize: 10.5,
      fill: 'var(--warn)',
      stroke: 'var(--paper)',
      strokeWidth: 3,
    }),
  );
  if (all.size === 0) return [];
  return [Plot.ruleX(dated(all), { x: 'at', stroke: 'var(--warn)', strokeWidth: 1.2, strokeDasharray: '1 3' }), ...labels];
}
