import { describe, expect, it } from 'vitest';
import type { Figure, Source } from '../api/types';
import { rowSource } from './sources';
import { plain } from './table';

const figure = (value: string, source: string): Figure => ({ value, unit: 't', substance: 'REO', period: '2024', basis: 'reported', qualifier: '', figure: `fact|${value}`, sources: 1, spread: null, source });
const edition = (source: string, title: string): Source => ({ source, series: source, edition: '', title, publisher: '', url: '', licence: '', attribution: '', published: '', published_basis: 'exact', retrieved: '' });
const head = { unit: 'Unit', source: 'Source', basis: 'Basis' };
const sources = [edition('usgs-mcs-2026', 'Mineral Commodity Summaries'), edition('bgs-wms-2024', 'World Mineral Statistics')];

describe('the saved table', () => {
  const saved = (rows: (string | Figure)[][]) => plain({ header: ['Year', 'China', 'World'], rows }, head, (keys) => rowSource(sources, keys)).rows;

  it('credits each row to the editions of its own figures', () => {
    expect(saved([['2024', figure('270000', 'usgs-mcs-2026'), figure('390000', 'usgs-mcs-2026')], ['2022', figure('210000', 'bgs-wms-2024')]])).toEqual([
      ['2024', '270000', '390000', 't REO', 'Mineral Commodity Summaries [usgs-mcs-2026]', 'reported'],
      ['2022', '210000', 't REO', 'World Mineral Statistics [bgs-wms-2024]', 'reported'],
    ]);
  });

  it('credits what was computed over several editions to all of them, and text to none', () => {
    expect(saved([['2024', figure('3', '')], ['2023', 'nothing']])).toEqual([
      ['2024', '3', 't REO', 'Mineral Commodity Summaries · World Mineral Statistics', 'reported'],
      ['2023', 'nothing', '', '', ''],
    ]);
  });

  it('keeps a key that the answer does not explain', () => {
    expect(saved([['2024', figure('3', 'sites-2025')]])[0]).toContain('sites-2025');
  });
});
