import { describe, expect, it } from 'vitest';
import type { IndicatorCell } from '../api/types';
import { classOf, classesOf, disagreement, inOrder, interval, isBroken, ranks, stretches } from './values';

function cell(area: string, value: string | null, deviation: string | null = '0.1'): IndicatorCell {
  const figure = value === null ? null : { value, unit: 'index', substance: null, period: '2022', basis: 'derived', qualifier: '', figure: 'x', sources: 0, spread: null, source: '' };
  return { quantity: 'geopolrisk', commodity: 'nickel', stage: 'refining', area, partner: '', period: '2022', projected: false, value: figure, deviation, bound: '', missing: '', takes: [], caveat: '', decides: null, inputs: 1, rests_on: [] };
}

describe('indicators', () => {
  it('ranks the riskiest first, equal ones alike, and nobody without a value', () => {
    const found = ranks([cell('CAN', '0.1'), cell('DEU', '0.3'), cell('FRA', '0.3'), cell('JPN', null)]);
    expect([...found]).toEqual([['CAN', 3], ['DEU', 1], ['FRA', 1]]);
  });

  it('tells how far methods are apart only where there are two', () => {
    expect(disagreement([1, undefined, 4])).toBe(3);
    expect(disagreement([2, undefined])).toBeUndefined();
  });

  it('makes an interval of value and deviation', () => {
    const found = interval(cell('CAN', '1', '0.5'));
    expect(found?.[0]).toBeCloseTo(0.02);
    expect(found?.[1]).toBeCloseTo(1.98);
    expect(interval(cell('CAN', null))).toBeUndefined();
  });

  it('breaks a line where the concentration is of another stage', () => {
    const of = (...takes: string[]): IndicatorCell => ({ ...cell('CAN', '0.1'), takes: ['wider_code', ...takes] });
    const mined = of('concentration_of_mine');
    expect(stretches([mined, mined, of('concentration_of_separation'), mined, of()])).toEqual([0, 0, 1, 2, 3]);
    expect(isBroken([mined, mined])).toBe(false);
    expect(isBroken([mined, of()])).toBe(true);
    expect(isBroken([mined, { ...of(), area: 'DEU' }, { ...of(), value: null }])).toBe(false);
  });

  it('puts values into classes, and what is about the world into none', () => {
    const bounds = classesOf('geopolrisk');
    expect([undefined, -0.1, 0.05, 0.9].map((value) => classOf(value, bounds))).toEqual([-1, 0, 1, 5]);
    expect(classOf(3, classesOf('hhi'))).toBe(-1);
  });

  it('names members first, then the Union, then the club', () => {
    expect(inOrder(['CLUB', 'JPN', 'EU', 'CAN', 'JPN'])).toEqual(['CAN', 'JPN', 'EU', 'CLUB']);
  });
});
