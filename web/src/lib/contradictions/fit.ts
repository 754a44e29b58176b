/** Numbers of a report that does not fit, rounded for reading, and their places on a scale. */
import type { ReportFit } from '../api/types';
import { decimalsOf, stepOf, toStep } from '../balance/rounding';

/** Two-sided 95 percent of the normal law, in deviations. */
const NINETY_FIVE = 1.96;

/** The numbers of a report, as they are compared. */
export interface Compared {
  readonly said: number;
  readonly saidEnds: readonly [number, number];
  readonly expected: number;
  readonly expectedEnds: readonly [number, number];
  readonly fits: readonly [number, number];
  /** Digits behind the point that the least certain of them bears. */
  readonly decimals: number;
  /** The step that they are rounded to. */
  readonly step: number;
  /** Whether the others leave only figures that cannot be: less than nothing. */
  readonly impossible: boolean;
}

/** A quantity that cannot be negative: everything but a change of stock. */
function least(line: string): number {
  return line === 'stock_change' ? -Infinity : 0;
}

/** The numbers of a report; intervals of what cannot be negative begin at nought. */
export function compared(report: Pick<ReportFit, 'said' | 'deviation' | 'expected' | 'expected_deviation' | 'fits_low' | 'fits_high' | 'impossible' | 'line'>): Compared {
  const floor = least(report.line);
  const ends = (value: number, deviation: number): readonly [number, number] => [Math.max(floor, value - NINETY_FIVE * deviation), value + NINETY_FIVE * deviation];
  const [said, expected] = [Number(report.said), Number(report.expected)];
  const [own, other] = [Number(report.deviation), Number(report.expected_deviation)];
  const step = Math.min(stepOf(said, own), stepOf(expected, other));
  return { said, saidEnds: ends(said, own), expected, expectedEnds: ends(expected, other), fits: [Math.max(floor, Number(report.fits_low)), Number(report.fits_high)], decimals: decimalsOf(step), step, impossible: report.impossible };
}

/** The figure nearest to what is said that would fit, rounded so that it still does. */
export function nearestFit({ said, fits: [low, high], step }: Pick<Compared, 'said' | 'fits' | 'step'>): number {
  const nearest = Math.min(Math.max(said, low), high);
  const rounded = toStep(nearest, step);
  const inside = rounded > high ? rounded - step : rounded < low ? rounded + step : rounded;
  return inside >= low && inside <= high ? toStep(inside, step) : nearest;
}

/** A number of a report, rounded. */
export function roundedTo(value: number, { step }: Pick<Compared, 'step'>): number {
  return toStep(value, step);
}

/** The scale of the picture: everything that is drawn, with a little room; nought where it is near. */
export function scaleOf(all: Compared): readonly [number, number] {
  const values = [...all.saidEnds, ...all.expectedEnds, ...all.fits, all.said, all.expected];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  return [low >= 0 && low < (high - low) * 0.5 ? 0 : low - room, high + room];
}

/** Round numbers between two ends, about `count` of them. */
export function ticks([low, high]: readonly [number, number], count: number): number[] {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough > 0)) return [];
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * size).find((one) => one >= rough) ?? size * 10;
  const found: number[] = [];
  for (let at = Math.ceil(low / step); at * step <= high; at += 1) found.push(Number((at * step).toPrecision(12)));
  return found;
}
