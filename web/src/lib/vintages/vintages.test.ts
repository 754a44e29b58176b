import { describe, expect, it } from 'vitest';
import type { Figure, Source } from '../api/types';
import type { Triangle } from '../api/types-vintages';
import { behind, moved, question, seriesName, way } from './vintages';

const key = { measure: 'production', commodity: 'cobalt', stage: 'mine', form: 'ore', substance: 'Co', mass_basis: 'contained', subject: '' };

function figure(value: string): Figure {
  return { value, unit: 't', substance: 'Co', period: '2023', basis: 'reported', qualifier: '', figure: `fact|${value}`, sources: 1, spread: null, source: 's' };
}

function triangle(rows: (string | null)[][]): Triangle {
  const days = ['2024-01-31', '2025-01-31', '2026-02-06'];
  return {
    series: 'usgs-mcs',
    editions: days.map((published) => ({ source: published, published }) as Source),
    rows: rows.map((values, index) => ({ period: `${2020 + index}`, first: 0, last: 2, revised: null, cells: values.map((value) => (value === null ? null : { figure: figure(value), change: null })) })),
    stats: null,
    stats_of_all: null,
  };
}

describe('vintages', () => {
  it('writes empty fields out, so that the series asked for is exactly that one', () => {
    expect(seriesName(key)).toBe('production|cobalt|mine|ore|Co|contained|');
    const asked = question(key, 'COD', { as_of: '', cut: '', published_by: '2025-06-30' });
    expect(asked).toBe('vintages?measure=production&commodity=cobalt&stage=mine&form=ore&substance=Co&mass_basis=contained&subject=&area=COD&published_by=2025-06-30');
    expect(behind(key, { as_of: '2026-11-22', cut: '', published_by: '' })).toMatch(/^\/api\/v1\/observations\?.*subject=&as_of=2026-11-22&format=csv$/);
  });

  it('tells the way of a change', () => {
    expect(['0.5', '-3', '0'].map((absolute) => way({ absolute, percent: null }))).toEqual(['raised', 'lowered', 'unchanged']);
  });

  it('draws periods that were published more than once, each point at its day', () => {
    const found = moved(triangle([['1', '2', '3'], ['4', null, null], [null, '5', '6']]), 8);
    expect(found.all).toBe(2);
    expect(found.lines.map((line) => line.map((point) => [point.period, point.day, point.value]))).toEqual([
      [['2020', '2024-01-31', 1], ['2020', '2025-01-31', 2], ['2020', '2026-02-06', 3]],
      [['2022', '2025-01-31', 5], ['2022', '2026-02-06', 6]],
    ]);
    expect(moved(triangle([['1', '2', '3'], [null, '5', '6']]), 1).lines.map((line) => line[0]?.period)).toEqual(['2021']);
  });
});
