/** The time axis that the panels of a mineral's page share. */
import type * as Plot from '@observablehq/plot';

/** Margins that all panels have, so that a year stands at one x in every panel. */
export const LEFT = 58;
export const RIGHT = 14;

/** Years up to which every year has its tick. */
const SHORT = 6;

/** Options that every panel starts from. */
export function panel(width: number, height: number, domain: readonly [Date, Date]): Plot.PlotOptions {
  const span = domain[1].getUTCFullYear() - domain[0].getUTCFullYear();
  return {
    width,
    height,
    marginLeft: LEFT,
    marginRight: RIGHT,
    marginTop: 12,
    marginBottom: 24,
    x: { type: 'utc', domain: [...domain], label: null, ticks: span <= SHORT ? 'year' : width < 500 ? 5 : 10, tickSize: 4, nice: false },
  };
}

/** Pixel of a moment in a panel. */
export function timeToPixel(date: Date, width: number, domain: readonly [Date, Date]): number {
  const span = domain[1].getTime() - domain[0].getTime();
  return LEFT + ((date.getTime() - domain[0].getTime()) / span) * (width - LEFT - RIGHT);
}

/**
 * Row of each of some intervals, so that no two in a row come nearer than `gap`; `from` and `to` in one unit, in any
 * order of input. Rows count from 0.
 */
export function rows(intervals: readonly { from: number; to: number }[], gap: number): number[] {
  const order = intervals.map((_, index) => index).sort((a, b) => (intervals[a]?.from ?? 0) - (intervals[b]?.from ?? 0));
  const ends: number[] = [];
  const out = new Array<number>(intervals.length).fill(0);
  for (const index of order) {
    const { from, to } = intervals[index] as { from: number; to: number };
    let row = ends.findIndex((end) => end + gap <= from);
    if (row < 0) row = ends.length;
    ends[row] = Math.max(to, from);
    out[index] = row;
  }
  return out;
}
