/** A series by area, made ready for stacked areas: the largest areas one by one, the rest together. */
import type { Figure, Series } from '../api/types';
import { asNumber } from '../charts/scales';

/** One area in one period. `figure` is absent where several areas were added up, or none is published. */
export interface StackPoint {
  readonly period: string;
  readonly area: string;
  readonly value: number;
  readonly figure: Figure | null;
}

/** The stacked areas: `areas` from the largest to `OTH`, `points` by area and period. */
export interface Stack {
  readonly areas: string[];
  readonly points: StackPoint[];
}

/** The key under which the areas that are not shown by themselves are added up. */
export const OTHERS = 'OTH';

/** Keeps the `keep` areas with the largest sum over all periods and adds the others up. */
export function stack(series: Series, keep: number): Stack {
  const lines = series.areas.filter((line) => line.area !== 'WLD');
  const sums = new Map(lines.map((line) => [line.area, total(line.figures)]));
  const ranked = lines
    .filter((line) => line.area !== OTHERS && (sums.get(line.area) ?? 0) > 0)
    .sort((a, b) => (sums.get(b.area) ?? 0) - (sums.get(a.area) ?? 0));
  const shown = ranked.slice(0, ranked.length === keep + 1 ? keep + 1 : keep);
  const rest = lines.filter((line) => !shown.includes(line) && (sums.get(line.area) ?? 0) > 0);
  const points: StackPoint[] = [];
  for (const line of shown) {
    series.periods.forEach((period, index) => {
      const figure = line.figures[index] ?? null;
      points.push({ period, area: line.area, value: asNumber(figure?.value) ?? 0, figure });
    });
  }
  if (rest.length > 0) {
    series.periods.forEach((period, index) => {
      const figures = rest.map((line) => line.figures[index]).filter((figure) => figure !== null && figure !== undefined);
      const only = figures.length === 1 ? (figures[0] as Figure) : null;
      points.push({ period, area: OTHERS, value: total(figures), figure: only });
    });
  }
  return { areas: [...shown.map((line) => line.area), ...(rest.length > 0 ? [OTHERS] : [])], points };
}

function total(figures: readonly (Figure | null | undefined)[]): number {
  return figures.reduce((sum, figure) => sum + (asNumber(figure?.value) ?? 0), 0);
}
