import { describe, expect, it } from 'vitest';
import type { Estimate, LineKey, PlaceBalance } from '../api/types';
import { adds, shown } from './ledger';
import { decimalsOf, roundedTogether, stepOf, toStep } from './rounding';

const estimate = (line: LineKey, value: number | null, deviation = 0): Estimate => ({
  line,
  value: value === null ? null : String(value),
  deviation: value === null ? null : String(deviation),
  low: null,
  high: null,
  told: 'observable',
  grade: value === null ? 'X' : 'B',
  contested: false,
  figure: `estimate|x|x|mine|WLD|2024|${line}`,
});
const place = (...lines: Estimate[]): PlaceBalance => ({ place: 'WLD', name: '', lines });

describe('rounding by the deviation', () => {
  it('leaves two digits of the deviation', () => {
    expect(stepOf(392391, 32828)).toBe(1000);
    expect(stepOf(1944, 1978)).toBe(100);
    expect(stepOf(0.5, 0.0123)).toBeCloseTo(0.001, 12);
  });

  it('falls back on the number where there is no deviation, and on one where there is neither', () => {
    expect(stepOf(5000, 0)).toBe(1);
    expect(stepOf(0, 0)).toBe(1);
  });

  it('rounds without dust and knows its decimals', () => {
    expect(toStep(0.30000000004, 0.1)).toBe(0.3);
    expect(Object.is(toStep(-0.2, 1), 0)).toBe(true);
    expect([decimalsOf(1000), decimalsOf(1), decimalsOf(0.01)]).toEqual([0, 0, 2]);
  });
});

describe('an account', () => {
  it('adds up to the last digit that is shown; the least certain line takes what rounding leaves', () => {
    const { values, step } = roundedTogether([
      { value: 1449, deviation: 120, sign: 1 },
      { value: 1249, deviation: 900, sign: -1 },
      { value: 249, deviation: 110, sign: -1 },
      { value: -49, deviation: 100, sign: -1 },
    ]);
    expect(step).toBe(10);
    expect((values[0] ?? 0) - (values[1] ?? 0) - (values[2] ?? 0) - (values[3] ?? 0)).toBe(0);
    expect(values[0]).toBe(1450);
  });

  it('does not refine large lines for the sake of tiny ones', () => {
    expect(roundedTogether([{ value: 400_000, deviation: 30_000, sign: 1 }, { value: 400_000, deviation: 0.003, sign: -1 }]).step).toBe(10);
  });

  it('does not hide that it never added up', () => {
    const { values } = roundedTogether([{ value: 500, deviation: 10, sign: 1 }, { value: 300, deviation: 10, sign: -1 }]);
    expect(values).toEqual([500, 300]);
  });

  it('is shown as it adds up where all of it is told', () => {
    const balance = place(estimate('produced', 392391, 32828), estimate('consumed', 391072, 33283), estimate('lost', 1944, 1978), estimate('stock_change', -625, 6938), estimate('opening', null), estimate('closing', null));
    expect(adds(balance)).toBe(true);
    const seen = shown(balance);
    const of = (line: LineKey): number => seen.get(line)?.value ?? NaN;
    expect(of('produced') - of('consumed') - of('lost')).toBe(of('stock_change'));
    expect(seen.get('opening')).toBeUndefined();
  });

  it('carries the change of stock from opening to closing', () => {
    const balance = place(estimate('produced', 104, 30), estimate('consumed', 93, 30), estimate('stock_change', 11, 30), estimate('opening', 55.4, 30), estimate('closing', 66.4, 30));
    const seen = shown(balance);
    expect((seen.get('opening')?.value ?? 0) + (seen.get('stock_change')?.value ?? 0)).toBe(seen.get('closing')?.value);
  });

  it('where a line is not known, rounds each line by itself', () => {
    const balance = place(estimate('produced', 29565, 7385), estimate('consumed', null), estimate('stock_change', 0, 1471));
    expect(adds(balance)).toBe(false);
    expect(shown(balance).get('produced')).toEqual({ value: 29600, decimals: 0 });
  });
});
