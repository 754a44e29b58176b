import { describe, expect, it } from 'vitest';
import type { Figure, Series } from '../api/types';
import { firstLines, logTicks, pieces, strokes, unitsOf, wantsLog, type Line } from './lines';
import { stack } from './stack';
import { rows, timeToPixel, LEFT, RIGHT } from './time';

function figure(value: string | null, period = '2023', name = `f${value}`): Figure {
  return { value, unit: 't', substance: 'REO', period, basis: 'reported', qualifier: '', figure: name, sources: 1, spread: null, source: '' };
}


describe('stack', () => {
  const line = (area: string, values: (string | null)[]): Series['areas'][number] => ({ area, figures: values.map((value, index) => (value === null ? null : figure(value, String(2022 + index), `${area}${index}`))) });
  const series = (areas: Series['areas']): Series => ({
    key: { measure: 'production', commodity: 'x', stage: 'mine', form: 'ore', substance: '', subject: '' },
    unit: 't',
    periods: ['2022', '2023'],
    areas,
    world: [],
    hhi: [],
    largest_share: [],
    listed: [],
    left_out: [],
    editions: [],
    sources: [],
  });

  it('keeps the largest and adds the others up, without the world', () => {
    const result = stack(series([line('WLD', ['99', '99']), line('A', ['5', '6']), line('B', ['50', null]), line('C', ['1', '2']), line('D', ['1', '1']), line('OTH', ['3', '3'])]), 2);
    expect(result.areas).toEqual(['B', 'A', 'OTH']);
    expect(result.points.filter((point) => point.area === 'OTH').map((point) => [point.value, point.figure])).toEqual([[5, null], [6, null]]);
    expect(result.points.find((point) => point.area === 'B' && point.period === '2023')).toMatchObject({ value: 0, figure: null });
  });

  it('keeps the figure where the others are but one', () => {
    const result = stack(series([line('A', ['5', '6']), line('OTH', ['3', '3'])]), 2);
    expect(result.points.find((point) => point.area === 'OTH')?.figure?.figure).toBe('OTH0');
  });

  it('does not group a single country away', () => {
    expect(stack(series([line('A', ['5', '6']), line('B', ['4', '4']), line('C', ['1', '1'])]), 2).areas).toEqual(['A', 'B', 'C']);
  });
});

describe('lines', () => {
  const key = { measure: 'price', commodity: 'x', stage: '', form: '', substance: '', subject: '' };
  const line = (id: string, unit: string, values: string[], commodity = 'x'): Line => ({ id, key: { ...key, commodity }, unit, source: 's', points: values.map((value) => figure(value)) });

  it('shows the wanted first, else the longest, and the commonest unit', () => {
    const lines = [line('1', 'usd', ['1', '2']), line('2', 'cny', ['1']), line('3', 'usd', ['1', '2', '3'], 'nd')];
    expect(unitsOf(lines)).toEqual(['usd', 'cny']);
    expect(firstLines(lines, new Set(['nd']), 2)).toEqual(['3']);
    expect(firstLines(lines.slice(0, 2), new Set(), 1)).toEqual(['1']);
    const shortLong = [line('a', 'usd', ['1', '2', '3'], 'nd'), line('b', 'usd', ['1'], 'ce'), line('c', 'usd', ['1', '2'], 'dy'), line('d', 'usd', ['4'], 'nd')];
    expect(firstLines(shortLong, new Set(), 2)).toEqual(['a', 'c', 'd']);
  });

  it('gives a product its colour and its series dashes; one product alone has colours', () => {
    const three = [line('a', 'usd', ['1'], 'nd'), line('b', 'usd', ['1'], 'dy'), line('c', 'usd', ['1'], 'nd')];
    expect(strokes(three)).toEqual([{ colour: 0, dash: 0 }, { colour: 1, dash: 0 }, { colour: 0, dash: 1 }]);
    const alone = Array.from({ length: 5 }, (_, index) => line(String(index), 'usd', ['1'], 'ni'));
    expect(strokes(alone).map((one) => [one.colour, one.dash])).toEqual([[0, 0], [1, 0], [2, 0], [3, 0], [4, 1]]);
  });

  it('asks for a logarithmic scale only where values are positive and span much', () => {
    expect(wantsLog([figure('1'), figure('100')])).toBe(true);
    expect(wantsLog([figure('1'), figure('10'), figure(null)])).toBe(false);
    expect(wantsLog([figure('0'), figure('1000')])).toBe(false);
    expect(logTicks(18, 2800)).toEqual([10, 100, 1000, 10_000]);
    expect(logTicks(20, 90)).toEqual([10, 20, 50, 100]);
    expect(logTicks(0, 1)).toEqual([]);
  });

  it('breaks a line where figures are missing', () => {
    const year = (value: number): Date => new Date(Date.UTC(value, 6, 1));
    expect(pieces([2007, 2008, 2009, 2021, 2022].map(year))).toEqual([0, 0, 0, 1, 1]);
    expect(pieces([2007, 2010, 2013].map(year))).toEqual([0, 0, 0]);
    expect(pieces([])).toEqual([]);
  });
});

describe('time', () => {
  const domain: [Date, Date] = [new Date(Date.UTC(2000, 0)), new Date(Date.UTC(2020, 0))];

  it('stands the ends of the domain at the margins', () => {
    expect(timeToPixel(domain[0], 800, domain)).toBe(LEFT);
    expect(timeToPixel(domain[1], 800, domain)).toBe(800 - RIGHT);
  });

  it('gives overlapping intervals rows of their own', () => {
    expect(rows([{ from: 0, to: 50 }, { from: 20, to: 20 }, { from: 70, to: 70 }, { from: 21, to: 21 }], 10)).toEqual([0, 1, 0, 2]);
  });
});
