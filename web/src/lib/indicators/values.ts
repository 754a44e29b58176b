/** What the page works out of cells: intervals, classes of the map, ranks. Nothing that is shown as a figure. */
import type { IndicatorCell } from '../api/types';
import { asNumber } from '../charts/scales';

/** Standard deviations on either side that hold 95 % of a normal distribution. */
const WITHIN_95 = 1.96;

/** Lower bounds of the classes that shade the map, by quantity; the last class is open. */
const CLASSES: Readonly<Record<string, readonly number[]>> = {
  geopolrisk: [0, 0.05, 0.1, 0.2, 0.3, 0.4],
  'supply-risk': [0, 0.5, 1, 2, 3, 4],
  'import-reliance': [0, 25, 50, 75, 90, 99],
  membership: [-1, -0.05, 0, 0.02, 0.05, 0.1],
  'membership-supply-risk': [-10, -1, 0, 0.5, 1, 2],
  'days-of-cover': [0, 10, 30, 60, 90, 180],
};

/** Lower bounds of a quantity's classes; none for a quantity that is about the world. */
export function classesOf(quantity: string): readonly number[] {
  return CLASSES[quantity] ?? [];
}

/** Class of a value (0 …), or -1 where there is none; what is below the first bound is in the first class. */
export function classOf(value: number | undefined, bounds: readonly number[]): number {
  if (value === undefined || bounds.length === 0) return -1;
  let found = 0;
  bounds.forEach((bound, index) => {
    if (value >= bound) found = index;
  });
  return found;
}

/** A cell's value as a number, for drawing. */
export function valueOf(cell: IndicatorCell | undefined): number | undefined {
  return asNumber(cell?.value?.value);
}

/** The interval that holds the true value with 95 %, if the error is normal. */
export function interval(cell: IndicatorCell): [number, number] | undefined {
  const value = valueOf(cell);
  const deviation = asNumber(cell.deviation);
  if (value === undefined || deviation === undefined) return undefined;
  return [value - WITHIN_95 * deviation, value + WITHIN_95 * deviation];
}

/** Keys of what a value's concentration is of, where it is not of the very stage and commodity: another year may have to take another's. */
export function otherConcentration(cell: IndicatorCell): string[] {
  return cell.takes.filter((key) => key.startsWith('concentration_of_'));
}

const way = (cell: IndicatorCell): string => otherConcentration(cell).join(' ');

/** Of one line's cells in the order of time: the number of the stretch, from 0, that each belongs to. What is measured otherwise begins another. */
export function stretches(cells: readonly IndicatorCell[]): number[] {
  let stretch = 0;
  return cells.map((cell, place) => {
    const before = cells[place - 1];
    if (before && way(before) !== way(cell)) stretch += 1;
    return stretch;
  });
}

/** Whether a line of the panel is [measured in more than one way](stretches). */
export function isBroken(cells: readonly IndicatorCell[]): boolean {
  const ways = new Map<string, string>();
  return cells.some((cell) => {
    if (!cell.value) return false;
    const before = ways.get(cell.area);
    ways.set(cell.area, way(cell));
    return before !== undefined && before !== way(cell);
  });
}

/** Rank of each area by a value, the riskiest first, from 1; equal values share a rank. Areas without a value have none. */
export function ranks(cells: readonly IndicatorCell[]): Map<string, number> {
  const valued = cells.flatMap((cell) => {
    const value = valueOf(cell);
    return value === undefined ? [] : [{ area: cell.area, value }];
  });
  return new Map(valued.map((one) => [one.area, 1 + valued.filter((other) => other.value > one.value).length]));
}

/** How far the ranks of one area under several methods are apart; undefined with fewer than two. */
export function disagreement(of: readonly (number | undefined)[]): number | undefined {
  const known = of.filter((rank) => rank !== undefined);
  return known.length < 2 ? undefined : Math.max(...known) - Math.min(...known);
}

/** Areas in the order in which they are told: members by code, then the Union, then the club. */
export function inOrder(areas: Iterable<string>): string[] {
  const place = (area: string): string => (area === 'CLUB' ? '2' : area === 'EU' ? '1' : '0') + area;
  return [...new Set(areas)].sort((a, b) => place(a).localeCompare(place(b)));
}
