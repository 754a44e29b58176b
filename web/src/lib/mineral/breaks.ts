/** Where a series goes on with the figures of another publication, and where its totals are only sums of those listed. */
import * as Plot from '@observablehq/plot';
import type { Listed, Series } from '../api/types';
import { periodMiddle } from '../charts/period';
import { shortName } from '../charts/sources';

/** A break: between the periods `before` and `after` the publication `from` gives way to `to`. */
export interface Break {
  readonly before: string;
  readonly after: string;
  readonly from: string;
  readonly to: string;
  /** Half-way between the two periods. */
  readonly at: Date;
}

/** The breaks of a series, the earliest first. A new edition of the same publication is none. */
export function breaksOf(series: Pick<Series, 'periods' | 'editions' | 'sources'>): Break[] {
  const publication = new Map(series.sources.map((source) => [source.source, source.series]));
  const found: Break[] = [];
  for (let index = 1; index < series.periods.length; index++) {
    const [before, after] = [series.periods[index - 1] as string, series.periods[index] as string];
    const from = publication.get(series.editions[index - 1] ?? '');
    const to = publication.get(series.editions[index] ?? '');
    const [first, second] = [periodMiddle(before), periodMiddle(after)];
    if (!from || !to || from === to || !first || !second) continue;
    found.push({ before, after, from: shortName(from), to: shortName(to), at: new Date((first.getTime() + second.getTime()) / 2) });
  }
  return found;
}

/** The marks of the breaks within a panel: a thin dashed line each, with a label at its top. */
export function breakMarks(breaks: readonly Break[], domain: readonly [Date, Date], text: (one: Break) => string): Plot.Markish[] {
  const shown = breaks.filter((one) => one.at > domain[0] && one.at < domain[1]);
  if (shown.length === 0) return [];
  return [
    Plot.ruleX(shown, { x: 'at', stroke: 'var(--ink-2)', strokeWidth: 1, strokeDasharray: '3 3' }),
    Plot.text(shown, { x: 'at', text, frameAnchor: 'top', textAnchor: 'end', dx: -5, dy: 2, fontSize: 10.5, fill: 'var(--ink-2)', stroke: 'var(--paper)', strokeWidth: 3 }),
  ];
}

/** The periods whose total is only the sum of the countries listed, as ranges: `1994–2001, 2003`. */
export function listedRanges(periods: readonly string[], listed: readonly Listed[]): string {
  const ranges: [string, string][] = [];
  periods.forEach((period, index) => {
    if (!listed[index]) return;
    const last = ranges.at(-1);
    if (last && index > 0 && listed[index - 1]) last[1] = period;
    else ranges.push([period, period]);
  });
  return ranges.map(([from, to]) => (from === to ? from : `${from}–${to}`)).join(', ');
}
